"""Read articles: a text, and its title, outlet, address and date where the file or record states them.

Text is kept as given, NBSP and CRLF included, so that offsets mean the same here and at the user's. HTML is the one
exception: its article text is extracted (trafilatura), and offsets count in that.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from geomap.errors import InputError
from geomap.files import MAX_BYTES, read_bytes, read_table, sha256, shown, without_halves
from geomap.models import Article, Span

SUFFIXES = (
    ".txt", ".md", ".html", ".htm", ".json", ".jsonl", ".ndjson", ".csv", ".parquet", ".rss", ".atom", ".eml", ".mbox",
    ".docx", ".pdf", ".srt", ".vtt",
)  # fmt: skip
"""What folders are searched for; a file given by name is known by its content too."""
MAX_CHARACTERS = 10_000_000
"""No article is longer; a text beyond it is a dump or a fault, and a page of its quotes would help nobody."""

_CODE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
"""A language as BCP 47 writes it."""

Record = tuple[str, dict[str, Any]]
"""Where a record stands ("file.jsonl:3"), and its fields."""


def quiet(message: str) -> None:
    """Say it to nobody."""


def read_articles(
    inputs: Iterable[str | Path], *, published: date | None = None, say: Callable[[str], None] = quiet
) -> list[Article]:
    """Read files, folders and ``-`` (standard input) into articles, in the order given, folders sorted by name.

    ``published`` is used where the record has no date of its own. Ids that repeat get ``-2``, ``-3`` appended. ``say``
    is told of what could be read but not understood.

    Raises
    ------
    InputError
        A file is missing, unreadable, binary or empty, or a record is not what DESIGN says.
    """
    articles: list[Article] = []
    seen: dict[str, int] = {}
    for where, record, digest in iter_records(inputs):
        article = article_from(where, record, published=published, digest=digest)
        written = record.get("published_on")
        if article.published_on is None and written not in (None, "") and written == written:
            say(f"{where}: published_on is {shown(written)!r}, no whole date: undated. Expected one such as 2022-09-12")
        count = seen[article.id] = seen.get(article.id, 0) + 1
        if count > 1:
            article = _renamed(article, f"{article.id}-{count}")
        articles.append(article)
    return articles


def iter_records(inputs: Iterable[str | Path]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield (where, fields, sha256 of the file) of every record, one file in memory at a time."""
    for path in find_files(inputs):
        data = _standard_input() if str(path) == "-" else read_bytes(path)
        digest = sha256(data)
        for where, record in records_of(path, data):
            record.setdefault("path", str(path))
            yield where, record, digest


def find_files(inputs: Iterable[str | Path]) -> Iterator[Path]:
    """Files that inputs name: folders are searched for article files, hidden ones left out."""
    for given in inputs:
        path = Path(given)
        if not os.path.isdir(path):  # unlike Path.is_dir, false of names that the system cannot hold
            yield path
            continue
        found = sorted(
            p
            for p in path.rglob("*")
            if p.is_file() and _suffix(p) in SUFFIXES and not any(part.startswith(".") for part in p.parts[-2:])
        )
        if not found:
            raise InputError(f"{shown(path)}: no article in this folder; expected {' '.join(SUFFIXES)}")
        yield from found


def records_of(path: Path, data: bytes) -> Iterator[Record]:
    """Split a file's bytes into records by its suffix; ``-`` is sniffed: JSON, JSON Lines or text."""
    stdin = str(path) == "-"
    name, suffix = shown(path), ".jsonl" if stdin and _is_lines(data) else _suffix(path)
    stem = path.name.removesuffix(".gz").rsplit(".", 1)[0] if not stdin else "stdin"
    single = suffix not in (".jsonl", ".ndjson", ".csv", ".mbox")
    for number, (where, record) in enumerate(_found(name, suffix, data, stdin=stdin), 1):
        if record.get("id") in (None, ""):
            record["id"] = stem if single and number == 1 else f"{stem}-{number}"
        yield where, record


