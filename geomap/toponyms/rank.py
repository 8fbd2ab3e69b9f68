"""What speaks for each candidate of each mention: the resolver's features, in arrays over all candidates of an article.

Mentions that share name, feature word and stated container are weighed as one group: one sense per article, but
"Kherson city" and "Kherson region" apart.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

import numpy as np
from numpy.typing import NDArray

from geomap.toponyms.lookup import (
    ABBREVIATED,
    ALTERNATE,
    DEMONYM,
    EXACT,
    FEATURE_PREFIXES,
    MISMATCHED,
    PART,
    SOUND,
    STRIPPED,
    Option,
    Options,
    priors_of,
)

Floats = NDArray[np.float64]
Shorts = NDArray[np.float32]

EARTH_KM = 6371.0088
"""Mean radius: votes by distance need no ellipsoid."""

CONTEXT_GROUPS = 60
CONTEXT_CANDIDATES = 12
"""At most 60 names of an article with 12 candidates each vote on the others: keeps time linear in the text."""

NEAR_KM = 50.0
"""The reach of a local paper."""

CHUNK = 1024
"""Rows of candidates per block of arithmetic, so that memory stays bounded."""


@dataclass(slots=True)
class Group:
    """Mentions of one name in one sense."""

    key: str
    cue: str
    options: list[Option]
    mentions: list[int] = field(default_factory=list)
    raw: str = ""
    sense: str = ""
    """ "region" or "city" where the text says which of two namesakes is meant, "seat" where it says nothing."""
    holds: str = ""
    """Country of what the text puts inside, for names that a country and another's region share."""


@dataclass(slots=True)
class Frame:
    """An article's mentions as groups, and what links them."""

    groups: list[Group]
    sentence_of: list[int]
    group_of: list[int]
    containers: list[tuple[int, int, float]]
    """(mention, mention that contains it, weight 1 for "X, Y", 0.6 for "X in Y")."""
    distances: list[tuple[int, int, float]] = field(default_factory=list)
    """(mention, mention from which it is said to lie so far, km): "Moura, 30 km from Djenne"."""
    told: frozenset[str] = frozenset()
    """Countries that the text names beyond doubt, by themselves, their regions, people or great cities."""


FEATURE_NAMES = (
    "prior", "prior_gap", "rank", "population", "no_population", "exact", "alternate", "abbreviated", "demonym",
    "stripped", "mismatched", "part", "sound", "country", "adm1", "adm2", "adm", "capital", "seat", "settlement",
    "water", "land", "options", "same_spelling", "cue", "cue_fits", "cue_differs", "stated", "stated_fits",
    "stated_differs", "sentence_container", "text_country", "text_adm1", "text_adm2", "vote_country", "vote_adm1",
    "vote_adm2", "near_30", "near_100", "near_300", "near_1000", "near_max", "near_local", "nearest", "key_stated",
    "mentions", "best_in_country", "hierarchy", "top_country", "rival_country", "contains_others", "any_near",
    "any_near_rare", "any_adm1", "any_adm2", "km_fits", "km_differs", "told", "in_told", "letters", "none",
)  # fmt: skip

KM_SHARE, KM_MORE = 0.35, 8.0
"""A distance told may be by road, from the edge or rounded: so far off, in parts and km, a place still fits it."""
KM_TWICE, KM_FAR = 2.0, 30.0
"""Twice the distance told and 30 km more: the place is another."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidates (rows) against those that may vote on them (columns), one name's against other names'.

    Nothing here hangs on the votes' weights, so that both passes share it.
    """

    columns: NDArray[np.int64]
    """The candidate that each column is."""
    starts: NDArray[np.int64]
    """Where each name's columns begin."""
    summed: Shorts
    """(``SUMMED``, rows, columns): votes that add up."""
    strongest: Shorts
    """(``STRONGEST``, rows, columns): votes of which the strongest counts."""
    near: NDArray[np.bool_]
    """(3, rows, columns): within reach of a local paper, in the same first-order and second-order region."""
    km: Shorts


SUMMED = ("other", "local", "country", "adm1", "adm2", "adm1_inside", "beside", "near_30", "near_100", "near_300",
          "near_1000")  # fmt: skip
STRONGEST = ("stated", "in_sentence", "country", "adm1", "adm2", "near_100")
SCALES = np.array([30.0, 100.0, 300.0, 1000.0], np.float32)
"""Kilometres over which nearness decays."""

