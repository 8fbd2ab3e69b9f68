"""What an article asserts, the numbers it is measured by, and what is judged of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from geomap.models.places import Compass, Place

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Range = tuple[float | None, float | None]
"""(low, high); None is an open end."""


class ClaimKind(StrEnum):
    """What geometry can test."""

    AREA = "area"
    DISTANCE = "distance"
    EXTENT = "extent"
    ADVANCE = "advance"
    RATE = "rate"
    DIRECTION = "direction"
    CONTAINMENT = "containment"
    ADJACENCY = "adjacency"
    PROXIMITY = "proximity"
    CONTROL = "control"


class Qualifier(StrEnum):
    """How the words hedge a number."""

    EXACT = "exact"
    ABOUT = "about"
    NEARLY = "nearly"
    MORE_THAN = "more_than"
    AT_LEAST = "at_least"
    LESS_THAN = "less_than"
    AT_MOST = "at_most"
    UP_TO = "up_to"
    BETWEEN = "between"
    VAGUE_PLURAL = "vague_plural"
    SAME_AS = "same_as"
    TIMES = "times"
    SIZE_OF = "size_of"
    DIMENSIONS = "dimensions"
    NEAR = "near"
    SUPERLATIVE = "superlative"


class Predicate(StrEnum):
    """What is said to have happened to control of a place."""

    CAPTURED = "captured"
    RECAPTURED = "recaptured"
    LIBERATED = "liberated"
    REACHED = "reached"
    ADVANCED = "advanced"
    WITHDREW = "withdrew"
    LOST = "lost"
    EVACUATED = "evacuated"
    SURRENDERED = "surrendered"
    CONTROLS = "controls"
    OCCUPIED = "occupied"
    STABILISING = "stabilising"
    CONTESTED = "contested"
    BESIEGED = "besieged"
    ENCIRCLED = "encircled"
    ANNEXED = "annexed"
    CLAIMS = "claims"


class Polarity(StrEnum):
    AFFIRMED = "affirmed"
    NEGATED = "negated"


class Modality(StrEnum):
    """How far the article stands behind the claim."""

    ASSERTED = "asserted"
    INTENDED = "intended"
    PLANNED = "planned"
    PREDICTED = "predicted"
    THREATENED = "threatened"
    CONDITIONAL = "conditional"
    DENIED = "denied"
    RETRACTED = "retracted"


class SourceSide(StrEnum):
    """Who speaks: an admission by the loser weighs more."""

    GAINER = "gainer"
    LOSER = "loser"
    THIRD_PARTY = "third_party"


class Label(StrEnum):
    """A verdict on one figure, never on a speaker."""

    FITS = "fits"
    ROUGHLY_FITS = "roughly_fits"
    DOES_NOT_FIT = "does_not_fit"
    MAPS_CANNOT_SETTLE = "maps_cannot_settle"
    NOT_TESTABLE = "not_testable"


LABEL_WORDS: dict[Label, str] = {
    Label.FITS: "Fits the map",
    Label.ROUGHLY_FITS: "Roughly right",
    Label.DOES_NOT_FIT: "Does not fit the map",
    Label.MAPS_CANNOT_SETTLE: "Maps cannot settle it",
    Label.NOT_TESTABLE: "Not testable",
}


class Code(StrEnum):
    """What moved a verdict."""

    DATE = "DATE"
    WIDE = "WIDE"
    PLACE = "PLACE"
    ROAD = "ROAD"
    EDGE = "EDGE"
    UNIT = "UNIT"
    DIRECTION = "DIRECTION"
    ONE_MAP = "ONE_MAP"
    HULL_ONLY = "HULL_ONLY"
    CONTESTED = "CONTESTED"
    UNDERSTATED = "UNDERSTATED"
    SAME_SOURCE = "SAME_SOURCE"
    SOURCES_DIFFER = "SOURCES_DIFFER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Something a claim is about: the words, and the place where they name one."""

    text: str
    place: Place | None = None
    start: int | None = None
    end: int | None = None
    why_not: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """A bracketed conversion: the same claim in another unit. ``agrees``: the rounding ranges meet."""

    text: str
    si: float
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A quantity as written and in SI. ``digits_step``: half a unit of the last written significant digit, SI."""

    text: str
    start: int
    end: int
    number: float | None
    number_max: float | None = None
    unit: str | None = None
    si: float | None = None
    si_max: float | None = None
    si_unit: str | None = None
    qualifier: Qualifier = Qualifier.EXACT
    unit_corrected: bool = False
    conversion: Conversion | None = None
    digits_step: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The claim's own date: the words, and the days they mean (inclusive)."""

    text: str | None
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One assertion that geometry can test; ``quote == article.text[start:end]``."""

    id: str
    article: str
    kind: ClaimKind
    quote: str
    start: int
    end: int
    value: Value | None = None
    subject: tuple[Mention, ...] = ()
    reference: Mention | None = None
    direction: Compass | None = None
    region: Mention | None = None
    predicate: Predicate | None = None
    actor: str | None = None
    counterparty: str | None = None
    source: tuple[str, ...] = ()
    source_side: SourceSide | None = None
    polarity: Polarity = Polarity.AFFIRMED
    modality: Modality = Modality.ASSERTED
    date: When | None = None
    antecedent: str | None = None
    checkable: bool = True
    why_not: str | None = None
    verdict: Verdict | None = None
    checked_by: str | None = None
    checked_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One measurement: what, how, from which source and date, with its range in ``unit``.

    ``role`` orders its use: "measure" decides; "next_day", "road", "edge" are other readings that make it roughly fit;
    "would_fit" readings are named where they meet the claim; "antecedent" adds an earlier claim's figure, "reference"
    gives the whole of a share; "missing" says what stands in the way of testing; "context" only informs.
    ``places`` are ids that it rests on. ``geometry`` (EPSG:4326) is drawn, and stays out of the record.
    """

    what: str
    measured: Range
    unit: str
    best: float | None = None
    role: str = "measure"
    aspect: str = ""
    method: str = ""
    source: str = ""
    as_of: str | None = None
    places: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    independent: bool = True
    error: Range | None = None
    note: str | None = None
    geometry: BaseGeometry | None = field(default=None, repr=False, compare=False, metadata={"record": False})


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """One side of a claim, judged: claimed and measured ranges in the same unit."""

    aspect: str
    label: Label
    claimed: Range
    measured: Range
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether one figure fits the map, in words and numbers. ``would_fit``: readings under which it would."""

    label: Label
    reason: str
    codes: tuple[Code, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    would_fit: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Claims that speak of the same thing. ``kind``: same_event, contradicts or progress (figures grow with time)."""

    kind: str
    claims: tuple[str, ...]
    articles: tuple[str, ...]
    sources: tuple[str, ...]
    sentence: str
    place: str | None = None
    within_article: bool = False
