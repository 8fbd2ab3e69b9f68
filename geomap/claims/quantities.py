"""Quantities: a number, a unit, how the words hedge it, and a bracketed conversion.

Nothing here decides whether a quantity is a claim: ``relations`` does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from geomap.claims.language import Language
from geomap.claims.line import DASHES, Line
from geomap.claims.numbers import Number, read_amount, read_number
from geomap.claims.tokens import Tokens
from geomap.models import Qualifier
from geomap.models.claims import VagueWord
from geomap.units import UNITS

_TIMES = "×"
_CURRENCY = frozenset("$€£¥₴₽#№")
_LOOSE_RATIO = 0.2
"""Without brackets, a second figure this close is the same one converted."""
_DAYS = 31
_ADJECTIVE_REACH = 7
"""Tokens before a figure in which "daily" makes it a rate."""
_SAME_UNIT_REACH = 14
"""Tokens after a figure within which another one shares its unit: "203 kilometres from A and some 45 from B"."""
_BARE_RATIO = 0.03
"""After a mere comma it must agree as closely as rounding allows."""
_HOUR = 1 / 24
_CONVERSION_FACTOR = 2.0
"""A second figure beyond this factor of the first is another claim, not its conversion."""
_PRODUCT_STEP = 0.05
"""Share of a product by which it may be off: both sides were rounded."""
_MISREAD = 0.5
"""A conversion so far off, as a share, asks whether a dot stood for thousands; within ``_READ`` it did."""
_READ = 0.1
_FIRM = frozenset({Qualifier.AT_LEAST, Qualifier.AT_MOST, Qualifier.MORE_THAN, Qualifier.LESS_THAN})
_BRACKETS = {"(": ")", "[": "]"}
_BRACKET_REACH = 12
"""Tokens after a conversion among which its bracket closes."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity over tokens [i, j); ``end`` is the token after its conversion.

    ``dim``: "m", "m2", "m/day", "m2/day" or "speed". ``hyphen``: written as an adjective ("11-mile").
    ``squared``: "three miles square". ``elided``: the unit stands elsewhere.
    """

    i: int
    j: int
    end: int
    number: float
    number_max: float | None
    unit: str
    dim: str
    qualifier: Qualifier
    step: float
    conversion: tuple[int, int, float, bool] | None = None
    hyphen: bool = False
    article: bool = False
    elided: bool = False
    unit_at: int = 0
    per_day: float = 1.0
    word: VagueWord | None = None

    @property
    def factor(self) -> float:
        return UNITS[self.unit].si / self.per_day

    @property
    def si(self) -> float:
        return self.number * self.factor

    @property
    def si_max(self) -> float | None:
        return None if self.number_max is None else self.number_max * self.factor


def find_quantities(tk: Tokens, first: int, stop: int, lang: Language, commas: bool) -> list[Quantity]:
    """Quantities with a unit among tokens [first, stop), left to right, conversions folded in."""
    line = Line(tk, first, stop, lang, commas)
    found: list[Quantity] = []
    low, starts = tk.low, lang.amount_starts
    i = first
    while i < stop:
        if not (low[i] in starts or low[i][0].isdecimal()):
            i += 1
            continue
        if i > first and tk.word[i - 1] in _CURRENCY:
            _, i = read_amount(line, i)
            continue
        if _is_day(line, i):
            i += 1
            continue
        quantity, after = _read(line, i)
        if quantity is None:
            quantity = _elided_after(line, i, found)
        if quantity is None:
            i = max(after, i + 1)
            continue
        elided = _elided_before(line, quantity, found)
        if _is_change_converted(line, quantity, found):
            i = max(quantity.end, i + 1)
            continue
        found += [quantity] if elided is None else [elided, quantity]
        i = max(quantity.end, i + 1)
    return found


def _is_day(line: Line, i: int) -> bool:
    """ "from 3.3 square kilometres on Aug. 6 to 27": the day of a month that no unit follows."""
    word = line.word[i]
    if not word.isdecimal() or len(word) > 2 or int(word) > _DAYS or line.unit(line.past_hyphen(i + 1)) is not None:
        return False
    k = i - 2 if i > line.first and line.word[i - 1] == "." else i - 1
    return k >= line.first and line.among(k, "months") and line.tokens.capital(k)


def _is_change_converted(line: Line, quantity: Quantity, found: list[Quantity]) -> bool:
    """ "from 45 sq km to 28 sq km (from 17 to 11 square miles)": the whole change once more, in another unit."""
    last = found[-1] if found else None
    if last is None or last.unit == quantity.unit or last.dim != quantity.dim or line.at(last.end) != "(":
        return False
    between = range(last.end + 1, quantity.i)
    if not between or not all(
        line.among(k, "from") or line.among(k, "to_words") or line.starts_figure(k) for k in between
    ):
        return False
    return abs(quantity.si - last.si) <= _LOOSE_RATIO * last.si


def _read(line: Line, i: int) -> tuple[Quantity | None, int]:
    """The quantity at token i, and the token to go on from where there is none."""
    if line.among(i, "indefinite"):  # "a mile", not "a m"
        unit = line.unit(i + 1)
        hedged = line.hedge_back(i) is not None  # "less than a square kilometre"
        lone = unit is not None and (UNITS[unit[0]].dimension == "m" or hedged)
        if unit is not None and lone and len(line.low[i + 1]) > 2:
            return _quantity(line, Number(1.0, None, 0.5, i, i + 1, spelled=True), article=True), i + 2
    number, after = read_amount(line, i)
    quantity = _quantity(line, number) if number is not None else None
    return quantity, after if quantity is None else quantity.end


# ── one quantity ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Measure:
    """A number with its unit while what stands around is read; ``end`` is the token to go on from."""

    number: Number
    low: float
    high: float | None
    step: float
    code: str
    dim: str
    unit_at: int
    end: int
    qualifier: str | None
    hyphen: bool
    per: float = 1.0


def _quantity(line: Line, number: Number, *, article: bool = False) -> Quantity | None:
    """The quantity of a number, its conversion folded in; None where no unit follows."""
    quantity = _unconverted(line, number, article=article)
    return None if quantity is None else _converted(line, quantity, number)


def _unconverted(line: Line, number: Number, *, article: bool = False) -> Quantity | None:
    """The quantity of a number without regard to what another unit may say of it in brackets."""
    j, qualifier = _qualified(line, number.j)
    if number.fraction:  # "half a mile", "a third of an acre"
        j = line.past(line.past(j, "of_words"), "indefinite")
    hyphen = line.at(j) in DASHES and line.tokens.touching(j)
    j = line.past(j + 1 if hyphen else j, "unit_adjectives")
    product = _shared_unit(line, number, j)
    if product is not None:
        return product
    unit = line.unit(j)
    if unit is None or _is_name(line, number, j) or _is_million(line, number, j, unit[1]):
        return None
    code, end = unit
    dim = UNITS[code].dimension
    measure = _Measure(number, number.low, number.high, number.step, code, dim, j, end, qualifier, hyphen)
    between = _between(line, number.i)
    _and_a_fraction(line, measure)
    _second_end(line, measure, between)
    _squared(line, measure)
    measure.end, after = _qualified(line, measure.end)
    measure.qualifier = after or measure.qualifier
    _by_period(line, measure)
    return _hedged(line, measure, between, article)


def _qualified(line: Line, j: int) -> tuple[int, str | None]:
    """ "10 or more miles", "10 miles plus": the token after such words from token j on, and what they say."""
    after = line.hedge_after(line.past_hyphen(j))
    return (j, None) if after is None else (after[1], after[0])


def _is_name(line: Line, number: Number, j: int) -> bool:
    """ "Five Mile Creek"."""
    tk = line.tokens
    capitals = tk.capital(j) and tk.capital(number.i) and tk.word[j] != tk.word[j].upper()
    return number.spelled and number.j == number.i + 1 and capitals


def _is_million(line: Line, number: Number, j: int, after: int) -> bool:
    """ "3m acres", "three m": the one letter that stands for metres and for a million."""
    return len(line.low[j]) == 1 and after == j + 1 and (number.spelled or line.unit(after) is not None)


def _and_a_fraction(line: Line, measure: _Measure) -> None:
    """ "a mile and a half"."""
    j, fractions = measure.end, line.lang.fractions
    joined = line.among(j, "number_joins") and line.among(j + 1, "indefinite")
    if measure.dim == "m" and joined and line.at(j + 2) in fractions:
        measure.low += fractions[line.low[j + 2]]
        measure.step, measure.end = 0.05, j + 3


def _by_period(line: Line, measure: _Measure) -> None:
    """ "5 km a day", "60 miles an hour", "four hectares of mangrove a week"."""
    j = measure.end
    period = line.period(line.past_hyphen(j))
    if period is None and measure.dim == "m2" and line.among(j, "of_words"):
        led = [
            k
            for k in range(j + 2, min(line.stop, j + 5))
            if line.among(k, "period_leads") and not line.among(k - 1, "prepositions")
        ]
        period = line.period(led[0]) if led else None
    if period is not None and line.among(period[1], "period_spoilers"):
        return  # "31 square kilometres a week later"
    adjective = _period_before(line, measure) if period is None else None
    if adjective is not None:
        measure.per, measure.dim = adjective, f"{measure.dim}/day"
    elif period is not None:
        measure.per, measure.end = period
        speed = measure.per <= _HOUR and measure.dim == "m"
        measure.dim = "speed" if speed else f"{measure.dim}/day"


def _period_before(line: Line, measure: _Measure) -> float | None:
    """Days of "daily" in "the average daily advance is about 30 square kilometres"; None without such a word."""
    adjectives = line.lang.maps.get("period_adjectives", {})
    first = max(line.first, measure.number.i - _ADJECTIVE_REACH)
    at = next((k for k in range(measure.number.i - 1, first - 1, -1) if line.low[k] in adjectives), None)
    if at is None or not line.any_among("be", at + 1, measure.number.i):
        return None
    if any(line.word[k] in ",;:" for k in range(at, measure.number.i)):
        return None
    return float(adjectives[line.low[at]])


def _hedged(line: Line, measure: _Measure, between: tuple[int, bool] | None, article: bool) -> Quantity:
    """The quantity, given what stands before its number."""
    number = measure.number
    hedge, start = _hedge(line, number.i, measure.dim)
    qualifier = measure.qualifier
    if measure.high is not None:
        vague = number.vague and between is None
        qualifier = Qualifier.VAGUE_PLURAL if vague else Qualifier.BETWEEN
        start = between[0] if between is not None else start
    elif qualifier is None:
        qualifier = hedge or (Qualifier.ABOUT if article else None)
    return Quantity(
        i=start, j=measure.end, end=measure.end, number=measure.low, number_max=measure.high, unit=measure.code,
        dim=measure.dim, qualifier=Qualifier(qualifier or Qualifier.EXACT),
        step=measure.step * UNITS[measure.code].si / measure.per, hyphen=measure.hyphen, article=article,
        unit_at=measure.unit_at, per_day=measure.per, word=number.word,
    )  # fmt: skip


def _hedge(line: Line, i: int, dim: str) -> tuple[str | None, int]:
    """What stands before the number at token i, and where it starts. The outermost firm word wins over "about"."""
    firm: str | None = None
    start = _past_article(line, i)
    not_hedges = "not_hedges_area" if dim.startswith("m2") else "not_hedges_length"
    for _ in range(4):
        hit = line.hedge_back(start)
        if hit is None:
            break
        word, at = hit
        if start - at == 1 and line.among(at, not_hedges):
            break
        loose = start - at == 1 and line.among(at, "loose_hedges")
        if loose and at > line.first and line.spreads_over(at - 1):
            break
        if firm is None or word not in (Qualifier.ABOUT, Qualifier.EXACT):
            firm = word
        start = at
    return firm, start


def _past_article(line: Line, i: int) -> int:
    """ "at least a 30 km radius": the article before the number at token i, where a firm hedge stands before it."""
    if i - 1 <= line.first or not line.among(i - 1, "indefinite"):
        return i
    hit = line.hedge_back(i - 1)
    return i - 1 if hit is not None and hit[0] in _FIRM and i - 1 - hit[1] > 1 else i


# ── ranges and products ──────────────────────────────────────────────────────────────────────────────────────


def _between(line: Line, i: int) -> tuple[int, bool] | None:
    """Where "between" (or "from") opens a range whose first number is at token i, and whether it was "between"."""
    for k in range(i - 1, max(line.first, i - 4) - 1, -1):
        if line.among(k, "between"):
            return k, True
        if line.among(k, "from") and k == i - 1:
            return None if line.any_among("change_verbs", k - 6, k) else (k, False)
        if line.hedge_back(k + 1, k) is None:
            return None
    return None


def _second_end(line: Line, measure: _Measure, between: tuple[int, bool] | None) -> None:
    """A range's second end with the same unit written again: "10km to 15km", "between 10 km and 15 km"."""
    j = measure.end
    opened_between = between is not None and between[1]
    to, joined = line.among(j, "to_words"), opened_between and line.among(j, "between_joins")
    if measure.high is not None or not (line.at(j) in DASHES or to or joined):
        return
    changed = line.among(measure.number.i - 1, "from")  # "shrank from 45 sq km to 28 sq km": two figures
    if to and between is None and (changed or not line.word[j - 1][0].isalpha()):
        return
    other = _same_unit(line, j + 1, measure.code)
    if other is not None:
        measure.low, measure.high = sorted((measure.low, other[0]))
        measure.end = other[1]


