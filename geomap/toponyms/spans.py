"""Spans that may be place names, and what speaks for and against each: the recogniser's features."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import not_
from typing import cast

from geomap.lang import kept
from geomap.lang.names import (
    WordLists,
    abbreviations,
    city_short,
    country_short,
    demonyms,
    feature_words,
    postal_codes,
    seats,
    word_lists,
)
from geomap.toponyms.lexicon import Lexicon
from geomap.toponyms.lookup import ALTERNATE, DEMONYM, EXACT, Lookup, Option, Options, priors_of, split_feature
from geomap.toponyms.text import Tokens

NOBODY = [1.0, 0.0, 0.0, 0.0, 0.0]
MAX_TOKENS = 6
"""Most tokens of a span; longer names ("United Kingdom of Great Britain and ...") are met by their parts."""

SHORTEST_UNKNOWN = 3
"""Letters of a name that no gazetteer knows; fewer are initials."""
LONGEST_UNKNOWN = 4
"""Most tokens of such a name ("Juhor ad-Dik" has three); longer runs of capitals are titles and names of bodies."""
HYPHENS = frozenset("-‐‑–")
GAZETTEER, SPECIAL, FEATURE, UNKNOWN = range(4)
"""Why a span is a candidate: a gazetteer name, an abbreviation or demonym, a feature word, capitals alone."""


@dataclass(slots=True)
class SpanCandidate:
    """Tokens [first, last] that may be a place name."""

    first: int
    last: int
    start: int
    end: int
    key: str
    sort: int
    options: list[Option]
    postal: bool = False
    lower: bool = False
    """Ends in a feature word in lower case: "Kharkiv region"."""
    vouched: bool = False
    """The words beside leave no doubt that it is a place ("took Lyman"), whatever is thought of its places."""
    features: list[float] = field(default_factory=list)
    context: tuple[str, ...] = ()


def candidates(tokens: Tokens, lookup: Lookup, lexicon: Lexicon) -> list[SpanCandidate]:
    """Every span that may be a place name, overlapping ones too, in order; features are left to ``describe``."""
    return list(_spans(tokens, lookup, lexicon))


def _spans(tokens: Tokens, lookup: Lookup, lexicon: Lexicon) -> Iterator[SpanCandidate]:
    capital, joins, lists = tokens.capital, tokens.joins, word_lists()
    for i in range(len(tokens)):
        if not capital[i]:
            if tokens.key[i] in lists.name_articles and _leads(tokens, i, lists):
                yield from _led(tokens, i, lookup, lexicon)
            continue
        if not tokens.key[i]:
            continue
        special, best = _special(tokens, i, lookup)
        yield from special
        longest = i - 1
        for span in _filed(tokens, i, best == i, lookup):
            yield span
            longest = span.last
        # a name and its feature word, and capitals that no gazetteer knows
        start_of_run = i == 0 or not (capital[i - 1] and joins[i - 1])
        if start_of_run or longest >= i or best >= i:
            yield from _with_feature_word(tokens, i, longest, lookup)
        if start_of_run and best < i:
            yield from _unknown(tokens, i, longest, lookup, lexicon)


def _leads(tokens: Tokens, i: int, lists: WordLists) -> bool:
    """Whether a small article begins a name: "al-Bab", "ash-Shaykh", "el Fasher"; a word of English does not."""
    if i + 1 >= len(tokens) or not tokens.joins[i] or not tokens.capital[i + 1]:
        return False
    return tokens.gaps[i] in HYPHENS or (tokens.gaps[i] == " " and tokens.key[i] in lists.open_articles)


def _led(tokens: Tokens, i: int, lookup: Lookup, lexicon: Lexicon) -> Iterator[SpanCandidate]:
    """Names that begin with a small article."""
    longest = i - 1
    for span in _filed(tokens, i, True, lookup):
        yield span
        longest = span.last
    yield from _unknown(tokens, i, longest, lookup, lexicon)


def _special(tokens: Tokens, i: int, lookup: Lookup) -> tuple[list[SpanCandidate], int]:
    """Abbreviations, demonyms and seats of government from token ``i``, and the last token of one that is none of a
    longer name, -1 where there is none."""
    peoples, governments = demonyms(), seats()
    word, first = tokens.word[i], tokens.key[i]
    short = len(word) <= 5 and (tokens.upper[i] or tokens.text[tokens.end[i] : tokens.end[i] + 1] == ".")
    span = _abbreviation(tokens, i, lookup) if short or "." in word else None
    if span is not None:
        return [span], span.last
    if first in peoples or first in governments:
        return [_make(tokens, i, i, SPECIAL, lookup)], i
    if i + 1 < len(tokens) and tokens.joins[i]:
        two = first + " " + tokens.key[i + 1]
        if (two in peoples and tokens.capital[i + 1]) or two in governments:
            return [_make(tokens, i, i + 1, SPECIAL, lookup)], -1
    return [], -1


def _filed(tokens: Tokens, i: int, special: bool, lookup: Lookup) -> Iterator[SpanCandidate]:
    """Names of the gazetteer from token ``i`` on, shortest to longest; ``special``: the word alone is one already."""
    keys, capital, joins, full = tokens.key, tokens.capital, tokens.joins, tokens.full
    if not lookup.opens(keys[i]):
        return
    lists = word_lists()
    joined, last = "", min(len(tokens), i + MAX_TOKENS) - 1
    for j in range(i, last + 1):
        inner = joined + keys[j]
        if capital[j] or keys[j] in lists.lower_features:
            has = lookup.has(inner)
            if full[j] != keys[j] and lookup.has(joined + full[j]):
                yield _make(tokens, i, j, GAZETTEER, lookup, key=joined + full[j], end=tokens.full_end[j])
            if has and not (j == i and (special or keys[i] in lists.never_places)):
                yield _make(tokens, i, j, GAZETTEER, lookup)
        if j == last or not joins[j]:
            return
        after = keys[j + 1]
        if not (capital[j + 1] or after in lists.particles or after in lists.lower_features or after.isdigit()):
            return
        if not lookup.has_prefix(joined + full[j]):
            return
        joined += full[j] + " "


def _make(
    tokens: Tokens, i: int, j: int, sort: int, lookup: Lookup, *, key: str = "", end: int = 0, postal: bool = False
) -> SpanCandidate:
    if not key:
        key = " ".join([*tokens.full[i:j], tokens.key[j]]) if j > i else tokens.key[i]
    start, end = tokens.start[i], end or tokens.end[j]
    options = lookup.name(tokens.text[start:end], key, postal=postal)
    return SpanCandidate(i, j, start, end, key, sort, options, postal, j > i and not tokens.capital[j])


def _abbreviation(tokens: Tokens, i: int, lookup: Lookup) -> SpanCandidate | None:
    word = tokens.word[i]
    text, start = tokens.text, tokens.start[i]
    if word in country_short() or word in city_short():
        return _make(tokens, i, i, SPECIAL, lookup)
    for size in (8, 7, 6, 5, 4, 3):  # "Calif.", "W. Va.": the dot is part of the name and not of the token
        written = text[start : start + size]
        if written in abbreviations():
            j = i
            while j + 1 < len(tokens) and tokens.start[j + 1] < start + size:
                j += 1
            return _make(tokens, i, j, SPECIAL, lookup, end=start + size)
    if word in postal_codes() and i and tokens.capital[i - 1]:
        gap = tokens.gap(i - 1)
        if gap == ", ":
            return _make(tokens, i, i, SPECIAL, lookup, postal=True)
    return None


def _with_feature_word(tokens: Tokens, i: int, longest: int, lookup: Lookup) -> Iterator[SpanCandidate]:
    """ "Neches River", "Kharkiv region", "Lake Lanier", "South Los Angeles": where the gazetteer lacks the whole."""
    capital, lists, features = tokens.capital, word_lists(), feature_words()
    first = tokens.key[i]
    if first in lists.never_places and first not in lists.directions:
        return
    j = _feature_after(tokens, i, longest)
    if j > i and not (first in features and j == i + 1):
        yield _make(tokens, i, j, FEATURE, lookup)
    if i + 1 >= len(tokens) or not tokens.joins[i] or longest > i:
        return
    if first in lists.leading_features and capital[i + 1] and tokens.key[i + 1] not in lists.never_places:
        yield _make(tokens, i, i + 1, FEATURE, lookup)
    elif first in lists.directions and capital[i + 1]:
        yield from _known_rest(tokens, i, i + 1, lookup)
    elif first in features and tokens.key[i + 1] in lists.of_words:
        yield from _known_rest(tokens, i, i + 2, lookup)


def _feature_after(tokens: Tokens, i: int, longest: int) -> int:
    """The token of the feature word that ends a name from token ``i`` on ("Neches River"), or ``i``; not the last
    token of the longest name that the gazetteer has."""
    features, lower = feature_words(), word_lists().lower_features
    for j in range(i, min(i + 4, len(tokens) - 1)):
        if not tokens.joins[j] or tokens.full[j] != tokens.key[j]:
            break
        after = tokens.key[j + 1]
        if after in features and (tokens.capital[j + 1] or after in lower) and j + 1 != longest:
            return j + 1
        if not tokens.capital[j + 1]:
            break
    return i


def _known_rest(tokens: Tokens, i: int, start: int, lookup: Lookup) -> Iterator[SpanCandidate]:
    """The longest name from token ``i`` whose words from ``start`` on are a known one: "South Los Angeles", "Lake of
    Geneva"."""
    n = len(tokens)
    if start >= n or not tokens.capital[start] or not all(tokens.joins[i:start]):
        return
    for j in range(min(start + 2, n - 1), start - 1, -1):
        if all(tokens.joins[i:j]) and lookup.has(" ".join(tokens.key[start : j + 1])):
            yield _make(tokens, i, j, FEATURE, lookup)
            return