def _is_lines(data: bytes) -> bool:
    """Whether the first line is a JSON object by itself."""
    try:
        return isinstance(json.loads(data.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0]), dict)
    except (ValueError, RecursionError):
        return False


def _found(name: str, suffix: str, data: bytes, *, stdin: bool) -> Iterable[Record]:
    """Records of a file by its suffix; what is none of ours by its content, and never as prose where it is none."""
    from geomap.formats import documents
    from geomap.formats.seeming import Seems, binary_kind, seems

    if suffix == ".parquet":
        return _parquet(name, data)
    kind = binary_kind(data)
    if kind is not None:
        return [_document(name, data, kind)]
    text = _decode(name, data)
    if suffix in (".jsonl", ".ndjson"):
        return _json_lines(name, text)
    if suffix == ".csv":
        return _csv(name, text)
    if suffix in (".html", ".htm"):
        return _web_page(name, text)
    if suffix == ".json":
        return _json(name, text)
    if suffix == ".eml":
        return [documents.read_mail(name, data)]
    if suffix == ".mbox":
        return documents.read_mailbox(name, data)
    if suffix in (".srt", ".vtt"):
        return [documents.read_subtitles(name, text)]
    found = seems(text)
    if found is Seems.TEXT:
        return [(name, {"text": text})]
    # what comes by a pipe has no name, what is named as text is meant as text
    prose = suffix in (".txt", ".md") and not stdin
    if found in (Seems.JSON, Seems.JSON_LINES, Seems.XML, Seems.KML) and (prose or found in (Seems.XML, Seems.KML)):
        raise InputError(f"{name}: seems to be {_named(found, text)}, no prose; expected an article's text")
    return _BY_CONTENT[found](name, text, data)


def _named(found: Any, text: str) -> str:
    from geomap.formats.seeming import Seems, root_of

    return f"XML (<{shown(root_of(text) or '')[:40]}>)" if found is Seems.XML else str(found)


def _document(name: str, data: bytes, kind: str) -> Record:
    """A Word document or a PDF; other binary files are refused as what they seem to be."""
    from geomap.formats import documents

    if kind == "a PDF":
        return documents.read_pdf(name, data)
    if kind == "a zip archive" and documents.is_word(name, data):
        return documents.read_word(name, data)
    raise InputError(f"{name}: seems to be {kind}; expected text ({' '.join(SUFFIXES)})")


def _feed(name: str, text: str, data: bytes) -> Iterable[Record]:
    from geomap.formats.documents import read_feed

    return read_feed(name, data)


def _mail(name: str, text: str, data: bytes) -> Iterable[Record]:
    from geomap.formats.documents import read_mail

    return [read_mail(name, data)]


def _mailbox(name: str, text: str, data: bytes) -> Iterable[Record]:
    from geomap.formats.documents import read_mailbox

    return read_mailbox(name, data)


def _subtitles(name: str, text: str, data: bytes) -> Iterable[Record]:
    from geomap.formats.documents import read_subtitles

    return [read_subtitles(name, text)]


_BY_CONTENT: dict[str, Callable[[str, str, bytes], Iterable[Record]]] = {
    "a web page": lambda name, text, data: _web_page(name, text),
    "JSON": lambda name, text, data: _json(name, text),
    "JSON Lines": lambda name, text, data: _json_lines(name, text),
    "a feed (RSS or Atom)": _feed,
    "subtitles (WebVTT)": _subtitles,
    "subtitles (SubRip)": _subtitles,
    "an e-mail": _mail,
    "a mailbox": _mailbox,
}
"""What content seems to be -> who reads it."""


