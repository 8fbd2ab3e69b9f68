"""Which settlement "the town" is, and what "Balakliia, a town south-west of Kupiansk," says it of."""

from __future__ import annotations

from bisect import bisect_right

from geomap.claims.passage import Draft, Passage
from geomap.models import ClaimKind, Mention, MentionKind

LIES = {ClaimKind.DISTANCE, ClaimKind.DIRECTION, ClaimKind.PROXIMITY, ClaimKind.ADJACENCY, ClaimKind.CONTAINMENT}
"""Kinds that say where their subject lies: without its name there is nothing to measure."""


def name_subjects(p: Passage, drafts: list[Draft]) -> None:
    """Put a settlement's own name where a draft's subject is only its noun: "a town" in apposition, "the town"."""
    for draft in drafts:
        if draft.kind in LIES and len(draft.subject) == 1 and draft.subject[0].place is None:
            named = _named(p, draft.subject[0], draft)
            if named is not None:
                draft.subject = [named]


def _named(p: Passage, subject: Mention, draft: Draft) -> Mention | None:
    words = subject.text.casefold().split()
    if len(words) < 2 or subject.start is None or words[-1] not in p.lang.words("settlement_anaphors"):
        return None
    at = bisect_right(p.tk.start, subject.start) - 1
    if words[0] in p.lang.words("indefinite"):
        before = at - 2
        in_apposition = before >= 0 and p.tk.word[at - 1] in (",", "–", "—", "-", "(")
        return _settlement(p, before, draft) if in_apposition else None
    if words[0] not in p.lang.words("determiners"):
        return None
    floor = p.tk.sentences[max(0, p.tk.sentence_of[at] - 1)][0]
    return next((m for k in range(at - 1, floor - 1, -1) if (m := _settlement(p, k, draft))), None)


def _settlement(p: Passage, k: int, draft: Draft) -> Mention | None:
    """The settlement whose name token k belongs to; never the claim's own reference."""
    toponym = p.toponym(k)
    if toponym is None or toponym.kind is not MentionKind.LITERAL or toponym.place is None:
        return None
    own = draft.reference is not None and draft.reference.start is not None and toponym.start >= draft.reference.start
    if own or not p.is_settlement(k):
        return None
    return p.mention(*p.span(k))
