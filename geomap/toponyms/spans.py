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


def candidates(tokens: Tokens, lookup: Lookup) -> list[SpanCandidate]:
    """Every span that may be a place name, overlapping ones too, in order; features are left to ``describe``."""
    return list(_spans(tokens, lookup))


def _spans(tokens: Tokens, lookup: Lookup) -> Iterator[SpanCandidate]:
    keys, words, capital, joins = tokens.key, tokens.word, tokens.capital, tokens.joins
    n = len(tokens)
    lists, peoples, governments = word_lists(), demonyms(), seats()
    for i in compress(range(n), capital):
        first = keys[i]
        if not first:
            continue
        word = words[i]
        # abbreviations and demonyms
        best = -1
        if "." in word or (
            len(word) <= 5 and (tokens.upper[i] or tokens.text[tokens.end[i] : tokens.end[i] + 1] == ".")
        ):
            span = _abbreviation(tokens, i, lookup)
            if span is not None:
                yield span
                best = span.last
        if best < 0 and (first in peoples or first in governments):
            yield _make(tokens, i, i, SPECIAL, lookup)
            best = i
        elif best < 0 and i + 1 < n and joins[i]:
            two = first + " " + keys[i + 1]
            if (two in peoples and capital[i + 1]) or two in governments:
                yield _make(tokens, i, i + 1, SPECIAL, lookup)
        # gazetteer names, shortest to longest
        longest = i - 1
        if lookup.opens(first):
            joined = ""
            j = i
            while True:
                inner = joined + " " + keys[j] if joined else keys[j]
                if capital[j] or keys[j] in lists.lower_features:
                    has = lookup.has(inner)
                    if tokens.full[j] != keys[j]:
                        full = joined + " " + tokens.full[j] if joined else tokens.full[j]
                        if lookup.has(full):
                            yield _make(tokens, i, j, GAZETTEER, lookup, key=full, end=tokens.full_end[j])
                            longest = j
                    if has and not (j == i and (i == best or first in lists.never_places)):
                        yield _make(tokens, i, j, GAZETTEER, lookup)
                        longest = j
                if j - i + 1 >= MAX_TOKENS or j + 1 >= n or not joins[j]:
                    break
                after = keys[j + 1]
                if not (capital[j + 1] or after in lists.particles or after in lists.lower_features or after.isdigit()):
                    break
                joined = joined + " " + tokens.full[j] if joined else tokens.full[j]
                if not lookup.has_prefix(joined):
                    break
                j += 1
        # a name and its feature word, and capitals that no gazetteer knows
        start_of_run = i == 0 or not (capital[i - 1] and joins[i - 1])
        if start_of_run or longest >= i or best >= i:
            yield from _with_feature_word(tokens, i, longest, lookup)
        if start_of_run and longest < i and best < i:
            yield from _unknown(tokens, i, lookup)


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
    keys, capital, joins = tokens.key, tokens.capital, tokens.joins
    lists, features = word_lists(), feature_words()
    n = len(tokens)
    first = keys[i]
    if first in lists.never_places and first not in lists.directions:
        return
    j = i
    while j < min(i + 4, n - 1) and joins[j] and tokens.full[j] == keys[j]:
        j += 1
        after = keys[j]
        if after in features and (capital[j] or after in lists.lower_features) and j != longest:
            if not (first in features and j == i + 1):
                yield _make(tokens, i, j, FEATURE, lookup)
            break
        if not capital[j]:
            break
    if i + 1 >= n or not joins[i] or longest > i:
        return
    if first in lists.leading_features and capital[i + 1] and keys[i + 1] not in lists.never_places:
        yield _make(tokens, i, i + 1, FEATURE, lookup)
    elif first in lists.directions and capital[i + 1]:
        for j in range(min(i + 3, n - 1), i, -1):
            if all(joins[i:j]) and lookup.has(" ".join(keys[i + 1 : j + 1])):
                yield _make(tokens, i, j, FEATURE, lookup)
                break
    elif first in features and keys[i + 1] in lists.of_words and i + 2 < n and joins[i + 1] and capital[i + 2]:
        for j in range(min(i + 4, n - 1), i + 1, -1):
            if all(joins[i:j]) and lookup.has(" ".join(keys[i + 2 : j + 1])):
                yield _make(tokens, i, j, FEATURE, lookup)
                break


def _unknown(tokens: Tokens, i: int, lookup: Lookup) -> Iterator[SpanCandidate]:
    """A run of up to three capitalised words after a locative or before a comma and a name."""
    keys, capital, joins = tokens.key, tokens.capital, tokens.joins
    j = i
    while j + 1 < len(tokens) and j - i < 2 and joins[j] and capital[j + 1]:
        j += 1
    if j - i == 2 and j + 1 < len(tokens) and joins[j] and capital[j + 1]:
        return
    first, lists = keys[i], word_lists()
    if first in lists.never_places or first in lists.calendar or first in lists.titles or first.isdigit():
        return
    if len(first) < SHORTEST_UNKNOWN:
        return
    before = keys[i - 1] if i and joins[i - 1] else ""
    if before in lists.locatives or (tokens.gap(j) == ", " and j + 1 < len(tokens) and capital[j + 1]):
        yield _make(tokens, i, j, UNKNOWN, lookup)


