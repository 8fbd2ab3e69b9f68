"""Sentences that are true by construction, and the same made false: what geomap says of them.

::

    python tools/true_sentences.py                    # 2,000 sentences, seed 7
    python tools/true_sentences.py -n 10000 --seed 11
    python tools/true_sentences.py --failures 40      # and the first true ones called wrong, false ones called right
    python tools/true_sentences.py --shapes           # the shapes that fail most

Towns, regions and countries are drawn from the gazetteer's own tables, distances are geodesic (pyproj), areas those of
the outlines or of the countries' official figures. Shapes stand in ``true_sentences.txt``. A true sentence is slandered
where any claim in it does not fit; settled where its figure fits or roughly fits. A false one has every number doubled
or halved, or its wind turned by a right angle or more, or its town swapped for one far away, and is caught where not
every claim in it fits.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Geod

from geomap.gazetteer import Gazetteer
from geomap.geodesy import area_m2
from geomap.measure import open_gazetteer
from geomap.models import Article, ClaimKind, Label
from geomap.pipeline import Options, assess

ROOT = Path(__file__).resolve().parent.parent
TABLES = ROOT / "data" / "gazetteer"
SHAPES = Path(__file__).with_suffix(".txt")
GEOD = Geod(ellps="WGS84")
WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
HALF_WINDS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")
SMALLEST_TOWN = 15_000
"""People; reporters count distances from towns that readers know."""
REACH_KM = (12.0, 320.0)
"""Towns nearer than this are one place to a reader, farther ones are not told by wind and distance."""
CLEAR_DEG = 12.0
"""A wind is named only where the azimuth lies this near its middle: readers differ on the rest."""
SMALLEST_AREA_KM2 = 3_000.0
"""Smaller outlines are too coarse to call a sentence true by."""
MEASURED = {ClaimKind.DISTANCE, ClaimKind.DIRECTION, ClaimKind.AREA, ClaimKind.EXTENT, ClaimKind.CONTAINMENT}
KM_PER_MILE = 1.609344


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    name: str
    region: str
    country: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    name: str
    country: str | None
    km2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """``text`` is true; ``altered`` the same made false, and ``how``; ``figures``: each as written, and its ends."""

    group: str
    shape: str
    text: str
    altered: str
    how: str
    figures: tuple[tuple[str, str, str], ...] = ()


# ── what is drawn from ───────────────────────────────────────────────────────────────────────────────────────


def read_towns() -> dict[str, list[Town]]:
    """Towns by country: those whose name no other place of the country, and no region or country, bears."""
    places = pd.read_parquet(TABLES / "places.parquet")
    regions = pd.read_parquet(TABLES / "regions.parquet")
    countries = pd.read_parquet(TABLES / "countries.parquet").set_index("country")["name"]
    first = regions[regions["feature"] == "A.ADM1"] if "feature" in regions else regions[regions["admin2"] == ""]
    region_names = {(r.country, r.admin1): r.name for r in first.itertuples(index=False)}
    borne = set(regions["name"].str.lower()) | set(countries.str.lower())
    same = places.groupby(["country", "name"])["id"].transform("size")
    good = places[
        (places["population"] >= SMALLEST_TOWN)
        & (same == 1)
        & places["name"].str.fullmatch(r"[A-Z][a-zà-ÿ]{3,}(?:[ -][A-Z][a-zà-ÿ]+)?")
        & ~places["name"].str.lower().isin(borne)
    ]
    towns: dict[str, list[Town]] = {}
    for row in good.itertuples(index=False):
        region = region_names.get((row.country, row.admin1))
        if region and row.country in countries.index:
            towns.setdefault(row.country, []).append(
                Town(
                    name=row.name,
                    region=region,
                    country=countries[row.country],
                    lat=row.lat_e5 / 1e5,
                    lon=row.lon_e5 / 1e5,
                )
            )
    return {code: found for code, found in towns.items() if len(found) >= 12}


def read_lands(gazetteer: Gazetteer) -> tuple[list[Land], list[Land]]:
    """Countries by their official areas, and first-level regions by their outlines."""
    countries = pd.read_parquet(TABLES / "countries.parquet")
    whole = [
        Land(name=r.name, country=None, km2=float(r.official_km2))
        for r in countries.itertuples(index=False)
        if r.official_km2 and r.official_km2 > SMALLEST_AREA_KM2
    ]
    names = countries.set_index("country")["name"]
    regions = pd.read_parquet(TABLES / "regions.parquet")
    first = regions[(regions["feature"] == "A.ADM1") if "feature" in regions else (regions["admin2"] == "")]
    borne = regions["name"].value_counts()
    parts = []
    for row in first.itertuples(index=False):
        if borne[row.name] > 1 or not re.fullmatch(r"[A-Z][a-zà-ÿ]{3,}(?:[ -][A-Z][a-zà-ÿ]+)?", row.name):
            continue
        outline = gazetteer.geometry(f"geonames:{row.id}")
        if outline is not None and outline.geom_type.endswith("Polygon"):
            km2 = float(area_m2(outline)) / 1e6
            if km2 >= SMALLEST_AREA_KM2:
                parts.append(Land(name=row.name, country=names[row.country], km2=km2))
    return whole, parts


# ── words for what is drawn ──────────────────────────────────────────────────────────────────────────────────


def length(km: float, rng: random.Random) -> str:
    """A distance as outlets write it: rounded, in one of their units, now and then with a conversion or a hedge."""
    miles = km / KM_PER_MILE
    whole, whole_miles = _rounded(km), _rounded(miles)
    forms = [
        f"{whole} km", f"{whole}km", f"{whole} kilometres", f"{whole} kilometers", f"{whole_miles} miles",
        f"{whole} km ({whole_miles} miles)", f"{whole_miles} miles ({whole} km)", f"{whole}-odd km",
        f"{whole} kilometres ({whole_miles} miles)",
    ]  # fmt: skip
    return rng.choice(forms[:7])


def _rounded(value: float) -> str:
    return f"{value:.0f}" if value < 100 else f"{round(value / 5) * 5:.0f}"


def ground(km2: float, rng: random.Random) -> str:
    """An area as outlets write it."""

    def digits(value: float) -> str:
        step = 10 ** max(0, int(np.floor(np.log10(value))) - 2)
        return f"{round(value / step) * step:,.0f}"

    square_miles, hectares, acres = km2 / KM_PER_MILE**2, km2 * 100, km2 * 247.105
    forms = [
        f"{digits(km2)} square kilometres", f"{digits(km2)} sq km", f"{digits(km2)} km²", f"{digits(km2)} km2",
        f"{digits(km2)} square kilometers", f"{digits(square_miles)} square miles", f"{digits(square_miles)} sq mi",
        f"{digits(km2)} square kilometres ({digits(square_miles)} square miles)",
        f"{digits(square_miles)} square miles ({digits(km2)} sq km)",
        f"{hectares / 1e6:.2f} million hectares", f"{acres / 1e6:.2f} million acres",
    ]  # fmt: skip
    return rng.choice(forms)


def wind(azimuth: float, rng: random.Random) -> str:
    """An azimuth's wind, spelled as one outlet or another does."""
    name = WINDS[round(azimuth / 45) % 8]
    return name.replace("-", "") if rng.random() < 0.6 else name


