"""Train the reader of frames, and write ``geomap/claims/frames/weights.npz``.

    python tools/train_frames.py                  # fit on everything, write the weights
    python tools/train_frames.py --evaluate       # cross-validate by story, print the tables, write nothing
    python tools/train_frames.py --trees          # parts of speech and trees anew as well (needs the extra parse)

Where the extra ``parse`` is installed, the scorer is fitted to its trees too; else those weights stay as they are.

Three models. Parts of speech and trees: log-linear, learned from what spaCy's small English model says of the texts
below (a tagger's and a parser's opinion, no gold). The scorer: softmax over the candidates of each frame and none of
them, with an L2 prior. The mood: logistic, asserted or not.

Data statement. Labels: the control and advance claims of 83 real news stories of 2016 and 2024, of five articles and
of the hard passages (``../shared/data``, not part of the project); spent batches of ``tests/batches``; the passages of
``tests/test_claims_passages.txt``; ``tools/frame_sentences.txt`` and the examples of ``frames.toml``, all three
written for this project. Frames in stories without a word of war are taken as no claims. For trees and parts of speech
also the 250 unlabelled stories and 500 articles of local newspapers (LGL). What follows from this: English alone, and
the wars of 2014 to 2024 are seen best. Folds keep a story whole. Seed 0 everywhere; scipy's L-BFGS.

Needs scikit-learn's scipy (the extra ``train``); the shipped weights need numpy alone.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from geomap.claims.extraction import extract_claims  # noqa: E402
from geomap.claims.frames import drafts as drafting  # noqa: E402
from geomap.claims.frames import parse  # noqa: E402
from geomap.claims.frames.assertion import features_of_mood  # noqa: E402
from geomap.claims.frames.clause import Candidate  # noqa: E402
from geomap.claims.frames.drafts import Chosen, draft_of  # noqa: E402
from geomap.claims.frames.lexicon import Hit, frames_of  # noqa: E402
from geomap.claims.frames.reader import Reading, TreeOf, own_tree, read_sentence  # noqa: E402
from geomap.claims.frames.scorer import WEIGHTS, Weights, read_weights  # noqa: E402
from geomap.claims.moods import set_mood  # noqa: E402
from geomap.claims.passage import Passage  # noqa: E402
from geomap.claims.unknown import mark_unknown  # noqa: E402
from geomap.measure import open_gazetteer  # noqa: E402
from geomap.models import Article, Toponym, to_record  # noqa: E402
from geomap.toponyms import find_toponyms, resolve_toponyms  # noqa: E402

SHARED = ROOT.parent / "shared" / "data"
SCORER = SHARED / "claims" / "score_claims.py"
SETS = {
    "news": ("news/articles.jsonl", "news/claims_gold.jsonl"),
    "war": ("news/war_articles.jsonl", "news/war_claims_gold.jsonl"),
    "articles": ("articles/articles.jsonl", "claims/articles_gold.jsonl"),
    "passages": ("claims/passages_dev_articles.jsonl", "claims/passages_dev.jsonl"),
}
UNLABELLED = ("news/unlabelled.jsonl", "toponyms/lgl_dev.jsonl")
OWN = Path(__file__).with_name("frame_sentences.txt")
BATCHES = ROOT / "tests" / "batches"
FOLDS = 8
L2 = 1.0
PEACE_WEIGHT = 0.6
"""Of a frame in a story without war: there are ten of them for each labelled one."""
OPTIONAL_WEIGHT = 0.5
"""Of a label that is not required: two readers need not agree on it."""
MIN_COUNT = 2
"""A feature must stand in so many frames: what one sentence alone has says nothing of the next."""
SMALLEST = 0.01
"""Weights nearer to 0 are left out: they change no choice."""


def shared_scorer() -> Any:
    return _module("score_claims", SCORER)


def _module(name: str, path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SC = shared_scorer() if SCORER.is_file() else None


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Rows:
    """Groups of candidates: their features, which of them are right (none: no claim), and what the group weighs."""

    rows: list[list[list[str]]] = field(default_factory=list)
    right: list[list[int]] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)

    def add(self, rows: list[list[str]], right: list[int], weight: float) -> None:
        if rows and weight > 0:
            self.rows.append(rows)
            self.right.append(right)
            self.weight.append(weight)

    def extend(self, other: Rows) -> None:
        self.rows += other.rows
        self.right += other.right
        self.weight += other.weight


@dataclass
class Lessons:
    """What one text teaches: which candidates its frames mean, and which of its claims are asserted."""

    frames: Rows = field(default_factory=Rows)
    moods: Rows = field(default_factory=Rows)

    def extend(self, other: Lessons) -> None:
        self.frames.extend(other.frames)
        self.moods.extend(other.moods)


def fit(data: Rows, l2: float = L2) -> dict[str, float]:
    """Weights by feature: softmax over each group's candidates and none, whose score is 0; L-BFGS, L2 prior."""
    counts = Counter(f for group in data.rows for f in {f for row in group for f in row})
    known = {f: k for k, f in enumerate(sorted(f for f, n in counts.items() if n >= MIN_COUNT))}
    flat = [(number, k, row) for number, group in enumerate(data.rows) for k, row in enumerate(group)]
    columns = [[known[f] for f in row if f in known] for _, _, row in flat]
    ends = np.cumsum([0, *map(len, columns)])
    x = csr_matrix((np.ones(ends[-1]), np.concatenate([np.array(c, dtype=int) for c in columns]), ends))
    x.resize((len(flat), len(known)))
    group = np.array([number for number, _, _ in flat])
    right = np.array([k in data.right[number] for number, k, _ in flat])
    weight, some = np.array(data.weight), np.array([bool(r) for r in data.right])
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    turned = x.T.tocsr()

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ w
        top = np.maximum(np.maximum.reduceat(z, starts), 0)
        e, none = np.exp(z - top[group]), np.exp(-top)
        total = np.add.reduceat(e, starts) + none
        own = np.add.reduceat(np.where(right, e, 0), starts)
        chosen = np.where(some, own, none)
        wanted = np.where(right, e, 0) / np.maximum(own, 1e-30)[group]
        slope = turned @ ((e / total[group] - np.where(some[group], wanted, 0)) * weight[group]) + l2 * w
        return float(-(weight * np.log(np.maximum(chosen / total, 1e-12))).sum() + l2 / 2 * w @ w), slope

    found = minimize(loss, np.zeros(len(known)), jac=True, method="L-BFGS-B", options={"maxiter": 150}).x
    return {f: float(found[k]) for f, k in known.items() if abs(found[k]) >= SMALLEST}


