"""Three-sentence stories about villages of recent wars and fires, and how an answer to each is judged.

``toponym_villages.csv``: name, country, a town nearby and the village's position, typed from general knowledge to
about 10 km. Sentences are this project's own. A story names the country, mostly the region, and the town; every second
village (by its name's checksum) is held apart from all tuning.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from geomap.gazetteer import build_layer, read_gazetteer
from geomap.geodesy import azimuth_deg, compass, distance_km
from geomap.models import Article, Place
from geomap.toponyms import find_toponyms, resolve_toponyms

VILLAGES = Path(__file__).with_name("toponym_villages.csv")
TOLERANCE_KM = 40.0
"""What typed positions and the size of a commune allow; no namesake of the list lies so near."""
TEMPLATES = (
    "Fighters attacked {V}, {KM} km {DIR} of {A}, on Tuesday, residents said. Shops in {A} were shut and the road was "
    "blocked. Officials in {C} gave no figure for the dead.",
    "{A}, {C} - At least nine people died when shells hit the village of {V}, a local official said on Friday. The "
    "army did not comment. Families from {V} have been arriving in {A} since then.",
    "The army of {C} said on Sunday that it had retaken {V} after two weeks of fighting. The village lies in {R}, "
    "about {KM} km from {A}. Aid groups asked for safe passage.",
    "Residents of {V} in {C} say that nobody has come back yet. Most of them fled to {A} when the shooting began in "
    "March. The school stands empty, and the well is dry.",
    "Smoke was still rising over {V} on Monday, a day after the attack. Drones had struck a depot between {V} and {A}, "
    "the governor of {R} wrote. {C} has seen several such strikes this month.",
    "Aid workers reached {A} in {R}, {C}, on Wednesday. They said that {V}, which had 300 houses, was burned to the "
    "ground. Two other hamlets were spared.",
    "Both sides claimed {V} on Thursday. A map published by analysts showed it contested, and the front has moved "
    "{KM} km towards {A} since May. In {C} the news was met with silence.",
    "A convoy left {A} for {V} at dawn. It was stopped {KM} km short of the village by armed men, the drivers said. "
    "It was the third such case in {R} in {C} this year.",
)
FIRES = (
    "The fire reached {V}, {KM} miles from {A}, {R}, on Tuesday night, officials said. About 200 homes were lost. "
    "Shelters in {A} were full by Wednesday.",
    "Evacuation orders were lifted for {V} on Sunday. Crews from {A} had cut a line around the town. The blaze has "
    "burned 40,000 acres in {R} since last week.",
    "{V} was a quiet place before the wind turned. Now most of its streets are ash, and people sleep in a gym in {A}. "
    "{R} has asked for federal help.",
)


@dataclass(frozen=True, slots=True)
class Story:
    """One village in one text; ``held``: apart from tuning."""

    name: str
    country: str
    text: str
    spans: tuple[tuple[int, int], ...]
    lat: float
    lon: float
    held: bool


def read_stories(gazetteer: Any) -> Iterator[Story]:
    with VILLAGES.open(encoding="utf-8") as file:
        for number, record in enumerate(csv.DictReader(file)):
            yield _story(record, number, gazetteer)


def _story(record: dict[str, str], number: int, gazetteer: Any) -> Story:
    lat, lon, name, country = float(record["lat"]), float(record["lon"]), record["name"], record["country"]
    anchor = gazetteer.find(record["anchor"], country=country, near=(lat, lon), limit=1)
    if not anchor or distance_km(lon, lat, anchor[0].lon, anchor[0].lat) > 250:
        raise SystemExit(f"{VILLAGES.name}: {record['anchor']!r} is no town near {name}")
    away = distance_km(anchor[0].lon, anchor[0].lat, lon, lat)
    region = gazetteer.region_of(lat, lon)
    place = gazetteer.country(country)
    templates = FIRES if country == "US" else TEMPLATES
    template = templates[number % len(templates)]
    words = {
        "A": record["anchor"], "C": {"CD": "Congo", "PS": "Gaza" if lon < 34.6 else "the West Bank"}.get(
            country, place.name
        ),
        "R": region[2] if region and region[2] else place.name, "KM": str(max(2, round(away))),
        "DIR": _WINDS[str(compass(azimuth_deg(anchor[0].lon, anchor[0].lat, lon, lat)))],
    }  # fmt: skip
    text, spans = "", []
    for n, piece in enumerate(template.split("{V}")):
        if n:
            spans.append((len(text), len(text) + len(name)))
            text += name
        text += piece.format(**words)
    return Story(name, country, text, tuple(spans), lat, lon, bool(crc32(name.encode()) % 2))


_WINDS = {
    "N": "north", "NE": "northeast", "E": "east", "SE": "southeast", "S": "south", "SW": "southwest", "W": "west",
    "NW": "northwest",
}  # fmt: skip


def layered(folder: Path) -> Any:
    """The gazetteer under a layer that holds the villages, as a country's dump would: without people."""
    dump = folder / "villages.txt"
    with VILLAGES.open(encoding="utf-8") as file, dump.open("w", encoding="utf-8") as out:
        for number, r in enumerate(csv.DictReader(file), 900_000_000):
            fields = [
                number,
                r["name"],
                r["name"],
                "",
                r["lat"],
                r["lon"],
                "P",
                "PPL",
                r["country"],
                "",
                "",
                "",
                "",
                "",
            ]
            out.write("\t".join(map(str, [*fields, 0, "", 0, "", "2024-01-01"])) + "\n")
    return read_gazetteer(build_layer(dump, folder=folder / "layers"))


