"""Passages of our own over fires, floods, ice, forests, wars, planning and sport: see ``test_claims_passages.txt``."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from geomap.claims import extract_claims
from geomap.models import Article, Claim, ClaimKind, MentionKind, Place, Toponym
from geomap.units import UNITS

COUNTED = {ClaimKind.AREA, ClaimKind.DISTANCE, ClaimKind.EXTENT, ClaimKind.ADVANCE, ClaimKind.RATE, ClaimKind.CONTROL}
POINT = {"exact", "about", "nearly", "same_as", "times", "size_of", "dimensions"}
CLASS = {
    **dict.fromkeys(POINT, "point"), "more_than": "lower", "at_least": "lower", "less_than": "upper",
    "at_most": "upper", "up_to": "upper", "between": "range", "vague_plural": "vague",
}  # fmt: skip
GAIN = {"captured", "recaptured", "liberated", "reached", "advanced"}
LOSS = {"withdrew", "lost", "evacuated", "surrendered"}
HOLD = {"controls", "occupied", "stabilising"}
FIGHT = {"contested", "besieged", "encircled"}
AREAS = {"Wales": 20.8e9, "Belgium": 30.7e9, "Delaware": 6.45e9, "Nepal": 147.5e9, "Luxembourg": 2.586e9}

_MARK = re.compile(r"\[([^\]|]+)(?:\|([A-Z.0-9]+))?\]|\{([^}]+)\}")


def read_marked(marked: str) -> tuple[str, list[Toponym]]:
    """Text without its marks, and the toponyms that they stood for."""
    text, toponyms, at = "", [], 0
    for m in _MARK.finditer(marked):
        text += marked[at : m.start()]
        name = m.group(1) or m.group(3)
        feature = m.group(2) or ("A.PCLI" if m.group(3) else "P.PPL")
        kind = MentionKind.DEMONYM if m.group(3) else MentionKind.LITERAL
        place = Place(id=f"test:{name}", name=name, lat=1.0, lon=2.0, feature=feature)
        toponyms.append(
            Toponym(article="t", start=len(text), end=len(text) + len(name), text=name, kind=kind, place=place)
        )
        text += name
        at = m.end()
    return text + marked[at:], toponyms


def claims_of(marked: str, published: date | None = date(2024, 8, 20)) -> list[Claim]:
    text, toponyms = read_marked(marked)
    claims = extract_claims(
        Article(id="t", text=text, published_on=published), toponyms, area_of=lambda place: AREAS.get(place.name)
    )
    for claim in claims:
        assert text[claim.start : claim.end] == claim.quote
    return claims


def fits(claim: Claim, wanted: str) -> bool:
    """Whether a claim has all that a line of expectations says."""
    kind, *rest = wanted.split()
    if claim.kind.value != kind:
        return False
    tests: list[bool] = []
    if rest and rest[0][0].isdigit():
        number, unit = float(rest[0]), rest[1]
        rest = rest[2:]
        per = unit.removesuffix("/day")
        factor = UNITS[per].si if per in UNITS else 1.0
        si = claim.value.si if claim.value is not None else None
        tests.append(si is not None and abs(si / (number * factor) - 1) < 0.011)
        top = next((float(r[4:]) * factor for r in rest if r.startswith("max=")), None)
        got = claim.value.si_max if claim.value is not None else None
        tests.append(
            (top is None) == (got is None) and (top is None or (got is not None and abs(got / top - 1) < 0.011))
        )
        if not any(r.startswith("q=") for r in rest):
            rest.append("q=range" if top else "q=point")
    polarity = "negated" if "neg" in rest else "affirmed"
    tests.append(claim.polarity.value == polarity)
    mood = next((r[4:] for r in rest if r.startswith("mod=")), "asserted")
    tests.append(claim.modality.value == mood or (mood == "any" and claim.modality.value != "asserted"))
    for item in rest:
        name, _, value = item.partition("=")
        value = value.replace("_", " ")
        if name == "q":
            tests.append(claim.value is not None and CLASS.get(claim.value.qualifier.value) == value)
        elif name == "dir":
            tests.append(claim.direction is not None and claim.direction.value == value)
        elif name == "ref":
            ends = [] if claim.reference is None else [claim.reference.text]
            ends += [] if claim.reference is None or claim.reference.place is None else [claim.reference.place.name]
            tests.append(any(value.lower() in end.lower() for end in ends))
        elif name == "of":
            names = " / ".join(m.text for m in claim.subject)
            tests.append(all(v.lower() in names.lower() for v in value.split("+")))
        elif name == "only":
            tests.append([m.text for m in claim.subject] == (value.split("+") if value else []))
        elif name == "pred":
            family = {"gain": GAIN, "loss": LOSS, "hold": HOLD, "fight": FIGHT}.get(value, {value})
            tests.append(claim.predicate is not None and claim.predicate.value in family)
        elif name == "by":
            tests.append(claim.actor is not None and value.lower() in claim.actor.lower())
        elif name == "src":
            tests.append(bool(claim.source) and value.lower() in " / ".join(claim.source).lower())
        elif name == "on":
            day = f"{claim.date.start}" if claim.date is not None else ""
            tests.append(day == value)
        elif name == "fixed":
            tests.append(claim.value is not None and claim.value.unit_corrected)
    return all(tests)


def read_passages(path: Path) -> list[tuple[str, list[str]]]:
    """Text and expectations, block by block."""
    out: list[tuple[str, list[str]]] = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines:
            out.append((lines[0], [line.strip() for line in lines[1:] if line.strip() != "none"]))
    return out


PASSAGES = read_passages(Path(__file__).with_suffix(".txt"))


@pytest.mark.parametrize(("marked", "wanted"), PASSAGES, ids=[re.sub(r"\W+", " ", m)[:44] for m, _ in PASSAGES])
def test_passage(marked: str, wanted: list[str]) -> None:
    told = {line.split()[0] for line in wanted}  # of other kinds those that the passage is about
    claims = [c for c in claims_of(marked) if c.kind in COUNTED or c.kind.value in told]
    left = list(claims)
    for line in wanted:
        found = next((c for c in left if fits(c, line)), None)
        assert found is not None, f"{line!r} not among {[describe(c) for c in claims]}"
        left.remove(found)
    assert not left, f"not expected: {[describe(c) for c in left]}"


def describe(claim: Claim) -> str:
    value = claim.value
    figure = f"{value.si} {value.si_max} {value.si_unit} {value.qualifier}" if value is not None else ""
    return (
        f"{claim.kind} {claim.quote!r} {figure} of={[m.text for m in claim.subject]} "
        f"ref={claim.reference.text if claim.reference else None} dir={claim.direction} pred={claim.predicate} "
        f"by={claim.actor} src={claim.source} {claim.polarity} {claim.modality} "
        f"on={claim.date.start if claim.date else None}"
    )
