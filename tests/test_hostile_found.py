"""Cases that fuzzing found and that were mended, and a short run of the fuzzer itself."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import fuzz  # noqa: E402

FOUND = sorted((ROOT / "tests" / "fuzz_cases").glob("*.bin"))


@pytest.mark.parametrize("path", FOUND, ids=lambda p: p.stem)
def test_found_cases_stay_mended(path: Path) -> None:
    fuzz.one(bytes([fuzz.number_of(path)]) + path.read_bytes())


def test_a_thousand_fresh_cases() -> None:
    for case in islice((c for c in fuzz.cases(20) if fuzz.TARGETS[c[0]][0] not in fuzz.SLOW), 1_000):
        fuzz.one(case)


def test_the_fuzzer_sees_a_crash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(data: bytes) -> None:
        raise IndexError("found")

    monkeypatch.setattr(fuzz, "TARGETS", [("broken", broken, [b"x"])])
    assert fuzz.run(1, 0, tmp_path / "found", most=5) == 1
    assert len(list((tmp_path / "found").iterdir())) == 1