# ── texts ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Text:
    """An article with its toponyms, and the gold labels on it."""

    name: str
    article: Article
    toponyms: Sequence[Toponym]
    gold: list[dict[str, Any]]


def read_texts(gazetteer: Any, batches: Iterable[str]) -> list[Text]:
    out: list[Text] = []
    for name, (texts, gold) in SETS.items():
        labels: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for line in filter(None, (SHARED / gold).read_text("utf-8").split("\n")):
            label = json.loads(line)
            labels[str(SC.key(label))].append(label)
        out += [Text(name, a, t, labels[a.id]) for a, t in _placed(SHARED / texts, gazetteer)]
    reader = _module("batches", Path(__file__).with_name("batches.py"))
    for name in batches:
        for passage in reader.read_batch(BATCHES / f"{name}.jsonl"):
            article = Article(id=passage["id"], text=passage["text"])
            toponyms = resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)
            out.append(Text(name, article, toponyms, list(reader.gold_of(passage))))
    return out


def _placed(path: Path, gazetteer: Any) -> Iterator[tuple[Article, list[Toponym]]]:
    for line in filter(None, path.read_text("utf-8").split("\n")):
        record = json.loads(line)
        article = Article(id=str(record["id"]), text=record["text"])
        yield article, resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)


def read_frames(article: Article, toponyms: Sequence[Toponym], tree_of: TreeOf) -> tuple[Passage, list[Reading]]:
    p = Passage(article, toponyms)
    mark_unknown(p)
    frames = frames_of("en")
    assert frames is not None
    read = (read_sentence(p, first, stop, frames, tree_of) for first, stop in p.tk.sentences)
    return p, [r for r in read if r is not None]


def names_of(p: Passage, candidate: Candidate) -> list[str]:
    """All that a candidate is called: its words, its places' names, the ground that its list adds."""
    spans = candidate.spans or ([candidate.place_of] if candidate.place_of is not None else [])
    out: list[str] = []
    for span in spans:
        mention = p.mention(*span)
        out += [mention.text, *([mention.place.name] if mention.place is not None else [])]
    own = [(candidate.start, candidate.stop)] if candidate.sort == "ground" else []
    return [*out, *(p.mention(*span).text for span in (*candidate.more, *own))]


