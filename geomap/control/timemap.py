"""Hundreds of days of polygons in one small string: each day as splices of the rings of the day before.

For display only: coordinates are rounded to ``decimals`` places (5 places: about 1 m). Areas are computed before.

The payload (``format`` "geomap-timemap-1")
-------------------------------------------
::

    {"format": "geomap-timemap-1", "decimals": 5, "dates": ["2024-07-08", ...],
     "parts": [bytes of A, bytes of X, bytes of Y], "data": base64(gzip(A + X + Y))}

A, X and Y are three streams of unsigned LEB128 varints (7 bits a byte, lowest first, high bit set on all but the last
byte), each read from its own start to its own end. A holds structure; X and Y hold longitudes and latitudes, zigzag
coded: v = n >> 1 if n is even, else -(n + 1) >> 1 (in JavaScript ``(n >>> 1) ^ -(n & 1)``; all values fit 32 bits).

For each date, in order, read from A:

1. ``m``. If 0, the day is the same as the day before (the first day: no ring). Else the day has ``m - 1`` rings.
2. For each ring, ``h``: bit 0 is 1 for a shell, which begins a polygon, 0 for a hole of the polygon begun last;
   ``h >> 1`` is 0 for a new ring, else 1 + the index of the ring of the day before from which it is spliced (an old
   ring may serve once, more than once, or never).
3. Then ``s``, the number of splices, and for each splice: ``skip``, ``drop``, ``add``. Copy ``skip`` vertices of the
   old ring, pass over ``drop`` more, then append ``add`` new vertices. After the last splice copy what is left of the
   old ring. (A new ring has one splice 0, 0, add on an empty old ring.)
4. Each new vertex takes one value of X and one of Y: the difference to the vertex before it in the new ring, or, for
   the first vertex of a ring, to the vertex read last from X and Y ((0, 0) at the very start).

A vertex is (x, y) in units of 10^-decimals degrees. Rings are open (the first vertex is not repeated); shells run
anticlockwise, holes clockwise. A decoder may keep rings that have no splice by reference.
"""

from __future__ import annotations

import base64
import gzip
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.control.changes import ground
from geomap.errors import InputError, OutputError
from geomap.models import ControlSeries, Status

FORMAT = "geomap-timemap-1"
Keys = NDArray[np.int64]
SHIFT = 1 << 31
"""A vertex as one integer: (x << 32) + y + SHIFT."""


@dataclass(frozen=True, slots=True)
class Ring:
    """An open ring of packed vertices; ``shell`` begins a polygon."""

    keys: Keys
    shell: bool


LAYERS: dict[str, tuple[Status, ...]] = {"held": (Status.HELD,), "contested": (Status.CONTESTED, Status.UNKNOWN)}
"""What a page draws of a control map, each layer with one look."""


def encode_series(maps: ControlSeries) -> dict[str, dict[str, Any]]:
    """Pack all maps of a series, a payload a layer; the dates are the maps' own, in order."""
    return {
        layer: encode((snapshot.as_of, ground(snapshot, statuses)) for snapshot in maps.snapshots)
        for layer, statuses in LAYERS.items()
    }


def encode(days: Iterable[tuple[date | datetime | str, Any]], *, decimals: int = 5) -> dict[str, Any]:
    """Pack days of polygons.

    Parameters
    ----------
    days
        (date, geometry) in order of time; geometry is a Polygon, a MultiPolygon or empty, lon, lat in degrees.
    decimals
        Places kept, 3 to 6.

    Returns
    -------
    dict
        As described above; ``json.dumps`` takes it. The same days give the same bytes.
    """
    if not 3 <= decimals <= 6:
        raise OutputError(f"time map: {decimals} decimals; expected 3 to 6")
    structure, xs, ys = bytearray(), _Coordinates(), _Coordinates()
    dates: list[str] = []
    old: list[Ring] = []
    raw: bytes | None = b""
    last = (0, 0)
    for day, geometry in days:
        dates.append(day if isinstance(day, str) else day.isoformat())
        rings, print_ = _rings(geometry, decimals)
        if print_ == raw:
            structure.append(0)
            continue
        new = _aligned(rings, old)
        _varint(structure, len(new) + 1)
        for ring, source in new:
            _varint(structure, (source + 1) * 2 + ring.shell)
            splices = _splices(old[source].keys if source >= 0 else ring.keys[:0], ring.keys)
            _varint(structure, len(splices))
            for skip, drop, start, stop in splices:
                _varint(structure, skip)
                _varint(structure, drop)
                _varint(structure, stop - start)
                last = _append(ring.keys, start, stop, last, xs, ys)
        old, raw = [r for r, _ in new], print_
    parts = [bytes(structure), xs.packed(), ys.packed()]
    return {
        "format": FORMAT,
        "decimals": decimals,
        "dates": dates,
        "parts": [len(p) for p in parts],
        "data": base64.b64encode(gzip.compress(b"".join(parts), 9, mtime=0)).decode("ascii"),
    }


