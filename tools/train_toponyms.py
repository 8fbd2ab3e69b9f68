"""Train the place-name recogniser and resolver, and write ``geomap/toponyms/weights.npz``.

    python tools/train_toponyms.py                 # fit on everything, write the weights
    python tools/train_toponyms.py --evaluate      # cross-validate by newspaper, print the tables, write nothing

The second prints, for LGL and for the paragraphs on world news, the share placed rightly given the spans, recognition
and located F1, and a calibration table: of the mentions scored about 0.9, how many were right. Nothing that is scored
there was seen by recogniser, ranker, confidence or second look. ``--errors FILE`` lists every miss.

Data statement. Places: 500 articles of 84 local newspapers in English, mostly of the United States, 2009, from LGL
(Lieberman, Samet and Sankaranarayanan 2010, ICDE), read from ``../shared/data/toponyms/lgl_dev.jsonl`` and not part of
the project; and the paragraphs in ``tools/toponym_texts.txt``, written for this project, on world news. The newspaper's
name is never a feature; folds keep a newspaper whole. Words: lower-case entries of SCOWL (Debian's wamerican, free
licence) with their frequency in symspellpy's list (Google Books Ngram, CC BY 3.0); first names and surnames of the
United States census of 1990 (package names, public domain), and some hundreds of world news typed by hand. What follows
from this: American local news is seen best; names of most people from elsewhere are told from places by their context.

Needs the development packages catboost (gradient boosting with symmetric trees, Prokhorenkova et al. 2018),
scikit-learn, symspellpy and names, and the word list of wamerican. The shipped weights need numpy alone. Seed 0
everywhere; one thread, so that two runs agree.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import multiprocessing
import re
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from catboost import CatBoost, Pool
from scipy.sparse import csr_matrix
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from geomap.gazetteer import read_gazetteer  # noqa: E402
from geomap.gazetteer.data import read_table  # noqa: E402
from geomap.toponyms import rank as ranking  # noqa: E402
from geomap.toponyms import resolve as resolving  # noqa: E402
from geomap.toponyms.confirm import confirm_rows  # noqa: E402
from geomap.toponyms.find import NEARBY_KM, Look, Reading, likely_names, place_mentions, places_of, read_text  # noqa: E402
from geomap.toponyms.lexicon import Lexicon  # noqa: E402
from geomap.toponyms.model import WEIGHTS, Curve, Model, Trees, Words  # noqa: E402
from geomap.toponyms.recognise import choose, scored  # noqa: E402
from geomap.toponyms.spans import SpanCandidate, describe  # noqa: E402

LGL = ROOT.parent / "shared" / "data" / "toponyms" / "lgl_dev.jsonl"
OWN = Path(__file__).with_name("toponym_texts.txt")
TEMPLATES = Path(__file__).with_name("toponym_templates.txt")
HIDDEN_PERCENT = 20
"""Of the entries below ``LARGE`` people that ``Lacking`` leaves out."""
LARGE = 500_000
VILLAGES = 900
"""Texts of a few sentences round villages, of which the gazetteer lacks most."""
DISPATCHES = 900
"""Short texts made of templates: half as many mentions again as LGL has, from every country."""
VILLAGE_TEMPLATES = Path(__file__).with_name("toponym_village_templates.txt")
WORLD, LINE, MADE, VILLAGE = "world ", "line ", "made ", "village "
LACKING = "lacking "
"""How the sources of own texts begin: paragraphs on world news, their sentences one by one, and texts made of
templates. The sentences are for all but the recogniser: LGL has no text so short, so that a ranker which knows LGL
alone takes a lone "London" for the one in Ontario."""
WORLD_WEIGHT = 1.5
"""Of a paragraph on world news beside one of LGL, for the recogniser; the ranker does worse on both with it."""
INNER_FOLDS = 2
FOLDS = 3
NEGATIVES = 14
"""Wrong candidates of a name, drawn at random, that the ranker learns to put below the right one."""
WITHIN_KM = 161.0
"""100 miles (Leidner 2007): a place this near gold is right."""
THRESHOLD = -1.0
"""Log-odds above which a span is likely enough for the second look: of the names below, one in four is a place."""
KEPT = -0.32
"""Log-odds above which it stays: a chance of 0.42, half of located F1, above which a mention raises F1 (Lipton et al.
2014)."""
PLACED = 0.3
"""How much of being kept hangs on a right place, the rest on being a place name at all: with 0, located F1 is 0.3
lower on LGL and 0.6 on world news; with 0.5, recognition loses half a point on LGL."""
MIN_COUNT = 4
"""A context word must have been seen so often: rarer ones would name newspapers' towns."""

