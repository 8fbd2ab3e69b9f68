"""Train the choice of a figure's ends, and write ``geomap/claims/choice.toml``.

    python tools/train_figures.py                 # fit on everything, write the weights
    python tools/train_figures.py --evaluate      # cross-validate by text and shape, print the tables, write nothing
    python tools/train_figures.py --errors        # and every choice that was wrong

Data statement. Sentences that are true by construction (``tools/true_sentences.py``: each shape knows the two ends of
each figure), the passages in ``tools/figure_texts.txt``, written for this project, the fresh batches in
``tests/batches``, and the labelled stories and passages of ``../shared``, which are not part of the project. What
follows from this: English only; wars and disasters are seen best.

A conditional logit with an L2 penalty, by L-BFGS; earlier choices are marks of later ones, so texts are read again with
each round's weights. Needs scipy (a development package); the shipped weights need nothing. Seed 0.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import batches  # noqa: E402
import true_sentences  # noqa: E402

from geomap.articles import read_articles  # noqa: E402
from geomap.claims import choice, extract_claims, lengths  # noqa: E402
from geomap.measure import open_gazetteer  # noqa: E402
from geomap.models import Article, Toponym  # noqa: E402
from geomap.toponyms import find_toponyms, resolve_toponyms  # noqa: E402

SHARED = ROOT.parent / "shared" / "data"
OWN = ROOT / "tools" / "figure_texts.txt"
GOLD = (
    ("articles/articles.jsonl", "claims/articles_gold.jsonl"),
    ("claims/news_dev_articles.jsonl", "claims/news_dev.jsonl"),
    ("claims/passages_dev_articles.jsonl", "claims/passages_dev.jsonl"),
    ("news/articles.jsonl", "news/claims_gold.jsonl"),
    ("news/war_articles.jsonl", "news/war_claims_gold.jsonl"),
)
ROUNDS = 3
FOLDS = 5
PENALTY = 0.6
"""Of the squares of the weights: most marks are rare."""
SHAPE_WEIGHT = 0.25
"""Of a constructed sentence against one of the news: there are many, and shapes are tidier than reporters."""
CAP = 3
"""Constructed sentences of each shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One figure's right ends: character span of the figure, names of its subject and of what it is counted from.

    ``either``: the two may be exchanged.
    """

    start: int
    end: int
    subject: tuple[str, ...]
    reference: str | None
    either: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A text with its figures; ``fold`` is what cross-validation keeps whole."""

    article: Article
    toponyms: list[Toponym]
    wanted: list[Wanted]
    fold: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One choice: its candidates' marks and which are right."""

    role: str
    fold: str
    weight: float
    marks: list[choice.Marks]
    right: list[bool]
    words: list[str]
    text: str


def scorer() -> Any:
    spec = importlib.util.spec_from_file_location("score_claims", SHARED / "claims" / "score_claims.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCORE = scorer()


# ── texts with right ends ────────────────────────────────────────────────────────────────────────────────────


def samples(count: int) -> list[Sample]:
    gazetteer = open_gazetteer()

    def sample(article: Article, wanted: list[Wanted], fold: str, weight: float) -> Sample:
        toponyms = resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)
        return Sample(article=article, toponyms=list(toponyms), wanted=wanted, fold=fold, weight=weight)

    out = [sample(a, w, a.id, 1.0) for a, w in [*_labelled(), *_batches(), *_own()] if w]
    for sentence in true_sentences.sentences(count, 5, gazetteer):
        wanted = []
        for figure, one, other in sentence.figures:
            start = sentence.text.find(figure)
            if start >= 0:
                wanted.append(
                    Wanted(start=start, end=start + len(figure), subject=(one,), reference=other, either=True)
                )
        if wanted:
            out.append(sample(Article(id="s", text=sentence.text), wanted, sentence.shape, SHAPE_WEIGHT))
    return out


def _wanted(gold: Sequence[dict[str, Any]]) -> list[Wanted]:
    return [
        Wanted(
            start=g["value_start"], end=g["value_end"], subject=tuple(g["subject"] or ()), reference=g.get("reference")
        )
        for g in gold
        if g["type"] == "distance" and g.get("value_start") is not None and g.get("label", "claim") == "claim"
    ]


