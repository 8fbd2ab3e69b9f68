"""From control maps to a film: what to show, how fast, and what stands beside it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap import __version__
from geomap.errors import InputError, OutputError
from geomap.files import read_bytes, sha256, shown, writing
from geomap.film.layout import Layout
from geomap.film.painting import Painter, held_words, place_labels
from geomap.film.states import State, states_of
from geomap.film.writing import Shown, ffmpeg, render_captions, write_moving_picture, write_mp4
from geomap.models import Assessment, ControlSeries, Methods
from geomap.progress import Progress, silent
from geomap.settings import Style
from geomap.wording import clip, day, in_page_words, words

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer
    from geomap.maps.features import Bounds

SUFFIXES = (".mp4", ".gif", ".webp")
SHAPES = {"16:9": (1920, 1080), "1:1": (1080, 1080), "9:16": (1080, 1920)}
"""Shapes by name: what broadcasters, feeds and phones show."""
SMALLER = 2
"""GIF and WebP keep every frame whole: at half the size they stay below what a message may carry."""
SIZES = (200, 3840)
"""Least and most pixels of a side: legible; 4K."""
SECONDS = 24.0
"""A film of many days lasts about so long: what people watch to its end."""
RATES = (2.0, 25.0)
"""Days a second, at least and at most: time to see a day; what screens show."""
HOLD_SECONDS = (1.0, 2.5)
"""How long the first and the last day stand: time to read them."""
CUE_SECONDS = 2.0
"""Least time of a caption: shorter ones cannot be read."""
MARGIN = 0.18
"""Of the changed ground's extent, on each side: what lies around it."""
LEAST_DEG = 0.6
"""A film shows at least so many degrees: fewer are a blank field."""
CHANGE_SHARE = 0.98
"""Ground that holds so much of all change is shown; a redrawn border far away would shrink the rest to dots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place of the story."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a film takes of a report: its places, and files that it names as its maps."""

    places: tuple[Spot, ...] = ()
    files: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was written: the film's hash, its length, and the alt text of its poster."""

    sha256: str
    seconds: float
    frames: int
    alt: str
    beside: tuple[Path, ...]


