"""What a map draws: the story's places and what was measured for its claims, each with the card that it opens.

One reading of an assessment serves the moving map, the static twins and the small drawings beside each claim, so
that all three show the same extent and the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from geomap.models import Article, Assessment, Claim, Evidence, Label, MentionKind, Method, Place, Role, Toponym
from geomap.settings import Style
from geomap.wording import claim_in_words, clip, context, day, fold, heading, in_page_words, measured, speaker, words

if TYPE_CHECKING:
    import geopandas
    from shapely.geometry.base import BaseGeometry

Bounds = tuple[float, float, float, float]
"""(west, south, east, north), degrees. East may exceed 180 where a story straddles the antimeridian."""

LAYERS = ("held", "contested", "change", "hull", "line", "area", "place", "ambiguous")
"""In drawing order, lowest first; the legend lists them the other way round."""

AMBIGUOUS_MARGIN = 0.15
"""A place whose nearest rival scores within this much of it is drawn hollow."""
AMBIGUOUS_SCORE = 0.5
"""So is a place chosen with less certainty than even."""
CARD_CLAIMS = 4
"""Claims that one shape's card spells out; the table has them all."""
DRAWN_ROLES = (Role.MEASURE, Role.NEXT_DAY, Role.EDGE, Role.ROAD, Role.ANTECEDENT)
"""Readings worth a shape; "would_fit" and "context" would draw over what decided."""