def lessons_of(text: Text, tree_of: TreeOf) -> Lessons:
    """What a labelled text teaches."""
    out = Lessons()
    p, readings = read_frames(text.article, text.toponyms, tree_of)
    for reading in readings:
        for k, hit in enumerate(reading.hits):
            right, weight, label = right_ones(p, hit, reading.candidates[k], text.gold)
            out.frames.add(reading.rows(k), right, weight)
            if right and label is not None:
                asserted = (label.get("modality") or "asserted") == "asserted"
                _add_mood(out.moods, reading, k, right[0], asserted)
    return out


def _add_mood(moods: Rows, reading: Reading, k: int, candidate: int, asserted: bool) -> None:
    view = reading.views[k]
    draft = draft_of(Chosen(1.0, reading.hits[k], view, reading.candidates[k][candidate]))
    set_mood(reading.clause.p, draft, reading.clause.first, reading.clause.stop)
    moods.add([features_of_mood(view, draft.modality, draft.polarity)], [] if asserted else [0], 1.0)


def right_ones(
    p: Passage, hit: Hit, candidates: list[Candidate], gold: list[dict[str, Any]]
) -> tuple[list[int], float, dict[str, Any] | None]:
    """Which candidates gold says that a frame is of, what that weighs, and the label that says so."""
    start, end, kind = p.tk.start[hit.i], p.tk.end[hit.j - 1], hit.frame.kind
    over = [g for g in gold if g["char_start"] < end and start < g["char_end"]]
    claims = [g for g in over if g.get("label", "claim") == "claim" and _of_kind(g, kind)]
    same = [g for g in claims if kind != "control" or _class(g.get("predicate")) == _class(hit.frame.means)]
    for label in sorted(same, key=lambda g: (not g.get("required", True), g["char_end"] - g["char_start"])):
        right = _told_by(p, hit, candidates, label)
        if right:
            return right, 1.0 if label.get("required", True) else OPTIONAL_WEIGHT, label
    if same:
        return [], 0.0, None  # gold names what is no candidate: nothing to learn
    if claims:
        return [], 0.3, None  # another claim's words: it may be told twice
    if any(g.get("label", "claim") != "claim" for g in over):
        return [], 1.0, None  # a labelled trap
    return [], OPTIONAL_WEIGHT if over else 1.0, None


def _of_kind(label: dict[str, Any], kind: str) -> bool:
    lies = ("proximity", "adjacency", "containment")
    own = label["type"]
    return own == kind or kind in (label.get("alt_types") or []) or (kind in lies and own in lies)


def _class(predicate: str | None) -> str | None:
    return SC.PCLASS.get(predicate)


def _told_by(p: Passage, hit: Hit, candidates: list[Candidate], label: dict[str, Any]) -> list[int]:
    """Candidates that are what a label says; those inside its quote before others, the fullest list first."""
    places = (label.get("subject") or []) if hit.frame.kind == "control" else [label.get("reference")]
    places = [place for place in places if place]
    found: list[tuple[int, int, int]] = []
    for k, candidate in enumerate(candidates):
        inside = label["char_start"] <= p.tk.start[candidate.start] < label["char_end"]
        if places:
            names = names_of(p, candidate)
            met = sum(any(SC.same_place(place, name) for name in names) for place in places)
            if met:
                found.append((-met, not inside, k))
        elif inside and candidate.sort in ("ground", "anaphor", "it"):
            found.append((0, 0, k))
    best = min(found)[:2] if found else None
    return [k for met, inside, k in found if (met, inside) == best]


# ── our own sentences ────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Told:
    """One claim that a sentence of ours makes: of which frame, which places, and how it is meant."""

    means: str
    word: str
    places: list[str]
    mood: str
    key: tuple[str, str] | None = None


def own_sentences() -> Iterator[tuple[str, list[Told]]]:
    """Examples of the lexicon, and ``frame_sentences.txt``."""
    frames = frames_of("en")
    assert frames is not None
    for frame in (f for f in frames.entries if f.kind != "nothing"):
        places = re.findall(r"\[([^\]]*)\]", frame.example)
        text = re.sub(r"[\[\]{}<>]", "", frame.example)
        yield text, [Told(frame.means, "", places, "", (frame.section, frame.key))]
    text, told = "", list[Told]()
    for line in OWN.read_text("utf-8").split("\n"):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("  "):
            head, _, rest = line.strip().partition(":")
            means, _, word = head.partition("@")
            parts = [part.strip() for part in rest.split("|")]
            places = [place.strip() for place in parts[0].split(";")]
            told.append(Told(means, word.lower().lstrip("-"), places, parts[2] if len(parts) > 2 else ""))
            continue
        if text:
            yield text, told
        text, told = line, []
    if text:
        yield text, told


