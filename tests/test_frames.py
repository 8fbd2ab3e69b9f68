"""The reader of frames: every entry of ``frames.toml`` by its example, and the parts that the reading is made of."""

from __future__ import annotations

import re

import numpy as np
import pytest

from geomap.claims import extract_claims
from geomap.claims.frames.lexicon import Frame, forms_of, frames_of
from geomap.claims.frames.scorer import WEIGHTS, choose, read_weights, reasons
from geomap.claims.frames.tags import tag
from geomap.claims.frames.trees import grow
from geomap.errors import InputError
from geomap.lang import further
from geomap.measure import open_gazetteer
from geomap.models import Article, Claim, MentionKind, Place, Polarity, Toponym
from geomap.toponyms import find_toponyms, resolve_toponyms

FRAMES = frames_of("en")
assert FRAMES is not None
CLAIMING = [frame for frame in FRAMES.entries if frame.kind != "nothing"]
_MARK = re.compile(r"\[([^\]]+)\]|\{([^}]+)\}|<([^>]+)>")


GAZETTEER = open_gazetteer()


def read_example(example: str) -> tuple[str, list[Toponym], list[str]]:
    """An example's text, its toponyms (those that geomap finds, and the places marked), and the names marked."""
    text, own, at = "", list[Toponym](), 0
    for m in _MARK.finditer(example):
        text += example[at : m.start()]
        words = m.group(1) or m.group(2) or m.group(3)
        if m.group(1):
            own.append(toponym(words, len(text)))
        text += words
        at = m.end()
    text += example[at:]
    article = Article(id="t", text=text)
    found = resolve_toponyms(article, find_toponyms(article, GAZETTEER), GAZETTEER)
    others = [t for t in found if not any(t.start < o.end and o.start < t.end for o in own)]
    return text, [*own, *others], [t.text for t in own]


def toponym(name: str, at: int) -> Toponym:
    place = Place(id=f"test:{name}", name=name, lat=1.0, lon=2.0, feature="P.PPL")
    return Toponym(article="t", start=at, end=at + len(name), text=name, kind=MentionKind.LITERAL, place=place)


def claims_in(text: str, toponyms: list[Toponym]) -> list[Claim]:
    return extract_claims(Article(id="t", text=text), toponyms)


def says(claim: Claim, frame: Frame, name: str) -> bool:
    """Whether a claim is what an entry means, of that place."""
    if str(claim.kind) != frame.kind:
        return False
    if frame.kind == "control":
        polarity = Polarity.NEGATED if frame.negated else Polarity.AFFIRMED
        same = claim.predicate is not None and str(claim.predicate) == frame.means and claim.polarity is polarity
        return same and name in {m.text for m in claim.subject}
    return claim.reference is not None and name in claim.reference.text


@pytest.mark.parametrize("frame", CLAIMING, ids=[f"{f.section}: {f.key}" for f in CLAIMING])
def test_each_entry_reads_its_example(frame: Frame) -> None:
    text, toponyms, names = read_example(frame.example)
    claims = claims_in(text, toponyms)
    for name in names:
        assert any(says(claim, frame, name) for claim in claims), (text, claims)


def test_there_are_some_four_hundred_entries() -> None:
    assert len(CLAIMING) > 380


def test_every_example_marks_its_place() -> None:
    assert not [f.key for f in CLAIMING if not re.search(r"\[[^\]]+\]", f.example)]


def test_idioms_claim_nothing() -> None:
    assert not marked("Rebels took part in talks in Harasta, and troops took cover in a school.", "Harasta")


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("seize", {"seize", "seizes", "seized", "seizing"}),
        ("occupy", {"occupy", "occupies", "occupied", "occupying"}),
        ("overrun", {"overrun", "overruns", "overran", "overrunning"}),
        ("besiege", {"besiege", "besieges", "besieged", "besieging"}),
        ("free", {"free", "frees", "freed", "freeing"}),
        ("push", {"push", "pushes", "pushed", "pushing"}),
    ],
)
def test_forms_of_verbs(verb: str, forms: set[str]) -> None:
    assert set(forms_of(verb, FRAMES.irregular, FRAMES.inflection)) == forms


