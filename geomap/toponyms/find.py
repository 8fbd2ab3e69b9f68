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
from geomap.toponyms.lookup import ALTERNATE, DEMONYM, EXACT, SOUND, WATER, Gazetteer, Lookup, priors_of, split_feature
from geomap.toponyms.model import Model, read_model
from geomap.toponyms.rank import KM_FAR, KM_TWICE, Frame
from geomap.toponyms.recognise import choose, scored, unspaced_names
from geomap.toponyms.resolve import CODE, Ranking, first_pass, frame_of, named, second_pass, with_context
from geomap.toponyms.small import elided_names, read_beside
from geomap.toponyms.spans import SpanCandidate, candidates
from geomap.toponyms.text import Tokens, tokenise
from geomap.wording import short

ALTERNATIVES = 5
"""Runners-up that a place carries at most."""
CHANCE = 0.0005
"""Least chance of a runner-up: below, it would be shown as none."""
ANSWER = 0.5
"""Least chance of being right with which a place is given: below, "none of these" is the likelier answer."""
NAMESAKES, NAMESAKES_ANSWER = 0.1, 0.1
"""Where "none of these" has so small a share, the name is a known one of several places: the likeliest is given at a
lower chance, with its runners-up, and drawn hollow."""
ABSENT = 0.3
"""Share of "none of these" from which a name is put near what stands beside it."""
FAMOUS, FAMOUS_ANSWER = 6.5, 0.3
"""A name that a city of a million or a country bears (decades of people) is no village that the gazetteer lacks: its
place is given at a lower chance, and it is never put at a neighbour."""
NEARBY_KM = 150.0
"""Radius of a place put at a town of its sentence: nine in ten of places hidden from the gazetteer lay so near."""
TOLD_SHARE, TOLD_KM = 1.3, 8.0
"""Radius of a place put at the town from which its distance is told: that distance by road, and the towns' own size."""
NEARBY_SCORE = 0.4
"""Of a place put at its neighbour: near it, not it."""
WIDEST_KM = 150.0
"""A region wider than this says too little of where a village lies."""
BEYOND_DOUBT = 0.8
"""Chance of a town that lends its position to what stands in its sentence."""
STEPS = 3
"""Mentions before and after in a sentence among which the neighbour is sought."""
STRETCHED = ("H.STM", "A.BDR")
"""Places of hundreds of kilometres that no one point stands for."""
BESIDE = 12
"""Mentions before and after among which towns on a river's bank are sought: about a paragraph each way."""
SURE = 0.6
"""A neighbour lends its position only where it is more likely right than not, with room."""


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
    spans = candidates(tokens, lookup, read_model().lexicon)
    if read_beside(text):
        spans = sorted([*spans, *elided_names(tokens, lookup)], key=lambda s: (s.first, s.last))
    return Reading(tokens, lookup, spans)


@forgetful
@lru_cache(maxsize=2)
def _lookup(gazetteer: Any) -> Lookup:
    return Lookup(gazetteer)


def likely_names(reading: Reading, model: Model) -> tuple[Look, list[tuple[int, int]]]:
    """All likely names of a text weighed together, and the spans of those that stay at the second look."""
    tokens = reading.tokens
    unspaced = unspaced_names(tokens.text, reading.lookup)
    chosen = choose(scored(tokens, reading.spans, model, reading.lookup.gazetteer.normalise), model.threshold)
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

    ``place.score`` is the chance that the place is right, as measured on held-out newspapers. Where "none of these"
    is likelier than the best candidate, the mention is put at what is written beside it, flagged ``approximate``, or
    left without a place. Likely names that did not stay still have their say in what the others mean.
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
        found.append(replace(t, place=place, why_not=None if place else _why_not(t, look, gazetteer)))
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


