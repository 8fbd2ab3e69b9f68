"""Build ``geomap/lang/CODE/known.trie``: words of a language that are no names of places though they read like one.

Once, from pymorphy3's dictionaries (the OpenCorpora dictionary for Russian, CC BY-SA; LanguageTool's dict_uk for
Ukrainian): every form that the gazetteer's names may be mistaken for, with what it is: a common word, a first name, a
surname. Needs the extra ``train``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import marisa_trie
import pymorphy3

from geomap.gazetteer.names import normalise
from geomap.measure import open_gazetteer
from geomap.toponyms.forms import first_forms
from geomap.toponyms.known import COMMON, FIRST_NAME, SURNAME

_ONE_NUMBER = re.compile("NOUN,(?:masc|femn|neut),inan")
_TABLE = str.maketrans("йїёґ", "иіег", "'’ʼ-")


def build(code: str) -> None:
    morph = pymorphy3.MorphAnalyzer(lang=code)
    has = open_gazetteer().has
    found: dict[str, int] = {}
    dictionary = morph.dictionary
    sorts: dict[tuple[int, int], int] = {}
    for word, (paradigm, form) in dictionary.words.iteritems():
        sort = sorts.get((paradigm, form))
        if sort is None:
            tag = str(dictionary.build_tag_info(paradigm, form))
            sort = sorts[paradigm, form] = _sort(tag)
        if not sort:
            continue
        key = word.translate(_TABLE)
        if len(key) > 2 and (sort != COMMON or _reachable(key, has)):
            found[key] = found.get(key, 0) | sort
    trie = marisa_trie.RecordTrie("<B", ((key, (sort,)) for key, sort in sorted(found.items())))
    path = Path(__file__).parents[1] / "geomap" / "lang" / code / "known.trie"
    trie.save(str(path))
    print(code, len(found), path.stat().st_size)


def _sort(tag: str) -> int:
    if "Name" in tag and "Surn" not in tag:
        return FIRST_NAME
    if "Surn" in tag or "Patr" in tag:
        return SURNAME
    if any(mark in tag for mark in ("Geox", "Orgn", "Trad", "Abbr", "Init", "LATN", "NUMB", "Dist")):
        return 0
    # nouns of one number: names of places, which the Ukrainian dictionary does not mark otherwise
    return 0 if _ONE_NUMBER.match(tag) else COMMON


def _reachable(key: str, has) -> bool:  # type: ignore[no-untyped-def]
    return has(key) or any(map(has, first_forms(key, normalise)))


if __name__ == "__main__":
    for given in sys.argv[1:]:
        build(given)
