"""Mentions to places: groups of one sense, links between mentions, two passes of ranking, and what the score means."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geomap.lang.names import WordLists, feature_words, word_lists
from geomap.toponyms.lookup import (
    ABBREVIATED,
    ALTERNATE,
    BROAD,
    DEMONYM,
    EXACT,
    FEATURE_PREFIXES,
    Candidate,
    Lookup,
    Option,
    Options,
    priors_of,
    split_feature,
)
from geomap.toponyms.model import Model, Trees
from geomap.toponyms.rank import Frame, Group, Weigher, softmax
from geomap.toponyms.spans import UNKNOWN, SpanCandidate
from geomap.toponyms.text import Tokens

Floats = NDArray[np.float64]

Where = tuple[str | None, str | None]
"""Country and first-level region."""
SEATS = ("P.PPLA", "P.PPLC")
UNFIT = -6.0
"""Log-odds against a candidate that the words beside rule out."""
UNSAID = -2.0
"""Log-odds against a region that shares the bare name of its seat: the name alone nearly always means the seat."""
CODE = 3
"""Letters of codes that atlases file among a city's names: "Ber", a village, is no Berlin."""
OUTSIDE = -4.0
"""Log-odds against a settlement outside the country or region written after it with a comma, where a namesake lies
inside: "Cambridge, Massachusetts" is not in England, whatever else the article speaks of."""
CLEAR = 1.0
"""Ten times the people: the name of a country or region that nothing rivals."""
KNOWN = 6.0
"""Prior of a city of 250,000 under its own name, of most regions and all countries."""
MOST_TOLD = 6
"""A text of more countries does not say where its villages lie."""


@dataclass(slots=True)
class Named:
    """A mention on its way to a place."""

    start: int
    end: int
    first: int
    last: int
    key: str
    options: list[Option]
    cue: str = ""
    sense: str = ""


def with_context(spans: Sequence[tuple[int, int]], others: Sequence[SpanCandidate]) -> list[tuple[int, int]]:
    """The mentions and, between them, names of countries and regions that are parts of other names.

    "Ohio State University" is no mention of Ohio, yet says which Dublin is meant. In order, without overlap.
    """
    taken = sorted(spans)
    starts = [a for a, _ in taken]
    added: list[tuple[int, int]] = []
    for other in others:
        if not other.options or other.sort == UNKNOWN or other.postal:
            continue
        candidate, how = other.options[0]
        if not candidate.feature.startswith(BROAD) or how > DEMONYM:
            continue
        priors = priors_of(other.options)
        if len(priors) > 1 and priors[0] - priors[1] < CLEAR:
            continue
        at = bisect_right(starts, other.start)
        if (at and taken[at - 1][1] > other.start) or (at < len(taken) and taken[at][0] < other.end):
            continue
        if added and added[-1][1] > other.start:
            if added[-1][1] - added[-1][0] >= other.end - other.start:
                continue
            added.pop()
        added.append((other.start, other.end))
    return added


def named(tokens: Tokens, spans: Sequence[tuple[int, int]], lookup: Lookup) -> list[Named]:
    """Mentions at code points [start, end), in order of the text, with candidates and cues."""
    found = []
    text = tokens.text
    for start, end in spans:
        first = max(bisect_right(tokens.end, start), 0)
        last = max(bisect_right(tokens.start, end - 1) - 1, first)
        written = text[start:end]
        key = lookup.gazetteer.normalise(written)
        found.append(Named(start, end, min(first, len(tokens) - 1), min(last, len(tokens) - 1), key, []))
    _cues(tokens, found)
    for mention in found:
        written = text[mention.start : mention.end]
        postal = len(written) == 2 and written.isupper() and text[max(0, mention.start - 2) : mention.start] == ", "
        mention.options = lookup.name(written, mention.key, mention.cue, postal=postal)
    _senses(tokens, found, lookup)
    told = told_countries(found)
    if 0 < len(told) <= MOST_TOLD:
        for mention in found:
            _add_like(mention, told, lookup)
    return found


def told_countries(mentions: Sequence[Named]) -> frozenset[str]:
    """Countries that a text names beyond doubt: by themselves, their people, regions or great cities."""
    found: set[str] = set()
    for mention in mentions:
        if not mention.options:
            continue
        candidate, how = mention.options[0]
        priors = priors_of(mention.options)
        clear = len(priors) == 1 or priors[0] - priors[1] >= CLEAR
        known = candidate.feature.startswith("A.PCL") or (clear and priors[0] >= KNOWN)
        if how <= DEMONYM and known and candidate.country:
            found.add(candidate.country)
    return frozenset(found)


