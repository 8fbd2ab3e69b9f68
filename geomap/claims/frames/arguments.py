"""Arguments of a frame in its sentence: who acts, and what speaks for each place that could be meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geomap.claims.frames.clause import VERBAL, Candidate, Clause
from geomap.claims.frames.lexicon import Frames, Hit
from geomap.claims.passage import Passage
from geomap.parties import group_of

_MUCH = 3
"""Different words of war that make a text one about war, however short it is."""
_BY_REACH = 14
"""Tokens behind a frame within which "by", "to" or "of" may bring its actor."""
_WINDOW = 4
"""Tokens before and behind a candidate or a frame whose words are features."""
_PHRASE_TAGS = ("NN", "NNP", "JJ", "CD", "DT")
_FAR = 24
"""Tokens between them beyond which a route says no more than that it is far."""
_LEAD = 7
"""Tokens before a candidate within which its preposition stands."""
_ROUTE = 6
"""Words of a route between frame and candidate that are told apart."""


@dataclass(slots=True)
class View:
    """A frame in its sentence: its form, its voice, who acts."""

    hit: Hit
    clause: Clause
    form: str
    passive: bool
    actor: tuple[int, int] | None
    actor_sort: str
    shared: list[str]
    """Features of the frame alone, whichever place is meant."""


def view_of(clause: Clause, hit: Hit, earlier: Sequence[View] = ()) -> View:
    """Look at a frame: its form and voice, its actor, and what its surroundings say."""
    verbal = hit.frame.section == "verbs"
    tag = clause.tag(hit.head)
    passive = verbal and hit.frame.kind != "advance" and clause.passive(hit.head)
    actor = _actor(clause, hit, passive)
    if actor is None and verbal and not passive and earlier:
        actor = _shared_actor(clause, hit, earlier[-1])
    sort = _sort(clause, actor)
    view = View(hit, clause, tag, passive, actor, sort, [])
    view.shared = _shared(view)
    return view


# ── who acts ─────────────────────────────────────────────────────────────────────────────────────────────────


def _actor(clause: Clause, hit: Hit, passive: bool) -> tuple[int, int] | None:
    for kind in hit.frame.actor:
        found = _actor_by(clause, hit, kind, passive)
        if found is not None:
            return _extended(clause, _trimmed(clause, *found))
    return None


def _extended(clause: Clause, span: tuple[int, int] | None) -> tuple[int, int] | None:
    """ "Fighters of the group", "fighters from the RSF": whose they are belongs to their name; a country does not."""
    if span is None or span[1] + 1 >= clause.stop:
        return span
    p = clause.p
    word = p.tk.low[span[1]]
    crowd = p.tk.low[span[1] - 1] in p.lang.vague and word in p.lang.words("of_words")
    if word not in clause.frames.words("belongs") or not (crowd or p.has_force(*span)):
        return span
    whose = _phrase_from(clause, span[1] + 1)
    if whose is None:
        return span
    if crowd:  # "thousands of Russian soldiers", "hundreds of fighters from the RSF"
        return _extended(clause, (span[0], whose[1])) if p.has_force(*whose) else span
    sort = _sort(clause, whose)
    if word in p.lang.words("of_words") or sort in ("force", "name"):
        return span[0], whose[1]
    return span


def _shared_actor(clause: Clause, hit: Hit, last: View) -> tuple[int, int] | None:
    """ "Lost Kismayo in 2012 but still controls much of the south": who does the one does the other."""
    k = hit.i - 1
    while k > last.hit.j and (clause.tag(k) in ("RB", "AUX") or clause.p.tk.low[k] in clause.p.lang.words("adverbs")):
        k -= 1
    joined = clause.p.tk.low[k] in clause.p.lang.words("coordinators")
    active = last.hit.frame.section == "verbs" and not last.passive and "subject" in last.hit.frame.actor
    return last.actor if joined and active else None


def _actor_by(clause: Clause, hit: Hit, kind: str, passive: bool) -> tuple[int, int] | None:
    if kind == "none":
        return None
    if kind == "inside":
        return _inside(clause, hit)
    if kind == "next":
        return _phrase_from(clause, hit.j)
    if kind == "before":
        return _owner(clause, hit)
    if kind == "subject" and not passive:
        return _subject(clause, hit)
    if kind == "moved":
        return _subject(clause, hit)
    if kind == "object":
        if passive:
            return _subject(clause, hit)
        return _inside(clause, hit)
    return _after(clause, hit, clause.frames.agent if kind == "subject" else kind)


def _subject(clause: Clause, hit: Hit) -> tuple[int, int] | None:
    verb = hit.head
    if hit.frame.section == "phrases":
        verb = clause.head(hit.i)
    subject = clause.subject_of(verb)
    if subject is not None and (subject < hit.i or clause.arc(verb) in ("advcl", "pcomp")):
        return clause.phrase(subject)
    if hit.frame.kind == "advance" and clause.arc(verb) == "acl":
        return clause.phrase(clause.head(verb))  # "columns of troops converged on", read as a participle
    p = clause.p
    before = hit.i
    while before > clause.first and (
        clause.tag(before - 1) in ("AUX", "RB", "TO") or p.tk.low[before - 1] in p.lang.words("adverbs")
    ):
        before -= 1
    return p.subject_before(before, clause.first)


def _inside(clause: Clause, hit: Hit) -> tuple[int, int] | None:
    if hit.gap is None:
        return None
    a, b = hit.gap
    low, words = clause.p.tk.low, clause.p.lang.words
    while a < b and low[a] in words("determiners"):
        a += 1
    while b > a and (low[b - 1] in words("genitives") or clause.tag(b - 1) in ("RB", "IN", "CC")):
        b -= 1
    for k in range(a + 1, b):
        if low[k] in words("of_words") and clause.p.has_force(k + 1, b):
            return k + 1, b
    return (a, b) if a < b else None


def _phrase_from(clause: Clause, k: int) -> tuple[int, int] | None:
    """The noun phrase that begins at token k."""
    low, words = clause.p.tk.low, clause.p.lang.words
    a = k
    while a < clause.stop and low[a] in words("determiners"):
        a += 1
    b = a
    while b < clause.stop and b - a < 8:
        if low[b] in words("time_words") or not _in_phrase(clause, b, a):
            break
        b += 1
        if clause.tag(b - 1) == "PRP":
            break
    while b > a and (low[b - 1] in words("genitives") | words("of_words") or low[b - 1] == "-"):
        b -= 1
    return (a, b) if b > a else None


def _in_phrase(clause: Clause, k: int, first: int) -> bool:
    """Whether token k can belong to a noun phrase that began at token ``first``."""
    p = clause.p
    if clause.tag(k) in _PHRASE_TAGS or p.top[k] >= 0 or p.tk.low[k] == "-":
        return True
    if k == first:
        return clause.tag(k) == "PRP"
    return p.tk.low[k] in p.lang.words("genitives") | p.lang.words("of_words")


def _after(clause: Clause, hit: Hit, word: str) -> tuple[int, int] | None:
    """The phrase behind "by", "to" or "of", no clause further than the frame."""
    low = clause.p.tk.low
    for k in range(hit.j, min(clause.stop, hit.j + _BY_REACH)):
        if clause.p.tk.word[k] in ";:(" or clause.tag(k) in ("WH", "CC"):
            return None
        if clause.tag(k) in ("VBD", "VBZ", "VB", "AUX") and k > hit.j:
            return None
        if low[k] != word:
            continue
        found = _phrase_from(clause, k + 1)
        if found is None or clause.tag(found[0]) == "VBG":
            return None
        sort = _sort(clause, found)
        if sort not in ("other", "place") or (sort == "place" and hit.frame.section == "verbs"):
            return found
        if hit.frame.section == "verbs":
            return None
    return None


def _owner(clause: Clause, hit: Hit) -> tuple[int, int] | None:
    """Whose noun it is: "the Serb siege", "Islamic State's stronghold", "rebel-held", "tightened its grip"."""
    if hit.frame.section == "adjectives":
        return _hyphened(clause, hit.i)
    p, end = clause.p, hit.i
    low, words = p.tk.low, p.lang.words
    k = end - 1
    while k >= clause.first and _before_noun(clause, k):
        k -= 1
    a = k + 1
    owned = next((x for x in range(end - 1, a, -1) if low[x] in words("genitives")), None)
    if owned is not None:
        return a, owned
    for x in range(a, end):
        if p.is_demonym(x) or p.has_force(x, x + 1):
            y = x + 1
            while y < end and (p.has_force(y, y + 1) or clause.tag(y) == "NNP"):
                y += 1
            return x, y
    if k < clause.first or low[k] not in words("possessives"):
        return None
    verb = clause.head(hit.head)
    subject = clause.subject_of(verb) if clause.tag(verb) in VERBAL else None
    return clause.phrase(subject) if subject is not None and subject < k else (k, k + 1)


def _before_noun(clause: Clause, k: int) -> bool:
    p = clause.p
    modifies = clause.tag(k) in ("NN", "NNP", "JJ", "CD", "VBN", "VBG")
    return modifies or p.tk.low[k] in p.lang.words("genitives") or p.tk.low[k] == "-" or p.top[k] >= 0


def _hyphened(clause: Clause, i: int) -> tuple[int, int] | None:
    """ "Islamic State-held": what stands before the hyphen at token i."""
    p, k = clause.p, i - 1
    if k < clause.first or p.tk.start[i] != p.tk.end[k]:
        return None
    a = k
    while a > clause.first:
        same = p.top[a] >= 0 and p.top[a - 1] == p.top[a]
        if not same and not (clause.tag(a - 1) == clause.tag(a) == "NNP"):
            break
        a -= 1
    return a, i


def _trimmed(clause: Clause, a: int, b: int) -> tuple[int, int] | None:
    """A phrase without what leads to it: dates, speech."""
    low, words = clause.p.tk.low, clause.p.lang.words
    while b - a > 1 and (low[a] in words("time_words") or low[a] in words("months") or low[a].isdigit()):
        a += 1
    while b - a > 1 and (low[a] in words("genitives") or clause.tag(a) in ("IN", "RB", "CC", "PU")):
        a += 1
    while b - a > 1 and (low[b - 1] in words("genitives") | words("time_words") or low[b - 1] in ",-"):
        b -= 1
    return (a, b) if a < b else None


def _sort(clause: Clause, span: tuple[int, int] | None) -> str:
    """What kind of actor a phrase names."""
    if span is None:
        return "none"
    p = clause.p
    a, b = span
    low, words = p.tk.low, p.lang.words
    if any(low[k] in words("not_actors") or low[k] in clause.frames.words("nobody") for k in range(a, b)):
        return "body"
    if p.has_force(a, b):
        civil = clause.frames.words("civil")
        armed = any(p.has_force(k, k + 1) and low[k] not in civil for k in range(a, b))
        return "force" if armed else "rule"
    if group_in(p, a, b):
        return "force"
    if b - a == 1 and low[a] in words("relative"):
        return "relative"
    if b - a == 1 and low[a] in words("pronouns") | words("possessives"):
        return "it" if low[a] in clause.frames.words("party_pronouns") else "person"
    if any(low[k] in words("persons_nouns") or low[k] in words("movers_not") for k in range(a, b)):
        return "person"
    kinds = {_named_sort(clause, k) for k in range(a, b) if p.top[k] >= 0}
    for kind in ("demonym", "country", "place"):
        if kind in kinds:
            return kind
    if any(clause.tag(k) == "NNP" for k in range(a, b)):
        return "name"
    return "other"


def _named_sort(clause: Clause, k: int) -> str:
    p = clause.p
    toponym = p.toponym(k)
    if p.is_demonym(k):
        return "demonym"
    feature = toponym.place.feature if toponym is not None and toponym.place is not None else ""
    return "country" if feature.startswith("A.PCL") or feature == "P.PPLC" else "place"


def group_in(p: Passage, first: int, stop: int) -> bool:
    """Whether an armed group is named among tokens [first, stop)."""
    k = first
    while k < stop:
        j = k
        while j < stop and p.tk.capital(j):
            j += 1
        if j > k and group_of(p.tk.slice(k, j)) is not None:
            return True
        k = max(j, k + 1)
    return False


def war_words(p: Passage, frames: Frames) -> frozenset[str]:
    """Words of war: those that peace has as well, or says of goals and weather ("besieged by fans"), left out."""
    words = p.lang.words
    return (words("conflict") | words("conflict_strong") | words("forces")) - frames.words("civil")


def war_level(p: Passage, frames: Frames) -> int:
    """How much a text is about war: 0 for no word of it, 1 for one or two, 2 for more."""
    told = len(war_words(p, frames).intersection(p.tk.low))
    return 0 if told == 0 else 1 if told < _MUCH else 2


# ── features ─────────────────────────────────────────────────────────────────────────────────────────────────


def _shared(view: View) -> list[str]:
    """What a frame's own surroundings say, whichever place is meant."""
    clause, hit = view.clause, view.hit
    p, frame = clause.p, hit.frame
    low = p.tk.low
    war = war_words(p, clause.frames)
    here = sum(1 for k in range(clause.first, clause.stop) if low[k] in war and not hit.i <= k < hit.j)
    density = "much" if here >= 3 else "some" if here else "none"
    text = "war" if p.conflict or war_level(p, clause.frames) > 0 else "peace"
    voice = f"{frame.section[0]}{'P' if view.passive else 'A'}"
    out = [
        f"g:{frame.guard}|{text}|{density}",
        f"g:{frame.guard}|{view.actor_sort}",
        f"g:{frame.guard}|{view.actor_sort}|{text}",
        f"m:{frame.means}|{view.actor_sort}|{text}",
        f"k:{frame.section}.{frame.key}",
        f"k:{frame.key}|{view.actor_sort}",
        f"k:{frame.key}|{text}",
        f"f:{voice}|{view.form}|{frame.guard}",
        f"f:{frame.key}|{view.form}",
        f"d:{density}|{view.actor_sort}|{frame.kind}",
        f"n:{frame.section}|{frame.kind}",
    ]
    if frame.section == "verbs":
        objects = [c for c in clause.children(hit.head) if clause.arc(c) == "dobj" and c >= hit.i]
        thing = _thing(clause, objects[0]) if objects else "none"
        out += [f"o:{frame.slot}|{thing}|{voice}", f"o:{frame.key}|{thing}", f"o:{frame.guard}|{thing}"]
        after = low[hit.j] if hit.j < clause.stop else "."
        tag = clause.tag(hit.j) if hit.j < clause.stop else "."
        out += [f"a:{frame.slot}|{tag}|{voice}", f"a:{after}|{frame.slot}"]
    for k in range(max(clause.first, hit.i - 3), hit.i):
        out.append(f"b:{low[k]}|{frame.guard}")
    if any(p.tk.word[k] == "?" for k in range(max(clause.first, clause.stop - 3), clause.stop)):
        out.append("asks")
    if p.tk.capital(hit.i) and hit.i > clause.first:
        out.append(f"capital:{frame.section}")
    if frame.section != "verbs":
        out.append(f"gov:{frame.section}|{clause.arc(hit.head)}|{clause.tag(clause.head(hit.head))}")
    return out


