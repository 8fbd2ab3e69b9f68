"""Parts of speech and a tree for a language that nothing was learned from: by its word lists and the order of words."""

from __future__ import annotations

from collections.abc import Sequence

from geomap.claims.frames.lexicon import Hit
from geomap.claims.frames.trees import Tree
from geomap.claims.passage import Passage

_LISTS = (
    ("articles", "DT"), ("determiners", "DT"), ("auxiliaries", "AUX"), ("adverbs", "RB"), ("relative", "WH"),
    ("prepositions", "IN"), ("conjunctions", "CC"), ("pronouns", "PRP"),
)  # fmt: skip
"""Word lists of ``claims.toml`` and the part of speech of their words, the first that has a word."""


def plain_tags(p: Passage, first: int, stop: int, hits: Sequence[Hit]) -> list[str]:
    """A part of speech for each token: of its word list, of its frame, else a name or a noun."""
    verbs = {hit.head for hit in hits if hit.frame.section == "verbs"}
    return [_tag(p, k, verbs) for k in range(first, stop)]


def _tag(p: Passage, k: int, verbs: set[int]) -> str:
    word = p.tk.word[k]
    if k in verbs:
        return "VBD"
    if not word[0].isalnum():
        return "PU"
    if word[0].isdigit():
        return "CD"
    if p.tk.low[k] in p.lang.table("moods"):
        return "AUX"  # "не", "планують", "може"
    listed = next((tag for name, tag in _LISTS if p.tk.low[k] in p.lang.words(name)), None)
    return listed or ("NNP" if word[0].isupper() else "NN")


def plain_tree(tags: Sequence[str], verbs: Sequence[int]) -> Tree:
    """Nouns hang on the verb beside them, before it its subject and behind it its object, or on their preposition."""
    head = list(range(len(tags)))
    name = ["root"] * len(tags)
    for k, tag in enumerate(tags):
        if k in verbs or not verbs:
            continue
        verb = min(verbs, key=lambda v: abs(v - k))
        head[k], name[k] = (
            verb,
            "punct" if tag == "PU" else "prep" if tag == "IN" else "det" if tag == "DT" else "other",
        )
        if tag in ("NN", "NNP", "PRP"):
            lead = k - 1
            while lead >= 0 and tags[lead] in ("DT", "JJ", "CD"):
                lead -= 1
            if lead >= 0 and tags[lead] == "IN":
                head[k], name[k] = lead, "pobj"
            elif k + 1 < verb and tags[k + 1] in ("NN", "NNP"):
                head[k], name[k] = k + 1, "compound"
            elif k < verb and any(tag in ("PU", "WH", "CC") for tag in tags[k:verb]):
                name[k] = "other"  # the subject of another clause
            else:
                name[k] = "nsubj" if k < verb else "dobj"
    return Tree.grown(list(tags), head, name)
