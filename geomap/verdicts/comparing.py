"""Claims against each other, within and between articles: one event told often, figures that clash, figures that grow.

Whether two claims can both hold is asked of the ranges that their words allow, in time order: "more than 1,000" on
Thursday and "about 2,500" on Saturday is a story; "about 1,000" after "more than 2,000" is a contradiction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from geomap.geodesy import distance_km
from geomap.models import (
    MOVES,
    STATES,
    Article,
    Claim,
    ClaimKind,
    Comparison,
    Effect,
    Mention,
    Message,
    Modality,
    Named,
    Parameter,
    Place,
    Polarity,
    Quantity,
    Quote,
    Relation,
    message,
)
from geomap.parties import Party, same
from geomap.settings import Settings
from geomap.verdicts.ranges import FLOORS, Claimed, claimed_range, overlap
from geomap.wording import short


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePair:
    """How often two sources tell the same, tell figures that grow, or contradict each other."""

    first: str
    second: str
    same_event: int = 0
    progress: int = 0
    contradicts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dated:
    """A claim with what comparing needs: its day, its range, its sources (name, key)."""

    claim: Claim
    on: date | None
    claimed: Claimed | None
    sources: tuple[tuple[str, str], ...]


def compare(claims: Iterable[Claim], articles: Iterable[Article], settings: Settings) -> list[Comparison]:
    """Compare claims within and between articles.

    Returns
    -------
    list of Comparison
        ``same_event`` (all sources kept), ``contradicts`` and ``progress``, in the order of their first claims.
    """
    by_id = {a.id: a for a in articles}
    given = [c for c in claims if c.checkable and c.modality is Modality.ASSERTED]
    known = {c.id: c for c in given}
    dated = [_dated(c, by_id, known, settings) for c in given]
    order = {d.claim.id: i for i, d in enumerate(dated)}
    found = [
        *_same_events(dated, settings),
        *_opposed(dated),
        *_areas(dated),
        *_restated(dated),
        *_distances(dated),
        *_fronts(dated),
    ]
    rank = {Relation.CONTRADICTS: 0, Relation.SAME_EVENT: 1, Relation.PROGRESS: 2}
    return sorted(found, key=lambda c: (rank[c.kind], order[c.claims[0]], c.claims))


def source_matrix(comparisons: Iterable[Comparison]) -> list[SourcePair]:
    """Count, for every two sources, the comparisons that both stand in: a source x source matrix, upper half."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for item in comparisons:
        for first, second in combinations(sorted(set(item.sources)), 2):
            cell = counts.setdefault((first, second), {})
            cell[item.kind] = cell.get(item.kind, 0) + 1
    return [SourcePair(first=a, second=b, **kinds) for (a, b), kinds in sorted(counts.items())]


# ── one event told often ─────────────────────────────────────────────────────────────────────────────────────


def _same_events(dated: Sequence[_Dated], settings: Settings) -> list[Comparison]:
    """Reports of one place changing hands within days of each other: a gain for one side is a loss for the other."""
    by_place: dict[str, list[tuple[_Dated, Place]]] = {}
    for d in dated:
        if d.claim.kind is ClaimKind.CONTROL and d.claim.effect in MOVES and _affirmed(d):
            # a region changes hands over weeks, a town in a day
            for place in (p for p in _places(d.claim.subject) if not p.feature.startswith("A.")):
                by_place.setdefault(place.id, []).append((d, place))
    found = []
    for group in by_place.values():
        group.sort(key=lambda item: (item[0].on or date.max, item[0].claim.id))
        clusters = _clusters(group, settings.same_event_days)
        found += [_event([d for d, _ in cluster], cluster[0][1]) for cluster in clusters if _told_twice(cluster)]
    return found