def _same_unit(line: Line, j: int, code: str) -> tuple[float, int] | None:
    """A second figure with the unit ``code`` at token j, hedged or not, and the token after it."""
    j = line.past_hedges(j, j + 2)
    if not line.starts_figure(j):
        return None
    number, after = read_number(line, j)
    unit = line.unit(line.past_hyphen(after)) if number is not None else None
    return (number.low, unit[1]) if number is not None and unit is not None and unit[0] == code else None


def _multiplies(line: Line, j: int) -> bool:
    """ "by" in "20 km by 5 km"."""
    return line.at(j) == _TIMES or line.among(j, "dimension_joins")


def _shared_unit(line: Line, number: Number, j: int) -> Quantity | None:
    """ "100 by 30 kilometres": the unit stands once."""
    if not _multiplies(line, j) or number.high is not None or number.vague or number.fraction or j + 1 >= line.stop:
        return None
    other, after = read_number(line, j + 1)
    unit = line.unit(after) if other is not None and other.high is None else None
    square = UNITS[unit[0]].square if unit is not None else None
    if other is None or unit is None or square is None:
        return None
    product = number.low * other.low
    return Quantity(
        i=_hedge(line, number.i, "m2")[1], j=unit[1], end=unit[1], number=product, number_max=None, unit=square,
        dim="m2", qualifier=Qualifier.DIMENSIONS, step=_PRODUCT_STEP * product * UNITS[square].si, unit_at=after,
    )  # fmt: skip


