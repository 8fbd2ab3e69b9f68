"""Feed broken input to every reader and to the claim grammar: a crash or a hang is a bug, a ``GeomapError`` is not.

    python tools/fuzz.py --minutes 10                  mutations of seeds, without further packages
    python tools/fuzz.py --minutes 10 --atheris        guided by coverage (pip install atheris)
    python tools/fuzz.py --replay tests/fuzz_cases     run cases found before

The first byte of a case names its target, the rest is its input. Crashes and hangs are written to ``--found`` under
their target's name; those that were mended stay in ``tests/fuzz_cases`` and run with the tests. Seed and case number
make a run again.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import json
import os
import random
import signal
import sys
import tempfile
import time
import tomllib
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from geomap.articles import article_from, parse_date, records_of  # noqa: E402
from geomap.errors import GeomapError  # noqa: E402
from geomap.files import shown  # noqa: E402

HANG_SECONDS = 20
"""Of processor time. Inputs are at most a few kilobytes: what takes longer would take for ever on a real one."""
LARGEST = 4_000


@cache
def folder() -> Path:
    """A place for inputs that are read from a path, in memory where there is such a disk."""
    shm = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="geomap-fuzz-", dir=shm if shm.is_dir() else None))


@cache
def gazetteer() -> Any:
    from geomap.gazetteer import read_gazetteer

    return read_gazetteer()


def put(name: str, data: bytes) -> Path:
    path = folder() / name
    path.write_bytes(data)
    return path


# ── targets ──────────────────────────────────────────────────────────────────────────────────────────────────


def article_file(name: str, data: bytes) -> None:
    for where, record in records_of(Path(name), data):
        article_from(where, record)


def corpus_file(name: str, data: bytes) -> None:
    from geomap.corpus.reading import File, plan_parts, read_slice, scan

    path = put(name, data)
    work: Any = _Whole()
    seen = scan(File(path.name, str(path.parent)), work, 3)
    read = sum(1 for part in plan_parts([seen], 3) for piece in part for _ in read_slice(piece, str(path.parent), work))
    if read != seen.records + (seen.broken is not None):
        raise AssertionError(f"{read} records read, {seen.records} planned")


class _Whole:
    def records_of(self, path: Path, data: bytes) -> Any:
        return records_of(path, data)


def extraction(data: bytes) -> None:
    """Claims and toponyms of a text: spans must quote it, records must be JSON."""
    from geomap.claims import extract_claims
    from geomap.models import Article, to_record
    from geomap.toponyms import find_toponyms, resolve_toponyms

    text = data.decode("utf-8", "replace")
    if not text.strip():
        return
    article = Article(id="fuzz", text=text, published_on=parse_date("", "2022-09-14"))
    toponyms = resolve_toponyms(article, find_toponyms(article, gazetteer()), gazetteer())
    claims = extract_claims(article, toponyms)
    for said in toponyms:
        if text[said.start : said.end] != said.text:
            raise AssertionError(f"toponym {said.start}-{said.end} does not quote the text")
    for claim in claims:
        if text[claim.start : claim.end] != claim.quote:
            raise AssertionError(f"claim {claim.start}-{claim.end} does not quote the text")
        json.dumps(to_record(claim), allow_nan=False)


@cache
def vocabulary() -> tuple[list[str], list[tuple[str, Any]]]:
    """Every word and phrase that the claim grammar knows, with figures and signs; and names with their places."""
    words: set[str] = set()

    def gather(value: Any) -> None:
        if isinstance(value, dict):
            for key, below in value.items():
                words.add(key)
                gather(below)
        elif isinstance(value, list):
            for below in value:
                gather(below)
        elif isinstance(value, str):
            words.add(value)

    for path in sorted((ROOT / "geomap" / "lang").glob("*/claims.toml")):
        gather(tomllib.loads(path.read_text("utf-8")))
    signs = [*".,;:()[]\"'“”«»—-%½", "\n", "\n\n", "'s", "n't", "a", "the", "and", "to", "Monday", "in September 2022"]
    figures = ["5", "3,000", "12.5", "1,5", "2-3", "30–40", "1e9", "0", "1,160", "100.000", "7th", "2022", "5km", "$5"]
    names = ["Kyiv", "Izium", "Kharkiv region", "Ukraine", "the Dnipro", "Luxembourg", "Ізюм", "Russia", "Snake Island"]
    places = [(name, next(iter(gazetteer().find(name.removeprefix("the "))), None)) for name in names]
    return [*sorted(words), *(signs + figures) * 12, *([*names, "Smith", "He", "They", "Troops"] * 12)], places


PATTERNS = [
    "Troops advanced 12 km from Izium towards Kyiv on Monday , Smith said .",
    "More than 3,000 square kilometres ( 1,160 square miles ) of Kharkiv region were retaken .",
    "Izium lies about 5 km north-east of Kyiv , near the Dnipro .",
    "They control 15 % of Ukraine , an area twice the size of Luxembourg .",
    "Russia did not capture Izium , which is still held by Ukraine .",
    "Troops withdrew from Snake Island to the west bank of the Dnipro .",
    "The front moved 2-3 km a day south of Izium , up to 30–40 km in September 2022 .",
    "Izium , Kyiv and Ізюм were liberated ; Kharkiv region borders Russia .",
    "A zone 10 km wide and 40 miles long runs along the border with Russia .",
    "He said they would take half of Kharkiv region within dozens of kilometres .",
    "The village of Izium , 5km from the Russian border , fell .",
    "Фронт відійшов на 12 км від Ізюма , звільнено 3 тисячі квадратних кілометрів .",
    "Another area of the same size was lost between Izium and Kyiv .",
]


def grammar(data: bytes) -> None:
    """Claims of sentences whose words are changed for others that the grammar knows.

    The first bytes choose sentences; then four bytes a change: how, where, and by which word.
    """
    from geomap.claims import extract_claims
    from geomap.measure import area_of
    from geomap.models import Article, MentionKind, Toponym, to_record

    words, names = vocabulary()
    known = dict(names)
    tokens = " ".join(PATTERNS[n % len(PATTERNS)] for n in data[:2]).split(" ")
    for at in range(2, min(len(data), 80) - 3, 4):
        how, where, high, low = data[at : at + 4]
        place, word = where % (len(tokens) + 1), words[(high << 8 | low) % len(words)]
        if how % 4 == 0:
            tokens[place:place] = [word]
        elif how % 4 == 1:
            del tokens[place : place + 1 + how % 3]
        else:
            tokens[place : place + 1] = [word]
    text, toponyms, flags = "", [], sum(data[:4])
    for number, word in enumerate(tokens):
        text += "" if word in ".,;:)%" else " "
        start = len(text)
        text += word
        name = "Kharkiv region" if word == "Kharkiv" else word
        if name in known and (flags + number) % 8:
            place = known[name] if (flags + number) % 8 > 1 else None
            kind = MentionKind.DEMONYM if (flags + number) % 8 == 2 else MentionKind.LITERAL
            toponyms.append(Toponym(article="", start=start, end=len(text), text=word, kind=kind, place=place))
    if not text.strip():
        return
    article = Article(id="fuzz", text=text, published_on=parse_date("", "2022-09-14") if flags % 4 else None)
    areas = partial(area_of, gazetteer=gazetteer())
    for claim in extract_claims(article, toponyms, area_of=areas, border_of=gazetteer().border):
        if text[claim.start : claim.end] != claim.quote:
            raise AssertionError(f"claim {claim.start}-{claim.end} does not quote the text")
        json.dumps(to_record(claim), allow_nan=False)


def quantity(data: bytes) -> None:
    from geomap.claims import read_value

    read_value(data.decode("utf-8", "replace")[:200])


def name(data: bytes) -> None:
    from geomap.gazetteer import normalise, skeleton, strip_feature_word

    text = data.decode("utf-8", "replace")[:120]
    key = normalise(text)
    if normalise(key) != key:
        raise AssertionError(f"{text!r} normalises to {key!r}, and that to {normalise(key)!r}")
    skeleton(key)
    strip_feature_word(key)
    gazetteer().candidates(text)


def control_map(data: bytes) -> None:
    from geomap.control import read_polygons

    read_polygons(put("2022-09-10.geojson", data))


def control_zip(data: bytes) -> None:
    from geomap.control import read_polygons

    read_polygons(put("2022-09-10.zip", data))


def control_series(data: bytes) -> None:
    from geomap.control import read_control

    read_control(put("2022-09-10.geojson", data))


def control_rules(data: bytes) -> None:
    from geomap.control import read_rules

    read_rules(put("rules.toml", data))


def events(suffix: str, data: bytes) -> None:
    from geomap.control import read_events

    read_events(put(f"events{suffix}", data))


def decisions(data: bytes) -> None:
    from geomap.review import read_decisions

    read_decisions(put("decisions.csv", data))


def own_claims(data: bytes) -> None:
    from geomap.review import read_own_claims

    read_own_claims(put("claims.csv", data))


def config(data: bytes) -> None:
    from geomap.config import read_config

    read_config(put("geomap.toml", data))


def old_report(data: bytes) -> None:
    from geomap.pipeline import compare_files

    path = put("report.json", data)
    compare_files(path, path)


def own_places(suffix: str, data: bytes) -> None:
    from geomap.gazetteer.layers import add_places

    add_places(put(f"places{suffix}", data), folder=folder())


def manifest(data: bytes) -> None:
    from geomap.corpus.manifest import read_manifest

    put("manifest.json", data)
    read_manifest(folder())


def words_shown(data: bytes) -> None:
    from geomap.printing import render_csv

    text = data.decode("utf-8", "surrogateescape")
    if not all(c.isprintable() or c == " " for c in shown(text)):
        raise AssertionError("shown lets a control character through")
    render_csv([{"a": text, "b": {"c": [text]}}])


def control_table(suffix: str, data: bytes) -> None:
    from geomap.control import read_polygons

    read_polygons(put(f"2022-09-10{suffix}", data))


def dump(data: bytes) -> None:
    from geomap.gazetteer.layers import build_layer

    build_layer(put("dump.txt", data), folder=folder())


Seed = bytes | str | Callable[[], bytes]
TARGETS: list[tuple[str, Callable[[bytes], None], list[Seed]]] = []


def target(label: str, call: Callable[[bytes], None], *seeds: Seed) -> None:
    TARGETS.append((label, call, list(seeds)))


def seeds_of(seeds: list[Seed]) -> list[bytes]:
    """Seeds as bytes; those that take a library to make are made now."""
    return [s.encode() if isinstance(s, str) else s if isinstance(s, bytes) else s() for s in seeds]


def parquet_articles() -> bytes:
    import pandas

    out = io.BytesIO()
    spans = [[{"start": 0, "end": 4}], None]
    frame = pandas.DataFrame({"id": ["a", "b"], "text": ["Kyiv is 5 km from Brovary.", "Lviv"], "toponyms": spans})
    frame.to_parquet(out, compression="none", index=False)
    return out.getvalue()


def map_as(suffix: str) -> bytes:
    """The map as GeoPackage, GeoParquet, or a shapefile's four files in a zip."""
    import geopandas

    frame = geopandas.GeoDataFrame.from_features(json.loads(MAP)["features"], crs="EPSG:4326")
    path = folder() / f"seed{suffix.replace('.zip', '.shp')}"
    if suffix == ".parquet":
        frame.to_parquet(path, compression=None)
    else:
        frame.to_file(path)
    if suffix != ".zip":
        return path.read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:  # stored, so that mutations reach the files inside
        for part in (".shp", ".shx", ".dbf", ".prj"):
            archive.write(path.with_suffix(part), f"2022-09-10{part}")
    return out.getvalue()


