"""Mentions to places: groups of one sense, links between mentions, two passes of ranking, and what the score means."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomap.toponyms.lookup import (
    ABBREVIATED,
    ALTERNATE,
    DEMONYM,
    EXACT,
    Candidate,
    Lookup,
    Option,
    priors_of,
    split_feature,
)
from geomap.toponyms.model import Model
from geomap.toponyms.rank import Frame, Group, Weigher, softmax
from geomap.toponyms.spans import UNKNOWN, SpanCandidate
from geomap.toponyms.text import Tokens
from geomap.toponyms.words import (
    CITY_HINTS,
    FEATURE_PREFIXES,
    FEATURE_WORDS,
    GOVERNOR_WORDS,
    PLURAL_FEATURES,
    REGION_HINTS,
)

Floats = NDArray[np.float64]

Where = tuple[str | None, str | None]
"""Country and first-level region."""
SEATS = ("P.PPLA", "P.PPLC")
UNFIT = -6.0
"""Log-odds against a candidate that the words beside rule out."""
UNSAID = -2.0
"""Log-odds against a region that shares the bare name of its seat: the name alone nearly always means the seat."""
OUTSIDE = -4.0
"""Log-odds against a settlement outside the country or region written after it with a comma, where a namesake lies
inside: "Cambridge, Massachusetts" is not in England, whatever else the article speaks of."""
BROAD = ("A.PCL", "A.ADM1")
CLEAR = 1.0
"""Ten times the people: the name of a country or region that nothing rivals."""


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
    return found


def _cues(tokens: Tokens, mentions: list[Named]) -> None:
    """Feature words inside and beside each mention."""
    keys, joins = tokens.key, tokens.joins
    n = len(tokens)
    if not n:
        return
    plural = [""] * len(mentions)
    for m, mention in enumerate(mentions):
        i, j = mention.first, mention.last
        tail = split_feature(mention.key)[1]
        cue = FEATURE_WORDS.get(tail, "")
        if not cue and j + 1 < n and joins[j] and not tokens.capital[j + 1]:
            cue = (
                FEATURE_WORDS.get(keys[j + 1], "") if keys[j + 1] not in ("capital", "port", "state", "country") else ""
            )
            if keys[j + 1] in PLURAL_FEATURES:
                plural[m] = cue
        if tail in PLURAL_FEATURES:
            plural[m] = cue
        if (
            not cue
            and i >= 2
            and joins[i - 1]
            and keys[i - 1] == "of"
            and keys[i - 2] not in ("capital", "state", "suburb")
        ):
            cue = FEATURE_WORDS.get(keys[i - 2], "")
        if not cue and i >= 1 and joins[i - 1] and not tokens.capital[i - 1]:
            cue = FEATURE_WORDS.get(keys[i - 1], "") if keys[i - 1] != "state" else ""
        if not cue and j + 2 < n and tokens.gap(j) == ", ":
            cue = _apposition(tokens, j + 1)
        mention.cue = cue
    for m in range(len(mentions) - 2, -1, -1):  # "Kherson and Zaporizhzhia regions"
        between = tokens.text[mentions[m].end : mentions[m + 1].start][:8].strip(" ,")
        if not mentions[m].cue and plural[m + 1] and between in ("and", "or", ""):
            mentions[m].cue, plural[m] = plural[m + 1], plural[m + 1]
    for m in range(1, len(mentions)):  # "the provinces of Donetsk and Luhansk"
        before = mentions[m - 1]
        between = tokens.text[before.end : mentions[m].start][:8].strip(" ,")
        first = before.first
        of = first >= 2 and keys[first - 1] == "of" and keys[first - 2] in PLURAL_FEATURES
        if of and not mentions[m].cue and between in ("and", "or", ""):
            mentions[m].cue = FEATURE_WORDS[keys[first - 2]]


def _apposition(tokens: Tokens, i: int) -> str:
    """The class of "a small town", "one of the four regions" from token ``i`` on."""
    keys, joins = tokens.key, tokens.joins
    if keys[i] not in ("a", "an", "one"):
        return ""
    for t in range(i + 1, min(i + 6, len(tokens))):
        if not joins[t - 1] or tokens.capital[t]:
            return ""
        if keys[t] in FEATURE_WORDS and keys[t] not in ("port", "capital", "state", "country"):
            return FEATURE_WORDS[keys[t]]
        if keys[t] in ("in", "to", "from", "near", "that", "which", "where", "with"):
            return ""
    return ""


def _senses(tokens: Tokens, mentions: list[Named], lookup: Lookup) -> None:
    """Bare names that a city and its region share: the sense last stated, unless the words beside say otherwise."""
    stated: dict[str, str] = {}
    bases = [split_feature(m.key)[0] or m.key for m in mentions]
    only: dict[str, set[str]] = {}
    for base, mention in zip(bases, mentions, strict=True):
        if mention.cue in ("region", "city", "river"):
            only.setdefault(base, set()).add(mention.cue)
    keys, joins = tokens.key, tokens.joins
    for n, (base, mention) in enumerate(zip(bases, mentions, strict=True)):
        if mention.cue in ("region", "city"):
            stated[base] = mention.cue
            continue
        if mention.cue:
            continue
        i, j = mention.first, mention.last
        before = keys[i - 1] if i and joins[i - 1] else ""
        before2 = keys[i - 2] if i > 1 and before and joins[i - 2] else ""
        after = keys[j + 1] if j + 1 < len(tokens) and joins[j] else ""
        if before in CITY_HINTS:
            sense = "city"
        elif (
            before in REGION_HINTS
            or (before == "of" and before2 in REGION_HINTS)
            or after in GOVERNOR_WORDS
            or (before in ("of", "over") and before2 in ("all", "whole", "across"))
        ):
            sense = "region"
        else:
            before_it = mentions[n - 1] if n else None
            paired = before_it is not None and tokens.text[before_it.end : mention.start] in (" and ", " or ", ", ")
            sense = stated.get(base, "")
            beside = paired and before_it is not None and before_it.sense == "region"
            if not sense and (beside or only.get(base) == {"region"}):
                sense = "region"
        flows = any(c.feature.startswith("H.") for c, _ in mention.options)
        if before == "the" and flows and not sense and not (after and tokens.capital[j + 1]):
            mention.cue = "river"  # "the Oskil": towns take no article
        if sense == "region":
            city = next((c for c, _ in mention.options if c.feature.startswith("P.")), None)
            if city is not None and city.feature != "P.PPLC":
                regions = [
                    (c, how)
                    for c, how in lookup.name("", mention.key, "region")
                    if c.feature.startswith("A.ADM1") and c.country == city.country
                ]
                if regions:
                    mention.sense = "region"
                    held = {c.id for c, _ in mention.options}
                    mention.options = mention.options + [o for o in regions if o[0].id not in held]
        elif sense == "city":
            mention.sense = "city"


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
    return Frame(groups, sentence, group_of, containers)


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


def _fronted(tokens: Tokens, mention: Named) -> bool:
    """Whether a country or region opens its sentence after "in"."""
    i, keys = mention.first - 1, tokens.key
    if i >= 0 and keys[i] == "the":
        i -= 1
    opens = i >= 0 and keys[i] == "in" and (i == 0 or tokens.sentence[i - 1] != tokens.sentence[i])
    return opens and bool(mention.options) and mention.options[0][0].feature.startswith(BROAD)


def _containers(tokens: Tokens, mentions: list[Named]) -> list[tuple[int, int, float]]:
    found = []
    text = tokens.text
    for m, mention in enumerate(mentions):
        if m + 1 < len(mentions):
            other = mentions[m + 1]
            between = text[mention.end : min(other.start, mention.end + 30)]
            if other.start - mention.end <= 28:
                stripped = between.strip()
                broad = any(c.feature.startswith("A.") for c, _ in other.options[:4])
                if stripped == "," and _fronted(tokens, mention) and not broad:
                    found.append((m + 1, m, 1.0))  # "In the Donetsk region, Lyman"
                    continue
                if broad and stripped in (",", "(", ", in", "/"):
                    found.append((m, m + 1, 1.0))
                    if m + 2 < len(mentions):
                        third = mentions[m + 2]
                        if text[other.end : third.start].strip() == "," and any(
                            c.feature.startswith("A.") for c, _ in third.options[:3]
                        ):
                            found.append((m, m + 2, 0.8))
                elif (
                    broad and stripped.startswith(("in ", "in the")) and stripped.count(" ") <= 3
                ) or stripped == "in":
                    found.append((m, m + 1, 0.6))
                elif (
                    stripped in ("'s", "’s")
                    or (stripped[:2] in ("'s", "’s") and stripped.count(" ") <= 3)
                    or (0 < stripped.count(" ") < 3 and stripped.endswith((" of", " city", " town", " village")))
                ):
                    found.append((m + 1, m, 0.6))
    return found


@dataclass(slots=True)
class Ranking:
    """Scores over all candidates of a frame, and how sure each group's best one is."""

    weigher: Weigher
    scores: Floats
    shares: Floats
    best: NDArray[np.int64]
    """Row of each group's best candidate, -1 where it has none."""
    sure: Floats
    """Chance that it is right, as measured on newspapers held out of training."""


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
    return FirstPass(weigher, fits, rows, scores, softmax(scores, weigher.group, len(frame.groups)))


