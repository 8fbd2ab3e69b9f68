"""A second look at likely names, once the ranker has weighed their places: which of them stay.

"Robertson" alone may be a town; that its only candidate lies far from every other place of the story says no.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geomap.toponyms.model import Model, table
from geomap.toponyms.rank import FEATURE_NAMES as RANK_FEATURES
from geomap.toponyms.rank import Frame
from geomap.toponyms.resolve import FirstPass, best_rows, confidence_rows
from geomap.toponyms.spans import SpanCandidate

Floats = NDArray[np.float64]
Scored = tuple[float, SpanCandidate]

HERE = 6
"""Columns before the ranker's: score here, mean and best score of the name, how often it stands, names, chance."""


def confirm_rows(
    chosen: Sequence[Scored], groups: Sequence[int], frame: Frame, first: FirstPass, model: Model
) -> Floats:
    """One row a likely name, of group ``groups[n]``: its own score, its name's elsewhere, its place's, its features."""
    size = HERE + len(RANK_FEATURES) + 3
    rows = np.zeros((len(chosen), size))
    by_name: dict[str, list[float]] = {}
    for (score, _), g in zip(chosen, groups, strict=True):
        by_name.setdefault(frame.groups[g].key, []).append(score)
    # once a name, not once a mention: a text may say one name ten thousand times
    told = {name: (sum(same) / len(same), max(same), len(same)) for name, same in by_name.items()}
    for n, ((score, _), g) in enumerate(zip(chosen, groups, strict=True)):
        rows[n, : HERE - 1] = score, *told[frame.groups[g].key], len(chosen)
    best = best_rows(first.weigher, first.scores)
    asked = sorted({g for g in groups if best[g] >= 0})
    if asked:
        beside = confidence_rows(first.weigher, first.rows, first.shares, best[asked])
        chance = model.chance(beside)
        at = {g: n for n, g in enumerate(asked)}
        known = np.array([at.get(g, -1) for g in groups])
        rows[known >= 0, HERE - 1] = chance[known[known >= 0]]
        rows[known >= 0, HERE:size] = beside[known[known >= 0]]
    return np.column_stack([rows, table([s.features for _, s in chosen])])


def confirmed(
    chosen: Sequence[Scored], groups: Sequence[int], frame: Frame, first: FirstPass, model: Model
) -> list[SpanCandidate]:
    """The likely names that stay; those that the words beside vouch for (``rule_odds``) were never in doubt."""
    if not chosen:
        return []
    scores = model.keep(confirm_rows(chosen, groups, frame, first, model))
    return [
        span
        for (mark, span), score in zip(chosen, scores.tolist(), strict=True)
        if score > model.kept or (span.vouched and mark > 0)
    ]
