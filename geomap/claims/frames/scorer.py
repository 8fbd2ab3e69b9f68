"""The trained weights, and the choice among a frame's candidates: none of them is one of the choices."""

from __future__ import annotations

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


def choose(rows: list[list[str]], weights: Mapping[str, float]) -> tuple[int | None, float]:
    """The candidate that a frame means and its chance; None where no claim is likelier than any one of them.

    The chance is the softmax over all candidates and none, whose score is 0.
    """
    if not rows:
        return None, 0.0
    scores = np.array([score(row, weights) for row in rows])
    best = int(scores.argmax())
    top = max(float(scores[best]), 0.0)
    total = float(np.exp(scores - top).sum() + np.exp(-top))
    return best, float(np.exp(scores[best] - top)) / total


def reasons(features: Iterable[str], weights: Mapping[str, float], count: int = 5) -> list[tuple[str, float]]:
    """The features that spoke loudest, for and against: why a candidate was chosen."""
    known = [(f, weights[f]) for f in features if f in weights]
    return sorted(known, key=lambda pair: -abs(pair[1]))[:count]
