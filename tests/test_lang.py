"""geomap/lang: which languages there are, their tables, and languages that come at run time."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomap.errors import InputError
from geomap.lang import further, kept, languages, table


def test_a_language_is_there_when_its_folder_is() -> None:
    assert {"en", "uk"} <= set(languages("claims"))
    assert languages("riddles") == ()


def test_a_table_is_what_its_file_says() -> None:
    assert table("en", "claims")["numbers"]["words"]["seven"] == 7
    assert table("uk", "claims")["numbers"]["decimal_comma"] is True


def test_an_unknown_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"'tlh'.*claims\.toml: en, uk"):
        table("tlh", "claims")


def test_a_further_folder_comes_and_goes(tmp_path: Path) -> None:
    made = []

    @kept
    def derived() -> tuple[str, ...]:
        made.append(1)
        return languages("claims")

    before = derived()
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "claims.toml").write_text("[numbers.words]\nuno = 1\n", "utf-8")
    with further(tmp_path):
        assert derived() == derived() == tuple(sorted([*before, "toy"]))
        assert table("toy", "claims")["numbers"]["words"] == {"uno": 1}
    assert derived() == before
    assert len(made) == 3
    with pytest.raises(InputError, match="toy"):
        table("toy", "claims")


def test_a_broken_file_says_where(tmp_path: Path) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "claims.toml").write_text("[numbers\n", "utf-8")
    with further(tmp_path), pytest.raises(InputError, match=r"toy/claims\.toml: .*line 1"):
        table("toy", "claims")
