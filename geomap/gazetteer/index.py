"""One layer's look-up index: memory-mapped columns and tries, written once, opened in milliseconds.

A folder with ``meta.json``; one little-endian file a column (``lat.f64`` ...); ``names.utf8``; tries of keys to rows
(marisa-trie, Yata 2011), cut into shards of sorted keys so that a layer of any size is built in bounded memory; and for
misspellings the keys again with 64-bit letter signatures. Opening imports neither numpy nor pandas.
"""

from __future__ import annotations

import heapq
import json
import mmap
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from geomap.errors import GazetteerError
from geomap.gazetteer import checking
from geomap.gazetteer.names import normalise, skeleton

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT = 10
"""Raise when the files or what is in them change: older indexes are then built anew."""
RUN = 2_000_000
"""Keys sorted in memory at a time: about 400 MB."""
SHARD = 1_500_000
"""Keys a trie: marisa-trie needs some 300 MB to build one of that size."""
FUZZY_MIN = 4
"""Shorter keys have too many neighbours at two edits for a suggestion to mean anything."""

LONGEST = 255
"""Lengths of keys are told apart up to this."""

PRIMARY, ALTERNATE, MACHINE, DERIVED = range(4)
"""How a key names its row: its name, another name, one that a program romanised, name and feature word."""

COLUMNS = {
    "id": "q", "lat": "d", "lon": "d", "population": "q", "importance": "f", "feature": "H", "country": "H",
    "admin1": "I", "admin2": "I", "source": "H", "radius": "f",
}  # fmt: skip


REGIONS = 50_000
"""Codes of regions that are kept once read; the world has fewer."""


class Strings:
    """Texts by number, read from a mapped file one at a time."""

    def __init__(self, blob: mmap.mmap | bytes, ends: memoryview[Any]) -> None:
        self._blob, self._ends = blob, ends

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> str:
        ends = self._ends
        return self._blob[ends[number - 1] if number else 0 : ends[number]].decode()

    def __iter__(self) -> Iterator[str]:
        return map(self.__getitem__, range(len(self)))


class Row(NamedTuple):
    """An entry on its way into an index. ``alternates``: (name, kind). ``radius``: km, 0 where the point is exact."""

    id: int | str
    name: str
    alternates: Sequence[tuple[str, int]]
    lat: float
    lon: float
    feature: str
    country: str
    admin1: str
    admin2: str
    population: int
    importance: float
    source: str
    radius: float = 0.0


