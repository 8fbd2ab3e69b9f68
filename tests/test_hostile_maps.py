"""Hostile maps and tables beside the articles: read whole or refused in one line, and nothing reaches out of them."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from command import assert_harmless, assert_refused, files_in, run

ESCAPE = "\x1b[31mred\x1b]0;title\x07\x9b2J"
RING = [[36.0, 49.0], [36.4, 49.1], [36.3, 49.5], [35.9, 49.4], [36.0, 49.0]]
NESTED: Any = {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": [RING]}]}
for _ in range(300):
    NESTED = {"type": "GeometryCollection", "geometries": [NESTED]}


def geojson(*geometries: Any, **more: Any) -> bytes:
    features = [{"type": "Feature", "properties": {"name": "held"}, "geometry": g} for g in geometries]
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


def polygon(ring: Any = RING, kind: str = "Polygon") -> dict[str, Any]:
    return {"type": kind, "coordinates": [ring]}


def zipped(*members: tuple[str, bytes], **more: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def lying_zip() -> bytes:
    """A zip whose directory says that a member of 50 MB has 10 bytes."""
    data = bytearray(zipped(("2022-09-10.geojson", b" " * 50_000_000)))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        where = data.index(mark) + at
        data[where : where + 4] = struct.pack("<I", 10)
    return bytes(data)


def link_in_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        member = zipfile.ZipInfo("2022-09-10.shp")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    return out.getvalue()


KML = b"""<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><kml>&b;</kml>"""
VRT = b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>x</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
BOW_TIE = [[36.0, 49.0], [36.4, 49.5], [36.4, 49.0], [36.0, 49.5], [36.0, 49.0]]

REFUSED: dict[str, tuple[str, bytes]] = {
    "nothing": ("m.geojson", b""),
    "no JSON": ("m.geojson", b"{" + ESCAPE.encode()),
    "not UTF-8": ("m.geojson", geojson(polygon()).replace(b"held", b"h\xff")),
    "nested 100,000 deep": ("m.geojson", b"[" * 100_000),
    "objects nested 100,000 deep": ("m.geojson", b'{"features":' * 100_000),
    "coordinates nested deep": ("m.geojson", geojson(polygon(json.loads("[" * 900 + "]" * 900)))),
    "collections nested 300 deep": ("m.geojson", geojson(NESTED)),
    "a number": ("m.geojson", b"5"),
    "null": ("m.geojson", b"null"),
    "a list": ("m.geojson", b"[]"),
    "another type": ("m.geojson", json.dumps({"type": ESCAPE, "features": []}).encode()),
    "features that are none": ("m.geojson", b'{"type": "FeatureCollection", "features": [1, null, "x"]}'),
    "features that are a word": ("m.geojson", b'{"type": "FeatureCollection", "features": "x"}'),
    "no feature": ("m.geojson", geojson()),
    "no geometry": ("m.geojson", geojson(None)),
    "points alone": ("m.geojson", geojson({"type": "Point", "coordinates": [36, 49]})),
    "properties that are a list": ("m.geojson", geojson(None).replace(b'{"name": "held"}', b"[1]")),
    "an unknown geometry": ("m.geojson", geojson({"type": ESCAPE, "coordinates": []})),
    "NaN": ("m.geojson", geojson(polygon([[float("nan"), 49.0], *RING[1:]]))),
    "infinity": ("m.geojson", geojson(polygon([[float("inf"), 49.0], *RING[1:]]))),
    "a number too large": ("m.geojson", geojson(polygon()).replace(b"36.4", b"1e999")),
    "1e308": ("m.geojson", geojson(polygon([[1e308, -1e308], *RING[1:]]))),
    "off the globe": ("m.geojson", geojson(polygon([[x + 400, y] for x, y in RING]))),
    "beyond the pole": ("m.geojson", geojson(polygon([[x, y + 60] for x, y in RING]))),
    "Web Mercator": ("m.geojson", geojson(polygon([[x * 111_000, y * 140_000] for x, y in RING]))),
    "another CRS": ("m.geojson", geojson(polygon(), crs={"properties": {"name": "urn:ogc:def:crs:EPSG::3857"}})),
    "coordinates as words": ("m.geojson", geojson(polygon([["36", "x"], *RING[1:]]))),
    "coordinates as null": ("m.geojson", geojson(polygon([[None, None], *RING[1:]]))),
    "coordinates as objects": ("m.geojson", geojson(polygon([{"0": 36}, *RING[1:]]))),
    "one coordinate": ("m.geojson", geojson(polygon([[36], *RING[1:]]))),
    "true as coordinate": ("m.geojson", geojson(polygon([[True, False], *RING[1:]]))),
    "a ring of two": ("m.geojson", geojson(polygon(RING[:2]))),
    "a ring of numbers": ("m.geojson", geojson({"type": "Polygon", "coordinates": [36, 49]})),
    "a multipolygon one level short": ("m.geojson", geojson({"type": "MultiPolygon", "coordinates": [RING]})),
    "a bow tie": ("m.geojson", geojson(polygon(BOW_TIE))),
    "cut gzip": ("m.geojson.gz", gzip.compress(geojson(polygon()))[:-10]),
    "a zip that is none": ("m.zip", b"PK\x03\x04" + b"\xff" * 100),
    "an empty zip": ("m.zip", zipped()),
    "a zip of other things": ("m.zip", zipped(("readme.txt", b"hello"))),
    "path traversal": ("m.zip", zipped(("../../evil.geojson", geojson(polygon())))),
    "an absolute path": ("m.zip", zipped(("/tmp/evil-geomap.shp", b"x"))),
    "a Windows path": ("m.zip", zipped(("..\\..\\evil.geojson", geojson(polygon())))),
    "a drive": ("m.zip", zipped(("C:\\evil.shp", b"x"))),
    "a name of escapes": ("m.zip", zipped((f"{ESCAPE}.shp", b"x"))),
    "a zip in a zip": ("m.zip", zipped(("in.zip", zipped(("2022-09-10.geojson", geojson(polygon())))))),
    "a zip that lies of its size": ("m.zip", lying_zip()),
    "a link in a zip": ("m.zip", link_in_zip()),
    "a member without a name": ("m.zip", zipped((".", b"x"))),
    "a member's name too long": ("m.zip", zipped((f"{'x' * 300}.shp", b"x"))),
    "a zip bomb": ("m.zip", zipped(*((f"{n}.geojson", bytes(60 * 2**20)) for n in range(18)))),
    "20,001 files in a zip": ("m.zip", zipped(*((f"{n}.txt", b"") for n in range(20_001)))),
    "KML with entities": ("m.kml", KML),
    "a virtual file": ("m.vrt", VRT),
    "a virtual file called GeoPackage": ("m.gpkg", VRT),
    "a virtual file called shapefile": ("m.shp", VRT),
    "an XML file called shapefile": ("m.shp", KML),
    "a shapefile alone": ("m.shp", struct.pack(">i", 9994) + bytes(96)),
    "a database of nothing": ("m.gpkg", b"SQLite format 3\0" + bytes(84)),
    "Parquet that is none": ("m.parquet", b"PAR1" + bytes(50) + b"PAR1"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_hostile_maps_are_refused_whole(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name, data = REFUSED[case]
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / f"2022-09-10-{name}").write_bytes(data)
    (tmp_path / "out").mkdir()
    before = files_in(tmp_path)
    line = assert_refused(run("area", f"in/2022-09-10-{name}", "-o", "out/a.json"))
    assert name in line or "in/" in line, line
    if case != "no feature":  # as a control map it says that nothing is held
        assert_refused(run("series", f"in/2022-09-10-{name}", "-o", "out/s.csv"))
        assert files_in(tmp_path) == before


HANDLED: dict[str, bytes] = {
    "heights": geojson(polygon([[*p, 120.5] for p in RING])),
    "heights here and there": geojson(polygon([[*RING[0], 1.0], *RING[1:-1], RING[0]])),
    "a collection of all kinds": geojson(
        {"type": "GeometryCollection", "geometries": [
            polygon(), {"type": "Point", "coordinates": [36, 49]}, {"type": "LineString", "coordinates": RING[:2]},
        ]}
    ),
    "names of escapes": geojson(polygon()).replace(b'"held"', json.dumps(f"held {ESCAPE}\u202e\r\n").encode()),
    "properties of all kinds": geojson(polygon()).replace(b'"held"', b'{"a": [1, {"b": null}], "c": 1}'),
    "a feature without geometry": geojson(polygon(), None),
    "BOM": b"\xef\xbb\xbf" + geojson(polygon()),
    "10,000 polygons": geojson(*([polygon()] * 3_000)),
}  # fmt: skip


@pytest.mark.parametrize("case", HANDLED)
def test_odd_maps_are_measured_and_shown_clean(case: str, tmp_path: Path) -> None:
    (tmp_path / "m.geojson").write_bytes(HANDLED[case])
    for form in ("table", "csv"):
        ran = run("area", tmp_path / "m.geojson", "--format", form)
        if case == "BOM" and ran.code == 1:
            assert_refused(ran)
            continue
        assert ran.code == 0, ran.err
        assert_harmless(ran.err)
        if form == "table":
            assert_harmless(ran.out)


def test_a_swapped_map_is_not_measured_as_if_it_were_right(tmp_path: Path) -> None:
    # by DeepState's own layout: a map of any other maker may be of Iran
    swapped = geojson(polygon([[y, x] for x, y in RING])).replace(b'"held"', '"Окуповано /// Occupied"'.encode())
    (tmp_path / "2022-09-10.geojson").write_bytes(swapped)
    ran = run("series", tmp_path / "2022-09-10.geojson")
    assert ran.code == 1, "Ukraine lies at 22-41 east, 44-53 north; 49 east, 36 north is Iran"
    assert_refused(ran)


TABLES: dict[str, tuple[str, bytes]] = {
    "events nested deep": ("e.json", b"[" * 100_000),
    "events cut": ("e.json", b"["),
    "events that are numbers": ("e.json", b"[1, 2]"),
    "events without columns": ("e.csv", b"a,b\n1,2\n"),
    "events with NUL": ("e.csv", b"settlement,holder,date,source\nKy\0iv,UA,2022-01-01,x\0\n"),
    "events off the globe": ("e.csv", b"settlement,holder,date,source,lat,lon\nKyiv,UA,2022-01-01,x,95,200\n"),
    "events at NaN": ("e.csv", b"settlement,holder,date,source,lat,lon\nKyiv,UA,2022-01-01,x,nan,inf\n"),
    "events of an unknown place": ("e.csv", b"settlement,holder,date,source\nXqzzwvkjh,UA,2022-01-01,x\n"),
    "events of a long cell": ("e.csv", b"settlement,holder,date,source\n" + b"x" * 200_000 + b",UA,2022-01-01,x\n"),
    "events of escapes": ("e.csv", f"settlement,holder,date,source\n{ESCAPE},UA,{ESCAPE},x\n".encode()),
}


@pytest.mark.parametrize("case", TABLES)
def test_hostile_events_are_refused_whole(case: str, tmp_path: Path) -> None:
    name, data = TABLES[case]
    (tmp_path / name).write_bytes(data)
    (tmp_path / "a.txt").write_text("Kyiv is 5 km from Brovary.")
    ran = run("check", tmp_path / "a.txt", "--events", tmp_path / name, "-o", tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists() or ran.code == 0
    if ran.code:
        assert_refused(ran)
    assert_harmless(ran.err)


RULES: dict[str, bytes] = {
    "deep": b"x = " + b"[" * 5_000,
    "binary": bytes(range(256)),
    "unknown": b"exec = 'rm -rf /'",
    "a class of numbers": b"held = 5",
    "a table of tables": b"[held.held.held]\nx = 1",
    "an extent of words": b"extent = ['a', 'b', 'c', 'd']",
    "an extent of NaN": b"extent = [nan, nan, nan, nan]",
}


@pytest.mark.parametrize("case", RULES)
def test_hostile_rules_are_refused(case: str, tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_bytes(RULES[case])
    (tmp_path / "2022-09-10.geojson").write_bytes(geojson(polygon()))
    assert_refused(run("series", tmp_path / "2022-09-10.geojson", "--rules", tmp_path / "rules.toml"))


def test_a_name_with_a_date_that_is_none(tmp_path: Path) -> None:
    for name in ("2022-13-45.geojson", "99999999.geojson", "0000-00-00.geojson", "999999999999999999999.geojson"):
        (tmp_path / name).write_bytes(geojson(polygon()))
        assert_refused(run("series", tmp_path / name))


def test_a_virtual_file_opens_no_other(tmp_path: Path) -> None:
    (tmp_path / "other.geojson").write_bytes(geojson(polygon()))
    inside = f"<SrcDataSource>{tmp_path}/other.geojson</SrcDataSource><SrcLayer>other</SrcLayer>"
    virtual = f"<OGRVRTDataSource><OGRVRTLayer name='other'>{inside}</OGRVRTLayer></OGRVRTDataSource>"
    for name in ("2022-09-10.gpkg", "2022-09-10.shp"):
        (tmp_path / name).write_text(virtual)
        assert "not what its suffix says" in assert_refused(run("area", tmp_path / name))


def test_devices_and_links_are_no_maps(tmp_path: Path) -> None:
    (tmp_path / "zero.geojson").symlink_to("/dev/zero")
    (tmp_path / "loop.geojson").symlink_to("loop.geojson")
    (tmp_path / "gone.geojson").symlink_to("nowhere.geojson")
    for name in ("zero.geojson", "loop.geojson", "gone.geojson"):
        assert_refused(run("area", tmp_path / name))
