"""A report language: its words for pages and sentences, as its folder in ``geomap/lang`` has them, and its grammar.

Words are data (``page.toml``, ``messages.toml``). How numbers group, what months are called and which plural a number
takes comes from the CLDR, by Babel, for the ``language.locale`` that the folder states.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING, Any

from geomap.errors import InputError
from geomap.lang import kept, languages, table

if TYPE_CHECKING:
    from babel import Locale

RECORDS = "en"
"""The language of records, whose messages every other one has the gaps of."""

Entry = str | Mapping[str, str]
"""What a message says: one text, or one for each plural ("one", "few", "many", "other") of the number in gap ``by``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language's words and grammar. ``words``: labels of pages; ``messages``: sentences by id."""

    code: str
    locale_code: str
    direction: str
    quotes: tuple[str, str]
    date: str
    list_end: str
    count_words: tuple[str, ...]
    lowered: frozenset[str]
    words: Mapping[str, Entry]
    messages: Mapping[str, Entry]

    @property
    def locale(self) -> Locale:
        """The CLDR's data."""
        return _locale(self.locale_code)

    def plural(self, entry: Entry, count: object) -> str:
        """The text of an entry for a count."""
        if isinstance(entry, str):
            return entry
        category = self.locale.plural_form(count) if isinstance(count, int) else "other"
        return entry.get(category, entry["other"])


@kept
def language(code: str) -> Language:
    """A report language by its code. InputError names those there are, or the entry whose gaps are not English's."""
    page, messages = table(code, "page"), _flat(table(code, "messages"))
    facts = page.get("language", {})
    if code != RECORDS:
        _check_gaps(f"{code}/messages.toml", messages, _flat(table(RECORDS, "messages")))
        _check_gaps(f"{code}/page.toml", _words(page), _words(table(RECORDS, "page")))
    first, last = facts.get("quotes", ["“", "”"])
    return Language(
        code=code,
        locale_code=facts.get("locale", code),
        direction=facts.get("direction", "ltr"),
        quotes=(first, last),
        date=facts.get("date", "d MMM y"),
        list_end=facts.get("list_end", ", "),
        count_words=tuple(facts.get("count_words", ())),
        lowered=frozenset(facts.get("lowered", ())),
        words=_words(page),
        messages=messages,
    )


def report_languages() -> tuple[str, ...]:
    """Codes of the languages that pages can be written in."""
    return tuple(code for code in languages("messages") if code in languages("page"))


@dataclass(frozen=True, slots=True)
class Words:
    """One language's labels. ``words["key"]``; ``words("key", n=3)`` fills the gaps of a sentence."""

    language: str
    table: Mapping[str, Entry]

    def __getitem__(self, key: str) -> str:
        entry = self.table[key]
        return entry if isinstance(entry, str) else entry["other"]

    def __call__(self, key: str, **gaps: object) -> str:
        entry = self.table[key]
        by = None if isinstance(entry, str) else gaps[entry["by"]]
        return language(self.language).plural(entry, by).format(**gaps)

    def get(self, key: str, default: str) -> str:
        return self[key] if key in self.table else default

    def __iter__(self) -> Iterator[str]:
        return iter(self.table)


@kept
def words(code: str) -> Words:
    """The labels of a language; those that it lacks in English. InputError names the languages there are."""
    if code not in report_languages():
        raise InputError(f"language: found {code!r}; expected one of {', '.join(report_languages())}")
    return Words(code, {**_words(table(RECORDS, "page")), **language(code).words})


def gaps_of(entry: Entry) -> frozenset[str]:
    """Names of an entry's gaps; the number that a plural goes by is one, printed or not."""
    texts = [entry] if isinstance(entry, str) else [text for key, text in entry.items() if key != "by"]
    found = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None}
    return frozenset(found if isinstance(entry, str) else found | {entry["by"]})


def _check_gaps(file: str, entries: Mapping[str, Entry], english: Mapping[str, Entry]) -> None:
    for key, entry in entries.items():
        if key not in english:
            raise InputError(f"{file}: {key!r} is unknown; expected an id of {RECORDS}'s file")
        if more := gaps_of(entry) - gaps_of(english[key]):
            have = ", ".join(sorted(gaps_of(english[key]))) or "none"
            raise InputError(f"{file}: {key!r} has the gap {{{min(more)}}}; expected of {have}")


def _flat(tables: Mapping[str, Any]) -> dict[str, Entry]:
    """``{"reason": {"judged": text}}`` as ``{"reason.judged": text}``."""
    return {f"{group}.{name}": entry for group, entries in tables.items() for name, entry in entries.items()}


def _words(page: Mapping[str, Any]) -> dict[str, Entry]:
    return {key: entry for key, entry in page.items() if key != "language"}


@kept
def _locale(code: str) -> Locale:
    from babel import Locale

    return Locale.parse(code)
