"""Which spans are place names: each candidate's chance, then the best set that does not overlap."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from geomap.lang import kept
from geomap.lang.names import WordLists, feature_words, word_lists
from geomap.toponyms.inflected import inflected_odds, is_inflected
from geomap.toponyms.lexicon import Lexicon
from geomap.toponyms.lookup import ALTERNATE, DEMONYM, Lookup, prior
from geomap.toponyms.model import Model, table
from geomap.toponyms.resolve import apposition, distance_before
from geomap.toponyms.small import read_beside, small_word_odds
from geomap.toponyms.spans import GAZETTEER, SPECIAL, UNKNOWN, SpanCandidate, describe, unknown_word
from geomap.toponyms.text import Tokens, unspaced_runs

FOR, AGAINST, FOREIGN, SURELY_NOT = 2.0, -3.0, 8.0, -8.0
"""Log-odds: the first two turn a candidate that the trees leave open, not one that they are sure of."""
NAME, SURE_NAME = 0.2, 0.5
"""Commonness of a name in the census from which it reads as a person's: one in 10,000; one in 1,000."""
POWER = 6.3
"""Prior of a capital of a million and more, or of nearly any country."""
HYPHENS = frozenset("-‐‑–")
NAMED_CLASSES = ("city", "region", "county", "land")
"""Classes of feature words that say of a name beside them that it is a place's."""
LONGEST_UNSPACED = 8
"""Most signs of a name in a script without spaces; longer ones are met by their parts."""
UNSPACED_PRIOR = 5.0
"""A town of 100,000 or a region: without spaces, two signs may be parts of two words, so small places are left out."""


def scored(
    tokens: Tokens, spans: list[SpanCandidate], model: Model, normalise: Callable[[str], str] | None = None
) -> list[tuple[float, SpanCandidate]]:
    """Every candidate with its log-odds of being a place name; ``normalise`` makes keys of other languages' words."""
    if not spans:
        return []
    describe(tokens, spans, model.lexicon)
    rows = table([[*s.features, model.words(s.context)] for s in spans])
    scores = model.spans(rows).tolist()
    found = []
    code = read_beside(tokens.text) if normalise is not None else ""
    for score, span in zip(scores, spans, strict=True):
        odds = small_word_odds(tokens, span, code, normalise) if code and normalise and span.key.isascii() else 0.0
        odds = odds or rule_odds(tokens, span, model.lexicon)
        span.vouched = odds > 0
        found.append((score + odds, span))
    return found


class Beside:
    """What stands beside a span: the small word before, the word after, whether a capitalised one follows."""

    __slots__ = ("after", "before", "capital_after", "capital_before", "joined", "opens")

    def __init__(self, tokens: Tokens, span: SpanCandidate) -> None:
        i, j = span.first, span.last
        keys, capital, joins = tokens.key, tokens.capital, tokens.joins
        led = i > 0 and joins[i - 1]
        self.capital_before = led and capital[i - 1]
        self.before = keys[i - 1] if led and not capital[i - 1] else ""
        self.joined = j + 1 < len(tokens) and joins[j]
        self.capital_after = self.joined and capital[j + 1]
        self.after = keys[j + 1] if self.joined else ""
        self.opens = i == 0 or tokens.sentence[i] != tokens.sentence[i - 1]


def rule_odds(tokens: Tokens, span: SpanCandidate, lexicon: Lexicon) -> float:
    """Log-odds for what local news of the United States has too little of to learn from; the first rule counts.

    For: "took Lyman on Saturday", "a U.S.-based group", "Kiev". Against: a first name before a surname or a word that
    nobody knows, a surname that opens a sentence and speaks, societies and picture credits.
    """
    if not span.key.isascii() and is_inflected(tokens.word[span.first]):
        return inflected_odds(tokens, span)
    if span.sort == UNKNOWN:
        return FOR if _said_to_be_a_place(tokens, span, lexicon) else 0.0
    if span.sort not in (GAZETTEER, SPECIAL) or not span.options:
        return 0.0
    if not span.key.isascii():
        return _foreign(tokens, span)
    beside, lists = Beside(tokens, span), word_lists()
    if not beside.capital_after and _compound(tokens, span.last, beside.after, lists):
        return FOR
    if beside.before in lists.of_words and _after_body(tokens, span.first, lists):
        return AGAINST
    if span.options[0][1] == DEMONYM and _in_society(tokens, span.last, lists):
        return SURELY_NOT
    if beside.capital_after and span.first == span.last and _given_name(tokens, span.last, beside.after, lexicon):
        return AGAINST
    if _in_credit(tokens, span, lexicon):
        return SURELY_NOT
    if not beside.capital_after and not beside.capital_before and _seat_of_power(span, lexicon):
        return FOR
    return _odds_of_verbs(tokens, span, beside, lexicon)


