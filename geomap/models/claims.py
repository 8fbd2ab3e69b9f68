"""What an article asserts, the numbers it is measured by, and what is judged of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from geomap.models.messages import Message, Text
from geomap.models.places import Compass, Place, table_html
from geomap.parties import Party

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


class Effect(StrEnum):
    """What a predicate says of the ground: that its actor got it, gave it up, has it, or that the line runs there."""

    GAIN = "gain"
    LOSS = "loss"
    HOLD = "hold"
    LINE = "line"
    LEGAL = "legal"  # an act on paper, which no map of control shows


MOVES = frozenset({Effect.GAIN, Effect.LOSS})
"""Effects by which ground changes hands."""
STATES = frozenset({Effect.GAIN, Effect.LOSS, Effect.HOLD})
"""Effects after which one side has the ground."""


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

    @property
    def effect(self) -> Effect:
        """What it says of the ground."""
        return _EFFECTS[self]

    @property
    def side(self) -> Effect | None:
        """Which part its actor has in it, to tell sides apart: who besieges is on the side that gains."""
        return _SIDES.get(self, self.effect if self.effect in STATES else None)


_EFFECTS: dict[Predicate, Effect] = {
    Predicate.CAPTURED: Effect.GAIN,
    Predicate.RECAPTURED: Effect.GAIN,
    Predicate.LIBERATED: Effect.GAIN,
    Predicate.REACHED: Effect.GAIN,
    Predicate.ADVANCED: Effect.GAIN,
    Predicate.WITHDREW: Effect.LOSS,
    Predicate.LOST: Effect.LOSS,
    Predicate.EVACUATED: Effect.LOSS,
    Predicate.SURRENDERED: Effect.LOSS,
    Predicate.CONTROLS: Effect.HOLD,
    Predicate.OCCUPIED: Effect.HOLD,
    Predicate.STABILISING: Effect.HOLD,
    Predicate.CONTESTED: Effect.LINE,
    Predicate.BESIEGED: Effect.LINE,
    Predicate.ENCIRCLED: Effect.LINE,
    Predicate.ANNEXED: Effect.LEGAL,
    Predicate.CLAIMS: Effect.LEGAL,
}
_SIDES: dict[Predicate, Effect] = {
    Predicate.STABILISING: Effect.GAIN,
    Predicate.BESIEGED: Effect.GAIN,
    Predicate.ENCIRCLED: Effect.GAIN,
    Predicate.ANNEXED: Effect.HOLD,
}


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


class Role(StrEnum):
    """How a verdict may use a measurement."""

    MEASURE = "measure"  # decides
    NEXT_DAY = "next_day"  # other readings that make a claim roughly fit
    ROAD = "road"
    EDGE = "edge"
    ON_THE_DAY = "on_the_day"  # the change of the claim's own day alone
    UNTRIED = "untried"  # a reading for which a map is lacking, and how far it might reach
    NAMESAKE = "namesake"  # another place of the same name: where it fits, which place is meant decides
    WOULD_FIT = "would_fit"  # named where it meets the claim
    ANTECEDENT = "antecedent"  # an earlier claim's figure, which this one adds to
    REFERENCE = "reference"  # the whole of a share
    MISSING = "missing"  # what stands in the way of testing
    CONTEXT = "context"  # only informs


class AspectName(StrEnum):
    """What side of a claim a measurement speaks of; the last four are what may be missing."""

    AREA = "area"
    DISTANCE = "distance"
    DIRECTION = "direction"
    CONTROL = "control"
    CONTAINMENT = "containment"
    RATE = "rate"
    DATE = "date"
    PLACE = "place"
    FIGURE = "figure"
    MAP = "map"


class Method(StrEnum):
    """How something was measured: ids of the messages that say it."""

    OWN = "method.own"  # as the measurement that it is another reading of
    POLYGON = "method.polygon"
    SUM = "method.sum"
    CHANGE = "method.change"
    HELD_AREA = "method.held_area"
    HULLS = "method.hulls"
    TOWN_STATUS = "method.town_status"
    HELD_SHARE = "method.held_share"
    CHANGE_WITHIN = "method.change_within"
    HELD_WITHIN = "method.held_within"
    TO_LINE = "method.to_line"
    TO_HELD = "method.to_held"
    TO_HELD_BEFORE = "method.to_held_before"
    DEPTH = "method.depth"
    POINTS = "method.points"
    NEAREST_POINTS = "method.nearest_points"
    AZIMUTH = "method.azimuth"
    NEAR_PART = "method.near_part"
    NEAR_PART_AZIMUTHS = "method.near_part_azimuths"
    SHARE_WITHIN = "method.share_within"
    POINT_IN_POLYGON = "method.point_in_polygon"
    TO_LINE_POINT = "method.to_line_point"
    AZIMUTH_FROM_LINE = "method.azimuth_from_line"


OWN_METHOD = Message(Method.OWN)


class Relation(StrEnum):
    """How claims that speak of one thing stand to each other; figures in progress grow with time."""

    CONTRADICTS = "contradicts"
    SAME_EVENT = "same_event"
    PROGRESS = "progress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """What a mention's words say beyond its place, read once by ``claims.with_meanings``.

    ``party``: the side that the words name. ``force``: they name what moves and has no place of its own. ``border``:
    they name a border without saying whose. ``part``: some of the place alone is meant; ``wind``: which part.
    """

    party: Party | None = None
    force: bool = False
    border: bool = False
    part: bool = False
    wind: Compass | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Something a claim is about: the words, and the place where they name one."""

    text: str
    place: Place | None = None
    start: int | None = None
    end: int | None = None
    why_not: Text | None = None
    sense: Sense = field(default=Sense(), compare=False, repr=False, metadata={"record": False})


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """A bracketed conversion: the same claim in another unit. ``agrees``: the rounding ranges meet."""

    text: str
    si: float
    agrees: bool


