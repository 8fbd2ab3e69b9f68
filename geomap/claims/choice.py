"""Which place a figure counts from, and whose it is: all candidates listed, a trained scorer chooses.

A conditional logit (McFadden 1974): each candidate has a few marks of where it stands and what was said of it before;
weights, one set for either end of a distance, are in ``choice.toml``, written by ``tools/train_figures.py``. The
nearest name is one mark among others, never the rule.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from geomap.claims.line import Line
from geomap.claims.passage import Draft, Passage
from geomap.models import Mention, MentionKind

WEIGHTS = Path(__file__).with_name("choice.toml")
_CLOSE = 0.7
"""Two places whose log-odds for one figure lie this near: the first is less than twice as likely; both are kept."""
_BEFORE, _AFTER, _EARLIER = 8, 3, 8
"""Names listed before the figure, after it, and of the sentences before: a pass stays linear."""
_AFTER_REACH = 14
"""Tokens after a figure in which what it places is named: "40 km south of Izium lies the town of Barvinkove"."""
_SENTENCES_BACK = 3
"""Sentences before the figure's own whose names are listed; the text's first name is listed from anywhere."""
_LINK_REACH = 6
"""Tokens between two figures of one list: "20 km from A, the regional centre, and 30 km from B"."""
_TOLD_REACH = 400
"""Tokens before a figure in which it is counted how often a name was told."""
_ASIDE_REACH = 14
"""Tokens of an apposition before its figure: "Pampa, a town of traders in the plain, 90 km from"."""

_SMALL = ("located_verbs", "determiners", "place_nouns", "of_words", "adverbs", "away_words")
_ORDERS = ("former", "latter")
"""What the first and the second of two names told together are called."""

Marks = dict[str, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Tokens [i, j) that may be one end of a figure, and their marks; no tokens: nothing named is."""

    i: int
    j: int
    marks: Marks = field(compare=False)

    @property
    def named(self) -> bool:
        return self.j > self.i


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """An end of a figure that is looked for.

    ``at``, ``end``: the figure's first token and the one after all that was read of it. ``rule``: what the grammar of
    the sentence suggests. ``phrase``: words that stand for the end ("the town"), where there are any. ``taken``: its
    other end. ``earlier``: drafts before it, in reading order.
    """

    role: str
    at: int
    end: int
    line: Line
    rule: tuple[int, int] | None = None
    phrase: tuple[int, int] | None = None
    taken: Mention | None = None
    earlier: Sequence[Draft] = ()
    backwards_only: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The likeliest candidate, and the next where the two are close."""

    best: Candidate
    close: Candidate | None = None


def choose(sought: Sought, candidates: Sequence[Candidate]) -> Choice | None:
    """The candidate that scores best; None where there is none."""
    if not candidates:
        return None
    weights = _weights()[sought.role]
    scored = sorted(((score(c.marks, weights), -n) for n, c in enumerate(candidates)), reverse=True)
    best = candidates[-scored[0][1]]
    close = None
    if len(scored) > 1 and scored[0][0] - scored[1][0] < _CLOSE:
        other = candidates[-scored[1][1]]
        close = other if other.named else None
    return Choice(best, close)


def score(marks: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return sum(value * weights.get(name, 0.0) for name, value in marks.items())


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    return tomllib.loads(WEIGHTS.read_text(encoding="utf-8")) if WEIGHTS.exists() else {"subject": {}, "reference": {}}


# ── candidates ───────────────────────────────────────────────────────────────────────────────────────────────


def candidates(p: Passage, sought: Sought) -> list[Candidate]:
    """All that may be the end looked for, nearest before the figure first."""
    out: list[Candidate] = []
    seen: set[str] = set()
    behind = range(max(0, sought.at - _TOLD_REACH), sought.at)
    told = Counter(p.tk.slice(a, b) for a, b in _spans(p, behind, _TOLD_REACH))
    for a, b in _named(p, sought):
        words = p.tk.slice(a, b)
        if words in seen or _is_taken(p, sought, a, b):
            continue
        seen.add(words)
        out.append(Candidate(a, b, _marks(p, sought, a, b) | {"often": math.log(max(1, told[words]))}))
    if sought.phrase is not None:
        out.append(Candidate(*sought.phrase, _phrase_marks(p, sought, sought.phrase)))
    if sought.phrase is None and (sought.rule is None or sought.role == "reference"):
        out.append(Candidate(0, 0, {"nothing": 1.0}))
    return out


def _named(p: Passage, sought: Sought) -> Iterator[tuple[int, int]]:
    """Names before the figure, after it, of the sentences before, and the text's first."""
    line = sought.line
    yield from _spans(p, range(sought.at - 1, line.first - 1, -1), _BEFORE)
    if not sought.backwards_only:
        yield from _spans(p, range(sought.end, min(line.stop, sought.end + _AFTER_REACH)), _AFTER)
    number = p.tk.sentence_of[sought.at]
    floor = p.tk.sentences[max(0, number - _SENTENCES_BACK)][0]
    yield from _spans(p, range(p.tk.sentences[number][0] - 1, floor - 1, -1), _EARLIER)
    yield from _spans(p, range(min(len(p.tk), sought.at)), 1)