def article_from(where: str, record: dict[str, Any], *, published: date | None = None, digest: str = "") -> Article:
    """Check one record at the door and make it an article."""
    text = record.get("text")
    if not isinstance(text, str):
        found = "no text" if text is None else f"text of type {type(text).__name__}"
        raise InputError(f"{where}: {found}; expected a record with id and text")
    if not text.strip("\ufeff \t\r\n\xa0"):
        raise InputError(f"{where}: empty; expected an article's text")
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"{where}: {len(text):,} characters; expected an article of at most {MAX_CHARACTERS:,}. Split it"
        )
    return Article(
        id=_string(record["id"]) or "",
        text=text,
        title=_string(record.get("title")),
        source=_string(record.get("source")),
        url=_string(record.get("url")),
        published_on=read_day(record.get("published_on")) or published,
        spans=_spans(where, record.get("toponyms"), len(text)),
        path=_string(record.get("path")),
        sha256=digest or sha256(text.encode("utf-8", "surrogatepass")),
        language=_language(record.get("language")),
    )


def _language(value: object) -> str | None:
    """A BCP 47 code as records give it ("de", "de-AT"); None for what is none, so that the text tells."""
    text = value.strip() if isinstance(value, str) else ""
    return text.lower() if _CODE.fullmatch(text) else None


def parse_date(where: str, value: object) -> date | None:
    """A date as ISO 8601 (a time of day is dropped); None where there is none; an error where it is something else."""
    day = read_day(value)
    if day is None and value not in (None, ""):
        raise InputError(f"{where} is {shown(value)!r}; expected a date such as 2022-09-12")
    return day


def read_day(value: object) -> date | None:
    """A date as records write it: ISO 8601, or in words and figures that leave no doubt ("12 Sep 2022", 9/28/2016).

    None for what lacks day, month or a year of four digits, or may mean two days (3/4/2016): nothing is guessed.
    """
    if value is None or value == "" or value != value:  # NaN and NaT differ from themselves
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()[:64]
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        pass
    if not re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", text):
        return None
    from dateutil import parser

    found = set()
    for default in (datetime(2001, 1, 1), datetime(2002, 2, 2)):
        for dayfirst in (False, True):
            try:
                found.add(parser.parse(text, default=default, dayfirst=dayfirst).date())
            except (ValueError, OverflowError, TypeError):
                return None
    return found.pop() if len(found) == 1 else None


def _renamed(article: Article, name: str) -> Article:
    from dataclasses import replace

    return replace(article, id=name)


def _suffix(path: Path) -> str:
    return Path(path.name.removesuffix(".gz")).suffix.lower()


def _standard_input() -> bytes:
    if sys.stdin is None or sys.stdin.closed:
        raise InputError("-: standard input is closed; expected an article in it")
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"-: more than {MAX_BYTES // 2**20} MB on standard input; expected less. Split it")
    return data


