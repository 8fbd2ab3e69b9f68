"""Every threshold of a verdict, each with its reason. Frozen; passed in, never global."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from geomap.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Numbers that decide verdicts. Change one by ``dataclasses.replace`` or in ``geomap.toml``'s ``[settings]``."""

    # what the words allow
    exact_floor: float = 0.02
    """An exact figure is a rounded figure: at least ±2 %, however many digits were written."""
    exact_ceiling: float = 0.10
    """A bare 1, 10 or 1,000 has a last digit as large as itself: nobody means half to one and a half of it."""
    about: float = 0.10
    """"About", "some", "roughly": ±10 %."""
    nearly_low: float = 0.90
    """"Nearly", "almost": 0.9 to 1 times."""
    more_than_high: float = 1.25
    """"More than" is a floor; to 1.25 times it is the natural reading, above that UNDERSTATED."""
    dozens: tuple[float, float] = (24, 99)
    several_dozens: tuple[float, float] = (36, 99)
    few: tuple[float, float] = (3, 5)
    several: tuple[float, float] = (3, 9)
    hundreds: tuple[float, float] = (200, 999)

    # how verdicts fall
    wide_factor: float = 2.0
    """A measured range wider than this factor cannot settle a figure (own error) or is flagged WIDE (dates)."""
    rough_gap: float = 0.15
    """The claimed number within 15 % of the measurement's nearer end is roughly right."""
    road_factor: tuple[float, float] = (1.12, 1.45)
    """Claimed over straight distance where a road distance explains it: 1.29-1.38 were seen in ordinary news."""
    direction_fits_deg: float = 22.5
    """Half a wind of eight."""
    direction_rough_deg: float = 45.0
    opposite_deg: float = 90.0
    """A place in a country's east is not in its west or south-west: beyond a right angle its part is another one."""
    direction_min_sizes: float = 2.0
    """Closer than twice their own size, places have no direction from each other."""
    near_fits_km: float = 10.0
    near_rough_km: float = 30.0
    along_km: float = 5.0
    """Along a river or border: within 5 km, and on the side named."""
    contested_line_km: float = 5.0
    """Contested: the line runs within 5 km."""
    town_share: float = 0.5
    """Who holds the larger part of a town's ground holds the town."""
    part_min_km2: float = 1.0
    """Any part of a region: more than the slivers that redrawn outlines leave."""

    # what measurement can know
    drawn_share: float = 0.01
    """A map speaks of a country where a hundredth of what it draws lies there: redrawn outlines leave 2 of 110,000 km²
    across a border."""
    home_share: float = 0.05
    """Of the drawn side's own country a map speaks where it draws a twentieth of it, or others' ground in it."""
    namesake_factor: float = 5.0
    """A settlement over five times as far as is claimed is taken for another of its name: writers err by two or three,
    a missing village's namesake lies anywhere."""
    known_town: float = 100_000
    """People from which a town is the one that readers think of: the namesakes that stand in for villages are small."""
    clearly_apart: float = 1.5
    """Where a measurement's own error is wide, a figure beyond its far end by this ratio is wrong all the same."""
    sure_place: float = 0.5
    """A town less likely the one meant than not cannot make a claim wrong: the name may mean another."""
    point_error_km: float = 1.5
    """GeoNames points lie 1-2 km from a town's centre."""
    border_error_km: float = 1.4
    """Natural Earth 1:10m against surveyed borders, mean on the Kharkiv-Belgorod stretch."""
    outline_factor: float = 1.5
    """How far a region's official area may lie from its outline where no figure is at hand: Massachusetts has a quarter
    of its area in water, the Emirates' coast lost a seventh to generalising."""
    people_per_km2: float = 3000.0
    """Built-up density, from which a town's radius follows (Angel et al. 2011, doi:10.1016/j.progress.2011.04.001)."""
    near_part_factor: float = 1.5
    """Of a river or border, the part near a place is what lies within 1.5 times its nearest distance."""
    map_gap_days: int = 3
    """Longer without a map on either side of a day, and the maps do not speak of that day."""
    next_day_factor: float = 2.5
    """How much more a day may bring where its map is lacking: the fastest day at hand, 10 to 11 September 2022, took
    what was won back east of Kharkiv from 2,402 to 5,853 km²."""
    search_days: int = 31
    """How far from its date a claim is looked for on other maps: a month, beyond which it speaks of something else."""
    before_first_days: int = 366
    """How long before the first map a claim's day may lie for that map still to speak of its outcome: a year."""
    reports_error: float = 1 / 3
    """Of an area from a map of reports: towns' cells gave 0.9 to 1.3 times the drawn change of 10-12 Sep 2022."""
    strip_km: float = 2.0
    """Narrower strips of a side's ground are what is left between two outlines, borders alone being 1.4 km off."""
    same_event_days: int = 3
    """Reports of one place changing hands within three days tell one event: news lags by a day or two."""
    held_min_piece_km2: float = 100.0
    """Distance to held ground ignores smaller pieces: slivers of river islands."""
    sliver_m2: float = 100.0
    """Pieces under 100 m² stay in totals and are not drawn: most pieces of a day's change, next to none of its area."""

    def next_day_reach(self, change: float, unit: str) -> float:
        """How much a change (km², or km of an advance) may have grown to in a day without a map.

        A front that stood still may take a first piece, or come a first few kilometres forward.
        """
        first = self.held_min_piece_km2 if unit == "km2" else self.contested_line_km
        return max(change * self.next_day_factor, first)

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            least, most = BOUNDS.get(name, (0.0, 1e9))
            value = getattr(self, name)
            numbers = value if isinstance(value, tuple) else (value,)
            if not all(least <= number <= most for number in numbers):  # false of NaN too
                raise InputError(f"{name}: found {value}; expected {least:g} to {most:g}")
            if list(numbers) != sorted(numbers):
                raise InputError(f"{name}: found {list(numbers)}; expected the smaller number first")
        for lower, higher in (("direction_fits_deg", "direction_rough_deg"), ("near_fits_km", "near_rough_km")):
            if getattr(self, lower) > getattr(self, higher):
                raise InputError(f"{lower}: found more than {higher}; expected what fits to be the narrower")