def decode(payload: dict[str, Any]) -> list[tuple[str, Any]]:
    """Unpack what ``encode`` packed: (date, MultiPolygon), each day exactly as rounded.

    Raises
    ------
    InputError
        Another format, or a damaged payload.
    """
    if payload.get("format") != FORMAT:
        raise InputError(f"time map: format is {str(payload.get('format'))[:40]!r}; expected {FORMAT!r}")
    try:
        data = gzip.decompress(base64.b64decode(payload["data"]))
        a, x, _ = payload["parts"]
        numbers = _read(data[:a]).tolist()
        dx, dy = _signed(_read(data[a : a + x])).tolist(), _signed(_read(data[a + x :])).tolist()
        return _unpacked(numbers, dx, dy, payload)
    except (KeyError, IndexError, ValueError, OSError, EOFError) as error:
        raise InputError(f"time map: damaged payload: {error}") from error


def quantised(geometry: Any, decimals: int = 5) -> Any:
    """Give the MultiPolygon that ``decode`` returns for a geometry: rounded, no doubled vertices, no flat rings."""
    return _shapes(_rings(geometry, decimals)[0], decimals)


def _unpacked(numbers: list[int], dx: list[int], dy: list[int], payload: dict[str, Any]) -> list[tuple[str, Any]]:
    at = taken = 0
    last_x = last_y = 0
    rings: list[tuple[list[tuple[int, int]], bool]] = []
    shape: Any = shapely.MultiPolygon()
    out: list[tuple[str, Any]] = []
    for day in payload["dates"]:
        count = numbers[at]
        at += 1
        if count:
            new = []
            for _ in range(count - 1):
                head, splices = numbers[at], numbers[at + 1]
                at += 2
                old = rings[(head >> 1) - 1][0] if head >> 1 else []
                ring: list[tuple[int, int]] = []
                place = 0
                for _ in range(splices):
                    skip, drop, add = numbers[at : at + 3]
                    at += 3
                    ring += old[place : place + skip]
                    place += skip + drop
                    if ring:
                        last_x, last_y = ring[-1]
                    for _ in range(add):
                        last_x, last_y = last_x + dx[taken], last_y + dy[taken]
                        taken += 1
                        ring.append((last_x, last_y))
                new.append((ring + old[place:], bool(head & 1)))
            rings = new
            shape = _shapes(
                [Ring(_keys(np.array(r, dtype=np.int64)), shell) for r, shell in rings], payload["decimals"]
            )
        out.append((day, shape))
    return out


# ── rings ────────────────────────────────────────────────────────────────────────────────────────────────────


def _keys(xy: Keys) -> Keys:
    return (xy[:, 0] << 32) + xy[:, 1] + SHIFT


def _xy(keys: Keys) -> Keys:
    return np.column_stack([keys >> 32, (keys & 0xFFFFFFFF) - SHIFT])