def _squared(line: Line, measure: _Measure) -> None:
    """ "20km by 5km", "three miles square": lengths that say an area."""
    j, square = measure.end, UNITS[measure.code].square
    if measure.dim != "m" or j >= line.stop:
        return
    multiplied = _multiplies(line, j) and measure.number.high is None
    other = (_same_unit(line, j + 1, measure.code) or _bare_side(line, j + 1)) if multiplied else None
    if other is not None:
        measure.low, measure.end = measure.number.low * other[0], other[1]
        measure.step = _PRODUCT_STEP * measure.low
        square = square or "m2"
    elif line.among(j, "square_after") and square is not None and line.unit(j) is None:
        measure.low, measure.end = measure.low * measure.low, j + 1
    else:
        return
    measure.code, measure.dim, measure.qualifier = square, "m2", Qualifier.DIMENSIONS


def _bare_side(line: Line, j: int) -> tuple[float, int] | None:
    """ "250 metres by 100": the second side without its unit, and the token after it."""
    number, after = read_number(line, j) if line.starts_figure(j) else (None, j)
    if number is None or number.high is not None or number.plain_year or number.fraction:
        return None
    return None if after < line.stop and line.word[after][0].isalnum() else (number.low, after)


# ── conversions ──────────────────────────────────────────────────────────────────────────────────────────────