NONE, NEAREST = FEATURE_NAMES.index("none"), FEATURE_NAMES.index("nearest")
SHARED = np.array([
    FEATURE_NAMES.index(n)
    for n in (
        "prior", "exact", "alternate", "country", "adm1", "options", "cue", "cue_fits", "stated", "stated_fits",
        "sentence_container", "text_country", "text_adm1", "vote_country", "near_100", "key_stated", "mentions",
        "top_country", "km_fits", "km_differs", "told", "in_told", "letters",
    )
])  # fmt: skip
"""What the row of "none of these" knows of a group's candidates: the most that any of them has."""
COUNTRY, ADM1, ADM2, SPELLING = (FEATURE_NAMES.index(n) for n in ("country", "adm1", "adm2", "same_spelling"))
STATIC = FEATURE_NAMES.index("stated")
"""The first columns need nothing but the name and its feature word."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the candidates of one name are by themselves: worked out once a name.

    ``table`` has the static columns of ``FEATURE_NAMES``, those left zero that hang on the mention; ``codes`` are
    numbers of country, first and second region, -1 where it has none; ``places`` tell entries apart in this process.
    """

    table: Floats
    xyz: Floats
    codes: NDArray[np.int64]
    places: NDArray[np.int64]
    names: list[str]


_CODES: dict[tuple[str, ...], int] = {}
_NEXT = itertools.count()
_COUNTRIES: dict[str, int] = {}
_NEXT_COUNTRY = itertools.count()


@lru_cache(maxsize=50_000)
def _codes(country: str | None, admin1: str | None, admin2: str | None) -> tuple[int, int, int]:
    """Numbers for a place's country and regions, -1 for none; the same all through this process; only ever compared.

    Safe among threads.
    """
    if not country:
        return -1, -1, -1
    first = _COUNTRIES.setdefault(country, next(_NEXT_COUNTRY))
    if not admin1:
        return first, -1, -1
    second = _CODES.setdefault((country, admin1), next(_NEXT))
    return first, second, _CODES.setdefault((country, admin1, admin2), next(_NEXT)) if admin2 else -1


@lru_cache(maxsize=2_000)
def _sort(feature: str) -> tuple[bool, ...]:
    """What a feature code says, as the columns from "country" to "land"."""
    return (
        feature.startswith("A.PCL"), feature.startswith("A.ADM1"), feature.startswith("A.ADM2"),
        feature.startswith("A."), feature.startswith("P.PPLC"), feature.startswith("P.PPLA"),
        feature.startswith("P."), feature.startswith("H."), feature[:2] in ("T.", "L."),
    )  # fmt: skip


REACHED = {
    how: tuple(how == other for other in (EXACT, ALTERNATE, ABBREVIATED, DEMONYM, STRIPPED, MISMATCHED, PART, SOUND))
    for how in range(SOUND + 1)
}
"""How a candidate was reached, as the columns from "exact" to "sound"."""


def facts_of(options: Sequence[Option]) -> Facts:
    """The facts of a name's candidates, kept with them where they are remembered."""
    if not isinstance(options, Options):
        return _facts(options)
    if options.facts is None:
        options.facts = _facts(options)
    return cast(Facts, options.facts)


def _facts(options: Sequence[Option]) -> Facts:
    weight = priors_of(options)
    many = math.log1p(len(options))
    rows = []
    for n, (c, how) in enumerate(options):
        people = c.population or 0
        rows.append((
            weight[n], weight[0] - weight[n], math.log1p(n), math.log10(people + 1), not people, *REACHED[how],
            *_sort(c.feature), many, 0.0, 0.0, 0.0, 0.0,
        ))  # fmt: skip
    table = np.array(rows, float).reshape(-1, STATIC)
    lat, lon = np.radians(np.array([(c.lat, c.lon) for c, _ in options], float).reshape(-1, 2)).T
    flat = np.cos(lat)
    codes = [_codes(c.country, c.admin1, c.admin2) for c, _ in options]
    return Facts(
        table, np.stack([flat * np.cos(lon), flat * np.sin(lon), np.sin(lat)], axis=1),
        np.array(codes, np.int64).reshape(-1, 3), np.array([hash(c.id) for c, _ in options], np.int64),
        [c.name for c, _ in options],
    )  # fmt: skip


NO_FACTS = _facts([])


