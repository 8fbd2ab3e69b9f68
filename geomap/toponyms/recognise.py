"""Which spans are place names: each candidate's chance, then the best set that does not overlap."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from geomap.toponyms.lookup import Lookup, prior
from geomap.toponyms.model import Model
from geomap.toponyms.spans import SpanCandidate, describe
from geomap.toponyms.text import Tokens, unspaced_runs

LONGEST_UNSPACED = 8
"""Most signs of a name in a script without spaces; longer ones are met by their parts."""
UNSPACED_PRIOR = 5.0
"""A town of 100,000 or a region: without spaces, two signs may be parts of two words, so small places are left out."""


def scored(tokens: Tokens, spans: list[SpanCandidate], model: Model) -> list[tuple[float, SpanCandidate]]:
    """Every candidate with its log-odds of being a place name."""
    if not spans:
        return []
    describe(tokens, spans, model.lexicon)
    rows = np.array([[*s.features, model.words(s.context)] for s in spans])
    return list(zip(model.spans(rows).tolist(), spans, strict=True))


def choose(spans: list[tuple[float, SpanCandidate]], threshold: float) -> list[SpanCandidate]:
    """The set of spans without overlap whose log-odds above the threshold sum highest, in order of the text."""
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
    chosen: list[SpanCandidate] = []
    n = len(ordered)
    while n:
        if back[n - 1] >= 0:
            chosen.append(ordered[n - 1][1])
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
