"""Kinds of control maps, tables and shapes that were misread once: each reading, and its siblings.

After public bug reports and files of the trade; names and numbers are invented.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas
import pytest
from command import run
from shapely.geometry import MultiPolygon, Polygon, box, mapping

Shape = Polygon | MultiPolygon


def feature(shape: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": shape if isinstance(shape, dict) else mapping(shape),
    }


def write(path: Path, *features: dict[str, Any], **more: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **more}), encoding="utf-8")
    return path


def ring(*corners: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*map(list, corners), list(corners[0])]]}


def diffed(*paths: Any) -> tuple[list[dict[str, Any]], str]:
    ran = run("diff", *paths, "--format", "json")
    assert ran.code == 0, ran.err
    rows = json.loads(ran.out)
    assert isinstance(rows, list)
    return rows, ran.err


def totals(rows: Sequence[dict[str, Any]]) -> dict[tuple[Any, str], float]:
    return {
        (r["holder"], r["change"].removeprefix("total ")): Km2(r["area_km2"]) for r in rows if "total" in r["change"]
    }


def series(*paths: Any) -> tuple[list[dict[str, str]], str]:
    ran = run("series", *paths, "--format", "csv")
    assert ran.code == 0, ran.err
    return list(csv.DictReader(io.StringIO(ran.out))), ran.err


class Km2(float):
    """A figure to a fifth of a square kilometre."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (int, float)) and abs(float(self) - float(other)) < 0.2

    __hash__ = float.__hash__


def held(*paths: Any) -> list[tuple[str, Km2]]:
    return [(r["holder"], Km2(r["held_km2"])) for r in series(*paths)[0]]


def refused(*arguments: Any) -> str:
    ran = run(*arguments)
    assert ran.code == 1, ran.out
    assert ran.err.count("\n") == 1
    return ran.err


def area(path: Path, *options: str) -> tuple[dict[str, float], str]:
    ran = run("area", path, *options, "--format", "json")
    assert ran.code == 0, ran.err
    rows = json.loads(ran.out)
    assert isinstance(rows, list)
    return {r["feature"]: Km2(r["area_km2"]) for r in rows}, ran.err


WEST, EAST = box(16, 48, 17, 49), box(17, 48, 18, 49)
WIDER, NARROWER = box(16, 48, 17.5, 49), box(17.5, 48, 18, 49)
ONE, HALF = 8217.7, 4108.9
"""km² of a degree square at 48 N, and of half of it."""


# ── several sides in one map ─────────────────────────────────────────────────────────────────────────────────

SIDES = [
    ({"status": "controlled by the government"}, {"status": "controlled by rebels"}, ("government", "rebels")),
    ({"status": "government-held"}, {"status": "rebel-held"}, ("government", "rebel")),
    ({"Status": "Under the control of the junta"}, {"Status": "Held by Alpha forces"}, ("junta", "Alpha forces")),
    ({"holder": "North"}, {"holder": "South"}, ("North", "South")),
    ({"side": "Red Army"}, {"side": "Blue Army"}, ("Red Army", "Blue Army")),
    ({"controlled_by": "Coalition"}, {"controlled_by": "Insurgents"}, ("Coalition", "Insurgents")),
    ({"FACTION": "A", "status": "held"}, {"FACTION": "B", "status": "held"}, ("A", "B")),
    ({"party": "Left", "name": "x"}, {"party": "Right", "name": "y"}, ("Left", "Right")),
    ({"layer": "government control"}, {"layer": "rebel control"}, ("government", "rebel")),
    ({"name": "Регіон під контролем уряду".replace("Регіон ", "")}, {"name": "під контролем повстанців"},
     ("уряду", "повстанців")),
    ({"status": "оккупировано Армией Юга".replace(" Юга", "")}, {"status": "под контролем правительства"},
     ("Армией", "правительства")),
    ({"zone": "regime territory"}, {"zone": "opposition territory"}, ("regime", "opposition")),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "names"), SIDES)
def test_two_sides_are_two_holders(tmp_path: Path, one: Any, other: Any, names: tuple[str, str]) -> None:
    first = write(tmp_path / "2031-01-01.geojson", feature(WEST, **one), feature(EAST, **other))
    second = write(tmp_path / "2031-01-08.geojson", feature(WIDER, **one), feature(NARROWER, **other))
    rows, _ = diffed(first, second)
    assert totals(rows) == {
        (names[0], "gained"): HALF, (names[0], "lost"): 0, (names[1], "gained"): 0, (names[1], "lost"): HALF,
    }  # fmt: skip
    passed = [(r["change"], r["holder"], r["counterparty"]) for r in rows if "total" not in r["change"]]
    assert passed == [("gained", names[0], names[1]), ("lost", names[1], names[0])]
    assert held(first, second) == [(names[0], ONE), (names[1], ONE), (names[0], 1.5 * ONE), (names[1], HALF)]