def _add_like(mention: Named, told: frozenset[str], lookup: Lookup) -> None:
    """Give a name without a place in the story's countries what sounds like it there, unless it is well known."""
    if mention.options and priors_of(mention.options)[0] >= KNOWN:
        return
    if any(how <= DEMONYM and c.country in told for c, how in mention.options):
        return
    held = {c.id for c, _ in mention.options}
    if more := [o for o in lookup.like(mention.key, told) if o[0].id not in held]:
        mention.options = Options([*mention.options, *more])


def _cues(tokens: Tokens, mentions: list[Named]) -> None:
    """Feature words inside and beside each mention."""
    lists = word_lists()
    plural = [""] * len(mentions)
    for m, mention in enumerate(mentions if len(tokens) else ()):
        mention.cue, several = _cue(tokens, mention, lists)
        plural[m] = mention.cue if several else ""
    for m in range(len(mentions) - 2, -1, -1):  # "Kherson and Zaporizhzhia regions"
        between = tokens.text[mentions[m].end : mentions[m + 1].start][:8].strip(" ,")
        if not mentions[m].cue and plural[m + 1] and (not between or between in lists.conjunctions):
            mentions[m].cue, plural[m] = plural[m + 1], plural[m + 1]
    for m in range(1, len(mentions)):  # "the provinces of Donetsk and Luhansk"
        before = mentions[m - 1]
        between = tokens.text[before.end : mentions[m].start][:8].strip(" ,")
        of = _of(tokens, before.first, lists)
        if of in lists.plural_features and not mentions[m].cue and (not between or between in lists.conjunctions):
            mentions[m].cue = feature_words()[of]


def _cue(tokens: Tokens, mention: Named, lists: WordLists) -> tuple[str, bool]:
    """The class of a mention's feature word, and whether that word may serve the mention before it too ("regions")."""
    keys, joins, features = tokens.key, tokens.joins, feature_words()
    i, j = mention.first, mention.last
    tail = split_feature(mention.key)[1]
    cue, plural = features.get(tail, ""), tail in lists.plural_features
    if not cue and j + 1 < len(tokens) and joins[j] and not tokens.capital[j + 1]:
        after = keys[j + 1]  # "Kherson region"
        cue = features.get(after, "") if after not in lists.loose_features else ""
        plural = plural or after in lists.plural_features
    if not cue:  # "the city of Kherson"
        of = _of(tokens, i, lists)
        cue = features.get(of, "") if of not in lists.loose_features_of else ""
    if not cue and i >= 1 and joins[i - 1] and not tokens.capital[i - 1]:  # "the river Dnipro"
        cue = features.get(keys[i - 1], "") if keys[i - 1] not in lists.loose_features_before else ""
    if not cue and j + 2 < len(tokens) and tokens.gap(j) == ", ":  # "Lyman, a small town"
        cue = apposition(tokens, j + 1, lists)
    return cue, plural


def _of(tokens: Tokens, first: int, lists: WordLists) -> str:
    """The word before "of" that stands before token ``first``: "city" in "the city of Kherson"; or ""."""
    joined = first >= 2 and tokens.joins[first - 1] and tokens.key[first - 1] in lists.of_words
    return tokens.key[first - 2] if joined else ""


def apposition(tokens: Tokens, i: int, lists: WordLists) -> str:
    """The class of "a small town", "one of the four regions" from token ``i`` on."""
    keys, joins, features = tokens.key, tokens.joins, feature_words()
    if keys[i] not in lists.apposition_starts:
        return ""
    for t in range(i + 1, min(i + 6, len(tokens))):
        if not joins[t - 1] or tokens.capital[t]:
            return ""
        if keys[t] in features and keys[t] not in lists.loose_features:
            return features[keys[t]]
        if keys[t] in lists.apposition_ends:
            return ""
    return ""