GIVEN_NAMES = (
    "vladimir volodymyr dmitry dmitri sergei sergey mikhail nikolai viktor igor yuri oleksandr andriy andrei oleg "
    "olena natalia iryna svetlana vitali petro mykola bohdan pavlo yulia ramzan yevgeny valery anatoly leonid barack "
    "mohammed mohammad muhammad mahmoud hassan hussein abdullah mustafa mehmet recep bashar saddam osama yasser ayman "
    "khalid khaled tariq faisal salman hamid ashraf imran nawaz asif narendra manmohan rahul sonia rajiv sanjay amit "
    "binyamin benjamin ehud shimon ariel avigdor yitzhak hosni anwar nouri haider muqtada moqtada emmanuel francois "
    "nicolas jacques dominique gerhard angela helmut wolfgang guido silvio romano matteo giuseppe mariano pedro jose "
    "hugo evo lula dilma jair michel juan alvaro gustavo felipe enrique andres vicente fidel raul luis carlos "
    "jacob cyril thabo nelson robert morgan goodluck olusegun muhammadu yoweri paul joseph laurent abiy meles isaias "
    "omar kofi boutros ban shinzo junichiro yoshihide fumio xi hu jiang wen deng mao kim moon park lee aung thein joko "
    "najib mahathir thaksin yingluck prayut rodrigo gloria benigno ferdinand tony gordon theresa boris keir nigel "
    "alexis antonis viktor mateusz donald jaroslaw vaclav milos klaus aleksandar slobodan radovan ratko hashim zoran"
)
"""First names met in world news, hand-typed: the census knows only those of the United States."""
SURNAMES = (
    "obama biden trump putin medvedev yeltsin lavrov shoigu prigozhin navalny zelensky zelenskyy zelenskiy "
    "poroshenko yanukovych tymoshenko lukashenko aliyev pashinyan sargsyan saakashvili merkel scholz schroeder "
    "steinmeier macron hollande sarkozy chirac cameron sunak starmer corbyn miliband salmond varadkar tusk "
    "kaczynski duda orban fico babis zeman havel prodi renzi conte draghi meloni berlusconi rajoy zapatero aznar "
    "sanchez tsipras papandreou mitsotakis samaras rutte wilders erdogan gul davutoglu kilicdaroglu netanyahu "
    "olmert peres livni rabin barak sharon abbas haniyeh sinwar arafat nasrallah hariri aoun assad khamenei "
    "rouhani ahmadinejad raisi maliki abadi sadr sistani barzani talabani mubarak morsi sisi gaddafi qaddafi "
    "haftar karzai ghani musharraf bhutto zardari sharif modi gandhi vajpayee hasina rajapaksa sirisena jinping "
    "jintao jiabao keqiang jong abe aso noda fukuda koizumi hatoyama kishida ishiba myung yoon duterte aquino "
    "arroyo marcos yudhoyono widodo prabowo najib mahathir anwar thaksin shinawatra prayut mugabe tsvangirai "
    "mnangagwa mbeki zuma ramaphosa mandela kagame museveni kenyatta odinga kibaki ruto kikwete magufuli obasanjo "
    "yaradua buhari tinubu kufuor mahama ouattara gbagbo sall wade deby bashir kiir machar kabila tshisekedi "
    "bemba kony nkurunziza chavez maduro guaido castro correa morales lula bolsonaro rousseff temer kirchner "
    "macri milei bachelet pinera boric uribe santos petro humala fujimori boluarte calderon pena obrador "
    "sheinbaum bukele ortega zelaya aristide preval moise harper trudeau carney rudd gillard turnbull albanese "
    "ardern luxon annan guterres blix elbaradei karadzic mladic milosevic djokovic federer nadal ronaldo messi "
    "neymar mbappe"
)
"""Surnames of world news, hand-typed, for the same reason; many are towns somewhere (Obama, Noda, Santos)."""
SPAN_TREES: dict[str, Any] = {
    "loss_function": "Logloss", "iterations": 250, "depth": 6, "learning_rate": 0.09, "l2_leaf_reg": 6, "rsm": 0.3,
}  # fmt: skip
RANK_TREES: dict[str, Any] = {
    "loss_function": "QuerySoftMax", "iterations": 150, "depth": 5, "learning_rate": 0.1, "l2_leaf_reg": 5,
}  # fmt: skip
CONFIDENCE_TREES: dict[str, Any] = {
    "loss_function": "Logloss", "iterations": 150, "depth": 5, "learning_rate": 0.06, "l2_leaf_reg": 10, "rsm": 0.5,
}  # fmt: skip
KEEP_TREES: dict[str, Any] = {
    "loss_function": "CrossEntropy", "iterations": 150, "depth": 4, "learning_rate": 0.06, "l2_leaf_reg": 8, "rsm": 0.3,
}  # fmt: skip
COMMON: dict[str, Any] = {"random_seed": 0, "verbose": False, "thread_count": 1, "allow_writing_files": False}

Rows = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(slots=True)
class Gold:
    start: int
    end: int
    lat: float | None
    lon: float | None
    geonameid: int | None


@dataclass(slots=True)
class Document:
    """An article with gold, and everything computed from it once."""

    text: str
    source: str
    gold: list[Gold]
    reading: Reading
    gazetteer: Any
    """What it is read with: the shipped one, or one without some entries."""
    spans: list[SpanCandidate] = field(default_factory=list)
    span_rows: Rows = field(default_factory=lambda: np.zeros((0, 0)))
    labels: Rows = field(default_factory=lambda: np.zeros(0))
    weigher: ranking.Weigher | None = None
    penalty: Rows = field(default_factory=lambda: np.zeros(0))
    target: Rows = field(default_factory=lambda: np.zeros(0))
    counts: Rows = field(default_factory=lambda: np.zeros(0))
    mentions: list[Gold] = field(default_factory=list)
    of_mention: list[Gold] = field(default_factory=list)


def km(a: float, b: float, c: float, d: float) -> float:
    a, b, c, d = map(math.radians, (a, b, c, d))
    h = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 12742.018 * math.asin(min(1.0, math.sqrt(h)))


def is_right(gold: Gold, place_id: str, lat: float, lon: float) -> bool:
    """As the shared scorer judges: the same GeoNames entry, or within 161 km."""
    if gold.lat is None or gold.lon is None:
        return False
    same = gold.geonameid and place_id.rsplit(":", 1)[-1] == str(gold.geonameid)
    return bool(same) or km(gold.lat, gold.lon, lat, lon) <= WITHIN_KM


# ── data ─────────────────────────────────────────────────────────────────────────────────────────────────────


def read_documents(gazetteer: Any, lexicon: Lexicon) -> list[Document]:
    lacking = Lacking(gazetteer)
    plain = [*read_lgl(), *read_own(gazetteer), *make_dispatches(lexicon)]
    told = [r for r in plain if not r["source"].startswith(LINE)]
    absent = told[::2]  # read a second time, with less known
    records = [
        *((r, gazetteer) for r in plain),
        *((r, lacking) for r in absent),
        *((r, Lacking(gazetteer, r["hidden"])) for r in make_villages(lexicon)),
    ]
    found = []
    for record, known in records:
        gold = [Gold(t["start"], t["end"], t["lat"], t["lon"], t["geonameid"]) for t in record["toponyms"]]
        document = Document(record["text"], record["source"], gold, read_text(record["text"], known), known)
        describe_spans(document, lexicon)
        describe_places(document)
        found.append(document)
    return found


