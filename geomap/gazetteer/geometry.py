"""Shapes of countries, regions, lakes, rivers and borders: written once into the index, read one at a time.

Area shapes are Natural Earth's land outlines: what areas are reported on. Clip shapes are for tests of "inside" and
for cutting a hull: widened over the sea and mended where a border drawn at 1:10,000,000 leaves a town on the wrong
side.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from math import cos, radians
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from geomap.gazetteer import data
from geomap.gazetteer.index import Index
from geomap.geodesy import KM_PER_DEG

if TYPE_CHECKING:
    import numpy as np
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

SLIVER_DEG2 = 1e-4
"""Holes under about 1 km² between the parts of a country are seams of the source"""
SEAWARD_KM = 2.5
"""Coast towns lie up to 2-3 km outside Natural Earth's land (notes/data.md: with it 99.5 % of Ukraine's lie inside)."""
OWN_DISC_KM, FOREIGN_DISC_KM = 1.2, 0.6
"""Ground given back to places that even so lie across a border, and kept by foreign ones that lie within."""
SHARED_DEG = 3e-4
"""Outlines within 30 m of each other are one border: both come from one coverage, on a grid of 1 m."""
NEAR_DEG = 0.15
"""A point in no region belongs to the nearest within 0.15°: coasts and borders (97.7 % of held-out places right)."""

MAX_STROKE_KM = 35.0
"""On a basemap, stops of a river lie no further apart: half the usual distance between two towns of a story."""
MIN_STOPS = 4
"""A reach of fewer stops is a stroke that nobody would take for a river."""


def write_shapes(folder: Path) -> None:
    """Decode the shipped shapes, join countries, and write all as WKB with bounds."""
    import shapely

    from geomap.gazetteer.shapes import decode_shapes

    def decode(table: Any) -> NDArray[np.object_]:
        dx, dy, rings = (table[name].combine_chunks() for name in ("dx", "dy", "rings"))
        return decode_shapes(
            dx.flatten().to_numpy(), dy.flatten().to_numpy(), rings.flatten().to_numpy(), rings.offsets.to_numpy()
        )

    table = data.read_table("shapes.parquet")
    codes: list[str] = table["code"].to_pylist()
    regions = decode(table)
    keys, shapes = list(codes), list(regions)
    first_level = [i for i, code in enumerate(codes) if is_region(code)]
    for country, group in itertools.groupby(first_level, key=lambda i: codes[i].partition(".")[0]):
        keys.append(country)
        shapes.append(without_seams(shapely.union_all(regions[list(group)])))
    table = data.read_table("lakes.parquet")
    keys += table["id"].to_pylist()
    shapes += list(decode(table))
    table = data.read_table("rivers.parquet")
    keys += table["id"].to_pylist()
    shapes += list(shapely.from_wkt(table["line"].to_pylist()))
    write_blobs(folder, keys, shapes)


def write_blobs(folder: Path, keys: list[str], shapes: list[BaseGeometry]) -> None:
    """Shapes by key as WKB, shells anticlockwise, with offsets and bounds."""
    import numpy as np
    import shapely

    array = shapely.orient_polygons(shapely.make_valid(np.array(shapes, dtype=object)))
    blobs = shapely.to_wkb(array)
    with (folder / "shapes.wkb").open("wb") as file:
        file.writelines(blobs)
    np.cumsum([0, *map(len, blobs)]).astype("<u8").tofile(folder / "shapes.end")
    shapely.bounds(array).astype("<f8").tofile(folder / "shapes.box")
    (folder / "shapes.json").write_text(json.dumps(keys), "utf-8")


def without_seams(shape: BaseGeometry) -> BaseGeometry:
    """Polygons without the slivers that parts leave where their outlines do not quite meet."""
    import shapely

    polygons = [
        shapely.Polygon(p.exterior, [r for r in p.interiors if shapely.Polygon(r).area >= SLIVER_DEG2])
        for p in shapely.get_parts(shape)
        if p.geom_type == "Polygon"
    ]
    return cast("BaseGeometry", shapely.multipolygons(polygons))


class Shapes:
    """The shapes of an index, read on demand."""

    def __init__(self, index: Index) -> None:
        import numpy as np

        self.keys: list[str] = json.loads((index.folder / "shapes.json").read_text("utf-8"))
        self._at = {key: at for at, key in enumerate(self.keys)}
        self._ends = np.fromfile(index.folder / "shapes.end", "<u8")
        self.boxes: NDArray[np.float64] = np.fromfile(index.folder / "shapes.box", "<f8").reshape(-1, 4)
        self._blob = index.mapped("shapes.wkb")
        self.get = lru_cache(maxsize=2000)(self._get)

    def _get(self, key: str) -> BaseGeometry | None:
        import shapely

        at = self._at.get(key)
        if at is None:
            return None
        return shapely.from_wkb(self._blob[int(self._ends[at]) : int(self._ends[at + 1])])

    def touching(self, box: tuple[float, float, float, float], wanted: Callable[[str], bool]) -> list[str]:
        """Keys of shapes whose bounds meet a box (lon, lat, lon, lat)."""
        import numpy as np

        west, south, east, north = box
        b = self.boxes
        hit = (b[:, 0] <= east) & (b[:, 2] >= west) & (b[:, 1] <= north) & (b[:, 3] >= south)
        return [key for at in np.flatnonzero(hit) if wanted(key := self.keys[at])]


def is_country(key: str) -> bool:
    return len(key) == 2


def is_region(key: str) -> bool:
    return key[2:3] == "." and key.count(".") == 1


def is_lake(key: str) -> bool:
    return key.startswith("geomap:ne-lake-")


def is_river(key: str) -> bool:
    return key.startswith("geomap:river-")


def shared_border(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry | None:
    """The line along which two shapes meet, None where they do not."""
    import shapely

    west, south, east, north = one.bounds
    margin = 0.01
    facing = shapely.clip_by_rect(other.boundary, west - margin, south - margin, east + margin, north + margin)
    if facing.is_empty:
        return None
    # clip each to the other's surroundings first: Russia's coast has no part in its border with Estonia
    w, s, e, n = facing.bounds
    mine = shapely.clip_by_rect(one.boundary, w - margin, s - margin, e + margin, n + margin)
    line = shapely.intersection(mine, shapely.buffer(facing, SHARED_DEG, quad_segs=1))
    parts = [p for p in shapely.get_parts(shapely.line_merge(line)) if p.geom_type == "LineString"]
    parts = [p for p in parts if p.length > 10 * SHARED_DEG]  # where two borders only touch
    if not parts:
        return None
    return cast("BaseGeometry", parts[0] if len(parts) == 1 else shapely.MultiLineString(parts))


def widen(shape: BaseGeometry, km: float) -> BaseGeometry:
    """Planar buffer of a shape in degrees, stretched by its latitude: for clipping, never measured."""
    from shapely import affinity

    south, north = shape.bounds[1], shape.bounds[3]
    # the wider stretch over a tall country: at its end nearer the pole the margin is right, elsewhere larger
    factor = max(cos(radians(min(max(abs(south), abs(north)), 80.0))), 0.17)
    flat = affinity.scale(shape, xfact=factor, yfact=1.0, origin=(0, 0))
    return cast(
        "BaseGeometry", affinity.scale(flat.buffer(km / KM_PER_DEG, quad_segs=4), xfact=1 / factor, origin=(0, 0))
    )


def clip_shape(
    shape: BaseGeometry,
    others: Iterable[BaseGeometry],
    own: NDArray[np.float64],
    foreign: NDArray[np.float64],
) -> BaseGeometry:
    """A shape for tests of "inside": seaward margin, own places back in, foreign ones out.

    Parameters
    ----------
    shape
        Land outline.
    others
        Outlines of neighbours, which the margin does not enter.
    own, foreign
        (n, 2) lon, lat of the places that belong in and out.
    """
    import numpy as np
    import shapely

    wide = widen(shape, SEAWARD_KM)
    around = [o for o in others if o.intersects(wide)]
    wide = shapely.union(shapely.difference(wide, shapely.union_all(around)), shape) if around else wide
    shapely.prepare(wide)
    for places, disc_km, join in ((own, OWN_DISC_KM, shapely.union), (foreign, FOREIGN_DISC_KM, shapely.difference)):
        inside = shapely.contains_xy(wide, places[:, 0], places[:, 1]) if len(places) else np.zeros(0, bool)
        stray = places[~inside] if join is shapely.union else places[inside]
        if len(stray):
            wide = join(wide, shapely.union_all([widen(shapely.Point(p), disc_km) for p in stray]))
            shapely.prepare(wide)
    return shapely.orient_polygons(wide)


def drawn(shape: BaseGeometry, box: tuple[float, float, float, float], tolerance: float) -> BaseGeometry:
    """What a map of ``box`` shows of a shape: clipped, without detail below ``tolerance`` degrees."""
    import shapely

    simple = shapely.simplify(shapely.clip_by_rect(shape, *box), tolerance)
    if simple.geom_type in ("Polygon", "MultiPolygon", "GeometryCollection"):
        parts = [p for p in shapely.get_parts(simple) if p.geom_type == "Polygon" and p.area > tolerance**2]
        simple = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return shapely.set_precision(simple, 1e-4, mode="pointwise")


def frame(records: list[dict[str, Any]], columns: list[str]) -> GeoDataFrame:
    """EPSG:4326 frame with these columns and geometry, empty where there is nothing."""
    import geopandas as gpd

    return gpd.GeoDataFrame(records, columns=[*columns, "geometry"], geometry="geometry", crs=4326)


def well_known(line: BaseGeometry) -> BaseGeometry:
    """The reaches of a river whose stops lie close: a long straight stroke shows the stops, not the river."""
    import numpy as np
    import shapely

    from geomap.geodesy import distances_m

    reaches: list[Any] = []
    for part in shapely.get_parts(line):
        stops = shapely.get_coordinates(part)
        apart = distances_m(stops[:-1, 0], stops[:-1, 1], stops[1:, 0], stops[1:, 1]) > MAX_STROKE_KM * 1000
        runs = np.split(stops, np.flatnonzero(apart) + 1)
        reaches += [shapely.linestrings(run) for run in runs if len(run) >= MIN_STOPS]
    return cast("BaseGeometry", shapely.MultiLineString(reaches))
