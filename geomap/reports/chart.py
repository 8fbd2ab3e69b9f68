"""Ground held by date as a small SVG: steps, not slopes; gaps stay gaps; a change of source is marked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from markupsafe import Markup, escape

from geomap.settings import Style
from geomap.wording import day, number, words

WIDTH, HEIGHT = 760, 240
NOTE_WIDTH = 80.0
"""Pixels that the words of a gap take."""
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 22, 34
GAP_DAYS = 3.0
"""Longer than this without a map, and the line stops: what happened in between is not known."""


def series_chart(rows: Sequence[Mapping[str, Any]], style: Style) -> Markup:
    """Draw ``held_km2`` with the band up to held + contested + unknown. Empty with fewer than two dates."""
    points = [(_when(r["date"]), float(r["held_km2"]), _upper(r), str(r.get("source") or "")) for r in rows]
    points.sort(key=lambda p: p[0])
    if len(points) < 2:
        return Markup("")
    w = words(style.language)
    first, last = points[0][0], points[-1][0]
    low = min(p[1] for p in points)
    high = max(p[2] for p in points)
    # a change reads from the slope of the line: the axis starts near the lowest value and says so
    floor, step = _axis(low, high)
    top = floor + step * math.ceil((high - floor) / step or 1)

    def x(when: float) -> float:
        return LEFT + (when - first) / max(last - first, 1e-9) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (value - floor) / (top - floor) * (HEIGHT - TOP - BOTTOM)

    parts: list[Markup] = []
    value = floor
    while value <= top + step / 2:
        line = y(value)
        parts.append(Markup('<path class="grid" d="M{} {:.1f}H{}"/>').format(LEFT, line, WIDTH - RIGHT))
        text = number(value, style.language)
        parts.append(Markup('<text class="tick" x="{}" y="{:.1f}">{}</text>').format(LEFT - 8, line + 4, text))
        value += step
    parts.append(Markup('<text class="unit" x="4" y="12">{}</text>').format(w["unit_km2"]))
    for part in _unbroken(points):
        band = [(x(p[0]), y(p[2])) for p in part]
        held = [(x(p[0]), y(p[1])) for p in part]
        if len(part) > 1:
            parts.append(Markup('<path class="band" d="{}"/>').format(_band(band, held)))
            parts.append(Markup('<path class="held" d="{}"/>').format(_steps(held)))
        for cx, cy in held:
            parts.append(Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="2.4"/>').format(cx, cy))
    written = -NOTE_WIDTH
    for before, after in pairwise(points):
        if before[3] != after[3]:
            at = x(after[0])
            parts.append(Markup('<path class="seam" d="M{:.1f} {}V{}"/>').format(at, TOP - 6, HEIGHT - BOTTOM))
            parts.append(
                Markup('<text class="note" x="{:.1f}" y="{}">{}</text>').format(at + 4, TOP - 8, w["chart_source"])
            )
        if after[0] - before[0] > GAP_DAYS * 86400:
            middle = (x(before[0]) + x(after[0])) / 2
            # words of short gaps side by side would cover each other
            if middle - written < NOTE_WIDTH:
                continue
            written = middle
            parts.append(
                Markup('<text class="note gap" x="{:.1f}" y="{}">{}</text>').format(
                    middle, HEIGHT - BOTTOM - 8, w["chart_gap"]
                )
            )
    for when, anchor in ((first, "start"), ((first + last) / 2, "middle"), (last, "end")):
        text = day(datetime.fromtimestamp(when, tz=UTC).date(), style)
        parts.append(
            Markup('<text class="date" text-anchor="{}" x="{:.1f}" y="{}">{}</text>').format(
                anchor, x(when), HEIGHT - 12, text
            )
        )
    label = escape(f"{w['chart']}: {number(points[0][1], style.language)}–{number(points[-1][1], style.language)} km²")
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, label, Markup("").join(parts)
    )


def _upper(row: Mapping[str, Any]) -> float:
    return float(row["held_km2"]) + float(row.get("contested_km2") or 0) + float(row.get("unknown_km2") or 0)


def _when(value: Any) -> float:
    when = datetime.fromisoformat(str(value))
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def _axis(low: float, high: float) -> tuple[float, float]:
    span = max(high - low, high * 0.02, 1.0)
    power = 10 ** math.floor(math.log10(span / 3))
    step = next(n * power for n in (1, 2, 2.5, 5, 10) if span / (n * power) <= 4)
    return max(0.0, math.floor((low - span * 0.08) / step) * step), step


def _unbroken(points: Sequence[tuple[float, float, float, str]]) -> list[list[tuple[float, float, float, str]]]:
    parts: list[list[tuple[float, float, float, str]]] = []
    for point in points:
        if parts and point[0] - parts[-1][-1][0] <= GAP_DAYS * 86400 and point[3] == parts[-1][-1][3]:
            parts[-1].append(point)
        else:
            parts.append([point])
    return parts


def _steps(points: Sequence[tuple[float, float]]) -> str:
    """A value holds until the next map."""
    text = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    return text + "".join(f"H{x:.1f}V{y:.1f}" for x, y in points[1:])


def _band(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    back = list(reversed(lower))
    text = _steps(upper) + f"L{back[0][0]:.1f} {back[0][1]:.1f}"
    for (_, y), (nx, ny) in pairwise(back):
        text += f"V{ny:.1f}H{nx:.1f}" if y != ny else f"H{nx:.1f}"
    return text + "Z"
