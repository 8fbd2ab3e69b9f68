"""The operations for programs: HTTP on this machine, and tools over stdio for assistants."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from geomap.errors import OutputError

EXTRAS = {"uvicorn": "serve", "starlette": "serve", "mcp": "mcp"}
"""Package -> the extra that brings it."""


def needed(module: str) -> Any:
    """Import a module of an extra.

    Raises
    ------
    OutputError
        It is not installed; the line says how to get it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if (error.name or "").partition(".")[0] != package:
            raise
        extra = EXTRAS[package]
        raise OutputError(
            f"{package} is not installed, which this command needs; pip install 'geomap-territory[{extra}]'"
        ) from None
