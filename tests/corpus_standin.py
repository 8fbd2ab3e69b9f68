"""A stand-in for the extraction: quick, plain and picklable, so that tests of corpora test corpora.

``python -m corpus_standin FOLDER INPUT... [--workers N] [--scheduler ADDRESS] [--gate FILE]`` runs it, for tests that
kill it.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geomap.articles import article_from, find_files, records_of
from geomap.corpus.reading import Rows
from geomap.errors import GeomapError

PLACE = {"place_id": "geonames:1", "place_name": "Aa", "feature": "P.PPL", "country": "EE", "admin1": "Ida"}


@dataclass(frozen=True)
class StandIn:
    """Calls every capitalised word a toponym, and every number a claim. Texts can ask it for trouble.

    ``gate``: articles with GATE in them wait until this file is there. ``once``: who is asked to fall does so where
    this file is not there, and makes it.
    """

    pause: float = 0.0
    label: str = "1"
    gate: str = ""
    once: str = ""

    def find_files(self, inputs: Iterable[str | Path]) -> Iterator[Path]:
        return find_files(inputs)

    def records_of(self, path: Path, data: bytes) -> Iterable[tuple[str, dict[str, Any]]]:
        return records_of(path, data)

    def describe(self) -> dict[str, str]:
        return {"stand-in": self.label}

    def prepare(self) -> None:
        pass

    def __call__(self, where: str, fields: dict[str, Any]) -> Rows:
        article = article_from(where, fields)
        time.sleep(self.pause)
        while self.gate and "GATE" in article.text and not Path(self.gate).exists():
            time.sleep(0.02)
        if "PLEASE CRASH" in article.text:
            raise IndexError(f"secret of {article.text}")
        if "PLEASE DIE" in article.text:
            os.abort()
        if "PLEASE EXIT" in article.text:
            os._exit(3)
        if "PLEASE GROW" in article.text:
            bytearray(2**40)
        while "PLEASE SPIN" in article.text:
            pass
        while "PLEASE WAIT" in article.text:
            time.sleep(3600)
        if self.once and "PLEASE FALL" in article.text and not Path(self.once).exists():
            Path(self.once).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        toponyms = [
            {
                "article": article.id, "where": where, "start": m.start(), "end": m.end(), "text": m.group(),
                "kind": "literal", **PLACE, "lat": 58.0 + len(m.group()) / 10, "lon": 27.0 - m.start() % 7,
                "population": None, "score": 0.5, "place_source": "geonames", "approximate": False,
                "alternatives": [], "why_not": None,
            }
            for m in re.finditer(r"\b[A-ZÄÖÜÕ]\w+", article.text)
        ]  # fmt: skip
        claims = [
            {
                "id": f"{article.id}-{m.start()}", "article": article.id, "where": where, "kind": "area",
                "quote": m.group(), "start": m.start(), "end": m.end(), "si": float(m.group()), "polarity": "affirmed",
                "modality": "asserted", "checkable": True, "published_on": article.published_on, "subject": ["Aa"],
                "lat": None, "lon": None,
            }
            for m in re.finditer(r"\d+", article.text)
        ]  # fmt: skip
        return Rows(toponyms, claims)


def main() -> None:
    # not the one of __main__: the processes that do the work have another
    from corpus_standin import StandIn

    from geomap.corpus import Certificates, Limits, write_corpus

    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--scheduler")
    parser.add_argument("--certificates", type=Path)
    parser.add_argument("--pause", type=float, default=0.0)
    parser.add_argument("--part-records", type=int, default=20)
    parser.add_argument("--gate", default="")
    parser.add_argument("--article-seconds", type=int, default=600)
    given = parser.parse_args()
    certificates = given.certificates and Certificates(
        authority=given.certificates / "ca.pem",
        certificate=given.certificates / "cert.pem",
        key=given.certificates / "key.pem",
    )
    try:
        write_corpus(
            given.inputs,
            given.folder,
            StandIn(given.pause, gate=given.gate),
            workers=given.workers,
            scheduler=given.scheduler,
            certificates=certificates,
            part_records=given.part_records,
            # by the clock, a process may get nothing done for long on a busy machine
            limits=Limits(article_seconds=given.article_seconds, waiting_factor=100),
            say=lambda line: print(line, file=sys.stderr, flush=True),
        )
    except GeomapError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