def map_zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("2022-09-10.geojson", MAP)
    return out.getvalue()


RECORD = (
    '{"id": "a", "text": "Kyiv is 5 km from Brovary.", "published_on": "2022-09-14", '
    '"toponyms": [{"start": 0, "end": 4}]}'
)
TABLE = 'id,text,published_on,toponyms\na,"Kyiv, ""the city""",2022-09-14,"[{""start"": 0, ""end"": 4}]"\r\nb,Lviv,,\n'
PAGE = (
    "<!DOCTYPE html><html><head><title>T</title></head><body><article><p>"
    + "Kyiv is 5 km away. " * 9
    + "</p></article>"
)
MAP = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": "Occupied", "status": "held", "date": "2022-09-10"},
                "geometry": {"type": "Polygon", "coordinates": [[[36, 49], [36.4, 49.1], [36.3, 49.5], [36, 49]]]},
            }
        ],
    }
)
STORY = (
    "KYIV. Russian troops left Izium on Saturday, the ministry said. More than 1,160 square miles (3,000 sq km) were "
    'retaken, an area twice the size of Luxembourg; "about 15% of Ukraine", he said. Kozacha Lopan, four kilometres '
    "from the Russian border, was liberated. They advanced dozens of kilometres, up to 30-40 km, at 5km a day, "
    "south of Zolota Balka, between 2 and 3.5 miles north-east of the Dnipro. It did not fall. "
    "Фронт відійшов на 12 км від Ізюма."
)
DUMP_LINE = (
    "700001\tVyhadane\tVyhadane\tВигадане,Wygadane\t47.5\t33.5\tP\tPPL\tUA\t\t08\t\t\t\t120\t\t10\t"
    "Europe/Kyiv\t2024-01-01\n"
)
EVENTS = "settlement,holder,date,source,lat,lon\nIzium,UA,2022-09-10,wire,49.2,37.3\n"
ROWS = "id,article,kind,start,end,quote,decision,place,by,on,note\nc1,a,claim,0,4,Kyiv,keep,,me,2022-09-14,\n"

