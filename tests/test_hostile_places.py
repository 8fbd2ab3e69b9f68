"""Hostile gazetteers, and bombs for every option that takes a file: refused in one line, no layer left behind."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest
from command import assert_harmless, assert_refused, files_in, run

ESCAPE = "\x1b[31mred\x1b]0;title\x07\x9b2J"
HEAD = "name,lat,lon,country,feature\n"
LINE = "700001\tVyhadane\tVyhadane\t\t{}\t{}\tP\tPPL\tUA\t\t08\t\t\t\t120\t\t10\tEurope/Kyiv\t2024-01-01\n"
POINT = {
    "type": "Feature",
    "properties": {"name": "Zolota"},
    "geometry": {"type": "Point", "coordinates": [33.9, 47.3]},
}


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def geojson(**changes: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": [POINT | changes]}).encode()


ADDED: dict[str, tuple[str, bytes]] = {
    "nothing": ("p.csv", b""),
    "a head alone": ("p.csv", HEAD.encode()),
    "other columns": ("p.csv", f"{ESCAPE},=1+1\na,b\n".encode()),
    "binary": ("p.csv", bytes(range(256))),
    "a latitude of NaN": ("p.csv", f"{HEAD}Aa,nan,33.9,UA,P.PPL\n".encode()),
    "a longitude without end": ("p.csv", f"{HEAD}Aa,47.3,inf,UA,P.PPL\n".encode()),
    "off the globe": ("p.csv", f"{HEAD}Aa,97.3,33.9,UA,P.PPL\n".encode()),
    "swapped": ("p.csv", f"{HEAD}Aa,147.3,47.3,UA,P.PPL\n".encode()),
    "a number too large": ("p.csv", f"{HEAD}Aa,1e999,33.9,UA,P.PPL\n".encode()),
    "a point of words": ("p.csv", f"{HEAD}Aa,{ESCAPE},33.9,UA,P.PPL\n".encode()),
    "a point of formulas": ("p.csv", f'{HEAD}Aa,"=1+1",@SUM(A1),UA,P.PPL\n'.encode()),
    "a cell too long": ("p.csv", HEAD.encode() + b"x" * 200_000 + b",47.3,33.9,UA,P.PPL\n"),
    "GeoJSON nested deep": ("p.geojson", b"[" * 100_000),
    "GeoJSON objects nested deep": ("p.geojson", b'{"a":' * 100_000),
    "GeoJSON that is a number": ("p.geojson", b"7"),
    "GeoJSON without features": ("p.geojson", b'{"type": "FeatureCollection", "features": []}'),
    "GeoJSON at NaN": ("p.geojson", geojson(geometry={"type": "Point", "coordinates": [float("nan"), 47.3]})),
    "GeoJSON off the globe": ("p.geojson", geojson(geometry={"type": "Point", "coordinates": [33.9, 147.3]})),
    "GeoJSON of words": ("p.geojson", geojson(geometry={"type": "Point", "coordinates": ["x", ESCAPE]})),
    "GeoJSON of another type": ("p.geojson", geojson(geometry={"type": ESCAPE, "coordinates": [33.9, 47.3]})),
    "a folder's name": ("p.exe", b"MZ"),
}
BUILT: dict[str, tuple[str, bytes]] = {
    "nothing": ("d.txt", b""),
    "binary": ("d.txt", bytes(range(256)) * 40),
    "too few columns": ("d.txt", f"1\t{ESCAPE}\n".encode()),
    "a point of NaN": ("d.txt", LINE.format("nan", "33.5").encode()),
    "a point off the globe": ("d.txt", LINE.format("97", "33.5").encode()),
    "a point without end": ("d.txt", LINE.format("47.5", "1e999").encode()),
    "a point of escapes": ("d.txt", LINE.format(ESCAPE, "33.5").encode()),
    "a zip that is none": ("d.zip", b"PK\x03\x04" + b"\xff" * 100),
    "an empty zip": ("d.zip", zipped()),
    "a zip of other things": ("d.zip", zipped(("readme.md", b"hello"))),
    "a zip of traversals": ("d.zip", zipped(("../../evil.txt", b"x\n"), (f"/tmp/{ESCAPE}.txt", b"x\n"))),
    "a zip of one endless line": ("d.zip", zipped(("d.txt", bytes(40 * 2**20)))),
    "a zip cut short": ("d.zip", zipped(("d.txt", LINE.format("47.5", "33.5").encode() * 999))[:-30]),
    "a zip of broken bytes": (
        "d.zip",
        zipped(("d.txt", LINE.format("47.5", "33.5").encode() * 999)).replace(b"\x01", b"\x02", 3),
    ),
}
BOMB = gzip.compress(bytes(30 * 2**20), 1)


@pytest.fixture(autouse=True)
def layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where layers go: not to the user's."""
    folder = tmp_path / "layers"
    monkeypatch.setattr("geomap.gazetteer.layers.layers_folder", lambda: folder)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.parametrize(("command", "case"), [*(("add", c) for c in ADDED), *(("build", c) for c in BUILT)])
