"""Feeds watched over days: what outlets claim again, change, contradict and correct, kept in one small database.

Feeds are asked only when told to, one request each, and tell by ETag and date whether anything is new. The ledger
keeps each version of each entry; what is said of them is made anew from the texts, so that a better geomap reads old
entries better.
"""

from __future__ import annotations

import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from geomap import __version__, pipeline
from geomap.articles import article_from
from geomap.errors import InputError, NetworkError, OutputError
from geomap.files import read_bytes, sha256, shown
from geomap.formats.documents import read_feed
from geomap.measure import open_gazetteer
from geomap.models import Article, Relation
from geomap.settings import Style

SECONDS = 20.0
"""A feed that takes longer is asked next time."""
LARGEST = 32 * 2**20
"""Bytes of a feed: the largest podcasts' have ten million."""
MOST_ENTRIES = 5_000
"""Entries read of a feed at a time."""
FORMAT = "geomap-ledger-1"
TABLES = """
CREATE TABLE about (format TEXT NOT NULL);
CREATE TABLE feeds (address TEXT PRIMARY KEY, etag TEXT, modified TEXT, asked_at TEXT NOT NULL);
CREATE TABLE entries (
  feed TEXT NOT NULL, entry TEXT NOT NULL, version INTEGER NOT NULL, sha256 TEXT NOT NULL, seen_at TEXT NOT NULL,
  title TEXT, source TEXT, url TEXT, published_on TEXT, text TEXT NOT NULL, PRIMARY KEY (feed, entry, version)
);
"""
SAID = {Relation.CONTRADICTS: "contradicted", Relation.SAME_EVENT: "seen again", Relation.PROGRESS: "figure changed"}

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What came of asking the feeds."""

    new: int = 0
    changed: int = 0
    failed: int = 0


# ── the ledger ───────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def opened(path: Path, *, make: bool) -> Iterator[sqlite3.Connection]:
    """The ledger, in one transaction: all of it is kept or nothing.

    Raises
    ------
    InputError
        There is none, or the file is something else.
    OutputError
        It cannot be written.
    """
    exists = path.exists()
    if not exists and not make:
        raise InputError(f"{shown(path)}: no such ledger; make it by geomap watch FEED... -o {shown(path.name)}")
    if exists and not path.is_file():
        raise InputError(f"{shown(path)}: no regular file; expected a ledger that geomap watch made")
    try:
        with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as ledger:
            if exists and path.stat().st_size:
                _check_format(ledger, path)
            ledger.execute("BEGIN IMMEDIATE" if make else "BEGIN")
            try:
                if not exists or not path.stat().st_size:
                    for statement in TABLES.split(";"):
                        ledger.execute(statement)
                    ledger.execute("INSERT INTO about VALUES (?)", (FORMAT,))
                yield ledger
                ledger.execute("COMMIT")
            except BaseException:
                ledger.execute("ROLLBACK")
                raise
    except sqlite3.DatabaseError as error:
        raise OutputError(
            f"{shown(path)}: the ledger cannot be used ({shown(error)[:120]}); choose another -o"
        ) from None
    finally:
        if not exists and path.exists() and not path.stat().st_size:
            path.unlink()


def _check_format(ledger: sqlite3.Connection, path: Path) -> None:
    try:
        found = ledger.execute("SELECT format FROM about").fetchone()
    except sqlite3.DatabaseError:
        found = None
    if found is None or found[0] != FORMAT:
        raise InputError(f"{shown(path)}: no ledger of geomap's; it would be lost. Choose another -o")


# ── asking feeds ─────────────────────────────────────────────────────────────────────────────────────────────


def watch(feeds: Sequence[str], path: Path, *, say: Say, now: datetime | None = None) -> Counted:
    """Ask each feed once and keep what is new; a feed that does not answer is said and left for next time.

    Raises
    ------
    NetworkError
        None of the feeds answered.
    """
    moment = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    counted = Counted()
    with opened(path, make=True) as ledger:
        for feed in feeds:
            try:
                counted = _take(ledger, feed, moment, counted)
            except (NetworkError, InputError) as error:
                say(f"{error}; left for next time")
                counted = replace(counted, failed=counted.failed + 1)
        if counted.failed == len(feeds):
            raise NetworkError(f"none of {len(feeds)} feeds could be read; the reasons stand above")
    return counted


def _take(ledger: sqlite3.Connection, feed: str, moment: str, counted: Counted) -> Counted:
    row = ledger.execute("SELECT etag, modified FROM feeds WHERE address = ?", (feed,)).fetchone()
    data, etag, modified = _fetched(feed, *(row or (None, None)))
    new, changed = counted.new, counted.changed
    if data is not None:
        for number, (where, record) in enumerate(read_feed(shown(feed), data)):
            if number >= MOST_ENTRIES:
                break
            article = article_from(
                where,
                {"id": record.get("id") or record.get("url") or record["text"][:200]}
                | {k: v for k, v in record.items() if k != "id"},
            )
            version = _kept(ledger, feed, article, moment)
            new, changed = new + (version == 1), changed + (version > 1)
    ledger.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, ?)", (feed, etag, modified, moment))
    return replace(counted, new=new, changed=changed)


def _kept(ledger: sqlite3.Connection, feed: str, article: Article, moment: str) -> int:
    """Keep a version of an entry that was not seen before; its number, or 0."""
    digest = sha256(f"{article.title}\n{article.text}".encode("utf-8", "backslashreplace"))
    last = ledger.execute(
        "SELECT version, sha256 FROM entries WHERE feed = ? AND entry = ? ORDER BY version DESC LIMIT 1",
        (feed, article.id),
    ).fetchone()
    if last is not None and last[1] == digest:
        return 0
    version = 1 if last is None else int(last[0]) + 1
    day = article.published_on.isoformat() if article.published_on else None
    told = (article.title, article.source, article.url, day, article.text)
    values = [v.encode("utf-8", "backslashreplace").decode() if isinstance(v, str) else v for v in told]
    ledger.execute(
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (feed, article.id, version, digest, moment, *values),
    )
    return version


class _NoOther(urllib.request.HTTPRedirectHandler):
    """A redirect leads to http or https or nowhere."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urlsplit(newurl).scheme not in ("http", "https"):
            raise urllib.error.URLError(f"redirects to {shown(newurl)[:80]}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _fetched(feed: str, etag: str | None, modified: str | None) -> tuple[bytes | None, str | None, str | None]:
    """The feed's bytes (None: nothing new), and what to ask it by next time; a file's are read.

    Raises
    ------
    NetworkError
        It does not answer in time, refuses, or sends too much.
    """
    if urlsplit(feed).scheme not in ("http", "https"):
        return read_bytes(Path(feed), limit=LARGEST), None, None
    asked = urllib.request.Request(feed, headers={"User-Agent": f"geomap/{__version__}", "Accept-Encoding": "identity"})
    if etag:
        asked.add_header("If-None-Match", etag)
    if modified:
        asked.add_header("If-Modified-Since", modified)
    # file and ftp have no handler here: an address that leads there is an error
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(), urllib.request.HTTPHandler(), urllib.request.HTTPSHandler(), _NoOther(),
        urllib.request.HTTPDefaultErrorHandler(), urllib.request.HTTPErrorProcessor(), urllib.request.UnknownHandler(),
    ):  # fmt: skip
        opener.add_handler(handler)
    try:
        with opener.open(asked, timeout=SECONDS) as answer:
            data = answer.read(LARGEST + 1)
            told = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
            promised = answer.headers.get("Content-Length", "")
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 304:
                return None, etag, modified
            raise NetworkError(f"{shown(feed)}: answers with {error.code} ({shown(error.reason)[:60]})") from None
    except (urllib.error.URLError, OSError, ValueError, EOFError) as error:
        reason = getattr(error, "reason", None) or error
        raise NetworkError(f"{shown(feed)}: does not answer ({shown(reason)[:120]})") from None
    except Exception as error:  # http.client's own, of broken answers
        raise NetworkError(f"{shown(feed)}: answers with what is no HTTP ({type(error).__name__})") from None
    if promised.isdecimal() and len(data) < min(int(promised[:12]), LARGEST):
        raise NetworkError(f"{shown(feed)}: cut short, {len(data):,} bytes of {promised[:12]}")
    if len(data) > LARGEST:
        raise NetworkError(f"{shown(feed)}: more than {LARGEST >> 20} MB; expected a feed")
    return data, *told