target("JSON Lines", partial(article_file, "a.jsonl"), RECORD + "\n" + RECORD)
target("JSON", partial(article_file, "a.json"), RECORD, f"[{RECORD},{RECORD}]", '{"articles": [' + RECORD + "]}")
target("CSV", partial(article_file, "a.csv"), TABLE)
target("text", partial(article_file, "a.txt"), STORY, STORY.encode("utf-16"), "ё".encode("cp1251") * 50)
target("standard input", partial(article_file, "-"), RECORD, STORY, PAGE)
target("HTML", partial(article_file, "a.html"), PAGE)
target(
    "corpus lines",
    partial(corpus_file, "a.jsonl"),
    (RECORD + "\n\r\n") * 5,
    gzip.compress((RECORD + "\n").encode() * 9),
)
target("corpus table", partial(corpus_file, "a.csv"), TABLE)
target("corpus JSON", partial(corpus_file, "a.json"), f"[{RECORD},{RECORD}]")
target("claims", extraction, STORY)
target("claim grammar", grammar, *(random.Random(n).randbytes(60) for n in range(40)))
target(
    "quantity", quantity, "more than 1,160 square miles (3,000 sq km)", "2 or 3.5 km", "half a dozen hectares", "15%"
)
target("names", name, "Nova Kakhovka", "St. Petersburg", "Київська область", "Zaporizhzhia region", "Aÿń al-'Arab")
target("map", control_map, MAP)
target("map in a zip", control_zip, map_zipped, partial(map_as, ".zip"))
target("GeoPackage", partial(control_table, ".gpkg"), partial(map_as, ".gpkg"))
target("GeoParquet", partial(control_table, ".parquet"), partial(map_as, ".parquet"))
target("Parquet", partial(article_file, "a.parquet"), parquet_articles)
target("corpus Parquet", partial(corpus_file, "a.parquet"), parquet_articles)
target("dump", dump, DUMP_LINE * 3)
target("series", control_series, MAP)
target(
    "rules",
    control_rules,
    'name = "x"\nholder = "R"\nproperty = ["status"]\nheld = ["held"]\nextent = [22, 44, 41, 53]\n',
)
target("events", partial(events, ".csv"), EVENTS)
target(
    "events JSON",
    partial(events, ".json"),
    '[{"settlement": "Izium", "holder": "UA", "date": "2022-09-10", "source": "x"}]',
)
target("decisions", decisions, ROWS)
target(
    "own claims", own_claims, "claim,value,unit,place,date,source\nretaken,3000,km2,Kharkiv region,2022-09-11,army\n"
)
target("configuration", config, '[settings]\nabout = 0.2\n[style]\nunits = ["metric"]\npalette = {held = "#8d6b45"}\n')
target(
    "reports",
    old_report,
    '{"articles": [{"id": "a"}], "claims": [{"id": "c", "quote": "q", "verdict": {"label": "fits"}}]}',
)
target("own places", partial(own_places, ".csv"), "name,lat,lon,country,feature\nZolota Balka,47.38,33.96,UA,P.PPL\n")
target("own places GeoJSON", partial(own_places, ".geojson"), MAP)
target("manifest", manifest, '{"format": 1, "complete": false, "made_with": {}, "inputs": [], "parts": []}')
target("shown", words_shown, "=1+1 \x1b[31m", "Kyiv")
SLOW = {
    "claims": 30, "HTML": 60, "own places": 200, "own places GeoJSON": 200, "dump": 200, "text": 3, "standard input": 3,
    "GeoPackage": 60, "map in a zip": 10, "GeoParquet": 10, "Parquet": 5, "corpus Parquet": 5,
}  # fmt: skip
OFTEN = {"claim grammar": 5}
"""What has the largest language gets more."""
"""Of the cases that a target would get, it gets one in so many: its cases take that much longer."""


