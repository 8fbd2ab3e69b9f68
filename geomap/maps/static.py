"""The map as a still picture for print, Word and LaTeX: .png .svg .pdf, same extent and numbers, no browser."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from geomap.errors import OutputError
from geomap.files import shown, writing
from geomap.maps.antimeridian import straddles, together
from geomap.maps.boundaries import with_boundaries
from geomap.maps.features import Gazetteer, Shape, alt_text, extent, shapes
from geomap.maps.geometry import cut, polygons_only, widen
from geomap.maps.payload import basemap_of, credits_of, layers_of
from geomap.maps.sketch import Frame, scale_bar
from geomap.models import Assessment, Claim, Status
from geomap.settings import Style
from geomap.wording import clip, day, fold, measured, words

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

SUFFIXES = (".png", ".svg", ".pdf")
WIDTH_IN = 9.0
"""Inches: a full column of a printed page, 1,800 pixels at 200 dots an inch."""
DPI = 200
CARD_IN = 6.0
"""Inches that a card is wide, whatever its pixels: its words stay legible on a telephone."""
FOOT_IN = 0.4
"""Inches for three lines of sources at a card's foot."""
TITLE_LINE_IN = 0.24
"""Inches from line to line of a title of 12.5 points."""
TITLE_LETTERS = 8.0
"""Bold letters of that size in an inch."""
LABELS = 30
"""Names tried; those that find no room are left out, the most told first."""


def write_static(
    assessment: Assessment, gazetteer: Gazetteer, path: Path, *, style: Style | None = None, title: str | None = None
) -> None:
    """Write the map as a picture, by suffix .png, .svg or .pdf; the same input gives the same bytes.

    The last control map is drawn. The alt text stands in the file's metadata.

    Raises
    ------
    OutputError
        Another suffix, or a place that cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise OutputError(f"{shown(path)}: found {path.suffix!r}; expected one of {', '.join(SUFFIXES)}")
    with writing(path) as beside:
        beside.write_bytes(picture(assessment, gazetteer, path.suffix.lower()[1:], style=style, title=title))


def picture(
    assessment: Assessment,
    gazetteer: Gazetteer,
    form: str,
    *,
    style: Style | None = None,
    title: str | None = None,
    size: tuple[int, int] | None = None,
) -> bytes:
    """The picture's bytes in ``form``: png, svg or pdf. ``size``: pixels of a card, wide and high."""
    import io

    # a fixed date and salt: matplotlib writes both into files otherwise
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    import matplotlib
    from matplotlib.figure import Figure

    style = style or Style()
    gazetteer = with_boundaries(gazetteer, style)
    if straddles(assessment):
        assessment, gazetteer = together(assessment, gazetteer)
    with matplotlib.rc_context(
        {
            "svg.hashsalt": "geomap",
            "svg.fonttype": "path",
            "pdf.fonttype": 42,
            "font.family": [*_families(style.font), "DejaVu Sans"],
            "hatch.linewidth": 0.7,
            "path.simplify": True,
        }
    ):
        dots = DPI if size is None else size[0] / CARD_IN
        figure = Figure(figsize=(WIDTH_IN, WIDTH_IN * 0.72) if size is None else (CARD_IN, size[1] / dots))
        _compose(figure, assessment, gazetteer, style, title)
        out = io.BytesIO()
        alt = alt_text(assessment, style)
        heading = clip(title or "geomap", 120)
        told: dict[str, dict[str, str | None]] = {
            "png": {"Description": alt, "Software": "geomap"},
            "svg": {"Title": heading, "Description": alt, "Creator": "geomap", "Date": None},
            "pdf": {"Title": heading, "Subject": alt, "Creator": "geomap", "CreationDate": None},
        }
        figure.savefig(out, format=form, dpi=dots, metadata=told[form])
    return out.getvalue()


def _families(font: str) -> list[str]:
    """The house's font families that this machine has; matplotlib complains of the others."""
    from matplotlib.font_manager import fontManager

    known = {f.name for f in fontManager.ttflist}
    return [name for name in (part.strip(" '") for part in font.split(",")) if name in known]


