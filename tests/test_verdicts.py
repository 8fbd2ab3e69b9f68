"""Verdict rules, each on evidence made for it: labels, order, codes, sentences, readings that would fit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.models import (
    AspectName,
    Claim,
    ClaimKind,
    Code,
    Compass,
    Effect,
    Evidence,
    Label,
    Mention,
    Modality,
    Place,
    Polarity,
    Predicate,
    Qualifier,
    Range,
    Role,
    Value,
)
from geomap.settings import Settings
from geomap.verdicts import judge

SETTINGS = Settings()
NORTHAM = Place(id="t:1", name="Northam", lat=49.0, lon=31.0, feature="P.PPL")
SOUTHAM = Place(id="t:2", name="Southam", lat=48.0, lon=31.5, feature="P.PPL")
REGION = Place(id="t:3", name="Midland", lat=48.5, lon=31.5, feature="A.ADM1")


def distance(km: float, qualifier: Qualifier = Qualifier.EXACT, wind: Compass | None = None) -> Claim:
    text = f"{km:g}km"
    return Claim(
        id="c1", article="a1", kind=ClaimKind.DISTANCE, quote=f"Southam, {text} from Northam", start=0, end=20,
        value=Value(text=text, start=9, end=13, number=km, unit="km", si=km * 1000, si_unit="m", qualifier=qualifier),
        subject=(Mention(text="Southam", place=SOUTHAM),), reference=Mention(text="Northam", place=NORTHAM),
        direction=wind,
    )  # fmt: skip


def area(km2: float, qualifier: Qualifier = Qualifier.ABOUT) -> Claim:
    text = f"{km2:g} km2"
    return Claim(
        id="c2", article="a1", kind=ClaimKind.AREA, quote=f"retook {text}", start=0, end=20,
        value=Value(text=text, start=7, end=12, number=km2, unit="km2", si=km2 * 1e6, si_unit="m2",
                    qualifier=qualifier),
        predicate=Predicate.RECAPTURED, actor="Asterian army",
    )  # fmt: skip


def control(predicate: Predicate = Predicate.CAPTURED, polarity: Polarity = Polarity.AFFIRMED) -> Claim:
    return Claim(
        id="c3", article="a1", kind=ClaimKind.CONTROL, quote="took Southam", start=0, end=12,
        subject=(Mention(text="Southam", place=SOUTHAM),), predicate=predicate, actor="Asteria", polarity=polarity,
    )  # fmt: skip


def item(measured: Range, unit: str = "km", role: Role = Role.MEASURE, **more: object) -> Evidence:
    aspects = {"km": AspectName.DISTANCE, "km2": AspectName.AREA, "share": AspectName.CONTROL}
    aspect = aspects.get(unit, AspectName.DIRECTION)
    base = Evidence(what="the straight line", measured=measured, unit=unit, role=role, aspect=aspect, source="map A",
                    error=measured if unit == "km" else None)  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]


def label(claim: Claim, *evidence: Evidence) -> Label:
    return judge(claim, evidence, SETTINGS).label


# ── rule 1 ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("modality", [m for m in Modality if m is not Modality.ASSERTED])
def test_what_is_not_asserted_is_not_testable(modality: Modality) -> None:
    claim = replace(distance(40), modality=modality)
    assert label(claim, item((39, 41))) is Label.NOT_TESTABLE


def test_not_testable_says_why() -> None:
    assert label(replace(distance(40), value=None), item((39, 41))) is Label.NOT_TESTABLE
    assert label(control(Predicate.ANNEXED), item((1, 1), "share")) is Label.NOT_TESTABLE
    assert label(control(Predicate.CLAIMS), item((1, 1), "share")) is Label.NOT_TESTABLE
    superlative = replace(distance(40), value=replace(distance(40).value, qualifier=Qualifier.SUPERLATIVE))  # type: ignore[type-var]
    assert label(superlative, item((39, 41))) is Label.NOT_TESTABLE
    missing = Evidence(
        what="a date",
        measured=(None, None),
        unit="",
        role=Role.MISSING,
        aspect=AspectName.DATE,
        note="give --published",
    )
    verdict = judge(control(), [missing], SETTINGS)
    assert verdict.label is Label.NOT_TESTABLE
    assert "--published" in verdict.reason
    unresolved = replace(distance(40), why_not="Southam is ambiguous")
    assert str(judge(unresolved, [item((39, 41))], SETTINGS).reason) == "Southam is ambiguous."


# ── rule 2 ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_measured_cannot_settle_and_names_the_map() -> None:
    wanted = Evidence(
        what="a map",
        measured=(None, None),
        unit="",
        role=Role.MISSING,
        aspect=AspectName.MAP,
        note="a control map would settle it",
    )
    verdict = judge(area(500), [wanted], SETTINGS)
    assert verdict.label is Label.MAPS_CANNOT_SETTLE
    assert "a control map would settle it" in verdict.reason
    assert verdict.aspects[0].claimed == (pytest.approx(450), pytest.approx(550))


def test_dependent_evidence_never_counts() -> None:
    own = item((480, 520), "km2", independent=False)
    verdict = judge(area(500), [own], SETTINGS)
    assert verdict.label is Label.MAPS_CANNOT_SETTLE
    assert verdict.codes == (Code.SAME_SOURCE,)
    # beside an independent map the dependent one changes nothing
    other = item((900, 950), "km2", source="map B")
    assert label(area(500), own, other) is label(area(500), other) is Label.DOES_NOT_FIT


def test_hulls_alone() -> None:
    hull = (Code.HULL_ONLY,)
    assert label(area(500), item((400, 600), "km2", codes=hull)) is Label.FITS
    assert label(area(500), item((200, 600), "km2", codes=hull)) is Label.MAPS_CANNOT_SETTLE
    verdict = judge(area(1550), [item((400, 500), "km2", codes=hull)], SETTINGS)
    assert verdict.label is Label.MAPS_CANNOT_SETTLE
    assert "3.1 times what the named places span" in verdict.reason
    assert Code.HULL_ONLY in verdict.codes


def test_own_error_wider_than_twice_cannot_settle_with_its_ratio() -> None:
    verdict = judge(distance(3), [item((2, 8))], SETTINGS)
    assert verdict.label is Label.MAPS_CANNOT_SETTLE
    assert "4 times" in verdict.reason
    # the spread over the dates alone does not count as error
    spread = item((200, 800), "km2", error=(500, 500))
    assert label(area(500), spread) is Label.FITS


def test_sources_that_disagree_settle_nothing() -> None:
    verdict = judge(area(500), [item((480, 520), "km2"), item((900, 950), "km2", source="map B")], SETTINGS)
    assert verdict.label is Label.MAPS_CANNOT_SETTLE
    assert Code.SOURCES_DIFFER in verdict.codes
    assert "map B" in verdict.reason


def test_a_source_that_cannot_settle_leaves_it_to_the_other() -> None:
    vague = item((100, 900), "km2", error=(100, 900))
    assert label(area(500), vague, item((480, 520), "km2", source="map B")) is Label.FITS


# ── rule 3 ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_overlap_fits_and_wide_says_what_else_would() -> None:
    assert label(distance(40), item((44, 50))) is Label.FITS
    verdict = judge(area(2500), [item((1660, 5160), "km2", error=(2400, 2400))], SETTINGS)
    assert verdict.label is Label.FITS
    assert Code.WIDE in verdict.codes
    assert "1,660–5,160" in verdict.reason


def test_more_than_far_exceeded_is_understated() -> None:
    claim = area(3000, Qualifier.MORE_THAN)
    assert Code.UNDERSTATED in judge(claim, [item((5000, 6000), "km2", error=(5500, 5500))], SETTINGS).codes
    assert Code.UNDERSTATED not in judge(claim, [item((3100, 3600), "km2", error=(3300, 3300))], SETTINGS).codes
    at_least = area(3000, Qualifier.AT_LEAST)
    assert Code.UNDERSTATED not in judge(at_least, [item((5000, 6000), "km2", error=(5500, 5500))], SETTINGS).codes


# ── rule 4 ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_number_itself_within_15_per_cent_is_roughly_right() -> None:
    assert label(distance(57, Qualifier.NEARLY), item((40, 50))) is Label.ROUGHLY_FITS
    # the widened range would reach 45, the number itself does not come near
    assert label(distance(60, Qualifier.ABOUT), item((40, 50))) is Label.DOES_NOT_FIT


def test_next_day_edge_and_road_close_a_gap() -> None:
    measure = item((300, 400), "km2", error=(350, 350))
    later = item((300, 900), "km2", role=Role.NEXT_DAY, as_of="2022-09-09")
    verdict = judge(area(800), [measure, later], SETTINGS)
    assert verdict.label is Label.ROUGHLY_FITS
    assert Code.DATE in verdict.codes
    far = item((28, 32), best=30.0)
    edge = item((18, 30), role=Role.EDGE)
    verdict = judge(distance(20), [far, edge], SETTINGS)
    assert (verdict.label, Code.EDGE in verdict.codes) == (Label.ROUGHLY_FITS, True)
    road = item((33.6, 43.5), role=Role.ROAD)
    verdict = judge(distance(39), [far, road], SETTINGS)
    assert (verdict.label, Code.ROAD in verdict.codes) == (Label.ROUGHLY_FITS, True)
    assert "by road" in verdict.reason


def test_road_takes_the_number_not_the_widened_range() -> None:
    far = item((23, 29), best=26.0)
    road = item((29.1, 37.7), role=Role.ROAD)
    verdict = judge(distance(40, wind=Compass.S), [far, road], SETTINGS)
    assert verdict.label is Label.DOES_NOT_FIT
    assert str(verdict.reason).startswith("Says 40km south of Northam")
    assert "even by road" in verdict.reason


# ── direction ────────────────────────────────────────────────────────────────────────────────────────────────


def wind(azimuth: float, **more: object) -> Evidence:
    return item((azimuth, azimuth), "deg", best=azimuth, **more)


@pytest.mark.parametrize(("azimuth", "want"), [(22.4, Label.FITS), (337.6, Label.FITS), (44, Label.ROUGHLY_FITS),
                                               (46, Label.DOES_NOT_FIT), (180, Label.DOES_NOT_FIT)])  # fmt: skip
def test_direction_alone(azimuth: float, want: Label) -> None:
    claim = replace(distance(40, wind=Compass.N), kind=ClaimKind.DIRECTION, value=None)
    assert label(claim, wind(azimuth)) is want


def test_direction_that_alone_fails_makes_it_roughly_right() -> None:
    verdict = judge(distance(100, wind=Compass.N), [item((98, 103)), wind(55.0)], SETTINGS)
    assert verdict.label is Label.ROUGHLY_FITS
    assert Code.DIRECTION in verdict.codes
    assert "distance fits, direction does not" in verdict.reason
    assert [a.aspect for a in verdict.aspects] == ["distance", "direction"]


def test_direction_never_saves_a_distance() -> None:
    assert label(distance(100, wind=Compass.N), item((40, 44)), wind(0.0)) is Label.DOES_NOT_FIT


def test_direction_over_a_sector_that_crosses_north() -> None:
    sector = item((350.0, 380.0), "deg", best=5.0)
    claim = replace(distance(40, wind=Compass.N), kind=ClaimKind.DIRECTION, value=None)
    assert label(claim, sector) is Label.FITS
    assert label(replace(claim, direction=Compass.E), sector) is Label.DOES_NOT_FIT


# ── control ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_control_of_a_town() -> None:
    assert label(control(), item((1, 1), "share")) is Label.FITS
    assert label(control(), item((0, 0), "share")) is Label.DOES_NOT_FIT
    doubt = item((0, 1), "share", codes=(Code.CONTESTED,))
    assert label(control(), doubt) is Label.MAPS_CANNOT_SETTLE
    later = item((1, 1), "share", role=Role.NEXT_DAY, as_of="2022-09-11")
    assert label(control(), doubt, later) is Label.ROUGHLY_FITS
    verdict = judge(control(), [item((0, 0), "share"), later], SETTINGS)
    assert (verdict.label, Code.DATE in verdict.codes) == (Label.ROUGHLY_FITS, True)


def test_negation_inverts() -> None:
    failed = control(polarity=Polarity.NEGATED)
    assert label(failed, item((0, 0), "share")) is Label.FITS
    assert label(failed, item((1, 1), "share")) is Label.DOES_NOT_FIT


def test_share_of_a_region() -> None:
    claim = replace(control(), subject=(Mention(text="Midland", place=REGION),))
    assert label(claim, item((0.985, 0.99), "share")) is Label.FITS
    assert label(claim, item((0.93, 0.95), "share")) is Label.ROUGHLY_FITS
    assert label(claim, item((0.4, 0.5), "share")) is Label.DOES_NOT_FIT
    some = replace(item((3, 4), "km2"), aspect=AspectName.CONTROL)
    assert label(claim, some) is Label.FITS
    assert label(claim, replace(some, measured=(0.0, 0.0))) is Label.DOES_NOT_FIT


def test_every_place_of_a_claim_must_fit() -> None:
    both = [item((1, 1), "share", places=("t:1",)), item((0, 0), "share", places=("t:2",))]
    assert label(control(), *both) is Label.DOES_NOT_FIT
    assert label(control(), both[0], replace(both[1], measured=(1.0, 1.0))) is Label.FITS


def test_contested_and_reached() -> None:
    near = replace(item((3.0, 3.0)), aspect=AspectName.CONTROL)
    far = replace(item((9.0, 9.0)), aspect=AspectName.CONTROL)
    assert label(control(Predicate.CONTESTED), near) is Label.FITS
    assert label(control(Predicate.CONTESTED), far) is Label.DOES_NOT_FIT
    reached = Claim(
        id="c4", article="a1", kind=ClaimKind.ADVANCE, quote="reached Southam", start=0, end=15,
        reference=Mention(text="Southam", place=SOUTHAM), predicate=Predicate.REACHED, actor="Asteria",
    )  # fmt: skip
    assert label(reached, replace(near, measured=(0.0, 0.4))) is Label.FITS
    assert label(reached, near) is Label.ROUGHLY_FITS
    assert label(reached, far) is Label.DOES_NOT_FIT


def test_near_and_along() -> None:
    near = replace(distance(1), kind=ClaimKind.PROXIMITY, value=None)
    assert label(near, item((7, 11))) is Label.FITS
    assert label(near, item((24, 27))) is Label.ROUGHLY_FITS
    assert label(near, item((31, 33))) is Label.DOES_NOT_FIT
    along = replace(near, kind=ClaimKind.ADJACENCY)
    assert label(along, item((0, 3))) is Label.FITS
    assert label(along, item((6, 9))) is Label.DOES_NOT_FIT


# ── what else ────────────────────────────────────────────────────────────────────────────────────────────────


def test_would_fit_names_only_readings_that_do() -> None:
    measure = item((300, 400), "km2", error=(350, 350))
    readings = [
        item((780, 820), "km2", role=Role.WOULD_FIT, what="by the map of 9 Sep 2022"),
        item((500, 600), "km2", role=Role.WOULD_FIT, what="on a Mercator map"),
    ]
    verdict = judge(area(800), [measure, *readings], SETTINGS)
    assert verdict.label is Label.DOES_NOT_FIT
    assert verdict.would_fit == ("by the map of 9 Sep 2022",)
    assert [e.what for e in verdict.evidence] == ["the straight line", "by the map of 9 Sep 2022"]
    assert "it would fit by the map of 9 Sep 2022" in verdict.reason


def test_corrected_unit_is_coded_and_said() -> None:
    claim = area(2000)
    assert claim.value is not None
    slip = replace(claim, value=replace(claim.value, text="2,000km", unit_corrected=True))
    verdict = judge(slip, [item((1900, 2100), "km2", error=(2000, 2000))], SETTINGS)
    assert Code.UNIT in verdict.codes
    assert "read as 2,000" in verdict.reason


def test_antecedent_is_judged_as_the_sum() -> None:
    claim = area(1000, Qualifier.SAME_AS)
    before = item((1000.0, None), "km2", role=Role.ANTECEDENT, best=1000.0)
    measure = item((2100, 2200), "km2", error=(2150, 2150))
    assert label(claim, measure) is Label.DOES_NOT_FIT
    assert label(claim, before, measure) is Label.FITS


RANK = [Label.DOES_NOT_FIT, Label.ROUGHLY_FITS, Label.FITS]


@given(st.floats(5, 500), st.floats(0, 3))
def test_labels_worsen_with_distance_from_the_measurement(km: float, step: float) -> None:
    claim = distance(100)
    nearer, further = item((100 + km, 110 + km)), item((100 + km + step, 110 + km + step))
    assert RANK.index(label(claim, nearer)) >= RANK.index(label(claim, further))


@given(st.floats(1, 400), st.floats(0, 50), st.floats(0, 50))
def test_a_wider_measurement_never_worsens_a_verdict(low: float, down: float, up: float) -> None:
    claim = distance(100)
    narrow = item((low, low + 5), error=(low, low))
    wide = item((max(0.0, low - down), low + 5 + up), error=(low, low))
    assert RANK.index(label(claim, wide)) >= RANK.index(label(claim, narrow))


def test_sentences_say_what_the_claim_says() -> None:
    """Denied is denied; an advance is told in its own words; no pronoun and no "by The" stands in a sentence."""

    def reason(claim: Claim) -> str:
        return str(judge(claim, [item((1.0, 1.0), "share")], SETTINGS).reason)

    reached = replace(
        control(), kind=ClaimKind.ADVANCE, predicate=Predicate.REACHED,
        subject=(Mention(text="The troops"),), reference=Mention(text="Southam", place=SOUTHAM),
    )  # fmt: skip
    assert reason(reached).startswith("Says The troops reached Southam;")
    assert reason(replace(reached, polarity=Polarity.NEGATED)).startswith("Says The troops did not reach Southam;")
    left = control(Predicate.WITHDREW)
    assert reason(replace(left, actor="it")).startswith("Says Southam was left;")
    assert reason(replace(left, actor="They")).startswith("Says Southam was left;")
    assert reason(replace(left, actor="The Front")).startswith("Says Southam was left by the Front;")
    denied = replace(control(Predicate.ADVANCED), polarity=Polarity.NEGATED)
    assert reason(denied).startswith("Says Southam saw no advance by Asteria;")
    quote = "advanced to 60 km from Southam"
    near = replace(
        distance(60), kind=ClaimKind.ADVANCE, quote=quote, start=100, end=100 + len(quote),
        value=replace(distance(60).value, text="60 km", start=112, end=117),  # type: ignore[type-var]
        reference=Mention(text="Southam", place=SOUTHAM, start=123, end=130),
    )  # fmt: skip
    assert str(judge(near, [item((58, 62))], SETTINGS).reason).startswith("Says 60 km from Southam;")
    not_so_far = replace(distance(60), polarity=Polarity.NEGATED)
    assert str(judge(not_so_far, [item((58, 62))], SETTINGS).reason).startswith("Says not 60km from Northam;")
    inside = replace(reached, kind=ClaimKind.CONTAINMENT, polarity=Polarity.NEGATED, subject=control().subject)
    assert reason(inside).startswith("Says Southam not in Southam;")


def test_sentences_hold_no_control_characters_whatever_the_text_holds() -> None:
    hostile = Mention(text="North\nham\x1b[31m\u202e<script>", place=NORTHAM)
    reason = str(judge(replace(distance(40), reference=hostile), [item((39, 41))], SETTINGS).reason)
    assert reason.isprintable()


def test_every_predicate_has_its_effect() -> None:
    assert {p.effect for p in Predicate} == set(Effect)
    assert all(p.side in (None, Effect.GAIN, Effect.LOSS, Effect.HOLD) for p in Predicate)
    # who loses ground is never on the side that gains
    assert all((p.side is Effect.LOSS) is (p.effect is Effect.LOSS) for p in Predicate)
    assert control().effect is Effect.GAIN
    assert distance(3).effect is None
