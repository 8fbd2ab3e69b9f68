"""A finished report in the forms of the trade: KML and KMZ, a QGIS project, DOCX, PPTX, a Datawrapper pair.

Each ``write_*`` takes an ``Export`` and a path; the same input gives the same bytes. What stands in them was read from
articles and maps, so it is text everywhere: never markup, never a formula.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from geomap.exports.content import Export, build_export

_WRITERS = {
    ".kml": "kml.write_kml",
    ".kmz": "kml.write_kmz",
    ".qgz": "qgis.write_qgz",
    ".docx": "office.write_docx",
    ".pptx": "office.write_pptx",
    ".zip": "pair.write_pair",
}
SUFFIXES = tuple(_WRITERS)


def writer_of(suffix: str) -> Callable[[Export, Path], None]:
    """The function that writes files of that suffix; its module is imported now."""
    module, name = _WRITERS[suffix].split(".")
    writer: Callable[[Export, Path], None] = getattr(import_module(f"geomap.exports.{module}"), name)
    return writer


__all__ = ["SUFFIXES", "Export", "build_export", "writer_of"]
