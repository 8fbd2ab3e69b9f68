"""Where things stand in a picture of any shape: a heading, the map, and a foot with legend, time and credits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import ImageDraw

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Boxes of a picture; ``unit`` is a thousandth of its shorter side: sizes of type are multiples of it."""

    width: int
    height: int
    unit: float
    margin: int
    heading: Box
    map: Box
    foot: Box

    @classmethod
    def of(cls, width: int, height: int) -> Layout:
        """The layout of a size: tall pictures have room for a higher heading and foot."""
        unit = min(width, height) / 1000
        tall = height > width
        margin = round(28 * unit)
        top = round((215 if tall else 160 if width == height else 140) * unit)
        low = round((205 if tall else 170 if width == height else 150) * unit)
        return cls(
            width=width, height=height, unit=unit, margin=margin, heading=(0, 0, width, top),
            map=(0, top, width, height - low), foot=(0, height - low, width, height),
        )  # fmt: skip

    def size(self, thousandths: float) -> int:
        """Pixels of a length or a size of type, never too small to read."""
        return max(9, round(thousandths * self.unit))


@cache
def font(size: int, bold: bool, family: str) -> Any:
    """The house's type where this machine has it, else DejaVu Sans, which matplotlib brings."""
    import matplotlib
    from PIL import ImageFont

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name
    found = _house_font(family, bold)
    return ImageFont.truetype(str(found or path), size)


def _house_font(family: str, bold: bool) -> str | None:
    if not family:
        return None
    from matplotlib.font_manager import FontProperties, findfont, fontManager

    known = {f.name for f in fontManager.ttflist}
    wanted = [part for part in (p.strip(" '") for p in family.split(",")) if part in known]
    return findfont(FontProperties(family=wanted, weight="bold" if bold else "normal")) if wanted else None


def fitted(draw: ImageDraw.ImageDraw, text: str, wide: float, type_: Any) -> str:
    """Text cut, with an ellipsis, to what fits into a width."""
    if draw.textlength(text, font=type_) <= wide:
        return text
    while text and draw.textlength(text + "…", font=type_) > wide:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(draw: ImageDraw.ImageDraw, text: str, wide: float, type_: Any, lines: int) -> list[str]:
    """Text broken between words into at most ``lines`` lines, the last one cut."""
    found: list[str] = []
    rest = text.split()
    while rest and len(found) < lines - 1:
        taken = 1
        while taken < len(rest) and draw.textlength(" ".join(rest[: taken + 1]), font=type_) <= wide:
            taken += 1
        found.append(fitted(draw, " ".join(rest[:taken]), wide, type_))
        rest = rest[taken:]
    if rest:
        found.append(fitted(draw, " ".join(rest), wide, type_))
    return found
