"""How a name is used: the place, its government, part of a body's name. Sentences are this project's own."""

from __future__ import annotations

import pytest

from geomap.gazetteer import Gazetteer, read_gazetteer
from geomap.models import Article, MentionKind, Span
from geomap.toponyms import find_toponyms


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return read_gazetteer()


LITERAL, ASSOCIATIVE = MentionKind.LITERAL, MentionKind.ASSOCIATIVE


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[TRIPOLI] Gunmen held the port on Friday.", LITERAL),
        ("[GROZNY], Russia - Two buses burned.", LITERAL),
        ("Rockets fell. \n\n[US] officials kept silent.", ASSOCIATIVE),
        ("Four [U.S.] warplanes took off.", ASSOCIATIVE),
        ("She was born in the [U.S.] in 1990.", LITERAL),
        ("Ships left [U.S.] waters.", LITERAL),
        ("The [U.S.] Geological Survey put it at 5.6.", ASSOCIATIVE),
        ("A [Los Angeles] Police Department car was hit.", ASSOCIATIVE),
        ("He was taken to [Donetsk] Central Hospital.", LITERAL),
        ("[Alberta] Premier Ann Low flew there.", ASSOCIATIVE),
        ("The uprising against [Ankara] goes on.", ASSOCIATIVE),
        ("Soldiers marched against the wind near [Ankara].", LITERAL),
        ("Its old ally [Iran] sent drones.", ASSOCIATIVE),
        ("Paris called on [Syria] to stop.", ASSOCIATIVE),
        ("The tunnel under the border with [Mexico] was shut.", LITERAL),
        ("[Russia], Turkey and Iran agreed on a truce.", ASSOCIATIVE),
        ("Russia, [Turkey] and Iran agreed on a truce.", ASSOCIATIVE),
        ("Strikes in Syria, [Iraq] and Libya have killed 40.", LITERAL),
        ("The plan was praised by [Turkey]'s Deputy Prime Minister.", ASSOCIATIVE),
        ("The storm reached [Fiji]'s main island.", LITERAL),
    ],
)
def test_kinds(gazetteer: Gazetteer, text: str, kind: MentionKind) -> None:
    start, end = text.index("["), text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    article = Article(id="a", text=plain, spans=(Span(start=start, end=end),))
    assert [t.kind for t in find_toponyms(article, gazetteer)] == [kind]