def own_lessons(gazetteer: Any, tree_of: TreeOf) -> Lessons:
    out = Lessons()
    for text, told in own_sentences():
        article = Article(id="own", text=text)
        toponyms = resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)
        p, readings = read_frames(article, toponyms, tree_of)
        for reading in readings:
            _learn_own(out, p, reading, told)
    out.extend(passage_lessons(tree_of))
    return out


def _learn_own(out: Lessons, p: Passage, reading: Reading, told: list[Told]) -> None:
    for k, hit in enumerate(reading.hits):
        mine = [t for t in told if _is_frame(p, hit, t)]
        right = sorted({n for t in mine if (n := _own_place(p, hit, reading.candidates[k], t.places)) is not None})
        out.frames.add(reading.rows(k), right, 1.0 if right or not mine else 0.0)
        if right:
            _add_mood(out.moods, reading, k, right[0], all(t.mood in ("", "negated") for t in mine))


def _is_frame(p: Passage, hit: Hit, told: Told) -> bool:
    if told.key is not None:
        return (hit.frame.section, hit.frame.key) == told.key
    return told.means == hit.frame.means and told.word in p.tk.low[hit.i : hit.j]


def _own_place(p: Passage, hit: Hit, candidates: list[Candidate], places: list[str]) -> int | None:
    found: list[tuple[int, int, int]] = []
    for k, candidate in enumerate(candidates):
        if places[0].startswith("~"):
            words = p.tk.slice(candidate.start, candidate.stop).lower()
            wanted = places[0][1:].lower()
            met = int(candidate.sort in ("ground", "anaphor", "it", "named") and (wanted in words or words in wanted))
        else:
            names = names_of(p, candidate)
            met = sum(any(SC.same_place(place, name) for name in names) for place in places)
        if met and (candidate.sort != "ground" or places[0].startswith("~")):
            found.append((-met, abs(candidate.at - hit.head), k))
    return min(found)[2] if found else None


def passage_lessons(tree_of: TreeOf) -> Lessons:
    """What the passages of the tests teach: their expectations name the places of every control claim."""
    tests = _module("test_claims_passages", ROOT / "tests" / "test_claims_passages.py")
    families = {"gain": tests.GAIN, "loss": tests.LOSS, "hold": tests.HOLD, "fight": tests.FIGHT}
    out = Lessons()
    for marked, wanted in tests.PASSAGES:
        text, toponyms = tests.read_marked(marked)
        p, readings = read_frames(Article(id="t", text=text), toponyms, tree_of)
        lines = [line.split() for line in wanted]
        measured = any(words[0] == "advance" and words[1][:1].isdigit() for words in lines)
        for reading in readings:
            for k, hit in enumerate(reading.hits):
                if hit.frame.kind not in ("control", "advance") or (measured and hit.frame.kind == "advance"):
                    continue
                fields = [dict(w.partition("=")[::2] for w in words) for words in lines if words[0] == hit.frame.kind]
                right = _expected(p, hit, reading.candidates[k], fields, families)
                out.frames.add(reading.rows(k), [n for n, _ in right], 1.0)
                for n, mood in right[:1]:
                    _add_mood(out.moods, reading, k, n, mood in ("", "negated"))
    return out


def _expected(
    p: Passage, hit: Hit, candidates: list[Candidate], fields: list[dict[str, str]], families: dict[str, set[str]]
) -> list[tuple[int, str]]:
    out: list[tuple[int, str]] = []
    for wanted in fields:
        said = wanted.get("pred")
        family = families.get(said or "", {said} if said else {"captured"})
        if hit.frame.kind == "control" and _class(hit.frame.means) not in {_class(name) for name in family}:
            continue
        of = wanted.get("ref", "") if hit.frame.kind == "advance" else wanted.get("of") or wanted.get("only") or ""
        places = [name for name in of.replace("_", " ").split("+") if name]
        found = [
            (-met, abs(c.at - hit.head), k)
            for k, c in enumerate(candidates)
            if (met := sum(any(place.lower() in name.lower() for name in names_of(p, c)) for place in places))
        ]
        if found:
            out.append((min(found)[2], wanted.get("mod", "")))
    return out


