"""Short dispatches from everywhere: names that English papers spell their own way, in texts of one or two lines.

The recogniser learns from American local news; what it must do is world news, where a name is often an alternate
spelling, the text short and the place small. Written by the lead: keep every line passing (train on texts of your own
that are not these: templates filled with gazetteer names of all countries, alternates included, would do).
"""

from __future__ import annotations

import pytest

from geomap.gazetteer import Gazetteer, read_gazetteer
from geomap.models import Article, MentionKind
from geomap.toponyms import find_toponyms, resolve_toponyms

LINES = [
    ("Fighting near Izium.", {"Izium": "UA"}),
    ("The column drove from Izium to Kharkiv.", {"Izium": "UA", "Kharkiv": "UA"}),
    ("The army took Lyman on 1 October 2022, the ministry said.", {"Lyman": "UA"}),
    ("Kupiansk lies 61 km northeast of Izium, an officer said.", {"Kupiansk": "UA", "Izium": "UA"}),
    ("Rebels seized Goma on Tuesday and moved towards Bukavu.", {"Goma": "CD", "Bukavu": "CD"}),
    ("Flooding hit Bhola and Barisal in southern Bangladesh.", {"Bhola": "BD", "Barisal": "BD", "Bangladesh": "BD"}),
    ("The RSF captured El Fasher after a siege of a year.", {"El Fasher": "SD"}),
    ("Troops withdrew from Wad Madani and Sennar.", {"Wad Madani": "SD", "Sennar": "SD"}),
    ("Militants held Palma, in Cabo Delgado, for ten days.", {"Palma": "MZ", "Cabo Delgado": "MZ"}),
    ("Saraqib and Maarat al-Numan fell within a week.", {"Saraqib": "SY", "Maarat al-Numan": "SY"}),
    ("The junta lost Lashio and Laukkai to the alliance.", {"Lashio": "MM", "Laukkai": "MM"}),
    ("The fire has burned 40,000 acres between Oroville and Paradise, California.",
     {"Oroville": "US", "Paradise": "US", "California": "US"}),
    ("Evacuees from Jasper were sent to Hinton and Edmonton, Alberta.",
     {"Jasper": "CA", "Hinton": "CA", "Edmonton": "CA", "Alberta": "CA"}),
    ("The quake struck 35 km southwest of Port-au-Prince at a depth of 10 km.", {"Port-au-Prince": "HT"}),
    ("Families fled to Mazar-i-Sharif; the Taliban held the road.", {"Mazar-i-Sharif": "AF"}),
    ("The ferry sank off Zamboanga in the southern Philippines.", {"Zamboanga": "PH", "Philippines": "PH"}),
    ("Ministers met in London on Friday to discuss the budget.", {"London": "GB"}),
    ("The talks in Athens ended without a deal.", {"Athens": "GR"}),
    ("The pope prayed in Rome for the dead.", {"Rome": "IT"}),
    ("The convoy left Deir ez-Zor on Monday.", {"Deir ez-Zor": "SY"}),
    ("The blaze near Alexandroupolis is the largest in the EU on record.", {"Alexandroupolis": "GR"}),
    ("Water covered 2,000 square kilometres around Larkana and Sukkur.", {"Larkana": "PK", "Sukkur": "PK"}),
    ("Houthi fighters entered Hodeidah and Taiz.", {"Hodeidah": "YE", "Taiz": "YE"}),
    ("Azerbaijan said it had taken Shusha, south of Stepanakert.", {"Azerbaijan": "AZ", "Shusha": "AZ"}),
    ("Tigrayan forces retook Mekelle and Lalibela.", {"Mekelle": "ET", "Lalibela": "ET"}),
    ("Sinjar and Tal Afar lie west of Mosul.", {"Sinjar": "IQ", "Tal Afar": "IQ", "Mosul": "IQ"}),
    ("Villages north of Kyaukme were burned.", {"Kyaukme": "MM"}),
    ("The Brahmaputra broke its banks near Guwahati, in Assam.", {"Guwahati": "IN", "Assam": "IN"}),
    ("Loggers cleared 300 hectares near Altamira, in the state of Pará.", {"Altamira": "BR"}),
    ("A dam burst above Derna flooded a quarter of the city.", {"Derna": "LY"}),
    ("Villagers fled Bakhmut and Soledar for Dnipro.", {"Bakhmut": "UA", "Soledar": "UA", "Dnipro": "UA"}),
    ("Avdiivka, Vuhledar and Kurakhove had fallen by the end of the year.",
     {"Avdiivka": "UA", "Vuhledar": "UA", "Kurakhove": "UA"}),
    ("Shells fell on Khan Younis and Rafah in the Gaza Strip.", {"Khan Younis": "PS", "Rafah": "PS"}),
    ("Soldiers pushed 12 km north from Tyre, in southern Lebanon.", {"Tyre": "LB", "Lebanon": "LB"}),
    ("The glacier lost ice above Zermatt.", {"Zermatt": "CH"}),
    ("Peat fires spread around Palangkaraya on Borneo.", {"Palangkaraya": "ID"}),
    ("Boko Haram raided Maiduguri and Damaturu.", {"Maiduguri": "NG", "Damaturu": "NG"}),
]  # fmt: skip

