"""Spans that may be place names, and what speaks for and against each: the recogniser's features."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from geomap.toponyms.lexicon import Lexicon
from geomap.toponyms.lookup import ALTERNATE, DEMONYM, EXACT, Lookup, Option, prior, split_feature
from geomap.toponyms.text import Tokens
from geomap.toponyms.words import (
    BACKED_WORDS,
    COUNTRY_SHORT,
    DIRECTIONS,
    FEATURE_WORDS,
    GOVERNMENT_NOUNS,
    LEADING_FEATURES,
    LOCATIVE,
    LOWER_FEATURES,
    METONYMS,
    MONTHS_DAYS,
    NEVER,
    ORG_WORDS,
    PARTICLES,
    POI_WORDS,
    SPEECH_VERBS,
    TITLES,
    abbreviations,
    demonyms,
    postal_codes,
)

MAX_TOKENS = 6
"""Most tokens of a span; longer names ("United Kingdom of Great Britain and ...") are met by their parts."""

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
    features: list[float] = field(default_factory=list)
    context: tuple[str, ...] = ()


def candidates(tokens: Tokens, lookup: Lookup) -> list[SpanCandidate]:
    """Every span that may be a place name, overlapping ones too, in order; features are left to ``describe``."""
    return list(_spans(tokens, lookup))


def _spans(tokens: Tokens, lookup: Lookup) -> Iterator[SpanCandidate]:
    keys, words, capital, joins = tokens.key, tokens.word, tokens.capital, tokens.joins
    n = len(tokens)
    gazetteer = lookup.gazetteer
    opens: dict[str, bool] = {}
    seen_prefix: dict[str, bool] = {}
    seen_key: dict[str, bool] = {}
    lower_demonyms = demonyms()
    for i in range(n):
        if not capital[i]:
            continue
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
        if best < 0 and (first in lower_demonyms or first in METONYMS):
            yield _make(tokens, i, i, SPECIAL, lookup)
            best = i
        elif best < 0 and i + 1 < n and joins[i]:
            two = first + " " + keys[i + 1]
            if (two in lower_demonyms and capital[i + 1]) or two in METONYMS:
                yield _make(tokens, i, i + 1, SPECIAL, lookup)
        # gazetteer names, shortest to longest
        ok = opens.get(first)
        if ok is None:
            ok = opens[first] = gazetteer.has_prefix(first) or gazetteer.has(first)
        longest = i - 1
        if ok:
            joined = ""
            j = i
            while True:
                inner = joined + " " + keys[j] if joined else keys[j]
                if capital[j] or keys[j] in LOWER_FEATURES:
                    has = seen_key.get(inner)
                    if has is None:
                        has = seen_key[inner] = gazetteer.has(inner)
                    if tokens.full[j] != keys[j]:
                        full = joined + " " + tokens.full[j] if joined else tokens.full[j]
                        if gazetteer.has(full):
                            yield _make(tokens, i, j, GAZETTEER, lookup, key=full, end=tokens.full_end[j])
                            longest = j
                    if has and not (j == i and (i == best or first in NEVER)):
                        yield _make(tokens, i, j, GAZETTEER, lookup)
                        longest = j
                if j - i + 1 >= MAX_TOKENS or j + 1 >= n or not joins[j]:
                    break
                after = keys[j + 1]
                if not (capital[j + 1] or after in PARTICLES or after in LOWER_FEATURES or after.isdigit()):
                    break
                joined = joined + " " + tokens.full[j] if joined else tokens.full[j]
                going = seen_prefix.get(joined)
                if going is None:
                    going = seen_prefix[joined] = gazetteer.has_prefix(joined)
                if not going:
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
    if word in COUNTRY_SHORT or word == "L.A.":
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
    n = len(tokens)
    first = keys[i]
    if first in NEVER and first not in DIRECTIONS:
        return
    j = i
    while j < min(i + 4, n - 1) and joins[j] and tokens.full[j] == keys[j]:
        j += 1
        after = keys[j]
        if after in FEATURE_WORDS and (capital[j] or after in LOWER_FEATURES) and j != longest:
            if not (first in FEATURE_WORDS and j == i + 1):
                yield _make(tokens, i, j, FEATURE, lookup)
            break
        if not capital[j]:
            break
    if i + 1 >= n or not joins[i] or longest > i:
        return
    if first in LEADING_FEATURES and capital[i + 1] and keys[i + 1] not in NEVER:
        yield _make(tokens, i, i + 1, FEATURE, lookup)
    elif first in DIRECTIONS and capital[i + 1]:
        for j in range(min(i + 3, n - 1), i, -1):
            if all(joins[i:j]) and lookup.gazetteer.has(" ".join(keys[i + 1 : j + 1])):
                yield _make(tokens, i, j, FEATURE, lookup)
                break
    elif first in FEATURE_WORDS and keys[i + 1] == "of" and i + 2 < n and joins[i + 1] and capital[i + 2]:
        for j in range(min(i + 4, n - 1), i + 1, -1):
            if all(joins[i:j]) and lookup.gazetteer.has(" ".join(keys[i + 2 : j + 1])):
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
    if keys[i] in NEVER or keys[i] in MONTHS_DAYS or keys[i] in TITLES or keys[i].isdigit() or len(keys[i]) < 3:
        return
    before = keys[i - 1] if i and joins[i - 1] else ""
    if before in LOCATIVE or before == "of" or (tokens.gap(j) == ", " and j + 1 < len(tokens) and capital[j + 1]):
        yield _make(tokens, i, j, UNKNOWN, lookup)


# ── features ─────────────────────────────────────────────────────────────────────────────────────────────────

FEATURE_NAMES = (
    "tokens", "chars", "gazetteer", "special", "feature_word", "unknown", "candidates", "prior", "prior_primary",
    "prior_second", "country", "adm1", "adm2", "capital_seat", "settlement", "water_or_land", "best_how", "demonym",
    "same_spelling", "all_upper", "line_upper", "common_word", "common_min", "lower_in_text", "never", "month",
    "first_name", "surname", "left_capital", "right_capital", "left_run", "right_run", "title_before",
    "first_name_before", "initial_before", "surname_after", "org_after", "poi_after", "poi_inside", "org_inside",
    "feature_after", "feature_before_of", "locative_before", "locative_before_the", "of_before", "the_before",
    "direction_before", "number_before", "number_after", "sentence_start", "text_start", "comma_before",
    "comma_after", "container_after", "container_before", "hyphen_after", "hyphen_before", "possessive", "dash_after",
    "dot_after", "speech_after", "government_after", "lower_after", "lower_before", "count", "locative_anywhere",
    "person_anywhere", "container_anywhere", "unmarked_share", "covered", "covering", "covered_prior", "feature_inside",
    "by_before", "backed_after", "conjunction_before", "neighbour_place",
)  # fmt: skip


def describe(tokens: Tokens, spans: list[SpanCandidate], lexicon: Lexicon) -> None:
    """Fill in each span's features and context."""
    if not spans:
        return
    keys, words, capital, joins = tokens.key, tokens.word, tokens.capital, tokens.joins
    n = len(tokens)
    text = tokens.text
    lower_count: dict[str, int] = {}
    for key, big in zip(keys, capital, strict=True):
        if not big:
            lower_count[key] = lower_count.get(key, 0) + 1
    places_at = {s.first: s for s in spans if s.sort != UNKNOWN and s.options}
    region_starts = {s.first for s in spans if any(c.feature.startswith(("A.PCL", "A.ADM1")) for c, _ in s.options[:3])}
    place_ends = {s.last for s in spans if s.sort != UNKNOWN}
    run_left, run_right = _runs(tokens)
    by_span: dict[tuple[int, int], SpanCandidate] = {(s.first, s.last): s for s in spans}
    covered: dict[int, float] = {}
    for s in spans:  # the longest gazetteer span over each token
        if s.sort != UNKNOWN and s.last > s.first:
            for t in range(s.first, s.last + 1):
                covered[t] = max(covered.get(t, 0), s.last - s.first + 1)
    evidence: dict[str, list[float]] = {}
    strengths: dict[int, tuple[list[float], float, set[str]]] = {}  # by list of options, which names share
    over = _longer_spans(spans)
    rows: list[tuple[SpanCandidate, dict[str, float]]] = []
    for s in spans:
        i, j = s.first, s.last
        options = s.options
        best = options[0] if options else None
        known = strengths.get(id(options))
        if known is None:
            strength = [prior(o) for o in options[:8]]
            primary = max((p for p, o in zip(strength, options, strict=False) if o[1] == EXACT), default=0.0)
            known = strengths[id(options)] = strength, primary, {o[0].feature[:6] for o in options[:6]}
        strength, primary, has = known
        inside = keys[i : j + 1]
        before = keys[i - 1] if i and joins[i - 1] else ""
        before2 = keys[i - 2] if i > 1 and before and joins[i - 2] else ""
        after = keys[j + 1] if j + 1 < n and joins[j] else ""
        gap_before = tokens.gap(i - 1) if i else ""
        gap_after = tokens.gap(j) if j + 1 < n else text[tokens.full_end[j] : tokens.full_end[j] + 2]
        raw = text[s.start : s.end]
        left_capital = bool(before) and capital[i - 1]
        right_capital = bool(after) and capital[j + 1]
        feature = best[0].feature if best else ""
        common = [lexicon.common(k) for k in inside]
        first = lexicon.first_name(keys[i]) if i == j else lexicon.first_name(keys[i]) * 0.5
        title_before = before in TITLES
        first_before = lexicon.first_name(before) if left_capital else 0.0
        surname_after = lexicon.surname(after) if right_capital else 0.0
        person = 1.0 if title_before or (first_before > 0.3 and before not in LOCATIVE) else 0.0
        if i == j and lexicon.first_name(keys[i]) > 0.3 and surname_after > 0.2:
            person = 1.0
        locative = 1.0 if before in LOCATIVE and not capital[i - 1] else 0.0
        container = 1.0 if gap_after[:2] == ", " and j + 1 in region_starts else 0.0
        f = {
            "tokens": float(j - i + 1),
            "chars": float(len(s.key)),
            "gazetteer": float(s.sort == GAZETTEER),
            "special": float(s.sort == SPECIAL),
            "feature_word": float(s.sort == FEATURE),
            "unknown": float(s.sort == UNKNOWN),
            "candidates": math.log1p(len(options)),
            "prior": strength[0] if strength else 0.0,
            "prior_primary": primary,
            "prior_second": strength[1] if len(strength) > 1 else 0.0,
            "country": float("A.PCLI" in has or any(h.startswith("A.PCL") for h in has)),
            "adm1": float("A.ADM1" in has),
            "adm2": float("A.ADM2" in has),
            "capital_seat": float("P.PPLC" in has or "P.PPLA" in has),
            "settlement": float(feature.startswith("P.")),
            "water_or_land": float(feature[:2] in ("H.", "T.", "L.")),
            "best_how": float(best[1]) if best is not None else 9.0,
            "demonym": float(best is not None and best[1] == DEMONYM),
            "same_spelling": float(any(c.name == raw for c, how in options[:8] if how <= ALTERNATE)),
            "all_upper": float(all(tokens.upper[i : j + 1])),
            "line_upper": float(_upper_neighbours(tokens, i, j)),
            "common_word": max(common),
            "common_min": min(common),
            "lower_in_text": float(min(lower_count.get(k, 0) for k in inside)),
            "never": float(keys[i] in NEVER and i == j),
            "month": float(i == j and keys[i] in MONTHS_DAYS),
            "first_name": first,
            "surname": lexicon.surname(keys[j]),
            "left_capital": float(left_capital),
            "right_capital": float(right_capital),
            "left_run": float(min(run_left[i], 4)),
            "right_run": float(min(run_right[j], 4)),
            "title_before": float(title_before),
            "first_name_before": first_before,
            "initial_before": float(left_capital and len(words[i - 1]) == 1),
            "surname_after": surname_after,
            "org_after": float(right_capital and after in ORG_WORDS),
            "poi_after": float(right_capital and after in POI_WORDS),
            "poi_inside": float(any(k in POI_WORDS for k in inside)),
            "org_inside": float(any(k in ORG_WORDS for k in inside[1:])),
            "feature_after": float(after in FEATURE_WORDS),
            "feature_before_of": float(before == "of" and before2 in FEATURE_WORDS),
            "locative_before": locative,
            "locative_before_the": float(before == "the" and before2 in LOCATIVE),
            "of_before": float(before == "of"),
            "the_before": float(before == "the"),
            "direction_before": float(before in DIRECTIONS),
            "number_before": float(before[:1].isdigit()),
            "number_after": float(after[:1].isdigit()),
            "sentence_start": float(i == 0 or tokens.sentence[i] != tokens.sentence[i - 1]),
            "text_start": float(i < 3),
            "comma_before": float(gap_before[-2:] == ", "),
            "comma_after": float(gap_after[:1] == ","),
            "container_after": container,
            "container_before": float(gap_before == ", " and (i - 1) in place_ends),
            "hyphen_after": float(gap_after[:1] in ("-", "–", "‑") and len(gap_after) == 1),
            "hyphen_before": float(gap_before in ("-", "–", "‑")),
            "possessive": float(tokens.full_end[j] > tokens.end[j] and s.end == tokens.end[j]),
            "dash_after": float("—" in gap_after or "--" in gap_after or " - " in gap_after),
            "dot_after": float(gap_after[:1] in (".", "!", "?", ";", ":", ")")),
            "speech_after": float(after in SPEECH_VERBS),
            "government_after": float(after in GOVERNMENT_NOUNS),
            "lower_after": float(bool(after) and not capital[j + 1]),
            "lower_before": float(bool(before) and not capital[i - 1]),
            "covered": float(max(covered.get(t, 0) for t in range(i, j + 1)) > j - i + 1),
            "covering": float(any((i, t) in by_span for t in range(i, j)) if j > i else 0),
            "covered_prior": max((p for a, b, p in over.get(i, ()) if b >= j and (a, b) != (i, j)), default=0.0),
            "feature_inside": float(split_feature(s.key)[1] != ""),
            "by_before": float(before == "by"),
            "backed_after": float(j + 1 < n and gap_after == "-" and keys[j + 1] in BACKED_WORDS),
            "conjunction_before": float(before in ("and", "or")),
            "neighbour_place": float(
                ((before in ("and", "or") or gap_before == ", ") and ((i - 2) in place_ends or (i - 1) in place_ends))
                or ((after in ("and", "or")) and (j + 2) in places_at)
            ),
        }  # fmt: skip
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
        rows.append((s, f))
    for s, f in rows:
        e = evidence[s.key]
        f["count"] = math.log1p(e[0])
        f["locative_anywhere"] = e[1] / e[0]
        f["person_anywhere"] = e[2] / e[0]
        f["container_anywhere"] = float(e[3] > 0)
        f["unmarked_share"] = e[4] / e[0]
        s.features = [f[name] for name in FEATURE_NAMES]


