"""Dates and times in names and properties: all of them, read right or asked about, never the first that parses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from geomap.errors import ControlError

YEARS = (1000, 2100)
"""Years of maps: what lies outside is a slip of the pen (22 for 2022, 2202)."""
UNIX = (10**9, 2_100_000_000)
"""Seconds since 1970 that are taken for a time, 2001 to 2036; other numbers of ten digits are something else."""
ZONE = r"(?P<zone>Z|[ ]?(?:UTC|GMT|EES?T|CES?T|MSK|E[SD]T|P[SD]T|JST|KST|WES?T)|[+-]\d{2}:?\d{2})?"
"""Offsets and abbreviations of zones that mean one thing; IST, CST, BST and AST mean two and are not read."""
ISO = re.compile(
    r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
    r"(?:[T_ -]?(?P<hour>\d{2}):?(?P<minute>\d{2})(?!-\d\d-\d\d)(?::?(?P<second>\d{2}))?(?:\.\d{1,9})?"
    + ZONE + r")?(?!\d)"
)  # fmt: skip
"""2022-09-10, 2022-09-10T0929Z, 2022-09-10T09:29+03:00."""
COMPACT = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:[T_-]?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?" + ZONE + r"|T?(?P<alone>\d{2}))?(?!\d)"
)
"""20220910, 20220910T0929, 20220910092931, 2022091009."""
NUMBER = re.compile(r"(?<!\d)(\d{10})(?:\d{3})?(?!\d)")
"""Unix time in seconds or milliseconds."""
DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[./_-](\d{1,2})[./_-]((?:19|20)\d{2})(?!\d)")
"""10.09.2022: day and month in an order that only its writer knows."""
OFFSETS = {"": 0, "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
           "EST": -5, "EDT": -4, "PST": -8, "PDT": -7, "JST": 9, "KST": 9}  # fmt: skip
"""Hours that a zone is ahead of UTC."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time (UTC) as a text gives it; ``exact`` where it has an hour."""

    at: datetime
    exact: bool
    text: str


def find_date(text: str, where: str = "") -> datetime | None:
    """Find the one date and time (UTC) that a text holds; a date alone is its first minute.

    Raises
    ------
    ControlError
        The text holds two different days, a day whose order is not known beside another, or a year that no map has.
    """
    where = where or repr(text[:60])
    found = _calendar(text, where)
    if not found:
        found = [m for m in map(_unix, NUMBER.finditer(text)) if m is not None]
    days = {m.at.date() for m in found}
    other = [m[0] for m in DAY_FIRST.finditer(text) if found and not _may_be(m, days)]
    if len({m.at for m in found if m.exact}) > 1 or len(days) > 1 or other:
        said = ", ".join(dict.fromkeys([*(m.text for m in found), *other]))
        raise ControlError(f"{where}: holds several dates ({said}); expected one; rename it, or give date_property")
    return next((m.at for m in found if m.exact), found[0].at if found else None)


def day_first(text: str) -> str | None:
    """A date in a text whose day and month could be exchanged: what to ask about."""
    found = DAY_FIRST.search(text)
    return None if found is None else found[0]


def _calendar(text: str, where: str) -> list[Moment]:
    found: list[Moment] = []
    for pattern in (ISO, COMPACT):
        for match in pattern.finditer(text):
            moment = _moment(match, where)
            if moment is not None:
                found.append(moment)
    return found


def _moment(match: re.Match[str], where: str) -> Moment | None:
    part = match.groupdict()
    hour = part["hour"] or part.get("alone")
    try:
        year, month, day = int(part["year"]), int(part["month"]), int(part["day"])
        at = datetime(year, month, day, int(hour or 0), int(part["minute"] or 0), int(part["second"] or 0), tzinfo=UTC)
    except ValueError:
        return None
    check_year(at.date(), f"{where}: {match[0]!r}")
    return Moment(at - _offset(part["zone"] or "", match[0], where), hour is not None, match[0])


def _offset(zone: str, text: str, where: str) -> timedelta:
    zone = zone.strip()
    if zone in OFFSETS:
        return timedelta(hours=OFFSETS[zone])
    if zone.startswith("-") and ":" not in text:
        raise ControlError(f"{where}: {text!r} may be a span of hours or an offset; write the offset as -05:00")
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    ahead = timedelta(hours=hours, minutes=minutes)
    if ahead > timedelta(hours=14) or minutes > 59:
        raise ControlError(f"{where}: {text!r} is {zone} off UTC; expected at most 14 hours")
    return -ahead if zone.startswith("-") else ahead


def _unix(match: re.Match[str]) -> Moment | None:
    seconds = int(match[1])
    if not UNIX[0] <= seconds < UNIX[1]:
        return None
    return Moment(datetime.fromtimestamp(seconds, tz=UTC), True, match[0])


def _may_be(match: re.Match[str], days: set[date]) -> bool:
    one, two, year = int(match[1]), int(match[2]), int(match[3])
    return any(day.year == year and {day.day, day.month} == {one, two} for day in days)


def check_year(day: date, where: str) -> None:
    """Refuse a year that no map has: a slip for another.

    Raises
    ------
    ControlError
        The year lies outside ``YEARS``.
    """
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise ControlError(f"{where}: is of the year {day.year}; expected {YEARS[0]} to {YEARS[1]}; a slip of the pen?")


def date_of(value: Any, where: str, key: str) -> datetime:
    """The time (UTC) that a property holds.

    Raises
    ------
    ControlError
        It holds no date, two, or one of a year that no map has.
    """
    if isinstance(value, datetime) and value == value:
        check_year(value.date(), f"{where}: {key}")
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
    if isinstance(value, date) and value == value:
        check_year(value, f"{where}: {key}")
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    text = str(value)
    found = find_date(text, f"{where}: {key}")
    if found is None:
        asked = day_first(text)
        order = f" ({asked}: which is the month?)" if asked else ""
        raise ControlError(f"{where}: {key} is {text[:40]!r}{order}; expected a date such as 2022-09-10")
    return found


def gaps(times: Sequence[datetime]) -> tuple[tuple[date, date], ...]:
    """Pairs of neighbouring dates further apart than the series' own step (its median, at least a day) allows."""
    days = sorted({t.date() for t in times})
    steps = [(b - a).days for a, b in pairwise(days)]
    usual = max(1, sorted(steps)[(len(steps) - 1) // 2]) if steps else 1
    # a weekly map that comes a day late is no gap
    return tuple((a, b) for a, b in pairwise(days) if (b - a).days > usual * 1.5)