def _clusters(group: list[tuple[_Dated, Place]], days: int) -> list[list[tuple[_Dated, Place]]]:
    """Split reports of one place, in time order, where days pass or the winner changes; undated ones go last."""
    clusters: list[list[tuple[_Dated, Place]]] = []
    for item in group:
        last = clusters[-1][-1][0] if clusters else None
        on = item[0].on
        near = last is not None and (on is None or last.on is None or on - last.on <= timedelta(days=days))
        if near and last is not None and not _other_winner(last.claim, item[0].claim):
            clusters[-1].append(item)
        else:
            clusters.append([item])
    return clusters


def _told_twice(cluster: list[tuple[_Dated, Place]]) -> bool:
    """Whether several sources or articles tell an event: one that repeats itself adds nothing."""
    several = len({d.claim.article for d, _ in cluster}) > 1 or len(_merge(d.sources for d, _ in cluster)) > 1
    return len({d.claim.id for d, _ in cluster}) > 1 and several


def _event(group: list[_Dated], place: Place) -> Comparison:
    days = sorted(d.on for d in group if d.on)
    sources = _merge(d.sources for d in group)
    given: dict[str, Parameter] = {
        "place": Named(place.name, place.id),
        "told": len(group),
        "sources": message("comparison.sources", count=len(sources)),
    }
    if days:
        sentence = message("comparison.one_event_around", day=days[0], **given)
    else:
        sentence = message("comparison.one_event", **given)
    return _comparison(Relation.SAME_EVENT, group, sentence, place.id)


# ── one place, two holders ───────────────────────────────────────────────────────────────────────────────────


def _opposed(dated: Sequence[_Dated]) -> list[Comparison]:
    """One place on one day, said to be gained, lost or held by sides that exclude each other."""
    told: dict[tuple[date, str], list[tuple[_Dated, Place]]] = {}
    for d in dated:
        states = d.claim.kind is ClaimKind.CONTROL and d.claim.effect in STATES
        if states and d.on is not None and not _has_start(d.claim):
            for place in (p for p in _places(d.claim.subject) if not p.feature.startswith("A.")):
                told.setdefault((d.on, place.id), []).append((d, place))
    found: dict[tuple[str, str], Comparison] = {}
    for (on, _), group in told.items():
        for (a, place), (b, _) in combinations(group, 2):
            if _exclude(a.claim, b.claim):
                sentence = message(
                    "comparison.two_hands",
                    day=on,
                    place=Named(place.name, place.id),
                    first=Quote(a.claim.quote),
                    second=Quote(b.claim.quote),
                )
                key = (a.claim.id, b.claim.id)
                found.setdefault(key, _comparison(Relation.CONTRADICTS, [a, b], sentence, place.id))
    return list(found.values())


def _exclude(a: Claim, b: Claim) -> bool:
    """Whether two claims about one place on one day cannot both hold: one gain denied, or two winners."""
    if a.polarity is not b.polarity:
        return a.effect is Effect.GAIN and b.effect is Effect.GAIN and not _other_winner(a, b)
    return a.polarity is Polarity.AFFIRMED and _other_winner(a, b)


def _other_winner(a: Claim, b: Claim) -> bool:
    """Whether two claims name different sides as the one that has the ground; unknown sides agree with any."""
    one = same(a.meaning.actor, b.meaning.actor)
    kept = [claim.effect is not Effect.LOSS for claim in (a, b)]
    if kept[0] is not kept[1]:
        return one is True
    return kept[0] and one is False and _opponents(a, b)


def _opponents(a: Claim, b: Claim) -> bool:
    """Whether two sides are said to fight each other: allies may both tell of one gain."""
    first, second = a.meaning, b.meaning
    return bool(same(first.actor, second.counterparty) or same(second.actor, first.counterparty))


# ── areas in time order ──────────────────────────────────────────────────────────────────────────────────────


