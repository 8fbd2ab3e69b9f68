"""Numbers as people write them: digits in any grouping, words, fractions, ranges, dozens.

``read_amount`` reads one number or range that starts at a token. It looks ahead a bounded number of tokens, so that
a pass over a text is linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from geomap.claims.language import DECIMAL, THOUSANDS, UNREAD
from geomap.claims.line import DASHES, Line
from geomap.models.claims import VagueWord

_SPACES = frozenset("\u0020\u00a0\u2009\u202f\u2007\u2005\u2006\u2008\u200a")
_MARKS = frozenset(",.'’٬٫·")
_DASHES = DASHES | frozenset("‒−")
_GLYPHS = {
    "½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3, "⅕": 1 / 5, "⅖": 2 / 5, "⅗": 3 / 5, "⅘": 4 / 5,
    "⅛": 1 / 8, "⅜": 3 / 8, "⅝": 5 / 8, "⅞": 7 / 8, "⅙": 1 / 6, "⅚": 5 / 6,
}  # fmt: skip
_LONE_ONE = 0.2
"""Share by which 10, 100 or 1,000 may be rounded: twice what "about" allows."""
_MAX_GROUPS = 6
_MAX_DIGITS = 15
"""More digits than a float holds are an identifier, not a measure."""
_MAX_WORDS = 24
_GROUP = 3
_YEARS = (1900, 2099)
_LARGEST_DENOMINATOR = 16
"""Of fractions that people write with a stroke: inches by sixteenths."""
# Signs that the text writes decimal commas or dot thousands. Each run of digits is bounded on its left: linear.
_CONTINENTAL = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3}){2,4}(?![\d.,])|(?<![\d.,])\d{1,6},\d{1,2}(?![\d.,])")


@dataclass(frozen=True, slots=True)
class Number:
    """``low`` to ``high`` (None for a single figure) over tokens [i, j).

    ``step``: half the unit of the last significant digit. ``vague``: "dozens", ``word`` its setting. ``fraction``: "a
    third" (may be followed by "of a"). ``scale``: the scale word's factor. ``other``: a dot read as thousands
    instead ("11.568").
    """

    low: float
    high: float | None
    step: float
    i: int
    j: int
    vague: bool = False
    word: VagueWord | None = None
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
    """Half a unit of the last significant digit of a whole number; a lone one ("100") is a rounder figure than that.

    By half a digit 100 would stand for 50 to 150; nobody writes it for either.
    """
    if digits.strip("0") == "1" and len(digits) > 1:
        return _LONE_ONE * float(digits)
    return 0.5 * 10.0 ** (len(digits) - len(digits.rstrip("0"))) if digits.strip("0") else 0.5


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────


def _digits(line: Line, i: int) -> tuple[Number | None, int]:
    """ "5", "1,160", "3 000", "11.568", "1.234.567,8" at token i (None: no number), and the token after it."""
    groups, marks, j = _groups(line, i)
    if len(groups) > _MAX_GROUPS or sum(map(len, groups)) > _MAX_DIGITS:
        return None, j
    parts: tuple[str, str] | None = (groups[0], "")
    other = None
    if len(marks) == 1 and marks in ",.":
        parts, other = _one_mark(groups, marks, line, j)
    elif marks:
        parts = _many_marks(groups, marks)
    if parts is None:
        return None, j
    whole, part = parts
    value = float(int(whole)) + (int(part) / 10 ** len(part) if part else 0.0)
    step = 0.5 * 10.0 ** -len(part) if part else _significance(str(int(whole)))
    year = not marks and len(whole) == 4 and _YEARS[0] <= value <= _YEARS[1]
    grouped = bool(marks) and len(whole) > len(groups[0])
    return Number(value, None, step, i, j, other=other, grouped=grouped, plain_year=year), j


def _groups(line: Line, i: int) -> tuple[list[str], str, int]:
    """Digits from token i on, the signs between them, and the token after: (["3", "000"], " ", i + 2)."""
    tk, word = line.tokens, line.word
    groups, marks = [word[i]], ""
    after_month = i > 0 and line.among(i - 1, "months")  # "May 12 500 people ..." is no 12,500
    j, limit = i + 1, min(line.stop, i + 2 * _MAX_GROUPS + 1)
    while j < limit:
        marked = word[j] in _MARKS and tk.touching(j) and j + 1 < line.stop
        if marked and word[j + 1].isdecimal() and tk.touching(j + 1):
            marks += word[j]
            groups.append(word[j + 1])
            j += 2
            continue
        three = word[j].isdecimal() and len(word[j]) == _GROUP and len(groups[0]) <= _GROUP
        spaced = tk.start[j] - tk.end[j - 1] == 1 and tk.text[tk.end[j - 1]] in _SPACES
        if not (three and spaced) or marks.strip(" ") or after_month:
            break
        marks += " "
        groups.append(word[j])
        j += 1
    return groups, marks, j


def _one_mark(groups: list[str], mark: str, line: Line, j: int) -> tuple[tuple[str, str] | None, float | None]:
    """Whole and decimal digits of "1,160" or "11.568", and its value if the dot stands for thousands after all."""
    whole, tail = groups
    other = None
    thousands = len(tail) == _GROUP and len(whole) <= _GROUP and whole.strip("0") != ""
    if line.lang.signs is not None:
        return _by_signs(whole, tail, line.lang.signs[mark] if thousands else DECIMAL, line.at(j) in line.lang.scales)
    if mark == "," and (line.lang.decimal_comma or line.commas):
        # a comma with three digits after it: thousands, but in languages of the decimal comma
        thousands = thousands and not line.lang.decimal_comma
    elif mark == "." and thousands:
        other = float(whole + tail)
        thousands = line.commas
    if thousands:
        return (whole + tail, ""), other
    if mark == "," and len(tail) > _GROUP:
        return None, other
    return (whole, tail), other


def _by_signs(whole: str, tail: str, meaning: str, scaled: bool) -> tuple[tuple[str, str] | None, float | None]:
    """Whole and decimal digits by what the sign between them means; None where that is not known. ``scaled``: "2,345
    million" has thousands of its own."""
    if meaning == UNREAD and not scaled:
        return None, None
    return ((whole + tail, "") if meaning == THOUSANDS and not scaled else (whole, tail)), None