def test_three_sides_each_have_rows_and_a_report_asks_whose(tmp_path: Path) -> None:
    path = write(
        tmp_path / "2031-01-01.geojson",
        feature(WEST, holder="North"), feature(EAST, holder="South"), feature(box(18, 48, 19, 49), holder="Isles"),
    )  # fmt: skip
    assert held(path) == [("North", ONE), ("South", ONE), ("Isles", ONE)]
    story = tmp_path / "story.txt"
    story.write_text("Troops of the North took Brno on 1 January 2031.", encoding="utf-8")
    assert "--holder" in refused("check", story, "--control", path)


def test_spellings_of_one_side_are_one(tmp_path: Path) -> None:
    first = write(tmp_path / "2031-01-01.geojson", feature(WEST, holder="Ukraine"), feature(EAST, holder="Russia"))
    second = write(
        tmp_path / "2031-01-08.geojson", feature(WEST, holder=" ukraine"), feature(EAST, holder="RU"),
        feature(box(18, 48, 19, 49), holder="UA"),
    )  # fmt: skip
    assert held(first, second) == [("Ukraine", ONE), ("Russia", ONE), ("Ukraine", 2 * ONE), ("Russia", ONE)]
    assert totals(diffed(first, second)[0])["Ukraine", "gained"] == ONE


def test_contested_ground_is_nobodys(tmp_path: Path) -> None:
    path = write(
        tmp_path / "2031-01-01.geojson",
        feature(WEST, holder="North"), feature(EAST, holder="contested"), feature(NARROWER, holder="South"),
    )  # fmt: skip
    rows, _ = series(path)
    assert [(r["holder"], Km2(r["held_km2"]), Km2(r["contested_km2"])) for r in rows] == [
        ("North", ONE, HALF), ("South", HALF, HALF),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ({"layer": "northern army"}, {"layer": "southern counterattack"}, "southern counterattack"),
        ({"type": "1"}, {"type": "2"}, "type"),
        ({"fill": "#ff0000"}, {"fill": "#0000ff"}, "fill"),
        ({"class": "advance"}, {"class": "retreat"}, "advance"),
        ({"zone": "A"}, {"zone": "B"}, "zone"),
        ({"category": "hold"}, {"category": "hold?"}, None),
        ({"status": "held"}, {"status": "evacuated"}, "evacuated"),
        ({"status": "held"}, {"status": "controlled by rebels"}, "do not say by whom"),
        ({"holder": "North"}, {"holder": None}, "no holder"),
    ],
)
def test_sides_that_cannot_be_read_are_refused_alike(tmp_path: Path, one: Any, other: Any, words: str | None) -> None:
    first = write(tmp_path / "a" / "2031-05-01.geojson", feature(WEST, **one), feature(EAST, **other))
    second = write(tmp_path / "2031-05-12.geojson", feature(WEST, **one))
    if words is None:
        assert held(first)[0][1] == ONE
        return
    for command in (("diff", first, second), ("series", first), ("diff", first, second, "--sources")):
        assert words in refused(*command)


def test_shapes_are_not_subtracted_from_a_map_of_holders(tmp_path: Path) -> None:
    sides = write(tmp_path / "2031-02-01.geojson", feature(WEST, holder="A"), feature(EAST, holder="B"))
    shapes = write(tmp_path / "2031-02-08.geojson", feature(WEST))
    for command in (("diff", sides, shapes), ("diff", shapes, sides), ("series", sides, shapes)):
        assert "shapes" in refused(*command)


@pytest.mark.parametrize("value", ["contested", "disputed", "grey zone"])
def test_a_column_of_control_may_name_who_has_it(tmp_path: Path, value: str) -> None:
    path = write(tmp_path / "2031-02-01.geojson", feature(WEST, control="ISIS"), feature(EAST, control=value))
    (row,), _ = series(path)
    assert (row["holder"], Km2(row["held_km2"]), Km2(row["contested_km2"])) == ("ISIS", ONE, ONE)


def test_undated_maps_are_compared_by_their_statuses(tmp_path: Path) -> None:
    before = write(tmp_path / "before.geojson", feature(WEST, status="held"), feature(EAST, status="free"))
    after = write(tmp_path / "after.geojson", feature(WEST, status="held"), feature(EAST, status="held"))
    assert totals(diffed(before, after)[0]) == {(None, "gained"): ONE, (None, "lost"): 0}
    assert "no date" in refused("series", before, after)


def test_ground_that_a_holder_has_retaken_is_its_own(tmp_path: Path) -> None:
    path = write(
        tmp_path / "2031-01-01.geojson",
        feature(WEST, status="held by the army"), feature(EAST, status="held by rebels"),
        feature(box(18, 48, 19, 49), status="retaken by the army"),
    )  # fmt: skip
    assert held(path) == [("army", 2 * ONE), ("rebels", ONE)]


def test_of_two_sides_a_report_draws_one(tmp_path: Path) -> None:
    path = write(tmp_path / "2031-01-01.geojson", feature(WIDER, holder="North"), feature(NARROWER, holder="South"))
    from geomap import control

    assert control.read_control(path).holder == "South"
    north = control.read_control(path, holder="north")
    assert north.holder == "North"
    assert sorted(north.snapshots[0].frame["status"]) == ["free", "held"]