class Lacking:
    """A gazetteer that lacks entries: a share of its smaller ones, or those told; the rest answers as it would.

    One in three of those is still found by its sound alone, as a name in another romanisation is.
    """

    def __init__(self, gazetteer: Any, hidden: Mapping[str, bool] | None = None) -> None:
        self._whole, self._hidden = gazetteer, hidden
        self._lacks: dict[str, bool] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)

    def _number(self, place_id: str) -> int:
        return crc32(f"lacking {place_id}".encode()) % 300

    def lacks(self, candidate: Any) -> bool:
        if self._hidden is not None:
            return candidate.id in self._hidden
        broad = candidate.feature.startswith(("A.PCL", "A.ADM1", "P.PPLC", "L.CONT"))
        return not broad and (candidate.population or 0) < LARGE and self._number(candidate.id) < 3 * HIDDEN_PERCENT

    def by_key(self, key: str) -> tuple[Any, ...]:
        return tuple(c for c in self._whole.by_key(key) if not self.lacks(c))

    def has(self, key: str) -> bool:
        if key not in self._lacks:
            self._lacks[key] = self._whole.has(key) and bool(self.by_key(key) or not self._whole.by_key(key))
        return self._lacks[key]

    def like(self, key: str, countries: Any) -> list[Any]:
        return [c for c in self._whole.like(key, countries) if not self.lacks(c) or self._sounds(c.id)]

    def _sounds(self, place_id: str) -> bool:
        if self._hidden is not None:
            return self._hidden.get(place_id, False)
        return self._number(place_id) % 3 == 0


def read_lgl() -> Iterator[dict[str, Any]]:
    with LGL.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def read_own(gazetteer: Any) -> Iterator[dict[str, Any]]:
    """Paragraphs with ``[written|name in the gazetteer|country]``; ``[written]`` is a mention without a known place."""
    if not OWN.exists():
        return
    for number, paragraph in enumerate(OWN.read_text("utf-8").strip().split("\n\n")):
        text, toponyms = "", []
        for n, piece in enumerate(paragraph.replace("\n", " ").split("[")):
            if n == 0:
                text += piece
                continue
            inside, _, rest = piece.partition("]")
            written, *meaning = inside.split("|")
            place = None
            if meaning and meaning[0]:
                name, _, wanted = (meaning[0] or written, None, meaning[1] if len(meaning) > 1 else "")
                options = [
                    c for c in gazetteer.candidates(name)
                    if not wanted or wanted in (c.country, f"{c.country}.{c.admin1}") or c.feature.startswith(wanted)
                ]  # fmt: skip
                if not options:
                    raise SystemExit(f"{OWN.name}, paragraph {number + 1}: nothing called {name!r} ({wanted})")
                place = options[0]
            toponyms.append(
                {
                    "start": len(text),
                    "end": len(text) + len(written),
                    "lat": place.lat if place else None,
                    "lon": place.lon if place else None,
                    "geonameid": place.id.rpartition(":")[2] if place else None,
                }
            )
            text += written + rest
        yield {"text": text, "source": f"{WORLD}{number % 10}", "toponyms": toponyms}
        yield from _sentences(text, toponyms, f"{LINE}{number % 10}")


def _sentences(text: str, toponyms: Sequence[dict[str, Any]], source: str) -> Iterator[dict[str, Any]]:
    """The sentences of a paragraph as texts of their own, where it has more than one."""
    ends = [m.end() for m in re.finditer(r"[a-z0-9)\"”]\.[\"”]? (?=[\"“]?[A-Z])", text)]
    bounds = [0, *ends, len(text)]
    if not ends:
        return
    for start, end in pairwise(bounds):
        inside = [t for t in toponyms if start <= t["start"] and t["end"] <= end]
        if inside:
            moved = [{**t, "start": t["start"] - start, "end": t["end"] - start} for t in inside]
            yield {"text": text[start:end].strip(), "source": source, "toponyms": moved}


def make_dispatches(lexicon: Lexicon) -> Iterator[dict[str, Any]]:
    """Templates filled with places of all countries under their names and alternate names, and with made-up people.

    A country is drawn evenly, then two to four of its towns near each other, larger ones more often; an alternate name
    in Latin letters one time in three.
    """
    draw = np.random.default_rng(0)
    templates = TEMPLATES.read_text("utf-8").strip().split("\n")
    columns = ["id", "name", "alternates", "lat_e5", "lon_e5", "feature", "country", "admin1", "population"]
    table = read_table("places.parquet").select(columns).to_pandas()
    table = table[(table.population > 1500) & (table.feature != "P.PPLX")]
    regions = read_table("regions.parquet").to_pandas()
    region_of = {(r.country, r.admin1): r for r in regions[regions.feature == "A.ADM1"].itertuples()}
    country_of = {r.country: r for r in read_table("countries.parquet").to_pandas().itertuples()}
    groups = {code: group for code, group in table.groupby("country") if len(group) >= 8 and code in country_of}
    codes = sorted(groups)
    names = sorted(lexicon.first_names), sorted(lexicon.surnames)
    papers = (
        "Daily Mail",
        "Reuters",
        "Washington Post",
        "Kyiv Independent",
        "Red Cross",
        "Oxford Institute",
        "Gazette",
    )
    for number in range(DISPATCHES):
        group = groups[codes[draw.integers(len(codes))]]
        weight = np.log10(group.population.to_numpy()) ** 2
        seat = group.iloc[draw.choice(len(group), p=weight / weight.sum())]
        away = np.hypot(group.lat_e5 - seat.lat_e5, group.lon_e5 - seat.lon_e5).to_numpy()
        near = group.iloc[np.argsort(away, kind="stable")[:12]]
        towns = [seat, *(near.iloc[k] for k in draw.permutation(np.arange(1, len(near)))[:3])]
        places = dict(zip("ABD", towns, strict=False))
        places["C"] = country_of[seat.country]
        people = {
            key: f"{names[0][draw.integers(len(names[0]))].title()} {names[1][draw.integers(len(names[1]))].title()}"
            for key in "PQST"
        }
        people["S"], people["T"] = people["P"].split()[1], people["Q"].split()[1]
        people["N"] = _some_name(near.iloc[draw.integers(len(near))], draw)  # a town in the name of a paper or a club
        people["O"] = papers[draw.integers(len(papers))]
        template = templates[draw.integers(len(templates))]
        if "{R}" in template:
            region = region_of.get((seat.country, seat.admin1))
            if region is None:
                continue
            places["R"] = region
        text, toponyms = "", []
        for piece in re.split(r"(\{[A-Z]\})", template):
            key = piece[1:2] if piece.startswith("{") else ""
            if key in people:
                text += people[key]
            elif key:
                place = places[key]
                name = _some_name(place, draw)
                toponyms.append(
                    {"start": len(text), "end": len(text) + len(name), "lat": place.lat_e5 / 1e5,
                     "lon": place.lon_e5 / 1e5, "geonameid": int(place.id)}
                )  # fmt: skip
                text += name
            else:
                text += piece
        yield {"text": text, "source": f"{MADE}{number % 10}", "toponyms": toponyms}


