"""Numbers as people write them: digits in any grouping, words, fractions, ranges, dozens.

``read_amount`` reads one number or range that starts at a token. It looks ahead a bounded number of tokens, so that
a pass over a text is linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from geomap.claims.language import Language
from geomap.claims.tokens import Tokens

_SPACES = frozenset("\u0020\u00a0\u2009\u202f\u2007\u2005\u2006\u2008\u200a")
_MARKS = frozenset(",.'’٬٫·")
_DASHES = frozenset({"-", "–", "—", "‑", "‒", "−"})
_GLYPHS = {
    "½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3, "⅕": 1 / 5, "⅖": 2 / 5, "⅗": 3 / 5, "⅘": 4 / 5,
    "⅛": 1 / 8, "⅜": 3 / 8, "⅝": 5 / 8, "⅞": 7 / 8, "⅙": 1 / 6, "⅚": 5 / 6,
}  # fmt: skip
_MAX_GROUPS = 6
_MAX_DIGITS = 15
"""More digits than a float holds are an identifier, not a measure."""
_MAX_WORDS = 24
_GROUP = 3
_YEARS = (1900, 2099)
# Signs that the text writes decimal commas or dot thousands. Each run of digits is bounded on its left: linear.
_CONTINENTAL = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3}){2,4}(?![\d.,])|(?<![\d.,])\d{1,6},\d{1,2}(?![\d.,])")


@dataclass(frozen=True, slots=True)
class Number:
    """``low`` to ``high`` (None for a single figure) over tokens [i, j).

    ``step``: half the unit of the last significant digit. ``vague``: "dozens". ``fraction``: "a third" (may be
    followed by "of a"). ``scale``: the scale word's factor. ``other``: a dot read as thousands instead ("11.568").
    """

    low: float
    high: float | None
    step: float
    i: int
    j: int
    vague: bool = False
    fraction: bool = False
    scale: float = 1.0
    other: float | None = None
    grouped: bool = False
    spelled: bool = False
    plain_year: bool = False


def continental(text: str) -> bool:
    """Whether the text writes decimal commas or dots for thousands anywhere."""
    return _CONTINENTAL.search(text) is not None


def _significance(digits: str) -> float:
    """Half a unit of the last significant digit of a whole number."""
    return 0.5 * 10.0 ** (len(digits) - len(digits.rstrip("0"))) if digits.strip("0") else 0.5


def _digits(tk: Tokens, i: int, stop: int, lang: Language, commas: bool) -> tuple[Number | None, int]:
    word = tk.word
    groups, marks = [word[i]], ""
    j = i + 1
    limit = min(stop, i + 2 * _MAX_GROUPS + 1)
    while j < limit:
        if word[j] in _MARKS and tk.touching(j) and j + 1 < stop and word[j + 1].isdecimal() and tk.touching(j + 1):
            marks += word[j]
            groups.append(word[j + 1])
            j += 2
        elif (
            word[j].isdecimal()
            and len(word[j]) == _GROUP
            and len(groups[0]) <= _GROUP
            and not marks.strip(" ")
            and tk.start[j] - tk.end[j - 1] == 1
            and tk.text[tk.end[j - 1]] in _SPACES
            and not (i > 0 and tk.low[i - 1] in lang.words("months"))
        ):
            marks += " "
            groups.append(word[j])
            j += 1
        else:
            break
    if len(groups) > _MAX_GROUPS or sum(map(len, groups)) > _MAX_DIGITS:
        return None, j
    whole, part, other, grouped = groups[0], "", None, False
    if marks:
        last = marks[-1]
        tail = groups[-1]
        if len(marks) == 1 and last in ",.":
            thousands = len(tail) == _GROUP and len(whole) <= _GROUP and whole.strip("0") != ""
            if last == "," and (lang.decimal_comma or commas):
                # a comma with three digits after it: thousands, but in languages of the decimal comma
                thousands = thousands and not lang.decimal_comma
            elif last == "." and thousands:
                other = float(whole + tail)
                thousands = commas
            if thousands:
                whole, grouped = whole + tail, True
            elif last == "," and len(tail) > _GROUP:
                return None, j
            else:
                part = tail
        else:
            body, decimal = groups, ""
            if last != marks[0] and last in ",.٫·":
                body, decimal = groups[:-1], tail
            if any(len(g) != _GROUP for g in body[1:]) or len(set(marks[: len(body) - 1])) > 1:
                return None, j
            whole, part, grouped = "".join(body), decimal, True
    value = float(int(whole)) + (int(part) / 10 ** len(part) if part else 0.0)
    step = 0.5 * 10.0 ** -len(part) if part else _significance(str(int(whole)))
    year = not marks and len(whole) == 4 and _YEARS[0] <= value <= _YEARS[1]
    return Number(value, None, step, i, j, other=other, grouped=grouped, plain_year=year), j


def _slash(tk: Tokens, i: int, stop: int) -> tuple[float, int] | None:
    """ "1/2" at token i, not a date."""
    if i + 2 < stop and tk.word[i + 1] == "/" and tk.word[i].isdecimal() and tk.word[i + 2].isdecimal():
        joined = tk.touching(i + 1) and tk.touching(i + 2)
        short = len(tk.word[i]) <= 2 and len(tk.word[i + 2]) <= 2
        if joined and short and not (i + 3 < stop and tk.word[i + 3] == "/"):
            top, bottom = int(tk.word[i]), int(tk.word[i + 2])
            if 0 < top < bottom <= 16:
                return top / bottom, i + 3
    return None


def _spelled(tk: Tokens, i: int, stop: int, lang: Language) -> Number | None:
    low = tk.low
    total, current, magnitude, seen, scaled = 0.0, 0.0, 1.0, False, 1.0
    j, last = i, 0.0
    limit = min(stop, i + _MAX_WORDS)
    if low[i] in ("a", "an") and i + 1 < stop and low[i + 1] in lang.scales:
        current, seen, j = 1.0, True, i + 1
    after_scale = False
    while j < limit:
        w = low[j]
        if w in lang.numbers:
            n = lang.numbers[w]
            if seen and not after_scale and not ((last >= 20 and n < 10) or last >= 100 > n):
                break
            current += n
            magnitude = 1.0 if n % 10 or n < 20 else 10.0
            last, seen, after_scale = n, True, False
            j += 1
        elif w in lang.scales and seen:
            factor = lang.scales[w]
            if factor < 1000:
                current = max(current, 1.0) * factor
                magnitude = factor if factor == 100 else 1.0
            else:
                total, current = total + max(current, 1.0) * factor, 0.0
                magnitude = (magnitude if last else 1.0) * factor
            scaled, after_scale, last = factor, True, 0.0
            j += 1
        elif w in _DASHES and seen and j + 1 < limit and (low[j + 1] in lang.numbers or low[j + 1] in lang.scales):
            if low[j + 1] in lang.numbers and not (last >= 20 and lang.numbers[low[j + 1]] < 10):
                break
            j += 1
        elif w == "and" and after_scale and j + 1 < limit and low[j + 1] in lang.numbers:
            j += 1
        elif w == "and" and seen and j + 2 < limit and low[j + 1] == "a" and low[j + 2] in lang.fractions:
            unit = scaled if after_scale else 1.0
            part = lang.fractions[low[j + 2]]
            if after_scale and not current:
                total += part * unit
            else:
                current += part
            magnitude = unit * 0.1
            j += 3
        elif w == "-" and seen and low[j : j + 5] == ["-", "and", "-", "a", "-"] and j + 5 < limit:
            current += lang.fractions.get(low[j + 5], 0.0)
            magnitude = 0.1
            j += 6
        else:
            break
    if not seen or j == i or (j == i + 1 and low[i] in ("a", "an")):
        return None
    return Number(total + current, None, 0.5 * magnitude, i, j, scale=scaled, spelled=True)


def _fraction(tk: Tokens, i: int, stop: int, lang: Language) -> Number | None:
    """ "half", "a third", "two-thirds", "three quarters" at token i."""
    low = tk.low
    top, j = 1.0, i
    if low[i] in ("a", "an"):
        j = i + 1
    elif low[i] in lang.numbers and 0 < lang.numbers[low[i]] < 10:
        top, j = lang.numbers[low[i]], i + 1
        if j < stop and low[j] == "-":
            j += 1
    elif low[i] not in lang.fractions:
        return None
    if j < stop and low[j] in lang.fractions:
        if low[j] == low[i] and low[j] not in ("half", "quarter", "пів", "чверть"):
            return None  # "third" alone is an ordinal
        value = top * lang.fractions[low[j]]
        return Number(value, None, 0.05 * value, i, j + 1, fraction=True, spelled=True)
    return None


def read_number(tk: Tokens, i: int, stop: int, lang: Language, commas: bool) -> tuple[Number | None, int]:
    """The single number at token i, and the token to go on from (i + 1 at least)."""
    low = tk.low
    first = tk.word[i]
    found: Number | None = None
    if first[0].isdecimal():
        if not first.isdecimal():
            return None, i + 1
        half = _slash(tk, i, stop)
        if half is not None:
            found = Number(half[0], None, 0.05 * half[0], i, half[1], fraction=True)
        else:
            found, j = _digits(tk, i, stop, lang, commas)
            if found is None:
                return None, j
            j = found.j
            if j < stop and tk.word[j] in _GLYPHS and found.low < 1000:
                found = replace(found, low=found.low + _GLYPHS[tk.word[j]], step=0.05, j=j + 1)
            elif found.low < 100 and found.low == int(found.low):
                k = j + 1 if j < stop and low[j] == "-" else j
                tail = _slash(tk, k, stop) if k < stop and tk.word[k].isdecimal() else None
                if tail is not None:
                    found = replace(found, low=found.low + tail[0], step=0.05, j=tail[1])
                elif low[j : j + 2] == ["and", "a"] and j + 2 < stop and low[j + 2] in lang.fractions:
                    found = replace(found, low=found.low + lang.fractions[low[j + 2]], step=0.05, j=j + 3)
    elif first in _GLYPHS:
        found = Number(_GLYPHS[first], None, 0.05, i, i + 1, fraction=True)
    else:
        found = _fraction(tk, i, stop, lang) or _spelled(tk, i, stop, lang)
    if found is None:
        return None, i + 1
    j = found.j
    if found.fraction:
        # "half a million", "a quarter of a million"
        k = j
        if k < stop and low[k] == "of":
            k += 1
        if k < stop and low[k] in ("a", "an"):
            k += 1
        if k < stop and low[k] in lang.scales:
            factor = lang.scales[low[k]]
            found = replace(found, low=found.low * factor, step=0.05 * factor, j=k + 1, fraction=False, scale=factor)
        return found, found.j
    if not found.spelled:
        while j < min(stop, found.i + _MAX_WORDS):
            k = j + 1 if low[j] == "-" and j + 1 < stop and low[j + 1] in lang.scales else j
            if k < stop and low[k] in lang.scales:
                factor = lang.scales[low[k]]
            elif k < stop and low[k] in lang.short_scales and _unit_follows(low, k + 1, stop, lang):
                factor = lang.short_scales[low[k]]
            else:
                break
            found = replace(
                found,
                low=found.low * factor,
                step=found.step * factor,
                scale=found.scale * factor,
                j=k + 1,
                other=None,
            )
            j = k + 1
            if j < stop and tk.word[j] == "." and tk.touching(j) and _unit_follows(low, j + 1, stop, lang):
                found = replace(found, j=j + 1)  # "12 тис. км²"
                j += 1
    return found, found.j


def _unit_follows(low: list[str], k: int, stop: int, lang: Language) -> bool:
    if k < stop and low[k] == "-":
        k += 1
    return k < stop and lang.units.match(low, k, stop) is not None


def read_amount(tk: Tokens, i: int, stop: int, lang: Language, commas: bool) -> tuple[Number | None, int]:
    """The number or range at token i ("40-50,000", "1.5 to 2 million", "two or three", "dozens of")."""
    low = tk.low
    if low[i] in lang.vague:
        vague = lang.vague.match(low, i, stop)
        if vague is not None:
            (low_end, high_end), j = vague
            return Number(low_end, high_end, 0.5 * (high_end - low_end), i, j, vague=True), j
    first, j = read_number(tk, i, stop, lang, commas)
    if first is None or j >= stop:
        return first, j
    between = i > 0 and (low[i - 1] in lang.words("between") or (i > 1 and low[i - 2] in lang.words("between")))
    joins = lang.words("between_joins") if between else lang.words("range_words")
    changing = not between and i > 0 and low[i - 1] in lang.words("from") and low[j] in joins
    if changing and any(w in lang.words("change_verbs") for w in low[max(0, i - 7) : i - 1]):
        return first, j  # "grew from 500 to 800 acres" is two figures, not a range
    if low[j] in _DASHES or (low[j] in joins and not first.plain_year):
        k = j + 1
        if k < stop and (tk.word[k][0].isdecimal() or low[k] in lang.numbers):
            second, after = read_number(tk, k, stop, lang, commas)
            if second is not None and not second.fraction:
                joined = _range(first, second)
                if joined is not None:
                    return replace(joined, j=after), after
    return first, j


def _range(first: Number, second: Number) -> Number | None:
    """One range of two numbers; the first takes the second's thousands where it lacks them ("40-50,000")."""
    low, high = first.low, second.low
    factor = 1.0
    if first.scale == 1.0 and second.scale > 1.0 and low * second.scale <= high:
        factor = second.scale
    elif first.scale == 1.0 and not first.grouped and second.grouped and low < 1000 and low * 1000 <= high:
        factor = 1000.0
    low *= factor
    if not 0 < low < high or (first.plain_year and second.plain_year):
        return None
    return Number(
        low, high, min(first.step * factor, second.step), first.i, second.j, scale=second.scale, spelled=first.spelled
    )