def _converted(line: Line, quantity: Quantity, number: Number) -> Quantity:
    """Fold in a conversion that follows: "(about 62,050 hectares)", "[3,000 sq km]", "/6 miles", ", or 62,050 ha,"."""
    inner = _conversion_start(line, quantity.j)
    if inner is None:
        return quantity
    other = _conversion_number(line, inner)
    second = _unconverted(line.since(inner), other) if other is not None else None
    if other is None or second is None or second.unit == quantity.unit:
        return quantity
    if second.dim.split("/")[0] != quantity.dim.split("/")[0]:
        return quantity
    quantity, si = _dots_settled(quantity, number, second, other)
    ratio = si / quantity.si if quantity.si else 0.0
    closing = _BRACKETS.get(line.word[quantity.j])
    if closing is None:
        bare = line.word[quantity.j] == "," and inner == quantity.j + 1
        if abs(ratio - 1) > (_BARE_RATIO if bare else _LOOSE_RATIO):
            return quantity
        if not 1 / _CONVERSION_FACTOR <= ratio <= _CONVERSION_FACTOR:
            return quantity
    end = second.j
    for k in range(end, min(line.stop, end + _BRACKET_REACH)):
        if line.word[k] == closing:
            end = k + 1
            break
    agrees = abs(si - quantity.si) <= quantity.step + second.step + 0.005 * quantity.si
    return replace(quantity, end=end, conversion=(inner, second.j, si, agrees))


