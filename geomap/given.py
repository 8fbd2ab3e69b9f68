"""What a Python user gives ``geomap.report``: files, records, a text, a table of articles; checked at the door."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from geomap.articles import article_from, read_articles
from geomap.errors import InputError
from geomap.models import Article

EXPECTED = "a path, several of them, or Article records; a text goes in text=, a table in articles="
LONGEST_PATH = 4096
"""Bytes that a path has at most (Linux); what is longer, or has lines, is a story given in a path's stead."""


def articles_given(
    inputs: Any = None,
    *,
    text: Any = None,
    articles: Any = None,
    published: date | None = None,
    say: Callable[[str], None],
) -> list[Article]:
    """Articles of everything given, in the order inputs, text, articles.

    Raises
    ------
    InputError
        Nothing is given, or something of another type than expected; one line names both.
    """
    if inputs is None and text is None and articles is None:
        raise InputError(f"nothing to read; expected {EXPECTED}")
    found = _from_inputs(inputs, published, say) if inputs is not None else []
    if text is not None:
        found.append(article_from("text", {"id": "text", "text": checked_text(text)}, published=published))
    if articles is not None:
        found += [
            a if isinstance(a, Article) else article_from(f"articles[{number}]", a, published=published)
            for number, a in enumerate(_rows(articles))
        ]
    return _with_own_ids(found)


def checked_text(text: object, name: str = "text") -> str:
    """An article's text, where it is one."""
    if not isinstance(text, str):
        raise InputError(f"{name}: found {_type(text)}; expected str, the article's text")
    return text


def _from_inputs(inputs: Any, published: date | None, say: Callable[[str], None]) -> list[Article]:
    if _is_table(inputs):
        raise InputError(f"inputs: found {_type(inputs)}; expected {EXPECTED}")
    if isinstance(inputs, (str, Path, Article)):
        inputs = [inputs]
    if not isinstance(inputs, Iterable) or isinstance(inputs, (bytes, Mapping)):
        raise InputError(f"inputs: found {_type(inputs)}; expected {EXPECTED}")
    records: list[Article] = []
    paths: list[str | Path] = []
    for number, item in enumerate(inputs):
        if isinstance(item, Article):
            records.append(item)
        elif not isinstance(item, (str, Path)):
            raise InputError(f"inputs[{number}]: found {_type(item)}; expected a path or an Article")
        elif isinstance(item, str) and ("\n" in item or len(item.encode("utf-8", "replace")) > LONGEST_PATH):
            raise InputError(f"inputs[{number}]: found a text of {len(item):,} characters; a text goes in text=")
        else:
            paths.append(item)
    return [*records, *read_articles(paths, published=published, say=say)]


def _rows(articles: Any) -> list[Any]:
    """Records of a table, or of a list of mappings; what is missing in a row is left out."""
    if _is_table(articles):
        if "text" not in articles.columns:
            columns = ", ".join(map(str, articles.columns))
            raise InputError(f"articles: columns are {columns or 'none'}; expected text, and id, title, source, url")
        rows: list[Any] = articles.to_dict("records")
    elif isinstance(articles, Iterable) and not isinstance(articles, (str, bytes, Mapping)):
        rows = list(articles)
    else:
        raise InputError(f"articles: found {_type(articles)}; expected a DataFrame or a list of records")
    for number, row in enumerate(rows):
        if not isinstance(row, (Mapping, Article)):
            raise InputError(f"articles[{number}]: found {_type(row)}; expected a mapping with text, or an Article")
    return [row if isinstance(row, Article) else _record(row, number) for number, row in enumerate(rows, 1)]


def _record(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    known = {str(name): _plain(value) for name, value in row.items()}
    record = {name: value for name, value in known.items() if value is not None}
    return {"id": f"article-{number}", **record}


def _plain(value: Any) -> Any:
    """A cell as JSON has it: days as text, None where pandas has NaN, NaT or NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, float) and value != value:
        return None
    return value.isoformat() if hasattr(value, "isoformat") else value


def _with_own_ids(articles: list[Article]) -> list[Article]:
    """Ids that repeat between what was given get -2, -3 appended, as ``read_articles`` does within files."""
    taken: set[str] = set()
    named = []
    for article in articles:
        name, count = article.id, 1
        while name in taken:
            count += 1
            name = f"{article.id}-{count}"
        taken.add(name)
        named.append(article if name == article.id else replace(article, id=name))
    return named


def _is_table(value: object) -> bool:
    return hasattr(value, "columns") and hasattr(value, "to_dict")


def _type(value: object) -> str:
    return "None" if value is None else type(value).__name__
