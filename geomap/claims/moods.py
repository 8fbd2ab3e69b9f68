"""Whether a claim is affirmed, and asserted: or only planned, threatened, denied or retracted."""

from __future__ import annotations

from itertools import chain

from geomap.claims.line import Line
from geomap.claims.passage import Draft, Passage
from geomap.models import ClaimKind, Modality, Polarity

_REACH = 10
"""Tokens to the left of a claim's verb where its auxiliaries and governing words stand."""
_FAR = 18
"""Denials and corrections govern a whole clause: they may stand further off."""
_NEXT = 24
"""Tokens of the next sentence in which a claim is taken back."""
_STATIC = {
    ClaimKind.EXTENT, ClaimKind.DISTANCE, ClaimKind.DIRECTION, ClaimKind.CONTAINMENT, ClaimKind.ADJACENCY,
    ClaimKind.PROXIMITY,
}  # fmt: skip
"""Where something lies does not hang on the verbs around it."""
_ORDER = (
    Modality.RETRACTED, Modality.DENIED, Modality.THREATENED, Modality.CONDITIONAL, Modality.PLANNED,
    Modality.INTENDED, Modality.PREDICTED,
)  # fmt: skip


_FAILED = frozenset({Modality.INTENDED, Modality.PLANNED, Modality.PREDICTED})
"""What was tried and did not come about is no longer any of these."""
_GOVERNS_ALL = frozenset({Modality.DENIED, Modality.RETRACTED})
"""These hold for the whole clause, however far off they stand."""
_END = frozenset(".;:!?")
_BREAK = frozenset(',—–"“”')


def set_mood(p: Passage, draft: Draft, first: int, stop: int) -> None:
    """Set polarity and modality from the words that govern the draft's verb."""
    line, table = p.line(first, stop), p.lang.table("moods")
    governing, failed = _moods_before(p, draft, line)
    moods = governing | _moods_after(p, draft, line)
    if not failed and moods.isdisjoint(_ORDER) and _is_aim(p, draft, line):
        moods.add(Modality.INTENDED)
    if Modality.INTENDED in moods and (failed or line.any_among("failed_after", draft.j, draft.j + 5)):
        failed = True
        moods.add(Polarity.NEGATED)  # "attempts to take it have failed"
    if Modality.PREDICTED in moods and (opening := table.match(p.tk.low, first, stop)) is not None:
        moods.add(opening[0])  # "If the bridge falls, the army would hold the town"
    if failed:
        moods -= _FAILED
    if Polarity.NEGATED in moods:
        draft.polarity = Polarity.NEGATED
    draft.modality = next((modality for modality in _ORDER if modality in moods), draft.modality)


def _moods_after(p: Passage, draft: Draft, line: Line) -> set[str]:
    """Moods of what follows: "a 1,400-acre solar farm is planned", "12 acres proposed", "an area that may burn"."""
    moods: set[str] = set()
    measured = draft.quantity is not None and line.among(draft.quantity.end, "proposed_after")
    if measured or (draft.kind is ClaimKind.AREA and line.among(draft.j, "proposed_after")):
        moods.add(Modality.PLANNED)
    if draft.kind is not ClaimKind.AREA or draft.predicate is not None:
        return moods
    for k in range(draft.j, min(line.stop - 1, draft.j + 5)):
        if line.among(k, "be") and line.among(k + 1, "proposed_after"):
            moods.add(Modality.PLANNED)
    modals = p.lang.words("modals_after")
    after = next((k for k in range(draft.j, min(line.stop, draft.j + 3)) if p.tk.word[k] in modals), None)
    hit = p.lang.table("moods").match(p.tk.low, after, line.stop) if after is not None else None
    if hit is not None:
        moods.add(hit[0])
    return moods


def _moods_before(p: Passage, draft: Draft, line: Line) -> tuple[set[str], bool]:
    """Moods of the words before the verb, and whether one of them says that it failed ("failed to take")."""
    table, low, word = p.lang.table("moods"), p.tk.low, p.tk.word
    moods: set[str] = set()
    failed, near, aside = False, True, _is_aside(p, draft)
    for k in range(draft.at - 1, max(line.first, draft.at - _FAR) - 1, -1):
        if word[k] in _END:
            break
        if word[k] in _BREAK or line.among(k, "clause_breaks") or draft.at - k > _REACH:
            near = False
        hit = table.match(low, k, draft.at) if low[k] in table else None
        if hit is None or (line.among(k, "ambiguous_months") and p.tk.capital(k)):
            continue  # "May" is no "may"
        mood, end = hit
        if aside and mood in _GOVERNS_ALL:
            continue
        if _governs_clause(line, mood, end):
            moods.add(mood)
        elif near and not _passes_by(draft, mood, k, end):
            moods.add(mood)
            failed = failed or (mood == Polarity.NEGATED and (end - k > 1 or line.among(k, "failures")))
    return moods, failed