def peaceful_lessons(gazetteer: Any, tree_of: TreeOf) -> Lessons:
    """Frames of stories without war claim nothing."""
    out = Lessons()
    for path in UNLABELLED:
        for article, toponyms in _placed(SHARED / path, gazetteer):
            if Passage(article, toponyms).conflict:
                continue
            for reading in read_frames(article, toponyms, tree_of)[1]:
                for k in range(len(reading.hits)):
                    out.frames.add(reading.rows(k), [], PEACE_WEIGHT)
    return out


# ── cross-validation ─────────────────────────────────────────────────────────────────────────────────────────


def evaluate(texts: list[Text], common: Lessons, tree_of: TreeOf, shown: Sequence[str]) -> None:
    """Score each text with weights that saw no other text of its fold."""
    rng = np.random.default_rng(0)
    fold = rng.integers(0, FOLDS, len(texts))
    taught = [lessons_of(text, tree_of) for text in texts]
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    plain = read_weights()
    for number in range(FOLDS):
        lessons = Lessons()
        lessons.extend(common)
        for k, lesson in enumerate(taught):
            if fold[k] != number:
                lessons.extend(lesson)
        weights = Weights(plain.tags, plain.arcs, plain.names, fit(lessons.frames), {}, fit(lessons.moods))
        drafting.read_weights = lambda weights=weights: weights  # type: ignore[attr-defined]
        for k, text in enumerate(texts):
            if fold[k] == number:
                claims = extract_claims(text.article, text.toponyms)
                found[text.name] += [{**to_record(claim), "article": text.article.id} for claim in claims]
    for name in shown:
        print(f"── {name}, by story ──", flush=True)
        print(_scored([g for t in texts if t.name == name for g in t.gold], found[name]))


def _scored(gold: list[dict[str, Any]], claims: list[dict[str, Any]]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("gold.jsonl", "claims.jsonl")]
        for path, records in zip(paths, (gold, claims), strict=True):
            path.write_text("".join(json.dumps(r, default=str) + "\n" for r in records), "utf-8")
        done = subprocess.run(
            [sys.executable, str(SCORER), *map(str, paths)], capture_output=True, text=True, check=True
        )
    return done.stdout


def _packed(weights: dict[str, float], name: str) -> dict[str, np.ndarray]:
    features = sorted(weights)
    return {
        f"{name}_features": np.array(features),
        f"{name}_weights": np.array([weights[f] for f in features], dtype=np.float32),
    }


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluate", action="store_true", help="cross-validate by story, write nothing")
    parser.add_argument("--batches", nargs="*", default=None, help="spent batches to learn from (default: all)")
    parser.add_argument("--trees", action="store_true", help="learn parts of speech and trees anew from spaCy's")
    options = parser.parse_args(argv)
    if SC is None:
        print(f"{SCORER}: no such file; expected the labelled texts beside the project", file=sys.stderr)
        return 1
    batches = options.batches
    if batches is None:
        batches = sorted(path.stem for path in BATCHES.glob("b*.jsonl"))
    gazetteer = open_gazetteer()
    tables = {name: getattr(read_weights(), name) for name in ("tags", "arcs", "names")}
    if options.trees:
        teach = _module("train_trees", Path(__file__).with_name("train_trees.py"))
        tables = teach.learn([text for text, _ in own_sentences()])
        np.savez_compressed(
            WEIGHTS, **tables, **{k: v for n in ("scorer", "parsed", "mood") for k, v in _packed({}, n).items()}
        )
        read_weights.cache_clear()
    texts = read_texts(gazetteer, batches)
    common = own_lessons(gazetteer, own_tree)
    common.extend(peaceful_lessons(gazetteer, own_tree))
    if options.evaluate:
        evaluate(texts, common, own_tree, [*SETS, *batches])
        return 0
    for text in texts:
        common.extend(lessons_of(text, own_tree))
    scorer, mood, parsed = fit(common.frames), fit(common.moods), dict(read_weights().parsed)
    if parse.installed():
        lessons = own_lessons(gazetteer, parse.parsed_tree)
        lessons.extend(peaceful_lessons(gazetteer, parse.parsed_tree))
        for text in texts:
            lessons.extend(lessons_of(text, parse.parsed_tree))
        parsed = fit(lessons.frames)
    packed = {**_packed(scorer, "scorer"), **_packed(parsed, "parsed"), **_packed(mood, "mood")}
    np.savez_compressed(WEIGHTS, **tables, **packed)
    frames, claims = len(common.frames.rows), sum(map(bool, common.frames.right))
    print(f"{frames} frames, {claims} of them claims; {len(scorer)} weights; {WEIGHTS.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
