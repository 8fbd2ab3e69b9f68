"""Texts of one pattern repeated, twice as long each time: what reading takes must grow as they do."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PATTERNS = (
    "said Kyiv ", "Kyiv-", "Kyiv, ", "Kyiv ", "Kyiv. ", "Kyiv\n", "Kyiv\n\n", "near Kyiv. ", "5 km from Kyiv ",
    "5 km. ", "300 square kilometres of Kharkiv region, ", "Troops left Izium. ", "he said, ", "he said. ",
    "“Kyiv fell,” he said. ", "\"", "“", "(", ")", "((Kyiv) ", "on Monday, ", "in September 2022 ", "2022-09-10 ",
    "1,160 ", "1,", "1.", "-", "— ", "a ", "A ", "A. B. ", "Mr. Smith ", "Kharkiv region and ", "Izium and Kyiv, ",
    "south of Kyiv and north of Izium, ", "from Kyiv to ", "not ", "They did not take Izium; ", "half of Ukraine ",
    "twice the size of Luxembourg ", "Ізюм і Київ, ", "взяли Ізюм. ", "ё", "\u0301", "\u202e", " ", "\u00a0", "\t",
    "km", "5km", "5 km 5 km", "Kyiv's ", "KYIV ", "kyiv ", "Zzyzx Qwrt ", "Zolota Balka ", "the Dnipro River ",
    "http://a.b/c?d=e ", "<p>Kyiv</p>", "&amp;", "the army said the army said ", "advanced and ", "of Kyiv of Kyiv ",
)  # fmt: skip
SIZES = (125_000, 250_000, 500_000, 1_000_000)
MOST = 2.3
"""Times that twice the text may take; 2 is as it should be, the rest is chance on a busy machine."""
FLOOR_SECONDS = 0.25
"""Below this a machine's own noise is larger than what is measured."""


def gazetteer() -> Any:
    from geomap.gazetteer import read_gazetteer

    return read_gazetteer()


def seconds(pattern: str, size: int, places: Any) -> float:
    """Processor seconds for toponyms, claims and verdict-free reading of a text."""
    from geomap.models import Article
    from geomap.pipeline import claims_of, toponyms_of

    article = Article(id="grown", text=(pattern * (size // len(pattern) + 1))[:size])
    gc.collect()
    began = time.process_time()
    claims_of(article, toponyms_of(article, places), places)
    return time.process_time() - began


def grown(
    patterns: tuple[str, ...] = PATTERNS, sizes: tuple[int, ...] = SIZES
) -> Iterator[tuple[str, list[float], list[float]]]:
    """Each pattern with its seconds by size, and how much each doubling took."""
    places = gazetteer()
    seconds("Troops left Izium, 5 km from Kyiv, he said. ", 2_000, places)
    for pattern in patterns:
        taken = [seconds(pattern, size, places) for size in sizes]
        yield pattern, taken, [b / max(a, FLOOR_SECONDS) for a, b in pairwise(taken)]
