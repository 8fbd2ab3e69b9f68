"""Text from outside in Markdown: every sign that Markdown or HTML would read is escaped."""

from __future__ import annotations

import re

_SIGNS = re.compile(r"([\\`*_\[\]|~$^@])|:(?=//)")
_LEADING = re.compile(r"^([#+=:-]|\d+(?=[.)]))")


def escape_markdown(text: str) -> str:
    """One line of text as Markdown shows it literally: CommonMark escapes, entities for "<" and "&", no line breaks.

    Addresses too: GitHub makes links of what stands there bare.
    """
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _SIGNS.sub(lambda sign: "\\" + sign.group(), text)
    return _LEADING.sub(lambda sign: _unlisted(sign.group()), text)


def _unlisted(start: str) -> str:
    """A first sign that would open a heading, list or rule, made plain."""
    return f"{start}\u200b" if start.isdigit() else f"\\{start}"
