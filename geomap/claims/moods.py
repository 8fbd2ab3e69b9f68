"""Whether a claim is affirmed, and asserted: or only planned, threatened, denied or retracted."""

from __future__ import annotations

from geomap.claims.passage import Draft, Passage
from geomap.models import ClaimKind, Modality, Polarity

_REACH = 10
"""Tokens to the left of a claim's verb where its auxiliaries and governing words stand."""
_FAR = 18
"""Denials and corrections govern a whole clause: they may stand further off."""
_STATIC = {
    ClaimKind.EXTENT, ClaimKind.DISTANCE, ClaimKind.DIRECTION, ClaimKind.CONTAINMENT, ClaimKind.ADJACENCY,
    ClaimKind.PROXIMITY,
}  # fmt: skip
"""Where something lies does not hang on the verbs around it."""
_ORDER = (
    Modality.RETRACTED, Modality.DENIED, Modality.THREATENED, Modality.CONDITIONAL, Modality.PLANNED,
    Modality.INTENDED, Modality.PREDICTED,
)  # fmt: skip


def set_mood(p: Passage, draft: Draft, first: int, stop: int) -> None:
    """Set polarity and modality from the words that govern the draft's verb."""
    table = p.lang.table("moods")
    low, tk = p.tk.low, p.tk
    moods: set[str] = set()
    static = draft.kind in _STATIC
    if draft.kind is ClaimKind.AREA and draft.j < stop and low[draft.j] in p.lang.words("proposed_after"):
        moods.add("planned")
    if draft.kind is ClaimKind.AREA and draft.predicate is None:
        for k in range(draft.j, min(stop - 1, draft.j + 5)):
            if low[k] in p.lang.words("be") and low[k + 1] in p.lang.words("proposed_after"):
                moods.add("planned")  # "a 1,400-acre solar farm is planned"
    after = next(
        (k for k in range(draft.j, min(stop, draft.j + 3)) if tk.word[k] in p.lang.words("modals_after")), None
    )
    if after is not None and draft.kind is ClaimKind.AREA and draft.predicate is None:
        hit = table.match(low, after, stop)
        if hit is not None:
            moods.add(hit[0])
    if (
        draft.quantity is not None
        and draft.quantity.end < stop
        and low[draft.quantity.end] in p.lang.words("proposed_after")
    ):
        moods.add("planned")
    failed = False
    near = True
    start = max(first, draft.at - _FAR)
    k = draft.at - 1
    while k >= start:
        if tk.word[k] in ".;:!?":
            break
        if near and (tk.word[k] in ',—–"“”' or low[k] in p.lang.words("clause_breaks")):
            near = False
        if draft.at - k > _REACH:
            near = False
        hit = table.match(low, k, draft.at) if low[k] in table else None
        if hit is not None and hit[1] <= draft.at:
            mood = hit[0]
            if low[k] in ("may",) and tk.capital(k):
                pass
            elif mood in ("denied", "retracted") or (
                mood == "negated" and low[hit[1] - 1] in p.lang.words("clause_breaks")
            ):
                moods.add(mood)  # "no sign that", "it is not true that"
            elif static and (mood != "negated" or draft.at - hit[1] > 1):
                pass
            elif near and mood == "negated" and draft.nominal and hit[1] < draft.at - 1 and hit[1] - k == 1:
                pass  # "does not recognise the annexation": the event stands
            elif near:
                moods.add(mood)
                failed = failed or (mood == "negated" and (hit[1] - k > 1 or low[k] in p.lang.words("failures")))
        k -= 1
    if (
        draft.at - 1 >= first
        and low[draft.at - 1] in p.lang.words("infinitive")
        and not moods & {m.value for m in _ORDER}
        and not failed
    ):
        lead = p.lang.table("achieved").match_back(low, draft.at, first)
        if lead is None and draft.quantity is None and not static:
            moods.add("intended")
    if "intended" in moods:
        failed = failed or any(low[x] in p.lang.words("failed_after") for x in range(draft.j, min(stop, draft.j + 5)))
        if failed:
            moods.add("negated")  # "attempts to take it have failed"
    if "predicted" in moods and (opening := table.match(low, first, stop)) is not None:
        moods.add(opening[0])  # "If the bridge falls, the army would hold the town"
    if failed:
        moods -= {"intended", "planned", "predicted"}
    if "negated" in moods:
        draft.polarity = Polarity.NEGATED
    for modality in _ORDER:
        if modality.value in moods:
            draft.modality = modality
            return


def set_retractions(p: Passage, drafts: list[Draft]) -> None:
    """ "The ministry later withdrew the claim" in the same or the next sentence retracts what was claimed before it."""
    table, low = p.lang.table("moods"), p.tk.low
    by_sentence: dict[int, list[Draft]] = {}
    for draft in drafts:
        by_sentence.setdefault(p.tk.sentence_of[draft.at], []).append(draft)
    for number, group in by_sentence.items():
        last = max(d.j for d in group)
        stop = p.tk.sentences[number][1]
        after = p.tk.sentences[number + 1] if number + 1 < len(p.tk.sentences) else (stop, stop)
        for k in (*range(last, stop), *range(after[0], min(after[1], after[0] + 24))):
            hit = table.match(low, k, len(low)) if low[k] in table else None
            if hit is None or hit[0] != "retracted":
                continue
            window = low[p.tk.sentences[number][0] if k < stop else max(0, k - 6) : hit[1] + 6]
            if any(w in p.lang.words("claim_nouns") for w in window):
                chosen = (
                    group if k < stop else [d for d in group if number + 1 not in by_sentence or d.quantity is None]
                )
                for draft in chosen or group:
                    draft.modality = Modality.RETRACTED
                break
