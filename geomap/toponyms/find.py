"""The two steps that the pipeline calls."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from geomap.lang import forgetful
from geomap.lang.names import feature_words
from geomap.models import Article, Match, MentionKind, Message, Place, Toponym, message
from geomap.toponyms.confirm import confirmed
from geomap.toponyms.descriptions import answer_descriptions, find_descriptions, is_description
from geomap.toponyms.kinds import kind_of
from geomap.toponyms.lookup import EXACT, STRIPPED, WATER, Gazetteer, Lookup, split_feature
from geomap.toponyms.model import Model, read_model
from geomap.toponyms.rank import Frame
from geomap.toponyms.recognise import choose, scored, unspaced_names
from geomap.toponyms.resolve import Ranking, first_pass, frame_of, named, second_pass, with_context
from geomap.toponyms.spans import SpanCandidate, candidates
from geomap.toponyms.text import Tokens, tokenise
from geomap.wording import short

ALTERNATIVES = 5
"""Runners-up that a place carries at most."""
CHANCE = 0.0005
"""Least chance of a runner-up: below, it would be shown as none."""
NEARBY_KM = 50.0
"""Radius of a place that is put where its neighbours in the text are: half of a day's local news lies so near."""
NEARBY_SCORE = 0.4
"""Share of such places within 161 km of the truth, LGL."""
STRETCHED = ("H.STM", "A.BDR")
"""Places of hundreds of kilometres that no one point stands for."""
BESIDE = 12
"""Mentions before and after among which towns on a river's bank are sought: about a paragraph each way."""
SURE = 0.6
"""A neighbour lends its position only where it is more likely right than not, with room."""
DOUBT = 0.35
"""A place that only part of the name suggests, and less likely than a neighbour's, gives way to the neighbour."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An article's text as both steps need it."""

    tokens: Tokens
    lookup: Lookup
    spans: list[SpanCandidate]


class Look:
    """Mentions, and between them countries and regions that are parts of other names, weighed together."""

    def __init__(self, reading: Reading, spans: Sequence[tuple[int, int]], model: Model) -> None:
        self.reading = reading
        self.model = model
        self.spans = sorted(set(spans))
        self.context = with_context(self.spans, reading.spans)
        every = sorted([*self.spans, *self.context]) if len(reading.tokens) else []
        self.mentions = named(reading.tokens, every, reading.lookup)
        self.frame = frame_of(reading.tokens, self.mentions)
        self.first = first_pass(self.frame, model)
        self.number = {(m.start, m.end): n for n, m in enumerate(self.mentions)}

    @cached_property
    def ranking(self) -> Ranking:
        return second_pass(self.first, self.model)

    def group(self, span: tuple[int, int]) -> int:
        return self.frame.group_of[self.number[span]]


def read_text(text: str, gazetteer: Gazetteer) -> Reading:
    """Tokens and candidate spans; the last two texts are kept, so that resolving follows finding at no cost."""
    hashable: Any = gazetteer  # told apart by identity, which a Protocol cannot say
    return _read_text(text, hashable)


@forgetful
@lru_cache(maxsize=2)
def _read_text(text: str, gazetteer: Any) -> Reading:
    lookup = _lookup(gazetteer)
    tokens = tokenise(text, gazetteer.normalise)
    return Reading(tokens, lookup, candidates(tokens, lookup))


@forgetful
@lru_cache(maxsize=2)
def _lookup(gazetteer: Any) -> Lookup:
    return Lookup(gazetteer)


def likely_names(reading: Reading, model: Model) -> tuple[Look, list[tuple[int, int]]]:
    """All likely names of a text weighed together, and the spans of those that stay at the second look."""
    tokens = reading.tokens
    unspaced = unspaced_names(tokens.text, reading.lookup)
    chosen = choose(scored(tokens, reading.spans, model), model.threshold)
    apart = set(_apart([(s.start, s.end) for _, s in chosen], unspaced))
    chosen = [(score, s) for score, s in chosen if (s.start, s.end) in apart]
    look = Look(reading, [*apart, *unspaced], model)
    groups = [look.group((s.start, s.end)) for _, s in chosen]
    kept = confirmed(chosen, groups, look.frame, look.first, model)
    return look, sorted([*((s.start, s.end) for s in kept), *unspaced])


@forgetful
@lru_cache(maxsize=2)
def _likely_names(text: str, gazetteer: Any) -> tuple[Look, list[tuple[int, int]]]:
    return likely_names(_read_text(text, gazetteer), read_model())


