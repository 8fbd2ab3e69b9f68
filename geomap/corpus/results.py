"""Read a corpus folder back: frames for people who work in memory. Parquet readers take the files as they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.corpus.manifest import read_manifest
from geomap.corpus.tables import CLAIMS, FAILURES, TOPONYMS, part_path, schema_of
from geomap.errors import InputError
from geomap.files import shown

if TYPE_CHECKING:
    import geopandas
    import pandas


@dataclass(frozen=True)
class Corpus:
    """What ``geomap corpus`` wrote. ``complete``: no part missing; ``repeated_ids``: articles whose id another has."""

    folder: Path
    complete: bool
    totals: dict[str, int]
    inputs: tuple[str, ...]
    made_with: dict[str, str]
    parts: tuple[int, ...]
    repeated_ids: int | None = None
    sizes: dict[Path, int] = field(default_factory=dict, repr=False)

    @cached_property
    def claims(self) -> geopandas.GeoDataFrame:
        """One row a claim, EPSG:4326; its point is the place that it speaks of."""
        return self._frame(CLAIMS)

    @cached_property
    def toponyms(self) -> geopandas.GeoDataFrame:
        """One row a place mention, EPSG:4326."""
        return self._frame(TOPONYMS)

    @cached_property
    def failures(self) -> pandas.DataFrame:
        """One row an article that could not be read, with the reason."""
        frame: pandas.DataFrame = self._table(FAILURES).to_pandas()
        return frame

    def _table(self, table: str) -> Any:
        import pyarrow
        import pyarrow.parquet

        schema = schema_of(table)
        paths = [part_path(self.folder, table, n) for n in self.parts]
        for path in paths:
            found = path.stat().st_size if path.is_file() else None
            if found != self.sizes.get(path, found) or found is None:
                amiss = "missing" if found is None else "not of the size that was written"
                raise InputError(f"{shown(path)}: {amiss}; start the same `geomap corpus` again, which mends it")
        try:
            # one file at a time, by name: files that are not this run's are not read
            tables = [pyarrow.parquet.read_table(p, partitioning=None).cast(schema) for p in paths]
        except (OSError, pyarrow.ArrowException, ValueError) as error:
            raise InputError(f"{shown(self.folder)}: {table} cannot be read ({shown(error)[:200]})") from None
        return pyarrow.concat_tables(tables) if tables else schema.empty_table()

    def _frame(self, table: str) -> geopandas.GeoDataFrame:
        import geopandas

        frame = self._table(table).to_pandas()
        points = geopandas.GeoSeries.from_wkb(frame.pop("geometry"), crs="EPSG:4326")
        return geopandas.GeoDataFrame(frame, geometry=points)


def read_corpus(folder: str | Path) -> Corpus:
    """Open a corpus folder; a run that is not done is read as far as it is, with ``complete`` false.

    >>> import geomap
    >>> geomap.read_corpus("corpus/").claims  # doctest: +SKIP
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    if manifest is None:
        raise InputError(f"{shown(folder)}: no manifest.json; expected a folder that `geomap corpus` wrote")
    return Corpus(
        folder=folder,
        complete=manifest.complete,
        totals=manifest.totals,
        inputs=tuple(i.name for i in manifest.inputs),
        made_with=manifest.made_with,
        parts=tuple(sorted(manifest.done)),
        repeated_ids=manifest.repeated,
        sizes={part_path(folder, t, n): seal[0] for n, seals in manifest.seals.items() for t, seal in seals.items()},
    )
