"""The shipped tables, checked against their registry, as rows of an index."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from functools import cache
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import GazetteerError
from geomap.gazetteer.index import ALTERNATE, DERIVED, MACHINE, PRIMARY, Row
from geomap.gazetteer.names import normalise

if TYPE_CHECKING:
    import pyarrow as pa

AIRPORT = 3.0
"""Importance of an airport: as that of a town of a thousand people, whatever it is called after."""
REGION_WORDS = ("region", "province")
"""What news calls any first-level region, beside its own word."""
SLAVIC = frozenset(("UA", "RU", "BY", "KZ", "KG", "BG"))
OWN_WORDS = frozenset(
    ("province", "region", "state", "governorate", "county", "department", "prefecture", "oblast", "district",
     "republic", "canton", "territory", "municipality", "voivodship", "krai", "division", "emirate", "parish")
)  # fmt: skip


@cache
def data_folder() -> Path:
    """Where the shipped tables lie: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
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
    """What identifies the shipped data: a checksum of the registry, which holds a hash of every file.

    Short of an attack on the user's own cache, 32 bits tell versions apart, and zlib loads in no time.
    """
    from zlib import crc32

    return f"{crc32((data_folder() / 'registry.json').read_bytes()):08x}"


def data_sha256() -> str:
    """SHA-256 of the registry, and so of all shipped data."""
    import hashlib

    return hashlib.sha256((data_folder() / "registry.json").read_bytes()).hexdigest()


def read_bytes(name: str) -> bytes:
    """A data file's bytes, refused unless they are what was shipped."""
    import hashlib

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
    import csv
    import io

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


@cache
def code_ids() -> dict[str, str]:
    """ "UA", "UA.07" -> place id."""
    table = read_table("countries.parquet")
    found = {country: f"geonames:{number}" for country, number in _columns(table, "country", "id")}
    table = read_table("regions.parquet")
    for country, admin1, feature, number in _columns(table, "country", "admin1", "feature", "id"):
        if feature == "A.ADM1":
            found[f"{country}.{admin1}"] = f"geonames:{number}"
    return found


def _target(code: str, file: str) -> str:
    """A hand-typed table's target as a place id: an id already, or a country's or region's code."""
    if ":" in code:
        return code
    if code not in code_ids():
        raise GazetteerError(f"{file}: {code!r} is no country or region code; expected one like UA or UA.07")
    return code_ids()[code]


def read_demonyms() -> dict[str, str]:
    """Normalised demonym -> place id."""
    return {
        normalise(demonym): _target(record["target"], "demonyms.csv")
        for record in read_csv("demonyms.csv")
        for demonym in record["demonyms"].split("|")
    }


def supplement_id(key: str) -> str:
    """The id of a row of supplement.csv: its key is a number where GeoNames has the entry ("6255148", Europe)."""
    return f"geonames:{key}" if key.isdigit() else f"geomap:{key}"


def read_members() -> dict[str, list[str]]:
    """Place id of an area made of countries and regions -> their codes; continents as their countries."""
    table = read_table("countries.parquet")
    continents: dict[str, list[str]] = {}
    for country, continent in _columns(table, "country", "continent"):
        continents.setdefault(f"continent:{continent}", []).append(country)
    return {
        supplement_id(record["key"]): [c for code in record["members"].split() for c in continents.get(code, [code])]
        for record in read_csv("supplement.csv")
        if record["members"]
    }


def read_rows() -> Iterator[Row]:
    """Every entry of the shipped gazetteer, countries first."""
    extra: dict[str, list[tuple[str, int]]] = {}  # typed by hand and checked: as good as names
    weighed: dict[str, float] = {}
    for record in read_csv("aliases.csv"):
        place_id = _target(record["target"], "aliases.csv")
        extra.setdefault(place_id, []).extend((alias, PRIMARY) for alias in record["aliases"].split("|"))
        if record["importance"]:
            weighed[place_id] = float(record["importance"])
    for row in itertools.chain(
        _country_rows(),
        _region_rows(),
        _place_rows(),
        _hamlet_rows(),
        _water_rows(),
        _approximate_rows(),
        _airport_rows(),
    ):
        place_id = row.id if isinstance(row.id, str) else f"geonames:{row.id}"
        if place_id in extra:
            row = row._replace(
                alternates=[*row.alternates, *extra[place_id]], importance=weighed.get(place_id, row.importance)
            )
        yield row
    for record in read_csv("supplement.csv"):
        population = int(record["population"] or 0)
        key = record["key"]
        yield Row(
            int(key) if key.isdigit() else supplement_id(key), record["name"],
            [(n, PRIMARY) for n in record["alternates"].split("|") if n],
            float(record["lat"]), float(record["lon"]), record["feature"], record["country"], record["admin1"], "",
            population, float(record["importance"]), "geomap",
        )  # fmt: skip