def find_toponyms(article: Article, gazetteer: Gazetteer) -> list[Toponym]:
    """Place names of an article, in order, without overlap; ``article.spans`` are taken as they are.

    Returns
    -------
    list of Toponym
        Without places; ``article.text[t.start:t.end] == t.text``. Empty where nothing is named.
    """
    reading = read_text(article.text, gazetteer)
    tokens = reading.tokens
    if article.spans is not None:
        size = len(article.text)
        found = sorted({(s.start, s.end) for s in article.spans if 0 <= s.start < s.end <= size})
        mentions = named(tokens, found, reading.lookup) if len(tokens) else []
    else:
        hashable: Any = gazetteer
        look, found = _likely_names(article.text, hashable)
        mentions = [look.mentions[look.number[span]] for span in found if len(tokens)]
    if not len(tokens):
        return [
            Toponym(article=article.id, start=a, end=b, text=article.text[a:b], kind=MentionKind.LITERAL)
            for a, b in found
        ]
    toponyms = [
        Toponym(
            article=article.id, start=m.start, end=m.end, text=article.text[m.start : m.end],
            kind=kind_of(tokens, m.first, m.last, m.key, m.options),
        )
        for m in mentions
    ]  # fmt: skip
    if article.spans is not None:
        return toponyms
    answers = _described(look, found, gazetteer)
    extra = [
        Toponym(article=article.id, start=start, end=end, text=article.text[start:end], kind=MentionKind.LITERAL)
        for start, end in answers
    ]
    kept = set(_apart([(t.start, t.end) for t in toponyms], sorted(answers)))
    return sorted([*(t for t in toponyms if (t.start, t.end) in kept), *extra], key=lambda t: t.start)


