"""Control maps: read them, measure what they hold, subtract one date from another."""

from geomap.control.changes import HELD, HELD_AT_MOST, Change, areas, change, compare_sources, diff, ground
from geomap.control.checks import of_disjoint_boxes
from geomap.control.events import Event, control_from_events, read_events
from geomap.control.measuring import series
from geomap.control.polygons import read_polygons
from geomap.control.reading import Spellings, licences, read_control, snapshot_at
from geomap.control.rules import Rules, presets, read_rules

__all__ = [
    "HELD",
    "HELD_AT_MOST",
    "Change",
    "Event",
    "Rules",
    "Spellings",
    "areas",
    "change",
    "compare_sources",
    "control_from_events",
    "diff",
    "ground",
    "licences",
    "of_disjoint_boxes",
    "presets",
    "read_control",
    "read_events",
    "read_polygons",
    "read_rules",
    "series",
    "snapshot_at",
]
