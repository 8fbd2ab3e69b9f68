"""Writing an index: rows in batches, keys folded and sorted out of Python's loops where that pays, memory bounded."""

from __future__ import annotations

import heapq
import json
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.gazetteer import checking
from geomap.gazetteer.index import BONE, COLUMNS, FORMAT, FUZZY_MIN, LONGEST, MACHINE, PRIMARY, UNVOWELLED, Row
from geomap.gazetteer.names import all_bones, normalise, skeletons

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 20_000
"""Rows whose keys are folded together: long enough that a batch costs nothing, short enough for a moving bar."""
RUN = 2_000_000
"""Keys held in memory at a time: about 400 MB."""
SHARD = 1_500_000
"""Keys a trie: marisa-trie needs some 300 MB to build one of that size."""
SIGNED = 50_000
"""Keys whose letters are counted at once: 32 counters each."""
LETTERS = 32
"""Signs that a signature tells apart (``index.signature``)."""

Keys = tuple[list[str], "array[int]"]
"""Keys, and of each the row's number and the kind of name, as an index holds them."""


class _Sorter:
    """Any number of keys with their values as shards of a trie; sorted on disk where they are too many for one."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._keys: list[str] = []
        self._values = array("I")
        self._runs: list[Path] = []

    def add(self, keys: list[str], values: array[int]) -> None:
        self._keys += keys
        self._values += values
        if len(self._keys) >= RUN:
            self._spill()

    def _sorted(self) -> list[tuple[str, int]]:
        return sorted(zip(self._keys, self._values, strict=True))

    def _spill(self) -> None:
        path = self._folder / f"{self._name}.run{len(self._runs)}"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{key}\t{value}\n" for key, value in self._sorted())
        self._runs.append(path)
        self._keys, self._values = [], array("I")

    def shards(self) -> Iterator[tuple[str, Keys]]:
        """Keys from the first that a shard holds on, ``SHARD`` and a few each; all of one key stay together."""
        if not self._runs and len(self._keys) <= SHARD:
            if self._keys:
                yield "", (self._keys, self._values)
            return
        pairs: Iterable[tuple[str, int]] = self._sorted()
        if self._runs:
            pairs = heapq.merge(*map(_read_run, self._runs), pairs)
        yield from _cut(pairs)
        for path in self._runs:
            path.unlink()


def _read_run(path: Path) -> Iterator[tuple[str, int]]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            key, _, value = line.rstrip("\n").rpartition("\t")
            yield key, int(value)


def _cut(pairs: Iterable[tuple[str, int]]) -> Iterator[tuple[str, Keys]]:
    keys: list[str] = []
    values = array("I")
    for key, value in pairs:
        if len(keys) >= SHARD and key != keys[-1]:
            yield keys[0], (keys, values)
            keys, values = [], array("I")
        keys.append(key)
        values.append(value)
    if keys:
        yield keys[0], (keys, values)


class _StringWriter:
    """Writes what ``index.Strings`` reads."""

    def __init__(self, folder: Path, name: str) -> None:
        self._blob, self._ends = (folder / f"{name}.utf8").open("wb"), (folder / f"{name}.end").open("wb")
        self._end = 0

    def __enter__(self) -> _StringWriter:
        return self

    def add(self, texts: Iterable[str]) -> None:
        ends = array("Q")
        for text in texts:
            self._end += self._blob.write(text.encode())
            ends.append(self._end)
        _little(ends).tofile(self._ends)

    def __exit__(self, *failure: object) -> None:
        self._blob.close()
        self._ends.close()


def _little(values: array[Any]) -> array[Any]:
    """Numbers as they are stored: little-endian."""
    if sys.byteorder == "big":
        values.byteswap()
    return values


class _Tables:
    """Texts that many rows share, numbered in the order they come."""

    def __init__(self) -> None:
        self.shared: dict[str, dict[str, int]] = {
            name: {"": 0} for name in ("feature", "country", "admin1", "admin2", "source")
        }
        self.text_ids: dict[str, int] = {}

    def columns(self, batch: list[Row]) -> dict[str, list[Any]]:
        """A batch of rows by column, texts as their numbers."""
        ids, names, _, lats, lons, features, countries, admin1s, admin2s, people, importance, sources, radii = map(
            list, zip(*batch, strict=True)
        )
        regions = [f"{country}.{admin1}" for country, admin1 in zip(countries, admin1s, strict=True)]
        texts = {"feature": features, "country": countries, "admin1": regions, "admin2": admin2s, "source": sources}
        found: dict[str, list[Any]] = {"names": names}
        for name, values in texts.items():
            table = self.shared[name]
            found[name] = [table.setdefault(value, len(table)) for value in values]
        text_ids = self.text_ids
        found["id"] = [
            value if isinstance(value, int) else -1 - text_ids.setdefault(value, len(text_ids)) for value in ids
        ]
        return found | {"lat": lats, "lon": lons, "population": people, "importance": importance, "radius": radii}


def write_index(
    rows: Iterable[Row],
    folder: Path,
    meta: dict[str, Any],
    step: Callable[[int], None] = lambda done: None,
    *,
    extra: dict[str, Any] | None = None,
) -> None:
    """Write an index of ``rows`` into an empty ``folder``; ``step`` is told the number of rows so far.

    ``meta`` is read whenever the index is opened, ``extra`` when it is asked for. Both may be filled while the rows
    are read.
    """
    import numpy as np

    tables = _Tables()
    exact, loose = _Sorter(folder, "keys"), _Sorter(folder, "loose")
    count, rows = 0, iter(rows)
    with ExitStack() as stack:
        files = {name: stack.enter_context((folder / f"{name}.col").open("wb")) for name in COLUMNS}
        names = stack.enter_context(_StringWriter(folder, "names"))
        while batch := list(islice(rows, BATCH)):
            columns = tables.columns(batch)
            names.add(columns.pop("names"))
            for name, code in COLUMNS.items():
                _little(array(code, columns[name])).tofile(files[name])
            keys, values = _exact_keys(batch, count)
            exact.add(keys, values)
            loose.add(*_loose_keys(keys, values))
            loose.add(*_bone_keys(batch, count, keys, values))
            count += len(batch)
            step(count)
    shared = tables.shared
    for name, texts in (
        ("admin1s", shared.pop("admin1")), ("admin2s", shared.pop("admin2")), ("text_ids", tables.text_ids)
    ):  # fmt: skip
        with _StringWriter(folder, name) as writer:
            writer.add(texts)
    ids = np.fromfile(folder / "id.col", "<i8")
    np.argsort(ids, kind="stable").astype("<u4").tofile(folder / "by_id.col")
    shards = {"keys": _write_tries(exact, folder, "keys"), "loose": _write_tries(loose, folder, "loose")}
    step(count)
    (folder / "extra.json").write_text(json.dumps(extra or {}, ensure_ascii=False), "utf-8")
    meta = {
        **meta, "format": FORMAT, "count": count, "shards": shards,
        "tables": {name: list(table) for name, table in shared.items()},
        "sizes": {p.name: p.stat().st_size for p in sorted(folder.iterdir())},
        "hashes": checking.digests(folder),
    }  # fmt: skip
    meta["digest"] = checking.digest_of(meta)
    (folder / "meta.json").write_text(json.dumps(meta, ensure_ascii=False), "utf-8")


def _exact_keys(batch: list[Row], first: int) -> Keys:
    """Every key of each row once, under its best kind; rows are numbered from ``first`` on."""
    found: list[str] = []
    values = array("I")
    for number, row in enumerate(batch, first):
        keys = {key: PRIMARY} if (key := normalise(row.name)) else {}
        for alternate, kind in row.alternates:
            if (key := normalise(alternate)) and kind < keys.get(key, MACHINE + 9):
                keys[key] = kind
        found += keys
        values.extend([number << 2 | kind for kind in keys.values()])
    return found, values


def _loose_keys(keys: list[str], values: array[int]) -> Keys:
    """The skeletons of a batch's keys, each once a row, under its best kind."""
    chosen = [at for at, value in enumerate(values) if value & 3 < MACHINE]
    best: dict[tuple[str, int], int] = {}
    for at, key in zip(chosen, skeletons([keys[at] for at in chosen]), strict=True):
        if key:
            value = values[at]
            pair = key, value >> 2
            if value < best.get(pair, value + 1):
                best[pair] = value
    return [key for key, _ in best], array("I", best.values())


