"""From a claim and its evidence to a verdict: DESIGN's rules, in DESIGN's order, aspect by aspect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from geomap.geodesy import compass, compass_azimuth, turn_deg
from geomap.models import (
    MOVES,
    Aspect,
    AspectName,
    Claim,
    ClaimKind,
    Code,
    Effect,
    Evidence,
    Label,
    Message,
    Modality,
    Named,
    Polarity,
    Predicate,
    Qualifier,
    Quantity,
    Range,
    Role,
    Text,
    Verdict,
    message,
)
from geomap.settings import Settings
from geomap.units import in_twin
from geomap.verdicts.ranges import CEILINGS, Claimed, claimed_range, factor, gap, hull_of, inside, overlap
from geomap.verdicts.sentences import amount, claim_message, clause, fit, times, wind
from geomap.wording import short

FIGURES = frozenset({ClaimKind.AREA, ClaimKind.DISTANCE, ClaimKind.EXTENT, ClaimKind.RATE})
"""Kinds that are nothing without a number; an advance may also be a place reached."""
WORST = (Label.DOES_NOT_FIT, Label.MAPS_CANNOT_SETTLE, Label.ROUGHLY_FITS, Label.FITS)
"""A claim about several places stands as its weakest part does."""

BY_MAP = frozenset({Role.NEXT_DAY, Role.ON_THE_DAY, Role.UNTRIED})
"""Readings of one map, which speak for no other."""
OTHER_READINGS = BY_MAP | {Role.EDGE, Role.ROAD, Role.NAMESAKE}
"""What may make a claim roughly fit, or keep it from being called wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One measurement judged: its label, what moved it, and the words for it."""

    evidence: Evidence
    label: Label
    claimed: Range
    measured: Range
    codes: tuple[Code, ...] = ()
    how: Text | None = None


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
    evidence = _borne_out(claim, evidence, settings)
    why = untestable(claim, evidence)
    if why is not None:
        reason = message("reason.untested", why=why)
        return Verdict(label=Label.NOT_TESTABLE, reason=reason, evidence=tuple(evidence))
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


def second_reading(claim: Claim) -> Claim | None:
    """The claim with the other place that its figure may be of, or count from; None where the choice was plain."""
    meaning = claim.meaning
    if meaning.second_subject is None and meaning.second_reference is None:
        return None
    subject = claim.subject if meaning.second_subject is None else (meaning.second_subject,)
    return replace(claim, subject=subject, reference=meaning.second_reference or claim.reference)


def settle_readings(first: Verdict, second: Verdict, other: Claim) -> Verdict:
    """A verdict where a figure has two readings nearly as likely: wrong by one alone is not wrong."""
    if first.label is not Label.DOES_NOT_FIT or second.label not in (Label.FITS, Label.ROUGHLY_FITS):
        return first
    what = other.meaning.second_subject or other.meaning.second_reference
    assert what is not None
    key = "reason.second_subject" if other.meaning.second_subject is not None else "reason.second_reference"
    reason = message(key, found=first.reason, place=Named(short(what.text)))
    return replace(first, label=Label.MAPS_CANNOT_SETTLE, reason=reason)


def _borne_out(claim: Claim, evidence: Sequence[Evidence], settings: Settings) -> list[Evidence]:
    """Of what rests on a side that the words do not name, what bears the claim out: a guess contradicts nothing."""
    guesses = dict.fromkeys(e.supposed for e in evidence if e.supposed is not None)
    if not guesses:
        return list(evidence)
    good: dict[tuple[str, str], bool] = {}
    parts = [e for e in evidence if e.role in (Role.ANTECEDENT, Role.REFERENCE)]
    for place, source, side in guesses:
        mine = [replace(e, supposed=None, independent=True) for e in evidence if e.supposed == (place, source, side)]
        label = judge(claim, [*parts, *mine], settings).label
        if (place, source) not in good and label in (Label.FITS, Label.ROUGHLY_FITS):
            good[place, source] = side
    kept = [e for e in evidence if e.supposed is None or good.get(e.supposed[:2]) is e.supposed[2]]
    measured = any(e.role is Role.MEASURE for e in kept)
    lacking = Role.MISSING if measured else None
    return [replace(e, supposed=None) for e in kept if e.role is not lacking or e.aspect is not AspectName.MAP]


# ── rule 1: what cannot be tested ────────────────────────────────────────────────────────────────────────────


def untestable(claim: Claim, evidence: Iterable[Evidence] = ()) -> Text | None:
    """Say why no geometry can test a claim as it stands, or give None."""
    if not claim.checkable:
        return claim.why_not or message("untested.no_geometry")
    if claim.modality is not Modality.ASSERTED:
        return message(f"untested.{claim.modality}")
    if claim.predicate is Predicate.ANNEXED:
        return message("untested.annexation")
    if claim.predicate is Predicate.CLAIMS:
        return message("untested.laying_claim")
    value = claim.value
    if claim.kind in FIGURES and (value is None or (value.number is None and value.qualifier not in _NUMBERLESS)):
        return message("untested.no_figure")
    if value is not None and value.qualifier is Qualifier.SUPERLATIVE:
        return message("untested.ranks")
    for item in evidence:
        if item.role is Role.MISSING and item.aspect in (AspectName.DATE, AspectName.PLACE, AspectName.FIGURE):
            return item.note or message("missing.is_missing", what=item.what)
    return claim.why_not


_NUMBERLESS = frozenset({Qualifier.VAGUE_PLURAL, Qualifier.SAME_AS, Qualifier.SIZE_OF, Qualifier.TIMES})


# ── rule 2: nothing to measure by ────────────────────────────────────────────────────────────────────────────


def _no_measure(claim: Claim, claimed: Claimed | None, evidence: Sequence[Evidence], settings: Settings) -> Verdict:
    shared = [e for e in evidence if e.role is Role.MEASURE and not e.independent]
    hulls = [e for e in shared if Code.HULL_ONLY in e.codes]
    wanted = next((e.note for e in evidence if e.role is Role.MISSING and e.note), None)
    measured: Range = (None, None)
    codes = tuple(c for e in evidence if e.role is Role.MISSING for c in e.codes)
    why: Text
    if hulls and claimed is not None:
        hull = hulls[0]
        measured, codes = hull.measured, (Code.HULL_ONLY,)
        found = Quantity(*measured, claimed.unit)
        beside = _beside(claimed, hull)
        why = message("measured.beside", what=hull.what, amount=found, beside=beside)
        if wanted:
            why = message("measured.beside_wanted", what=hull.what, amount=found, beside=beside, wanted=wanted)
    elif shared:
        why = message("unsettled.same_source", source=shared[0].source)
        codes = (Code.SAME_SOURCE,)
    else:
        why = wanted or message("unsettled.nothing_measures")
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
        reason=message("reason.unsettled", said=claim_message(claim, _plain(claim, claimed)), why=why),
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
            each = tuple(message("how.map_says", source=f.evidence.source, fit=fit(f.label)) for f in settled)
            findings.append(
                Finding(
                    evidence=settled[0].evidence,
                    label=Label.MAPS_CANNOT_SETTLE,
                    claimed=settled[0].claimed,
                    measured=hull_of([f.measured for f in settled]),
                    codes=(Code.SOURCES_DIFFER,),
                    how=message("how.maps_disagree", verdicts=each),
                )
            )
            continue
        tried = tuple(e.what for e in evidence if e.role is Role.NAMESAKE and e.places == places)
        by_source = [_unsure_of_place(f, tried[:NAMESAKES_TOLD]) for f in by_source]
        settled = [f for f in by_source if f.label is not Label.MAPS_CANNOT_SETTLE]
        # the first source that settles it speaks; the others stand in the evidence
        findings.append(min(settled, key=lambda f: WORST.index(f.label)) if settled else by_source[0])
    return findings, differ


NAMESAKES_TOLD = 3
"""Other places of a name that a sentence tells of; the evidence has them all."""


def _unsure_of_place(found: Finding, tried: tuple[Message, ...]) -> Finding:
    """A place that is known only roughly, or by a doubtful name, cannot make a claim wrong: which others were tried."""
    if Code.PLACE not in found.codes or found.label is not Label.DOES_NOT_FIT:
        return found
    how = message("how.place_unsure_tried", tried=tried) if tried else message("how.place_unsure")
    return replace(found, label=Label.MAPS_CANNOT_SETTLE, how=how)


def _readings(measure: Evidence, evidence: Sequence[Evidence]) -> list[Evidence]:
    return [
        e
        for e in evidence
        if e.role in OTHER_READINGS
        and e.independent
        and e.aspect == measure.aspect
        and e.places == measure.places
        and (e.source == measure.source or e.role not in BY_MAP)
    ]


def _judge_one(
    claim: Claim, claimed: Claimed | None, e: Evidence, readings: Sequence[Evidence], settings: Settings
) -> Finding:
    if e.aspect is AspectName.DIRECTION:
        return _judge_direction(claim, e, settings)
    if claimed is not None and e.aspect == _quantity_aspect(claim):
        if claim.polarity is Polarity.NEGATED and not is_bound(claim, claimed):
            exact = claim.value is not None and claim.value.qualifier is Qualifier.EXACT
            return _judge_denied(claimed, e, readings, settings, exact=exact)
        return _judge_figure(claimed, e, readings, settings)
    return _judge_state(claim, e, readings, settings)


def _judge_figure(claimed: Claimed, e: Evidence, readings: Sequence[Evidence], settings: Settings) -> Finding:
    """Rules 2 to 5 for a figure, in order: hulls, the map's own error, the ranges, what is near, other readings."""
    if Code.HULL_ONLY in e.codes:
        return _by_hull(claimed, e, settings)
    own = factor(e.error or e.measured)
    if own > settings.wide_factor and not _clearly_apart(claimed, e.measured, settings):
        nothing = message("how.own_error_to_nothing")
        wide = message("how.own_error", times=times(own)) if own < 1000 else nothing
        return _figure(claimed, e, Label.MAPS_CANNOT_SETTLE, wide, Code.WIDE)
    if e.measured[1] is None:
        return _by_part(claimed, e, settings)
    if overlap(claimed.range, e.measured):
        return _fitting(claimed, e, settings)
    if gap(claimed.numbers, e.measured) <= settings.rough_gap:
        near = message("how.within_percent", percent=round(settings.rough_gap * 100))
        return _figure(claimed, e, Label.ROUGHLY_FITS, near)
    return _by_readings(claimed, e, readings)