# ── shapes that say nothing of a holder ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("where", [box(16, 48, 17, 49), box(30, 48, 31, 49), box(-121, 40, -120, 41)])
def test_shapes_without_properties_are_ground_covered(tmp_path: Path, where: Any) -> None:
    flood = write(tmp_path / "flood-2023-06-07.geojson", feature(where))
    later = write(tmp_path / "flood-2023-06-09.geojson", feature(where.buffer(0.1)))
    rows, said = series(flood, later)
    assert {(r["source"], r["holder"]) for r in rows} == {("shapes", "")}
    assert "ground covered" in said
    rows, said = diffed(flood, later)
    assert {r["holder"] for r in rows} == {None}
    assert "ground covered" in said
    named = run("series", flood, later, "--holder", "The river", "--format", "csv")
    assert "The river" in named.out
    assert "ground covered" not in named.err
    named = run("diff", flood, later, "--holder", "The river", "--format", "csv")
    assert "gained,The river" in named.out


def test_ground_that_nobody_is_said_to_hold_settles_no_claim_of_control(tmp_path: Path) -> None:
    for day, west in (("08", 37.3), ("09", 38.0)):
        write(tmp_path / "maps" / f"2022-09-{day}.geojson", feature(box(west, 48.8, 38.5, 50)))
    story = tmp_path / "story.txt"
    story.write_text(
        "Kupiansk was retaken by Ukraine's army on 8 September 2022. Russia held Izium on 8 September.", "utf-8"
    )
    for holder, labels in (((), {"maps_cannot_settle"}), (("--holder", "Russia"), {"does_not_fit", "roughly_fits"})):
        ran = run(
            "check", story, "--control", tmp_path / "maps", "--published", "2022-09-13", "--format", "json", *holder
        )
        assert {c["verdict"]["label"] for c in json.loads(ran.out)} <= labels, ran.out


@pytest.mark.parametrize("title", ["deepstatemap_data_20240708", None])
def test_deepstate_is_known_by_what_only_it_has(tmp_path: Path, title: str | None) -> None:
    path = write(tmp_path / "m_20240708.geojson", feature(box(33, 46, 35, 47)), **({"name": title} if title else {}))
    rows, _ = series(path)
    assert (rows[0]["source"], rows[0]["holder"]) == (("deepstate", "Russia") if title else ("shapes", ""))


def test_a_presets_name_chooses_it(tmp_path: Path) -> None:
    path = write(tmp_path / "2024-07-08.geojson", feature(box(33, 46, 35, 47)))
    from geomap import control

    assert control.read_control(path, name="DeepState").holder == "Russia"
    assert control.read_control(path, name="Ours").holder == "unknown holder"


# ── one place, one status ────────────────────────────────────────────────────────────────────────────────────

PATCH = box(16.2, 48.2, 16.6, 48.6)
PATCH_KM2 = 1317.4


@pytest.mark.parametrize("status", ["free", "contested", "unknown", "liberated", "grey zone"])
@pytest.mark.parametrize("first", [True, False])
def test_a_patch_takes_its_ground_from_what_it_lies_on(tmp_path: Path, status: str, first: bool) -> None:
    drawn = [feature(WEST, status="held"), feature(PATCH, status=status)]
    path = write(tmp_path / "2031-01-01.geojson", *(drawn if first else drawn[::-1]))
    later = write(tmp_path / "2031-01-08.geojson", feature(WEST, status="held"))
    assert held(path, later) == [("", ONE - PATCH_KM2), ("", ONE)]
    assert totals(diffed(path, later)[0]) == {(None, "gained"): PATCH_KM2, (None, "lost"): 0}
    assert "1,317.4 km² are drawn twice" in series(path)[1]


def test_held_ground_upon_a_countrys_outline_is_held(tmp_path: Path) -> None:
    for order in (1, -1):
        drawn = [feature(box(15, 47, 19, 50), status="free"), feature(WEST, status="held")]
        assert held(write(tmp_path / f"2031-01-0{order + 2}.geojson", *drawn[::order])) == [("", ONE)]


def test_patches_upon_patches(tmp_path: Path) -> None:
    path = write(
        tmp_path / "2031-01-01.geojson",
        feature(box(15, 47, 19, 50), status="free"), feature(WEST, status="held"), feature(PATCH, status="contested"),
        feature(box(16.3, 48.3, 16.4, 48.4), status="held"),
    )  # fmt: skip
    (row,), _ = series(path)
    small = area(write(tmp_path / "s.geojson", feature(box(16.3, 48.3, 16.4, 48.4))))[0]["total"]
    assert float(row["held_km2"]) == pytest.approx(ONE - PATCH_KM2 + small, abs=0.2)
    assert float(row["contested_km2"]) == pytest.approx(PATCH_KM2 - small, abs=0.2)


def test_where_shapes_cross_held_must_be_held_alone(tmp_path: Path) -> None:
    crossing = box(16.5, 48, 17.5, 49)
    for status in ("free", "contested"):
        path = write(tmp_path / "2031-01-01.geojson", feature(WEST, status="held"), feature(crossing, status=status))
        assert held(path) == [("", HALF)]


