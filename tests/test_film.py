"""Films of control maps: the page's ground and the series' numbers on every day, in files that others read."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from command import assert_refused, files_in, run
from PIL import Image, ImageSequence
from shapely.geometry import Polygon, mapping

from geomap.control import series
from geomap.control.timemap import decode, encode_series
from geomap.errors import ControlError, OutputError
from geomap.film import Story, make_film, read_story, size_of, states_of
from geomap.film.making import Spot, extent_of, painter_of
from geomap.film.painting import CONTESTED_OPACITY, HELD_OPACITY, Painter
from geomap.film.writing import ffmpeg, render_captions
from geomap.measure import open_gazetteer, read_series
from geomap.models import ControlSeries
from geomap.settings import Style
from geomap.wording import quantity

# slanted and lopsided; the later ones reach further south-west and give up ground in the north
GROUNDS = {
    "2023-05-01": [(36.1, 48.2), (37.9, 48.5), (38.2, 49.6), (36.7, 49.3)],
    "2023-05-02": [(35.8, 48.1), (37.9, 48.5), (38.2, 49.6), (36.7, 49.3)],
    "2023-05-03": [(35.8, 48.1), (37.9, 48.5), (38.2, 49.3), (36.5, 48.9)],
    "2023-05-08": [(35.6, 47.9), (37.9, 48.5), (38.2, 49.3), (36.5, 48.9)],
    "2023-05-09": [(35.6, 47.9), (37.9, 48.5), (38.2, 49.4), (36.5, 48.9)],
}
FOUGHT_OVER = [(35.2, 48.6), (35.9, 48.7), (36.0, 49.2), (35.4, 49.1)]


def write_maps(folder: Path) -> Path:
    folder.mkdir()
    for day, held in GROUNDS.items():
        features = [
            {"type": "Feature", "properties": {"status": status}, "geometry": mapping(Polygon(ring))}
            for status, ring in (("held", held), ("contested", FOUGHT_OVER))
        ]
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (folder / f"{day}.geojson").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_maps(tmp_path_factory.mktemp("film") / "maps")


@pytest.fixture(scope="module")
def maps(folder: Path) -> ControlSeries:
    return read_series("Front", folder)


@pytest.fixture(scope="module")
def painter(maps: ControlSeries) -> Painter:
    return painter_of(maps, open_gazetteer(), (640, 360))


# ── what each day shows ──────────────────────────────────────────────────────────────────────────────────────


def test_every_day_has_a_state_and_gaps_are_said(maps: ControlSeries) -> None:
    states = states_of(maps)
    assert [s.day.day for s in states] == list(range(1, 10))
    assert [s.snapshot for s in states] == [0, 1, 2, 2, 2, 2, 2, 3, 4]
    assert [s.gap is not None for s in states] == [False] * 3 + [True] * 4 + [False] * 2
    assert states[4].gap == (date(2023, 5, 3), date(2023, 5, 8))


def test_the_numbers_are_the_series_own(maps: ControlSeries, painter: Painter) -> None:
    rows = series(maps)
    for state in painter.states:
        row = rows.iloc[state.snapshot]
        assert state.held_km2 == row["held_km2"]
        assert state.net_km2 == row["cumulative_km2"]
        said = painter.said(state)[1]
        assert quantity((row["held_km2"],) * 2, "km2") in said
        assert quantity((abs(row["cumulative_km2"]),) * 2, "km2") in said
    assert "−" in painter.net(painter.states[2])
    assert "±0" in painter.net(painter.states[0])


def test_one_day_is_no_film(folder: Path) -> None:
    one = read_series("Front", folder / "2023-05-01.geojson")
    with pytest.raises(ControlError, match="two days"):
        states_of(one)


def blend(colour: str, over: np.ndarray[Any, Any], opacity: float) -> np.ndarray[Any, Any]:
    tone = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)], dtype=float)
    return over * (1 - opacity) + tone * opacity


def expected_at(kind: str, land: np.ndarray[Any, Any], style: Style) -> np.ndarray[Any, Any]:
    if kind == "held":
        return blend(style.colour("held"), land, HELD_OPACITY)
    return blend(style.colour("contested"), land, CONTESTED_OPACITY) if kind == "contested" else land


def points_of(painter: Painter, count: int, seed: int) -> list[tuple[int, int, float, float]]:
    """Pixels of the map's box, and where they lie."""
    rng = np.random.default_rng(seed)
    left, top, right, bottom = painter.layout.map
    found = []
    for x, y in zip(rng.integers(left, right, count), rng.integers(top, bottom, count), strict=True):
        lon = painter.frame.west + (x - left + 0.5) / painter.frame.scale / painter.frame.narrow
        lat = painter.frame.north - (y - top + 0.5) / painter.frame.scale
        found.append((int(x), int(y), float(lon), float(lat)))
    return found


