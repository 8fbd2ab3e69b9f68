"""Positions written in prose: decimal degrees, degrees and minutes, MGRS, UTM and plus codes.

Strict: a position needs what makes it one (hemispheres, degree signs, a grid's letters, digits enough, or a word that
says so, from coordinates.toml), for prices, scores and house numbers are pairs of numbers too. One that has all that
and lies nowhere on earth is listed as such, never rescued.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from geomap.models import Article, MentionKind, Message, Place, Toponym, message

KM_PER_DEGREE = 111.32
"""Of latitude; of longitude at the equator. Only for the error of a rounded figure: distances are geodesic."""
LEAST_ERROR_KM = 0.01
"""What a phone's receiver knows: more digits than that are a machine's habit."""
BARE_DECIMALS = 5
"""Digits after the point from which a bare pair is a position: rates and shares have four, maps' own links six."""
CUED_DECIMALS = 3
"""With a word before it that says what it is: a hundred metres."""
CUE_REACH = 40
"""Characters before a pair in which such a word stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a text puts something, and how far off its rounding may be; ``why_not`` where that is nowhere."""

    start: int
    end: int
    lat: float = 0.0
    lon: float = 0.0
    error_km: float = 0.0
    why_not: Message | None = None


def with_coordinates(article: Article, toponyms: Sequence[Toponym]) -> list[Toponym]:
    """Toponyms and the positions that the text writes, in order; a name within a position is none.

    Nothing is added where the article's own spans say what its places are.
    """
    if article.spans is not None:
        return list(toponyms)
    positions = find_positions(article.text)
    if not positions:
        return list(toponyms)
    free = [t for t in toponyms if not any(t.start < p.end and p.start < t.end for p in positions)]
    return sorted([*free, *(_toponym(article, p) for p in positions)], key=lambda t: t.start)


def _toponym(article: Article, found: Position) -> Toponym:
    text = article.text[found.start : found.end]
    place = None
    if found.why_not is None:
        place = Place(
            id=f"point:{found.lat:.6f},{found.lon:.6f}", name=" ".join(text.split()), lat=found.lat, lon=found.lon,
            feature="P.PPL", score=1.0, source="coordinates",
            radius_km=round(max(found.error_km, LEAST_ERROR_KM), 4),
        )  # fmt: skip
    return Toponym(
        article=article.id, start=found.start, end=found.end, text=text, kind=MentionKind.LITERAL, place=place,
        why_not=found.why_not,
    )  # fmt: skip


def find_positions(text: str) -> list[Position]:
    """Every position of a text, in order; where two ways of reading meet, the longer one stands."""
    if not _WORTH_A_LOOK.search(text):
        return []
    found = [p for find in (_degrees, _decimals, _grids, _utm, _plus_codes) for p in find(text)]
    found.sort(key=lambda p: (p.start, -(p.end - p.start)))
    kept: list[Position] = []
    for position in found:
        if not kept or position.start >= kept[-1].end:
            kept.append(position)
    return kept


_WORTH_A_LOOK = re.compile(r"[°º]|\d[.,]\d{3}|\d\d?[C-HJ-NP-X] ?[A-HJ-NP-Z]|\d{6}|\+[2-9CFGHJMPQRVWX]{2}")
"""Most texts have no position; this tells in one pass."""


def _nowhere(match: re.Match[str], what: str) -> Position:
    return Position(start=match.start(), end=match.end(), why_not=message("place.no_position", what=what))


def _at(match: re.Match[str], lat: float, lon: float, error_km: float) -> Position:
    if abs(lat) > 90 or abs(lon) > 180:
        off = f"{lat:g}" if abs(lat) > 90 else f"{lon:g}"
        return _nowhere(match, f"{off}°")
    return Position(start=match.start(), end=match.end(), lat=lat, lon=lon, error_km=error_km)


def _error_km(step_lat: float, step_lon: float, lat: float) -> float:
    """Half of the last digits' steps, in degrees, as km."""
    narrow = math.cos(math.radians(min(abs(lat), 89.0)))
    return math.hypot(step_lat / 2 * KM_PER_DEGREE, step_lon / 2 * KM_PER_DEGREE * narrow)


# ── degrees with their signs ─────────────────────────────────────────────────────────────────────────────────


def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern whose digits are 0 to 9 alone: other scripts' digits write dates and prices here, no positions seen."""
    return re.compile(pattern.replace(r"\d", "[0-9]"))