def _rings(geometry: Any, decimals: int) -> tuple[list[Ring], bytes]:
    """Rounded open rings, shells before their holes, and a print of them all."""
    polygons = shapely.get_parts(geometry)
    if len(polygons) and (shapely.get_type_id(polygons) != 3).any():
        raise OutputError(f"time map: found a {geometry.geom_type}; expected polygons")
    rings, owner = shapely.get_rings(polygons, return_index=True)
    shells = np.ones(len(rings), bool)
    shells[1:] = owner[1:] != owner[:-1]
    backward = shapely.is_ccw(rings) != shells
    keys = _keys(np.rint(shapely.get_coordinates(rings) * 10.0**decimals).astype(np.int64))
    ends = np.cumsum(shapely.get_num_coordinates(rings)).tolist()
    out: list[Ring] = []
    shell_kept = False
    doubles = np.r_[0, np.cumsum(keys[1:] == keys[:-1])].tolist()
    for start, end, shell, turn in zip([0, *ends], ends, shells.tolist(), backward.tolist(), strict=False):
        part = keys[start : end - 1]
        part = part[::-1] if turn else part
        if doubles[end - 1] > doubles[start]:
            part = part[np.r_[part[0] != part[-1], part[1:] != part[:-1]]]
        flat = len(part) < 3 or not (part[2] != part[0] or ((part != part[0]) & (part != part[1])).any())
        if shell:
            shell_kept = not flat
        if not flat and shell_kept:
            out.append(Ring(part, shell))
    return out, b"|".join(r.keys.tobytes() + bytes([r.shell]) for r in out)


def _shapes(rings: Sequence[Ring], decimals: int) -> Any:
    polygons: list[Any] = []
    group: list[NDArray[np.float64]] = []
    for ring in [*rings, Ring(np.zeros(0, np.int64), True)]:
        if ring.shell and group:
            polygons.append(shapely.Polygon(group[0], group[1:]))
            group = []
        if len(ring.keys):
            group.append(_xy(ring.keys) / 10.0**decimals)
    return shapely.MultiPolygon(polygons)


def _aligned(rings: Sequence[Ring], old: Sequence[Ring]) -> list[tuple[Ring, int]]:
    """Each ring with an old ring that it shares vertices with (-1: none), turned to begin where that does."""
    if not rings or not old:
        return [(ring, -1) for ring in rings]
    begins = _Index([o.keys[:1] for o in old]).owners([r.keys for r in rings])
    whole: _Index | None = None
    found: list[tuple[Ring, int]] = []
    for index, (ring, owners) in enumerate(zip(rings, begins, strict=True)):
        # the ring at the same place first, then the nearest: most begin with a vertex that did not move
        if owners:
            source = owners[0] if len(owners) == 1 else min(owners, key=lambda j: (abs(j - index), j))
            begin = old[source].keys[0]
        else:
            # else the old ring that it shares most vertices with
            whole = whole or _Index([o.keys for o in old])
            (shared,) = whole.owners([np.unique(ring.keys)])
            if not shared:
                found.append((ring, -1))
                continue
            source = int(np.argmax(np.bincount(shared)))
            begin = old[source].keys[int(np.argmax(np.isin(old[source].keys, ring.keys)))]
        start = 0 if ring.keys[0] == begin else int(np.argmax(ring.keys == begin))
        found.append((Ring(np.roll(ring.keys, -start), ring.shell) if start else ring, source))
    return found


class _Index:
    """Which rings a vertex stands in, for thousands of rings: pairs of rings are never compared."""

    def __init__(self, rings: Sequence[Keys]) -> None:
        keys = np.concatenate(rings)
        order = np.argsort(keys, kind="stable")
        self.keys = keys[order]
        self.rings = np.repeat(np.arange(len(rings)), [len(r) for r in rings])[order].tolist()

    def owners(self, wanted: Sequence[Keys]) -> list[list[int]]:
        """For each list of vertices the rings that they stand in, one entry for each time that one does."""
        keys = np.concatenate(wanted)
        start, stop = np.searchsorted(self.keys, keys), np.searchsorted(self.keys, keys, side="right")
        lists = np.repeat(np.arange(len(wanted)), [len(w) for w in wanted])
        met = np.flatnonzero(start < stop)
        found: list[list[int]] = [[] for _ in wanted]
        for which, i, j in zip(lists[met].tolist(), start[met].tolist(), stop[met].tolist(), strict=True):
            found[which] += self.rings[i:j]
        return found


