"""What speaks for each candidate of each mention: the resolver's features, in arrays over all candidates of an article.

Mentions that share name, feature word and stated container are weighed as one group: one sense per article, but
"Kherson city" and "Kherson region" apart.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from geomap.toponyms.lookup import (
    ABBREVIATED,
    ALTERNATE,
    DEMONYM,
    EXACT,
    MISMATCHED,
    PART,
    STRIPPED,
    Option,
    Options,
    priors_of,
)
from geomap.toponyms.words import FEATURE_PREFIXES

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


FEATURE_NAMES = (
    "prior", "prior_gap", "rank", "population", "no_population", "exact", "alternate", "abbreviated", "demonym",
    "stripped", "mismatched", "part", "country", "adm1", "adm2", "adm", "capital", "seat", "settlement", "water",
    "land", "options", "same_spelling", "cue", "cue_fits", "cue_differs", "stated", "stated_fits", "stated_differs",
    "sentence_container", "text_country", "text_adm1", "text_adm2", "vote_country", "vote_adm1", "vote_adm2",
    "near_30", "near_100", "near_300", "near_1000", "near_max", "near_local", "nearest", "key_stated", "mentions",
    "best_in_country", "hierarchy", "top_country", "rival_country", "contains_others", "any_near", "any_near_rare",
    "any_adm1", "any_adm2",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidates (rows) against those that vote on them (columns), one name's against other names'."""

    context: NDArray[np.int64]
    other: Shorts
    local: Shorts
    country: Shorts
    adm1: Shorts
    adm2: Shorts
    km: Shorts
    decay: tuple[Shorts, ...]
    stated: Shorts
    in_sentence: Shorts
    beside: Shorts
    any_name: Floats


COUNTRY, ADM1, ADM2, SPELLING = (FEATURE_NAMES.index(n) for n in ("country", "adm1", "adm2", "same_spelling"))
STATIC = FEATURE_NAMES.index("stated")
"""The first columns need nothing but the name and its feature word."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the candidates of one name are by themselves: worked out once a name.

    ``table`` has the static columns of ``FEATURE_NAMES``, those left zero that hang on the mention; ``codes`` are
    numbers of country, first and second region, -1 where it has none.
    """

    table: Floats
    xyz: Floats
    codes: NDArray[np.int64]
    names: list[str]


_CODES: dict[str, int] = {}
_NEXT = itertools.count()
_COUNTRIES: dict[str, int] = {}
_NEXT_COUNTRY = itertools.count()


def _code(*parts: str | None) -> int:
    """A number for a region's code, the same all through this process; only ever compared. Safe among threads."""
    if not all(parts):
        return -1
    if len(parts) == 1:
        return _COUNTRIES.setdefault(parts[0] or "", next(_NEXT_COUNTRY))
    return _CODES.setdefault(".".join(p or "" for p in parts), next(_NEXT))


def facts_of(options: Sequence[Option]) -> Facts:
    """The facts of a name's candidates, kept with them where they are remembered."""
    if not isinstance(options, Options):
        return _facts(options)
    if options.facts is None:
        options.facts = _facts(options)
    return cast(Facts, options.facts)


