"""A made-up valley at war, small enough to read: articles, places, claims, control maps and a gazetteer for pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
from shapely.affinity import translate
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from geomap.geodesy import area_m2, distance_km
from geomap.models import (
    Article,
    Aspect,
    AspectName,
    Assessment,
    Claim,
    ClaimKind,
    Code,
    Comparison,
    Compass,
    ControlSeries,
    Evidence,
    Label,
    Mention,
    MentionKind,
    Method,
    Methods,
    Place,
    Predicate,
    Provenance,
    Qualifier,
    Relation,
    Snapshot,
    Toponym,
    Value,
    Verdict,
    When,
    message,
)

START = datetime(2031, 4, 3, 18, 0, tzinfo=UTC)

TEXT = (
    "Valley forces push past the river\n\n"
    "The general staff in Ostrava Nova said on Friday that its brigades had retaken Kamin and Dovha Balka, some 28 "
    "km south of Kamin. Officials put the ground won back at more than 15,000 square kilometres. "
    "A spokesman for the other side, Ilan Petrossian, called the figure a fantasy and spoke of 120 sq km. "
    "Villages near Lisna remain cut off. The front has not moved around Берегове, residents told this paper. "
    "In مدينة الوادي the market was open again."
)


def at(word: str, text: str = TEXT, nth: int = 0) -> tuple[int, int]:
    start = -1
    for _ in range(nth + 1):
        start = text.index(word, start + 1)
    return start, start + len(word)


def place(key: str, name: str, lon: float, lat: float, **more: Any) -> Place:
    known = {"feature": "P.PPL", "country": "VL", "admin1": "Upper Valley", "score": 0.93} | more
    return Place(id=f"geonames:{key}", name=name, lat=lat, lon=lon, **known)


KAMIN = place("101", "Kamin", 37.02, 49.41, population=48000)
BALKA = place("102", "Dovha Balka", 37.11, 49.16, population=5200)
OTHER_LISNA = place("904", "Lisna", 39.4, 47.9, admin1="Lower Valley", score=0.47)
LISNA = place("104", "Lisna", 37.62, 49.63, score=0.52, alternatives=(OTHER_LISNA,))
OSTRAVA = place("100", "Ostrava Nova", 36.2, 49.98, feature="P.PPLC", population=910000)
CYRILLIC = place("105", "Берегове", 37.55, 49.22)
ARABIC = place("106", "مدينة الوادي", 36.61, 49.55)
VALLEY = Place(id="geonames:1", name="Velmora", lat=49.4, lon=37.0, feature="A.PCLI", country="VL", score=1.0)

LAND = Polygon([(33.1, 46.2), (40.7, 46.9), (41.3, 51.8), (36.4, 53.0), (32.2, 51.1)])
NEIGHBOUR = Polygon([(40.7, 46.9), (47.0, 47.5), (46.5, 53.5), (41.3, 51.8)])
LAKE = Polygon([(36.3, 49.1), (36.5, 49.05), (36.55, 49.2), (36.4, 49.28)])
RIVER = LineString([(36.0, 50.3), (36.7, 49.8), (36.9, 49.4), (37.3, 49.05), (37.2, 48.5)])


class World:
    """The gazetteer: two countries, two regions, a lake, a river and five towns."""

    def geometry(self, place_id: str) -> BaseGeometry | None:
        return {VALLEY.id: LAND}.get(place_id)

    def basemap(self, bounds: tuple[float, float, float, float]) -> dict[str, gpd.GeoDataFrame]:
        def frame(names: list[str], shapes: list[BaseGeometry]) -> gpd.GeoDataFrame:
            return gpd.GeoDataFrame({"id": names, "name": names}, geometry=shapes, crs=4326)

        west = box(30, 40, 37.4, 55)
        return {
            "countries": frame(["Velmora", "Nordland"], [LAND, NEIGHBOUR]),
            "regions": frame(["Upper Valley", "East March"], [LAND & west, LAND - west]),
            "lakes": frame(["Lake Tarn"], [LAKE]),
            "rivers": frame(["Sula"], [RIVER]),
            "places": frame(
                ["Harnau", "Milove", "Petrin", "Zelena", "Kut"],
                [Point(36.9, 49.75), Point(37.9, 49.5), Point(36.5, 49.35), Point(37.3, 48.95), Point(37.85, 49.1)],
            ),
        }


def toponym(words: str, where: Place | None, *, why: str | None = None, kind: str = "literal") -> Toponym:
    start, end = at(words)
    return Toponym(
        article="valley-1", start=start, end=end, text=words, kind=MentionKind(kind), place=where, why_not=why
    )


def mention(where: Place) -> Mention:
    return Mention(text=where.name, place=where)


def front(day: float) -> Polygon:
    """The held ground: a slanted wedge that falls back eastwards, a little each day."""
    steps = np.linspace(48.6, 50.4, 40)
    edge = [(36.75 + 0.07 * day + 0.1 * np.sin(9 * y + day / 3), y) for y in steps]
    return Polygon([*edge, (40.0, 50.6), (39.4, 48.4)])


def series(days: int = 9, *, gap: bool = True) -> ControlSeries:
    """Daily maps with three days missing and a change of source."""
    snapshots = []
    for number in range(days):
        late = 3 if gap and number > days // 2 else 0
        when = START + timedelta(days=number + late)
        held = front(number % 12 + late)
        grey = translate(held, xoff=-0.09) - held
        frame = gpd.GeoDataFrame(
            {"status": ["held", "contested"], "holder": ["Nordland", "Nordland"], "name": ["", ""]},
            geometry=[held, grey],
            crs=4326,
        )
        snapshots.append(Snapshot(as_of=when, frame=frame, provenance=SOURCE))
    first_gap = (snapshots[days // 2].as_of.date(), snapshots[days // 2 + 1].as_of.date()) if gap and days > 2 else None
    return ControlSeries(
        name="Valley Watch",
        snapshots=tuple(snapshots),
        provenance=SOURCE,
        holder="Nordland",
        gaps=(first_gap,) if first_gap else (),
    )


SOURCE = Provenance(
    name="Valley Watch", sha256="ab" * 32, licence="CC BY 4.0", attribution="Valley Watch, CC BY 4.0", url=None
)


def claims() -> tuple[Claim, ...]:
    line = LineString([(KAMIN.lon, KAMIN.lat), (BALKA.lon, BALKA.lat)])
    km = distance_km(KAMIN.lon, KAMIN.lat, BALKA.lon, BALKA.lat)
    won = front(0) - front(9)
    won_m2 = area_m2(won)
    hull = Polygon([(KAMIN.lon, KAMIN.lat), (BALKA.lon, BALKA.lat), (CYRILLIC.lon, CYRILLIC.lat), (37.5, 49.6)])

    def claim(key: str, kind: ClaimKind, quote: str, **more: Any) -> Claim:
        start, end = at(quote)
        return Claim(id=key, article="valley-1", kind=kind, quote=quote, start=start, end=end, **more)

    def value(words: str, number: float, unit: str, si: float, si_unit: str, qualifier: Qualifier) -> Value:
        start, end = at(words)
        return Value(
            text=words, start=start, end=end, number=number, unit=unit, si=si, si_unit=si_unit, qualifier=qualifier
        )

    return (
        claim(
            "c1distance",
            ClaimKind.DISTANCE,
            "Dovha Balka, some 28 km south of Kamin",
            value=value("some 28 km", 28, "km", 28000, "m", Qualifier.ABOUT),
            subject=(mention(BALKA),),
            reference=mention(KAMIN),
            direction=Compass.S,
            source=("The general staff",),
            verdict=Verdict(
                label=Label.FITS,
                reason=f"The two towns lie {km:.1f} km apart, and the text allows 25 to 31 km.",
                aspects=(
                    Aspect(
                        aspect=AspectName.DISTANCE,
                        label=Label.FITS,
                        claimed=(25200, 30800),
                        measured=(km * 1000 - 1500, km * 1000 + 1500),
                        unit="m",
                    ),
                    Aspect(
                        aspect=AspectName.DIRECTION,
                        label=Label.FITS,
                        claimed=(157.5, 202.5),
                        measured=(165, 170),
                        unit="deg",
                    ),
                ),
                evidence=(
                    Evidence(
                        what="distance",
                        measured=(km * 1000 - 1500, km * 1000 + 1500),
                        unit="m",
                        aspect=AspectName.DISTANCE,
                        best=km * 1000,
                        method=message(Method.POINTS),
                        source="GeoNames",
                        places=(BALKA.id, KAMIN.id),
                        geometry=line,
                    ),
                ),
            ),
        ),
        claim(
            "c2area",
            ClaimKind.AREA,
            "the ground won back at more than 15,000 square kilometres",
            value=value("more than 15,000 square kilometres", 15000, "km2", 1.5e10, "m2", Qualifier.MORE_THAN),
            source=("Officials",),
            predicate=Predicate.RECAPTURED,
            date=When(text="Friday", start=date(2031, 4, 11), end=date(2031, 4, 11)),
            verdict=Verdict(
                label=Label.DOES_NOT_FIT,
                reason=f"From 3 to 12 April about {won_m2 / 1e6:,.0f} square kilometres change hands on the maps.",
                codes=(Code.CONTESTED, Code.ONE_MAP),
                aspects=(
                    Aspect(
                        aspect=AspectName.AREA,
                        label=Label.DOES_NOT_FIT,
                        claimed=(1.5e10, 1.875e10),
                        measured=(0.96 * won_m2, 1.03 * won_m2),
                        unit="m2",
                    ),
                ),
                evidence=(
                    Evidence(
                        what="change of held ground",
                        measured=(0.96 * won_m2, 1.03 * won_m2),
                        unit="m2",
                        aspect=AspectName.AREA,
                        best=won_m2,
                        method=message(Method.CHANGE),
                        source="Valley Watch",
                        as_of="2031-04-12",
                        codes=(Code.CONTESTED,),
                        geometry=won,
                    ),
                ),
                would_fit=("the whole of April instead of nine days",),
            ),
        ),
        claim(
            "c3area",
            ClaimKind.AREA,
            "spoke of 120 sq km",
            value=value("120 sq km", 120, "km2", 1.2e8, "m2", Qualifier.EXACT),
            source=("Ilan Petrossian", "the other side"),
            verdict=Verdict(
                label=Label.MAPS_CANNOT_SETTLE,
                reason="Only the span of the named places can be measured, and it is 6.6 times as large.",
                codes=(Code.HULL_ONLY,),
                aspects=(
                    Aspect(
                        aspect=AspectName.AREA,
                        label=Label.MAPS_CANNOT_SETTLE,
                        claimed=(1.176e8, 1.224e8),
                        measured=(7.2e8, 8.8e8),
                        unit="m2",
                    ),
                ),
                evidence=(
                    Evidence(
                        what="hull of the named places",
                        measured=(7.2e8, 8.8e8),
                        unit="m2",
                        aspect=AspectName.AREA,
                        method=message(Method.HULLS),
                        source="GeoNames",
                        geometry=hull,
                    ),
                ),
            ),
        ),
        claim(
            "c4near",
            ClaimKind.PROXIMITY,
            "Villages near Lisna remain cut off",
            subject=(mention(LISNA),),
            predicate=Predicate.BESIEGED,
            verdict=Verdict(label=Label.NOT_TESTABLE, reason="It names no village; add --control to test a siege."),
        ),
        claim(
            "c5front",
            ClaimKind.CONTROL,
            "The front has not moved around Берегове",
            subject=(mention(CYRILLIC),),
            predicate=Predicate.CONTESTED,
            source=("residents",),
            checkable=True,
            why_not="no date is given; say --published",
        ),
    )


def assessment(*, days: int = 9, **changes: Any) -> Assessment:
    """The valley's story, judged."""
    made = Assessment(
        articles=(
            Article(
                id="valley-1",
                text=TEXT,
                title="Valley forces push past the river",
                source="The Valley Courier",
                url="https://courier.example/valley?day=11&part=2",
                published_on=date(2031, 4, 12),
                path="stories/valley-1.txt",
                sha256="cd" * 32,
            ),
        ),
        toponyms=(
            toponym("Ostrava Nova", OSTRAVA),
            toponym("Kamin", KAMIN),
            toponym("Dovha Balka", BALKA),
            toponym("Lisna", LISNA),
            toponym("Берегове", CYRILLIC),
            toponym("مدينة الوادي", ARABIC),
            toponym("Valley", None, why="no place of that name in the gazetteer"),
        ),
        claims=claims(),
        comparisons=(
            Comparison(
                kind=Relation.CONTRADICTS,
                claims=("c2area", "c3area"),
                articles=("valley-1",),
                sources=("Officials", "Ilan Petrossian"),
                sentence="Officials speak of more than 15,000 square kilometres, Ilan Petrossian of 120.",
                within_article=True,
            ),
        ),
        control=(series(days),) if days else (),
        methods=Methods(
            version="0.1.0",
            command="geomap report stories/valley-1.txt --control maps/ -o report.html",
            inputs=(Provenance(name="stories/valley-1.txt", path="stories/valley-1.txt", sha256="cd" * 32),),
            data=(
                Provenance(name="gazetteer", licence="CC BY 4.0", attribution="GeoNames, CC BY 4.0", sha256="ef" * 32),
                SOURCE,
            ),
            settings=(("about", "0.1"), ("wide_factor", "2.0")),
            notes=("Ignored: 1 polygon of 14 km² outside the story's ground.",),
        ),
    )
    return replace(made, **changes)
