"""The gazetteer that other stages are given: search, places by id, demonyms and, on demand, geometry."""

from __future__ import annotations

from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.gazetteer import data
from geomap.gazetteer import geometry as shapes_of
from geomap.gazetteer.index import Index
from geomap.gazetteer.names import normalise
from geomap.gazetteer.search import Candidate, Search
from geomap.gazetteer.shipped import base_index
from geomap.geodesy import distance_km
from geomap.models import Place, Provenance, message

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from shapely.geometry.base import BaseGeometry

Bounds = tuple[float, float, float, float]
"""west, south, east, north in degrees."""

NAMESAKES = 5
"""Entries of one name looked at for a country: it stands among the first, by how well known it is."""


def read_gazetteer(*layers: Path) -> Gazetteer:
    """The shipped gazetteer under any ``layers`` (folders that ``build_layer`` or ``add_places`` made), nearest first.

    The index comes with the wheel; in a checkout where ``make`` has not built it, the first use builds it into the
    user's cache (``GEOMAP_CACHE`` overrides). Opening takes milliseconds.

    Raises
    ------
    GazetteerError
        Where shipped data are missing or damaged, a layer is no index, or no folder can be written.
    """
    return Gazetteer([*(Index(Path(layer)) for layer in layers), base_index()])


def _provenance_of(layer: Index) -> Provenance:
    """What a user's layer says of itself: for a country that was fetched, from where, when and under which licence."""
    origin: dict[str, str] = layer.meta.get("origin", {})
    return Provenance(name=str(layer.meta["name"]), path=str(layer.meta["source"]), **origin)


MAX_BASEMAP_PLACES = 240
"""Settlements a basemap may choose its names from: a city's districts, listed as towns, may outnumber the cities."""
PIXELS = 1600
"""Detail finer than a pixel of a wide map is left out of the basemap."""


