"""Country dumps of GeoNames, fetched when asked for: resumed where cut off, hashed, and built into a layer."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from geomap.errors import GazetteerError, InputError, NetworkError
from geomap.gazetteer import cache
from geomap.gazetteer.layers import build_layer
from geomap.gazetteer.shipped import base_index

SOURCE = "https://download.geonames.org/export/dump"
LICENCE = "CC BY 4.0"
ATTRIBUTION = "Places: GeoNames (CC BY 4.0)."
TIMEOUT_SECONDS = 30.0
BLOCK = 1 << 16
MOST_BYTES = 2 << 30
"""The largest country's dump has some 90 MB, the world's 400; what is longer is no dump."""
PARTIAL_CONTENT, NOT_FOUND, OUT_OF_RANGE = 206, 404, 416

Say = Callable[[str], None]


def get_countries(
    codes: Iterable[str],
    *,
    source: str = SOURCE,
    folder: Path | None = None,
    say: Say = lambda line: None,
) -> list[Path]:
    """Fetch the dumps of countries and build a layer of each; every look-up uses them from then on.

    Parameters
    ----------
    codes
        ISO 3166 alpha-2, in either case.
    source
        Address of the folder that holds ``UA.zip`` and so on: GeoNames', or a mirror of it.
    folder
        Where layers go; the user's where not given.
    say
        Told what was fetched: bytes, SHA-256, date.

    Returns
    -------
    list of Path
        The layers' folders, in the order of the codes.

    Raises
    ------
    InputError
        A code is no country's, or what came is no such dump.
    NetworkError
        The server does not answer, or the connection broke: what came is kept, and the next call goes on from there.
    """
    wanted = [_checked(code) for code in dict.fromkeys(code.strip().upper() for code in codes)]
    if urlsplit(source).scheme not in ("http", "https"):
        raise InputError(f"--from {source[:80]!r}: expected an address that begins with https:// or http://")
    return [_get(code, source.rstrip("/"), folder, say) for code in wanted]


def _checked(code: str) -> str:
    if len(code) != 2 or code not in base_index().countries:
        raise InputError(f"{code[:20]!r}: no country; expected two letters of ISO 3166 such as UA, SD or MM")
    return code


def _get(code: str, source: str, folder: Path | None, say: Say) -> Path:
    url = f"{source}/{code}.zip"
    home = cache.cache_folder() / "dumps"
    try:
        home.mkdir(parents=True, exist_ok=True)
        archive, changed = _fetch(url, home / f"{code}.zip")
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    except OSError as error:
        raise GazetteerError(f"{home}: cannot be written ({error.strerror}); set GEOMAP_CACHE") from error
    now = datetime.now(UTC).replace(microsecond=0).isoformat()
    say(f"{code}: {archive.stat().st_size:,} bytes from {url}, of {changed or 'no date'}; SHA-256 {digest}; {LICENCE}")
    origin = {"url": url, "sha256": digest, "retrieved_at": now, "licence": LICENCE, "attribution": ATTRIBUTION}
    try:
        return build_layer(archive, name=code, folder=folder, origin=origin)
    finally:
        archive.unlink(missing_ok=True)  # whole: it is in the layer, or it is no dump and must not be kept


def _fetch(url: str, target: Path) -> tuple[Path, str]:
    """The file at an address in ``target``, and the server's date of it.

    What an earlier call left is gone on with, as long as the server says that its file is the same.
    """
    partial, note = target.with_suffix(".part"), target.with_suffix(".json")
    known = _read_note(note)
    done = partial.stat().st_size if partial.exists() and known.get("url") == url and known.get("tag") else 0
    headers = {"User-Agent": _agent()}
    if done:
        headers |= {"Range": f"bytes={done}-", "If-Range": known["tag"]}
    try:
        with urlopen(Request(url, headers=headers), timeout=TIMEOUT_SECONDS) as answer:
            if answer.status != PARTIAL_CONTENT:
                done = 0
            tag = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
            note.write_text(json.dumps({"url": url, "tag": tag}), "utf-8")
            whole = _length(answer.headers.get("Content-Length"), done, url)
            with partial.open("ab" if done else "wb") as file:
                _copy(answer, file, done, whole, url)
            changed = answer.headers.get("Last-Modified") or ""
    except HTTPError as error:
        if error.code == OUT_OF_RANGE and done:  # longer than the file is: not a part of it
            partial.unlink(missing_ok=True)
            return _fetch(url, target)
        reason = "no such file there" if error.code == NOT_FOUND else f"the server answers {error.code}"
        raise NetworkError(f"{url}: {reason}; try again later, or --from a mirror") from error
    except (URLError, TimeoutError, HTTPException, ConnectionError) as error:
        said = " ".join(str(getattr(error, "reason", error)).split())[:200]
        raise NetworkError(f"{url}: cannot be fetched ({said}); run it again to go on where it stopped") from error
    os.replace(partial, target)
    note.unlink(missing_ok=True)
    return target, changed


def _length(written: str | None, done: int, url: str) -> int | None:
    """Bytes of the whole file, None where the server does not tell."""
    if not (written and written.isascii() and written.isdigit()):
        return None
    if (whole := int(written) + done) > MOST_BYTES:
        raise InputError(f"{url}: {whole:,} bytes; expected a country's dump of at most {MOST_BYTES:,}")
    return whole


def _copy(answer: Any, file: IO[bytes], done: int, whole: int | None, url: str) -> None:
    with cache.progress(f"Fetching {url.rpartition('/')[2]}", whole) as step:
        while block := answer.read(BLOCK):
            file.write(block)
            done += len(block)
            step(done)
            if done > MOST_BYTES:
                raise InputError(f"{url}: more than {MOST_BYTES:,} bytes; expected a country's dump")
    if whole is not None and done < whole:
        raise NetworkError(f"{url}: cut off after {done:,} of {whole:,} bytes; run it again to go on where it stopped")


def _read_note(note: Path) -> dict[str, str]:
    with suppress(OSError, ValueError):
        found = json.loads(note.read_text("utf-8"))
        if isinstance(found, dict):
            return {str(key): str(value) for key, value in found.items()}
    return {}


def _agent() -> str:
    import geomap

    return f"geomap/{geomap.__version__}"
