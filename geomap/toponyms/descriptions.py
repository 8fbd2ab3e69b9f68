"""Definite descriptions that the gazetteer can answer: "Ukraine's second largest city", "the regional capital", "the
Polish-Belarusian border".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from geomap.lang import kept, languages, table
from geomap.models import Place
from geomap.toponyms.lookup import Gazetteer

Span = tuple[int, int]
"""Code points [start, end) of a mention."""
Spans = dict[int, Span]
"""Mentions by where they start, or by where they end."""
SCORE = 0.9
"""Of such descriptions written for this project, nine in ten were answered rightly."""
MAIN_SHARE = 0.6
"""Two countries that make up so much of a story's country names are its two sides: "the border" is theirs."""


@dataclass(frozen=True, slots=True)
class Description:
    """Code points [start, end); ``owner`` is the span of the country or region that it is said of, where one stands."""

    start: int
    end: int
    sort: str
    order: int = 1
    owner: tuple[int, int] | None = None
    other: tuple[int, int] | None = None


class _Patterns:
    """How one language describes places: patterns made of the words in ``[descriptions]`` of its ``names.toml``."""

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        article = f"(?:{_any(words['articles'])}\\s)?"
        genitive = _any(words["genitives"])
        self.signs = tuple(sign.lower() for name in ("largest", "capitals", "borders") for sign in words[name])
        """Words without one of which nothing is described: told ten times as fast as by patterns."""
        self.orders = {"": 1, **{word: number for number, word in enumerate(words["orders"], start=2)}}
        self.largest = re.compile(
            rf"\b(?:({_any(words['orders'])})[- ])?{_any(words['largest'])}[- ]{_any(words['towns'])}\b", re.IGNORECASE
        )
        self.capital = re.compile(
            rf"\b(?:({_any(words['regional'])})\s)?{_any(words['capitals'])}\b(?!\s{_any(words['not_capitals'])}\b)"
        )
        self.border = re.compile(rf"\b{_any(words['borders'])}\b(?![- ]?{_any(words['not_borders'])})")
        articles = _any([form for word in words["articles"] for form in (word, word.capitalize())])
        nations = f"{_any(words['nations'])}{genitive}"
        self.the = re.compile(rf"\b{articles}\s\Z")
        self.nation = re.compile(rf"\b{nations}\s\Z")
        self.whose = re.compile(rf"(?:{articles}|{nations})\s\Z")
        self.owned = re.compile(rf"{genitive}\s(?:[^\W\d_A-Z-]{{2,12}}\s){{0,2}}")
        self.apposed = re.compile(rf"\s?[,–—-]\s{article}\Z")
        self.name_after = re.compile(rf"(?:,|:|\s{_any(words['of'])})?\s{article}\W?[A-ZА-ЯЁІЇЄҐ]")
        self.inside = re.compile(rf"\s{_any(words['in'])}\s{article}")
        self.other_side = re.compile(rf"\s{_any(words['with'])}\s{article}")
        self.between = re.compile(rf"\s{_any(words['between'])}\s{article}")
        self.joined = re.compile(rf"\s{_any(words['and'])}\s{article}")

    def describe(self, text: str) -> bool:
        """Whether a text holds words that such a description is made of."""
        small = text.lower()
        if not any(sign in small for sign in self.signs):
            return False
        return bool(self.largest.search(text) or self.capital.search(text) or self.border.search(text))


def _any(words: Iterable[str]) -> str:
    """A pattern of any of the words."""
    return f"(?:{'|'.join(map(re.escape, words))})"


_NAME = re.compile(r"(?:,|:)?\s\W?[A-Z]")
"""A name, right after what describes it."""


@kept
def _patterns() -> tuple[_Patterns, ...]:
    """Of each language that says how it describes places."""
    files = (table(language, "names") for language in languages("names"))
    return tuple(_Patterns(words["descriptions"]) for words in files if "descriptions" in words)