def _judge_denied(
    claimed: Claimed, e: Evidence, readings: Sequence[Evidence], settings: Settings, *, exact: bool
) -> Finding:
    """ "Not 60 km from": wrong where the measurement takes in the very number; what merely comes near it stays open.

    A denial of anything but the bare number ("not only 60 km", "not quite 60 km") is never wrong by being near it.
    """
    found = _judge_figure(claimed, e, readings, settings)
    if found.label is Label.DOES_NOT_FIT:
        return replace(found, label=Label.FITS, how=None)
    meant = any(overlap((number, number), e.measured) for number in claimed.numbers)
    if found.label is Label.FITS and meant and exact:
        return replace(found, label=Label.DOES_NOT_FIT, how=None)
    return replace(found, label=Label.MAPS_CANNOT_SETTLE, how=found.how or message("how.near_the_denied"))


def _figure(claimed: Claimed, e: Evidence, label: Label, how: Text | None = None, *codes: Code) -> Finding:
    """A figure judged by one measurement."""
    return Finding(
        evidence=e, label=label, claimed=claimed.range, measured=e.measured, codes=(*e.codes, *codes), how=how
    )


def _clearly_apart(claimed: Claimed, measured: Range, settings: Settings) -> bool:
    """Whether a figure lies so far beyond a measurement that the measurement's own error does not matter."""
    low, high = measured
    above = claimed.low is not None and high is not None and claimed.low > high * settings.clearly_apart
    below = claimed.high is not None and low is not None and claimed.high * settings.clearly_apart < low
    return above or below


