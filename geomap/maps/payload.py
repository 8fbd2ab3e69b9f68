"""The one data block of a page: the report's records, what is drawn, the ground under it and the dates to step through.

Everything that a text, a title or a control map said stays a JSON string here and becomes a text node in the page:
no part of it is ever read as markup.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geomap.files import escape_for_script
from geomap.maps.features import Bounds, Gazetteer, Shape, is_ambiguous, is_wide, mentioned_places
from geomap.maps.geometry import as_geojson, cut, for_display, polygons_only, widen, without_islets
from geomap.models import Assessment, ControlSeries, Snapshot, Status
from geomap.settings import Settings, Style
from geomap.wording import day, fold, in_page_words, visible, words

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

TOWNS = 40
"""Towns of the basemap that may be labelled: more would crowd out the story's own."""
CONTEXT_FACTOR = 6.0
"""Countries are drawn to six times the story's extent, so that zooming out shows where it lies."""
PIXELS = 3000
"""The picture's width in the finest steps kept: sharp at three zooms in on an ordinary screen."""


def features_of(shapes: Sequence[Shape], bounds: Bounds) -> list[dict[str, Any]]:
    """Shapes as GeoJSON features, thinned for the screen, with the geodesic area of polygons."""
    from geomap.geodesy import area_m2

    tolerance = _tolerance(bounds)
    found = []
    for shape in shapes:
        geometry = shape.geometry
        properties: dict[str, Any] = {
            "layer": shape.layer,
            "title": shape.title,
            "name": shape.name,
            "rank": shape.rank,
            "place": shape.place,
            "claims": list(shape.claims),
            "card": shape.card,
        }
        if shape.layer == "area":
            # an outline to read by, often a whole country's: not a measurement
            line = geometry.boundary if "Polygon" in geometry.geom_type else geometry
            geometry = for_display(cut(line, widen(bounds, 2.5)), tolerance * 3, keep_area=False)
            if geometry.is_empty:
                geometry = shape.geometry.representative_point()
        elif "Point" not in geometry.geom_type:
            geometry = for_display(geometry, tolerance)
        if shape.layer in ("change", "hull") and "Polygon" in geometry.geom_type:
            properties["area_km2"] = round(area_m2(shape.geometry) / 1e6, 3)
        properties = _visible(properties)
        found.append({"type": "Feature", "id": shape.id, "geometry": as_geojson(geometry), "properties": properties})
    return found