def one(data: bytes) -> None:
    """Run a case; what is raised is a bug."""
    if not data:
        return
    _, call, _ = TARGETS[data[0] % len(TARGETS)]
    quiet = io.StringIO()
    with contextlib.suppress(GeomapError), contextlib.redirect_stderr(quiet), contextlib.redirect_stdout(quiet):
        call(data[1:])


# ── engines ──────────────────────────────────────────────────────────────────────────────────────────────────

TOKENS = [
    b"", b"\0", b"\xff", b"\n", b"\r\n", b'"', b"'", b",", b";", b"{", b"}", b"[", b"]", b"(", b":", b"-", b"-1",
    b"0", b"1e999", b"NaN", b"Infinity", b"null", b"true", b"99999999999999999999", b"\xed\xa0\x80",
    b"\xe2\x80\xae", b"\xef\xbb\xbf", b"\xc2\xa0", b" km", b" square miles", b"%", b" of ", b"<", b"<!--", b"&a;",
    b"=", b"\x1b[31m", b"2022-13-45", b"\\u0000", b"\\ud800", b"[" * 50, b"\t", b" and ", b" from ", b"Kyiv",
    b"\xd0\x9a\xd0\xb8\xd1\x97\xd0\xb2", b"half ", b"1,2,3", b"..", b"\xcc\x81",
]  # fmt: skip