def check_colours(painter: Painter, maps: ControlSeries, day_number: int, count: int = 400) -> dict[str, int]:
    """Compare a frame with what the page draws of that day, at points off edges, names and stripes."""
    state = painter.states[day_number]
    page = {layer: decode(payload)[state.snapshot][1] for layer, payload in encode_series(maps).items()}
    first = decode(encode_series(maps)["held"])[0][1]
    image = np.asarray(painter.picture(state), dtype=float)
    bare = np.asarray(painter._base, dtype=float)
    left, top, *_ = painter.layout.map
    names = np.asarray(painter._names)[:, :, 3]
    near = 3 / painter.frame.scale
    seen = {"held": 0, "contested": 0, "land": 0}
    edges = shapely.union_all([shapely.boundary(g) for g in (*page.values(), first)])
    for x, y, lon, lat in points_of(painter, count, day_number):
        point = shapely.Point(lon, lat)
        if shapely.distance(edges, point) < near or names[y - top, x - left]:
            continue
        kind = next((layer for layer in ("held", "contested") if shapely.contains(page[layer], point)), "land")
        changed = shapely.contains(first, point) != (kind == "held")
        striped = changed or kind == "contested"
        # stripes cover less than half: between them the page's colour shows
        reach = 6 if striped else 0
        spot = np.s_[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]
        apart = np.abs(image[spot] - expected_at(kind, bare[spot], painter.style)).max(axis=2)
        assert apart.min() <= 2.0, (kind, x, y, image[y, x])
        seen[kind] += 1
    return seen


@pytest.mark.parametrize("day_number", [0, 1, 2, 7, 8])
def test_a_frame_equals_the_page_of_that_day(painter: Painter, maps: ControlSeries, day_number: int) -> None:
    seen = check_colours(painter, maps, day_number, 1500)
    assert all(count >= 5 for count in seen.values()), seen


def test_frames_do_not_depend_on_those_before(painter: Painter, maps: ControlSeries) -> None:
    forth = [painter.picture(s).tobytes() for s in painter.states]
    back = [painter.picture(s).tobytes() for s in reversed(painter.states)]
    assert forth == back[::-1]
    fresh = painter_of(maps, open_gazetteer(), (640, 360))
    assert fresh.picture(fresh.states[8]).tobytes() == forth[8]


def test_days_without_a_map_look_different(painter: Painter) -> None:
    missing, before = painter.states[4], painter.states[2]
    assert "no map" in painter.missing(missing)
    left, top, right, bottom = painter.layout.map
    veiled = np.asarray(painter.picture(missing), dtype=float)[top + 90 : bottom, left:right]
    plain = np.asarray(painter.picture(before), dtype=float)[top + 90 : bottom, left:right]
    assert (veiled >= plain - 1).mean() > 0.99
    assert np.abs(veiled - plain).mean() > 3


def test_the_legend_names_what_is_drawn(painter: Painter) -> None:
    assert [sign for sign, _ in painter.legend()] == ["held", "gained", "lost", "contested"]
    assert "Made with geomap" in painter.credits


