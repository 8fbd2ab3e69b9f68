"""Files of other programs as plain records: documents with words in them, and maps. Read whole or refused."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from geomap.errors import InputError

Record = tuple[str, dict[str, Any]]
"""Where a record stands, and its fields: text, and where stated id, title, source, url, published_on."""

EXTRAS = {"feedparser": "documents", "pypdf": "documents", "docx": "documents"}


def needed(module: str, name: str) -> Any:
    """Import a library that reads a kind of file.

    Raises
    ------
    InputError
        It is not installed; the line says how to get it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != module.partition(".")[0]:
            raise
        raise InputError(
            f"{name}: reading it needs {module}; pip install 'geomap-territory[{EXTRAS[module]}]'"
        ) from None