def _by_part(claimed: Claimed, e: Evidence, settings: Settings) -> Finding:
    """A part of the claim's period, which measures a floor: it settles what it reaches, or already exceeds."""
    low = e.measured[0] or 0.0
    if inside(e.measured, claimed.range):
        found = _fitting(claimed, e, settings)
        return replace(found, how=found.how or message("how.part_reaches"))
    if e.best is not None and overlap(claimed.range, (low, e.best)):
        return _figure(claimed, e, Label.FITS)
    if claimed.high is not None and claimed.high < low and gap(claimed.numbers, e.measured) > settings.rough_gap:
        return _figure(claimed, e, Label.DOES_NOT_FIT, message("how.part_exceeds"))
    return _figure(claimed, e, Label.MAPS_CANNOT_SETTLE, message("how.part_leaves_open"))


def _by_hull(claimed: Claimed, e: Evidence, settings: Settings) -> Finding:
    """Named places alone: they settle a figure where the ranges meet and the hulls agree with each other."""
    spread = factor(e.measured)
    if not overlap(claimed.range, e.measured):
        far = message("how.times_the_span", times=_ratio(claimed, e))
        return _figure(claimed, e, Label.MAPS_CANNOT_SETTLE, far)
    if spread > settings.wide_factor:
        return _figure(claimed, e, Label.MAPS_CANNOT_SETTLE, message("how.hulls_wide", times=times(spread)))
    return _figure(claimed, e, Label.FITS, message("how.named_places"))