def _conversion_start(line: Line, j: int) -> int | None:
    """Where a conversion may begin whose sign or word stands at token j; None where nothing announces one."""
    sign = line.at(j)
    if sign in _BRACKETS or sign in ("/", "="):
        return j + 1
    alternative = line.among(j, "conversion_or")
    if sign in ("–", "—") or alternative:
        inner = j + 1
    elif sign == "-":
        inner = j + 2
    elif sign == ",":
        bare = j + 1 < line.stop and line.word[j + 1][0].isdecimal()
        if not bare and not line.among(j + 1, "conversion_leads"):
            return None
        inner = j + 1 if bare else j + 2
    else:
        return None
    return line.past(inner, "to_words")


def _conversion_number(line: Line, k: int) -> Number | None:
    """The number of a conversion from token k on: "or about 62,050", "equal to 3,000", "that is 6"."""
    for _ in range(4):
        hedge = line.hedge(k) if k < line.stop else None
        if hedge is not None:
            k = hedge[1]
        elif line.at(k) == "=" or line.among(k, "conversion_fillers"):
            k += 1
    if not line.starts_figure(k) and line.at(k) not in line.lang.fractions:
        return None
    return read_amount(line, k)[0]


def _dots_settled(quantity: Quantity, number: Number, second: Quantity, other: Number) -> tuple[Quantity, float]:
    """The quantity and the SI value of its conversion, each dot read as what makes both agree.

    "11.568 km² (4,466 sq mi)": the conversion says that the dot means thousands.
    """
    si = second.si
    if not quantity.si:
        return quantity, si
    if other.other is not None and abs(si / quantity.si - 1) > _MISREAD:
        again = other.other * second.factor
        si = again if abs(again / quantity.si - 1) < _READ else si
    if number.other is not None and number.high is None and abs(si / quantity.si - 1) > _MISREAD:
        thousands = number.other * quantity.factor
        if abs(si / thousands - 1) < _READ:
            quantity = replace(quantity, number=number.other, step=0.5 * quantity.factor)
    return quantity, si


# ── figures whose unit stands elsewhere ──────────────────────────────────────────────────────────────────────


def _elided_before(line: Line, quantity: Quantity, found: list[Quantity]) -> Quantity | None:
    """A figure whose unit stands with the next one: "202 and 1,081 acres respectively", "from 500 to 800 acres"."""
    k = quantity.i - 1
    if quantity.dim == "m2" and line.among(k, "genitives"):
        k = next((x for x in range(k - 1, max(line.first, k - 4), -1) if line.among(x, "of_words")), k)
    if k - 1 < line.first or not _joins_figures(line, quantity, k):
        return None
    for i in range(max(line.first, k - 6), k):
        inside = (i > line.first and line.word[i - 1] in ".,") or (found and i < found[-1].end)
        if not line.word[i][0].isdecimal() or inside or _is_day(line, i):
            continue
        number, after = read_amount(line.until(k), i)
        if number is None or after != k or number.plain_year or number.high is not None:
            continue
        hedge, start = _hedge(line, i, quantity.dim)
        return replace(
            quantity, i=start, j=k, end=k, number=number.low * _shared_scale(number, quantity), number_max=None,
            step=number.step * UNITS[quantity.unit].si, conversion=None, elided=True,
            qualifier=Qualifier(hedge or Qualifier.EXACT),
        )  # fmt: skip
    return None


def _joins_figures(line: Line, quantity: Quantity, k: int) -> bool:
    """Whether token k joins a figure to a quantity that shares its unit."""
    if line.among(k, "of_words"):
        return k < quantity.i - 1  # "1.1 million of the park's 2.2 million acres"
    if line.at(k) == "," or line.among(k, "between_joins"):
        return line.any_among("respectively", quantity.j, quantity.j + 12)
    return line.among(k, "to_words") and line.any_among("change_verbs", k - 10, k)