def _senses(tokens: Tokens, mentions: list[Named], lookup: Lookup) -> None:
    """Bare names that a city and its region share: the sense last stated, unless the words beside say otherwise."""
    lists = word_lists()
    stated: dict[str, str] = {}
    bases = [split_feature(m.key)[0] or m.key for m in mentions]
    only: dict[str, set[str]] = {}
    for base, mention in zip(bases, mentions, strict=True):
        if mention.cue in ("region", "city", "river"):
            only.setdefault(base, set()).add(mention.cue)
    for n, (base, mention) in enumerate(zip(bases, mentions, strict=True)):
        if mention.cue in ("region", "city"):
            stated[base] = mention.cue
        if mention.cue:
            continue
        before, before2, after = _beside(tokens, mention)
        sense = _sense_said(before, before2, after, lists)
        if not sense:
            sense = stated.get(base, "")
            beside = n > 0 and mentions[n - 1].sense == "region" and _paired(tokens, mentions[n - 1], mention, lists)
            if not sense and (beside or only.get(base) == {"region"}):
                sense = "region"
        flows = "river" in only.get(base, ()) or any(c.feature.startswith("H.") for c, _ in mention.options)
        named_on = bool(after) and tokens.capital[mention.last + 1]
        if before in lists.articles and flows and not sense and not named_on:
            mention.cue = "river"  # "the Oskil": towns take no article
            if not any(c.feature.startswith("H.") for c, _ in mention.options):
                mention.options = []  # "along the Brazos", after "Brazos River" that the gazetteer lacks
        _take(mention, sense, lookup)


def _beside(tokens: Tokens, mention: Named) -> tuple[str, str, str]:
    """The word before a mention, the one before that and the one after; "" where a sign stands between."""
    keys, joins = tokens.key, tokens.joins
    i, j = mention.first, mention.last
    before = keys[i - 1] if i and joins[i - 1] else ""
    before2 = keys[i - 2] if i > 1 and before and joins[i - 2] else ""
    return before, before2, keys[j + 1] if j + 1 < len(tokens) and joins[j] else ""


def _sense_said(before: str, before2: str, after: str, lists: WordLists) -> str:
    """What the words beside a name say of it: "near X" the city, "annexed X", "X governor", "all of X" the region."""
    if before in lists.city_hints:
        return "city"
    region = before in lists.region_hints or after in lists.governor_words
    annexed = before in lists.of_words and before2 in lists.region_hints
    whole = before in lists.whole_links and before2 in lists.whole_words
    return "region" if region or annexed or whole else ""


def _paired(tokens: Tokens, one: Named, other: Named, lists: WordLists) -> bool:
    """ "Kherson and Zaporizhzhia", "Kherson, Zaporizhzhia"."""
    between = tokens.text[one.end : other.start]
    return between == ", " or (between[:1] == between[-1:] == " " and between[1:-1] in lists.conjunctions)


def _take(mention: Named, sense: str, lookup: Lookup) -> None:
    """Give a mention the sense; as a region only where one of its name lies in the likeliest town's country."""
    if sense == "city":
        mention.sense = sense
    if sense != "region":
        return
    city = next((c for c, _ in mention.options if c.feature.startswith("P.")), None)
    if city is None or city.feature == "P.PPLC":
        return
    regions = [
        (c, how)
        for c, how in lookup.name("", mention.key, sense)
        if c.feature.startswith("A.ADM1") and c.country == city.country
    ]
    if regions:
        mention.sense = sense
        held = {c.id for c, _ in mention.options}
        mention.options = mention.options + [o for o in regions if o[0].id not in held]


def frame_of(tokens: Tokens, mentions: list[Named]) -> Frame:
    """Group mentions and link each to the mentions that contain it."""
    containers = _containers(tokens, mentions)
    stated = {m: mentions[c].key for m, c, weight in containers if weight >= 0.8}
    groups: list[Group] = []
    index: dict[tuple[str, str, str, str], int] = {}
    group_of = []
    held = _held(mentions, containers)
    for m, mention in enumerate(mentions):
        text = tokens.text[mention.start : mention.end]
        signature = (mention.key, mention.cue, mention.sense, stated.get(m, "") + held.get(m, ""))
        if text.isupper() and len(text) < 4:
            signature = (mention.key + "/" + text, *signature[1:])
        g = index.get(signature)
        if g is None:
            g = index[signature] = len(groups)
            groups.append(Group(mention.key, mention.cue, mention.options, [], text, mention.sense, held.get(m, "")))
        groups[g].mentions.append(m)
        group_of.append(g)
    sentence = [tokens.sentence[m.first] if len(tokens) else 0 for m in mentions]
    distances = _distances(tokens, mentions) if len(tokens) else []
    return Frame(groups, sentence, group_of, containers, distances, told_countries(mentions))