def _unknown(tokens: Tokens, i: int, longest: int, lookup: Lookup, lexicon: Lexicon) -> Iterator[SpanCandidate]:
    """A run of capitalised words that is no name of the gazetteer, though a part up to ``longest`` may be.

    Left out are words of English alone and, where no preposition of place leads, people: most of a text's capitals.
    """
    first, lists = tokens.key[i], word_lists()
    if tokens.capital[i]:
        if first in lists.never_places or first in lists.calendar or first in lists.titles or first.isdigit():
            return
        if len(first) < SHORTEST_UNKNOWN and first not in lists.name_articles:
            return
    j = _run_end(tokens, i, lists)
    led = first in lists.name_articles or (i > 0 and tokens.joins[i - 1] and tokens.key[i - 1] in lists.locatives)
    if (j == i and lexicon.common(first)) or (not led and _is_person(tokens.key[i : j + 1], lexicon)):
        return
    if j > longest and j - i < LONGEST_UNKNOWN:
        yield _make(tokens, i, j, UNKNOWN, lookup)


def _is_person(keys: Sequence[str], lexicon: Lexicon) -> bool:
    """A surname or first name alone, or a first name and one word more."""
    first = lexicon.first_name(keys[0])
    return bool(first or lexicon.surname(keys[0])) if len(keys) == 1 else len(keys) == 2 and bool(first)


