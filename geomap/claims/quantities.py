"""Quantities: a number, a unit, how the words hedge it, and a bracketed conversion.

Nothing here decides whether a quantity is a claim: ``relations`` does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from geomap.claims.language import Language
from geomap.claims.numbers import Number, read_amount, read_number
from geomap.claims.tokens import Tokens
from geomap.models import Qualifier
from geomap.units import UNITS

_DASHES = frozenset({"-", "–", "—", "‑"})
_BY = frozenset({"by", "x", "×", "на"})
_CURRENCY = frozenset("$€£¥₴₽#№")
_LOOSE_RATIO = 0.2
"""Without brackets, a second figure this close is the same one converted."""
_BARE_RATIO = 0.03
"""After a mere comma it must agree as closely as rounding allows."""
_HOUR = 1 / 24
_CONVERSION_FACTOR = 2.0
"""A second figure beyond this factor of the first is another claim, not its conversion."""


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
    found: list[Quantity] = []
    low, word, starts = tk.low, tk.word, lang.amount_starts
    i = first
    while i < stop:
        w = low[i]
        if not (w in starts or w[0].isdecimal()):
            i += 1
            continue
        if i > first and word[i - 1] in _CURRENCY:
            _, i = read_amount(tk, i, stop, lang, commas)
            continue
        quantity, after = _read(tk, i, first, stop, lang, commas)
        if quantity is None:
            quantity = _elided_after(tk, i, first, stop, lang, commas, found)
        if quantity is None:
            i = max(after, i + 1)
            continue
        found.extend(_elided_before(tk, quantity, first, lang, commas, found))
        found.append(quantity)
        i = max(quantity.end, i + 1)
    return found


def _read(tk: Tokens, i: int, first: int, stop: int, lang: Language, commas: bool) -> tuple[Quantity | None, int]:
    low = tk.low
    if low[i] in ("a", "an"):
        unit = lang.units.match(low, i + 1, stop)
        if unit is not None and UNITS[unit[0]].dimension == "m" and len(low[i + 1]) > 2:
            number: Number | None = Number(1.0, None, 0.5, i, i + 1, spelled=True)
            return _finish(tk, number, i, first, stop, lang, commas, article=True), i + 2
    number, after = read_amount(tk, i, stop, lang, commas)
    if number is None:
        return None, after
    quantity = _finish(tk, number, i, first, stop, lang, commas)
    return quantity, after if quantity is None else quantity.end


def _finish(
    tk: Tokens,
    number: Number | None,
    i: int,
    first: int,
    stop: int,
    lang: Language,
    commas: bool,
    *,
    article: bool = False,
    inside: bool = False,
) -> Quantity | None:
    if number is None:
        return None
    low = tk.low
    j = number.j
    qualifier: str | None = None
    extra = lang.after.match(low, j + 1 if j < stop and low[j] == "-" else j, stop)
    if extra is not None:
        qualifier, j = extra
    if number.fraction:
        if j < stop and low[j] == "of":
            j += 1
        if j < stop and low[j] in ("a", "an"):
            j += 1
    hyphen = False
    if j < stop and low[j] in _DASHES and tk.touching(j):
        j += 1
        hyphen = True
    if j < stop and low[j] in lang.words("unit_adjectives"):
        j += 1
    if j < stop and low[j] in _BY and number.high is None and not number.vague and not number.fraction:
        # "100 by 30 kilometres": the unit stands once
        other, after = read_number(tk, j + 1, stop, lang, commas) if j + 1 < stop else (None, j)
        unit = lang.units.match(low, after, stop) if other is not None and other.high is None else None
        square = UNITS[unit[0]].square if unit is not None else None
        if other is not None and unit is not None and square is not None:
            product = number.low * other.low
            return Quantity(
                i=_hedge(tk, number.i, first, lang, "m2")[1], j=unit[1], end=unit[1], number=product, number_max=None,
                unit=square, dim="m2", qualifier=Qualifier.DIMENSIONS, step=0.05 * product * UNITS[square].si,
                unit_at=after,
            )  # fmt: skip
    unit = lang.units.match(low, j, stop)
    if unit is None:
        return None
    code, after = unit
    if (
        number.spelled
        and tk.capital(j)
        and tk.capital(number.i)
        and number.j == number.i + 1
        and tk.word[j] != tk.word[j].upper()
    ):
        return None  # "Five Mile Creek"
    if low[j] in ("m", "м") and after == j + 1 and (number.spelled or lang.units.match(low, after, stop) is not None):
        return None
    dim = UNITS[code].dimension
    unit_at, j = j, after
    low_end, high_end, step = number.low, number.high, number.step
    # "a mile and a half"
    if low[j : j + 2] == ["and", "a"] and j + 2 < stop and low[j + 2] in lang.fractions and dim == "m":
        low_end += lang.fractions[low[j + 2]]
        step = 0.05
        j += 3
    # "10km to 15km", "between 10km and 15km", "10 by 5 km"
    between = _between(tk, number.i, first, lang)
    second = _second(tk, j, stop, lang, commas, code, between)
    if second is not None and high_end is None:
        high_end, j = second
        if high_end <= low_end:
            low_end, high_end = min(low_end, high_end), max(low_end, high_end)
    size = _by(tk, number, j, stop, lang, commas, code)
    if size is not None and dim == "m":
        product, j = size
        code, dim, low_end, qualifier, step = UNITS[code].square or "m2", "m2", product, "dimensions", 0.05 * product
    elif (
        dim == "m"
        and j < stop
        and low[j] in lang.words("square_after")
        and UNITS[code].square is not None
        and lang.units.match(low, j, stop) is None
    ):
        code, dim, low_end, qualifier = UNITS[code].square or code, "m2", low_end * low_end, "dimensions"
        j += 1
    extra = lang.after.match(low, j, stop)
    if extra is not None:
        qualifier, j = extra
    per = 1.0
    k = j + 1 if j < stop and low[j] == "-" else j
    period = lang.periods.match(low, k, stop)
    if period is None and dim == "m2" and j < stop and low[j] in lang.words("of_words"):
        # "four hectares of mangrove a week"
        for k in range(j + 2, min(stop, j + 5)):
            if low[k] in lang.words("period_leads") and low[k - 1] not in lang.words("prepositions"):
                period = lang.periods.match(low, k, stop)
                break
    if period is not None:
        per, j = period
        dim = "speed" if per <= _HOUR and dim == "m" else f"{dim}/day"
    hedge, i = _hedge(tk, number.i, first, lang, dim)
    if between and high_end is not None:
        qualifier, i = "between", between[0]
    elif high_end is not None:
        if number.vague:
            qualifier = "vague_plural"
        elif hedge in ("up_to", "at_least", "more_than", "less_than", "at_most"):
            qualifier = "between"
        else:
            qualifier = "between"
    elif qualifier is None:
        qualifier = hedge
    if article and qualifier is None:
        qualifier = "about"
    quantity = Quantity(
        i=i,
        j=j,
        end=j,
        number=low_end,
        number_max=high_end,
        unit=code,
        dim=dim,
        qualifier=Qualifier(qualifier or "exact"),
        step=step * UNITS[code].si / per,
        hyphen=hyphen,
        article=article,
        unit_at=unit_at,
        per_day=per,
    )
    return quantity if inside else _convert(tk, quantity, number, stop, lang, commas)


def _hedge(tk: Tokens, i: int, first: int, lang: Language, dim: str) -> tuple[str | None, int]:
    """What stands before the number, and where it starts. The outermost firm word wins over "about"."""
    low = tk.low
    firm: str | None = None
    start = i
    for _ in range(4):
        hit = lang.before.match_back(low, start, first)
        if hit is None:
            break
        word, at = hit
        single = low[at] if start - at == 1 else ""
        if single in lang.words("not_hedges_area") and dim.startswith("m2"):
            break
        if single in lang.words("not_hedges_length") and not dim.startswith("m2"):
            break
        if single in lang.words("loose_hedges") and at > first and low[at - 1] in lang.words("before_loose"):
            break
        if firm is None or word not in ("about", "exact"):
            firm = word
        start = at
    return firm, start


def _between(tk: Tokens, i: int, first: int, lang: Language) -> tuple[int, str] | None:
    """Where "between" (or "from") opens a range whose first number is at token i, and the word that joins it."""
    low = tk.low
    for k in range(i - 1, max(first, i - 4) - 1, -1):
        if low[k] in lang.words("between"):
            return k, "and"
        if low[k] in lang.words("from") and k == i - 1:
            changing = lang.words("change_verbs")
            if any(low[x] in changing for x in range(max(first, k - 6), k)):
                return None
            return k, "to"
        if lang.before.match_back(low, k + 1, k) is None:
            return None
    return None


def _second(
    tk: Tokens, j: int, stop: int, lang: Language, commas: bool, code: str, between: tuple[int, str] | None
) -> tuple[float, int] | None:
    """A range's second end with the same unit written again: "10km to 15km"."""
    low = tk.low
    if j >= stop or not (
        low[j] in _DASHES or low[j] in ("to", "до") or (between and low[j] in ("and", "і", "й", "та"))
    ):
        return None
    if low[j] in ("to", "до") and between is None and not tk.word[j - 1][0].isalpha():
        return None
    k = j + 1
    while k < stop and k < j + 3 and lang.before.match(low, k, stop) is not None:
        k = lang.before.match(low, k, stop)[1]  # type: ignore[index]
    if k >= stop or not (tk.word[k][0].isdecimal() or low[k] in lang.numbers):
        return None
    number, after = read_number(tk, k, stop, lang, commas)
    if number is None:
        return None
    after = after + 1 if after < stop and low[after] == "-" else after
    unit = lang.units.match(low, after, stop)
    if unit is None or unit[0] != code:
        return None
    return number.low, unit[1]


