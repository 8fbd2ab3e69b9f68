"""From a sentence to its frames with their arguments: words matched, parts of speech asked, candidates listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from geomap.claims.frames.arguments import View, features, group_in, view_of, war_level
from geomap.claims.frames.clause import VERBAL, Candidate, Clause, find_candidates
from geomap.claims.frames.lexicon import Frames, Hit
from geomap.claims.frames.plain import plain_tags, plain_tree
from geomap.claims.frames.scorer import read_weights
from geomap.claims.frames.tags import tag
from geomap.claims.frames.trees import Tree, grow
from geomap.claims.passage import Passage

_CANDIDATES = 4
"""Places looked at on either side of a frame: the fifth was never meant."""
TreeOf = Callable[[list[str], list[str]], Tree]
"""Gives the tree of a sentence's words and their parts of speech."""


@dataclass(slots=True)
class Reading:
    """One sentence's frames with the features of every candidate."""

    clause: Clause
    hits: list[Hit]
    views: list[View] = field(default_factory=list)
    candidates: list[list[Candidate]] = field(default_factory=list)
    own: list[list[list[str]]] = field(default_factory=list)
    """By frame and candidate, the features that are not the frame's alone."""

    def rows(self, k: int) -> list[list[str]]:
        """All that speaks for each candidate of frame k."""
        return [[*self.views[k].shared, *own] for own in self.own[k]]


def own_tree(words: list[str], tags: list[str]) -> Tree:
    weights = read_weights()
    return grow(words, tags, weights.arcs, weights.names)


def read_sentence(
    p: Passage, first: int, stop: int, frames: Frames, tree_of: TreeOf = own_tree, *, figures: bool = False
) -> Reading | None:
    """Frames and candidates of tokens [first, stop); None where the sentence has none.

    ``figures``: the sentence has an area, which a frame may be about without any place.
    """
    found = _could_be(p, first, stop, frames, frames.find(p.tk.low, first, stop))
    if not found or not (figures or _ground_here(p, first, stop, frames)):
        return None
    words = p.tk.word[first:stop]
    everything = [hit for here in found for hit in here]
    tags = tag(words, read_weights().tags) if frames.learned else plain_tags(p, first, stop, everything)
    hits = _chosen(p, found, tags, first)
    if not hits:
        return None
    verbs = sorted({hit.head - first for hit in hits if hit.frame.section == "verbs"})
    tree = tree_of(words, tags) if frames.learned else plain_tree(tags, verbs)
    clause = Clause(p, first, stop, tree, frames)
    everyone = find_candidates(clause)
    if not everyone and not figures:
        return None
    reading = Reading(clause, hits)
    reading.hits = [hit for hit in hits if hit.frame.kind != "nothing"]
    for hit in reading.hits:
        view = view_of(clause, hit, reading.views)
        fitting = _near(hit, everyone)
        reading.views.append(view)
        reading.candidates.append(fitting)
        reading.own.append([features(view, c, fitting, hits) for c in fitting])
    return reading


def _near(hit: Hit, everyone: list[Candidate]) -> list[Candidate]:
    """Candidates of one frame: the nearest on either side; nobody holds a line."""
    fitting = [c for c in everyone if c.sort != "line" or hit.frame.kind != "control"]
    before = [c for c in fitting if c.stop <= hit.i]
    behind = [c for c in fitting if c.start >= hit.i]
    return [*before[-_CANDIDATES:], *behind[:_CANDIDATES]]


def _could_be(p: Passage, first: int, stop: int, frames: Frames, found: list[list[Hit]]) -> list[list[Hit]]:
    """Frames that may claim something: in peace only those that say so alone, or of a country."""
    if not found or p.conflict or war_level(p, frames):
        return found
    forces = p.lang.words("forces")
    if any(p.tk.low[k] in forces for k in range(first, stop)) or group_in(p, first, stop):
        return found
    state = any(p.top[k] >= 0 for k in range(first, stop))
    guards = ("sure", "party") if state else ("sure",)
    return [kept for here in found if (kept := [hit for hit in here if hit.frame.guard in guards])]


def _ground_here(p: Passage, first: int, stop: int, frames: Frames) -> bool:
    """Whether a sentence names a place, or ground."""
    words = p.lang.words
    nouns = words("place_nouns") | words("it_words") | frames.words("ground")
    return any((p.top[k] >= 0 and not p.is_demonym(k)) or p.tk.low[k] in nouns for k in range(first, stop))


