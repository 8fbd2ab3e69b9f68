"""Definite descriptions that the gazetteer can answer: "Ukraine's second largest city", "the regional capital", "the
Polish-Belarusian border".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from geomap.models import Place
from geomap.toponyms.lookup import Gazetteer

_SIGNS = ("largest", "biggest", "populous", "capital", "border", "frontier")
_ORDER = {"": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_LARGEST = re.compile(
    r"\b(?:(second|third|fourth|fifth)[- ])?(?:largest|biggest|most populous)[- ](?:city|town)\b", re.I
)
_CAPITAL = re.compile(
    r"\b(?:(regional|provincial|state)\s)?capital\b(?!\s(?:of|punishment|city of|investment|letters?)\b)"
)
_BORDER = re.compile(r"\b(?:border|frontier)\b(?![- ]?(?:guards?|police|patrols?|towns?|villages?|crossings?|control))")
_WHOSE = re.compile(r"(?:[Tt]he|country['’]s|nation['’]s)\s\Z")
_APPOSED = re.compile(r"\s?[,–—-]\s(?:the\s)?\Z")
_NAME_AFTER = re.compile(r"(?:,|:|\sof)?\s(?:the\s)?\W?[A-ZА-ЯЁІЇЄҐ]")
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


def is_description(text: str) -> bool:
    """Whether a text holds words that such a description is made of."""
    small = text.lower()
    if not any(sign in small for sign in _SIGNS):  # most texts: told ten times as fast as by patterns
        return False
    return bool(_LARGEST.search(text) or _CAPITAL.search(text) or _BORDER.search(text))


def find_descriptions(text: str, spans: Sequence[tuple[int, int]]) -> list[Description]:
    """Descriptions in a text whose plain mentions are at ``spans``; in order, without overlap among themselves."""
    ends = {end: (start, end) for start, end in spans}
    starts = {start: (start, end) for start, end in spans}
    found = [*_largest(text, ends, starts), *_capitals(text, ends), *_borders(text, ends, starts)]
    found.sort(key=lambda d: (d.start, -d.end))
    kept: list[Description] = []
    for description in found:
        if not kept or kept[-1].end <= description.start:
            kept.append(description)
    return kept


def _owner(text: str, at: int, ends: dict[int, tuple[int, int]], gap: int = 24) -> tuple[int, int] | None:
    """The mention whose possessive, with at most two plain words between, stands before ``at``."""
    for back in range(2, gap):
        end = at - back
        if end in ends:
            between = text[end:at]
            if re.fullmatch(r"['’]s\s(?:[a-z-]{2,12}\s){0,2}", between):
                return ends[end]
            return None
    return None


def _follows_name(text: str, start: int, ends: dict[int, tuple[int, int]]) -> bool:
    """Whether a description says what the name just before it is: "Goma, the largest city in the east"."""
    apposed = _APPOSED.search(text[max(0, start - 10) : start])
    return apposed is not None and start - len(apposed.group()) in ends


def _largest(text: str, ends: dict[int, tuple[int, int]], starts: dict[int, tuple[int, int]]) -> Iterator[Description]:
    for m in _LARGEST.finditer(text):
        if re.match(r"(?:,|:)?\s\W?[A-Z]", text[m.end() : m.end() + 4]):
            continue  # the name follows
        order = _ORDER[(m.group(1) or "").lower()]
        owner = _owner(text, m.start(), ends)
        start, end = (owner[0], m.end()) if owner else (m.start(), m.end())
        if owner is None:
            after = re.match(r"\s(?:in|of)\s(?:the\s)?", text[m.end() : m.end() + 10])
            if after and m.end() + after.end() in starts:
                owner = starts[m.end() + after.end()]
            elif after or not re.search(_WHOSE, text[max(0, m.start() - 12) : m.start()]):
                continue  # "the largest city in the east" is of something smaller than the country
        if not _follows_name(text, start, ends):
            yield Description(start, end, "largest", order, owner)


def _capitals(text: str, ends: dict[int, tuple[int, int]]) -> Iterator[Description]:
    for m in _CAPITAL.finditer(text):
        if _NAME_AFTER.match(text[m.end() : m.end() + 8]) or text[m.end() : m.end() + 2] in ("s ", "is"):
            continue
        left = text[max(0, m.start() - 12) : m.start()]
        if m.group(1):
            if re.search(r"\b[Tt]he\s\Z", left):
                yield Description(m.start(), m.end(), "seat")
            continue
        owner = _owner(text, m.start(), ends)
        if owner is None and m.start() - 1 in ends and text[m.start() - 1] == " ":
            owner = ends[m.start() - 1]  # "the Ukrainian capital"
            if not re.search(r"\b[Tt]he\s\Z", text[max(0, owner[0] - 5) : owner[0]]):
                owner = None
        if owner is not None:
            if not _follows_name(text, owner[0], ends):
                yield Description(m.start(), m.end(), "capital", 1, owner)
        elif re.search(r"\b(?:country|nation)['’]s\s\Z", left):
            yield Description(m.start(), m.end(), "capital")


def _borders(text: str, ends: dict[int, tuple[int, int]], starts: dict[int, tuple[int, int]]) -> Iterator[Description]:
    for m in _BORDER.finditer(text):
        one = ends.get(m.start() - 1) or _owner(text, m.start(), ends)
        other = None
        if one is not None and one[1] == m.start() - 1 and text[one[0] - 1 : one[0]] in ("-", "–", "‑", "/"):
            other = ends.get(one[0] - 1)
        right = text[m.end() : m.end() + 40]
        after = re.match(r"\s(?:with|of|to|into)\s(?:the\s)?", right)
        between = re.match(r"\sbetween\s(?:the\s)?", right)
        if one is None and after:
            one = starts.get(m.end() + after.end())
        elif one is None and between:
            one = starts.get(m.end() + between.end())
            if one is not None:
                second = re.match(r"\sand\s(?:the\s)?", text[one[1] : one[1] + 10])
                other = starts.get(one[1] + second.end()) if second else None
        if one is not None:
            yield Description(m.start(), m.end(), "border", 1, one, other)


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
