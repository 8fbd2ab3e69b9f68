"""The shipped index: built with the wheel and mapped where it lies; in a checkout built once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from geomap.errors import GazetteerError
from geomap.gazetteer import cache, data
from geomap.gazetteer.index import FORMAT, Index, Row

ROWS = 302_000
"""About how many rows the shipped index has, for the progress bar."""


def index_name() -> str:
    """Of the shipped data as this version writes them."""
    return f"base-{data.data_key()}"


def index_folder() -> Path:
    """Where the built index lies: beside the tables, in a wheel and in a checkout."""
    return data.data_folder().parent / "index" / f"{index_name()}-v{FORMAT}"


def base_index() -> Index:
    """The shipped index: the one beside the data, else the cache's, built first where that lacks it."""
    with contextlib.suppress(GazetteerError):
        return Index(index_folder())
    return cache.open_or_build(index_name(), build, total=ROWS)


def build(folder: Path, step: Callable[[int], None]) -> None:
    """Write the shipped tables as an index into an empty folder."""
    from geomap.gazetteer.geometry import write_shapes
    from geomap.gazetteer.writing import write_index

    if not (data.data_folder() / "places.parquet").is_file():
        raise GazetteerError(
            f"{index_folder()}: the index that comes with geomap is missing or made for other machines (64 bits, "
            "little-endian); install geomap again, or from its source archive: pip install --no-binary :all:"
        )
    regions: dict[str, str] = {}
    extra = {"members": data.read_members(), "demonyms": data.read_demonyms(), "regions": regions}

    def rows() -> Iterator[Row]:
        for row in data.read_rows():
            if row.feature == "A.ADM1":
                regions[f"{row.country}.{row.admin1}"] = row.name
            yield row

    write_shapes(folder)
    write_index(rows(), folder, {"name": "shipped"}, step, extra=extra)


def prebuild(home: Path | None = None) -> Path:
    """The index in ``home``, built there unless it is whole; other versions there go. Gives its folder."""
    import secrets
    import shutil

    final = (home or index_folder().parent) / index_folder().name
    with contextlib.suppress(GazetteerError):
        Index(final)
        return final
    partial = final.parent / f".{final.name}.partial-{secrets.token_hex(4)}"
    try:
        partial.mkdir(parents=True)
        with cache.progress("Indexing the gazetteer, once", ROWS) as step:
            build(partial, step)
        for old in final.parent.glob("base-*"):
            shutil.rmtree(old)
        partial.rename(final)
    except OSError as error:
        raise GazetteerError(f"{final}: the index cannot be written ({error.strerror})") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return final
