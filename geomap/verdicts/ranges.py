"""What the words of a claim allow: a range in the unit of its measurement."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal

from geomap.models import Qualifier, Range, Value
from geomap.settings import Settings
from geomap.units import in_twin

FLOORS = frozenset({Qualifier.MORE_THAN, Qualifier.AT_LEAST})
CEILINGS = frozenset({Qualifier.LESS_THAN, Qualifier.AT_MOST, Qualifier.UP_TO})
ROUND = frozenset({Qualifier.ABOUT, Qualifier.SAME_AS, Qualifier.TIMES, Qualifier.SIZE_OF, Qualifier.NEAR})
"""Comparisons ("the size of", "twice") are as loose as "about"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What the words allow.

    ``numbers`` are the figures as said, not widened (one, or both ends of a range; none for "dozens");
    ``understated_above`` is the end of the natural reading of "more than".
    """

    low: float | None
    high: float | None
    unit: str
    numbers: tuple[float, ...] = ()
    understated_above: float | None = None

    @property
    def range(self) -> Range:
        return (self.low, self.high)


def claimed_range(value: Value, settings: Settings, *, whole: float | None = None, add: float = 0.0) -> Claimed | None:
    """Give the range that a quantity's words allow, or None where they give no number.

    Parameters
    ----------
    whole
        Area in km² that "twice the size of" or "15 % of" refers to; used where the claim has no SI value itself.
    add
        Figure in the range's unit that this one comes on top of: "another area of the same size" is judged as the sum.
    """
    read = _numbers(_as_set(value, settings), whole)
    if read is None:
        return None
    first, last, unit = read
    first, last = first + add, last + add
    if value.qualifier is Qualifier.VAGUE_PLURAL:
        return Claimed(low=min(first, last), high=max(first, last), unit=unit)
    if first != last:
        low, high = min(first, last), max(first, last)
        return Claimed(low=low, high=high, unit=unit, numbers=(low, high))
    half = _half_digit(value, first - add)
    return _one(first, half, value.qualifier, unit, settings, least=_half_percent(value, whole))


def _half_percent(value: Value, whole: float | None) -> float:
    """Half a per cent of the whole in km², for a share in whole per cent: "1 per cent" is what rounds to it."""
    percent = value.unit == "share_of_area" and value.number is not None and value.number >= 1
    if not percent or value.number is None or value.number % 1 or whole is None:
        return 0.0
    return whole / 200


def _one(
    number: float, half: float, qualifier: Qualifier, unit: str, settings: Settings, *, least: float = 0.0
) -> Claimed:
    if qualifier in FLOORS:
        top = number * settings.more_than_high if qualifier is Qualifier.MORE_THAN else None
        return Claimed(low=number, high=None, unit=unit, numbers=(number,), understated_above=top)
    if qualifier in CEILINGS:
        return Claimed(low=0.0, high=number, unit=unit, numbers=(number,))
    if qualifier is Qualifier.NEARLY:
        return Claimed(low=number * settings.nearly_low, high=number, unit=unit, numbers=(number,))
    exact = min(max(half, number * settings.exact_floor), number * max(settings.exact_ceiling, settings.exact_floor))
    width = max(least, number * settings.about if qualifier in ROUND else exact)
    return Claimed(low=max(0.0, number - width), high=number + width, unit=unit, numbers=(number,))


def _as_set(value: Value, settings: Settings) -> Value:
    """A vague value with the ends that the settings give its word: "dozens", "several hundred"."""
    if value.vague is None or value.number is None or value.number_max is None:
        return value
    name, _ = value.vague
    grown = [mine / usual for mine, usual in zip(getattr(settings, name), getattr(Settings(), name), strict=True)]
    return replace(
        value,
        number=value.number * grown[0],
        number_max=value.number_max * grown[1],
        si=None if value.si is None else value.si * grown[0],
        si_max=None if value.si_max is None else value.si_max * grown[1],
    )


def _numbers(value: Value, whole: float | None) -> tuple[float, float, str] | None:
    shown = in_twin(value.si_unit or "")
    if value.si is not None and shown is not None:
        factor, unit = shown
        last = value.si if value.si_max is None else value.si_max
        return value.si * factor, last * factor, unit
    if value.number is not None and whole is not None and value.unit in ("x_area_of", "share_of_area"):
        # shares are said in per cent or as a fraction; nothing is more than all of itself
        percent = value.unit == "share_of_area" and value.number > 1
        part = whole / 100 if percent else whole
        last = value.number if value.number_max is None else value.number_max
        return value.number * part, last * part, "km2"
    return None


def _half_digit(value: Value, number: float) -> float:
    """Half a unit of the last written significant digit, in the range's unit."""
    shown = in_twin(value.si_unit or "")
    if value.digits_step is not None and shown is not None:
        return value.digits_step * shown[0]
    if value.number is None or value.number == 0:
        return 0.0
    return abs(number / value.number) * last_digit(value.number) / 2


def last_digit(number: float) -> float:
    """Size of one unit of a number's last significant digit: 390 -> 10, 2.5 -> 0.1, 3,000 -> 1000."""
    written = Decimal(repr(number)).normalize()
    exponent = written.as_tuple().exponent
    return 10.0**exponent if isinstance(exponent, int) else 0.0


# ── ranges against ranges ────────────────────────────────────────────────────────────────────────────────────


def overlap(a: Range, b: Range) -> bool:
    """Whether two ranges share a number; None is an open end."""
    return _below(a[0], b[1]) and _below(b[0], a[1])


def inside(inner: Range, outer: Range) -> bool:
    """Whether all of one range lies in another."""
    low = outer[0] is None or (inner[0] is not None and inner[0] >= outer[0])
    high = outer[1] is None or (inner[1] is not None and inner[1] <= outer[1])
    return low and high


def _below(low: float | None, high: float | None) -> bool:
    return low is None or high is None or low <= high


def factor(measured: Range) -> float:
    """High over low end of a range: infinite where open or from zero, 1 for a single number."""
    low, high = measured
    if low is None or high is None:
        return math.inf
    if low == high:
        return 1.0
    return high / low if low > 0 else math.inf


def gap(numbers: tuple[float, ...], measured: Range) -> float:
    """Claimed number against the measurement's nearer end, as a share of that end: 0.5 is half as much again."""
    low, high = measured
    gaps = [math.inf]
    for number in numbers:
        if high is not None and number > high:
            gaps.append((number - high) / high if high > 0 else math.inf)
        elif low is not None and number < low:
            gaps.append((low - number) / low)
        else:
            gaps.append(0.0)
    return min(gaps)


def hull_of(ranges: list[Range]) -> Range:
    """The range that covers all of some ranges."""
    lows, highs = [r[0] for r in ranges], [r[1] for r in ranges]
    low = None if None in lows else min(x for x in lows if x is not None)
    high = None if None in highs else max(x for x in highs if x is not None)
    return (low, high)