def _by(
    tk: Tokens, number: Number, j: int, stop: int, lang: Language, commas: bool, code: str
) -> tuple[float, int] | None:
    """ "20km by 5km", "20 km x 5 km": the product, in square units."""
    low = tk.low
    if j >= stop or low[j] not in _BY or number.high is not None:
        return None
    k = j + 1
    while k < stop and lang.before.match(low, k, stop) is not None and k < j + 3:
        k = lang.before.match(low, k, stop)[1]  # type: ignore[index]
    if k >= stop or not (tk.word[k][0].isdecimal() or low[k] in lang.numbers):
        return None
    other, after = read_number(tk, k, stop, lang, commas)
    if other is None:
        return None
    after = after + 1 if after < stop and low[after] == "-" else after
    unit = lang.units.match(low, after, stop)
    if unit is None or unit[0] != code:
        return None
    return number.low * other.low, unit[1]


def _convert(tk: Tokens, q: Quantity, number: Number, stop: int, lang: Language, commas: bool) -> Quantity:
    """Fold in a conversion that follows: "(about 62,050 hectares)", "[3,000 sq km]", "/6 miles", ", or 62,050 ha,"."""
    low = tk.low
    j = q.j
    if j >= stop:
        return q
    opener = tk.word[j]
    closing = {"(": ")", "[": "]"}.get(opener)
    k = j
    if closing or opener in "/=":
        k = j + 1
    elif opener in ",–—-" or low[j] in ("or", "або"):
        k = j + 1 if low[j] in ("or", "або") or opener in "–—" else j + 2
        bare = opener == "," and j + 1 < stop and tk.word[j + 1][0].isdecimal()
        if (
            opener == ","
            and not bare
            and not (j + 1 < stop and low[j + 1] in ("or", "about", "або", "equivalent", "equal"))
        ):
            return q
        k = j + 1 if bare else k
        if k < stop and low[k] == "to":
            k += 1
    else:
        return q
    inner = k
    for _ in range(4):
        hedge = lang.before.match(low, k, stop) if k < stop else None
        if hedge is not None:
            k = hedge[1]
        elif k < stop and low[k] in ("equal", "equivalent", "or", "i.e", "or", "that", "is", "=", "to", "тобто", "або"):
            k += 1
    if k >= stop or not (tk.word[k][0].isdecimal() or low[k] in lang.numbers or low[k] in lang.fractions):
        return q
    other, _after = read_amount(tk, k, stop, lang, commas)
    if other is None:
        return q
    second = _finish(tk, other, k, k, stop, lang, commas, inside=True)
    if second is None or second.dim.split("/")[0] != q.dim.split("/")[0] or second.unit == q.unit:
        return q
    si, ratio = second.si, second.si / q.si if q.si else 0.0
    if other.other is not None and abs(ratio - 1) > 0.5:
        again = other.other * second.factor
        if abs(again / q.si - 1) < 0.1:
            si, ratio = again, again / q.si
    if number.other is not None and number.high is None and abs(ratio - 1) > 0.5:
        # "11.568 km² (4,466 sq mi)": the conversion says what the dot means
        other_si = number.other * q.factor
        if abs(si / other_si - 1) < 0.1:
            q = replace(q, number=number.other, step=0.5 * q.factor)
            ratio = si / other_si
    if not closing and abs(ratio - 1) > (_BARE_RATIO if opener == "," and inner == j + 1 else _LOOSE_RATIO):
        return q
    if not 1 / _CONVERSION_FACTOR <= ratio <= _CONVERSION_FACTOR and not closing:
        return q
    end = second.j
    if closing:
        for extra in range(end, min(stop, end + 12)):
            if tk.word[extra] == closing:
                end = extra + 1
                break
    agrees = abs(si - q.si) <= q.step + second.step + 0.005 * q.si
    return replace(q, end=end, conversion=(inner, second.j, si, agrees))