def _thing(clause: Clause, k: int) -> str:
    """What kind of thing a noun is."""
    p = clause.p
    low, words = p.tk.low, p.lang.words
    if p.top[k] >= 0 and not p.is_demonym(k):
        return "place"
    w = low[k]
    ground = words("place_nouns") | words("region_nouns") | words("land_nouns")
    if w in ground or w in clause.frames.words("ground"):
        return "ground"
    if w in words("quantifiers"):
        return "part"
    if w in words("persons_nouns"):
        return "person"
    if w in words("forces"):
        return "force"
    if clause.tag(k) == "PRP":
        return "it"
    return "name" if clause.tag(k) == "NNP" else "noun"


def features(view: View, candidate: Candidate, everyone: list[Candidate], hits: list[Hit]) -> list[str]:
    """What speaks for one candidate as the place of a frame."""
    clause, hit = view.clause, view.hit
    p, frame = clause.p, hit.frame
    low = p.tk.low
    right = candidate.at >= hit.j
    inside = hit.i <= candidate.at < hit.j
    side = "in" if inside else "R" if right else "L"
    slot = f"{frame.slot}{'P' if view.passive else ''}"
    near = (candidate.start - hit.j) if right else (hit.i - candidate.stop)
    bucket = str(near) if near <= 3 else "5" if near <= 5 else "9" if near <= 9 else "15" if near <= 15 else "far"
    path = _path(clause, hit, candidate)
    route = _route(view, candidate, side)
    lead = _lead(clause, candidate, frame.place)
    after = _follows(clause, candidate)
    counts = tallies_between(clause, hit, candidate, right)
    between = range(hit.j, candidate.at) if right else range(candidate.at + 1, hit.i)
    others = sum(c is not candidate and c.at in between for c in everyone)
    frames = sum(h is not hit and h.i in between for h in hits)
    out = [
        f"p:{slot}|{path}",
        f"p:{path}|{candidate.sort}",
        f"pk:{frame.key}|{path}",
        f"s:{slot}|{side}|{bucket}",
        f"s:{slot}|{side}|{bucket}|{candidate.sort}",
        f"r:{slot}|{side}|{route}",
        f"r:{side}|{route}",
        f"rk:{frame.key}|{side}|{route}",
        f"l:{slot}|{side}|{lead}",
        f"l:{slot}|{side}|{lead}|{min(others, 2)}",
        f"lp:{lead}|{path}",
        f"c:{slot}|{side}|v{counts[0]}|c{counts[1]}|o{min(others, 2)}|f{min(frames, 1)}",
        f"c:{side}|v{counts[0]}",
        f"c:{side}|c{counts[1]}",
        f"o:{slot}|{side}|{min(others, 3)}",
        f"t:{candidate.sort}|{slot}",
        f"t:{candidate.sort}|{frame.guard}|{view.actor_sort}",
        f"t:{candidate.sort}|{frame.means}",
        f"t:{candidate.sort}|{frame.key}",
        f"x:{after}|{slot}|{side}",
        f"x:{after}|{candidate.sort}",
        f"w:{side}|{view.form}|{slot}|{bucket}",
    ]
    if view.actor is not None and view.actor[0] < candidate.stop and candidate.start < view.actor[1]:
        out.append(f"actor:{slot}|{side}")
    if len(candidate.spans) > 1:
        out.append(f"list:{slot}|{side}")
    before = candidate.start - 1
    if before >= clause.first:
        out.append(f"y:{low[before]}|{slot}|{side}")
    return out


