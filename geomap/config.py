"""``geomap.toml``: a house's style and thresholds, checked whole before anything begins."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

from geomap.errors import InputError
from geomap.files import read_bytes, shown
from geomap.schema import checked
from geomap.settings import Settings, Style

LARGEST = 2**20
"""Bytes: a house's spellings of all places that it writes of are some ten thousand lines."""

T = TypeVar("T")


def read_config(path: str | Path | None) -> tuple[Settings, Style, Path | None]:
    """House style and thresholds from ``geomap.toml``: the one given, else the one in this folder, else none.

    Raises
    ------
    InputError
        It is no TOML, or has an unknown key, a value of another type or one that means nothing.
    """
    found = Path(path) if path is not None else Path("geomap.toml")
    if path is None and not found.is_file():
        return Settings(), Style(), None
    where = shown(found)
    try:
        table = tomllib.loads(read_bytes(found, limit=LARGEST).decode("utf-8"))
    except (ValueError, RecursionError) as error:  # no UTF-8, no TOML, or a number of thousands of digits
        raise InputError(f"{where}: not TOML ({shown(error)[:200]})") from None
    unknown = set(table) - {"settings", "style"}
    if unknown:
        raise InputError(f"{where}: [{shown(min(unknown))}]; expected [settings] and [style]")
    settings = _section(Settings, table, "settings", where)
    style = _section(Style, table, "style", where)
    if style.logo:
        style = replace(style, logo=str(found.parent / style.logo))
    if style.boundary_file:
        style = replace(style, boundary_file=str(found.parent / style.boundary_file))
    return settings, style, found


def _section(kind: type[T], table: Mapping[str, Any], name: str, where: str) -> T:
    values = table.get(name, {})
    if not isinstance(values, dict):
        raise InputError(
            f"{where}: [{name}] is of type {type(values).__name__}; expected lines of key = value under it"
        )
    known = sorted(f.name for f in fields(kind))  # type: ignore[arg-type]
    for key in values:
        if key not in known:
            raise InputError(f"{where}: [{name}] {shown(key)}: unknown; expected one of {', '.join(known)}")
    try:
        return checked(values, kind, f"{where}: [{name}]")
    except InputError as error:
        # what a value means is checked by Settings and Style themselves, who do not know where it stands
        said = str(error)
        raise InputError(said if said.startswith(where) else f"{where}: [{name}] {said}") from None