def _many_marks(groups: list[str], marks: str) -> tuple[str, str] | None:
    """Whole and decimal digits of "1,234,567.8", "3 000"; None where the groups are no thousands."""
    body, decimal = groups, ""
    if marks[-1] != marks[0] and marks[-1] in ",.٫·":
        body, decimal = groups[:-1], groups[-1]
    if any(len(g) != _GROUP for g in body[1:]) or len(set(marks[: len(body) - 1])) > 1:
        return None
    return "".join(body), decimal


def _slash(line: Line, i: int) -> tuple[float, int] | None:
    """ "1/2" at token i, not a date."""
    tk, word = line.tokens, line.word
    if i + 2 >= line.stop or word[i + 1] != "/" or not (word[i].isdecimal() and word[i + 2].isdecimal()):
        return None
    joined = tk.touching(i + 1) and tk.touching(i + 2)
    short = len(word[i]) <= 2 and len(word[i + 2]) <= 2
    if not joined or not short or line.at(i + 3) == "/":
        return None
    top, bottom = int(word[i]), int(word[i + 2])
    return (top / bottom, i + 3) if 0 < top < bottom <= _LARGEST_DENOMINATOR else None


def _figure(line: Line, i: int) -> tuple[Number | None, int]:
    """A number in digits at token i, with the fraction that may follow: "5", "2½", "2-1/2", "2 and a half"."""
    half = _slash(line, i)
    if half is not None:
        return Number(half[0], None, 0.05 * half[0], i, half[1], fraction=True), half[1]
    found, j = _digits(line, i)
    if found is None:
        return None, j
    rest: tuple[float, int] | None = None
    if line.at(j) in _GLYPHS and found.low < 1000:
        rest = _GLYPHS[line.word[j]], j + 1
    elif found.low < 100 and found.low == int(found.low):
        k = line.past_hyphen(j)
        tail = _slash(line, k) if k < line.stop and line.word[k].isdecimal() else None
        rest = tail or _and_a_fraction(line, j)
    if rest is not None:
        found = replace(found, low=found.low + rest[0], step=0.05, j=rest[1])
    return found, found.j