def second_pass(first: FirstPass, model: Model) -> Ranking:
    """Again, knowing what the first pass thinks of the other mentions."""
    weigher = first.weigher
    groups = len(weigher.frame.groups)
    if not weigher.count:
        none = np.zeros(0)
        return Ranking(weigher, none, none, np.full(groups, -1), np.zeros(groups))
    rows = weigher.features(first.shares)
    scores = model.second(rows) + first.fits
    shares = softmax(scores, weigher.group, groups)
    best = best_rows(weigher, scores)
    sure = np.zeros(groups)
    answered = np.flatnonzero(best >= 0)
    sure[answered] = model.chance(confidence_rows(weigher, rows, shares, best[answered]))
    return Ranking(weigher, scores, shares, best, sure)


def best_rows(weigher: Weigher, scores: Floats) -> NDArray[np.int64]:
    """Row of the highest score of each group, the first of equals; -1 for groups without candidates."""
    order = np.lexsort((np.arange(len(scores)), -scores, weigher.group))
    first = np.full(len(weigher.bounds) - 1, -1, np.int64)
    group = weigher.group[order]
    leads = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(group) else group
    first[group[leads]] = order[leads]
    return first


def confidence_rows(weigher: Weigher, rows: Floats, shares: Floats, best: NDArray[np.int64]) -> Floats:
    """What tells whether a best candidate is right: its own features, its share, and the next one's."""
    others = shares.copy()
    others[best] = 0.0
    some = np.flatnonzero(weigher.bounds[1:] > weigher.bounds[:-1])  # groups that have candidates
    second = np.zeros(len(weigher.bounds) - 1)
    second[some] = np.maximum.reduceat(others, weigher.bounds[some]) if len(some) else 0.0
    return np.column_stack([rows[best], shares[best], second[weigher.group[best]]])


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