def test_hostile_places_become_no_layer(command: str, case: str, tmp_path: Path, layers: Path) -> None:
    name, data = (ADDED if command == "add" else BUILT)[case]
    (tmp_path / name).write_bytes(data)
    assert name in assert_refused(run("gazetteer", command, name))
    assert not layers.exists() or files_in(layers) == []
    assert not Path("/tmp/evil.txt").exists()


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "a/b", "", ".", "..", ESCAPE, "a\0b", "x" * 300])
def test_a_layers_name_is_no_path(name: str, tmp_path: Path, layers: Path) -> None:
    (tmp_path / "p.csv").write_text(f"{HEAD}Zolota,47.38,33.96,UA,P.PPL\n")
    before = files_in(tmp_path)
    ran = run("gazetteer", "add", "p.csv", "--name", name)
    assert_harmless(ran.err)
    outside = [f for f in files_in(tmp_path) if f not in before and f != "layers" and not f.startswith("layers/")]
    assert outside == []
    assert ran.code in (0, 1, 2)
    assert ran.code == 0 or not layers.exists() or files_in(layers) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["area", "2022-09-10.geojson.gz"],
        ["series", "2022-09-10.geojson.gz", "-o", "s.csv"],
        ["diff", "2022-09-10.geojson.gz", "2022-09-10.geojson.gz", "-o", "d.geojson"],
        ["extract", "a.txt.gz", "-o", "c.json"],
        ["extract", "a.html.gz", "-o", "c.json"],
        ["extract", "a.csv.gz", "-o", "c.json"],
        ["check", "ok.txt", "--control", "2022-09-10.geojson.gz", "-o", "c.json"],
        ["check", "ok.txt", "--events", "e.csv.gz", "-o", "c.json"],
        ["check", "ok.txt", "--claims", "e.csv.gz", "-o", "c.json"],
        ["check", "ok.txt", "--decisions", "e.csv.gz", "-o", "c.json"],
        ["check", "ok.txt", "--config", "e.toml", "-o", "c.json"],
        ["series", "2022-09-10.geojson", "--rules", "e.toml", "-o", "c.csv"],
        ["compare", "r.json", "r.json"],
        ["report", "ok.txt", "--corrections", "e.toml", "-o", "r.html"],
        ["gazetteer", "add", "e.csv.gz"],
        ["gazetteer", "add", "p.csv"],
        ["gazetteer", "add", "p.geojson"],
    ],
    ids=" ".join,
)
def test_a_gzip_bomb_goes_off_nowhere(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "2022-09-10.geojson.gz", "a.txt.gz", "a.html.gz", "a.csv.gz", "e.csv.gz", "e.toml", "r.json", "p.csv",
        "p.geojson", "2022-09-10.geojson",
    ):  # fmt: skip
        (tmp_path / name).write_bytes(BOMB)
    (tmp_path / "ok.txt").write_text("Kyiv is 5 km from Brovary.")
    monkeypatch.setattr("geomap.files.read_bytes.__kwdefaults__", {"limit": 2**20})
    before = files_in(tmp_path)
    assert_refused(run(*arguments))
    assert files_in(tmp_path) == before