class _Sorter:
    """Sorts any number of (key, value) pairs, spilling sorted runs to files."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._pairs: list[tuple[str, int]] = []
        self._runs: list[Path] = []

    def add(self, key: str, value: int) -> None:
        self._pairs.append((key, value))
        if len(self._pairs) >= RUN:
            self._spill()

    def _spill(self) -> None:
        self._pairs.sort()
        path = self._folder / f"{self._name}.run{len(self._runs)}"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{key}\t{value}\n" for key, value in self._pairs)
        self._runs.append(path)
        self._pairs = []

    def sorted(self) -> Iterator[tuple[str, int]]:
        self._pairs.sort()
        if not self._runs:
            yield from self._pairs
            return

        def read(path: Path) -> Iterator[tuple[str, int]]:
            with path.open(encoding="utf-8", newline="\n") as file:
                for line in file:
                    key, _, value = line.rstrip("\n").rpartition("\t")
                    yield key, int(value)

        yield from heapq.merge(*map(read, self._runs), self._pairs)
        for path in self._runs:
            path.unlink()


class _StringWriter:
    """Writes what ``Strings`` reads."""

    def __init__(self, folder: Path, name: str) -> None:
        self._blob, self._ends = (folder / f"{name}.utf8").open("wb"), (folder / f"{name}.end").open("wb")
        self._buffer, self._end = array("Q"), 0

    def __enter__(self) -> _StringWriter:
        return self

    def add(self, text: str) -> None:
        self._end += self._blob.write(text.encode())
        self._buffer.append(self._end)
        if len(self._buffer) >= 50_000:
            self._flush()

    def _flush(self) -> None:
        if sys.byteorder == "big":
            self._buffer.byteswap()
        self._buffer.tofile(self._ends)
        del self._buffer[:]

    def __exit__(self, *failure: object) -> None:
        self._flush()
        self._blob.close()
        self._ends.close()


def signature(key: str) -> int:
    """64 bits that tell which letters a key holds: a to z twice (once, more than once), digits, space, others.

    An edit adds, drops or swaps one letter, so keys at edit distance 2 differ in at most 4 bits: a filter by popcount
    loses nothing.
    """
    bits = 0
    for letter in key:
        code = ord(letter) - 97
        if not 0 <= code < 26:
            code = 26 + ord(letter) % 6
        if bits >> code & 1:
            code += 32
        bits |= 1 << code
    return bits


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
    import marisa_trie
    import numpy as np

    tables: dict[str, dict[str, int]] = {name: {"": 0} for name in ("feature", "country", "admin1", "admin2", "source")}
    text_ids: dict[str, int] = {}
    buffers: dict[str, array[Any]] = {name: array(code) for name, code in COLUMNS.items()}
    exact, loose = _Sorter(folder, "keys"), _Sorter(folder, "loose")
    count = 0
    with ExitStack() as stack:
        files = {name: stack.enter_context((folder / f"{name}.col").open("wb")) for name in COLUMNS}
        names = stack.enter_context(_StringWriter(folder, "names"))

        def flush() -> None:
            for name, buffer in buffers.items():
                if sys.byteorder == "big":
                    buffer.byteswap()
                buffer.tofile(files[name])
                del buffer[:]

        for row in rows:
            names.add(row.name)
            number = row.id if isinstance(row.id, int) else -1 - text_ids.setdefault(row.id, len(text_ids))
            codes = {}
            for column, value in (
                ("feature", row.feature), ("country", row.country), ("admin1", f"{row.country}.{row.admin1}"),
                ("admin2", row.admin2), ("source", row.source),
            ):  # fmt: skip
                table = tables[column]
                codes[column] = table.setdefault(value, len(table))
            for column, number_value in (
                ("id", number), ("lat", row.lat), ("lon", row.lon), ("population", row.population),
                ("importance", row.importance), ("radius", row.radius), *codes.items(),
            ):  # fmt: skip
                buffers[column].append(number_value)
            keys: dict[str, int] = {}
            if key := normalise(row.name):
                keys[key] = PRIMARY
            for alternate, kind in row.alternates:
                if (key := normalise(alternate)) and kind < keys.get(key, 9):
                    keys[key] = kind
            loosened: dict[str, int] = {}
            for key, kind in keys.items():
                exact.add(key, count << 2 | kind)
                if kind < MACHINE and (loose_key := skeleton(key)).isascii() and kind < loosened.get(loose_key, 9):
                    loosened[loose_key] = kind
            for key, kind in loosened.items():
                loose.add(key, count << 2 | kind)
            count += 1
            if count % 50_000 == 0:
                flush()
                step(count)
        flush()
    for name, texts in (("admin1s", tables.pop("admin1")), ("admin2s", tables.pop("admin2")), ("text_ids", text_ids)):
        with _StringWriter(folder, name) as writer:
            for text in texts:
                writer.add(text)
    ids = np.fromfile(folder / "id.col", "<i8")
    order = np.argsort(ids, kind="stable").astype("<u4")
    order.tofile(folder / "by_id.col")

    shards: dict[str, list[str]] = {"keys": [], "loose": []}
    for name, sorter in (("keys", exact), ("loose", loose)):
        for first, chunk in _chunks(sorter.sorted()):
            number = len(shards[name])
            trie = marisa_trie.RecordTrie("<I", ((key, (value,)) for key, value in chunk))
            trie.save(str(folder / f"{name}.{number}.trie"))
            del trie
            shards[name].append(first)
            if name == "keys":
                spelled = sorted({key for key, _ in chunk if len(key) >= FUZZY_MIN and key.isascii()})
                plain = marisa_trie.Trie(spelled)
                plain.save(str(folder / f"fuzzy.{number}.trie"))
                ids = np.array([plain[key] for key in spelled], "<u4")
                signatures = np.array([signature(key) for key in spelled], "<u8")
                lengths = np.array([min(len(key), LONGEST) for key in spelled], "u1")
                # by length: a look-up reads only the lengths within two letters of its own
                by_length = np.argsort(lengths, kind="stable")
                signatures[by_length].tofile(folder / f"fuzzy.{number}.sig")
                ids[by_length].tofile(folder / f"fuzzy.{number}.id")
                bounds = np.searchsorted(lengths[by_length], np.arange(LONGEST + 2))
                bounds.astype("<u4").tofile(folder / f"fuzzy.{number}.len")
        step(count)
    (folder / "extra.json").write_text(json.dumps(extra or {}, ensure_ascii=False), "utf-8")
    meta = {
        **meta, "format": FORMAT, "count": count, "shards": shards,
        "tables": {name: list(table) for name, table in tables.items()},
        "sizes": {p.name: p.stat().st_size for p in sorted(folder.iterdir())},
        "hashes": checking.digests(folder),
    }  # fmt: skip
    meta["digest"] = checking.digest_of(meta)
    (folder / "meta.json").write_text(json.dumps(meta, ensure_ascii=False), "utf-8")


def _chunks(pairs: Iterator[tuple[str, int]]) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Shards of sorted pairs with their first key; all pairs of a key stay together."""
    chunk: list[tuple[str, int]] = []
    for pair in pairs:
        if len(chunk) >= SHARD and pair[0] != chunk[-1][0]:
            yield chunk[0][0], chunk
            chunk = []
        chunk.append(pair)
    if chunk:
        yield chunk[0][0], chunk


