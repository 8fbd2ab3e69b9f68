"""Hostile articles, names and numbers: one clear line, the right exit code, nothing written, nothing echoed raw."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from command import assert_harmless, assert_refused, files_in, run

from geomap.articles import read_articles
from geomap.corpus.own_process import end_apart

ESCAPE = "\x1b[31mred\x1b]0;title\x07\x9b2J"
TEXT = "Ukrainian troops advanced 5 km from Kyiv towards Chernihiv on Monday."


def record(**fields: Any) -> bytes:
    return json.dumps({"id": "a", "text": TEXT, **fields}).encode()


def parquet(**columns: list[Any]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), out)
    return out.getvalue()


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">%s]>
<html><body><article><p>&z; %s</p></article></body></html>""" % (
    b"".join(b'<!ENTITY %c "%s">' % (n, b"&%c;" % (n - 1) * 10) for n in range(ord("c"), ord("z") + 1)),
    TEXT.encode() * 5,
)

REFUSED: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.txt", b"", "empty"),
    "blank": ("a.txt", b" \r\n\t \xc2\xa0\n", "empty"),
    "BOM and nothing": ("a.txt", b"\xef\xbb\xbf", "empty"),
    "NUL bytes": ("a.txt", b"MZ\x90\0\x03\0\0\0", "seems to be"),
    "random bytes": ("a.txt", bytes(range(128, 256)) * 40, ""),
    "odd UTF-16": ("a.txt", b"\xff\xfe\x00", "utf-16"),
    "UTF-16 half pair": ("a.txt", b"\xff\xfe\x00\xd8a\x00", "utf-16"),
    "picture": ("a.md", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "seems to be"),
    "zip as text": ("a.txt", zipped("x.txt", b"0" * 10**6), "seems to be"),
    "cut gzip": ("a.txt.gz", gzip.compress(TEXT.encode() * 9)[:-9], "gzip"),
    "gzip and rubbish": ("a.txt.gz", gzip.compress(b"Kyiv") + b"\x1f\x8brubbish", "gzip"),
    "gzip of gzip": ("a.txt.gz", gzip.compress(gzip.compress(TEXT.encode())), ""),
    "JSON nested 100,000 deep": ("a.json", b"[" * 100_000, "nested"),
    "JSON objects nested 100,000 deep": ("a.json", b'{"a":' * 100_000, "nested"),
    "JSON line nested 100,000 deep": ("a.jsonl", b"[" * 100_000, "nested"),
    "JSON number": ("a.json", b"5", "expected an object"),
    "JSON null": ("a.json", b"null", "expected an object"),
    "JSON string": ("a.json", b'"Kyiv"', "expected an object"),
    "JSON list of lists": ("a.json", b"[[1]]", "expected an object"),
    "JSON cut": ("a.json", b'{"id": "a", "text": "Ky', "not JSON"),
    "JSON huge number": ("a.json", b'{"id": "a", "text": ' + b"9" * 10_000 + b"}", ""),
    "JSON twice": ("a.json", record() + record(), "not JSON"),
    "JSON in Latin-1": ("a.jsonl", b'{"id": "a", "text": 5, "title": "\xe9"}', "text of type int"),
    "no text": ("a.json", b'{"id": "a"}', "no text"),
    "text is a list": ("a.json", b'{"id": "a", "text": ["Kyiv"]}', "type list"),
    "text is NaN": ("a.json", b'{"id": "a", "text": NaN}', "type float"),
    "text of 10 million and one": ("a.txt", b"a" * 10_000_001, "10,000,001 characters"),
    "spans of nonsense": ("a.json", record(toponyms="Kyiv"), "toponym"),
    "spans upside down": ("a.json", record(toponyms=[{"start": 9, "end": 3}]), "toponym"),
    "spans beyond the text": ("a.json", record(toponyms=[{"start": 0, "end": 10**9}]), "toponym"),
    "spans below nought": ("a.json", record(toponyms=[{"start": -3, "end": 3}]), "toponym"),
    "spans in fractions": ("a.json", record(toponyms=[{"start": 0.5, "end": 3}]), "toponym"),
    "spans that are true": ("a.json", record(toponyms=[{"start": False, "end": True}]), "toponym"),
    "spans without end": ("a.json", record(toponyms=[{"start": 1}]), "toponym"),
    "CSV without text": ("a.csv", b"=cmd|' /C calc'!A0,\x1b[31m\n1,2\n", "columns are"),
    "CSV of nothing": ("a.csv", b"", "columns are"),
    "CSV with NUL": ("a.csv", b"id,text\na,\0Kyiv\n", ""),
    "CSV spans that are no JSON": ("a.csv", b'id,text,toponyms\na,Kyiv,"[{"\n', "not JSON"),
    "Parquet that is none": ("a.parquet", b"PAR1" + b"\xff" * 200 + b"PAR1", "not Parquet"),
    "Parquet cut": ("a.parquet", parquet(id=["a"], text=[TEXT])[:-20], "not Parquet"),
    "Parquet without text": ("a.parquet", parquet(id=["a"], body=[TEXT]), "columns are"),
    "Parquet of numbers": ("a.parquet", parquet(id=["a"], text=[5]), "type int"),
    "Parquet of bytes": ("a.parquet", parquet(id=["a"], text=[b"\xff"]), "type bytes"),
    "HTML nested 20,000 deep": ("a.html", b"<div>" * 20_000 + b"<p>" + TEXT.encode() * 5 + b"</p>", "no article text"),
    "HTML of nothing": ("a.html", b"<html><script>alert(1)</script></html>", "no article text"),
}