def _run_end(tokens: Tokens, i: int, lists: WordLists) -> int:
    """The last token of a run of capitalised words, small articles inside ("Deir el-Zour").

    A possessive ends it, and so does the end of words all in capitals: "BEIRUT Rebels".
    """
    capital, joins, upper, n = tokens.capital, tokens.joins, tokens.upper, len(tokens)
    start = i if capital[i] else i + 1
    loud, j = upper[start], start
    while j + 1 < n and joins[j] and j - i < LONGEST_UNKNOWN and tokens.full[j] == tokens.key[j]:
        if capital[j + 1]:
            if upper[j + 1] != loud:
                break
            j += 1
        elif tokens.key[j + 1] in lists.name_articles and _leads(tokens, j + 1, lists):
            j += 2
        else:
            break
    return j


# ── features ─────────────────────────────────────────────────────────────────────────────────────────────────

OF_CANDIDATES = (
    "candidates", "prior", "prior_primary", "prior_second", "country", "adm1", "adm2", "capital_seat", "settlement",
    "water_or_land", "best_how", "demonym",
)  # fmt: skip
OF_NAME = (
    "tokens", "chars", "gazetteer", "special", "feature_word", "unknown", "same_spelling", "all_upper", "line_upper",
)  # fmt: skip
OF_WORDS = ("common_word", "common_min", "lower_in_text", "never", "month", "first_name", "surname")
OF_NEIGHBOURS = (
    "left_capital", "right_capital", "left_run", "right_run", "title_before", "first_name_before", "initial_before",
    "surname_after", "org_after", "poi_after", "poi_inside", "org_inside", "feature_after", "feature_before_of",
    "locative_before", "locative_before_the", "of_before", "the_before", "direction_before", "number_before",
    "number_after",
)  # fmt: skip
OF_SIGNS = (
    "sentence_start", "text_start", "comma_before", "comma_after", "container_after", "container_before",
    "hyphen_after", "hyphen_before", "possessive", "dash_after", "dot_after",
)  # fmt: skip
OF_VERBS = ("speech_after", "government_after", "lower_after", "lower_before")
OF_OTHERS = (
    "covered", "covering", "covered_prior", "feature_inside", "by_before", "backed_after", "conjunction_before",
    "neighbour_place", "called_here",
)  # fmt: skip
OF_USE = ("named_share", "called_share", "spoken_share", "opens_run_share", "words_in_text")
OF_ALL_MENTIONS = ("count", "locative_anywhere", "person_anywhere", "container_anywhere", "unmarked_share")
FEATURE_NAMES = (
    *OF_CANDIDATES, *OF_NAME, *OF_WORDS, *OF_NEIGHBOURS, *OF_SIGNS, *OF_VERBS, *OF_OTHERS, *OF_USE, *OF_ALL_MENTIONS,
)  # fmt: skip
"""What the trees are told of a span, in order; a group's columns come from the function of its name."""