class Weigher:
    """Arrays over all candidates of a frame; ``features(weights)`` for each pass."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._kept: Pairs | None = None
        groups = frame.groups
        facts = [facts_of(group.options) for group in groups]
        sizes = np.array([len(g.options) for g in groups], np.int64)
        self.count = int(sizes.sum())
        self.group = np.repeat(np.arange(len(groups)), sizes)
        self.bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        table = np.concatenate([NO_FACTS.table, *(f.table for f in facts)])
        codes = np.concatenate([NO_FACTS.codes, *(f.codes for f in facts)])
        self.prior = table[:, 0].copy()
        self.xyz = np.concatenate([NO_FACTS.xyz, *(f.xyz for f in facts)])
        self.places = np.concatenate([NO_FACTS.places, *(f.places for f in facts)])
        self.codes = np.ascontiguousarray(codes.T)
        self.levels: NDArray[np.bool_] = table.T[[COUNTRY, ADM1, ADM2]] > 0
        for g, (group, f) in enumerate(zip(groups, facts, strict=True)):
            lo, hi = self.bounds[g], self.bounds[g + 1]
            table[lo:hi, SPELLING] = [name == group.raw for name in f.names]
            if group.cue:
                prefixes = FEATURE_PREFIXES.get(group.cue, ())
                fits = np.array([c.feature.startswith(prefixes) for c, _ in group.options], float)
                table[lo:hi, SPELLING + 1 :] = np.column_stack([np.ones(hi - lo), fits, 1.0 - fits])
        self.static = table
        told = frame.told
        self.in_told = np.array([c.country in told for group in groups for c, _ in group.options], float)
        self.letters = np.array([float(len(group.key)) for group in groups])
        self._link()

    def _link(self) -> None:
        """Context rows, and matrices group x context group: same sentence, closeness, stated container."""
        frame = self.frame
        groups = frame.groups
        self.mentions = np.log1p([len(g.mentions) for g in groups])
        order = sorted(range(len(groups)), key=lambda g: (-len(groups[g].mentions), groups[g].mentions[0]))
        chosen = sorted(g for g in order[: CONTEXT_GROUPS * 2] if groups[g].options)[:CONTEXT_GROUPS]
        place = {g: k for k, g in enumerate(chosen)}
        self.chosen = np.array(chosen, np.int64)
        self.place = np.full(len(groups) + 1, -1, np.int64)
        self.place[self.chosen] = np.arange(len(chosen))
        n, k = len(groups), len(chosen)
        self.same_sentence = np.zeros((n, k), bool)
        self.close = np.zeros((n, k))
        self.stated = np.zeros((n, k))
        self.same_key = np.zeros((n, k), bool)
        by_key: dict[str, list[int]] = {}
        for g in chosen:
            by_key.setdefault(groups[g].key, []).append(place[g])
        for g, group in enumerate(groups):
            for column in by_key.get(group.key, ()):
                self.same_key[g, column] = True
            if g in place:
                self.same_key[g, place[g]] = True
        of = frame.group_of
        for m, g in enumerate(of):
            for step in range(1, 7):
                if m + step >= len(of):
                    break
                other = of[m + step]
                same = frame.sentence_of[m] == frame.sentence_of[m + step]
                for a, b in ((g, other), (other, g)):
                    if b in place:
                        column = place[b]
                        self.close[a, column] = max(self.close[a, column], 1.0 / step)
                        if same:
                            self.same_sentence[a, column] = True
        for m, container, weight in frame.containers:
            b = of[container]
            if b in place:
                g = of[m]
                self.stated[g, place[b]] = max(self.stated[g, place[b]], weight)
        self.has_stated: NDArray[np.bool_] = np.any(self.stated, axis=1)
        self.key_stated: dict[str, list[tuple[int, float]]] = {}
        for g, group in enumerate(groups):
            if self.has_stated[g]:
                self.key_stated.setdefault(group.key, []).append((g, float(self.stated[g].max())))

    def first_weights(self) -> Floats:
        """Shares of each group's candidates by prominence alone."""
        return softmax(self.prior * 2.0, self.group, len(self.frame.groups))

    def features(self, weights: Floats) -> Floats:
        """One row a candidate, columns as ``FEATURE_NAMES``, given the shares from the pass before."""
        voting = self._voting(weights)
        blocks = [
            self._block(slice(lo, min(lo + CHUNK, self.count)), weights, voting) for lo in range(0, self.count, CHUNK)
        ]
        return np.concatenate(blocks) if blocks else np.zeros((0, len(FEATURE_NAMES)))

    def _voting(self, weights: Floats) -> NDArray[np.bool_]:
        """Whether a candidate votes: the likeliest of each name that does."""
        voting: NDArray[np.bool_] = self.place[self.group] >= 0
        for g in np.flatnonzero(np.diff(self.bounds) > CONTEXT_CANDIDATES):
            lo, hi = self.bounds[g], self.bounds[g + 1]
            voting[lo + np.argsort(-weights[lo:hi], kind="stable")[CONTEXT_CANDIDATES:]] = False
        return voting

    def _pairs(self, rows: slice, voting: NDArray[np.bool_]) -> Pairs:
        """All candidates of the names that vote; of a long text, those that vote in this pass."""
        if self._kept is not None:
            return self._kept
        columns = np.flatnonzero(self.place[self.group] >= 0)
        whole = self.count <= CHUNK and len(columns) <= CONTEXT_GROUPS * CONTEXT_CANDIDATES
        if not whole:
            columns = np.flatnonzero(voting)
        found = self._compare(rows, columns)
        if whole:
            self._kept = found
        return found

    def _compare(self, rows: slice, columns: NDArray[np.int64]) -> Pairs:
        column = self.place[self.group[columns]]
        link = np.ix_(self.group[rows], column)
        codes, levels = self.codes[:, rows, None], self.levels[:, rows, None]
        broad = self.levels[:, None, columns]
        same: NDArray[np.bool_] = np.equal(codes, self.codes[:, None, columns]) & (codes >= 0)
        contains = np.any(same & broad & ~levels, axis=0) & ~levels[0]
        half = np.clip((1.0 - self.xyz[rows] @ self.xyz[columns].T) / 2.0, 0.0, 1.0).astype(np.float32)
        km = np.float32(2.0 * EARTH_KM) * np.arcsin(np.sqrt(half))  # haversine: exact for near points in short floats
        # a town is no witness to itself: Ohio's Medina is also known as Mecca, and no pilgrim goes there
        itself = (self.places[rows, None] == self.places[columns]) & ~levels[0] & ~levels[1]
        other = ~self.same_key[link] & ~itself
        local = other & ~(broad[0] | broad[1])  # points of countries and regions say little about nearness
        summed = np.empty((len(SUMMED), *km.shape), np.float32)
        summed[0], summed[1], summed[2:5] = other, local, same & other
        summed[5] = summed[3] * ~broad[1]
        decay = summed[7:]
        np.exp(km / -SCALES[:, None, None], out=decay)
        decay *= local
        summed[6] = decay[1] * self.close[link]
        strongest = np.empty((len(STRONGEST), *km.shape), np.float32)
        strongest[0] = contains * self.stated[link]
        strongest[1] = contains & other & self.same_sentence[link]
        strongest[2:5] = summed[2:5] * broad
        strongest[5] = decay[1]
        near = np.stack([(km <= NEAR_KM) & local, *(same[1:] & (other & ~broad[0]))])
        starts = np.flatnonzero(np.diff(column, prepend=-1))
        return Pairs(columns, starts, summed, strongest, near, np.where(local, km, np.float32(20000.0)))

    def _block(self, rows: slice, weights: Floats, voting: NDArray[np.bool_]) -> Floats:
        group = self.group[rows]
        count = len(group)
        dynamic = np.zeros((len(FEATURE_NAMES) - STATIC, count))
        has_stated = self.has_stated[group]
        if voting.any():
            pairs = self._pairs(rows, voting)
            votes = voting[pairs.columns]
            w = np.where(votes, weights[pairs.columns], 0.0).astype(np.float32)
            sums = (pairs.summed.reshape(-1, len(w)) @ w).reshape(len(SUMMED), count)
            other, local, *_, inside, beside, _, _, _, far = sums
            strongest = (pairs.strongest * w).max(axis=2)
            stated_fit = strongest[0]
            dynamic[0] = has_stated
            dynamic[1] = stated_fit
            dynamic[2] = has_stated & (stated_fit < 0.1)
            dynamic[3:7] = strongest[1:5]  # in the sentence; country, first and second region anywhere
            dynamic[7:10] = sums[2:5] / np.maximum(other, 1e-9)  # shares of country, first and second region
            dynamic[10:13] = np.log1p(sums[7:10])  # near at 30, 100, 300 km
            dynamic[13] = far / np.maximum(local, 0.5)
            dynamic[14] = strongest[5]
            dynamic[15] = beside
            likely = w > 0.3
            nearest = pairs.km[:, likely].min(axis=1) if likely.any() else 20000.0  # half round the earth
            dynamic[16] = np.log10(nearest + np.float32(5.0))
            dynamic[23] = (inside > 0) & self.levels[1, rows]
            names = np.logical_or.reduceat(pairs.near & votes, pairs.starts, axis=2)
            rare = 1.0 / np.sqrt(np.add.reduceat(votes, pairs.starts, dtype=np.int64))
            dynamic[24] = np.log1p(names[0].sum(axis=1))
            dynamic[25] = np.log1p(names[0] @ rare)
            dynamic[26] = (names[1] @ rare) / rare.sum()
            dynamic[27] = np.log1p(names[2].sum(axis=1))
            country = self.codes[0] + 1
            by_country = np.bincount(country[pairs.columns], w, int(country.max()) + 1)
            by_country[0] = 0.0  # of those that are in none
            dynamic[21] = by_country[country[rows]] / max(by_country.max(), 1e-9)
        keys = self.frame.groups
        for r in range(count if self.key_stated else 0):
            g = int(group[r])
            for other_group, weight in self.key_stated.get(keys[g].key, ()):
                if other_group != g:
                    dynamic[17, r] = max(
                        dynamic[17, r], weight * self._stated_share(other_group, rows.start + r, weights)
                    )
        dynamic[18] = self.mentions[group]
        if count:
            whole = self.bounds[:-1][group]
            dynamic[19] = dynamic[7] * np.exp(self.prior[rows] - self.prior[whole])
            dynamic[20] = dynamic[5] + dynamic[6] + 0.5 * dynamic[4] + dynamic[9]
            best = np.zeros(len(keys))
            np.maximum.at(best, group, dynamic[7])
            dynamic[22] = best[group] - dynamic[7]
            dynamic[28:30] = self._by_distance(rows, weights)
            dynamic[30] = bool(self.frame.told)
            dynamic[31] = self.in_told[rows]
            dynamic[32] = self.letters[group]
        return np.concatenate([self.static[rows], dynamic.T], axis=1)

    def _by_distance(self, rows: slice, weights: Floats) -> Floats:
        """Whether each candidate lies as far from its anchor's likeliest place as the text says, and whether not."""
        found = np.zeros((2, rows.stop - rows.start))
        of = self.frame.group_of
        for m, anchor, km in self.frame.distances:
            g, other = of[m], of[anchor]
            lo, hi = max(int(self.bounds[g]), rows.start), min(int(self.bounds[g + 1]), rows.stop)
            first, last = int(self.bounds[other]), int(self.bounds[other + 1])
            if lo >= hi or first == last:
                continue
            away = self.km_between(slice(lo, hi), first + int(np.argmax(weights[first:last])))
            part = slice(lo - rows.start, hi - rows.start)
            found[0, part] = np.maximum(found[0, part], np.abs(away - km) <= KM_SHARE * km + KM_MORE)
            found[1, part] = np.maximum(found[1, part], away > KM_TWICE * km + KM_FAR)
        return found

    def km_between(self, rows: slice, other: int) -> Floats:
        """Great-circle distance of candidates from another."""
        half = np.clip((1.0 - self.xyz[rows] @ self.xyz[other]) / 2.0, 0.0, 1.0)
        return np.asarray(2.0 * EARTH_KM * np.arcsin(np.sqrt(half)))

    def none_rows(self, rows: Floats) -> Floats:
        """One row a group for "none of these": what the best of its candidates has of each kind of evidence."""
        groups = len(self.bounds) - 1
        found = np.zeros((groups, len(FEATURE_NAMES)))
        some = np.flatnonzero(self.bounds[1:] > self.bounds[:-1])
        if len(some):
            best = np.maximum.reduceat(rows, self.bounds[some], axis=0)
            found[some[:, None], SHARED] = best[:, SHARED]
            found[some, NEAREST] = np.minimum.reduceat(rows[:, NEAREST], self.bounds[some])
        found[:, NONE] = 1.0
        return found

    def _stated_share(self, group: int, row: int, weights: Floats) -> float:
        """How much of another group of the same name, which states its container, means this row's place."""
        mine = (self.frame.groups[int(self.group[row])].options[row - int(self.bounds[self.group[row]])])[0].id
        for r in range(self.bounds[group], self.bounds[group + 1]):
            if self.frame.groups[group].options[r - int(self.bounds[group])][0].id == mine:
                return float(weights[r])
        return 0.0


def softmax(scores: Floats, group: NDArray[np.int64], groups: int, none: Floats | None = None) -> Floats:
    """Shares that sum to 1 within each group; with the scores of "none of these", what is left is its share."""
    if not len(scores):
        return scores
    top = np.full(groups, -np.inf) if none is None else none.copy()
    np.maximum.at(top, group, scores)
    shares = np.exp(scores - top[group])
    total = np.zeros(groups) if none is None else np.exp(none - top)
    np.add.at(total, group, shares)
    return np.asarray(shares / total[group])
