"""From a claim and its evidence to a verdict: DESIGN's rules, in DESIGN's order, aspect by aspect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from geomap.geodesy import compass, compass_azimuth, turn_deg
from geomap.models import (
    Aspect,
    AspectName,
    Claim,
    ClaimKind,
    Code,
    Effect,
    Evidence,
    Label,
    Modality,
    Polarity,
    Predicate,
    Qualifier,
    Range,
    Role,
    Verdict,
)
from geomap.settings import Settings
from geomap.units import in_twin
from geomap.verdicts.ranges import CEILINGS, Claimed, claimed_range, factor, gap, hull_of, inside, overlap
from geomap.verdicts.sentences import VERDICT_WORDS, WIND_WORDS, clause, said, short, times
from geomap.wording import day, number, quantity

FIGURES = frozenset({ClaimKind.AREA, ClaimKind.DISTANCE, ClaimKind.EXTENT, ClaimKind.RATE})
"""Kinds that are nothing without a number; an advance may also be a place reached."""
WORST = (Label.DOES_NOT_FIT, Label.MAPS_CANNOT_SETTLE, Label.ROUGHLY_FITS, Label.FITS)
"""A claim about several places stands as its weakest part does."""
NOT_ASSERTED: dict[Modality, str] = {
    Modality.INTENDED: "It is said as an intention, not as something that happened",
    Modality.PLANNED: "It is said as a plan, not as something that happened",
    Modality.PREDICTED: "It is said as a forecast, not as something that happened",
    Modality.THREATENED: "It is said as a threat, not as something that happened",
    Modality.CONDITIONAL: "It is said under a condition or as a possibility",
    Modality.DENIED: "The article reports it as denied",
    Modality.RETRACTED: "The article reports it as withdrawn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One measurement judged: its label, what moved it, and the words for it."""

    evidence: Evidence
    label: Label
    claimed: Range
    measured: Range
    codes: tuple[Code, ...] = ()
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """What a state must measure: ``fits`` outright, else ``roughly``; ``strict``: all of the range, not a part."""

    fits: Range
    roughly: Range | None = None
    strict: bool = False


def judge(claim: Claim, evidence: Sequence[Evidence], settings: Settings) -> Verdict:
    """Judge a claim by its evidence.

    Parameters
    ----------
    evidence
        What ``gather_evidence`` gave: each item's ``role`` says how it may be used.

    Returns
    -------
    Verdict
        With one plain sentence, codes, a claimed and a measured range for each aspect, and the readings that fit.
    """
    why = untestable(claim, evidence)
    if why is not None:
        return Verdict(label=Label.NOT_TESTABLE, reason=_sentence(why), evidence=tuple(evidence))
    usable = [e for e in evidence if e.role is Role.MEASURE and e.independent]
    claimed = _claimed(claim, evidence, settings)
    if not usable:
        return _no_measure(claim, claimed, evidence, settings)
    judged: dict[AspectName, list[Finding]] = {}
    differ = False
    for aspect in dict.fromkeys(e.aspect for e in usable):
        judged[aspect], conflict = _judge_aspect(claim, claimed, aspect, usable, evidence, settings)
        differ = differ or conflict
    return _verdict(claim, claimed, judged, differ, evidence, settings)


# ── rule 1: what cannot be tested ────────────────────────────────────────────────────────────────────────────


def untestable(claim: Claim, evidence: Iterable[Evidence] = ()) -> str | None:
    """Say why no geometry can test a claim as it stands, or give None."""
    if not claim.checkable:
        return claim.why_not or "No geometry could test it"
    if claim.modality is not Modality.ASSERTED:
        return NOT_ASSERTED[claim.modality]
    if claim.predicate is Predicate.ANNEXED:
        return "An annexation is an act, not a state of the ground: no map settles it"
    if claim.predicate is Predicate.CLAIMS:
        return "To lay claim to ground is an act, not a state of the ground: no map settles it"
    value = claim.value
    if claim.kind in FIGURES and (value is None or (value.number is None and value.qualifier not in _NUMBERLESS)):
        return "It gives no figure to test"
    if value is not None and value.qualifier is Qualifier.SUPERLATIVE:
        return "It ranks, and gives no figure to test"
    for item in evidence:
        if item.role is Role.MISSING and item.aspect in (AspectName.DATE, AspectName.PLACE, AspectName.FIGURE):
            return item.note or f"{item.what} is missing"
    return claim.why_not


_NUMBERLESS = frozenset({Qualifier.VAGUE_PLURAL, Qualifier.SAME_AS, Qualifier.SIZE_OF, Qualifier.TIMES})