def _decode(name: str, data: bytes) -> str:
    """UTF-8 (with or without BOM), UTF-16 with BOM, else what charset-normalizer finds; binary is refused."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise InputError(f"{name}: not {encoding} after all ({error.reason} at byte {error.start})") from None
    if b"\0" in data[:65536]:
        raise InputError(f"{name}: a binary file; expected text ({' '.join(SUFFIXES)})")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    best = from_bytes(data[: 2**20]).best()
    if best is None:
        raise InputError(f"{name}: a binary file or an unknown encoding; expected text, best as UTF-8")
    return data.decode(best.encoding, "replace")


def _json_lines(name: str, text: str) -> Iterator[Record]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            where = f"{name}:{number}"
            yield where, _object(where, _loads(where, line))


def _json(name: str, text: str) -> Iterator[Record]:
    from geomap.formats import telegram
    from geomap.formats.seeming import json_kind

    value = _loads(name, text)
    if telegram.is_export(value):
        yield from telegram.read_export(name, value)
        return
    if isinstance(value, dict) and isinstance(value.get("articles"), list) and "claims" not in value:
        value = value["articles"]
    if isinstance(value, dict):
        if "text" not in value:
            raise InputError(f"{name}: no text; seems to be {json_kind(value)}. Expected a record with id and text")
        yield name, value
        return
    if not isinstance(value, list):
        raise InputError(f"{name}: a JSON {type(value).__name__}; expected an object or a list of objects")
    for number, item in enumerate(value, 1):
        where = f"{name}[{number}]"
        yield where, _object(where, item)


def _loads(where: str, text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise InputError(f"{where}: JSON nested too deep; expected one flat record an article") from None
    except ValueError as error:
        raise InputError(f"{where}: not JSON ({error})") from None


def _object(where: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{where}: a JSON {type(value).__name__}; expected an object with id and text")
    return value


def _csv(name: str, text: str) -> Iterator[Record]:
    columns, rows = read_table(text, name)
    if "text" not in columns:
        found = ", ".join(shown(c) for c in columns[:8])
        raise InputError(f"{name}:1: columns are {found}; expected id and text, optionally title, source, url")
    for line, row in rows:
        where = f"{name}:{line}"
        record: dict[str, Any] = dict(row)
        if record.get("toponyms"):
            record["toponyms"] = _loads(where, record["toponyms"])
        else:
            record.pop("toponyms", None)
        yield where, record


def _parquet(name: str, data: bytes) -> Iterator[Record]:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
        columns = [c for c in file.schema_arrow.names if c in _FIELDS]
        if "text" not in columns:
            raise InputError(f"{name}: columns are {', '.join(file.schema_arrow.names[:8])}; expected id and text")
        number = 0
        for batch in file.iter_batches(batch_size=256, columns=columns):
            for record in batch.to_pylist():
                number += 1
                yield f"{name}:{number}", record
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise InputError(f"{name}: not Parquet ({shown(error)})") from None


_FIELDS = {"id", "text", "title", "source", "url", "published_on", "toponyms"}


def _web_page(name: str, text: str) -> Iterable[Record]:
    """A saved page: of a Telegram export each message, else its article."""
    from geomap.formats import telegram

    return telegram.read_page(name, text) if telegram.is_page(text) else [(name, _html(name, text))]


def _html(name: str, text: str) -> dict[str, Any]:
    import trafilatura

    # the day it was first printed; the last day allowed is fixed, not today, so that a page reads the same tomorrow
    dates = {"original_date": True, "extensive_search": False, "max_date": "2099-12-31"}
    page = trafilatura.bare_extraction(text, with_metadata=True, include_comments=False, date_extraction_params=dates)
    fields = page if isinstance(page, dict) else page.as_dict() if page is not None else {}
    body = fields.get("text") or trafilatura.html2txt(text)
    if not body or not body.strip():
        raise InputError(f"{name}: no article text in this HTML; expected a page with paragraphs. Save it as .txt")
    return {
        "text": body,
        "title": fields.get("title"),
        "source": fields.get("sitename"),
        "url": fields.get("url"),
        "published_on": fields.get("date"),
    }


def _string(value: object) -> str | None:
    """A field as text; half a surrogate pair, which no file can hold, as �. Texts keep theirs, for their offsets."""
    if value is None or value == "" or value != value:
        return None
    try:
        return without_halves(str(value))
    except ValueError:  # a number of thousands of digits
        return None


def _spans(where: str, value: object, length: int) -> tuple[Span, ...] | None:
    if value is None or value != value:
        return None
    if not isinstance(value, (list, tuple)):
        raise InputError(f"{where}: toponyms is a {type(value).__name__}; expected a list of {{start, end}}")
    spans = []
    for item in value:
        start, end = (item.get("start"), item.get("end")) if isinstance(item, dict) else (None, None)
        if type(start) is not int or type(end) is not int or not 0 <= start < end <= length:  # true is an int too
            raise InputError(
                f"{where}: toponym {shown(json.dumps(item, default=str))[:80]}; expected 0 <= start < end <= {length}"
            )
        spans.append(Span(start=start, end=end))
    return tuple(spans)
