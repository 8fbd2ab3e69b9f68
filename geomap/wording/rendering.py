"""Messages said in a language: the one place where an id and its values become a sentence.

Templates come from ``geomap/lang/*/messages.toml``. A gap is ``{name}`` or ``{name:how}``; what stands in it decides
how it is written. ``how`` is ``sentence`` (a capital first, a full stop last), ``inside`` (an article that opens it in
small letters), ``first`` (an amount in the first of the page's units), ``word`` (a small number in words), ``all`` (a
list with its "and"), or what to join a list with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from string import Formatter

from geomap.models import Message, Named, Parameter, Quantity, Quote, Ratio, Text
from geomap.settings import Style
from geomap.wording.amounts import day, number, quantity, separated
from geomap.wording.lexicon import RECORDS, Language, language

QUOTE_LIMIT = 90
"""Characters of quoted words in a sentence: longer ones are cut, the whole quote stands beside."""


def render(text: Text, style: Style | None = None) -> str:
    """A message in the style's language and units (English and metric without one); other text as it stands."""
    if isinstance(text, str):
        return text
    style = style or Style()
    spoken = language(style.language)
    entry = spoken.messages.get(text.id)
    if entry is None:
        entry = language(RECORDS).messages[text.id]
    gaps = dict(text.parameters)
    template = entry if isinstance(entry, str) else spoken.plural(entry, gaps[entry["by"]])
    return "".join(
        literal + (_shown(gaps[name], how, spoken, style) if name is not None else "")
        for literal, name, how in _pieces(template)
    )


def in_language(text: Text, code: str) -> bool:
    """Whether a language has the words of all of a message; text from outside is in none."""
    if isinstance(text, str):
        return code == RECORDS
    return all(m.id in language(code).messages for m in messages_in(text))


def messages_in(text: Parameter) -> Iterator[Message]:
    """A message and those within it."""
    if isinstance(text, Message):
        yield text
        for _, value in text.parameters:
            yield from messages_in(value)
    elif isinstance(text, tuple):
        for part in text:
            yield from messages_in(part)


def short(text: str) -> str:
    """Words from outside on one line, without control and direction marks, cut at ``QUOTE_LIMIT``."""
    line = one_line(text)
    return line if len(line) <= QUOTE_LIMIT else line[: QUOTE_LIMIT - 1].rstrip() + "…"


def one_line(text: str) -> str:
    """White space of any kind, control and direction marks as one space."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


@cache
def _pieces(template: str) -> tuple[tuple[str, str | None, str], ...]:
    return tuple((literal, name, how or "") for literal, name, how, _ in Formatter().parse(template))


def _shown(value: Parameter, how: str, spoken: Language, style: Style) -> str:
    text = _list(value, how, spoken, style) if isinstance(value, tuple) else _plain(value, how, spoken, style)
    if how == "sentence":
        return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
    if how == "inside":
        first, gap, rest = text.partition(" ")
        return first.lower() + gap + rest if first in spoken.lowered else text
    return text


def _list(values: tuple[Parameter, ...], how: str, spoken: Language, style: Style) -> str:
    shown = [_plain(value, "", spoken, style) for value in values]
    if how != "all":
        return (how or ", ").join(shown)
    return spoken.list_end.join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _plain(value: Parameter, how: str, spoken: Language, style: Style) -> str:
    match value:
        case Message():
            return render(value, style)
        case Quote():
            return spoken.quotes[0] + short(value.text) + spoken.quotes[1]
        case Named():
            return one_line(style.spellings.get(value.place or "", value.name))
        case Quantity():
            units = style.units[:1] if how == "first" else style.units
            return quantity((value.low, value.high), value.unit, replace(style, units=units))
        case Ratio():
            return _ratio(value.value, spoken.code)
        case date():
            return day(value, style)
        case int():
            return _count(value, how, spoken)
        case float():
            return number(value, spoken.code)
        case str():
            return one_line(value)
        case _:
            raise TypeError(f"a gap holds {type(value).__name__}; expected one of {Parameter}")


def _ratio(value: float, code: str) -> str:
    if value >= 10:
        return number(value, code)
    digits = float(f"{value:.2g}")
    return number(digits, code) if digits >= 0.1 else f"{digits:.2g}"


def _count(value: int, how: str, spoken: Language) -> str:
    """A count is exact: never rounded, grouped from 10,000 on."""
    if how == "word" and value < len(spoken.count_words):
        return spoken.count_words[value]
    return str(value) if value < 10_000 else separated(f"{value:,}", spoken.code)