def _splices(old: Keys, new: Keys) -> list[tuple[int, int, int, int]]:
    """Edits that turn ``old`` into ``new``: (skip, drop, start, stop), new[start:stop] being what is added."""
    if len(old) == len(new) and not (old != new).any():
        return []
    shorter = min(len(old), len(new))
    differ = np.flatnonzero(old[:shorter] != new[:shorter])
    head = int(differ[0]) if len(differ) else shorter
    differ = np.flatnonzero(old[len(old) - shorter + head :][::-1] != new[len(new) - shorter + head :][::-1])
    tail = int(differ[0]) if len(differ) else shorter - head
    here, there = _anchors(old[head : len(old) - tail], new[head : len(new) - tail])
    # between two anchors that do not follow each other in both lists lies an edit; so at both ends
    here = np.r_[-1, here, len(old) - tail - head]
    there = np.r_[-1, there, len(new) - tail - head]
    cuts = np.flatnonzero((np.diff(here) > 1) | (np.diff(there) > 1))
    edits = []
    copied = 0  # where the last splice left the old ring
    for i, a, j, b in zip(
        (here[cuts] + 1).tolist(), here[cuts + 1].tolist(), (there[cuts] + 1).tolist(), there[cuts + 1].tolist(),
        strict=True,
    ):  # fmt: skip
        edits.append((head + i - copied, a - i, head + j, head + b))
        copied = head + a
    return edits


def _anchors(old: Keys, new: Keys) -> tuple[Keys, Keys]:
    """Positions in both lists of the longest common run of vertices that each has once (patience diff)."""
    if not len(old) or not len(new):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    order = np.argsort(old, kind="stable")
    ordered = old[order]
    at = np.minimum(np.searchsorted(ordered, new), len(old) - 1)
    twice = np.zeros(len(old) + 1, bool)
    twice[1:-1] = ordered[1:] == ordered[:-1]
    once = ~(twice[1:] | twice[:-1])
    there = np.flatnonzero((ordered[at] == new) & once[at])
    here = order[at[there]]
    if (np.diff(here) > 0).all():
        return here, there
    keep = _rising(here.tolist())
    return here[keep], there[keep]


def _rising(values: list[int]) -> list[int]:
    """Indices of a longest strictly rising run within values (which may repeat)."""
    piles: list[int] = []  # index of the smallest end of a run of each length
    ends: list[int] = []
    before: list[int] = []
    for n, value in enumerate(values):
        k = bisect_left(ends, value)
        before.append(piles[k - 1] if k else -1)
        if k == len(ends):
            ends.append(value)
            piles.append(n)
        else:
            ends[k], piles[k] = value, n
    run: list[int] = []
    n = piles[-1] if piles else -1
    while n >= 0:
        run.append(n)
        n = before[n]
    return run[::-1]


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Coordinates:
    """Differences of one axis, packed at the end."""

    def __init__(self) -> None:
        self.pieces: list[Keys] = []

    def packed(self) -> bytes:
        """All differences as zigzag varints."""
        values = np.concatenate([*self.pieces, np.zeros(0, np.int64)])
        return _varints((values << 1) ^ (values >> 63))


def _append(
    keys: Keys, start: int, stop: int, last: tuple[int, int], xs: _Coordinates, ys: _Coordinates
) -> tuple[int, int]:
    """Note the vertices start to stop of a ring as differences; give the vertex read last."""
    if start == stop:
        return last
    points = _xy(keys[max(start - 1, 0) : stop])
    if start == 0:
        points = np.vstack([np.array([last]), points])
    steps = np.diff(points, axis=0)
    xs.pieces.append(steps[:, 0])
    ys.pieces.append(steps[:, 1])
    x, y = points[-1].tolist()
    return (x, y)


def _varint(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _varints(values: Keys) -> bytes:
    """Many varints at once."""
    size = np.ones(len(values), dtype=np.int64)
    for k in range(1, 6):
        size += values >= 1 << (7 * k)
    owner = np.repeat(np.arange(len(values)), size)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(size) - size, size)
    more = step < size[owner] - 1
    return ((values[owner] >> (7 * step)) & 127 | (more * 128)).astype(np.uint8).tobytes()


def _read(data: bytes) -> Keys:
    """All varints of a stream."""
    raw = np.frombuffer(data, dtype=np.uint8).astype(np.int64)
    if not len(raw):
        return np.zeros(0, np.int64)
    end = raw < 128
    starts = np.r_[0, np.flatnonzero(end)[:-1] + 1]
    step = np.arange(len(raw)) - np.repeat(starts, np.diff(np.r_[starts, len(raw)]))
    return np.add.reduceat((raw & 127) << (7 * step), starts)


def _signed(values: Keys) -> Keys:
    return (values >> 1) ^ -(values & 1)