def is_clear(azimuth: float) -> bool:
    return abs((azimuth + 22.5) % 45 - 22.5) <= CLEAR_DEG


def between(one: Town, other: Town) -> tuple[float, float]:
    """Distance in km, and the azimuth of ``one`` seen from ``other``."""
    azimuth, _, metres = GEOD.inv(other.lon, other.lat, one.lon, one.lat)
    return metres / 1000, azimuth % 360


# ── sentences ────────────────────────────────────────────────────────────────────────────────────────────────


def read_shapes() -> list[tuple[str, str]]:
    group, found = "", []
    for line in SHAPES.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            group = line[3:]
        elif line and not line.startswith("#"):
            found.append((group, line))
    return found


def sentences(count: int, seed: int, gazetteer: Gazetteer) -> Iterator[Sentence]:
    """``count`` sentences, each shape in its turn; the same seed gives the same ones."""
    rng = random.Random(seed)
    towns = read_towns()
    whole, parts = read_lands(gazetteer)
    shapes = read_shapes()
    for number in range(count):
        group, shape = shapes[number % len(shapes)]
        yield (_of_land if group in ("area", "region") else _of_towns)(group, shape, towns, whole, parts, rng)


def _of_land(
    group: str, shape: str, towns: object, whole: Sequence[Land], parts: Sequence[Land], rng: random.Random
) -> Sentence:
    land = rng.choice(parts if group == "region" else whole)
    state = rng.getstate()
    text = shape.format(S=land.name, P=land.country, a=ground(land.km2, rng))
    rng.setstate(state)
    factor = rng.choice((2.0, 0.5))
    rng.setstate(state)
    altered = shape.format(S=land.name, P=land.country, a=ground(land.km2 * factor, rng))
    return Sentence(group=group, shape=shape, text=text, altered=altered, how=f"area x{factor:g}")


