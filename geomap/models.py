"""The records, in the order in which they appear: article, place, toponym, claim, evidence, verdict, assessment.

All are frozen. ``to_record`` turns any of them into the JSON object of DESIGN: same names, same order, dates as
ISO 8601, open ends of ranges as null, geometry left out (pages and GeoJSON exports carry it apart).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas
    from shapely.geometry.base import BaseGeometry

Range = tuple[float | None, float | None]
"""(low, high); None is an open end."""


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────


class MentionKind(StrEnum):
    """How a place name is used: only literal mentions are drawn."""

    LITERAL = "literal"  # "shelling in Kyiv"
    ASSOCIATIVE = "associative"  # "Kyiv said"
    DEMONYM = "demonym"  # "Russian": the place is the country


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


class Status(StrEnum):
    """Class of a piece of ground in a control map. Unknown counts as contested in ranges."""

    HELD = "held"
    CONTESTED = "contested"
    UNKNOWN = "unknown"
    FREE = "free"


# ── what is read ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where something from outside came from."""

    name: str
    path: str | None = None
    sha256: str | None = None
    licence: str | None = None
    attribution: str | None = None
    url: str | None = None
    retrieved_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Code points [start, end) of an article's text as given."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A text as given, and what is known of it. ``spans`` are toponyms whose place in the text is given."""

    id: str
    text: str
    title: str | None = None
    source: str | None = None
    url: str | None = None
    published_on: date | None = None
    spans: tuple[Span, ...] | None = None
    path: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A gazetteer entry as the answer to a name.

    ``feature`` is GeoNames' class and code ("P.PPLA", "A.ADM1", "H.STM"); ``country`` ISO 3166 alpha-2; ``admin1``
    the region's name; ``score`` in [0, 1]; ``radius_km`` how far the truth may lie from the point (approximate
    places) or the town's edge from its centre. Geometry beyond the point: ``Gazetteer.geometry(place.id)``.
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
    source: str = "geonames"
    approximate: bool = False
    radius_km: float | None = None
    alternatives: tuple[Place, ...] = ()


# ── what is found in the text ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Toponym:
    """A place name as written, its span, and the place it means (or none, and why)."""

    article: str
    start: int
    end: int
    text: str
    kind: MentionKind
    place: Place | None = None
    why_not: str | None = None


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


# ── what is measured and judged ──────────────────────────────────────────────────────────────────────────────


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


# ── control maps ─────────────────────────────────────────────────────────────────────────────────────────────


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
    holder: str = "Russia"
    from_reports: bool = False
    gaps: tuple[tuple[date, date], ...] = ()
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


# ── the whole ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """How the result was made, so that it can be made again."""

    version: str
    command: str
    inputs: tuple[Provenance, ...] = ()
    data: tuple[Provenance, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    crs: str = "WGS 84 (EPSG:4326); areas, distances and azimuths are geodesic on its ellipsoid"
    notes: tuple[str, ...] = ()
    reviewed_by: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything that a page, a table or an export needs; made by ``pipeline.assess``."""

    articles: tuple[Article, ...]
    toponyms: tuple[Toponym, ...]
    claims: tuple[Claim, ...]
    comparisons: tuple[Comparison, ...]
    control: tuple[ControlSeries, ...]
    methods: Methods

    @property
    def tested(self) -> tuple[Claim, ...]:
        """Claims with a verdict other than not_testable."""
        return tuple(c for c in self.claims if c.verdict is not None and c.verdict.label is not Label.NOT_TESTABLE)

    @property
    def untested(self) -> tuple[Claim, ...]:
        return tuple(c for c in self.claims if c.verdict is None or c.verdict.label is Label.NOT_TESTABLE)

    @property
    def contradictions(self) -> tuple[Comparison, ...]:
        return tuple(c for c in self.comparisons if c.kind == "contradicts")

    @property
    def unresolved(self) -> tuple[Toponym, ...]:
        return tuple(t for t in self.toponyms if t.place is None)


def to_record(value: Any) -> Any:
    """Turn a record into what ``json.dumps`` takes: names as in DESIGN, dates ISO 8601, geometry left out."""
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


def report_record(assessment: Assessment) -> dict[str, Any]:
    """``{articles, places, claims, contradictions, untested, unresolved, methods}`` as ``json.dumps`` takes them.

    Articles without their text: a page that quotes a story does not reprint it. Files by name: folders of the machine
    that made a page are nobody's business.
    """
    places: dict[str, Place] = {}
    counts: dict[str, int] = {}
    for toponym in assessment.toponyms:
        if toponym.place is not None:
            places.setdefault(toponym.place.id, toponym.place)
            counts[toponym.place.id] = counts.get(toponym.place.id, 0) + 1
    methods = to_record(assessment.methods)
    for source in (*methods["inputs"], *methods["data"]):
        if source["path"]:
            source["path"] = source["path"].replace("\\", "/").rsplit("/", 1)[-1]
            source["name"] = source["name"].replace("\\", "/").rsplit("/", 1)[-1]
    return {
        "articles": [
            {
                "id": a.id,
                "title": a.title,
                "source": a.source,
                "url": a.url,
                "published_on": to_record(a.published_on),
                "sha256": a.sha256,
                "characters": len(a.text),
            }
            for a in assessment.articles
        ],
        "places": [to_record(p) | {"mentions": counts[key]} for key, p in places.items()],
        "claims": to_record(assessment.claims),
        "contradictions": to_record(assessment.contradictions),
        "untested": [
            {"claim": c.id, "article": c.article, "quote": c.quote, "why_not": why_untested(c)}
            for c in assessment.untested
        ],
        "unresolved": to_record(assessment.unresolved),
        "methods": methods,
    }


def why_untested(claim: Claim) -> str | None:
    """The reason that a claim was not tested: its verdict's, else its own."""
    if claim.verdict is not None and claim.verdict.reason:
        return claim.verdict.reason
    return claim.why_not
