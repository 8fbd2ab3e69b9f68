"""What a control map holds, and one date subtracted from another.

Areas here are planar-edged (``geodesy.area(edges="planar")``): control maps are drawn and cut with edges straight in
longitude and latitude, and only so before + gained - lost equals after.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geomap.errors import ControlError
from geomap.geodesy import area
from geomap.models import ControlSeries, Snapshot, Status

if TYPE_CHECKING:
    import geopandas

HELD: tuple[Status, ...] = (Status.HELD,)
HELD_AT_MOST: tuple[Status, ...] = (Status.HELD, Status.CONTESTED, Status.UNKNOWN)
"""Unknown counts as contested: with both in, this is the most that may be held."""
SQUARE_KM = 1e6


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
    polygons = np.asarray(snapshot.frame.geometry.array, dtype=object)[rows]
    whole = shapely.union_all(polygons) if len(polygons) != 1 else polygons[0]
    return whole if region is None else only_polygons(shapely.intersection(whole, region))


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
    pieces = {}
    for key in {tuple(sorted(map(str, s))) for s in (include, HELD, HELD_AT_MOST)}:
        old, new = ground(before, key, region), ground(after, key, region)
        pieces[key] = (_polygons(shapely.difference(new, old)), _polygons(shapely.difference(old, new)))
    totals = {k: [float(area(p, edges="planar").sum()) for p in v] for k, v in pieces.items()}
    gained, lost = pieces[tuple(sorted(map(str, include)))]
    ends = [totals[tuple(sorted(map(str, s)))] for s in (HELD, HELD_AT_MOST)]
    own = totals[tuple(sorted(map(str, include)))]
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


def _polygons(geometry: Any) -> Any:
    return shapely.get_parts(only_polygons(geometry)) if not geometry.is_empty else np.empty(0, object)


def _holder(snapshot: Snapshot) -> str | None:
    frame = snapshot.frame
    held = frame["holder"][frame["status"] == "held"].dropna()
    return str(held.mode().iloc[0]) if len(held) else None


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
    old, new = _held(before, "before"), _held(after, "after")
    if region is not None:
        old, new = (only_polygons(shapely.intersection(g, region)) for g in (old, new))
    name = holder or _frame_holder(after) or _frame_holder(before) or "holder"
    gained, lost = _polygons(shapely.difference(new, old)), _polygons(shapely.difference(old, new))
    return change_frame(gained, lost, name)


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
    return only_polygons(shapely.union_all(polygons))


def _frame_holder(frame: Any) -> str | None:
    if isinstance(frame, Snapshot):
        return _holder(frame)
    if "holder" not in getattr(frame, "columns", ()):
        return None
    named = frame["holder"].dropna().unique()
    return str(named[0]) if len(named) == 1 else None


def series(
    control: ControlSeries | Sequence[ControlSeries],
    *,
    since: date | None = None,
    region: Any = None,
    regions: Mapping[str, Any] | None = None,
) -> geopandas.GeoDataFrame:
    """Measure a series of control maps: what is held, gained, lost, gross, net and cumulative at each.

    Parameters
    ----------
    control
        One source, or several to be joined in time. Where the source changes from one map to the next the row is a
        ``seam``: its change is the difference of two hands, not of the ground, and is left out (NaN).
    since
        Count from the last map up to the end of that day; earlier ones are left out.
    region, regions
        Geometry within which to measure, or several by name (rows for each, named in ``region``).

    Returns
    -------
    GeoDataFrame
        One row a map: date (UTC), held_km2, contested_km2, unknown_km2, gained_km2, lost_km2, gross_km2, net_km2,
        cumulative_km2 (sum of net), source, region, gap_days (days to the map before, where that is a gap, else 0),
        seam; geometry is the changed ground.
    """
    import geopandas

    rows = [
        row for name, shape in (regions.items() if regions is not None else [(None, region)])
        for row in _series_rows(control, since, shape, name)
    ]  # fmt: skip
    frame = geopandas.GeoDataFrame(rows, columns=[*COLUMNS, "geometry"], geometry="geometry", crs=4326)
    return frame


COLUMNS = ("date", "held_km2", "contested_km2", "unknown_km2", "gained_km2", "lost_km2", "gross_km2", "net_km2",
           "cumulative_km2", "source", "region", "gap_days", "seam")  # fmt: skip


def joined(control: ControlSeries | Iterable[ControlSeries]) -> list[tuple[Snapshot, ControlSeries]]:
    """All maps of one or several sources in time order."""
    given = [control] if isinstance(control, ControlSeries) else list(control)
    return sorted(((s, c) for c in given for s in c.snapshots), key=lambda pair: pair[0].as_of)


def _series_rows(control: Any, since: date | None, region: Any, name: str | None) -> list[dict[str, Any]]:
    pairs = joined(control)
    if since is not None:
        first = max((i for i, (s, _) in enumerate(pairs) if s.as_of.date() <= since), default=0)
        pairs = pairs[first:]
    rows: list[dict[str, Any]] = []
    cumulative = 0.0
    last: tuple[Snapshot, ControlSeries] | None = None
    for snapshot, source in pairs:
        held = areas(snapshot, region)
        gained = lost = 0.0
        shape: Any = shapely.MultiPolygon()
        gap, seam = 0, False
        if last is not None:
            seam = last[1].name != source.name
            days = (last[0].as_of.date(), snapshot.as_of.date())
            gap = (days[1] - days[0]).days if days in source.gaps else 0
            if seam:
                gained = lost = float("nan")
            else:
                found = change(last[0], snapshot, region=region, holder=source.holder)
                gained, lost = found.gained / SQUARE_KM, found.lost / SQUARE_KM
                shape = shapely.multipolygons(np.asarray(found.frame.geometry.array, dtype=object))
                cumulative += gained - lost
        rows.append(
            {
                "date": snapshot.as_of,
                "held_km2": held[Status.HELD] / SQUARE_KM,
                "contested_km2": held[Status.CONTESTED] / SQUARE_KM,
                "unknown_km2": held[Status.UNKNOWN] / SQUARE_KM,
                "gained_km2": gained,
                "lost_km2": lost,
                "gross_km2": gained + lost,
                "net_km2": gained - lost,
                "cumulative_km2": cumulative,
                "source": source.name,
                "region": name,
                "gap_days": gap,
                "seam": seam,
                "geometry": shape,
            }
        )
        last = (snapshot, source)
    return rows
