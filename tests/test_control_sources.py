"""Sources side by side and series by region, as users reach them: from the command line and from Python."""

from __future__ import annotations

import csv
import io
import json
import warnings
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from shapely.geometry import Polygon, box, mapping
from typer.testing import CliRunner

import geomap
from geomap import cli, control, geodesy, measure
from geomap.errors import GeomapError

OURS = Polygon([(36.2, 49.1), (37.6, 49.3), (37.4, 50.0), (36.4, 49.8)])
THEIRS = Polygon([(36.6, 49.0), (38.0, 49.2), (37.7, 49.9), (36.7, 49.7)])


def write(path: Path, held: Any, contested: Any = None) -> Path:
    rows = [(held, "held"), *([(contested, "contested")] if contested is not None else [])]
    features = [{"type": "Feature", "properties": {"status": s}, "geometry": mapping(g)} for g, s in rows]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def run(*arguments: object) -> tuple[str, str]:
    result = CliRunner().invoke(cli.app, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result.stdout, result.stderr


def km2(shape: Any) -> float:
    return float(geodesy.area(shape, edges="planar")[0]) / 1e6


def test_two_sources_are_compared(tmp_path: Path) -> None:
    ours, theirs = write(tmp_path / "ours 2022-09-10.geojson", OURS), write(tmp_path / "2022-09-11.geojson", THEIRS)
    out, err = run("diff", f"Ours={ours}", f"Their desk={theirs}", "--sources", "--format", "json")
    rows = {r["says"]: r for r in json.loads(out)}
    assert list(rows) == ["both", "only Ours", "only Their desk"]
    for word, shape in (("both", OURS & THEIRS), ("only Ours", OURS - THEIRS), ("only Their desk", THEIRS - OURS)):
        assert rows[word]["area_km2"] == pytest.approx(km2(shape), rel=1e-9)
    assert sum(r["share"] for r in rows.values()) == pytest.approx(1)
    assert "Ours of 2022-09-10 with Their desk of 2022-09-11" in err
    drawn = json.loads(run("diff", ours, theirs, "--sources", "--format", "geojson")[0])["features"]
    assert [f["properties"]["says"] for f in drawn] == ["both", "only ours 2022-09-10", "only 2022-09-11"]
    assert shapely.geometry.shape(drawn[1]["geometry"]).symmetric_difference(OURS - THEIRS).area < 1e-9
    table = list(csv.DictReader(io.StringIO(run("diff", ours, theirs, "--sources", "--format", "csv")[0])))
    assert float(table[0]["share"]) == pytest.approx(km2(OURS & THEIRS) / km2(OURS | THEIRS))


def test_of_folders_the_maps_of_the_last_common_day_are_compared(tmp_path: Path) -> None:
    for day in (8, 9, 12):
        write(tmp_path / "a" / f"2022-09-{day:02d}.geojson", box(36, 49, 37 + day / 20, 50))
    for day in (7, 10):
        write(tmp_path / "b" / f"2022-09-{day:02d}.geojson", box(36, 49, 37 + day / 20, 50))
    frame, said = measure.compare_sources(f"A={tmp_path / 'a'}", f"B={tmp_path / 'b'}")
    assert said == ("A of 2022-09-09", "B of 2022-09-10")
    assert list(frame["says"]) == ["both", "only B"]
    late = write(tmp_path / "late 2023-01-01.geojson", OURS)
    assert measure.compare_sources(f"A={tmp_path / 'a'}", f"C={late}")[1] == ("A of 2022-09-12", "C of 2023-01-01")


def test_shapes_without_date_or_status_can_be_a_source(tmp_path: Path) -> None:
    plain = tmp_path / "shapes.geojson"
    plain.write_text(json.dumps(mapping(THEIRS)), encoding="utf-8")
    ours = write(tmp_path / "2022-09-10.geojson", OURS, contested=box(39, 49, 39.5, 50))
    frame, said = measure.compare_sources(str(ours), str(plain), region="Kharkiv region")
    assert said == ("2022-09-10 of 2022-09-10", "shapes")
    assert list(frame["says"]) == ["both", "only 2022-09-10", "only shapes"]
    whole = measure.compare_sources(str(ours), str(plain))[0]
    assert frame["area_km2"].sum() < whole["area_km2"].sum()


@pytest.fixture
def days(tmp_path: Path) -> Path:
    """Ground in Kharkiv and Donetsk oblasts and in the Sea of Azov, pushed east day by day."""
    for day in (5, 6, 8):
        ground = Polygon([(36.5 + day / 30, 49.6), (38.2, 49.5), (37.9, 46.3), (36.8 + day / 40, 46.2)])
        write(tmp_path / "days" / f"2022-09-{day:02d}.geojson", ground, contested=box(36.2, 49.4, 36.3, 49.5))
    return tmp_path / "days"


def test_regions_and_elsewhere_add_up_to_the_whole(days: Path) -> None:
    whole, parts = geomap.series(days), geomap.series(days, by_region=True)
    assert {"Kharkiv", "Donetsk", measure.ELSEWHERE} <= set(parts["region"])
    assert parts["region"].value_counts().to_dict() == dict.fromkeys(parts["region"].unique(), 3)
    for column in ("held_km2", "contested_km2", "gained_km2", "lost_km2", "cumulative_km2"):
        sums = parts.groupby("date")[column].sum()
        assert sums.to_numpy() == pytest.approx(whole[column].to_numpy(), abs=0.01)
    # regions where nothing is held, contested or changed have no rows
    figures = parts.groupby("region")[["held_km2", "contested_km2", "gross_km2"]].sum().sum(axis=1)
    assert (figures > 0).all()
    held, gained, lost = (
        parts[parts["region"] == "Donetsk"][c].to_numpy() for c in ("held_km2", "gained_km2", "lost_km2")
    )
    assert held[:-1] + gained[1:] - lost[1:] == pytest.approx(held[1:], abs=1e-6)


def test_a_series_by_region_within_a_region(days: Path) -> None:
    found = geomap.series(days, by_region=True, region="Kharkiv region")
    alone = geomap.series(days, region="Kharkiv region")
    assert set(found["region"]) >= {"Kharkiv"}
    assert found.groupby("date")["held_km2"].sum().to_numpy() == pytest.approx(alone["held_km2"].to_numpy(), abs=0.01)


def test_a_series_by_region_is_printed(days: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("series", days, "--by-region", "--format", "csv")[0])))
    assert [r["date"][:10] for r in rows if r["region"] == "Kharkiv"] == ["2022-09-05", "2022-09-06", "2022-09-08"]
    records = json.loads(run("series", days, "--by-region", "--since", "2022-09-06", "--format", "json")[0])
    assert {r["region"] for r in records} >= {"Kharkiv", "Donetsk"}
    assert [r["date"][:10] for r in records if r["region"] == "Donetsk"] == ["2022-09-06", "2022-09-08"]
    features = json.loads(run("series", days, "--format", "geojson")[0])["features"]
    assert [f["geometry"] is None for f in features] == [True, False, False]
    assert features[1]["properties"]["lost_km2"] > 0


