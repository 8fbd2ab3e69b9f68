"""When: date words near a claim, as days, counted from the article's own date. Nothing is guessed without one.

Own rules rather than dateparser: that library takes today where a date is missing, has no ranges ("last week", "since
February"), and costs about a millisecond a phrase.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from geomap.claims.passage import Passage
from geomap.models import When

_REACH = 16.0
"""A date further off (tokens, clause ends counted extra) belongs to something else."""
_TELLING = 5
"""A date so few tokens after a verb of saying ("said on Thursday night that") is the day of the telling."""
_BEFORE = 6.0
"""A comma between an earlier date and the claim mostly ends the apposition that the date is in."""
_RECORD_REACH = 3
"""Tokens before "since" in which "seen" or "largest" makes the date a record's."""
_CROSSING = {",": 4.0, ";": 8.0, ":": 6.0, "—": 6.0, "–": 6.0, "(": 4.0}
"""Tokens that a sign between a date and a claim counts for; words have theirs in the language's ``maps.crossing``."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A date expression over tokens [i, j)."""

    i: int
    j: int
    when: When


def find_dates(p: Passage, first: int, stop: int) -> list[Dated]:
    """Date expressions among tokens [first, stop), left to right."""
    out: list[Dated] = []
    low = p.tk.low
    maps = p.lang.maps
    months: dict[str, int] = maps.get("months", {})
    weekdays: dict[str, int] = maps.get("weekdays", {})
    relative = p.lang.table("relative_dates")
    published = p.article.published_on
    k = first
    while k < stop:
        w = low[k]
        found: tuple[int, date | None, date | None] | None = None
        if w in relative:
            hit = relative.match(low, k, stop)
            if hit is not None:
                found = (hit[1], *_relative(hit[0], published))
        if found is None and (w in p.lang.words("span_leads") or w.isdecimal() or w in p.lang.numbers):
            found = _counted(p, k, stop, published)
        if found is None and w in weekdays and p.tk.capital(k):
            found = (k + 1, *_weekday(p, k, weekdays[w], published))
        if found is None and w in months and (p.tk.capital(k) or not w.isascii()):
            found = _month_first(p, k, stop, months, published)
        if found is None and w.isdecimal():
            found = _day_first(p, k, stop, months, published) or _year(p, k, first, stop)
        if found is None:
            k += 1
            continue
        i, j, start, end = _stretched(p, k, first, stop, found)
        for x in range(i - 1, max(first, i - 9) - 1, -1):
            if low[x] in p.lang.words("since_words"):
                i = x
                end = published if start is not None else end
                break
            if p.tk.word[x] in ",;:—–":
                break
        out.append(Dated(i, j, When(text=p.tk.slice(i, j), start=start, end=end)))
        k = max(j, k + 1)
    return _joined(p, first, [dated for dated in out if not _is_record(p, dated, first)])


def _is_record(p: Passage, dated: Dated, first: int) -> bool:
    """ "levels not seen since 1913", "the largest since 2006": the date only says how long ago the like was."""
    if not p.among(dated.i, "since_words"):
        return False
    return any(p.among(k, "since_spoilers") for k in range(max(first, dated.i - _RECORD_REACH), dated.i))


Found = tuple[int, date | None, date | None]
"""Where a date expression ends, and its days."""


def _stretched(p: Passage, k: int, first: int, stop: int, found: Found) -> tuple[int, int, date | None, date | None]:
    """A date with what its words before or after make of it: a part of a month, "6 to 12 November"."""
    j, start, end = found
    if start is None or end is None:
        return k, j, start, end
    if (end - start).days >= _LEAST_OF_MONTH or p.tk.low[k] in p.lang.maps.get("months", {}):
        for x in range(max(first, k - 5), k):
            hit = p.lang.table("period_parts").match(p.tk.low, x, stop)
            if hit is not None and hit[1] == k:
                return x, j, *_part_of(hit[0], start, end)
    if start != end:
        return k, j, start, end
    led = k - 2 >= first and p.among(k - 1, "range_joins") and (k - 3 < first or p.among(k - 3, "range_leads"))
    day = _day(p.tk.word[k - 2]) if led else None
    if day is not None and day < start.day:
        return k - 2, j, start.replace(day=day), end
    day = _day(p.tk.word[j + 1]) if j + 1 < stop and p.among(j, "range_joins") and p.tk.low[k] in p.lang.maps.get(
        "months", {}
    ) else None  # fmt: skip
    if day is not None and start.day < day <= calendar.monthrange(start.year, start.month)[1]:
        return k, j + 2, start, start.replace(day=day)
    return k, j, start, end


_LEAST_OF_MONTH = 27
"""Days between the ends of the shortest month."""