def _compose(figure: Any, assessment: Assessment, gazetteer: Gazetteer, style: Style, title: str | None) -> None:
    given = extent(assessment, gazetteer)
    wide, high = figure.get_size_inches()
    lines = wrap(clip(title or style.caption, 220), int(wide * TITLE_LETTERS)) if wide < WIDTH_IN else []
    top = 0.915 if title or style.caption else 0.985
    bottom, foot_in = 0.125, 0.04 * WIDTH_IN * 0.72
    if wide < WIDTH_IN:
        foot_in = FOOT_IN
        bottom = (FOOT_IN + 0.45) / high  # two rows of the legend
    if lines:
        top = 1 - (0.2 + TITLE_LINE_IN * len(lines)) / high
    width, height = wide * 0.97 * 100, high * (top - bottom) * 100
    frame = Frame(given, width, height)
    bounds = frame.bounds
    axes = figure.add_axes((0.015, bottom, 0.97, top - bottom))
    axes.set_xlim(bounds[0], bounds[2])
    axes.set_ylim(bounds[1], bounds[3])
    axes.set_aspect("auto")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(style.colour("water"))
    for spine in axes.spines.values():
        spine.set_color("#b8b4ab")
        spine.set_linewidth(0.8)
    drawn = shapes(assessment, gazetteer, style)
    base, labels = basemap_of(gazetteer, bounds, assessment)
    _draw_base(axes, base, style)
    series = next((c for c in assessment.control if c.snapshots), None)
    if series is not None:
        _draw_control(axes, series.snapshots[-1].frame, bounds, style)
    for shape in drawn:
        _draw_shape(axes, shape, bounds, style)
    _draw_labels(axes, drawn, labels, frame, style)
    if len(assessment.claims) == 1:
        _draw_amounts(axes, assessment.claims[0], drawn, style)
    _draw_scale(axes, frame, style)
    layers = layers_of(assessment, drawn, style, series is not None)
    notes = []
    if series is not None:
        notes.append(f"{series.name}, {day(series.snapshots[-1].as_of, style, time=True)}")
    notes += [n for n in (style.borders, credits_of(assessment, style), style.credit) if n]
    _draw_legend(figure, layers, style, foot_in / high)
    foot = ". ".join(dict.fromkeys(notes))
    foot = "\n".join(wrap(foot, int(wide * 21))[:3]) if wide < WIDTH_IN else clip(foot, 190)
    figure.text(0.017, 0.012, foot, fontsize=6.5, color="#555c62", parse_math=False)
    heading = title or style.caption
    if lines:
        figure.text(
            0.017, top + 0.08 / high, "\n".join(lines), fontsize=12.5, fontweight="bold", color="#16191c",
            va="bottom", linespacing=1.2, parse_math=False,
        )  # fmt: skip
    elif heading:
        figure.text(
            0.017, 0.945, clip(heading, 100), fontsize=12.5, fontweight="bold", color="#16191c", parse_math=False
        )


def _draw_base(axes: Any, base: Sequence[dict[str, Any]], style: Style) -> None:
    from shapely.geometry import shape as from_geojson

    look: dict[str, dict[str, Any]] = {
        "far": {"facecolor": style.colour("land"), "edgecolor": "none"},
        "edge": {"facecolor": "none", "edgecolor": style.colour("border"), "linewidth": 0.5},
        "land": {"facecolor": style.colour("land"), "edgecolor": "none"},
        "border": {"facecolor": "none", "edgecolor": style.colour("border"), "linewidth": 0.9},
        "region": {"facecolor": "none", "edgecolor": style.colour("border"), "linewidth": 0.5, "alpha": 0.6},
        "lake": {"facecolor": style.colour("water"), "edgecolor": "#a9bcc4", "linewidth": 0.5},
        "river": {"facecolor": "none", "edgecolor": "#a9bcc4", "linewidth": 0.9},
    }
    for part in base:
        _patch(axes, from_geojson(part["geometry"]), zorder=1, **look[part["kind"]])


def _draw_control(axes: Any, frame: Any, bounds: tuple[float, float, float, float], style: Style) -> None:
    from shapely import union_all

    status = frame["status"].astype(str)
    near = widen(bounds, 1.2)
    for kinds, look in (
        (
            (Status.CONTESTED, Status.UNKNOWN),
            {"facecolor": style.colour("contested") + "48", "edgecolor": "#8a6a1f", "hatch": "////", "linewidth": 0.6},
        ),
        (
            (Status.HELD,),
            {"facecolor": style.colour("held") + "6b", "edgecolor": style.colour("held"), "linewidth": 0.8},
        ),
    ):
        ground = frame.geometry[status.isin([str(k) for k in kinds])]
        parts = [polygons_only(cut(g, near)) for g in ground if g is not None and not g.is_empty]
        # one shape a class: seams between pieces are the map-maker's, not the ground's
        _patch(axes, polygons_only(union_all([p for p in parts if not p.is_empty])), zorder=2, **look)


