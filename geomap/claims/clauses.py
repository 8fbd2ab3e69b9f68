"""Clauses around a control word: its voice, who acts, which names can be held, what stands in between."""

from __future__ import annotations

from dataclasses import replace

from geomap.claims.passage import Passage
from geomap.models import Mention, MentionKind

_ACTOR_LIMIT = 12
_SHARED_REACH = 24
"""Tokens from a sentence's start where the verb stands whose subject later verbs share."""


def places_of(p: Passage, spans: list[tuple[int, int]]) -> list[Mention]:
    """Mentions that can be held: toponyms, and unknown names that end as places do ("Golan Heights")."""
    out: list[Mention] = []
    for a, b in spans:
        toponym = p.toponym(a)
        if toponym is None:
            if b - a < 2 or not p.place_like(a, b):
                continue
        elif toponym.kind is MentionKind.DEMONYM or p.is_line(a):
            continue
        out.append(p.mention(a, b))
    return out


def ends_as_place(p: Passage, b: int, stop: int) -> bool:
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


def can_take_ground(p: Passage, span: tuple[int, int] | None) -> bool:
    """Whether a noun phrase can take ground: armed words, countries, capitals, leaders in a text about war."""
    if span is None:
        return p.conflict
    a, b = span
    low, words = p.tk.low, p.lang.words
    if any(low[k] in words("not_actors") for k in range(a, b)):
        return False
    if p.has_force(a, b):
        return True
    for k in range(a, b):
        if p.top[k] >= 0:
            return p.conflict or (p.toponym(k) is not None and is_country(p, k))
    if b - a == 1 and low[a] in words("pronouns"):
        return p.conflict
    return p.conflict


def is_country(p: Passage, k: int) -> bool:
    toponym = p.toponym(k)
    return toponym is not None and toponym.place is not None and toponym.place.feature.startswith("A.PCL")


def verb_group(p: Passage, i: int, first: int) -> tuple[bool, int]:
    """Whether the participle at token i is passive, and where its verb group starts."""
    low, words = p.tk.low, p.lang.words
    k = i - 1
    be = False
    while k >= first and (low[k] in words("auxiliaries") or low[k] in words("adverbs") or low[k] in words("negations")):
        if p.among(k, "clitics") and not (k + 1 < i and low[k + 1] in words("adverbs")):
            break
        be = be or low[k] in words("be")
        k -= 1
    return be, k + 1


def shared_actor(p: Passage, group: int, first: int) -> tuple[int, int] | None:
    """ "Armed men crossed the river and took the town": the subject of the sentence's first verb does both."""
    low, words = p.tk.low, p.lang.words
    k = group - 1
    while k > first and low[k] in words("adverbs"):
        k -= 1
    if k <= first or low[k] not in words("coordinators"):
        return None
    events = p.lang.table("events")
    for x in range(first + 1, min(k, first + _SHARED_REACH)):
        if (low[x] in events or p.is_verb(x, first)) and (
            here := actor_only(p, p.subject_before(x, first))
        ) is not None:
            return here
    return None


def force_before(p: Passage, k: int, first: int) -> tuple[int, int] | None:
    """The armed party left of "to take": "attempts by the rebels to take"."""
    for x in range(k - 1, max(first, k - 8) - 1, -1):
        if p.has_force(x, x + 1):
            a = x
            while a > first and not p.boundary(a - 1) and p.tk.low[a] not in p.lang.words("articles"):
                a -= 1
            return a, x + 1
    return None


def ground_in(p: Passage, j: int, stop: int) -> tuple[list[tuple[int, int]], int]:
    """ "two villages in the Donetsk region", "other occupied territory in Kharkiv": ground told by where it lies."""
    low, words = p.tk.low, p.lang.words
    k = j
    while k < min(stop, j + 8) and not p.boundary(k):
        k += 1
    ground = k > j and low[k - 1] in words("place_nouns") | words("land_nouns")
    if not ground or k >= stop or low[k] not in words("in_words"):
        return [], j
    return p.names_from(k + 1, stop)


def stands_as_noun(p: Passage, i: int, first: int) -> bool:
    """ "the capture", "loss of control": a verb form that stands as a noun or after "of"."""
    low = p.tk.low
    leads = p.lang.words("determiners") | p.lang.words("noun_leads")
    return i - 1 >= first and low[i] in p.lang.words("noun_verbs") and low[i - 1] in leads


def by_agent(p: Passage, j: int, stop: int) -> tuple[int, int] | None:
    """The agent of a passive: "by Russian forces", at most a few words on."""
    low = p.tk.low
    for k in range(j, min(stop, j + 8)):
        if low[k] in p.lang.words("by_words"):
            x = k + 1
            while x < stop and low[x] in p.lang.words("determiners"):
                x += 1
            end = x
            while end < stop and end - x < _ACTOR_LIMIT and not p.boundary(end):
                if p.tk.low[end] in p.lang.words("time_words"):
                    break
                end += 1
            return (x, end) if end > x and (p.tk.capital(x) or p.has_force(x, end)) else None
        if p.tk.word[k] in ",;." or low[k] in p.lang.words("conjunctions"):
            return None
    return None