def _of_towns(
    group: str, shape: str, towns: dict[str, list[Town]], whole: object, parts: object, rng: random.Random
) -> Sentence:
    while True:
        home = towns[rng.choice(sorted(towns))]
        first, second, third = rng.sample(home, 3)
        pairs = [(first, second), (first, third), (second, third)]
        measured = [between(a, b) for a, b in (pairs if group == "triple" else pairs[:1])]
        if group == "inside" or all(REACH_KM[0] <= km <= REACH_KM[1] and is_clear(az) for km, az in measured):
            break
    far = rng.choice([t for t in home if between(t, second)[0] > 2.5 * measured[0][0]] or home)
    how = rng.choice(("number x2", "number x1/2", "wind turned", "town swapped"))
    if how == "wind turned" and "{w}" not in shape:
        how = "number x2"
    if group == "inside" or (how == "town swapped" and far is first):
        how = "town swapped"
        far = rng.choice(towns[rng.choice(sorted(c for c in towns if towns[c] is not home))])
    state = rng.getstate()
    text, figures = _filled(shape, (first, second, third), measured, rng)
    rng.setstate(state)
    if how == "town swapped":
        changed, _ = _filled(shape, (first, second, third), measured, rng, named=far.name)
    else:
        factor = {"number x2": 2.0, "number x1/2": 0.5}.get(how, 1.0)
        turn = 135.0 if how == "wind turned" else 0.0
        wrong = [(km * factor, (az + turn) % 360) for km, az in measured]
        changed, _ = _filled(shape, (first, second, third), wrong, rng)
    return Sentence(group=group, shape=shape, text=text, altered=changed, how=how, figures=figures)


def _filled(
    shape: str,
    three: tuple[Town, Town, Town],
    measured: Sequence[tuple[float, float]],
    rng: random.Random,
    named: str | None = None,
) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    first, second, third = three
    km, azimuth = measured[0]
    gaps = {
        "A": named or first.name, "B": second.name, "C": third.name, "R": first.region, "L": first.country,
        "d": length(km, rng), "w": wind(azimuth, rng), "v": wind((azimuth + 180) % 360, rng),
        "h": HALF_WINDS[round(azimuth / 22.5) % 16],
    }  # fmt: skip
    if len(measured) == 3:
        gaps |= {
            "dC": length(measured[1][0], rng), "wC": wind(measured[1][1], rng),
            "e": length(measured[2][0], rng), "x": wind(measured[2][1], rng),
        }  # fmt: skip
    text = shape.format(**gaps)
    ends = {"d": ("A", "B"), "dC": ("A", "C"), "e": ("B", "C")}
    figures = tuple((gaps[d], gaps[one], gaps[other]) for d, (one, other) in ends.items() if f"{{{d}}}" in shape)
    return text[0].upper() + text[1:], figures