def test_ground_that_two_parties_claim_is_contested(tmp_path: Path) -> None:
    path = write(
        tmp_path / "2031-01-01.geojson", feature(WEST, holder="A"), feature(box(16.5, 48, 17.5, 49), holder="B")
    )
    rows, said = series(path)
    assert [(r["holder"], Km2(r["held_km2"])) for r in rows] == [("A", HALF), ("B", HALF)]
    assert [Km2(r["contested_km2"]) for r in rows] == [HALF, HALF]
    assert "A and B: taken as contested" in said


def test_neighbours_that_touch_are_not_told(tmp_path: Path) -> None:
    path = write(tmp_path / "2031-01-01.geojson", feature(WEST, status="held"), feature(EAST, status="free"))
    assert "twice" not in series(path)[1]


@pytest.mark.parametrize(
    ("shapes", "total"),
    [
        ([WEST, EAST], 2 * ONE),
        ([WEST, WEST], ONE),
        ([WEST, PATCH], ONE),
        ([WEST, PATCH, EAST, PATCH], 2 * ONE),
        ([WEST, box(16.5, 48, 17.5, 49)], 1.5 * ONE),
        ([WEST, box(16.5, 48, 17.5, 49), EAST], 2 * ONE),
        ([MultiPolygon([WEST, NARROWER]), EAST], 2 * ONE),
        ([WEST.difference(PATCH), PATCH], ONE),
    ],
)
def test_a_total_counts_ground_once(tmp_path: Path, shapes: list[Shape], total: float) -> None:
    found, said = area(write(tmp_path / "fires.geojson", *(feature(s) for s in shapes)))
    assert found["total"] == total
    rows = sum(found.values()) - found["total"]
    assert ("several features" in said) is (rows > found["total"] + 0.2)


# ── one rule for edges, one world ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "shape",
    [
        ring((178, 66), (-178, 66), (-178, 67), (178, 67)),
        ring((178, 66), (182, 66), (182, 67), (178, 67)),
        ring((-182, 66), (-178, 66), (-178, 67), (-182, 67)),
        mapping(MultiPolygon([box(178, 66, 180, 67), box(-180, 66, -178, 67)])),
        ring((178, 66), (180, 66), (-178, 66), (-178, 67), (-180, 67), (178, 67)),
    ],
)
def test_one_shape_over_180_whichever_way_it_is_written(tmp_path: Path, shape: dict[str, Any]) -> None:
    first = write(tmp_path / "2031-01-01.geojson", feature(shape, status="held"))
    second = write(
        tmp_path / "2031-01-08.geojson", feature(ring((178, 66), (183, 66), (183, 67), (178, 67)), status="held")
    )
    assert area(first)[0]["total"] == 19855.6
    assert [k for _, k in held(first, second)] == [19855.6, 24819.5]
    assert totals(diffed(first, second)[0]) == {(None, "gained"): 4963.9, (None, "lost"): 0}


@pytest.mark.parametrize(
    ("shape", "km2"),
    [
        (box(-180, -90, 180, 90), 510_065_621.7),
        (box(-170, -10, 170, 10), 83_288_596.0),
        (box(0, -90, 360, 90), 510_065_621.7),
        (ring((0, 0), (90, 0), (180, 0), (-90, 0)), 255_032_810.9),
        (box(-60, 60, 60, 75), 8_550_546.4),
        (Polygon([(x, 60) for x in range(-60, 61, 20)] + [(x, 75) for x in range(60, -61, -20)]), 8_550_546.4),
    ],
)
def test_wide_shapes_have_one_area_in_every_command(tmp_path: Path, shape: Any, km2: float) -> None:
    path = write(tmp_path / "2031-03-15.geojson", feature(shape, status="held"))
    assert area(path)[0]["total"] == km2
    assert held(path)[0][1] == km2


def test_a_ring_that_may_run_either_way_is_refused_by_all(tmp_path: Path) -> None:
    shape = ring((178, 66), (178, 67), (-178, 67), (-178, 66))
    path = write(tmp_path / "2031-01-01.geojson", feature(shape, status="held"))
    for command in (("area", path), ("series", path), ("diff", path, path)):
        assert "cut the shape at 180" in refused(*command)


# ── axes exchanged ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("where", [(36.0, 48.0), (12.5, 45.0), (-65.0, 20.0), (25.0, -29.0), (44.0, 15.0)])
def test_a_map_that_mirrors_the_last_is_remarked_on(tmp_path: Path, where: tuple[float, float]) -> None:
    x, y = where
    first = write(tmp_path / "2031-01-01.geojson", feature(box(x, y, x + 1, y + 0.5), status="held"))
    second = write(tmp_path / "2031-01-08.geojson", feature(box(y, x, y + 0.5, x + 1), status="held"))
    for said in (series(first, second)[1], diffed(first, second)[1]):
        assert "share no ground, but would with longitude and latitude exchanged" in said
    apart = write(tmp_path / "2031-01-09.geojson", feature(box(x + 5, y + 5, x + 6, y + 6), status="held"))
    assert "share no ground: are they of one front?" in diffed(first, apart)[1]


def events(path: Path, *rows: str, header: str = "settlement,holder,date,source,lat,lon") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