# ── features ─────────────────────────────────────────────────────────────────────────────────────────────────

FEATURE_NAMES = (
    "candidates", "prior", "prior_primary", "prior_second", "country", "adm1", "adm2", "capital_seat", "settlement",
    "water_or_land", "best_how", "demonym", "tokens", "chars", "gazetteer", "special", "feature_word", "unknown",
    "same_spelling", "all_upper", "line_upper", "common_word", "common_min", "lower_in_text", "never", "month",
    "first_name", "surname", "left_capital", "right_capital", "left_run", "right_run", "title_before",
    "first_name_before", "initial_before", "surname_after", "org_after", "poi_after", "poi_inside", "org_inside",
    "feature_after", "feature_before_of", "locative_before", "locative_before_the", "of_before", "the_before",
    "direction_before", "number_before", "number_after", "sentence_start", "text_start", "comma_before",
    "comma_after", "container_after", "container_before", "hyphen_after", "hyphen_before", "possessive", "dash_after",
    "dot_after", "speech_after", "government_after", "lower_after", "lower_before", "covered", "covering",
    "covered_prior", "feature_inside", "by_before", "backed_after", "conjunction_before", "neighbour_place",
    "called_here", "named_share", "called_share", "spoken_share", "opens_run_share", "words_in_text", "count",
    "locative_anywhere", "person_anywhere", "container_anywhere", "unmarked_share",
)  # fmt: skip