def _cast(view: memoryview, code: Any) -> memoryview[Any]:
    return view.cast(code)


class Index:
    """An opened index. Columns are ``memoryview`` objects over mapped files, so a row costs what it reads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self.meta: dict[str, Any] = json.loads((folder / "meta.json").read_text("utf-8"))
            statuses = {name: (folder / name).stat() for name in self.meta["sizes"]}
            broken = [name for name, size in self.meta["sizes"].items() if statuses[name].st_size != size]
            if broken or self.meta["format"] != FORMAT:
                raise GazetteerError(f"{folder}: damaged or of another version ({', '.join(broken) or 'format'})")
            checking.check(folder, self.meta, statuses)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise GazetteerError(f"{folder}: not a gazetteer index ({error})") from error
        self.count: int = self.meta["count"]
        self._columns: dict[str, memoryview[Any]] = {}
        tables = self.meta["tables"]
        self.features: list[str] = tables["feature"]
        self.countries: list[str] = tables["country"]
        self.admin1s = self._strings("admin1s")
        self.admin2s = self._strings("admin2s")
        self.admin1 = lru_cache(maxsize=REGIONS)(self._admin1)
        self.admin2 = lru_cache(maxsize=REGIONS)(self.admin2s.__getitem__)
        self.sources: list[str] = tables["source"]
        self.names = self._strings("names")

    @cached_property
    def extra(self) -> dict[str, Any]:
        """What else was written with the index."""
        return dict(json.loads((self.folder / "extra.json").read_text("utf-8")))

    @cached_property
    def admin1_numbers(self) -> dict[str, int]:
        """ "UA.07" -> its number in column admin1."""
        return {code: number for number, code in enumerate(self.admin1s)}

    def mapped(self, name: str) -> mmap.mmap | bytes:
        with (self.folder / name).open("rb") as file:
            if not self.meta["sizes"][name]:
                return b""  # an empty file cannot be mapped
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def column(self, name: str) -> memoryview[Any]:
        """A column, index by row."""
        if (found := self._columns.get(name)) is None:
            found = self._columns[name] = self._view(f"{name}.col", COLUMNS.get(name, "I"))
        return found

    @cached_property
    def places(self) -> tuple[memoryview[Any], ...]:
        """The columns from ``lat`` to ``radius`` that make a place."""
        names = ("lat", "lon", "feature", "country", "admin1", "admin2", "population", "source", "importance", "radius")
        return tuple(map(self.column, names))

    def _admin1(self, number: int) -> str:
        """A first-level region's code within its country: "07" of "UA.07"."""
        return self.admin1s[number].partition(".")[2]

    def _view(self, file: str, code: str) -> memoryview[Any]:
        if sys.byteorder == "big":
            data = array(code, self.mapped(file)[:])
            data.byteswap()
            return memoryview(data)
        return _cast(memoryview(self.mapped(file)), code)

    def _strings(self, name: str) -> Strings:
        return Strings(self.mapped(f"{name}.utf8"), self._view(f"{name}.end", "Q"))

    def numpy(self, name: str) -> NDArray[Any]:
        """A column as an array."""
        import numpy as np

        return np.asarray(self.column(name))

    def name(self, row: int) -> str:
        return self.names[row]

    def id(self, row: int) -> str:
        number = self.column("id")[row]
        return f"geonames:{number}" if number >= 0 else self._text_ids[-number - 1]

    @cached_property
    def _text_ids(self) -> Strings:
        return self._strings("text_ids")

    @cached_property
    def _text_numbers(self) -> dict[str, int]:
        return {text: -number for number, text in enumerate(self._text_ids, 1)}

    def row(self, place_id: str) -> int | None:
        """The row of an id, None where this layer lacks it."""
        scheme, _, digits = place_id.partition(":")
        if scheme != "geonames":
            if (number := self._text_numbers.get(place_id)) is None:
                return None
        elif digits.isascii() and digits.isdigit() and len(digits) < 18:
            number = int(digits)
        else:
            return None
        ids, order = self.column("id"), self.column("by_id")
        at = bisect_left(order, number, key=ids.__getitem__)
        if at < len(order) and ids[order[at]] == number:
            return int(order[at])
        return None

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _keys(self) -> list[Any]:
        return self._tries("keys")

    @cached_property
    def _loose(self) -> list[Any]:
        return self._tries("loose")

    def _tries(self, name: str) -> list[Any]:
        import marisa_trie

        shards = range(len(self.meta["shards"][name]))
        return [marisa_trie.RecordTrie("<I").mmap(str(self.folder / f"{name}.{i}.trie")) for i in shards]

    def _shard(self, name: str, key: str) -> int:
        return max(bisect_right(self.meta["shards"][name], key) - 1, 0)

    def rows(self, key: str, *, loose: bool = False) -> list[tuple[int, int]]:
        """(row, kind) of a normalised key; of a skeleton with ``loose``."""
        name = "loose" if loose else "keys"
        tries = self._loose if loose else self._keys
        if not tries:
            return []
        return [(value >> 2, value & 3) for (value,) in tries[self._shard(name, key)].get(key, ())]

    def has(self, key: str) -> bool:
        tries = self._keys
        return bool(tries) and key in (tries[0] if len(tries) == 1 else tries[self._shard("keys", key)])

    def has_prefix(self, words: str) -> bool:
        """Whether a longer name begins with these words."""
        tries = self._keys
        if not tries:
            return False
        prefix = words + " "
        if len(tries) == 1:
            return next(tries[0].iterkeys(prefix), None) is not None
        first = self._shard("keys", prefix)
        # the names may begin in the shard after the one that would hold the bare prefix
        return any(next(trie.iterkeys(prefix), None) is not None for trie in tries[first : first + 2])

    @cached_property
    def _fuzzy(self) -> list[tuple[Any, NDArray[np.uint64], NDArray[np.uint32], NDArray[np.uint32]]]:
        import marisa_trie
        import numpy as np

        return [
            (
                marisa_trie.Trie().mmap(str(self.folder / f"fuzzy.{i}.trie")),
                np.frombuffer(self.mapped(f"fuzzy.{i}.sig"), "<u8"),
                np.frombuffer(self.mapped(f"fuzzy.{i}.id"), "<u4"),
                np.frombuffer(self.mapped(f"fuzzy.{i}.len"), "<u4"),
            )
            for i in range(len(self.meta["shards"]["keys"]))
        ]

    def spelled(self) -> int:
        """How many keys can be found by a misspelling."""
        return sum(len(signatures) for _, signatures, _, _ in self._fuzzy)

    def similar(self, key: str, distance: int = 2) -> list[tuple[int, str]]:
        """Every Latin key within so many edits (Damerau's swap counts as two), nearest first: (edits, key)."""
        import numpy as np
        from rapidfuzz import process
        from rapidfuzz.distance import Levenshtein

        wanted = np.uint64(signature(key))
        low, high = min(max(len(key) - distance, 0), LONGEST), min(len(key) + distance, LONGEST)
        found: list[tuple[int, str]] = []
        for trie, signatures, ids, bounds in self._fuzzy:
            part = slice(int(bounds[low]), int(bounds[high + 1]))
            near = ids[part][np.bitwise_count(signatures[part] ^ wanted) <= 2 * distance]
            others = [trie.restore_key(at) for at in near.tolist()]
            close = process.extract(key, others, scorer=Levenshtein.distance, score_cutoff=distance, limit=None)
            found += [(edits, other) for other, edits, _ in close]
        return sorted(found)
