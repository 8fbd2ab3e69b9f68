"""How a place name is used: the place itself, the government that sits there, or its people."""

from __future__ import annotations

from geomap.lang.names import WordLists, demonyms, seats, word_lists
from geomap.models import MentionKind
from geomap.toponyms.lookup import DEMONYM, Option
from geomap.toponyms.text import Tokens

_HYPHENS = frozenset("-‐‑–")
_STATE = ("A.PCL", "P.PPLC")
_REACH = 3
"""Words before a name among which a preposition may govern it: "in the nearby X"."""


def kind_of(tokens: Tokens, first: int, last: int, key: str, options: list[Option]) -> MentionKind:
    """Literal unless the words around make the place its government, or the word names a people.

    Only states and their seats speak and act: "Kyiv said", "Moscow's forces", "Russia-backed". A preposition of place
    before the name keeps it literal, as does ground after it ("Ukraine's east").
    """
    how = options[0][1] if options else None
    if how == DEMONYM or (how is None and key in demonyms()):
        return MentionKind.DEMONYM
    return MentionKind.ASSOCIATIVE if _governs(_Around(tokens, first, last), key, options) else MentionKind.LITERAL


class _Around:
    """The words beside a name of tokens [first, last]: "" where a sign or the end of a sentence stands between."""

    __slots__ = ("after", "after2", "before", "before2", "first", "joined", "last", "lists", "possessive", "tokens")

    def __init__(self, tokens: Tokens, first: int, last: int) -> None:
        keys, joins, count = tokens.key, tokens.joins, len(tokens)
        self.tokens, self.first, self.last = tokens, first, last
        self.lists: WordLists = word_lists()
        self.before = keys[first - 1] if first and joins[first - 1] else ""
        self.before2 = keys[first - 2] if first > 1 and self.before and joins[first - 2] else ""
        self.joined = last + 1 < count and joins[last]
        self.after = keys[last + 1] if self.joined else ""
        self.after2 = keys[last + 2] if self.joined and last + 2 < count and joins[last + 1] else ""
        self.possessive = tokens.full_end[last] > tokens.end[last]


def _governs(around: _Around, key: str, options: list[Option]) -> bool:
    """Whether the name stands for a government."""
    tokens, lists = around.tokens, around.lists
    if key in seats():
        return around.possessive or not _inside(around)
    gap = tokens.gap(around.last)
    if gap[:1] in _HYPHENS and around.last + 1 < len(tokens):
        if tokens.key[around.last + 1] in lists.backed_words:
            return True
        if len(gap) == 1:
            return False
    if around.after in lists.governor_words or _governed(around, lists.governor_words):
        return True
    state = any(c.feature.startswith(_STATE) for c, _ in options[:3]) or any(w in key for w in lists.republic_words)
    if not state:
        return False
    if _sends(around) or _governed(around, lists.governed_nouns):
        return True
    if around.possessive:
        return not around.joined or _owns_government(around)
    return not _place_before(tokens, around.first, lists) and _acting(around)


def _inside(around: _Around) -> bool:
    """ "inside the Kremlin": the building, not those who sit there."""
    inside = around.lists.inside_words
    return around.before in inside or (around.before in around.lists.articles and around.before2 in inside)


def _sends(around: _Around) -> bool:
    """ "a statement from Moscow", "orders from the Kremlin"."""
    keys, joins, lists = around.tokens.key, around.tokens.joins, around.lists
    at = around.first - 2 if around.before in lists.articles else around.first - 1
    return at > 0 and keys[at] in lists.from_words and joins[at] and joins[at - 1] and keys[at - 1] in lists.sent_nouns


def _owns_government(around: _Around) -> bool:
    """ "Moscow's forces", "Russia's defence ministry"; not "Ukraine's east", nor "Iraq's Mosul"."""
    tokens, lists = around.tokens, around.lists
    keys, last = tokens.key, around.last
    for t in range(last + 1, min(last + 4, len(tokens))):
        if keys[t] in lists.ground_nouns:
            return False
        if keys[t] in lists.government_nouns or not tokens.joins[t]:
            break
    return not tokens.capital[last + 1] or around.after in lists.government_nouns


def _acting(around: _Around) -> bool:
    """ "Kremlin forces", "Kyiv said", "held by Moscow", "a blow to Moscow", "criticized Berlin"."""
    tokens, lists, last = around.tokens, around.lists, around.last
    if around.after in lists.compound_nouns or (around.after in lists.ministry_words and around.after2):
        return True
    aimed = around.before in lists.to_words and around.before2 in lists.aimed_nouns
    if around.after in lists.government_verbs or around.before in lists.agent_words or aimed:
        return True
    if around.after in lists.conjunctions and around.after2 and tokens.capital[last + 2]:
        return _acts(tokens, last + 3, lists)
    return _acts(tokens, last + 1, lists) or around.before in lists.political_verbs


def _governed(around: _Around, nouns: frozenset[str]) -> bool:
    """ "Governor of X", "armed forces of the X": one of ``nouns`` and "of" stand before the name."""
    tokens, lists, first = around.tokens, around.lists, around.first
    t = first - 1
    if t > 0 and tokens.key[t] in lists.articles:
        t -= 1
    return (
        t > 0
        and tokens.key[t] in lists.of_words
        and tokens.key[t - 1] in nouns
        and tokens.sentence[t - 1] == tokens.sentence[first]
    )


def _place_before(tokens: Tokens, first: int, lists: WordLists) -> bool:
    """A preposition of place governs the name, with at most "the" and one adjective between."""
    keys, joins = tokens.key, tokens.joins
    for back in range(1, _REACH + 1):
        t = first - back
        if t < 0 or not joins[t]:
            return False
        loose = keys[t] in lists.loose_locatives or keys[t] in lists.directions
        if keys[t] in lists.locatives and not (back > 1 and loose):
            return True
        if keys[t] in lists.of_words or keys[t] in lists.ground_verbs:
            whose = bool(t) and keys[t - 1] in lists.partisan_nouns  # "allies of Moscow"
            return back == 1 and (keys[t] in lists.of_words or keys[t] in lists.leaving_verbs) and not whose
        if tokens.capital[t] or keys[t] in lists.government_verbs:
            return False
    return False


def _acts(tokens: Tokens, i: int, lists: WordLists) -> bool:
    """A verb that governments are the subject of follows, perhaps after an adverb."""
    return any(
        t < len(tokens) and (t == i or tokens.joins[t - 1]) and tokens.key[t] in lists.government_verbs
        for t in (i, i + 1)
    ) and (i == 0 or tokens.joins[i - 1])
