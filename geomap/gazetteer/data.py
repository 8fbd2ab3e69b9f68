"""The shipped tables, checked against their registry, as rows of an index."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import GazetteerError
from geomap.gazetteer.index import ALTERNATE, DERIVED, MACHINE, PRIMARY, Row

if TYPE_CHECKING:
    import pyarrow as pa

REGION_WORDS = ("region", "province")
"""What news calls any first-level region, beside its own word."""
SLAVIC = frozenset(("UA", "RU", "BY", "KZ", "KG", "BG"))
OWN_WORDS = frozenset(
    ["province", "region", "state", "governorate", "county", "department", "prefecture", "oblast", "district", "republic", "canton", "territory", "municipality", "voivodship", "krai", "division", "emirate", "parish"]
)


@cache
def data_folder() -> Path:
    """Where the shipped tables lie: inside the wheel, or beside the package in a checkout."""
    package = Path(str(resources.files("geomap")))
    for folder in (package / "data" / "gazetteer", package.parent / "data" / "gazetteer"):
        if (folder / "registry.json").is_file():
            return folder
    raise GazetteerError(f"{package / 'data' / 'gazetteer'}: the gazetteer's data are missing; install geomap again")


@cache
def registry() -> dict[str, str]:
    """File name -> SHA-256."""
    path = data_folder() / "registry.json"
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise GazetteerError(f"{path}: cannot be read ({error}); install geomap again") from error
    return {str(name): str(digest) for name, digest in found.items()}


def data_key() -> str:
    """What identifies the shipped data: a hash of the registry's hashes."""
    return hashlib.sha256(json.dumps(registry(), sort_keys=True).encode()).hexdigest()[:16]


def read_bytes(name: str) -> bytes:
    """A data file's bytes, refused unless they are what was shipped."""
    path = data_folder() / name
    expected = registry().get(name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GazetteerError(f"{path}: missing or unreadable ({error}); install geomap again") from error
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise GazetteerError(
            f"{path}: damaged: SHA-256 is {found[:12]}…, expected {(expected or 'none')[:12]}…; install geomap again"
        )
    return content


def read_table(name: str) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pq.read_table(pa.BufferReader(read_bytes(name)))


def read_csv(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read_bytes(name).decode("utf-8"))))


def _columns(table: pa.Table, *names: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(table[name].to_pylist() for name in names), strict=True)


def alternate_kinds(text: str) -> list[tuple[str, int]]:
    """Tab-joined alternates with their kind: GeoNames' lower-case Latin ones are romanised by program."""
    return [(name, MACHINE if name[:1].isascii() and name == name.lower() else ALTERNATE)
            for name in text.split("\t") if name]  # fmt: skip


def importance_of(feature: str, population: int, *, capital: bool = False) -> float:
    """How likely a bare name means this entry, as a power of ten of people.

    A country counts ten times its people, and a capital five times, since news names them for their governments; a
    region a tenth of its people, since the bare name of a region and its seat nearly always means the seat.
    """
    base = log10(max(population, 0) + 10)
    if feature.startswith("A.PCL"):
        return base + 1.0
    if feature == "A.ADM1":
        return base - 1.0
    if feature.startswith("A."):
        return base - 1.5
    if capital or feature == "P.PPLC":
        return base + 0.7
    return base + {"P.PPLA": 0.3, "P.PPLX": -0.5}.get(feature, 0.0)


def read_rows() -> Iterator[Row]:
    """Every entry of the shipped gazetteer."""
    extra: dict[str, list[tuple[str, int]]] = {}  # typed by hand and checked: as good as names
    for record in read_csv("aliases.csv"):
        extra.setdefault(record["id"], []).append((record["alias"], PRIMARY))
    capitals = set()
    table = read_table("countries.parquet")
    for number, name, alternates, lat, lon, country, population, capital in _columns(
        table, "id", "name", "alternates", "lat_e5", "lon_e5", "country", "population", "capital"
    ):
        capitals.add((country, capital))
        yield Row(
            number, name, [*alternate_kinds(alternates), *extra.get(f"geonames:{number}", ())], lat / 1e5, lon / 1e5,
            "A.PCLI", country, "", "", population, importance_of("A.PCLI", population), "geonames",
        )  # fmt: skip
    table = read_table("regions.parquet")
    for number, name, alternates, lat, lon, feature, country, admin1, admin2, population, word in _columns(
        table, "id", "name", "alternates", "lat_e5", "lon_e5", "feature", "country", "admin1", "admin2",
        "population", "type",
    ):  # fmt: skip
        names = [*alternate_kinds(alternates), *extra.get(f"geonames:{number}", ())]
        if feature == "A.ADM1":
            names += region_names(country, [name, *(n for n, kind in names if kind == ALTERNATE)], word)
        yield Row(
            number, name, names, lat / 1e5, lon / 1e5, feature, country, admin1, admin2, population,
            importance_of(feature, population), "geonames",
        )  # fmt: skip
    table = read_table("places.parquet")
    for number, name, alternates, lat, lon, feature, country, admin1, admin2, population in _columns(
        table, "id", "name", "alternates", "lat_e5", "lon_e5", "feature", "country", "admin1", "admin2", "population"
    ):
        names = alternate_kinds(alternates)
        if (place_id := f"geonames:{number}") in extra:
            names += extra[place_id]
        yield Row(
            number, name, names, lat / 1e5, lon / 1e5, feature, country, admin1, admin2, population,
            importance_of(feature, population, capital=(country, name) in capitals), "geonames",
        )  # fmt: skip
    table = read_table("lakes.parquet")
    for place_id, name, alternates, lat, lon, feature, rank in _columns(
        table, "id", "name", "alternates", "lat_e5", "lon_e5", "feature", "rank"
    ):
        if name:
            # Natural Earth's rank 0 is Lake Superior, 9 a lake that only a large map shows
            yield Row(
                place_id, name, alternate_kinds(alternates), lat / 1e5, lon / 1e5, feature, "", "", "", 0,
                5.0 - rank / 3, "naturalearth",
            )  # fmt: skip
    for record in read_csv("supplement.csv"):
        population = int(record["population"] or 0)
        yield Row(
            f"geomap:{record['key']}", record["name"], [(n, ALTERNATE) for n in record["alternates"].split("|") if n],
            float(record["lat"]), float(record["lon"]), record["feature"], record["country"], record["admin1"], "",
            population, float(record["importance"] or 0) or importance_of(record["feature"], population), "geomap",
        )  # fmt: skip


def region_names(country: str, names: list[str], word: str) -> list[tuple[str, int]]:
    """"Kharkiv" as "Kharkiv region", "Kharkiv province", "Kharkiv oblast": the way news writes a region."""
    words = {*REGION_WORDS, *({word} & OWN_WORDS), *(("oblast",) if country in SLAVIC else ())}
    plain = {n for n in names if n.isascii() and not words & set(n.lower().split())}
    return [(f"{n} {w}", DERIVED) for n in sorted(plain) for w in sorted(words)]