TOWNS = ("Izium,Russia,2022-04-01,Gazette,49.2128,37.2569", "Kupiansk,Russia,2022-02-27,Gazette,49.7106,37.6153")
STORY = "Ukrainian troops took back Izium on 10 September 2022."


def checked(tmp_path: Path, table: Path, story: str = STORY) -> tuple[str, str]:
    text = tmp_path / "story.txt"
    text.write_text(story, encoding="utf-8")
    ran = run("check", text, "--events", table, "--published", "2022-09-11", "--format", "json")
    assert ran.code == 0, ran.err
    claims = json.loads(ran.out)
    assert isinstance(claims, list)
    return claims[0]["verdict"]["label"], ran.err + claims[0]["verdict"]["reason"]


def test_a_town_with_its_axes_exchanged_is_remarked_on(tmp_path: Path) -> None:
    table = events(tmp_path / "e.csv", *TOWNS, "Izium,Ukraine,2022-09-10,Herald,37.2569,49.2128")
    label, said = checked(tmp_path, table)
    assert "e.csv:4: Izium: lat 37.2569, lon 49.2128 are exchanged" in said.replace(str(tmp_path) + "/", "")
    assert label == "fits"


# ── dates ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("days", "key"),
    [
        (("2031-01-01", "2031-01-08"), "date"),
        (("2031-01-01T06:00:00Z", "2031-01-08T06:00:00Z"), "as_of"),
        (("20310101", "20310108"), "DAY"),
        ((1924992000, 1925596800), "timestamp"),
        (("2031-01-01 12:00:00", "2031-01-08 12:00:00"), "datetime"),
    ],
)
def test_two_days_in_one_file_are_two_maps(tmp_path: Path, days: tuple[Any, Any], key: str) -> None:
    first, second = (
        feature(WEST, status="held", **{key: days[0]}),
        feature(box(16, 48, 16.8, 49), status="held", **{key: days[1]}),
    )
    rows, _ = series(write(tmp_path / "maps.geojson", second, first))
    assert [(r["date"][:10], Km2(r["held_km2"])) for r in rows] == [
        ("2031-01-01", ONE),
        ("2031-01-08", 6574.2),
    ]


def test_days_of_parts_that_do_not_overlap_are_asked_about(tmp_path: Path) -> None:
    path = write(
        tmp_path / "2031-01-08.geojson", feature(WEST, status="held", date="2031-01-01"),
        feature(EAST, status="held", date="2031-01-08"),
    )  # fmt: skip
    assert "date_property" in refused("series", path)
    one = write(tmp_path / "2031-02-08.geojson", feature(WEST, status="held", date="2031-01-01"))
    assert "its name says 2031-02-08, its date 2031-01-01" in refused("series", one)
    mixed = write(tmp_path / "2031-03-08.geojson", feature(WEST, status="held", date="soon"))
    assert "date is 'soon'" in refused("series", mixed)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("control_2031-01-01_to_2031-01-08", None),
        ("2031-01-01-2031-01-08", None),
        ("20310101-20310108", None),
        ("control_2031-01-01_exported_20310108", None),
        ("0031-01-01", None),
        ("9999-01-01", None),
        ("01.02.2031", None),
        ("2031-01-01T0900-1200", None),
        ("2031-01-01_2031-01-01", "2031-01-01T00:00"),
        ("2031010112", "2031-01-01T12:00"),
        ("id1234567890_2031-01-01", "2031-01-01T00:00"),
        ("2031-01-01T01:00+03:00", "2030-12-31T22:00"),
        ("2031-01-01T2300-05:00", "2031-01-02T04:00"),
        ("2031-01-01 0100 EEST", "2030-12-31T22:00"),
        ("map 4815162342", None),
        ("20310101T063015", "2031-01-01T06:30"),
    ],
)
def test_dates_in_names_are_read_right_or_asked_about(tmp_path: Path, name: str, day: str | None) -> None:
    path = write(tmp_path / f"{name}.geojson", feature(WEST, status="held"))
    if day is None:
        refused("series", path)
    else:
        assert series(path)[0][0]["date"].startswith(day)


def test_a_year_that_is_a_slip_decides_nothing(tmp_path: Path) -> None:
    for year in ("0022", "2202", "0202"):
        table = events(tmp_path / "e.csv", *TOWNS, f"Izium,Ukraine,{year}-09-10,Herald,49.2128,37.2569")
        label, said = checked(tmp_path, table)
        assert label in ("maps_cannot_settle", "not_testable")
        assert "e.csv:4" in said
        assert "slip" in said


# ── containers ───────────────────────────────────────────────────────────────────────────────────────────────