def test_the_extent_is_where_ground_changed(maps: ControlSeries) -> None:
    west, _, east, _ = extent_of(maps, Story())
    assert west < 35.7
    assert east < 38.8
    near = extent_of(maps, Story(places=(Spot(name="Near", lon=39.0, lat=48.5), Spot(name="Far", lon=10, lat=50))))
    assert near[2] > 39
    assert near[0] > 30


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_moving_pictures_open_elsewhere(maps: ControlSeries, tmp_path: Path, suffix: str) -> None:
    made = make_film(maps, open_gazetteer(), tmp_path / f"change{suffix}", size="320x240")
    with Image.open(tmp_path / f"change{suffix}") as film:
        assert film.size == (320, 240)
        durations = [(frame.load(), frame.info["duration"])[1] for frame in ImageSequence.Iterator(film)]
    assert sum(durations) / 1000 == pytest.approx(made.seconds, abs=0.2)
    assert files_in(tmp_path) == sorted([f"change{suffix}", "change.png", "change.vtt"])


def test_mp4_plays_and_its_frames_are_the_drawn_ones(maps: ControlSeries, tmp_path: Path) -> None:
    path = tmp_path / "change.mp4"
    made = make_film(maps, open_gazetteer(), path, size="640x360", days_per_second=2)
    command = [ffmpeg(), "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    read = subprocess.run(command, capture_output=True, check=True)
    assert b"Video: h264" in read.stderr
    assert b"640x360" in read.stderr
    frames = np.frombuffer(read.stdout, np.uint8).reshape(-1, 360, 640, 3).astype(float)
    assert len(frames) / 2 == pytest.approx(made.seconds)
    painter = painter_of(maps, open_gazetteer(), (640, 360))
    first, last = (np.asarray(painter.picture(s), dtype=float) for s in (painter.states[0], painter.states[-1]))
    assert np.abs(frames[0] - first).mean() < 4
    assert np.abs(frames[-1] - last).mean() < 4
    assert np.abs(frames[-1] - first).mean() > np.abs(frames[-1] - last).mean() * 1.5


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_same_maps_same_bytes(maps: ControlSeries, tmp_path: Path, suffix: str) -> None:
    digests = {make_film(maps, open_gazetteer(), tmp_path / f"{n}{suffix}", size="320x240").sha256 for n in (1, 2)}
    assert len(digests) == 1


def test_the_poster_says_what_it_shows(maps: ControlSeries, tmp_path: Path) -> None:
    story = Story(places=(Spot(name="Kamin", lon=37.0, lat=48.6),))
    made = make_film(maps, open_gazetteer(), tmp_path / "change.gif", size="320x240", story=story)
    with Image.open(tmp_path / "change.png") as poster:
        assert poster.info["Description"] == made.alt
    assert "Kamin" in made.alt
    assert "1 May 2023" in made.alt


def test_captions_follow_the_days(maps: ControlSeries, tmp_path: Path) -> None:
    make_film(maps, open_gazetteer(), tmp_path / "change.gif", size="320x240", days_per_second=2)
    text = (tmp_path / "change.vtt").read_text("utf-8")
    assert text.startswith("WEBVTT\n\nNOTE ")
    times = [line.split(" --> ") for line in text.splitlines() if " --> " in line]
    assert times[0][0] == "00:00:00.000"
    assert all(a[1] == b[0] for a, b in pairwise(times))
    assert "no map from 3 May 2023 to 8 May 2023" in text


def test_captions_hold_no_markup() -> None:
    text = render_captions([(0, 3661.5, "a <b> & 00:00 --> \n\nc")], note="x\n\n00:00:01.000 --> 00:00:02.000\ny")
    assert text.count("-->") == 1
    assert "00:00:00.000 --> 01:01:01.500\na &lt;b&gt; &amp; 00:00 --&gt; c\n" in text


@pytest.mark.parametrize(
    ("given", "name", "size"),
    [
        (None, "a.mp4", (1920, 1080)),
        (None, "a.gif", (960, 540)),
        ("9:16", "a.mp4", (1080, 1920)),
        ("1:1", "a.webp", (540, 540)),
        ("1281x721", "a.mp4", (1280, 720)),
    ],
)
def test_sizes(given: str | None, name: str, size: tuple[int, int]) -> None:
    assert size_of(given, Path(name)) == size


@pytest.mark.parametrize("given", ["4:3", "10x10", "99999x20", "big", "1920", "-5x300", "٣٢٠x240"])
def test_other_sizes_are_refused(given: str) -> None:
    with pytest.raises(OutputError, match="--size"):
        size_of(given, Path("a.mp4"))


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_makes_a_film(folder: Path, tmp_path: Path) -> None:
    ran = run("film", folder, "-o", tmp_path / "change.gif", "--size", "320x240", "--title", "A valley at war")
    assert ran.code == 0, ran.err
    assert ran.out == ""
    assert "A valley at war. " in ran.err
    assert (tmp_path / "change.gif").read_bytes()[:6] == b"GIF89a"


def report_of(folder: Path, maps: str) -> Path:
    """A report's record with one town, one region, and the name of its maps."""
    places = [
        {"name": "Kamin", "feature": "P.PPL", "lat": 48.6, "lon": 37.0, "mentions": 2},
        {"name": "Whole Region", "feature": "A.ADM1", "lat": 48.0, "lon": 36.0, "mentions": 9},
    ]
    record = {"articles": [{"title": "Story"}], "places": places, "methods": {"data": [{"path": maps}, {"path": None}]}}
    path = folder / "report.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    return path


def test_a_report_brings_its_places(folder: Path, tmp_path: Path) -> None:
    story = read_story(report_of(tmp_path, "maps"))
    assert [p.name for p in story.places] == ["Kamin"]
    ran = run("film", tmp_path / "report.json", folder, "-o", tmp_path / "a.gif", "--size", "320x240")
    assert ran.code == 0, ran.err
    assert "Kamin" in ran.err


def test_a_report_finds_its_maps_beside_it(tmp_path: Path) -> None:
    write_maps(tmp_path / "maps")
    report_of(tmp_path, "maps")
    assert run("film", tmp_path / "report.json", "-o", tmp_path / "a.gif", "--size", "320x240").code == 0


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda d: [report_of(d, "gone"), "-o", d / "a.gif"], "does not hold them"),
        (lambda d: [write_maps(d / "maps"), "-o", d / "a.avi"], "unknown suffix"),
        (lambda d: [write_maps(d / "maps"), "-o", d / "a.gif", "--size", "7:5"], "--size"),
        (lambda d: [d / "nothing", "-o", d / "a.gif"], "no such"),
        (lambda d: [write_maps(d / "maps"), "-o", "-"], "unknown suffix"),
        (lambda d: [write_maps(d / "maps") / "2023-05-01.geojson", "-o", d / "a.gif"], "two days"),
    ],
)
def test_what_makes_no_film_is_one_line(tmp_path: Path, make: Any, says: str) -> None:
    arguments = make(tmp_path)
    before = files_in(tmp_path)
    assert says in assert_refused(run("film", *arguments))
    assert files_in(tmp_path) == before