class _Text:
    """What describing a span needs to know of the whole text."""

    __slots__ = (
        "by_span", "covered", "features", "lexicon", "lists", "lower_count", "over", "people", "place_ends",
        "place_starts", "region_starts", "tokens",
    )  # fmt: skip

    def __init__(self, tokens: Tokens, spans: list[SpanCandidate], lexicon: Lexicon) -> None:
        self.tokens, self.lexicon = tokens, lexicon
        self.lists, self.features = word_lists(), feature_words()
        self.lower_count = Counter(compress(tokens.key, map(not_, tokens.capital)))
        self.place_starts = {s.first for s in spans if s.sort != UNKNOWN and s.options}
        self.region_starts = {s.first for s in spans if _of_options(s.options)[2]}
        self.place_ends = {s.last for s in spans if s.sort != UNKNOWN}
        self.people = _people(tokens, lexicon)
        self.by_span = {(s.first, s.last) for s in spans}
        self.over = _longer_spans(spans)
        self.covered: dict[int, float] = {}
        for s in spans:  # the longest gazetteer span over each token
            if s.sort != UNKNOWN and s.last > s.first:
                for t in range(s.first, s.last + 1):
                    self.covered[t] = max(self.covered.get(t, 0), s.last - s.first + 1)


class _Around:
    """A span and what stands beside it: words where nothing but space joins them, and the signs between."""

    __slots__ = (
        "after", "before", "before2", "container", "gap_after", "gap_before", "given", "i", "inside", "j",
        "left_capital", "locative", "right_capital", "s",
    )  # fmt: skip

    def __init__(self, s: SpanCandidate, text: _Text) -> None:
        tokens, lists = text.tokens, text.lists
        keys, capital, joins, gaps = tokens.key, tokens.capital, tokens.joins, tokens.gaps
        self.s, self.i, self.j = s, s.first, s.last
        i, j, n = s.first, s.last, len(keys)
        self.inside = keys[i : j + 1]
        self.before = before = keys[i - 1] if i and joins[i - 1] else ""
        self.before2 = keys[i - 2] if i > 1 and before and joins[i - 2] else ""
        self.after = keys[j + 1] if j + 1 < n and joins[j] else ""
        self.gap_before = gaps[i - 1] if i else ""
        self.gap_after = gaps[j] if j + 1 < n else tokens.text[tokens.full_end[j] : tokens.full_end[j] + 2]
        self.left_capital = bool(before) and capital[i - 1]
        self.right_capital = bool(self.after) and capital[j + 1]
        self.given = text.lexicon.first_names.get(keys[i], 0.0)
        self.container = 1.0 if self.gap_after[:2] == ", " and j + 1 in text.region_starts else 0.0
        self.locative = 0.0
        if before in lists.locatives:
            # "In Kyiv": the capital is the sentence's, unless it is a direction
            opener = i == 1 or (i > 1 and tokens.sentence[i - 2] != tokens.sentence[i - 1])
            small = not capital[i - 1]
            self.locative = 1.0 if small or (opener and before not in lists.directions) else 0.0


