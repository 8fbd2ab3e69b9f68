"""Documents with words in them: feeds, e-mails, Word, PDF and subtitles."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any

from geomap.errors import InputError
from geomap.files import MAX_BYTES, broken_zip, shown
from geomap.formats import Record, needed
from geomap.formats.telegram import plain

MOST_PAGES = 3_000
"""Pages of a PDF: the longest reports have 1,500."""
MOST_MEMBERS = 5_000
"""Files in a Word document: one with a thousand pictures has two thousand."""
MOST_PARTS = 1_000
"""Parts of an e-mail: a digest has dozens; nested a thousand deep it is an attack."""


# ── feeds ────────────────────────────────────────────────────────────────────────────────────────────────────


def read_feed(name: str, data: bytes) -> Iterator[Record]:
    """Each entry of an RSS or Atom feed: title, words, address, day; its feed's name is the source.

    Raises
    ------
    InputError
        It declares entities, which no feed needs, or has no entry with words.
    """
    if b"<!ENTITY" in data or "<!ENTITY".encode("utf-16-le") in data or "<!ENTITY".encode("utf-16-be") in data:
        raise InputError(f"{name}: a feed that declares entities, which may unpack without end; not read")
    parsed = needed("feedparser", name).parse(io.BytesIO(data), sanitize_html=False)
    if not parsed.entries:
        reason = f" ({shown(parsed.get('bozo_exception', ''))[:120]})" if parsed.get("bozo") else ""
        raise InputError(f"{name}: a feed without an entry{reason}; expected RSS or Atom with items")
    source = _line(parsed.feed.get("title"))
    found = False
    for number, entry in enumerate(parsed.entries, 1):
        title = _line(_words(entry.get("title", "")))
        contents = [str(c.get("value", "")) for c in entry.get("content", [])] + [str(entry.get("summary", ""))]
        text = next((words for words in map(_words, contents) if words), "") or title
        if not text:
            continue
        found = True
        when = entry.get("published_parsed") or entry.get("updated_parsed")
        yield (
            f"{name}: entry {number}",
            {
                "id": _line(entry.get("id")) or _line(entry.get("link")) or None,
                "text": text,
                "title": title or None,
                "source": source or None,
                "url": _line(entry.get("link")) or None,
                "published_on": _day(when),
            },
        )
    if not found:
        raise InputError(f"{name}: a feed whose entries have no words; expected titles or texts")


def _day(when: Any) -> date | None:
    try:
        return date(*when[:3]) if when else None
    except (ValueError, TypeError):
        return None


def _line(value: Any) -> str:
    return " ".join(str(value or "").split())


def _words(markup: str) -> str:
    """The words of a piece of HTML; of plain text, itself."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    from lxml import etree, html

    try:
        return plain(html.fragment_fromstring(markup, create_parent="div"))
    except (etree.ParserError, ValueError, AssertionError):
        return markup.strip()


# ── e-mail ───────────────────────────────────────────────────────────────────────────────────────────────────

BEGINNING = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\r\n\r\n))From [^\n]*\n")


def read_mailbox(name: str, data: bytes) -> Iterator[Record]:
    """Each e-mail of a mailbox (mbox) that has words.

    Raises
    ------
    InputError
        None has.
    """
    cuts = [m.span() for m in BEGINNING.finditer(data)]
    if not cuts:
        raise InputError(f"{name}: no mailbox; expected lines that begin with 'From ' before each e-mail")
    found = False
    for number, (_, start) in enumerate(cuts, 1):
        end = cuts[number][0] if number < len(cuts) else len(data)
        body = re.sub(rb"^>(>*From )", rb"\1", data[start:end], flags=re.M)
        record = _mail(f"{name}: e-mail {number}", body)
        if record is not None:
            found = True
            yield f"{name}: e-mail {number}", record
    if not found:
        raise InputError(f"{name}: a mailbox in which no e-mail has words")


def read_mail(name: str, data: bytes) -> Record:
    """One e-mail (.eml).

    Raises
    ------
    InputError
        It has no words.
    """
    record = _mail(name, data)
    if record is None:
        raise InputError(f"{name}: an e-mail without words; expected one with a text")
    return name, record


def _mail(where: str, data: bytes) -> dict[str, Any] | None:
    from email import message_from_bytes, policy
    from email.utils import parsedate_to_datetime

    try:
        message = message_from_bytes(data, policy=policy.default)
        if sum(1 for _, _ in zip(message.walk(), range(MOST_PARTS + 1), strict=False)) > MOST_PARTS:
            raise InputError(f"{where}: an e-mail in over {MOST_PARTS} parts; not read")
        body = message.get_body(preferencelist=("plain", "html"))
        content = body.get_content() if body is not None else ""
        html = body is not None and body.get_content_type() == "text/html"
        told = {key: _line(message.get(key)) for key in ("subject", "from", "date", "message-id")}
    except InputError:
        raise
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError, IndexError) as error:
        raise InputError(f"{where}: an e-mail that cannot be read ({type(error).__name__}); export it again") from None
    text = _words(content) if html else str(content).strip()
    if not text:
        return None
    try:
        day: date | None = parsedate_to_datetime(told["date"]).date()
    except (ValueError, TypeError, IndexError):
        day = None
    return {
        "id": told["message-id"].strip("<>") or None,
        "text": text,
        "title": told["subject"] or None,
        "source": re.sub(r"\s*<[^>]*>", "", told["from"]).strip('" ') or told["from"] or None,
        "published_on": day,
    }


