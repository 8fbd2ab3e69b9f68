"""A seeded part of what ``tools/break.py`` tries: every structured input, each field of each wrong type."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from pathlib import Path

import pytest
from command import assert_refused, run

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import mutations  # noqa: E402
import text_growth as growth  # noqa: E402

EACH = 60
"""Changed texts of each input: all 33,000 take minutes, and run in ``tools/break.py``."""


@pytest.mark.parametrize("given", mutations.INPUTS, ids=lambda i: i.name)
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


@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern", ["said Kyiv ", "Kyiv-", "Kyiv's ", "5 km from Kyiv ", "Izium and Kyiv, ", "half of Ukraine "]
)
def test_twice_the_text_takes_twice_as_long(pattern: str) -> None:
    places = growth.gazetteer()
    growth.seconds(pattern, 2_000, places)
    # four times the text: a quadratic step takes sixteen times as long, a busy machine half as much again
    small, large = (min(growth.seconds(pattern, size, places) for _ in range(2)) for size in (25_000, 100_000))
    assert large < 8 * max(small, 0.05)


def test_an_article_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from geomap import pipeline

    path = tmp_path / "endless.txt"
    path.write_text("Kyiv")

    def endless(*given: object) -> None:
        while True:
            pass

    def hungry(*given: object) -> list[bytes]:
        return [bytes(2**33)]

    monkeypatch.setattr(pipeline, "toponyms_of", endless)
    for command in ("check", "toponyms", "review", "report"):
        line = assert_refused(run("--article-seconds", 1, command, path))
        assert "endless.txt: took more than 1 s" in line
        assert "--article-seconds" in line
    monkeypatch.setattr(pipeline, "toponyms_of", hungry)
    assert "endless.txt: took more than 8 GB" in assert_refused(run("check", path))


# ── the other sets, a part of each ───────────────────────────────────────────────────────────────────────────

breaking = import_module("break")  # its name is a word of the language


@pytest.mark.slow
def test_a_power_cut_is_noticed() -> None:
    count = breaking.Count("power")
    breaking.power(count)
    assert count.tried >= 60
    assert count.failed == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["review", "corpus"])
def test_a_command_that_is_killed_leaves_the_old_or_the_new(name: str) -> None:
    count = breaking.Count("kills")
    breaking.kills(count, times=3, seed=20, only=name)
    assert count.tried >= 6
    assert count.failed == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["review", "corpus"])
def test_two_runs_side_by_side_write_one_result(name: str) -> None:
    count = breaking.Count("beside")
    breaking.beside(count, only=name)
    assert count.tried == 2
    assert count.failed == []


def test_what_fails_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    count = breaking.Count("words")
    count.note(True, "right")
    count.note(False, "wrong")
    assert count.told() == "words: 2 tried, 1 passed"
    assert "FAILED wrong" in capsys.readouterr().out
