"""The gazetteer that other stages are given: search, places by id, demonyms and, on demand, geometry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

from geomap.gazetteer import cache, data
from geomap.gazetteer.index import Index, write_index
from geomap.gazetteer.names import normalise
from geomap.gazetteer.search import Candidate, Search
from geomap.models import Place

ROWS = 275_000
"""About how many rows the shipped index has, for the progress bar."""


def read_gazetteer(*layers: Path) -> Gazetteer:
    """The shipped gazetteer under any ``layers`` (folders that ``build_layer`` or ``add_places`` made), nearest first.

    The index is built on first use into the user's cache (``GEOMAP_CACHE`` overrides); later calls open it in
    milliseconds.

    Raises
    ------
    GazetteerError
        Where shipped data are missing or damaged, a layer is no index, or no folder can be written.
    """
    return Gazetteer([*(Index(Path(layer)) for layer in layers), base_index()])


def base_index() -> Index:
    def build(folder: Path, step: Callable[[int], None]) -> None:
        from geomap.gazetteer.index import Row

        regions: list[tuple[str, str, str]] = []
        demonyms = {normalise(r["demonym"]): r["id"] for r in data.read_csv("demonyms.csv")}
        meta = {"name": "shipped", "regions": regions, "demonyms": demonyms, "data": data.registry()}

        def rows() -> Iterator[Row]:
            for row in data.read_rows():
                if row.feature == "A.ADM1":
                    regions.append((row.country, row.admin1, row.name))
                yield row

        write_index(rows(), folder, meta, step)

    return cache.open_or_build(f"base-{data.data_key()}", build, total=ROWS)


class Gazetteer(Search):
    """Layers of places, nearest first; the last one is the shipped gazetteer."""

    @cached_property
    def demonyms(self) -> dict[str, str]:
        """Normalised demonym -> place id."""
        return dict(self.layers[-1].meta.get("demonyms", {}))

    def demonym(self, word: str) -> Candidate | None:
        """The country, region or continent whose people or adjective a word is ("Russian", "Europeans")."""
        place_id = self.demonyms.get(normalise(word))
        return self.locate(place_id) if place_id else None

    def place(self, place_id: str) -> Place | None:
        """The entry with this id."""
        candidate = self.locate(place_id)
        return None if candidate is None else self.to_place(candidate)

    @cached_property
    def _countries(self) -> dict[str, str]:
        index = self.layers[-1]
        wanted = index.features.index("A.PCLI")
        features, countries = index.column("feature"), index.column("country")
        found = {}
        for row in range(index.count):
            if features[row] != wanted:
                break  # countries come first in the shipped index
            found[index.countries[countries[row]]] = index.id(row)
        return found

    def country(self, code: str) -> Place | None:
        """A country by ISO 3166 alpha-2 code."""
        place_id = self._countries.get(code.upper())
        return self.place(place_id) if place_id else None