def make_villages(lexicon: Lexicon) -> Iterator[dict[str, Any]]:
    """Templates of three sentences round small places of all countries; ``hidden``: ids that the gazetteer is to lack,
    with whether their sound still leads to them."""
    draw = np.random.default_rng(1)
    templates = VILLAGE_TEMPLATES.read_text("utf-8").strip().split("\n")
    columns = ["id", "name", "alternates", "lat_e5", "lon_e5", "feature", "country", "admin1", "population"]
    table = read_table("places.parquet").select(columns).to_pandas()
    table = table[table.feature != "P.PPLX"]
    regions = read_table("regions.parquet").to_pandas()
    region_of = {(r.country, r.admin1): r for r in regions[regions.feature == "A.ADM1"].itertuples()}
    country_of = {r.country: r for r in read_table("countries.parquet").to_pandas().itertuples()}
    groups = {code: group for code, group in table.groupby("country") if len(group) >= 30 and code in country_of}
    codes, names = sorted(groups), (sorted(lexicon.first_names), sorted(lexicon.surnames))
    for number in range(VILLAGES):
        group = groups[codes[draw.integers(len(codes))]]
        towns = group[group.population > 15_000]
        if not len(towns):
            continue
        seat = towns.iloc[draw.integers(len(towns))]
        away = np.hypot(group.lat_e5 - seat.lat_e5, group.lon_e5 - seat.lon_e5).to_numpy()
        near = group.iloc[np.argsort(away, kind="stable")[1:40]]
        small = near[near.population < 20_000]
        region = region_of.get((seat.country, seat.admin1))
        if len(small) < 3 or region is None:
            continue
        chosen = [small.iloc[k] for k in draw.permutation(len(small))[:3]]
        other = near.iloc[int(np.argmax(near.population.to_numpy()))]
        places = dict(zip("VWZABCR", [*chosen, seat, other, country_of[seat.country], region], strict=True))
        record = _fill(templates[draw.integers(len(templates))], places, names, draw)
        hidden = {f"geonames:{int(p.id)}": bool(draw.random() < 0.25) for p in chosen if draw.random() < 0.75}
        yield {**record, "source": f"{VILLAGE}{number % 10}", "hidden": hidden}


_WINDS = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")


def _fill(template: str, places: Mapping[str, Any], names: tuple[Sequence[str], Sequence[str]], draw: Any) -> Any:
    """A template's text and its toponyms; "AU" is the name of A in capitals."""
    person = [names[0][draw.integers(len(names[0]))].title(), names[1][draw.integers(len(names[1]))].title()]
    v, a = places["V"], places["A"]
    away = km(v.lat_e5 / 1e5, v.lon_e5 / 1e5, a.lat_e5 / 1e5, a.lon_e5 / 1e5)
    wind = math.atan2((v.lon_e5 - a.lon_e5) * math.cos(math.radians(a.lat_e5 / 1e5)), v.lat_e5 - a.lat_e5)
    words = {
        "P": " ".join(person), "S": person[1], "O": ("Reuters", "Red Cross", "Daily Mail")[draw.integers(3)],
        "KM": str(max(1, round(away * (0.621 if "miles" in template else 1.0) * draw.uniform(0.9, 1.3)))),
        "DIR": _WINDS[round(wind / (math.pi / 4)) % 8],
    }  # fmt: skip
    written = {key: _some_name(place, draw) for key, place in places.items()}
    text, toponyms = "", []
    for piece in re.split(r"(\{[A-Z]+\})", template):
        key = piece[1:-1] if piece.startswith("{") else ""
        if key in words:
            text += words[key]
        elif key:
            place, name = places[key[0]], written[key[0]]
            name = name.upper() if key.endswith("U") else name
            toponyms.append(
                {"start": len(text), "end": len(text) + len(name), "lat": place.lat_e5 / 1e5,
                 "lon": place.lon_e5 / 1e5, "geonameid": int(place.id)}
            )  # fmt: skip
            text += name
        else:
            text += piece
    return {"text": text, "toponyms": toponyms}


def _some_name(place: Any, draw: np.random.Generator) -> str:
    """The place's name, or one time in three an alternate in Latin letters; accents dropped half the time."""
    name = str(place.name if isinstance(place.name, str) else place["name"])
    others = [
        n for n in place.alternates.split("\t") if re.fullmatch(r"[A-Z][a-z]+(?:[ -][A-Za-z]+){0,2}", n) and len(n) > 3
    ]
    if others and draw.random() < 0.33:
        name = others[draw.integers(len(others))]
    if draw.random() < 0.5:
        plain = unicodedata.normalize("NFKD", name)
        name = "".join(c for c in plain if not unicodedata.combining(c))
    return name.split(" (")[0]