def _facts(options: Sequence[Option]) -> Facts:
    weight = priors_of(options)
    rows = []
    for n, (c, how) in enumerate(options):
        feature, population = c.feature, c.population or 0
        rows.append((
            weight[n], weight[0] - weight[n], math.log1p(n), math.log10(population + 1), population == 0, how == EXACT,
            how == ALTERNATE, how == ABBREVIATED, how == DEMONYM, how == STRIPPED, how == MISMATCHED, how == PART,
            feature.startswith("A.PCL"), feature.startswith("A.ADM1"), feature.startswith("A.ADM2"),
            feature.startswith("A."), feature.startswith("P.PPLC"), feature.startswith("P.PPLA"),
            feature.startswith("P."), feature.startswith("H."), feature[:2] in ("T.", "L."),
            math.log1p(len(options)), 0.0, 0.0, 0.0, 0.0,
        ))  # fmt: skip
    table = np.array(rows, float).reshape(-1, STATIC)
    lat = np.radians(np.array([c.lat for c, _ in options], float))
    lon = np.radians(np.array([c.lon for c, _ in options], float))
    codes = [(_code(c.country), _code(c.country, c.admin1), _code(c.country, c.admin1, c.admin2)) for c, _ in options]
    return Facts(
        table, np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1),
        np.array(codes, np.int64).reshape(-1, 3), [c.name for c, _ in options],
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
        self.country, self.adm1, self.adm2 = codes.T
        self.is_country, self.is_adm1, self.is_adm2 = (table[:, n] > 0 for n in (COUNTRY, ADM1, ADM2))
        for g, (group, f) in enumerate(zip(groups, facts, strict=True)):
            lo, hi = self.bounds[g], self.bounds[g + 1]
            table[lo:hi, SPELLING] = [name == group.raw for name in f.names]
            if group.cue:
                prefixes = FEATURE_PREFIXES.get(group.cue, ())
                fits = np.array([c.feature.startswith(prefixes) for c, _ in group.options], float)
                table[lo:hi, SPELLING + 1 :] = np.column_stack([np.ones(hi - lo), fits, 1.0 - fits])
        self.static = table
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
        self.same_sentence = np.zeros((n, k))
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
                            self.same_sentence[a, column] = 1.0
        for m, container, weight in frame.containers:
            b = of[container]
            if b in place:
                g = of[m]
                self.stated[g, place[b]] = max(self.stated[g, place[b]], weight)
        self.key_stated: dict[str, list[tuple[int, float]]] = {}
        for g, group in enumerate(groups):
            if self.stated[g].any():
                self.key_stated.setdefault(group.key, []).append((g, float(self.stated[g].max())))

    def first_weights(self) -> Floats:
        """Shares of each group's candidates by prominence alone."""
        return softmax(self.prior * 2.0, self.group, len(self.frame.groups))

    def features(self, weights: Floats) -> Floats:
        """One row a candidate, columns as ``FEATURE_NAMES``, given the shares from the pass before."""
        context = self._context(weights)
        blocks = [
            self._block(slice(lo, min(lo + CHUNK, self.count)), weights, context) for lo in range(0, self.count, CHUNK)
        ]
        return np.concatenate(blocks) if blocks else np.zeros((0, len(FEATURE_NAMES)))

    def _context(self, weights: Floats) -> NDArray[np.int64]:
        """Rows that vote: the likeliest of each name that does."""
        if not self.count:
            return np.zeros(0, np.int64)
        order = np.lexsort((np.arange(self.count), -weights, self.group))
        rank = np.arange(self.count) - self.bounds[self.group[order]]
        return np.sort(order[(rank < CONTEXT_CANDIDATES) & (self.place[self.group[order]] >= 0)])

    def _pairs(self, rows: slice, context: NDArray[np.int64]) -> Pairs:
        """What does not change between passes unless other candidates vote."""
        if self._kept is not None and np.array_equal(self._kept.context, context):
            return self._kept
        column = self.place[self.group[context]]
        group = self.group[rows]
        country, adm1, adm2 = self.country[rows], self.adm1[rows], self.adm2[rows]
        same_country = (country[:, None] == self.country[context]) & (country >= 0)[:, None]
        same_adm1 = (adm1[:, None] == self.adm1[context]) & (adm1 >= 0)[:, None]
        same_adm2 = (adm2[:, None] == self.adm2[context]) & (adm2 >= 0)[:, None]
        broad = self.is_country[context]
        contains = (
            (same_country & broad)
            | (same_adm1 & self.is_adm1[context] & ~self.is_adm1[rows][:, None])
            | (same_adm2 & self.is_adm2[context] & ~self.is_adm2[rows][:, None])
        ) & ~self.is_country[rows][:, None]
        half = np.clip((1.0 - self.xyz[rows] @ self.xyz[context].T) / 2.0, 0.0, 1.0).astype(np.float32)
        km = np.float32(2.0 * EARTH_KM) * np.arcsin(np.sqrt(half))  # haversine: exact for near points in short floats
        other = ~self.same_key[group][:, column]
        local = other & ~(broad | self.is_adm1[context])  # points of countries and regions say little about nearness
        decay = tuple(np.where(local, np.exp(km / np.float32(-scale)), np.float32(0)) for scale in (30, 100, 300, 1000))
        starts = np.flatnonzero(np.r_[True, column[1:] != column[:-1]])
        rare = 1.0 / np.sqrt(np.diff(np.r_[starts, len(column)]))
        by_name = np.logical_or.reduceat((km <= NEAR_KM) & local, starts, axis=1)
        narrow = other & ~broad
        in_adm1 = np.logical_or.reduceat(same_adm1 & narrow, starts, axis=1)
        in_adm2 = np.logical_or.reduceat(same_adm2 & narrow, starts, axis=1)
        stated = self.stated[group][:, column].astype(np.float32)
        found = Pairs(
            context, _short(other), _short(local), _short(same_country & other), _short(same_adm1 & other),
            _short(same_adm2 & other), np.where(local, km, np.float32(20000.0)), decay, contains * stated,
            _short(contains & other & (self.same_sentence[group][:, column] > 0)),
            decay[1] * self.close[group][:, column].astype(np.float32),
            np.column_stack(
                [
                    np.log1p(by_name.sum(axis=1)), np.log1p(by_name @ rare), (in_adm1 @ rare) / rare.sum(),
                    np.log1p(in_adm2.sum(axis=1)),
                ]
            ),
        )  # fmt: skip
        self._kept = (
            found if self.count <= CHUNK else None
        )  # for the second pass; of a long text they would fill memory
        return found

    def _block(self, rows: slice, weights: Floats, context: NDArray[np.int64]) -> Floats:
        group = self.group[rows]
        count = len(group)
        dynamic = np.zeros((count, 28))
        has_stated = (self.stated[group] > 0).any(axis=1) if self.stated.size else np.zeros(count, bool)
        if len(context):
            pairs = self._pairs(rows, context)
            w = weights[context].astype(np.float32)
            broad, adm1 = self.is_country[context], self.is_adm1[context]
            total = np.maximum(pairs.other @ w, 1e-9)
            country = self.country[rows]
            stated_fit = (pairs.stated * w).max(axis=1)
            dynamic[:, 0] = has_stated
            dynamic[:, 1] = stated_fit
            dynamic[:, 2] = has_stated & (stated_fit < 0.1)
            dynamic[:, 3] = (pairs.in_sentence * w).max(axis=1)
            dynamic[:, 4] = (pairs.country * (w * broad)).max(axis=1)
            dynamic[:, 5] = (pairs.adm1 * (w * adm1)).max(axis=1)
            dynamic[:, 6] = (pairs.adm2 * (w * self.is_adm2[context])).max(axis=1)
            dynamic[:, 7] = (pairs.country @ w) / total
            dynamic[:, 8] = (pairs.adm1 @ w) / total
            dynamic[:, 9] = (pairs.adm2 @ w) / total
            near30, near100, near300, near1000 = pairs.decay
            dynamic[:, 10] = np.log1p(near30 @ w)
            dynamic[:, 11] = np.log1p(near100 @ w)
            dynamic[:, 12] = np.log1p(near300 @ w)
            dynamic[:, 13] = (near1000 @ w) / np.maximum(pairs.local @ w, 0.5)
            dynamic[:, 14] = (near100 * w).max(axis=1)
            dynamic[:, 15] = pairs.beside @ w
            likely = w > 0.3
            if likely.any():
                dynamic[:, 16] = np.log10(pairs.km[:, likely].min(axis=1) + 5.0)
            else:
                dynamic[:, 16] = np.log10(20005.0)  # half round the earth: no likely neighbour
            dynamic[:, 23] = ((pairs.adm1 @ (w * ~adm1)) > 0) & self.is_adm1[rows]
            dynamic[:, 24:28] = pairs.any_name
            votes = np.zeros(int(self.country.max(initial=0)) + 2)
            np.add.at(votes, self.country[context], w)
            votes[-1] = 0.0
            top = votes.max(initial=1e-9)
            dynamic[:, 21] = np.where(country >= 0, votes[country], 0.0) / max(top, 1e-9)
        keys = self.frame.groups
        for r in range(count if self.key_stated else 0):
            g = int(group[r])
            for other_group, weight in self.key_stated.get(keys[g].key, ()):
                if other_group != g:
                    dynamic[r, 17] = max(
                        dynamic[r, 17], weight * self._stated_share(other_group, rows.start + r, weights)
                    )
        dynamic[:, 18] = self.mentions[group]
        if count:
            whole = self.bounds[:-1][group]
            gap = self.prior[whole] - self.prior[rows]
            dynamic[:, 19] = dynamic[:, 7] * np.exp(-gap)
            dynamic[:, 20] = dynamic[:, 5] + dynamic[:, 6] + 0.5 * dynamic[:, 4] + dynamic[:, 9]
            best = np.zeros(len(keys))
            np.maximum.at(best, group, dynamic[:, 7])
            dynamic[:, 22] = best[group] - dynamic[:, 7]
        return np.concatenate([self.static[rows], dynamic], axis=1)

    def _stated_share(self, group: int, row: int, weights: Floats) -> float:
        """How much of another group of the same name, which states its container, means this row's place."""
        mine = (self.frame.groups[int(self.group[row])].options[row - int(self.bounds[self.group[row]])])[0].id
        for r in range(self.bounds[group], self.bounds[group + 1]):
            if self.frame.groups[group].options[r - int(self.bounds[group])][0].id == mine:
                return float(weights[r])
        return 0.0


def _short(mask: NDArray[np.bool_]) -> Shorts:
    """A mask as floats: products with shares then run in BLAS."""
    return mask.astype(np.float32)


def softmax(scores: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    """Shares that sum to 1 within each group."""
    if not len(scores):
        return scores
    top = np.full(groups, -np.inf)
    np.maximum.at(top, group, scores)
    shares = np.exp(scores - top[group])
    total = np.zeros(groups)
    np.add.at(total, group, shares)
    return np.asarray(shares / total[group])
