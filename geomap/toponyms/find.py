"""The two steps that the pipeline calls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geomap.models import Article, MentionKind, Place, Toponym
from geomap.toponyms.kinds import kind_of
from geomap.toponyms.lookup import ABBREVIATED, Candidate, Gazetteer, Lookup
from geomap.toponyms.model import Model, read_model
from geomap.toponyms.rank import Frame, Weigher
from geomap.toponyms.recognise import choose, scored
from geomap.toponyms.resolve import Named, frame_of, named, rank
from geomap.toponyms.text import Tokens, tokenise

ALTERNATIVES = 5
"""Runners-up that a place carries."""
NEARBY_KM = 50.0
"""Radius of a place that is put where its neighbours in the text are: half of a day's local news lies so near."""
SURE = 0.6
"""A neighbour lends its position only where it is more likely right than not, with room."""


def find_toponyms(article: Article, gazetteer: Gazetteer) -> list[Toponym]:
    """Place names of an article, in order, without overlap; ``article.spans`` are taken as they are.

    Returns
    -------
    list of Toponym
        Without places; ``article.text[t.start:t.end] == t.text``. Empty where nothing is named.
    """
    model = read_model()
    tokens = tokenise(article.text, gazetteer.normalise)
    lookup = Lookup(gazetteer)
    if article.spans is not None:
        size = len(article.text)
        spans = sorted({(s.start, s.end) for s in article.spans if 0 <= s.start < s.end <= size})
        mentions = named(tokens, spans, lookup)
        return [_toponym(article, tokens, m) for m in mentions]
    chosen = choose(scored(tokens, lookup, model), model.threshold)
    return [
        Toponym(
            article=article.id, start=s.start, end=s.end, text=article.text[s.start : s.end],
            kind=kind_of(tokens, s.first, s.last, s.key, s.options),
        )
        for s in chosen
    ]  # fmt: skip


def _toponym(article: Article, tokens: Tokens, mention: Named) -> Toponym:
    kind = kind_of(tokens, mention.first, mention.last, mention.key, mention.options) if len(tokens) else None
    return Toponym(
        article=article.id, start=mention.start, end=mention.end, text=article.text[mention.start : mention.end],
        kind=kind or MentionKind.LITERAL,
    )  # fmt: skip


def resolve_toponyms(article: Article, toponyms: Sequence[Toponym], gazetteer: Gazetteer) -> list[Toponym]:
    """Each mention with the place it means, or with ``why_not``; the order is kept.

    ``place.score`` is the chance that the place is right, as measured on held-out newspapers. A name without any
    candidate is put at its surest neighbour in the text, flagged ``approximate``.
    """
    model = read_model()
    tokens = tokenise(article.text, gazetteer.normalise)
    order = sorted(range(len(toponyms)), key=lambda n: (toponyms[n].start, toponyms[n].end))
    spans = [(toponyms[n].start, toponyms[n].end) for n in order]
    found: list[Toponym] = list(toponyms)
    for n, (place, _) in zip(order, place_mentions(tokens, spans, gazetteer, model), strict=True):
        why = None
        if place is None:
            why = f"no place called {_shown(toponyms[n].text)} in the gazetteer, and no sure place beside it"
        found[n] = _with(toponyms[n], place, why)
    return found


def place_mentions(
    tokens: Tokens, spans: Sequence[tuple[int, int]], gazetteer: Gazetteer, model: Model
) -> list[tuple[Place | None, float]]:
    """The place of each span (in order of the text), and the best candidate's share of its name's evidence."""
    lookup = Lookup(gazetteer)
    mentions = named(tokens, spans, lookup)
    frame = frame_of(tokens, mentions)
    weigher, scores, shares = rank(frame, model)
    answers = [_answer(frame, weigher, scores, shares, g, model, gazetteer) for g in range(len(frame.groups))]
    places: list[tuple[Place | None, float]] = []
    for m in range(len(mentions)):
        place, share = answers[frame.group_of[m]]
        places.append((place or _neighbour(m, frame, answers), share))
    return places


def _with(toponym: Toponym, place: Place | None, why: str | None) -> Toponym:
    return Toponym(
        article=toponym.article, start=toponym.start, end=toponym.end, text=toponym.text, kind=toponym.kind,
        place=place, why_not=why,
    )  # fmt: skip


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _answer(
    frame: Frame, weigher: Weigher, scores: np.ndarray, shares: np.ndarray, g: int, model: Model, gazetteer: Gazetteer
) -> tuple[Place | None, float]:
    lo, hi = int(weigher.bounds[g]), int(weigher.bounds[g + 1])
    if lo == hi:
        return None, 0.0
    order = sorted(range(lo, hi), key=lambda r: (-scores[r], r))
    options = frame.groups[g].options
    best = order[0]
    score = model.right(float(shares[best]))
    rest = max(1.0 - float(shares[best]), 1e-9)
    others = tuple(
        _place(options[r - lo][0], gazetteer, (1.0 - score) * float(shares[r]) / rest)
        for r in order[1 : 1 + ALTERNATIVES]
    )
    return _place(options[best - lo][0], gazetteer, score, others), float(shares[best])


def _place(candidate: Candidate, gazetteer: Gazetteer, score: float, alternatives: tuple[Place, ...] = ()) -> Place:
    place = gazetteer.to_place(candidate)
    return Place(
        id=place.id, name=place.name, lat=place.lat, lon=place.lon, feature=place.feature, country=place.country,
        admin1=place.admin1, population=place.population, score=round(score, 3), source=place.source,
        approximate=place.approximate, radius_km=place.radius_km, alternatives=alternatives,
    )  # fmt: skip


def _neighbour(m: int, frame: Frame, answers: list[tuple[Place | None, float]]) -> Place | None:
    """The surest narrow place nearest in the text, as an approximate position."""
    best: tuple[float, Place] | None = None
    for step in range(1, 9):
        for other in (m - step, m + step):
            if 0 <= other < len(frame.group_of):
                place = answers[frame.group_of[other]][0]
                if place is None or place.approximate or (place.score or 0) < SURE:
                    continue
                narrow = 1.0 if place.feature[:2] == "P." or place.feature.startswith("A.ADM2") else 0.4
                value = narrow * (place.score or 0) / step
                if best is None or value > best[0]:
                    best = value, place
    if best is None:
        return None
    place = best[1]
    return Place(
        id=f"near:{place.id}", name=f"near {place.name}", lat=place.lat, lon=place.lon, feature=place.feature,
        country=place.country, admin1=place.admin1, score=0.3, source=place.source, approximate=True,
        radius_km=NEARBY_KM,
    )  # fmt: skip


__all__ = ["ABBREVIATED", "find_toponyms", "resolve_toponyms"]