def _visible(value: Any) -> Any:
    """A card's texts as a reader may see them."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: _visible(part) for key, part in value.items()}
    return [_visible(part) for part in value] if isinstance(value, (list, tuple)) else value


def _tolerance(bounds: Bounds) -> float:
    return max(bounds[2] - bounds[0], bounds[3] - bounds[1]) / PIXELS


# ── the ground under it ──────────────────────────────────────────────────────────────────────────────────────


def basemap_of(
    gazetteer: Gazetteer, bounds: Bounds, assessment: Assessment
) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """Land, borders and water as ``{kind, geometry}``, and names of towns, countries and regions to label.

    Fine within half again of the story's extent; countries coarsely to six times of it.
    """
    from shapely import box, union_all

    near = widen(bounds, 2.2)
    far = widen(bounds, CONTEXT_FACTOR)
    coarse, fine = _tolerance(far) * 4, _tolerance(bounds)
    parts: list[dict[str, Any]] = []
    labels: list[list[Any]] = []
    # asked for a little more than is kept: a basemap that is cut at its bounds would show the cut as a border
    wide = gazetteer.basemap(widen(far, 1.1))
    close = gazetteer.basemap(widen(near, 1.1))
    house = wide.get("borders")
    ground: list[BaseGeometry] = []
    for name, geometry in _named(wide.get("countries")):
        part = polygons_only(cut(geometry, far))
        if part.is_empty:
            continue
        part = without_islets(part, coarse**2)
        inside = polygons_only(cut(part, near))
        ground.append(part)
        if not inside.is_empty:
            parts += _part("land", for_display(inside, fine, keep_area=False))
        # lines come from the whole outline: a cut polygon would draw the cut as a border
        if house is None:
            parts += _part("border", for_display(cut(geometry.boundary, near), fine, keep_area=False))
        labels += _label(name, polygons_only(cut(part, bounds)), "country", bounds)
    # coarse land ends where the fine land begins: two shores of one coast would show
    here = box(*near)
    for part in ground if house is None else [polygons_only(union_all(ground))]:
        thin = for_display(part, coarse, keep_area=False)
        parts += _part("far", polygons_only(thin.difference(here)))
        if house is None:
            parts += _part("edge", cut(thin.boundary, far).difference(here))
    for _, geometry in _named(house):
        line = geometry if "Line" in geometry.geom_type else geometry.boundary
        parts += _part("border", for_display(cut(line, near), fine, keep_area=False))
    for kind, key in (("region", "regions"), ("lake", "lakes"), ("river", "rivers")):
        for name, geometry in _named(close.get(key)):
            part = cut(geometry, near)
            if part.is_empty:
                continue
            if kind == "region":
                parts += _part(kind, for_display(cut(geometry.boundary, near), fine, keep_area=False))
                labels += _label(name, polygons_only(cut(part, bounds)), "region", bounds)
                continue
            parts += _part(kind, for_display(part, fine, keep_area=False))
    towns = _towns(close.get("places"), near, assessment)
    # a region that bears its town's name would write it twice
    named = {name for name, *_ in towns} | {fold(m.place.name) for m in mentioned_places(assessment)}
    labels = [label for label in labels if label[3] != "region" or label[0] not in named] + towns
    order = ("far", "edge", "land", "region", "lake", "river", "border")
    return sorted(parts, key=lambda p: order.index(p["kind"])), labels


def _named(frame: Any) -> list[tuple[str, BaseGeometry]]:
    if frame is None or not len(frame):
        return []
    names = frame["name"] if "name" in frame.columns else [""] * len(frame)
    return [(str(n or ""), g) for n, g in zip(names, frame.geometry, strict=True) if g is not None and not g.is_empty]


def _part(kind: str, geometry: BaseGeometry) -> list[dict[str, Any]]:
    return (
        []
        if geometry.is_empty or "Point" in geometry.geom_type
        else [{"kind": kind, "geometry": as_geojson(geometry, 4)}]
    )


def _label(name: str, visible: BaseGeometry, kind: str, bounds: Bounds) -> list[list[Any]]:
    """A name inside the largest visible part, where that part is big enough to bear it."""
    if not name or visible.is_empty:
        return []
    part = max(getattr(visible, "geoms", [visible]), key=lambda g: g.area)
    whole = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])
    if part.area < (0.04 if kind == "country" else 0.03) * whole:
        return []
    point = part.representative_point()
    return [[fold(name), round(point.x, 4), round(point.y, 4), kind]]


def _towns(frame: Any, bounds: Bounds, assessment: Assessment) -> list[list[Any]]:
    """The largest towns that the story does not name itself."""
    if frame is None or not len(frame):
        return []
    story = {m.place.id for m in mentioned_places(assessment)}
    # a region's own point often lies in its capital, which may well be labelled
    spots = [(m.place.lon, m.place.lat) for m in mentioned_places(assessment) if not is_wide(m.place)]
    near = (bounds[2] - bounds[0]) / 60
    found: list[list[Any]] = []
    districts = districts_of(frame, assessment.settings)
    for row, (name, where) in zip(frame.to_dict("records"), _named(frame), strict=False):
        point = where.representative_point()
        if (
            row.get("id") in story
            or row.get("id") in districts
            or not (bounds[0] <= point.x <= bounds[2] and bounds[1] <= point.y <= bounds[3])
        ):
            continue
        if any(abs(point.x - x) < near and abs(point.y - y) < near for x, y in spots):
            continue
        spots.append((point.x, point.y))
        found.append([fold(name), round(point.x, 4), round(point.y, 4), "town"])
        if len(found) == TOWNS:
            break
    return found


def districts_of(frame: Any, settings: Settings) -> set[str]:
    """Settlements that are parts of an older one: GeoNames lists a city's districts as towns, with their own people."""
    import math

    from geomap.geodesy import LEAST_KM_PER_DEG, distance_km

    towns = []
    for row, (_, where) in zip(frame.to_dict("records"), _named(frame), strict=False):
        source, _, digits = str(row.get("id")).partition(":")
        if source == "geonames" and digits.isdigit() and (row.get("population") or 0) > 0:
            reach = DISTRICT_REACH * math.sqrt(row["population"] / settings.people_per_km2 / math.pi)
            towns.append((int(digits), str(row["id"]), float(row["population"]), reach, where.representative_point()))
    late = [town for town in towns if town[0] >= DISTRICT_FROM]
    return {
        key
        for _, key, people, _, at in late
        for number, _, many, reach, centre in towns
        if number < DISTRICT_FROM
        and people <= DISTRICT_MOST * many
        and abs(at.y - centre.y) * LEAST_KM_PER_DEG <= reach
        and distance_km(at.x, at.y, centre.x, centre.y) <= reach
    }


