"""The two steps that the pipeline calls."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from geomap.models import Article, MentionKind, Place, Toponym
from geomap.toponyms.descriptions import answer_descriptions, find_descriptions, is_description
from geomap.toponyms.kinds import kind_of
from geomap.toponyms.lookup import STRIPPED, Candidate, Gazetteer, Lookup
from geomap.toponyms.model import Model, read_model
from geomap.toponyms.rank import Frame
from geomap.toponyms.recognise import choose, scored, unspaced_names
from geomap.toponyms.resolve import Ranking, frame_of, named, rank, with_context
from geomap.toponyms.spans import SpanCandidate, candidates
from geomap.toponyms.text import Tokens, tokenise

ALTERNATIVES = 5
"""Runners-up that a place carries."""
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


def read_text(text: str, gazetteer: Gazetteer) -> Reading:
    """Tokens and candidate spans; the last two texts are kept, so that resolving follows finding at no cost."""
    hashable: Any = gazetteer  # told apart by identity, which a Protocol cannot say
    return _read_text(text, hashable)


@lru_cache(maxsize=2)
def _read_text(text: str, gazetteer: Any) -> Reading:
    tokens = tokenise(text, gazetteer.normalise)
    lookup = Lookup(gazetteer)
    return Reading(tokens, lookup, candidates(tokens, lookup))


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
    else:
        model = read_model()
        chosen = [(s.start, s.end) for s in choose(scored(tokens, reading.spans, model), model.threshold)]
        names = unspaced_names(article.text, reading.lookup)
        found = sorted([*_apart(chosen, names), *names])
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
        for m in named(tokens, found, reading.lookup)
    ]  # fmt: skip
    if article.spans is not None:
        return toponyms
    answers = _described(reading, [(t.start, t.end) for t in toponyms], gazetteer)
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


def _described(
    reading: Reading, spans: Sequence[tuple[int, int]], gazetteer: Gazetteer
) -> dict[tuple[int, int], Place]:
    """Descriptions in the text that have an answer, by span; ``spans`` are the mentions, descriptions among them."""
    text = reading.tokens.text
    if not is_description(text):
        return {}
    plain = [s for s in spans if not is_description(text[s[0] : s[1]])]
    names = sorted([*plain, *with_context(plain, reading.spans)])
    descriptions = find_descriptions(text, names)
    if not descriptions:
        return {}
    places = place_mentions(reading, names, gazetteer, read_model())
    return answer_descriptions(descriptions, [(*s, p) for s, p in zip(names, places, strict=True)], gazetteer)


def resolve_toponyms(article: Article, toponyms: Sequence[Toponym], gazetteer: Gazetteer) -> list[Toponym]:
    """Each mention with the place it means, or with ``why_not``; the order is kept.

    ``place.score`` is the chance that the place is right, as measured on held-out newspapers. A name without any
    candidate is put at its surest neighbour in the text, flagged ``approximate``.
    """
    reading = read_text(article.text, gazetteer)
    order = sorted(range(len(toponyms)), key=lambda n: (toponyms[n].start, toponyms[n].end))
    spans = [(toponyms[n].start, toponyms[n].end) for n in order]
    described = _described(reading, spans, gazetteer) if any(is_description(t.text) for t in toponyms) else {}
    found: list[Toponym] = list(toponyms)
    for n, place in zip(order, place_mentions(reading, spans, gazetteer, read_model()), strict=True):
        why = None
        place = described.get((toponyms[n].start, toponyms[n].end), place)
        if place is None:
            why = f"no place called {_shown(toponyms[n].text)} in the gazetteer, and no sure place beside it"
        found[n] = replace(toponyms[n], place=place, why_not=why)
    return found


def place_mentions(
    reading: Reading, spans: Sequence[tuple[int, int]], gazetteer: Gazetteer, model: Model
) -> list[Place | None]:
    """The place of each span; spans in order of the text."""
    tokens = reading.tokens
    if not spans or not len(tokens):
        return [None] * len(spans)
    context = set(with_context(spans, reading.spans))
    mentions = named(tokens, sorted([*spans, *context]), reading.lookup)
    frame = frame_of(tokens, mentions)
    ranking = rank(frame, model)
    answers = [_answer(frame, ranking, g, gazetteer) for g in range(len(frame.groups))]
    stretched = [place is not None and place.feature.startswith(STRETCHED) for place in answers]
    places: list[Place | None] = []
    for m, mention in enumerate(mentions):
        if (mention.start, mention.end) not in context:
            place = answers[frame.group_of[m]]
            if place is None or _doubtful(frame, ranking, frame.group_of[m]):
                place = _neighbour(m, frame, ranking, answers) or place
            elif place is not None and stretched[frame.group_of[m]]:
                place = _stretch(m, frame, place, answers, gazetteer)
            places.append(place)
    return places


def _stretch(m: int, frame: Frame, place: Place, answers: list[Place | None], gazetteer: Gazetteer) -> Place:
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


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _answer(frame: Frame, ranking: Ranking, g: int, gazetteer: Gazetteer) -> Place | None:
    best = int(ranking.best[g])
    if best < 0:
        return None
    lo, hi = int(ranking.weigher.bounds[g]), int(ranking.weigher.bounds[g + 1])
    options = frame.groups[g].options
    scores, shares, score = ranking.scores, ranking.shares, float(ranking.sure[g])
    rest = max(1.0 - float(shares[best]), 1e-9)
    others = sorted((r for r in range(lo, hi) if r != best), key=lambda r: (-scores[r], r))[:ALTERNATIVES]
    alternatives = tuple(_place(options[r - lo][0], gazetteer, (1.0 - score) * float(shares[r]) / rest) for r in others)
    return replace(_place(options[best - lo][0], gazetteer, score), alternatives=alternatives)


def _place(candidate: Candidate, gazetteer: Gazetteer, score: float) -> Place:
    return replace(gazetteer.to_place(candidate), score=round(score, 3))


def _neighbour(m: int, frame: Frame, ranking: Ranking, answers: list[Place | None]) -> Place | None:
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