def _bone_keys(batch: list[Row], first: int, keys: list[str], values: array[int]) -> Keys:
    """The consonants of names in countries whose script leaves vowels out, marked as such."""
    chosen = [
        at
        for at, value in enumerate(values)
        if value & 3 < MACHINE and batch[(value >> 2) - first].country in UNVOWELLED
    ]
    best: dict[tuple[str, int], int] = {}
    for at, key in zip(chosen, all_bones([keys[at] for at in chosen]), strict=True):
        if key:
            pair = BONE + key, values[at] >> 2
            best[pair] = min(values[at], best.get(pair, values[at]))
    return [key for key, _ in best], array("I", best.values())


def _write_tries(sorter: _Sorter, folder: Path, name: str) -> list[str]:
    """The tries of a kind of keys; the first key that each may hold."""
    import marisa_trie

    firsts: list[str] = []
    for first, (keys, values) in sorter.shards():
        number = len(firsts)
        trie = marisa_trie.RecordTrie("<I", zip(keys, zip(values, strict=True), strict=True))
        trie.save(str(folder / f"{name}.{number}.trie"))
        del trie
        firsts.append(first)
        if name == "keys":
            _write_fuzzy(keys, folder, number)
    return firsts


def _write_fuzzy(keys: list[str], folder: Path, number: int) -> None:
    """The Latin keys of a shard once more, with their letters' signatures by length, for misspellings.

    By length: a look-up reads only the lengths within two letters of its own.
    """
    import marisa_trie
    import numpy as np

    plain = marisa_trie.Trie(key for key in dict.fromkeys(keys) if len(key) >= FUZZY_MIN and key.isascii())
    plain.save(str(folder / f"fuzzy.{number}.trie"))
    pairs = plain.items()
    spelled = [key for key, _ in pairs]
    ids = np.array([at for _, at in pairs], "<u4")
    lengths = np.minimum([len(key) for key in spelled], LONGEST).astype("u1")
    order = np.lexsort((ids, lengths))
    signatures = [signatures_of(spelled[lo : lo + SIGNED]) for lo in range(0, len(spelled), SIGNED)]
    np.concatenate([np.zeros(0, "<u8"), *signatures])[order].tofile(folder / f"fuzzy.{number}.sig")
    ids[order].tofile(folder / f"fuzzy.{number}.id")
    np.searchsorted(lengths[order], np.arange(LONGEST + 2)).astype("<u4").tofile(folder / f"fuzzy.{number}.len")


def signatures_of(keys: list[str]) -> NDArray[np.uint64]:
    """``index.signature`` of each ASCII key."""
    import numpy as np

    codes = np.array([c - 97 if 97 <= c < 123 else 26 + c % 6 for c in range(128)], np.int64)
    signs = np.frombuffer("".join(keys).encode("ascii"), np.uint8)
    row = np.repeat(np.arange(len(keys)), [len(key) for key in keys])
    times = np.bincount(row * LETTERS + codes[signs], minlength=len(keys) * LETTERS).reshape(-1, LETTERS)
    bits = np.packbits(np.hstack([times > 0, times > 1]), axis=1, bitorder="little")
    return np.ascontiguousarray(bits).view("<u8").ravel()