def judge(place: Place | None, lat: float, lon: float) -> str:
    """right, wrong (as if exact), near (within its own radius), off (outside it) or unresolved."""
    if place is None:
        return "unresolved"
    away = distance_km(place.lon, place.lat, lon, lat)
    if place.approximate:
        return "near" if away <= (place.radius_km or 0.0) else "off"
    return "right" if away <= TOLERANCE_KM else "wrong"


def judge_story(story: Story, gazetteer: Any) -> tuple[str, str]:
    """The verdict on a story's village, of its worst mention, and what was said; "missed" where it is not seen."""
    article = Article(id="story", text=story.text)
    found = resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)
    verdicts = []
    for start, end in story.spans:
        over = [t for t in found if t.start < end and start < t.end]
        if not over:
            verdicts.append(("missed", ""))
            continue
        place = over[0].place
        said = f"{place.name} {place.country} {place.feature} {place.score}" if place else over[0].why_not or ""
        verdicts.append((judge(place, story.lat, story.lon), said))
    return min(verdicts, key=lambda v: ("wrong", "off", "missed", "unresolved", "near", "right").index(v[0]))


def evaluate_stories(gazetteer: Any, *, held: bool | None = None, listed: Sequence[str] = ()) -> Iterator[str]:
    """Lines: how many villages came out how, and those whose verdict is in ``listed``."""
    counts: Counter[str] = Counter()
    lines = []
    for story in read_stories(gazetteer):
        if held is not None and story.held != held:
            continue
        verdict, said = judge_story(story, gazetteer)
        counts[verdict] += 1
        if verdict in listed:
            lines.append(f"  {verdict}: {story.name} ({story.country}): {said}")
    total = sum(counts.values())
    honest = counts["right"] + counts["near"] + counts["unresolved"]
    yield (
        f"{total} villages in three-sentence stories: right {counts['right']}, near within its radius "
        f"{counts['near']}, unresolved {counts['unresolved']}, not seen {counts['missed']}, near but farther "
        f"{counts['off']}, wrong as if exact {counts['wrong']}; right or honest {honest / max(1, total):.3f}"
    )
    yield from lines