@pytest.fixture(scope="module", autouse=True)
def index() -> Iterator[None]:
    """A first run builds the gazetteer's index, and says so on stderr. One process reads for all corpora."""
    run("resolve", "Kyiv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geomap.corpus.engines.end_apart", lambda: None)
        yield
    end_apart()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("case", REFUSED)
def test_hostile_articles_are_refused_whole(case: str, tmp_path: Path, out: Path) -> None:
    name, data, words = REFUSED[case]
    (tmp_path / name).write_bytes(data)
    line = assert_refused(run("extract", tmp_path / name, "-o", out / "claims.json"))
    assert words in line
    assert name in line
    assert files_in(out) == []


@pytest.mark.parametrize("case", [c for c in REFUSED if not c.startswith(("CSV with NUL", "random", "gzip of"))])
def test_hostile_articles_are_failures_of_a_corpus_or_refused(case: str, tmp_path: Path, out: Path) -> None:
    name, data, _ = REFUSED[case]
    (tmp_path / name).write_bytes(data)
    ran = run("corpus", tmp_path / name, "-o", out / "corpus")
    assert ran.code == 1
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 1, ran.err
    assert_harmless(ran.err)
    if files_in(out):
        import geomap

        assert len(geomap.read_corpus(out / "corpus").failures) >= 1


