"""Small static drawings in SVG: one beside each claim, and the whole story for readers without scripts.

Cut from the same shapes as the moving map. No browser and no matplotlib: a few paths in an equirectangular frame
whose scale is true at the middle latitude; the numbers beside it are geodesic.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from geomap.geodesy import distance_km
from geomap.maps.features import Bounds, Shape, claim_places, drawn_evidence, evidence_layer, is_wide, printed_name
from geomap.models import Assessment, Claim, Evidence, Role
from geomap.settings import Style
from geomap.wording import clip, words

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Ground = tuple[str, "BaseGeometry"]
"""Kind of a part of the basemap, and its shape."""

PATTERNS = Markup(
    '<svg class="gm-hidden" width="0" height="0" aria-hidden="true" focusable="false"><defs>'
    '<pattern id="gm-hatch-contested" patternUnits="userSpaceOnUse" width="7" height="7" '
    'patternTransform="rotate(45)"><rect width="7" height="7" style="fill:var(--contested)" fill-opacity=".28"/>'
    '<path d="M0 0v7" style="stroke:var(--contested-ink)" stroke-width="2.4" stroke-opacity=".8"/></pattern>'
    '<pattern id="gm-hatch-change" patternUnits="userSpaceOnUse" width="6" height="6" '
    'patternTransform="rotate(-45)"><rect width="6" height="6" style="fill:var(--change)" fill-opacity=".07"/>'
    '<path d="M0 0v6" style="stroke:var(--change)" stroke-width="1.3" stroke-opacity=".6"/></pattern>'
    "</defs></svg>"
)
"""Hatching, once a page: shapes, legend and drawings refer to it."""

_SWATCHES = {
    "held": '<rect x="1" y="2" width="32" height="16" class="gm-held"/>',
    "contested": '<rect x="1" y="2" width="32" height="16" class="gm-contested"/>',
    "change": '<rect x="1" y="2" width="32" height="16" class="gm-change"/>',
    "hull": '<rect x="1" y="2" width="32" height="16" class="gm-hull"/>',
    "line": '<path d="M1 10h32" class="gm-line"/>',
    "area": '<path d="M1 10h32" class="gm-area"/>',
    "place": '<circle cx="17" cy="10" r="5.5" class="gm-place"/>',
    "ambiguous": '<circle cx="17" cy="10" r="5.5" class="gm-ambiguous"/>',
}


def swatch(layer: str) -> Markup:
    """The legend's sign for a layer: the very classes that its shapes bear."""
    return Markup('<svg viewBox="0 0 34 20" aria-hidden="true" focusable="false">') + Markup(
        _SWATCHES[layer] + "</svg>"
    )


class Frame:
    """Degrees to pixels within a box of ``width`` by ``height``."""

    def __init__(self, bounds: Bounds, width: float, height: float) -> None:
        west, south, east, north = bounds
        self.narrow = math.cos(math.radians((south + north) / 2))
        self.scale = min(width / max((east - west) * self.narrow, 1e-9), height / max(north - south, 1e-9))
        self.west = (west + east) / 2 - width / self.scale / self.narrow / 2
        self.north = (south + north) / 2 + height / self.scale / 2
        self.width, self.height = width, height
        self.middle = (south + north) / 2

    @property
    def bounds(self) -> Bounds:
        """What the frame really shows: the bounds given, widened to its shape."""
        return (
            self.west,
            self.north - self.height / self.scale,
            self.west + self.width / self.scale / self.narrow,
            self.north,
        )

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        return ((lon - self.west) * self.narrow * self.scale, (self.north - lat) * self.scale)

    def path(self, geometry: BaseGeometry) -> str:
        """SVG path data, thinned to half a pixel and cut to the frame."""
        from geomap.maps.geometry import cut, widen

        west, south, east, north = geometry.bounds
        frame = widen(self.bounds, 1.1)
        if west > frame[2] or east < frame[0] or south > frame[3] or north < frame[1]:
            return ""
        thin = cut(geometry, frame).simplify(0.5 / self.scale)
        return "".join(self._line(c, closed) for c, closed in _rings(thin))

    def _line(self, coordinates: Sequence[tuple[float, ...]], closed: bool) -> str:
        spots = [self.point(c[0], c[1]) for c in coordinates]
        if closed:
            spots = spots[:-1]
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in spots) + ("Z" if closed else "")

    def km(self, length: float) -> float:
        """Pixels of a length in km along the middle parallel."""
        lon = (self.bounds[0] + self.bounds[2]) / 2
        return length / distance_km(lon, self.middle, lon + 0.1, self.middle) * 0.1 * self.narrow * self.scale