# ── Word and PDF ─────────────────────────────────────────────────────────────────────────────────────────────


def is_word(name: str, data: bytes) -> bool:
    """Whether a zip is a Word document.

    Raises
    ------
    InputError
        It is damaged, or unpacks to more than any document does.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except broken_zip() as error:
        raise InputError(f"{name}: a damaged zip archive ({shown(error)[:80]})") from None
    if len(infos) > MOST_MEMBERS or sum(i.file_size for i in infos) > MAX_BYTES // 4:
        raise InputError(f"{name}: unpacks to over {MOST_MEMBERS} files or {MAX_BYTES // 2**22} MB; no document does")
    if not any(i.filename == "word/document.xml" for i in infos):
        return False
    for info in infos:
        if info.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in _head(name, archive, info):
            raise InputError(f"{name}: a Word document with a document type, which may declare entities; not read")
    return True


def _head(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as part:
            return part.read(4096)
    except broken_zip() as error:
        raise InputError(f"{name}: a damaged Word document ({shown(error)[:80]}); save it anew") from None


def read_word(name: str, data: bytes) -> Record:
    """The paragraphs and tables of a Word document, in order.

    Raises
    ------
    InputError
        It is damaged or has no words.
    """
    docx = needed("docx", name)
    try:
        document = docx.Document(io.BytesIO(data))
        lines = []
        for block in document.iter_inner_content():
            if hasattr(block, "rows"):
                lines += [" | ".join(cell.text.strip() for cell in row.cells) for row in block.rows]
            else:
                lines.append(block.text)
        title = _line(document.core_properties.title)
    except InputError:
        raise
    except Exception as error:  # of damaged files the library raises whatever its parts do
        raise InputError(
            f"{name}: a Word document that cannot be read ({type(error).__name__}); save it anew"
        ) from None
    text = "\n\n".join(line.strip() for line in lines if line.strip())
    if not text:
        raise InputError(f"{name}: a Word document without words")
    return name, {"text": text, "title": title or None}


def read_pdf(name: str, data: bytes) -> Record:
    """The text layer of a PDF: its lines as paragraphs where they run on.

    Raises
    ------
    InputError
        It is locked or damaged, too long, or pictures alone.
    """
    import logging

    pypdf = needed("pypdf", name)
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it remarks on files that it reads all the same
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(f"{name}: a PDF locked with a password; save it without one")
        if len(reader.pages) > MOST_PAGES:
            raise InputError(f"{name}: a PDF of {len(reader.pages):,} pages; expected at most {MOST_PAGES:,}. Split it")
        pages = [page.extract_text() for page in reader.pages]
        title = _line((reader.metadata or {}).get("/Title"))
    except InputError:
        raise
    except Exception as error:  # of damaged files the library raises whatever its parts do
        raise InputError(f"{name}: a PDF that cannot be read ({type(error).__name__}); print it to a new one") from None
    text = _flowing("\n".join(pages))
    if not text:
        raise InputError(f"{name}: a PDF without a text layer (a scan?); expected text. Run it through OCR first")
    return name, {"text": text, "title": title or None}


def _flowing(text: str) -> str:
    """Lines that a page broke, joined: a word cut by a hyphen too; an empty line stays a paragraph's end."""
    text = "".join(c for c in text.replace("\r\n", "\n") if c in "\n\t" or c.isprintable())
    text = re.sub(r"(?<=[^\W\d_])-\n(?=[^\W\d_A-Z])", "", text)
    paragraphs = re.split(r"\n[ \t]*\n+", text)
    return "\n\n".join(p for p in (" ".join(paragraph.split()) for paragraph in paragraphs) if p)


# ── subtitles ────────────────────────────────────────────────────────────────────────────────────────────────

TIMES = re.compile(r"^\s*(?:\d{1,3}:)?\d{1,2}:\d\d[.,]\d{1,3}\s+-->\s+(?:\d{1,3}:)?\d{1,2}:\d\d[.,]\d{1,3}.*$")
MARKS = re.compile(r"<[^>\n]{0,200}>|\{\\[^}\n]{0,100}\}")


def read_subtitles(name: str, text: str) -> Record:
    """The words of SubRip or WebVTT, cue after cue; what rolls over from the cue before is said once.

    Raises
    ------
    InputError
        There is no cue.
    """
    blocks = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff"))
    said: list[str] = []
    cues = 0
    for block in blocks:
        lines = block.strip("\n").split("\n")
        at = next((n for n, line in enumerate(lines[:2]) if TIMES.match(line)), None)
        if at is None:
            continue
        cues += 1
        for line in lines[at + 1 :]:
            words = " ".join(_unescaped(MARKS.sub("", line)).split())
            if words and (not said or words not in said[-2:]):
                said.append(words)
    if not cues or not said:
        raise InputError(f"{name}: subtitles without words; expected cues such as 00:00:01.000 --> 00:00:02.000")
    return name, {"text": " ".join(said)}


def _unescaped(text: str) -> str:
    from html import unescape

    return unescape(text)