def _why_not(toponym: Toponym, look: Look, gazetteer: Gazetteer) -> Message:
    """What was seen and why it is no answer; and where more names are to be had, for stories of one country."""
    name, word = short(toponym.text), split_feature(toponym.text.lower())[1]
    number = look.number.get((toponym.start, toponym.end))
    group = look.frame.groups[look.frame.group_of[number]] if number is not None else None
    if feature_words().get(word) in WATER:
        return message("untested.no_water_called", water=word, name=name)
    told = sorted(look.frame.told)
    country = told[0] if len(told) == 1 else ""
    if group is not None and group.options:
        place = gazetteer.to_place(group.options[0][0])
        where = ", ".join(part for part in (place.admin1, place.country) if part) or place.feature
        reason = message("untested.hardly_that_place", name=name, found=place.name, where=where)
    else:
        reason = message("untested.no_place_called", name=name)
    return message("untested.more_to_get", reason=reason, country=country) if country else reason


def place_mentions(
    reading: Reading, spans: Sequence[tuple[int, int]], gazetteer: Gazetteer, model: Model
) -> list[Place | None]:
    """The place of each span; spans in order of the text."""
    return places_of(Look(reading, spans, model), spans, gazetteer)


def places_of(look: Look, spans: Sequence[tuple[int, int]], gazetteer: Gazetteer) -> list[Place | None]:
    """The places of some of a look's mentions."""
    if not spans or not len(look.reading.tokens):
        return [None] * len(spans)
    frame = look.frame
    answers = Answers(look, gazetteer)
    places: list[Place | None] = []
    for span in spans:
        m = look.number[span]
        place = answers[frame.group_of[m]]
        if place is None:
            place = answers.near(m)
        elif place.feature.startswith(STRETCHED):
            place = _stretch(m, frame, place, answers, gazetteer)
        places.append(place)
    return places