_BACK = 5
"""Tokens before a name within which what it is a distance from may be said: "from the town of"."""
_SUBJECTS = 4
"""Mentions before a distance among which the place is that lies so far away."""
KM_OF_MILE = 1.609344
_NUMBER = re.compile(r"(\d{1,4}(?:\.\d+)?)([a-z]*)")


def _distances(tokens: Tokens, mentions: list[Named]) -> list[tuple[int, int, float]]:
    """(mention, anchor, km) for "X, 30 km from A", "X lies 12 miles south of A"."""
    found = []
    for a, anchor in enumerate(mentions):
        km = distance_before(tokens, anchor.first)
        if km is None:
            continue
        for m in range(a - 1, max(-1, a - 1 - _SUBJECTS), -1):
            if tokens.sentence[anchor.first] - tokens.sentence[mentions[m].first] > 1:
                break
            options = mentions[m].options
            if mentions[m].key != anchor.key and not (options and options[0][0].feature.startswith(BROAD)):
                found.append((m, a, km))
                break
    return found


def distance_before(tokens: Tokens, first: int) -> float | None:
    """The km of "30 km from", "12 miles south of" that stand before token ``first``."""
    lists = word_lists()
    for t in range(first - 1, max(0, first - 1 - _BACK), -1):
        if tokens.sentence[t] != tokens.sentence[first] or tokens.capital[t]:
            return None  # another name stands between
        if tokens.key[t] in lists.far_words and (km := _distance_at(tokens, t - 1, lists)) is not None:
            return km
    return None


def _distance_at(tokens: Tokens, t: int, lists: WordLists) -> float | None:
    """The km of a number and a unit that end at token ``t``, but for words such as "south" and "away"."""
    keys = tokens.key
    while t > 0 and (keys[t] in lists.directions or keys[t] in lists.far_fillers):
        t -= 1
    if keys[t] in lists.km_words or keys[t] in lists.mile_words:
        unit, number = keys[t], keys[t - 1] if t else ""
    else:
        written = _NUMBER.fullmatch(keys[t])  # "20km"
        unit, number = (written[2], written[1]) if written else ("", "")
    factor = 1.0 if unit in lists.km_words else KM_OF_MILE if unit in lists.mile_words else 0.0
    return float(number) * factor if factor and _NUMBER.fullmatch(number) and number[-1:].isdigit() else None


def _held(mentions: list[Named], containers: list[tuple[int, int, float]]) -> dict[int, str]:
    """For names that a country shares with another's region, the country of what is written before them.

    "Tbilisi, Georgia" and "Atlanta, Georgia" may stand in one article.
    """
    found: dict[int, str] = {}
    for m, c, weight in containers:
        inner, outer = mentions[m].options, mentions[c].options
        countries = {o.country for o, how in outer if how <= ALTERNATE and o.feature.startswith("A.PCL")}
        regions = {o.country for o, how in outer if how <= ALTERNATE and o.feature.startswith("A.ADM1")}
        if weight == 1.0 and inner and countries and regions - countries and inner[0][0].country in countries | regions:
            found[c] = inner[0][0].country or ""
    return found


def _fronted(tokens: Tokens, mention: Named, lists: WordLists) -> bool:
    """Whether a country or region opens its sentence after "in"."""
    i, keys = mention.first - 1, tokens.key
    if i >= 0 and keys[i] in lists.articles:
        i -= 1
    opens = i >= 0 and keys[i] in lists.in_words and (i == 0 or tokens.sentence[i - 1] != tokens.sentence[i])
    return opens and bool(mention.options) and mention.options[0][0].feature.startswith(BROAD)


_APART = 28
"""Characters between two mentions beyond which what stands between says nothing of both."""


def _containers(tokens: Tokens, mentions: list[Named]) -> list[tuple[int, int, float]]:
    """(mention, the one that contains it, weight): "X, Y" and "In Y, X" 1, "X, Z, Y" 0.8, "X in Y", "Y's X" 0.6."""
    found = []
    text, lists = tokens.text, word_lists()
    for m, (mention, other) in enumerate(pairwise(mentions)):
        if other.start - mention.end > _APART:
            continue
        between = text[mention.end : other.start].strip()
        broad = any(c.feature.startswith("A.") for c, _ in other.options[:4])
        if between == "," and not broad and _fronted(tokens, mention, lists):
            found.append((m + 1, m, 1.0))  # "In the Donetsk region, Lyman"
        elif broad and (_introduces(between, lists) or (not between and _follows(mention, other))):
            found.append((m, m + 1, 1.0))
            third = mentions[m + 2] if m + 2 < len(mentions) else None
            if (
                third is not None
                and text[other.end : third.start].strip() == ","
                and any(c.feature.startswith("A.") for c, _ in third.options[:3])
            ):
                found.append((m, m + 2, 0.8))
        elif _lies_within(between, lists, broad):
            found.append((m, m + 1, 0.6))
        elif _belongs(between, lists):
            found.append((m + 1, m, 0.6))
    return found