def _spans(p: Passage, tokens: Iterable[int], most: int) -> Iterator[tuple[int, int]]:
    """The first ``most`` places named among tokens, in their order."""
    last = -1
    for k in tokens:
        if p.top[k] < 0:
            last = -1
            continue
        if p.top[k] == last:
            continue
        last = p.top[k]
        toponym = p.toponyms[last]
        if toponym.kind is MentionKind.DEMONYM or p.is_line(k):
            continue
        yield p.span(k)
        most -= 1
        if most == 0:
            return


def _is_taken(p: Passage, sought: Sought, a: int, b: int) -> bool:
    """Whether tokens [a, b) are the figure's other end, by span or by name."""
    taken = sought.taken
    if taken is None:
        return False
    if _is_at(p, taken, a, b):
        return True
    place = p.toponyms[p.top[a]].place
    return taken.text == p.tk.slice(a, b) or (place is not None and taken.place == place)


# ── marks ────────────────────────────────────────────────────────────────────────────────────────────────────


def _marks(p: Passage, sought: Sought, a: int, b: int) -> Marks:
    marks: Marks = {}
    if sought.rule is not None and sought.rule[0] <= a and b <= sought.rule[1]:
        marks["rule"] = 1.0
    back = p.tk.sentence_of[sought.at] - p.tk.sentence_of[a]
    if back > 0:
        marks |= _earlier_marks(p, sought, a, b, back)
    elif a >= sought.end:
        marks |= _after_marks(p, sought, a)
    else:
        marks |= _before_marks(p, sought, a, b)
    marks |= _standing_marks(p, a, b)
    marks |= _told_marks(p, sought, a, b)
    marks |= _kind_marks(p, sought, a)
    if "fits_noun" in marks:
        marks |= {f"noun_{x}": 1.0 for x in ("first", "last", "dateline") if any(m.endswith("_" + x) for m in marks)}
    return marks


def _earlier_marks(p: Passage, sought: Sought, a: int, b: int, back: int) -> Marks:
    """Of a name in a sentence before: how far back, and whether the sentence looked for speaks of it."""
    marks = {"earlier": 1.0, "earlier_more": float(min(back, _SENTENCES_BACK + 1) - 1)}
    first, stop = p.sentence(a)
    where = []
    if back > _SENTENCES_BACK:
        where.append("far")
    if next(_spans(p, range(first, stop), 1), None) == (a, b):
        where.append("first")
    if next(_spans(p, range(stop - 1, first - 1, -1), 1), None) == (a, b):
        where.append("last")
    if next(_spans(p, range(len(p.tk)), 1), None) == (a, b):
        where.append("dateline" if p.tk.word[a].isupper() and len(p.tk.word[a]) > 1 else "of_text")
    meant = sought.rule is not None and _stands_for(p, sought.rule)
    state = "meant" if meant else "unsaid" if sought.rule is None else "said"
    marks |= {f"{state}_{name}": 1.0 for name in (*where, "earlier")}
    return marks


def _after_marks(p: Passage, sought: Sought, a: int) -> Marks:
    """Of a name after the figure: whether the sentence is turned round ("40 km south of B lies A")."""
    between = range(sought.end, a)
    small = all(_is_small(p, k) for k in between)
    verb = any(p.among(k, "located_verbs") for k in between)
    marks = {"after": 1.0, "after_log": math.log1p(a - sought.end)}
    if small and verb:
        marks["after_turned"] = 1.0
    if not any(p.top[k] >= 0 for k in range(sought.line.first, sought.at)):
        marks["after_alone"] = 1.0
    return marks