# ── rule 2: nothing to measure by ────────────────────────────────────────────────────────────────────────────


def _no_measure(claim: Claim, claimed: Claimed | None, evidence: Sequence[Evidence], settings: Settings) -> Verdict:
    shared = [e for e in evidence if e.role is Role.MEASURE and not e.independent]
    hulls = [e for e in shared if Code.HULL_ONLY in e.codes]
    wanted = next((e.note for e in evidence if e.role is Role.MISSING and e.note), None)
    says = f"Says {said(claim, _plain(claim, claimed))}; "
    measured: Range = (None, None)
    codes: tuple[Code, ...] = ()
    if hulls and claimed is not None:
        measured, codes = hulls[0].measured, (Code.HULL_ONLY,)
        why = f"{hulls[0].what} is {quantity(measured, claimed.unit)}, {_beside(claimed, hulls[0])}"
        why += f"; {wanted}" if wanted else ""
    elif shared:
        why = f"the only map at hand ({shared[0].source}) rests on the same source, so it is no test"
        codes = (Code.SAME_SOURCE,)
    else:
        why = wanted or "no map or line at hand measures it"
    readings = _would_fit(claim, claimed, evidence, settings)
    aspects: tuple[Aspect, ...] = ()
    if claimed is not None:
        aspects = (
            Aspect(
                aspect=_quantity_aspect(claim),
                label=Label.MAPS_CANNOT_SETTLE,
                claimed=claimed.range,
                measured=measured,
                unit=claimed.unit,
            ),
        )
    return Verdict(
        label=Label.MAPS_CANNOT_SETTLE,
        reason=_sentence(says + why),
        codes=codes,
        aspects=aspects,
        evidence=_kept(evidence, readings),
        would_fit=readings,
    )


# ── rules 2 to 5: one aspect ─────────────────────────────────────────────────────────────────────────────────


def _judge_aspect(
    claim: Claim,
    claimed: Claimed | None,
    aspect: AspectName,
    usable: Sequence[Evidence],
    evidence: Sequence[Evidence],
    settings: Settings,
) -> tuple[list[Finding], bool]:
    """Judge each place of an aspect by each source; sources that disagree settle nothing."""
    mine = [e for e in usable if e.aspect == aspect]
    findings: list[Finding] = []
    differ = False
    for places in dict.fromkeys(e.places for e in mine):
        by_source = [
            _judge_one(claim, claimed, e, _readings(e, evidence), settings) for e in mine if e.places == places
        ]
        settled = [f for f in by_source if f.label is not Label.MAPS_CANNOT_SETTLE]
        against = [f for f in settled if f.label is Label.DOES_NOT_FIT]
        if against and len(against) < len(settled):
            differ = True
            names = ", ".join(f"{f.evidence.source}: {VERDICT_WORDS[f.label]}" for f in settled)
            findings.append(
                Finding(
                    evidence=settled[0].evidence,
                    label=Label.MAPS_CANNOT_SETTLE,
                    claimed=settled[0].claimed,
                    measured=hull_of([f.measured for f in settled]),
                    codes=(Code.SOURCES_DIFFER,),
                    how=f"the maps disagree on the verdict ({names})",
                )
            )
            continue
        by_source = [_unsure_of_place(f) for f in by_source]
        settled = [f for f in by_source if f.label is not Label.MAPS_CANNOT_SETTLE]
        # the first source that settles it speaks; the others stand in the evidence
        findings.append(min(settled, key=lambda f: WORST.index(f.label)) if settled else by_source[0])
    return findings, differ


def _unsure_of_place(found: Finding) -> Finding:
    """A place that is known only roughly, or by a doubtful name, cannot make a claim wrong."""
    if Code.PLACE not in found.codes or found.label is not Label.DOES_NOT_FIT:
        return found
    return replace(found, label=Label.MAPS_CANNOT_SETTLE, how="where that place lies is not sure")


def _readings(measure: Evidence, evidence: Sequence[Evidence]) -> list[Evidence]:
    return [
        e
        for e in evidence
        if e.role in (Role.NEXT_DAY, Role.EDGE, Role.ROAD)
        and e.independent
        and e.aspect == measure.aspect
        and e.places == measure.places
        and (e.source == measure.source or e.role is not Role.NEXT_DAY)
    ]


def _judge_one(
    claim: Claim, claimed: Claimed | None, e: Evidence, readings: Sequence[Evidence], settings: Settings
) -> Finding:
    if e.aspect is AspectName.DIRECTION:
        return _judge_direction(claim, e, settings)
    if claimed is not None and e.aspect == _quantity_aspect(claim):
        return _judge_figure(claimed, e, readings, settings)
    return _judge_state(claim, e, readings, settings)