def _labelled() -> Iterator[tuple[Article, list[Wanted]]]:
    for texts, gold in GOLD:
        rows = defaultdict(list)
        for line in (SHARED / gold).open(encoding="utf-8"):
            row = json.loads(line)
            rows[SCORE.key(row)].append(row)
        for article in read_articles([SHARED / texts]):
            yield article, _wanted(rows[article.id])


def _batches() -> Iterator[tuple[Article, list[Wanted]]]:
    for path in sorted((ROOT / "tests" / "batches").glob("b*.jsonl")):
        for passage in batches.read_batch(path):
            yield Article(id=passage["id"], text=passage["text"]), _wanted(list(batches.gold_of(passage)))


def _own() -> Iterator[tuple[Article, list[Wanted]]]:
    """Passages of the file: a text's lines, then a line ``= figure | subject | reference`` for each figure."""
    for number, block in enumerate(OWN.read_text(encoding="utf-8").split("\n\n")):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        text = "\n".join(line for line in lines if not line.startswith("= "))
        wanted = []
        for line in lines:
            if line.startswith("= "):
                figure, subject, reference = (part.strip() for part in line[2:].split("|"))
                start = text.index(figure)
                wanted.append(
                    Wanted(
                        start=start, end=start + len(figure), subject=(subject,) if subject else (),
                        reference=reference or None,
                    )
                )  # fmt: skip
        if wanted:
            yield Article(id=f"own-{number}", text=text), wanted


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────


def rows_of(sample: Sample) -> list[Row]:
    """Every choice made while a text is read, with what would be right."""
    out: list[Row] = []
    passages: list[Any] = []

    def listing(p: Any, sought: choice.Sought) -> list[choice.Candidate]:
        found = choice.candidates(p, sought)
        passages.append(p)
        wanted = next(
            (w for w in sample.wanted if w.start < p.tk.end[sought.end - 1] and p.tk.start[sought.at] < w.end), None
        )
        if wanted is not None:
            out.append(_row(p, sought, found, wanted, sample))
        return found

    with patch.object(lengths, "candidates", listing):
        extract_claims(sample.article, sample.toponyms)
    return out


def _row(p: Any, sought: choice.Sought, found: list[choice.Candidate], wanted: Wanted, sample: Sample) -> Row:
    right = [_is_right(p, sought, c, wanted) for c in found]
    return Row(
        role=sought.role, fold=sample.fold, weight=sample.weight, marks=[c.marks for c in found], right=right,
        words=[p.tk.slice(c.i, c.j) if c.named else "∅" for c in found],
        text=_around(p.text, wanted.start, wanted.end),
    )  # fmt: skip


def _around(text: str, start: int, end: int) -> str:
    return f"{text[max(0, start - 160) : end + 70]}  [{text[start:end]}]".replace("\n", " ")


def _is_right(p: Any, sought: choice.Sought, candidate: choice.Candidate, wanted: Wanted) -> bool:
    names = list(wanted.subject) if sought.role == "subject" else [wanted.reference] if wanted.reference else []
    if wanted.either and sought.taken is not None and wanted.reference is not None:
        both = [*wanted.subject, wanted.reference]
        names = [n for n in both if not SCORE.same_place(n, sought.taken.text)]
        if len(names) != 1:
            return False
    elif wanted.either and wanted.reference is not None:
        names = [*wanted.subject, wanted.reference]
    if not candidate.named:
        return not names
    mention = p.mention(candidate.i, candidate.j)
    said = [mention.text, *([mention.place.name] if mention.place is not None else [])]
    return any(SCORE.same_place(n, s) for n in names for s in said)


# ── the fit ──────────────────────────────────────────────────────────────────────────────────────────────────