def test_the_longer_frame_is_matched_first() -> None:
    low = ["rebels", "took", "full", "control", "of", "goma"]
    (hits,) = FRAMES.find(low, 0, len(low))[:1]
    assert hits[0].frame.key == "take control"


def test_a_frame_does_not_reach_over_a_comma() -> None:
    low = ["they", "drove", "on", ",", "out", "of", "goma"]
    assert not [h for hits in FRAMES.find(low, 0, len(low)) for h in hits if h.frame.key == "drive ~ out of"]


def test_an_entry_without_a_place_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "frames.toml").write_text('[verbs]\nkapti = { means = "captured" }\n', "utf-8")
    with further(tmp_path), pytest.raises(InputError, match=r"toy/frames\.toml: verbs\.'kapti'.*expected"):
        frames_of("toy")


def test_none_of_the_candidates_is_a_choice() -> None:
    weights = {"for": 2.0, "against": -3.0}
    best, chance = choose(["against"], [["for"], []], weights)
    assert best == 0
    assert chance == pytest.approx(np.exp(-1) / (np.exp(-1) + np.exp(-3) + 1))
    assert choose(["for"], [], weights) == (None, 0.0)


def test_reasons_are_the_loudest_features() -> None:
    assert reasons(["a", "b", "unheard"], {"a": 0.5, "b": -2.0}, count=1) == [("b", -2.0)]


def test_weights_stay_small() -> None:
    assert WEIGHTS.stat().st_size < 2_000_000


def test_a_tree_names_subject_and_object() -> None:
    weights = read_weights()
    words = ["The", "rebels", "captured", "the", "town", "on", "Monday", "."]
    tags = tag(words, weights.tags)
    tree = grow(words, tags, weights.arcs, weights.names)
    assert tags[2] == "VBD"
    assert (tree.head[1], tree.name[1]) == (2, "nsubj")
    assert (tree.head[4], tree.name[4]) == (2, "dobj")


def test_trees_have_no_loops() -> None:
    weights = read_weights()
    words = ("of and the to " * 12).split()
    tree = grow(words, tag(words, weights.tags), weights.arcs, weights.names)
    for k in range(len(words)):
        seen = set()
        while tree.head[k] != k:
            assert k not in seen
            seen.add(k)
            k = tree.head[k]


def marked(text: str, *names: str) -> list[Claim]:
    toponyms = [toponym(name, text.index(name)) for name in names]
    return claims_in(text, toponyms)


def test_a_list_broken_by_dates_goes_on() -> None:
    claims = marked("Rebel fighters took Harasta on Monday and Zamalka on Thursday.", "Harasta", "Zamalka")
    assert [[m.text for m in c.subject] for c in claims if c.predicate is not None] == [["Harasta"], ["Zamalka"]]


def test_the_dateline_is_no_place_of_a_frame() -> None:
    claims = marked("HARASTA (Wire) - The army said its troops had retaken Zamalka.", "HARASTA", "Zamalka")
    assert [[m.text for m in c.subject] for c in claims] == [["Zamalka"]]


def test_the_actor_ends_at_and() -> None:
    claims = marked("Russian forces captured Harasta and Ukrainian forces still control Zamalka.", "Harasta", "Zamalka")
    assert {(str(c.predicate), c.actor) for c in claims} == {
        ("captured", "Russian forces"),
        ("controls", "Ukrainian forces"),
    }


def test_ground_without_a_name_says_so() -> None:
    claims = marked("Rebel fighters captured a border crossing at dawn, the army said.")
    assert [(m.text, m.place, str(m.why_not)) for c in claims for m in c.subject] == [
        ("a border crossing", None, "ground without a name of its own")
    ]


def test_a_crowd_is_whose_it_is() -> None:
    text = "Thousands of Kenyan soldiers abandoned Garissa. Hundreds of fighters from the RSF withdrew from El Obeid."
    actors = [c.actor for c in marked(text, "Garissa", "El Obeid")]
    assert actors == ["Thousands of Kenyan soldiers", "Hundreds of fighters from the RSF"]
