"""Teach the package's own parts of speech and trees what spaCy's small English model says of news.

Used by ``train_frames.py --trees``, which says what of. Log-linear models on hashed features, AdaGrad (Duchi et al.
2011), seed 0. On held-out stories 97 % of tags, 84 % of heads and 81 % of heads with names agree with spaCy's. Needs
the extra ``parse``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geomap.claims.frames.parse import arc_name, load_parser, tag_name
from geomap.claims.frames.tags import ROWS, TAGS, rows_of, tag
from geomap.claims.frames.trees import ARC_ROWS, NAME_ROWS, NAMES, arc_rows, name_rows, pairs_of
from geomap.claims.passage import Passage
from geomap.models import Article

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
TEXTS = (
    "news/articles.jsonl", "news/war_articles.jsonl", "news/unlabelled.jsonl", "articles/articles.jsonl",
    "claims/passages_dev_articles.jsonl", "claims/news_dev_articles.jsonl", "toponyms/lgl_dev.jsonl",
)  # fmt: skip
OWN_TIMES = 4
"""How often our own sentences are shown: half a per cent of the words, all of the vocabulary of war."""
TAG_ROUNDS, ARC_ROUNDS = 8, 4
TAG_BATCH, ARC_BATCH = 256, 24
STEP = 0.12
LONGEST = 120
"""Tokens of a sentence: longer ones are lists."""
Floats = NDArray[np.float32]


def learn(own: Sequence[str]) -> dict[str, NDArray[np.int8]]:
    """The tables of ``weights.npz`` that parts of speech and trees are read from."""
    sentences = list(_taught(own))
    tags = _tags(sentences)
    arcs, names = _arcs(sentences, tags)
    return {"tags": tags, "arcs": arcs, "names": names}


def _taught(own: Sequence[str]) -> Iterator[tuple[list[str], list[int], list[int], list[int]]]:
    """Words, tags, heads and names of arcs of each sentence, as spaCy's model sees them."""
    nlp = load_parser()
    texts = [json.loads(line)["text"] for path in TEXTS for line in filter(None, _lines(SHARED / path))]
    tag_of, name_of = ({t: k for k, t in enumerate(TAGS)}, {n: k for k, n in enumerate(NAMES)})
    for text in (*texts, *(list(own) * OWN_TIMES)):
        tk = Passage(Article(id="", text=text), ()).tk
        for first, stop in tk.sentences:
            if not 2 < stop - first <= LONGEST:
                continue
            doc = nlp(tk.word[first:stop])
            yield (
                tk.word[first:stop],
                [tag_of[tag_name(word)] for word in doc],
                [word.head.i for word in doc],
                [name_of[arc_name(word)] for word in doc],
            )


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").split("\n")


def _tags(sentences: Sequence[tuple[list[str], list[int], list[int], list[int]]]) -> NDArray[np.int8]:
    x = np.concatenate([rows_of(words) for words, *_ in sentences])
    y = np.concatenate([np.array(tags) for _, tags, *_ in sentences])
    weights, squares = np.zeros((ROWS, len(TAGS)), np.float32), np.full((ROWS, len(TAGS)), 1e-3, np.float32)
    rng = np.random.default_rng(0)
    for _ in range(TAG_ROUNDS):
        order = rng.permutation(len(x))
        for start in range(0, len(x), TAG_BATCH):
            batch = order[start : start + TAG_BATCH]
            _step(weights, squares, x[batch], y[batch])
    return _bytes(weights)


def _step(weights: Floats, squares: Floats, rows: NDArray[np.int64], wanted: NDArray[np.int64]) -> None:
    """One step of AdaGrad on a batch: rows (items, features), wanted classes."""
    scores = weights[rows].sum(axis=1)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    slope = e / e.sum(axis=1, keepdims=True)
    slope[np.arange(len(wanted)), wanted] -= 1
    own, where = np.unique(rows.ravel(), return_inverse=True)
    summed = np.zeros((len(own), weights.shape[1]), np.float32)
    np.add.at(summed, where, np.repeat(slope, rows.shape[1], axis=0))
    squares[own] += summed * summed
    weights[own] -= STEP * summed / np.sqrt(squares[own])


def _arcs(
    sentences: Sequence[tuple[list[str], list[int], list[int], list[int]]], tags: NDArray[np.int8]
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    told = [(words, tag(words, tags), np.array(heads), np.array(names)) for words, _, heads, names in sentences]
    arcs, squares = np.zeros(ARC_ROWS, np.float32), np.full(ARC_ROWS, 1e-3, np.float32)
    labels, label_squares = (np.zeros((NAME_ROWS, len(NAMES)), np.float32) for _ in range(2))
    label_squares += 1e-3
    rng = np.random.default_rng(0)
    for _ in range(ARC_ROUNDS):
        order = rng.permutation(len(told))
        for start in range(0, len(told), ARC_BATCH):
            batch = [told[k] for k in order[start : start + ARC_BATCH]]
            _arc_step(arcs, squares, batch)
            rows = np.concatenate([name_rows(words, own, heads).T for words, own, heads, _ in batch])
            _step(labels, label_squares, rows, np.concatenate([names for *_, names in batch]))
    return _bytes(arcs), _bytes(labels)


def _arc_step(
    arcs: Floats, squares: Floats, batch: Sequence[tuple[list[str], list[str], NDArray[np.int64], NDArray[np.int64]]]
) -> None:
    rows, group, right, base = [], [], [], 0
    for words, tags, heads, _ in batch:
        token, head = pairs_of(len(words))
        rows.append(arc_rows(words, tags, token, head).T)
        group.append(token + base)
        right.append(head == heads[token])
        base += len(words)
    x, own = np.concatenate(rows), np.concatenate(group)
    starts = np.flatnonzero(np.r_[True, own[1:] != own[:-1]])
    scores = arcs[x].sum(axis=1)
    size = np.diff(np.r_[starts, len(own)])
    e = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), size))
    slope = e / np.repeat(np.add.reduceat(e, starts), size) - np.concatenate(right)
    summed = np.bincount(x.ravel(), weights=np.repeat(slope, x.shape[1]), minlength=ARC_ROWS).astype(np.float32)
    told = np.flatnonzero(summed)
    squares[told] += summed[told] ** 2
    arcs[told] -= STEP * summed[told] / np.sqrt(squares[told])


def _bytes(weights: Floats) -> NDArray[np.int8]:
    """Weights as bytes: all but the largest of ten thousand fit."""
    scale = 127 / np.quantile(np.abs(weights[weights != 0]), 0.9999)
    return np.clip(np.rint(weights * scale), -127, 127).astype(np.int8)
