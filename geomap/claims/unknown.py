"""Names that no gazetteer knows, where only a place can stand: "troops took Avdi", "fell back from Pisky".

Only in texts about war: elsewhere an unknown capitalised word after "in" is as often a firm or a song. The mention
keeps its words, has no place, and its claim says so.
"""

from __future__ import annotations

from geomap.claims.clauses import ends_as_place
from geomap.claims.passage import Passage
from geomap.models import MentionKind, Toponym, message

WHY = message("untested.no_such_name")
_LONGEST = 3
"""Words of an unknown name: longer runs are titles and headlines."""


def mark_unknown(p: Passage) -> None:
    """Add toponyms without a place for unknown names in the places of places."""
    if not p.conflict:
        return
    tk, low, words = p.tk, p.tk.low, p.lang.words
    people = _people(p)
    events = p.lang.table("events")
    found: set[str] = set()
    runs = [run for first, stop in tk.sentences for run in _runs(p, first, stop)]
    for i, j, first, stop in runs:
        subject = _held_subject(p, i, j, first, stop)
        if tk.word[j - 1] in people or not (subject or ends_as_place(p, j, stop)):
            continue
        before = low[i - 1] if i > first else ""
        noun = i - 2 >= first and before in words("of_words") and low[i - 2] in words("place_nouns")
        hit = events.match_back(low, i, first) if i > first else None
        taken = hit is not None and hit[0].partition("|")[2] in ("obj", "of", "take", "left", "advance", "split")
        then = p.lang.table("and_then").match_back(low, i, first) if i > first else None
        listed = before in words("list_words") and i - 2 >= first and tk.slice(i - 2, i - 1) in found
        if noun or before in words("inside_only") or taken or subject or then is not None or listed:
            found.add(tk.slice(i, j))
    for i, j, _, _ in runs:
        name = tk.slice(i, j)
        if name in found:
            p.toponyms.append(
                Toponym(
                    article=p.article.id,
                    start=tk.start[i],
                    end=tk.end[j - 1],
                    text=name,
                    kind=MentionKind.LITERAL,
                    why_not=WHY,
                )
            )
            p.top[i:j] = [len(p.toponyms) - 1] * (j - i)


def _runs(p: Passage, first: int, stop: int) -> list[tuple[int, int, int, int]]:
    """Runs of capitalised words that are no toponym, force, demonym or opening word: (i, j, sentence)."""
    tk, forces = p.tk, p.lang.words("forces")
    out: list[tuple[int, int, int, int]] = []
    k = first
    while k < stop:
        if p.top[k] >= 0 or not tk.word[k][0].isalpha() or not p.capital_name(k):
            k += 1
            continue
        j = k + 1
        while j < stop and p.top[j] < 0 and tk.word[j][0].isalpha() and tk.capital(j):
            j += 1
        armed = any(tk.low[x] in forces for x in range(k, j)) or (j < stop and tk.low[j] in forces)
        joined = (j < stop and tk.word[j] in "-‑'’") or (k > first and tk.word[k - 1] in "-‑")
        if j - k <= _LONGEST and not armed and not joined and len(tk.word[k]) > 2:
            out.append((k, j, first, stop))
        k = j
    return out


def _held_subject(p: Passage, i: int, j: int, first: int, stop: int) -> bool:
    """Whether a control word says of the name what is said of places: "Avdi was captured", "Kidal fell to"."""
    low, words = p.tk.low, p.lang.words
    k = j
    while k < stop and k < j + 4 and (low[k] in words("auxiliaries") or low[k] in words("adverbs")):
        k += 1
    hit = p.lang.table("events").match(low, k, stop) if k < stop else None
    if hit is None:
        return False
    frame = hit[0].partition("|")[2]
    passive = any(low[x] in words("be") for x in range(j, k))
    return frame == "subj" or (passive and frame in ("obj", "take"))


def _people(p: Passage) -> set[str]:
    """Last words of names that speak or bear a title anywhere in the text."""
    tk, low = p.tk, p.tk.low
    speech, titles = p.lang.table("speech"), p.lang.words("name_titles")
    out: set[str] = set()
    for k in range(1, len(tk)):
        if low[k] in speech and tk.capital(k - 1):
            out.add(tk.word[k - 1])
        if low[k - 1] in titles and tk.capital(k):
            j = k
            while j + 1 < len(tk) and tk.capital(j + 1) and tk.word[j + 1][0].isalpha():
                j += 1
            out.update(tk.word[k : j + 1])
    return out
