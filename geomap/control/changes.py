"""What a control map holds, and one date subtracted from another.

Areas here are planar-edged (``geodesy.area(edges="planar")``): control maps are drawn and cut with edges straight in
longitude and latitude, and only so before + gained - lost equals after.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geomap.control.edges import changes
from geomap.errors import ControlError
from geomap.geodesy import area
from geomap.models import Snapshot, Status

if TYPE_CHECKING:
    import geopandas

HELD: tuple[Status, ...] = (Status.HELD,)
HELD_AT_MOST: tuple[Status, ...] = (Status.HELD, Status.CONTESTED, Status.UNKNOWN)
"""Unknown counts as contested: with both in, this is the most that may be held."""
SQUARE_KM = 1e6
NOTHING = shapely.MultiPolygon()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Ground gained and lost by the drawn holder between two maps.

    ``frame`` (EPSG:4326): geometry, change ("gained" or "lost"), holder, area_km2, one row a polygon, slivers kept.
    ``gained_m2`` and ``lost_m2`` are (low, high): contested and unknown ground out on both dates, or in on both;
    ``gained`` and ``lost`` are the values of the frame, in m².
    """

    frame: geopandas.GeoDataFrame = field(repr=False, compare=False)
    gained: float
    lost: float
    gained_m2: tuple[float, float]
    lost_m2: tuple[float, float]
    holder: str
    before: datetime | None = None
    after: datetime | None = None

    @property
    def net_m2(self) -> float:
        """Gained less lost."""
        return self.gained - self.lost

    @property
    def gross_m2(self) -> float:
        """Gained and lost together."""
        return self.gained + self.lost


def ground(snapshot: Snapshot, statuses: Collection[Status | str] = HELD, region: Any = None) -> Any:
    """Give the ground of some statuses as one geometry, cut to ``region`` where given; empty where there is none."""
    rows = np.isin(np.asarray(snapshot.frame["status"], dtype=str), [str(s) for s in statuses])
    whole = joined(np.asarray(snapshot.frame.geometry.array, dtype=object)[rows])
    return whole if region is None else only_polygons(shapely.intersection(whole, region))


def joined(shapes: Any) -> Any:
    """One geometry of several polygons: as they stand where they do not overlap or share edges, else their union."""
    if len(shapes) == 0:
        return NOTHING
    if len(shapes) == 1:
        return shapes[0]
    whole = shapely.multipolygons(shapely.get_parts(shapes))
    return whole if shapely.is_valid(whole) else only_polygons(shapely.union_all(shapes))


