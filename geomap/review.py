"""What people decide: a row per mention and claim to keep, fix, drop or add; and claims that users bring themselves.

A decisions file is a CSV that people edit in a spreadsheet. Its rows find their mention or claim again by the quote
and the words around it, so that they survive edits elsewhere in the article; a row that finds nothing is an orphan
and is listed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from geomap.errors import DecisionsError, InputError
from geomap.files import read_bytes, read_table, safe_cell, shown
from geomap.lang.telling import language_code
from geomap.models import (
    Article,
    Claim,
    ClaimKind,
    Mention,
    MentionKind,
    Modality,
    Place,
    Polarity,
    Predicate,
    Toponym,
    Value,
    When,
    message,
)

DECISIONS = ("keep", "fix", "drop", "add")
CONTEXT = 30
"""Characters kept on either side of a quote: enough to tell two mentions of one name apart, short enough to read."""

ReadValue = Callable[[str], Value | None]


class Places(Protocol):
    """What is needed of a gazetteer: a name or an id to a place."""

    def find(self, name: str, *, limit: int = 10) -> list[Place]: ...
    def place(self, place_id: str) -> Place | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a decisions file; the column names are the field names."""

    article: str
    type: str
    quote: str
    before: str = ""
    after: str = ""
    kind: str = ""
    found: str = ""
    decision: str = ""
    place: str = ""
    value: str = ""
    date: str = ""
    by: str = ""
    on: str = ""
    note: str = ""
    where: str = ""


COLUMNS = tuple(f.name for f in fields(Row) if f.name != "where")


def guarded_cell(text: str) -> str:
    """A safe cell from which ``plain_cell`` gives the text back."""
    return f"'{text}" if text.startswith("'") else safe_cell(text)


def plain_cell(text: str) -> str:
    """The text that ``guarded_cell`` was given."""
    return text[1:] if text.startswith("'") and guarded_cell(text[1:]) == text else text


# ── rows to decide on ────────────────────────────────────────────────────────────────────────────────────────


def review_rows(articles: Iterable[Article], toponyms: Iterable[Toponym], claims: Iterable[Claim]) -> list[Row]:
    """A row per mention and claim, in the order of the texts; the decision is left to people."""
    texts = {a.id: a.text for a in articles}
    rows: list[tuple[str, int, int, Row]] = []
    for t in toponyms:
        row = Row(
            article=t.article,
            type="mention",
            quote=t.text,
            kind=str(t.kind),
            found=_place_words(t.place) if t.place else f"unresolved: {t.why_not}",
            place=t.place.id if t.place else "",
            **_around(texts[t.article], t.start, t.end),
        )
        rows.append((t.article, t.start, 0, row))
    for c in claims:
        row = Row(
            article=c.article,
            type="claim",
            quote=c.quote,
            kind=str(c.kind),
            found=_claim_words(c),
            value=c.value.text if c.value else "",
            date=_days(c.date),
            by=c.checked_by or "",
            on=c.checked_on.isoformat() if c.checked_on else "",
            **_around(texts[c.article], c.start, c.end),
        )
        rows.append((c.article, c.start, 1, row))
    order = {a: n for n, a in enumerate(texts)}
    return [row for *_, row in sorted(rows, key=lambda r: (order[r[0]], r[1], r[2]))]