def _fitting(claimed: Claimed, e: Evidence, settings: Settings) -> Finding:
    """Ranges that meet: WIDE where much else would meet too, UNDERSTATED where "more than" leaves most unsaid."""
    codes: list[Code] = []
    how: Message | None = None
    if e.measured[1] is not None and factor(e.measured) > settings.wide_factor:
        codes.append(Code.WIDE)
        how = message("how.changed_fast", amount=amount(e))
    low = e.measured[0]
    if claimed.understated_above is not None and low is not None and low > claimed.understated_above:
        codes.append(Code.UNDERSTATED)
        how = how or message("how.understated", times=times(low / claimed.numbers[0]))
    return _figure(claimed, e, Label.FITS, how, *codes)


def _by_readings(claimed: Claimed, e: Evidence, readings: Sequence[Evidence]) -> Finding:
    """The first other reading by which a figure fits after all; does_not_fit where none does."""
    untried: Evidence | None = None
    for reading in readings:
        if reading.role is Role.ROAD:
            if any(inside((n, n), reading.measured) for n in claimed.numbers):
                return _figure(claimed, e, Label.ROUGHLY_FITS, message("reading.by_road"), Code.ROAD)
        elif overlap(claimed.range, reading.measured):
            if reading.role is Role.NEXT_DAY:
                later = message("how.next_day", amount=amount(reading))
                return _figure(claimed, e, Label.ROUGHLY_FITS, later, Code.DATE)
            if reading.role in (Role.UNTRIED, Role.NAMESAKE):
                untried = untried or reading
                continue
            shown = message("how.reading", reading=reading.what, amount=Quantity(*reading.measured, e.unit))
            code = Code.DATE if reading.role is Role.ON_THE_DAY else Code.EDGE
            return _figure(claimed, e, Label.ROUGHLY_FITS, shown, code)
    if untried is not None:
        also = (Code.PLACE,) if untried.role is Role.NAMESAKE else untried.codes
        return _figure(claimed, e, Label.MAPS_CANNOT_SETTLE, _why_untried(untried), *also)
    tried = {reading.role for reading in readings}
    how = "how.not_by_road" if Role.ROAD in tried else "how.not_next_day" if Role.NEXT_DAY in tried else None
    return _figure(claimed, e, Label.DOES_NOT_FIT, message(how) if how is not None else None)


def _why_untried(reading: Evidence) -> Text:
    """Why a reading that cannot be decided on keeps a claim from being called wrong."""
    if reading.role is Role.NAMESAKE:
        return message("how.namesake", reading=reading.what)
    return reading.note or message("how.next_day_lacking")


def _beside(claimed: Claimed, e: Evidence) -> Message:
    """A claim against the hull of places: how many times as much, or how wide the hull's own range is."""
    if overlap(claimed.range, e.measured):
        spread = factor(e.measured)
        return message("beside.wide", times=times(spread)) if spread < 1000 else message("beside.from_nothing")
    return message("beside.claim_is", times=_ratio(claimed, e))