def _draw_shape(axes: Any, shape: Shape, bounds: tuple[float, float, float, float], style: Style) -> None:
    ink = {name: style.colour(name) for name in ("change", "hull", "line", "place", "ambiguous")}
    if shape.layer in ("place", "ambiguous"):
        point = shape.geometry.representative_point()
        hollow = shape.layer == "ambiguous"
        axes.plot(
            [point.x],
            [point.y],
            marker="o",
            markersize=5.5 if shape.rank >= 1000 else 4.2,
            markerfacecolor=style.colour("land") if hollow else ink["place"],
            markeredgecolor=ink["ambiguous"] if hollow else style.colour("land"),
            markeredgewidth=1.4 if hollow else 0.8,
            zorder=6,
        )
        return
    looks: dict[str, dict[str, Any]] = {
        "change": {
            "facecolor": ink["change"] + "22",
            "edgecolor": ink["change"],
            "hatch": "\\\\\\\\",
            "linewidth": 1.1,
        },
        "hull": {"facecolor": ink["hull"] + "14", "edgecolor": ink["hull"], "linestyle": (0, (6, 3)), "linewidth": 1.3},
        "line": {"facecolor": "none", "edgecolor": ink["line"], "linewidth": 1.3},
        "area": {"facecolor": "none", "edgecolor": ink["line"], "linestyle": (0, (1, 3)), "linewidth": 1.0},
    }
    _patch(axes, cut(shape.geometry, widen(bounds, 1.2)), zorder=4, **looks[shape.layer])


