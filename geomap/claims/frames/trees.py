"""Who hangs on whom in one sentence: a small arc-factored dependency model (McDonald et al. 2005), all pairs at once.

Every pair of tokens gets the sum of a few hashed weights; each token takes its best head, and the arc its best name.
Trained by ``tools/train_frames.py`` on trees that spaCy's small English model gives to news. Where the extra ``parse``
is installed, ``parse.py`` gives trees of the same form from that model itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geomap.claims.frames.tags import TAGS, hash_of

ARC_ROWS = 1 << 18
NAME_ROWS = 1 << 14
REACH = 32
"""Tokens between a word and its head: longer arcs are one in a thousand."""
NAMES = (
    "root", "nsubj", "nsubjpass", "dobj", "prep", "pobj", "agent", "conj", "cc", "relcl", "acl", "advcl", "xcomp",
    "ccomp", "amod", "compound", "appos", "poss", "det", "aux", "auxpass", "attr", "mark", "advmod", "nummod", "prt",
    "pcomp", "dative", "npadvmod", "neg", "punct", "case", "other",
)  # fmt: skip
"""spaCy's names of arcs (those of ClearNLP), the rare ones joined."""
_ROOT_TAG = len(TAGS)
_EDGE_TAG = len(TAGS) + 1
_BUCKETS = np.array([0, 1, 2, 3, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 7, *([8] * (REACH - 15))], dtype=np.int64)
_VERBS = np.array([t in ("VBD", "VBN", "VBG", "VB", "VBZ", "AUX") for t in TAGS] + [False, False])
_NOUNS = np.array([t in ("NN", "NNP", "PRP") for t in TAGS] + [False, False])
_LINKS = np.array([t in ("IN", "TO", "WH", "CC") for t in TAGS] + [False, False])
_TAG_OF = {tag: number for number, tag in enumerate(TAGS)}


@dataclass(frozen=True, slots=True)
class Tree:
    """One sentence: ``head[k]`` is the token that k hangs on (itself for the root), ``name[k]`` the arc's name."""

    tags: list[str]
    head: list[int]
    name: list[str]
    children: list[list[int]] = field(default_factory=list)

    @classmethod
    def grown(cls, tags: list[str], head: list[int], name: list[str]) -> Tree:
        children: list[list[int]] = [[] for _ in head]
        for k, h in enumerate(head):
            if h != k:
                children[h].append(k)
        return cls(tags, head, name, children)


def _hashes(words: list[str]) -> NDArray[np.uint64]:
    return np.array([hash_of(w.lower()) for w in words], dtype=np.uint64)


def _mixed(columns: list[NDArray[np.uint64]], mask: int) -> NDArray[np.int64]:
    stacked = np.empty((len(columns), len(columns[0])), dtype=np.uint64)
    for k, column in enumerate(columns):
        np.add(column, (k + 1) * 0x1000193, out=stacked[k])
    stacked *= 0x9E3779B1
    stacked >>= 13
    stacked &= mask
    return stacked.astype(np.int64)


