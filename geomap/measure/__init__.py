"""Measuring by name and by file, for the command line and for Python: ``places`` and ``ground``.

``places`` joins the gazetteer with hulls: ``resolve``, ``distance``, ``hull``, sizes of countries and regions.
``ground`` joins it with control maps: ``area``, ``diff``, ``series``.
"""

from geomap.measure.ground import (
    ELSEWHERE,
    ControlInput,
    area_records,
    change,
    compare_sources,
    diff_frame,
    diff_records,
    frame_records,
    named_controls,
    read_series,
    series,
    series_from_events,
    series_records,
    write_series_map,
)
from geomap.measure.places import (
    HULLS,
    HullMethod,
    area_of,
    find_region,
    hull,
    hull_of,
    hull_records,
    one_place,
    open_gazetteer,
    places_near_each_other,
    region_geometry,
    resolve,
    unknown_place,
)

__all__ = [
    "ELSEWHERE",
    "HULLS",
    "ControlInput",
    "HullMethod",
    "area_of",
    "area_records",
    "change",
    "compare_sources",
    "diff_frame",
    "diff_records",
    "find_region",
    "frame_records",
    "hull",
    "hull_of",
    "hull_records",
    "named_controls",
    "one_place",
    "open_gazetteer",
    "places_near_each_other",
    "read_series",
    "region_geometry",
    "resolve",
    "series",
    "series_from_events",
    "series_records",
    "unknown_place",
    "write_series_map",
]
