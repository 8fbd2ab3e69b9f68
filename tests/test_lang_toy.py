"""A language that comes as a folder at run time is read with no code touched: an area, a distance, who took what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from geomap.claims.language import language_of
from geomap.gazetteer import Gazetteer
from geomap.lang import further
from geomap.measure import open_gazetteer
from geomap.models import Article, Claim, ClaimKind, Compass, Predicate, Qualifier
from geomap.pipeline import claims_of, toponyms_of

TELLING = """
words = ["la", "estas", "kaj", "de", "en", "al", "on", "kaptis", "kilometroj", "kvadrataj", "for", "pli", "urbo"]
"""
CLAIMS = """
[numbers]
decimal_comma = true
[numbers.words]
kvin = 5
[numbers.scales]
mil = 1000
[units]
km = ["kilometroj"]
km2 = ["kvadrataj kilometroj"]
[qualifiers.before]
more_than = ["pli ol"]
[winds]
SE = ["sudoriente"]
[words]
determiners = ["la"]
articles = ["la"]
prepositions = ["de", "en", "al"]
located_verbs = ["situas"]
in_words = ["en"]
of_words = ["de"]
forces = ["trupoj", "soldatoj"]
conflict_strong = ["artilerio"]
[tables.from]
from = ["for de"]
"""
FRAMES = """
[words]
belongs = ["de"]
[verbs]
kaptis = { means = "captured", place = "object", guard = "party", example = "{La trupoj} kaptis [Kharkiv]." }
"""
NAMES = """
[words]
locatives = ["en", "de", "al"]
lower_features = ["regiono"]
[features]
region = ["regiono"]
"""


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return open_gazetteer()


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[None]:
    folder = tmp_path / "toy"
    folder.mkdir()
    (folder / "telling.toml").write_text(TELLING, "utf-8")
    (folder / "claims.toml").write_text(CLAIMS, "utf-8")
    (folder / "names.toml").write_text(NAMES, "utf-8")
    (folder / "frames.toml").write_text(FRAMES, "utf-8")
    with further(tmp_path):
        yield


def read(text: str, gazetteer: Gazetteer) -> list[Claim]:
    article = Article(id="toy", text=text)
    return claims_of(article, toponyms_of(article, gazetteer), gazetteer)


@pytest.mark.usefixtures("toy")
def test_the_language_is_told_by_its_commonest_words() -> None:
    assert language_of("La trupoj estas en la urbo.").code == "toy"
    assert language_of("The troops are in the town.").code == "en"
    assert language_of("Війська стоять у місті.").code == "uk"


@pytest.mark.usefixtures("toy")
def test_an_area_is_read(gazetteer: Gazetteer) -> None:
    (claim,) = read("La fajro bruligis pli ol kvin mil kvadrataj kilometroj en Kharkiv regiono.", gazetteer)
    assert claim.kind is ClaimKind.AREA
    assert claim.value is not None
    assert (claim.value.number, claim.value.unit, claim.value.qualifier) == (5000, "km2", Qualifier.MORE_THAN)
    assert claim.region is not None
    assert claim.region.text == "Kharkiv regiono"
    assert claim.region.place is not None
    assert claim.region.place.feature == "A.ADM1"


@pytest.mark.usefixtures("toy")
def test_a_distance_is_read(gazetteer: Gazetteer) -> None:
    (claim,) = read("Izium situas 120 kilometroj sudoriente for de Kharkiv en Ukraine.", gazetteer)
    assert claim.kind is ClaimKind.DISTANCE
    assert claim.value is not None
    assert (claim.value.number, claim.value.unit, claim.direction) == (120, "km", Compass.SE)
    assert [m.text for m in claim.subject] == ["Izium"]
    assert claim.reference is not None
    assert claim.reference.text == "Kharkiv"


@pytest.mark.usefixtures("toy")
def test_who_took_what_is_read(gazetteer: Gazetteer) -> None:
    (claim,) = read("La trupoj de Ukraine kaptis Kharkiv. La artilerio estas en la urbo.", gazetteer)
    assert (claim.kind, claim.predicate) == (ClaimKind.CONTROL, Predicate.CAPTURED)
    assert [m.text for m in claim.subject] == ["Kharkiv"]
    assert claim.actor == "La trupoj de Ukraine"


def test_without_the_folder_it_is_not(gazetteer: Gazetteer) -> None:
    assert not read("La fajro bruligis pli ol kvin mil kvadrataj kilometroj en Kharkiv regiono.", gazetteer)