def fit(rows: Sequence[Row], role: str) -> dict[str, float]:
    """Weights that make the right candidates likeliest."""
    mine = [r for r in rows if r.role == role and any(r.right) and not all(r.right)]
    names = sorted({name for r in mine for m in r.marks for name in m})
    index = {name: n for n, name in enumerate(names)}
    tables = []
    for r in mine:
        table = np.zeros((len(r.marks), len(names)))
        for k, marks in enumerate(r.marks):
            for name, value in marks.items():
                table[k, index[name]] = value
        tables.append((table, np.array(r.right), r.weight))

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = PENALTY * float(weights @ weights) / 2, PENALTY * weights.copy()
        for table, right, weight in tables:
            scores = table @ weights
            scores -= scores.max()
            shares = np.exp(scores) / np.exp(scores).sum()
            good = shares[right].sum()
            total -= weight * float(np.log(good))
            expected = np.where(right, shares / good, 0.0)
            slope -= weight * (table.T @ (expected - shares))
        return total, slope

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B")
    return {name: round(float(value), 3) for name, value in zip(names, found.x, strict=True) if abs(value) >= 0.02}


def write(weights: dict[str, dict[str, float]]) -> None:
    lines = ["# Written by tools/train_figures.py: what each mark of a candidate adds to its log-odds. See choice.py."]
    for role, values in weights.items():
        lines += [f"\n[{role}]", *(f"{name} = {value}" for name, value in sorted(values.items()))]
    choice.WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def accuracy(rows: Sequence[Row], weights: dict[str, dict[str, float]]) -> tuple[float, int, list[Row]]:
    """Share of choices that are right, of those that can be; how many; the wrong ones."""
    fair = [r for r in rows if any(r.right)]
    wrong = []
    for r in fair:
        scores = [choice.score(m, weights[r.role]) for m in r.marks]
        if not r.right[int(np.argmax(scores))]:
            wrong.append(r)
    return 1 - len(wrong) / max(1, len(fair)), len(fair), wrong


def report(rows: Sequence[Row], errors: bool) -> None:
    folds = {fold: n % FOLDS for n, fold in enumerate(sorted({r.fold for r in rows}))}
    held: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    for k in range(FOLDS):
        train = [r for r in rows if folds[r.fold] != k]
        test = [r for r in rows if folds[r.fold] == k]
        weights = {role: fit(train, role) for role in ("subject", "reference")}
        for role in weights:
            for kind, wanted in (("news", 1.0), ("shapes", SHAPE_WEIGHT)):
                mine = [r for r in test if r.role == role and r.weight == wanted]
                share, count, wrong = accuracy(mine, weights)
                held[role, kind].append((share, count))
                for r in wrong if errors else ():
                    scores = [choice.score(m, weights[role]) for m in r.marks]
                    chosen = r.words[int(np.argmax(scores))]
                    good = [w for w, ok in zip(r.words, r.right, strict=True) if ok]
                    print(f"{role}: {chosen!r} for {good}: …{r.text}…")
    for mark in ("rule", "nearest"):
        for kind, weight in (("news", 1.0), ("shapes", SHAPE_WEIGHT)):
            fair = [r for r in rows if r.role == "subject" and r.weight == weight and any(r.right)]
            good = sum(any(ok and mark in m for m, ok in zip(r.marks, r.right, strict=True)) for r in fair)
            print(f"subject    {kind:7} by {mark} alone: {good / max(1, len(fair)):.3f} of {len(fair)}")
    for (role, kind), found in held.items():
        count = sum(n for _, n in found)
        print(f"{role:10} {kind:7} held out: {sum(s * n for s, n in found) / max(1, count):.3f} of {count}")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluate", action="store_true", help="cross-validate, write nothing")
    parser.add_argument("--errors", action="store_true", help="print what is chosen wrongly in held-out folds")
    parser.add_argument("-n", type=int, default=CAP * len(true_sentences.read_shapes()))
    options = parser.parse_args(argv)
    before = choice.WEIGHTS.read_text(encoding="utf-8") if choice.WEIGHTS.exists() else None
    texts = samples(options.n)
    rows: list[Row] = []
    for _ in range(ROUNDS):
        rows = [row for sample in texts for row in rows_of(sample)]
        write({role: fit(rows, role) for role in ("subject", "reference")})
        choice._weights.cache_clear()
    lost = sum(not any(r.right) for r in rows)
    print(f"{len(texts)} texts, {len(rows)} choices; in {lost} nothing listed is right")
    report(rows, options.errors)
    if options.evaluate and before is not None:
        choice.WEIGHTS.write_text(before, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