# ── what geomap says ─────────────────────────────────────────────────────────────────────────────────────────

Said = list[tuple[ClaimKind, Label, str]]


def judged(texts: Sequence[str], gazetteer: Gazetteer) -> list[Said]:
    """Kind, label and reason of every measured claim, text by text, each an article of its own."""
    out: list[Said] = []
    for text in texts:
        made = assess([Article(id="s", text=text)], gazetteer, Options())
        out.append(
            [
                (c.kind, c.verdict.label, str(c.verdict.reason))
                for c in made.claims
                if c.verdict is not None and c.kind in MEASURED
            ]
        )
    return out


def is_settled(said: Said, group: str) -> bool:
    """Whether the sentence's figure was measured and found good."""
    wanted = {"inside": {ClaimKind.CONTAINMENT}, "area": {ClaimKind.AREA}, "region": {ClaimKind.AREA}}.get(
        group, {ClaimKind.DISTANCE, ClaimKind.EXTENT}
    )
    good = (Label.FITS, Label.ROUGHLY_FITS)
    return any(kind in wanted and label in good for kind, label, _ in said) and not is_wrong(said)


def is_wrong(said: Said) -> bool:
    return any(label is Label.DOES_NOT_FIT for _, label, _ in said)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=2000, help="sentences (default 2,000)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--failures", type=int, default=0, metavar="N", help="print this many failures of each kind")
    parser.add_argument("--shapes", action="store_true", help="print the shapes that fail most")
    options = parser.parse_args(argv)
    gazetteer = open_gazetteer()
    made = list(sentences(options.n, options.seed, gazetteer))
    true = judged([s.text for s in made], gazetteer)
    false = judged([s.altered for s in made], gazetteer)
    slandered = [(s, said) for s, said in zip(made, true, strict=True) if is_wrong(said)]
    settled = [s for s, said in zip(made, true, strict=True) if is_settled(said, s.group)]
    open_ones = [
        (s, said) for s, said in zip(made, true, strict=True) if not is_settled(said, s.group) and not is_wrong(said)
    ]
    held = [
        (s, said)
        for s, said in zip(made, false, strict=True)
        if said and all(label is Label.FITS for _, label, _ in said)
    ]
    shapes = len({s.shape for s in made})
    print(f"{len(made)} sentences in {shapes} shapes, seed {options.seed}")
    print(f"true, not called wrong:  {1 - len(slandered) / len(made):.1%}  (target 99 %)")
    print(f"true, settled:           {len(settled) / len(made):.1%}  (target 90 %)")
    print(f"false, leave “fits”:     {1 - len(held) / len(made):.1%}  (target 95 %)")
    for group in dict.fromkeys(s.group for s in made):
        mine = [s for s in made if s.group == group]
        wrong = sum(s.group == group for s, _ in slandered)
        print(f"  {group:7} {len(mine):5}: called wrong {wrong}, settled {sum(s.group == group for s in settled)}, "
              f"false that fit {sum(s.group == group for s, _ in held)}")  # fmt: skip
    if options.shapes:
        counts = Counter(s.shape for s, _ in slandered)
        unsettled = Counter(s.shape for s in made) - Counter(s.shape for s in settled)
        for title, table in (("called wrong", counts), ("not settled", unsettled)):
            for shape, times in table.most_common(25):
                print(f"  {title} {times}: {shape}")
    for title, rows in (("TRUE called wrong", slandered), ("TRUE not settled", open_ones), ("FALSE that fits", held)):
        shown: set[str] = set()
        for sentence, said in rows:
            if sentence.shape in shown or len(shown) >= options.failures:
                continue  # one of each shape
            shown.add(sentence.shape)
            print(f"{title}: {sentence.text if title.startswith('T') else sentence.altered}")
            for kind, label, reason in said:
                print(f"    {kind} {label}: {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
