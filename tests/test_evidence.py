"""Evidence from a made-up country: Asteria (AX), a third of it held by Borova (BX), given back over a week in May."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import geopandas as gpd
import pytest
import shapely

from geomap.claims import with_meanings
from geomap.evidence import Ground, gather_evidence, with_antecedent
from geomap.evidence.borders import border_named
from geomap.evidence.ground import Days, days_of, maps_of
from geomap.evidence.sides import shares_source, stated_side, told_side
from geomap.geodesy import area, azimuth_deg, distance_km, distance_to_km
from geomap.models import (
    Article,
    Claim,
    ClaimKind,
    Code,
    Compass,
    ControlSeries,
    Evidence,
    Label,
    Mention,
    Place,
    Polarity,
    Predicate,
    Provenance,
    Qualifier,
    Snapshot,
    Value,
    When,
)
from geomap.settings import Settings
from geomap.verdicts import judge

# slanted on purpose: boxes hide projection errors
ASTERIA = shapely.Polygon([(30.0, 48.1), (34.2, 47.6), (35.1, 50.3), (30.4, 50.0)])
BOROVA = shapely.Polygon([(34.2, 47.6), (37.0, 47.2), (37.5, 50.1), (35.1, 50.3)])
EAST = shapely.Polygon([(32.5, 47.8), (34.2, 47.6), (35.1, 50.3), (32.9, 50.16)])
RIVER = shapely.LineString([(32.2, 50.1), (32.45, 49.2), (32.3, 48.4), (32.9, 47.75)])
FIRST = date(2031, 5, 1)
WINTER = date(2031, 2, 1)
NEGATED = Polarity.NEGATED


def place(key: str, lon: float, lat: float, feature: str = "P.PPL", **more: Any) -> Place:
    country = more.pop("country", "AX")
    return Place(id=f"t:{key}", name=key.title(), lon=lon, lat=lat, feature=feature, country=country, **more)


PLACES = {
    p.id: p
    for p in (
        place("asteria", 32.3, 49.0, "A.PCLI"),
        place("borova", 36.0, 48.8, "A.PCLI", country="BX"),
        place("eastmark", 33.7, 49.0, "A.ADM1"),
        place("capita", 30.9, 49.4, "P.PPLC", population=900_000),
        place("boromir", 36.1, 48.9, "P.PPLC", country="BX", population=700_000),
        place("westford", 31.8, 48.9, population=9_000),
        place("midton", 33.05, 49.02, population=15_000),
        place("farholm", 34.4, 49.1, population=20_000),
        place("wend", 32.4, 49.0, "H.STM"),
        place("aland", 33.4, 60.2, "P.PPL", country="FI", population=5_000),
    )
}
SHAPES = {"t:asteria": ASTERIA, "t:borova": BOROVA, "t:eastmark": EAST, "t:wend": RIVER,
          "border:AX-BX": shapely.LineString([(34.2, 47.6), (35.1, 50.3)])}  # fmt: skip
PLACES["border:AX-BX"] = Place(id="border:AX-BX", name="Asteria–Borova border", lon=34.6, lat=48.9, feature="A.BDR")
DEMONYMS = {"Asterian": "AX", "Asterians": "AX", "Borovan": "BX", "Borovans": "BX"}


class FakeGazetteer:
    """As much of a gazetteer as evidence asks for."""

    def find(self, name: str, *, country: str | None = None, limit: int = 10, fuzzy: bool = True) -> list[Place]:
        return [p for p in PLACES.values() if p.name == name and country in (None, p.country)][:limit]

    def nation(self, name: str) -> str | None:
        sides = (p.country for p in PLACES.values() if p.name == name and p.feature in ("A.PCLI", "P.PPLC"))
        return DEMONYMS.get(name) or next(sides, None)

    def geometry(self, place_id: str) -> Any:
        found = PLACES.get(place_id)
        return SHAPES.get(place_id) or (shapely.Point(found.lon, found.lat) if found else None)

    def place(self, place_id: str) -> Place | None:
        return PLACES.get(place_id)

    def country(self, code: str) -> Place | None:
        return {"AX": PLACES["t:asteria"], "BX": PLACES["t:borova"]}.get(code)

    def region_of(self, lat: float, lon: float) -> tuple[str, str, str] | None:
        point = shapely.Point(lon, lat)
        return (
            ("AX", "1", "Eastmark")
            if ASTERIA.covers(point)
            else ("BX", "1", "Borova")
            if BOROVA.covers(point)
            else None
        )

    def border(self, one: str, other: str) -> Place | None:
        return PLACES["border:AX-BX"] if {one, other} == {"AX", "BX"} else None

    def settlements(self, bounds: Any) -> gpd.GeoDataFrame:
        towns = [p for p in PLACES.values() if p.feature.startswith("P")]
        return gpd.GeoDataFrame(
            {"id": [p.id for p in towns]}, geometry=[shapely.Point(p.lon, p.lat) for p in towns], crs=4326
        )

    def basemap(self, bounds: Any) -> dict[str, gpd.GeoDataFrame]:
        return {"lakes": gpd.GeoDataFrame({"id": []}, geometry=[], crs=4326)}


def front(lon: float) -> Any:
    """Asterian ground east of a slanted line that meets the 49th parallel at ``lon``."""
    half = shapely.Polygon([(lon - 0.35, 47.0), (40.0, 47.0), (40.0, 51.0), (lon + 0.55, 51.0)])
    return shapely.intersection(ASTERIA, half)


def snapshot(day: date, held: Any, contested: Any = None, hour: int = 20) -> Snapshot:
    rows = [("held", "Borova", held)] + ([("contested", "Borova", contested)] if contested is not None else [])
    frame = gpd.GeoDataFrame(
        {"status": [r[0] for r in rows], "holder": [r[1] for r in rows], "name": [None] * len(rows)},
        geometry=[r[2] for r in rows], crs=4326,
    )  # fmt: skip
    when = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return Snapshot(as_of=when, frame=frame, provenance=Provenance(name=f"{day}"))


LINES = [32.5, 32.5, 32.7, 33.0, 33.4, 33.4, 33.9, 33.9]
"""Where the front meets the 49th parallel, from 1 May on: Midton (33.05) is free on 4 May, Farholm never."""


def series(name: str = "Drawn", **more: Any) -> ControlSeries:
    snapshots = tuple(snapshot(FIRST + timedelta(days=i), front(lon)) for i, lon in enumerate(LINES))
    return ControlSeries(name=name, snapshots=snapshots, provenance=Provenance(name=name), holder="Borova", **more)


SERIES = series()
ARTICLE = Article(id="a1", text="", source="Capita Courier", published_on=date(2031, 5, 7))


def ground(*control: ControlSeries, article: Article = ARTICLE, **more: Any) -> Ground:
    return Ground(gazetteer=FakeGazetteer(), control=control, articles={article.id: article}, **more)  # type: ignore[arg-type]


def mention(key: str, text: str | None = None) -> Mention:
    found = PLACES.get(f"t:{key}") or PLACES.get(key)
    return Mention(text=text or (found.name if found else key), place=found)


def on(first: date | int, last: date | int | None = None, text: str | None = None) -> When:
    start = date(2031, 5, first) if isinstance(first, int) else first
    end = start if last is None else date(2031, 5, last) if isinstance(last, int) else last
    return When(text=text, start=start, end=end)


def control(
    key: str, predicate: Predicate = Predicate.RECAPTURED, actor: str | None = "Asterian troops", **more: Any
) -> Claim:
    quote = more.pop("quote", f"{actor} {predicate} {mention(key).text}")
    return Claim(
        id=more.pop("id", "k1"), article="a1", kind=ClaimKind.CONTROL, quote=quote, start=0, end=len(quote),
        subject=(mention(key),), predicate=predicate, actor=actor, **more,
    )  # fmt: skip


def area_claim(km2: float, qualifier: Qualifier = Qualifier.ABOUT, **more: Any) -> Claim:
    more = {"predicate": Predicate.RECAPTURED, "actor": "Asterian troops", "quote": "recaptured ground", **more}
    return Claim(
        id=more.pop("id", "m1"), article="a1", kind=ClaimKind.AREA, start=0, end=10,
        value=Value(text=f"{km2:g} km2", start=0, end=5, number=km2, unit="km2", si=km2 * 1e6, si_unit="m2",
                    qualifier=qualifier), **more,
    )  # fmt: skip


def far(km: float, subject: Mention, reference: Mention, **more: Any) -> Claim:
    kind = more.pop("kind", ClaimKind.DISTANCE)
    value = Value(text=f"{km:g}km", start=0, end=4, number=km, unit="km", si=km * 1000, si_unit="m",
                  qualifier=more.pop("qualifier", Qualifier.EXACT))  # fmt: skip
    return Claim(id="d1", article="a1", kind=kind, quote="so far", start=0, end=6,
                 value=value if km else None, subject=(subject,), reference=reference, **more)  # fmt: skip


def meant(claim: Claim, where: Ground) -> Claim:
    """A claim as ``claims`` hands it on: with what its words mean."""
    article = where.articles.get(claim.article, ARTICLE)
    return with_meanings([claim], article, [], where.gazetteer.nation)[0]


def gathered(claim: Claim, where: Ground) -> list[Evidence]:
    claims = tuple(meant(c, where) for c in where.claims)
    return gather_evidence(meant(claim, where), replace(where, claims=claims))


def measure(claim: Claim, where: Ground) -> Evidence:
    found = [e for e in gathered(claim, where) if e.role == "measure"]
    assert found, gathered(claim, where)
    return found[0]


def verdict(claim: Claim, where: Ground) -> Any:
    return judge(meant(claim, where), gathered(claim, where), where.settings)


def lost_km2(first: int, last: int) -> float:
    """What Borova lost between the maps of two days of May, measured here apart."""
    gone = shapely.difference(front(LINES[first - 1]), front(LINES[last - 1]))
    return float(area(gone, edges="planar").sum()) / 1e6


# ── areas ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_day_runs_from_the_map_before_it_to_its_last_map() -> None:
    found = measure(area_claim(1000, date=on(4)), ground(SERIES))
    assert found.measured == (pytest.approx(lost_km2(1, 3)), pytest.approx(lost_km2(1, 4)))
    assert found.as_of == "2031-05-04T20:00:00+00:00"
    assert found.source == "Drawn"


def test_change_runs_to_publication_without_a_date_and_counts_from_since_or_the_period() -> None:
    undated = measure(area_claim(1000), ground(SERIES))
    assert undated.measured[1] == pytest.approx(lost_km2(1, 7))
    since = measure(area_claim(1000), ground(SERIES, since=date(2031, 5, 4)))
    assert since.measured[1] == pytest.approx(lost_km2(4, 7))
    period = measure(area_claim(1000, date=on(5, 7, "since Monday to Wednesday".replace("since ", ""))), ground(SERIES))
    assert period.measured[1] == pytest.approx(lost_km2(4, 7))


def test_gains_of_the_other_side_are_not_gains_of_the_actor() -> None:
    borovan = measure(area_claim(1000, actor="Borovan troops", predicate=Predicate.CAPTURED), ground(SERIES))
    assert borovan.measured == (0.0, 0.0)
    assert (
        verdict(area_claim(1000, actor="Borovan troops", predicate=Predicate.CAPTURED), ground(SERIES)).label
        is Label.DOES_NOT_FIT
    )


def test_region_cuts_and_contested_ground_widens() -> None:
    region = measure(area_claim(1000, region=mention("eastmark")), ground(SERIES))
    assert 0 < region.measured[1] < lost_km2(1, 7)
    strip = shapely.difference(front(33.4), front(33.9))
    maps = (SERIES.snapshots[0], snapshot(date(2031, 5, 7), front(33.9), strip))
    fuzzy = replace(SERIES, snapshots=maps)
    found = measure(area_claim(1000), ground(fuzzy))
    assert found.measured == (0.0, pytest.approx(lost_km2(1, 7)))
    # the map before the day counts as drawn, the day's own with contested ground out and in
    strips = replace(
        SERIES, snapshots=(SERIES.snapshots[0], replace(maps[1], as_of=maps[1].as_of - timedelta(1)), maps[1])
    )
    assert measure(area_claim(1000), ground(strips)).measured == (
        pytest.approx(lost_km2(1, 5)),
        pytest.approx(lost_km2(1, 7)),
    )
    in_out = [e.measured for e in gathered(area_claim(1000, date=on(8)), ground(fuzzy)) if e.role == "measure"]
    assert in_out[0][0] == pytest.approx(lost_km2(1, 5))


def test_every_map_gives_its_own_number() -> None:
    second = replace(series("Second"), snapshots=series().snapshots[:6])
    found = [e for e in gathered(area_claim(1000), ground(SERIES, second)) if e.role == "measure"]
    assert [e.source for e in found] == ["Drawn", "Second"]
    assert all(Code.ONE_MAP not in e.codes for e in found)
    assert Code.ONE_MAP in measure(area_claim(1000), ground(SERIES)).codes


def test_figure_out_of_date_would_fit_by_its_map() -> None:
    claim = area_claim(round(lost_km2(1, 3)), date=on(7))
    said = verdict(claim, ground(SERIES))
    assert said.label is Label.DOES_NOT_FIT
    assert "by the map of 3 May 2031" in map(str, said.would_fit)
    assert "3 May 2031" in said.reason


def test_held_ground_and_shares() -> None:
    half = float(area(front(LINES[6]), edges="planar").sum() / area(ASTERIA, edges="planar").sum())
    share = replace(
        area_claim(0, predicate=Predicate.CONTROLS, actor="Borova", quote="controls part of Asteria"),
        value=Value(text="share", start=0, end=5, number=round(100 * half), unit="share_of_area",
                    qualifier=Qualifier.ABOUT), reference=mention("asteria"),
    )  # fmt: skip
    assert verdict(share, ground(SERIES)).label is Label.FITS
    wrong = replace(share, value=replace(share.value, number=100 * half * 3))  # type: ignore[type-var]
    assert verdict(wrong, ground(SERIES)).label is Label.DOES_NOT_FIT


def test_own_area_of_a_country() -> None:
    km2 = float(area(ASTERIA, edges="planar").sum()) / 1e6
    claim = area_claim(round(km2, -2), predicate=None, actor=None, subject=(mention("asteria"),))
    assert verdict(claim, ground()).label is Label.FITS
    assert (
        verdict(area_claim(2 * km2, predicate=None, actor=None, subject=(mention("asteria"),)), ground()).label
        is Label.DOES_NOT_FIT
    )


def test_hull_alone_settles_only_what_it_can() -> None:
    towns = (mention("westford"), mention("midton"), mention("farholm"))
    claim = area_claim(30_000, subject=towns)
    said = verdict(claim, ground())
    assert said.label is Label.MAPS_CANNOT_SETTLE
    assert Code.HULL_ONLY in said.codes
    assert "times" in said.reason
    # places that only its article names rest on the article's word
    others = tuple(control(key, id=key) for key in ("midton", "farholm", "capita"))
    borne = verdict(area_claim(5, id="m2"), ground(claims=others))
    assert borne.label is Label.MAPS_CANNOT_SETTLE
    assert Code.HULL_ONLY in borne.codes


def test_sum_with_an_antecedent() -> None:
    first = area_claim(1000, Qualifier.MORE_THAN, id="m1")
    again = area_claim(1000, Qualifier.SAME_AS, id="m2", antecedent="m1", quote="another area of the same size")
    roles = {e.role: e for e in gathered(again, ground(SERIES, claims=(first, again)))}
    assert roles["antecedent"].best == pytest.approx(1000)


# ── dates and missing things ─────────────────────────────────────────────────────────────────────────────────


def test_undated_says_which_flag_is_missing() -> None:
    undated = replace(ARTICLE, published_on=None)
    for claim in (control("midton"), area_claim(1000)):
        said = verdict(claim, ground(SERIES, article=undated))
        assert said.label is Label.NOT_TESTABLE
        assert "--published" in said.reason
    # what stands still needs no date
    assert verdict(far(90, mention("midton"), mention("westford")), ground(article=undated)).label is Label.FITS


def test_no_control_map_says_which_would_settle() -> None:
    said = verdict(control("midton", date=on(5)), ground())
    assert said.label is Label.MAPS_CANNOT_SETTLE
    assert "5 May 2031" in said.reason
    assert "--control" in said.reason


def test_maps_far_from_the_day_do_not_speak_of_it() -> None:
    late = verdict(control("midton", date=on(date(2031, 6, 20))), ground(SERIES))
    assert late.label is Label.MAPS_CANNOT_SETTLE
    assert "1 May 2031" in late.reason


def test_a_map_at_hand_is_never_said_not_to_be_there() -> None:
    # it draws the ground on that day: the text does not say whose it is
    unsaid = verdict(area_claim(1000, predicate=Predicate.CAPTURED, actor="the men"), ground(SERIES))
    assert unsaid.label is Label.MAPS_CANNOT_SETTLE
    assert "does not say whose ground that is, so the map at hand (Drawn) cannot test it" in unsaid.reason
    assert "--control" not in unsaid.reason
    # it draws other ground
    other = verdict(control("aland"), ground(SERIES, series("Second")))
    assert "the maps at hand (Drawn 1 May 2031 to 8 May 2031; Second" in other.reason
    assert "do not draw that ground; a control map dated 7 May 2031 would settle it" in other.reason
    # it shows nothing of the kind
    wide = verdict(far(5, mention("midton"), mention("midton"), kind=ClaimKind.EXTENT, actor="Borova"), ground(SERIES))
    assert "shows nothing by which to measure it" in wide.reason


def test_methods_state_the_numbers_of_the_settings() -> None:
    front_of = far(20, Mention(text="Borovan troops", place=None), mention("capita"), actor="Borovan troops")
    line_of = far(20, mention("wend"), mention("westford"))
    for claim, name, default, changed in (
        (front_of, "held_min_piece_km2", "pieces under 100 km²", "pieces under 250 km²"),
        (line_of, "near_part_factor", "1.5 times the nearest", "2.25 times the nearest"),
    ):
        assert default in str(measure(claim, ground(SERIES)).method)
        other = replace(Settings(), **{name: float(re.sub("[^0-9.]", "", changed.split("times")[0].split("km")[0]))})
        assert changed in str(measure(claim, ground(SERIES, settings=other)).method)


def test_maps_of_a_day() -> None:
    settings = Settings()
    assert maps_of(SERIES, date(2031, 5, 4), settings) == [2, 3]
    assert maps_of(SERIES, date(2031, 4, 30), settings) == []
    assert maps_of(SERIES, date(2031, 5, 10), settings) == [7]
    gappy = replace(SERIES, snapshots=(SERIES.snapshots[0], SERIES.snapshots[3]))
    assert maps_of(gappy, date(2031, 5, 3), settings) == [0, 1]


def test_days_of_a_claim() -> None:
    where = ground(SERIES)
    assert days_of(meant(area_claim(1), where), where) == Days(start=date(2031, 5, 7), end=date(2031, 5, 7), own=False)
    since = days_of(meant(area_claim(1, date=on(2, 2, "since 2 May")), where), where)
    assert since is not None
    assert (since.open, since.end) == (True, date(2031, 5, 7))
    month = days_of(meant(area_claim(1, date=on(1, 31, "this month")), where), where)
    assert month is not None
    assert (month.period, month.end) == (True, date(2031, 5, 7))


# ── control ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("claim", "want"),
    [
        (control("midton", date=on(5)), Label.FITS),
        (control("midton", date=on(3)), Label.ROUGHLY_FITS),  # free on the next day's map
        (control("midton", date=on(2)), Label.DOES_NOT_FIT),
        (control("midton", Predicate.WITHDREW, "Borovan soldiers", date=on(5)), Label.FITS),
        (control("midton", Predicate.WITHDREW, "Borovan soldiers", date=on(2)), Label.DOES_NOT_FIT),
        (control("farholm", Predicate.OCCUPIED, "Borova", date=on(5)), Label.FITS),
        (control("farholm", Predicate.CAPTURED, "the Asterian army", date=on(5)), Label.DOES_NOT_FIT),
        (control("farholm", Predicate.CAPTURED, "the Asterian army", date=on(5), polarity=NEGATED), Label.FITS),
        (control("midton", Predicate.OCCUPIED, "Borova", date=on(WINTER, WINTER, "since February")), Label.FITS),
        (control("midton", Predicate.CONTROLS, "Asteria", date=on(1, 7, "since May")), Label.FITS),
        (control("midton", Predicate.CONTROLS, "Asteria", date=on(2, 7, "since 2 May")), Label.ROUGHLY_FITS),
        (control("capita", Predicate.CAPTURED, "Borova", date=on(WINTER), polarity=NEGATED), Label.FITS),
        (control("capita", Predicate.CAPTURED, "Borova", date=on(WINTER)), Label.MAPS_CANNOT_SETTLE),
        (control("aland", date=on(5)), Label.MAPS_CANNOT_SETTLE),  # no ground of this map
        (control("midton", Predicate.ANNEXED, "Borova", date=on(5)), Label.NOT_TESTABLE),
    ],
)  # fmt: skip
def test_control_of_towns(claim: Claim, want: Label) -> None:
    assert verdict(claim, ground(SERIES)).label is want


def test_contested_ground_at_a_town_cannot_settle_it() -> None:
    strip = shapely.difference(front(32.9), front(33.2))
    maps = (snapshot(FIRST, front(33.2), strip), snapshot(date(2031, 5, 7), front(33.2), strip))
    said = verdict(control("midton"), ground(replace(SERIES, snapshots=maps)))
    assert said.label is Label.MAPS_CANNOT_SETTLE
    assert Code.CONTESTED in said.codes


def test_parts_and_wholes_of_a_region() -> None:
    some = control("eastmark", quote="Asterian troops recaptured villages in Eastmark")
    whole = control("eastmark", quote="Asterian troops recaptured Eastmark")
    held = control("eastmark", Predicate.CONTROLS, "Borova", quote="Borova controls what remains of Eastmark")
    where = ground(SERIES)
    assert verdict(some, where).label is Label.FITS
    assert verdict(whole, where).label is Label.DOES_NOT_FIT
    assert verdict(held, where).label is Label.FITS
    assert measure(some, where).unit == "km2"
    assert measure(whole, where).unit == "share"


def test_who_has_the_ground_after_the_event() -> None:
    where = ground(SERIES)
    assert stated_side(meant(control("midton", Predicate.CAPTURED, "Borovan forces"), where), SERIES, where) is True
    assert stated_side(meant(control("midton", Predicate.LOST, "Borovan forces"), where), SERIES, where) is False
    assert stated_side(meant(control("midton", Predicate.CAPTURED, "Boromir's men"), where), SERIES, where) is True
    assert stated_side(meant(control("midton", Predicate.LIBERATED, None), where), SERIES, where) is False
    assert stated_side(meant(control("midton", Predicate.CAPTURED, None), where), SERIES, where) is None
    assert (
        stated_side(meant(control("midton", Predicate.CAPTURED, None, counterparty="Borova"), where), SERIES, where)
        is False
    )
    ours = control("midton", Predicate.CAPTURED, "our troops", source=("Asterian commander",))
    assert stated_side(meant(ours, where), SERIES, where) is False


def test_contested_is_measured_to_the_line_between_the_sides() -> None:
    near = control("midton", Predicate.CONTESTED, "Borova", date=on(4))
    behind = control("farholm", Predicate.CONTESTED, "Borova", date=on(4))
    assert verdict(near, ground(SERIES)).label is Label.FITS
    assert verdict(behind, ground(SERIES)).label is Label.DOES_NOT_FIT


STORY = "Borovan officials confirmed the pullout from Midton on Thursday. Later the retreat from Farholm was denied."


def unnamed(key: str, predicate: Predicate, words: str, **more: Any) -> Claim:
    start = STORY.index(words)
    at = STORY.index(mention(key).text)
    found = replace(mention(key), start=at, end=at + len(mention(key).text))
    return Claim(id="u1", article="a1", kind=ClaimKind.CONTROL, quote=words, start=start, end=start + len(words),
                 subject=(found,), predicate=predicate, **more)  # fmt: skip


def test_side_left_out_is_read_from_the_sentence_or_the_change_of_hands() -> None:
    where = ground(SERIES, article=replace(ARTICLE, text=STORY))
    pullout = unnamed("midton", Predicate.WITHDREW, "pullout from Midton")
    assert told_side(meant(pullout, where), SERIES, where) is True
    assert verdict(pullout, where).label is Label.FITS
    assert verdict(replace(pullout, date=on(3)), where).label is Label.ROUGHLY_FITS
    # what only a guess would contradict stays open
    assert verdict(replace(pullout, date=on(2)), where).label is Label.MAPS_CANNOT_SETTLE
    retreat = unnamed("farholm", Predicate.LOST, "retreat from Farholm")
    assert told_side(meant(retreat, where), SERIES, where) is None
    assert verdict(retreat, where).label is Label.MAPS_CANNOT_SETTLE
    moved = ground(SERIES, article=replace(ARTICLE, text="Midton was lost."))
    assert verdict(control("midton", Predicate.LOST, None, quote="Midton was lost"), moved).label is Label.FITS


@pytest.mark.parametrize(("factor", "label"), [(1.0, Label.FITS), (9.0, Label.MAPS_CANNOT_SETTLE)])
def test_area_of_a_side_that_is_guessed_is_borne_out_or_left_open(factor: float, label: Label) -> None:
    km2 = round(factor * lost_km2(1, 7))
    text = f"Asterian officials met. Asterian officials spoke of {km2} km2 recaptured."
    where = ground(SERIES, article=replace(ARTICLE, text=text))
    at = text.index(f"{km2} km2")
    claim = replace(
        area_claim(km2, actor=None, quote=text[at:-1]), start=at, end=len(text) - 1, predicate=Predicate.CAPTURED
    )
    said = verdict(claim, where)
    assert said.label is label, said.reason
    assert all(e.supposed is None for e in said.evidence)
    # with the side named, the same figure is wrong
    named = replace(claim, actor="Asterian troops")
    assert verdict(named, where).label is (Label.FITS if factor == 1.0 else Label.DOES_NOT_FIT)


def test_area_takes_what_it_leaves_out_from_the_figure_before() -> None:
    first = replace(area_claim(500, region=mention("eastmark")), start=0, end=20)
    bare = replace(area_claim(800, id="m2", predicate=None, actor=None, quote="puts it at 800 km2"), start=60, end=80)
    whole = with_antecedent(bare, ground(claims=(first, bare)))
    assert (whole.predicate, whole.actor) == (first.predicate, first.actor)
    assert whole.region == first.region
    far_off = replace(bare, start=3000, end=3020)
    assert with_antecedent(far_off, ground(claims=(first, far_off))) is far_off


@pytest.mark.parametrize(
    ("words", "found"),
    [("the border", "t:midton"), ("the Borovan border", "t:midton"), ("the frontier with Borova", "t:midton")],
)
def test_border_left_unnamed_is_the_one_between_the_sides(words: str, found: str) -> None:
    where = ground(SERIES)
    claim = meant(far(110, mention("midton"), Mention(text=words), qualifier=Qualifier.ABOUT), where)
    assert claim.reference is not None
    assert border_named(claim.reference, claim, where) == PLACES["border:AX-BX"]
    said = verdict(claim, where)
    assert said.label is Label.FITS, said.reason
    river = meant(replace(claim, reference=Mention(text="the river")), where)
    assert river.reference is not None
    assert border_named(river.reference, river, where) is None


# ── distances ────────────────────────────────────────────────────────────────────────────────────────────────


def straight(a: str, b: str) -> float:
    one, other = PLACES[f"t:{a}"], PLACES[f"t:{b}"]
    return distance_km(one.lon, one.lat, other.lon, other.lat)


def test_place_to_place() -> None:
    km = straight("westford", "midton")
    found = measure(far(90, mention("midton"), mention("westford")), ground())
    assert found.best == pytest.approx(km)
    assert found.measured == (pytest.approx(km - 3), pytest.approx(km + 3))
    road = verdict(far(km * 1.3, mention("midton"), mention("westford")), ground())
    assert (road.label, Code.ROAD in road.codes) == (Label.ROUGHLY_FITS, True)
    assert verdict(far(km * 1.6, mention("midton"), mention("westford")), ground()).label is Label.DOES_NOT_FIT


def test_azimuth_runs_from_the_reference_to_the_subject() -> None:
    claim = far(90, mention("midton"), mention("westford"), direction=Compass.E)
    found = next(e for e in gathered(claim, ground()) if e.aspect == "direction")
    assert found.best == pytest.approx(azimuth_deg(31.8, 48.9, 33.05, 49.02))
    assert verdict(claim, ground()).label is Label.FITS
    back = verdict(replace(claim, direction=Compass.W), ground())
    assert (back.label, Code.DIRECTION in back.codes) == (Label.ROUGHLY_FITS, True)


def test_places_too_close_have_no_direction() -> None:
    suburb = place("suburb", 30.95, 49.42)
    claim = far(4, Mention(text="Suburb", place=suburb), mention("capita"), direction=Compass.N)
    assert all(e.aspect != "direction" for e in gathered(claim, ground()))


def test_another_place_of_that_name() -> None:
    twin = replace(place("midton", 32.6, 48.95), id="t:twin", admin1="Westmark")
    torn = Mention(text="Midton", place=replace(PLACES["t:midton"], alternatives=(twin,)))
    km = distance_km(32.6, 48.95, 31.8, 48.9)
    said = verdict(far(round(km), torn, mention("westford"), qualifier=Qualifier.ABOUT), ground())
    assert (said.label, Code.PLACE in said.codes) == (Label.MAPS_CANNOT_SETTLE, True)
    assert any("another place of that name: Midton (Westmark" in r for r in map(str, said.would_fit))
    assert "another place of that name: Midton (Westmark" in said.reason
    # a namesake that lies another way than the wind named is no reading
    east = far(round(km), torn, mention("westford"), qualifier=Qualifier.ABOUT, direction=Compass.S)
    assert verdict(east, ground()).label is Label.DOES_NOT_FIT


def test_river_is_a_range_over_its_near_part() -> None:
    found = measure(far(100, mention("wend"), mention("capita")), ground())
    low, high = found.measured
    assert low is not None
    assert high is not None
    assert high - low > 20
    assert low < distance_km(30.9, 49.4, 32.45, 49.2) < high


def test_front_is_the_nearest_held_ground() -> None:
    force = Mention(text="Asterian forces", place=PLACES["t:asteria"])
    found = measure(far(50, force, mention("farholm"), date=on(3)), ground(SERIES))
    assert found.source == "Drawn"
    # the line of 3 May passes 32.7 on the 49th parallel; Farholm lies at 34.4
    assert found.best == pytest.approx(distance_km(32.75, 49.1, 34.4, 49.1), rel=0.08)
    holder = Mention(text="Borovan troops", place=PLACES["t:borova"])
    assert measure(far(50, holder, mention("farholm"), date=on(3)), ground(SERIES)).best == 0.0


def test_front_ignores_slivers() -> None:
    sliver = shapely.Point(34.3, 49.1).buffer(0.02)
    maps = tuple(
        snapshot(FIRST + timedelta(days=i), shapely.difference(front(32.5), sliver)) for i in range(7)
    )  # fmt: skip
    force = Mention(text="Asterian forces", place=PLACES["t:asteria"])
    found = measure(far(50, force, mention("farholm")), ground(replace(SERIES, snapshots=maps)))
    assert found.best is not None
    assert found.best > 100


def test_advance_reaches_its_end_or_does_not() -> None:
    def advance(key: str, day: int) -> Claim:
        return replace(far(0, Mention(text="Asterian forces"), mention(key), kind=ClaimKind.ADVANCE, date=on(day)),
                       predicate=Predicate.REACHED)  # fmt: skip

    assert verdict(advance("midton", 5), ground(SERIES)).label is Label.FITS
    assert verdict(advance("farholm", 5), ground(SERIES)).label is Label.DOES_NOT_FIT


def test_depth_and_rate_of_an_advance() -> None:
    claim = replace(far(0, Mention(text="Asterian forces"), mention("midton"), kind=ClaimKind.ADVANCE), reference=None,
                    value=far(95, mention("midton"), mention("westford")).value)  # fmt: skip
    found = measure(claim, ground(SERIES))
    # from 32.5 to 33.9 along a parallel, less across the slant
    assert found.best == pytest.approx(distance_km(32.5, 49.0, 33.9, 49.0), rel=0.15)
    day = measure(replace(claim, kind=ClaimKind.RATE), ground(SERIES))
    assert day.unit == "km/day"
    assert day.measured[0] == pytest.approx(found.best / 6, rel=0.05) if found.best else False


def test_containment() -> None:
    inside = far(0, mention("farholm"), mention("eastmark"), kind=ClaimKind.CONTAINMENT)
    outside = far(0, mention("westford"), mention("eastmark"), kind=ClaimKind.CONTAINMENT)
    part = far(0, mention("eastmark"), mention("asteria"), kind=ClaimKind.CONTAINMENT)
    assert verdict(inside, ground()).label is Label.FITS
    assert verdict(outside, ground()).label is Label.DOES_NOT_FIT
    assert verdict(part, ground()).label is Label.FITS
    assert verdict(replace(inside, polarity=Polarity.NEGATED), ground()).label is Label.DOES_NOT_FIT


def test_along_a_river_on_the_side_named() -> None:
    bank = Mention(text="Bankside", place=place("bankside", 32.49, 49.1))
    east = far(0, bank, mention("wend"), kind=ClaimKind.ADJACENCY, direction=Compass.E)
    assert verdict(east, ground()).label is Label.FITS
    west = verdict(replace(east, direction=Compass.W), ground())
    assert (west.label, Code.DIRECTION in west.codes) == (Label.ROUGHLY_FITS, True)
    assert (
        verdict(far(0, mention("midton"), mention("wend"), kind=ClaimKind.ADJACENCY), ground()).label
        is Label.DOES_NOT_FIT
    )


def test_so_far_inside_a_country_is_so_far_from_its_border() -> None:
    km = distance_to_km((34.4, 49.1), ASTERIA.boundary)
    inside = far(round(km), mention("farholm"), mention("asteria"))
    assert measure(inside, ground()).best == pytest.approx(km)
    assert verdict(replace(inside, value=far(3 * km, mention("midton"), mention("midton")).value), ground()).label is (
        Label.DOES_NOT_FIT
    )


def test_what_has_no_outline_or_is_one_place_is_not_measured() -> None:
    sea = Mention(text="Wide Gulf", place=place("gulf", 31.0, 46.0, "H.GULF", country=None))
    said = verdict(far(30, mention("midton"), sea), ground())
    assert said.label is Label.NOT_TESTABLE
    assert "no outline" in said.reason
    assert verdict(far(3, mention("midton"), mention("midton")), ground()).label is Label.NOT_TESTABLE


def test_place_known_only_roughly_contradicts_nothing() -> None:
    rough = Mention(text="Hamlet", place=place("hamlet", 33.0, 49.0, approximate=True, radius_km=8.0))
    said = verdict(far(300, rough, mention("westford")), ground())
    assert (said.label, Code.PLACE in said.codes) == (Label.MAPS_CANNOT_SETTLE, True)
    # nor does it bear anything out: what is only known to lie near another place is not measured from
    assert verdict(far(90, rough, mention("westford")), ground()).label is Label.MAPS_CANNOT_SETTLE


@pytest.mark.parametrize(("score", "want"), [(0.3, Label.MAPS_CANNOT_SETTLE), (0.8, Label.DOES_NOT_FIT)])
def test_a_town_less_likely_meant_than_not_contradicts_nothing(score: float, want: Label) -> None:
    meant = Mention(text="Hamlet", place=place("hamlet", 33.0, 49.0, score=score))
    assert verdict(far(300, meant, mention("westford")), ground()).label is want


@pytest.mark.parametrize(("wind", "want"), [(Compass.E, Label.FITS), (Compass.W, Label.DOES_NOT_FIT)])
def test_part_of_a_country(wind: Compass, want: Label) -> None:
    within = far(0, mention("farholm"), mention("asteria"), kind=ClaimKind.CONTAINMENT, direction=wind)
    assert verdict(within, ground()).label is want
    region = far(0, mention("eastmark"), mention("asteria"), kind=ClaimKind.CONTAINMENT, direction=wind)
    assert verdict(region, ground()).label is want


def test_unresolved_place_says_why() -> None:
    lost = Mention(text="Nowhere", why_not="three places bear this name")
    said = verdict(far(30, lost, mention("midton")), ground())
    assert said.label is Label.NOT_TESTABLE
    assert str(said.reason) == "Three places bear this name."


# ── maps of reports ──────────────────────────────────────────────────────────────────────────────────────────


def reported(*days: tuple[int, float | None]) -> ControlSeries:
    """A map of reports: on each day, Borovan ground east of a line, Asterian ground west of it within the east."""
    snapshots = []
    for day, lon in days:
        held = front(lon) if lon is not None else shapely.Polygon()
        free = shapely.difference(EAST, held)
        frame = gpd.GeoDataFrame(
            {"status": ["held", "free"], "holder": ["Borova", "Asteria"], "name": [None, None]},
            geometry=[shapely.intersection(held, EAST), free], crs=4326,
        )  # fmt: skip
        when = datetime(2031, 5, day, tzinfo=UTC)
        snapshots.append(Snapshot(as_of=when, frame=frame, provenance=Provenance(name=str(day))))
    return ControlSeries(name="events", snapshots=tuple(snapshots), provenance=Provenance(name="events"),
                         holder="Borova", from_reports=True, sources=("Chronicle",))  # fmt: skip


REPORTS = reported((1, None), (2, 32.6), (4, 33.0), (6, 33.6), (7, 33.6))


def test_reports_that_begin_before_the_loss_count_from_where_most_was_held() -> None:
    found = measure(area_claim(1000, date=on(7)), ground(REPORTS))
    won_back = shapely.difference(front(32.6), front(33.6))
    km2 = float(area(shapely.intersection(won_back, EAST), edges="planar").sum()) / 1e6
    assert found.best == pytest.approx(km2)
    # towns' cells know an area only to a third
    assert found.measured == (pytest.approx(km2 * 2 / 3), pytest.approx(km2 * 4 / 3))


def test_reports_bound_a_front_from_one_side_only() -> None:
    force = Mention(text="Asterian forces", place=PLACES["t:asteria"])
    found = measure(far(50, force, mention("farholm"), date=on(7)), ground(REPORTS))
    assert found.measured[0] == 0.0
    assert found.measured[1] == pytest.approx(distance_km(33.6, 49.1, 34.4, 49.1), rel=0.2)
    assert verdict(far(500, force, mention("farholm"), qualifier=Qualifier.MORE_THAN), ground(REPORTS)).label is (
        Label.DOES_NOT_FIT
    )


def test_reports_tell_no_line_from_which_an_advance_counts() -> None:
    claim = replace(far(95, mention("midton"), mention("westford"), kind=ClaimKind.ADVANCE), reference=None,
                    subject=(Mention(text="Asterian forces"),))  # fmt: skip
    assert verdict(claim, ground(REPORTS)).label is Label.MAPS_CANNOT_SETTLE
    unreported = replace(claim, value=None, reference=mention("farholm"), predicate=Predicate.REACHED)
    assert verdict(unreported, ground(REPORTS)).label is Label.MAPS_CANNOT_SETTLE
    assert verdict(replace(unreported, reference=mention("midton")), ground(REPORTS)).label is Label.FITS


def test_lakes_belong_to_the_river_that_runs_through_them() -> None:
    lake = shapely.Polygon([(32.2, 49.0), (32.8, 49.05), (32.75, 49.35), (32.25, 49.3)])

    class WithLake(FakeGazetteer):
        def basemap(self, bounds: Any) -> dict[str, gpd.GeoDataFrame]:
            return {"lakes": gpd.GeoDataFrame({"id": ["l"]}, geometry=[lake], crs=4326)}

    shore = Mention(text="Shoreham", place=place("shoreham", 32.82, 49.2))
    along = far(0, shore, mention("wend"), kind=ClaimKind.ADJACENCY)
    assert verdict(along, ground()).label is Label.DOES_NOT_FIT
    wet = Ground(gazetteer=WithLake(), articles={"a1": ARTICLE})  # type: ignore[arg-type]
    assert verdict(along, wet).label is Label.FITS


# ── independence ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_map_of_reports_from_the_same_outlet_never_counts() -> None:
    own = series("events", from_reports=True, sources=("Capita Courier",))
    for claim in (control("midton", date=on(5)), area_claim(round(lost_km2(1, 5)), date=on(5))):
        before, after = verdict(claim, ground()), verdict(claim, ground(own))
        assert before.label is after.label is Label.MAPS_CANNOT_SETTLE
        assert Code.SAME_SOURCE in after.codes
        both = verdict(claim, ground(own, SERIES))
        assert both.label is verdict(claim, ground(SERIES)).label
        assert all(e.independent is False for e in both.evidence if e.source == "events")


@pytest.mark.parametrize(
    ("theirs", "claim_source", "want"),
    [
        ("Capita Courier", (), True),
        ("ISW", ("Institute for the Study of War",), True),
        ("Borovan state TV", ("Governor Ralk", "Borovan state TV", "Wire"), True),
        ("General Staff", ("Governor Ralk",), False),
        ("Drawn", ("drawn",), True),
    ],
)
def test_sources_are_known_by_name_part_or_initials(theirs: str, claim_source: tuple[str, ...], want: bool) -> None:
    claim = control("midton", source=claim_source)
    assert shares_source(series("other" if theirs != "Drawn" else "Drawn", sources=(theirs,)), claim, ground()) is want


def test_memory_serves_the_second_claim() -> None:
    where = ground(SERIES)
    first = gathered(area_claim(1000), where)
    kept = len(where.memory)
    assert gathered(area_claim(1000), where) == first
    assert len(where.memory) == kept