def build_lexicon() -> Lexicon:
    def package(name: str) -> Path:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise SystemExit(f"{name}: not installed; it is a development dependency of training")
        return Path(spec.origin).parent

    printed = {}
    with (package("symspellpy") / "frequency_dictionary_en_82_765.txt").open(encoding="utf-8-sig") as file:
        for line in file:
            word, count = line.split()
            printed[word] = int(count)
    lexicon = Lexicon()
    for word in Path("/usr/share/dict/words").read_text("utf-8").split():
        if word.islower() and word.isascii() and word.isalpha() and len(word) > 2 and word in printed:
            value = (math.log10(printed[word]) - 4) / 6  # printed counts run from 1e4 to 1e10
            if value > 0.3:  # rarer words are rarely met in capitals
                lexicon.words[word] = round(min(1.0, value), 2)
    for name, table, most in (
        ("male.first", lexicon.first_names, 1200), ("female.first", lexicon.first_names, 2500),
        ("all.last", lexicon.surnames, 8000),
    ):  # fmt: skip
        with (package("names") / f"dist.{name}").open() as file:
            for _, line in zip(range(most), file, strict=False):
                word, share = line.split()[:2]
                value = (math.log10(float(share) + 1e-4) + 3.3) / 3.3
                key = word.lower()
                table[key] = max(table.get(key, 0.0), round(min(1.0, max(0.1, value)), 2))
    for table, names in ((lexicon.first_names, GIVEN_NAMES), (lexicon.surnames, SURNAMES)):
        for key in names.split():
            table[key] = max(table.get(key, 0.0), 0.4)
    return lexicon


def describe_spans(document: Document, lexicon: Lexicon) -> None:
    document.spans = document.reading.spans
    describe(document.reading.tokens, document.spans, lexicon)
    exact = {(g.start, g.end) for g in document.gold}
    document.labels = np.array([float((s.start, s.end) in exact) for s in document.spans])
    if document.spans:
        document.span_rows = np.array([s.features for s in document.spans], float)


def describe_places(document: Document) -> None:
    by_span = {(g.start, g.end): g for g in document.gold}
    spans = sorted(by_span)
    tokens = document.reading.tokens
    context = resolving.with_context(spans, document.spans)
    mentions = resolving.named(tokens, sorted([*spans, *context]), document.reading.lookup)
    document.mentions = [by_span[s] for s in spans]
    frame = resolving.frame_of(tokens, mentions)
    nothing = Gold(0, 0, None, None, None)
    document.of_mention = [by_span.get((m.start, m.end), nothing) for m in mentions]
    weigher = document.weigher = ranking.Weigher(frame)
    document.penalty = resolving.fit_penalty(frame)
    document.target = np.zeros(weigher.count)
    document.counts = np.zeros(len(frame.groups))
    for g, group in enumerate(frame.groups):
        gold = [document.of_mention[m] for m in group.mentions if document.of_mention[m].lat is not None]
        document.counts[g] = len(gold)
        for n, (c, _) in enumerate(group.options):
            if gold:
                document.target[weigher.bounds[g] + n] = np.mean([_closeness(t, c) for t in gold])


def _closeness(gold: Gold, candidate: Any) -> float:
    """1 for the same entry, less for one near it."""
    if gold.lat is None or gold.lon is None:
        return 0.0
    if gold.geonameid and candidate.id.rpartition(":")[2] == str(gold.geonameid):
        return 1.0
    distance = km(gold.lat, gold.lon, candidate.lat, candidate.lon)
    return 0.9 if distance < 25 else 0.6 if distance <= WITHIN_KM else 0.0


def folds(documents: Sequence[Document], count: int, seed: int = 0) -> np.ndarray[Any, np.dtype[np.int64]]:
    """A fold a newspaper, the paragraphs on world news among them; texts made of templates only ever train."""
    sources = sorted({d.source for d in documents if not d.source.startswith((MADE, LINE))})
    np.random.default_rng(seed).shuffle(sources)
    number = {source: n % count for n, source in enumerate(sources)}
    # a sentence goes with its paragraph
    number |= {LINE + s.removeprefix(WORLD): n for s, n in number.items() if s.startswith(WORLD)}
    return np.array([number.get(d.source, -1) for d in documents])


# ── fitting ──────────────────────────────────────────────────────────────────────────────────────────────────


def weight_of(document: Document) -> float:
    """Paragraphs on world news are few, and world news is read most."""
    return WORLD_WEIGHT if document.source.startswith(WORLD) else 1.0


def export(model: CatBoost, depth: int) -> Trees:
    """CatBoost's trees as arrays; shallower ones are padded with questions whose answer is no."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        stored = json.loads(path.read_text("utf-8"))
    trees = stored["oblivious_trees"]
    scale, bias = stored["scale_and_bias"]
    feature = np.zeros((len(trees), depth), np.int16)
    threshold = np.full((len(trees), depth), np.inf, np.float32)
    leaves = np.zeros((len(trees), 1 << depth), np.float32)
    for t, tree in enumerate(trees):
        for level, split in enumerate(tree["splits"] or []):
            feature[t, level] = split["float_feature_index"]
            threshold[t, level] = split["border"]
        leaves[t, : len(tree["leaf_values"])] = np.array(tree["leaf_values"]) * scale
    return Trees(feature, threshold, leaves, float(np.ravel(bias)[0]) if np.size(bias) else 0.0)


def fit_words(documents: Sequence[Document]) -> Words:
    counts = Counter((n, w) for d in documents for s in d.spans for n, w in enumerate(s.context) if w)
    vocabulary = {pair: n for n, pair in enumerate(sorted(p for p, c in counts.items() if c >= MIN_COUNT))}
    row, column, at = [], [], 0
    for d in documents:
        for s in d.spans:
            for pair in enumerate(s.context):
                if pair in vocabulary:
                    row.append(at)
                    column.append(vocabulary[pair])
            at += 1
    matrix = csr_matrix((np.ones(len(row)), (row, column)), shape=(at, len(vocabulary)))
    fitted = LogisticRegression(C=0.15, max_iter=300).fit(matrix, np.concatenate([d.labels for d in documents]))
    weights = dict(zip(vocabulary, fitted.coef_[0].tolist(), strict=True))
    return Words({p: w for p, w in weights.items() if abs(w) > 0.02}, float(fitted.intercept_[0]))


def span_input(document: Document, words: Words) -> Rows:
    return np.c_[document.span_rows, [words(s.context) for s in document.spans]]


def fit_spans(documents: Sequence[Document]) -> tuple[Words, Trees]:
    """The context model's score for a training text comes from newspapers other than its own."""
    fold = folds(documents, INNER_FOLDS, seed=1)
    rows: list[Rows] = []
    labels: list[Rows] = []
    weights: list[Rows] = []
    for n in (-1, *range(INNER_FOLDS)):
        held = [d for d, f in zip(documents, fold, strict=True) if f == n and d.spans]
        if held:
            words = fit_words([d for d, f in zip(documents, fold, strict=True) if f != n])
            rows += [span_input(d, words) for d in held]
            labels += [d.labels for d in held]
            weights += [np.full(len(d.labels), weight_of(d)) for d in held]
    model = CatBoost({**SPAN_TREES, **COMMON})
    model.fit(Pool(np.concatenate(rows), np.concatenate(labels), weight=np.concatenate(weights)))
    return fit_words(documents), export(model, SPAN_TREES["depth"])