def _areas(dated: Sequence[_Dated]) -> list[Comparison]:
    """Ground gained, told on several days: a story where one growing total explains all, else what contradicts it."""
    gains = [
        d
        for d in dated
        if d.claim.kind is ClaimKind.AREA
        and d.claimed is not None
        and d.claimed.unit == "km2"
        and d.on is not None
        and d.claim.effect in STATES
        and _affirmed(d)
    ]
    # a figure that another adds to is told by the sum
    summed = {d.claim.antecedent for d in gains if d.claim.meaning.adds}
    groups: list[list[_Dated]] = []
    for d in gains:
        if d.claim.id in summed:
            continue
        home = next((g for g in groups if all(_same_ground(d.claim, other.claim) for other in g)), None)
        if home is None:
            groups.append([d])
        else:
            home.append(d)
    found: list[Comparison] = []
    for group in groups:
        group.sort(key=lambda d: (d.on or date.max, (d.claimed.low or 0.0) if d.claimed else 0.0))
        story: list[_Dated] = []
        for d in group:
            clash = _clash(story, d)
            if clash is None:
                story.append(d)
            else:
                found.append(
                    _comparison(Relation.CONTRADICTS, [clash, d], _clash_sentence(clash, d), _region_id(d.claim))
                )
        if len(story) > 1:
            sentence = message("comparison.progress", figures=tuple(_figure_on(d) for d in story))
            found.append(_comparison(Relation.PROGRESS, story, sentence, _region_id(story[-1].claim)))
    return found


def _clash(story: Sequence[_Dated], d: _Dated) -> _Dated | None:
    """The earlier claim whose floor a later claim's ceiling falls below: no growing total meets both."""
    assert d.claimed is not None
    for earlier in story:
        assert earlier.claimed is not None
        low, high = earlier.claimed.low, d.claimed.high
        if low is not None and high is not None and low > high:
            return earlier
        # on one day the order is open: the two must simply meet
        if earlier.on == d.on and not overlap(earlier.claimed.range, d.claimed.range):
            return earlier
    return None


def _clash_sentence(a: _Dated, b: _Dated) -> Message:
    assert a.on is not None
    assert b.on is not None
    return message("comparison.clash", figure=_figure(b), day=b.on, earlier=_figure(a), earlier_day=a.on)


def _figure_on(d: _Dated) -> Message:
    assert d.on is not None
    return message("comparison.figure_on", figure=_figure(d), day=d.on)


def _same_ground(a: Claim, b: Claim) -> bool:
    """Whether two areas can be parts of one story: the same side's doing, in regions that do not differ."""
    kinds = [c.effect is Effect.LOSS for c in (a, b)]
    same_side = same(a.meaning.actor, b.meaning.actor) is not False or kinds[0] is kinds[1]
    regions = [_region_id(c) for c in (a, b)]
    return same_side and kinds[0] is kinds[1] and (None in regions or regions[0] == regions[1])


def _region_id(claim: Claim) -> str | None:
    for mention in (claim.region, claim.reference):
        if mention is not None and mention.place is not None:
            return mention.place.id
    return None


def _restated(dated: Sequence[_Dated]) -> list[Comparison]:
    """One figure told twice in a sentence, "910 acres, about half a square mile", where the two disagree."""
    by_id = {d.claim.id: d for d in dated}
    found = []
    for d in dated:
        first = by_id.get(d.claim.antecedent or "") if d.claim.meaning.restates else None
        if first is None or first.claimed is None or d.claimed is None or first.claimed.unit != d.claimed.unit:
            continue
        if not overlap(first.claimed.range, d.claimed.range):
            sentence = message("comparison.restated", first=_figure(first), second=_figure(d))
            found.append(_comparison(Relation.CONTRADICTS, [first, d], sentence, None))
    return found


# ── distances ────────────────────────────────────────────────────────────────────────────────────────────────


