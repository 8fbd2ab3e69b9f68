"""What claims are measured against: the gazetteer, the control maps, the articles; with a memory for what is costly."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import shapely

from geomap.control import HELD, HELD_AT_MOST
from geomap.control import ground as held_ground
from geomap.geodesy import area
from geomap.lang import kept, languages, table
from geomap.models import (
    Article,
    Claim,
    Code,
    ControlSeries,
    Mention,
    Named,
    Parameter,
    Place,
    Quantity,
    Snapshot,
    Status,
    message,
)
from geomap.parties import PartyKind, party_of
from geomap.settings import Settings

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer

T = TypeVar("T")
KM2 = 1e-6
GAZETTEER = message("source.gazetteer")
EVERY_STATUS = tuple(Status)


class Sized(Protocol):
    """How large a place is, km²: the figure in use, the range from outline to official figures, and who states it."""

    @property
    def km2(self) -> float: ...
    @property
    def low_km2(self) -> float: ...
    @property
    def high_km2(self) -> float: ...
    @property
    def source(self) -> str | None: ...


class OutlineSize(NamedTuple):
    """A place's size by its outline alone."""

    km2: float
    low_km2: float
    high_km2: float
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """All that evidence is gathered from.

    ``size_of`` knows official areas; without it outlines alone tell how large a place is. ``since`` and ``region`` are
    the user's; ``claims`` are all claims of all articles, for antecedents and the places
    that an article speaks of. ``memory`` keeps what was measured for one claim and serves another.
    """

    gazetteer: Gazetteer
    control: tuple[ControlSeries, ...] = ()
    articles: Mapping[str, Article] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    settings: Settings = field(default_factory=Settings)
    since: date | None = None
    region: Place | None = None
    size_of: Callable[[Place], Sized | None] | None = None
    memory: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def size(self, place: Place | None) -> Sized | None:
        """How large a place is, from its outline to its official figures; None for what has neither."""
        if place is None:
            return None
        if self.size_of is not None:
            return self.once(("size", place.id), lambda: self.size_of(place) if self.size_of else None)
        shape = polygon_of(place, self)
        return None if shape is None else OutlineSize(*(area_km2(shape),) * 3)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Compute something once for this ground."""
        if key not in self.memory:
            self.memory[key] = make()
        found: T = self.memory[key]
        return found


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────


def geometry_of(place: Place, ground: Ground) -> Any:
    """A place's own geometry: polygon, line or point (lon, lat)."""

    def read() -> Any:
        found = ground.gazetteer.geometry(place.id)
        return found if found is not None and not found.is_empty else shapely.Point(place.lon, place.lat)

    return ground.once(("geometry", place.id), read)


def polygon_of(place: Place | None, ground: Ground) -> Any | None:
    """The polygon of a country, region or lake; None for towns, lines and nothing."""
    if place is None:
        return None
    shape = geometry_of(place, ground)
    return shape if shape.geom_type in ("Polygon", "MultiPolygon") else None


def line_of(place: Place | None, ground: Ground) -> Any | None:
    """The line of a river or border; None for all else."""
    if place is None:
        return None
    shape = geometry_of(place, ground)
    return shape if shape.geom_type in ("LineString", "MultiLineString") else None


def area_km2(shape: Any) -> float:
    """Area in km², edges straight in lon/lat as in maps."""
    return float(area(shape, edges="planar").sum()) * KM2


def town_radius_km(place: Place, settings: Settings) -> float:
    """From a settlement's centre to its edge, by population; 0 where that is unknown or the place is none."""
    if not place.feature.startswith("P") or not place.population:
        return 0.0
    return float((place.population / settings.people_per_km2 / 3.141592653589793) ** 0.5)


def named(place: Place) -> Named:
    """A place's name."""
    return Named(place.name, place.id)


def whole_km(km: float) -> Quantity:
    """A distance beside a place in a sentence, where a tenth says nothing."""
    return Quantity(round(km), round(km), "km")


def place_in_words(place: Place) -> Parameter:
    """A place's name in a sentence: a region apart from the city whose name it bears."""
    if place.feature.startswith("A.ADM") and not says_region(place.name):
        return message("place.region", place=named(place))
    return named(place)


def says_region(name: str) -> bool:
    """Whether a name says itself that it is a region's: "Kursk Oblast"."""
    return not region_words().isdisjoint(name.casefold().replace("-", " ").split())


@kept
def region_words() -> frozenset[str]:
    """Words by which a name says itself that it is a region's: "oblast", "province"."""
    return frozenset(w for code in languages("claims") for w in table(code, "claims")["words"].get("region_nouns", ()))


def is_town(place: Place) -> bool:
    """Whether a place is a settlement."""
    return place.feature.startswith("P")