def read_story(path: Path) -> Story:
    """Read the places of a ``report.json``.

    Raises
    ------
    InputError
        It is no report.
    """
    import json

    try:
        record: Any = json.loads(read_bytes(path))
        places = [p for p in record["places"] if not str(p["feature"]).startswith(("A.", "L.", "H."))]
        places.sort(key=lambda p: -int(p.get("mentions", 0)))
        spots = tuple(Spot(name=str(p["name"]), lon=float(p["lon"]), lat=float(p["lat"])) for p in places)
        files = tuple(str(d["path"]) for d in record["methods"]["data"] if d.get("path"))
        title = next((str(a["title"]) for a in record["articles"] if a.get("title")), "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(f"{shown(path)}: not a report; expected what `geomap report -o report.json` writes") from None
    return Story(places=spots, files=files, title=title)


def size_of(given: str | None, path: Path) -> tuple[int, int]:
    """Pixels of a size: "16:9", "1:1", "9:16" or WIDTHxHEIGHT; even, as H.264 wants them.

    Raises
    ------
    OutputError
        Another word, or too small or large.
    """
    if given is None or given in SHAPES:
        width, height = SHAPES[given or "16:9"]
        smaller = 1 if path.suffix.lower() == ".mp4" else SMALLER
        return width // smaller, height // smaller
    found = re.fullmatch(r"([0-9]{2,5})[xX×]([0-9]{2,5})", given)
    size = (int(found[1]) // 2 * 2, int(found[2]) // 2 * 2) if found else (0, 0)
    if not all(SIZES[0] <= side <= SIZES[1] for side in size):
        raise OutputError(
            f"--size {shown(given)[:40]}: expected {', '.join(SHAPES)} or WIDTHxHEIGHT, {SIZES[0]} to {SIZES[1]} each"
        )
    return size


def check_film(path: Path) -> None:
    """Refuse a name whose suffix is no film's, and .mp4 without ffmpeg, before the work begins."""
    if path.suffix.lower() not in SUFFIXES:
        raise OutputError(f"{shown(path)}: unknown suffix; expected one of {' '.join(SUFFIXES)}")
    if path.suffix.lower() == ".mp4":
        ffmpeg()


def painter_of(
    maps: ControlSeries,
    gazetteer: Gazetteer,
    size: tuple[int, int],
    *,
    story: Story | None = None,
    style: Style | None = None,
    title: str | None = None,
) -> Painter:
    """What draws the frames: the extent chosen, the ground under it read."""
    from shapely.geometry import shape as from_geojson

    from geomap.maps.payload import basemap_of
    from geomap.maps.sketch import Frame

    story, style = story or Story(), style or Style()
    states = states_of(maps)
    layout = Layout.of(*size)
    left, top, right, bottom = layout.map
    frame = Frame(extent_of(maps, story), right - left, bottom - top)
    bare = Assessment(
        articles=(), toponyms=(), claims=(), comparisons=(), control=(maps,),
        methods=Methods(version=__version__, command="geomap film", data=(maps.provenance,)),
    )  # fmt: skip
    base, names = basemap_of(gazetteer, frame.bounds, bare)
    return Painter(
        maps=maps,
        layout=layout,
        frame=frame,
        style=style,
        title=title or story.title or _title(maps, states, style),
        states=states,
        ground=[(part["kind"], from_geojson(part["geometry"])) for part in base],
        labels=place_labels(story.places, names),
        credits=credits_of(maps, gazetteer, style),
    )


def _title(maps: ControlSeries, states: Sequence[State], style: Style) -> str:
    return f"{held_words(maps, style)}, {day(states[0].day, style)} – {day(states[-1].day, style)}"


def credits_of(maps: ControlSeries, gazetteer: Gazetteer, style: Style) -> str:
    """Who made the maps and the ground under them, and who the film."""
    w = words(style.language)
    made = [in_page_words(maps.provenance.attribution or maps.label, style)]
    made += [in_page_words(p.attribution, style).rstrip(". ") for p in gazetteer.provenance() if p.attribution]
    parts = [w("from_map", source="; ".join(dict.fromkeys(t for t in made if t))), style.borders, style.credit]
    return ". ".join(p for p in dict.fromkeys([*parts, w["embed_link"]]) if p)


def extent_of(maps: ControlSeries, story: Story) -> Bounds:
    """Where nearly all change lies, and the story's places near it; where nothing changes, all that is held."""
    import numpy as np
    import shapely

    from geomap.control import ground, series

    changed = [g for g in series(maps).geometry if g is not None and not g.is_empty]
    parts = shapely.get_parts(np.array(changed, dtype=object)) if changed else np.empty(0, object)
    if len(parts):
        boxes = _main_boxes(parts)
    else:
        held = [g for g in (ground(s) for s in maps.snapshots) if not g.is_empty]
        boxes = np.array([g.bounds for g in held] or [(-150.0, -55.0, 150.0, 70.0)])
    west, south = boxes[:, :2].min(axis=0)
    east, north = boxes[:, 2:].max(axis=0)
    wide, tall = max(east - west, LEAST_DEG), max(north - south, LEAST_DEG * 0.6)
    for place in story.places:
        if west - wide / 2 <= place.lon <= east + wide / 2 and south - tall / 2 <= place.lat <= north + tall / 2:
            west, south, east, north = (
                min(west, place.lon),
                min(south, place.lat),
                max(east, place.lon),
                max(north, place.lat),
            )
    grow_x = max((east - west) * MARGIN, (LEAST_DEG - (east - west)) / 2)
    grow_y = max((north - south) * MARGIN, (LEAST_DEG * 0.6 - (north - south)) / 2)
    return (
        float(west - grow_x),
        max(-85.0, float(south - grow_y)),
        float(east + grow_x),
        min(85.0, float(north + grow_y)),
    )


def _main_boxes(parts: Any) -> Any:
    """Boxes of the pieces that lie within the middle of all change, by area, along each axis."""
    import numpy as np
    import shapely

    boxes, sizes = shapely.bounds(parts), shapely.area(parts)
    keep = np.ones(len(parts), dtype=bool)
    for low, high in ((0, 2), (1, 3)):
        middle = (boxes[:, low] + boxes[:, high]) / 2
        order = np.argsort(middle)
        share = np.cumsum(sizes[order]) / sizes.sum()
        inside = (share >= (1 - CHANGE_SHARE) / 2) & (share - sizes[order] / sizes.sum() <= (1 + CHANGE_SHARE) / 2)
        keep[order[~inside]] = False
    return boxes[keep] if keep.any() else boxes


def steps_of(states: Sequence[State], rate: float) -> list[int]:
    """For how many steps each day stands: one, the first and the last longer."""
    steps = [1] * len(states)
    steps[0] += round(HOLD_SECONDS[0] * rate)
    steps[-1] += round(HOLD_SECONDS[1] * rate)
    return steps


def make_film(
    maps: ControlSeries,
    gazetteer: Gazetteer,
    path: Path,
    *,
    story: Story | None = None,
    style: Style | None = None,
    title: str | None = None,
    size: str | None = None,
    days_per_second: float | None = None,
    progress: Progress = silent,
) -> Made:
    """Write a film, its captions (.vtt) and its poster (.png) of the same name; all or none.

    Raises
    ------
    GeomapError
        There are too few maps, or the film cannot be written.
    """
    check_film(path)
    painter = painter_of(maps, gazetteer, size_of(size, path), story=story, style=style, title=title)
    states = painter.states
    rate = days_per_second or min(RATES[1], max(RATES[0], len(states) / SECONDS))
    steps = steps_of(states, rate)
    alt = alt_text(painter)
    captions = render_captions(_cues(painter, steps, rate), note=alt)
    beside = (path.with_suffix(".vtt"), path.with_suffix(".png"))
    with writing(path) as film, writing(beside[0]) as words_file, writing(beside[1]) as poster:
        frames = _frames(painter, steps, progress)
        if path.suffix.lower() == ".mp4":
            write_mp4(frames, (painter.layout.width, painter.layout.height), rate, film, title=painter.title)
        else:
            write_moving_picture(frames, rate, film, path.suffix.lower()[1:])
        words_file.write_text(captions, encoding="utf-8")
        poster.write_bytes(_poster(painter, alt))
    return Made(sha256=sha256(read_bytes(path)), seconds=sum(steps) / rate, frames=len(states), alt=alt, beside=beside)


def _frames(painter: Painter, steps: Sequence[int], progress: Progress) -> Iterator[Shown]:
    for number, (state, many) in enumerate(zip(painter.states, steps, strict=True)):
        progress("Drawing", number, len(steps))
        yield painter.picture(state), many
    progress("Drawing", len(steps), len(steps))


def _poster(painter: Painter, alt: str) -> bytes:
    """The last day as a picture that says what it shows."""
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_itxt("Description", alt)
    told.add_text("Software", "geomap")
    out = io.BytesIO()
    painter.picture(painter.states[-1]).save(out, format="PNG", pnginfo=told)
    return out.getvalue()


def alt_text(painter: Painter) -> str:
    """What the film shows, for those who do not see it."""
    w = words(painter.style.language)
    first, last = painter.said(painter.states[0]), painter.said(painter.states[-1])
    west, south, east, north = painter.frame.bounds
    seen = [n for n in painter.labels if n.story and west < n.lon < east and south < n.lat < north]
    names = ", ".join(label.text for label in seen)
    places = f" {clip(names, 160)}." if names else ""
    period = w("alt_control", start=first[0], end=last[0])
    return f"{painter.title}. {period} {first[0]}: {first[1]}. {last[0]}: {last[1]}.{places}"


def _cues(painter: Painter, steps: Sequence[int], rate: float) -> Iterator[tuple[float, float, str]]:
    """A caption for every two seconds or so, and one for each gap: the last day's figures of its time."""
    at = 0.0
    times = []
    for many in steps:
        times.append((at, at + many / rate))
        at += many / rate
    part, since = 0, 0.0
    keys: list[tuple[int, tuple[date, date] | None]] = []
    for state, (start, _) in zip(painter.states, times, strict=True):
        changed = bool(keys) and (keys[-1][1] != state.gap or state.source_changed)
        if changed or start - since >= CUE_SECONDS:
            part, since = part + 1, start
        keys.append((part, state.gap))
    for _, group in groupby(range(len(keys)), key=lambda number: keys[number]):
        numbers = list(group)
        first, last = painter.states[numbers[0]], painter.states[numbers[-1]]
        when, figures, missing = painter.said(last)
        span = when if first.day == last.day else f"{day(first.day, painter.style)} – {when}"
        yield times[numbers[0]][0], times[numbers[-1]][1], f"{span}: {missing or figures}"