def describe(tokens: Tokens, spans: list[SpanCandidate], lexicon: Lexicon) -> None:
    """Fill in each span's features and context."""
    if not spans:
        return
    text = _Text(tokens, spans, lexicon)
    evidence: dict[str, list[float]] = {}
    rows: list[list[float]] = []
    for s in spans:
        around = _Around(s, text)
        columns, spelled, _ = _of_options(s.options)
        neighbours, person = _of_neighbours(around, text)
        rows.append([
            *columns, *_of_name(around, text, spelled), *_of_words(around, text), *neighbours,
            *_of_signs(around, text), *_of_verbs(around, text), *_of_others(around, text), *_of_use(around, text),
        ])  # fmt: skip
        e = evidence.setdefault(s.key, [0.0, 0.0, 0.0, 0.0, 0.0])
        e[0] += 1
        e[1] += around.locative
        e[2] += person
        e[3] += around.container
        e[4] += not (around.left_capital or around.right_capital)
        s.context = _context(around, tokens)
    for s, row in zip(spans, rows, strict=True):
        e = evidence[s.key]
        row += math.log1p(e[0]), e[1] / e[0], e[2] / e[0], e[3] > 0, e[4] / e[0]
        s.features = row


def _context(around: _Around, tokens: Tokens) -> tuple[str, ...]:
    """The words that the linear model reads: two before, two after, the last and the first inside."""
    i, j, after = around.i, around.j, around.after
    after2 = tokens.key[j + 2] if j + 2 < len(tokens) and after and tokens.joins[j + 1] else ""
    inside = (tokens.key[j], tokens.key[i]) if j > i else ("", "")
    return (
        around.before or _sign(around.gap_before), around.before2, after or _sign(around.gap_after), after2, *inside,
    )  # fmt: skip


def _of_name(around: _Around, text: _Text, spelled: frozenset[str]) -> tuple[float, ...]:
    s, i, j, tokens = around.s, around.i, around.j, text.tokens
    return (
        j - i + 1, len(s.key), s.sort == GAZETTEER, s.sort == SPECIAL, s.sort == FEATURE, s.sort == UNKNOWN,
        tokens.text[s.start : s.end] in spelled,
        tokens.upper[i] if i == j else all(tokens.upper[i : j + 1]),
        _upper_neighbours(tokens, i, j),
    )  # fmt: skip


def _of_words(around: _Around, text: _Text) -> tuple[float, ...]:
    i, j, inside = around.i, around.j, around.inside
    words, counted, key = text.lexicon.words, text.lower_count, text.tokens.key[around.i]
    common = [words.get(k, 0.0) for k in inside]
    alone = i == j
    return (
        max(common), min(common), min([counted.get(k, 0) for k in inside]), alone and key in text.lists.never_places,
        alone and key in text.lists.calendar, around.given if alone else around.given * 0.5,
        text.lexicon.surnames.get(text.tokens.key[j], 0.0),
    )  # fmt: skip