def tallies_between(clause: Clause, hit: Hit, candidate: Candidate, right: bool) -> tuple[int, int]:
    """Verbs and commas between frame and candidate, three at most."""
    a, b = (hit.j, candidate.start) if right else (candidate.stop, hit.i)
    a, b = max(a, clause.first), min(b, clause.stop)
    verbs = sum(1 for k in range(a, b) if clause.tag(k) in VERBAL and clause.tag(k) != "AUX")
    commas = sum(1 for k in range(a, b) if clause.p.tk.word[k] in ",;:—–()")
    return min(verbs, 3), min(commas, 3)


def _path(clause: Clause, hit: Hit, candidate: Candidate) -> str:
    steps = clause.path(hit.head, candidate.at)
    slots = set(hit.frame.place)
    out: list[str] = []
    for step in steps:
        name, _, word = step.partition(":")
        if step in (">conj", "<conj") and out and out[-1] == step:
            continue
        out.append(f"{name}:{'SLOT' if word in slots else word}" if word else step)
    return "/".join(out[:6]) or "none"


def _route(view: View, candidate: Candidate, side: str) -> str:
    """Words between frame and candidate, by kind; articles and adjectives left out."""
    clause, hit = view.clause, view.hit
    span = range(hit.j, candidate.start) if side == "R" else range(candidate.stop, hit.i)
    if len(span) > _FAR:
        return "far"
    out: list[str] = []
    for k in span:
        piece = _piece(clause, k, hit.frame.place)
        if piece and not (out and out[-1] == piece and piece in ("x", "N", "P", "G", "F")):
            out.append(piece)
    if len(out) > _ROUTE:
        return "long:" + ".".join(out[:3] if side == "R" else out[-3:])
    return ".".join(out)