def mutated(data: bytes, pick: random.Random) -> bytes:
    """A few edits: bytes changed, cut, doubled, moved, and words put in that break readers."""
    out = bytearray(data)
    for _ in range(pick.choice((1, 1, 2, 3, 6, 12))):
        at = pick.randrange(len(out) + 1)
        to = min(len(out), at + pick.choice((1, 1, 2, 4, 16, 64)))
        how = pick.randrange(7)
        if how == 0 and out:
            out[min(at, len(out) - 1)] ^= 1 << pick.randrange(8)
        elif how == 1:
            del out[at:to]
        elif how == 2:
            out[at:at] = out[at:to] * pick.choice((1, 2, 20))
        elif how == 3:
            out[at:to] = bytes(pick.randrange(256) for _ in range(to - at))
        elif how == 4:
            start = pick.randrange(len(out) + 1)
            out[at:at] = out[start : start + (to - at)]
        elif how == 5:
            out[at:] = b""
        else:
            out[at:at] = pick.choice(TOKENS)
    return bytes(out[: max(LARGEST, len(data) + 64)])


def cases(seed: int) -> Iterator[bytes]:
    """Endless cases, target by target."""
    pick = random.Random(seed)
    pools = [seeds_of(seeds) for _, _, seeds in TARGETS]
    turn = 0
    while True:
        turn += 1
        for number, (label, _, _) in enumerate(TARGETS):
            if turn % SLOW.get(label, 1):
                continue
            for _ in range(OFTEN.get(label, 1)):
                # sentences and words are picked by number: any bytes are some
                fresh = label == "claim grammar" and pick.random() < 0.5
                case = (
                    pick.randbytes(2 + 4 * pick.randint(0, 8)) if fresh else mutated(pick.choice(pools[number]), pick)
                )
                if pick.random() < 0.02 and len(pools[number]) < 200:
                    pools[number].append(case)  # so that mutations pile up
                yield bytes([number]) + case


class HangError(Exception):
    """A case took longer than ``HANG_SECONDS``."""


def _alarm(*_: object) -> None:
    raise HangError


def watched(minutes: float, seed: int, found: Path, most: int | None = None) -> int:
    """``run`` in a process of its own, so that a crash or a hang in a C library is a case found, not the end."""
    end = time.monotonic() + minutes * 60
    gazetteer()
    bad = 0
    while (left := end - time.monotonic()) > 0:
        now = folder() / "now"
        now.write_bytes(b"")
        child = os.fork()
        if child == 0:
            try:
                os._exit(min(run(left / 60, seed, found, most, now), 99))
            finally:
                traceback.print_exc()
                os._exit(100)
        seen, since = b"", time.monotonic()
        while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
            time.sleep(0.5)
            if (case := now.read_bytes()) != seen:
                seen, since = case, time.monotonic()
            elif time.monotonic() - since > 30 * HANG_SECONDS:  # by the clock, as a busy machine gives little time
                os.kill(child, signal.SIGKILL)
        if not os.WIFSIGNALED(ended[1]):
            return bad + os.waitstatus_to_exitcode(ended[1])
        name, number = signal.Signals(os.WTERMSIG(ended[1])).name, int.from_bytes(now.read_bytes()[:8], "little")
        case = now.read_bytes()[8:]
        path = found / f"{TARGETS[case[0]][0].replace(' ', '-')}--{name}-{seed}-{number}.bin"
        found.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case[1:])
        print(f"case {number:,} of seed {seed} ended the process: {name}\n  -> {path}", flush=True)
        bad, seed = bad + 1, seed + 100_000
    return bad