def render_rows(rows: Iterable[Row]) -> str:
    """The rows as CSV, no cell of which runs in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([guarded_cell(getattr(row, name)) for name in COLUMNS] for row in rows)
    return out.getvalue()


def _around(text: str, start: int, end: int) -> dict[str, str]:
    return {"before": text[max(0, start - CONTEXT) : start], "after": text[end : end + CONTEXT]}


def _place_words(place: Place) -> str:
    region = ", ".join(p for p in (place.admin1, place.country) if p)
    return f"{place.name} ({region}) {place.lat:.4f}, {place.lon:.4f}" if region else place.name


def _claim_words(claim: Claim) -> str:
    parts = [str(claim.kind), str(claim.predicate or "")]
    parts += [m.text for m in claim.subject]
    if claim.reference:
        parts.append(f"from {claim.reference.text}")
    if claim.verdict:
        parts.append(f"→ {claim.verdict.label}")
    return " ".join(p for p in parts if p)


def _days(when: When | None) -> str:
    if when is None or when.start is None:
        return ""
    days = dict.fromkeys(d.isoformat() for d in (when.start, when.end) if d is not None)
    return "/".join(days)


# ── decisions applied ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What people decided, by article; ``decide_*`` return new lists and change none."""

    rows: tuple[Row, ...]

    @property
    def people(self) -> tuple[str, ...]:
        """Who decided, in the order of the file."""
        return tuple(dict.fromkeys(r.by for r in self.rows if r.by and r.decision))

    def orphans(self, articles: Iterable[Article]) -> tuple[str, ...]:
        """Rows whose quote is no longer in any given article, with where they stand."""
        texts = {a.id: a.text for a in articles}
        return tuple(
            f"{row.where}: {row.decision} {row.type} {row.quote!r}: "
            + ("its article is not here" if row.article not in texts else "the article no longer says this")
            for row in self.rows
            if row.decision and row.quote not in texts.get(row.article, "")
        )

    def carried_over(self, rows: Sequence[Row]) -> list[Row]:
        """Fresh rows with the decisions made before in them, and the notes on what is undecided; added and orphaned
        rows follow at the end."""
        fresh = list(rows)
        like: dict[tuple[str, str, str], list[int]] = {}
        for i, new in enumerate(fresh):
            like.setdefault((new.article, new.type, new.quote), []).append(i)
        rest = []
        for old in self.rows:
            if not old.decision and not old.note:
                continue
            same = like.get((old.article, old.type, old.quote), [])
            if old.decision == "add" or not same:
                rest.append(old)
                continue
            at = max(
                same,
                key=lambda i: _common(fresh[i].before[::-1], old.before[::-1]) + _common(fresh[i].after, old.after),
            )
            same.remove(at)
            if old.decision:
                fresh[at] = replace(old, before=fresh[at].before, after=fresh[at].after, found=fresh[at].found)
            else:
                fresh[at] = replace(fresh[at], note=old.note)
        return [*fresh, *rest]

    def decide_toponyms(self, article: Article, toponyms: Sequence[Toponym], places: Places) -> list[Toponym]:
        """Mentions kept, fixed, dropped and added. A fix also holds for the article's other mentions of that name
        which meant the same place and on which nobody decided."""
        rows = [r for r in self.rows if r.type == "mention" and r.article == article.id and r.decision]
        decided: dict[int, Toponym | None] = {}
        added: list[Toponym] = []
        for row in rows:
            if row.decision == "add":
                start = locate(article.text, row)
                if start is not None:
                    added.append(
                        Toponym(
                            article=article.id,
                            start=start,
                            end=start + len(row.quote),
                            text=row.quote,
                            kind=MentionKind(row.kind) if row.kind else MentionKind.LITERAL,
                            place=decided_place(row, places),
                        )
                    )
                continue
            at = _match(article.text, row, [(t.start, t.end) for t in toponyms], decided)
            if at is None:
                continue
            now = toponyms[at]
            if row.decision == "drop":
                decided[at] = None
            elif row.decision == "fix":
                kind = MentionKind(row.kind) if row.kind else now.kind
                decided[at] = replace(now, place=decided_place(row, places), kind=kind, why_not=None)
            else:
                decided[at] = now
        fixed = {
            (toponyms[i].text, _id(toponyms[i].place)): new
            for i, new in decided.items()
            if new is not None and new.place is not toponyms[i].place
        }
        result = []
        for i, t in enumerate(toponyms):
            if i in decided:
                kept = decided[i]
                if kept is not None:
                    result.append(kept)
                continue
            same = fixed.get((t.text, _id(t.place)))
            result.append(replace(t, place=same.place, why_not=None) if same else t)
        return sorted([*result, *added], key=lambda t: (t.start, t.end))

    def decide_claims(
        self, article: Article, claims: Sequence[Claim], toponyms: Sequence[Toponym], read_value: ReadValue
    ) -> list[Claim]:
        """Claims kept, fixed, dropped and added; a kept, fixed or added one bears who checked it and when."""
        rows = [r for r in self.rows if r.type == "claim" and r.article == article.id and r.decision]
        decided: dict[int, Claim | None] = {}
        added: list[Claim] = []
        for row in rows:
            if row.decision == "add":
                start = locate(article.text, row)
                if start is not None:
                    added.append(_added_claim(article, row, start, toponyms, read_value))
                continue
            spans = [(c.start, c.end) for c in claims]
            other_kind = {i for i, c in enumerate(claims) if row.kind and c.kind != row.kind}
            at = _match(article.text, row, spans, {*decided, *other_kind})
            if at is None:
                at = _match(article.text, row, spans, decided)
            if at is None:
                continue
            now = claims[at]
            if row.decision == "drop":
                decided[at] = None
                continue
            if row.decision == "fix":
                now = replace(now, **_fixes(row, now, article, toponyms, read_value))
            decided[at] = replace(now, checked_by=row.by or None, checked_on=_day(row, row.on))
        result = [decided.get(i, c) for i, c in enumerate(claims)]
        return sorted([c for c in [*result, *added] if c is not None], key=lambda c: (c.start, c.end))


