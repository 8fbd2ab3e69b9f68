"""Whether an index still holds what was written: a hash a file, looked at once a day and whenever something moved.

A memory-mapped trie with one wrong bit ends the process, and a column of zeros puts Kyiv at 0, 0; sizes tell neither.
Hashing takes 50 ms, so it is done again only where a file was touched, the machine was started anew (a power cut may
lose what was written) or a day has passed.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from geomap.errors import GazetteerError

CHECKED = "checked.json"
"""The stamp of the last check. It is no part of the index: without it, or torn, the index is checked again."""
DAY_SECONDS = 86_400


def digests(folder: Path) -> dict[str, str]:
    """File name -> SHA-256 of every file of a folder."""
    return {path.name: _digest(path) for path in sorted(folder.iterdir()) if path.name != CHECKED}


def digest_of(meta: Mapping[str, Any]) -> str:
    """SHA-256 of what stands in an index's ``meta.json``, but for this digest itself."""
    import hashlib

    rest = {key: value for key, value in meta.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, ensure_ascii=False).encode()).hexdigest()


def check(folder: Path, meta: Mapping[str, Any], statuses: Mapping[str, os.stat_result]) -> None:
    """Hash an index's files, unless they were found whole and nothing has moved since.

    Raises
    ------
    GazetteerError
        A file is not what was written.
    """
    seen = _seen(folder, statuses)
    if _is_stamped(folder, seen):
        return
    broken = [name for name, digest in meta["hashes"].items() if _digest(folder / name) != digest]
    if digest_of(meta) != meta["digest"]:
        broken.append("meta.json")
    if broken:
        raise GazetteerError(
            f"{folder}: damaged ({', '.join(broken)}: not what was written); delete the folder and build it again"
        )
    # where nothing can be written the index is checked each time
    with suppress(OSError):
        beside = folder / f".{CHECKED}-{os.getpid()}"
        beside.write_text(json.dumps({"at": time.time(), "seen": seen}), "utf-8")
        beside.replace(folder / CHECKED)


def _seen(folder: Path, statuses: Mapping[str, os.stat_result]) -> list[Any]:
    """What tells that files were touched: their numbers and times, and which start of the machine this is."""
    every = {**statuses, "meta.json": os.stat(folder / "meta.json")}
    files = [[name, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns] for name, s in sorted(every.items())]
    try:
        start = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:  # no Linux: a day must do
        start = ""
    return [start, files]


def _is_stamped(folder: Path, seen: list[Any]) -> bool:
    try:
        stamp = json.loads((folder / CHECKED).read_bytes())
        return bool(stamp["seen"] == seen and 0 <= time.time() - stamp["at"] < DAY_SECONDS)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _digest(path: Path) -> str:
    import hashlib

    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
