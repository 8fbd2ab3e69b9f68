"""From a written name to the gazetteer's candidates: exact, abbreviated, demonym, or without its feature word."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, Protocol

from geomap.lang.names import (
    COUNTRY,
    WordLists,
    abbreviations,
    city_short,
    country_names,
    country_short,
    demonyms,
    feature_words,
    filed_words,
    postal_codes,
    seats,
    shared_demonyms,
    word_lists,
)
from geomap.models import Match, Place
from geomap.toponyms.forms import first_forms, first_names, is_adjective, region_of

MAX_NAMES = 5_000
"""Names whose candidates are remembered from one article to the next: a paper's own towns, capitals, countries."""
MAX_KEYS = 50_000
"""Words of which it is remembered whether a name is made of them."""
MAX_CANDIDATES = 40
"""Most candidates of one name that are weighed, likeliest first: the 41st San Jose was right in no training text."""


FEATURE_PREFIXES: dict[str, tuple[str, ...]] = {
    "region": ("A.ADM1", "A.ADM2", "A.ADM3", "A.ADM", "L."),
    "county": ("A.ADM2", "A.ADM3", "A.ADM", "A.ADM1"),
    "river": ("H.STM", "H.CNL"),
    "lake": ("H.LK", "H.RSV", "H.LGN", "S.DAM"),
    "sea": ("H.",),
    "city": ("P.",),
    "land": ("T.", "L.", "V."),
    "country": ("A.PCL",),
}
"""Class of a feature word -> prefixes of GeoNames codes that it means."""
BROAD = ("A.PCL", "A.ADM1")
"""Countries and first-level regions: what news names for what lies in them."""
SHORTEST_LIKE, MOST_LIKE = 4, 12
"""Shorter names sound like too many others; more than a dozen that sound alike say that the sound tells nothing."""
WATER = ("river", "lake", "sea")
PART_PRIOR = 5.6
"""A town of 100,000 under its own name, a smaller region or any country: what may stand for a longer name around it."""