def _judge_figure(claimed: Claimed, e: Evidence, readings: Sequence[Evidence], settings: Settings) -> Finding:
    def found(label: Label, how: str = "", *codes: Code) -> Finding:
        return Finding(
            evidence=e,
            label=label,
            claimed=claimed.range,
            measured=e.measured,
            codes=(*e.codes, *codes),
            how=how,
        )

    meets = overlap(claimed.range, e.measured)
    if Code.HULL_ONLY in e.codes:
        spread = factor(e.measured)
        if meets and spread <= settings.wide_factor:
            return found(Label.FITS, "by the named places alone")
        if meets:
            return found(Label.MAPS_CANNOT_SETTLE, f"the hulls themselves are {times(spread)} from end to end")
        return found(Label.MAPS_CANNOT_SETTLE, f"that is {_ratio(claimed, e)} what the named places span")
    own = factor(e.error or e.measured)
    if own > settings.wide_factor:
        how = (
            f"its own error is {times(own)} from end to end" if own < 1000 else "its own error reaches down to nothing"
        )
        return found(Label.MAPS_CANNOT_SETTLE, how, Code.WIDE)
    if meets:
        codes: list[Code] = []
        how = ""
        if factor(e.measured) > settings.wide_factor:
            codes.append(Code.WIDE)
            how = f"as would anything within {quantity(e.measured, e.unit)}, so fast did it change over these dates"
        low = e.measured[0]
        if claimed.understated_above is not None and low is not None and low > claimed.understated_above:
            codes.append(Code.UNDERSTATED)
            how = how or f"understated: the map shows at least {times(low / claimed.numbers[0])} that figure"
        return found(Label.FITS, how, *codes)
    if gap(claimed.numbers, e.measured) <= settings.rough_gap:
        return found(Label.ROUGHLY_FITS, f"within {settings.rough_gap * 100:.0f} % of it")
    for reading in readings:
        if reading.role is Role.ROAD:
            if any(inside((n, n), reading.measured) for n in claimed.numbers):
                return found(Label.ROUGHLY_FITS, "by road", Code.ROAD)
        elif overlap(claimed.range, reading.measured):
            if reading.role is Role.NEXT_DAY:
                shown = quantity(reading.measured, reading.unit)
                return found(Label.ROUGHLY_FITS, f"by the next day's map ({shown})", Code.DATE)
            return found(Label.ROUGHLY_FITS, f"{reading.what} ({quantity(reading.measured, e.unit)})", Code.EDGE)
    even = ", even by road" if any(r.role is Role.ROAD for r in readings) else ""
    even = even or (", nor by the next day's map" if any(r.role is Role.NEXT_DAY for r in readings) else "")
    return found(Label.DOES_NOT_FIT, even.removeprefix(", "))


def _beside(claimed: Claimed, e: Evidence) -> str:
    """A claim against the hull of places: how many times as much, or how wide the hull's own range is."""
    if overlap(claimed.range, e.measured):
        spread = factor(e.measured)
        return f"which is {times(spread)} from end to end" if spread < 1000 else "from next to nothing"
    return f"and the claim is {_ratio(claimed, e)} that"


def _ratio(claimed: Claimed, e: Evidence) -> str:
    """How many times the measurement a claim is, from its number to the nearer end."""
    said_number = claimed.numbers[0] if claimed.numbers else (claimed.low or claimed.high or 0.0)
    low, high = e.measured
    nearer = high if high is not None and said_number > high else low
    return times(said_number / nearer) if nearer else "many times"


def _judge_direction(claim: Claim, e: Evidence, settings: Settings) -> Finding:
    wanted = compass_azimuth(claim.direction) if claim.direction else 0.0
    low, high = e.measured
    assert low is not None
    assert high is not None
    # an azimuth inside the measured sector needs no turn at all
    within = (wanted - low) % 360 <= high - low
    turn = 0.0 if within else min(turn_deg(wanted, low), turn_deg(wanted, high))
    limits = (settings.direction_fits_deg, settings.direction_rough_deg)
    label = Label.FITS if turn <= limits[0] else Label.ROUGHLY_FITS if turn <= limits[1] else Label.DOES_NOT_FIT
    codes = (*e.codes, Code.DIRECTION) if label is not Label.FITS else e.codes
    half = settings.direction_fits_deg
    # the sector is written without going below 0: north is 337.5 to 382.5
    base = wanted - half if wanted >= half else wanted - half + 360
    return Finding(evidence=e, label=label, claimed=(base, base + 2 * half), measured=e.measured, codes=codes)


