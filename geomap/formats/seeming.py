"""What a file seems to be by its content, whatever its name says."""

from __future__ import annotations

import json
import re
from enum import StrEnum


class Seems(StrEnum):
    """Kinds of content that are told apart."""

    TEXT = "text"
    HTML = "a web page"
    JSON = "JSON"
    JSON_LINES = "JSON Lines"
    FEED = "a feed (RSS or Atom)"
    KML = "a map (KML)"
    XML = "XML"
    VTT = "subtitles (WebVTT)"
    SRT = "subtitles (SubRip)"
    MAIL = "an e-mail"
    MBOX = "a mailbox"
    PDF = "a PDF"
    ZIP = "a zip archive"
    DOCX = "a Word document"
    BINARY = "a binary file"


MAGIC = (
    (b"%PDF-", "a PDF"), (b"PK\x03\x04", "a zip archive"), (b"PK\x05\x06", "an empty zip archive"),
    (b"SQLite format 3\0", "a database (SQLite, GeoPackage)"), (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"), (b"GIF8", "a picture (GIF)"), (b"RIFF", "a sound, film or WebP picture"),
    (b"PAR1", "Parquet"), (b"\xd0\xcf\x11\xe0", "an old Office file (.doc, .xls)"), (b"fgb\x03", "a map (FlatGeobuf)"),
    (b"\0\0\x27\x0a", "a map (shapefile)"), (b"\x7fELF", "a program"), (b"MZ", "a program"),
    (b"7z\xbc\xaf", "a 7z archive"), (b"Rar!", "a RAR archive"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"),
    (b"OggS", "a sound (Ogg)"), (b"ID3", "a sound (MP3)"), (b"{\\rtf", "RTF"), (b"\x28\xb5\x2f\xfd", "Zstandard"),
)  # fmt: skip
"""First bytes, and what begins with them."""

PLAIN = (b"%PDF-", b"PK\x03\x04", b"PK\x05\x06", b"{\\rtf", b"SQLite format 3\0")
"""Those that no text begins with."""

FEEDS = ("rss", "feed", "rdf:rdf")
PROLOGUE = re.compile(
    r"\s*(?:<\?xml.{0,400}?\?>|<!--.{0,4000}?-->|<!DOCTYPE[^>\[]{0,400}>|<\?[^>]{0,400}\?>)", re.S | re.I
)
ROOT = re.compile(r"\s*<([A-Za-z_][\w.-]*(?::[\w.-]+)?)[\s/>]")
CUE = re.compile(r"\s*(?:\d+\s*\n)?\d{1,2}:\d\d:\d\d[,.]\d{3} --> ")
HEADER = re.compile(r"(?:(?:[A-Z][\w-]{1,40}):[^\n]*\n(?:[ \t][^\n]*\n)*){3,}\r?\n", re.M)
MAIL_WORDS = re.compile(r"^(?:From|Received|Message-ID|MIME-Version|Return-Path|Delivered-To):", re.M | re.I)


def binary_kind(data: bytes) -> str | None:
    """What binary content begins as; None for what may be text."""
    binary = b"\0" in data[:65536] and not data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for start, kind in MAGIC:
        # a story may begin with "MZ" or "Rar!"
        if data.startswith(start) and (binary or start in PLAIN or not start.isascii()):
            return kind
    return "a binary file" if binary else None


def root_of(text: str) -> str | None:
    """The first element's name, in lower case, of what begins like XML or HTML; None for prose."""
    at = 1 if text.startswith("\ufeff") else 0
    while found := PROLOGUE.match(text, at):
        at = found.end()
    root = ROOT.match(text, at)
    if root is not None:
        return root[1].lower()
    return "" if at > 1 and text[: at + 20].lstrip("\ufeff \t\r\n").startswith("<?xml") else None


def seems(text: str) -> Seems:
    """What decoded text seems to be."""
    root = root_of(text)
    if root is not None:
        return _markup(text, root)
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("WEBVTT"):
        return Seems.VTT
    if CUE.match(text.lstrip("\ufeff")):
        return Seems.SRT
    if start[:1] in "{[" and start[:1]:
        return _json(start)
    if start.startswith("From ") and HEADER.search(start[:20_000].replace("\r\n", "\n")):
        return Seems.MBOX
    head = HEADER.match(start[:20_000].replace("\r\n", "\n"))
    if head is not None and len(MAIL_WORDS.findall(head[0])) >= 2:
        return Seems.MAIL
    return Seems.TEXT


def _markup(text: str, root: str) -> Seems:
    if root in FEEDS:
        return Seems.FEED
    if root == "kml":
        return Seems.KML
    if root == "html":
        return Seems.HTML
    if text.lstrip("\ufeff \t\r\n").startswith("<?xml"):
        return Seems.XML
    if re.match(r"\s*<!doctype html", text, re.I):
        return Seems.HTML
    # a story may begin with a word in angle brackets; what closes its first element at its end is no story
    return Seems.XML if text.rstrip().lower().endswith(f"</{root}>") else Seems.TEXT


def _json(start: str) -> Seems:
    try:
        value = json.loads(start)
    except RecursionError:
        return Seems.JSON
    except ValueError:
        first = start.partition("\n")[0]
        try:
            value = json.loads(first)
        except (ValueError, RecursionError):
            return Seems.TEXT
        return Seems.JSON_LINES if isinstance(value, dict) else Seems.TEXT
    # "[sic]" is no JSON, "[1]" a footnote
    return Seems.JSON if isinstance(value, dict) or any(isinstance(v, dict | list) for v in value) else Seems.TEXT


def json_kind(value: object) -> str:
    """What a JSON document seems to be, for a message."""
    if isinstance(value, dict):
        kind = value.get("type")
        if kind in ("FeatureCollection", "Feature", "GeometryCollection", "Polygon", "MultiPolygon"):
            return "a map (GeoJSON); give it by --control or --shape"
        if kind == "Topology":
            return "a map (TopoJSON); give it by --control"
        if "geometryType" in value or "featureCollection" in value:
            return "a map (ArcGIS JSON); give it by --control"
        if "claims" in value and "methods" in value:
            return "a report of geomap's (report.json)"
        if "cells" in value and "nbformat" in value:
            return "a notebook"
    return "JSON of another kind"