def _follows(mention: Named, other: Named) -> bool:
    """ "Paris France", without a comma: the second is a country or region, and the first has a namesake there."""
    if not other.options or not other.options[0][0].feature.startswith(BROAD) or other.options[0][1] > ABBREVIATED:
        return False
    outer = other.options[0][0]
    return any(
        c.country == outer.country and c.feature.startswith("P.")
        and (outer.feature.startswith("A.PCL") or c.admin1 == outer.admin1)
        for c, how in mention.options
        if how <= ALTERNATE
    )  # fmt: skip


def _introduces(between: str, lists: WordLists) -> bool:
    """Signs after which the place follows that holds the one before: "X, Y", "X (Y", "X, in Y", "X/Y"."""
    return between in (",", "(", "/") or (between[:2] == ", " and between[2:] in lists.in_words)


def _lies_within(between: str, lists: WordLists, broad: bool) -> bool:
    """ "X in Y"; "X in the war-torn Y" where Y is a country or region."""
    return between in lists.in_words or (
        broad and between.partition(" ")[0] in lists.in_words and between.count(" ") <= 3
    )


def _belongs(between: str, lists: WordLists) -> bool:
    """ "Y's X", "Y's second city X", "Y city of X"."""
    spaces = between.count(" ")
    if between.startswith(tuple(lists.possessives)) and spaces <= 3:
        return True
    return 0 < spaces < 3 and between.rpartition(" ")[2] in lists.part_ends


@dataclass(slots=True)
class Ranking:
    """Scores over all candidates of a frame, and how sure each group's best one is."""

    weigher: Weigher
    scores: Floats
    shares: Floats
    """Of each candidate within its group; what is left to 1 is the share of "none of these"."""
    best: NDArray[np.int64]
    """Row of each group's best candidate, -1 where it has none."""
    sure: Floats
    """Chance that it is right, as measured on newspapers held out of training."""
    none: Floats
    """Share of "none of these" in each group, 1 where it has no candidates."""


@dataclass(slots=True)
class FirstPass:
    """What is thought of each candidate before anything is known of the other mentions' places."""

    weigher: Weigher
    fits: Floats
    rows: Floats
    scores: Floats
    shares: Floats


def first_pass(frame: Frame, model: Model) -> FirstPass:
    """Every candidate's features and score, the other names' places weighed by prominence alone."""
    weigher = Weigher(frame)
    fits = fit_penalty(frame)
    rows = weigher.features(weigher.first_weights())
    scores = model.first(rows) + fits
    return FirstPass(weigher, fits, rows, scores, shares_of(weigher, rows, scores, model.first))


def shares_of(weigher: Weigher, rows: Floats, scores: Floats, trees: Trees) -> Floats:
    """Shares of the candidates of each group beside "none of these", which the same trees weigh."""
    return softmax(scores, weigher.group, len(weigher.frame.groups), trees(weigher.none_rows(rows)))


def second_pass(first: FirstPass, model: Model) -> Ranking:
    """Again, knowing what the first pass thinks of the other mentions."""
    weigher = first.weigher
    groups = len(weigher.frame.groups)
    if not weigher.count:
        none = np.zeros(0)
        return Ranking(weigher, none, none, np.full(groups, -1), np.zeros(groups), np.ones(groups))
    rows = weigher.features(first.shares)
    scores = model.second(rows) + first.fits
    shares = shares_of(weigher, rows, scores, model.second)
    best = best_rows(weigher, scores)
    sure = np.zeros(groups)
    answered = np.flatnonzero(best >= 0)
    sure[answered] = model.chance(confidence_rows(weigher, rows, shares, best[answered]))
    none = np.asarray(1.0 - np.bincount(weigher.group, shares, groups), np.float64)
    return Ranking(weigher, scores, shares, best, sure, none)


def best_rows(weigher: Weigher, scores: Floats) -> NDArray[np.int64]:
    """Row of the highest score of each group, the first of equals; -1 for groups without candidates."""
    order = np.lexsort((np.arange(len(scores)), -scores, weigher.group))
    first = np.full(len(weigher.bounds) - 1, -1, np.int64)
    group = weigher.group[order]
    leads = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(group) else group
    first[group[leads]] = order[leads]
    return first