def fit_ranker(documents: Sequence[Document], inputs: Sequence[Rows]) -> Trees:
    """Each name's candidates and "none of these", which is right where the gazetteer lacks the place."""
    rows, targets, queries, query = [], [], [], 0
    draw = np.random.default_rng(0)
    for d, x in zip(documents, inputs, strict=True):
        assert d.weigher is not None
        none = d.weigher.none_rows(x)
        for g, count in enumerate(d.counts):
            lo, hi = int(d.weigher.bounds[g]), int(d.weigher.bounds[g + 1])
            if not count or lo == hi:
                continue
            target = d.target[lo:hi]
            if target.max() > 0:
                target = np.where(target >= target.max() - 0.05, target, target * 0.3)
            target = np.append(target, 0.0 if target.max() > 0 else 1.0)
            kept = _some(target, draw)
            rows.append(np.vstack([x[lo:hi], none[g]])[kept])
            targets.append(target[kept] / target.sum())
            queries.append(np.full(len(kept), query))
            query += 1
    model = CatBoost({**RANK_TREES, **COMMON})
    model.fit(Pool(np.concatenate(rows), np.concatenate(targets), group_id=np.concatenate(queries)))
    return export(model, RANK_TREES["depth"])


def _some(target: Rows, draw: Any) -> Any:
    """The places of what is right, "none of these" and a fair sample of the rest: any of them may be met again."""
    wrong = np.flatnonzero(target[:-1] == 0)
    if len(wrong) > NEGATIVES:
        wrong = draw.choice(wrong, NEGATIVES, replace=False)
    return np.sort(np.concatenate([np.flatnonzero(target[:-1] > 0), wrong, [len(target) - 1]]))


def shares(document: Document, rows: Rows, trees: Trees) -> Rows:
    assert document.weigher is not None
    return resolving.shares_of(document.weigher, rows, trees(rows) + document.penalty, trees)


def fit_rankers(documents: Sequence[Document]) -> tuple[Trees, Trees]:
    """The second pass learns from first-pass shares of newspapers that the first pass had not seen."""
    weighers = [d.weigher for d in documents if d.weigher is not None]
    first_inputs = [w.features(w.first_weights()) for w in weighers]
    fold = folds(documents, INNER_FOLDS, seed=2)
    second_inputs: dict[int, Rows] = {}
    for n in (-1, *range(INNER_FOLDS)):
        held = np.flatnonzero(fold == n)
        if len(held):
            seen = np.flatnonzero(fold != n)
            trees = fit_ranker([documents[i] for i in seen], [first_inputs[i] for i in seen])
            for i in held:
                second_inputs[int(i)] = weighers[i].features(shares(documents[i], first_inputs[i], trees))
    first = fit_ranker(documents, first_inputs)
    return first, fit_ranker(documents, [second_inputs[i] for i in range(len(documents))])


