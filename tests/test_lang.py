"""geomap/lang: which languages there are, their tables, and languages that come at run time."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomap.errors import InputError
from geomap.lang import further, kept, languages, names, table


def test_a_language_is_there_when_its_folder_is() -> None:
    assert {"en", "uk"} <= set(languages("claims"))
    assert languages("riddles") == ()


def test_a_table_is_what_its_file_says() -> None:
    assert table("en", "claims")["numbers"]["words"]["seven"] == 7
    assert table("uk", "claims")["numbers"]["decimal_comma"] is True


def test_an_unknown_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"'tlh'.*claims\.toml: .*en.*uk"):
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


def test_names_of_all_languages_are_read_together() -> None:
    assert names.feature_words()["region"] == names.feature_words()["область"] == "region"
    assert names.demonyms()["ukrainians"] == (names.COUNTRY, "UA")
    assert names.demonyms()["chechen"] == (names.PLACE, "Chechnya")
    assert "chineses" not in names.demonyms()
    assert names.shared_demonyms()["georgian"] == "Georgia"
    assert names.abbreviations()["N.Y."] == names.postal_codes()["NY"] == ("US", "New York")
    assert names.seats()["kremlin"] == ("Moscow", "RU")
    assert names.stand_ins()["idf"] == "IL"


def test_a_list_that_nothing_reads_is_refused(tmp_path: Path) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "names.toml").write_text('[words]\ntitels = ["don"]\n', "utf-8")
    with further(tmp_path), pytest.raises(InputError, match=r"toy/names\.toml: found a list 'titels'; .*titles"):
        names.word_lists()


def test_lists_of_a_further_language_join_the_others(tmp_path: Path) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "names.toml").write_text('[words]\ntitles = ["don"]\n[features]\nriver = ["rio"]\n', "utf-8")
    with further(tmp_path):
        assert {"don", "mayor"} <= names.word_lists().titles
        assert names.feature_words()["rio"] == "river"
    assert "rio" not in names.feature_words()
