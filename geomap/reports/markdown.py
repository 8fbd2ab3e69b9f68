"""Text from outside in Markdown: every sign that Markdown or HTML would read is escaped."""

from __future__ import annotations

import html
import re

from geomap.wording import fold

_SIGNS = re.compile(r"[\\`*_\[\]|~$^@]|:(?=//)")
_LEADING = re.compile(r"^( ?)(?:([#+=:-])|(\d+)(?=[.)]))")


def escape_markdown(text: str) -> str:
    """One line of text as Markdown shows it literally: CommonMark escapes, entities for "<" and "&", no line breaks.

    Bare addresses too, which GitHub makes links of. A space at either end stays one space.
    """
    edges = (" " if text[:1].isspace() else "", " " if text[-1:].isspace() else "")
    text = fold(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _SIGNS.sub(lambda sign: "\\" + sign.group(), text)
    return edges[0] + _LEADING.sub(_unlisted, text) + edges[1]


def unescape_markdown(text: str) -> str:
    """The text that ``escape_markdown`` was given, spaces folded; still text, never markup."""
    return html.unescape(_ESCAPED.sub(r"\1", text))


_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
"""A backslash before ASCII punctuation (CommonMark 2.4), and before a digit's full stop as ``_unlisted`` writes it."""


def _unlisted(start: re.Match[str]) -> str:
    """A first sign that would open a heading, list or rule, made plain."""
    space, sign, digits = start.groups()
    return f"{space}\\{sign}" if sign else f"{space}{digits}\\"
