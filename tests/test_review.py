"""Decisions: rows find their mention again, apply in order, and are never run by a spreadsheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.errors import DecisionsError
from geomap.models import Article, Claim, ClaimKind, Mention, MentionKind, Place, Toponym, Value
from geomap.review import (
    Decisions,
    Row,
    complete_own_claim,
    guarded_cell,
    plain_cell,
    read_decisions,
    read_own_claims,
    render_rows,
    review_rows,
)

TEXT = "Fighters left Lyman on Friday. Lyman lies 20 km from the river; they held Lyman for weeks."
NEAR = Place(id="geonames:1", name="Lyman", lat=49.0, lon=37.8, feature="P.PPL", country="UA")
FAR = Place(id="geonames:2", name="Lyman", lat=45.7, lon=29.9, feature="P.PPL", country="UA")
ARTICLE = Article(id="a", text=TEXT)


class Places:
    def find(self, name: str, *, limit: int = 10) -> list[Place]:
        return [NEAR] if name == "Lyman" else []

    def place(self, place_id: str) -> Place | None:
        return {"geonames:1": NEAR, "geonames:2": FAR}.get(place_id)


def toponyms() -> list[Toponym]:
    starts = [i for i in range(len(TEXT)) if TEXT.startswith("Lyman", i)]
    return [Toponym(article="a", start=s, end=s + 5, text="Lyman", kind=MentionKind.LITERAL, place=FAR) for s in starts]


def claims() -> list[Claim]:
    start = TEXT.index("20 km")
    value = Value(text="20 km", start=start, end=start + 5, number=20, unit="km", si=20_000, si_unit="m")
    return [
        Claim(
            id="c1",
            article="a",
            kind=ClaimKind.DISTANCE,
            quote=TEXT[start : start + 14],
            start=start,
            end=start + 14,
            value=value,
            subject=(Mention(text="Lyman", place=FAR),),
        )
    ]


def read_value(text: str) -> Value | None:
    number = float(text.split()[0]) if text[:1].isdigit() else None
    return None if number is None else Value(text=text, start=0, end=len(text), number=number, si=number, si_unit="m")


def saved(tmp_path: Path, rows: list[Row]) -> Decisions:
    path = tmp_path / "decisions.csv"
    path.write_text(render_rows(rows), encoding="utf-8")
    return read_decisions(path)


def test_rows_come_back_as_written(tmp_path: Path) -> None:
    rows = review_rows([ARTICLE], toponyms(), claims())
    assert [r.type for r in rows] == ["mention", "mention", "claim", "mention"]
    assert [replace(r, where="") for r in saved(tmp_path, rows).rows] == rows


def test_a_fixed_place_holds_for_the_same_name(tmp_path: Path) -> None:
    rows = review_rows([ARTICLE], toponyms(), [])
    decisions = saved(tmp_path, [replace(rows[1], decision="fix", place="geonames:1", by="Ada", on="2022-09-20")])
    assert [t.place and t.place.id for t in decisions.decide_toponyms(ARTICLE, toponyms(), Places())] == [
        "geonames:1"
    ] * 3
    assert decisions.people == ("Ada",)


def test_a_drop_is_of_one_mention_only_even_after_an_edit(tmp_path: Path) -> None:
    rows = review_rows([ARTICLE], toponyms(), [])
    decisions = saved(tmp_path, [replace(rows[2], decision="drop")])
    edited = "News: " + TEXT
    moved = [replace(t, start=t.start + 6, end=t.end + 6) for t in toponyms()]
    kept = decisions.decide_toponyms(replace(ARTICLE, text=edited), moved, Places())
    assert [t.start for t in kept] == [t.start for t in moved[:2]]


def test_an_added_mention_takes_a_point(tmp_path: Path) -> None:
    row = Row(article="a", type="mention", quote="the river", decision="add", place="49.1, 37.9")
    added = saved(tmp_path, [row]).decide_toponyms(ARTICLE, [], Places())
    assert [(t.text, t.place and (t.place.lat, t.place.lon)) for t in added] == [("the river", (49.1, 37.9))]
    assert TEXT[added[0].start : added[0].end] == "the river"


def test_claims_are_kept_fixed_dropped_and_added(tmp_path: Path) -> None:
    (row,) = review_rows([ARTICLE], [], claims())
    kept = saved(tmp_path, [replace(row, decision="keep", by="Ada", on="2022-09-20")])
    (claim,) = kept.decide_claims(ARTICLE, claims(), toponyms(), read_value)
    assert (claim.checked_by, claim.checked_on) == ("Ada", date(2022, 9, 20))
    fixed = saved(tmp_path, [replace(row, decision="fix", value="25 km", date="2022-09-01/2022-09-02")])
    (claim,) = fixed.decide_claims(ARTICLE, claims(), toponyms(), read_value)
    assert claim.value is not None
    assert claim.value.si == 25
    assert claim.date is not None
    assert (claim.date.start, claim.date.end) == (date(2022, 9, 1), date(2022, 9, 2))
    assert saved(tmp_path, [replace(row, decision="drop")]).decide_claims(ARTICLE, claims(), [], read_value) == []
    new = Row(article="a", type="claim", quote="they held Lyman for weeks", kind="control", decision="add")
    added = saved(tmp_path, [new]).decide_claims(ARTICLE, claims(), toponyms(), read_value)[-1]
    assert added.quote == TEXT[added.start : added.end]
    assert [m.text for m in added.subject] == ["Lyman"]


def test_orphans_are_listed(tmp_path: Path) -> None:
    rows = [
        Row(article="a", type="mention", quote="Odesa", decision="drop"),
        Row(article="gone", type="mention", quote="Lyman", decision="drop"),
        Row(article="a", type="mention", quote="Lyman", decision="drop"),
    ]
    said = saved(tmp_path, rows).orphans([ARTICLE])
    assert len(said) == 2
    assert "no longer says this" in said[0]
    assert "not here" in said[1]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Row(article="a", type="mention", quote="Lyman", decision="maybe"), "keep, fix, drop or add"),
        (Row(article="a", type="thing", quote="Lyman"), "mention or claim"),
        (Row(article="a", type="claim", quote="x", kind="volume"), "expected area"),
        (Row(article="a", type="claim", quote="x", on="yesterday"), "no date"),
        (Row(article="a", type="mention", quote="Lyman", decision="add"), "without a place"),
    ],
)
def test_bad_rows_say_where(tmp_path: Path, row: Row, said: str) -> None:
    with pytest.raises(DecisionsError, match=said) as caught:
        saved(tmp_path, [row])
    assert ":2: " in str(caught.value)


def test_a_place_that_is_unknown_or_off_the_globe(tmp_path: Path) -> None:
    for place, said in (("Atlantis", "unknown"), ("99.0, 200.0", "-90–90")):
        decisions = saved(
            tmp_path, [Row(article="a", type="mention", quote="Lyman", decision="fix", place=place, after=TEXT[19:30])]
        )
        with pytest.raises(DecisionsError, match=said):
            decisions.decide_toponyms(ARTICLE, toponyms(), Places())


@given(st.text())
def test_no_cell_starts_a_formula_and_every_cell_comes_back(text: str) -> None:
    assert not guarded_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert plain_cell(guarded_cell(text)) == text


def test_own_claims_go_the_way_of_articles(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "claim,value,unit,place,date,source\n"
        "The army took the bank,1160,sq mi,Kharkiv region,2022-09-12,General Staff\n"
        "They moved 20 km,20,km,Lyman,,\n",
        encoding="utf-8",
    )
    first, second = read_own_claims(path)
    assert first.text == "The army took the bank (1160 sq mi; Kharkiv region)"
    assert (first.source, first.published_on) == ("General Staff", date(2022, 9, 12))
    assert second.text == "They moved 20 km (Lyman)"
    assert second.published_on is None
    (claim,) = complete_own_claim(replace(second, text="20 km (Lyman)"), [], [], Places(), read_value)
    assert claim.kind is ClaimKind.DISTANCE
    assert claim.subject[0].place == NEAR


def test_decisions_survive_a_new_review(tmp_path: Path) -> None:
    rows = review_rows([ARTICLE], toponyms(), claims())
    old = [replace(rows[3], decision="drop", by="Ada"), Row(article="a", type="mention", quote="gone", decision="keep")]
    carried = saved(tmp_path, old).carried_over(rows)
    assert [(r.quote, r.decision) for r in carried if r.decision] == [("Lyman", "drop"), ("gone", "keep")]
    assert carried[3].by == "Ada"
    assert len(carried) == len(rows) + 1