def _odds_of_verbs(tokens: Tokens, span: SpanCandidate, beside: Beside, lexicon: Lexicon) -> float:
    """For what is taken, held or told to be a village; against a surname that opens a sentence and speaks."""
    lists = word_lists()
    if beside.opens and beside.after in lists.said_verbs and _surname(tokens, span, lexicon):
        governing = any(c.feature.startswith(("A.PCL", "P.PPLC")) for c, _ in span.options[:3])
        return 0.0 if governing else AGAINST
    if beside.capital_after:
        return 0.0
    said = _taken(tokens, span, beside, lexicon, lists) or _said_to_be_a_place(tokens, span, lexicon)
    return FOR if said else 0.0


def _said_to_be_a_place(tokens: Tokens, span: SpanCandidate, lexicon: Lexicon) -> bool:
    """What the words beside a name that no gazetteer knows leave no doubt of: "the village of X", "X, a small town",
    "X, 15 km from", "20 km north of X", "captured X"."""
    i, j, keys, lists, features = span.first, span.last, tokens.key, word_lists(), feature_words()
    beside = Beside(tokens, span)
    if beside.capital_before or beside.capital_after:
        return False
    settled = i > 1 and beside.before in lists.of_words and features.get(keys[i - 2]) in NAMED_CLASSES
    if settled or (beside.before and distance_before(tokens, i) is not None):
        return True
    if j + 2 < len(tokens) and tokens.gap(j) == ", ":
        if apposition(tokens, j + 1, lists) in NAMED_CLASSES:
            return True
        if keys[j + 1].isdigit() and (keys[j + 2] in lists.km_words or keys[j + 2] in lists.mile_words):
            return True
    known = any(_is_known(key, lexicon) for key in keys[i : j + 1])
    taken = beside.before in lists.taking_verbs or beside.before in lists.taken_words
    return taken and not known and tokens.full_end[j] == tokens.end[j]


def _compound(tokens: Tokens, last: int, after: str, lists: WordLists) -> bool:
    """ "U.S.-based", "Russia-occupied", "Moscow-backed"."""
    return (after in lists.state_suffixes or after in lists.backed_words) and tokens.gap(last) in HYPHENS


def _after_body(tokens: Tokens, first: int, lists: WordLists) -> bool:
    """ "University of X"."""
    return (
        first > 1
        and tokens.capital[first - 2]
        and tokens.joins[first - 2]
        and tokens.key[first - 2] in lists.body_nouns
    )


def _in_society(tokens: Tokens, last: int, lists: WordLists) -> bool:
    """ "American Heart Association": a people in the name of a body that does not act for it."""
    for t in range(last + 1, min(len(tokens), last + 6)):
        if not tokens.joins[t - 1] or not tokens.capital[t]:
            return False
        if tokens.key[t] in lists.societies:
            return True
    return False


def _given_name(tokens: Tokens, i: int, after: str, lexicon: Lexicon) -> bool:
    """A first name before a surname ("Chelsea Clinton"), or before a word that nobody knows."""
    first_name = lexicon.first_name(tokens.key[i])
    if first_name > NAME and lexicon.surname(after) > NAME and after not in _no_surnames():
        return True
    return first_name > 0 and unknown_word(after, lexicon) and tokens.gap(i) == " "


@kept
def _no_surnames() -> frozenset[str]:
    """Words that follow names of places and are surnames too: "Paris Park"."""
    lists = word_lists()
    return lists.poi_words | lists.org_words | frozenset(feature_words())


def _in_credit(tokens: Tokens, span: SpanCandidate, lexicon: Lexicon) -> bool:
    """The credit of a picture: "REUTERS / Suspilne Kharkiv / ..."."""
    i = span.first
    return (
        i > 1 and unknown_word(tokens.key[i - 1], lexicon) and "/" in tokens.gap(i - 2) and "/" in tokens.gap(span.last)
    )


def _surname(tokens: Tokens, span: SpanCandidate, lexicon: Lexicon) -> bool:
    return span.first == span.last and lexicon.surname(tokens.key[span.first]) > SURE_NAME