class Gazetteer(Search):
    """Layers of places, nearest first; the last one is the shipped gazetteer."""

    def __init__(self, layers: list[Index]) -> None:
        super().__init__(layers)
        self.base = layers[-1]
        self._borders = lru_cache(maxsize=500)(self._find_border)
        self._clips = lru_cache(maxsize=500)(self._find_clip)

    def provenance(self) -> tuple[Provenance, ...]:
        """What pages must say of the data: origin, licence, attribution, hash; the user's layers too."""
        own = (_provenance_of(layer) for layer in self.layers if layer is not self.base)
        return (
            *own,
            Provenance(
                name="geomap gazetteer",
                sha256=data.data_sha256(),
                licence=message("source.gazetteer_licence"),
                attribution=message("source.places"),
                url="https://www.geonames.org",
            ),
        )

    # ── words ────────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def demonyms(self) -> dict[str, str]:
        """Normalised demonym -> place id."""
        return dict(self.base.extra.get("demonyms", {}))

    def demonym(self, word: str) -> Candidate | None:
        """The country, region or continent whose people or adjective a word is ("Russian", "Europeans")."""
        place_id = self.demonyms.get(normalise(word))
        return self.locate(place_id) if place_id else None

    def nation(self, name: str) -> str | None:
        """The country (ISO alpha-2) whose side a name stands for: by demonym, country, capital or first-level region.

        A village of that name is a surname: it stands for no side.
        """
        people = self.demonym(name)
        if people is not None and people.country:
            return people.country
        found = self.find(name, limit=NAMESAKES, fuzzy=False)
        countries = [p.country for p in found if p.feature.startswith("A.PCL")]
        seats = [p.country for p in found[:1] if p.feature.startswith("A.ADM1") or p.feature == "P.PPLC"]
        return next((code for code in (*countries, *seats) if code), None)

    # ── places ───────────────────────────────────────────────────────────────────────────────────────────────

    def place(self, place_id: str) -> Place | None:
        """The entry with this id; ``border:A-B`` too."""
        if place_id.startswith("border:"):
            one, _, other = place_id.removeprefix("border:").partition("-")
            return self.border(one, other)
        candidate = self.locate(place_id)
        return None if candidate is None else self.to_place(candidate)

    @cached_property
    def country_ids(self) -> dict[str, str]:
        """ISO 3166 alpha-2 -> place id."""
        wanted = self.base.features.index("A.PCLI")
        features, countries = self.base.column("feature"), self.base.column("country")
        found = {}
        for row in range(self.base.count):
            if features[row] != wanted:
                break  # countries come first in the shipped index
            found[self.base.countries[countries[row]]] = self.base.id(row)
        return found

    def country(self, code: str) -> Place | None:
        """A country by ISO 3166 alpha-2 code."""
        place_id = self.country_ids.get(code.upper())
        return self.place(place_id) if place_id else None

    def largest(self, country: str, admin1: str = "", *, limit: int = 10, feature: str = "P.PPL") -> list[Candidate]:
        """Settlements of a country, or of one of its regions, most people first.

        All but sections of towns; ``feature`` "P.PPLC" gives a country's capital, "P.PPLA" a region's seat.
        """
        import numpy as np

        number, index = len(self.layers) - 1, self.layers[-1]
        if country not in index.countries:
            return []
        town = feature == "P.PPL"
        kinds = [
            n for n, f in enumerate(index.features) if f == feature or (town and f.startswith("P.") and f != "P.PPLX")
        ]
        chosen = np.asarray(index.column("country")) == index.countries.index(country)
        chosen &= np.isin(np.asarray(index.column("feature")), kinds)
        if admin1:
            code = f"{country}.{admin1}"
            if code not in index.admin1_numbers:
                return []
            chosen &= np.asarray(index.column("admin1")) == index.admin1_numbers[code]
        rows = np.flatnonzero(chosen)
        people = np.asarray(index.column("population"))[rows]
        order = np.lexsort((rows, -people))[:limit]
        return [self.candidate(number, int(row)) for row in rows[order]]

    def border(self, one: str, other: str) -> Place | None:
        """The land border of two countries (alpha-2), in either order; None where they share none."""
        one, other = sorted((one.upper(), other.upper()))
        line = self._borders(one, other)
        if line is None:
            return None
        middle = line.interpolate(0.5, normalized=True)
        names = [place.name if (place := self.country(code)) else code for code in (one, other)]
        return Place(
            id=f"border:{one}-{other}", name=f"{names[0]}–{names[1]} border", lat=round(middle.y, 5),
            lon=round(middle.x, 5), feature="A.BDR", source="naturalearth",
        )  # fmt: skip

    # ── geometry ─────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def shapes(self) -> shapes_of.Shapes:
        return shapes_of.Shapes(self.base)

    @cached_property
    def _layer_shapes(self) -> list[shapes_of.Shapes]:
        """Shapes that came with the user's own places."""
        return [shapes_of.Shapes(layer) for layer in self.layers[:-1] if "shapes.json" in layer.meta["sizes"]]

    def _find_border(self, one: str, other: str) -> BaseGeometry | None:
        a, b = self.shapes.get(one), self.shapes.get(other)
        return None if a is None or b is None or one == other else shapes_of.shared_border(a, b)

    def _shape_key(self, candidate: Candidate) -> str:
        if candidate.feature.startswith("A.PCL"):
            return candidate.country
        if candidate.feature == "A.ADM1":
            return f"{candidate.country}.{candidate.admin1}"
        if candidate.feature == "A.ADM2":  # shapes of counties of the United States only
            return f"{candidate.country}.{candidate.admin1}.{candidate.admin2}"
        return candidate.id

    def geometry(self, place_id: str) -> BaseGeometry | None:
        """The shape of an entry, EPSG:4326: what areas are reported on.

        Polygons for countries, first-level regions, areas made of them (Donbas) and lakes; lines for rivers and
        borders; else the point. None where there is no such entry.
        """
        import shapely

        if place_id.startswith("border:"):
            one, _, other = place_id.removeprefix("border:").partition("-")
            return self._borders(*sorted((one.upper(), other.upper())))
        candidate = self.locate(place_id)
        if candidate is None:
            return None
        if members := self.base.extra.get("members", {}).get(place_id):
            parts = [shape for code in members if (shape := self.shapes.get(code)) is not None]
            if parts:
                whole = shapes_of.without_seams(shapely.union_all(parts))
                return shapely.orient_polygons(whole)
        for layer in self._layer_shapes:
            if (own := layer.get(place_id)) is not None:
                return own
        return self.shapes.get(self._shape_key(candidate)) or shapely.Point(candidate.lon, candidate.lat)

    area_shape = geometry

    def clip_shape(self, place_id: str) -> BaseGeometry | None:
        """The shape of a country or region for tests of "inside" and for clipping, never for areas.

        Widened 2.5 km over the sea, and mended around places that the outline leaves on the wrong side. Other entries:
        as ``geometry``.
        """
        return self._clips(place_id)

    def _find_clip(self, place_id: str) -> BaseGeometry | None:
        import numpy as np

        shape = self.geometry(place_id)
        candidate = self.locate(place_id)
        if shape is None or candidate is None or not candidate.feature.startswith(("A.PCL", "A.ADM1")):
            return shape
        key = self._shape_key(candidate)
        same_kind = shapes_of.is_country if shapes_of.is_country(key) else shapes_of.is_region
        west, south, east, north = shape.bounds
        box = (west - 0.1, south - 0.1, east + 0.1, north + 0.1)
        others = [s for k in self.shapes.touching(box, same_kind) if k != key and (s := self.shapes.get(k)) is not None]
        base = self.base
        lon, lat = base.numpy("lon"), base.numpy("lat")
        near = np.flatnonzero((lon >= box[0]) & (lon <= box[2]) & (lat >= box[1]) & (lat <= box[3]) & self._settled)
        if shapes_of.is_country(key):
            own = base.numpy("country")[near] == base.countries.index(candidate.country)
        else:
            own = base.numpy("admin1")[near] == base.admin1_numbers.get(key, -1)
        points = np.column_stack([lon[near], lat[near]])
        return shapes_of.clip_shape(shape, others, points[own], points[~own])

    @cached_property
    def _settled(self) -> Any:
        """Mask of settlements in the shipped index."""
        import numpy as np

        kinds = np.array([feature.startswith("P.") for feature in self.base.features])
        return kinds[self.base.numpy("feature")]

    def accuracy_km(self, place_id: str, lat: float, lon: float) -> float | None:
        """How far a river's true course may lie from its line near a point, km; None for what is no river.

        Our estimate: a fifth of the stretch between two towns that the line was drawn through, 2 km at least.
        """
        import shapely

        line = self.shapes.get(place_id) if place_id.startswith("geomap:river-") else None
        if line is None:
            return None
        coordinates = shapely.get_coordinates(line)
        stretches = shapely.linestrings(list(pairwise(coordinates)))
        nearest = coordinates[(at := int(shapely.distance(stretches, shapely.Point(lon, lat)).argmin())) : at + 2]
        length = distance_km(nearest[0][0], nearest[0][1], nearest[1][0], nearest[1][1])
        return max(2.0, round(length / 5, 1))

    def regions(self, bounds: Bounds) -> dict[str, BaseGeometry]:
        """First-level regions whose bounds meet a box: "CC.ADMIN1" and shape; "CC.ne:..." where GeoNames has none."""
        found = ((key, self.shapes.get(key)) for key in sorted(self.shapes.touching(bounds, shapes_of.is_region)))
        return {key: shape for key, shape in found if shape is not None}

    def region_of(self, lat: float, lon: float) -> tuple[str, str, str] | None:
        """(country, admin1 code, region name) of a point; of the nearest region within 0.15° off a coast.

        Code and name are empty where Natural Earth has land without a GeoNames region. None at sea.
        """
        import shapely

        point = shapely.Point(lon, lat)
        margin = shapes_of.NEAR_DEG
        best, best_distance = None, margin
        for key in self.shapes.touching((lon - margin, lat - margin, lon + margin, lat + margin), shapes_of.is_region):
            shape = self.shapes.get(key)
            if shape is not None and (distance := shape.distance(point)) < best_distance:
                best, best_distance = key, distance
                if not distance:
                    break
        if best is None:
            return None
        country, _, code = best.partition(".")
        code = "" if code.startswith("ne:") else code
        return country, code, self.region_name(country, code)

    def settlements(self, bounds: Bounds) -> GeoDataFrame:
        """Settlements of the shipped gazetteer within bounds, largest first: id, name, population, country, admin1."""
        import geopandas as gpd
        import numpy as np

        west, south, east, north = bounds
        base = self.base
        lon, lat = base.numpy("lon"), base.numpy("lat")
        rows = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north) & self._settled)
        population = base.numpy("population")[rows]
        rows = rows[np.argsort(-population, kind="stable")]
        admin1 = base.numpy("admin1")[rows]
        countries = [base.countries[c] for c in base.numpy("country")[rows]]
        return gpd.GeoDataFrame(
            {
                "id": [base.id(int(r)) for r in rows],
                "name": [base.name(int(r)) for r in rows],
                "population": base.numpy("population")[rows],
                "country": countries,
                "admin1": [base.admin1s[a].partition(".")[2] for a in admin1],
            },
            geometry=gpd.points_from_xy(lon[rows], lat[rows]),
            crs=4326,
        )

    def basemap(self, bounds: Bounds) -> dict[str, GeoDataFrame]:
        """What an offline map of ``bounds`` shows under its story, clipped and simplified for display.

        countries, regions, lakes, rivers: id, name, geometry; places: as ``settlements``, the 240 largest.
        """
        west, south, east, north = bounds
        tolerance = max(east - west, north - south, 0.01) / PIXELS
        base = {"places": self.settlements(bounds).head(MAX_BASEMAP_PLACES).reset_index(drop=True)}
        kinds = {
            "countries": shapes_of.is_country, "regions": shapes_of.is_region,
            "lakes": shapes_of.is_lake, "rivers": shapes_of.is_river,
        }  # fmt: skip
        for layer, wanted in kinds.items():
            records = []
            for key in self.shapes.touching(bounds, wanted):
                shape = self.shapes.get(key)
                if shape is not None and layer == "rivers":
                    shape = shapes_of.well_known(shape)
                if shape is None or (seen := shapes_of.drawn(shape, bounds, tolerance)).is_empty:
                    continue
                records.append({"id": key, "name": self._shape_name(key), "geometry": seen})
            base[layer] = shapes_of.frame(records, ["id", "name"])
        return base

    def _shape_name(self, key: str) -> str:
        if shapes_of.is_country(key):
            place = self.country(key)
            return place.name if place else key
        if shapes_of.is_region(key):
            country, _, code = key.partition(".")
            return self.region_name(country, code)
        candidate = self.locate(key)
        return candidate.name if candidate else ""
