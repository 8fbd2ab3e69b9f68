"""Stories on both sides of the antimeridian (Fiji, Chukotka) drawn together: longitudes west of it continue past 180.

Records keep longitudes in [-180, 180], as GeoJSON wants them; only what is drawn is moved.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geomap.maps.features import Bounds, Gazetteer, claim_places, is_wide, mentioned_places
from geomap.models import Assessment, Claim, Place

if TYPE_CHECKING:
    import geopandas
    from shapely.geometry.base import BaseGeometry


def straddles(assessment: Assessment) -> bool:
    """Whether places of the story lie nearer to each other across the antimeridian: measured ones, claimed, or all."""
    tested = [p for c in assessment.tested for p in claim_places(c)]
    claimed = [p for c in assessment.claims for p in claim_places(c)]
    named = [m.place for m in mentioned_places(assessment)]
    for places in (tested, claimed, named):
        lons = sorted({p.lon for p in places if not is_wide(p)})
        moved = sorted(eastward(lon) for lon in lons)
        if lons and lons[-1] - lons[0] > 180 and moved[-1] - moved[0] < 180:
            return True
    return False


def together(assessment: Assessment, gazetteer: Gazetteer) -> tuple[Assessment, Gazetteer]:
    """What to draw: all places, measurements and maps on one continuous range of longitudes, 0 to 360."""
    moved = replace(
        assessment,
        toponyms=tuple(replace(t, place=_place(t.place) if t.place else None) for t in assessment.toponyms),
        claims=tuple(_claim(c) for c in assessment.claims),
        control=tuple(
            replace(
                series,
                snapshots=tuple(
                    replace(s, frame=s.frame.set_geometry([continued(g) for g in s.frame.geometry], crs=s.frame.crs))
                    for s in series.snapshots
                ),
            )
            for series in assessment.control
        ),
    )
    return moved, Continued(gazetteer)


def eastward(lon: float) -> float:
    """A longitude from 0 to 360."""
    return lon + 360.0 if lon < 0 else lon


def _place(place: Place) -> Place:
    return replace(place, lon=eastward(place.lon), alternatives=tuple(_place(a) for a in place.alternatives))


def _claim(claim: Claim) -> Claim:
    def moved(mention: Any) -> Any:
        return mention if mention is None or mention.place is None else replace(mention, place=_place(mention.place))

    verdict = claim.verdict
    if verdict is not None:
        evidence = tuple(
            replace(e, geometry=continued(e.geometry)) if e.geometry is not None else e for e in verdict.evidence
        )
        verdict = replace(verdict, evidence=evidence)
    return replace(
        claim,
        subject=tuple(moved(m) for m in claim.subject),
        reference=moved(claim.reference),
        region=moved(claim.region),
        verdict=verdict,
    )


def continued(geometry: BaseGeometry) -> BaseGeometry:
    """A shape with longitudes from 0 to 360, its parts on both sides of the antimeridian joined."""
    import numpy as np
    from shapely import clip_by_rect, make_valid, transform, union_all

    def turn(points: Any) -> Any:
        return np.column_stack([np.where(points[:, 0] < 0, points[:, 0] + 360.0, points[:, 0]), points[:, 1]])

    if geometry.is_empty or geometry.bounds[0] >= 0:
        return geometry
    if "Polygon" not in geometry.geom_type:
        return transform(geometry, turn)
    valid = geometry if geometry.is_valid else make_valid(geometry)
    # cut where it crosses Greenwich, on the far side of the world: turned whole it would span all of it
    east, west = clip_by_rect(valid, 0.0, -90.0, 360.0, 90.0), clip_by_rect(valid, -360.0, -90.0, 0.0, 90.0)
    west = transform(west, lambda points: points + np.array([360.0, 0.0]))
    return union_all([part for part in (east, west) if not part.is_empty], grid_size=NEAR)


class Continued:
    """A gazetteer whose outlines and basemap go on past 180."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def geometry(self, place_id: str, /) -> BaseGeometry | None:
        """A place's outline."""
        found = self._gazetteer.geometry(place_id)
        return None if found is None else continued(found)

    def basemap(self, bounds: Bounds, /) -> dict[str, geopandas.GeoDataFrame]:
        """The basemap of both sides; what reaches over is there once."""
        west, south, east, north = bounds
        sides = []
        if west < 180:
            sides.append(self._gazetteer.basemap((max(west, -180.0), south, min(east, 180.0), north)))
        if east > 180:
            sides.append(self._gazetteer.basemap((max(west - 360, -180.0), south, east - 360, north)))
        keys = dict.fromkeys(key for side in sides for key in side)
        return {key: _joined([side[key] for side in sides if key in side]) for key in keys}


def _joined(frames: list[geopandas.GeoDataFrame]) -> geopandas.GeoDataFrame:
    """Rows of both sides; a country that reaches over, cut at the antimeridian, is one again."""
    import geopandas
    import pandas
    from shapely import union_all

    whole = pandas.concat(frames, ignore_index=True)
    shapes = [continued(g) for g in whole.geometry]
    if "id" in whole.columns:
        same = whole.groupby("id", sort=False).indices
        joined = [union_all([shapes[i] for i in rows], grid_size=NEAR) for rows in same.values()]
        whole, shapes = whole.iloc[[rows[0] for rows in same.values()]], joined
    return geopandas.GeoDataFrame(whole.drop(columns=whole.geometry.name), geometry=shapes, crs=whole.crs)


NEAR = 1e-5
"""Degrees, about 1 m: shores cut at the antimeridian end within it."""
