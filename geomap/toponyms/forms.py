"""Names in other cases than the first: which names of the gazetteer a written form may be, by its language's endings.

``lang/*/forms.toml`` has the endings. They are tried whatever the language of the text: letters tell Ukrainian and
Russian forms apart, and news quotes one in the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice, product

from geomap.lang import kept, languages, table

SHORTEST, SHORTEST_INSIDE = 2, 1
"""Letters of a word's stem that no ending takes away, alone and in a name of several words ("Кривому Розі")."""
MAX_FORMS = 16
"""First forms of one word that are looked up: the tables give 9 at most to 299 in 300 names."""
MAX_NAMES = 128
"""Names of several words that are looked up for one written name."""


@dataclass(frozen=True, slots=True)
class Forms:
    """``first``: ending -> endings of the first case, as keys. ``regions``: stem -> key of a region.

    ``adjectives`` and ``nouns``: endings of what a region is called by; ``adjective_stems``: last letters of
    the former.
    """

    first: Mapping[str, tuple[str, ...]]
    longest: int
    regions: Mapping[str, str]
    adjectives: frozenset[str]
    nouns: frozenset[str]
    adjective_stems: tuple[str, ...]


@kept
def forms(normalise: Callable[[str], str]) -> Forms:
    """All languages' endings and regions."""
    first: dict[str, list[str]] = {}
    regions: dict[str, str] = {}
    told: dict[str, set[str]] = {"adjectives": set(), "nouns": set(), "adjective_stems": set()}
    for code in languages("forms"):
        data = table(code, "forms")
        for own, others in data["endings"]:
            key = normalise(own)
            for other in map(normalise, others.split(" ")):
                if key not in first.setdefault(other, []) and key != other:
                    first[other].append(key)
        for name, endings in told.items():
            endings.update(map(normalise, data.get(name, "").split()))
        for region, stems in data.get("regions", {}).items():
            regions.update(dict.fromkeys(map(normalise, stems), normalise(region)))
    return Forms(
        first={ending: tuple(keys) for ending, keys in first.items()},
        longest=max(map(len, first), default=0),
        regions=regions,
        adjectives=frozenset(told["adjectives"]),
        nouns=frozenset(told["nouns"]),
        adjective_stems=tuple(sorted(told["adjective_stems"])),
    )


def first_forms(word: str, normalise: Callable[[str], str], shortest: int = SHORTEST) -> list[str]:
    """Keys of the first case that a word's key may be a form of, of the longest endings first; never the key itself."""
    tables = forms(normalise)
    found: list[str] = []
    for size in range(min(tables.longest, len(word) - shortest), -1, -1):
        stem, ending = word[: len(word) - size], word[len(word) - size :]
        for own in tables.first.get(ending, ()):
            if stem + own not in found:
                found.append(stem + own)
    return found[:MAX_FORMS]


def first_names(
    key: str, has: Callable[[str], bool], has_prefix: Callable[[str], bool], normalise: Callable[[str], str]
) -> list[str]:
    """Names that the gazetteer has and that a written name's key may be a form of."""
    words = key.split()
    shortest = SHORTEST_INSIDE if len(words) > 1 else SHORTEST
    choices = [[word, *first_forms(word, normalise, shortest)] for word in words]
    if len(words) > 1:
        choices[0] = [word for word in choices[0] if has_prefix(word)]
    names = map(" ".join, product(*choices))
    return [name for name in islice(names, MAX_NAMES) if name != key and has(name)]


def is_adjective(key: str, normalise: Callable[[str], str]) -> bool:
    """Whether a key ends like what a region is called by: "харківській", "запорожской"."""
    told = forms(normalise)
    return any(key.endswith(end) and key[: -len(end)].endswith(told.adjective_stems) for end in told.adjectives)


def region_of(key: str, normalise: Callable[[str], str], *, qualified: bool = False) -> str:
    """Key of the region that a word or two mean: "харківській", "харківщині"; "" for none.

    ``qualified``: a word for a region follows. Alone "донецька" is a form of the town's name.
    """
    told = forms(normalise)
    for size in (1, 2, 3):
        stem, ending = key[:-size], key[-size:]
        if stem in told.regions:
            noun = qualified or not stem.endswith(told.adjective_stems)
            if ending in told.adjectives or (noun and ending in told.nouns):
                return told.regions[stem]
    return ""
