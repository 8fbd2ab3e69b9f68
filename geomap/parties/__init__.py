"""Who fights, holds and speaks: words for sides made into parties, once, that are compared and never read again.

A country's name, its people and its seat of government are one party; armed groups, armies and alliances stand in
``groups.csv``, a row each: ``side`` is the state that one fights as, and a group without one is a party of its own.
Which country a name means is asked of a ``Nation``: the gazetteer's names and demonyms, or an article's toponyms.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise

from geomap.lang import kept, languages, table
from geomap.lang.names import stand_ins

Nation = Callable[[str], str | None]
"""The country (ISO 3166 alpha-2) that a name, demonym or capital stands for; None for what is none."""
_WINDOW = 6
"""Words of the longest name of a country that is looked up: "the Democratic Republic of the Congo"."""
_IN_TEXT = 4
"""Words of a name looked for in running text."""
_SHORT = 3
"""Words of a name that may be capitals throughout: "ISIS", "the FARC"."""
_SEAT_WORDS = 3
"""Words of the longest seat of government: "10 Downing Street"."""
_WORD = re.compile(r"[^\W_]+(?:[.'’/][^\W_]+)*\.?")
_APOSTROPHE = re.compile(r"['’]s?$")


class PartyKind(StrEnum):
    """What a party is, where that decides with whom it may be one."""

    STATE = "state"
    GROUP = "group"
    RULER = "ruler"  # a group that is, or was, its country's government
    ALLIANCE = "alliance"  # acts for its members
    PROXY = "proxy"  # "Russia-backed separatists": with its patron, whoever they are
    REBELS = "rebels"  # of a country, without a name: any of its groups
    NAMED = "named"  # a name that nothing here knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A side. ``key`` tells it from others: a country's code, a group's name; ``country`` is where it is at home."""

    key: str
    country: str | None = None
    words: str = ""
    kind: PartyKind = PartyKind.STATE


def same(one: Party | None, other: Party | None) -> bool | None:
    """Whether two parties are one; None where that cannot be told: rebels may be any group, an alliance any member."""
    if one is None or other is None:
        return None
    if one.key == other.key:
        return True
    kinds = {one.kind, other.kind}
    if PartyKind.PROXY in kinds:
        return True if one.country == other.country and PartyKind.STATE in kinds else None
    if kinds & {PartyKind.ALLIANCE, PartyKind.NAMED}:
        return None
    at_home = one.country is not None and one.country == other.country
    if PartyKind.REBELS in kinds:
        return False if at_home and PartyKind.STATE in kinds else None
    if PartyKind.RULER in kinds and PartyKind.STATE in kinds:
        return None if at_home else False
    return False


def state(code: str, words: str = "") -> Party:
    """The party of a country, by its ISO code."""
    return Party(key=code, country=code, words=words or code)


def rebels_of(code: str, words: str = "") -> Party:
    """Fighters against a country's government who are not named."""
    return Party(key=f"rebels:{code}", country=code, words=words, kind=PartyKind.REBELS)


def named(name: str) -> Party:
    """A party by a name that nothing here knows: told from itself alone."""
    return Party(key=f"name:{name.casefold()}", words=name, kind=PartyKind.NAMED)


def group_of(words: str) -> Party | None:
    """The army, group, alliance or seat of government that words name; None where they name none."""
    return _group_in([m.group() for m in _WORD.finditer(words)])


def of_country(code: str, words: str) -> Party:
    """The party of words that name a country: its state, its rebels, or those whom it backs."""
    low = [m.group().casefold() for m in _WORD.finditer(words)]
    if any(word in _words("backed") or word in _words("pro") for word in low):
        return Party(key=f"proxy:{code}", country=code, words=words, kind=PartyKind.PROXY)
    return rebels_of(code, words) if _says(low, "rebels") else state(code, words)


def party_of(words: str | None, nation: Nation, home: str | None = None) -> Party | None:
    """The party that words name; None where they name none.

    Parameters
    ----------
    nation
        Which country a name means.
    home
        The country of the conflict, for parties without a name: "government forces", "the rebels".

    Examples
    --------
    >>> codes = {"Mali": "ML", "Malian": "ML", "Russia": "RU"}
    >>> [party_of(w, codes.get).key for w in ("Malian troops", "Mali's army", "the Wagner group")]
    ['ML', 'ML', 'RU']
    >>> party_of("Malian rebels", codes.get).key, party_of("the rebels", codes.get, home="ML").key
    ('rebels:ML', 'rebels:ML')
    """
    if not words:
        return None
    tokens = [m.group() for m in _WORD.finditer(words)]
    group = _group_in(tokens)
    if group is not None:
        return group
    country = _country_in(tokens, nation)
    if country is not None:
        return of_country(country, words)
    if is_rebels(words):
        return rebels_of(home, words) if home is not None else None
    if is_government(words):
        return state(home, words) if home is not None else None
    return _named(tokens)


def is_rebels(words: str) -> bool:
    """Whether words name fighters against a government, without saying whose: "the rebels"."""
    return _says([m.group().casefold() for m in _WORD.finditer(words)], "rebels")


def is_government(words: str) -> bool:
    """Whether words name a government's side: "government forces", "the regime"."""
    return _says([m.group().casefold() for m in _WORD.finditer(words)], "governments") and not is_rebels(words)


