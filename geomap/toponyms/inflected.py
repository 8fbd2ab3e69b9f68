"""Which spans are place names in a script with capitals and cases that the trees, which learned English, cannot read.

Rules, the first that speaks: what stands before and after, what the language's dictionary knows the word as, how
prominent the place is.
"""

from __future__ import annotations

from geomap.lang import kept
from geomap.lang.names import WordLists, feature_words, word_lists
from geomap.lang.telling import language_code
from geomap.toponyms.known import COMMON, FIRST_NAME, SURNAME, sorts_of, with_words
from geomap.toponyms.lookup import PART, priors_of
from geomap.toponyms.spans import FEATURE, SPECIAL, UNKNOWN, SpanCandidate
from geomap.toponyms.text import Tokens

PLACE, NOT = 8.0, -30.0
"""Log-odds a word: beyond what the trees can say against or for."""
LARGE, WELL_KNOWN, TOWN, ANY = 5.6, 4.4, 3.0, 1.0
"""Priors: a town of 100,000, a region or a country; a town of 6,000 under its own name; a village of 250 under its own;
whatever the gazetteer has. What else a word may be asks for more."""
CYRILLIC = ("\u0400", "\u052f")
_QUOTES = '«“„"”»'
_STREETS = 2


def is_inflected(word: str) -> bool:
    """Whether a word is in a script that these rules read."""
    return CYRILLIC[0] <= word[:1] <= CYRILLIC[1]


def inflected_odds(tokens: Tokens, span: SpanCandidate) -> float:
    """Log-odds of a span being a place name; as many times over as it has words, since parts of it stand against it."""
    if not span.options or (span.sort == UNKNOWN):
        return NOT
    return PLACE * (span.last - span.first + 1) if _is_place(_Words(tokens, span)) else NOT


class _Words:
    """A span and what stands around it, as keys; "" where nothing joins it."""

    def __init__(self, tokens: Tokens, span: SpanCandidate) -> None:
        self.tokens, self.span = tokens, span
        self.lists: WordLists = word_lists()
        i, j = span.first, span.last
        keys, joins = tokens.key, tokens.joins
        self.opens = i == 0 or tokens.sentence[i] != tokens.sentence[i - 1]
        self.before = keys[i - 1] if i and joins[i - 1] else ""
        self.before2 = keys[i - 2] if i > 1 and self.before and joins[i - 2] else ""
        self.after = keys[j + 1] if j + 1 < len(keys) and joins[j] else ""
        self.capital_before = bool(self.before) and tokens.capital[i - 1]
        self.capital_after = bool(self.after) and tokens.capital[j + 1]
        self.before_opens = i > 0 and (i == 1 or tokens.sentence[i - 2] != tokens.sentence[i - 1])
        self.single = i == j
        code = language_code(tokens.text)
        self.codes = (code,) if code in with_words() else with_words()
        self.prior = priors_of(span.options)[0]
        self.sorts = self.sorts_of(tokens.key[i]) if self.single else 0

    def sorts_of(self, key: str) -> int:
        """What a word is in the text's language; in a neighbour whose words are not known, what it is in any."""
        found = 0
        for code in self.codes:
            found |= sorts_of(key, code)
        return found

    @property
    def written(self) -> bool:
        """Whether the gazetteer has the name as it is written, in the first case."""
        return not getattr(self.span.options, "inflected", False)

    @property
    def led(self) -> bool:
        """Whether a preposition of place or a noun of places stands before: "у Харкові", "місто Харків"."""
        return self.before in self.lists.locatives or self.before in feature_words()

    @property
    def region_adjective(self) -> bool:
        """Whether the span is what only a region is called by ("Київський"), with no region after it."""
        tokens, last = self.tokens, self.span.last
        if not getattr(self.span.options, "region", False):
            return False
        nearby = tokens.key[last + 1 : last + 5]
        return not any(key in self.lists.plural_features for key in nearby)


def _is_place(words: _Words) -> bool:
    tokens, span, lists = words.tokens, words.span, words.lists
    if span.sort == SPECIAL:
        return True
    key = span.key
    if (
        len(key) < 3
        or key in feature_words()
        or key in lists.never_places
        or tokens.key[span.first] in lists.never_places
    ):
        return False
    if words.single and tokens.upper[span.first] and not _line_upper(tokens, span.first):
        return False  # an abbreviation that a place is called like
    if _names_person(words) or _names_body(words):
        return False
    if not words.single:
        return not _begins_before(words)
    if words.region_adjective:
        return False
    if words.sorts & (FIRST_NAME | SURNAME) and not words.led and words.prior < LARGE:
        return False
    if words.sorts & COMMON:
        return words.prior >= (WELL_KNOWN if words.opens else ANY if words.led else TOWN)
    return words.led or words.prior >= (TOWN if words.opens else ANY)


def _begins_before(words: _Words) -> bool:
    """Whether a name with its feature word begins with a word that is none of it: "Губернатор Курской области"."""
    tokens, span = words.tokens, words.span
    first = tokens.key[span.first]
    title = first in words.lists.titles or first in feature_words() or words.sorts_of(first) & COMMON
    return span.sort == FEATURE and (bool(title) or span.options[0][1] == PART)


def _line_upper(tokens: Tokens, i: int) -> bool:
    """Whether the words beside are in capitals too: a headline."""
    return any(0 <= t < len(tokens) and len(tokens.word[t]) > 3 and tokens.upper[t] for t in (i - 1, i + 1))


def _names_person(words: _Words) -> bool:
    tokens, span, lists = words.tokens, words.span, words.lists
    first, last = span.first, span.last
    if first and len(tokens.word[first - 1]) == 1 and tokens.capital[first - 1] and tokens.gap(first - 1)[:1] == ".":
        return True  # "В. Київський"
    if not words.single and not words.led:
        given, family = words.sorts_of(tokens.key[first]), words.sorts_of(tokens.key[last])
        if given & FIRST_NAME and family & SURNAME:
            return True  # "Лев Толстой"
    if words.before in lists.titles and not words.capital_before and words.sorts & (FIRST_NAME | SURNAME):
        return True
    if words.capital_after and tokens.gap(last) == " ":
        following = words.sorts_of(words.after)
        if words.sorts & FIRST_NAME and words.after not in feature_words():
            return True
        first_case = words.written
        if following & SURNAME and not following & COMMON and first_case and not words.led:
            return True
        unknown = not following & COMMON and words.after not in feature_words()
        if words.single and unknown and not following & FIRST_NAME and words.sorts and words.prior < LARGE:
            return True
    if words.capital_before and tokens.gap(first - 1) == " ":
        preceding = words.sorts_of(words.before)
        if preceding & FIRST_NAME and not preceding & COMMON:
            return True
        if not preceding and not words.led and not words.before_opens and words.prior < LARGE:
            return True
    return False


def _names_body(words: _Words) -> bool:
    """A name of a body, a ship, a street: between quotation marks alone, or after its noun."""
    tokens, span, lists = words.tokens, words.span, words.lists
    text = tokens.text
    quoted = text[span.start - 1 : span.start] in _QUOTES if span.start else False
    if quoted and text[span.end : span.end + 1] in _QUOTES and text[span.end : span.end + 1]:
        return True
    if words.before in lists.org_words or (words.before2 in lists.org_words and words.capital_before):
        return True  # "імені Франка", "імені Івана Франка"
    return bool(words.before2) and (words.before2 in _streets() and words.capital_before)


@kept
def _streets() -> frozenset[str]:
    return word_lists().societies