def _ratio(claimed: Claimed, e: Evidence) -> Message:
    """How many times the measurement a claim is, from its number to the nearer end."""
    said_number = claimed.numbers[0] if claimed.numbers else (claimed.low or claimed.high or 0.0)
    low, high = e.measured
    nearer = high if high is not None and said_number > high else low
    return times(said_number / nearer) if nearer else message("times.many")


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
    label, codes = Label.DOES_NOT_FIT, list(e.codes)
    how: Text | None = None
    later = next((r for r in readings if r.role is Role.NEXT_DAY and _meets(r.measured, want.fits, want.strict)), None)
    if _meets(e.measured, want.fits, want.strict):
        label = Label.FITS
    elif want.roughly is not None and _meets(e.measured, want.roughly, want.strict):
        label = Label.ROUGHLY_FITS
    elif later is not None:
        label, how = Label.ROUGHLY_FITS, _by_map_of(later)
        codes.append(Code.DATE)
    elif overlap(e.measured, want.roughly or want.fits):
        # only a strict state gets here with a range that the line runs through
        label = Label.MAPS_CANNOT_SETTLE
        how = message(_why_open(e))
    label, how, code = _with_untried(claim, label, how, readings, want)
    codes += code
    if claim.polarity is Polarity.NEGATED:
        label = {Label.FITS: Label.DOES_NOT_FIT, Label.DOES_NOT_FIT: Label.FITS}.get(label, label)
    return Finding(evidence=e, label=label, claimed=want.fits, measured=e.measured, codes=tuple(codes), how=how)


def _why_open(e: Evidence) -> str:
    """Which doubt a range that a state runs through comes from: the message that says it."""
    if e.measured[1] is None:
        return "how.part_leaves_open"
    return "how.contested_decides" if Code.CONTESTED in e.codes else "how.error_decides"


def _with_untried(
    claim: Claim, label: Label, how: Text | None, readings: Sequence[Evidence], want: Criterion
) -> tuple[Label, Text | None, list[Code]]:
    """Leave open what a map of the next day, were it at hand, or another place of the name may bear out."""
    if label is Label.DOES_NOT_FIT and claim.polarity is Polarity.AFFIRMED:
        for reading in readings:
            namesake = reading.role is Role.NAMESAKE and _meets(reading.measured, want.fits, want.strict)
            if namesake or reading.role is Role.UNTRIED:
                codes = [Code.PLACE] if namesake else []
                return Label.MAPS_CANNOT_SETTLE, _why_untried(reading), codes
    return label, how, []


def _by_map_of(later: Evidence) -> Message:
    if later.as_of is None:
        return message("reading.next_day")
    return message("reading.map_of", day=date.fromisoformat(later.as_of[:10]))


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
    if _on_the_other_side(claim, main, others, settings):
        label = Label.DOES_NOT_FIT
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


def _on_the_other_side(claim: Claim, main: Finding, others: Sequence[Finding], settings: Settings) -> bool:
    """Whether a place is put in a part of a country from which it lies away by more than a right angle."""
    if claim.kind is not ClaimKind.CONTAINMENT or claim.direction is None or main.label is not Label.FITS:
        return False
    sides = [f for f in others if f.evidence.aspect is AspectName.DIRECTION and f.label is Label.DOES_NOT_FIT]
    wanted = compass_azimuth(claim.direction)
    return any(
        Code.PLACE not in f.codes
        and f.evidence.best is not None
        and turn_deg(wanted, f.evidence.best) > settings.opposite_deg
        for f in sides
    )


def _kept(evidence: Iterable[Evidence], readings: Sequence[Message]) -> tuple[Evidence, ...]:
    """What a verdict rests on: of the readings that might have made it fit, only those that do."""
    others = (Role.WOULD_FIT, Role.NAMESAKE)
    return tuple(e for e in evidence if e.role not in others or e.what in readings)


def _aspect(f: Finding) -> Aspect:
    return Aspect(aspect=f.evidence.aspect, label=f.label, claimed=f.claimed, measured=f.measured, unit=f.evidence.unit)


