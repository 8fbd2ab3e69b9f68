"""Words of a language that its dictionary knows: common ones, first names, surnames."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from typing import Any

from geomap.lang import kept, languages

COMMON, FIRST_NAME, SURNAME = 1, 2, 4


@cache
def _trie(code: str) -> Any:
    """The words of a language; None where it has none. About a megabyte, mapped."""
    import marisa_trie

    found = files("geomap.lang") / code / "known.trie"
    if not found.is_file():
        return None
    with as_file(found) as path:
        return marisa_trie.RecordTrie("<B").load(str(path))


def sorts_of(key: str, code: str) -> int:
    """What a word's key is in a language: of ``COMMON``, ``FIRST_NAME``, ``SURNAME``, added up; 0 for unknown."""
    trie = _trie(code)
    if trie is None:
        return 0
    found = trie.get(key, ())
    return int(found[0][0]) if found else 0


@kept
def with_words() -> tuple[str, ...]:
    """Languages whose words are known."""
    return tuple(code for code in languages("forms") if _trie(code) is not None)