class Candidate(Protocol):
    """A row of the gazetteer under one of its names."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...
    @property
    def feature(self) -> str: ...
    @property
    def country(self) -> str | None: ...
    @property
    def admin1(self) -> str | None: ...
    @property
    def admin2(self) -> str | None: ...
    @property
    def population(self) -> int | None: ...
    @property
    def is_primary(self) -> bool: ...
    @property
    def source(self) -> str: ...
    @property
    def importance(self) -> float: ...


class Gazetteer(Protocol):
    """What this stage asks of a gazetteer."""

    def by_key(self, key: str) -> Sequence[Candidate]: ...
    def like(self, key: str, countries: Collection[str]) -> Sequence[Candidate]: ...
    def has(self, key: str) -> bool: ...
    def has_prefix(self, key: str) -> bool: ...
    def normalise(self, name: str) -> str: ...
    def to_place(
        self, candidate: Any, score: float | None = None, alternatives: tuple[Place, ...] = (),
        match: Match | None = None,
    ) -> Place: ...  # fmt: skip
    def country(self, code: str) -> Place | None: ...
    def locate(self, place_id: str) -> Candidate | None: ...
    def largest(
        self, country: str, admin1: str = "", *, limit: int = 10, feature: str = "P.PPL"
    ) -> Sequence[Candidate]: ...
    def border(self, one: str, other: str) -> Place | None: ...
    def geometry(self, place_id: str) -> Any: ...


# How a candidate was reached, from the surest to the least.
EXACT, ALTERNATE, ABBREVIATED, DEMONYM, STRIPPED, MISMATCHED, PART, SOUND = range(8)

Option = tuple[Candidate, int]
"""A candidate and how it was reached."""

_BONUS = {"A.PCL": 3.0, "L.CONT": 4.0, "A.ADM1": 1.3, "P.PPLC": 1.0, "P.PPLA": 0.4, "L.RGN": 1.0, "H.OCN": 2.0}


def prior(option: Option) -> float:
    """How prominent a candidate is by itself, in decades of population."""
    candidate, how = option
    population = candidate.population or 0
    feature = candidate.feature
    if not population:
        # rivers, seas, continents and historical regions: the gazetteer's own estimate in decades of people
        return max(candidate.importance, 1.0) + (0.6 if how == EXACT else -0.5 if how >= STRIPPED else 0.0)
    value = math.log10(population + 10)
    if feature[:5] in _BONUS:
        value += _BONUS[feature[:5]]
    else:
        value += _BONUS.get(feature[:6], 0.0)
    if feature.startswith("A.ADM2"):
        value -= 0.7  # a county named after its town counts the town's people again
    if how == EXACT:
        value += 0.6  # set once on 43 names (notes on data, section 4)
    elif how >= STRIPPED:
        value -= 0.5
    return value


class Options(list[Option]):
    """The candidates of a name, likeliest first, with their priors and what the ranker works out from them once."""

    __slots__ = ("facts", "inflected", "priors", "region", "strength")
    region: bool
    """Whether the name is an adjective that only a region is called by."""
    inflected: bool
    """Whether the name was found only as a form of others."""
    facts: Any
    strength: Any

    def __init__(self, options: Sequence[Option], *, ordered: bool = False) -> None:
        weighed = [prior(o) for o in options]
        order = list(range(len(weighed)))
        if not ordered:
            order.sort(key=weighed.__getitem__, reverse=True)
        del order[MAX_CANDIDATES:]
        super().__init__([options[n] for n in order])
        self.priors = [weighed[n] for n in order]
        self.facts = self.strength = None
        self.inflected = self.region = False


def priors_of(options: Sequence[Option]) -> list[float]:
    return options.priors if isinstance(options, Options) else [prior(o) for o in options]


class Lookup:
    """The candidates of names, remembered over articles: those asked for last, up to ``MAX_NAMES``.

    ``has(key)``: whether an entry has this normalised key. ``has_prefix(key)``: whether a longer name begins with these
    words. ``opens(key)``: either. ``key(key)``: candidates filed under it, likeliest first, common country names added.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self.has = lru_cache(maxsize=MAX_KEYS)(self._has)
        self.has_prefix = lru_cache(maxsize=MAX_KEYS)(self._has_prefix)
        self.opens = lru_cache(maxsize=MAX_KEYS)(self._opens)
        self.key = lru_cache(maxsize=MAX_NAMES)(self._key)
        self.country = lru_cache(maxsize=MAX_NAMES)(self._country)
        self._name = lru_cache(maxsize=MAX_NAMES)(self._find)

    def _has(self, key: str) -> bool:
        return self.gazetteer.has(key) or (
            not key.isascii() and (bool(self._first_names(key)) or bool(self._region(key)))
        )

    def _has_prefix(self, key: str) -> bool:
        found = self.gazetteer.has_prefix
        if found(key) or key.isascii():
            return found(key)
        first, _, rest = key.partition(" ")
        normalise = self.gazetteer.normalise
        forms = first_forms(first, normalise)
        if not rest:
            return any(map(found, forms))
        return bool(first_names(key, found, found, normalise))

    def _first_names(self, key: str) -> list[str]:
        return first_names(key, self._called, self.gazetteer.has_prefix, self.gazetteer.normalise)

    def _called(self, key: str) -> bool:
        return self.gazetteer.has(key) or key in country_names()

    def _region(self, key: str) -> str:
        """Key of the region that a name in another case means; "" for none."""
        head, _, tail = key.rpartition(" ")
        qualified = feature_words().get(tail) == "region"
        return region_of(head if qualified else key, self.gazetteer.normalise, qualified=qualified)

    def _inflected(self, key: str, found: list[Option]) -> list[Option]:
        """Candidates of names that the key may be a form of; of a word that means a region, that region alone."""
        if region := self._region(key):
            places = self.gazetteer.by_key(region)
            return [(c, ALTERNATE) for c in places if c.feature.startswith("A.ADM1")] or found
        held = {c.id for c, _ in found}
        return found + [
            (c, EXACT if c.is_primary else ALTERNATE)
            for name in self._first_names(key)
            for c in (*self.gazetteer.by_key(name), *self.country(country_names().get(name, "")))
            if c.id not in held
        ]

    def _opens(self, key: str) -> bool:
        return self.has(key) or self.has_prefix(key)

    def _key(self, key: str) -> list[Option]:
        found = [(c, EXACT if c.is_primary else ALTERNATE) for c in self.gazetteer.by_key(key)] if key else []
        if not key.isascii():
            found = self._inflected(key, found)
        if key in country_names():
            code = country_names()[key]
            held = {c.id for c, _ in found}
            found = [
                (c, EXACT) if c.country == code and c.feature.startswith("A.PCL") else (c, how) for c, how in found
            ]
            found += [(c, EXACT) for c in self.country(code) if c.id not in held]
        if key.isascii():
            return Options(found + self._seats(key, found))
        options = Options(found if self._region(key) else found + self._seats(key, found))
        options.inflected = not self.gazetteer.has(key)
        options.region = bool(self._region(key)) and is_adjective(key, self.gazetteer.normalise)
        return options

    def _seats(self, key: str, found: list[Option]) -> list[Option]:
        """Seats that share their region's name, where a spelling is filed with the region alone ("Zaporizhia")."""
        added = []
        for c, how in found:
            if how != ALTERNATE or not c.feature.startswith("A.ADM1"):
                continue
            own = self.gazetteer.normalise(c.name)
            if own != key:
                held = {o.id for o, _ in found}
                added += [
                    (seat, ALTERNATE)
                    for seat in self.gazetteer.by_key(own)
                    if seat.feature.startswith("P.PPLA") and seat.is_primary and seat.id not in held
                    and (seat.country, seat.admin1) == (c.country, c.admin1)
                ]  # fmt: skip
        return added

    def _country(self, code: str) -> list[Candidate]:
        place = self.gazetteer.country(code) if code else None
        candidate = self.gazetteer.locate(place.id) if place else None
        return [candidate] if candidate else []

    def region(self, country: str, name: str) -> list[Option]:
        """A first-order region by country and name."""
        return [
            (c, ABBREVIATED)
            for c, _ in self.key(self.gazetteer.normalise(name))
            if c.country == country and c.feature.startswith("A.ADM1")
        ][:1]

    def special(self, text: str, key: str, *, postal: bool = False) -> list[Option]:
        """Abbreviations, demonyms and seats of government: names that no gazetteer files."""
        if text in country_short():
            return [(c, ABBREVIATED) for c in self.country(country_short()[text])]
        for written in (text, text + "."):
            if written in abbreviations():
                return self.region(*abbreviations()[written])
        if text in city_short():
            return [(c, ABBREVIATED) for c, _ in self.key(city_short()[text])[:1]]
        if postal and text in postal_codes():
            return self.region(*postal_codes()[text])
        if key in seats():
            city, code = seats()[key]
            named = self.key(self.gazetteer.normalise(city))
            return [(c, ABBREVIATED) for c, _ in named if c.country == code and c.feature.startswith("P.")][:1]
        return self.demonym(key)

    def demonym(self, key: str) -> list[Option]:
        """The country or region of a demonym; both where one word serves two ("Georgian")."""
        if key not in demonyms():
            return []
        sort, value = demonyms()[key]
        if sort == COUNTRY:
            found: list[Option] = [(c, DEMONYM) for c in self.country(value)]
            if key in shared_demonyms():
                other = self.gazetteer.normalise(shared_demonyms()[key])
                found += [(c, DEMONYM) for c, _ in self.key(other) if c.feature.startswith("A.ADM1")][:1]
            return found
        return [(c, DEMONYM) for c, _ in self.key(self.gazetteer.normalise(value))[:1]]

    def name(self, text: str, key: str, cue: str = "", *, postal: bool = False) -> list[Option]:
        """All candidates of a mention.

        Parameters
        ----------
        text
            As written.
        key
            Its normalised key.
        cue
            Class of a feature word that stands beside it ("the city of"), or "".
        postal
            Two capitals after a comma may be a state.
        """
        return self._name(text, key, cue, postal)

    def _find(self, text: str, key: str, cue: str, postal: bool) -> list[Option]:
        if special := self.special(text, key, postal=postal):
            return Options(special, ordered=True)
        found = self.key(key)
        body, word = split_feature(key)
        sort = feature_words().get(word, "") or cue
        bare = _without_article(key, word_lists())
        if not body and bare != key:
            return self._find(text, bare, cue, postal)
        if sort:
            fit, rest = self._of_class(sort, body, key, {c.id for c, _ in found})
            found = [*found, *fit]
            if not found and body and sort in WATER:
                return []  # a river that the gazetteer lacks is not the town it is named after
            found = found or rest
        if not found:
            found = self._parts(key)
        return found if isinstance(found, Options) else Options(found)

    def like(self, key: str, countries: frozenset[str]) -> list[Option]:
        """Candidates in some countries whose names sound like a key: "Nubul" in a story on Syria is Nubl."""
        if len(key) < SHORTEST_LIKE or not key.isascii():
            return []
        body = split_feature(key)[0]
        found = [*self.gazetteer.like(key, countries), *(self.gazetteer.like(body, countries) if body else ())]
        return Options(
            [(c, SOUND) for c in {c.id: c for c in found}.values() if not c.feature.startswith(BROAD)][:MOST_LIKE]
        )

    def _of_class(self, sort: str, body: str, key: str, held: set[str]) -> tuple[list[Option], list[Option]]:
        """More candidates of a name whose feature word says its class: those of the class, and the others.

        ``body`` is the name without the word, "" where it stands outside; entries ``held`` are left out.
        """
        prefixes = FEATURE_PREFIXES.get(sort, ())
        more = list(self.key(body)) if body else []
        if sort == "region" or not body:
            for word in filed_words().get(sort, ()):
                more += self.key(f"{body or key} {word}")
        fit: list[Option] = []
        rest: list[Option] = []
        for candidate, how in more:
            if candidate.id in held:
                continue
            held.add(candidate.id)
            if candidate.feature.startswith(prefixes):
                fit.append((candidate, how if how <= ALTERNATE else STRIPPED))
            elif body:
                rest.append((candidate, MISMATCHED))
        return fit, rest

    def _parts(self, key: str) -> list[Option]:
        """Candidates of the longest part of a name that has any: "northern Iraq", "Dubai World Cup".

        A part must be a place that news calls by that word alone, or it says nothing of the whole ("Golden Gate").
        """
        words = key.split()[:8]
        lists = word_lists()
        while words and (words[0] in lists.directions or words[0] in lists.leading_parts):
            words = words[1:]
        if not words:
            return []
        for size in range(len(words), 0, -1):
            for i in range(len(words) - size + 1):
                part = words[i : i + size]
                joined = " ".join(part)
                if size == 1 and (len(joined) < 4 or joined in feature_words()):
                    continue
                found = self.key(joined) or self.demonym(joined)
                if size < len(words):
                    found = [o for o in found if prior(o) >= PART_PRIOR]
                if found:
                    return [(c, STRIPPED if size == len(words) else PART) for c, _ in found]
        return []


def split_feature(key: str) -> tuple[str, str]:
    """("kharkiv", "region") of "kharkiv region", ("victoria", "lake") of "lake victoria"; else ("", "")."""
    features, lists = feature_words(), word_lists()
    head, _, rest = key.partition(" ")
    body, _, tail = key.rpartition(" ")
    if body and tail in features:
        return _without_article(body, lists), tail
    if rest and head in lists.leading_features and head in features:
        return rest, head
    of, _, whole = rest.partition(" ")
    if whole and of in lists.of_words and head in features:
        return _without_article(whole, lists), head
    return "", ""


def _without_article(key: str, lists: WordLists) -> str:
    """ "oskil" of "the oskil"."""
    head, _, rest = key.partition(" ")
    return rest if rest and head in lists.articles else key
