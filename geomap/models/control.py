"""Control maps: who held which ground when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from geomap.models.messages import Text, message
from geomap.models.places import Provenance

if TYPE_CHECKING:
    import geopandas


FROM_REPORTS = ", from reports"
"""How the name of a series made of reports ends."""
UNKNOWN_HOLDER = "unknown holder"
"""Who holds the ground of a map that does not say."""


class Status(StrEnum):
    """Class of a piece of ground in a control map. Unknown counts as contested in ranges."""

    HELD = "held"
    CONTESTED = "contested"
    UNKNOWN = "unknown"
    FREE = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A control map at one time (UTC). ``frame`` (EPSG:4326): geometry, status, holder, name.

    ``dropped`` counts what is never drawn (units, positions, arrows); ``ignored`` says which polygons lie outside
    the story's ground, with area.
    """

    as_of: datetime
    frame: geopandas.GeoDataFrame = field(repr=False, compare=False, metadata={"record": False})
    provenance: Provenance
    dropped: tuple[tuple[str, int], ...] = ()
    ignored: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSeries:
    """Control maps of one source in time order. ``from_reports``: made of reported events, not of a drawn map.

    ``notes`` say what a reader should know of the files: maps given twice, rows of events passed over.
    """

    name: str
    snapshots: tuple[Snapshot, ...]
    provenance: Provenance
    holder: str = UNKNOWN_HOLDER
    from_reports: bool = False
    gaps: tuple[tuple[date, date], ...] = ()
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def side(self) -> Text:
        """What sentences call the drawn side."""
        return message("place.unknown_holder") if self.holder == UNKNOWN_HOLDER else self.holder

    @property
    def label(self) -> Text:
        """What sentences call it: its name, and that it is made of reports."""
        if self.from_reports and self.name.endswith(FROM_REPORTS):
            return message("source.from_reports", name=self.name.removesuffix(FROM_REPORTS))
        return self.name