VagueWord = tuple[str, float]
"""A range of ``Settings`` that a vague number stands for, and how many times: "several hundred", ("several", 100)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A quantity as written and in SI.

    ``digits_step``: half a unit of the last written significant digit, SI. ``vague``: the setting that
    "dozens" or "several hundred" stands for, and how many times it. ``written``: code of the unit in the text,
    where ``unit`` is the one that records bear in its place.
    """

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
    vague: VagueWord | None = field(default=None, compare=False, metadata={"record": False})
    written: str | None = field(default=None, compare=False, metadata={"record": False})


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The claim's own date: the words, and the days they mean (inclusive)."""

    text: str | None
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a claim's words mean beyond its record: read once by ``claims.with_meanings``, never from words again.

    ``actor``, ``counterparty``: their parties; ``unnamed``: the actor's words name nobody ("his troops");
    ``first_person``: the speaker's own side ("we"). ``speakers``: the party of each source; ``speaker_keys``: what
    tells each source from others, however its country is spelled. ``before``, ``after``: parties that its sentence
    names before the claim, and in it or later. ``countries``: those that the article names, most first. ``force``:
    the claim names a force. ``changed``: ground is told to have changed hands ("recaptured territory"), whatever the
    predicate. ``adds``: the figure comes on top of its antecedent's; ``restates``: it
    is the same once more. ``second_subject``, ``second_reference``: what else a figure may be of, or count from, where
    the choice was close. ``since``: the date is when a state began that
    still lasts.
    """

    actor: Party | None = None
    counterparty: Party | None = None
    unnamed: bool = False
    first_person: bool = False
    speakers: tuple[Party | None, ...] = ()
    speaker_keys: tuple[str, ...] = ()
    before: tuple[Party, ...] = ()
    after: tuple[Party, ...] = ()
    countries: tuple[str, ...] = ()
    force: bool = False
    changed: bool = False
    adds: bool = False
    restates: bool = False
    second_subject: Mention | None = None
    second_reference: Mention | None = None
    since: bool = False


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
    why_not: Text | None = None
    verdict: Verdict | None = None
    checked_by: str | None = None
    checked_on: dt.date | None = None
    language: str = "en"
    meaning: Meaning = field(default=Meaning(), compare=False, repr=False, metadata={"record": False})

    @property
    def effect(self) -> Effect | None:
        """What its predicate says of the ground; None without one."""
        return None if self.predicate is None else self.predicate.effect

    @property
    def geometry(self) -> BaseGeometry | None:
        """EPSG:4326: the measurement that decided, else the claim's places as points; a country is never a point."""
        from shapely.geometry import MultiPoint, Point

        for evidence in self.verdict.evidence if self.verdict else ():
            if evidence.role is Role.MEASURE and evidence.geometry is not None and not evidence.geometry.is_empty:
                return evidence.geometry
        about = [m.place for m in (*self.subject, self.reference) if m is not None and m.place is not None]
        points = list(dict.fromkeys((place.lon, place.lat) for place in about if not place.wide))
        if not points:
            return None
        return Point(points[0]) if len(points) == 1 else MultiPoint(points)

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """A GeoJSON feature: the claim's ``geometry`` (or null), what it says and its verdict."""
        geometry = self.geometry
        return {
            "type": "Feature",
            "id": self.id,
            "geometry": None if geometry is None else geometry.__geo_interface__,
            "properties": {
                "article": self.article,
                "kind": str(self.kind),
                "quote": self.quote,
                "verdict_label": str(self.verdict.label) if self.verdict else None,
                "verdict_reason": str(self.verdict.reason) if self.verdict else None,
            },
        }

    def _repr_html_(self) -> str:
        return table_html(
            self.quote,
            {
                "kind": self.kind,
                "figure": self.value.text if self.value else "",
                "about": "; ".join(m.text for m in self.subject),
                "from": self.reference.text if self.reference else "",
                "who says it": "; ".join(self.source),
                "verdict": str(self.verdict.label).replace("_", " ") if self.verdict else "not judged",
                "why": str(self.verdict.reason) if self.verdict else self.why_not,
                "id": self.id,
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One measurement: what, how, from which source and date, with its range in ``unit``.

    ``role`` says how a verdict may use it. ``method``: a message with a ``Method`` as its id and what the settings gave
    it as its parameters. ``places`` are ids that it rests on. ``supposed`` (place, map, side) marks what rests on a
    side that the words do not name: it may bear a claim out, and contradicts none. ``geometry`` (EPSG:4326) is drawn,
    and stays out of the record.
    """

    what: Message
    measured: Range
    unit: str
    best: float | None = None
    role: Role = Role.MEASURE
    aspect: AspectName
    method: Message = OWN_METHOD
    source: Text = ""
    as_of: str | None = None
    places: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    independent: bool = True
    error: Range | None = None
    note: Text | None = None
    supposed: tuple[str, str, bool] | None = field(default=None, repr=False, compare=False, metadata={"record": False})
    geometry: BaseGeometry | None = field(default=None, repr=False, compare=False, metadata={"record": False})


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """One side of a claim, judged: claimed and measured ranges in the same unit."""

    aspect: AspectName
    label: Label
    claimed: Range
    measured: Range
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether one figure fits the map, in words and numbers. ``would_fit``: readings under which it would."""

    label: Label
    reason: Message
    codes: tuple[Code, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    would_fit: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Claims that speak of the same thing."""

    kind: Relation
    claims: tuple[str, ...]
    articles: tuple[str, ...]
    sources: tuple[str, ...]
    sentence: Message
    place: str | None = None
    within_article: bool = False