def confidence_rows(weigher: Weigher, rows: Floats, shares: Floats, best: NDArray[np.int64]) -> Floats:
    """What tells whether a best candidate is right: its own features, its share, the next one's, and that of none."""
    groups = len(weigher.bounds) - 1
    none = 1.0 - np.bincount(weigher.group, shares, groups)
    others = shares.copy()
    others[best] = 0.0
    some = np.flatnonzero(weigher.bounds[1:] > weigher.bounds[:-1])  # groups that have candidates
    second = np.zeros(len(weigher.bounds) - 1)
    second[some] = np.maximum.reduceat(others, weigher.bounds[some]) if len(some) else 0.0
    of = weigher.group[best]
    return np.column_stack([rows[best], shares[best], second[of], none[of]])


def fit_penalty(frame: Frame) -> Floats:
    """What features the words demand: "Dnipro river" is no town while a river of that name is known.

    A candidate that bears the whole written name ("Kansas City", the city in Missouri) is spared.
    """
    penalty: list[float] = []
    around = _around(frame)
    containing = {frame.group_of[c] for _, c, weight in frame.containers if weight == 1.0}
    for g, group in enumerate(frame.groups):
        areas = around.get(g, frozenset())
        inside_area = [_lies_in(c, areas) for c, _ in group.options] if areas else []
        prefixes = FEATURE_PREFIXES.get(group.cue, ())
        inside = bool(split_feature(group.key)[1])
        fits = [c.feature.startswith(prefixes) for c, _ in group.options]
        regions = {(c.country, c.admin1): c.population or 0 for c, _ in group.options if c.feature.startswith("A.ADM1")}
        seats = {(c.country, c.admin1) for c, _ in group.options if c.feature.startswith(SEATS)}
        namesakes = {(c.country, c.admin1) for c, how in group.options if c.feature.startswith(SEATS) and how == EXACT}
        if g not in containing:
            namesakes |= _metropolises(group.options, regions)
        coded = len(group.key) <= CODE and not group.raw.isupper()
        for (c, how), fit in zip(group.options, fits, strict=True):
            spared = not group.cue or fit or not any(fits) or (inside and how <= ALTERNATE)
            value = 0.0 if spared else UNFIT
            where = (c.country, c.admin1)
            region = c.feature.startswith("A.ADM1") and (where in seats or where in namesakes)
            if (group.sense == "city" and region) or (
                group.sense == "region" and c.feature.startswith("P.") and where in regions
            ):
                value += UNFIT
            elif region and not group.cue and not group.sense and (how != EXACT or where in namesakes):
                value += UNSAID
            if any(inside_area) and not _lies_in(c, areas):
                value += OUTSIDE
            if coded and how == ALTERNATE:
                value += UNFIT
            if group.holds and c.country != group.holds:
                value += OUTSIDE
            penalty.append(value)
    return np.array(penalty)


def _metropolises(options: Sequence[Option], regions: Mapping[Where, int]) -> set[Where]:
    """The regions of which a namesake city has a quarter of the people, seat or not: New York, Lagos."""
    return {
        where
        for c, how in options
        if how <= ALTERNATE and c.feature.startswith("P.")
        and 0 < regions.get(where := (c.country, c.admin1), 0) <= 4 * (c.population or 0)
    }  # fmt: skip


def _around(frame: Frame) -> dict[int, frozenset[tuple[str, str]]]:
    """For groups of settlements, the (country, region) that may be meant by what is written after a comma."""
    found: dict[int, frozenset[tuple[str, str]]] = {}
    for m, c, weight in frame.containers:
        g, options = frame.group_of[m], frame.groups[frame.group_of[c]].options
        own = frame.groups[g].options
        # "Iran, Russia and China" is a list
        if weight == 1.0 and own and not own[0][0].feature.startswith("A.PCL"):
            areas = {
                (o.country or "", "" if o.feature.startswith("A.PCL") else o.admin1 or "")
                for o, how in options
                if how <= ABBREVIATED and o.feature.startswith(BROAD)
            }
            found[g] = found.get(g, frozenset()) | frozenset(areas)
    return found


def _lies_in(candidate: Candidate, areas: frozenset[tuple[str, str]]) -> bool:
    country = candidate.country or ""
    return (country, "") in areas or (country, candidate.admin1 or "") in areas