def read_decisions(path: Path) -> Decisions:
    """Read a decisions file; every row is checked at the door.

    Raises
    ------
    DecisionsError
        A column is missing, a decision is not keep, fix, drop or add, or a date or kind cannot be read.
    """
    name = shown(path)
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DecisionsError(f"{name}: not UTF-8 ({error.reason}); save it as CSV UTF-8") from None
    columns, records = read_table(text, name, error=DecisionsError)
    missing = [c for c in ("article", "type", "quote", "decision") if c not in columns]
    if missing:
        raise DecisionsError(f"{name}:1: no column {missing[0]}; expected those of `geomap review`")
    rows = []
    for line, record in records:
        where = f"{name}:{line}"
        cells = {c: plain_cell(record.get(c, "") if c in _VERBATIM else record.get(c, "").strip()) for c in COLUMNS}
        row = Row(**cells, where=where)
        row = replace(row, decision=row.decision.lower())
        _check(row)
        rows.append(row)
    return Decisions(rows=tuple(rows))


def decisions_at(path: Path, given: Path | None) -> Decisions | None:
    """What a file that a new review would be written over decides; None where it is not there, or is ``given``.

    Raises
    ------
    DecisionsError
        It is something else than a decisions file; or it decides, and so does the one given.
    """
    if not path.is_file() or path.stat().st_size == 0:
        return None
    try:
        found = read_decisions(path)
    except DecisionsError as error:
        raise DecisionsError(f"{error}; a review is not written over it. Mend it, or choose another -o") from None
    if given is not None and not path.samefile(given) and any(row.decision or row.note for row in found.rows):
        raise DecisionsError(
            f"{shown(path)}: holds decisions of its own; expected one file of them. Leave out --decisions, or choose "
            "another -o"
        )
    return found


_VERBATIM = {"quote", "before", "after"}


def _check(row: Row) -> None:
    if row.type not in ("mention", "claim"):
        raise DecisionsError(f"{row.where}: type is {shown(row.type)!r}; expected mention or claim")
    if row.decision and row.decision not in DECISIONS:
        raise DecisionsError(f"{row.where}: decision is {shown(row.decision)!r}; expected keep, fix, drop or add")
    if row.kind:
        kinds = list(MentionKind) if row.type == "mention" else list(ClaimKind)
        if row.kind not in kinds:
            raise DecisionsError(f"{row.where}: kind is {shown(row.kind)!r}; expected {', '.join(kinds)}")
    if row.decision == "add" and row.type == "mention" and not row.place:
        raise DecisionsError(f"{row.where}: adds a mention without a place; expected a name, an id or 'lat, lon'")
    _day(row, row.on)
    _when(row)