def criterion(claim: Claim, e: Evidence, settings: Settings) -> Criterion:
    """Say what a state must measure to fit."""
    if e.unit == "km2":
        return Criterion(fits=(settings.part_min_km2, None), strict=True)
    if e.unit == "share":
        if claim.kind is ClaimKind.CONTAINMENT:
            return Criterion(fits=(settings.town_share, 1.0))
        whole = 1.0 - settings.exact_floor
        return Criterion(fits=(whole, 1.0), roughly=(1.0 - settings.rough_gap, 1.0), strict=True)
    if claim.kind is ClaimKind.CONTAINMENT:
        return Criterion(fits=(0.0, 0.0))
    if claim.kind is ClaimKind.PROXIMITY:
        return Criterion(fits=(0.0, settings.near_fits_km), roughly=(0.0, settings.near_rough_km))
    if claim.kind is ClaimKind.ADJACENCY:
        return Criterion(fits=(0.0, settings.along_km))
    if claim.effect is Effect.LINE:
        return Criterion(fits=(0.0, settings.contested_line_km))
    # an end is reached where the ground is held, or contested, up to it: within what a point is worth
    return Criterion(fits=(0.0, settings.point_error_km), roughly=(0.0, settings.contested_line_km))


def _judge_state(claim: Claim, e: Evidence, readings: Sequence[Evidence], settings: Settings) -> Finding:
    want = criterion(claim, e, settings)
    label, how, codes = Label.DOES_NOT_FIT, "", list(e.codes)
    later = next((r for r in readings if r.role is Role.NEXT_DAY and _meets(r.measured, want.fits, want.strict)), None)
    if _meets(e.measured, want.fits, want.strict):
        label = Label.FITS
    elif want.roughly is not None and _meets(e.measured, want.roughly, want.strict):
        label = Label.ROUGHLY_FITS
    elif later is not None:
        label, how = Label.ROUGHLY_FITS, f"by the map of {day((later.as_of or '')[:10])}"
        codes.append(Code.DATE)
    elif overlap(e.measured, want.roughly or want.fits):
        # only a strict state gets here with a range that the line runs through
        label = Label.MAPS_CANNOT_SETTLE
        how = "contested or unknown ground decides it" if Code.CONTESTED in codes else "the map's own error decides it"
    if claim.polarity is Polarity.NEGATED:
        label = {Label.FITS: Label.DOES_NOT_FIT, Label.DOES_NOT_FIT: Label.FITS}.get(label, label)
    return Finding(evidence=e, label=label, claimed=want.fits, measured=e.measured, codes=tuple(codes), how=how)


def _meets(measured: Range, wanted: Range, strict: bool) -> bool:
    return inside(measured, wanted) if strict else overlap(measured, wanted)


# ── the claim as a whole ─────────────────────────────────────────────────────────────────────────────────────


def _verdict(
    claim: Claim,
    claimed: Claimed | None,
    judged: dict[AspectName, list[Finding]],
    differ: bool,
    evidence: Sequence[Evidence],
    settings: Settings,
) -> Verdict:
    weakest = {a: min(fs, key=lambda f: WORST.index(f.label)) for a, fs in judged.items()}
    main_aspect = next((a for a in weakest if a is not AspectName.DIRECTION), AspectName.DIRECTION)
    main = weakest[main_aspect]
    label, codes = main.label, [*main.codes]
    others = [f for a, f in weakest.items() if a != main_aspect]
    for f in others:
        codes += [c for c in f.codes if c is not Code.DIRECTION or f.label is Label.DOES_NOT_FIT]
        if f.label is Label.DOES_NOT_FIT and label is Label.FITS:
            label = Label.ROUGHLY_FITS
    if differ:
        codes.append(Code.SOURCES_DIFFER)
    if claim.value is not None and claim.value.unit_corrected:
        codes.append(Code.UNIT)
    readings = _would_fit(claim, claimed, evidence, settings) if label is not Label.FITS or Code.WIDE in codes else ()
    return Verdict(
        label=label,
        reason=_reason(claim, claimed, main, others, label, readings),
        codes=tuple(dict.fromkeys(codes)),
        aspects=tuple(_aspect(f) for fs in judged.values() for f in fs),
        evidence=_kept(evidence, readings),
        would_fit=readings,
    )


def _kept(evidence: Iterable[Evidence], readings: Sequence[str]) -> tuple[Evidence, ...]:
    """What a verdict rests on: of the readings that might have made it fit, only those that do."""
    return tuple(e for e in evidence if e.role is not Role.WOULD_FIT or short(e.what) in readings)


