"""Small words of the language that a text is in, and what they say of the capitalised word after them.

For languages in Latin letters that the trees, which learned English, read half: "La" that opens a sentence is no place,
"Aus Moskau" is one, "l'Espagne" has one inside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from geomap.lang import kept, languages, table
from geomap.lang.telling import DEFAULT, language_code
from geomap.toponyms.lookup import Lookup, priors_of
from geomap.toponyms.spans import GAZETTEER, SpanCandidate
from geomap.toponyms.text import Tokens

LED, NEVER = 6.0, -20.0
"""Log-odds: a well-known name after a small word; a small word itself."""
WELL_KNOWN = 4.4
"""Prior of a town of some thousands under its own name."""
_LISTS = ("articles", "determiners", "prepositions", "pronouns", "conjunctions")
_ELIDED = re.compile(r"(?:[cdjlmnst]|qu)['’]", re.IGNORECASE)
"""A small word that has lost its vowel and is written together with a name: "l'Espagne", "d'Alep"."""


def read_beside(text: str) -> str:
    """The language of a text whose claims are read and which is not the default one; "" for others."""
    code = language_code(text)
    return code if code != DEFAULT and code in languages("claims") else ""


@kept
def small_words(code: str, normalise: Callable[[str], str]) -> frozenset[str]:
    """Keys of a language's small words."""
    words = table(code, "claims").get("words", {})
    listed = [word for name in _LISTS for word in words.get(name, ())]
    return frozenset(map(normalise, [*listed, *table(code, "telling").get("words", ())]))


def small_word_odds(tokens: Tokens, span: SpanCandidate, code: str, normalise: Callable[[str], str]) -> float:
    """Log-odds that small words give a span; 0 where they say nothing."""
    small, i = small_words(code, normalise), span.first
    if i == span.last and span.key in small:
        return NEVER
    elided = span.start > tokens.start[i]
    led = elided or (i > 0 and tokens.joins[i - 1] and tokens.key[i - 1] in small)
    after = span.last + 1 < len(tokens) and tokens.joins[span.last] and tokens.capital[span.last + 1]
    known = bool(span.options) and priors_of(span.options)[0] >= WELL_KNOWN
    return LED if led and known and not after else 0.0


def elided_names(tokens: Tokens, lookup: Lookup) -> Iterator[SpanCandidate]:
    """Names of the gazetteer behind an elided small word, which tokens do not part from it."""
    for i, word in enumerate(tokens.word):
        found = _ELIDED.match(word)
        if found is None or not word[found.end() : found.end() + 1].isupper():
            continue
        name = word[found.end() :]
        key = lookup.gazetteer.normalise(name)
        if lookup.has(key):
            start = tokens.start[i] + found.end()
            yield SpanCandidate(i, i, start, tokens.end[i], key, GAZETTEER, lookup.name(name, key))