QUIET = [
    "Jackson said that Lyman, his brother, had paid for the house.",
    "Paris Hilton and Jordan Peele met Sydney Sweeney.",
    "The Reading list for Hope College is long; Bath salts are not on it.",
    "Mr Washington told the court that Mrs London was not at home.",
    "Turkey and stuffing will be served at noon.",
    "Chelsea scored twice before half-time.",
]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return read_gazetteer()


@pytest.mark.parametrize(("text", "expected"), LINES, ids=[t[:30] for t, _ in LINES])
def test_names_are_found_and_placed(gazetteer: Gazetteer, text: str, expected: dict[str, str]) -> None:
    article = Article(id="line", text=text)
    found = resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)
    got = {t.text: t.place.country if t.place else t.why_not for t in found if t.kind is not MentionKind.DEMONYM}
    assert {name: got.get(name, "not found") for name in expected} == expected


def test_people_clubs_and_dishes_are_no_places(gazetteer: Gazetteer) -> None:
    literal = 0
    for text in QUIET:
        article = Article(id="line", text=text)
        literal += sum(t.kind is MentionKind.LITERAL for t in find_toponyms(article, gazetteer))
    assert literal <= 2, "a person, a club or a dish was taken for a place more than twice"


def test_a_seat_is_meant_by_a_spelling_that_only_its_region_has(gazetteer: Gazetteer) -> None:
    article = Article(id="line", text="Shells fell on Zaporizhia overnight and the lights went out.")
    found = resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)
    assert [t.place.feature for t in found if t.place] == ["P.PPLA"]


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("Rain fell in Tbilisi, Georgia, and in Atlanta, Georgia.", ["GE", "GE", "US", "US"]),
        ("Cambridge, Massachusetts, and Cambridge, England, are twins of a kind.", ["US", "US", "GB", "GB"]),
        ("Police in St Petersburg, Russia, and St. Petersburg, Fla., made arrests.", ["RU", "RU", "US", "US"]),
        ("Envoys of Iran, Russia and China met in Vienna, Austria.", ["IR", "RU", "CN", "AT", "AT"]),
    ],
)
def test_what_follows_a_comma_tells_namesakes_apart(gazetteer: Gazetteer, text: str, countries: list[str]) -> None:
    article = Article(id="line", text=text)
    found = resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)
    assert [t.place.country for t in found if t.place] == countries


def test_a_region_that_opens_the_sentence_holds_the_town(gazetteer: Gazetteer) -> None:
    text = "Kupiansk and Balakliia in the Kharkiv region were retaken. In the Donetsk region, Lyman was held."
    article = Article(id="line", text=text)
    found = resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)
    assert [t.place.admin1 for t in found if t.place and t.text == "Lyman"] == ["Donetsk"]


@pytest.mark.parametrize(
    ("text", "name", "feature"),
    [
        ("Envoys met in New York on Friday.", "New York", "P."),
        ("Snow fell on Buffalo, New York, and on Erie, Pennsylvania.", "New York", "A.ADM1"),
        ("Barges ran aground on the Tennessee River near Chattanooga.", "Tennessee River", "H.STM"),
        ("Flights to the island of Menorca were late.", "Menorca", "T.ISL"),
    ],
)
def test_city_region_river_or_island(gazetteer: Gazetteer, text: str, name: str, feature: str) -> None:
    article = Article(id="line", text=text)
    found = resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)
    assert [t.place.feature[: len(feature)] for t in found if t.place and t.text == name] == [feature]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("In the Donetsk region, Lyman remained in Russian hands.", ["Donetsk region", "Lyman"]),
        ("Lyman was retaken by the army on Saturday.", ["Lyman"]),
        ("The governor said that Barry has been shelled for weeks.", ["Barry"]),
        ("Mr. Lyman remained in good hands after the operation.", []),
        ("Tom Barry was occupied with the harvest.", []),
    ],
)
def test_what_is_held_or_retaken_is_a_town(gazetteer: Gazetteer, text: str, names: list[str]) -> None:
    found = find_toponyms(Article(id="line", text=text), gazetteer)
    assert [t.text for t in found if t.kind is not MentionKind.DEMONYM] == names


def test_a_town_is_no_witness_to_itself_under_another_name(gazetteer: Gazetteer) -> None:
    text = "Clinics look out for fever in pilgrims who return from Mecca and Medina. Kuwait banned imports of camels."
    article = Article(id="line", text=text)
    found = resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)
    assert [t.place.country for t in found if t.place] == ["SA", "SA", "KW"]
