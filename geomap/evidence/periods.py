"""The maps over which a claim's change counts, and what they lack of its period: never clamped in silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from geomap.evidence.ground import Days, Ground, day_of, held_km2, last_map, maps_of, state_map
from geomap.models import AspectName, Code, ControlSeries, Evidence, Message, Place, Range, Role, Text, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From which map change counts, and to which ones.

    ``indices`` are the maps that speak of its last day. Where maps begin after the period, or end before it,
    ``lacks`` says so; what they measure is then no more than a floor, and ``partial`` where days are missing that may
    hold any change at all (the map of the very day from which it counts, or of the day before the last, is near
    near enough to agree with). ``earliest`` is a far older map, before a gap in which the period begins: change from it
    is the most that the period can have brought; ``opening`` is the map of its first day, from which it may count too.
    """

    before: int
    indices: tuple[int, ...]
    earliest: int | None = None
    opening: int | None = None
    lacks: Message | None = None
    partial: bool = False

    @property
    def last(self) -> int:
        return self.indices[-1]

    def measured(self, found: Range) -> Range:
        """What was measured over the window: of a part of the period, a floor."""
        return found if self.lacks is None else (found[0], None)

    def best(self, found: float | None) -> float | None:
        """The best single figure; none for a part of the period."""
        return None if self.partial else found

    @property
    def codes(self) -> tuple[Code, ...]:
        return () if self.lacks is None else (Code.DATE,)


def window_of(
    series: ControlSeries, days: Days, ground: Ground, holder_gains: bool, region: Place | None = None
) -> Window | None:
    """The maps over which a change counts: the period that the text names, else ``since``, else from the first map.

    None where no map speaks of any of it.
    """
    start = days.start if days.spans else ground.since
    before = _first_for(series, days, start, ground, holder_gains, region)
    indices = maps_of(series, days.end, ground.settings)
    last = last_map(series, days.end)
    if last is None or (not indices and (start is None or last <= before)):
        return None
    early = start is not None and _begins_late(day_of(series, before), start, days)
    ends = day_of(series, last if not indices else indices[-1])
    # what nobody reports has not changed, up to the last report; a claim without days of its own is of about its
    # publication, of which a map of the day before speaks
    reported = series.from_reports and day_of(series, -1) >= days.end
    short = ends < days.end and not reported and (days.own or not indices)
    first_day = last_map(series, start) if start is not None and days.spans else None
    opening = first_day if first_day is not None and before < first_day < last else None
    earliest = before - 1 if early and before > 0 else None
    if not short and (not early or earliest is not None):
        return Window(before=before, indices=tuple(indices or [last]), earliest=earliest, opening=opening)
    lacks = _lacks(series, days, start if early else None, short, ground)
    # the maps of the first day, and of the day before the last, are among those that the whole period is judged by
    begun = start is not None and day_of(series, before) > start
    partial = begun or not indices or (short and (days.end - ends).days > 1)
    return Window(before=before, indices=tuple(indices or [last]), opening=opening, lacks=lacks, partial=partial)


def _begins_late(first: date, start: date, days: Days) -> bool:
    """Whether the map that counts shows some of the period's own change already."""
    return first >= start if days.spans else first > start


def _first_for(
    series: ControlSeries, days: Days, start: date | None, ground: Ground, holder_gains: bool, region: Place | None
) -> int:
    """The map from which change counts: the last one before the day that it counts from, or on it.

    Where that one is far older, the next one after it: what changed between the two may belong to the time before.
    """
    if start is None:
        return _unnamed_start(series, days, ground, holder_gains, region)
    # the user's day is a map's own, the text's first day is one on which ground changed
    eve = start - timedelta(days=1) if days.spans else start
    found = last_map(series, eve)
    if found is None:
        found = last_map(series, start)
        return found if found is not None else 0
    gap = (eve - day_of(series, found)).days > ground.settings.map_gap_days
    # what nobody reports has not changed: reports leave no gaps
    stale = gap and not series.from_reports
    return min(found + 1, len(series.snapshots) - 1) if stale else found


def _unnamed_start(series: ControlSeries, days: Days, ground: Ground, holder_gains: bool, region: Place | None) -> int:
    """The first map, where nobody names a day to count from.

    A series that reaches back to before the ground was lost counts what was won back from where the loser held most.
    """
    end = last_map(series, days.end)
    if holder_gains or not end:
        return 0
    steps = sorted({day_of(series, i): i for i in range(end + 1)}.values()) if series.from_reports else [0, end]
    held_then = {i: held_km2(series, i, ground, region)[0] for i in {0, *steps}}
    most = max(held_then.values())
    # within a per cent the first map serves: outlines are redrawn without ground changing hands
    return next(i for i in sorted(held_then) if held_then[i] >= 0.99 * most) if held_then[0] < 0.99 * most else 0


def _lacks(series: ControlSeries, days: Days, start: date | None, short: bool, ground: Ground) -> Message:
    first, last = day_of(series, 0), day_of(series, -1)
    if start is not None and short:
        return message("unsettled.maps_within", first=first, last=last, start=start, end=days.end)
    if start is not None:
        said = "unsettled.maps_begin" if days.spans else "unsettled.maps_begin_since"
        return message(said, first=max(first, day_of(series, _next_from(series, start))), start=start)
    return message("unsettled.maps_end", last=day_of(series, last_map(series, days.end) or 0), end=days.end)


def _next_from(series: ControlSeries, day: date) -> int:
    """The first map of a day or after it; the last one where there is none."""
    later = (i for i, s in enumerate(series.snapshots) if s.as_of.date() >= day)
    return next(later, len(series.snapshots) - 1)


# ── readings by other days ───────────────────────────────────────────────────────────────────────────────────


def next_day_map(series: ControlSeries, days: Days, last: int, ground: Ground) -> int | None:
    """The map of the day after a claim's, where that is another one than ``last``."""
    after = state_map(series, days.end + timedelta(days=1), ground.settings)
    return after if after is not None and after > last else None


def untried_next_day(
    series: ControlSeries, measured: Range, unit: str, aspect: AspectName, places: tuple[str, ...]
) -> Evidence:
    """Say that no map of the next day is at hand, by which a claim within ``measured`` may fit after all."""
    return Evidence(
        what=message("reading.next_day"),
        measured=measured,
        unit=unit,
        role=Role.UNTRIED,
        aspect=aspect,
        source=series.label,
        places=places,
        codes=(Code.DATE,),
    )


def of_part(window: Window, what: Text, low: float, high: float, unit: str) -> Message | None:
    """The sentence for a part of a period; None where the maps cover all of it."""
    from geomap.models import Quantity

    if window.lacks is None:
        return None
    return message("note.covered_part", lacks=window.lacks, what=what, amount=Quantity(low, high, unit))