_MINUTE, _SECOND = r"['’′‵ʹ´]", r"(?:[\"”“″ʺ]|['’′´]{{2}})"
_HALF = (
    r"(?P<{n}before>[NSEW])?[ \u00a0]?(?P<{n}sign>[+-])?"
    r"(?P<{n}deg>\d{{1,3}})(?P<{n}degfrac>[.,]\d{{1,10}})?[ \u00a0]?[°º]"
    r"(?:[ \u00a0]?(?P<{n}min>\d{{1,3}})(?P<{n}minfrac>[.,]\d{{1,8}})?[ \u00a0]?" + _MINUTE + ")?"
    r"(?:[ \u00a0]?(?P<{n}sec>\d{{1,3}})(?P<{n}secfrac>[.,]\d{{1,6}})?[ \u00a0]?" + _SECOND + ")?"
    r"(?:[ \u00a0]?(?P<{n}after>[NSEW])(?![A-Za-z]))?"
)
_DEGREES = _compiled(
    r"(?<![\w.°])"
    + _HALF.format(n="a")
    + r"(?:[ \u00a0]?[,;/][ \u00a0]?|[ \u00a0]{1,2})"
    + _HALF.format(n="b")
    + r"(?![\w°])"
)


def _degrees(text: str) -> Iterator[Position]:
    """Degrees, minutes and seconds, or decimal degrees with their signs, both halves with a hemisphere or neither."""
    for match in _DEGREES.finditer(text):
        first, second = _half(match, "a"), _half(match, "b")
        if isinstance(first, str) or isinstance(second, str):
            yield _nowhere(match, first if isinstance(first, str) else str(second))
            continue
        wings = first.wing + second.wing
        if not wings:
            if "," not in match[0] and ";" not in match[0]:
                continue  # two temperatures
            if not (match["adegfrac"] and match["bdegfrac"]) and match["amin"] is None:
                continue  # "from 12°, 15° in the hills"
            lat, lon = first, second
        elif len(wings) == 2 and (wings[0] in "NS") != (wings[1] in "NS"):
            lat, lon = (first, second) if wings[0] in "NS" else (second, first)
        else:
            yield _nowhere(match, wings or match[0])
            continue
        yield _at(match, lat.degrees, lon.degrees, _error_km(lat.step, lon.step, lat.degrees))


@dataclass(frozen=True, slots=True)
class _Half:
    """One of the two angles: its size with its sign, the step of its last digit, and its hemisphere's letter."""

    degrees: float
    step: float
    wing: str


def _half(match: re.Match[str], n: str) -> _Half | str:
    """An angle, or what in it cannot be."""

    def part(name: str) -> str | None:
        found: str | None = match[f"{n}{name}"]
        return found

    minutes, seconds = part("min"), part("sec")
    if part("before") and part("after"):
        return f"{part('before')}{part('after')}"
    if seconds is not None and minutes is None:
        return match[0]
    size, step = 0.0, 1.0
    for name, unit in (("deg", 1.0), ("min", 60.0), ("sec", 3600.0)):
        whole, rest = part(name), part(f"{name}frac")
        if whole is None:
            continue
        value = float(whole + (rest or "").replace(",", "."))
        if name != "deg" and value >= 60:
            return f"{whole}{'′' if name == 'min' else '″'}"
        size, step = size + value / unit, 10.0 ** -(len(rest) - 1 if rest else 0) / unit
        if rest and any(part(finer) for finer in ("min", "sec")[("deg", "min", "sec").index(name) :]):
            return match[0]  # a fraction is the end of an angle
    wing = part("before") or part("after") or ""
    if part("sign") == "-" and wing:
        return match[0]
    negative = part("sign") == "-" or wing in ("S", "W")
    return _Half(-size if negative else size, step, wing)


# ── bare decimals ────────────────────────────────────────────────────────────────────────────────────────────

_NUMBER = r"[+-]?\d{{1,3}}\.(?P<{n}>\d{{3,10}})"
_PAIR = _compiled(
    r"(?<![\w.,+\-–−°$€£¥%])(?P<wing1>[NS])?[ ]?(?P<lat>" + _NUMBER.format(n="frac1") + r")(?:[ ]?(?P<wing3>[NS]))?"
    r"[ ]?[,;/ ][ \u00a0]?(?P<wing2>[EW])?[ ]?(?P<lon>"
    + _NUMBER.format(n="frac2")
    + r")(?:[ ]?(?P<wing4>[EW]))?(?![\w°%])"
)


@dataclass(frozen=True, slots=True)
class _Words:
    """What stands before a pair that is a position, before one that is none, and what makes a pair part of a list."""

    cue: re.Pattern[str]
    other: re.Pattern[str]
    more_after: re.Pattern[str]
    more_before: re.Pattern[str]