def _rings(geometry: BaseGeometry) -> Iterable[tuple[Any, bool]]:
    if geometry.is_empty:
        return
    from shapely.geometry import LineString, Polygon

    if isinstance(geometry, Polygon):
        yield geometry.exterior.coords, True
        for ring in geometry.interiors:
            yield ring.coords, True
    elif isinstance(geometry, LineString):
        yield geometry.coords, False
    else:
        for part in getattr(geometry, "geoms", ()):
            yield from _rings(part)


def scale_bar(frame: Frame, style: Style, *, share: float = 0.28) -> tuple[float, str]:
    """Length in pixels and words of a round distance about ``share`` of the frame's width."""
    whole = frame.width / max(frame.km(1.0), 1e-9) * share
    power = 10 ** math.floor(math.log10(max(whole, 1e-6)))
    nice = max((n * power for n in (1, 2, 5) if n * power <= whole), default=power)
    return frame.km(nice), f"{nice:g} {words(style.language)['unit_km']}"


def claim_sketch(
    claim: Claim, style: Style, assessment: Assessment, ground: Sequence[Ground] = (), *, width: int = 200
) -> Markup:
    """A claim's own drawing: its places by name, what was measured, the control map it was held against, a scale bar.

    Empty where there is nothing but a dot to show.
    """
    places = [p for p in {p.id: p for p in claim_places(claim)}.values() if not is_wide(p)]
    measured = [e for e in drawn_evidence(claim) if e.geometry is not None]
    held = _control_of(claim, assessment)
    boxes = [(p.lon, p.lat, p.lon, p.lat) for p in places]
    boxes += [e.geometry.bounds for e in measured if e.geometry is not None]
    if not boxes or (len(boxes) < 2 and held is None and all("Point" in _kind(e) for e in measured)):
        return Markup("")
    west, south = min(b[0] for b in boxes), min(b[1] for b in boxes)
    east, north = max(b[2] for b in boxes), max(b[3] for b in boxes)
    pad = max((east - west) * 0.2, (north - south) * 0.2, 0.3 if held is not None else 0.02)
    height = width * 0.72
    frame = Frame((west - pad * 1.3, south - pad, east + pad * 1.3, north + pad), width, height)
    parts = []
    for kind, geometry in ground:
        if kind in ("land", "border", "lake", "river"):
            path = frame.path(geometry)
            if path:
                parts.append(_tag("path", d=path, class_=f"gm-base gm-base-{kind}"))
    for layer, geometry in held or ():
        path = frame.path(geometry)
        if path:
            parts.append(_tag("path", d=path, class_=f"gm-{layer}"))
    for evidence in measured:
        assert evidence.geometry is not None
        layer = evidence_layer(evidence)
        if layer != "point":
            path = frame.path(evidence.geometry)
            if path:
                parts.append(_tag("path", d=path, class_=f"gm-{layer}"))
    parts += _dots([(printed_name(p, style), p.lon, p.lat) for p in places], frame)
    parts.append(_bar(frame, style))
    return _svg(width, height, parts, "gm-sketch")


def _kind(evidence: Evidence) -> str:
    return evidence.geometry.geom_type if evidence.geometry is not None else "Point"