# ── what the ledger says ─────────────────────────────────────────────────────────────────────────────────────


def ledger_records(path: Path) -> list[dict[str, Any]]:
    """``{what, sentence, sources, articles, claims}``: seen again, figure changed, contradicted, corrected.

    Raises
    ------
    InputError
        There is no ledger.
    """
    from geomap.models import to_record

    versions = _versions(path)
    gazetteer = open_gazetteer()
    latest = [found[-1] for found in versions.values()]
    assessment = pipeline.assess(latest, gazetteer, pipeline.Options())
    names = {a.id: a.source or a.id for a in latest}
    records: list[dict[str, Any]] = [
        {
            "what": SAID[c.kind],
            "sentence": to_record(c.sentence),
            "sources": list(dict.fromkeys(names[a] for a in c.articles)),
            "articles": list(c.articles),
            "claims": list(c.claims),
        }
        for c in assessment.comparisons
        if not c.within_article
    ]
    return records + [r for found in versions.values() if len(found) > 1 for r in _corrected(found, gazetteer)]


def _versions(path: Path) -> dict[tuple[str, str], list[Article]]:
    """Each entry's versions, the latest last."""
    found: dict[tuple[str, str], list[Article]] = {}
    with opened(path, make=False) as ledger:
        rows = ledger.execute(
            "SELECT feed, entry, title, source, url, published_on, text FROM entries "
            "ORDER BY published_on, feed, entry, version"
        ).fetchall()
    for feed, entry, title, source, url, day, text in rows:
        told = {
            "id": f"{source or feed}: {entry}",
            "text": text,
            "title": title,
            "source": source,
            "url": url,
            "published_on": day,
        }
        found.setdefault((feed, entry), []).append(article_from(shown(path), told))
    return found


def _corrected(versions: Sequence[Article], gazetteer: Any) -> Iterator[dict[str, Any]]:
    """What a later version of an entry says otherwise."""
    from geomap.models import report_record
    from geomap.reports import compare_reports

    before, after = (
        report_record(pipeline.assess([a], gazetteer, pipeline.Options())) for a in (versions[0], versions[-1])
    )
    note = compare_reports(before, after, on=versions[-1].published_on or datetime.now(UTC).date(), style=Style())
    last = versions[-1]
    for line in note.lines:
        yield {
            "what": "corrected",
            "sentence": line,
            "sources": [last.source or last.id],
            "articles": [last.id],
            "claims": [],
        }