def _of_neighbours(around: _Around, text: _Text) -> tuple[tuple[float, ...], float]:
    """The columns of ``OF_NEIGHBOURS``, and whether the words beside make a person of the name."""
    i, j, lists, tokens = around.i, around.j, text.lists, text.tokens
    before, after, before2 = around.before, around.after, around.before2
    left, right, inside = around.left_capital, around.right_capital, around.inside
    title = before in lists.titles
    first_before = text.lexicon.first_names.get(before, 0.0) if left else 0.0
    surname_after = text.lexicon.surnames.get(after, 0.0) if right else 0.0
    called = title or (first_before > 0.3 and before not in lists.locatives)
    person = called or (i == j and around.given > 0.3 and surname_after > 0.2)
    return (
        left, right, _run(tokens, i, -1) if left else 0, _run(tokens, j, 1) if right else 0,
        title, first_before, left and len(tokens.word[i - 1]) == 1, surname_after,
        right and after in lists.org_words, right and after in lists.poi_words,
        not lists.poi_words.isdisjoint(inside), j > i and not lists.org_words.isdisjoint(inside[1:]),
        after in text.features, before in lists.of_words and before2 in text.features,
        around.locative, before in lists.articles and before2 in lists.locatives,
        before in lists.of_words, before in lists.articles, before in lists.directions,
        before[:1].isdigit(), after[:1].isdigit(),
    ), 1.0 if person else 0.0  # fmt: skip


def _of_signs(around: _Around, text: _Text) -> tuple[float, ...]:
    i, j, s, tokens = around.i, around.j, around.s, text.tokens
    gap_before, gap_after = around.gap_before, around.gap_after
    return (
        i == 0 or tokens.sentence[i] != tokens.sentence[i - 1], i < 3,
        gap_before[-2:] == ", ", gap_after[:1] == ",",
        around.container, gap_before == ", " and (i - 1) in text.place_ends,
        gap_after[:1] in ("-", "–", "‑") and len(gap_after) == 1, gap_before in ("-", "–", "‑"),
        tokens.full_end[j] > tokens.end[j] and s.end == tokens.end[j],
        "—" in gap_after or "--" in gap_after or " - " in gap_after,
        gap_after[:1] in (".", "!", "?", ";", ":", ")"),
    )  # fmt: skip


def _of_verbs(around: _Around, text: _Text) -> tuple[float, ...]:
    after, lists = around.after, text.lists
    return (
        after in lists.government_verbs, after in lists.government_nouns,
        bool(after) and not around.right_capital, bool(around.before) and not around.left_capital,
    )  # fmt: skip


def _of_others(around: _Around, text: _Text) -> tuple[float, ...]:
    """Other spans over, under and beside this one."""
    i, j, lists, tokens = around.i, around.j, text.lists, text.tokens
    covered, over, ends = text.covered, text.over.get(around.i, ()), text.place_ends
    length = j - i + 1
    joined = around.before in lists.conjunctions
    listed = (joined or around.gap_before == ", ") and ((i - 2) in ends or (i - 1) in ends)
    backed = j + 1 < len(tokens) and around.gap_after == "-" and tokens.key[j + 1] in lists.backed_words
    return (
        (covered.get(i, 0) if i == j else max([covered.get(t, 0) for t in range(i, j + 1)])) > length,
        any((i, t) in text.by_span for t in range(i, j)) if j > i else 0,
        max([p for a, b, p in over if b >= j and (a, b) != (i, j)], default=0.0),
        split_feature(around.s.key)[1] != "", around.before in lists.by_words, backed, joined,
        float(listed or (around.after in lists.conjunctions and (j + 2) in text.place_starts)),
        around.left_capital and unknown_word(tokens.key[i - 1], text.lexicon),
    )  # fmt: skip


def _of_use(around: _Around, text: _Text) -> tuple[float, ...]:
    """How the text uses the name's last word wherever it stands."""
    seen, named, called, spoken, opening = text.people.get(text.tokens.key[around.j], NOBODY)
    return named / seen, called / seen, spoken / seen, opening / seen, seen


def _of_options(options: Sequence[Option]) -> tuple[tuple[float, ...], frozenset[str], bool]:
    """What hangs on a name's candidates alone, kept with them: the first columns of ``FEATURE_NAMES``, spellings, and
    whether a country or region is among the likeliest."""
    if not isinstance(options, Options):
        return _strength(options)
    if options.strength is None:
        options.strength = _strength(options)
    return cast("tuple[tuple[float, ...], frozenset[str], bool]", options.strength)