def _and_a_fraction(line: Line, j: int) -> tuple[float, int] | None:
    """ "and a half", "and one-half", "and three quarters" at token j: its value, and the token after it."""
    part = _fraction(line, j + 1) if line.among(j, "number_joins") and j + 1 < line.stop else None
    return None if part is None or part.low >= 1 else (part.low, part.j)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Spelling:
    """A number in words while it is read: "two hundred and forty thousand" so far."""

    total: float = 0.0
    current: float = 0.0
    magnitude: float = 1.0
    scale: float = 1.0
    last: float = 0.0
    begun: bool = False
    after_scale: bool = False

    def takes(self, value: float) -> bool:
        """Whether a word of that value goes on with it: "forty" takes "five", "five" takes nothing."""
        return not self.begun or self.after_scale or (self.last >= 20 and value < 10) or self.last >= 100 > value

    def add(self, value: float) -> None:
        self.current += value
        self.magnitude = 1.0 if value % 10 or value < 20 else 10.0
        self.last, self.begun, self.after_scale = value, True, False

    def multiply(self, factor: float) -> None:
        """ "hundred", "thousand"."""
        if factor < 1000:
            self.current = max(self.current, 1.0) * factor
            self.magnitude = factor if factor == 100 else 1.0
        else:
            self.total, self.current = self.total + max(self.current, 1.0) * factor, 0.0
            self.magnitude = (self.magnitude if self.last else 1.0) * factor
        self.scale, self.after_scale, self.last = factor, True, 0.0

    def add_fraction(self, part: float) -> None:
        """ "two and a half", "two million and a half"."""
        unit = self.scale if self.after_scale else 1.0
        if self.after_scale and not self.current:
            self.total += part * unit
        else:
            self.current += part
        self.magnitude = unit * 0.1


def _spelled(line: Line, i: int) -> Number | None:
    """ "twenty-five", "two and a half thousand", "a hundred" at token i."""
    spelling, j = _Spelling(), i
    if line.among(i, "indefinite") and line.at(i + 1) in line.lang.scales:
        spelling.current, spelling.begun, j = 1.0, True, i + 1
    words = line.until(min(line.stop, i + _MAX_WORDS))
    while (after := _next_word(words, j, spelling)) > j:
        j = after
    if not spelling.begun or j == i or (j == i + 1 and line.among(i, "indefinite")):
        return None
    value = spelling.total + spelling.current
    return Number(value, None, 0.5 * spelling.magnitude, i, j, scale=spelling.scale, spelled=True)


def _next_word(line: Line, j: int, spelling: _Spelling) -> int:
    """Read the word at token j into the number; the token after it, or j where the number ends."""
    numbers, scales, word = line.lang.numbers, line.lang.scales, line.at(j)
    if word in numbers:
        if not spelling.takes(numbers[word]):
            return j
        spelling.add(numbers[word])
        return j + 1
    if not spelling.begun:
        return j
    if word in scales:
        spelling.multiply(scales[word])
        return j + 1
    following = line.at(j + 1)
    if word in _DASHES and (following in numbers or following in scales):
        tens = spelling.last >= 20 and numbers.get(following, 0) < 10  # "forty-five"
        return j + 1 if following not in numbers or tens else j
    if spelling.after_scale and line.among(j, "number_joins") and following in numbers:
        return j + 1  # "a hundred and five"
    return _fraction_joined(line, j, spelling)


def _fraction_joined(line: Line, j: int, spelling: _Spelling) -> int:
    """ "and a half", "-and-a-half" at token j."""
    fraction = _and_a_fraction(line, j)
    if fraction is not None:
        spelling.add_fraction(fraction[0])
        return fraction[1]
    hyphens = line.at(j) == line.at(j + 2) == line.at(j + 4) == "-" and j + 5 < line.stop
    if hyphens and line.among(j + 1, "number_joins") and line.among(j + 3, "indefinite"):
        spelling.current += line.lang.fractions.get(line.low[j + 5], 0.0)
        spelling.magnitude = 0.1
        return j + 6
    return j


