"""What a control map's words for a piece of ground mean: "no longer held", "rebel-held", "contested, partly held".

The words are data, lists for each language (``lang/*/statuses.toml``). A phrase is cut into clauses; each word for
ground in a clause takes the words of denial, time, part and doubt around it. What those lists do not know is not
guessed at: a phrase with an unknown word is not read, unless that is a name where a party or a place may stand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from geomap.lang import kept, languages, table
from geomap.models import Status

GROUND = ("held", "free", "contested", "unknown")
"""Lists of words for ground, each named as its status."""
MARKS = ("not", "past", "was", "part", "whole", "doubt", "before", "unsure")
"""Lists of words that change what a word for ground says."""
LISTS = (*GROUND, *MARKS, "by", "from", "party", "compass", "filler", "clause")
TOKEN = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*|\d[\d.:/]*|[-‐‑]|[^\w\s]")
BREAKS = frozenset(",;:()[]/|.!—–+&…")
"""Marks between clauses; a hyphen joins words."""
LONGEST = 6
"""Words of a phrase at most: the longest list entry has five."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a phrase says of the ground: its status, and who has it where that is named (as written)."""

    status: Status
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The lists of all languages: whole phrases, and stems that end in a star."""

    phrases: dict[tuple[str, ...], str]
    stems: dict[str, tuple[tuple[tuple[str, ...], str], ...]]
    """By the first letter of their first word."""
    endings: tuple[str, ...]
    agent: tuple[str, ...]

    def at(self, words: list[Word], i: int) -> tuple[str, int] | None:
        """The list and the length of the longest entry that stands at word ``i``."""
        for n in range(min(LONGEST, len(words) - i), 0, -1):
            run = tuple(w.plain for w in words[i : i + n])
            if run in self.phrases:
                return self.phrases[run], n
            for stems, kind in self.stems.get(run[0][0], ()):
                if len(stems) == n and all(_fits(word, stem) for word, stem in zip(run, stems, strict=True)):
                    return kind, n
        return None


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a phrase, without case; whether it is written as a name, and joined to the next by a hyphen."""

    plain: str
    text: str
    named: bool
    joined: bool


@dataclass(slots=True)
class Unit:
    """A word for ground with what stands around it."""

    kind: str
    marks: set[str] = field(default_factory=set)
    denials: int = 0
    party: str | None = None


def _fits(word: str, stem: str) -> bool:
    return word.startswith(stem[:-1]) if stem.endswith("*") else word == stem


@kept
def lexicon() -> Lexicon:
    """All languages' lists together: a map may write two languages in one name."""
    phrases: dict[tuple[str, ...], str] = {}
    stems: list[tuple[tuple[str, ...], str]] = []
    endings: set[str] = set()
    agent: set[str] = set()
    for language in languages("statuses"):
        lists = table(language, "statuses")
        endings.update(lists.get("endings", ()))
        agent.update(lists.get("agent", ()))
        # what stands first wins where two lists hold a word
        for kind in LISTS:
            for entry in lists.get(kind, ()):
                run = tuple(word.plain for word in _words(entry.replace("*", "")))
                starred = tuple(w.endswith("*") for w in re.split(r"[\s-]+", entry))
                if any(starred):
                    stems.append((tuple(w + "*" * s for w, s in zip(run, starred, strict=True)), kind))
                else:
                    phrases.setdefault(run, kind)
    longest = sorted(endings, key=lambda ending: (-len(ending), ending))
    letters = sorted({run[0][0] for run, _ in stems})
    by_letter = {letter: tuple(s for s in stems if s[0][0][0] == letter) for letter in letters}
    return Lexicon(phrases, by_letter, tuple(longest), tuple(sorted(agent)))


def read_status(text: str) -> Said | None:
    """Read what a phrase says of the ground it stands for; None where a word is not known or it says two things."""
    units: list[Unit] = []
    loose: set[str] = set()
    for clause in _clauses(text):
        found = _units(clause)
        if found is None:
            return None
        more, marks = found
        units += more
        loose |= marks
    return _together(units, loose)


def has_marks(text: str) -> bool:
    """Whether a text denies, dates, parts or doubts what it stands beside."""
    lists = lexicon()
    for clause in _clauses(text):
        i = 0
        while i < len(clause):
            kind, length = lists.at(clause, i) or ("", 1)
            if kind in MARKS and kind != "whole":
                return True
            i += length
    return False


