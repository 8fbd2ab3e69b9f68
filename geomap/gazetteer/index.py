"""One layer's look-up index: memory-mapped columns and tries, written once (``writing``), opened in milliseconds.

A folder with ``meta.json``; one little-endian file a column (``lat.f64`` ...); ``names.utf8``; tries of keys to rows
(marisa-trie, Yata 2011), cut into shards of sorted keys so that a layer of any size is built in bounded memory; and for
misspellings the keys again with 64-bit letter signatures. Opening imports neither numpy nor pandas.
"""

from __future__ import annotations

import json
import mmap
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from geomap.errors import GazetteerError
from geomap.gazetteer import checking

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT = 11
"""Raise when the files or what is in them change: older indexes are then built anew."""
FUZZY_MIN = 4
"""Shorter keys have too many neighbours at two edits for a suggestion to mean anything."""

LONGEST = 255
"""Lengths of keys are told apart up to this."""

BONE = "~"
"""What marks a key of consonants (``names.bones``) among the loose ones."""
UNVOWELLED = frozenset(
    ("AE", "AF", "BH", "DJ", "DZ", "EG", "EH", "ER", "ET", "IL", "IQ", "IR", "JO", "KM", "KW", "LB", "LY", "MA", "MM",
     "MR", "OM", "PK", "PS", "QA", "SA", "SD", "SO", "SS", "SY", "TD", "TN", "YE")
)  # fmt: skip
"""Countries whose names reach the news by way of a script that writes few vowels, or writes them otherwise than any
Latin spelling: Arabic, Hebrew, Persian and Urdu, Burmese, Ethiopic."""

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