def _strength(options: Sequence[Option]) -> tuple[tuple[float, ...], frozenset[str], bool]:
    strength = priors_of(options)[:8]
    best, how = options[0] if options else (None, 9)
    feature = best.feature if best else ""
    has = {c.feature[:6] for c, _ in options[:6]}
    columns = (
        math.log1p(len(options)), strength[0] if strength else 0.0,
        max((p for p, o in zip(strength, options, strict=False) if o[1] == EXACT), default=0.0),
        strength[1] if len(strength) > 1 else 0.0, any(h.startswith("A.PCL") for h in has), "A.ADM1" in has,
        "A.ADM2" in has, "P.PPLC" in has or "P.PPLA" in has, feature.startswith("P."),
        feature[:2] in ("H.", "T.", "L."), how, how == DEMONYM,
    )  # fmt: skip
    spelled = frozenset([c.name for c, reached in options[:8] if reached <= ALTERNATE])
    return columns, spelled, any(c.feature.startswith(("A.PCL", "A.ADM1")) for c, _ in options[:3])


def unknown_word(key: str, lexicon: Lexicon) -> bool:
    """Neither an English word nor one that stands beside names of places: perhaps a first name, or an outlet."""
    return key not in _never_called() and not lexicon.common(key)


@kept
def _name_words() -> frozenset[str]:
    """Words that, capitalised, stand beside names of places and bodies, not of people."""
    lists = word_lists()
    beside = lists.org_words | lists.poi_words | lists.directions | lists.locatives | lists.leading_features
    return beside | frozenset(feature_words())


@kept
def _never_called() -> frozenset[str]:
    return _name_words() | word_lists().titles


def _people(tokens: Tokens, lexicon: Lexicon) -> dict[str, list[float]]:
    """How a text uses each capitalised word: [times, after a first name or title, after another unknown capitalised
    word, beside a verb of speech, before a surname]."""
    keys, capital, joins, sentence = tokens.key, tokens.capital, tokens.joins, tokens.sentence
    n = len(tokens)
    lists, name_words = word_lists(), _name_words()
    found: dict[str, list[float]] = {}
    for i in compress(range(n), capital):
        use = found.get(keys[i])
        if use is None:
            use = found[keys[i]] = [0.0, 0.0, 0.0, 0.0, 0.0]
        use[0] += 1
        if i and joins[i - 1]:
            before = keys[i - 1]
            if capital[i - 1]:
                if lexicon.first_name(before) > 0 or before in lists.titles:
                    use[1] += 1
                elif (
                    unknown_word(before, lexicon)
                    and not (i + 1 < n and joins[i] and capital[i + 1])
                    and not (i > 1 and sentence[i - 2] != sentence[i - 1])
                ):
                    use[2] += 1
            elif before in lists.saying_words:
                use[3] += 1
        if i + 1 < n and joins[i]:
            after = keys[i + 1]
            if capital[i + 1]:
                use[4] += lexicon.surname(after) > 0 and after not in name_words
            else:
                use[3] += after in lists.saying_words
    return found


def _sign(gap: str) -> str:
    stripped = gap.strip()
    return "<" + (stripped[:1] if stripped else "\n" if "\n" in gap else "") + ">"


def _run(tokens: Tokens, i: int, step: int) -> int:
    """How many capitalised words join token ``i`` on one side; at most 4."""
    joins, capital = tokens.joins, tokens.capital
    for length in range(4):
        t = i + step
        if not 0 <= t < len(capital) or not joins[min(i, t)] or not capital[t]:
            return length
        i = t
    return 4


def _upper_neighbours(tokens: Tokens, i: int, j: int) -> bool:
    """Whether the words around, two a side, are all in capitals; single letters do not count."""
    found = False
    for t in (i - 1, j + 1, i - 2, j + 2):
        if 0 <= t < len(tokens.word) and len(tokens.word[t]) > 1:
            if not tokens.upper[t]:
                return False
            found = True
    return found


def _longer_spans(spans: list[SpanCandidate]) -> dict[int, list[tuple[int, int, float]]]:
    """For each token, the spans of several tokens over it: (first, last, prior of the likeliest place)."""
    found: dict[int, list[tuple[int, int, float]]] = {}
    for s in spans:
        if s.last > s.first and s.options:
            entry = (s.first, s.last, priors_of(s.options)[0])
            for t in range(s.first, s.last + 1):
                found.setdefault(t, []).append(entry)
    return found
