"""The command line as outside checks call it: names, options, output, exit codes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import geomap
from geomap import cli
from geomap.errors import GeomapError

STORY = (
    "Kupiansk lies 61 km northeast of Izium, an officer said. Vovchansk is 400 km from Kharkiv, he added. "
    "Troops took 200 square kilometres near Balakliia on Friday."
)
LEAN = [[36, 49], [37, 49.2], [37.1, 50], [36.2, 49.7], [36, 49]]
SQUARES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "lean"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [LEAN],
            },
        },
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "Polygon", "coordinates": [[[30, 46], [30.5, 46], [30.4, 46.3], [30, 46]]]},
        },
    ],
}


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def json(self) -> object:
        return json.loads(self.out)

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.splitlines()]


def run(*arguments: object, stdin: str | None = None) -> Ran:
    """Run a command in this process, the handler of ``main`` included."""
    result = CliRunner().invoke(cli.app, [str(a) for a in arguments], input=stdin)
    if isinstance(result.exception, GeomapError):
        return Ran(1, result.stdout, str(result.exception))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "story.txt"
    path.write_text(STORY, encoding="utf-8")
    return path


def commands() -> list[str]:
    group = typer.main.get_command(cli.app)
    found = []
    for name, command in group.commands.items():
        below = getattr(command, "commands", None)
        found += [name] if below is None else [f"{name} {n}" for n in below]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_has_an_example(command: str) -> None:
    ran = run(*command.split(), "--help")
    assert ran.code == 0
    assert "Example: geomap " + command in " ".join(ran.out.split())


def test_every_command_of_the_design_is_there() -> None:
    expected = (
        "watch verify film serve mcp demo "
        "report map check extract toponyms review compare resolve distance hull area diff series corpus "
        "gazetteer~info gazetteer~get gazetteer~build gazetteer~add"
    )
    assert {c.replace(" ", "~") for c in commands()} == set(expected.split())


def test_geomap_alone_greets() -> None:
    ran = run()
    assert ran.code == 0
    assert "geomap report" in ran.out
    assert run("--version").out.startswith("geomap 0.")


def test_check_extract_and_toponyms_print_records(story: Path) -> None:
    claims = run("check", story, "--published", "2022-09-10", "--format", "json").json()
    assert isinstance(claims, list)
    far = next(c for c in claims if c["value"] and c["value"]["number"] == 400)
    assert far["verdict"]["label"] == "does_not_fit"
    assert STORY[far["start"] : far["end"]] == far["quote"]
    assert set(far) >= {"id", "article", "kind", "quote", "value", "subject", "reference", "polarity", "modality"}
    untested = run("extract", story).lines()
    assert [c["id"] for c in untested] == [c["id"] for c in claims]
    assert all(c["verdict"] is None for c in untested)
    mentions = run("toponyms", story).lines()
    assert {m["text"] for m in mentions} >= {"Kupiansk", "Izium", "Vovchansk", "Kharkiv", "Balakliia"}
    for m in mentions:
        assert STORY[m["start"] : m["end"]] == m["text"]


def test_formats_and_files(story: Path, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("toponyms", story, "--format", "csv").out)))
    assert rows[0]["text"] == "Kupiansk"
    shapes = run("toponyms", story, "--format", "geojson").json()
    assert isinstance(shapes, dict)
    assert shapes["features"][0]["geometry"]["type"] == "Point"
    assert "Kupiansk" in run("toponyms", story, "--format", "table").out
    out = tmp_path / "deep" / "claims.csv"
    ran = run("check", story, "-o", out)
    assert ran.out == ""
    assert str(out) in ran.err
    assert out.read_text(encoding="utf-8").startswith("id,")
    geo = run("check", story, "--format", "geojson").json()
    assert isinstance(geo, dict)
    assert geo["type"] == "FeatureCollection"


def test_exit_codes(story: Path, tmp_path: Path) -> None:
    assert run("check", story, "--fail-on", "does_not_fit").code == 4
    assert run("check", story, "--fail-on", "not_testable", "--published", "2022-09-10").code == 0
    assert run("check").code == 2
    assert run("check", story, "--format", "xml").code == 2
    assert run("check", tmp_path / "nowhere.txt").code == 1
    assert run("resolve", "Qqqqzzzzxx").code == 1
    odd = tmp_path / "odd.jsonl"
    odd.write_text('{"id": "x", "text": "In Zzyzxqwe today", "toponyms": [{"start": 3, "end": 11}]}', encoding="utf-8")
    assert run("toponyms", odd, "--spans", "given").code == 0
    assert run("toponyms", odd, "--spans", "given", "--strict").code == 3


def test_nothing_found_is_no_error(tmp_path: Path) -> None:
    plain = tmp_path / "plain.txt"
    plain.write_text("nothing here but words", encoding="utf-8")
    for command in ("check", "extract", "toponyms"):
        ran = run(command, plain, "--format", "json")
        assert (ran.code, ran.json()) == (0, [])


def test_standard_input(tmp_path: Path) -> None:
    ran = run("toponyms", "-", stdin="Fighting near Izium.")
    assert [m["text"] for m in ran.lines()] == ["Izium"]
    assert ran.lines()[0]["article"] == "stdin"


def test_spans_given_are_the_mentions(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    record = {"id": "a", "text": "He drove from Izium to Kharkiv.", "toponyms": [{"start": 14, "end": 19}]}
    path.write_text(json.dumps(record), encoding="utf-8")
    assert [m["text"] for m in run("toponyms", path, "--spans", "given").lines()] == ["Izium"]
    assert len(run("toponyms", path).lines()) == 2


def test_resolve_distance_hull() -> None:
    found = run("resolve", "Ізюм", "--format", "json").json()
    assert isinstance(found, list)
    assert found[0]["id"] == "geonames:707292"
    two = run("resolve", "Izium", "Lyman", "--country", "UA", "--limit", "1", "--format", "json").json()
    assert isinstance(two, list)
    assert [p["query"] for p in two] == ["Izium", "Lyman"]
    elsewhere = run("resolve", "Kupiansk", "--country", "GB")
    assert (elsewhere.code, elsewhere.err) == (
        1,
        "'Kupiansk': no such place in GB; there is Kupyansk in UA. GB has more: geomap gazetteer get GB",
    )
    line = run("distance", "Zolota Balka", "Dudchany", "--format", "json").json()
    assert isinstance(line, dict)
    assert (round(line["km"]), line["compass"]) == (26, "SW")
    back = run("distance", "0,0", "0,1", "--format", "json").json()
    assert isinstance(back, dict)
    assert (round(back["km"], 2), back["azimuth_deg"]) == (111.32, 90.0)
    hull = run("hull", "Izium", "Kupiansk", "Balakliia", "--format", "json").json()
    assert isinstance(hull, dict)
    assert hull["method"] == "all"
    assert hull["low_km2"] <= hull["area_km2"] <= hull["high_km2"]
    drawn = run("hull", "Izium", "Kupiansk", "Balakliia", "--format", "geojson").json()
    assert isinstance(drawn, dict)
    assert [f["properties"]["method"] for f in drawn["features"]] == ["convex", "concave", "thiessen"]


def test_an_unknown_name_says_what_comes_close() -> None:
    ran = run("distance", "Mariuple", "Izium")
    assert ran.code == 1
    assert "did you mean" in ran.err


def test_area_and_diff(tmp_path: Path) -> None:
    before, after = tmp_path / "before.geojson", tmp_path / "after.geojson"
    before.write_text(json.dumps(SQUARES | {"features": SQUARES["features"][:1]}), encoding="utf-8")
    after.write_text(json.dumps(SQUARES), encoding="utf-8")
    rows = run("area", after, "--format", "json").json()
    assert isinstance(rows, list)
    assert [r["feature"] for r in rows] == ["lean", "2", "total"]
    assert rows[2]["area_km2"] == pytest.approx(rows[0]["area_km2"] + rows[1]["area_km2"])
    change = run("diff", before, after, "--format", "json").json()
    assert isinstance(change, list)
    assert [c["change"] for c in change] == ["gained", "total gained", "total lost"]
    assert change[1]["area_km2"] == pytest.approx(change[0]["area_km2"])
    assert change[2]["area_km2"] == 0
    assert change[0]["area_km2"] == pytest.approx(rows[1]["area_km2"], rel=0.01)  # straight, not geodesic edges
    out = tmp_path / "change.geojson"
    assert run("diff", before, after, "-o", out).code == 0
    assert json.loads(out.read_text(encoding="utf-8"))["features"][0]["geometry"]


def test_a_broken_ring_is_refused_and_mended_on_request(tmp_path: Path) -> None:
    bow = [[30, 46], [31, 47], [31, 46], [30, 47], [30, 46]]
    path = tmp_path / "bow.geojson"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [bow]}), encoding="utf-8")
    ran = run("area", path)
    assert ran.code == 1
    assert "--repair" in ran.err
    assert run("area", path, "--repair").code == 0


def test_review_and_decisions_go_round(story: Path, tmp_path: Path) -> None:
    out = tmp_path / "decisions.csv"
    assert run("review", story, "-o", out).code == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert {r["type"] for r in rows} == {"mention", "claim"}
    for row in rows:
        row["decision"], row["by"], row["on"] = "keep", "Ada", "2022-09-11"
        if row["quote"] == "Vovchansk":
            row["decision"] = "drop"
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    mentions = run("toponyms", story, "--decisions", out).lines()
    assert "Vovchansk" not in {m["text"] for m in mentions}
    claims = run("extract", story, "--decisions", out).lines()
    assert any(c["checked_by"] == "Ada" for c in claims)


def test_no_partial_file_where_writing_fails(story: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    ran = run("report", story, "-o", blocked / "report.html")
    assert ran.code == 1
    assert "cannot be written" in ran.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]
    assert run("report", story, "-o", tmp_path / "report.odt").code == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]


def test_main_prints_one_line_and_no_escape(tmp_path: Path) -> None:
    """The real process: a GeomapError is one line on stderr, control characters shown, exit code 1."""
    done = subprocess.run(
        [sys.executable, "-m", "geomap", "check", str(tmp_path / "\x1b[31mred.txt")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr


def test_a_look_up_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['geomap', 'resolve', 'Izium']\n"
        "from geomap.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'geopandas', 'folium', 'shapely', 'pyproj', 'matplotlib'} & set(sys.modules)\n"
        "sys.exit(f'imported: {sorted(heavy)}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_new_page_carries_the_note_that_compare_wrote(story: Path, tmp_path: Path) -> None:
    old, new, note, page = (tmp_path / name for name in ("old.json", "new.json", "note.md", "new.html"))
    assert run("report", story, "--published", "2022-09-10", "-o", old).code == 0
    story.write_text(STORY.replace("400 km", "<b>40</b> km"), encoding="utf-8")
    assert run("report", story, "--published", "2022-09-10", "-o", new).code == 0
    assert run("compare", old, new, "--on", "2022-09-12", "-o", note).code == 0
    ran = run("report", story, "--published", "2022-09-10", "--corrections", note, "-o", page)
    assert ran.code == 0
    html = page.read_text(encoding="utf-8")
    assert "Correction of 12 Sep 2022" in html
    assert "Removed: “" in html
    assert "note.md" in html.split('id="methods"')[-1]
    assert run("report", story, "--corrections", tmp_path / "none.md", "-o", page).code == 1


def test_online_results_are_credited(monkeypatch: pytest.MonkeyPatch) -> None:
    import geomap.gazetteer as gazetteer
    from geomap.gazetteer.online import ATTRIBUTION

    there = replace(geomap.resolve("Izium"), id="osm:node/1", source="Nominatim")
    for found, credited in (([there], 1), ([], 0)):
        monkeypatch.setattr(gazetteer, "find_online", lambda name, found=found, **options: found)
        ran = run("resolve", "Izium", "--online", "--contact", "desk@example.org", "--format", "json")
        assert ran.code == 0
        assert ran.err.count(ATTRIBUTION) == credited
    assert ATTRIBUTION not in run("resolve", "Izium").err
