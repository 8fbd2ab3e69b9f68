"""A claim and its evidence -> a verdict; claims against each other."""

from geomap.verdicts.comparing import SourcePair, compare, source_matrix
from geomap.verdicts.judging import judge, second_reading, settle_readings, untestable
from geomap.verdicts.ranges import Claimed, claimed_range

__all__ = [
    "Claimed",
    "SourcePair",
    "claimed_range",
    "compare",
    "judge",
    "second_reading",
    "settle_readings",
    "source_matrix",
    "untestable",
]
