"""Frames: the ground drawn once, each day's polygons over it, then the date, the numbers and the time passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from geomap.film.layout import Box, Layout, fitted, font, wrapped
from geomap.film.states import State
from geomap.maps.geometry import cut, widen
from geomap.maps.sketch import Frame, scale_bar
from geomap.models import UNKNOWN_HOLDER, ControlSeries, Status
from geomap.settings import Style
from geomap.wording import clip, day, fold, in_page_words, quantity, words

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

FINE = 2
"""Polygons are drawn this much larger and shrunk: smooth edges."""
HELD_OPACITY = 0.42
CONTESTED_OPACITY = 0.28
HATCH_OPACITY = 0.8
"""As the page's: map.css has the same figures."""
INK, SOFT, PAPER, SHORE, CONTESTED_INK = "#16191c", "#555c62", "#fdfcfa", "#a9bcc4", "#8a6a1f"
CONTESTED = (Status.CONTESTED, Status.UNKNOWN)

Masks = tuple[Any, Any, Any, Any]
"""What is held and its edge, what is contested and its edge: grey pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A name on the map; ``story``: one that the report speaks of."""

    text: str
    lon: float
    lat: float
    kind: str = "town"
    story: bool = False


@dataclass(slots=True, kw_only=True)
class Painter:
    """Draws the frames of one film. Frames are RGB images of the layout's size."""

    maps: ControlSeries
    layout: Layout
    frame: Frame
    style: Style
    title: str
    states: Sequence[State]
    ground: Sequence[tuple[str, Any]]
    labels: Sequence[Label]
    credits: str
    _base: Any = None
    _names: Any = None
    _start: Any = None
    _last: tuple[Masks, Any] | None = None
    _hatches: dict[str, Any] = field(default_factory=dict)

    def picture(self, state: State) -> Image.Image:
        """The frame of one day."""
        if self._base is None:
            self._begin()
        image: Image.Image = self._mapped(state.snapshot).copy()
        self._write(image, state)
        return image

    # ── what does not change ─────────────────────────────────────────────────────────────────────────────────

    def _begin(self) -> None:
        from PIL import Image, ImageDraw

        layout = self.layout
        left, top, right, bottom = layout.map
        land = Image.new("RGB", ((right - left) * FINE, (bottom - top) * FINE), self.style.colour("water"))
        pen = ImageDraw.Draw(land)
        for kind, geometry in self.ground:
            self._draw_ground(pen, kind, geometry)
        base = Image.new("RGB", (layout.width, layout.height), PAPER)
        base.paste(land.reduce(FINE), (left, top))
        self._base = base
        self._start = self._masks(0)[0].reduce(FINE)
        self._write_once(base)
        self._names = self._named()

    def _draw_ground(self, pen: ImageDraw.ImageDraw, kind: str, geometry: Any) -> None:
        fills = {"far": "land", "land": "land", "lake": "water"}
        lines = {
            "edge": ("border", 0.8), "border": ("border", 1.6), "region": ("border", 0.7), "river": (SHORE, 1.4),
            "lake": (SHORE, 0.8),
        }  # fmt: skip
        wide = lines.get(kind, ("", 0.0))
        for ring, hole in _rings(cut(geometry, widen(self.frame.bounds, 1.1))):
            spots = self._spots(ring)
            if kind in fills and len(spots) >= 3:
                pen.polygon(spots, fill=self.style.colour("water" if hole else fills[kind]))
            if wide[1] and len(spots) >= 2:
                colour = wide[0] if wide[0].startswith("#") else self.style.colour(wide[0])
                pen.line(spots, fill=colour, width=max(1, round(wide[1] * FINE * self.layout.unit)))

    def _spots(self, ring: Any) -> list[tuple[float, float]]:
        """Positions of a ring in the fine picture of the map."""
        frame = self.frame
        x = (ring[:, 0] - frame.west) * (frame.narrow * frame.scale * FINE)
        y = (frame.north - ring[:, 1]) * (frame.scale * FINE)
        return list(zip(x.tolist(), y.tolist(), strict=True))

    # ── each map ─────────────────────────────────────────────────────────────────────────────────────────────

    def _mapped(self, snapshot: int) -> Image.Image:
        """Everything but the day's words; of the picture drawn last, what is the same stays."""
        masks = self._masks(snapshot)
        if self._last is None:
            left, top, right, bottom = self.layout.map
            box: Box | None = (0, 0, right - left, bottom - top)
            made = self._base.copy()
        else:
            box = _changed(self._last[0], masks)
            made = self._last[1]
        if box is not None:
            corner = self.layout.map[:2]
            made.paste(self._composed(masks, box), (corner[0] + box[0], corner[1] + box[1]))
        self._last = (masks, made)
        drawn: Image.Image = made
        return drawn

    def _composed(self, masks: Masks, box: Box) -> Image.Image:
        """A part of the map's box: ground, what is held, gained, lost and contested, and names over it."""
        from PIL import ImageChops

        left, top = self.layout.map[:2]
        part: Image.Image = self._base.crop((left + box[0], top + box[1], left + box[2], top + box[3]))
        fine = (box[0] * FINE, box[1] * FINE, box[2] * FINE, box[3] * FINE)
        held, held_edge, contested, contested_edge = (mask.crop(fine).reduce(FINE) for mask in masks)
        start = self._start.crop(box)
        hatched = {name: self._hatch(name).crop(box) for name in ("contested", "gained", "lost")}
        tone = self.style.colour
        for colour, mask in (
            (tone("held"), held.point([round(v * HELD_OPACITY) for v in range(256)])),
            (tone("held"), held_edge),
            (tone("contested"), contested.point([round(v * CONTESTED_OPACITY) for v in range(256)])),
            (CONTESTED_INK, ImageChops.multiply(contested, hatched["contested"])),
            (CONTESTED_INK, contested_edge),
            (tone("change"), ImageChops.multiply(ImageChops.subtract(held, start), hatched["gained"])),
            (tone("change"), ImageChops.multiply(ImageChops.subtract(start, held), hatched["lost"])),
        ):
            if (inside := mask.getbbox()) is not None:
                part.paste(colour, inside, mask.crop(inside))
        names = self._names.crop(box)
        part.paste(names, (0, 0), names)
        return part

    def _masks(self, snapshot: int) -> Masks:
        """Ground and edge of what is held, and of what is contested or unknown, drawn ``FINE`` times as large."""
        from geomap.control import ground

        shown = self.maps.snapshots[snapshot]
        return (*self._mask(ground(shown)), *self._mask(ground(shown, CONTESTED)))

    def _mask(self, geometry: Any) -> tuple[Any, Any]:
        from PIL import Image, ImageDraw

        left, top, right, bottom = self.layout.map
        size = ((right - left) * FINE, (bottom - top) * FINE)
        filled, edge = Image.new("L", size), Image.new("L", size)
        fill, line = ImageDraw.Draw(filled), ImageDraw.Draw(edge)
        for ring, hole in _rings(cut(geometry, widen(self.frame.bounds, 1.1))):
            spots = self._spots(ring)
            fill.polygon(spots, fill=0 if hole else 255)
            line.line(spots, fill=255, width=max(1, round(1.5 * FINE * self.layout.unit)))
        return filled, edge

    def _hatch(self, name: str) -> Image.Image:
        """Stripes as large as the map: what is contested, gained and lost differs without colour too."""
        from PIL import Image

        if name not in self._hatches:
            left, top, right, bottom = self.layout.map
            y, x = np.mgrid[0 : bottom - top, 0 : right - left]
            step = {"contested": 10, "gained": 9, "lost": 12}[name] * max(self.layout.unit, 0.5)
            along = (x + y) if name == "gained" else (x - y)
            thick = {"contested": 0.32, "gained": 0.3, "lost": 0.34}[name]
            stripes = np.where((along % step) < thick * step, round(255 * HATCH_OPACITY), 0).astype(np.uint8)
            self._hatches[name] = Image.fromarray(stripes)
        found: Image.Image = self._hatches[name]
        return found

    # ── words ────────────────────────────────────────────────────────────────────────────────────────────────

    def _type(self, size: float, bold: bool = False) -> Any:
        return font(self.layout.size(size), bold, self.style.font)

    def _named(self) -> Image.Image:
        """Names of places with a halo, none over another, those of the story first."""
        from PIL import Image, ImageDraw

        left, top, right, bottom = self.layout.map
        made = Image.new("RGBA", (right - left, bottom - top))
        pen = ImageDraw.Draw(made)
        taken: list[tuple[float, float, float, float]] = []
        bar = self._draw_scale(pen, made.size)
        taken.append(bar)
        for label in sorted(self.labels, key=lambda name: not name.story):
            self._draw_name(pen, label, taken, made.size)
        return made

    def _draw_name(
        self,
        pen: ImageDraw.ImageDraw,
        label: Label,
        taken: list[tuple[float, float, float, float]],
        size: tuple[int, int],
    ) -> None:
        x, y = self.frame.point(label.lon, label.lat)
        unit = self.layout.unit
        if not (0 < x < size[0] and 0 < y < size[1]):
            return
        type_ = self._type({"country": 21, "region": 17}.get(label.kind, 23 if label.story else 17), label.story)
        text = clip(label.text.upper() if label.kind == "country" else label.text, 32)
        box = pen.textbbox((0, 0), text, font=type_)
        wide, tall = box[2] - box[0], box[3] - box[1]
        dot = (5.5 if label.story else 3.2) * unit
        gap = dot + 5 * unit
        if label.kind in ("country", "region"):
            spots = [(x - wide / 2, y - tall / 2)]
        else:
            spots = [(x + gap, y - tall / 2), (x - gap - wide, y - tall / 2), (x - wide / 2, y - gap - tall)]
            spots.append((x - wide / 2, y + gap))
        for at, above in spots:
            area = (at - 2, above - 2, at + wide + 2, above + tall + 2)
            inside = area[0] > 4 and area[1] > 4 and area[2] < size[0] - 4 and area[3] < size[1] - 4
            if not inside or any(_meet(area, other) for other in taken):
                continue
            taken += [area, (x - dot, y - dot, x + dot, y + dot)]
            halo = max(1, round(2.4 * unit))
            ink = INK if label.story else SOFT
            if label.kind not in ("country", "region"):
                edge = self.style.colour("land")
                pen.ellipse((x - dot, y - dot, x + dot, y + dot), fill=ink, outline=edge, width=max(1, round(unit)))
            pen.text(
                (at - box[0], above - box[1]), text, font=type_, fill=ink, stroke_width=halo,
                stroke_fill=self.style.colour("land"),
            )  # fmt: skip
            return

    def _draw_scale(self, pen: ImageDraw.ImageDraw, size: tuple[int, int]) -> tuple[float, float, float, float]:
        """A scale bar and an arrow to the north, below on the left; gives the room that they take."""
        length, text = scale_bar(self.frame, self.style, share=0.14)
        margin, unit = self.layout.margin, self.layout.unit
        base, tick = size[1] - margin * 0.8, 8 * unit
        type_ = self._type(18)
        thick = max(1, round(2 * unit))
        pen.line(
            [(margin, base - tick), (margin, base), (margin + length, base), (margin + length, base - tick)],
            fill=INK, width=thick,
        )  # fmt: skip
        spot = (margin + length + 8 * unit, base - 18 * unit)
        halo, around = max(1, round(2 * unit)), self.style.colour("land")
        pen.text(spot, text, font=type_, fill=INK, stroke_width=halo, stroke_fill=around)
        tip = (margin + 9 * unit, base - 62 * unit)
        arrow = [
            tip,
            (tip[0] - 8 * unit, tip[1] + 26 * unit),
            (tip[0], tip[1] + 20 * unit),
            (tip[0] + 8 * unit, tip[1] + 26 * unit),
        ]
        pen.polygon(arrow, fill=INK)
        pen.text(
            (tip[0] + 13 * unit, tip[1] + 4 * unit),
            words(self.style.language)["north_short"],
            font=type_,
            fill=INK,
            stroke_width=halo,
            stroke_fill=around,
        )
        return (0, base - 70 * unit, spot[0] + pen.textlength(text, font=type_) + 6 * unit, size[1])

    def _write_once(self, base: Image.Image) -> None:
        """Title, legend, credits and the ends of the time line."""
        from PIL import ImageDraw

        pen = ImageDraw.Draw(base)
        layout, margin = self.layout, self.layout.margin
        tall = layout.height > layout.width
        type_ = self._type(32 if tall else 30, True)
        lines = wrapped(pen, self.title, layout.width - 2 * margin, type_, 2 if tall else 1)
        for number, line in enumerate(lines):
            pen.text((margin, margin * 0.6 + number * layout.size(40)), line, font=type_, fill=INK)
        for edge in (layout.map[1], layout.map[3]):
            pen.line([(0, edge), (layout.width, edge)], fill="#d9d6cf", width=1)
        self._write_legend(base, pen)
        small = self._type(16)
        credits = wrapped(
            pen, self.credits, layout.width - 2 * margin, small, 2 if layout.width <= layout.height else 1
        )
        at = layout.height - layout.size(26) * len(credits) - margin * 0.25
        for number, line in enumerate(credits):
            pen.text((margin, at + number * layout.size(24)), line, font=small, fill=SOFT)

    def legend(self) -> list[tuple[str, str]]:
        """(sign, words) of what is drawn; nothing that no map has."""
        w = words(self.style.language)
        start = day(self.states[0].day, self.style)
        found = [("held", held_words(self.maps, self.style))]
        found += [("gained", w("film_gained", start=start)), ("lost", w("film_lost", start=start))]
        kinds = {str(status) for s in self.maps.snapshots for status in s.frame["status"].unique()}
        if kinds & {str(k) for k in CONTESTED}:
            found.append(("contested", w["layer_contested"]))
        return found

    def _write_legend(self, base: Image.Image, pen: ImageDraw.ImageDraw) -> None:
        layout, margin = self.layout, self.layout.margin
        type_ = self._type(19)
        x, y = float(margin), layout.foot[1] + layout.size(44)
        for sign, text in self.legend():
            wide = layout.size(40) + layout.size(8)
            needed = wide + pen.textlength(text, font=type_)
            if x + needed > layout.width - margin and x > margin:
                x, y = float(margin), y + layout.size(32)
            self._draw_sign(base, sign, (round(x), y, round(x) + layout.size(40), y + layout.size(22)))
            pen.text(
                (x + wide, y + layout.size(11)),
                fitted(pen, text, layout.width - margin - x - wide, type_),
                font=type_,
                fill=INK,
                anchor="lm",
            )
            x += needed + layout.size(28)

    def _draw_sign(self, base: Image.Image, sign: str, box: Box) -> None:
        """The legend's sign, drawn as the ground is."""
        from PIL import Image, ImageDraw

        size = (box[2] - box[0], box[3] - box[1])
        base.paste(self.style.colour("land"), box)
        opacity = {"held": HELD_OPACITY, "gained": HELD_OPACITY, "contested": CONTESTED_OPACITY}.get(sign, 0.0)
        tone = self.style.colour("contested" if sign == "contested" else "held")
        base.paste(tone, box, Image.new("L", size, round(255 * opacity)))
        if sign != "held":
            stripes = self._hatch(sign).crop((0, 0, *size))
            base.paste(CONTESTED_INK if sign == "contested" else self.style.colour("change"), box, stripes)
        ImageDraw.Draw(base).rectangle(
            (box[0], box[1], box[2] - 1, box[3] - 1), outline=tone if sign != "lost" else self.style.colour("change")
        )

    def said(self, state: State) -> tuple[str, str, str]:
        """The day, the two figures, and what is missing, in the reader's words."""
        w = words(self.style.language)
        held = f"{w['film_held']} {quantity((state.held_km2, state.held_km2), 'km2', self.style)}"
        return day(state.day, self.style), f"{held}  ·  {self.net(state)}", self.missing(state)

    def net(self, state: State) -> str:
        """Net change since the first map, with its sign."""
        w = words(self.style.language)
        size = abs(state.net_km2)
        sign = "+" if state.net_km2 > 0 else "−" if state.net_km2 < 0 else "±"
        return f"{w['column_net'].lower()} {sign}{quantity((size, size), 'km2', self.style)}"

    def missing(self, state: State) -> str:
        """That there is no map of this day, or that the source changes."""
        w = words(self.style.language)
        shown = self.maps.snapshots[state.snapshot]
        if state.gap is not None:
            return w("no_maps", start=day(state.gap[0], self.style), end=day(state.gap[1], self.style))
        if state.source_changed:
            return w("source_changes", source=in_page_words(shown.provenance.attribution or self.maps.name, self.style))
        return ""

    def _write(self, image: Image.Image, state: State) -> None:
        from PIL import ImageDraw

        pen = ImageDraw.Draw(image)
        layout, margin = self.layout, self.layout.margin
        when, figures, missing = self.said(state)
        type_, small = self._type(50, True), self._type(27)
        base = layout.heading[3] - layout.size(16)
        # "ls": from the line that letters stand on, so that words of two sizes stand on one
        pen.text((margin, base), when, font=type_, fill=SOFT if state.gap else INK, anchor="ls")
        apart = pen.textlength(when, font=type_) + layout.size(36)
        if margin + apart + pen.textlength(figures, font=small) > layout.width - margin:
            pen.text((margin, base - layout.size(62)), figures, font=small, fill=INK, anchor="ls")
        else:
            pen.text((margin + apart, base), figures, font=small, fill=INK, anchor="ls")
        if missing:
            self._write_missing(image, pen, missing, veiled=state.gap is not None)
        self._draw_time(pen, state)

    def _write_missing(self, image: Image.Image, pen: ImageDraw.ImageDraw, text: str, *, veiled: bool) -> None:
        """A band over the map; where there is no map, the old one shows through a veil."""
        from PIL import Image

        left, top, right, bottom = self.layout.map
        if veiled:
            veil = Image.new("L", (right - left, bottom - top), 120)
            image.paste(PAPER, (left, top), veil)
        type_ = self._type(26, True)
        text = fitted(pen, text, right - left - 4 * self.layout.margin, type_)
        wide = pen.textlength(text, font=type_)
        middle, high = (left + right) / 2, self.layout.size(54)
        at = top + self.layout.margin
        pen.rectangle((middle - wide / 2 - 20, at, middle + wide / 2 + 20, at + high), fill=PAPER, outline=SOFT)
        pen.text((middle, at + high / 2), text, font=type_, fill=INK, anchor="mm")

    def _draw_time(self, pen: ImageDraw.ImageDraw, state: State) -> None:
        """The time line: what has passed is dark, days without maps are left open."""
        layout, margin = self.layout, self.layout.margin
        first, last = self.states[0].day, self.states[-1].day
        y, thick = layout.foot[1] + layout.size(20), layout.size(10)
        small = self._type(16)
        ends = [day(first, self.style), day(last, self.style)]
        left = margin + pen.textlength(ends[0], font=small) + layout.size(14)
        right = layout.width - margin - pen.textlength(ends[1], font=small) - layout.size(14)
        pen.text((margin, y), ends[0], font=small, fill=SOFT, anchor="lm")
        pen.text((layout.width - margin, y), ends[1], font=small, fill=SOFT, anchor="rm")

        def spot(when: date, whole: float = 0.0) -> float:
            return left + (right - left) * ((when - first).days + whole) / ((last - first).days or 1)

        pen.rectangle((left, y - thick / 2, right, y + thick / 2), fill="#d9d6cf")
        pen.rectangle((left, y - thick / 2, spot(state.day), y + thick / 2), fill=self.style.colour("held"))
        for start, end in self.maps.gaps:
            pen.rectangle(
                (spot(start, 0.5), y - thick / 2, max(spot(end, -0.5), spot(start, 0.5) + 2), y + thick / 2), fill=PAPER
            )
        now = spot(state.day)
        pen.rectangle((now - 2, y - thick, now + 2, y + thick), fill=INK)