def _is_aside(p: Passage, draft: Draft) -> bool:
    """Whether a figure stands in an aside of its subject: "denied that Mehar, 60 km south of Larkana, was cut off"."""
    if draft.kind not in _STATIC or draft.quantity is None or len(draft.subject) != 1:
        return False
    end = draft.subject[0].end
    after = p.text[end : p.tk.start[draft.quantity.i]].lstrip() if end is not None else ""
    return end is not None and end <= p.tk.start[draft.quantity.i] and after[:1] in (",", "(", "–", "—")


def _governs_clause(line: Line, mood: str, end: int) -> bool:
    """ "denied that", "no sign that", "it is not true that"."""
    return mood in _GOVERNS_ALL or (mood == Polarity.NEGATED and line.among(end - 1, "clause_breaks"))


def _passes_by(draft: Draft, mood: str, k: int, end: int) -> bool:
    """Whether the mood of tokens [k, end) is not the claim's: where a place lies hangs on no verb."""
    negated = mood == Polarity.NEGATED
    if draft.kind in _STATIC:
        return not negated or draft.at - end > 1
    # "does not recognise the annexation": the event stands
    return negated and draft.nominal and end < draft.at - 1 and end - k == 1


def _is_aim(p: Passage, draft: Draft, line: Line) -> bool:
    """ "to capture the town": an infinitive that nothing says was achieved ("managed to")."""
    if draft.at - 1 < line.first or not line.among(draft.at - 1, "infinitive"):
        return False
    achieved = p.lang.table("achieved").match_back(p.tk.low, draft.at, line.first)
    return achieved is None and draft.quantity is None and draft.kind not in _STATIC


def set_retractions(p: Passage, drafts: list[Draft]) -> None:
    """ "The ministry later withdrew the claim" in the same or the next sentence retracts what was claimed before it."""
    by_sentence: dict[int, list[Draft]] = {}
    for draft in drafts:
        by_sentence.setdefault(p.tk.sentence_of[draft.at], []).append(draft)
    for number, group in by_sentence.items():
        at = _retraction(p, number, max(d.j for d in group))
        if at is None:
            continue
        here = at < p.tk.sentences[number][1]
        chosen = group if here else [d for d in group if number + 1 not in by_sentence or d.quantity is None]
        clause = _clause_start(p, number, at) if here else None
        if clause is not None:
            chosen = [d for d in group if d.j > clause]
        for draft in chosen if clause is not None else chosen or group:
            draft.modality = Modality.RETRACTED


def _clause_start(p: Passage, number: int, at: int) -> int | None:
    """Where the clause of a retraction at token ``at`` begins, if it takes back a figure of its own.

    "The end is 3 km away; an initial report of 2 km was withdrawn": only the second figure is.
    """
    first = p.tk.sentences[number][0]
    start = next((k + 1 for k in range(at - 1, first, -1) if p.tk.word[k] in ";:"), None)
    if start is None or not any(p.tk.word[k][0].isdecimal() for k in range(start, at)):
        return None
    return start


def _retraction(p: Passage, number: int, last: int) -> int | None:
    """The token at which sentence ``number``, after token ``last``, or the next one takes a claim back."""
    table, low, sentences = p.lang.table("moods"), p.tk.low, p.tk.sentences
    start, stop = sentences[number]
    after = sentences[number + 1] if number + 1 < len(sentences) else (stop, stop)
    for k in chain(range(last, stop), range(after[0], min(after[1], after[0] + _NEXT))):
        hit = table.match(low, k, len(low)) if low[k] in table else None
        if hit is None or hit[0] != Modality.RETRACTED:
            continue
        window = low[start if k < stop else max(0, k - 6) : hit[1] + 6]
        if not p.lang.words("claim_nouns").isdisjoint(window):
            return k
    return None