def test_collections_within_collections_are_read(tmp_path: Path) -> None:
    inner = {"type": "FeatureCollection", "features": [feature(EAST, status="held")]}
    deeper = {"type": "FeatureCollection", "features": [inner, feature(box(18, 48, 19, 49), status="held")]}
    path = write(tmp_path / "2031-01-01.geojson", feature(WEST, status="held"), deeper)
    assert held(path) == [("", 3 * ONE)]
    assert list(area(path)[0]) == ["1", "2", "3", "total"]
    other = inner | {"crs": {"type": "name", "properties": {"name": "EPSG:3857"}}}
    assert "3857" in refused("area", write(tmp_path / "b.geojson", feature(WEST), other))
    assert "features" in refused("area", write(tmp_path / "c.geojson", feature(WEST), inner | {"features": 5}))


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "link", "properties": {"href": "http://example.org/crs/3857", "type": "proj4"}},
        {"type": "name", "properties": {"name": "EPSG:32637"}},
        {"type": "link"},
        {"type": "EPSG", "properties": {"code": 3857}},
        "EPSG:3857",
        5,
    ],
)
def test_a_crs_that_is_not_ours_is_refused_whatever_its_form(tmp_path: Path, crs: Any) -> None:
    assert "crs" in refused("area", write(tmp_path / "a.geojson", feature(WEST), crs=crs))


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize(
    "rings",
    [
        [[[True, 48], [17, 48], [17, 49], [True, 48]]],
        [[[16, 48], [17, False], [17, 49], [16, 48]]],
        [[[16, 48], [17], [48, 17, 49], [16, 49], [16, 48]]],
        [[[16, 48], [17, 48, 1], [], [17, 49, 1], [16, 48]]],
        [[[16, 48], [17, "48"], [17, 49], [16, 48]]],
    ],
)
def test_booleans_and_ragged_positions_are_refused_alike(
    tmp_path: Path, rings: Any, fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geomap.control import files

    if not fast:
        monkeypatch.setattr(files, "_parser", lambda: None)
    path = write(tmp_path / "2031-01-01.geojson", feature({"type": "Polygon", "coordinates": rings}))
    assert "positions" in refused("area", path)


def shapefile(
    folder: Path, name: str, *shapes: Shape, encoding: str = "utf-8", cpg: bool = True, columns: Any = None
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    frame = geopandas.GeoDataFrame(columns or {"kind": [1] * len(shapes)}, geometry=list(shapes), crs=4326)
    frame.to_file(folder / f"{name}.shp", encoding=encoding)
    if not cpg:
        (folder / f"{name}.cpg").unlink(missing_ok=True)


def packed(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return path


def test_files_of_one_name_in_folders_of_a_zip(tmp_path: Path) -> None:
    for side, shape in (("east", EAST), ("west", WEST), ("a/b/west", PATCH)):
        shapefile(tmp_path / "in" / side, "control", shape)
    write(tmp_path / "in" / "isles" / "control.geojson", feature(box(18, 48, 19, 49)))
    found, _ = area(packed(tmp_path / "z.zip", tmp_path / "in"))
    assert found == {
        "a/b/west/control: 1": PATCH_KM2, "east/control: 1": ONE, "isles/control: 1": ONE, "west/control: 1": ONE,
        "total": 3 * ONE,
    }  # fmt: skip
    inner = packed(tmp_path / "in" / "more.zip", tmp_path / "in" / "east")
    assert inner.exists()
    assert "more.zip" in refused("area", packed(tmp_path / "y.zip", tmp_path / "in"))


def test_layers_of_a_file_are_one_map_or_maps_of_their_days(tmp_path: Path) -> None:
    for layer, shape in (("government", WEST), ("rebels", EAST)):
        geopandas.GeoDataFrame(geometry=[shape], crs=4326).to_file(tmp_path / "2031-01-01.gpkg", layer=layer)
    assert held(tmp_path / "2031-01-01.gpkg") == [("government", ONE), ("rebels", ONE)]
    assert list(area(tmp_path / "2031-01-01.gpkg")[0]) == ["government: 1", "rebels: 1", "total"]
    for layer, shape in (("held", WEST), ("contested", EAST)):
        geopandas.GeoDataFrame(geometry=[shape], crs=4326).to_file(tmp_path / "2031-01-02.gpkg", layer=layer)
    (row,), _ = series(tmp_path / "2031-01-02.gpkg")
    assert (Km2(row["held_km2"]), Km2(row["contested_km2"])) == (ONE, ONE)
    for layer, shape in (("alpha", WEST), ("beta", EAST)):
        geopandas.GeoDataFrame(geometry=[shape], crs=4326).to_file(tmp_path / "2031-01-03.gpkg", layer=layer)
    assert "alpha" in refused("series", tmp_path / "2031-01-03.gpkg")
    for layer, shape in (("2031-01-01", WEST), ("later", EAST)):
        geopandas.GeoDataFrame({"status": ["held"]}, geometry=[shape], crs=4326).to_file(
            tmp_path / "m.gpkg", layer=layer
        )
    assert "later" in refused("series", tmp_path / "m.gpkg")


def test_folders_within_a_folder_are_named(tmp_path: Path) -> None:
    write(tmp_path / "maps" / "2031-01-01.geojson", feature(WEST, status="held"))
    write(tmp_path / "maps" / "east" / "2031-01-01.geojson", feature(EAST, status="held"))
    assert "east" in refused("series", tmp_path / "maps")
    (tmp_path / "maps" / "east" / "2031-01-01.geojson").rename(tmp_path / "maps" / "east" / "notes.txt")
    assert held(tmp_path / "maps") == [("", ONE)]


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8"])
def test_letters_without_a_code_page(tmp_path: Path, encoding: str) -> None:
    rules = tmp_path / "r.toml"
    rules.write_text('holder = "North"\nproperty = "status"\nheld = ["окуповано"]\nfree = ["звільнено"]\n', "utf-8")
    for cpg in (False, True):
        words = {"status": ["окуповано", "звільнено"]}
        folder = tmp_path / f"{encoding}{cpg}"
        shapefile(folder, "2031-02-01", WEST, EAST, encoding=encoding, cpg=cpg, columns=words)
        path = packed(tmp_path / f"{encoding}{cpg}.zip", folder)
        if cpg or encoding == "utf-8":
            assert run("series", path, "--rules", rules).code == 0
        else:
            assert ".cpg" in refused("series", path, "--rules", rules)
            assert ".cpg" in refused("area", path)


def test_latin_letters_need_no_code_page(tmp_path: Path) -> None:
    shapefile(
        tmp_path,
        "2031-02-01",
        WEST,
        EAST,
        encoding="ISO-8859-1",
        cpg=False,
        columns={"name": ["Île-de-France", "Zürich été"]},
    )
    assert "Île-de-France" in area(tmp_path / "2031-02-01.shp")[0]


# ── tables people keep ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "rows",
    [
        (*TOWNS, "Izium,Ukraine,2022-09-10,Herald,49.2128,37.2569", ",,,,,", ",,,,,"),
        (",,,,,", *TOWNS, " , , , , , ", "Izium,Ukraine,2022-09-10,Herald,49.2128,37.2569"),
        (*TOWNS, "Izium,ukraine,2022-09-10,Herald,49.2128,37.2569"),
        ("Izium,RU,2022-04-01,Gazette,49.2128,37.2569", TOWNS[1], "Izium,UA,2022-09-10,Herald,49.2128,37.2569"),
        (*TOWNS, "Izium,Ukrainian,2022-09-10,Herald,49.2128,37.2569"),
        (*TOWNS, 'Izium,Ukraine,2022-09-10,Herald,"49,2128","37,2569"'),
        (*TOWNS, "Izium,Ukraine,2022-09-10,Herald,NaN,NaN"),
        (*TOWNS, "Izium,Ukraine,2022-09-10,Herald,N/A,"),
        (*TOWNS, "Izium,Ukraine,2022-09-10,Herald,0,0"),
        (*TOWNS, "Izium , Ukraine ,2022-09-10,Herald,0.0,0.0"),
        (*TOWNS, "Izium,Ukraine,2022-09-10T21:30:00+03:00,Herald,49.2128,37.2569"),
        (*TOWNS, "Izium,Ukraine,20220910,Herald,49.2128,37.2569"),
    ],
)
def test_tables_as_people_keep_them(tmp_path: Path, rows: tuple[str, ...]) -> None:
    label, said = checked(tmp_path, events(tmp_path / "e.csv", *rows))
    assert label == "fits", said
    assert ("0, 0" in said) is any(",0,0" in r or ",0.0,0.0" in r for r in rows)


def test_a_table_with_semicolons_and_blank_lines_above(tmp_path: Path) -> None:
    rows = [*TOWNS, "Izium,Ukraine,2022-09-10,Herald,49.2128,37.2569"]
    table = tmp_path / "e.csv"
    header = "settlement;holder;date;source;lat;lon"
    lines = [r.replace(",", ";").replace(".", ",") for r in rows]
    table.write_text("\n".join([";;;;;", "", header, *lines]), encoding="utf-8-sig")
    assert checked(tmp_path, table)[0] == "fits"


def test_tables_of_statuses_may_have_blank_rows_and_decimal_commas(tmp_path: Path) -> None:
    table = tmp_path / "control.csv"
    rows = ["date,place_id,status,lat,lon", "20310101,1,RU,48.5,36.5", '20310101,2,UA,"48,6",37.5', ",,,,",
            "20310108,2,RU,48.6,37.5", " , ,,,"]  # fmt: skip
    table.write_text("\n".join(rows) + "\n", encoding="utf-8")
    found, _ = series(table)
    assert [r["date"][:10] for r in found] == ["2031-01-01", "2031-01-08"]
    assert float(found[0]["held_km2"]) > 0
    assert float(found[1]["gained_km2"]) > 0
    table.write_text("\n".join(r.replace(",36.5", ",16.5").replace(",37.5", ",17.5") for r in rows), encoding="utf-8")
    assert "2 of its 2 places lie outside" in refused("series", table)


@pytest.mark.parametrize(
    "day", ["10.09.2022", "9/10/2022", "10 Sept", "44814", "2022-13-10", "2022-09-10 or 2022-09-12"]
)
def test_days_that_cannot_be_told_are_asked_about(tmp_path: Path, day: str) -> None:
    table = events(tmp_path / "e.csv", *TOWNS, f"Izium,Ukraine,{day},Herald,49.2128,37.2569")
    story = tmp_path / "story.txt"
    story.write_text(STORY, encoding="utf-8")
    assert "e.csv:4" in refused("check", story, "--events", table, "--published", "2022-09-11")


# ── promises of help and reason ──────────────────────────────────────────────────────────────────────────────

BOWS = [
    ring((16, 48), (16.2, 48.2), (16.2, 48), (16, 48.2)),
    ring((16, 48), (17, 48), (17, 49), (16.5, 47.9), (16, 49)),
    {
        "type": "Polygon",
        "coordinates": [mapping(WEST)["coordinates"][0], mapping(box(16.5, 48.5, 17.5, 49.5))["coordinates"][0]],
    },
    {
        "type": "MultiPolygon",
        "coordinates": [mapping(WEST)["coordinates"], mapping(box(16.5, 48, 17.5, 49))["coordinates"]],
    },
]


@pytest.mark.parametrize("bow", BOWS)
def test_each_ring_mended_is_listed_by_every_command(tmp_path: Path, bow: dict[str, Any]) -> None:
    first = write(tmp_path / "2031-06-01.geojson", feature(EAST, status="held"), feature(bow, status="held"))
    second = write(tmp_path / "2031-06-08.geojson", feature(EAST, status="held"))
    commands = (
        ("area", first, "--repair"), ("series", first, second, "--repair"), ("diff", first, second, "--repair"),
        ("diff", first, second, "--repair", "--sources"),
    )  # fmt: skip
    for command in commands:
        ran = run(*command)
        assert ran.code == 0
        (line,) = (text for text in ran.err.splitlines() if "mended" in text)
        assert "feature 1" in line
        assert "km² became" in line
        assert "[16" in line
        assert "feature 1" in refused(*command[: command.index("--repair")])


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "table"])
def test_a_change_that_is_none_says_so(tmp_path: Path, form: str) -> None:
    path = write(tmp_path / "2031-01-01.geojson", feature(WEST, status="held"))
    ran = run("diff", path, path, "--format", form)
    assert ran.code == 0
    assert "total gained" in ran.out
    assert "total lost" in ran.out