def pairs_of(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(token, possible head) of a sentence, itself standing for the root; by token, heads in order."""
    offsets = np.arange(-REACH, REACH + 1)
    heads = np.arange(count)[:, None] + offsets[None, :]
    fits = (heads >= 0) & (heads < count)
    return np.nonzero(fits)[0], heads[fits]


def arc_rows(words: list[str], tags: list[str], token: NDArray[np.int64], head: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows of the arc table for pairs of tokens: (features, pairs)."""
    count = len(words)
    word = _hashes(words)
    numbered = np.array([_TAG_OF[t] for t in tags], dtype=np.int64)
    padded = np.full(count + 2, _EDGE_TAG, dtype=np.int64)
    padded[1:-1] = numbered
    root = token == head
    left, right = np.minimum(token, head), np.maximum(token, head)
    distance = _BUCKETS[np.minimum(right - left, REACH)]
    side = (head < token).astype(np.int64) * 16 + distance
    comma = np.array([w in ",;:–—-()" for w in words])
    tallies = np.zeros((4, count + 1), dtype=np.int64)
    for row, flags in enumerate((_VERBS[numbered], comma, _NOUNS[numbered], _LINKS[numbered])):
        np.cumsum(flags, out=tallies[row, 1:])
    inside = np.where(root, left, left + 1)
    between = tallies[:, right] - tallies[:, inside]
    between = np.minimum(np.maximum(between, 0), 3)
    passed = (between[0] * 64 + between[1] * 16 + between[2] * 4 + between[3]).astype(np.uint64)
    own = padded[token + 1].astype(np.uint64)
    its = np.where(root, _ROOT_TAG, padded[head + 1]).astype(np.uint64)
    own_word = word[token]
    its_word = np.where(root, np.uint64(7), word[head])
    way = side.astype(np.uint64)
    own_before, own_after = padded[token].astype(np.uint64), padded[token + 2].astype(np.uint64)
    its_before, its_after = padded[head].astype(np.uint64), padded[head + 2].astype(np.uint64)
    tagged = (own * 32 + its) * 32
    return _mixed(
        [
            tagged + way,
            (own_word * 32 + its) * 32 + way,
            (its_word * 32 + own) * 32 + way,
            own_word * 31 + its_word,
            (tagged + own_before) * 32 + its_after,
            (tagged + own_after) * 32 + its_before,
            (tagged + own_before) * 32 + its_before + (way >> np.uint64(4)),
            (tagged + own_after) * 32 + its_after + (way >> np.uint64(4)),
            tagged * 256 + passed,
            own_word * 4096 + passed * 2 + (way >> np.uint64(4)),
            (own * 32 + way) * 32 + own_before,
            (its_word * 32 + own) * 256 + passed,
            own_word * 64 + way,
            ((tagged + own_before) * 32 + own_after) * 32 + way,
        ],
        ARC_ROWS - 1,
    )


def name_rows(words: list[str], tags: list[str], head: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows of the names' table for each token and its head: (features, tokens)."""
    count = len(words)
    word = _hashes(words)
    numbered = np.array([_TAG_OF[t] for t in tags], dtype=np.uint64)
    padded = np.full(count + 2, _EDGE_TAG, dtype=np.uint64)
    padded[1:-1] = numbered
    token = np.arange(count)
    root = head == token
    way = np.where(root, 0, np.where(head < token, 1, 2)).astype(np.uint64)
    near = np.minimum(np.abs(head - token), 3).astype(np.uint64)
    own, its = numbered, np.where(root, _ROOT_TAG, numbered[head]).astype(np.uint64)
    own_word, its_word = word, np.where(root, np.uint64(7), word[head])
    above = head[head]
    tagged = (own * 32 + its) * 4 + way
    return _mixed(
        [
            tagged,
            tagged * 4 + near,
            own_word * 128 + its * 4 + way,
            its_word * 128 + own * 4 + way,
            own_word * 31 + its_word + way,
            (tagged * 32) + padded[token],
            (tagged * 32) + padded[token + 2],
            (tagged * 32) + padded[head + 2],
            (tagged * 32) + padded[head],
            word[above] * 128 + tagged,
        ],
        NAME_ROWS - 1,
    )


def grow(words: list[str], tags: list[str], arcs: NDArray[np.int8], names: NDArray[np.int8]) -> Tree:
    """The tree of a sentence: ``arcs`` is (ARC_ROWS,), ``names`` (NAME_ROWS, names)."""
    count = len(words)
    token, head = pairs_of(count)
    scores = arcs.take(arc_rows(words, tags, token, head)).sum(axis=0, dtype=np.int32)
    table = np.full((count, 2 * REACH + 1), -1_000_000, dtype=np.int32)
    table[token, head - token + REACH] = scores
    best = np.arange(count) + table.argmax(axis=1) - REACH
    best = _unlooped(best, table)
    named = names[name_rows(words, tags, best)].sum(axis=0, dtype=np.int32).argmax(axis=1)
    return Tree.grown(tags, best.tolist(), [NAMES[k] for k in named])


def _unlooped(best: NDArray[np.int64], table: NDArray[np.int32]) -> NDArray[np.int64]:
    """Break loops where that costs least: the token of a loop whose root arc is the least worse becomes a root."""
    heads = best.tolist()
    state = [0] * len(heads)
    for k in range(len(heads)):
        path = []
        x = k
        while state[x] == 0:
            state[x] = 1
            path.append(x)
            if heads[x] == x:
                break
            x = heads[x]
        if state[x] == 1 and heads[x] != x and x in path:
            loop = path[path.index(x) :]
            out = max(loop, key=lambda y: int(table[y, REACH]) - int(table[y, heads[y] - y + REACH]))
            heads[out] = out
        for y in path:
            state[y] = 2
    return np.array(heads, dtype=np.int64)
