"""A seeded part of what ``tools/break.py`` tries: every structured input, each field of each wrong type."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import mutations  # noqa: E402

EACH = 60
"""Changed texts of each input: all 33,000 take minutes, and run in ``tools/break.py``."""


MENDING = ("rules", "events CSV", "events JSON", "GeoJSON maps", "GeoJSON maps without simdjson")


@pytest.mark.parametrize("given", [i for i in mutations.INPUTS if i.name not in MENDING], ids=lambda i: i.name)
def test_a_wrong_field_is_refused_or_understood(given: mutations.Input) -> None:
    share = EACH / sum(1 for _ in given.changes())
    tried, failures = 0, {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for text in mutations.sample(given, share, seed=20):
            tried += 1
            if (wrong := mutations.failure(given, text)) is not None:
                failures.setdefault(wrong, text[:500])
    assert tried > EACH / 3
    assert not failures


def test_enough_is_tried() -> None:
    assert sum(1 for given in mutations.INPUTS for _ in given.changes()) >= 20_000


def test_a_traceback_is_seen() -> None:
    def broken(text: str) -> None:
        raise IndexError(text)

    wrong = mutations.failure(mutations.Input("broken", lambda: iter("x"), str, broken), "x")
    assert wrong is not None
    assert wrong.startswith("IndexError at ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[settings]\nheld = 5\n", "held: unknown"),
        ("[settings]\nabout = -0.1\n", "about: found -0.1"),
        ("[settings]\nnear_part_factor = 0\n", "near_part_factor: found 0"),
        ("[settings]\ndozens = [99, 24]\n", "smaller number first"),
        ("[settings]\ndozens = [24]\n", "dozens"),
        ("[settings]\nnear_fits_km = 40\n", "near_fits_km"),
        ("[settings]\nabout = true\n", "about is of type bool; expected float"),
        ("[settings]\nabout = nan\n", "about: found nan"),
        (f"[settings]\nmap_gap_days = {'9' * 5000}\n", "not TOML"),
        ("[[settings]]\nabout = 0.1\n", "[settings] is of type list"),
        ("[style]\nunits = [{a = 1}]\n", "units[0] is of type object; expected str"),
        ("style = 5\n", "[style] is of type int"),
    ],
)  # fmt: skip
def test_a_houses_file_says_what_is_wrong_where(tmp_path: Path, text: str, said: str) -> None:
    from geomap.config import read_config
    from geomap.errors import InputError

    path = tmp_path / "geomap.toml"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        read_config(path)
    assert said in str(refused.value)
    assert str(refused.value).startswith(str(path))