def describe(tokens: Tokens, spans: list[SpanCandidate], lexicon: Lexicon) -> None:
    """Fill in each span's features and context."""
    if not spans:
        return
    keys, words, capital, joins, gaps = tokens.key, tokens.word, tokens.capital, tokens.joins, tokens.gaps
    upper, sentence, full_end = tokens.upper, tokens.sentence, tokens.full_end
    n = len(tokens)
    text = tokens.text
    lists, feature_nouns = word_lists(), feature_words()
    common_word, first_name, surname = lexicon.words.get, lexicon.first_names.get, lexicon.surnames.get
    lower_count = Counter(compress(keys, map(not_, capital)))
    known_of = [_of_options(s.options) for s in spans]
    place_starts = {s.first for s in spans if s.sort != UNKNOWN and s.options}
    region_starts = {s.first for s, (_, _, region) in zip(spans, known_of, strict=True) if region}
    place_ends = {s.last for s in spans if s.sort != UNKNOWN}
    people = _people(tokens, lexicon)
    by_span = {(s.first, s.last) for s in spans}
    covered: dict[int, float] = {}
    for s in spans:  # the longest gazetteer span over each token
        if s.sort != UNKNOWN and s.last > s.first:
            for t in range(s.first, s.last + 1):
                covered[t] = max(covered.get(t, 0), s.last - s.first + 1)
    evidence: dict[str, list[float]] = {}
    over = _longer_spans(spans)
    rows: list[tuple[SpanCandidate, list[float]]] = []
    for s, (known, spelled, _) in zip(spans, known_of, strict=True):
        i, j = s.first, s.last
        inside = keys[i : j + 1]
        before = keys[i - 1] if i and joins[i - 1] else ""
        before2 = keys[i - 2] if i > 1 and before and joins[i - 2] else ""
        after = keys[j + 1] if j + 1 < n and joins[j] else ""
        gap_before = gaps[i - 1] if i else ""
        gap_after = gaps[j] if j + 1 < n else text[full_end[j] : full_end[j] + 2]
        raw = text[s.start : s.end]
        left_capital = bool(before) and capital[i - 1]
        right_capital = bool(after) and capital[j + 1]
        common = [common_word(k, 0.0) for k in inside]
        given = first_name(keys[i], 0.0)
        title_before = before in lists.titles
        first_before = first_name(before, 0.0) if left_capital else 0.0
        surname_after = surname(after, 0.0) if right_capital else 0.0
        person = 1.0 if title_before or (first_before > 0.3 and before not in lists.locatives) else 0.0
        if i == j and given > 0.3 and surname_after > 0.2:
            person = 1.0
        opener = i > 1 and sentence[i - 2] != sentence[i - 1]
        first_word = opener or i == 1  # "In Kyiv": the capital is the sentence's, unless it is a direction
        small = before in lists.locatives and not capital[i - 1]
        led = before in lists.locatives and before not in lists.directions and first_word
        locative = 1.0 if small or led else 0.0
        listed = before in lists.conjunctions or gap_before == ", "
        container = 1.0 if gap_after[:2] == ", " and j + 1 in region_starts else 0.0
        seen, named, called, spoken, opening = people.get(keys[j], NOBODY)
        row = [  # in the order of FEATURE_NAMES
            *known,
            j - i + 1,  # tokens
            len(s.key),  # chars
            s.sort == GAZETTEER,  # gazetteer
            s.sort == SPECIAL,  # special
            s.sort == FEATURE,  # feature_word
            s.sort == UNKNOWN,  # unknown
            raw in spelled,  # same_spelling
            upper[i] if i == j else all(upper[i : j + 1]),  # all_upper
            _upper_neighbours(tokens, i, j),  # line_upper
            max(common),  # common_word
            min(common),  # common_min
            min([lower_count.get(k, 0) for k in inside]),  # lower_in_text
            keys[i] in lists.never_places and i == j,  # never
            i == j and keys[i] in lists.calendar,  # month
            given if i == j else given * 0.5,  # first_name
            surname(keys[j], 0.0),  # surname
            left_capital,  # left_capital
            right_capital,  # right_capital
            _run(tokens, i, -1) if left_capital else 0,  # left_run
            _run(tokens, j, 1) if right_capital else 0,  # right_run
            title_before,  # title_before
            first_before,  # first_name_before
            left_capital and len(words[i - 1]) == 1,  # initial_before
            surname_after,  # surname_after
            right_capital and after in lists.org_words,  # org_after
            right_capital and after in lists.poi_words,  # poi_after
            not lists.poi_words.isdisjoint(inside),  # poi_inside
            j > i and not lists.org_words.isdisjoint(inside[1:]),  # org_inside
            after in feature_nouns,  # feature_after
            before in lists.of_words and before2 in feature_nouns,  # feature_before_of
            locative,  # locative_before
            before in lists.articles and before2 in lists.locatives,  # locative_before_the
            before in lists.of_words,  # of_before
            before in lists.articles,  # the_before
            before in lists.directions,  # direction_before
            before[:1].isdigit(),  # number_before
            after[:1].isdigit(),  # number_after
            i == 0 or sentence[i] != sentence[i - 1],  # sentence_start
            i < 3,  # text_start
            gap_before[-2:] == ", ",  # comma_before
            gap_after[:1] == ",",  # comma_after
            container,  # container_after
            gap_before == ", " and (i - 1) in place_ends,  # container_before
            gap_after[:1] in ("-", "–", "‑") and len(gap_after) == 1,  # hyphen_after
            gap_before in ("-", "–", "‑"),  # hyphen_before
            full_end[j] > tokens.end[j] and s.end == tokens.end[j],  # possessive
            "—" in gap_after or "--" in gap_after or " - " in gap_after,  # dash_after
            gap_after[:1] in (".", "!", "?", ";", ":", ")"),  # dot_after
            after in lists.government_verbs,  # speech_after
            after in lists.government_nouns,  # government_after
            bool(after) and not capital[j + 1],  # lower_after
            bool(before) and not capital[i - 1],  # lower_before
            (covered.get(i, 0) if i == j else max([covered.get(t, 0) for t in range(i, j + 1)])) > j - i + 1,  # covered
            any((i, t) in by_span for t in range(i, j)) if j > i else 0,  # covering
            max([p for a, b, p in over.get(i, ()) if b >= j and (a, b) != (i, j)], default=0.0),  # covered_prior
            split_feature(s.key)[1] != "",  # feature_inside
            before in lists.by_words,  # by_before
            j + 1 < n and gap_after == "-" and keys[j + 1] in lists.backed_words,  # backed_after
            before in lists.conjunctions,  # conjunction_before
            float(  # neighbour_place
                (listed and ((i - 2) in place_ends or (i - 1) in place_ends))
                or ((after in lists.conjunctions) and (j + 2) in place_starts)
            ),
            left_capital and unknown_word(keys[i - 1], lexicon),  # called_here
            named / seen, called / seen, spoken / seen, opening / seen,  # named_share to opens_run_share
            seen,  # words_in_text
        ]  # fmt: skip
        rows.append((s, row))
        e = evidence.setdefault(s.key, [0.0, 0.0, 0.0, 0.0, 0.0])
        e[0] += 1
        e[1] += locative
        e[2] += person
        e[3] += container
        e[4] += not (left_capital or right_capital)
        s.context = (
            before or _sign(gap_before), before2, after or _sign(gap_after),
            keys[j + 2] if j + 2 < n and after and joins[j + 1] else "",
            keys[j] if j > i else "", keys[i] if j > i else "",
        )  # fmt: skip
    for s, row in rows:
        e = evidence[s.key]
        row += math.log1p(e[0]), e[1] / e[0], e[2] / e[0], e[3] > 0, e[4] / e[0]
        s.features = row


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