def party_key(text: str) -> str:
    """What two spellings of a nameless or inflected party share: "rebels" and "rebel", "урядом" and "уряду"."""
    endings = lexicon().endings
    words = []
    for word in _words(text):
        ending = next((e for e in endings if word.plain.endswith(e) and len(word.plain) - len(e) >= 4), "")
        words.append(word.plain.removesuffix(ending) if ending else word.plain)
    return " ".join(w for w in words if w not in ("the", "a", "an"))


def _words(text: str) -> list[Word]:
    return [word for clause in _clauses(text) for word in clause]


def _clauses(text: str) -> Iterator[list[Word]]:
    """Words of each clause; control and broken characters are blanks."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'")
    tokens = TOKEN.findall("".join(c if unicodedata.category(c)[0] != "C" else " " for c in plain))
    letters = [t for t in tokens if t[0].isalpha()]
    # a text in capitals, or with each word in one, shows no names
    shown = any(t[0].islower() for t in letters) or (len(letters) == 2 and not letters[1].isupper())
    clause: list[Word] = []
    first = True
    for i, token in enumerate(tokens):
        if token in BREAKS or token == "�":
            yield clause
            clause = []
        elif token == "?":
            clause.append(Word("?", token, False, False))
        elif token[0].isalnum():
            joined = i + 1 < len(tokens) and tokens[i + 1] in "-‐‑"
            clause.append(Word(token.casefold(), token, shown and token[0].isupper() and not first, joined))
            first = False
    yield clause


def _units(words: list[Word]) -> tuple[list[Unit], set[str]] | None:
    """Words for ground in a clause with their marks, and marks that stand alone; None where a word is not known."""
    lists = lexicon()
    units: list[Unit] = []
    ahead = Unit("")  # what waits for a word for ground
    parties: list[str] = []
    i = 0
    while i < len(words):
        kind, length = lists.at(words, i) or ("", 1)
        word = words[i]
        if word.plain == "?":
            kind = "doubt"
        if kind in ("by", "from"):
            name, length = _name(words, i + length, i)
            if name is None:
                return None
            if kind == "by":
                units, ahead = _held_by(units, ahead, name, words[i].plain)
        elif kind in GROUND:
            ahead.kind = kind
            ahead.party = " ".join(parties) or None
            units.append(ahead)
            ahead, parties = Unit(""), []
        elif kind in MARKS:
            _mark(ahead, kind)
        elif kind == "party":
            parties.append(word.text)
        elif kind == "clause":
            _trailing(units, ahead)
            ahead = Unit("")
        elif not kind and not word.plain[0].isdigit():
            if units and units[-1].party is None and _did_it(word):
                units[-1].party = word.text
            elif word.joined and _next_kind(words, i) == "free":
                return None  # "mine-free"
            elif word.joined or (word.named and _next_kind(words, i) in ("held", "free", "party")):
                parties += _surname(words, i)
            elif not word.named:
                return None
        i += length
    return _closed(units, ahead, parties)


def _closed(units: list[Unit], ahead: Unit, parties: list[str]) -> tuple[list[Unit], set[str]]:
    """A clause at its end: marks and parties that follow the last word for ground belong to that one."""
    if parties and units and units[-1].party is None and units[-1].kind in ("held", "free"):
        units[-1].party = " ".join(parties)
    elif parties and not units:
        # "government", alone: its ground
        ahead.kind, ahead.party = "held", " ".join(parties)
        return [ahead], set()
    return units, _trailing(units, ahead)


def _trailing(units: list[Unit], ahead: Unit) -> set[str]:
    """Give marks without a word for ground to the last one; what is left of them where there is none."""
    if not units:
        return ahead.marks | ({"not"} if ahead.denials else set())
    units[-1].marks |= ahead.marks
    units[-1].denials += ahead.denials
    return set()


def _mark(unit: Unit, kind: str) -> None:
    if kind == "not":
        unit.denials += 1
    elif kind == "whole" and unit.denials:
        # "not fully held": a part of it is
        unit.denials -= 1
        unit.marks.add("part")
    else:
        unit.marks.add(kind)


def _name(words: list[Word], start: int, whole: int) -> tuple[str | None, int]:
    """The party named from a word on, to the next word of time or mark; and how many words were passed."""
    lists = lexicon()
    name: list[str] = []
    i = start
    while i < len(words):
        kind, length = ("", 1) if words[i].named else lists.at(words, i) or ("", 1)
        stops = kind in (*GROUND, *MARKS, "from", "clause") or words[i].plain[0].isdigit() or words[i].plain in STOPS
        if name and stops:
            break
        if kind in (*GROUND, *MARKS):
            return None, 1
        if name or words[i].plain not in ("the", "a", "an"):
            name += [w.text for w in words[i : i + length]]
        i += length
    return (" ".join(name) or None), i - whole


STOPS = frozenset(
    {"since", "in", "on", "as", "after", "at", "with", "from", "during", "з", "із", "після", "с", "после"}
)
"""Words of time and place that end a party's name: "held by rebels since May"."""