def is_bare(place: Place, ground: Ground) -> bool:
    """Whether a place is a settlement so small that its name may well mean another: no capital, no known town."""
    capital = place.feature.startswith("P.PPLC")
    return is_town(place) and not capital and (place.population or 0) < ground.settings.known_town


def point_error_km(place: Place, settings: Settings) -> float:
    """How far the truth may lie from a place's point or line: more for what is wider than its point tells."""
    if place.approximate and place.radius_km:
        return place.radius_km
    if place.feature.startswith(("A.PCL", "A.ADM1", "A.BDR")):
        return settings.border_error_km
    return settings.point_error_km + next((km for start, km in WIDTHS if place.feature.startswith(start)), 0.0)


WIDTHS = (("A.ADM2", 20.0), ("A.ADM", 8.0), ("A.", 8.0), ("L.", 10.0), ("T.", 5.0), ("H.LK", 5.0), ("H.BAY", 10.0))
"""Half the usual width in km of what the gazetteer has as points alone: a county of 1,300 km² reaches 20 km."""


SENTENCE = 400
"""Characters from one figure to the next that takes over what it leaves out."""


# ── days ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A claim's own days (inclusive). ``own``: the text gives them; ``open``: a state said to last since ``start``."""

    start: date
    end: date
    own: bool
    open: bool = False

    @property
    def period(self) -> bool:
        """Whether the text names a period over which ground changed, and not the day of a statement."""
        return self.own and not self.open and self.start < self.end

    @property
    def single(self) -> bool:
        """Whether the text names one day: of what happened, or of who tells it."""
        return self.own and not self.open and self.start == self.end

    @property
    def spans(self) -> bool:
        """Whether the text says from when a change counts: a period, or "since" a day."""
        return self.own and (self.open or self.start < self.end)


def days_of(claim: Claim, ground: Ground) -> Days | None:
    """The claim's own days, else its publication; None where neither is known."""
    article = ground.articles.get(claim.article)
    published = article.published_on if article else None
    when = claim.date
    if when is None or (when.start is None and when.end is None):
        return Days(start=published, end=published, own=False) if published else None
    start = when.start or when.end
    assert start is not None
    since = claim.meaning.since
    end = when.end if when.end is not None and not since else (published or when.end or start)
    # news does not report the future: a period that runs past publication ends there
    if published is not None and end > published >= start:
        end = published
    return Days(start=start, end=max(start, end), own=True, open=since or when.end is None)


# ── maps ─────────────────────────────────────────────────────────────────────────────────────────────────────


def last_map(series: ControlSeries, day: date) -> int | None:
    """Index of the last map up to the end of a day (UTC), or None."""
    found = [i for i, s in enumerate(series.snapshots) if s.as_of.date() <= day]
    return found[-1] if found else None


def maps_of(series: ControlSeries, day: date, settings: Settings) -> list[int]:
    """Maps that speak of a day: the last one before it and all of it; across a short gap, the next one after.

    Empty where the day lies before the first map, or further from any map than ``map_gap_days``.
    """
    dates = [s.as_of.date() for s in series.snapshots]
    gap = timedelta(days=settings.map_gap_days)
    before = [i for i, d in enumerate(dates) if d < day]
    on = [i for i, d in enumerate(dates) if d == day]
    after = [i for i, d in enumerate(dates) if d > day]
    if on:
        return [*before[-1:], *on]
    near = [i for i in before[-1:] if day - dates[i] <= gap]
    if not near:
        return []
    return [*near, *(i for i in after[:1] if dates[i] - day <= gap)]


def state_map(series: ControlSeries, day: date, settings: Settings) -> int | None:
    """The last map of a day, or across a short gap the last before it; None where no map speaks of the day."""
    found = last_map(series, day)
    if found is None:
        return None
    age = day - series.snapshots[found].as_of.date()
    return found if age <= timedelta(days=settings.map_gap_days) else None


def held(series: ControlSeries, index: int, most: bool, ground: Ground, region: Place | None = None) -> Any:
    """Ground of the drawn holder in a map: held alone, or with contested and unknown ground; cut to a region."""

    def cut() -> Any:
        shape = polygon_of(region, ground)
        return held_ground(series.snapshots[index], HELD_AT_MOST if most else HELD, shape)

    return ground.once(("held", id(series), index, most, region.id if region else None), cut)


def held_km2(series: ControlSeries, index: int, ground: Ground, region: Place | None) -> tuple[float, float]:
    """Area of the drawn holder's ground in km²: without and with contested and unknown ground."""

    def measure() -> tuple[float, float]:
        low, high = (area_km2(held(series, index, most, ground, region)) for most in (False, True))
        return low, high

    return ground.once(("held_km2", id(series), index, region.id if region else None), measure)