def test_without_ffmpeg_one_line_says_what_to_do(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    line = assert_refused(run("film", folder, "-o", tmp_path / "a.mp4"))
    assert "geomap-territory[film]" in line
    assert ".gif" in line
    assert files_in(tmp_path) == []


def test_a_film_that_fails_leaves_nothing(maps: ControlSeries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geomap.film.writing.CONSTANT_RATE", "no number")
    with pytest.raises(OutputError, match="ffmpeg"):
        make_film(maps, open_gazetteer(), tmp_path / "a.mp4", size="320x240")
    assert files_in(tmp_path) == []


def test_an_output_is_no_input(folder: Path, tmp_path: Path) -> None:
    report = report_of(tmp_path, "maps")
    assert "unknown suffix" in assert_refused(run("film", report, folder, "-o", report))


@pytest.mark.shared
@pytest.mark.slow
def test_240_days_are_quick_small_and_the_pages(shared: Path, tmp_path: Path) -> None:
    assert ffmpeg()
    maps = read_series(None, shared / "data" / "control" / "daily")
    began = time.process_time()
    made = make_film(maps, open_gazetteer(), tmp_path / "change.mp4")
    assert time.process_time() - began < 20  # this process; ffmpeg works beside it
    assert (tmp_path / "change.mp4").stat().st_size < 8e6
    assert made.frames == 243
    painter = painter_of(maps, open_gazetteer(), (1920, 1080))
    for day_number in (0, 120, 242):
        check_colours(painter, maps, day_number, 200)