_KINDS = {"ground": "G", "part": "Q", "person": "H", "force": "F", "it": "I", "name": "N"}


def _piece(clause: Clause, k: int, slots: tuple[str, ...]) -> str:
    """One word of a route by its kind; "" where it says nothing."""
    p, tag = clause.p, clause.tag(k)
    low = p.tk.low
    if tag in ("DT", "JJ", "RB", "CD") or low[k] in p.lang.words("adverbs"):
        return ""
    if tag in ("IN", "TO", "WH", "CC"):
        return "SLOT" if low[k] in slots else low[k]
    if tag in VERBAL:
        return "be" if tag == "AUX" else tag
    if tag == "PU":
        return p.tk.word[k] if p.tk.word[k] in ",;:()—–-" else "'"
    if p.top[k] >= 0:
        return "D" if p.is_demonym(k) else "P"
    return _KINDS.get(_thing(clause, k), "x")


def _lead(clause: Clause, candidate: Candidate, slots: tuple[str, ...]) -> str:
    """The preposition that brings a candidate, "the town of" skipped; "start" or "none"."""
    p = clause.p
    low, words = p.tk.low, p.lang.words
    heads = words("place_nouns") | words("quantifiers") | words("region_nouns")
    k, ground = candidate.start - 1, ""
    while k >= clause.first:
        if low[k] in words("of_words") and k > clause.first and low[k - 1] in heads:
            ground = "+G"
            k -= 2
            continue
        if clause.tag(k) not in ("DT", "JJ", "NN", "CD") or low[k] in words("forces") or candidate.start - k >= _LEAD:
            break
        k -= 1
    if k < clause.first:
        return "start"
    tag = clause.tag(k)
    if tag in ("IN", "TO", "CC", "WH"):
        return ("SLOT" if low[k] in slots else low[k]) + ground
    return (p.tk.word[k] if tag == "PU" else tag) + ground


def _follows(clause: Clause, candidate: Candidate) -> str:
    p = clause.p
    k = candidate.stop
    if k >= clause.stop:
        return "end"
    low = p.tk.low[k]
    if low in p.lang.words("genitives"):
        nxt = _thing(clause, k + 1) if k + 1 < clause.stop else "none"
        return f"owns:{nxt}"
    tag = clause.tag(k)
    if tag in ("NN", "NNP"):
        return f"noun:{_thing(clause, k)}"
    return p.tk.word[k] if tag == "PU" else low if tag in ("IN", "CC", "WH") else tag