def test_a_gzip_bomb_is_stopped_at_the_limit(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(bytes(80 * 2**20), 1)
    assert len(bomb) < 2**20
    (tmp_path / "bomb.jsonl.gz").write_bytes(bomb)
    monkeypatch.setattr("geomap.files.read_bytes.__kwdefaults__", {"limit": 2**20})
    assert "more than 1 MB" in assert_refused(run("extract", tmp_path / "bomb.jsonl.gz", "-o", out / "x.json"))
    monkeypatch.undo()
    # a corpus streams it: one endless line
    ran = run("corpus", tmp_path / "bomb.jsonl.gz", "-o", out / "corpus")
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "0 articles" in ran.err


HANDLED: dict[str, tuple[str, bytes]] = {
    "billion laughs": ("a.html", LAUGHS),
    "HTML without end": ("a.html", b"<html><body><p>" + TEXT.encode() * 5 + b"<!-- " * 3000),
    "terminal escapes": ("a.json", record(id=ESCAPE, text=f"{ESCAPE} Kyiv {ESCAPE} is 5 km from Brovary {ESCAPE}.")),
    "line breaks in an id": ("a.json", record(id="a\r\nb\x00c\u2028d\u202ee")),
    "an id that is a list": ("a.json", record(id=[1, {"a": 2}])),
    "an id that is infinite": ("a.json", b'{"id": Infinity, "text": "Kyiv"}'),
    "title that is a number": ("a.json", record(title=7, source=float("nan"), url=["x"])),
    "half a surrogate pair": ("a.json", b'{"id": "a\\ud800", "text": "\\udc00 Kyiv \\ud83d fell, 5 km \\ud800."}'),
    "right-to-left override": ("a.txt", "\u202eKyiv\u202c \u2066is 5 km\u2069 from Brovary.".encode()),
    "combining marks": ("a.txt", ("K" + "\u0301" * 20_000 + "yiv fell.").encode()),
    "NUL in a JSON text": ("a.json", b'{"id": "a", "text": "Ky\\u0000iv is 5 km\\u0000 from Brovary."}'),
    "one long word": ("a.txt", b"A" * 200_000),
    "one long number": ("a.txt", b"They took " + b"9" * 50_000 + b" square kilometres, and 1e400 km, near Kyiv."),
    "many numbers": ("a.txt", b"5 km " * 3_000),
    "many names": ("a.txt", b"Kyiv, " * 1_000),
    "many capitals": ("a.txt", b"Ab " * 5_000),
    "open brackets": ("a.txt", b"(" * 50_000 + b" Kyiv "),
    "open quotes": ("a.txt", '"“«'.encode() * 10_000 + b" Kyiv "),
    "dots": ("a.txt", b"." * 100_000 + b" Kyiv"),
    "digits and commas": ("a.txt", b"1,234," * 5_000 + b" km"),
    "hyphens": ("a.txt", b"-".join([b"kilo"] * 20_000)),
    "spaces": ("a.txt", b"5" + b" " * 100_000 + b"km from Kyiv"),
    "line breaks": ("a.txt", b"\r\n" * 50_000 + b"Kyiv"),
    "apostrophes": ("a.txt", "'’`ʼ".encode() * 20_000 + b"Kyiv"),
    "ands": ("a.txt", b"Kyiv and " * 1_000),
    "froms": ("a.txt", b"10 km from " * 1_000 + b"Kyiv"),
    "scripts of all kinds": ("a.txt", "".join(map(chr, range(0x100, 0xD800, 3))).encode()),
    "formula cells": ("a.csv", b"id,text,source\n=1+1,\"=HYPERLINK(1) Kyiv is 5 km from Brovary.\",@SUM(A1)\n"),
    "CSV of one long row": ("a.csv", b"id,text\na,Kyiv" + b"," * 50_000),
    "CSV with a quote never closed": ("a.csv", b'id,text\na,"Kyiv is 5 km from Brovary.\n' * 3),
    "markup": ("a.txt", b"</script><script>alert(1)</script> Kyiv <img src=x onerror=alert(1)> is 5 km from Brovary."),
    "spans on top of each other": ("a.json", record(toponyms=[{"start": 0, "end": 30}] * 50)),
    "spans by the thousand": (
        "a.json",
        record(text="Kyiv " * 1000, toponyms=[{"start": 5 * n, "end": 5 * n + 4} for n in range(1000)]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HANDLED)
def test_hostile_texts_are_read_and_never_shown_raw(case: str, tmp_path: Path, out: Path) -> None:
    name, data = HANDLED[case]
    (tmp_path / name).write_bytes(data)
    for command in ("extract", "toponyms"):
        for form in ("table", "csv", "jsonl"):
            if form != "table" and len(data) > 10_000:
                continue
            ran = run(command, tmp_path / name, "--format", form)
            assert ran.code == 0, ran.err
            assert_harmless(ran.err)
            if form == "table":
                assert_harmless(ran.out)
            elif form == "csv":
                cells = [c for row in csv.reader(io.StringIO(ran.out, newline="")) for c in row]
                assert not [c for c in cells if c.startswith(("=", "+", "@", "\t", "\r"))]
            else:
                assert all(isinstance(json.loads(line), dict) for line in ran.out.split("\n") if line)
    ran = run("corpus", tmp_path / name, "-o", out / "corpus")
    assert (ran.code, ran.out) == (0, ""), ran.err
    import geomap

    reasons = geomap.read_corpus(out / "corpus").failures["reason"]
    assert not [r for r in reasons if "a bug" in r], list(reasons)


def test_a_hostile_story_makes_a_page_without_its_markup(tmp_path: Path, out: Path) -> None:
    for number, case in enumerate(("terminal escapes", "markup", "half a surrogate pair", "formula cells")):
        name, data = HANDLED[case]
        (tmp_path / f"{number}{name}").write_bytes(data)
    ran = run("report", *sorted(tmp_path.glob("?a.*")), "--published", "2023-01-01", "-o", out / "r.html")
    assert ran.code == 0, ran.err
    page = (out / "r.html").read_text("utf-8")
    assert "<script>alert(1)" not in page
    assert "onerror=alert(1)>" not in page


# ── names of files and places, numbers, options ──────────────────────────────────────────────────────────────


ARGUMENTS: dict[str, tuple[list[str], int]] = {
    "no such file": (["extract", "no-such-file.txt"], 1),
    "a name with escapes": (["extract", f"no{ESCAPE}.txt"], 1),
    "a name with a line break": (["report", "no\nsuch.txt", "-o", "out/r.html"], 1),
    "a name too long": (["extract", "x" * 5000], 1),
    "a NUL in a name": (["extract", "a\0b.txt"], 1),
    "an empty name": (["extract", ""], 1),
    "an undecodable name": (["extract", "a\udce9.txt"], 1),
    "a folder without articles": (["extract", "out"], 1),
    "a loop of links": (["extract", "loop.txt"], 1),
    "a device without end": (["area", "/dev/zero"], 1),
    "a device without bytes": (["extract", "/dev/null"], 1),
    "GDAL's virtual network": (["area", "/vsicurl/http://127.0.0.1/x.geojson"], 1),
    "GDAL's virtual zip": (["area", "/vsizip/x.zip/../../x.shp"], 1),
    "a database as file": (["area", "PG:host=127.0.0.1"], 1),
    "an address as file": (["series", "http://127.0.0.1/x.geojson"], 1),
    "an unknown place": (["resolve", "Xqzzwvkjh"], 1),
    "a place of escapes": (["resolve", ESCAPE], 1),
    "a place of nothing": (["resolve", ""], 1),
    "a place of spaces": (["resolve", " \t "], 1),
    "a place of 100,000 letters": (["resolve", "ab" * 50_000], 1),
    "a place of NUL": (["resolve", "Xq\0zzwv\0\0"], 1),
    "a half pair as place": (["resolve", "\ud800\ud800\ud800\ud800\ud800"], 1),
    "a place of joiners": (["resolve", "\u200d\u200e\u202e"], 1),
    "a point off the globe": (["distance", "91,0", "Kyiv"], 1),
    "a swapped point off the globe": (["distance", "30.5,181", "Kyiv"], 1),
    "a point of large numbers": (["distance", "1e999,0", "Kyiv"], 1),
    "near off the globe": (["resolve", "Kyiv", "--near", "200,200"], 1),
    "near nothing": (["resolve", "Kyiv", "--near", "Xqzzwvkjh"], 1),
    "a country of three letters": (["resolve", "Kyiv", "--country", f"U{ESCAPE}"], 2),
    "a hull of nothing known": (["hull", "Xqzzwvkjh", "Kyiv", "Lviv"], 1),
    "a region unknown": (["hull", "Kyiv", "Lviv", "Odesa", "--region", f"Xqz{ESCAPE}"], 1),
    "limit of nought": (["resolve", "Kyiv", "--limit", "0"], 2),
    "limit of words": (["resolve", "Kyiv", "--limit", ESCAPE], 2),
    "format unknown": (["extract", "ok.txt", "--format", ESCAPE], 2),
    "suffix unknown": (["extract", "ok.txt", "-o", "out/x.exe"], 1),
    "no arguments": (["extract"], 2),
    "a date of nonsense": (["extract", "ok.txt", "--published", ESCAPE], 1),
    "a date that is no day": (["extract", "ok.txt", "--published", "2023-02-30"], 1),
    "a folder as output": (["extract", "ok.txt", "-o", "folder.json"], 1),
    "an output in no folder": (["extract", "ok.txt", "-o", "/dev/null/x.json"], 1),
    "output of nothing": (["report", "ok.txt", "-o", "out/x"], 1),
    "claims missing": (["extract", "ok.txt", "--claims", "no.csv"], 1),
    "decisions missing": (["extract", "ok.txt", "--decisions", "no.csv"], 1),
    "decisions that are none": (["extract", "ok.txt", "--decisions", "ok.txt"], 1),
    "decisions of binary": (["extract", "ok.txt", "--decisions", "binary"], 1),
    "claims of binary": (["extract", "ok.txt", "--claims", "binary"], 1),
    "a configuration of binary": (["check", "ok.txt", "--config", "binary"], 1),
    "a configuration of nonsense": (["check", "ok.txt", "--config", "ok.txt"], 1),
    "a configuration of unknowns": (["check", "ok.txt", "--config", "unknown.toml"], 1),
    "a threshold that is NaN": (["check", "ok.txt", "--config", "nan.toml"], 1),
    "a threshold that is a word": (["check", "ok.txt", "--config", "word.toml"], 1),
    "a configuration nested deep": (["check", "ok.txt", "--config", "deep.toml"], 1),
    "a report that is none": (["compare", "ok.txt", "binary"], 1),
    "a report nested deep": (["compare", "deep.json", "deep.json"], 1),
    "a report of wrong shapes": (["compare", "shapes.json", "shapes.json"], 1),
    "events that are none": (["check", "ok.txt", "--events", "ok.txt"], 1),
    "events of binary": (["check", "ok.txt", "--events", "binary"], 1),
    "events with a date of nonsense": (["check", "ok.txt", "--events", "events.csv"], 1),
    "rules of binary": (["check", "ok.txt", "--control", "ok.txt", "--rules", "binary"], 1),
    "a corpus from standard input": (["corpus", "-", "-o", "out/c"], 1),
    "a corpus from nothing": (["corpus", "no*such*", "-o", "out/c"], 1),
    "a corpus into a file": (["corpus", "ok.txt", "-o", "ok.txt"], 1),
    "a corpus into a full folder": (["corpus", "ok.txt", "-o", "folder.json"], 1),
    "a corpus of 0 workers": (["corpus", "ok.txt", "-o", "out/c", "--workers", "0"], 2),
    "a corpus of a million workers": (["corpus", "ok.txt", "-o", "out/c", "--workers", "1000000"], 1),
    "a corpus with both": (["corpus", "ok.txt", "-o", "out/c", "--workers", "2", "--scheduler", "tcp://x:1"], 1),
}  # fmt: skip


@pytest.mark.parametrize("case", ARGUMENTS)
def test_hostile_arguments(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "folder.json" / "kept.txt").write_text("kept")
    (tmp_path / "ok.txt").write_text(TEXT)
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    (tmp_path / "unknown.toml").write_text(f"[settings]\n'{ESCAPE[5:8]}' = 1\n[other]\n")
    (tmp_path / "nan.toml").write_text("[settings]\nabout = nan\n")
    (tmp_path / "word.toml").write_text("[settings]\nabout = 'much'\n")
    (tmp_path / "deep.toml").write_text("x = " + "[" * 5000)
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "shapes.json").write_text('{"claims": 5, "articles": {"a": 1}, "methods": []}')
    (tmp_path / "events.csv").write_text("settlement,holder,date,source\nKyiv,UA,someday,x\n")
    before = files_in(tmp_path)
    arguments, code = ARGUMENTS[case]
    ran = run(*arguments)
    if code == 1:
        assert_refused(ran)
    else:
        assert (ran.code, ran.out) == (code, ""), ran
        assert_harmless(ran.err)
    assert files_in(tmp_path) == before
    assert (tmp_path / "ok.txt").read_text() == TEXT


def test_standard_input_of_all_kinds() -> None:
    for data in (b"", b"\0\0", b"[" * 100_000, b'{"a": ' * 100_000, b"\xff\xfe\x00", b"<html></html>"):
        assert_refused(run("extract", "-", stdin=data))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "a.txt").chmod(0)
    assert "permission" in assert_refused(run("extract", tmp_path / "a.txt"))


def test_eighty_cases_and_more() -> None:
    cases: list[Callable[..., object] | str] = [*REFUSED, *HANDLED, *ARGUMENTS]
    assert len(cases) >= 80


@pytest.mark.parametrize("written", [ESCAPE, "99999-01-01", [2022], {"a": 1}, -1, True], ids=repr)
def test_a_hostile_date_leaves_an_article_undated(written: object, tmp_path: Path) -> None:
    said: list[str] = []
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"id": "a", "text": "Words.", "published_on": written}), encoding="utf-8")
    (article,) = read_articles([path], say=said.append)
    assert article.published_on is None
    assert len(said) == 1
    assert said[0].isprintable()