def _shared_scale(number: Number, quantity: Quantity) -> float:
    """ "1.2 to 1.5 million acres" after a verb of change: the first figure shares the scale of the second."""
    return 1e6 if number.scale == 1.0 and number.low < 1000 and quantity.number >= 1e6 else 1.0


def _elided_after(line: Line, i: int, found: list[Quantity]) -> Quantity | None:
    """A figure whose unit was written before: "only to 2012's 3.41 million", "in hectares, about 3,100 a day"."""
    areas = [q for q in found if q.dim == "m2"]
    near = bool(found) and i - found[-1].end <= _SAME_UNIT_REACH
    if not areas and not near and not line.any_among("unit_leads", i - 6, i):
        return None
    number, j = read_amount(line, i)
    if number is None or number.plain_year or number.vague:
        return None
    again = _goes_on(line, number, j, found[-1]) if near else None
    if again is not None:
        return again
    period = line.period(j)
    if period is not None:
        return _rate_in_unit(line, number, *period)
    return _same_as_last(line, number, j, areas[-1]) if areas else None


def _goes_on(line: Line, number: Number, j: int, last: Quantity) -> Quantity | None:
    """A figure in the unit of the last one: "and some 45 from B", "from 50 acres to 200", "another 450 on Tuesday"."""
    hedge, start = _hedge(line, number.i, last.dim)
    ends = j >= line.stop or not line.word[j][0].isalnum() or line.among(j, "elision_ends")
    ends = ends and line.at(j) not in ("%", "(", "-")
    if last.dim == "m":
        goes_on = line.lang.table("from").match(line.low, j, line.stop) is not None
    elif last.dim.endswith("/day"):
        goes_on = ends and line.among(start - 1, "against_words")
    else:
        again = line.among(start, "another_words") or line.among(start - 1, "another_words")
        goes_on = ends and (again or (_is_changed_from(line, last) and line.among(start - 1, "to_words")))
    if not goes_on or number.i <= last.end - 1 or number.fraction:
        return None
    step = number.step * UNITS[last.unit].si / last.per_day
    return Quantity(
        i=start, j=j, end=j, number=number.low, number_max=number.high, unit=last.unit, dim=last.dim,
        qualifier=Qualifier(hedge or (Qualifier.BETWEEN if number.high is not None else Qualifier.EXACT)), step=step,
        elided=True, per_day=last.per_day,
    )  # fmt: skip


def _is_changed_from(line: Line, last: Quantity) -> bool:
    """Whether the last figure is what something changed from: "from 50 acres"."""
    return line.among(last.i - 1, "from")


def _rate_in_unit(line: Line, number: Number, days: float, end: int) -> Quantity | None:
    """ "in hectares, about 3,100 a day"."""
    hedge, start = _hedge(line, number.i, "m2")
    for k in range(max(line.first, start - 5), start):
        unit = line.until(start).unit(k + 1) if line.among(k, "unit_leads") else None
        if unit is not None:
            code = unit[0]
            return Quantity(
                i=start, j=end, end=end, number=number.low, number_max=number.high, unit=code,
                dim=f"{UNITS[code].dimension}/day", qualifier=Qualifier(hedge or Qualifier.EXACT),
                step=number.step * UNITS[code].si / days, elided=True, per_day=days,
            )  # fmt: skip
    return None


def _same_as_last(line: Line, number: Number, j: int, last: Quantity) -> Quantity | None:
    """ "only to 2012's 3.41 million": a figure as large as the last area, in the same unit."""
    if number.high is not None or not (number.scale > 1 or number.grouped):
        return None
    if not 0.1 * last.number <= number.low <= 10 * last.number:
        return None
    if j < line.stop and line.word[j][0].isalnum() and not line.among(j, "elision_ends"):
        return None
    hedge, start = _hedge(line, number.i, "m2")
    before = start - 1 if start > line.first else -1
    named = line.any_among("elision_nouns", start - 5, start) and line.among(before, "elision_verbs")
    if not named and not line.among(before, "elision_leads"):
        return None
    return Quantity(
        i=start, j=j, end=j, number=number.low, number_max=None, unit=last.unit, dim="m2",
        qualifier=Qualifier(hedge or Qualifier.EXACT), step=number.step * UNITS[last.unit].si, elided=True,
    )  # fmt: skip
