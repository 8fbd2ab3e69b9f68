"""Sentences of verdicts in another language: an English sentence is read by the patterns it was made from, and retold.

Verdicts, measurements and comparisons are written once, in English, and stay so in records and JSON. A page in another
language retells them from ``sentences.LANGUAGE.toml``: groups of English patterns, each with its counterpart. A gap in
braces is read by the group of its name (digits apart: ``{what2}`` is read by ``[what]``), ``{amount}`` and ``{day}`` by
rule; any other gap is text that stays as it is: quotes and names. A sentence that no pattern reads stays English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files

LONGEST = 1200
"""Characters: reasons are a few hundred; longer text is no sentence of ours."""
MOST = 20_000
"""Steps of reading one sentence before it is left as it is."""

Amount = Callable[[str], str | None]
Parts = tuple[tuple[str, str], ...]


class Sentences:
    """One language's patterns."""

    def __init__(self, tables: Mapping[str, Mapping[str, str]], amount: Amount, day: Amount) -> None:
        self._rules = {"amount": amount, "day": day}
        self._groups = {
            group: [(_parts(english), _parts(told)) for english, told in table.items()]
            for group, table in tables.items()
        }

    def tell(self, text: str, group: str) -> str | None:
        """The sentence in this language; None where no pattern reads it."""
        if not text or len(text) > LONGEST:
            return None
        return _Reading(self._groups, self._rules).of(group, text)


class _Reading:
    """One sentence being read: what was tried is remembered, and after ``MOST`` steps it gives up."""

    def __init__(self, groups: Mapping[str, list[tuple[Parts, Parts]]], rules: Mapping[str, Amount]) -> None:
        self._groups, self._rules = groups, rules
        self._known: dict[tuple[str, str], str | None] = {}
        self._left = MOST

    def of(self, gap: str, text: str) -> str | None:
        kind = gap.rstrip("0123456789")
        if kind in self._rules:
            return self._rules[kind](text)
        if kind not in self._groups:
            return text
        key = (kind, text)
        if key not in self._known:
            self._known[key] = None  # a group within itself reads less each time
            self._known[key] = self._by_patterns(kind, text)
        return self._known[key]

    def _by_patterns(self, kind: str, text: str) -> str | None:
        for english, told in self._groups[kind]:
            gaps = next(self._gaps(english, text), None)
            if gaps is not None:
                return "".join(gaps[part] if what == "gap" else part for what, part in told)
        return None

    def _gaps(self, parts: Parts, text: str) -> Iterator[dict[str, str]]:
        """Ways to read a text by a pattern, each gap in the other language already."""
        self._left -= 1
        if self._left < 0:
            return
        if not parts:
            if not text:
                yield {}
            return
        (what, part), *rest = parts
        if what == "text":
            if text.startswith(part):
                yield from self._gaps(tuple(rest), text[len(part) :])
            return
        after = rest[0][1] if rest else ""
        end = len(text) if not after else text.find(after, 1)
        while end > 0 and self._left > 0:
            told = self.of(part, text[:end])
            if told is not None:
                for more in self._gaps(tuple(rest), text[end:]):
                    yield {part: told} | more
            if not after:
                return
            end = text.find(after, end + 1)


def _parts(pattern: str) -> Parts:
    """A pattern as ("text", words) and ("gap", name) in turn."""
    found = re.split(r"\{(\w+)\}", pattern)
    return tuple(("gap" if n % 2 else "text", part) for n, part in enumerate(found) if n % 2 or part)


# ── numbers and dates ────────────────────────────────────────────────────────────────────────────────────────

_NUMBER = r"-?\d[\d,]*(?:\.\d+)?"
_AMOUNT = re.compile(rf"(more than |up to )?({_NUMBER})(?:–({_NUMBER}))?( ?)(\S.*)?")
_DAY = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})(, \d\d:\d\d UTC)?")


def amounts(english: Mapping[str, str], other: Mapping[str, str]) -> Amount:
    """Reads "more than 6,130–16,700 km²" and writes it as the other language does."""
    units = {text: other[key] for key, text in english.items() if key.startswith("unit_")}

    def retell(text: str) -> str | None:
        whole = next((other[k] for k in ("unknown_amount", "share_all", "share_none") if english[k] == text), None)
        found = _AMOUNT.fullmatch(text)
        if whole is not None or found is None:
            return whole
        before, low, high, gap, unit = found.groups()
        if unit and unit not in units:
            return None
        numbers = "–".join(_commas(n) for n in (low, high) if n)
        told = numbers + (gap + units[unit] if unit else "")
        key = {"more than ": "more_than", "up to ": "up_to"}.get(before or "")
        return other[key].format(amount=told) if key else told

    return retell


def days(english: Mapping[str, str], other: Mapping[str, str]) -> Amount:
    """Reads "10 Sep 2022" and writes it as the other language does."""
    months = {english[f"month_{n}"]: other[f"month_{n}"] for n in range(1, 13)}

    def retell(text: str) -> str | None:
        found = _DAY.fullmatch(text)
        if found is None or found[2] not in months:
            return None
        return f"{found[1]} {months[found[2]]} {found[3]}{found[4] or ''}"

    return retell


def _commas(number: str) -> str:
    return number.replace(",", "\u00a0").replace(".", ",")


@cache
def patterns(language: str) -> Mapping[str, Mapping[str, str]]:
    """The groups of a language's file."""
    text = files(__package__).joinpath(f"sentences.{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
