"""The words that geomap reads: each list is documented and used, and each language says which it lacks."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from geomap import lang
from geomap.lang import languages, table
from geomap.lang.names import WordLists

PACKAGE = Path(lang.__file__).resolve().parent.parent
PURPOSES = ("claims", "names")
NESTED = ("cities", "countries", "demonyms", "descriptions", "endings", "maps", "numbers", "qualifiers", "tables")
"""Tables of a file that hold lists by name; ``[words]`` holds lists without a table's name before theirs."""


def lists_of(data: dict[str, Any]) -> set[str]:
    """Names of the lists of a language's file, as README.md has them: "region_nouns", "tables.near", "units"."""
    found: set[str] = set()
    for name, value in data.items():
        if name == "words":
            found |= set(value)
        elif name in NESTED:
            found |= {f"{name}.{part}" for part in value}
        else:
            found.add(name)
    return found


@cache
def every_list(purpose: str) -> frozenset[str]:
    return frozenset().union(*(lists_of(dict(table(code, purpose))) for code in languages(purpose)))


def documented(purpose: str) -> dict[str, list[str]]:
    """List -> its other cells of README.md's tables."""
    text = (PACKAGE / "lang" / "README.md").read_text("utf-8")
    section = text.split(f"## What geomap reads: `{purpose}.toml`\n")[1].split("\n## ")[0]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in section.splitlines() if line.startswith("| `")]
    return {name: row[1:] for row in rows for name in re.findall(r"`([\w.]+)`", row[0])}


@pytest.mark.parametrize("purpose", PURPOSES)
def test_each_list_is_documented_with_an_example(purpose: str) -> None:
    told = documented(purpose)
    assert set(told) == every_list(purpose)
    for name, cells in told.items():
        assert len(cells) == 2, name
        assert all(cell.strip() for cell in cells), name


def test_each_list_of_claims_is_used() -> None:
    source = "".join(path.read_text("utf-8") for path in (PACKAGE / "claims").rglob("*.py"))
    source += "".join(path.read_text("utf-8") for path in (PACKAGE / "parties").rglob("*.py"))
    unused = [name for name in every_list("claims") - {"lacks"} if f'"{name.rpartition(".")[2]}"' not in source]
    assert not unused


def test_each_list_of_names_is_used() -> None:
    source = "".join(path.read_text("utf-8") for path in (PACKAGE / "toponyms").rglob("*.py"))
    assert not [field.name for field in fields(WordLists) if f"lists.{field.name}" not in source]
    reader = (PACKAGE / "lang" / "names.py").read_text("utf-8") + source
    other = every_list("names") - {field.name for field in fields(WordLists)} - {"lacks"}
    assert not [name for name in other if not all(re.search(f"[\"']{part}[\"']", reader) for part in name.split("."))]


@pytest.mark.parametrize(("purpose", "code"), [(p, code) for p in PURPOSES for code in languages(p)])
def test_each_language_says_which_lists_it_lacks(purpose: str, code: str) -> None:
    own = dict(table(code, purpose))
    optional = {"lacks", "letters", "telling"}
    assert set(own.get("lacks", ())) == every_list(purpose) - lists_of(own) - optional


@pytest.mark.parametrize("code", languages("claims"))
def test_words_are_single_tokens_in_small_letters(code: str) -> None:
    for name, words in table(code, "claims").get("words", {}).items():
        assert isinstance(words, list), name
        assert all(word == word.lower() and " " not in word for word in words), name
        assert len(words) == len(set(words)), (name, sorted(w for w in words if words.count(w) > 1))