def _elided_before(
    tk: Tokens, q: Quantity, first: int, lang: Language, commas: bool, found: list[Quantity]
) -> list[Quantity]:
    """Figures whose unit stands with the next one: "202 and 1,081 acres respectively", "from 500 to 800 acres"."""
    low = tk.low
    k = q.i - 1
    if k - 1 < first or low[k] not in ("and", "to", ",", "до", "і", "та"):
        return []
    start = max(first, k - 6)
    if low[k] == "and" or low[k] == ",":
        if "respectively" not in low[q.j : q.j + 12]:
            return []
    elif not any(low[x] in lang.words("change_verbs") for x in range(max(first, k - 10), k)):
        return []
    for i in range(start, k):
        if (
            tk.word[i][0].isdecimal()
            and not (i > first and tk.word[i - 1] in ".,")
            and not (found and i < found[-1].end)
        ):
            number, after = read_amount(tk, i, k, lang, commas)
            if number is not None and after == k and not number.plain_year and number.high is None:
                factor = UNITS[q.unit].si
                return [
                    replace(
                        q,
                        i=_hedge(tk, i, first, lang, q.dim)[1],
                        j=k,
                        end=k,
                        number=number.low * (q_scale(number, q)),
                        number_max=None,
                        step=number.step * factor,
                        conversion=None,
                        elided=True,
                        qualifier=Qualifier(_hedge(tk, i, first, lang, q.dim)[0] or "exact"),
                    )
                ]
    return []