def test_crumbs_of_rounding_have_no_row(tmp_path: Path) -> None:
    nearly = Polygon([(16, 48), (17, 48), (17, 49), (16.5, 49 + 1e-12), (16, 49)])
    first = write(tmp_path / "2031-01-01.geojson", feature(WEST, status="held"))
    second = write(tmp_path / "2031-01-08.geojson", feature(nearly, status="held"))
    rows, _ = diffed(first, second)
    assert [r["change"] for r in rows] == ["total gained", "total lost"]


def test_a_reason_never_asks_for_the_map_it_has_read(tmp_path: Path) -> None:
    table = events(
        tmp_path / "e.csv", *TOWNS, "Kupiansk,Ukraine,2022-09-10,Herald,49.7106,37.6153",
        "Izium,Russia,2022-09-10,Herald,49.2128,37.2569",
    )  # fmt: skip
    label, reason = checked(
        tmp_path, table, "Kupiansk and Izium were retaken by Ukrainian troops on 10 September 2022."
    )
    assert label == "does_not_fit"
    assert "would fit by the map of 10 Sep" not in reason


# ── the cases of the trade ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.shared
def test_every_case_of_the_trade_is_right(shared: Path) -> None:
    cases = shared / "data" / "cases"
    at = lambda name: cases / name  # noqa: E731
    pair = lambda name: (at(f"{name}_2031-01-01.geojson"), at(f"{name}_2031-01-08.geojson"))  # noqa: E731
    assert "layer" in refused("diff", at("unread_layers_2031-05-01.geojson"), at("unread_layers_2031-05-12.geojson"))
    assert "mended" in area(at("mended_2031-06-01.geojson"), "--repair")[1]
    assert area(pair("over180")[0])[0]["total"] == 19855.6
    assert [k for _, k in held(*pair("over180"))] == [19855.6, 24819.5]
    assert totals(diffed(*pair("over180"))[0]) == {(None, "gained"): 4963.9, (None, "lost"): 0}
    assert totals(diffed(*pair("two_sides"))[0])["rebels", "lost"] == 4108.9
    assert [k for _, k in held(at("two_dates_2031-01-01.geojson"))] == [8217.7, 6574.2]
    assert [k for _, k in held(*pair("freed_on_held"))] == [6900.3, 8217.7]
    assert totals(diffed(*pair("freed_on_held"))[0])[None, "gained"] == 1317.4
    assert round(area(at("wide_edges_2031-03-15.geojson"))[0]["total"]) == 8_550_546
    assert area(at("nested_2031-01-01.geojson"))[0]["total"] == 4128.9
    assert ".cpg" in refused("series", at("letters_2031-02-01.zip"), "--rules", at("letters.toml"))
    assert area(at("same_names.zip"))[0]["total"] == 14791.9
    assert area(at("overlap_total.geojson"))[0]["total"] == 189.5
    assert "exchanged" in diffed(*pair("exchanged"))[1]
    for table, label in (("events_year_22.csv", "maps_cannot_settle"), ("events_blank_rows.csv", "fits")):
        ran = run(
            "check", at("events_story.txt"), "--events", at(table), "--published", "2022-09-11", "--format", "json"
        )
        claims = json.loads(ran.out)
        assert isinstance(claims, list)
        assert claims[0]["verdict"]["label"] == label
