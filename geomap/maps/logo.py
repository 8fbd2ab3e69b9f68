"""A house's logo as a picture within the page: it can ask for nothing and run nothing."""

from __future__ import annotations

import base64
from pathlib import Path

from geomap.errors import InputError
from geomap.files import read_bytes, shown
from geomap.formats.seeming import root_of

LARGEST = 512 * 2**10
"""Bytes: it stands in every page, half again as long; logos of newsrooms are 2 to 60 kB."""
PNG = b"\x89PNG\r\n\x1a\n"


def logo_address(path: str | Path) -> str:
    """The file as a data address for ``<img>``, where a browser neither runs an SVG's scripts nor follows its links.

    Raises
    ------
    InputError
        It is missing, too large, or neither PNG nor SVG.
    """
    data = read_bytes(Path(path), limit=LARGEST)
    if data.startswith(PNG):
        kind = "image/png"
    elif _is_svg(data):
        kind = "image/svg+xml"
    else:
        raise InputError(f"{shown(path)}: is no picture that a page can hold; expected a PNG or an SVG")
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _is_svg(data: bytes) -> bool:
    try:
        return root_of(data.decode("utf-8-sig")) == "svg"
    except UnicodeDecodeError:
        return False
