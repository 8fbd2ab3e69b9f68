"""Learned weights: boosted symmetric trees, a linear model of context words, calibration, word lists; numpy alone.

``weights.npz`` is written by ``tools/train_toponyms.py``, which states data and seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomap.errors import GazetteerError
from geomap.toponyms.lexicon import Lexicon

Floats = NDArray[np.float64]

CHUNK = 1024
"""Rows that trees are asked about at once, so that memory stays bounded."""
WEIGHTS = Path(__file__).with_name("weights.npz")


def table(rows: Sequence[Sequence[float]]) -> Floats:
    """Rows of mixed numbers and truth values as an array: ``np.array(rows, float)`` in half the time."""
    if not rows:
        return np.zeros((0, 0))
    pack = Struct(f"{len(rows[0])}d").pack
    return np.frombuffer(b"".join([pack(*row) for row in rows])).reshape(len(rows), -1)


@dataclass(frozen=True, slots=True)
class Trees:
    """Oblivious trees (Kohavi 1994; as CatBoost grows them): every level of a tree asks one question of all rows.

    ``feature``, ``threshold``: (trees, depth), a depth of 8 at most; ``leaves``: (trees, 2 ** depth).
    """

    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    leaves: NDArray[np.float32]
    bias: float
    asked: NDArray[np.intp] = field(init=False)
    """``feature`` by level, as ``take`` wants it."""
    above: NDArray[np.float32] = field(init=False)
    power: NDArray[np.uint8] = field(init=False)
    first: NDArray[np.int32] = field(init=False)
    """Where each tree's leaves begin among all."""

    def __post_init__(self) -> None:
        trees, depth = self.feature.shape
        for name, value in (
            ("asked", self.feature.T.astype(np.intp)),
            ("above", np.ascontiguousarray(self.threshold.T)[:, :, None]),
            ("power", (1 << np.arange(depth)).astype(np.uint8)),
            ("first", (np.arange(trees, dtype=np.int32) << depth)[:, None]),
        ):
            object.__setattr__(self, name, value)

    def __call__(self, rows: Floats) -> Floats:
        """Score of each row; shape (n,)."""
        scores = np.zeros(len(rows))
        for lo in range(0, len(rows), CHUNK):
            columns = np.ascontiguousarray(rows[lo : lo + CHUNK].T, dtype=np.float32)
            answers = columns.take(self.asked, axis=0) > self.above
            leaf = np.einsum("dtn,d->tn", answers.view(np.uint8), self.power) + self.first
            scores[lo : lo + CHUNK] = self.leaves.take(leaf).sum(axis=0, dtype=np.float64)
        return scores + self.bias

    def arrays(self, name: str) -> dict[str, Any]:
        return {
            f"{name}_feature": self.feature,
            f"{name}_threshold": self.threshold,
            f"{name}_leaves": self.leaves,
            f"{name}_bias": np.array(self.bias),
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any], name: str) -> Trees:
        feature, threshold, leaves = (stored[f"{name}_{part}"] for part in ("feature", "threshold", "leaves"))
        return cls(feature, threshold, leaves, float(stored[f"{name}_bias"]))


@dataclass(frozen=True, slots=True)
class Words:
    """A linear model of the words round a span: weight of (position, word), and an intercept."""

    weights: Mapping[tuple[int, str], float]
    bias: float
    tables: tuple[Mapping[str, float], ...] = field(init=False, default=())
    """``weights`` by position."""

    def __post_init__(self) -> None:
        tables: list[dict[str, float]] = []
        for (position, word), weight in self.weights.items():
            while len(tables) <= position:
                tables.append({})
            tables[position][word] = weight
        object.__setattr__(self, "tables", tuple(tables))

    def __call__(self, context: Sequence[str]) -> float:
        return self.bias + sum([table.get(word, 0.0) for table, word in zip(self.tables, context, strict=False)])


@dataclass(frozen=True, slots=True)
class Curve:
    """A monotone map from a raw chance to the share that was right: knots of an isotonic fit."""

    score: Floats
    share: Floats


@dataclass(frozen=True, slots=True)
class Model:
    """Everything learned."""

    lexicon: Lexicon
    words: Words
    spans: Trees
    first: Trees
    second: Trees
    confidence: Trees
    right: Curve
    keep: Trees
    threshold: float
    """Log-odds above which a span is likely enough to be weighed."""
    kept: float
    """Log-odds above which a likely name stays at the second look."""

    def chance(self, rows: Floats) -> Floats:
        """Chance in [0, 1] that the places with these ``resolve.confidence_rows`` are right."""
        raw = 1.0 / (1.0 + np.exp(-np.clip(self.confidence(rows), -40.0, 40.0)))
        return np.asarray(np.interp(raw, self.right.score, self.right.share))

    def save(self, path: Path) -> None:
        """Write all as one compressed file without pickles."""
        arrays: dict[str, Any] = {}
        for name in ("words", "first_names", "surnames"):
            table: dict[str, float] = getattr(self.lexicon, name)
            ordered = sorted(table)
            arrays[f"lexicon_{name}"] = np.frombuffer("\n".join(ordered).encode(), np.uint8)
            arrays[f"lexicon_{name}_value"] = np.array([round(table[w] * 100) for w in ordered], np.uint8)
        context = sorted(self.words.weights)
        arrays["context"] = np.frombuffer("\n".join(f"{n}\t{w}" for n, w in context).encode(), np.uint8)
        arrays["context_weight"] = np.array([self.words.weights[c] for c in context], np.float16)
        arrays["context_bias"] = np.array(self.words.bias)
        for trees in ("spans", "first", "second", "confidence", "keep"):
            arrays |= getattr(self, trees).arrays(trees)
        arrays["right_score"], arrays["right_share"] = self.right.score, self.right.share
        arrays["threshold"], arrays["kept"] = np.array(self.threshold), np.array(self.kept)
        np.savez_compressed(path, **arrays)


@cache
def read_model(path: Path = WEIGHTS) -> Model:
    """The shipped weights; read once a process."""
    try:
        with np.load(path, allow_pickle=False) as file:
            stored = {name: file[name] for name in file.files}
        tables = {
            name: dict(
                zip(
                    _lines(stored[f"lexicon_{name}"]),
                    (stored[f"lexicon_{name}_value"] / 100.0).tolist(),
                    strict=True,
                )
            )
            for name in ("words", "first_names", "surnames")
        }
        weights = {}
        for line, value in zip(_lines(stored["context"]), stored["context_weight"].tolist(), strict=True):
            position, _, word = line.partition("\t")
            weights[int(position), word] = value
        return Model(
            lexicon=Lexicon(**tables),
            words=Words(weights, float(stored["context_bias"])),
            spans=Trees.of(stored, "spans"),
            first=Trees.of(stored, "first"),
            second=Trees.of(stored, "second"),
            confidence=Trees.of(stored, "confidence"),
            right=Curve(stored["right_score"], stored["right_share"]),
            keep=Trees.of(stored, "keep"),
            threshold=float(stored["threshold"]),
            kept=float(stored["kept"]),
        )
    except (OSError, ValueError, KeyError) as error:
        raise GazetteerError(
            f"{path.name}: the recogniser's weights cannot be read ({error}); expected the file shipped with geomap. "
            "Install it again, or make it with tools/train_toponyms.py."
        ) from error


def _lines(stored: NDArray[np.uint8]) -> list[str]:
    text = stored.tobytes().decode()
    return text.split("\n") if text else []