def _country_rows() -> Iterator[Row]:
    table = read_table("countries.parquet")
    for number, name, alternates, lat, lon, country, population in _columns(
        table, "id", "name", "alternates", "lat_e5", "lon_e5", "country", "population"
    ):
        yield Row(
            number, name, alternate_kinds(alternates), lat / 1e5, lon / 1e5,
            "A.PCLI", country, "", "", population, importance_of("A.PCLI", population), "geonames",
        )  # fmt: skip


def _region_rows() -> Iterator[Row]:
    table = read_table("regions.parquet")
    for number, name, alternates, lat, lon, feature, country, admin1, admin2, population, word in _columns(
        table, "id", "name", "alternates", "lat_e5", "lon_e5", "feature", "country", "admin1", "admin2",
        "population", "type",
    ):  # fmt: skip
        names = alternate_kinds(alternates)
        if feature == "A.ADM1":
            names += region_names(country, [name, *(n for n, kind in names if kind <= ALTERNATE)], word)
        yield Row(
            number, name, names, lat / 1e5, lon / 1e5, feature, country, admin1, admin2, population,
            importance_of(feature, population), "geonames",
        )  # fmt: skip


def _place_rows() -> Iterator[Row]:
    table = read_table("countries.parquet")
    capitals = set(_columns(table, "country", "capital"))
    table = read_table("places.parquet")
    for number, name, alternates, lat, lon, feature, country, admin1, admin2, population in _columns(
        table, "id", "name", "alternates", "lat_e5", "lon_e5", "feature", "country", "admin1", "admin2", "population"
    ):
        yield Row(
            number, name, alternate_kinds(alternates), lat / 1e5, lon / 1e5, feature, country, admin1, admin2,
            population, importance_of(feature, population, capital=(country, name) in capitals), "geonames",
        )  # fmt: skip


def _hamlet_rows() -> Iterator[Row]:
    table = read_table("hamlets.parquet")
    for place_id, name, lat, lon, admin1 in _columns(table, "id", "name", "lat_e5", "lon_e5", "admin1"):
        yield Row(
            place_id, name, [], lat / 1e5, lon / 1e5, "P.PPL", "US", admin1, "", 0, importance_of("P.PPL", 250),
            "postal",
        )  # fmt: skip


def _airport_rows() -> Iterator[Row]:
    table = read_table("airports.parquet")
    for place_id, name, alternates, lat, lon, country, feature in _columns(
        table, "id", "name", "alternates", "lat_e5", "lon_e5", "country", "feature"
    ):
        names = [(n, ALTERNATE) for n in alternates.split("\t") if n]
        yield Row(
            place_id, name, names, lat / 1e5, lon / 1e5, feature, country, "", "", 0, AIRPORT, "airportsdata",
        )  # fmt: skip


def _approximate_rows() -> Iterator[Row]:
    table = read_table("approximate.parquet")
    for place_id, name, ukrainian, lat, lon, admin1, radius in _columns(
        table, "id", "name", "alternates", "lat_e5", "lon_e5", "admin1", "radius_km"
    ):
        yield Row(
            place_id, name, [(ukrainian, PRIMARY)], lat / 1e5, lon / 1e5, "P.PPL", "UA", admin1, "", 0,
            importance_of("P.PPL", 250), "katottg", radius,
        )  # fmt: skip


def _water_rows() -> Iterator[Row]:
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
    table = read_table("rivers.parquet")
    for place_id, name, alternates, lat, lon, importance, accuracy in _columns(
        table, "id", "name", "alternates", "lat_e5", "lon_e5", "importance", "accuracy_km"
    ):
        names = [(n, PRIMARY) for n in alternates.split("\t") if n]
        yield Row(place_id, name, names, lat / 1e5, lon / 1e5, "H.STM", "", "", "", 0, importance, "geomap", accuracy)


def region_names(country: str, names: list[str], word: str) -> list[tuple[str, int]]:
    """ "Kharkiv" as "Kharkiv region", "Kharkiv province", "Kharkiv oblast": the way news writes a region.

    "Belgorod Oblast" counts as "Belgorod", which alone the region is called too.
    """
    words = {*REGION_WORDS, *({word} & OWN_WORDS), *(("oblast",) if country in SLAVIC else ())}
    plain, stripped = set(), set()
    for name in filter(str.isascii, names):
        body, _, tail = name.rpartition(" ")
        if body and tail.lower() in OWN_WORDS:
            stripped.add(body)
        elif not words & set(name.lower().split()):
            plain.add(name)
    return [
        *((n, DERIVED) for n in sorted(stripped - plain)),
        *((f"{n} {w}", DERIVED) for n in sorted(plain | stripped) for w in sorted(words)),
    ]
