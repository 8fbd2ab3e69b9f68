"""Names that no gazetteer knows, where only a place can stand: "troops took Avdi", "the village of al-Tamura".

Only in texts about war: elsewhere an unknown capitalised word after "in" is as often a firm or a song. The mention
keeps its words, has no place, and its claim says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from geomap.claims.frames.arguments import war_level
from geomap.claims.frames.lexicon import Hit, frames_of
from geomap.claims.passage import Passage
from geomap.models import MentionKind, Toponym, message
from geomap.parties import group_of

WHY = message("untested.no_such_name")
_LONGEST = 6
"""Tokens of an unknown name ("al-Ma'arri" has three): longer runs are titles and headlines."""
_ACRONYM = 5
"""Letters of a name that is a treaty or a body rather than a place: "INF"."""
_ASIDE = 12
"""Tokens between two commas behind a name."""
_APPOSED = 4
"""Tokens behind "Mayer, a" within which "town" may stand."""


def mark_unknown(p: Passage) -> None:
    """Add toponyms without a place for unknown names in the places of places."""
    frames = frames_of(p.lang.code)
    if not (p.conflict or (frames is not None and war_level(p, frames))):
        return
    tk = p.tk
    people, surnames = _people(p), _surnames(p)
    found: set[str] = set()
    runs: list[tuple[int, int]] = []
    for first, stop in tk.sentences:
        here = list(_runs(p, first, stop))
        if not here:
            continue
        runs += here
        hits = [hit for group in frames.find(tk.low, first, stop) for hit in group] if frames is not None else []
        for i, j in here:
            nobody = tk.word[j - 1] not in people and not (j - i == 1 and tk.word[i] in surnames)
            if nobody and group_of(tk.slice(i, j)) is None and _stands_as_place(p, i, j, (first, stop), hits, found):
                found.add(tk.slice(i, j))
    for i, j in runs:
        name = tk.slice(i, j)
        if name in found and all(top < 0 for top in p.top[i:j]):
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


def _stands_as_place(p: Passage, i: int, j: int, sentence: tuple[int, int], hits: list[Hit], found: set[str]) -> bool:
    """Whether what stands round a name says that it is a place."""
    tk, low, words = p.tk, p.tk.low, p.lang.words
    first, stop = sentence
    nouns = words("place_nouns")
    before = low[i - 1] if i > first else ""
    if before in words("of_words") and i - 2 >= first and low[i - 2] in nouns:
        return True
    if before == "," and i - 3 >= first and low[i - 2] in words("settlement_anaphors"):
        return low[i - 3] not in words("of_words")  # "another nearby town, Mayer"
    if j < stop and tk.word[j] == "," and _described(p, j + 1, stop):
        return True
    if _subject_of_frame(p, i, j, first, stop, hits):
        return True
    if not _ends_as_place(p, j, stop):
        return False
    lead = i
    while lead > first and low[lead - 1] in words("determiners") and i - lead < 2:
        lead -= 1
    taken = any(_object_at(p, hit, lead) for hit in hits)
    then = p.lang.table("and_then").match_back(low, i, first) if i > first else None
    listed = (
        before in words("list_words")
        and i - 2 >= first
        and (
            any(tk.slice(k, i - 1) in found for k in range(max(first, i - 5), i - 1))
            or (p.top[i - 2] >= 0 and not p.is_demonym(i - 2) and p.toponyms[p.top[i - 2]].kind is MentionKind.LITERAL)
        )
    )
    return before in words("inside_only") or taken or then is not None or listed


def _described(p: Passage, k: int, stop: int) -> bool:
    """Whether "a village", "the regional capital" follows at token k."""
    low, words = p.tk.low, p.lang.words
    if k >= stop or low[k] not in words("articles") | words("indefinite"):
        return False
    for x in range(k + 1, min(stop, k + 1 + _APPOSED)):
        if low[x] in words("settlement_anaphors") | words("place_nouns"):
            return True
        if p.boundary(x):
            return False
    return False


def _object_at(p: Passage, hit: Hit, k: int) -> bool:
    """Whether a frame's place may begin at token k."""
    frame = hit.frame
    if frame.kind != "control" and frame.kind != "advance":
        return False
    if hit.gap is not None and frame.slot == "object" and hit.gap[0] == k:
        return True
    if hit.j == k:
        return frame.slot in ("object", "next")
    return hit.j + 1 == k and p.tk.low[k - 1] in frame.place