def run(minutes: float, seed: int, found: Path, most: int | None = None, now: Path | None = None) -> int:
    """Mutate for so long; returns the number of crashes and hangs. ``now``: where each case stands while it runs."""
    noted = None if now is None else os.open(now, os.O_WRONLY)
    signal.signal(signal.SIGPROF, _alarm)
    gazetteer()
    end = time.monotonic() + minutes * 60
    done: Counter[str] = Counter()
    bad = 0
    seen: set[str] = set()
    began = time.monotonic()
    for number, case in enumerate(cases(seed)):
        if time.monotonic() > end or number == most:
            break
        label = TARGETS[case[0]][0]
        done[label] += 1
        if noted is not None:
            os.pwrite(noted, number.to_bytes(8, "little") + case, 0)
            os.ftruncate(noted, 8 + len(case))
        signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
        try:
            one(case)
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            kind = f"{label}: {type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
            if kind not in seen:
                seen.add(kind)
                bad += 1
                found.mkdir(parents=True, exist_ok=True)
                path = found / f"{label.replace(' ', '-')}--{type(error).__name__}-{number}.bin"
                path.write_bytes(case[1:])  # the target's number moves when one is added, its name stays
                print(f"{kind}: {shown(str(error))[:200]}\n  -> {path}", flush=True)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    total = done.total()
    print(f"{total:,} cases in {time.monotonic() - began:.0f} s, {bad} kinds of crash or hang, seed {seed}")
    print("  " + ", ".join(f"{label} {count:,}" for label, count in done.most_common()))
    return bad


def guided(minutes: float, found: Path) -> None:
    import atheris

    # our own modules alone: to instrument all that is loaded takes minutes, and others' coverage guides nowhere
    with atheris.instrument_imports(include=["geomap"]):
        for module in ("claims", "control", "corpus", "gazetteer", "pipeline", "printing", "review", "toponyms"):
            import_module(f"geomap.{module}")
    found.mkdir(parents=True, exist_ok=True)
    corpus = folder() / "corpus"
    corpus.mkdir(exist_ok=True)
    for number, (_, _, seeds) in enumerate(TARGETS):
        for other, seed in enumerate(seeds_of(seeds)):
            (corpus / f"{number}-{other}").write_bytes(bytes([number]) + seed)
    gazetteer()
    atheris.Setup(
        [
            sys.argv[0], f"-max_total_time={int(minutes * 60)}", f"-max_len={LARGEST}", f"-timeout={HANG_SECONDS}",
            f"-artifact_prefix={found}/", str(corpus),
        ],
        one,
    )  # fmt: skip
    atheris.Fuzz()


def number_of(case: Path) -> int:
    """The target that a found case's name begins with."""
    return [label for label, _, _ in TARGETS].index(case.stem.split("--")[0].replace("-", " "))


def replay(path: Path) -> int:
    bad = 0
    for case in sorted(path.iterdir()) if path.is_dir() else [path]:
        try:
            one(bytes([number_of(case)]) + case.read_bytes())
        except Exception as error:
            bad += 1
            print(f"{case.name}: {type(error).__name__}: {shown(error)[:200]}")
            traceback.print_exc()
    return bad


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--cases", type=int, help="Stop after so many.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--atheris", action="store_true", help="Let coverage guide it.")
    parser.add_argument("--found", type=Path, default=ROOT / "out" / "fuzz")
    parser.add_argument("--replay", type=Path, metavar="FILE|FOLDER")
    given = parser.parse_args()
    os.environ.setdefault("PYTHONHASHSEED", "0")
    if given.replay:
        sys.exit(1 if replay(given.replay) else 0)
    if given.atheris:
        guided(given.minutes, given.found)
    else:
        sys.exit(1 if watched(given.minutes, given.seed, given.found, given.cases) else 0)


if __name__ == "__main__":
    main()
