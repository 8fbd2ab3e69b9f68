"""Parties: every name and people of a country is one, no two are one; groups by all their spellings."""

from __future__ import annotations

import csv
from itertools import combinations
from pathlib import Path

import pytest

from geomap.gazetteer import Gazetteer
from geomap.measure import open_gazetteer
from geomap.parties import Party, PartyKind, is_government, is_rebels, parties_in, party_of, rows, same, state

ROOT = Path(__file__).resolve().parent.parent
NOBODYS = {"AQ"}
"""Antarctica: no party's."""
CODES = {"Niger": "NE", "Nigerien": "NE", "Nigeria": "NG", "Nigerian": "NG", "Mali": "ML", "Malian": "ML",
         "Russia": "RU", "Russian": "RU", "Syria": "SY", "Syrian": "SY", "Sudan": "SD", "Sudanese": "SD",
         "Turkey": "TR", "Turkish": "TR", "Ukraine": "UA", "Ukrainian": "UA", "Kyiv": "UA", "Iraq": "IQ",
         "Iraqi": "IQ", "Afghan": "AF"}  # fmt: skip


def read(words: str, home: str | None = None) -> Party | None:
    return party_of(words, CODES.get, home)


def key(words: str, home: str | None = None) -> str | None:
    party = read(words, home)
    return party.key if party else None


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return open_gazetteer()


@pytest.fixture(scope="module")
def countries(gazetteer: Gazetteer) -> dict[str, set[str]]:
    """Country code -> its name and every demonym of it in the gazetteer's data."""
    names: dict[str, set[str]] = {}
    for code, place_id in gazetteer.country_ids.items():
        place = gazetteer.place(place_id)
        if place is not None and place.country and code not in NOBODYS:
            names.setdefault(code, set()).add(place.name)
    with (ROOT / "data" / "gazetteer" / "demonyms.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["target"] in names:
                names[row["target"]] |= set(row["demonyms"].split("|"))
    return names


def test_every_country_is_one_party_by_each_of_its_names(countries: dict[str, set[str]], gazetteer: Gazetteer) -> None:
    assert len(countries) > 240
    for code, names in countries.items():
        for name in names:
            for words in (name, f"{name} forces", f"the {name} army", f"{name}'s troops"):
                party = party_of(words, gazetteer.nation)
                assert party is not None, words
                assert (party.key, party.country) == (code, code), (words, party)


def test_no_two_countries_are_one_party(countries: dict[str, set[str]], gazetteer: Gazetteer) -> None:
    parties = {code: party_of(min(names), gazetteer.nation) for code, names in countries.items()}
    for one, other in combinations(parties, 2):
        assert same(parties[one], parties[other]) is False, (one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Niger", "Nigeria"),
        ("Nigerien troops", "Nigerian troops"),
        ("Austria", "Australia"),
        ("Austrian", "Australian"),
        ("Guinea", "Guinea-Bissau"),
        ("Guinean", "Equatorial Guinean"),
        ("Guinea", "Papua New Guinea"),
        ("Congo", "Republic of the Congo"),
        ("Dominica", "Dominican Republic"),
        ("North Korea", "South Korea"),
        ("North Korean", "South Korean"),
        ("Sudan", "South Sudan"),
        ("Sudanese army", "South Sudanese army"),
        ("Slovakia", "Slovenia"),
        ("Iran", "Iraq"),
        ("Iranian", "Iraqi"),
        ("Mali", "Malawi"),
        ("Mauritania", "Mauritius"),
        ("Samoa", "American Samoa"),
        ("China", "Taiwan"),
    ],
)
def test_countries_that_sound_alike_are_two(one: str, other: str, gazetteer: Gazetteer) -> None:
    first, second = (party_of(words, gazetteer.nation) for words in (one, other))
    assert first is not None
    assert second is not None
    assert same(first, second) is False


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row["key"])
def test_every_spelling_of_a_group_is_its_party(row: dict[str, str]) -> None:
    wanted = row["side"] or row["key"]
    for name in row["names"].split("|"):
        for words in (name, f"the {name}", f"{name}'s fighters", f"Syrian and {name} forces"):
            assert key(words) == wanted, words


def test_groups_are_told_apart_by_capitals_where_words_are_common() -> None:
    assert key("what is left") is None
    assert key("IS fighters") == "is"
    assert parties_in("THE TOWN IS BURNING", CODES.get) == []
    assert [p.key for _, _, p in parties_in("Troops from Mali and the RSF met", CODES.get)] == ["ML", "rsf"]
    assert key("un-named soldiers") is None
    assert key("wagner") is None
    keys = [row["key"] for row in rows()]
    names = [name for row in rows() for name in row["names"].split("|")]
    assert len(keys) == len(set(keys))
    assert len(names) == len(set(names))
    assert {row["kind"] for row in rows()} == {"army", "group", "ruler", "alliance"}


@pytest.mark.parametrize(("words", "code"), [("the Kremlin", "RU"), ("Downing Street", "GB"), ("IDF troops", "IL"),
                                             ("Кремль", "RU"), ("the Pentagon's", "US")])  # fmt: skip
def test_seats_of_government_are_the_country(words: str, code: str) -> None:
    assert key(words) == code


def test_the_nameless_are_parties_of_the_country_of_the_conflict() -> None:
    assert key("government forces", "SD") == "SD"
    assert key("the rebels", "SD") == "rebels:SD"
    assert key("the rebels") is None
    assert key("government forces") is None
    assert key("Syrian rebels") == "rebels:SY"
    assert key("anti-government fighters", "SY") == "rebels:SY"
    assert is_rebels("the insurgents")
    assert not is_government("anti-government fighters")
    assert is_government("the government's troops")
    rebels, army = read("the rebels", "SD"), read("government forces", "SD")
    assert same(rebels, army) is False
    # which of a country's groups rebels are is not said
    assert same(rebels, read("RSF")) is None
    assert same(read("RSF"), army) is False
    assert same(read("SAF"), army) is True


def test_who_is_backed_is_on_the_side_of_who_backs() -> None:
    for words in ("Russia-backed separatists", "pro-Russian separatists", "Russian-led forces", "DPR", "Wagner"):
        assert same(read(words), state("RU")) is True, words
    assert same(read("Turkish-backed rebels"), state("SY")) is None


def test_what_cannot_be_told_is_not_guessed() -> None:
    assert same(read("NATO"), state("US")) is None
    assert same(read("Taliban"), read("Afghan forces")) is None
    assert same(read("Taliban"), state("RU")) is False
    assert same(None, state("RU")) is None
    assert same(Party(key="zork", kind=PartyKind.NAMED), state("RU")) is None
    assert read("") is None
    assert read("the army") is None
    assert same(read("the Zork brigade"), read("Zork's fighters")) is True
    assert same(read("Zork"), state("RU")) is None