@cache
def _words() -> _Words:
    table = tomllib.loads(files("geomap.toponyms").joinpath("coordinates.toml").read_text("utf-8"))
    cues, others, joins = ("|".join(map(re.escape, table[key])) for key in ("cues", "others", "joins"))
    return _Words(
        re.compile(rf"\b(?:{cues})\w*[^.!?\n]{{0,30}}$", re.I),
        re.compile(rf"(?:\b(?:{others})s?\b|[=<>≈±%])[^.!?\n]{{0,24}}$", re.I),
        re.compile(rf"\s?(?:[,;–-]|(?:{joins})\b)\s?[+-]?[0-9]{{1,3}}\.[0-9]{{2}}", re.I),
        re.compile(rf"[0-9]\s?[,;]\s?(?:(?:{joins})\s)?$", re.I),
    )


def _decimals(text: str) -> Iterator[Position]:
    """Latitude, longitude in decimals: with hemispheres, after a word that says so, or with digits enough."""
    for match in _PAIR.finditer(text):
        winged = _wings_of(match)
        if winged is None:
            continue
        signs, letters = winged
        digits = min(len(match["frac1"]), len(match["frac2"]))
        before = text[max(0, match.start() - CUE_REACH) : match.start()]
        if not letters and not _is_told(text, match, before, digits):
            continue
        lat, lon = float(match["lat"]) * signs[0], float(match["lon"]) * signs[1]
        step_lat, step_lon = 10.0 ** -len(match["frac1"]), 10.0 ** -len(match["frac2"])
        yield _at(match, lat, lon, _error_km(step_lat, step_lon, lat))


def _wings_of(match: re.Match[str]) -> tuple[tuple[int, int], bool] | None:
    """Signs that hemispheres give, and whether there are any; None where only one half has one, or signs too."""
    first, second = match["wing1"] or match["wing3"], match["wing2"] or match["wing4"]
    doubled = (match["wing1"] and match["wing3"]) or (match["wing2"] and match["wing4"])
    if bool(first) != bool(second) or doubled:
        return None
    if first and (match["lat"][0] in "+-" or match["lon"][0] in "+-"):
        return None
    return (-1 if first == "S" else 1, -1 if second == "W" else 1), bool(first)


def _is_told(text: str, match: re.Match[str], before: str, digits: int) -> bool:
    """Whether a bare pair is a position: no list, no statistic, and a word or its digits say so."""
    told = _words()
    if told.more_after.match(text, match.end()) or told.more_before.search(before) or told.other.search(before):
        return False
    if not re.search(r"[,;]", match[0]):
        return False
    return digits >= BARE_DECIMALS or (digits >= CUED_DECIMALS and told.cue.search(before) is not None)


# ── grids ────────────────────────────────────────────────────────────────────────────────────────────────────

_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_ROWS = "ABCDEFGHJKLMNPQRSTUV"
_COLUMNS = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
_LOWEST_KM = dict(
    zip(
        _BANDS,
        (
            1100,
            2000,
            2800,
            3700,
            4600,
            5500,
            6400,
            7300,
            8200,
            9100,
            0,
            800,
            1700,
            2600,
            3500,
            4400,
            5300,
            6200,
            7000,
            7900,
        ),
        strict=True,
    )
)
"""Northing from which a band's squares are counted, km (NGA, DMA TM 8358.1, table of minimum northings)."""
_MGRS = _compiled(
    r"(?<![\w.+-])(?P<zone>\d{1,2})(?P<band>[C-HJ-NP-X])[ \u00a0]?(?P<square>[A-HJ-NP-Z][A-HJ-NP-V])[ \u00a0]?"
    r"(?:(?P<east>\d{2,5})[ \u00a0](?P<north>\d{2,5})|(?P<both>\d{4}(?:\d\d){0,3}))(?!\w|\.\d)"
)