def _is_small(p: Passage, k: int) -> bool:
    """Whether token k may stand between a turned verb and its subject: "lies the town of"."""
    return p.tk.word[k] == "," or any(p.among(k, words) for words in _SMALL)


def _before_marks(p: Passage, sought: Sought, a: int, b: int) -> Marks:
    """Of a name before the figure: how near, what stands between."""
    between = range(b, sought.at)
    names = sum(1 for _ in _spans(p, between, _BEFORE))
    marks = {"before_log": math.log1p(len(between)), "names_between": float(min(names, 4))}
    if names == 0:
        marks["nearest"] = 1.0
    if next(_spans(p, range(sought.line.first, sought.at), 1), None) == (a, b):
        marks["first"] = 1.0
    if any(p.tk.word[k] in ";:" for k in between):
        marks["clause_before"] = 1.0
    if any(p.among(k, "conjunctions") and not p.among(k, "relative") and not p.among(k, "list_joins") for k in between):
        marks["conjunction_between"] = 1.0
    if any(p.top[k] < 0 and p.tk.low[k] in p.lang.table("speech") for k in between):
        marks["speech_between"] = 1.0
    verb = any(p.among(k, "located_verbs") or p.is_auxiliary(k) for k in between)
    marks["verb_between" if verb else "no_verb_between"] = 1.0
    if not verb and names == 0 and len(between) <= _ASIDE_REACH and (not between or p.tk.word[b] in ",–—-("):
        marks["apposed"] = 1.0
    if names == 0 and _is_relative(p, b, sought.at):
        marks["relative"] = 1.0
    if next(_spans(p, range(_clause(p, sought), sought.at), 1), None) == (a, b):
        marks["clause_first"] = 1.0
    return marks


def _is_relative(p: Passage, b: int, at: int) -> bool:
    """Whether a clause of the name that ends before token b opens there: "Kupiansk, which lies", "Kupiansk, itself"."""
    k = b + 1 if b < at and p.tk.word[b] in ",–—-" else b
    if k >= at or not (p.among(k, "relative") or p.among(k, "itself")):
        return False
    return not any(p.tk.word[x] == "," for x in range(k, at))


def _clause(p: Passage, sought: Sought) -> int:
    """Where the figure's own clause begins: after the last sign or conjunction that a new one may follow."""
    for k in range(sought.at - 1, sought.line.first, -1):
        if p.tk.word[k] in ";:–—":
            return k + 1
        joins = p.among(k, "conjunctions") and not p.among(k, "relative")
        if joins and not p.among(k + 1, "determiners") and p.top[k + 1] >= 0:
            return k + 1
    return sought.line.first


def _standing_marks(p: Passage, a: int, b: int) -> Marks:
    """What stands just before and after a name: "in", "from", "south of", a comma after another name, its verb."""
    k = a - 1
    while k >= 0 and any(p.among(k, words) for words in ("determiners", "wind_adjectives", "place_nouns")):
        k -= 1
    if k >= 1 and p.among(k, "of_words") and p.among(k - 1, "place_nouns"):
        k -= 2
        while k >= 0 and p.among(k, "determiners"):
            k -= 1
    outside = k < 0 or p.tk.sentence_of[k] != p.tk.sentence_of[a]
    marks = {"starts" if outside else _led_by(p, k): 1.0}
    if b < len(p.tk) and (p.is_auxiliary(b) or p.among(b, "located_verbs")):
        marks["has_verb"] = 1.0
    return marks


def _led_by(p: Passage, k: int) -> str:
    """The mark of a name that follows the word at token k."""
    before = k - 1 if k >= 1 else k
    if p.among(k, "of_words") and (p.tk.low[before] in p.lang.winds or p.among(before, "place_nouns")):
        return "follows_wind"
    if p.among(k, "from") or p.among(k, "between"):
        return "follows_from"
    if p.among(k, "in_words") or p.among(k, "at_words"):
        name = before - 1 if p.tk.word[before] == "," and before >= 1 else before
        return "lies_round" if p.top[name] >= 0 else "follows_in"
    if p.among(k, "list_joins"):
        return "follows_join"
    if p.tk.word[k] == ",":
        return "follows_name" if p.top[before] >= 0 else "follows_comma"
    words = {"to_words": "follows_to", "prepositions": "follows_preposition"}
    return next((mark for name, mark in words.items() if p.among(k, name)), "follows_other")