# ── files that are not what they should be ───────────────────────────────────────────────────────────────────────────


def refused(*arguments: object) -> str:
    result = CliRunner().invoke(cli.app, [str(a) for a in arguments])
    assert isinstance(result.exception, GeomapError), result.output
    assert "\n" not in str(result.exception)
    return str(result.exception)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write(tmp_path / "2022-01-01.geojson", OURS)


def test_collections_and_heights_are_measured(tmp_path: Path, good: Path) -> None:
    high = [[[x, y, 100.0 + x] for x, y in OURS.exterior.coords]]
    nested = {
        "type": "GeometryCollection",
        "geometries": [{"type": "Point", "coordinates": [36, 49]}, {"type": "Polygon", "coordinates": high}],
    }
    path = tmp_path / "2022-01-02.geojson"
    path.write_text(json.dumps({"type": "Feature", "properties": {"status": "held"}, "geometry": nested}))
    assert measure.area_records(path)[-1]["area_km2"] == measure.area_records(good)[-1]["area_km2"]
    assert measure.diff_frame(good, path).empty
    assert geomap.series([good, path])["gross_km2"].tolist() == [0, 0]


@pytest.mark.parametrize("kind", ["gpkg", "parquet", "shp"])
def test_maps_without_a_crs_are_refused(tmp_path: Path, good: Path, kind: str) -> None:
    path = tmp_path / f"2022-01-02.{kind}"
    frame = geopandas.GeoDataFrame({"status": ["held"]}, geometry=[OURS])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyogrio's remark on the missing CRS
        frame.to_parquet(path) if kind == "parquet" else frame.to_file(path)
    for command in (("area",), ("diff", good), ("series", good)):
        assert "no CRS" in refused(*command, path)