def _control_of(claim: Claim, assessment: Assessment) -> list[tuple[str, BaseGeometry]] | None:
    """Ground of the very control map that a measurement of the claim names, where it has no shape of its own."""
    decisive = [e for e in (claim.verdict.evidence if claim.verdict else ()) if e.role is Role.MEASURE and e.as_of]
    if not decisive or any("Polygon" in _kind(e) for e in decisive):
        return None
    wanted = str(decisive[0].as_of)[:16]
    for series in assessment.control:
        for snapshot in series.snapshots:
            if snapshot.as_of.isoformat()[:16] == wanted:
                status = snapshot.frame["status"].astype(str)
                return [
                    ("held" if kind == "held" else "contested", geometry)
                    for kind, geometry in zip(status, snapshot.frame.geometry, strict=True)
                    if kind in ("held", "contested", "unknown") and geometry is not None and not geometry.is_empty
                ]
    return None


def story_sketch(
    shapes: Sequence[Shape], bounds: Bounds, ground: Sequence[Ground], style: Style, *, width: int = 760
) -> Markup:
    """The whole map as a still picture, for readers without scripts."""
    height = width * 0.6
    frame = Frame(bounds, width, height)
    parts = []
    for kind, geometry in ground:
        path = frame.path(geometry)
        if path:
            parts.append(_tag("path", d=path, class_=f"gm-base gm-base-{kind}"))
    dots = []
    for drawn in shapes:
        if drawn.layer in ("place", "ambiguous"):
            dots.append((drawn.rank, drawn.name, drawn.geometry.representative_point(), drawn.layer))
        else:
            path = frame.path(drawn.geometry)
            if path:
                parts.append(_tag("path", d=path, class_=f"gm-{drawn.layer}"))
    dots.sort(key=lambda d: -d[0])
    parts += _dots([(name, p.x, p.y) for _, name, p, _ in dots], frame)
    parts.append(_bar(frame, style))
    return _svg(width, height, parts, "gm-sketch")


def _dots(spots: Sequence[tuple[str, float, float]], frame: Frame) -> list[Markup]:
    """Dots, and names beside those that leave room; the first ones given win."""
    taken: list[Bounds] = []
    parts: list[Markup] = []
    for name, lon, lat in spots:
        x, y = frame.point(lon, lat)
        if not (0 <= x <= frame.width and 0 <= y <= frame.height):
            continue
        parts.append(_tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="3.2", class_="gm-place"))
        text = clip(name, 26)
        wide = 6.2 * len(text)
        # right of the dot, else left of it, above, below
        for left, top in ((x + 6, y - 6), (x - 6 - wide, y - 6), (x - wide / 2, y - 17), (x - wide / 2, y + 6)):
            box = (left, top, left + wide, top + 12)
            if left < 1 or box[2] > frame.width - 1 or top < 1 or box[3] > frame.height - 16:
                continue
            if all(box[2] < t[0] or box[0] > t[2] or box[3] < t[1] or box[1] > t[3] for t in taken):
                taken += [box, (x - 4, y - 4, x + 4, y + 4)]
                parts.append(_tag("text", text, x=f"{left:.1f}", y=f"{top + 10:.1f}", textLength=None))
                break
    return parts


def _bar(frame: Frame, style: Style) -> Markup:
    length, text = scale_bar(frame, style)
    y = frame.height - 7
    line = _tag("path", d=f"M6 {y - 4:.1f}v4h{length:.1f}v-4", class_="gm-bar")
    return line + _tag("text", text, x=f"{length + 11:.1f}", y=f"{y:.1f}", class_="gm-bar-text")


def _tag(name: str, text: str | None = None, **attributes: str | None) -> Markup:
    inside = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_"), value) for key, value in attributes.items() if value is not None
    )
    return Markup("<{}{}>{}</{}>").format(name, inside, escape(text or ""), name)


def _svg(width: float, height: float, parts: Iterable[Markup], name: str) -> Markup:
    return Markup('<svg class="{}" viewBox="0 0 {:g} {:g}" aria-hidden="true" focusable="false">{}</svg>').format(
        name, width, height, Markup("").join(parts)
    )