def _patch(axes: Any, geometry: BaseGeometry, *, zorder: int, **look: Any) -> None:
    """Draw polygons with holes, or lines, of any nesting."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline
    from shapely.geometry import LineString, Polygon

    if geometry.is_empty:
        return
    if isinstance(geometry, Polygon):
        rings = [geometry.exterior, *geometry.interiors]
        path = Outline.make_compound_path(*(Outline([c[:2] for c in r.coords], closed=True) for r in rings))
        axes.add_patch(PathPatch(path, zorder=zorder, **look))
    elif isinstance(geometry, LineString):
        line = Outline([c[:2] for c in geometry.coords])
        axes.add_patch(PathPatch(line, zorder=zorder, **(look | {"facecolor": "none", "hatch": None})))
    else:
        for part in getattr(geometry, "geoms", ()):
            _patch(axes, part, zorder=zorder, **look)


def _draw_labels(
    axes: Any, drawn: Sequence[Shape], labels: Sequence[Sequence[Any]], frame: Frame, style: Style
) -> None:
    """Names that do not cover each other: eight spots around each dot are tried, most important names first.

    A greedy rule and not adjustText: it gives the same picture on every machine, and leaves out what has no room.
    """
    from matplotlib.patheffects import withStroke

    wanted: list[tuple[float, str, float, float, str]] = []
    taken: list[tuple[float, float, float, float]] = []
    for shape in drawn:
        if shape.layer in ("place", "ambiguous"):
            point = shape.geometry.representative_point()
            wanted.append((1e6 + shape.rank, shape.name, point.x, point.y, "story"))
            x, y = frame.point(point.x, point.y)
            taken.append((x - 5, y - 5, x + 5, y + 5))
    for number, (name, lon, lat, kind) in enumerate(labels[: LABELS * 2]):
        wanted.append((-number - (1000 if kind == "town" else 0), name, lon, lat, kind))
    sizes = {"story": 8.5, "town": 6.5, "country": 8.0, "region": 6.8}
    halo = [withStroke(linewidth=2.2, foreground=style.colour("land"))]
    for _, name, lon, lat, kind in sorted(wanted, key=lambda item: -item[0]):
        x, y = frame.point(lon, lat)
        if not (0 < x < frame.width and 0 < y < frame.height):
            continue
        text = clip(name, 32)
        if kind == "country":
            text = "\u2009".join(text.upper())
        size = sizes[kind]
        wide, tall = size * 0.95 * len(text), size * 1.9
        gap = 7 if kind == "story" else 5
        if kind in ("country", "region"):
            spots = [(x - wide / 2, y - tall / 2)]
        else:
            spots = [(x + gap, y - tall / 2), (x - gap - wide, y - tall / 2)]
            spots += [(x - wide / 2, y - gap - tall), (x - wide / 2, y + gap)]
            spots += [(x + gap * 0.7, y - gap * 0.5 - tall), (x + gap * 0.7, y + gap * 0.5)]
            spots += [(x - wide - gap * 0.7, y - gap * 0.5 - tall), (x - wide - gap * 0.7, y + gap * 0.5)]
        for left, above in spots:
            area = (left, above, left + wide, above + tall)
            own = (x - 5, y - 5, x + 5, y + 5)
            if left < 4 or area[2] > frame.width - 4 or above < 4 or area[3] > frame.height - 28:
                continue
            if any(
                t != own and not (area[2] < t[0] or area[0] > t[2] or area[3] < t[1] or area[1] > t[3]) for t in taken
            ):
                continue
            taken.append(area)
            if kind == "town":
                axes.plot([lon], [lat], marker="o", markersize=1.8, color="#555c62", zorder=5)
            axes.text(
                (left + wide / 2) / frame.width,
                1 - (above + tall / 2) / frame.height,
                text,
                transform=axes.transAxes,
                fontsize=size,
                fontweight="bold" if kind == "story" else "normal",
                fontstyle="italic" if kind == "region" else "normal",
                color="#16191c" if kind == "story" else "#555c62",
                ha="center",
                va="center",
                path_effects=halo,
                zorder=7,
                parse_math=False,
            )
            break


def _draw_amounts(axes: Any, claim: Claim, drawn: Sequence[Shape], style: Style) -> None:
    """What a claim says and what was measured: on the line, or by a ring of as much ground as is claimed."""
    from matplotlib.patheffects import withStroke

    from geomap.geodesy import buffer_m

    lines = [s.geometry for s in drawn if s.layer == "line" and "LineString" in s.geometry.geom_type]
    line = lines[0] if lines else None
    found = measured(claim, style)
    if claim.value is None or not found:
        return
    grounds = [s.geometry for s in drawn if s.layer == "change"]
    if grounds and claim.value.si_unit == "m2" and claim.value.si:
        middle = grounds[0].centroid
        outline = buffer_m(middle, math.sqrt(claim.value.si / math.pi))
        _patch(axes, outline, zorder=5, facecolor="none", edgecolor=style.colour("line"), linestyle="--", linewidth=1.4)
    elif line is not None:
        middle = line.interpolate(0.5, normalized=True)
    else:
        return
    said = words(style.language)("card_amounts", claimed=clip(fold(claim.value.text), 40), measured=found)
    halo = [withStroke(linewidth=3, foreground=style.colour("land"))]
    axes.text(
        middle.x, middle.y, said, fontsize=9.5, fontweight="bold", color=style.colour("line"), ha="center", va="center",
        path_effects=halo, zorder=9, parse_math=False,
    )  # fmt: skip


def _draw_scale(axes: Any, frame: Frame, style: Style) -> None:
    length, text = scale_bar(frame, style, share=0.16)
    left, low = 12 / frame.width, 12 / frame.height
    right = (12 + length) / frame.width
    axes.plot(
        [left, left, right, right],
        [low + 0.012, low, low, low + 0.012],
        transform=axes.transAxes,
        color="#16191c",
        linewidth=1.1,
        zorder=8,
    )
    axes.text(right + 0.008, low, text, transform=axes.transAxes, fontsize=7.5, va="bottom", color="#16191c", zorder=8)


def _draw_legend(figure: Any, layers: Sequence[dict[str, str]], style: Style, low: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    ink = {n: style.colour(n) for n in ("held", "contested", "change", "hull", "line", "place", "ambiguous", "land")}
    signs: dict[str, Any] = {
        "held": Patch(facecolor=ink["held"] + "6b", edgecolor=ink["held"]),
        "contested": Patch(facecolor=ink["contested"] + "48", edgecolor="#8a6a1f", hatch="////"),
        "change": Patch(facecolor=ink["change"] + "22", edgecolor=ink["change"], hatch="\\\\\\\\"),
        "hull": Patch(facecolor=ink["hull"] + "14", edgecolor=ink["hull"], linestyle="--", linewidth=1.3),
        "line": Line2D([], [], color=ink["line"], linewidth=1.4),
        "area": Line2D([], [], color=ink["line"], linewidth=1.2, linestyle=":"),
        "place": Line2D([], [], marker="o", linestyle="", markerfacecolor=ink["place"], markeredgecolor=ink["land"]),
        "ambiguous": Line2D(
            [], [], marker="o", linestyle="", markerfacecolor=ink["land"], markeredgecolor=ink["ambiguous"], mew=1.4
        ),
    }
    if layers:
        figure.legend(
            handles=[signs[layer["id"]] for layer in layers],
            labels=[clip(layer["label"], 60) for layer in layers],
            loc="lower left",
            bbox_to_anchor=(0.01, low),
            ncols=min(3, math.ceil(len(layers) / 2)) if len(layers) > 2 else len(layers),
            frameon=False,
            fontsize=7.5,
            handlelength=2.2,
            columnspacing=1.6,
            borderaxespad=0,
        )