DISTRICT_FROM = 8_000_000
"""GeoNames numbers from here on were given after 2011: towns had theirs by then, districts came later."""
DISTRICT_REACH = 1.5
"""Districts lie within one and a half times the radius that a town's people need: towns are not round."""
DISTRICT_MOST = 2.0
"""A district with more than twice the people of the town beside it is no part of it: their figures differ in date."""


# ── the dates ────────────────────────────────────────────────────────────────────────────────────────────────


def time_of(
    series: ControlSeries, bounds: Bounds, style: Style, encoded: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """Dated states of one control series: one a step, in order, with what to say of gaps and changed sources.

    ``encoded``: layer ("held", "contested") -> the geometry of all dates in the compact form that ``control.timemap``
    makes; without it each state is written out. None without any map.
    """
    if not series.snapshots:
        return None
    w = words(style.language)
    steps: list[dict[str, Any]] = []
    for number, snapshot in enumerate(series.snapshots):
        step: dict[str, Any] = {
            "as_of": snapshot.as_of.isoformat(),
            "label": day(snapshot.as_of, style, time=True),
            "source": _source_of(series, number),
        }
        if encoded is None:
            step["states"] = _states(snapshot, bounds)
        steps.append(step)
    for before, step in pairwise(steps):
        if before["source"] != step["source"]:
            step["note"] = w("source_changes", source=step["source"])
    _mark_gaps(series, steps, style)
    made: dict[str, Any] = {
        "name": fold(series.name),
        "holder": fold(series.holder),
        "attribution": fold(str(series.provenance.attribution or series.name)),
        "steps": steps,
    }
    if encoded is not None:
        made["encoded"] = dict(encoded)
    return made


def _source_of(series: ControlSeries, number: int) -> str:
    return fold(str(series.snapshots[number].provenance.attribution or series.name))


def _mark_gaps(series: ControlSeries, steps: list[dict[str, Any]], style: Style) -> None:
    w = words(style.language)
    for start, end in series.gaps:
        for step in steps:
            if datetime.fromisoformat(step["as_of"]).date() > start:
                step["gap"] = w("no_maps", start=day(start, style), end=day(end, style))
                break


def _states(snapshot: Snapshot, bounds: Bounds) -> dict[str, Any]:
    """One multipolygon a class: what is held, and what is contested or unknown."""
    from shapely import union_all

    near = widen(bounds, 3.0)
    made: dict[str, Any] = {}
    status = snapshot.frame["status"].astype(str)
    for layer, kinds in (("held", (Status.HELD,)), ("contested", (Status.CONTESTED, Status.UNKNOWN))):
        ground = snapshot.frame.geometry[status.isin([str(k) for k in kinds])]
        parts = [polygons_only(cut(g, near)) for g in ground if g is not None and not g.is_empty]
        parts = [p for p in parts if not p.is_empty]
        if parts:
            thin = for_display(polygons_only(union_all(parts)), _tolerance(bounds))
            made[layer] = as_geojson(thin)
    return made


# ── the block ────────────────────────────────────────────────────────────────────────────────────────────────


def layers_of(assessment: Assessment, shapes: Sequence[Shape], style: Style, timed: bool) -> list[dict[str, str]]:
    """Layers that this page has, top first, with the words of box and legend."""
    w = words(style.language)
    present = {s.layer for s in shapes}
    found = [
        {"id": layer, "label": w[f"layer_{layer}"]}
        for layer in ("ambiguous", "place", "area", "line", "hull", "change")
        if layer in present
    ]
    if timed:
        holders = {c.holder for c in assessment.control}
        held = w("layer_held", holder=fold(holders.pop())) if len(holders) == 1 else w["layer_held_all"]
        if any(c.from_reports for c in assessment.control):
            held = w("layer_reported", layer=held)
        found += [{"id": "held", "label": held}, {"id": "contested", "label": w["layer_contested"]}]
    return found


def credits_of(assessment: Assessment, style: Style) -> str:
    """Who made the maps under the story."""
    made = [in_page_words(p.attribution, style).rstrip(". ") for p in assessment.methods.data if p.attribution]
    made += [in_page_words(c.provenance.attribution or c.label, style) for c in assessment.control]
    return "; ".join(dict.fromkeys(t for t in made if t))


def ambiguous_count(assessment: Assessment) -> int:
    """Places of the story whose choice is open."""
    return sum(is_ambiguous(m.place) and not is_wide(m.place) for m in mentioned_places(assessment))


def as_json(value: Mapping[str, Any]) -> str:
    """JSON that is safe inside a script element: no "<", no line separators, nothing that turns or hides text raw."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return escape_for_script(text)