class Gazetteer(Protocol):
    """What a map needs of a gazetteer."""

    def geometry(self, place_id: str, /) -> BaseGeometry | None: ...

    def basemap(self, bounds: Bounds, /) -> dict[str, geopandas.GeoDataFrame]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One thing on the map: where, in which layer, and what it opens. ``name`` is what the label says, if any."""

    id: str
    layer: str
    geometry: BaseGeometry = field(repr=False)
    title: str
    name: str = ""
    rank: int = 0
    place: str | None = None
    claims: tuple[str, ...] = ()
    card: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentioned:
    """A place and where the texts name it, in order."""

    place: Place
    mentions: tuple[Toponym, ...]


# ── places ───────────────────────────────────────────────────────────────────────────────────────────────────


def mentioned_places(assessment: Assessment) -> list[Mentioned]:
    """Every place that a text names literally, in order of first mention; associative names are no places to draw."""
    found: dict[str, list[Toponym]] = {}
    places: dict[str, Place] = {}
    for toponym in assessment.toponyms:
        if toponym.place is not None and toponym.kind is MentionKind.LITERAL:
            found.setdefault(toponym.place.id, []).append(toponym)
            places.setdefault(toponym.place.id, toponym.place)
    for claim in assessment.claims:
        for place in claim_places(claim):
            if place.id not in places:
                places[place.id] = place
                found[place.id] = []
    return [Mentioned(place=places[key], mentions=tuple(found[key])) for key in places]


def claim_places(claim: Claim) -> list[Place]:
    """Places that a claim is about: subjects, reference, region."""
    about = [*claim.subject, claim.reference, claim.region]
    return [m.place for m in about if m is not None and m.place is not None]


def is_ambiguous(place: Place) -> bool:
    """Whether the choice of place could well have been another."""
    if place.score is None or not place.alternatives:
        return False
    rival = max((a.score or 0.0 for a in place.alternatives), default=0.0)
    return place.score < AMBIGUOUS_SCORE or place.score - rival < AMBIGUOUS_MARGIN


def printed_name(place: Place, style: Style) -> str:
    """The house's spelling of a place, else the gazetteer's."""
    return fold(style.spellings.get(place.id, place.name))


def is_wide(place: Place) -> bool:
    """Countries, regions, rivers, borders: drawn as a shape, not as a dot."""
    return place.wide


# ── the extent ───────────────────────────────────────────────────────────────────────────────────────────────


def extent(assessment: Assessment, gazetteer: Gazetteer | None = None) -> Bounds:
    """The ground that the claims are about, with a margin: where every picture of this story is cut.

    Settlements of claims that were tested come first, then of any claim, then any settlement of the story; countries
    count only where there is nothing else. A stray place, far from the others and alone there, does not stretch the
    picture.
    """
    settled = [
        p
        for c in assessment.tested
        if c.verdict is not None and c.verdict.label is not Label.MAPS_CANNOT_SETTLE
        for p in claim_places(c)
    ]
    tested = [p for c in assessment.tested for p in claim_places(c)]
    claimed = [p for c in assessment.claims for p in claim_places(c)]
    named = [m.place for m in mentioned_places(assessment)]
    for places in (settled, tested, [*tested, *claimed], named):
        points = sorted({(p.lon, p.lat) for p in places if not is_wide(p)})
        if len(points) >= 2:
            break
    if not points:
        points = sorted({(p.lon, p.lat) for p in [*claimed, *named] if not is_wide(p)})
    boxes = [(lon, lat, lon, lat) for lon, lat in _without_strays(points)]
    if len(boxes) < 2 and gazetteer is not None:
        wide = [gazetteer.geometry(p.id) for p in [*claimed, *named] if is_wide(p)]
        boxes += [g.bounds for g in wide[:3] if g is not None and not g.is_empty]
    if not boxes:
        shapes = [e.geometry.bounds for c in assessment.claims for e in drawn_evidence(c) if e.geometry is not None]
        boxes = shapes or [f for f in [_control_bounds(assessment)] if f is not None] or [(-150.0, -55.0, 150.0, 70.0)]
    west, south, east, north = _union(boxes)
    span = max(east - west, north - south, 0.4)
    for claim in assessment.tested:
        for evidence in drawn_evidence(claim):
            assert evidence.geometry is not None
            box = evidence.geometry.bounds
            # a change measured over a whole country would shrink the story's places to dots
            if max(box[2] - box[0], box[3] - box[1]) <= 2.5 * span:
                west, south, east, north = _union([(west, south, east, north), box])
    pad_x = max((east - west) * 0.08, 0.15)
    pad_y = max((north - south) * 0.08, 0.1)
    return (west - pad_x, max(-85.0, south - pad_y), east + pad_x, min(85.0, north + pad_y))


def _without_strays(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """Leave out a point far from the middle of the others that has no other one near it."""
    if len(points) < 4:
        return points
    lons, lats = sorted(p[0] for p in points), sorted(p[1] for p in points)
    middle = (lons[len(lons) // 2], lats[len(lats) // 2])

    def gap_deg(one: tuple[float, float], other: tuple[float, float]) -> float:
        return max(abs(one[0] - other[0]), abs(one[1] - other[1]))

    usual = max(sorted(gap_deg(p, middle) for p in points)[len(points) // 2], 0.25)
    return [
        p
        for p in points
        if gap_deg(p, middle) <= 3 * usual or any(q != p and gap_deg(p, q) <= 2 * usual for q in points)
    ]


def _union(boxes: Iterable[Bounds]) -> Bounds:
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return (min(wests), min(souths), max(easts), max(norths))


def _control_bounds(assessment: Assessment) -> Bounds | None:
    frames = [s.frame for c in assessment.control for s in c.snapshots[-1:] if len(s.frame)]
    boxes = [(float(w), float(s), float(e), float(n)) for w, s, e, n in (f.total_bounds for f in frames)]
    return _union(boxes) if boxes else None


# ── what was measured ────────────────────────────────────────────────────────────────────────────────────────


def drawn_evidence(claim: Claim) -> list[Evidence]:
    """Measurements of a claim that have a shape to draw."""
    if claim.verdict is None:
        return []
    return [
        e
        for e in claim.verdict.evidence
        if e.geometry is not None and not e.geometry.is_empty and e.role in DRAWN_ROLES
    ]


def evidence_layer(evidence: Evidence) -> str:
    """Which layer a measurement is drawn in: by its shape, and how it was measured."""
    assert evidence.geometry is not None
    kind = evidence.geometry.geom_type
    if "Point" in kind:
        return "point"
    if "Line" in kind:
        return "line"
    return _LAYER_OF.get(evidence.method.id, "change")


_LAYER_OF: dict[str, str] = {Method.HULLS: "hull", Method.POLYGON: "area"}
"""Layers of polygons by how they were measured; those of other methods are ground that changed hands."""


def shapes(assessment: Assessment, gazetteer: Gazetteer, style: Style) -> list[Shape]:
    """Everything to draw, lowest first; claims that rest on the same ground share one shape."""
    articles = {a.id: a for a in assessment.articles}
    drawn = [*_measured_shapes(assessment, articles, style), *_place_shapes(assessment, articles, gazetteer, style)]
    return sorted(drawn, key=lambda s: LAYERS.index(s.layer))


def _measured_shapes(assessment: Assessment, articles: dict[str, Article], style: Style) -> list[Shape]:
    from shapely import normalize

    grounds: dict[tuple[str, bytes], tuple[BaseGeometry, list[Claim], Evidence]] = {}
    for claim in assessment.claims:
        for evidence in drawn_evidence(claim):
            layer = evidence_layer(evidence)
            if layer == "point":
                continue
            assert evidence.geometry is not None
            key = (layer, normalize(evidence.geometry).wkb)
            _, claims, _ = grounds.setdefault(key, (evidence.geometry, [], evidence))
            if claim not in claims:
                claims.append(claim)
    found: list[Shape] = []
    for number, ((layer, _), (geometry, claims, evidence)) in enumerate(grounds.items()):
        title = _shape_title(layer, claims, evidence, style)
        found.append(
            Shape(
                id=f"shape-{number}",
                layer=layer,
                geometry=geometry,
                title=title,
                claims=tuple(c.id for c in claims),
                card={"title": title, "claims": [claim_card(c, articles, style) for c in claims[:CARD_CLAIMS]]}
                | ({"more": len(claims) - CARD_CLAIMS} if len(claims) > CARD_CLAIMS else {}),
            )
        )
    return found


def _shape_title(layer: str, claims: Sequence[Claim], evidence: Evidence, style: Style) -> str:
    w = words(style.language)
    amount = measured(claims[0], style)
    parts = [w[f"layer_{layer}"]]
    if amount and len({measured(c, style) for c in claims}) == 1:
        parts.append(amount)
    if evidence.as_of:
        parts.append(w("as_of", date=day(evidence.as_of, style, time=True)))
    return ", ".join(parts)


def claim_card(claim: Claim, articles: dict[str, Article], style: Style) -> dict[str, Any]:
    """What a reader sees of a claim in a pop-up: the quote, both numbers, the verdict, and whose words they are."""
    w = words(style.language)
    article = articles.get(claim.article)
    before, quote, after = context(article.text, claim.start, claim.end) if article else ("", claim.quote, "")
    verdict = claim.verdict
    rows = [(w["card_claimed"], claim_in_words(claim, style))]
    shown = measured(claim, style)
    if shown:
        rows.append((w["card_measured"], shown))
    if verdict is not None and verdict.reason:
        rows.append((w["card_reason"], in_page_words(verdict.reason, style)))
    elif how := how_measured(claim, style):
        rows.append((w["card_how"], how))
    rows.append((w["card_says"], speaker(claim, article, style)))
    if article is not None:
        parts = [article.source or heading(article, 60), day(article.published_on, style) or w["undated"]]
        rows.append((w["card_source"], ", ".join(p for p in parts if p)))
    return {
        "claim": claim.id,
        "quote": [before, quote, after],
        "label": str(verdict.label) if verdict is not None else "not_testable",
        "verdict": w[f"label_{verdict.label if verdict is not None else 'not_testable'}"],
        "rows": rows,
        "checked": checked_words(claim, style),
        "url": article.url if article is not None else None,
    }


def how_measured(claim: Claim, style: Style) -> str:
    """How, and from which map, the deciding measurement was made."""
    w = words(style.language)
    decisive = [e for e in (claim.verdict.evidence if claim.verdict else ()) if e.role is Role.MEASURE]
    lines: list[str] = []
    for evidence in decisive[:2]:
        what = in_page_words(evidence.what, style)
        parts = [what, in_page_words(evidence.source, style)]
        if evidence.as_of and day(evidence.as_of, style) not in what:
            parts.append(w("as_of", date=day(evidence.as_of, style, time=True)))
        lines.append(", ".join(dict.fromkeys(fold(p) for p in parts if p)))
    return "; ".join(dict.fromkeys(lines))


def checked_words(claim: Claim, style: Style) -> str:
    """ "Checked by machine only", or by whom and when."""
    w = words(style.language)
    if claim.checked_by is None:
        return w["machine"]
    name = fold(claim.checked_by)
    if claim.checked_on is None:
        return w("checked_by", name=name)
    return w("checked_by_on", name=name, date=day(claim.checked_on, style))


def _place_shapes(
    assessment: Assessment, articles: dict[str, Article], gazetteer: Gazetteer, style: Style
) -> list[Shape]:
    from shapely.geometry import Point

    by_place: dict[str, list[Claim]] = {}
    for claim in assessment.claims:
        for place in claim_places(claim):
            if claim not in by_place.setdefault(place.id, []):
                by_place[place.id].append(claim)
    found: list[Shape] = []
    for number, entry in enumerate(mentioned_places(assessment)):
        place = entry.place
        claims = by_place.get(place.id, [])
        geometry = gazetteer.geometry(place.id)
        if geometry is None or geometry.is_empty or "Point" in geometry.geom_type:
            geometry = Point(place.lon, place.lat)
            layer = "ambiguous" if is_ambiguous(place) else "place"
        else:
            layer = "area"
        name = printed_name(place, style)
        found.append(
            Shape(
                id=f"place-{number}",
                layer=layer,
                geometry=geometry,
                title=name,
                name=name,
                # what was measured is named first, then what is mentioned most
                rank=1000 * bool([c for c in claims if c in assessment.tested]) + 10 * len(entry.mentions),
                place=place.id,
                claims=tuple(c.id for c in claims),
                card=_place_card(entry, claims, articles, style),
            )
        )
    return found


def _place_card(
    entry: Mentioned, claims: Sequence[Claim], articles: dict[str, Article], style: Style
) -> dict[str, Any]:
    w = words(style.language)
    place = entry.place
    where = ", ".join(p for p in (place.admin1, place.country) if p and p != place.name)
    spelt = list(dict.fromkeys(fold(t.text) for t in entry.mentions))
    rows: list[tuple[str, str]] = []
    if where:
        rows.append((w["card_region"], where))
    if spelt and spelt != [printed_name(place, style)]:
        rows.append((w["card_as_written"], ", ".join(spelt[:6])))
    if is_ambiguous(place) and place.score is not None:
        rows.append((w["card_score"], f"{place.score:.0%}"))
    if place.approximate:
        rows.append((w["card_approximate"], f"± {place.radius_km:.0f} km" if place.radius_km else "✓"))
    quotes = []
    for toponym in entry.mentions[:2]:
        article = articles.get(toponym.article)
        if article is not None:
            before, quote, after = context(article.text, toponym.start, toponym.end, reach=90)
            quotes.append([before, quote, after, article.source or heading(article, 60)])
    card: dict[str, Any] = {
        "title": printed_name(place, style),
        "rows": rows,
        "quotes": quotes,
        "claims": [claim_card(c, articles, style) for c in claims[:CARD_CLAIMS]],
    }
    if len(claims) > CARD_CLAIMS:
        card["more"] = len(claims) - CARD_CLAIMS
    if is_ambiguous(place):
        card["others"] = [
            [", ".join(p for p in (a.name, a.admin1, a.country) if p), round(a.lon, 5), round(a.lat, 5)]
            for a in place.alternatives[:5]
        ]
    return card


def alt_text(assessment: Assessment, style: Style) -> str:
    """The picture in words: which places, which verdicts, which maps."""
    w = words(style.language)
    places = [m for m in mentioned_places(assessment) if not is_wide(m.place)]
    named = sorted(places, key=lambda m: -len(m.mentions))
    names = ", ".join(printed_name(m.place, style) for m in named[:6]) + (w["alt_more"] if len(named) > 6 else "")
    parts = [w("alt_places", n=len(places), names=names)] if places else []
    for claim in assessment.tested[:3]:
        shown = measured(claim, style)
        assert claim.verdict is not None
        parts.append(
            w("finding", quote=clip(claim.quote, 90), measured=shown)
            if shown
            else w("finding_plain", quote=clip(claim.quote, 90), reason=w[f"label_{claim.verdict.label}"] + ".")
        )
    stamps = sorted(s.as_of for c in assessment.control for s in c.snapshots)
    if stamps:
        parts.append(w("alt_control", start=day(stamps[0].date(), style), end=day(stamps[-1].date(), style)))
    return " ".join(parts)