def _chosen(p: Passage, found: Sequence[list[Hit]], tags: list[str], first: int) -> list[Hit]:
    """The longest frames whose part of speech fits, in all their senses; words of one are no other's."""
    out: list[Hit] = []
    used: set[int] = set()
    senses: set[tuple[int, int, str]] = set()
    for hit in sorted((hit for here in found for hit in here), key=lambda hit: -len(_own(hit))):
        sense = (hit.i, hit.j, hit.frame.section)
        if sense in senses:
            out.append(hit)
        elif not _own(hit) & used and _fits(p, hit, tags, first) and not _stretched(p, hit, tags, first):
            out.append(hit)
            used |= _own(hit)
            senses.add(sense)
    return sorted(out, key=lambda hit: hit.i)


def _own(hit: Hit) -> set[int]:
    """Tokens of a frame's own words."""
    return set(range(hit.i, hit.j)) - (set(range(*hit.gap)) if hit.gap else set())


def _stretched(p: Passage, hit: Hit, tags: list[str], first: int) -> bool:
    """Whether another verb stands within a frame: "have wrested control" is not "have control"."""
    words = hit.frame.key.split()
    gap = range(*hit.gap) if hit.gap else range(0)
    return hit.frame.section == "verbs" and any(
        tags[k - first] in ("VBD", "VBN", "VB", "VBZ") and k not in gap and p.tk.low[k] not in words
        for k in range(hit.head + 1, hit.j)
    )


def _fits(p: Passage, hit: Hit, tags: list[str], first: int) -> bool:
    """Whether the parts of speech round a frame allow it: "the advance" is no verb, "to capture" no noun."""
    if _name_part(p, hit, tags, first):
        return False
    k = hit.head - first
    own, before = tags[k], tags[hit.i - first - 1] if hit.i > first else ""
    section = hit.frame.section
    if section == "verbs":
        return _verbal(p, hit, own, before, tags[k + 1] if k + 1 < len(tags) else "")
    if section == "nouns":
        return own in ("NN", "NNP") or ((before in ("DT", "JJ", "NN") or _owned(p, hit)) and own != "VBD")
    if section == "adjectives":
        if p.tk.low[hit.i] == "-":
            return hit.i > first and p.tk.touching(hit.i) and p.tk.touching(hit.i + 1)
        after = tags[k + 1] if k + 1 < len(tags) else ""
        return own in ("JJ", "VBN", "VBD") and before in _BEFORE_ADJECTIVES and after in ("NN", "NNP", "JJ", "CD")
    return True


def _name_part(p: Passage, hit: Hit, tags: list[str], first: int) -> bool:
    """Whether a capitalised word belongs to a name or a headline: "Joint Control Commission", "Battle of Hastings"."""
    k = hit.head
    if hit.frame.section == "phrases":
        return any(p.tk.capital(x) for x in _own(hit) if x > first)
    if not p.tk.capital(k) or k == first:
        return False
    small = sum(1 for x, t in enumerate(tags, first) if p.tk.word[x][0].islower() and len(p.tk.word[x]) > 3)
    return small >= 2 and (tags[k - first] in ("NNP", "NN") or p.tk.capital(k - 1))


_LIES = ("adjacency", "containment", "proximity")


def _owned(p: Passage, hit: Hit) -> bool:
    return hit.i > 0 and p.tk.low[hit.i - 1] in p.lang.words("genitives")


_BEFORE_ADJECTIVES = frozenset({"", "IN", "DT", "JJ", "VBD", "VBZ", "VBG", "VB", "TO", "CD"})


def _verbal(p: Passage, hit: Hit, own: str, before: str, after: str) -> bool:
    if hit.frame.kind in _LIES and own == "VBG":
        return False  # "neighbouring Syria"
    if own in VERBAL:
        return not (before == "DT" and own in ("VB", "VBD"))
    if before in ("AUX", "TO"):
        return True
    if before in ("DT", "JJ") or _owned(p, hit):
        return False
    if own != "NN":
        return hit.j > hit.head + 1 or p.tk.low[hit.head].endswith(p.lang.endings("past_endings"))
    if hit.j > hit.head + 1 and before in ("NN", "NNP", "PRP", "RB"):
        return True
    inflected = p.tk.low[hit.head] != hit.frame.key.split()[0]
    return inflected and before in ("NN", "NNP", "PRP", "RB") and after in ("NNP", "DT")