def _taken(tokens: Tokens, span: SpanCandidate, beside: Beside, lexicon: Lexicon, lists: WordLists) -> bool:
    """ "took Lyman", "Lyman remained in Russian hands"."""
    i, j = span.first, span.last
    fought = beside.before in lists.fighting_verbs and not any(_is_known(key, lexicon) for key in tokens.key[i : j + 1])
    back = beside.before in lists.back_words and i > 1 and tokens.key[i - 2] in lists.taking_verbs  # "took back Izium"
    if (beside.before in lists.taking_verbs or fought or back) and tokens.full_end[j] == tokens.end[j]:
        return True
    person = i > 0 and (tokens.key[i - 1] in lists.titles or beside.capital_before)
    return beside.joined and not person and _is_held(tokens, j + 1, lists)


def _is_known(key: str, lexicon: Lexicon) -> bool:
    """Whether a word is a name of people or English."""
    return bool(lexicon.first_name(key) or lexicon.surname(key) or lexicon.common(key))


def _is_held(tokens: Tokens, first: int, lists: WordLists) -> bool:
    """Whether what is said from token ``first`` on is said of ground: "remained in Russian hands", "was retaken"."""
    keys, joins = tokens.key, tokens.joins
    if keys[first] not in lists.being_verbs:
        return False
    for t in range(first + 1, min(first + 6, len(keys))):
        if not joins[t - 1]:
            return False
        if keys[t] in lists.held_nouns or (t < first + 4 and keys[t] in lists.taken_words):
            return True
    return False


def _seat_of_power(span: SpanCandidate, lexicon: Lexicon) -> bool:
    """A country or capital under any of its names ("Kiev"), which neither a person nor a thing is called."""
    (candidate, how), key = span.options[0], span.key
    return (
        how <= ALTERNATE
        and candidate.feature.startswith(("A.PCL", "P.PPLC"))
        and prior(span.options[0]) >= POWER
        and not _is_known(key, lexicon)
    )


def _foreign(tokens: Tokens, span: SpanCandidate) -> float:
    """What stands for the trees, which read English, where a name is in another script.

    Known places of some size count; in scripts without capitals, and at the start of a sentence, only large ones.
    """
    i = span.first
    cased = tokens.word[i][:1].lower() != tokens.word[i][:1].upper()
    opens = i == 0 or tokens.sentence[i] != tokens.sentence[i - 1]
    needed = 3.5 if cased and not opens else 5.0
    return FOREIGN if len(span.key) > 2 and prior(span.options[0]) >= needed else AGAINST


def choose(spans: list[tuple[float, SpanCandidate]], threshold: float) -> list[tuple[float, SpanCandidate]]:
    """The set of spans without overlap whose log-odds above the threshold sum highest, in order of the text.

    A feature word in lower case belongs to the name before it, which LGL's annotators left out: "Kharkiv region".
    """
    longer = {(s.first, s.last - 1): s for _, s in spans if s.lower and s.options}
    ordered = sorted((s for s in spans if s[0] > threshold), key=lambda s: (s[1].end, s[1].start))
    ends = [s.end for _, s in ordered]
    best: list[float] = [0.0]
    back: list[int] = []
    for n, (score, span) in enumerate(ordered):
        before = bisect_right(ends, span.start, 0, n)
        gain = best[before] + (score - threshold)
        if gain > best[n]:
            best.append(gain)
            back.append(before)
        else:
            best.append(best[n])
            back.append(-1)
    chosen: list[tuple[float, SpanCandidate]] = []
    n = len(ordered)
    while n:
        if back[n - 1] >= 0:
            score, span = ordered[n - 1]
            people = bool(span.options) and span.options[0][1] == DEMONYM
            wider = span if people else longer.get((span.first, span.last), span)
            chosen.append((score, wider if not chosen or wider.end <= chosen[-1][1].start else span))
            n = back[n - 1]
        else:
            n -= 1
    return chosen[::-1]


def unspaced_names(text: str, lookup: Lookup) -> list[tuple[int, int]]:
    """Names of well-known places in runs of Chinese, Japanese, Thai and the like, the longest first."""
    found = []
    for lo, hi in unspaced_runs(text):
        at = lo
        while at < hi - 1:
            step = 1
            for size in range(min(LONGEST_UNSPACED, hi - at), 1, -1):
                key = lookup.gazetteer.normalise(text[at : at + size])
                if lookup.gazetteer.has(key) and (options := lookup.key(key)) and prior(options[0]) >= UNSPACED_PRIOR:
                    found.append((at, at + size))
                    step = size
                    break
            at += step
    return found
