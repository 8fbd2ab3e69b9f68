"""The steps of extraction in order, and drafts made into claims."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from geomap.claims.actors import name_actors
from geomap.claims.anaphors import LIES, name_subjects
from geomap.claims.attribution import Speakers
from geomap.claims.borders import set_borders
from geomap.claims.dates import find_dates, nearest
from geomap.claims.frames import FrameReader, Reading, governing
from geomap.claims.language import Language, language_for, uncertain
from geomap.claims.moods import set_mood, set_retractions
from geomap.claims.passage import Draft, Passage
from geomap.claims.quantities import Quantity, find_quantities
from geomap.claims.relations import quantity_draft, spatial_drafts
from geomap.claims.sizes import same_size, size_drafts
from geomap.claims.unknown import mark_unknown
from geomap.lang import languages
from geomap.lang.telling import DEFAULT, UNKNOWN, language_code, language_read, paragraphs_by_language
from geomap.models import (
    Article,
    Claim,
    ClaimKind,
    Conversion,
    Meaning,
    Modality,
    Place,
    Predicate,
    Qualifier,
    Text,
    Toponym,
    Value,
    When,
    message,
)
from geomap.parties import Party, PartyKind
from geomap.units import PER_DAY, UNITS, recorded

BorderOf = Callable[[str, str], Place | None]
"""The border of two countries (ISO alpha-2) as a place: what "two miles from the border" counts from."""
AreaOf = Callable[[Place], float | None]
"""A place's own area in m² (None where it has none): what "twice the size of Portugal" counts in."""

_BLACK = re.compile(r"\S")
_REMEMBERED = 24
"""Earlier claims that "another area of the same size" and "the area" may refer to."""


def extract_claims(
    article: Article,
    toponyms: Sequence[Toponym],
    *,
    area_of: AreaOf | None = None,
    border_of: BorderOf | None = None,
) -> list[Claim]:
    """Find what an article says that geometry can test, in reading order.

    Parameters
    ----------
    article
        Its ``published_on`` resolves "on Monday"; without one such dates keep their words and no day.
    toponyms
        Mentions as ``resolve_toponyms`` gives them. Imperfect ones do: a reference that is no toponym keeps its words.
    area_of
        A place's area in m², for "the size of Luxembourg" and "15% of Ukraine"; without it ``value.si`` is None there.

    border_of
        ``Gazetteer.border``: gives "the border" and "the Iraqi border" their line; without it they keep their words.

    Returns
    -------
    Claims with ``quote == article.text[start:end]``; empty where there are none. Linear in the text's length.
    """
    told = article.language or language_code(article.text)
    others = paragraphs_by_language(article.text, told)
    if not others:
        return _extract(article, toponyms, told, area_of, border_of)
    found: list[Claim] = []
    for code, spans in {told: _between(article.text, others), **others}.items():
        part = replace(article, text=_only(article.text, spans))
        inside = [t for t in toponyms if any(a <= t.start and t.end <= b for a, b in spans)]
        found += _extract(part, inside, code, area_of, border_of)
    return sorted(found, key=lambda claim: (claim.start, claim.end))


