"""Search over layers of indexes: exact, by sound, by edits; and places by id."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property, lru_cache
from math import cos, hypot, log10, radians
from typing import NamedTuple

from geomap.gazetteer.index import ALTERNATE, BONE, DERIVED, MACHINE, PRIMARY, UNVOWELLED, Index
from geomap.gazetteer.names import MAX_KEY, bones, normalise, skeleton, strip_feature_word, without_article
from geomap.geodesy import KM_PER_DEG
from geomap.models import Match, Place

BASE = 10.0
"""Softmax base of scores: importance is a power of ten of people, so ten times the people is ten times the share."""
PRIMARY_BONUS = 0.6
"""A name weighs as much as four times the people under an alternate name (notes/data.md, set once by hand)."""
MACHINE_PENALTY = 2.5
"""A name that only a program or another language's atlas gives yields to any namesake: Uman is a town before Oman."""
NEAR_PENALTY, NEAR_KM = 1.5, 20.0
"""``near`` is a strong hint: beyond a city's width, ten times as far off needs thirty times the people."""
LOOSE_PENALTY, LOOSE_ALTERNATE_PENALTY, EDIT_PENALTY = 0.3, 1.0, {1: 0.7, 2: 2.2}
"""Powers of ten: a second edit away, a name must be of a place thirty times larger."""
SOUND_MIN = 3
"""Shorter skeletons are shared by too many names."""
CONTAINERS = 10
"""Meanings tried of what follows a comma."""
WITHIN_BONUS = 6.0
"""Powers of ten for lying in what the name says after its comma ("Paris, Texas"): it outweighs any city."""
APPROXIMATE = "katottg"
"""Source of places that only a register names: near their municipality's other places."""
LOOSE_QUALITY, EDIT_QUALITY = 0.85, {1: 0.6, 2: 0.4}
"""What a spelling that only sounds the same, or is one or two edits off, leaves of a score."""
SUGGESTED_QUALITY = 0.4
"""Of names that sound alike and are spelled otherwise: Xyzzy and Xizhi, Kiwanja and Kewanna. Never an answer."""
SPELLED_EDITS = 2
"""Romanisations of one name differ by so many letters: Balakliia and Balakliya, Izium and Isjum."""


class Candidate(NamedTuple):
    """One entry that a name may mean; fast to make and to read, for ranking.

    ``country`` ISO alpha-2; ``admin1`` and ``admin2`` GeoNames codes; ``importance`` a power of ten of people;
    ``kind`` 0 name, 1 alternate, 2 romanised by program, 3 name with a feature word; ``radius_km`` above 0 where
    point or line are approximate. ``row`` is unique in a gazetteer.
    """

    id: str
    name: str
    lat: float
    lon: float
    feature: str
    country: str
    admin1: str
    admin2: str
    population: int
    is_primary: bool
    source: str
    row: int
    importance: float
    kind: int
    radius_km: float


class Found(NamedTuple):
    """A candidate and how a look-up came to it; ``penalty`` in powers of ten of people."""

    candidate: Candidate
    quality: float
    penalty: float
    match: Match


def match_of(candidate: Candidate) -> Match:
    """How a candidate that was found under a key bears that key."""
    return Match.EXACT if candidate.kind in (PRIMARY, DERIVED) else Match.ALTERNATE


