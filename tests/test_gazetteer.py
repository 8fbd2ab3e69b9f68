"""The shipped gazetteer: the names of the news, in the spellings of the news, and their shapes."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from rapidfuzz.distance import Levenshtein

from geomap.gazetteer import Gazetteer, normalise, read_gazetteer
from geomap.geodesy import distance_km, ellipsoid
from geomap.models import to_record


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return read_gazetteer()


def area_km2(shape: shapely.Geometry) -> float:
    return float(ellipsoid().geometry_area_perimeter(shape)[0]) / 1e6


IZIUM, KYIV, LYMAN, KUPIANSK = "geonames:707292", "geonames:703448", "geonames:704204", "geonames:704031"


@pytest.mark.parametrize(
    ("name", "place", "country", "feature"),
    [
        *((n, "Izyum", "UA", "P.") for n in ("Izyum", "Izium", "Ізюм", "Изюм", "Isjum", "IZIUM")),
        *((n, "Kyiv", "UA", "P.PPLC") for n in ("Kiev", "Kyiv", "Київ", "Киев", "Kiew")),
        *((n, "Lyman", "UA", "P.PPL") for n in ("Krasny Liman", "Krasnyi Lyman", "Lyman", "Красный Лиман")),
        *((n, "Balakliya", "UA", "P.PPL") for n in ("Balakliya", "Balakliia", "Балаклія")),
        *((n, "Kupyansk", "UA", "P.PPL") for n in ("Kupyansk", "Kupiansk", "Kup'iansk")),
        ("Zaporizhzhia", "Zaporizhzhya", "UA", "P.PPLA"),
        ("St Petersburg", "Saint Petersburg", "RU", "P.PPLA"),
        ("Kharkiv", "Kharkiv", "UA", "P.PPLA"),
        ("Kharkov", "Kharkiv", "UA", "P.PPLA"),
        ("Kharkiv region", "Kharkiv", "UA", "A.ADM1"),
        ("Kherson Oblast", "Kherson", "UA", "A.ADM1"),
        ("Kherson city", "Kherson", "UA", "P.PPLA"),
        ("the Kherson region", "Kherson", "UA", "A.ADM1"),
        ("Aleppo Governorate", "Aleppo", "SY", "A.ADM1"),
        ("Belgorod region", "Belgorod Oblast", "RU", "A.ADM1"),
        ("Butte County", "Butte County", "US", "A.ADM2"),
        ("Dnipro", "Dnipro", "UA", "P.PPLA"),
        ("Dnipro river", "Dnipro", None, "H.STM"),
        ("Dnieper", "Dnipro", None, "H.STM"),
        ("Oskil River", "Oskil", None, "H.STM"),
        ("Donbas", "Donbas", "UA", "L.RGN"),
        ("Zolota Balka", "Zolota Balka", "UA", "P.PPL"),
        ("Crimea", "Crimea", "UA", "A.ADM1"),
        ("U.S.", "United States", "US", "A.PCLI"),
        ("Britain", "United Kingdom", "GB", "A.PCLI"),
        ("Calif.", "California", "US", "A.ADM1"),
        ("N.Y.", "New York", "US", "A.ADM1"),
        ("New York", "New York City", "US", "P.PPL"),
        ("D.C.", "Washington", "US", "P.PPLC"),
        ("Washington", "Washington", "US", "P.PPLC"),
        ("Bombay", "Mumbai", "IN", "P.PPLA"),
        ("Uman", "Uman", "UA", "P.PPL"),
        ("Oman", "Oman", "OM", "A.PCLI"),
        ("Deutschland", "Germany", "DE", "A.PCLI"),
        ("Sloviansk", "Slovyansk", "UA", "P.PPL"),
        ("Larsen C", "Larsen Ice Shelf", "AQ", "H.GLCR"),
        ("Gaza", "Gaza Strip", "PS", "A."),
        ("Middle East", "Middle East", None, "L.RGN"),
        ("Black Sea", "Black Sea", None, "H.SEA"),
        ("Lake Superior", "Lake Superior", None, "H.LK"),
        ("Darfur", "Darfur", "SD", "L.RGN"),
        ("上海", "Shanghai", "CN", "P.PPLA"),
        ("دمشق", "Damascus", "SY", "P.PPLC"),
    ],
)
def test_names_of_the_news(gazetteer: Gazetteer, name: str, place: str, country: str | None, feature: str) -> None:
    best = gazetteer.find(name)[0]
    assert (best.name, best.country) == (place, country)
    assert best.feature.startswith(feature)
    assert best.score is not None
    assert 0 < best.score <= 1


def test_balakliia_in_kharkiv_oblast_comes_before_the_one_in_poltava(gazetteer: Gazetteer) -> None:
    assert [p.admin1 for p in gazetteer.find("Balakliya")[:2]] == ["Kharkiv", "Poltava"]
    assert gazetteer.find("Lyman")[0].admin1 == "Donetsk"


def test_country_and_nearness_decide_between_namesakes(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("Paris")[0].country == "FR"
    assert gazetteer.find("Paris", country="us")[0].admin1 == "Texas"
    assert {p.country for p in gazetteer.find("Paris", country="us")} == {"US"}
    assert {p.country for p in gazetteer.find("Pariss", country="CA")} <= {"CA"}
    assert not [p for p in gazetteer.find("Black Sea", country="UA") if p.country != "UA"]
    assert gazetteer.find("Springfield", near=(42.1, -72.6))[0].admin1 == "Massachusetts"
    assert gazetteer.find("Springfield", near=(37.2, -93.3))[0].admin1 == "Missouri"
    assert gazetteer.find("Lyman", near=(49.75, 36.15))[0].admin1 == "Kharkiv"


@pytest.mark.parametrize(
    ("name", "place", "country"),
    [("Paris, Texas", "Paris", "US"), ("Butte County, California", "Butte County", "US"),
     ("Lyman, Kharkiv region", "Lyman", "UA"), ("Tripoli, Lebanon", "Tripoli", "LB")],
)  # fmt: skip
def test_a_name_after_a_comma_holds_the_place(gazetteer: Gazetteer, name: str, place: str, country: str) -> None:
    found = gazetteer.find(name)
    assert (found[0].name, found[0].country) == (place, country)
    container = gazetteer.find(name.partition(", ")[2])[0]
    shape = gazetteer.clip_shape(container.id)
    assert shape is not None
    assert shape.contains(shapely.Point(found[0].lon, found[0].lat))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Kupyanskk", "Kupyansk"), ("Bakhmuut", "Bakhmut"), ("Mariupl", "Mariupol"), ("Melitpol", "Melitopol")],
)
def test_did_you_mean(gazetteer: Gazetteer, typed: str, meant: str) -> None:
    found = gazetteer.find(typed)
    assert found[0].name == meant
    assert found[0].score is not None
    assert found[0].score < 0.9  # never as sure as a name spelt right
    assert gazetteer.find(typed, fuzzy=False) == [] or gazetteer.find(typed, fuzzy=False)[0].name == meant


@pytest.mark.parametrize(
    ("typed", "country", "meant", "match"),
    [("Izyum", None, "Izyum", "exact"), ("Izium", None, "Izyum", "alternate"), ("Ізюм", None, "Izyum", "alternate"),
     ("Shadadah", None, "Ash Shaddādah", "sound"), ("Nubul", "SY", "Nubl", "sound"),
     ("Mariupl", None, "Mariupol", "edits")],
)  # fmt: skip
def test_look_up_says_how_it_matched(
    gazetteer: Gazetteer, typed: str, country: str | None, meant: str, match: str
) -> None:
    best = gazetteer.find(typed, country=country)[0]
    assert (best.name, best.match) == (meant, match)
    assert to_record(best)["match"] == match


@pytest.mark.parametrize("name", ["Xyzzy", "Kiwanja", "Qwert"])
def test_what_only_sounds_alike_is_a_suggestion(gazetteer: Gazetteer, name: str) -> None:
    assert gazetteer.find(name, fuzzy=False) == []
    for place in gazetteer.find(name):
        assert place.match in ("sound", "edits")
        assert (place.score or 0) <= 0.6


def test_a_country_lets_nothing_else_through(gazetteer: Gazetteer) -> None:
    assert not [p for p in gazetteer.find("Moura", country="ML") if p.country != "ML"]
    assert gazetteer.find("Moura")[0].country != "ML"
    for name in ("Dnipro river", "Black Sea", "Murray"):
        assert {p.country for p in gazetteer.find(name, country="ML")} <= {"ML"}


def test_names_like_one_are_sought_in_the_countries_told(gazetteer: Gazetteer) -> None:
    assert [c.name for c in gazetteer.like("nubul", {"SY"})] == ["Nubl"]
    assert gazetteer.like("nubul", {"UA"}) == []
    assert gazetteer.like("nubul", set()) == []


def test_nothing_near_a_name_is_no_place(gazetteer: Gazetteer) -> None:
    for name in ("Qwxyzvbnmkj", "", "   ", "!!!", "a" * 100_000, "\ud800\udfff", "\x00", "𓀀𓀁"):
        assert gazetteer.find(name) == []
        assert gazetteer.candidates(name) == []


def test_fuzzy_look_up_equals_a_full_scan(gazetteer: Gazetteer) -> None:
    trie = gazetteer.base._fuzzy[0][0]
    keys = [trie.restore_key(i) for i in range(0, len(trie), 7)]
    for wrong in ("kupiansk", "balaklya", "siversk", "los angls"):
        found = {key for _, key in gazetteer.similar(wrong)}
        assert {k for k in keys if Levenshtein.distance(wrong, k, score_cutoff=2) <= 2} <= found


def test_candidates_are_rich_enough_to_rank(gazetteer: Gazetteer) -> None:
    found = gazetteer.candidates("Kherson")
    assert {c.feature for c in found} >= {"P.PPLA", "A.ADM1"}
    assert all(a.importance + 0.6 * a.is_primary >= b.importance + 0.6 * b.is_primary
               for a, b in pairwise(found))  # fmt: skip
    city = found[0]
    assert (city.country, city.admin1) == ("UA", "08")
    assert city.is_primary
    assert gazetteer.locate(city.id) == city
    assert [c.feature for c in gazetteer.candidates("Dnipro river")] == ["H.STM"]
    assert len({c.row for c in gazetteer.candidates("San Antonio")}) == len(gazetteer.candidates("San Antonio"))


def test_keys_and_prefixes(gazetteer: Gazetteer) -> None:
    assert gazetteer.has("kherson region")
    assert gazetteer.has("ізюм")
    assert gazetteer.has_prefix("new york")
    assert not gazetteer.has("kherson regio")
    assert not gazetteer.has_prefix("qwxyz")


@pytest.mark.parametrize(
    ("word", "name"),
    [("Ukrainian", "Ukraine"), ("Russians", "Russia"), ("European", "Europe"), ("Texan", "Texas"),
     ("Dutch", "The Netherlands"), ("Chechen", "Chechnya"), ("Kurds", "Kurdistan"), ("Burkinabè", "Burkina Faso")],
)  # fmt: skip
def test_demonyms(gazetteer: Gazetteer, word: str, name: str) -> None:
    found = gazetteer.demonym(word)
    assert found is not None
    assert found.name == name
    assert gazetteer.demonym("Table") is None


def test_every_demonym_and_member_leads_somewhere(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.demonyms) > 500
    assert all(gazetteer.place(place_id) is not None for place_id in set(gazetteer.demonyms.values()))
    # Natural Earth draws neither Svalbard by itself nor the Cocos Islands and Tokelau
    undrawn = {"SJ", "CC", "TK"}
    for place_id, members in gazetteer.base.extra["members"].items():
        assert gazetteer.place(place_id) is not None
        assert [c for c in members if gazetteer.shapes.get(c) is None and c not in undrawn] == []


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "official_km2", "tolerance"),
    [
        ("Ukraine", 599_095, 0.001),  # Natural Earth's own figure, Crimea in
        ("Kharkiv region", 31_415, 0.001),
        ("Donetsk region", 26_517, 0.004),
        ("Luhansk region", 26_684, 0.016),  # Natural Earth's outline is 1.4 % small
        ("Donbas", 26_517 + 26_684, 0.01),
        ("France", 547_030, 0.02),
        ("Poland", 312_685, 0.01),
        ("Texas", 678_000, 0.015),
        ("Butte County", 4_344, 0.01),
    ],
)
def test_areas(gazetteer: Gazetteer, name: str, official_km2: float, tolerance: float) -> None:
    shape = gazetteer.geometry(gazetteer.find(name)[0].id)
    assert shape is not None
    assert area_km2(shape) == pytest.approx(official_km2, rel=tolerance)


def test_all_shapes_are_valid_and_wound_alike(gazetteer: Gazetteer) -> None:
    keys = [k for k in gazetteer.shapes.keys if len(k) == 2 or k.startswith(("UA.", "US.", "FR."))]
    shapes = np.array([gazetteer.shapes.get(k) for k in keys], dtype=object)
    assert shapely.is_valid(shapes).all()
    assert all(area_km2(s) > 0 for s in shapes)
    assert len(keys) > 300


def test_crimea_is_in_ukraine_and_coast_towns_are_on_land(gazetteer: Gazetteer) -> None:
    land = gazetteer.clip_shape("geonames:690791")
    assert land is not None
    for name in ("Simferopol", "Kherson city", "Skadovsk", "Vovchansk", "Kozacha Lopan", "Odesa", "Zolota Balka"):
        place = gazetteer.find(name, country="UA")[0]
        assert land.contains(shapely.Point(place.lon, place.lat)), name
    belgorod = gazetteer.find("Belgorod")[0]
    assert not land.contains(shapely.Point(belgorod.lon, belgorod.lat))
    area = gazetteer.geometry("geonames:690791")
    assert area is not None
    # some 2,800 km of coast, 2.5 km wide
    assert 1.008 * area_km2(area) < area_km2(land) < 1.02 * area_km2(area)


def test_border_is_one_line_in_either_order(gazetteer: Gazetteer) -> None:
    border = gazetteer.border("ua", "RU")
    assert border is not None
    assert border == gazetteer.border("RU", "UA") == gazetteer.place("border:RU-UA")
    assert (border.id, border.feature) == ("border:RU-UA", "A.BDR")
    line = gazetteer.geometry(border.id)
    assert line is not None
    assert shapely.get_dimensions(line) == 1
    lopan = gazetteer.find("Kozacha Lopan")[0]
    at = line.interpolate(line.project(shapely.Point(lopan.lon, lopan.lat)))
    assert distance_km(at.x, at.y, lopan.lon, lopan.lat) < 5
    assert gazetteer.border("UA", "FR") is None
    assert gazetteer.border("UA", "ZZ") is None
    assert gazetteer.border("UA", "UA") is None
    assert gazetteer.geometry("border:FR-UA") is None


def test_rivers_are_lines_near_their_towns(gazetteer: Gazetteer) -> None:
    line = gazetteer.geometry("geomap:river-dnipro")
    assert line is not None
    assert line.geom_type == "LineString"
    for name in ("Dudchany", "Kherson city", "Zolota Balka", "Cherkasy"):
        place = gazetteer.find(name, country="UA")[0]
        at = line.interpolate(line.project(shapely.Point(place.lon, place.lat)))
        stated = gazetteer.accuracy_km("geomap:river-dnipro", place.lat, place.lon)
        assert stated is not None
        # a town's own half-width on top
        assert distance_km(at.x, at.y, place.lon, place.lat) <= stated + 6, name
    assert gazetteer.accuracy_km(KYIV, 50, 30) is None


def test_regions_of_points(gazetteer: Gazetteer) -> None:
    assert gazetteer.region_of(50.0, 36.23) == ("UA", "07", "Kharkiv")
    assert gazetteer.region_of(46.63, 32.61) == ("UA", "08", "Kherson")  # in the sea by Natural Earth
    assert gazetteer.region_of(39.68, -121.73) == ("US", "CA", "California")
    assert gazetteer.region_of(43.0, 34.0) is None


def test_most_settlements_lie_in_their_own_region(gazetteer: Gazetteer) -> None:
    base = gazetteer.base
    right = total = 0
    for row in range(40_000, base.count, 1_900):
        if not base.features[base.column("feature")[row]].startswith("P."):
            continue
        found = gazetteer.region_of(base.column("lat")[row], base.column("lon")[row])
        total += 1
        right += found is not None and f"{found[0]}.{found[1]}" == base.admin1s[base.column("admin1")[row]]
    assert total > 100
    assert right / total > 0.94


def test_settlements_come_largest_first(gazetteer: Gazetteer) -> None:
    frame = gazetteer.settlements((36.0, 49.0, 38.5, 50.5))
    assert list(frame.columns) == ["id", "name", "population", "country", "admin1", "geometry"]
    assert frame.crs is not None
    assert frame.name.iloc[0] == "Kharkiv"
    assert frame.population.is_monotonic_decreasing
    assert frame.geometry.x.between(36.0, 38.5).all()
    assert len(gazetteer.settlements((-40.0, 0.0, -39.0, 1.0))) == 0


def test_basemap_is_small_and_inside(gazetteer: Gazetteer) -> None:
    bounds = (32.0, 46.0, 38.0, 50.5)
    base = gazetteer.basemap(bounds)
    assert list(base) == ["places", "countries", "regions", "lakes", "rivers"]
    assert {"UA", "RU"} <= set(base["countries"].id)
    assert {"Dnipro", "Oskil"} <= set(base["rivers"].name)
    assert "Kakhovka Reservoir" in set(base["lakes"].name)
    assert sum(len(frame.to_json()) for frame in base.values()) < 150_000
    for frame in base.values():
        assert shapely.box(*bounds).buffer(0.01).covers(shapely.box(*frame.total_bounds))
    at_sea = gazetteer.basemap((-40.0, 0.0, -39.0, 1.0))
    assert all(frame.empty for frame in at_sea.values())


def test_a_village_of_the_register_is_approximate(gazetteer: Gazetteer) -> None:
    places = gazetteer.find("Hrakove")
    assert places
    for place in places:
        assert place.id.startswith("katottg:UA")
        assert place.approximate
        assert place.radius_km is not None
        assert 10 < place.radius_km < 40
    assert {p.id for p in gazetteer.find("Гракове")} == {p.id for p in places}
    # the one in Kharkiv oblast lies at 49.60 N 36.61 E, among the one in ten that are further off than said
    assert min(distance_km(p.lon, p.lat, 36.61, 49.60) for p in places) < 40


def test_no_approximate_place_beside_a_located_one(gazetteer: Gazetteer) -> None:
    base = gazetteer.base
    register = base.sources.index("katottg")
    rows = np.flatnonzero(base.numpy("source") == register)
    assert len(rows) > 5_000
    for row in rows[::97]:
        assert {c.source for c in gazetteer.candidates(base.name(int(row)))} == {"katottg"}
    for name in ("Robotyne", "Zolota Balka", "Andriivka", "Kyiv"):
        assert not any(p.approximate for p in gazetteer.find(name))


def test_points_and_unknown_ids(gazetteer: Gazetteer) -> None:
    point = gazetteer.geometry(IZIUM)
    assert point is not None
    assert point.geom_type == "Point"
    assert gazetteer.geometry("geonames:1") is None
    assert gazetteer.place("nothing:here") is None
    assert gazetteer.clip_shape("geonames:1") is None
    assert gazetteer.country("ZZ") is None
    country = gazetteer.country("ua")
    assert country is not None
    assert country.id == "geonames:690791"


def test_a_look_up_imports_nothing_heavy(gazetteer: Gazetteer) -> None:
    script = (
        "import sys; from geomap.gazetteer import read_gazetteer; g = read_gazetteer(); "
        "assert g.find('Izium')[0].name == 'Izyum'; "
        "print([m for m in ('numpy', 'pandas', 'geopandas', 'shapely', 'pyarrow', 'pyproj') if m in sys.modules])"
    )
    folder = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=folder, check=True)
    assert done.stdout.strip() == "[]"
    assert normalise("Izium") == "izium"