@pytest.mark.parametrize("kind", ["gpkg", "parquet"])
def test_positions_that_are_no_number_are_refused_even_for_repair(tmp_path: Path, good: Path, kind: str) -> None:
    path = tmp_path / f"2022-01-02.{kind}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # remarks on NaN
        shape = Polygon([(36, 49), (37, float("nan")), (37, 50), (36, 49)])
        frame = geopandas.GeoDataFrame({"status": ["held"]}, geometry=[shape], crs=4326)
        frame.to_parquet(path) if kind == "parquet" else frame.to_file(path)
    for command in (("area",), ("diff", good), ("series", good)):
        assert "finite" in refused(*command, path, "--repair")


def test_a_map_at_fault_is_not_taken_for_plain_shapes(tmp_path: Path, good: Path) -> None:
    """Swapped or broken, a control map must not be subtracted as if its date and classes did not matter."""
    named = {"type": "Feature", "properties": {"name": "Окуповано /// Occupied"}}
    swapped, bow = tmp_path / "2022-01-02.geojson", tmp_path / "2022-01-03.geojson"
    swapped.write_text(json.dumps(named | {"geometry": mapping(shapely.transform(OURS, lambda c: c[:, ::-1]))}))
    bow.write_text(json.dumps(named | {"geometry": mapping(Polygon([(36, 49), (37, 50), (37, 49), (36, 50)]))}))
    assert "swapped?" in refused("diff", good, swapped)
    assert "swapped?" in refused("diff", swapped, good, "--sources")
    assert "Self-intersection" in refused("diff", good, bow)
    strange = write(tmp_path / "2022-01-04.geojson", OURS)
    strange.write_text(strange.read_text().replace('"held"', '"Щось /// Something new"'))
    assert "Something new" in refused("diff", good, strange)


@pytest.mark.parametrize("geometry", [None, mapping(shapely.Point(36, 49))])
def test_a_map_without_ground_is_no_loss_of_all(tmp_path: Path, good: Path, geometry: Any) -> None:
    """An empty download would else read as a withdrawal from everywhere."""
    features = [] if geometry is None else [{"type": "Feature", "properties": {}, "geometry": geometry}]
    path = tmp_path / "2022-01-02.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    for command in (("area",), ("diff", good), ("series", good)):
        assert "no polygon" in refused(*command, path)


def test_a_layer_of_units_beside_the_ground_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "2022-01-02.gpkg"
    units = geopandas.GeoDataFrame({"name": ["31st brigade"]}, geometry=[shapely.Point(36, 49)], crs=4326)
    units.to_file(path, layer="a_units")
    geopandas.GeoDataFrame({"status": ["held"]}, geometry=[OURS], crs=4326).to_file(path, layer="ground")
    (found,) = control.read_control(path).snapshots
    assert dict(found.dropped) == {"points": 1}
    assert len(found.frame) == 1