def _told_marks(p: Passage, sought: Sought, a: int, b: int) -> Marks:
    """What figures before said of a name: their end, or what they placed."""
    marks: Marks = {}
    start = p.tk.start[sought.line.first]
    meant = sought.rule is not None and _stands_for(p, sought.rule)
    for draft in sought.earlier:
        if draft.quantity is None:
            continue
        same = p.tk.start[draft.quantity.i] >= start
        where = "" if same else "_before_meant" if meant else "_before"
        if draft.reference is not None and _is(p, draft.reference, a, b):
            marks["was_reference" + where] = 1.0
        if any(_is(p, m, a, b) for m in draft.subject):
            marks["was_subject" + where] = 1.0
            if same and _is_linked(p, draft.j, sought.at):
                marks["list_goes_on"] = 1.0
    return marks


def _is(p: Passage, mention: Mention, a: int, b: int) -> bool:
    return mention.text == p.tk.slice(a, b) or _is_at(p, mention, a, b)


def _is_at(p: Passage, mention: Mention, a: int, b: int) -> bool:
    """Whether a mention shares characters with tokens [a, b)."""
    placed = mention.start is not None and mention.end is not None
    return placed and mention.start < p.tk.end[b - 1] and p.tk.start[a] < mention.end  # type: ignore[operator]


def _is_linked(p: Passage, i: int, j: int) -> bool:
    """Whether tokens [i, j) only join two figures: a comma, "and", an aside between commas."""
    if j - i > _LINK_REACH:
        return False
    for k in range(i, j):
        if p.top[k] >= 0 or p.is_auxiliary(k) or p.among(k, "located_verbs") or p.tk.word[k] in ";:.":
            return False
    return any(p.tk.word[k] == "," or p.among(k, "list_joins") for k in range(i, j))


def _kind_marks(p: Passage, sought: Sought, a: int) -> Marks:
    """What kind of place it is, and whether that is what "the town" says."""
    place = p.toponyms[p.top[a]].place
    if place is None:
        return {"unplaced": 1.0}
    feature = place.feature
    names = (("P.", "town"), ("A.PCL", "country"), ("A.", "region"), ("H.", "water"))
    marks = {next((name for start, name in names if feature.startswith(start)), "other"): 1.0}
    words = sought.phrase or (sought.rule if sought.rule is not None and _stands_for(p, sought.rule) else None)
    if words is not None:
        marks |= _noun_marks(p, words[1] - 1, a, feature)
    return marks


def _noun_marks(p: Passage, noun: int, a: int, feature: str) -> Marks:
    """Whether the place named at token a can be what the noun says: "the town", "the former", "its destination"."""
    wanted = _features_of(p, noun)
    b = p.span(a)[1]
    if wanted in _ORDERS:
        joined = p.among(b, "list_joins") if wanted == "former" else p.among(a - 1, "list_joins")
        return {"fits_order" if joined else "not_order": 1.0}
    marks: Marks = {}
    if p.among(noun, "destinations"):
        marks["destined" if p.among(a - 1, "destination_leads") else "not_destined"] = 1.0
    if wanted:
        marks["fits_noun" if feature.startswith(tuple(wanted.split())) else "not_noun"] = 1.0
    return marks


def _features_of(p: Passage, k: int) -> str | None:
    """Beginnings of the features that the noun at token k may mean: "town": P."""
    hit = p.lang.table("anaphors").match(p.tk.low, k, k + 1)
    return hit[0] if hit is not None else None


def _stands_for(p: Passage, span: tuple[int, int]) -> bool:
    """Whether tokens [i, j) stand for something told before: "it", "the town"."""
    i, j = span
    if j - i == 1:
        return p.among(i, "thing_pronouns") or p.among(i, "it_words")
    return p.among(i, "determiners") and not p.among(i, "indefinite") and _features_of(p, j - 1) is not None


def _phrase_marks(p: Passage, sought: Sought, span: tuple[int, int]) -> Marks:
    """Of words that name no place: "the mine", "it", "one", "the town"."""
    marks = {"phrase": 1.0}
    if sought.rule == span:
        marks |= {"phrase_rule": 1.0, "rule": 1.0}
    if _stands_for(p, span):
        marks["phrase_stands_for"] = 1.0
    elif p.tk.capital(span[0]) and span[0] > sought.line.first:
        marks["phrase_name"] = 1.0
    if p.among(span[0], "pronouns"):
        marks["phrase_pronoun"] = 1.0
    if p.has_force(*span):
        marks["phrase_force"] = 1.0
    return marks