def _grids(text: str) -> Iterator[Position]:
    """MGRS, to a kilometre or finer: the middle of the square named."""
    for match in _MGRS.finditer(text):
        both = match["both"]
        east, north = (both[: len(both) // 2], both[len(both) // 2 :]) if both else (match["east"], match["north"])
        if len(east) != len(north):
            continue
        yield _of_square(match, east, north)


def _of_square(match: re.Match[str], east: str, north: str) -> Position:
    zone, band, column, row = int(match["zone"]), match["band"], match["square"][0], match["square"][1]
    columns = _COLUMNS[(zone - 1) % 3]
    if not 1 <= zone <= 60 or column not in columns:
        return _nowhere(match, f"{match['zone']}{band} {match['square']}")
    step = 10 ** (5 - len(east))
    easting = (columns.index(column) + 1) * 100_000 + (int(east) + 0.5) * step
    northing = ((_ROWS.index(row) - (5 if zone % 2 == 0 else 0)) % 20) * 100_000 + (int(north) + 0.5) * step
    while northing < _LOWEST_KM[band] * 1000:
        northing += 2_000_000
    return _of_metres(match, zone, band, easting, northing, step * math.sqrt(2) / 2000)


def _of_metres(
    match: re.Match[str], zone: int, band: str, easting: float, northing: float, error_km: float
) -> Position:
    """A position in UTM, where it lies in the band that it names, or no more than a square off its edge."""
    from geomap.geodesy.projected import from_utm

    lon, lat = from_utm(zone, band >= "N", easting, northing)
    south = -80 + 8 * _BANDS.index(band)
    north = 84 if band == "X" else south + 8
    if not (
        math.isfinite(lat) and south - 0.1 <= lat <= north + 0.1 and abs((lon - (zone * 6 - 183) + 180) % 360 - 180) < 9
    ):
        return _nowhere(match, f"{zone}{band}")
    return _at(match, lat, lon, error_km)


_UTM = _compiled(
    r"(?<![\w.+-])(?P<cue>UTM[:,]?[ \u00a0](?:zone[ \u00a0])?)?(?P<zone>\d{1,2})[ \u00a0]?(?P<band>[C-HJ-NP-X])"
    r"[ \u00a0,]{1,2}(?P<east>\d{6})(?:\.\d{1,3})?[ ]?(?P<e>m?[ ]?E)?"
    r"[ \u00a0,]{1,2}(?P<north>\d{6,7})(?:\.\d{1,3})?(?:[ ]?(?P<n>m?[ ]?N))?(?!\w|\.\d)"
)


def _utm(text: str) -> Iterator[Position]:
    """UTM with zone and band: after the word UTM, or with E and N behind the metres."""
    for match in _UTM.finditer(text):
        if not (match["cue"] or (match["e"] and match["n"])):
            continue
        zone, band, easting, northing = int(match["zone"]), match["band"], float(match["east"]), float(match["north"])
        if not 1 <= zone <= 60 or not 100_000 <= easting < 900_000:
            yield _nowhere(match, f"{match['zone']}{band} {match['east']}")
        elif band in "NS":
            # the letter of a band, or of a half of the earth: for "N" both lie north, for "S" they lie apart
            yield _nowhere(match, f"{zone}S") if band == "S" else _of_half(match, zone, easting, northing)
        else:
            yield _of_metres(match, zone, band, easting, northing, LEAST_ERROR_KM)


def _of_half(match: re.Match[str], zone: int, easting: float, northing: float) -> Position:
    from geomap.geodesy.projected import from_utm

    lon, lat = from_utm(zone, True, easting, northing)
    if not (math.isfinite(lat) and 0 <= lat <= 84.5):
        return _nowhere(match, f"{zone}N")
    return _at(match, lat, lon, LEAST_ERROR_KM)


# ── plus codes ───────────────────────────────────────────────────────────────────────────────────────────────

_SIGNS = "23456789CFGHJMPQRVWX"
_PLUS = re.compile(rf"(?<![\w+])(?P<head>[{_SIGNS}]{{8}})\+(?P<tail>[{_SIGNS}]{{2,7}})(?![\w+])")


def _plus_codes(text: str) -> Iterator[Position]:
    """Full plus codes (Open Location Code): the middle of the cell."""
    for match in _PLUS.finditer(text):
        if not re.search(r"\d", match["head"]):
            continue  # a word between pluses
        digits = [_SIGNS.index(sign) for sign in match["head"] + match["tail"]]
        lat, lon, high, wide = -90.0, -180.0, 400.0, 400.0
        for number, digit in enumerate(digits[:10]):
            if number % 2 == 0:
                high /= 20
                lat += digit * high
            else:
                wide /= 20
                lon += digit * wide
        for digit in digits[10:]:  # cells of five rows and four columns
            high, wide = high / 5, wide / 4
            lat, lon = lat + digit // 4 * high, lon + digit % 4 * wide
        if digits[0] > 8 or digits[1] > 17:
            yield _nowhere(match, match[0])
        else:
            yield _at(match, lat + high / 2, lon + wide / 2, _error_km(high, wide, lat))