_SHARE, _FACTOR, _TURN = (0.0, 1.0), (1.0, 1e6), (0.0, 180.0)
BOUNDS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(
        (
            "exact_floor",
            "about",
            "nearly_low",
            "rough_gap",
            "sure_place",
            "town_share",
            "drawn_share",
            "home_share",
            "exact_ceiling",
        ),
        _SHARE,
    ),
    **dict.fromkeys(
        (
            "more_than_high",
            "wide_factor",
            "road_factor",
            "near_part_factor",
            "namesake_factor",
            "clearly_apart",
            "outline_factor",
            "people_per_km2",
        ),
        _FACTOR,
    ),
    **dict.fromkeys(("direction_fits_deg", "direction_rough_deg", "opposite_deg"), _TURN),
    "reports_error": _SHARE,
    "next_day_factor": _FACTOR,
    "map_gap_days": (0, 36_500),
    "search_days": (0, 36_500),
    "before_first_days": (0, 36_500),
    "same_event_days": (0, 36_500),
}
"""Least and most that a setting may be, where it is not 0 to a billion: beyond them it means nothing."""


PALETTE: dict[str, str] = {
    "held": "#8d6b45",
    "contested": "#d9b36c",
    "change": "#1f6f9c",
    "hull": "#7b2cbf",
    "line": "#1d2a33",
    "place": "#1d2a33",
    "ambiguous": "#e0457b",
    "land": "#f6f4ef",
    "water": "#dde6e9",
    "border": "#8f9699",
}
"""Colours of the map. No red for held ground: it reads as danger; hatching, not colour alone, marks what is only
claimed or contested. The data colours differ by ΔE(Lab) of 12 and more under deuteranopia and protanopia."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """House style: how pages look and speak, read from ``geomap.toml``'s ``[style]``.

    ``units``: "metric" and/or "imperial", first one leads. ``spellings``: place id -> name to print.
    ``headline``: instead of the finding that geomap words itself; ``byline``: who signs; ``logo``: a PNG or SVG file,
    in ``geomap.toml`` beside that file.
    ``borders``: whose view of borders the page shows, in words. ``boundary_file``: GeoJSON or GeoPackage of borders
    to draw instead of the basemap's; in ``geomap.toml`` beside that file. ``ratings``: verdict label -> what
    ClaimReview says of it, in schema.org's words (``ratingValue``, ``bestRating``, ``worstRating``,
    ``alternateName``).
    """

    language: str = "en"
    units: tuple[str, ...] = ("metric",)
    palette: dict[str, str] = field(default_factory=dict)
    font: str = ""
    spellings: dict[str, str] = field(default_factory=dict)
    caption: str = ""
    credit: str = ""
    headline: str = ""
    byline: str = ""
    logo: str = ""
    borders: str = ""
    boundary_file: str = ""
    ratings: dict[str, dict[str, int | float | str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, colour in self.palette.items():
            if name not in PALETTE:
                raise InputError(f"palette: found {name!r}; expected one of {', '.join(PALETTE)}")
            if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
                raise InputError(f"palette: {name} is {colour!r}; expected a colour like #8d6b45")
        if not re.fullmatch(r"[\w ,'-]*", self.font):
            raise InputError(f"font: found {self.font!r}; expected family names, like Georgia, serif")
        if self.boundary_file and not self.borders.strip():
            raise InputError('boundary_file: nobody\'s view; expected borders = "Borders as ... sees them" beside it')
        for label, rating in self.ratings.items():
            _check_rating(label, rating)
        for place, name in self.spellings.items():
            if not isinstance(name, str) or not name.strip():
                raise InputError(f"spellings: {place} is {name!r}; expected a name")
        if not self.units or not set(self.units) <= {"metric", "imperial"}:
            raise InputError(f"units: found {list(self.units)}; expected metric, imperial or both, first one first")

    def colour(self, name: str) -> str:
        """The house's colour, else ours."""
        return self.palette.get(name, PALETTE[name])


RATING_WORDS = ("ratingValue", "bestRating", "worstRating", "alternateName")
"""What schema.org's Rating says; a rating without its scale says nothing."""
RATED = ("fits", "roughly_fits", "does_not_fit", "maps_cannot_settle")
"""Verdict labels that ClaimReview may rate."""


def _check_rating(label: str, rating: object) -> None:
    where = f"ratings.{label}"
    if label not in RATED:
        raise InputError(f"{where}: expected one of {', '.join(RATED)}")
    if not isinstance(rating, dict) or set(rating) != set(RATING_WORDS):
        raise InputError(f"{where}: expected {', '.join(RATING_WORDS)}, all four")
    value, best, worst = (rating[key] for key in RATING_WORDS[:3])
    numbers = [n for n in (value, best, worst) if isinstance(n, int | float) and not isinstance(n, bool)]
    if len(numbers) < 3 or not worst <= value <= best or worst == best:
        raise InputError(f"{where}: found {worst} to {best} and {value}; expected worstRating <= ratingValue <= best")
    if not isinstance(rating["alternateName"], str) or not rating["alternateName"].strip():
        raise InputError(f"{where}: alternateName is {rating['alternateName']!r}; expected words")
