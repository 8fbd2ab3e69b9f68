"""What a film shows on each day: which map, whether it is one of that day, and the series' own numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from geomap.errors import ControlError
from geomap.models import ControlSeries

MOST_DAYS = 20_000
"""Days in a film: fifty years; more is a wrong date in one of the maps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One day. ``snapshot``: number of the map that is shown, the last one up to the end of the day.

    ``gap``: the days of the maps on either side, where the series has none for longer than it usually has.
    ``note``: what a reader should know, such as a change of source.
    """

    day: date
    snapshot: int
    held_km2: float
    net_km2: float
    gap: tuple[date, date] | None = None
    source_changed: bool = False


def states_of(maps: ControlSeries) -> list[State]:
    """A state a day, from the first map to the last, with the figures that ``geomap series`` prints for its map.

    Raises
    ------
    ControlError
        There are not two maps of different days.
    """
    from geomap.control import series

    days = [s.as_of.date() for s in maps.snapshots]
    if len(set(days)) < 2:
        raise ControlError(f"{maps.name}: maps of {len(set(days))} day; a film needs two days or more")
    if (days[-1] - days[0]).days > MOST_DAYS:
        raise ControlError(f"{maps.name}: maps from {days[0]} to {days[-1]}; expected fifty years at most. Check them")
    frame = series(maps)
    held, net = frame["held_km2"].tolist(), frame["cumulative_km2"].tolist()
    makers = [s.provenance.attribution or maps.name for s in maps.snapshots]
    states: list[State] = []
    number = 0
    for step in range((days[-1] - days[0]).days + 1):
        day = days[0] + timedelta(days=step)
        before = number
        while number + 1 < len(days) and days[number + 1] <= day:
            number += 1
        states.append(
            State(
                day=day, snapshot=number, held_km2=held[number], net_km2=net[number], gap=_gap_at(day, maps.gaps),
                source_changed=makers[before] != makers[number],
            )
        )  # fmt: skip
    return states


def _gap_at(day: date, gaps: Sequence[tuple[date, date]]) -> tuple[date, date] | None:
    return next((gap for gap in gaps if gap[0] < day < gap[1]), None)