def _held_by(units: list[Unit], ahead: Unit, name: str, word: str) -> tuple[list[Unit], Unit]:
    """Give a party to the word for ground before it, or begin one: "in the hands of rebels"."""
    if units and units[-1].party is None and word == "by":
        units[-1].party = name
        return units, ahead
    ahead.kind, ahead.party = "held", name
    return [*units, ahead], Unit("")


def _surname(words: list[Word], i: int) -> list[str]:
    """A name with the word before it where that is written as one too: "Northern Alliance-held"."""
    before = i > 0 and words[i - 1].text[:1].isupper() and (lexicon().at(words, i - 1) or ("", 1))[0] == "compass"
    return [w.text for w in words[i - before : i + 1]]


def _did_it(word: Word) -> bool:
    """Whether a name stands in the case of who did it: "окуповано Росією"."""
    return word.named and word.plain.endswith(lexicon().agent) and not word.plain.isascii()


def _next_kind(words: list[Word], i: int) -> str:
    """The list that what follows a word stands in: before held ground or a party a name is a party's."""
    found = lexicon().at(words, i + 1) if i + 1 < len(words) else None
    return "" if found is None else found[0]


def _together(units: list[Unit], loose: set[str]) -> Said | None:
    """What all words for ground say together; None where they differ or tell only of what was or will be."""
    if loose & {"unsure", "not"} or any(
        "unsure" in u.marks or u.marks & {"before", "was"} == {"before"} for u in units
    ):
        return None
    now: list[Said] = []
    left = weak = False  # ground that was held and is no more; and what was, but may still be
    for unit in units:
        status = _status(unit)
        if unit.marks & {"past", "before"} or ("was" in unit.marks and unit.kind != "free"):
            left |= status is Status.HELD
            weak |= status is not Status.HELD or not unit.marks & {"past", "before"}
        elif status is not None:
            now.append(Said(status, unit.party if unit.denials == 0 else None))
    if not now:
        if loose == {"doubt"} and not units:
            return Said(Status.UNKNOWN)
        return Said(Status.FREE) if left and not weak else None
    doubted = "doubt" in loose or any("doubt" in unit.marks for unit in units)
    return _weighed(now, doubted, "part" in loose)


def _status(unit: Unit) -> Status | None:
    """Status of a word for ground with its marks; None where a denial leaves it open ("not contested")."""
    if "part" in unit.marks and unit.kind in ("held", "free"):
        return Status.CONTESTED
    if unit.denials % 2 == 0:
        return Status(unit.kind)
    return {"held": Status.FREE, "free": Status.HELD}.get(unit.kind)


def _weighed(now: list[Said], doubted: bool, parted: bool) -> Said | None:
    statuses = {said.status for said in now}
    if doubted or Status.UNKNOWN in statuses:
        return Said(Status.UNKNOWN)
    if parted or Status.CONTESTED in statuses:
        return Said(Status.CONTESTED)
    holders = {said.holder for said in now if said.holder is not None}
    if len({party_key(h) for h in holders}) > 1:
        return None
    holder = next((said.holder for said in now if said.holder is not None), None)
    if len(statuses) == 1:
        return Said(statuses.pop(), holder)
    # "retaken, held by the army": freed ground that is now somebody's
    holding = [said for said in now if said.status is Status.HELD]
    return holding[0] if all(said.holder is not None for said in holding) else None