def parties_in(text: str, nation: Nation) -> list[tuple[int, int, Party]]:
    """(start, end, party) of each party that a sentence names: groups, and countries by their names and people."""
    marks = list(_WORD.finditer(text))
    tokens = [m.group() for m in marks]
    found: list[tuple[int, int, Party]] = []
    at = 0
    while at < len(tokens):
        party, size = _at(tokens, at, nation)
        if party is not None:
            found.append((marks[at].start(), marks[at + size - 1].end(), party))
        at += size
    return found


def _at(tokens: list[str], at: int, nation: Nation) -> tuple[Party | None, int]:
    """The party whose name begins at a token, and how many tokens it has (1 where there is none)."""
    group = _group_at(tokens, at)
    if group is not None:
        return group
    for size in range(min(_IN_TEXT, len(tokens) - at), 0, -1):
        country = _country_in(tokens[at : at + size], nation, whole=True)
        if country is not None:
            return state(country, " ".join(tokens[at : at + size])), size
    return None, 1


def is_army(words: str) -> bool:
    """Whether words name a state's forces, without saying whose: "the army"."""
    return _says([m.group().casefold() for m in _WORD.finditer(words)], "armies")


# ── groups ───────────────────────────────────────────────────────────────────────────────────────────────────


def _group_in(tokens: list[str]) -> Party | None:
    """The first group, army or seat of government that a text names, by its longest name there."""
    return next((found[0] for at in range(len(tokens)) if (found := _group_at(tokens, at)) is not None), None)


def _group_at(tokens: list[str], at: int) -> tuple[Party, int] | None:
    """The group, army or seat whose name begins at a token, and how many tokens that has."""
    # in a headline of capitals alone, "IS" may be a verb
    shouted = len(tokens) > _SHORT and all(t.isupper() for t in tokens if t[0].isalpha())
    for name, party in _groups().get(_plain(tokens[at]).casefold(), ()):
        if not (shouted and len(name) == 1) and _names([_plain(t) for t in tokens[at : at + len(name)]], name):
            return party, len(name)
    stand_for = stand_ins()
    for size in range(min(_SEAT_WORDS, len(tokens) - at), 0, -1):
        seat = " ".join(_plain(t) for t in tokens[at : at + size])
        if seat[:1].isupper() and seat.casefold() in stand_for:
            return state(stand_for[seat.casefold()], seat), size
    return None


def _names(words: list[str], name: tuple[str, ...]) -> bool:
    """Whether words are a group's name; capitals alone tell "IS" from "is"."""
    if len(words) < len(name):
        return False
    if len(name) == 1 and name[0].isupper():
        return words[0] == name[0]
    # a name of one word needs its capital: "wagner" may be anything
    return [w.casefold() for w in words] == [n.casefold() for n in name] and (
        len(name) > 1 or words[0][:1].isupper() or name[0][:1].islower()
    )


def _plain(token: str) -> str:
    return _APOSTROPHE.sub("", token).strip(".")


@cache
def _groups() -> dict[str, tuple[tuple[tuple[str, ...], Party], ...]]:
    """First word of a name -> names that begin with it, longest first, and whose they are."""
    found: dict[str, list[tuple[tuple[str, ...], Party]]] = {}
    for row in rows():
        if row["side"]:
            party = state(row["side"], row["names"].split("|")[0])
        else:
            kind = PartyKind(row["kind"] if row["kind"] in set(PartyKind) else PartyKind.GROUP)
            party = Party(key=row["key"], country=row["country"] or None, words=row["names"].split("|")[0], kind=kind)
        for name in row["names"].split("|"):
            words = tuple(_plain(m.group()) for m in _WORD.finditer(name))
            found.setdefault(words[0].casefold(), []).append((words, party))
    return {first: tuple(sorted(names, key=lambda n: -len(n[0]))) for first, names in found.items()}


def rows() -> Iterator[dict[str, str]]:
    """Rows of ``groups.csv``: key, kind, country, side, names."""
    text = files(__name__).joinpath("groups.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


# ── countries ────────────────────────────────────────────────────────────────────────────────────────────────


def _country_in(tokens: list[str], nation: Nation, *, whole: bool = False) -> str | None:
    """The country that tokens name, longest names first; ``whole``: all of them together name it."""
    for size in range(min(_WINDOW, len(tokens)), len(tokens) - 1 if whole else 0, -1):
        for start in range(len(tokens) - size + 1):
            name = _APOSTROPHE.sub("", " ".join(tokens[start : start + size]))
            country = (nation(name) or nation(name.rstrip("."))) if name[:1].isupper() else None
            if country is not None:
                return country
    return None


def _named(tokens: list[str]) -> Party | None:
    """The first name among tokens that is no common word with a capital: "the Zork brigade"."""
    common = _words("nobody")
    plain = [_plain(token) for token in tokens]
    name = next((w for w in plain if w[:1].isupper() and len(w) > 1 and w.casefold() not in common), None)
    return named(name) if name is not None else None


def _says(low: list[str], name: str) -> bool:
    known = _words(name)
    plain = [_plain(word) for word in low]
    return any(word in known for word in plain) or any(" ".join(pair) in known for pair in pairwise(plain))


@kept
def _words(name: str) -> frozenset[str]:
    """A list of ``[parties]`` in all languages."""
    return frozenset(w for code in languages("claims") for w in table(code, "claims").get("parties", {}).get(name, ()))
