"""Where something came from, a place, the winds, and how any record becomes JSON."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from html import escape
from typing import Any

from geomap.files import shown
from geomap.models.messages import Message, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where something from outside came from."""

    name: str
    path: str | None = None
    sha256: str | None = None
    licence: Text | None = None
    attribution: Text | None = None
    url: str | None = None
    retrieved_at: str | None = None


class Match(StrEnum):
    """How a place was found: under its own name, another name, by sound (script, romanisation) or by edits."""

    EXACT = "exact"
    ALTERNATE = "alternate"
    SOUND = "sound"
    EDITS = "edits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A gazetteer entry as the answer to a name.

    ``feature`` is GeoNames' class and code ("P.PPLA", "A.ADM1", "H.STM"); ``country`` ISO 3166 alpha-2; ``admin1``
    the region's name; ``score`` in [0, 1]; ``match`` how the name led here, None where no name was asked for;
    ``radius_km`` how far the truth may lie from the point (approximate places) or the town's edge from its centre.
    Geometry beyond the point: ``Gazetteer.geometry(place.id)``.
    """

    id: str
    name: str
    lat: float
    lon: float
    feature: str
    country: str | None = None
    admin1: str | None = None
    population: int | None = None
    score: float | None = None
    match: Match | None = None
    source: str = "geonames"
    approximate: bool = False
    radius_km: float | None = None
    alternatives: tuple[Place, ...] = ()

    @property
    def wide(self) -> bool:
        """A country, region, river or border: it is a shape, and a point says nothing of where it is."""
        return self.feature.startswith(("A.", "L.", "H.STM")) or self.id.startswith("border:")

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """A GeoJSON feature: the point that stands for the place."""
        record = to_record(self)
        record.pop("alternatives")
        point = {"type": "Point", "coordinates": (self.lon, self.lat)}
        return {"type": "Feature", "id": self.id, "geometry": point, "properties": record}

    def _repr_html_(self) -> str:
        others = ", ".join(f"{p.name} ({', '.join(filter(None, (p.admin1, p.country)))})" for p in self.alternatives)
        return table_html(
            self.name,
            {
                "in": ", ".join(filter(None, (self.admin1, self.country))),
                "at": f"{self.lat:.4f}, {self.lon:.4f}{' (about)' if self.approximate else ''}",
                "feature": self.feature,
                "population": f"{self.population:,}" if self.population else "",
                "id": self.id,
                "or": others,
            },
        )


def table_html(title: str, rows: Mapping[str, object]) -> str:
    """A record as a notebook shows it: text alone, whatever it holds; rows that say nothing are left out."""
    told = {name: text for name, value in rows.items() if value is not None and (text := shown(value))}
    body = "".join(
        f'<tr><th style="text-align:left">{escape(name)}</th><td style="text-align:left">{escape(text)}</td></tr>'
        for name, text in told.items()
    )
    return f'<table><caption style="text-align:left"><b>{escape(shown(title))}</b></caption>{body}</table>'


class Compass(StrEnum):
    """Eight winds, clockwise from north."""

    N = "N"
    NE = "NE"
    E = "E"
    SE = "SE"
    S = "S"
    SW = "SW"
    W = "W"
    NW = "NW"


def to_record(value: Any) -> Any:
    """Turn a record into what ``json.dumps`` takes: names as in DESIGN, dates ISO 8601, messages in English."""
    if isinstance(value, Message):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: to_record(getattr(value, f.name))
            for f in dataclasses.fields(value)
            if f.metadata.get("record", True)
        }
    if isinstance(value, (tuple, list)):
        return [to_record(v) for v in value]
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