def held_words(maps: ControlSeries, style: Style) -> str:
    """Whose ground is drawn, and whether reports or a mapmaker say so."""
    w = words(style.language)
    held = (
        w["layer_held_all"]
        if maps.holder == UNKNOWN_HOLDER
        else w("layer_held", holder=in_page_words(maps.holder, style))
    )
    return w("layer_reported", layer=held) if maps.from_reports else held


def _changed(old: Masks, new: Masks) -> Box | None:
    """Where pictures of two maps differ, in pixels of the map's box; None where nowhere."""
    from PIL import ImageChops

    boxes = [b for b in (ImageChops.difference(x, y).getbbox() for x, y in zip(old, new, strict=True)) if b is not None]
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts) // FINE, min(tops) // FINE, -(-max(rights) // FINE), -(-max(bottoms) // FINE)


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    return not (one[2] < other[0] or one[0] > other[2] or one[3] < other[1] or one[1] > other[3])


def _rings(geometry: Any) -> list[tuple[Any, bool]]:
    """Rings and lines as arrays, whether each is a hole; large ones first, so that what lies in a hole comes after."""
    import shapely

    parts = shapely.get_parts(geometry)
    polygons = [p for p in parts if p.geom_type == "Polygon" and not p.is_empty]
    polygons.sort(key=lambda p: -p.area)
    found: list[tuple[Any, bool]] = []
    for polygon in polygons:
        found.append((shapely.get_coordinates(polygon.exterior), False))
        found += [(shapely.get_coordinates(ring), True) for ring in polygon.interiors]
    found += [(shapely.get_coordinates(p), False) for p in parts if "Line" in p.geom_type and not p.is_empty]
    return found


def place_labels(places: Sequence[Any], towns: Sequence[Sequence[Any]]) -> list[Label]:
    """The story's places, then the basemap's names that are none of them."""
    story = [Label(text=p.name, lon=p.lon, lat=p.lat, story=True) for p in places]
    named = {fold(p.name) for p in places}
    base = [Label(text=str(n), lon=x, lat=y, kind=str(k)) for n, x, y, k in towns if str(n) not in named]
    return story + base