def is_description(text: str) -> bool:
    """Whether a text holds words that such a description is made of."""
    return any(patterns.describe(text) for patterns in _patterns())


def find_descriptions(text: str, spans: Sequence[Span]) -> list[Description]:
    """Descriptions in a text whose plain mentions are at ``spans``; in order, without overlap among themselves."""
    ends = {end: (start, end) for start, end in spans}
    starts = {start: (start, end) for start, end in spans}
    found: list[Description] = []
    for patterns in _patterns():
        found += _largest(text, ends, starts, patterns)
        found += _capitals(text, ends, patterns)
        found += _borders(text, ends, starts, patterns)
    found.sort(key=lambda d: (d.start, -d.end))
    kept_apart: list[Description] = []
    for description in found:
        if not kept_apart or kept_apart[-1].end <= description.start:
            kept_apart.append(description)
    return kept_apart


def _owner(text: str, at: int, ends: Spans, patterns: _Patterns, gap: int = 24) -> Span | None:
    """The mention whose possessive, with at most two plain words between, stands before ``at``."""
    for back in range(2, gap):
        end = at - back
        if end in ends:
            return ends[end] if patterns.owned.fullmatch(text[end:at]) else None
    return None


def _follows_name(text: str, start: int, ends: Spans, patterns: _Patterns) -> bool:
    """Whether a description says what the name just before it is: "Goma, the largest city in the east"."""
    apposed = patterns.apposed.search(text[max(0, start - 10) : start])
    return apposed is not None and start - len(apposed.group()) in ends


def _largest(text: str, ends: Spans, starts: Spans, patterns: _Patterns) -> Iterator[Description]:
    """ "Ukraine's second largest city", "the biggest town in Ghana", "the country's largest city"."""
    for m in patterns.largest.finditer(text):
        if _NAME.match(text[m.end() : m.end() + 4]):
            continue  # the name follows
        order = patterns.orders[(m.group(1) or "").lower()]
        owner = _owner(text, m.start(), ends, patterns)
        start = owner[0] if owner else m.start()
        if owner is None:
            after = patterns.inside.match(text[m.end() : m.end() + 10])
            if after and m.end() + after.end() in starts:
                owner = starts[m.end() + after.end()]
            elif after or not patterns.whose.search(text[max(0, m.start() - 12) : m.start()]):
                continue  # "the largest city in the east" is of something smaller than the country
        if not _follows_name(text, start, ends, patterns):
            yield Description(start, m.end(), "largest", order, owner)


def _capitals(text: str, ends: Spans, patterns: _Patterns) -> Iterator[Description]:
    """ "the regional capital", "Ukraine's capital", "the Ukrainian capital", "the country's capital"."""
    for m in patterns.capital.finditer(text):
        if patterns.name_after.match(text[m.end() : m.end() + 8]):
            continue
        left = text[max(0, m.start() - 12) : m.start()]
        if m.group(1):
            if patterns.the.search(left):
                yield Description(m.start(), m.end(), "seat")
            continue
        owner = _owner(text, m.start(), ends, patterns) or _people_of(text, m.start(), ends, patterns)
        if owner is not None:
            if not _follows_name(text, owner[0], ends, patterns):
                yield Description(m.start(), m.end(), "capital", 1, owner)
        elif patterns.nation.search(left):
            yield Description(m.start(), m.end(), "capital")


def _people_of(text: str, at: int, ends: Spans, patterns: _Patterns) -> Span | None:
    """The mention right before ``at`` where "the" stands before it: "the Ukrainian capital"."""
    owner = ends.get(at - 1) if text[at - 1 : at] == " " else None
    return owner if owner and patterns.the.search(text[max(0, owner[0] - 5) : owner[0]]) else None


