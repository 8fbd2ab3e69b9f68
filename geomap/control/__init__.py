"""Control maps: read them, measure what they hold, subtract one date from another."""

from geomap.control.changes import HELD, HELD_AT_MOST, Change, areas, change, diff, ground, series
from geomap.control.polygons import read_polygons
from geomap.control.reading import licences, read_control, snapshot_at
from geomap.control.rules import PRESETS, Rules, read_rules

__all__ = [
    "HELD",
    "HELD_AT_MOST",
    "PRESETS",
    "Change",
    "Rules",
    "areas",
    "change",
    "diff",
    "ground",
    "licences",
    "read_control",
    "read_polygons",
    "read_rules",
    "series",
    "snapshot_at",
]