def actor_only(p: Passage, span: tuple[int, int] | None) -> tuple[int, int] | None:
    """A subject without what leads to it: "has said his troops" gives "his troops"."""
    if span is None:
        return None
    a, b = span
    low = p.tk.low
    speech = p.lang.table("speech")
    for k in range(b - 1, a - 1, -1):
        if low[k] in speech and k + 1 < b:
            return k + 1, b
        if low[k] in p.lang.words("time_words") and k + 1 < b:
            return k + 1, b
    return a, b


def named_party(p: Passage, span: tuple[int, int]) -> bool:
    """Whether a phrase names a country or a seat of power: "Russia", "Kyiv", "it"."""
    low, words = p.tk.low, p.lang.words
    if any(low[k] in words("movers_not") for k in range(*span)):
        return False
    if span[1] - span[0] == 1 and p.among(span[0], "party_pronouns"):
        return True
    return any(p.top[k] >= 0 for k in range(*span))


def described_name(p: Passage, group: int, first: int) -> tuple[int, int] | None:
    """The settlement that what stands between commas describes: "Balakliia, a town south-west of Kupiansk, was"."""
    if group - 2 < first or p.tk.word[group - 1] != ",":
        return None
    opened = next((k for k in range(group - 2, first, -1) if p.tk.word[k] == ","), None)
    if opened is None or p.tk.low[opened + 1] not in p.lang.words("determiners") or not p.is_settlement(opened - 1):
        return None
    return p.span(opened - 1)


def subject_names(p: Passage, group: int, first: int) -> list[tuple[int, int]]:
    """Places in the subject just left of a verb group: "Izium and Kupiansk were", "the town of Lyman has been"."""
    low, words = p.tk.low, p.lang.words
    out: list[tuple[int, int]] = []
    k = group - 1
    if k >= first and p.tk.word[k] in (",", ")", "–", "—"):
        here = p.subject_before(group, first)
        if here is None:
            return []
        k = here[1] - 1
    while k >= first:
        number = p.top[k]
        if number >= 0 and not p.is_demonym(k):
            a, b = p.span(k)
            if p.among(b, "genitives"):
                break
            if (
                a > first
                and low[a - 1] in words("prepositions")
                and not (p.among(a - 1, "of_words") and p.place_head(a - 2))
            ):
                break  # "prices in Tokyo fell"
            at = a - 2 if a > first and low[a - 1] in words("determiners") else a - 1
            if at > first and p.among(at, "trailing_prepositions") and p.is_settlement(at - 1):
                k = at - 1  # "Lyman in the Donetsk region was retaken": Lyman was
                continue
            if (
                out
                and at >= first
                and low[at] in words("prepositions")
                and not (p.among(at, "of_words") and p.place_head(at - 1))
            ):
                break  # "In the Donetsk region, Lyman remained in Russian hands"
            out.append((a, b))
            k = a - 1
            if k >= first and (low[k] in words("list_words") or low[k] in words("determiners")):
                k -= 1
                continue
            break
        if low[k] in words("place_nouns") | words("region_nouns") and not out:
            k -= 1
            continue
        break
    return out[::-1]


def territory_subject(p: Passage, group: int, first: int) -> Mention | None:
    """The last place named before "the town" or "the territory" as the subject of a passive."""
    here = p.subject_before(group, first)
    if here is None or p.tk.low[here[1] - 1] not in p.lang.words("place_anaphors"):
        return None
    for k in range(here[0] - 1, max(-1, here[0] - 200), -1):
        toponym = p.toponym(k)
        by_agent = k > 0 and p.tk.low[k - 1] in p.lang.words("by_words")
        if toponym is not None and toponym.kind is MentionKind.LITERAL and not by_agent:
            mention = p.mention(*p.span(k))
            wide = p.tk.low[here[1] - 1] in p.lang.words("region_anaphors")
            return region_of_name(p, mention) if wide else mention
    return None


def region_of_name(p: Passage, mention: Mention) -> Mention:
    """ "The territory" after "Kharkiv" is Kharkiv Oblast where the article names that too."""
    if mention.place is None or mention.place.feature.startswith("A."):
        return mention
    for toponym in p.toponyms:
        place = toponym.place
        if place is not None and place.feature.startswith("A.ADM") and toponym.text.startswith(mention.text):
            return replace(mention, place=place)
    return mention


def counterparty(p: Passage, j: int, stop: int) -> str | None:
    for k in range(j, min(stop, j + 8)):
        if p.among(k, "from"):
            end = k + 1
            while end < stop and not p.boundary(end) and end - k < 6:
                end += 1
            if end > k + 1 and (p.has_force(k + 1, end) or p.top[k + 1] >= 0):
                return p.mention(k + 1, end).text
            return None
        if p.tk.word[k] in ",;.":
            return None
    return None