def ground_won(
    series: ControlSeries, before: int, after: int, holder: bool, most: bool, ground: Ground, region: Place | None
) -> Any:
    """Ground that a side won between two maps: the drawn holder, or the other side; contested ground out, or in."""

    def subtract() -> Any:
        old, new = (held(series, i, most, ground, region) for i in (before, after))
        found = shapely.difference(new, old) if holder else shapely.difference(old, new)
        return shapely.MultiPolygon([p for p in shapely.get_parts(found) if p.geom_type == "Polygon"])

    key = ("won", id(series), before, after, holder, most, region.id if region else None)
    return ground.once(key, subtract)


def part_of(shape: Any | None, direction: str | None) -> Any | None:
    """The northern, south-eastern ... part of a polygon: what lies that way of its centroid."""
    if shape is None or direction is None:
        return shape
    west, south, east, north = shape.bounds
    middle = shape.centroid
    box = shapely.box(
        middle.x if "E" in direction else west,
        middle.y if "N" in direction else south,
        middle.x if "W" in direction else east,
        middle.y if "S" in direction else north,
    )
    return shapely.intersection(shape, box)


def domain(series: ControlSeries, ground: Ground) -> frozenset[str]:
    """Countries whose ground a series draws with a share that counts: elsewhere its silence says nothing.

    Slivers across a border are redrawn outlines. The drawn side's own country counts beside others only with proof:
    where the map draws a good part of it, or ground in it that is not that side's.
    """

    def find() -> frozenset[str]:
        drawn = _drawn_by_country(series, EVERY_STATUS, ground)
        least = ground.settings.drawn_share * sum(drawn.values())
        found = {code for code, km2 in drawn.items() if km2 > 0 and km2 >= least}
        party = party_of(series.holder, ground.gazetteer.nation)
        own = party.country if party is not None and party.kind is PartyKind.STATE else None
        if own in found and len(found) > 1 and not _draws_home(series, own, drawn, least, ground):
            found.discard(own)
        return frozenset(found)

    return ground.once(("domain", id(series)), find)


def _drawn_by_country(series: ControlSeries, statuses: tuple[Status, ...], ground: Ground) -> dict[str, float]:
    """Area in km² of what the first and last map draw in each country, the larger of the two."""
    found: dict[str, float] = {}
    for index in {0, len(series.snapshots) - 1}:
        here: dict[str, float] = {}
        shape = held_ground(series.snapshots[index], statuses)
        for part in (p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and not p.is_empty):
            inner = part.representative_point()
            at = ground.gazetteer.region_of(inner.y, inner.x)
            if at is not None:
                here[at[0]] = here.get(at[0], 0.0) + area_km2(part)
        found = {code: max(found.get(code, 0.0), here.get(code, 0.0)) for code in (*found, *here)}
    return found


def _draws_home(
    series: ControlSeries, own: str | None, drawn: Mapping[str, float], least: float, ground: Ground
) -> bool:
    """Whether a map draws the drawn side's own country: much of it, or ground of others in it."""
    shape = polygon_of(ground.gazetteer.country(own), ground) if own is not None else None
    if own is None or shape is None:
        return False
    if drawn[own] >= ground.settings.home_share * area_km2(shape):
        return True
    others = tuple(s for s in Status if s is not Status.HELD)
    return _drawn_by_country(series, others, ground).get(own, 0.0) >= least


def speaks_of(series: ControlSeries, place: Place, ground: Ground) -> bool:
    """Whether a series covers the ground of a place: a country that it draws, or a point in what it drew; reports, only
    what they drew."""
    shape = geometry_of(place, ground)
    inside = series.from_reports or shape.geom_type == "Point"
    if inside and bool(_all_drawn(series, ground).intersects(shape)):
        return True
    if series.from_reports:
        return False
    return place.country is None or place.country in domain(series, ground)


def _all_drawn(series: ControlSeries, ground: Ground) -> Any:
    """What the first and the last map draw, of whatever status."""
    return ground.once(
        ("drawn", id(series)),
        lambda: shapely.union_all([held_ground(series.snapshots[i], EVERY_STATUS) for i in (0, -1)]),
    )


def snapshot(series: ControlSeries, index: int) -> Snapshot:
    return series.snapshots[index]


def day_of(series: ControlSeries, index: int) -> date:
    """The UTC day of a map."""
    return series.snapshots[index].as_of.date()


def places_in(mentions: tuple[Mention, ...]) -> list[Place]:
    """The resolved places of mentions."""
    return [m.place for m in mentions if m.place is not None]


def unsure_of(places: Iterable[Place], ground: Ground) -> tuple[Code, ...]:
    """PLACE where any place is known only approximately, or is a town less likely the one meant than not."""

    def doubtful(place: Place) -> bool:
        town = place.feature.startswith("P.") and place.score is not None
        return place.approximate or (town and (place.score or 0.0) < ground.settings.sure_place)

    return (Code.PLACE,) if any(map(doubtful, places)) else ()