def only_polygons(geometry: Any) -> Any:
    """A geometry without the points and lines that cutting leaves where edges touch."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    parts = shapely.get_parts(geometry)
    flat = shapely.get_parts(parts[np.isin(shapely.get_type_id(parts), (3, 6))])
    return shapely.multipolygons(flat) if len(flat) != 1 else flat[0]


def areas(snapshot: Snapshot, region: Any = None) -> dict[Status, float]:
    """Measure the ground of each status in m², overlaps within a status counted once."""
    return {s: float(area(ground(snapshot, (s,), region), edges="planar")[0]) for s in Status}


def change(
    before: Snapshot,
    after: Snapshot,
    *,
    region: Any = None,
    include: Collection[Status | str] = HELD,
    holder: str | None = None,
) -> Change:
    """Subtract one control map from a later one.

    Parameters
    ----------
    region
        Geometry (EPSG:4326) within which to measure; None: everywhere.
    include
        Statuses that count as held in ``frame``, ``gained`` and ``lost``. The ranges always compare held alone with
        held, contested and unknown together.
    holder
        Who gains and loses; else who holds the held ground of the maps.
    """
    sets = [tuple(sorted(map(str, s))) for s in (include, HELD, HELD_AT_MOST)]
    pieces = {}
    for key in dict.fromkeys(sets):
        found = changes([ground(before, key), ground(after, key)])[0]
        pieces[key] = [p if region is None else clipped(p, region) for p in found]
    totals = {k: [float(area(p, edges="planar").sum()) for p in v] for k, v in pieces.items()}
    gained, lost = pieces[sets[0]]
    own, ends = totals[sets[0]], [totals[k] for k in sets[1:]]
    name = holder or _holder(after) or _holder(before) or "unknown holder"
    return Change(
        frame=change_frame(gained, lost, name),
        gained=own[0],
        lost=own[1],
        gained_m2=(min(e[0] for e in ends), max(e[0] for e in ends)),
        lost_m2=(min(e[1] for e in ends), max(e[1] for e in ends)),
        holder=name,
        before=before.as_of,
        after=after.as_of,
    )


def change_frame(gained: Any, lost: Any, holder: str) -> geopandas.GeoDataFrame:
    """A frame of polygons gained and lost, largest first within each."""
    import geopandas

    rows = []
    for word, polygons in (("gained", gained), ("lost", lost)):
        km2 = area(polygons, edges="planar") / SQUARE_KM
        rows += [(word, holder, float(km2[i]), polygons[i]) for i in np.argsort(-km2, kind="stable")]
    return geopandas.GeoDataFrame(
        {
            "change": [r[0] for r in rows],
            "holder": [r[1] for r in rows],
            "area_km2": np.array([r[2] for r in rows], dtype=float),
        },
        geometry=[r[3] for r in rows],
        crs=4326,
    )


def clipped(polygons: Any, region: Any) -> Any:
    """What of each polygon lies in a region, in polygons again."""
    if not len(polygons):
        return polygons
    shapely.prepare(region)
    inside = shapely.contains_properly(region, polygons)
    cut = shapely.get_parts(shapely.intersection(polygons[~inside], region))
    cut = shapely.get_parts(cut[np.isin(shapely.get_type_id(cut), (3, 6))])
    return np.concatenate([polygons[inside], cut[~shapely.is_empty(cut)]])


def _holder(snapshot: Snapshot) -> str | None:
    frame = snapshot.frame
    held = frame["holder"][frame["status"] == "held"].dropna()
    return str(held.mode().iloc[0]) if len(held) else None


def compare_sources(
    first: Any, second: Any, *, names: tuple[str, str] | None = None, region: Any = None
) -> geopandas.GeoDataFrame:
    """Lay two sources' maps of one time side by side: ground that both call held, and that only one does.

    Parameters
    ----------
    first, second
        ``Snapshot``, GeoDataFrame or GeoSeries, as in ``diff``.
    names
        What the sources are called; else the names of their provenance.

    Returns
    -------
    GeoDataFrame
        EPSG:4326, up to three rows: says ("both", "only NAME"), area_km2, share (of the ground that either calls
        held), geometry. The share of "both" is the intersection over union.
    """
    import geopandas

    called = names or tuple(
        m.provenance.name if isinstance(m, Snapshot) else word
        for m, word in ((first, "the first"), (second, "the second"))
    )
    a, b = _held(first, called[0]), _held(second, called[1])
    if region is not None:
        a, b = (only_polygons(shapely.intersection(g, region)) for g in (a, b))
    only_b, only_a = (joined(p) for p in changes([a, b])[0])
    both = only_polygons(shapely.difference(a, only_a)) if not only_a.is_empty else a
    rows = [("both", both), (f"only {called[0]}", only_a), (f"only {called[1]}", only_b)]
    km2 = area([g for _, g in rows], edges="planar") / SQUARE_KM
    either = float(km2.sum())
    frame = geopandas.GeoDataFrame(
        {"says": [w for w, _ in rows], "area_km2": km2, "share": km2 / either if either > 0 else km2},
        geometry=[g for _, g in rows],
        crs=4326,
    )
    return frame[frame["area_km2"] > 0].reset_index(drop=True)


def diff(before: Any, after: Any, *, region: Any = None, holder: str | None = None) -> geopandas.GeoDataFrame:
    """Subtract one frame of polygons from another: what ``after`` holds and ``before`` does not is gained.

    Parameters
    ----------
    before, after
        GeoDataFrame, GeoSeries or ``Snapshot``. A frame in another CRS is reprojected, one without is refused. Where
        there is a ``status`` column, only its held rows count.

    Returns
    -------
    GeoDataFrame
        EPSG:4326: geometry, change, holder, area_km2.
    """
    gained, lost = changes([_held(before, "before"), _held(after, "after")])[0]
    if region is not None:
        gained, lost = clipped(gained, region), clipped(lost, region)
    return change_frame(gained, lost, holder or _frame_holder(after) or _frame_holder(before) or "holder")


def _held(frame: Any, which: str) -> Any:
    from geomap.geodesy import geometries_of

    frame = frame.frame if isinstance(frame, Snapshot) else frame
    polygons = geometries_of(frame)
    if "status" in getattr(frame, "columns", ()):
        polygons = polygons[np.asarray(frame["status"], dtype=str) == "held"]
    bad = np.flatnonzero(~shapely.is_valid(polygons) & ~shapely.is_missing(polygons))
    if len(bad):
        raise ControlError(
            f"{which}: feature {bad[0]}: {shapely.is_valid_reason(polygons[bad[0]])} (lon lat); "
            "expected rings that do not cross themselves; mend the map first"
        )
    return joined(polygons[~(shapely.is_missing(polygons) | shapely.is_empty(polygons))])


def _frame_holder(frame: Any) -> str | None:
    if isinstance(frame, Snapshot):
        return _holder(frame)
    if "holder" not in getattr(frame, "columns", ()):
        return None
    named = frame["holder"].dropna().unique()
    return str(named[0]) if len(named) == 1 else None
