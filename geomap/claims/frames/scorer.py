"""The trained weights, and the choice among a frame's candidates: none of them is one of the choices."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WEIGHTS = Path(__file__).with_name("weights.npz")
"""Written by ``tools/train_frames.py``: parts of speech, arcs and their names as int8, the scorer by feature."""


@dataclass(frozen=True, slots=True)
class Weights:
    """``tags`` (ROWS, tags), ``arcs`` (ARC_ROWS,), ``names`` (NAME_ROWS, names); weights of features by name.

    ``scorer`` was trained with trees of this package, ``parsed`` with those of the extra ``parse``; ``mood`` tells
    what is asserted from what is not.
    """

    tags: NDArray[np.int8]
    arcs: NDArray[np.int8]
    names: NDArray[np.int8]
    scorer: Mapping[str, float]
    parsed: Mapping[str, float]
    mood: Mapping[str, float]


@cache
def read_weights() -> Weights:
    """The weights of the package; numpy alone."""
    with np.load(WEIGHTS, allow_pickle=False) as data:
        tables = [
            dict(zip(data[f"{name}_features"].tolist(), data[f"{name}_weights"].tolist(), strict=True))
            for name in ("scorer", "parsed", "mood")
        ]
        return Weights(data["tags"], data["arcs"], data["names"], *tables)


def score(features: Iterable[str], weights: Mapping[str, float]) -> float:
    """Sum of the weights of the features that are known."""
    get = weights.get
    return sum(get(f, 0.0) for f in features)


def choose(shared: Iterable[str], rows: list[list[str]], weights: Mapping[str, float]) -> tuple[int | None, float]:
    """The likeliest candidate of a frame and its chance; None where there is no candidate.

    ``shared`` speaks for each of them, ``rows`` for one. The chance is the softmax over all candidates and none of
    them, whose score is 0.
    """
    if not rows:
        return None, 0.0
    base = score(shared, weights)
    scores = [base + score(row, weights) for row in rows]
    best = max(range(len(scores)), key=scores.__getitem__)
    top = max(scores[best], 0.0)
    total = sum(math.exp(s - top) for s in scores) + math.exp(-top)
    return best, math.exp(scores[best] - top) / total


def reasons(features: Iterable[str], weights: Mapping[str, float], count: int = 5) -> list[tuple[str, float]]:
    """The features that spoke loudest, for and against: why a candidate was chosen."""
    known = [(f, weights[f]) for f in features if f in weights]
    return sorted(known, key=lambda pair: -abs(pair[1]))[:count]
