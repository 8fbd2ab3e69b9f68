"""Builds the gazetteer's index into the wheel: the first look-up on a bare machine costs what the next one does."""

from __future__ import annotations

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class IndexHook(BuildHookInterface[Any]):
    """Puts the index where ``geomap.gazetteer.shipped`` looks for it; an editable install reads the checkout's."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from geomap.gazetteer.checking import CHECKED
        from geomap.gazetteer.shipped import prebuild

        folder = prebuild()
        (folder / CHECKED).unlink(missing_ok=True)  # it speaks of this machine's files
        build_data["force_include"][str(folder)] = f"geomap/data/index/{folder.name}"