def _distances(dated: Sequence[_Dated]) -> list[Comparison]:
    """Two figures for the distance between the same two places."""
    found = []
    fixed = [
        (d, frozenset({d.claim.reference.place.id, *(p.id for p in _places(d.claim.subject))}))
        for d in dated
        if d.claim.kind is ClaimKind.DISTANCE
        and d.claimed is not None
        and _affirmed(d)
        and d.claim.reference is not None
        and d.claim.reference.place is not None
        and len(d.claim.subject) == 1
    ]
    pairs: dict[frozenset[str], list[_Dated]] = {}
    for d, ends in fixed:
        if len(ends) == 2:
            pairs.setdefault(ends, []).append(d)
    for a, b in (pair for group in pairs.values() for pair in combinations(group, 2)):
        if a.claimed and b.claimed and a.claimed.unit == b.claimed.unit:
            moving = not _fixed_subject(a.claim) or not _fixed_subject(b.claim)
            if moving and a.on != b.on:
                continue
            if not overlap(a.claimed.range, b.claimed.range):
                start, end = _mention(a.claim.subject[0]), _mention(a.claim.reference)
                sentence = message(
                    "comparison.two_distances", first=_figure(a), second=_figure(b), start=start, end=end
                )
                found.append(_comparison(Relation.CONTRADICTS, [a, b], sentence, None))
    return found


def _fronts(dated: Sequence[_Dated]) -> list[Comparison]:
    """A side said to be no nearer to a place than d, and the same side said to stand at a place nearer than d."""
    found: list[Comparison] = []
    floors = [
        d
        for d in dated
        if d.claim.kind is ClaimKind.DISTANCE
        and d.claimed is not None
        and d.claimed.unit == "km"
        and d.claim.value is not None
        and d.claim.value.qualifier in FLOORS
        and _affirmed(d)
        and d.claim.reference is not None
        and d.claim.reference.place is not None
        and d.claim.subject
        and not _fixed_subject(d.claim)
    ]
    for d in floors:
        assert d.claimed is not None
        assert d.claim.reference is not None
        goal = d.claim.reference.place
        assert goal is not None
        side = d.claim.subject[0].sense.party or d.claim.meaning.actor
        for other in dated:
            at = _stands_at(other.claim, side)
            if at is None or at.id == goal.id or at.feature.startswith("A.") or other.on != d.on:
                continue
            measured = distance_km(at.lon, at.lat, goal.lon, goal.lat)
            low = d.claimed.low or 0.0
            if measured < low:
                said = next(
                    (s for s in dated if _is_pair(s.claim, at, goal) and s.claim.article == d.claim.article), None
                )
                given: dict[str, Parameter] = {
                    "side": _mention(d.claim.subject[0]),
                    "figure": _figure(d),
                    "goal": Named(goal.name, goal.id),
                    "place": Named(at.name, at.id),
                    "amount": Quantity(measured, measured, "km"),
                }
                sentence = message("comparison.too_near", **given)
                if said is not None and said.claim.value is not None:
                    sentence = message("comparison.too_near_own_words", quote=Quote(said.claim.value.text), **given)
                found.append(
                    _comparison(Relation.CONTRADICTS, [d, other, *([said] if said else [])], sentence, goal.id)
                )
                break
    return found


def _stands_at(claim: Claim, side: Party | None) -> Place | None:
    """The place that a side is said to have reached or taken."""
    if claim.polarity is not Polarity.AFFIRMED:
        return None
    mention: Mention | None = None
    if claim.kind is ClaimKind.ADVANCE:
        mention = claim.reference
    elif claim.kind is ClaimKind.CONTROL and claim.effect is Effect.GAIN and claim.subject:
        mention = claim.subject[0]
    advancing = claim.subject[0].sense.party if claim.kind is ClaimKind.ADVANCE and claim.subject else None
    actor = claim.meaning.actor or advancing
    other = side is not None and actor is not None and same(actor, side) is not True
    if mention is None or mention.place is None or other:
        return None
    return mention.place