def _between(text: str, others: Mapping[str, list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """The rest of a text: what lies in no paragraph of another language."""
    rest, at = [], 0
    for start, end in sorted(span for spans in others.values() for span in spans):
        if start > at:
            rest.append((at, start))
        at = end
    return [*rest, (at, len(text))] if at < len(text) else rest


def _only(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with all but these spans blank, so that offsets hold."""
    parts, at = [], 0
    for start, end in spans:
        parts += [_BLACK.sub(" ", text[at:start]), text[start:end]]
        at = end
    return "".join([*parts, _BLACK.sub(" ", text[at:])])


def _extract(
    article: Article, toponyms: Sequence[Toponym], told: str, area_of: AreaOf | None, border_of: BorderOf | None
) -> list[Claim]:
    """Claims of a text in one language; none where claims are not read in it."""
    code = language_read(article.text, told)
    if code is None:
        return []
    lang = uncertain(code) if told == UNKNOWN else language_for(article.text, code)
    passage = Passage(article, toponyms, lang)
    mark_unknown(passage)
    drafts = _drafts(passage)
    if not drafts:
        return []
    set_retractions(passage, drafts)
    speakers = Speakers(passage)
    if border_of is not None:
        set_borders(passage, drafts, border_of)
    return _claims(passage, drafts, speakers, area_of)


def read_value(text: str) -> Value | None:
    """Read one quantity as people write them, with its hedge: "more than 390 sq mi". None where there is none.

    Examples
    --------
    >>> value = read_value("about 40-50,000 acres")
    >>> value.number, value.number_max, value.unit
    (40000.0, 50000.0, 'acre')
    """
    code = language_code(text)
    told = uncertain(DEFAULT) if code == UNKNOWN else language_for(text, language_read(text, code) or DEFAULT)
    value = _read_value(text, told)
    if value is None and not any(c.isascii() and c.isalpha() for c in text):
        # a few words without a Latin letter tell neighbours badly apart: the one that knows them reads them
        others = (language_for(text, other) for other in languages("claims") if other != told.code)
        value = next((v for other in others if (v := _read_value(text, other)) is not None), None)
    return value


def _read_value(text: str, lang: Language) -> Value | None:
    passage = Passage(Article(id="", text=text), (), lang)
    found = find_quantities(passage.tk, 0, len(passage.tk), passage.lang, passage.commas)
    for q in found:
        if q.dim != "speed":
            return _value(passage, Draft(ClaimKind.AREA, q.i, q.end, q.i, quantity=q), None, {})
    return None


def _drafts(p: Passage) -> list[Draft]:
    out: list[Draft] = []
    reader = FrameReader(p)
    for first, stop in p.tk.sentences:
        out.extend(_sentence(p, reader, first, stop, out[-_REMEMBERED:]))
    return out


def _sentence(p: Passage, reader: FrameReader, first: int, stop: int, earlier: list[Draft]) -> list[Draft]:
    """Drafts of one sentence: quantities first, then what control words and spatial words say beside them."""
    found: list[Draft] = []
    quantities = find_quantities(p.tk, first, stop, p.lang, p.commas)
    slips: list[Draft] = []
    for q in quantities:
        draft = quantity_draft(p, q, first, stop, [*earlier, *found])
        again = slips and slips[-1].quantity is not None and q.unit == slips[-1].quantity.unit
        if draft is None and again and p.tk.word[q.i - 1] in "([":
            draft = Draft(ClaimKind.AREA, q.i, q.end, q.i, quantity=q, corrected=True, unit=slips[-1].unit)
        if draft is not None:
            if draft.corrected:
                slips.append(draft)
            found.append(draft)
    found.extend(size_drafts(p, first, stop))
    same = same_size(p, first, stop, earlier + found)
    if same is not None:
        found.append(same)
    areas = [d for d in found if d.kind is ClaimKind.AREA and d.quantity is not None]
    _restate(p, areas)
    reading = reader.read(first, stop, figures=bool(areas))
    governed = {head for d in areas if (head := _govern(d, reading)) is not None}
    for one, other in pairwise(slips):
        _inherit(other, one)  # "2,000km [3,000km by now]"
    for draft in found:
        _refer_back(p, draft, [*earlier, *found], first)
    taken = list(found)
    if reading is not None and not _asks(p, first, stop):
        found.extend(d for d in reader.drafts(reading, governed) if not _measured_already(d, taken))
    found.extend(spatial_drafts(p, first, stop, taken))
    found = [d for d in found if not _presupposed(d, found)]
    name_subjects(p, found)
    for draft in found:
        set_mood(p, draft, first, stop)
        reader.settle_mood(draft)
    found.sort(key=lambda d: (d.i, d.j))
    return found


def _inherit(draft: Draft, earlier: Draft) -> None:
    """Take over who did what and where from the claim that a figure repeats or continues."""
    draft.predicate = draft.predicate or earlier.predicate
    draft.actor_at = draft.actor_at or earlier.actor_at
    draft.region = draft.region or earlier.region
    draft.subject = draft.subject or list(earlier.subject)


def _restate(p: Passage, areas: list[Draft]) -> None:
    """Link "910 acres, about half a square mile", "20,800 sq km, an area the size of Belgium": one thing told twice."""
    for one, other in pairwise(sorted(areas, key=lambda d: d.quantity.i if d.quantity is not None else d.i)):
        if one.quantity is None or other.quantity is None or other.antecedent is not None:
            continue
        k = one.quantity.end
        if k >= len(p.tk) or p.tk.word[k] != ",":
            continue
        between = range(k + 1, other.quantity.i)
        unlike = one.quantity.unit != other.quantity.unit
        if unlike and all(p.among(x, "restating") for x in between) and not other.subject:
            other.antecedent, other.restates = one, True


def _refer_back(p: Passage, draft: Draft, drafts: list[Draft], first: int) -> None:
    """ "now estimates the area at about 2,500": the ground of the last area told."""
    if draft.kind is not ClaimKind.AREA or draft.predicate is not None or draft.quantity is None:
        return
    if p.lang.table("that_area").match_back(p.tk.low, draft.quantity.i, first) is None:
        return
    earlier = [d for d in drafts if d.kind is ClaimKind.AREA and d is not draft and d.j <= draft.i and d.predicate]
    if earlier:
        _inherit(draft, earlier[-1])
        draft.antecedent = earlier[-1]


def _presupposed(draft: Draft, found: list[Draft]) -> bool:
    """Whether a hold is only mentioned inside another claim: "advanced into Russia-controlled territory"."""
    if draft.kind is not ClaimKind.CONTROL or draft.predicate not in (Predicate.CONTROLS, Predicate.OCCUPIED):
        return False
    return any(
        other is not draft
        and other.kind in (ClaimKind.ADVANCE, ClaimKind.AREA, ClaimKind.CONTROL)
        and other.i <= draft.at < other.j
        and other.at < draft.at
        and {(m.start, m.end) for m in draft.subject}
        <= {(m.start, m.end) for m in (*other.subject, *(r for r in (other.reference, other.region) if r is not None))}
        for other in found
    )


def _measured_already(draft: Draft, measured: list[Draft]) -> bool:
    """Whether an advance is told with its figure: "advanced 12 km towards Jabal" is one claim."""
    if draft.kind is not ClaimKind.ADVANCE:
        return False
    moves = (ClaimKind.ADVANCE, ClaimKind.RATE, ClaimKind.DISTANCE)
    return any(
        other.kind in moves and other.quantity is not None and draft.i <= other.quantity.i < draft.j
        for other in measured
    )


def _asks(p: Passage, first: int, stop: int) -> bool:
    """Whether a sentence is a question."""
    return any(p.tk.word[k] == "?" for k in range(max(first, stop - 3), stop))


def _govern(draft: Draft, reading: Reading | None) -> int | None:
    """Give an area the frame that it is the object of; its head, where the frame claims nothing else."""
    if draft.quantity is None or draft.sized:
        return None
    view = governing(reading, draft.quantity.i, draft.quantity.end) if reading is not None else None
    if view is None:
        if draft.same_as is not None:
            _inherit(draft, draft.same_as)
        return None
    hit = view.hit
    draft.predicate = Predicate(hit.frame.means)
    draft.actor_at = view.actor
    draft.at = hit.i
    draft.i = min(draft.i, hit.i)
    return hit.head if hit.frame.section == "verbs" or not draft.subject else None


# ── drafts to claims ─────────────────────────────────────────────────────────────────────────────────────────


def _claims(p: Passage, drafts: list[Draft], speakers: Speakers, area_of: AreaOf | None) -> list[Claim]:
    sides = name_actors(p, drafts, speakers)
    dates = {}
    ids: dict[int, str] = {}
    values: dict[int, Value | None] = {}
    out: list[Claim] = []
    seen: set[str] = set()
    for draft in drafts:
        number = p.tk.sentence_of[draft.at]
        if number not in dates:
            dates[number] = find_dates(p, *p.tk.sentences[number])
        when = nearest(dates[number], draft.i, draft.j, p, speakers.verbs)
        source = speakers.chain(draft)
        value = _value(p, draft, area_of, values)
        values[id(draft)] = value
        start, end = p.tk.start[draft.i], p.tk.end[draft.j - 1]
        kind = draft.kind
        key = f"{p.article.id}|{kind}|{start}|{end}|{value.start if value else draft.at}|{draft.predicate}"
        ident = hashlib.sha256(key.encode()).hexdigest()[:12]
        if ident in seen:
            continue
        seen.add(ident)
        ids[id(draft)] = ident
        checkable, why_not = _checkable(draft, when)
        out.append(
            Claim(
                id=ident,
                article=p.article.id,
                kind=kind,
                quote=p.text[start:end],
                start=start,
                end=end,
                value=value,
                subject=tuple(draft.subject),
                reference=draft.reference,
                direction=draft.direction,
                region=draft.region,
                predicate=draft.predicate,
                actor=draft.actor,
                counterparty=draft.counterparty,
                source=source,
                source_side=sides[id(draft)],
                polarity=draft.polarity,
                modality=draft.modality,
                date=when,
                antecedent=ids.get(id(draft.antecedent)) if draft.antecedent is not None else None,
                checkable=checkable,
                why_not=why_not,
                language=p.lang.code,
                meaning=Meaning(
                    actor=_told_party(draft),
                    restates=draft.restates,
                    second_subject=draft.second_subject,
                    second_reference=draft.second_reference,
                ),
            )
        )
    return out


def _told_party(draft: Draft) -> Party | None:
    """A draft's party where tokens told it; a name that they did not know is looked up by its words."""
    return None if draft.party is None or draft.party.kind is PartyKind.NAMED else draft.party


def _checkable(draft: Draft, when: When | None) -> tuple[bool, Text | None]:
    if draft.why_not is not None:
        return draft.checkable, draft.why_not
    if draft.predicate is Predicate.ANNEXED:
        return True, message("untested.legal_act")
    if draft.modality is not Modality.ASSERTED:
        return True, message("untested.not_asserted", modality=message(f"modality.{draft.modality}"))
    if when is not None and when.start is None and draft.kind not in LIES:
        return True, message("untested.no_day_to_count", when=when.text or "")
    return True, None


def _value(p: Passage, draft: Draft, area_of: AreaOf | None, values: dict[int, Value | None]) -> Value | None:
    q = draft.quantity
    if q is None:
        if draft.qualifier is None:
            return None
        start, end = p.tk.start[draft.at], p.tk.end[draft.at]
        return Value(text=p.text[start:end], start=start, end=end, number=None, qualifier=Qualifier(draft.qualifier))
    start, end = p.tk.start[q.i], p.tk.end[q.j - 1]
    text = p.text[start:end]
    if draft.same_as is not None:
        before = values.get(id(draft.same_as))
        return Value(
            text=text,
            start=start,
            end=end,
            number=before.number if before else None,
            unit=before.unit if before else None,
            si=before.si if before else None,
            si_unit="m2",
            qualifier=Qualifier.SAME_AS,
            digits_step=before.digits_step if before else None,
        )
    if draft.times is not None:
        area = _area_compared(draft, area_of)
        return Value(
            text=text,
            start=start,
            end=end,
            number=q.number,
            number_max=q.number_max,
            unit=q.unit,
            si=None if area is None else q.number * area,
            si_max=None if area is None or q.number_max is None else q.number_max * area,
            si_unit="m2",
            qualifier=q.qualifier,
            digits_step=None if area is None else q.step * area,
        )
    return _measured(p, draft, q, text, start, end)


def _area_compared(draft: Draft, area_of: AreaOf | None) -> float | None:
    """Area of what is compared with, in m². Sizes are told in countries: a city of the name gives way."""
    place = draft.reference.place if draft.reference is not None else None
    if area_of is None or place is None or draft.reference is None:
        return None
    countries = [c for c in place.alternatives if c.feature.startswith("A.PCL")]
    for candidate in (*countries, place, *place.alternatives):
        area = area_of(candidate)
        if area is not None:
            if candidate is not place:
                draft.reference = replace(draft.reference, place=candidate)
            return area
    return None


def _measured(p: Passage, draft: Draft, q: Quantity, text: str, start: int, end: int) -> Value:
    unit, factor, dim, step = q.unit, q.factor, q.dim, q.step
    if draft.corrected and draft.unit is not None:
        unit, factor, dim = draft.unit, UNITS[draft.unit].si, UNITS[draft.unit].dimension
        step = q.step / UNITS[q.unit].si * factor
    conversion = None
    if q.conversion is not None:
        i, j, si, agrees = q.conversion
        conversion = Conversion(text=p.tk.slice(i, j), si=si, agrees=agrees)
    # "1.2 Mha" is recorded as 1,200,000 ha: records bear the units of one short list
    shown = recorded(UNITS[unit])
    daily = dim.endswith(PER_DAY)

    def as_recorded(number: float) -> float:
        number = number * (UNITS[unit].si / shown.si) if shown.code != unit else number
        return number / q.per_day if daily else number

    return Value(
        text=text,
        start=start,
        end=end,
        number=as_recorded(q.number),
        number_max=None if q.number_max is None else as_recorded(q.number_max),
        unit=shown.code + (PER_DAY if daily else ""),
        written=unit,
        si=q.number * factor,
        si_max=None if q.number_max is None else q.number_max * factor,
        si_unit=dim if dim != "speed" else None,
        qualifier=q.qualifier,
        unit_corrected=draft.corrected,
        conversion=conversion,
        digits_step=step,
        vague=q.word,
    )
