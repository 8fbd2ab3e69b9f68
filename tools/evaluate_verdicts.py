"""Verdicts on labelled claims: a table of every required one, agreement with gold, and what altered claims do.

::

    python tools/evaluate_verdicts.py                        # gold claims and gold places of the five articles
    python tools/evaluate_verdicts.py --extracted            # claims and places as geomap itself finds them
    python tools/evaluate_verdicts.py --no-control           # hulls alone
    python tools/evaluate_verdicts.py --altered              # numbers x2 and x1/2, directions +90°, places swapped

Gold stands in ``../shared``; nothing of it is part of the project.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from geomap.articles import read_articles
from geomap.claims import with_meanings
from geomap.control import read_control
from geomap.evidence import Ground, gather_evidence
from geomap.gazetteer import Gazetteer, read_gazetteer
from geomap.models import (
    Article,
    Claim,
    ClaimKind,
    Compass,
    ControlSeries,
    Label,
    Mention,
    Modality,
    Place,
    Polarity,
    Predicate,
    Qualifier,
    Value,
    When,
)
from geomap.settings import Settings
from geomap.verdicts import compare, judge, source_matrix
from geomap.wording import quantity

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
AGREE = {
    "true": {"fits", "roughly_fits"},
    "false": {"does_not_fit"},
    "uncertain": {"roughly_fits", "maps_cannot_settle", "not_testable"},
    "not_checkable": {"not_testable", "maps_cannot_settle"},
}
"""Labels that agree with gold, as score_claims.py counts them."""
POINT = {Qualifier.EXACT, Qualifier.ABOUT, Qualifier.NEARLY, Qualifier.SAME_AS, Qualifier.DIMENSIONS, Qualifier.SIZE_OF}
QUALIFIERS = {"at": "near", "vague": "vague_plural"}
MODALITIES = {"proposed": "planned", "undecided": "conditional", "speculative": "conditional"}


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--extracted", action="store_true", help="claims and places as geomap finds them")
    parser.add_argument("--no-control", action="store_true", help="without control maps")
    parser.add_argument("--altered", action="store_true", help="only the altered claims")
    parser.add_argument("--compare", action="store_true", help="comparisons of the claims as well")
    parser.add_argument("--id", help="only gold claims whose id begins so, with all their evidence")
    options = parser.parse_args(argv)
    gazetteer = read_gazetteer()
    articles = read_articles([SHARED / "articles" / "articles.jsonl"])
    control = () if options.no_control else (read_control(SHARED / "control" / "2022", name="DeepState"),)
    gold = [json.loads(line) for line in _lines(SHARED / "claims" / "articles_gold.jsonl")]
    claims = _extracted(articles, gazetteer) if options.extracted else _gold_claims(gold, articles, gazetteer)
    ground = Ground(gazetteer=gazetteer, control=control, articles={a.id: a for a in articles}, claims=tuple(claims))
    started = time.process_time()
    judged = [_judged(c, ground) for c in claims]
    seconds = time.process_time() - started
    if options.id:
        return _show(judged, gold, options.id, options.extracted)
    if not options.altered:
        _table(judged, gold, extracted=options.extracted)
        print(f"\n{len(judged)} claims measured and judged in {seconds:.1f} s")
    if options.compare:
        _compared(judged, articles)
    _altered([(judged, ground), *_development(gazetteer, control)])
    _calibration(judged, gold, extracted=options.extracted, figures=public_figures(gazetteer))
    return 0


# ── figures that experts have confirmed or rebutted ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A public figure of ``tests/public_figures.csv``, with what became of it and what geomap says."""

    id: str
    outcome: str
    claim: str
    labels: tuple[Label, ...]
    reasons: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return bool(self.labels) and all(label in OUTCOMES[self.outcome] for label in self.labels)


OUTCOMES = {
    "confirmed": {Label.FITS, Label.ROUGHLY_FITS},
    "rebutted": {Label.DOES_NOT_FIT},
    "open": {Label.MAPS_CANNOT_SETTLE, Label.NOT_TESTABLE},
}
"""Labels that agree with what became of a figure; "open": by the maps at hand nobody could tell."""
MAPS = {"none": (), "2022": ("2022",), "2024": ("daily",)}