def decided_place(row: Row, places: Places) -> Place:
    """The place a row names: a gazetteer id, "lat, lon", or a name."""
    given = row.place
    point = re.fullmatch(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,;]\s*(-?\d{1,3}(?:\.\d+)?)\s*", given)
    if point:
        lat, lon = float(point[1]), float(point[2])
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise DecisionsError(f"{row.where}: place is {shown(given)!r}; expected lat -90–90, lon -180–180")
        key = hashlib.sha256(f"{lat:.6f},{lon:.6f}".encode()).hexdigest()[:12]
        return Place(id=f"decisions:{key}", name=row.quote, lat=lat, lon=lon, feature="P.PPL", source="decisions")
    place = places.place(given) if ":" in given else next(iter(places.find(given, limit=1)), None)
    if place is None:
        raise DecisionsError(f"{row.where}: place {shown(given)!r} is unknown; expected a name, an id or 'lat, lon'")
    return replace(place, score=1.0)


def locate(text: str, row: Row) -> int | None:
    """Where a row's quote stands in a text: of several, the one with the most of the old words around it."""
    starts = []
    at = text.find(row.quote) if row.quote else -1
    while at >= 0:
        starts.append(at)
        at = text.find(row.quote, at + 1)
    if not starts:
        return None
    return max(starts, key=lambda s: (_likeness(text, s, s + len(row.quote), row), -s))


def _likeness(text: str, start: int, end: int, row: Row) -> int:
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return _common(before[::-1], row.before[::-1]) + _common(after, row.after)


def _common(a: str, b: str) -> int:
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count


def _match(text: str, row: Row, spans: Sequence[tuple[int, int]], taken: Collection[int]) -> int | None:
    """Which span a row means: the same quote, and of several the one with the most of the old words around it."""
    best, best_score = None, -1
    for i, (start, end) in enumerate(spans):
        if i not in taken and text[start:end] == row.quote:
            score = _likeness(text, start, end, row)
            if score > best_score:
                best, best_score = i, score
    return best


def _id(place: Place | None) -> str | None:
    return place.id if place else None