def _elided_after(
    tk: Tokens, i: int, first: int, stop: int, lang: Language, commas: bool, found: list[Quantity]
) -> Quantity | None:
    """A figure whose unit was written before: "only to 2012's 3.41 million", "in hectares, about 3,100 a day"."""
    low = tk.low
    led = any(low[k] in lang.words("unit_leads") for k in range(max(first, i - 6), i))
    if not led and not any(q.dim == "m2" for q in found):
        return None
    number, j = read_amount(tk, i, stop, lang, commas)
    if number is None or number.plain_year or number.vague:
        return None
    hedge, start = _hedge(tk, i, first, lang, "m2")
    period = lang.periods.match(low, j, stop)
    if period is not None:
        for k in range(max(first, start - 5), start):
            if low[k] in lang.words("unit_leads"):
                unit = lang.units.match(low, k + 1, start)
                if unit is not None:
                    dim = UNITS[unit[0]].dimension
                    return Quantity(
                        i=start, j=period[1], end=period[1], number=number.low, number_max=number.high, unit=unit[0],
                        dim=f"{dim}/day", qualifier=Qualifier(hedge or "exact"),
                        step=number.step * UNITS[unit[0]].si / period[0], elided=True, per_day=period[0],
                    )  # fmt: skip
        return None
    same = [q for q in found if q.dim == "m2"]
    if not same or number.high is not None or not (number.scale > 1 or number.grouped):
        return None
    last = same[-1]
    if not 0.1 * last.number <= number.low <= 10 * last.number:
        return None
    if j < stop and tk.word[j][0].isalnum() and low[j] not in lang.words("elision_ends"):
        return None
    before = low[start - 1] if start > first else ""
    named = any(low[k] in lang.words("elision_nouns") for k in range(max(first, start - 5), start))
    if before not in lang.words("elision_leads") and not (named and before in lang.words("elision_verbs")):
        return None
    return Quantity(
        i=start, j=j, end=j, number=number.low, number_max=None, unit=last.unit, dim="m2",
        qualifier=Qualifier(hedge or "exact"), step=number.step * UNITS[last.unit].si, elided=True,
    )  # fmt: skip


def q_scale(number: Number, q: Quantity) -> float:
    """ "1.2 to 1.5 million acres" after a verb of change: the first figure shares the scale of the second."""
    return 1e6 if number.scale == 1.0 and number.low < 1000 and q.number >= 1e6 else 1.0
