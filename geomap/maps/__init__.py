"""Evidence as maps: a folium map that works with no network, a locked page, and still pictures for print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomap.maps.draw import draw_map, embed_snippet, page_parts, render_map
from geomap.maps.features import alt_text
from geomap.maps.static import picture, write_static
from geomap.settings import Style

if TYPE_CHECKING:
    from geomap.maps.locked import MapParts, OfflineMap

__all__ = [
    "MapParts",
    "OfflineMap",
    "Style",
    "alt_text",
    "draw_map",
    "embed_snippet",
    "page_parts",
    "picture",
    "render_map",
    "write_static",
]
