"""Which spans are place names: each candidate's chance, then the best set that does not overlap."""

from __future__ import annotations

from bisect import bisect_right

from geomap.toponyms.lexicon import Lexicon
from geomap.toponyms.lookup import ALTERNATE, DEMONYM, Lookup, prior
from geomap.toponyms.model import Model, table
from geomap.toponyms.spans import GAZETTEER, SPECIAL, SpanCandidate, describe, unknown_word
from geomap.toponyms.text import Tokens, unspaced_runs
from geomap.toponyms.words import (
    BEING,
    FEATURE_WORDS,
    FIGHTING_VERBS,
    HOLDS,
    ORG_WORDS,
    POI_WORDS,
    SOCIETIES,
    STATE_SUFFIXES,
    TAKEN,
    TAKING_VERBS,
    TITLES,
)

FOR, AGAINST, FOREIGN, SURELY_NOT = 2.0, -3.0, 8.0, -8.0
"""Log-odds: the first two turn a candidate that the trees leave open, not one that they are sure of."""
NAME, SURE_NAME = 0.2, 0.5
"""Commonness of a name in the census from which it reads as a person's: one in 10,000; one in 1,000."""
POWER = 6.3
"""Prior of a capital of a million and more, or of nearly any country."""
HYPHENS = frozenset("-‐‑–")
NO_SURNAME = POI_WORDS | ORG_WORDS | frozenset(FEATURE_WORDS)
BODIES = frozenset(
    (
        "bank",
        "council",
        "university",
        "institute",
        "college",
        "museum",
        "court",
        "church",
        "academy",
        "association",
        "union",
    )
)
SAID = frozenset(("said", "says", "told", "added", "asked", "wrote"))

LONGEST_UNSPACED = 8
"""Most signs of a name in a script without spaces; longer ones are met by their parts."""
UNSPACED_PRIOR = 5.0
"""A town of 100,000 or a region: without spaces, two signs may be parts of two words, so small places are left out."""


def scored(tokens: Tokens, spans: list[SpanCandidate], model: Model) -> list[tuple[float, SpanCandidate]]:
    """Every candidate with its log-odds of being a place name."""
    if not spans:
        return []
    describe(tokens, spans, model.lexicon)
    rows = table([[*s.features, model.words(s.context)] for s in spans])
    scores = model.spans(rows).tolist()
    nudges = [nudge(tokens, s, model.lexicon) for s in spans]
    for span, value in zip(spans, nudges, strict=True):
        span.vouched = value > 0
    return [(score + value, s) for score, value, s in zip(scores, nudges, spans, strict=True)]


def nudge(tokens: Tokens, span: SpanCandidate, lexicon: Lexicon) -> float:
    """Log-odds for what local news of the United States has too little of to learn from.

    For: "took Lyman on Saturday", "a U.S.-based group", "Kiev". Against: a first name before a surname or a word that
    nobody knows, a surname that opens a sentence and speaks, societies and picture credits.
    """
    i, j = span.first, span.last
    keys, capital, joins = tokens.key, tokens.capital, tokens.joins
    n = len(tokens)
    if span.sort not in (GAZETTEER, SPECIAL) or not span.options:
        return 0.0
    if not span.key.isascii():
        return _foreign(tokens, span)
    before = keys[i - 1] if i and joins[i - 1] and not capital[i - 1] else ""
    joined = j + 1 < n and joins[j]
    after = keys[j + 1] if joined else ""
    if joined and tokens.gap(j) in HYPHENS and not capital[j + 1] and after in STATE_SUFFIXES:
        return FOR
    if before == "of" and i > 1 and capital[i - 2] and joins[i - 2] and keys[i - 2] in BODIES:
        return AGAINST
    if span.options[0][1] == DEMONYM:
        t = j + 1
        while t < min(n, j + 6) and joins[t - 1] and capital[t]:
            if keys[t] in SOCIETIES:
                return SURELY_NOT
            t += 1
    person = i == j and lexicon.first_name(keys[i]) > NAME
    if person and joined and capital[j + 1] and lexicon.surname(after) > NAME and after not in NO_SURNAME:
        return AGAINST
    given = i == j and lexicon.first_name(keys[i]) > 0
    if given and joined and capital[j + 1] and unknown_word(after, lexicon) and tokens.gap(j) == " ":
        return AGAINST
    if i > 1 and unknown_word(keys[i - 1], lexicon) and "/" in tokens.gap(i - 2) and "/" in tokens.gap(j):
        return SURELY_NOT  # the credit of a picture: "REUTERS / Suspilne Kharkiv / ..."
    if (
        _seat_of_power(span, lexicon)
        and not (joined and capital[j + 1])
        and not (i and joins[i - 1] and capital[i - 1])
    ):
        return FOR
    opens = i == 0 or tokens.sentence[i] != tokens.sentence[i - 1]
    if opens and i == j and after in SAID and lexicon.surname(keys[i]) > SURE_NAME:
        governing = any(c.feature.startswith(("A.PCL", "P.PPLC")) for c, _ in span.options[:3])
        return 0.0 if governing else AGAINST
    if joined and capital[j + 1]:
        return 0.0
    fought = before in FIGHTING_VERBS and not any(_is_known(k, lexicon) for k in keys[i : j + 1])
    if (before in TAKING_VERBS or fought) and tokens.full_end[j] == tokens.end[j]:
        return FOR
    named = bool(i) and (keys[i - 1] in TITLES or (joins[i - 1] and capital[i - 1]))
    return FOR if joined and not named and _is_held(tokens, j + 1) else 0.0


def _is_known(key: str, lexicon: Lexicon) -> bool:
    """Whether a word is a name of people or English."""
    return bool(lexicon.first_name(key) or lexicon.surname(key) or lexicon.common(key))


def _is_held(tokens: Tokens, first: int) -> bool:
    """Whether what is said from token ``first`` on is said of ground: "remained in Russian hands", "was retaken"."""
    keys, joins = tokens.key, tokens.joins
    if keys[first] not in BEING:
        return False
    for t in range(first + 1, min(first + 6, len(keys))):
        if not joins[t - 1]:
            return False
        if keys[t] in HOLDS or (t < first + 4 and keys[t] in TAKEN):
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
