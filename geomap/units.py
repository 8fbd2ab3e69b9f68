"""THE table of units: what a code means in metres or square metres, and in which unit a reader is shown it.

A new unit is one line here and its words in ``lang/*/claims.toml``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

PER_DAY = "/day"
"""Ends the code of a rate: "km/day", and the dimension of one: "m2/day"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit of length, of area, or of either by the day.

    ``si``: metres or square metres (by the day) in one; ``dimension``: "m", "m2", "m/day" or "m2/day", the unit that
    records give SI values in. ``square``: code of the unit's square. ``recorded``: the code that records bear in its
    place, where a text writes what DESIGN's list of units does not know.
    """

    code: str
    si: float
    dimension: str = "m"
    symbol: str = ""
    square: str | None = None
    recorded: str | None = None


_MILE, _YARD, _FOOT, _NAUTICAL = 1609.344, 0.9144, 0.3048, 1852.0
"""International mile, yard and foot of 1959; international nautical mile of 1929. Metres."""
_VERST = 1066.8
"""3,500 feet, in metres: the verst of maps and orders before 1924."""

_ALL = (
    Unit(code="m", si=1.0, symbol="m", square="m2"),
    Unit(code="km", si=1e3, symbol="km", square="km2"),
    Unit(code="mi", si=_MILE, symbol="mi", square="sq_mi"),
    Unit(code="ft", si=_FOOT, symbol="ft", square="sq_ft"),
    Unit(code="yd", si=_YARD, symbol="yd", square="sq_yd"),
    Unit(code="nmi", si=_NAUTICAL, symbol="nmi", square="sq_nmi"),
    Unit(code="verst", si=_VERST, square="sq_verst", recorded="km"),
    Unit(code="m2", si=1.0, dimension="m2", symbol="m²"),
    Unit(code="km2", si=1e6, dimension="m2", symbol="km²"),
    Unit(code="ha", si=1e4, dimension="m2", symbol="ha"),
    Unit(code="kha", si=1e7, dimension="m2", recorded="ha"),
    Unit(code="mha", si=1e10, dimension="m2", recorded="ha"),
    Unit(code="acre", si=4046.8564224, dimension="m2", symbol="acres"),  # international acre: 4,840 square yards
    Unit(code="dunam", si=1e3, dimension="m2", symbol="dunams"),  # metric dunam of the Levant
    Unit(code="sq_mi", si=2589988.110336, dimension="m2", symbol="sq mi"),
    Unit(code="sq_ft", si=0.09290304, dimension="m2", symbol="sq ft"),
    Unit(code="sq_yd", si=0.83612736, dimension="m2", symbol="sq yd"),
    Unit(code="sq_nmi", si=_NAUTICAL**2, dimension="m2", recorded="km2"),
    Unit(code="sq_verst", si=_VERST**2, dimension="m2", recorded="km2"),
)
UNITS: dict[str, Unit] = {unit.code: unit for unit in _ALL}
"""By code. Rates are made of these: ``unit_of("km/day")``."""
SYSTEMS: dict[str, dict[str, str]] = {
    "m": {"metric": "km", "imperial": "mi"},
    "m2": {"metric": "km2", "imperial": "sq_mi"},
}
"""Dimension -> the unit that a reader of each system is shown: claims are about roads and regions, not rooms."""


def unit_of(code: str) -> Unit | None:
    """The unit that a code means; None for what is no unit ("share", "deg", "settlements")."""
    base = UNITS.get(code.removesuffix(PER_DAY))
    if base is None or base.code == code:
        return base
    return replace(
        base,
        code=code,
        dimension=base.dimension + PER_DAY,
        symbol=base.symbol + PER_DAY,
        square=None,
        recorded=base.recorded + PER_DAY if base.recorded else None,
    )


def recorded(unit: Unit) -> Unit:
    """The unit that records bear for one as written: hectares for "kha"."""
    found = unit_of(unit.recorded) if unit.recorded else None
    return found or unit


def twin(code: str, system: str = "metric") -> Unit | None:
    """The unit in which readers of a system ("metric", "imperial") are shown a unit; None for what is no unit.

    Examples
    --------
    >>> twin("ha").code, twin("m/day", "imperial").code
    ('km2', 'mi/day')
    """
    unit = unit_of(code)
    if unit is None:
        return None
    daily = PER_DAY if unit.dimension.endswith(PER_DAY) else ""
    return unit_of(SYSTEMS[unit.dimension.removesuffix(PER_DAY)][system] + daily)


def in_twin(code: str, system: str = "metric") -> tuple[float, str] | None:
    """(factor, code) from a unit to its twin: ("m2") -> (1e-06, "km2")."""
    unit, shown = unit_of(code), twin(code, system)
    return (unit.si / shown.si, shown.code) if unit is not None and shown is not None else None