def _subject_of_frame(p: Passage, i: int, j: int, first: int, stop: int, hits: list[Hit]) -> bool:
    """Whether a frame says of the name what is said of places: "Avdi was captured", "Kidal fell to"."""
    low, words = p.tk.low, p.lang.words
    k = j
    if k < stop and p.tk.word[k] == ",":
        close = next((x for x in range(k + 1, min(stop, k + _ASIDE)) if p.tk.word[x] == ","), None)
        k = close + 1 if close is not None else k  # "Zalambessa, on the central front, is"
    j = k
    while k < stop and k < j + 4 and (low[k] in words("auxiliaries") or low[k] in words("adverbs")):
        k += 1
    passive = any(low[x] in words("be") for x in range(j, k))
    return any(
        hit.i == k and (hit.frame.slot == "subject" or (passive and hit.frame.slot == "object"))
        for hit in hits
        if hit.frame.section in ("verbs", "phrases")
    )


def _runs(p: Passage, first: int, stop: int) -> Iterator[tuple[int, int]]:
    """Runs of capitalised words that are no toponym, force, demonym or opening word: (i, j)."""
    tk, low, words = p.tk, p.tk.low, p.lang.words
    armed = words("forces") | words("compounds")
    k = first
    while k < stop:
        nobody = low[k] in words("persons_nouns") or low[k] in words("pronouns")
        if p.top[k] >= 0 or nobody or not tk.word[k][0].isalpha() or not p.capital_name(k):
            k += 1
            continue
        start, j = _with_prefix(p, k, first), _run_end(p, k + 1, stop)
        force = any(low[x] in armed for x in range(start, j)) or (j < stop and low[j] in words("forces"))
        joined = (j < stop and tk.word[j] in "-‑'’") or (start > first and tk.word[start - 1] in "-‑")
        owner = j < stop and low[j] in words("genitives")
        acronym = tk.word[k].isupper() and len(tk.word[k]) <= _ACRONYM
        if j - start <= _LONGEST and not acronym and not force and not joined and not owner and len(tk.word[k]) > 2:
            yield start, j
        k = j


def _run_end(p: Passage, j: int, stop: int) -> int:
    """Where a run of capitalised words ends, hyphened ones included."""
    tk = p.tk
    while j < stop and p.top[j] < 0:
        if tk.word[j][0].isalpha() and tk.capital(j):
            j += 1
        elif tk.word[j] in "-‑" and j + 1 < stop and tk.touching(j) and tk.touching(j + 1) and _word(p, j + 1):
            j += 2
        else:
            break
    return j


def _word(p: Passage, k: int) -> bool:
    return p.top[k] < 0 and p.tk.word[k][0].isalpha()


def _with_prefix(p: Passage, k: int, first: int) -> int:
    """Where a name begins whose first word is small: "al-Tamura", "el Obeid"."""
    low, prefixes = p.tk.low, p.lang.words("name_prefixes")
    if k > first and low[k - 1] in prefixes and p.top[k - 1] < 0:
        return k - 1
    if k - 1 > first and p.tk.word[k - 1] in "-‑" and low[k - 2] in prefixes and p.top[k - 2] < 0:
        return k - 2
    return k


def _ends_as_place(p: Passage, b: int, stop: int) -> bool:
    """Whether the name that ends before token b is the place itself: "took Ghazni", not "took Moscow residents"."""
    if b >= stop:
        return True
    low, words = p.tk.low, p.lang.words
    w = low[b]
    if not p.tk.word[b][0].isalpha():
        return p.tk.word[b] != "-"
    if p.tk.capital(b) and w not in words("months") and w not in words("never_names"):
        return p.toponym(b) is not None
    return (
        w in words("prepositions")
        or w in words("conjunctions")
        or w in words("auxiliaries")
        or w in words("adverbs")
        or w in words("place_nouns")
        or w in words("region_nouns")
        or w in words("time_words")
        or w in words("months")
        or w in words("determiners")
        or w in words("never_names")
        or w in words("verb_like")
        or w.endswith(p.lang.endings("adverb_endings") + p.lang.endings("past_endings"))
    )


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


def _surnames(p: Passage) -> set[str]:
    """Last words of longer names: "Savchenko" of "Nadia Savchenko" is no place."""
    tk = p.tk
    return {
        tk.word[j - 1]
        for first, stop in tk.sentences
        for i, j in _runs(p, first, stop)
        if j - i > 1 and not p.place_like(i, j) and "-" not in tk.word[i:j]
    }