def _fraction(line: Line, i: int) -> Number | None:
    """ "half", "a third", "two-thirds", "three quarters" at token i."""
    numbers, fractions = line.lang.numbers, line.lang.fractions
    top, j = 1.0, i
    if line.among(i, "indefinite"):
        j = i + 1
    elif 0 < numbers.get(line.low[i], 0) < 10:
        top, j = numbers[line.low[i]], line.past_hyphen(i + 1)
    if line.at(j) not in fractions:
        return None
    if j == i and not line.among(i, "lone_fractions"):
        return None  # "third" alone is an ordinal
    value = top * fractions[line.low[j]]
    return Number(value, None, 0.05 * value, i, j + 1, fraction=True, spelled=True)


# ── numbers and ranges ───────────────────────────────────────────────────────────────────────────────────────


def read_number(line: Line, i: int) -> tuple[Number | None, int]:
    """The single number at token i, and the token to go on from (i + 1 at least)."""
    word = line.word[i]
    found: Number | None
    if word[0].isdecimal():
        if not word.isdecimal():
            return None, i + 1
        found, j = _figure(line, i)
        if found is None:
            return None, j
    elif word in _GLYPHS:
        found = Number(_GLYPHS[word], None, 0.05, i, i + 1, fraction=True)
    else:
        found = _fraction(line, i) or _spelled(line, i)
        if found is None:
            return None, i + 1
    if found.fraction:
        found = _of_scale(line, found)
    elif not found.spelled:
        found = _scaled(line, found)
    return found, found.j


def _of_scale(line: Line, part: Number) -> Number:
    """ "half a million", "a quarter of a million"."""
    k = line.past(line.past(part.j, "of_words"), "indefinite")
    factor = line.lang.scales.get(line.at(k))
    if factor is None:
        return part
    return replace(part, low=part.low * factor, step=0.05 * factor, j=k + 1, fraction=False, scale=factor)


def _scaled(line: Line, number: Number) -> Number:
    """ "3.4 million", "12 тис. км²", "5k acres": digits with their scale words."""
    lang, j = line.lang, number.j
    while j < min(line.stop, number.i + _MAX_WORDS):
        k = j + 1 if line.low[j] == "-" and line.at(j + 1) in lang.scales else j
        word = line.at(k)
        factor = lang.scales.get(word)
        if factor is None and word in lang.short_scales and _unit_follows(line, k + 1):
            factor = lang.short_scales[word]
        if factor is None:
            break
        j = k + 1
        if line.at(j) == "." and line.tokens.touching(j) and _unit_follows(line, j + 1):
            j += 1
        number = replace(
            number, low=number.low * factor, step=number.step * factor, scale=number.scale * factor, j=j, other=None
        )
    return number


def _unit_follows(line: Line, k: int) -> bool:
    return line.unit(line.past_hyphen(k)) is not None


def read_amount(line: Line, i: int) -> tuple[Number | None, int]:
    """The number or range at token i ("40-50,000", "1.5 to 2 million", "two or three", "dozens of")."""
    if line.low[i] in line.lang.vague:
        vague = line.lang.vague.match(line.low, i, line.stop)
        if vague is not None:
            (low_end, high_end, word), j = vague
            return Number(low_end, high_end, 0.5 * (high_end - low_end), i, j, vague=True, word=word), j
    first, j = read_number(line, i)
    if first is None or j >= line.stop or not _joins_range(line, first, j):
        return first, j
    if line.starts_figure(j + 1):
        second, after = read_number(line, j + 1)
        joined = _range(first, second) if second is not None and not second.fraction else None
        if joined is not None:
            return replace(joined, j=after), after
    return first, j


def _joins_range(line: Line, number: Number, j: int) -> bool:
    """Whether token j joins the number to the end of a range: "-", "to", and after "between" "and"."""
    i, low = number.i, line.low
    between = line.among(i - 1, "between") or line.among(i - 2, "between")
    joins = line.lang.words("between_joins" if between else "range_words")
    if low[j] in joins and not between and line.among(i - 1, "from"):
        changing = line.lang.words("change_verbs")
        if any(word in changing for word in low[max(0, i - 7) : i - 1]):
            return False  # "grew from 500 to 800 acres" is two figures, not a range
    return low[j] in _DASHES or (low[j] in joins and not number.plain_year)


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