class Search:
    """Names to candidates over layers, nearest layer first."""

    normalise = staticmethod(normalise)
    """The key of a name, for stages that are handed a gazetteer."""

    def __init__(self, layers: Sequence[Index]) -> None:
        self.layers = list(layers)
        self._candidates: Callable[[str], tuple[Candidate, ...]] = lru_cache(maxsize=20_000)(self._find_candidates)

    def candidate(self, layer: int, row: int, kind: int = PRIMARY) -> Candidate:
        index = self.layers[layer]
        lat, lon, feature, country, admin1, admin2, population, source, importance, radius = index.places
        return Candidate(
            index.id(row), index.name(row), lat[row], lon[row], index.features[feature[row]],
            index.countries[country[row]], index.admin1(admin1[row]), index.admin2(admin2[row]), population[row],
            kind in (PRIMARY, DERIVED), index.sources[source[row]], (len(self.layers) - 1 - layer) << 32 | row,
            importance[row], kind, radius[row],
        )  # fmt: skip

    def candidates(self, name: str) -> list[Candidate]:
        """Entries that bear this name, most important first; spelling must be exact after ``normalise``.

        A name with a feature word that is no key itself ("Kherson region", "Dnipro river") gives the entries of that
        feature; so does one after "the".
        """
        return list(self._candidates(normalise(name)))

    def by_key(self, key: str) -> tuple[Candidate, ...]:
        """``candidates`` of a name that is normalised already."""
        return self._candidates(key)

    def _find_candidates(self, key: str) -> tuple[Candidate, ...]:
        found = self._by_key(key)
        if not found and key.startswith("the "):
            key = key[4:]
            found = self._by_key(key)
        if not found and (stripped := strip_feature_word(key)):
            base, features = stripped
            found = [c for c in self._by_key(base) if c.feature.startswith(features)]
        return tuple(sorted(found, key=lambda c: (-_weight(c), c.id)))

    def _by_key(self, key: str, *, loose: bool = False) -> list[Candidate]:
        found: dict[str, Candidate] = {}
        for layer, index in enumerate(self.layers):
            for row, kind in index.rows(key, loose=loose):
                candidate = self.candidate(layer, row, kind)
                found.setdefault(candidate.id, candidate)
        # an approximate place stands in only where no located one has the name
        located = [c for c in found.values() if c.source != APPROXIMATE]
        return located or list(found.values())

    def has(self, key: str) -> bool:
        """Whether an entry has this normalised key."""
        for layer in self.layers:  # noqa: SIM110, a generator would cost as much as the question
            if layer.has(key):
                return True
        return False

    def has_prefix(self, key: str) -> bool:
        """Whether a longer name begins with these normalised words."""
        for layer in self.layers:  # noqa: SIM110, as above
            if layer.has_prefix(key):
                return True
        return False

    def similar(self, name: str, distance: int = 2) -> list[tuple[int, str]]:
        """Latin keys within so many edits of a name, nearest first: (edits, key)."""
        key = normalise(name)
        return sorted({pair for layer in self.layers for pair in layer.similar(key, distance)})

    # ── ranking ──────────────────────────────────────────────────────────────────────────────────────────────

    def find(
        self,
        name: str,
        *,
        country: str | None = None,
        near: tuple[float, float] | None = None,
        limit: int = 10,
        fuzzy: bool = True,
    ) -> list[Place]:
        """Places that a name may mean, best first.

        Tried in turn: the exact name; the same name in another script or romanisation; with ``fuzzy``, what sounds
        alike and names one or two edits away, which are suggestions: none scores above 0.6. What follows a comma says
        what the place lies in ("Paris, Texas"). ``country`` (ISO alpha-2) leaves out all that is not filed under it,
        seas and long rivers too; ``near`` (lat, lon) favours, it does not exclude.

        Returns
        -------
        list of Place
            ``score`` in [0, 1] is the share of the evidence for this place, times how well the name matches. Empty
            where nothing is near the name.
        """
        country = country.upper() if country else None
        matched = self._match(name, country, fuzzy=fuzzy)
        containers: list[list[Candidate]] = []
        if "," in name[:MAX_KEY] and not any(found.quality == 1.0 for found in matched):
            head, *rest = name[:MAX_KEY].split(",")
            if inner := self._match(head, country, fuzzy=fuzzy):
                matched = inner
                containers = [self.candidates(part)[:CONTAINERS] for part in rest if part.strip()]
        if not matched:
            return []
        ranked = []
        sound = skeleton(normalise(name))
        for found in matched:
            weight = _weight(found.candidate, sound) - found.penalty
            weight += WITHIN_BONUS * sum(any(_within(found.candidate, c) for c in options) for options in containers)
            if near:
                weight -= NEAR_PENALTY * log10(
                    1 + _rough_km(near, (found.candidate.lat, found.candidate.lon)) / NEAR_KM
                )
            ranked.append((weight, found))
        ranked.sort(key=lambda r: (-r[0], r[1].candidate.id))
        top = ranked[0][0]
        total = sum(BASE ** (weight - top) for weight, _ in ranked)
        return [
            self.to_place(found.candidate, round(found.quality * BASE ** (weight - top) / total, 4), match=found.match)
            for weight, found in ranked[:limit]
        ]

    def _match(self, name: str, country: str | None, *, fuzzy: bool) -> list[Found]:
        key = normalise(name)
        if not key:
            return []

        def wanted(candidate: Candidate) -> bool:
            return country is None or candidate.country == country

        if exact := [c for c in self._candidates(key) if wanted(c)]:
            return [Found(c, 1.0, 0.0, match_of(c)) for c in exact]
        found = [*self._by_sound(key), *self._by_base(key)]
        if country and fuzzy:
            found += [
                Found(c, SUGGESTED_QUALITY, LOOSE_ALTERNATE_PENALTY, Match.SOUND) for c in self.like(key, (country,))
            ]
        if fuzzy and not any(f.quality == LOOSE_QUALITY and wanted(f.candidate) for f in found):
            found += self._by_edits(key)
        best: dict[str, Found] = {}
        for one in found:
            if wanted(one.candidate) and (fuzzy or one.quality != SUGGESTED_QUALITY):
                best.setdefault(one.candidate.id, one)
        return list(best.values())

    def _by_base(self, key: str) -> Iterator[Found]:
        """What a name without its feature word means: entries of that feature first."""
        stripped = strip_feature_word(key.removeprefix("the "))
        if stripped is None:
            return
        base, features = stripped
        exact = (Found(c, LOOSE_QUALITY, 0.0, match_of(c)) for c in self._candidates(base))
        for found in (*exact, *self._by_sound(base)):
            if found.candidate.feature.startswith(features):
                yield found
            else:
                yield found._replace(quality=found.quality / 2, penalty=found.penalty + EDIT_PENALTY[2])

    def _by_edits(self, key: str) -> Iterator[Found]:
        for edits, other in self.similar(key):
            if not edits:  # the name itself, of places elsewhere
                continue
            for candidate in self._by_key(other):
                if candidate.kind in (PRIMARY, ALTERNATE):
                    yield Found(candidate, EDIT_QUALITY[edits], EDIT_PENALTY[edits], Match.EDITS)

    def _by_sound(self, key: str) -> list[Found]:
        """Entries whose names differ from a key by script or romanisation; those that only sound alike suggest."""
        sound = skeleton(key)
        # "aaaa" sounds like any one letter
        if len(sound) < SOUND_MIN or len(key) > 3 * len(sound):
            return []
        found = []
        for candidate in self._by_key(sound, loose=True):
            own = normalise(candidate.name)
            same = not key.isascii() or skeleton(own) == sound
            spelled = same and (
                not key.isascii() or _edits(without_article(key), without_article(own)) <= SPELLED_EDITS
            )
            quality = LOOSE_QUALITY if spelled else SUGGESTED_QUALITY
            penalty = LOOSE_PENALTY if same else LOOSE_ALTERNATE_PENALTY
            found.append(Found(candidate, quality, penalty, Match.SOUND))
        return found

    def like(self, key: str, countries: Collection[str]) -> list[Candidate]:
        """Entries of some countries whose names may be the same as a normalised key, written otherwise.

        The same sounds, or in countries whose script leaves vowels out the same consonants; feature words count. For
        stages that know from the text where a name lies: without that, the world has too many.
        """
        found: dict[str, Candidate] = {}
        sound, consonants = skeleton(key), bones(key) if key.isascii() else ""
        keys = [sound] if len(sound) >= SOUND_MIN and len(key) <= 3 * len(sound) else []
        if consonants and not UNVOWELLED.isdisjoint(countries):
            keys.append(BONE + consonants)
        for loose in keys:
            for candidate in self._by_key(loose, loose=True):
                if candidate.country in countries:
                    found.setdefault(candidate.id, candidate)
        return list(found.values())

    # ── places ───────────────────────────────────────────────────────────────────────────────────────────────

    def locate(self, place_id: str) -> Candidate | None:
        for layer, index in enumerate(self.layers):
            if (row := index.row(place_id)) is not None:
                return self.candidate(layer, row)
        return None

    def region_name(self, country: str, admin1: str) -> str:
        """The name of a first-level region by its code; empty for none."""
        return str(self._region_names.get(f"{country}.{admin1}", ""))

    @cached_property
    def _region_names(self) -> dict[str, str]:
        return dict(self.layers[-1].extra.get("regions", {}))

    def to_place(
        self, candidate: Candidate, score: float | None = None, alternatives: tuple[Place, ...] = (),
        match: Match | None = None,
    ) -> Place:  # fmt: skip
        region = self.region_name(candidate.country, candidate.admin1) if candidate.admin1 else None
        return Place(
            id=candidate.id, name=candidate.name, lat=candidate.lat, lon=candidate.lon, feature=candidate.feature,
            country=candidate.country or None, admin1=region or candidate.admin1 or None,
            population=candidate.population or None, source=candidate.source,
            approximate=candidate.source == APPROXIMATE, radius_km=candidate.radius_km or None, score=score,
            match=match, alternatives=alternatives,
        )  # fmt: skip


def _weight(candidate: Candidate, sound: str | None = None) -> float:
    """Importance with what the kind of name adds; an alternate that sounds as the name does is as good as the name."""
    if candidate.is_primary or (sound and skeleton(normalise(candidate.name)) == sound):
        return candidate.importance + PRIMARY_BONUS
    return candidate.importance - (MACHINE_PENALTY if candidate.kind == MACHINE else 0.0)


def _within(candidate: Candidate, container: Candidate) -> bool:
    """By their codes, whether a place lies in a country or region, and is not that itself."""
    if candidate.id == container.id or not container.country or candidate.country != container.country:
        return False
    if container.feature.startswith("A.PCL"):
        return True
    if not container.feature.startswith("A.ADM") or candidate.admin1 != container.admin1:
        return False
    return not container.admin2 or candidate.admin2 == container.admin2


def _edits(one: str, other: str) -> int:
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(one, other)


def _rough_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle-like distance good to a few percent: it orders candidates, nothing is measured by it."""
    along = ((b[1] - a[1] + 180) % 360 - 180) * cos(radians((a[0] + b[0]) / 2))
    return KM_PER_DEG * hypot(along, b[0] - a[0])