def _day(row: Row, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DecisionsError(f"{row.where}: {shown(text)!r} is no date; expected one such as 2022-09-10") from None


def _when(row: Row) -> When | None:
    """A corrected date, or two with a slash between."""
    if not row.date:
        return None
    first, _, last = row.date.partition("/")
    start = _day(row, first)
    return When(text=row.date, start=start, end=_day(row, last) if last else start)


def _fixes(
    row: Row, claim: Claim, article: Article, toponyms: Sequence[Toponym], read_value: ReadValue
) -> dict[str, Any]:
    changes: dict[str, object] = {}
    if row.kind and row.kind != claim.kind:
        changes["kind"] = ClaimKind(row.kind)
    if row.value and (claim.value is None or row.value != claim.value.text):
        changes["value"] = _value(row, read_value, claim.start)
    if row.date and row.date != _days(claim.date):
        changes["date"] = _when(row)
    if row.place:
        changes["subject"] = (_named(row.place, toponyms, claim.start, claim.end),)
    return changes


def _value(row: Row, read_value: ReadValue, at: int) -> Value:
    value = read_value(row.value)
    if value is None:
        raise DecisionsError(f"{row.where}: value {shown(row.value)!r} is no quantity; expected one such as 390 sq mi")
    # the words stand in the decisions file, not in the text: the span is the claim's start
    return replace(value, start=at, end=at)


def _named(text: str, toponyms: Sequence[Toponym], start: int, end: int) -> Mention:
    """A place of the claim by its name as written in the article: the mention nearest to the claim."""
    same = [t for t in toponyms if t.text.casefold() == text.casefold()]
    if not same:
        return Mention(text=text, why_not=message("untested.not_mentioned"))
    t = min(same, key=lambda t: max(t.start - end, start - t.end, 0))
    return Mention(text=t.text, place=t.place, start=t.start, end=t.end, why_not=t.why_not)


def _added_claim(article: Article, row: Row, start: int, toponyms: Sequence[Toponym], read_value: ReadValue) -> Claim:
    end = start + len(row.quote)
    inside = [t for t in toponyms if start <= t.start and t.end <= end and t.kind is not MentionKind.DEMONYM]
    value = _value(row, read_value, start) if row.value else read_value(row.quote)
    kind = ClaimKind(row.kind) if row.kind else ClaimKind.CONTROL
    subject = (_named(row.place, toponyms, start, end),) if row.place else tuple(_mention(t) for t in inside)
    key = hashlib.sha256(f"{article.id}|{kind}|{row.quote}|added".encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return Claim(
        id=f"c{key}",
        article=article.id,
        kind=kind,
        quote=row.quote,
        start=start,
        end=end,
        value=value,
        subject=subject,
        predicate=Predicate.CONTROLS if kind is ClaimKind.CONTROL else None,
        date=_when(row),
        checked_by=row.by or None,
        checked_on=_day(row, row.on),
        language=language_code(article.text),
    )


def _mention(t: Toponym) -> Mention:
    return Mention(text=t.text, place=t.place, start=t.start, end=t.end, why_not=t.why_not)


# ── users' own claims ────────────────────────────────────────────────────────────────────────────────────────


def read_own_claims(path: Path) -> list[Article]:
    """Read a CSV of ``claim, value, unit, place, date, source`` (only ``claim`` is needed), each row as a text.

    Value, unit and place are written behind the claim's words where those do not say them, so that a quote shows
    all that was given, and the row goes the same way as an article.
    """
    name = shown(path)
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not UTF-8 ({error.reason}); save it as CSV UTF-8") from None
    columns, records = read_table(text, name)
    if "claim" not in columns:
        raise InputError(f"{name}:1: no column claim; expected claim, value, unit, place, date, source")
    articles = []
    for line, record in records:
        where = f"{name}:{line}"
        cells = {k: plain_cell(v.strip()) for k, v in record.items() if k}
        words = cells.get("claim", "")
        if not words:
            raise InputError(f"{where}: the claim is empty; expected its words")
        quantity = " ".join(c for c in (cells.get("value"), cells.get("unit")) if c)
        given = [p for p in (quantity, cells.get("place", "")) if p and p.casefold() not in words.casefold()]
        day = cells.get("date", "")
        try:
            published = date.fromisoformat(day) if day else None
        except ValueError:
            raise InputError(f"{where}: date is {shown(day)!r}; expected one such as 2022-09-10") from None
        articles.append(
            Article(
                id=f"{path.stem}:{line}",
                text=words + (f" ({'; '.join(given)})" if given else ""),
                title=cells.get("place") or None,
                source=cells.get("source") or None,
                published_on=published,
                path=str(path),
                sha256=hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest(),
            )
        )
    return articles


def complete_own_claim(
    article: Article, claims: Sequence[Claim], toponyms: Sequence[Toponym], places: Places, read_value: ReadValue
) -> list[Claim]:
    """A user's row always gives a claim: what was extracted from it, else one made of its quantity and place."""
    if claims:
        return list(claims)
    value = read_value(article.text)
    named = [t for t in toponyms if t.kind is not MentionKind.DEMONYM]
    subject = tuple(_mention(t) for t in named)
    if not subject and article.title:
        place = next(iter(places.find(article.title, limit=1)), None)
        subject = (
            Mention(text=article.title, place=place, why_not=None if place else message("untested.not_in_gazetteer")),
        )
    if value is None or value.si_unit is None:
        kind = ClaimKind.CONTROL
    else:
        kind = {"m2": ClaimKind.AREA, "m": ClaimKind.DISTANCE}.get(value.si_unit, ClaimKind.RATE)
    key = hashlib.sha256(f"{article.id}|{article.text}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return [
        Claim(
            id=f"c{key}",
            article=article.id,
            kind=kind,
            quote=article.text,
            start=0,
            end=len(article.text),
            value=value,
            subject=subject,
            source=(article.source,) if article.source else (),
            polarity=Polarity.AFFIRMED,
            modality=Modality.ASSERTED,
            date=When(text=None, start=article.published_on, end=article.published_on)
            if article.published_on
            else None,
            language=language_code(article.text),
        )
    ]
