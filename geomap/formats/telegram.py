"""Telegram's exports: ``result.json`` of a chat or of all chats, and the pages of an HTML export."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from geomap.errors import InputError
from geomap.formats import Record

LINKED = ("public_channel", "private_channel", "public_supergroup", "private_supergroup")
"""Chats whose messages have an address."""
DAY = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})\b")


def is_export(value: object) -> bool:
    """Whether JSON is an export of a chat, or of all."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("chats"), dict) and isinstance(value["chats"].get("list"), list):
        return True
    messages = value.get("messages")
    return (
        isinstance(messages, list) and "type" in value and all(isinstance(m, dict) and "id" in m for m in messages[:20])
    )


def read_export(name: str, value: dict[str, Any]) -> Iterator[Record]:
    """Each message with text as a record: its chat, day and address; of a forward, whose words it is.

    Raises
    ------
    InputError
        No message has text.
    """
    chats = value["chats"]["list"] if "chats" in value else [value]
    found = False
    for chat in chats:
        if not isinstance(chat, dict) or not isinstance(chat.get("messages"), list):
            raise InputError(f"{name}: a chat without messages; expected Telegram's export whole. Export it again")
        for number, message in enumerate(chat["messages"], 1):
            record = _record(f"{name}: message {number}", chat, message)
            if record is not None:
                found = True
                yield f"{name}: message {message['id']}", record
    if not found:
        raise InputError(f"{name}: a Telegram export without a message that has text; expected one with words")


def _record(where: str, chat: dict[str, Any], message: Any) -> dict[str, Any] | None:
    if not isinstance(message, dict) or "id" not in message:
        raise InputError(f"{where}: no message; expected Telegram's export whole. Export it again")
    if message.get("type") != "message":
        return None
    text = _text(where, message.get("text", ""))
    if not text.strip():
        return None
    channel = chat.get("name") or message.get("from") or "Telegram"
    return {
        "id": f"{channel}-{message['id']}",
        "text": text,
        "source": _word(message.get("forwarded_from")) or _word(channel),
        "url": _link(chat, message["id"]),
        "published_on": str(message.get("date", ""))[:10] or None,
    }


def _text(where: str, value: Any) -> str:
    """A message's text: plain, or in parts of which some bear marks."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        raise InputError(f"{where}: text of type {type(value).__name__}; expected Telegram's export as it was written")
    parts = [part if isinstance(part, str) else part.get("text") if isinstance(part, dict) else None for part in value]
    if not all(isinstance(part, str) for part in parts):
        raise InputError(f"{where}: a part of its text is no text; expected Telegram's export as it was written")
    return "".join(str(part) for part in parts)


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _link(chat: dict[str, Any], number: Any) -> str | None:
    """A channel's message by number; exports do not tell a channel's public name."""
    key = chat.get("id")
    if chat.get("type") in LINKED and isinstance(key, int) and isinstance(number, int):
        return f"https://t.me/c/{key}/{number}"
    return None


# ── HTML exports ─────────────────────────────────────────────────────────────────────────────────────────────


def is_page(text: str) -> bool:
    """Whether a page is of an HTML export."""
    return 'class="message default clearfix' in text and 'class="page_wrap' in text


def read_page(name: str, text: str) -> Iterator[Record]:
    """Each message of a page of an export; one that goes on another's has that one's author.

    Raises
    ------
    InputError
        No message has text.
    """
    from lxml import html

    page = html.fromstring(text)
    heads = page.xpath('//div[contains(@class, "page_header")]//div[contains(@class, "text bold")]')
    channel = " ".join(heads[0].text_content().split()) if heads else "Telegram"
    found = False
    for message in page.xpath('//div[contains(@class, "message default clearfix")]'):
        bodies = message.xpath('.//div[@class="text"]')
        if not bodies:
            continue
        words = plain(bodies[0])
        if not words:
            continue
        found = True
        number = str(message.get("id", "")).removeprefix("message")
        forwarded = message.xpath(
            './/div[contains(@class, "forwarded body")]/div[contains(@class, "from_name")]/text()'
        )
        days = message.xpath('.//div[contains(@class, "date details")]/@title')
        day = DAY.search(days[0]) if days else None
        source = " ".join(str(forwarded[0]).split()) if forwarded else channel
        yield (
            f"{name}: message {number}",
            {
                "id": f"{channel}-{number}",
                "text": words,
                "source": source or channel,
                "published_on": f"{day[3]}-{day[2]}-{day[1]}" if day else None,
            },
        )
    if not found:
        raise InputError(f"{name}: a page of a Telegram export without a message that has text")


BREAKS = {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"}
HIDDEN = {"script", "style", "head", "noscript", "template"}


def plain(element: Any) -> str:
    """The words of an element, a line where a block or a break begins one."""
    parts: list[str] = []

    def visit(node: Any, depth: int = 0) -> None:
        named = isinstance(node.tag, str)  # comments and the like are not
        if named and node.tag not in HIDDEN and depth < 200:
            if node.tag in BREAKS:
                parts.append("\n")
            parts.append(_spaced(node.text))
            for child in node:
                visit(child, depth + 1)
            if node.tag in BREAKS - {"br"}:
                parts.append("\n")
        parts.append(_spaced(node.tail) if depth else "")

    visit(element)
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _spaced(text: str | None) -> str:
    return re.sub(r"\s+", " ", text) if text else ""