def _aspect(f: Finding) -> Aspect:
    return Aspect(aspect=f.evidence.aspect, label=f.label, claimed=f.claimed, measured=f.measured, unit=f.evidence.unit)


def _reason(
    claim: Claim,
    claimed: Claimed | None,
    main: Finding,
    others: Sequence[Finding],
    label: Label,
    readings: Sequence[str],
) -> str:
    text = f"Says {said(claim, _plain(claim, claimed))}; {clause(main.evidence)}"
    wind = next((f for f in others if f.evidence.aspect is AspectName.DIRECTION), None)
    if wind is not None and wind.evidence.best is not None:
        text += f", to the {WIND_WORDS[compass(wind.evidence.best)]} ({wind.evidence.best:.0f}°)"
    if main.evidence.aspect is AspectName.DIRECTION and main.evidence.best is not None and not main.evidence.note:
        text += f", that is {WIND_WORDS[compass(main.evidence.best)]}"
    failing = [f for f in others if f.label is Label.DOES_NOT_FIT]
    if label is Label.ROUGHLY_FITS and failing and main.label is Label.FITS:
        names = " and ".join(dict.fromkeys(f.evidence.aspect for f in failing))
        verdict = f"{main.evidence.aspect} fits, {names} does not: {VERDICT_WORDS[label]}"
    else:
        verdict = VERDICT_WORDS[label]
    how = f", {main.how}" if main.how else ""
    text += f": {verdict}{how}"
    if claim.value is not None and claim.value.unit_corrected and claimed is not None:
        text += f" (read as {quantity((claimed.numbers[0],) * 2, claimed.unit) if claimed.numbers else claimed.unit})"
    if label is Label.DOES_NOT_FIT and readings:
        text += f"; it would fit {readings[0]}"
    return _sentence(text)


def _sentence(text: str) -> str:
    """One plain sentence: a capital first, a full stop last."""
    line = " ".join(text.split(" "))
    return line[:1].upper() + line[1:] + ("" if line.endswith((".", "?", "!")) else ".")


def _claimed(claim: Claim, evidence: Iterable[Evidence], settings: Settings) -> Claimed | None:
    if claim.value is None:
        return None
    items = list(evidence)
    whole = next((e.best for e in items if e.role is Role.REFERENCE), None)
    add = sum(e.best or 0.0 for e in items if e.role is Role.ANTECEDENT)
    base = claimed_range(claim.value, settings, whole=whole, add=add)
    if base is not None and add and any(e.role is Role.ANTECEDENT and e.measured[1] is None for e in items):
        # a sum of which one part is a floor is a floor
        top = (base.numbers[0] if base.numbers else add) * settings.more_than_high
        return Claimed(low=base.numbers[0], high=None, unit=base.unit, numbers=base.numbers, understated_above=top)
    return base


def _plain(claim: Claim, claimed: Claimed | None) -> str | None:
    """The claim's figure in km or km², where it was written in another unit."""
    value = claim.value
    if value is None or claimed is None or (value.written or value.unit) in ("km", "km2", "km/day", "km2/day"):
        return None
    shown = in_twin(value.si_unit or "")
    if value.si is not None and shown is not None:
        scale, unit = shown
        return quantity((value.si * scale, (value.si_max or value.si) * scale), unit)
    return f"{number(claimed.numbers[0])} {claimed.unit}" if claimed.numbers else None


def _quantity_aspect(claim: Claim) -> AspectName:
    if claim.kind is ClaimKind.AREA:
        return AspectName.AREA
    return AspectName.RATE if claim.kind is ClaimKind.RATE else AspectName.DISTANCE


def _would_fit(
    claim: Claim, claimed: Claimed | None, evidence: Iterable[Evidence], settings: Settings
) -> tuple[str, ...]:
    """Readings, other than the one judged by, under which the claim would fit: only those that were measured."""
    found: list[str] = []
    for e in evidence:
        if e.role is not Role.WOULD_FIT or not e.independent:
            continue
        if e.aspect is AspectName.DIRECTION:
            meets = claim.direction is not None and _judge_direction(claim, e, settings).label is Label.FITS
        elif claimed is not None and e.aspect == _quantity_aspect(claim):
            # a reading near zero reaches any "at most"
            meets = overlap(claimed.range, e.measured) and e.unit == claimed.unit
            meets = meets and not (claim.value is not None and claim.value.qualifier in CEILINGS and not e.measured[1])
        else:
            want = criterion(claim, e, settings)
            meets = _meets(e.measured, want.fits, want.strict) is (claim.polarity is Polarity.AFFIRMED)
        if meets:
            found.append(short(e.what))
    return tuple(dict.fromkeys(found))
