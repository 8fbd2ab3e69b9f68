"""How a place name is used: the place itself, the government that sits there, or its people."""

from __future__ import annotations

from geomap.lang.names import WordLists, demonyms, seats, word_lists
from geomap.models import MentionKind
from geomap.toponyms.lookup import ABBREVIATED, DEMONYM, Option
from geomap.toponyms.text import Tokens

_HYPHENS = frozenset("-‐‑–")
_STATE = ("A.PCL", "P.PPLC")
_REACH = 3
"""Words before a name among which a preposition may govern it: "in the nearby X"."""
_BODY = 5
"""Capitalised words after a name among which one may tell that the whole is a body."""
_SHORTEST_DATELINE = 4
"""Letters of a dateline; "US" and "UK" open sentences."""
_LIST = 16
"""Tokens before and after a name to which a list of names may reach."""


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
    if _dateline(around) or _names_body(around):
        return not _dateline(around)
    if tokens.gap(around.last)[:1] in _HYPHENS and around.last + 1 < len(tokens):
        backed = tokens.key[around.last + 1] in lists.backed_words
        if backed or len(tokens.gap(around.last)) == 1:
            return backed
    if around.after in lists.governor_words or _governed(around, lists.governor_words):
        return True
    state = any(c.feature.startswith(_STATE) for c, _ in options[:3])
    return (state or any(word in key for word in lists.republic_words)) and _state_governs(around, options)


def _state_governs(around: _Around, options: list[Option]) -> bool:
    """Whether a state or capital stands for its government."""
    tokens, lists = around.tokens, around.lists
    if _sends(around) or _governed(around, lists.governed_nouns) or _opposed(around):
        return True
    if around.before in lists.with_words and around.before2 in lists.ground_nouns:
        return False  # "California's border with Mexico"
    if around.possessive:
        return not around.joined or _owns_government(around)
    if options and options[0][1] == ABBREVIATED and _modifies(around):
        return True
    return not _place_before(tokens, _list_start(around), lists) and (_acting(around) or _listed_acting(around))


def _dateline(around: _Around) -> bool:
    """ "BEIRUT Rebels said", "GROZNY, Russia -": a line begins with the name in capitals, and a sentence follows."""
    tokens, first, last = around.tokens, around.first, around.last
    if not all(tokens.upper[first : last + 1]) or (first and "\n" not in tokens.gap(first - 1)):
        return False
    if last + 1 >= len(tokens) or around.possessive or len(tokens.word[first]) < _SHORTEST_DATELINE:
        return False
    return not around.joined or (tokens.capital[last + 1] and not tokens.upper[last + 1])


def _names_body(around: _Around) -> bool:
    """ "Los Angeles Police Department", "Alberta Premier Smith": the name is part of a body's or of a title.

    Where the run of capitals ends in a building or a park ("Kyiv State Hospital") the name says where that is.
    """
    tokens, lists = around.tokens, around.lists
    run: list[str] = []
    t = around.last
    while t + 1 < len(tokens) and tokens.joins[t] and tokens.capital[t + 1] and len(run) < _BODY:
        t += 1
        run.append(tokens.key[t])
    if not run or (all(tokens.upper[around.first : around.last + 1]) and tokens.upper[around.last + 1]):
        return False  # a headline in capitals
    if run[0] in lists.titles or run[0] in lists.heads_of_regions:
        return True
    return not lists.org_words.isdisjoint(run) and run[-1] not in lists.poi_words


def _opposed(around: _Around) -> bool:
    """ "insurgency against Ankara", "its ally Iran", "called on Syria"."""
    lists = around.lists
    if around.before in lists.against_words or around.before in lists.peer_nouns:
        return True
    return around.before in lists.on_words and around.before2 in lists.calling_verbs


def _modifies(around: _Around) -> bool:
    """ "U.S. warplanes": an abbreviation before a noun; not before a small word, nor ground ("U.S. soil")."""
    tokens, lists, after = around.tokens, around.lists, around.after
    if not after or after[:1].isdigit() or after in lists.ground_nouns:
        return False
    small = (
        lists.locatives, lists.particles, lists.conjunctions, lists.government_verbs, lists.being_verbs,
        lists.never_places, lists.apposition_ends, lists.by_words, lists.agent_words,
    )  # fmt: skip
    return tokens.capital[around.last + 1] or not any(after in words for words in small)


def _list_start(around: _Around) -> int:
    """The first token of the list of names that a name stands in: "in Syria, Iraq and Libya" begins at Syria."""
    tokens, lists, t = around.tokens, around.lists, around.first
    while t > max(0, around.first - _LIST):
        before = t - 1
        comma = tokens.gaps[before] == ", " and tokens.capital[before]
        linked = before > 0 and tokens.joins[before] and tokens.key[before] in lists.conjunctions
        if linked and tokens.capital[before - 1]:
            t = before - 1
        elif comma or (tokens.capital[before] and tokens.joins[before] and t < around.first):
            t = before
        else:
            break
    return t


def _listed_acting(around: _Around) -> bool:
    """ "the U.S., Russia, Turkey and Iran agreed": a verb of governments follows the list that the name stands in."""
    tokens, lists, t = around.tokens, around.lists, around.last
    begins = _list_start(around)
    if begins and tokens.key[begins - 1] in lists.including_words:
        return False  # "cities, including Moscow and Sochi, have"
    while t + 1 < min(len(tokens), around.last + _LIST):
        following = t + 1
        gap = tokens.gaps[t]
        if gap not in (", ", " ") and not gap.startswith(","):
            return False
        if (
            tokens.capital[following]
            or tokens.key[following] in lists.conjunctions
            or tokens.key[following] in lists.articles
        ):
            t = following
            continue
        return t > around.last and tokens.key[following] in lists.government_verbs
    return False


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
        if tokens.capital[t] and (keys[t] in lists.titles or keys[t] in lists.government_nouns):
            return True  # "Turkey's Deputy Prime Minister"
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