def _borders(text: str, ends: Spans, starts: Spans, patterns: _Patterns) -> Iterator[Description]:
    """ "the Polish-Belarusian border", "the border with Poland", "the border between Poland and Belarus"."""
    for m in patterns.border.finditer(text):
        one = ends.get(m.start() - 1) or _owner(text, m.start(), ends, patterns)
        other = None
        if one is not None and one[1] == m.start() - 1 and text[one[0] - 1 : one[0]] in ("-", "–", "‑", "/"):
            other = ends.get(one[0] - 1)
        if one is None:
            one, other = _after_border(text, m.end(), starts, patterns)
        if one is not None:
            yield Description(m.start(), m.end(), "border", 1, one, other)


def _after_border(text: str, end: int, starts: Spans, patterns: _Patterns) -> tuple[Span | None, Span | None]:
    """The countries named after "border" that ends at ``end``: "with Poland", "between Poland and Belarus"."""
    right = text[end : end + 40]
    after = patterns.other_side.match(right)
    if after:
        return starts.get(end + after.end()), None
    between = patterns.between.match(right)
    one = starts.get(end + between.end()) if between else None
    second = patterns.joined.match(text[one[1] : one[1] + 10]) if one else None
    return one, starts.get(one[1] + second.end()) if one and second else None


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────


def answer_descriptions(
    descriptions: Iterable[Description],
    mentions: Sequence[tuple[int, int, Place | None]],
    gazetteer: Gazetteer,
) -> dict[tuple[int, int], Place]:
    """Places of the descriptions that have one, by span; ``mentions``: (start, end, place), in order."""
    placed = {(start, end): place for start, end, place in mentions if place is not None}
    countries = Counter(p.country for p in placed.values() if p.country and not p.approximate)
    main = [code for code, _ in countries.most_common(2)]
    both = len(main) == 2 and sum(countries[c] for c in main) >= MAIN_SHARE * sum(countries.values())
    found = {}
    for d in descriptions:
        owner = placed.get(d.owner) if d.owner else None
        if d.owner and owner is None:
            continue
        place = None
        if d.sort == "border":
            place = _border(d, owner, placed, main, both, gazetteer)
        else:
            if owner is None:
                owner = _last_region(d.start, mentions) if d.sort == "seat" else None
                if owner is None and (d.sort == "seat" or not main):
                    continue
            place = _settlement(d, owner, main[0] if main else "", gazetteer)
        if place is not None:
            found[d.start, d.end] = replace(place, score=SCORE)
    return found


def _settlement(d: Description, owner: Place | None, main: str, gazetteer: Gazetteer) -> Place | None:
    country, admin1 = (owner.country or "", "") if owner else (main, "")
    if owner is not None and owner.feature.startswith("A.ADM"):
        entry = gazetteer.locate(owner.id)
        admin1 = (entry.admin1 or "") if entry else ""
    elif owner is not None and not owner.feature.startswith("A.PCL"):
        return None
    if not country:
        return None
    if d.sort == "largest":
        rows = gazetteer.largest(country, admin1, limit=d.order)
        return gazetteer.to_place(rows[d.order - 1]) if len(rows) >= d.order else None
    seat = "P.PPLA" if admin1 else "P.PPLC"
    rows = gazetteer.largest(country, admin1, limit=1, feature=seat) or (
        gazetteer.largest(country, admin1, limit=1, feature="P.PPLC") if admin1 else []
    )
    return gazetteer.to_place(rows[0]) if rows else None


def _last_region(at: int, mentions: Sequence[tuple[int, int, Place | None]]) -> Place | None:
    for start, _, place in reversed(mentions):
        if start < at and place is not None and place.feature.startswith("A.ADM1"):
            return place
    return None


def _border(
    d: Description, one: Place | None, placed: dict[tuple[int, int], Place], main: list[str], both: bool,
    gazetteer: Gazetteer,
) -> Place | None:  # fmt: skip
    first = one.country if one else None
    if d.other:
        other = placed.get(d.other)
        second = other.country if other else None
        return gazetteer.border(first, second) if first and second and first != second else None
    if first is None:
        return gazetteer.border(*main) if both else None
    for code in main:
        if code != first and (border := gazetteer.border(first, code)):
            return border
    return None