def _reason(
    claim: Claim,
    claimed: Claimed | None,
    main: Finding,
    others: Sequence[Finding],
    label: Label,
    readings: Sequence[Message],
) -> Message:
    measured = clause(main.evidence)
    way = next((f.evidence.best for f in others if f.evidence.aspect is AspectName.DIRECTION), None)
    if way is not None:
        measured = message("measured.to_the_wind", clause=measured, wind=wind(compass(way)), degrees=round(way))
    if main.evidence.aspect is AspectName.DIRECTION and main.evidence.best is not None and not main.evidence.note:
        measured = message("measured.that_is_wind", clause=measured, wind=wind(compass(main.evidence.best)))
    verdict = _verdict_words(main, others, label)
    if claim.value is not None and claim.value.unit_corrected and claimed is not None and claimed.numbers:
        read_as = Quantity(claimed.numbers[0], claimed.numbers[0], claimed.unit)
        verdict = message("verdict.read_as", verdict=verdict, amount=read_as)
    says = claim_message(claim, _plain(claim, claimed))
    if label is Label.DOES_NOT_FIT and readings:
        return message("reason.judged_would_fit", said=says, measured=measured, verdict=verdict, reading=readings[0])
    return message("reason.judged", said=says, measured=measured, verdict=verdict)


def _verdict_words(main: Finding, others: Sequence[Finding], label: Label) -> Message:
    """The label in words, what failed beside what fits, and by which reading."""
    words = fit(label)
    failing = [f for f in others if f.label is Label.DOES_NOT_FIT]
    if label is not Label.FITS and failing and main.label is Label.FITS:
        fits = message(f"aspect.{main.evidence.aspect}")
        fails = tuple(message(f"aspect.{a}") for a in dict.fromkeys(f.evidence.aspect for f in failing))
        words = message("verdict.partly", fits=fits, failing=fails, fit=words)
    return message("verdict.how", fit=words, how=main.how) if main.how is not None else words


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
    return base if base is None else _as_told(claim, base, settings)


GROWS = frozenset({ClaimKind.AREA, ClaimKind.ADVANCE, ClaimKind.RATE, ClaimKind.EXTENT})
"""Kinds of figures that grow: what was "not 500" fell short of it, where a distance may be more or less."""


def is_bound(claim: Claim, claimed: Claimed) -> bool:
    """Whether a denied figure is a bound the other way round: "not more than 5 km", "did not take 500 km²"."""
    return claim.kind in GROWS or claimed.high is None or claimed.low in (None, 0.0)


def _as_told(claim: Claim, base: Claimed, settings: Settings) -> Claimed:
    """What a denial turns round, and what "up to" asks of an advance: that there was one."""
    if claim.polarity is Polarity.NEGATED:
        if not is_bound(claim, base):
            return base
        if base.low in (None, 0.0) and base.high is not None:
            return Claimed(low=base.high, high=None, unit=base.unit, numbers=base.numbers)
        return Claimed(low=0.0, high=base.low if base.high is None else base.high, unit=base.unit, numbers=base.numbers)
    moves = claim.kind in (ClaimKind.ADVANCE, ClaimKind.RATE) or (
        claim.kind is ClaimKind.AREA and claim.effect in MOVES
    )
    if moves and claim.value is not None and claim.value.qualifier is Qualifier.UP_TO and base.high is not None:
        return replace(base, low=base.high * settings.exact_floor)
    return base


def _plain(claim: Claim, claimed: Claimed | None) -> Quantity | None:
    """The claim's figure in km or km², where it was written in another unit."""
    value = claim.value
    if value is None or claimed is None or (value.written or value.unit) in ("km", "km2", "km/day", "km2/day"):
        return None
    shown = in_twin(value.si_unit or "")
    if value.si is not None and shown is not None:
        scale, unit = shown
        return Quantity(value.si * scale, (value.si_max or value.si) * scale, unit)
    return Quantity(claimed.numbers[0], claimed.numbers[0], claimed.unit) if claimed.numbers else None


def _quantity_aspect(claim: Claim) -> AspectName:
    if claim.kind is ClaimKind.AREA:
        return AspectName.AREA
    return AspectName.RATE if claim.kind is ClaimKind.RATE else AspectName.DISTANCE


def _would_fit(
    claim: Claim, claimed: Claimed | None, evidence: Iterable[Evidence], settings: Settings
) -> tuple[Message, ...]:
    """Readings, other than the one judged by, under which the claim would fit: only those that were measured."""
    found: list[Message] = []
    for e in evidence:
        if e.role not in (Role.WOULD_FIT, Role.NAMESAKE) or not e.independent:
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
            found.append(e.what)
    return tuple(dict.fromkeys(found))