class Answers:
    """The best place of each group of mentions, with its runners-up; made when first asked for."""

    def __init__(self, look: Look, gazetteer: Gazetteer) -> None:
        self.look, self.gazetteer = look, gazetteer
        self.frame, self.ranking = look.frame, look.ranking
        self.made: dict[int, Place | None] = {}
        self.beside: dict[int, Place | None] = {}

    def __getitem__(self, group: int) -> Place | None:
        """The likeliest place, None where "none of these" is likelier."""
        if group not in self.made:
            needed = FAMOUS_ANSWER if self._famous(group) else ANSWER
            if float(self.ranking.none[group]) < NAMESAKES or self._of_class(group):
                needed = min(needed, NAMESAKES_ANSWER)
            given = float(self.ranking.sure[group]) >= needed and not self._contradicted(group)
            self.made[group] = _answer(self.frame, self.ranking, group, self.gazetteer) if given else None
        return self.made[group]

    def _contradicted(self, group: int) -> bool:
        """Whether the text tells a distance that the likeliest place is far from: "Shaqra, 10 km from Bint Jbeil".

        Who tells a distance between two villages speaks of a country that he names.
        """
        best, of, told = int(self.ranking.best[group]), self.frame.group_of, self.frame.told
        anchors = [(of[anchor], km) for m, anchor, km in self.frame.distances if of[m] == group]
        if best < 0 or not anchors:
            return False
        weigher = self.ranking.weigher
        candidate = self.frame.groups[group].options[best - int(weigher.bounds[group])][0]
        if not candidate.feature.startswith("P."):
            return False  # of a river or region the nearest part is meant
        if told and candidate.country not in told and not self._famous(group):
            return True
        for other, km in anchors:
            if self.ranking.best[other] >= 0 and self.ranking.sure[other] >= ANSWER:
                away = weigher.km_between(slice(best, best + 1), int(self.ranking.best[other]))
                if away[0] > KM_TWICE * km + KM_FAR:
                    return True
        return False

    def _of_class(self, group: int) -> bool:
        """Whether the likeliest place is a water and the words say so: "the Oskil river"."""
        named, best = self.frame.groups[group], int(self.ranking.best[group])
        if named.cue not in WATER or best < 0:
            return False
        return named.options[best - int(self.ranking.weigher.bounds[group])][0].feature.startswith("H.")

    def _famous(self, group: int) -> bool:
        named = self.frame.groups[group]
        known = bool(named.options) and named.options[0][1] <= DEMONYM and priors_of(named.options)[0] >= FAMOUS
        return known and (named.options[0][1] != ALTERNATE or len(named.key) > CODE)

    def near(self, m: int) -> Place | None:
        """An approximate position of a mention without a place: of what the text writes beside it, or None.

        A river that the gazetteer lacks is not in the town beside it.
        """
        group = self.frame.group_of[m]
        if group not in self.beside:
            mentions = [n for n, g in enumerate(self.frame.group_of) if g == group]
            cue = self.frame.groups[group].cue
            tries = (
                () if cue in WATER or self._famous(group) else (self._by_distance, self._by_sentence, self._by_region)
            )
            self.beside[group] = next((p for find in tries for n in mentions if (p := find(n)) is not None), None)
        return self.beside[group]

    def _by_distance(self, m: int) -> Place | None:
        """ "Moura, 30 km from Djenne"."""
        for subject, anchor, km in self.frame.distances:
            if subject == m and (place := self._anchor(anchor)) is not None:
                return _near(place, round(TOLD_SHARE * km + TOLD_KM, 1))
        return None

    def _by_sentence(self, m: int) -> Place | None:
        """The nearest town or county of the sentence that is meant literally and sure."""
        sentence = self.frame.sentence_of
        for step in range(1, STEPS + 1):
            for other in (m - step, m + step):
                if 0 <= other < len(sentence) and sentence[other] == sentence[m]:
                    place = self._anchor(other)
                    if place is not None and place.feature.startswith(("P.", "A.ADM2")) and self._told(place):
                        return _near(place, NEARBY_KM)
        return None

    def _told(self, place: Place) -> bool:
        """Whether a place is beyond doubt, in a country that the text names."""
        told = self.frame.told
        return (place.score or 0.0) >= BEYOND_DOUBT and (not told or place.country in told)

    def _by_region(self, m: int) -> Place | None:
        """ "Karma, in Yatenga province": a region that is written beside the name and is not too wide."""
        for inner, outer, _ in self.frame.containers:
            place = self._anchor(outer) if inner == m else None
            if place is not None and place.feature.startswith("A.ADM"):
                km = _reach_km(place, self.gazetteer)
                if km is not None and km <= WIDEST_KM:
                    return _near(place, km)
        return None

    def _anchor(self, m: int) -> Place | None:
        """The sure place of a mention that is a place in its sentence, not a government; None for other mentions."""
        group = self.frame.group_of[m]
        place = self[group]
        if place is None or float(self.ranking.sure[group]) < SURE:
            return None
        mention = self.look.mentions[m]
        kind = kind_of(self.look.reading.tokens, mention.first, mention.last, mention.key, mention.options)
        return place if kind is MentionKind.LITERAL else None


def _near(place: Place, km: float) -> Place:
    """An approximate place at another."""
    return replace(
        place, id=f"near:{place.id}", name=f"near {place.name}", population=None, score=NEARBY_SCORE, match=None,
        approximate=True, radius_km=km, alternatives=(),
    )  # fmt: skip


def _reach_km(place: Place, gazetteer: Gazetteer) -> float | None:
    """How far a region's farthest corner lies from its point; None where it has no shape."""
    shape = gazetteer.geometry(place.id)
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon"):
        return None
    from geomap.geodesy import distance_km

    west, south, east, north = shape.bounds
    corners = [(x, y) for x in (west, east) for y in (south, north)]
    return round(max(distance_km(place.lon, place.lat, x, y) for x, y in corners), 1)


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
    return Match.EXACT if how == EXACT else Match.SOUND if how == SOUND else Match.ALTERNATE