def _is_pair(claim: Claim, a: Place, b: Place) -> bool:
    if claim.kind is not ClaimKind.DISTANCE or claim.reference is None or claim.reference.place is None:
        return False
    return claim.reference.place.id == b.id and [p.id for p in _places(claim.subject)] == [a.id]


# ── small words ──────────────────────────────────────────────────────────────────────────────────────────────


def _dated(claim: Claim, articles: dict[str, Article], known: dict[str, Claim], settings: Settings) -> _Dated:
    article = articles.get(claim.article)
    published = article.published_on if article else None
    on = (claim.date.end or claim.date.start) if claim.date else None
    add = 0.0
    before = known.get(claim.antecedent or "")
    if before is not None and before.value is not None and claim.kind is ClaimKind.AREA and claim.meaning.adds:
        first = claimed_range(before.value, settings)
        add = first.numbers[0] if first and first.numbers else 0.0
    claimed = claimed_range(claim.value, settings, add=add) if claim.value is not None else None
    if claimed is not None and add and before is not None and before.value and before.value.qualifier in FLOORS:
        claimed = Claimed(low=claimed.numbers[0], high=None, unit=claimed.unit, numbers=claimed.numbers)
    outlet = (article.source if article else None) or claim.article
    return _Dated(claim=claim, on=on or published, claimed=claimed, sources=_sources(claim, outlet))


def _comparison(kind: Relation, group: Sequence[_Dated], sentence: Message, place: str | None) -> Comparison:
    articles = tuple(dict.fromkeys(d.claim.article for d in group))
    return Comparison(
        kind=kind,
        claims=tuple(dict.fromkeys(d.claim.id for d in group)),
        articles=articles,
        sources=_merge(d.sources for d in group),
        sentence=sentence,
        place=place,
        within_article=len(articles) == 1,
    )


def _merge(many: Iterable[tuple[tuple[str, str], ...]]) -> tuple[str, ...]:
    """Sources by name, each once: "Russia's defense ministry" and "Russian defense ministry" have one key."""
    found: dict[str, str] = {}
    for name, key in (source for sources in many for source in sources):
        found.setdefault(key, name)
    return tuple(found.values())


def _sources(claim: Claim, outlet: str) -> tuple[tuple[str, str], ...]:
    """(name, key) of who says it: the nearest speaker, else the outlet."""
    if not claim.source:
        return ((outlet, " ".join(sorted(outlet.casefold().split()))),)
    keys = claim.meaning.speaker_keys
    return ((claim.source[0], keys[0] if keys else claim.source[0].casefold()),)


def _affirmed(d: _Dated) -> bool:
    return d.claim.polarity is Polarity.AFFIRMED


def _places(mentions: Iterable[Mention]) -> list[Place]:
    return [m.place for m in mentions if m.place is not None]


def _fixed_subject(claim: Claim) -> bool:
    """Places stay where they are; forces and fronts do not."""
    return any(not p.feature.startswith("A.PCL") for p in _places(claim.subject))


def _has_start(claim: Claim) -> bool:
    """Whether a claim speaks of a state that lasted, "since April": it may have ended since."""
    return claim.date is not None and claim.date.start != claim.date.end


def _mention(mention: Mention | None) -> str:
    return short(mention.text) if mention else ""


def _figure(d: _Dated) -> Message:
    text = short(d.claim.value.text) if d.claim.value else ""
    bare = message("comparison.figure", figure=text)
    if d.claimed is None or not d.claimed.numbers:
        return bare
    first, last, unit = d.claimed.numbers[0], d.claimed.numbers[-1], d.claimed.unit
    if d.claim.meaning.adds:
        return message("comparison.figure_in_all", figure=text, amount=Quantity(first, first, unit))
    if d.claim.value is not None and d.claim.value.unit in ("km", "km2") and not d.claim.value.unit_corrected:
        return bare
    return message("comparison.figure_converted", figure=text, amount=Quantity(first, last, unit))
