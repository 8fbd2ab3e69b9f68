"""Numbers, quantities and dates in the reader's language and units."""

from __future__ import annotations

from datetime import date, datetime

from geomap.lang import kept
from geomap.models import Range
from geomap.settings import Style
from geomap.units import in_twin
from geomap.wording.lexicon import language, words

# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────


def number(value: float, code: str = "en") -> str:
    """Three significant digits above 1, grouped from 1,000 on; never in exponents.

    Three, because no measurement here knows more: the best control map moves by a per cent within a day.
    """
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1000:
        digits = len(str(int(size))) - 3
        rounded = round(value, -digits)
        text = f"{rounded:,.0f}"
    elif size >= 100:
        text = f"{value:.0f}"
    elif size >= 10:
        text = f"{value:.1f}"
    else:
        text = f"{value:.2f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in ("-0", ""):
        text = "0"
    return separated(text, code)


def separated(text: str, code: str) -> str:
    """English digits with a language's marks of groups and decimals."""
    return text if code == "en" else text.translate(_separators(code))


@kept
def _separators(code: str) -> dict[int, str]:
    """A language's marks in place of English ones: of groups and of decimals."""
    from babel.numbers import get_decimal_symbol, get_group_symbol

    locale = language(code).locale
    return {
        ord(","): get_group_symbol(locale, numbering_system="latn"),
        ord("."): get_decimal_symbol(locale, numbering_system="latn"),
    }


def quantity(span: Range, unit: str, style: Style | None = None) -> str:
    """A range in the reader's units: "26.2 km", "1,660–5,160 km²", "more than 120 km"; unknown units as given."""
    style = style or Style()
    low, high = span
    if low is None and high is None:
        return words(style.language)["unknown_amount"]
    if unit == "share":
        return _share(span, style)
    if unit in ("deg", "degrees", "°"):
        return _range(span, "deg", style)
    twins = [found for found in (in_twin(unit, system) for system in style.units) if found is not None]
    if not twins:
        return _range(span, unit, style)
    first, *rest = (_range(_times(span, factor), code.replace("/", "_"), style) for factor, code in twins)
    return first + "".join(f" ({other})" for other in rest)


def _share(span: Range, style: Style) -> str:
    """How much of a place is held as the claim states it."""
    w = words(style.language)
    low, high = (0.0 if span[0] is None else span[0]), (1.0 if span[1] is None else span[1])
    # within a per cent of all or nothing: edges of redrawn polygons
    if low >= 0.99:
        return w["share_all"]
    if high <= 0.01:
        return w["share_none"]
    if low <= 0.01 and high >= 0.99:
        return w["share_changes"]
    return w("share_part", amount=_range((100 * low, 100 * high), "percent", style))


def _times(span: Range, factor: float) -> Range:
    low, high = span
    return (None if low is None else low * factor, None if high is None else high * factor)


def _range(span: Range, unit: str, style: Style) -> str:
    w = words(style.language)
    low, high = span
    name = w.get(f"unit_{unit}", unit)
    gap = "" if name in ("°", "%") else " "
    if low is None and high is not None:
        return w("up_to", amount=f"{number(high, w.language)}{gap}{name}")
    if high is None and low is not None:
        return w("more_than", amount=f"{number(low, w.language)}{gap}{name}")
    assert low is not None
    assert high is not None
    first, last = number(low, w.language), number(high, w.language)
    return f"{first}{gap}{name}" if first == last else f"{first}–{last}{gap}{name}"


# ── dates ────────────────────────────────────────────────────────────────────────────────────────────────────


def day(value: date | datetime | str | None, style: Style | None = None, *, time: bool = False) -> str:
    """A date in words, "10 Sep 2022", with the UTC time where asked; anything that is no ISO date as given."""
    if value is None:
        return ""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return str(value)
        if value.time() == datetime.min.time():
            time = False
    text = _day((style or Style()).language, value.year, value.month, value.day)
    if time and isinstance(value, datetime):
        text += f", {value:%H:%M} UTC"
    return text


@kept
def _day(code: str, year: int, month: int, day_of_month: int) -> str:
    from babel.dates import format_date

    spoken = language(code)
    return format_date(date(year, month, day_of_month), spoken.date, locale=spoken.locale)