def _sign(gap: str) -> str:
    stripped = gap.strip()
    return "<" + (stripped[:1] if stripped else "\n" if "\n" in gap else "") + ">"


def _runs(tokens: Tokens) -> tuple[list[int], list[int]]:
    """For each token, how many capitalised words join it on the left and on the right."""
    n = len(tokens)
    left, right = [0] * n, [0] * n
    for i in range(1, n):
        if tokens.joins[i - 1] and tokens.capital[i - 1]:
            left[i] = left[i - 1] + 1
    for i in range(n - 2, -1, -1):
        if tokens.joins[i] and tokens.capital[i + 1]:
            right[i] = right[i + 1] + 1
    return left, right


def _upper_neighbours(tokens: Tokens, i: int, j: int) -> bool:
    n = len(tokens)
    around = [t for t in (i - 2, i - 1, j + 1, j + 2) if 0 <= t < n and len(tokens.word[t]) > 1]
    return bool(around) and all(tokens.upper[t] for t in around)


def _longer_spans(spans: list[SpanCandidate]) -> dict[int, list[tuple[int, int, float]]]:
    """For each token, the spans of several tokens over it: (first, last, prior of the likeliest place)."""
    found: dict[int, list[tuple[int, int, float]]] = {}
    for s in spans:
        if s.last > s.first and s.options:
            entry = (s.first, s.last, prior(s.options[0]))
            for t in range(s.first, s.last + 1):
                found.setdefault(t, []).append(entry)
    return found