def _apart(spans: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans that overlap none of ``others``, which are in order without overlap."""
    starts = [a for a, _ in others]
    found = []
    for start, end in spans:
        at = bisect_left(starts, end)
        if not at or others[at - 1][1] <= start:
            found.append((start, end))
    return found


def _described(look: Look, spans: Sequence[tuple[int, int]], gazetteer: Gazetteer) -> dict[tuple[int, int], Place]:
    """Descriptions in the text that have an answer, by span; ``spans`` are mentions of ``look``."""
    text = look.reading.tokens.text
    if not is_description(text):
        return {}
    plain = [s for s in spans if not is_description(text[s[0] : s[1]])]
    names = sorted([*plain, *_apart(list(look.number), plain)])
    descriptions = find_descriptions(text, names)
    if not descriptions:
        return {}
    places = places_of(look, names, gazetteer)
    return answer_descriptions(descriptions, [(*s, p) for s, p in zip(names, places, strict=True)], gazetteer)


def resolve_toponyms(article: Article, toponyms: Sequence[Toponym], gazetteer: Gazetteer) -> list[Toponym]:
    """Each mention with the place it means, or with ``why_not``; the order is kept.

    ``place.score`` is the chance that the place is right, as measured on held-out newspapers. A name without any
    candidate is put at its surest neighbour in the text, flagged ``approximate``. Likely names that did not stay
    still have their say in what the others mean.
    """
    spans = sorted({(t.start, t.end) for t in toponyms})
    if article.spans is not None:
        look = Look(read_text(article.text, gazetteer), spans, read_model())
    else:
        hashable: Any = gazetteer
        look, _ = _likely_names(article.text, hashable)
        plain = [s for s in spans if s in look.number or not is_description(article.text[s[0] : s[1]])]
        if not all(span in look.number for span in plain):  # mended by hand, or found elsewhere
            look = Look(look.reading, [*plain, *_apart(look.spans, _disjoint(spans))], look.model)
    described = _described(look, spans, gazetteer) if any(is_description(t.text) for t in toponyms) else {}
    asked = [s for s in spans if s in look.number]
    placed = dict(zip(asked, places_of(look, asked, gazetteer), strict=True))
    found: list[Toponym] = []
    for t in toponyms:
        place = described.get((t.start, t.end), placed.get((t.start, t.end)))
        found.append(replace(t, place=place, why_not=None if place else _why_not(t.text)))
    return found


def _disjoint(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap joined."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _why_not(text: str) -> Message:
    word = split_feature(text.lower())[1]
    if feature_words().get(word) in WATER:
        return message("untested.no_water_called", water=word, name=short(text))
    return message("untested.no_place_called", name=short(text))


def place_mentions(
    reading: Reading, spans: Sequence[tuple[int, int]], gazetteer: Gazetteer, model: Model
) -> list[Place | None]:
    """The place of each span; spans in order of the text."""
    return places_of(Look(reading, spans, model), spans, gazetteer)


def places_of(look: Look, spans: Sequence[tuple[int, int]], gazetteer: Gazetteer) -> list[Place | None]:
    """The places of some of a look's mentions."""
    if not spans or not len(look.reading.tokens):
        return [None] * len(spans)
    frame, ranking = look.frame, look.ranking
    answers = Answers(frame, ranking, gazetteer)
    places: list[Place | None] = []
    for span in spans:
        m = look.number[span]
        place = answers[frame.group_of[m]]
        if place is None or _doubtful(frame, ranking, frame.group_of[m]):
            mention = look.mentions[m]
            missing_water = place is None and mention.cue in WATER and split_feature(mention.key)[0]
            place = None if missing_water else _neighbour(m, frame, ranking, answers) or place
        elif place.feature.startswith(STRETCHED):
            place = _stretch(m, frame, place, answers, gazetteer)
        places.append(place)
    return places


class Answers:
    """The best place of each group of mentions, with its runners-up; made when first asked for."""

    def __init__(self, frame: Frame, ranking: Ranking, gazetteer: Gazetteer) -> None:
        self.frame, self.ranking, self.gazetteer = frame, ranking, gazetteer
        self.made: dict[int, Place | None] = {}

    def __getitem__(self, group: int) -> Place | None:
        if group not in self.made:
            self.made[group] = _answer(self.frame, self.ranking, group, self.gazetteer)
        return self.made[group]


def _stretch(m: int, frame: Frame, place: Place, answers: Answers, gazetteer: Gazetteer) -> Place:
    """A river or border at its point nearest to the towns named beside it, not in the middle of its course."""
    line = gazetteer.geometry(place.id)
    if line is None or line.geom_type == "Point":
        return place
    from geomap.geodesy import distance_km, nearest_point

    towns = {}
    for other in range(max(0, m - BESIDE), min(len(frame.group_of), m + BESIDE + 1)):
        town = answers[frame.group_of[other]]
        if town is not None and town.feature.startswith("P.") and not town.approximate and (town.score or 0) >= SURE:
            towns[town.id] = town
    best: tuple[float, float, float] | None = None
    for town in towns.values():
        lon, lat = nearest_point((town.lon, town.lat), line)
        km = distance_km(town.lon, town.lat, lon, lat)
        if best is None or km < best[0]:
            best = km, lat, lon
    return replace(place, lat=round(best[1], 5), lon=round(best[2], 5)) if best else place


def _doubtful(frame: Frame, ranking: Ranking, g: int) -> bool:
    best = int(ranking.best[g])
    how = frame.groups[g].options[best - int(ranking.weigher.bounds[g])][1]
    return how >= STRIPPED and float(ranking.sure[g]) < DOUBT


def _answer(frame: Frame, ranking: Ranking, g: int, gazetteer: Gazetteer) -> Place | None:
    best = int(ranking.best[g])
    if best < 0:
        return None
    lo, hi = int(ranking.weigher.bounds[g]), int(ranking.weigher.bounds[g + 1])
    options = frame.groups[g].options
    shares, score = ranking.shares, float(ranking.sure[g])
    rest = max(1.0 - float(shares[best]), 1e-9)
    order = np.argsort(-ranking.scores[lo:hi], kind="stable")[: ALTERNATIVES + 1].tolist()
    chances = [(n, (1.0 - score) * float(shares[lo + n]) / rest) for n in order if lo + n != best][:ALTERNATIVES]
    alternatives = tuple(
        gazetteer.to_place(options[n][0], round(chance, 3), match=_match_of(options[n][1]))
        for n, chance in chances
        if chance >= CHANCE
    )
    candidate, how = options[best - lo]
    return gazetteer.to_place(candidate, round(score, 3), alternatives, _match_of(how))


def _match_of(how: int) -> Match:
    """How a record says that a candidate was reached."""
    return Match.EXACT if how == EXACT else Match.ALTERNATE


def _neighbour(m: int, frame: Frame, ranking: Ranking, answers: Answers) -> Place | None:
    """The surest narrow place nearest in the text, as an approximate position."""
    best: tuple[float, Place] | None = None
    for step in range(1, 9):
        for other in (m - step, m + step):
            if 0 <= other < len(frame.group_of):
                g = frame.group_of[other]
                place = answers[g]
                if place is None or place.approximate or ranking.sure[g] < SURE or g == frame.group_of[m]:
                    continue
                narrow = 1.0 if place.feature.startswith(("P.", "A.ADM2")) else 0.4
                value = narrow * float(ranking.sure[g]) / step
                if best is None or value > best[0]:
                    best = value, place
    if best is None:
        return None
    place = best[1]
    return replace(
        place, id=f"near:{place.id}", name=f"near {place.name}", population=None, score=NEARBY_SCORE, approximate=True,
        radius_km=NEARBY_KM, alternatives=(),
    )  # fmt: skip