def fit(documents: Sequence[Document], lexicon: Lexicon) -> Model:
    """All but the confidence, which needs answers to newspapers that the rest has not seen."""
    words, spans = fit_spans([d for d in documents if not d.source.startswith(LINE)])
    first, second = fit_rankers(documents)
    nothing = Trees(np.zeros((1, 1), np.int16), np.zeros((1, 1), np.float32), np.zeros((1, 2), np.float32), 0.0)
    identity = Curve(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    return Model(lexicon, words, spans, first, second, nothing, identity, nothing, THRESHOLD, KEPT)


def fit_each(sets: Sequence[Sequence[Document]], lexicon: Lexicon) -> list[Model]:
    """``fit`` of each set, in a process of its own, each on one thread: the same bytes as one after the other."""
    _sets[:] = sets
    with multiprocessing.get_context("fork").Pool(len(sets)) as pool:
        return pool.starmap(_fit_one, [(n, lexicon) for n in range(len(sets))])


_sets: list[Sequence[Document]] = []


def _fit_one(number: int, lexicon: Lexicon) -> Model:
    return fit(_sets[number], lexicon)


def judged_answers(document: Document, model: Model) -> tuple[Rows, Rows, Rows]:
    """Confidence rows of every group with gold, the share of its mentions that is right, and their number."""
    weigher = document.weigher
    assert weigher is not None
    rows = weigher.features(shares(document, weigher.features(weigher.first_weights()), model.first))
    scores = model.second(rows) + document.penalty
    best = resolving.best_rows(weigher, scores)
    asked = np.flatnonzero((best >= 0) & (document.counts > 0))
    right = np.zeros(len(asked))
    for k, g in enumerate(asked):
        group = weigher.frame.groups[g]
        candidate = group.options[int(best[g] - weigher.bounds[g])][0]
        gold = [document.of_mention[m] for m in group.mentions if document.of_mention[m].lat is not None]
        right[k] = np.mean([is_right(t, candidate.id, candidate.lat, candidate.lon) for t in gold])
    share = resolving.shares_of(weigher, rows, scores, model.second)
    return resolving.confidence_rows(weigher, rows, share, best[asked]), right, document.counts[asked]


def fit_confidence(parts: Sequence[tuple[Rows, Rows, Rows]]) -> tuple[Trees, Curve]:
    """Chance of being right, learned from answers to unseen newspapers; then made honest by an isotonic fit."""
    rows, right, counts = (np.concatenate([p[k] for p in parts]) for k in range(3))
    weight = np.sqrt(counts)

    def grow(chosen: Rows) -> Trees:
        doubled = np.repeat(rows[chosen], 2, axis=0)
        label = np.tile([1.0, 0.0], len(right[chosen]))
        share = np.column_stack([right[chosen], 1.0 - right[chosen]]).ravel() * np.repeat(weight[chosen], 2)
        kept = share > 0
        model = CatBoost({**CONFIDENCE_TREES, **COMMON})
        model.fit(Pool(doubled[kept], label[kept], weight=share[kept]))
        return export(model, CONFIDENCE_TREES["depth"])

    raw = np.zeros(len(right))
    part = np.arange(len(right)) * FOLDS // len(right)  # neighbours in a newspaper stay together
    for n in range(FOLDS):
        raw[part == n] = 1.0 / (1.0 + np.exp(-grow(part != n)(rows[part == n])))
    fitted = IsotonicRegression(out_of_bounds="clip", y_min=0.02, y_max=0.99).fit(raw, right, counts)
    knots = np.linspace(0.0, 1.0, 21)
    return grow(part >= 0), Curve(knots, np.maximum.accumulate(fitted.predict(knots)))


def second_look(document: Document, model: Model) -> tuple[Rows, Rows]:
    """Rows of the likely names of a text that ``model`` has not seen, and how right it is to keep each."""
    chosen = choose(scored(document.reading.tokens, document.spans, model), model.threshold)
    spans = [(s.start, s.end) for _, s in chosen]
    look = Look(document.reading, spans, model)
    rows = confirm_rows(chosen, [look.group(s) for s in spans], look.frame, look.first, model)
    target = np.zeros(len(spans))
    for n, ((start, end), place) in enumerate(zip(spans, places_of(look, spans, document.gazetteer), strict=True)):
        over = [g for g in document.gold if start < g.end and g.start < end]
        if over:
            known = [g for g in over if g.lat is not None]
            good = place is not None and any(is_right(g, place.id, place.lat, place.lon) for g in known)
            target[n] = 1.0 - PLACED * ((0.0 if good else 1.0) if known else 0.5)
    return rows, target


def fit_keep(looks: Sequence[tuple[Rows, Rows, float]]) -> Trees:
    """Whether a likely name stays, from second looks at newspapers that recogniser and ranker had not seen."""
    seen = [part for part in looks if len(part[1])]
    weight = np.concatenate([np.full(len(target), weight) for _, target, weight in seen])
    model = CatBoost({**KEEP_TREES, **COMMON})
    model.fit(
        Pool(np.concatenate([rows for rows, _, _ in seen]), np.concatenate([t for _, t, _ in seen]), weight=weight)
    )
    return export(model, KEEP_TREES["depth"])


# ── cross-validation ─────────────────────────────────────────────────────────────────────────────────────────


def around(text: str, start: int, end: int) -> str:
    """A mention in brackets with what stands around it, on one line."""
    return f"{text[max(0, start - 40) : start]}[{text[start:end]}]{text[end : end + 30]}".replace("\n", " ")


@dataclass(slots=True)
class Tally:
    """What the shared scorer counts, and (score, right) of every answered mention for the calibration."""

    mentions: int = 0
    right: int = 0
    answered: int = 0
    errors: list[float] = field(default_factory=list)
    predicted: int = 0
    overlapping: int = 0
    located: int = 0
    gold: int = 0
    gold_all: int = 0
    found: int = 0
    hit: int = 0
    judged: list[tuple[float, bool]] = field(default_factory=list)
    absent: int = 0
    namesakes: list[float] = field(default_factory=list)
    """Scores of the places that absent ones were taken for."""
    near: list[bool] = field(default_factory=list)
    """Of approximate places, whether the truth lies within their radius."""
    aways: list[tuple[float, float]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def given(self, document: Document, model: Model) -> None:
        """Resolution with the spans given."""
        spans = [(g.start, g.end) for g in document.mentions]
        places = place_mentions(document.reading, spans, document.gazetteer, model)
        for gold, place in zip(document.mentions, places, strict=True):
            if gold.lat is None or gold.lon is None:
                continue
            self.mentions += 1
            good = place is not None and is_right(gold, place.id, place.lat, place.lon)
            self.right += good
            self._judge_absence(document, gold, place, good)
            if place is not None and place.approximate and place.id.startswith("near:"):
                away = km(gold.lat, gold.lon, place.lat, place.lon)
                self.near.append(away <= (place.radius_km or 0.0))
                self.aways.append((place.radius_km or 0.0, away))
            if place is not None:
                self.answered += 1
                self.errors.append(km(gold.lat, gold.lon, place.lat, place.lon))
                self.judged.append((place.score or 0.0, good))
            if not good:
                self.wrong.append(
                    f"misplaced: {document.source}: {around(document.text, gold.start, gold.end)} at {gold.lat:.1f},"
                    f"{gold.lon:.1f}: "
                    + (
                        f"{place.name} {place.feature} {place.country} {place.admin1} {place.score}"
                        if place
                        else "none"
                    )
                )

    def _judge_absence(self, document: Document, gold: Gold, place: Any, good: bool) -> None:
        known = document.gazetteer
        entry = known.locate(f"geonames:{gold.geonameid}") if isinstance(known, Lacking) else None
        if entry is None or not known.lacks(entry):
            return
        self.absent += 1
        if place is not None and not good and not place.approximate:
            self.namesakes.append(place.score or 0.0)

    def end_to_end(self, document: Document, model: Model) -> None:
        look, spans = likely_names(document.reading, model)
        places = places_of(look, spans, document.gazetteer)
        gold = document.gold
        self.gold_all += len(gold)
        self.gold += sum(g.lat is not None for g in gold)
        found, hit = set(), set()
        for (start, end), place in zip(spans, places, strict=True):
            over = [k for k, g in enumerate(gold) if start < g.end and g.start < end]
            found.update(over)
            if over and all(gold[k].lat is None for k in over):
                continue
            self.predicted += 1
            self.overlapping += bool(over)
            for k in over:
                if place is not None and is_right(gold[k], place.id, place.lat, place.lon):
                    self.located += 1
                    hit.add(k)
                    break
            if not over:
                self.wrong.append(f"invented: {document.source}: {around(document.text, start, end)}")
        self.found += len(found)
        self.hit += len(hit)
        for k, g in enumerate(gold):
            if k not in found:
                self.wrong.append(f"missed: {document.source}: {around(document.text, g.start, g.end)}")

    def lines(self) -> Iterator[str]:
        errors = sorted([*self.errors, *[20038.0] * (self.mentions - self.answered)])
        yield (
            f"spans given: {self.mentions} mentions, right {self.right / self.mentions:.4f}, answered "
            f"{self.answered / self.mentions:.4f}, within 10 km {sum(e <= 10 for e in errors) / len(errors):.4f}, "
            f"median {errors[len(errors) // 2]:.1f} km"
        )
        if self.absent:
            sure = sum(score >= 0.7 for score in self.namesakes)
            yield (
                f"absent places: {self.absent} mentions, taken for a namesake {len(self.namesakes) / self.absent:.4f}, "
                f"for one scored 0.7 and more {sure / self.absent:.4f}"
            )
        if self.near:
            away = sorted(a for r, a in self.aways if r == NEARBY_KM) or [0.0]
            yield (
                f"approximate: {len(self.near)}, within their radius {np.mean(self.near):.3f}; at a town of the "
                f"sentence {len(away)}, nine in ten within {away[int(0.9 * (len(away) - 1))]:.0f} km"
            )
        for name, p, r in (
            ("recognition (overlap)", self.overlapping / self.predicted, self.found / self.gold_all),
            ("located", self.located / self.predicted, self.hit / self.gold),
        ):
            yield f"{name}: P {p:.4f} R {r:.4f} F1 {2 * p * r / (p + r):.4f}"


@dataclass(slots=True)
class Judged:
    """Answers to texts that the models had not seen: what confidence and second look learn from."""

    answers: list[tuple[Rows, Rows, Rows]]
    looks: list[tuple[Rows, Rows, float]]

    def finish(self, model: Model) -> Model:
        confidence, right = fit_confidence(self.answers)
        return replace(model, confidence=confidence, right=right, keep=fit_keep(self.looks))


def cross_validate(
    documents: list[Document], lexicon: Lexicon, seed: int = 0
) -> tuple[dict[str, Tally], Judged, Model]:
    """Scores over all folds, of LGL and of own texts on world news, all that was judged on the way, and the model of
    all documents, which lacks what is learned from that."""
    fold = folds(documents, FOLDS, seed)
    parts = [[d for d, f in zip(documents, fold, strict=True) if f != n] for n in range(FOLDS)]
    *models, whole = fit_each([*parts, documents], lexicon)
    held = [k for k, f in enumerate(fold) if f >= 0]
    answers = {k: judged_answers(documents[k], models[fold[k]]) for k in held}
    looks = {}
    for n in range(FOLDS):
        confidence, right = fit_confidence([answers[k] for k in held if fold[k] != n])
        models[n] = replace(models[n], confidence=confidence, right=right)
        for k in held:
            if fold[k] == n:
                looks[k] = (*second_look(documents[k], models[n]), weight_of(documents[k]))
    tallies = {"": Tally(), WORLD: Tally(), LINE: Tally(), LACKING: Tally(), VILLAGE: Tally()}
    for n in range(FOLDS):
        model = replace(models[n], keep=fit_keep([looks[k] for k in held if fold[k] != n]))
        for k in held:
            if fold[k] == n:
                tally = tallies[_tally_of(documents[k])]
                tally.given(documents[k], model)
                tally.end_to_end(documents[k], model)
    return tallies, Judged([answers[k] for k in held], [looks[k] for k in held]), whole


def _tally_of(document: Document) -> str:
    if document.source.startswith(VILLAGE):
        return VILLAGE
    if isinstance(document.gazetteer, Lacking):
        return LACKING
    return next((p for p in (WORLD, LINE) if document.source.startswith(p)), "")


def calibration_table(judged: Sequence[tuple[float, bool]]) -> Iterator[str]:
    """How often a score came true, on newspapers that neither ranker nor confidence had seen."""
    yield "score      mentions  mean score  right"
    for low, high in ((0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 1.01)):
        inside = [(s, r) for s, r in judged if low <= s < high]
        if inside:
            mean, right = (float(np.mean([p[k] for p in inside])) for k in (0, 1))
            yield f"{low:.2f}-{min(high, 1):.2f}  {len(inside):8d}  {mean:10.2f}  {right:5.2f}"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Train or cross-validate the toponym models.")
    parser.add_argument("--evaluate", action="store_true", help="cross-validate by newspaper and write nothing")
    parser.add_argument("--errors", type=Path, help="file for the mentions missed, invented or resolved wrongly")
    parser.add_argument("--seed", type=int, default=0, help="of the folds")
    arguments = parser.parse_args(argv)
    if not LGL.exists():
        raise SystemExit(f"{LGL}: missing; training needs ../shared beside the project")
    gazetteer, lexicon = read_gazetteer(), build_lexicon()
    documents = read_documents(gazetteer, lexicon)
    tallies, judged, whole = cross_validate(documents, lexicon, arguments.seed)
    titles = {
        "": "LGL", WORLD: "own paragraphs on world news", LINE: "their sentences one by one",
        LACKING: f"both without {HIDDEN_PERCENT} % of the gazetteer", VILLAGE: "made texts round absent villages",
    }  # fmt: skip
    for source, tally in tallies.items():
        print(f"{titles[source]}, cross-validation by newspaper, trained anew in each fold")
        print("\n".join([*tally.lines(), *calibration_table(tally.judged)]))
    if arguments.errors:
        arguments.errors.write_text("\n".join(w for t in tallies.values() for w in t.wrong) + "\n", "utf-8")
    if not arguments.evaluate:
        judged.finish(whole).save(WEIGHTS)
        print(f"{WEIGHTS.relative_to(ROOT)}: {WEIGHTS.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