def _part_of(code: str, start: date, end: date) -> tuple[date, date]:
    """A part of a period: "share:50:100", the second half; "first:7", its first days; "last:7", its last."""
    kind, _, number = code.partition(":")
    if start.day == 1 and start.month == end.month and start.year == end.year:
        # a month that is not over yet has its halves all the same
        end = end.replace(day=calendar.monthrange(end.year, end.month)[1])
    if kind == "first":
        return start, start + timedelta(days=int(number) - 1)
    if kind == "last":
        return end - timedelta(days=int(number) - 1), end
    low, high = (int(x) for x in number.split(":"))
    days = (end - start).days + 1
    return start + timedelta(days=days * low // 100), start + timedelta(days=max(1, days * high // 100) - 1)


def _joined(p: Passage, first: int, dates: list[Dated]) -> list[Dated]:
    """Two dates as one interval, "from August to November"."""
    out: list[Dated] = []
    for dated in dates:
        last = out[-1] if out else None
        if last is not None and _is_interval(p, first, last, dated):
            text = p.tk.slice(last.i, dated.j)
            out[-1] = Dated(last.i, dated.j, When(text=text, start=last.when.start, end=dated.when.end))
        else:
            out.append(dated)
    return out


def _is_interval(p: Passage, first: int, one: Dated, other: Dated) -> bool:
    start, end = one.when.start, other.when.end
    led = one.i > first and p.among(one.i - 1, "range_leads")
    joined = other.i - one.j == 1 and p.among(one.j, "range_joins")
    return led and joined and start is not None and end is not None and start <= end


def nearest(dates: list[Dated], i: int, j: int, p: Passage, speech: set[int]) -> When | None:
    """The date that belongs to a claim over tokens [i, j): inside or close by; else the day on which it was said."""
    crossing: dict[str, float] = p.lang.maps.get("crossing", {})
    best: tuple[float, Dated] | None = None
    telling: Dated | None = None
    for dated in dates:
        if dated.j > i and dated.i < j:
            gap = 0.0
        elif dated.i >= j:
            gap = dated.i - j + 1.0
        else:
            opening = dated.i - p.sentence(dated.i)[0] <= 2  # "On Thursday, ..." dates the sentence
            gap = i - dated.j + 3.0
            gap += 0.0 if opening else _BEFORE * sum(1 for k in range(dated.j, i) if p.tk.word[k] == ",")
        if gap > 0 and any(k in speech for k in range(max(0, dated.i - _TELLING), min(len(p.tk), dated.j + 2))):
            telling = telling or dated
            continue
        for k in range(min(dated.j, j), max(dated.i, i)):
            gap += _CROSSING.get(p.tk.word[k], 0.0) + crossing.get(p.tk.word[k], 0.0)
        if best is None or gap < best[0]:
            best = (gap, dated)
    if best is not None and best[0] <= _REACH:
        return best[1].when
    return telling.when if telling is not None else None


def _weekday(p: Passage, k: int, number: int, published: date | None) -> tuple[date | None, date | None]:
    """ "Monday", "last Monday", "next Monday" whose weekday stands at token k."""
    if published is None:
        return None, None
    back = (published.weekday() - number) % 7
    if p.among(k - 1, "next_words"):
        day = published + timedelta(days=7 - back)
    elif p.among(k - 1, "last_words") and back == 0:
        day = published - timedelta(days=7)
    else:
        day = published - timedelta(days=back)
    return day, day


def _relative(code: str, published: date | None) -> tuple[date | None, date | None]:
    """A relative word as days: "-1:-1", "week:-1", "weekend", "month:0", "year:-1"."""
    if published is None:
        return None, None
    kind, _, number = code.partition(":")
    if kind == "weekend":
        sunday = published - timedelta(days=(published.weekday() + 1) % 7)
        if published.weekday() == 5:
            sunday = published + timedelta(days=1)
        return sunday - timedelta(days=1), min(sunday, published)
    if kind == "week":
        monday = published - timedelta(days=published.weekday()) + timedelta(weeks=int(number))
        end = monday + timedelta(days=6)
        return monday, min(end, published) if int(number) == 0 else end
    if kind == "month":
        total = published.year * 12 + published.month - 1 + int(number)
        return _month(total // 12, total % 12 + 1, published)
    if kind == "year":
        year = published.year + int(number)
        return date(year, 1, 1), min(date(year, 12, 31), published)
    return published + timedelta(days=int(kind)), published + timedelta(days=int(number or "0"))


def _counted(p: Passage, k: int, stop: int, published: date | None) -> tuple[int, date | None, date | None] | None:
    """ "within two days", "over the last 12 weeks", "ten days ago": counted back from the day of publication."""
    low, words = p.tk.low, p.lang.words
    led = low[k] in words("span_leads")
    x = k + 1 if led else k
    while led and x < stop and x < k + 4 and low[x] in words("span_fillers"):
        x += 1
    if x + 1 >= stop:
        return None
    number = int(low[x]) if low[x].isdecimal() and len(low[x]) < 4 else p.lang.numbers.get(low[x])
    unit = p.lang.maps.get("span_days", {}).get(low[x + 1])
    if not number or unit is None:
        return None
    j = x + 2
    ago = j < stop and low[j] in words("span_ago")
    if ago == led or (led and j < stop and low[j] in words("span_spoilers")):
        return None  # "within two days of the order", "in three days' time"
    if published is None:
        return j + ago, None, None
    start = published - timedelta(days=round(number * unit))
    return j + ago, start, start if ago else published


def _month(year: int, month: int, published: date | None) -> tuple[date, date]:
    last = date(year, month, calendar.monthrange(year, month)[1])
    start = date(year, month, 1)
    if published is not None and start <= published < last:
        last = published
    return start, last


def _year_of(month: int, day: int, published: date | None) -> int | None:
    """The year of a date without one: the latest that is not after publication."""
    if published is None:
        return None
    return published.year if (month, day) <= (published.month, published.day) else published.year - 1


def _day(word: str) -> int | None:
    return int(word) if word.isdecimal() and len(word) <= 2 and 1 <= int(word) <= 31 else None


def _year_at(p: Passage, k: int, stop: int) -> tuple[int, int] | None:
    if k < stop and p.tk.word[k] == "," and k + 1 < stop:
        k += 1
    if k < stop and len(p.tk.word[k]) == 4 and p.tk.word[k].isdecimal() and 1000 <= int(p.tk.word[k]) <= 2199:
        return int(p.tk.word[k]), k + 1
    return None


def _made(year: int | None, month: int, day: int, j: int) -> tuple[int, date | None, date | None]:
    if year is None:
        return j, None, None
    try:
        made = date(year, month, day)
    except ValueError:
        return j, None, None
    return j, made, made


def _month_first(
    p: Passage, k: int, stop: int, months: dict[str, int], published: date | None
) -> tuple[int, date | None, date | None] | None:
    month = months[p.tk.low[k]]
    j = k + 1
    if j < stop and p.tk.word[j] == "." and p.tk.touching(j) and len(p.tk.word[k]) <= 4:
        j += 1
    day = _day(p.tk.word[j]) if j < stop else None
    if day is not None:
        j += 1
        if j < stop and p.among(j, "ordinal_endings"):
            j += 1
        year = _year_at(p, j, stop)
        if year is not None:
            return _made(year[0], month, day, year[1])
        return _made(_year_of(month, day, published), month, day, j)
    year = _year_at(p, j, stop)
    if year is not None:
        return year[1], *_month(year[0], month, published)
    if p.tk.low[k] in p.lang.words("ambiguous_months") and not (
        k > 0 and p.tk.low[k - 1] in p.lang.words("month_leads")
    ):
        return None
    guess = _year_of(month, 1, published)
    if guess is None:
        return j, None, None
    return j, *_month(guess, month, published)


def _day_first(
    p: Passage, k: int, stop: int, months: dict[str, int], published: date | None
) -> tuple[int, date | None, date | None] | None:
    word, low = p.tk.word, p.tk.low
    if len(word[k]) == 4 and k + 4 < stop and word[k + 1] == word[k + 3] == "-" and _day(word[k + 4]):
        if word[k + 2].isdecimal() and 1 <= int(word[k + 2][:4]) <= 12:
            return _made(int(word[k]), int(word[k + 2]), int(word[k + 4]), k + 5)
        return None
    day = _day(word[k])
    if day is None:
        return None
    j = k + 1
    line = p.line(k, stop)
    j = line.past(line.past(j, "ordinal_endings"), "of_words")
    if j >= stop or low[j] not in months or not (p.tk.capital(j) or not low[j].isascii()):
        return None
    month = months[low[j]]
    j += 1
    year = _year_at(p, j, stop)
    if year is not None:
        return _made(year[0], month, day, year[1])
    return _made(_year_of(month, day, published), month, day, j)


def _year(p: Passage, k: int, first: int, stop: int) -> tuple[int, date | None, date | None] | None:
    word, low = p.tk.word, p.tk.low
    if len(word[k]) != 4 or not 1500 <= int(word[k]) <= 2199:
        return None
    before = low[k - 1] if k > first else ""
    after = low[k + 1] if k + 1 < stop else ""
    led = before in p.lang.words("year_leads") or p.among(k + 1, "clitics") or (before == "(" and after == ")")
    war = any(x in p.lang.words("year_nouns") for x in low[k + 1 : min(stop, k + 5)])
    if not (led or war) or (after in (",", ".") and k + 2 < stop and word[k + 2].isdecimal() and p.tk.touching(k + 2)):
        return None
    year = int(word[k])
    return k + 1, date(year, 1, 1), date(year, 12, 31)
