"""Reading: every format, text as given, one clear line for what cannot be read."""

from __future__ import annotations

import gzip
import io
import json
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.articles import read_articles
from geomap.errors import InputError
from geomap.models import Span


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_text_is_kept_as_given(tmp_path: Path) -> None:
    text = "Troops\xa0took Izium.\r\nThey hold 1\u202f160 sq mi.\r\n"
    article = read_articles([write(tmp_path / "story one.txt", text)])[0]
    assert article.text == text
    assert article.id == "story one"
    assert article.published_on is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "Війська зайшли в Ізюм і Куп'янськ."
    assert read_articles([write(tmp_path / "a.txt", text.encode(encoding))])[0].text == text


def test_old_cyrillic_encoding_is_found(tmp_path: Path) -> None:
    text = "Российские войска оставили город Изюм и отошли за реку Оскол. " * 5
    assert "Изюм" in read_articles([write(tmp_path / "a.txt", text.encode("cp1251"))])[0].text


def test_records_of_every_format_are_the_same(tmp_path: Path) -> None:
    record = {"id": "a1", "text": "Lyman, near Izium.", "title": "T", "source": "S", "published_on": "2022-10-01"}
    (tmp_path / "in.jsonl").write_text(json.dumps(record) + "\n\n", encoding="utf-8")
    (tmp_path / "in.json").write_text(json.dumps([record]), encoding="utf-8")
    (tmp_path / "in.csv").write_text(
        ",".join(record) + "\n" + ",".join(f'"{v}"' for v in record.values()) + "\n", encoding="utf-8"
    )
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress(json.dumps(record).encode()))
    import pandas as pd

    pd.DataFrame([record]).to_parquet(tmp_path / "in.parquet")
    for name in ("in.jsonl", "in.json", "in.csv", "in.jsonl.gz", "in.parquet"):
        (article,) = read_articles([tmp_path / name])
        assert (article.id, article.text, article.title, article.source, article.published_on) == (
            "a1", "Lyman, near Izium.", "T", "S", date(2022, 10, 1),
        ), name  # fmt: skip


def test_html_gives_the_article_not_the_page(tmp_path: Path) -> None:
    body = "<p>" + "Rescue teams reached the town of Izium on Sunday and found the bridge gone. " * 6 + "</p>"
    head = "<head><title>Bridge gone</title></head>"
    page = f"<html>{head}<body><nav>Menu Sport</nav><article>{body}</article></body></html>"
    article = read_articles([write(tmp_path / "page.html", page)])[0]
    assert "reached the town of Izium" in article.text
    assert "<p>" not in article.text
    assert article.title == "Bridge gone"


def test_folder_stdin_and_repeated_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for sub in ("one", "two"):
        (tmp_path / sub).mkdir()
        write(tmp_path / sub / "story.txt", f"From {sub}.")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "From stdin."}\n')))
    articles = read_articles([tmp_path, "-"])
    assert [a.id for a in articles] == ["story", "story-2", "stdin-1"]
    assert articles[2].text == "From stdin."


def test_published_fills_only_a_missing_date(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "a", "published_on": "2022-09-10T09:00:00Z"}\n{"text": "b"}\n', encoding="utf-8")
    days = [a.published_on for a in read_articles([path], published=date(2022, 9, 12))]
    assert days == [date(2022, 9, 10), date(2022, 9, 12)]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2022-09-12", date(2022, 9, 12)),
        ("2022-09-12T09:29Z", date(2022, 9, 12)),
        ("12 September 2022", date(2022, 9, 12)),
        ("Sept. 12, 2022", date(2022, 9, 12)),
        ("11/28/2016", date(2016, 11, 28)),
        ("28.11.2016", date(2016, 11, 28)),
        ("3/4/2016", None),
        ("Dec 13, 20", None),
        ("November 1", None),
        ("September 2022", None),
        ("4:58 PM ET", None),
        ("2022", None),
    ],
)
def test_a_records_date_is_understood_or_left_out(tmp_path: Path, written: str, day: date | None) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"text": "a", "published_on": written}), encoding="utf-8")
    said: list[str] = []
    (article,) = read_articles([path], say=said.append)
    assert article.published_on == day
    assert len(said) == (day is None)


def test_given_spans(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", '{"id": 7, "text": "In Lyman", "toponyms": [{"start": 3, "end": 8}]}')
    article = read_articles([path])[0]
    assert article.id == "7"
    assert article.spans == (Span(start=3, end=8),)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b"\x7fELF\0\0\0\x01", "a program"),
        ("a.txt", b"\x01\0\0\0\x01", "a binary file"),
        ("a.json", b'{"id": 1}', "no text"),
        ("a.json", b"[1, 2]", "expected an object"),
        ("a.jsonl", b'{"text": "x"}\n{"text": \n', ":2: not JSON"),
        ("a.json", b"[" * 100_000, "nested too deep"),
        ("a.csv", b"name,body\n1,2\n", "columns are name, body"),
        ("a.jsonl", b'{"text": "abc", "toponyms": [{"start": 2, "end": 9}]}', "start < end <= 3"),
        ("a.parquet", b"PAR1 not really", "not Parquet"),
        ("a.txt.gz", b"\x1f\x8bbroken", "broken gzip"),
        ("a.html", b"<html><body></body></html>", "no article text"),
        ("a.txt", b"x" * 10_000_001, "characters"),
    ],
)
def test_one_clear_line_for_bad_input(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = write(tmp_path / name, content)
    with pytest.raises(InputError, match=said) as caught:
        read_articles([path])
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


def test_missing_file_and_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_articles([tmp_path / "nowhere.txt"])
    with pytest.raises(InputError, match="no article in this folder"):
        read_articles([tmp_path])


def test_control_characters_of_a_name_never_reach_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_articles([tmp_path / "\x1b[31mred\n.txt"])
    assert "\x1b" not in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(min_size=1).filter(lambda t: t.strip("\ufeff \t\r\n\xa0")))
def test_any_text_comes_back_from_json_lines(text: str) -> None:
    from geomap.articles import article_from, records_of

    line = json.dumps({"id": "x", "text": text})
    ((where, record),) = records_of(Path("x.jsonl"), line.encode())
    assert article_from(where, record).text == text


def test_a_page_is_dated_by_its_first_day_and_whatever_today_is(tmp_path: Path) -> None:
    body = "<p>" + "Rescue teams reached the town of Izium on Sunday and found the bridge gone. " * 6 + "</p>"
    for day in ("2022-09-12", "2098-09-12"):
        head = (
            f'<meta property="article:modified_time" content="2098-10-01"/>'
            f'<meta property="article:published_time" content="{day}"/>'
        )
        page = f"<html><head>{head}</head><body><article>{body}</article></body></html>"
        assert str(read_articles([write(tmp_path / "page.html", page)])[0].published_on) == day
