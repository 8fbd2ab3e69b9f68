"""Reports in the forms of the trade, each read back by a reader that is not ours."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas
import hostile
import pytest

import geomap
from geomap.exports import SUFFIXES
from geomap.results import Report

pytestmark = pytest.mark.slow
KML = "{http://www.opengis.net/kml/2.2}"


@pytest.fixture(scope="module")
def samples(root: Path) -> Report:
    folder = root / "data" / "samples"
    return geomap.report(folder / "dispatches.jsonl", events=folder / "events.csv", since="2022-09-05")


@pytest.fixture(scope="module")
def poisoned(samples: Report) -> list[Report]:
    """The samples with every text field a payload, for a few payloads."""
    made = []
    for payload in (hostile.PAYLOADS[0], hostile.PAYLOADS[-1], "=1+1\x00\x1b[31m"):
        report = Report(hostile.poison(samples.assessment, payload), samples._gazetteer)
        made.append(report)
    return made


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_report_is_the_same_bytes(samples: Report, tmp_path: Path, suffix: str) -> None:
    digests = {samples.save(tmp_path / folder / f"r{suffix}") for folder in ("one", "two")}
    assert len(digests) == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_hostile_words_are_text(poisoned: list[Report], tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"h{suffix}"
    for name, data in (part for report in poisoned if report.save(path) for part in parts_of(path)):
        if name.endswith((".xml", ".kml", ".qgs", ".rels")):
            tags = {e.tag.rpartition("}")[2].lower() for e in ET.fromstring(data).iter()}
            assert not tags & {"script", "img", "iframe"}, name


def parts_of(path: Path) -> Iterator[tuple[str, bytes]]:
    if not zipfile.is_zipfile(path):
        yield path.name, path.read_bytes()
        return
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            yield name, packed.read(name)


def test_kml_holds_every_claim_that_has_a_shape(samples: Report, tmp_path: Path) -> None:
    samples.save(tmp_path / "r.kml")
    root = ET.parse(tmp_path / "r.kml").getroot()
    ids = {p.get("id") for p in root.iter(f"{KML}Placemark") if p.get("id")}
    shaped = samples.claims[samples.claims.geometry.notna()]
    assert ids == {f"claim-{i}" for i in shaped["id"]}
    colours = {s.get("id") for s in root.iter(f"{KML}Style")}
    assert {u.text.removeprefix("#") for u in root.iter(f"{KML}styleUrl") if u.text} <= colours


def test_gdal_reads_the_kml_where_the_claims_lie(samples: Report, tmp_path: Path) -> None:
    samples.save(tmp_path / "r.kml")
    places = geopandas.read_file(tmp_path / "r.kml", layer="Places")
    izium = places[places["Name"].str.contains("Izium|Izyum")].geometry.iloc[0]
    assert (round(izium.x, 1), round(izium.y, 1)) == (37.3, 49.2)


def test_kml_shows_ground_in_its_time(samples: Report, tmp_path: Path) -> None:
    samples.save(tmp_path / "r.kmz")
    with zipfile.ZipFile(tmp_path / "r.kmz") as packed:
        root = ET.fromstring(packed.read("doc.kml"))
    begins = [e.text for e in root.iter(f"{KML}begin")]
    ends = [e.text for e in root.iter(f"{KML}end")]
    assert begins == sorted(begins)
    assert set(ends) <= set(begins)
    drawn = [s for s in samples.assessment.control[0].snapshots if (s.frame["status"] != "free").any()]
    assert set(begins) == {s.as_of.isoformat() for s in drawn}


def test_the_qgis_project_shows_its_package(samples: Report, tmp_path: Path) -> None:
    samples.save(tmp_path / "r.qgz")
    with zipfile.ZipFile(tmp_path / "r.qgz") as packed:
        root = ET.fromstring(packed.read("r.qgs").decode().partition("\n")[2])
    sources = [e.text or "" for e in root.iter("datasource")]
    assert all(s.startswith("./r.qgz.gpkg|layername=") for s in sources)
    wanted = {s.partition("layername=")[2] for s in sources}
    with sqlite3.connect(tmp_path / "r.qgz.gpkg") as package:
        held = {name for (name,) in package.execute("select table_name from gpkg_contents")}
    assert wanted == held
    claims = geopandas.read_file(tmp_path / "r.qgz.gpkg", layer="claims_polygon")
    shown = {c.get("value") for c in root.iter("category")}
    assert set(claims["verdict_label"]) <= shown
    temporal = [e for e in root.iter("temporal") if e.get("endField") == "until"]
    assert len(temporal) == 1


def test_qgis_opens_the_project(samples: Report, tmp_path: Path) -> None:
    python = Path("/usr/bin/python3")
    script = (
        "import sys\n"
        "from qgis.core import QgsApplication, QgsProject\n"
        "app = QgsApplication([], False); app.initQgis()\n"
        "project = QgsProject.instance(); assert project.read(sys.argv[1])\n"
        "layers = project.mapLayers().values()\n"
        "print(sorted((l.name(), l.isValid(), l.featureCount(), l.renderer().type()) for l in layers))\n"
    )
    import subprocess

    if not python.exists() or subprocess.run([python, "-c", "import qgis.core"], capture_output=True).returncode:
        pytest.skip("QGIS is not installed (Debian: python3-qgis): the project was checked against its format alone")
    samples.save(tmp_path / "r.qgz")
    environment = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [python, "-c", script, tmp_path / "r.qgz"], capture_output=True, text=True, env=environment, timeout=120
    )
    assert done.returncode == 0, done.stderr[-500:]
    layers = eval(done.stdout.splitlines()[-1], {})
    assert layers
    assert all(valid and count > 0 for _, valid, count, _ in layers), layers
    assert "categorizedSymbol" in {kind for *_, kind in layers}


def test_the_document_says_the_finding_and_describes_its_map(samples: Report, tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    samples.save(tmp_path / "r.docx")
    document = docx.Document(str(tmp_path / "r.docx"))
    assert document.paragraphs[0].text == samples.summary
    rows = [[c.text for c in row.cells] for row in document.tables[0].rows]
    assert rows[1][1] == "Does not fit the map"
    assert document.inline_shapes[0]._inline.docPr.get("descr")


def test_the_slide_says_the_finding_and_describes_its_map(samples: Report, tmp_path: Path) -> None:
    pptx = pytest.importorskip("pptx")
    samples.save(tmp_path / "r.pptx")
    slide = pptx.Presentation(str(tmp_path / "r.pptx")).slides[0]
    assert slide.shapes.title.text_frame.text == samples.summary
    pictures = [s for s in slide.shapes if s.shape_type == 13]
    assert pictures[0]._element.nvPicPr.cNvPr.get("descr")
    for shape in slide.shapes:
        assert shape.left >= 0
        assert shape.left + shape.width <= 12_192_120


def test_table_and_shapes_of_a_pair_share_ids(samples: Report, tmp_path: Path) -> None:
    samples.save(tmp_path / "r.zip")
    with zipfile.ZipFile(tmp_path / "r.zip") as packed:
        rows = list(csv.DictReader(io.StringIO(packed.read("claims.csv").decode())))
        shapes = json.loads(packed.read("claims.geojson"))
    assert [r["id"] for r in rows] == list(samples.claims["id"])
    assert {f["id"] for f in shapes["features"]} <= {r["id"] for r in rows}


def test_no_cell_of_the_pair_is_a_formula(poisoned: list[Report], tmp_path: Path) -> None:
    for report in poisoned:
        report.save(tmp_path / "r.zip")
        with zipfile.ZipFile(tmp_path / "r.zip") as packed:
            rows = list(csv.reader(io.StringIO(packed.read("claims.csv").decode())))
        assert not [c for row in rows[1:] for c in row if c.startswith(("=", "+", "@", "\t"))]


def test_a_missing_library_is_named(samples: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(geomap.GeomapError, match=r"geomap-territory\[office\]"):
        samples.save(tmp_path / "r.docx")
    assert not list(tmp_path.iterdir())
