"""control/statuses.py: what the words of a map say of its ground."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from geomap.control.statuses import party_key, read_status
from geomap.models import Status

TABLE = tomllib.loads(Path(__file__).with_name("statuses.toml").read_text(encoding="utf-8"))
PHRASES = [
    (phrase, status)
    for language in ("en", "uk", "ru")
    for status, phrases in TABLE[language].items()
    for phrase in phrases
]


def test_the_table_is_long_enough() -> None:
    assert len(PHRASES) >= 200
    assert len({phrase for phrase, _ in PHRASES}) == len(PHRASES)


@pytest.mark.parametrize(("phrase", "status"), PHRASES)
def test_phrases_mean_what_their_makers_meant(phrase: str, status: str) -> None:
    said = read_status(phrase)
    assert (None if said is None else str(said.status)) == (None if status == "refused" else status)
    assert said is None or said.holder is None


@pytest.mark.parametrize(("phrase", "holder"), TABLE["holders"].items())
def test_phrases_name_who_has_the_ground(phrase: str, holder: str) -> None:
    said = read_status(phrase)
    assert said is not None
    assert (said.status, said.holder) == (Status.HELD, holder)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("rebels", "the rebel", True),
        ("Government", "government", True),
        ("урядом", "уряду", True),
        ("Росією", "Росії", True),
        ("правительством", "правительства", True),
        ("повстанцями", "повстанців", True),
        ("Нігером", "Нігерією", False),
        ("Niger", "Nigeria", False),
        ("north", "south", False),
    ],
)
def test_forms_of_one_party_share_a_key(one: str, other: str, same: bool) -> None:
    assert (party_key(one) == party_key(other)) is same


def test_a_party_that_is_denied_or_left_is_no_holder() -> None:
    for phrase in ("not held by rebels", "no longer under Russian control", "retaken from the army"):
        said = read_status(phrase)
        assert said is not None
        assert (said.status, said.holder) == (Status.FREE, None)


def test_two_parties_in_one_phrase_are_refused() -> None:
    assert read_status("held by rebels, controlled by the army") is None
