"""A published claim's passport: what it says, what was measured, from which files; and whether that comes out again.

JSON-LD, so that others' programs can read it: schema.org's words where it has them. Files are named and hashed, never
held; numbers are rounded to what no machine's library disagrees on, so that the same inputs give the same bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from geomap import __version__, pipeline
from geomap.errors import InputError
from geomap.files import read_bytes, shown
from geomap.models import Claim, to_record
from geomap.results import Report

DIGITS = 9
"""Significant digits of every number: a tenth of a millimetre in a degree; libraries agree to twelve."""
LARGEST = 256 * 2**20
"""Bytes of a passport: a claim has some ten thousand."""
FILES = ("inputs", "control", "events", "rules", "claims", "decisions", "config")
"""Options that name files."""
CONTEXT = {"@vocab": "https://schema.org/", "geomap": "urn:geomap:", "sha256": "https://schema.org/sha256"}
FORMAT = "geomap-passport-1"
WORDS = ("published", "since", "region", "holder", "title", "source", "url")
"""Options that are words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came out when a passport was recomputed: how many claims, and each difference in a line."""

    claims: int
    files: int
    differences: tuple[str, ...]


def render_passport(made: Report, asked: Mapping[str, Any]) -> str:
    """The passport of a report's claims.

    Parameters
    ----------
    asked
        The options of ``pipeline.report`` that it was made with.

    Raises
    ------
    InputError
        An article came by standard input, which cannot be read again.
    """
    options = {
        key: _plain(value) if key in FILES else value
        for key, value in asked.items()
        if value not in (None, (), [], False)
    }
    if "-" in options.get("inputs", []):
        raise InputError("--passport: an article on standard input cannot be read again; expected files")
    record = {
        "@context": CONTEXT,
        "@type": "Dataset",
        "geomap:format": FORMAT,
        "creator": {"@type": "SoftwareApplication", "name": "geomap", "softwareVersion": __version__},
        "geomap:options": options,
        "geomap:settings": dict(made.assessment.methods.settings),
        "isBasedOn": files_of(made),
        "hasPart": [_claim(claim) for claim in made.assessment.claims],
    }
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def files_of(made: Report) -> list[dict[str, str]]:
    """Every file that the report rests on, by name and hash."""
    found = {}
    methods = made.assessment.methods
    snapshots = [s.provenance for c in made.assessment.control for s in c.snapshots]
    for source in (*methods.inputs, *snapshots, *methods.data):
        if source.sha256:
            name = PurePath((source.path or source.name).replace("\\", "/")).name
            found[(name, source.sha256)] = {"@type": "MediaObject", "name": name, "sha256": source.sha256}
    return [found[key] for key in sorted(found)]


def _claim(claim: Claim) -> dict[str, Any]:
    """A claim with its verdict and what was measured, shapes too."""
    record = to_record(claim)
    verdict = claim.verdict
    shapes = [e.geometry for e in verdict.evidence] if verdict is not None else []
    for evidence, shape in zip((record["verdict"] or {}).get("evidence", []), shapes, strict=True):
        if shape is not None and not shape.is_empty:
            evidence["geometry"] = json.loads(json.dumps(shape.__geo_interface__))
    told: dict[str, Any] = _rounded(
        {"@type": "Claim", "@id": f"urn:geomap:claim:{claim.id}", "text": claim.quote} | record
    )
    return told


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _rounded(part) for key, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, (list, tuple)) else value


def _plain(value: Any) -> Any:
    """An option as JSON has it; of a path that begins at the root of this machine, the name alone."""
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if not isinstance(value, (str, Path)):
        return value
    name, equals, path = str(value).partition("=")
    return f"{name}={_below(path)}" if equals else _below(str(value))


def _below(path: str) -> str:
    """A path as one below a folder: as typed, or, where it leads out of here, its name alone."""
    pure = PurePath(path)
    return pure.name if pure.is_absolute() or ".." in pure.parts else path


# ── recomputing ──────────────────────────────────────────────────────────────────────────────────────────────


def read_passport(path: Path) -> dict[str, Any]:
    """A passport as it was written.

    Raises
    ------
    InputError
        It is none.
    """
    try:
        record: Any = json.loads(read_bytes(path, limit=LARGEST))
        whole = record["geomap:format"] == FORMAT and all(isinstance(c["@id"], str) for c in record["hasPart"])
        whole = (
            whole
            and isinstance(record["geomap:options"], dict)
            and isinstance(record["geomap:options"]["inputs"], list)
        )
        whole = whole and all(isinstance(f["name"] + f["sha256"], str) for f in record["isBasedOn"])
        whole = whole and isinstance(record["creator"]["softwareVersion"], str)
    except (ValueError, KeyError, TypeError, RecursionError):
        whole = False
    if not whole:
        raise InputError(f"{shown(path)}: no passport; expected what `geomap report --passport` writes")
    found: dict[str, Any] = record
    return found


def verify_passport(path: Path, *, folder: Path | None = None) -> Verified:
    """Recompute a passport's claims from its files, and say what differs.

    Parameters
    ----------
    folder
        Where the files are; default: the current folder, else the passport's own.

    Raises
    ------
    InputError
        It is no passport, or a file that it names is not there.
    """
    record = read_passport(path)
    roots = [folder] if folder is not None else [Path(), path.parent]
    options = {key: _located(key, value, roots) for key, value in record["geomap:options"].items()}
    made = pipeline.report(**options)
    differences = [*_files_differ(record["isBasedOn"], files_of(made)), *_claims_differ(record["hasPart"], made)]
    version = record["creator"]["softwareVersion"]
    if differences and version != __version__:
        differences.insert(0, f"made with geomap {shown(version)[:20]}, recomputed with {__version__}")
    return Verified(claims=len(record["hasPart"]), files=len(record["isBasedOn"]), differences=tuple(differences))


def _located(key: str, value: Any, roots: list[Path]) -> Any:
    """An option whose files are found below one of the folders."""
    if key not in FILES:
        if not (isinstance(value, str) if key in WORDS else key == "repair" and isinstance(value, bool)):
            raise InputError(f"geomap:options: {shown(key)[:40]} is not an option of a report; not recomputed")
        return value
    if isinstance(value, list):
        return [_located(key, part, roots) for part in value]
    if not isinstance(value, str):
        raise InputError(f"geomap:options: {shown(key)} is a {type(value).__name__}; expected names of files")
    name, equals, path = value.partition("=")
    named = equals and key == "control" and not any((root / value).exists() for root in roots)
    wanted = path if named else value
    if PurePath(wanted).is_absolute() or ".." in PurePath(wanted).parts:
        # a passport comes from others: it names files below the folder that its reader chose, and no other
        raise InputError(
            f"{shown(wanted)}: points out of the folder; put the file there and say where with --from FOLDER"
        )
    found = next((root / wanted for root in roots if (root / wanted).exists()), None)
    if found is None:
        raise InputError(f"{shown(wanted)}: not there, and the passport rests on it; say where with --from FOLDER")
    return f"{name}={found}" if named else str(found)


def _files_differ(told: list[dict[str, str]], found: list[dict[str, str]]) -> list[str]:
    before = {(f["name"], f["sha256"]) for f in told}
    now = {(f["name"], f["sha256"]) for f in found}
    names = sorted({name for name, _ in before ^ now})
    return [f"{shown(name)}: not the same file (its SHA-256 differs, or it is new or gone)" for name in names]


def _claims_differ(told: list[dict[str, Any]], made: Report) -> list[str]:
    before = {c["@id"]: c for c in told}
    now = {c["@id"]: c for c in map(_claim, made.assessment.claims)}
    lines = [f"{_named(before[key])}: no longer found" for key in before if key not in now]
    lines += [f"{_named(now[key])}: not in the passport" for key in now if key not in before]
    for key in before:
        if key in now and (paths := list(_paths(json.loads(json.dumps(now[key])), before[key], ""))):
            lines.append(f"{_named(before[key])}: differs in {', '.join(paths[:4])}{' …' if len(paths) > 4 else ''}")
    return lines


def _named(claim: Mapping[str, Any]) -> str:
    quote = shown(claim.get("text", ""))
    return (
        f"{shown(claim['@id']).removeprefix('urn:geomap:claim:')[:40]} “{quote[:80]}{'…' if len(quote) > 80 else ''}”"
    )


def _paths(now: Any, before: Any, at: str) -> Any:
    """Where two values differ, with what stands there."""
    if isinstance(now, dict) and isinstance(before, dict):
        for key in dict.fromkeys([*before, *now]):
            yield from _paths(now.get(key), before.get(key), f"{at}.{key}" if at else str(key))
    elif isinstance(now, list) and isinstance(before, list) and len(now) == len(before):
        for number, (one, other) in enumerate(zip(now, before, strict=True)):
            yield from _paths(one, other, f"{at}[{number}]")
    elif now != before:
        brief = [shown(json.dumps(v, ensure_ascii=False))[:60] for v in (before, now)]
        yield f"{shown(at)} ({brief[0]} then, {brief[1]} now)"