def public_figures(gazetteer: Gazetteer) -> list[Figure]:
    """Judge the public figures by the control maps that cover their days."""
    from geomap.pipeline import Options, assess

    found = []
    series = {
        key: tuple(read_control(SHARED / "control" / name, name="DeepState", holder="Russia") for name in names)
        for key, names in MAPS.items()
    }
    with (ROOT / "tests" / "public_figures.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            article = Article(id=row["id"], text=row["claim"], published_on=date.fromisoformat(row["published"]))
            made = assess([article], gazetteer, Options(control=series[row["maps"]]))
            verdicts = [c.verdict for c in made.claims if c.verdict is not None]
            found.append(
                Figure(
                    id=row["id"],
                    outcome=row["outcome"],
                    claim=row["claim"],
                    labels=tuple(v.label for v in verdicts),
                    reasons=tuple(str(v.reason) for v in verdicts),
                )
            )
    return found


def _calibration(
    judged: Sequence[Claim], gold: Sequence[dict[str, Any]], *, extracted: bool, figures: Sequence[Figure]
) -> None:
    """Of all verdicts "does not fit", how many hold up: by gold, and by what became of public figures."""
    print(f"\npublic figures: {sum(f.agrees for f in figures)} of {len(figures)} judged as experts or agencies did")
    for figure in (f for f in figures if not f.agrees):
        print(f"  {figure.outcome}: {figure.claim}")
        print("\n".join(f"      {label}: {why}" for label, why in zip(figure.labels, figure.reasons, strict=True)))
    by_id = {c.id: c for c in judged}
    truths: Counter[str] = Counter()
    for g in (g for g in gold if g["required"]):
        claim = _match(g, judged) if extracted else by_id.get(g["id"])
        if claim is not None and claim.verdict is not None and claim.verdict.label is Label.DOES_NOT_FIT:
            truths[g["geo_verdict"]] += 1
    for figure in figures:
        truths[figure.outcome] += Label.DOES_NOT_FIT in figure.labels
    held = truths["false"] + truths["rebutted"]
    slandered = truths["true"] + truths["confirmed"]
    undecided = sum(truths.values()) - held - slandered
    print(f"calibration: of {sum(truths.values())} verdicts “does not fit” {held} hold up, {slandered} are of true "
          f"claims, {undecided} of claims that nobody settled")  # fmt: skip


def _development(gazetteer: Gazetteer, control: tuple[ControlSeries, ...]) -> list[tuple[list[Claim], Ground]]:
    """Claims of the development sets, as geomap finds them."""
    found = []
    for name in ("news_dev_articles", "passages_dev_articles"):
        articles = read_articles([SHARED / "claims" / f"{name}.jsonl"])
        claims = _extracted(articles, gazetteer)
        ground = Ground(
            gazetteer=gazetteer, control=control, articles={a.id: a for a in articles}, claims=tuple(claims)
        )
        found.append(([_judged(c, ground) for c in claims], ground))
        labels = Counter(str(c.verdict.label) for c in found[-1][0] if c.verdict is not None)
        print(f"{name}: {len(claims)} claims, {dict(labels)}")
    return found


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _judged(claim: Claim, ground: Ground) -> Claim:
    return replace(claim, verdict=judge(claim, gather_evidence(claim, ground), ground.settings))


# ── the table ────────────────────────────────────────────────────────────────────────────────────────────────


def _table(judged: Sequence[Claim], gold: Sequence[dict[str, Any]], *, extracted: bool) -> None:
    by_id = {c.id: c for c in judged}
    agreed: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    bad: list[str] = []
    for g in gold:
        if not g["required"]:
            continue
        claim = _match(g, judged) if extracted else by_id.get(g["id"])
        asked[g["geo_verdict"]] += 1
        if claim is None or claim.verdict is None:
            print(f"--  {g['id']} {g['geo_verdict']:13s} not extracted: {' '.join(g['quote'].split())[:90]}")
            continue
        label = str(claim.verdict.label)
        fine = label in AGREE[g["geo_verdict"]]
        agreed[g["geo_verdict"]] += fine
        if (g["geo_verdict"], label) in (("true", "does_not_fit"), ("false", "fits"), ("false", "roughly_fits")):
            bad.append(g["id"])
        print(f"{'ok' if fine else 'XX'}  {g['id']} {g['geo_verdict']:13s} {label:18s} {','.join(claim.verdict.codes)}")
        for a in claim.verdict.aspects:
            claimed, measured = (quantity(r, a.unit) for r in (a.claimed, a.measured))
            print(f"      {a.aspect}: claimed {claimed}, measured {measured}: {a.label}")
        print(f"      {claim.verdict.reason}")
        if claim.verdict.would_fit:
            print(f"      would fit: {'; '.join(map(str, claim.verdict.would_fit))}")
    total = sum(agreed.values())
    print(f"\nverdicts agree with gold: {total} of {sum(asked.values())} ({dict(agreed)} of {dict(asked)})")
    print(f"bad errors (true called does_not_fit, false called fits or roughly): {len(bad)} {bad}")


def _match(g: dict[str, Any], judged: Sequence[Claim]) -> Claim | None:
    """The extracted claim of a gold one: the same kind and overlapping words, the value's where it has one."""
    best: tuple[int, Claim] | None = None
    for c in judged:
        if c.article != g["doc"] or not (c.start < g["char_end"] and g["char_start"] < c.end):
            continue
        if g["value_start"] is not None:
            if c.value is None or not (c.value.start < g["value_end"] and g["value_start"] < c.value.end):
                continue
        elif c.kind != g["type"]:
            continue
        score = min(c.end, g["char_end"]) - max(c.start, g["char_start"]) + 1000 * (c.kind == g["type"])
        if best is None or score > best[0]:
            best = (score, c)
    return best[1] if best else None


def _show(judged: Sequence[Claim], gold: Sequence[dict[str, Any]], start: str, extracted: bool) -> int:
    for g in gold:
        if g["id"].startswith(start):
            claim = _match(g, judged) if extracted else next((c for c in judged if c.id == g["id"]), None)
            print(g["id"], g["geo_verdict"], g["geo_reason"])
            if claim is None or claim.verdict is None:
                continue
            print(replace(claim, verdict=None))
            for e in claim.verdict.evidence:
                print("   ", replace(e, geometry=None))
            print("   ", claim.verdict.label, claim.verdict.reason, claim.verdict.would_fit)
    return 0


def _compared(judged: Sequence[Claim], articles: Sequence[Article]) -> None:
    found = compare(judged, articles, Settings())
    print("\ncomparisons")
    for c in found:
        where = "within" if c.within_article else "between"
        print(f"  {c.kind} ({where}): {c.sentence}\n      {', '.join(c.sources)}")
    for pair in source_matrix(found):
        counts = f"same {pair.same_event}, grow {pair.progress}, contradict {pair.contradicts}"
        print(f"  {pair.first} x {pair.second}: {counts}")


# ── altered claims ───────────────────────────────────────────────────────────────────────────────────────────


def _altered(sets: Sequence[tuple[list[Claim], Ground]]) -> None:
    """Alter every fitting point claim and count how many leave "fits"."""
    left: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    stayed: list[str] = []
    for claims, ground in sets:
        for claim in claims:
            if claim.verdict is None or claim.verdict.label is not Label.FITS:
                continue
            for how, changed in _alterations(claim, claims):
                verdict = _judged(changed, ground).verdict
                assert verdict is not None
                tried[how] += 1
                left[how] += verdict.label is not Label.FITS
                if verdict.label is Label.FITS:
                    stayed.append(f"  stays: {how}: {verdict.reason}")
    print("\naltered claims that leave “fits”:")
    for how in tried:
        print(f"  {how}: {left[how]} of {tried[how]}")
    print(f"  all: {sum(left.values())} of {sum(tried.values())}")
    print("\n".join(stayed))


def _alterations(claim: Claim, claims: Sequence[Claim]) -> Iterable[tuple[str, Claim]]:
    value = claim.value
    point = value is not None and value.qualifier in POINT and value.number_max is None
    if point and value is not None and value.si is not None:
        for factor, how in ((2.0, "number x2"), (0.5, "number x1/2")):
            yield how, replace(claim, value=_times(value, factor))
    if claim.direction is not None:
        turned = list(Compass)[(list(Compass).index(claim.direction) + 2) % 8]
        yield "direction +90°", replace(claim, direction=turned)
    stands = claim.kind in (ClaimKind.CONTAINMENT, ClaimKind.PROXIMITY, ClaimKind.ADJACENCY, ClaimKind.DIRECTION)
    if (point or stands) and claim.reference is not None and claim.reference.place is not None:
        other = _another(claim.reference.place, claim, claims)
        if other is not None:
            yield "place swapped", replace(claim, reference=Mention(text=other.name, place=other))
    elif point and claim.region is not None and claim.region.place is not None:
        other = _another(claim.region.place, claim, claims)
        if other is not None:
            yield "place swapped", replace(claim, region=Mention(text=other.name, place=other))


def _times(value: Value, factor: float) -> Value:
    def scaled(x: float | None) -> float | None:
        return None if x is None else x * factor

    return replace(
        value,
        number=scaled(value.number),
        si=scaled(value.si),
        digits_step=scaled(value.digits_step),
        text=f"{value.text} x {factor:g}",
    )


def _another(place: Place, claim: Claim, claims: Sequence[Claim]) -> Place | None:
    """Another place of the same article and class, by name: the first after it."""
    found: dict[str, Place] = {}
    for c in claims:
        if c.article == claim.article:
            for m in (*c.subject, c.reference, c.region):
                if m is not None and m.place is not None:
                    found[m.place.id] = m.place
    own = {place.id, *(m.place.id for m in claim.subject if m.place is not None)}
    others = sorted(
        (p for p in found.values() if p.id not in own and p.feature[:5] == place.feature[:5]), key=lambda p: p.id
    )
    return others[0] if others else None


# ── gold as claims ───────────────────────────────────────────────────────────────────────────────────────────


def _extracted(articles: Sequence[Article], gazetteer: Gazetteer) -> list[Claim]:
    from geomap.pipeline import extract

    return extract(articles, gazetteer)[1]


def _gold_claims(gold: Sequence[dict[str, Any]], articles: Sequence[Article], gazetteer: Gazetteer) -> list[Claim]:
    names = _gold_places(gazetteer)
    claims = [_gold_claim(g, names.get(g["doc"], []), gazetteer) for g in gold]
    mine = [(a, [c for c in claims if c.article == a.id]) for a in articles]
    return [c for article, said in mine for c in with_meanings(said, article, [], gazetteer.nation)]


def _gold_places(gazetteer: Gazetteer) -> dict[str, list[tuple[int, str, str, Place]]]:
    """For each article, (start, words, name, place) of every toponym."""
    found: dict[str, list[tuple[int, str, str, Place]]] = {}
    for line in _lines(SHARED / "toponyms" / "articles_toponyms.jsonl"):
        record = json.loads(line)
        mine = found.setdefault(record["id"], [])
        for t in record["toponyms"]:
            place = gazetteer.place(f"geonames:{t['geonameid']}") if t["geonameid"] else None
            if place is None:
                every = [p for n in (t["name"], t["text"]) for p in gazetteer.find(n, limit=5)]
                river = "river" in t["text"].casefold() or t["text"] in ("Oskil", "Dnipro")
                near = [p for p in every if river == p.feature.startswith("H")]
                place = near[0] if near else None
            if place is not None:
                mine.append((t["start"], t["text"], t["name"], place))
    return found


def _mention(text: str, g: dict[str, Any], names: list[tuple[int, str, str, Place]], gazetteer: Gazetteer) -> Mention:
    """The toponym of these words nearest to the claim."""
    if text == "Ukraine-Russia border":
        return Mention(text=text, place=gazetteer.border("RU", "UA"))

    def key(words: str) -> str:
        return words.replace("’", "'").casefold()

    same = [n for n in names if key(text) in (key(n[1]), key(n[2]))]
    same.sort(key=lambda n: abs(n[0] - (g["char_start"] + g["char_end"]) / 2))
    return Mention(text=text, place=same[0][3] if same else None)


def _gold_claim(g: dict[str, Any], names: list[tuple[int, str, str, Place]], gazetteer: Gazetteer) -> Claim:
    value = None
    if g["value"] is not None or g["value_text"]:
        value = Value(
            text=g["value_text"],
            start=g["value_start"],
            end=g["value_end"],
            number=g["value"],
            number_max=g["value_max"],
            unit=g["unit"],
            si=g["normalised_si"],
            si_max=g["normalised_si_max"],
            si_unit=g["si_unit"],
            qualifier=Qualifier(QUALIFIERS.get(g["qualifier"], g["qualifier"]) or "exact"),
            unit_corrected="UNIT SLIP" in (g.get("notes") or ""),
        )
    region = g["region_context"]
    known = [n for n in names if region and n[1] in region and n[3].feature.startswith("A")]
    known.sort(key=lambda n: (-len(n[1]), abs(n[0] - g["char_start"])))
    return Claim(
        id=g["id"],
        article=g["doc"],
        kind=ClaimKind(g["type"]),
        quote=g["quote"],
        start=g["char_start"],
        end=g["char_end"],
        value=value,
        subject=tuple(_mention(t, g, names, gazetteer) for t in g["subject"]),
        reference=_mention(g["reference"], g, names, gazetteer) if g["reference"] else None,
        direction=Compass(g["direction"]) if g["direction"] else None,
        region=Mention(text=region, place=known[0][3]) if known else None,
        predicate=Predicate(g["predicate"]) if g["predicate"] else None,
        actor=g["actor"],
        counterparty=g["counterparty"],
        source=tuple(g["source"]),
        polarity=Polarity(g["polarity"] if g["polarity"] in set(Polarity) else "affirmed"),
        modality=Modality(MODALITIES.get(g["modality"], g["modality"])),
        date=_when(g),
        antecedent="S2-05" if g["id"] == "S2-06" else None,
        checkable=g.get("checkable", True) is not False or g["geo_verdict"] != "not_checkable",
    )


def _when(g: dict[str, Any]) -> When | None:
    if not g["event_date"]:
        return None
    first, _, last = g["event_date"].partition("/")
    start = _first_day(first)
    return When(text=g["date_text"], start=start, end=_last_day(last) if last else _last_day(first))


def _first_day(text: str) -> date:
    parts = [int(p) for p in text.split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)


def _last_day(text: str) -> date:
    parts = [int(p) for p in text.split("-")]
    if len(parts) == 3:
        return date(*parts)
    month = parts[1] if len(parts) > 1 else 12
    return date(parts[0] + month // 12, month % 12 + 1, 1) - timedelta(days=1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
