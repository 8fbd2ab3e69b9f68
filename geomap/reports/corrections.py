"""What changed between two reports, as a dated note that the new page carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from geomap.errors import InputError
from geomap.files import read_bytes, shown
from geomap.reports.markdown import escape_markdown, unescape_markdown
from geomap.schema import checked
from geomap.settings import Style
from geomap.wording import clip, day, fold, quantity, words

PARTS = ("articles", "places", "claims", "contradictions", "untested", "unresolved", "methods")
SAME = 0.005
"""Measured ends that differ by less than half a per cent read the same in three digits."""


# what is read of a saved report, as it must be there; the rest of it is not looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mention:
    text: str
    place: _Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aspect:
    measured: tuple[float | None, float | None]
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    label: str
    aspects: tuple[_Aspect, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    article: str
    kind: str
    quote: str
    verdict: _Verdict | None = None
    subject: tuple[_Mention, ...] | None = None
    reference: _Mention | None = None
    region: _Mention | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Methods:
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    claims: tuple[_Claim, ...]
    methods: _Methods


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A note of what changed. ``on``: the day of the note; ``lines``: one change each, plain text.

    ``title``: its heading where a person may have edited it; else the words of the page's language.
    """

    on: date | None
    lines: tuple[str, ...]
    title: str = ""


def compare_reports(
    old: Mapping[str, Any], new: Mapping[str, Any], *, on: date | None = None, style: Style | None = None
) -> Correction:
    """Compare two ``report.json`` objects.

    Raises
    ------
    InputError
        One of them is no report.
    """
    style = style or Style()
    for name, report in (("old", old), ("new", new)):
        lacking = [p for p in PARTS if not isinstance(report, Mapping) or p not in report]
        if lacking:
            raise InputError(f"{name} report: no {lacking[0]!r}; expected a file that `geomap report -o x.json` wrote")
        checked(report, _Report, f"{name} report")
    return Correction(on=on, lines=tuple(dict.fromkeys(_changes(old, new, style))))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], style: Style) -> Iterator[str]:
    w = words(style.language)
    before, after = _claims(old), _claims(new)
    for key, claim in after.items():
        quote = clip(str(claim["quote"]), 140)
        if key not in before:
            yield w("correction_added", what=f"“{quote}” — {_label(claim, style)}")
            continue
        was = before[key]
        if _label(was, style) != _label(claim, style):
            yield w("correction_verdict", quote=quote, old=_label(was, style), new=_label(claim, style))
        earlier, later = _measured(was), _measured(claim)
        if not _close(earlier, later):
            yield w("correction_measured", quote=quote, old=_shown(earlier, style), new=_shown(later, style))
    for key, claim in before.items():
        if key not in after:
            yield w("correction_removed", what=f"“{clip(str(claim['quote']), 140)}” — {_label(claim, style)}")
    yield from _moved_places(before, after, style)
    versions = (old["methods"].get("version"), new["methods"].get("version"))
    if versions[0] != versions[1]:
        yield w("correction_version", old=versions[0], new=versions[1])


def _claims(report: Mapping[str, Any]) -> dict[tuple[str, str, str, int], Mapping[str, Any]]:
    """Claims by id where ids hold, and by article, kind and words: an edit above a claim moves its offsets."""
    found: dict[tuple[str, str, str, int], Mapping[str, Any]] = {}
    for claim in report["claims"]:
        key = (str(claim["article"]), str(claim["kind"]), fold(str(claim["quote"])))
        number = 0
        while (*key, number) in found:
            number += 1
        found[(*key, number)] = claim
    return found


def _label(claim: Mapping[str, Any], style: Style) -> str:
    w = words(style.language)
    label = (claim.get("verdict") or {}).get("label", "not_testable")
    return w.get(f"label_{label}", str(label))


Measured = tuple[float | None, float | None, str]


def _measured(claim: Mapping[str, Any]) -> Measured | None:
    aspects = (claim.get("verdict") or {}).get("aspects") or []
    if not aspects:
        return None
    low, high = aspects[0]["measured"]
    return (low, high, str(aspects[0]["unit"]))


def _close(one: Measured | None, other: Measured | None) -> bool:
    if one is None or other is None or one[2] != other[2]:
        return one == other
    return all(
        a == b or (a is not None and b is not None and abs(a - b) <= SAME * max(abs(a), abs(b)))
        for a, b in zip(one[:2], other[:2], strict=True)
    )


def _shown(measured: Measured | None, style: Style) -> str:
    w = words(style.language)
    return w["unknown_amount"] if measured is None else quantity(measured[:2], measured[2], style)


def _moved_places(
    before: Mapping[Any, Mapping[str, Any]], after: Mapping[Any, Mapping[str, Any]], style: Style
) -> Iterator[str]:
    """Names whose place is another one now."""
    w = words(style.language)
    for key, claim in after.items():
        if key not in before:
            continue
        was, now = _places(before[key]), _places(claim)
        for name in was.keys() & now.keys():
            if was[name] != now[name]:
                yield w("correction_place", name=clip(name, 80), old=was[name], new=now[name])


def _places(claim: Mapping[str, Any]) -> dict[str, str]:
    mentions = [*(claim.get("subject") or []), claim.get("reference"), claim.get("region")]
    found = {}
    for mention in mentions:
        if mention:
            place = mention.get("place")
            found[fold(str(mention["text"]))] = (
                f"{fold(str(place['name']))} ({place['lat']:.3f}, {place['lon']:.3f})" if place else "—"
            )
    return found


def render_correction(correction: Correction, *, style: Style | None = None) -> str:
    """The note as Markdown."""
    style = style or Style()
    w = words(style.language)
    title = w("correction_title", date=day(correction.on, style)) if correction.on else w["corrections"]
    lines = correction.lines or (w["correction_none"],)
    return f"## {escape_markdown(title)}\n\n" + "".join(f"- {escape_markdown(line)}\n" for line in lines)


def read_corrections(path: Path) -> tuple[Correction, ...]:
    """The notes that ``render_correction`` wrote, edited by hand or not: "## heading" begins one, each line is a line.

    Raises
    ------
    InputError
        The file cannot be read as text, or says nothing.
    """
    try:
        text = read_bytes(path, limit=NOTE_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{shown(path)}: not UTF-8 text; expected what `geomap compare ... -o x.md` writes") from None
    notes: list[tuple[str, list[str]]] = []
    fresh = True
    for line in map(str.strip, text.splitlines()):
        if line.startswith("#"):
            notes.append((unescape_markdown(line.lstrip("#").strip()), []))
        elif line:
            if not notes:
                notes.append(("", []))
            said = notes[-1][1]
            item = line.startswith(("- ", "* "))
            if item or fresh or not said:
                said.append(unescape_markdown(line[2:].strip() if item else line))
            else:
                # a line that an editor's program broke
                said[-1] += " " + unescape_markdown(line)
        fresh = not line
    told = tuple(Correction(on=None, lines=tuple(lines), title=title) for title, lines in notes if lines)
    if not told:
        raise InputError(f"{shown(path)}: says nothing; expected what `geomap compare ... -o x.md` writes")
    return told


NOTE_BYTES = 2**20
"""More than this is no note."""
