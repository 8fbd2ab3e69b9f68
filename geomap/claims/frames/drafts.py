"""What frames claim, as drafts: the scorer chooses each frame's place, or none; what governs it sets the mood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geomap.claims.frames import parse
from geomap.claims.frames.arguments import View, war_level, war_words
from geomap.claims.frames.assertion import features_of_mood
from geomap.claims.frames.clause import VERBAL, Candidate, Clause
from geomap.claims.frames.lexicon import Hit, frames_of
from geomap.claims.frames.order import choose_by_order
from geomap.claims.frames.reader import Reading, TreeOf, own_tree, read_sentence
from geomap.claims.frames.scorer import choose, read_weights, score
from geomap.claims.passage import Draft, Passage
from geomap.models import ClaimKind, Mention, Modality, Polarity, Predicate, message

UNNAMED = message("untested.unnamed_ground")
CUT = 0.35
"""Chance above which a frame's likeliest place makes a claim. Cross-validated by story on real news, F1 is flat from
.35 to .5; below, what is found is wrong more often than right."""
_ACTOR_REACH = 14
"""Tokens before a claim within which its actor still belongs to the quote."""
_GAPPED = 16
"""Tokens behind a frame's place within which its list may go on."""
_FIGURE_REACH = 10
"""Tokens between a frame and the figure that is its object."""
_FIGURE_SUBJECT = 12
"""Tokens between a figure and the passive that it is the subject of."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A frame, the place that it is of, and the chance of that."""

    chance: float
    hit: Hit
    view: View
    candidate: Candidate


class FrameReader:
    """Reads the frames of one passage, sentence by sentence; by the extra ``parse`` where it is installed."""

    def __init__(self, p: Passage, tree_of: TreeOf | None = None) -> None:
        self.p = p
        self.frames = frames_of(p.lang.code)
        parsed = read_weights().parsed
        self.tree_of = parse.parsed_tree if tree_of is None and parsed and parse.installed() else tree_of or own_tree
        self.weights: Mapping[str, float] = read_weights().scorer if self.tree_of is own_tree else parsed
        self.views: dict[int, View] = {}

    def read(self, first: int, stop: int, *, figures: bool) -> Reading | None:
        """The frames of a sentence; None where it has none, or its language has none."""
        if self.frames is None:
            return None
        return read_sentence(self.p, first, stop, self.frames, self.tree_of, figures=figures)

    def drafts(self, reading: Reading, taken: set[int]) -> list[Draft]:
        """Drafts of a sentence; ``taken`` are heads of frames that a figure is already the object of."""
        out: list[Draft] = []
        for chosen in choose_claims(reading, self.weights, CUT):
            if chosen.hit.head not in taken:
                out += [draft_of(chosen), *continued(chosen)]
                self.views.update({id(draft): chosen.view for draft in out[-2:]})
        return out

    def settle_mood(self, draft: Draft) -> None:
        """Make a draft asserted or not by what governs its frame, beside the words in its reach."""
        view = self.views.get(id(draft))
        if view is not None:
            settle_mood(draft, view, read_weights().mood)


def choose_claims(reading: Reading, weights: Mapping[str, float], cut: float) -> list[Chosen]:
    """What the scorer chooses, the likeliest first; a place is told once in one way, a word says one thing."""
    found: list[Chosen] = []
    learned = reading.clause.frames.learned
    for hit, view, candidates, own in zip(reading.hits, reading.views, reading.candidates, reading.own, strict=True):
        if learned:
            best, chance = choose(view.shared, own, weights)
        else:
            best, chance = choose_by_order(reading.clause, hit, candidates)
        if best is not None and chance >= cut and plausible(view, candidates[best]):
            found.append(Chosen(chance, hit, view, candidates[best]))
    found.sort(key=lambda chosen: -chosen.chance)
    out: list[Chosen] = []
    told: set[tuple[str, int]] = set()
    heads: set[int] = set()
    for chosen in found:
        key = (_effect(chosen.hit), chosen.candidate.at)
        if key not in told and chosen.hit.head not in heads:
            told.add(key)
            heads.add(chosen.hit.head)
            out.append(chosen)
    return out


_STATES = ("country", "demonym")


def plausible(view: View, candidate: Candidate) -> bool:
    """Whether a frame can claim that place: its guard is met, and the place stands where its slot allows."""
    return _guarded(view) and _slotted(view, candidate)


def _guarded(view: View) -> bool:
    """Whether who acts, or the text, is such as its guard asks."""
    frame, sort, clause = view.hit.frame, view.actor_sort, view.clause
    level = war_level(clause.p, clause.frames)
    war = clause.p.conflict or level > 1
    if frame.kind not in ("control", "advance"):
        return True
    if frame.kind == "advance" or frame.guard == "armed":
        return sort == "force" or (war and sort in (*_STATES, "it", "rule"))
    if sort == "body":
        return war and frame.guard == "sure"
    if sort == "other" and not war and not _moves(view):
        return False
    if war or sort in ("force", "rule"):
        return True
    if frame.guard in ("sure", "party") and (sort in _STATES or (frame.guard == "sure" and sort != "other")):
        return True
    words = clause.p.lang.words("forces") | war_words(clause.p, clause.frames)
    own = range(view.hit.i, view.hit.j)
    told = any(clause.p.tk.low[k] in words and k not in own for k in range(clause.first, clause.stop))
    return (told or level > 0) and (sort in ("none", "name", *_STATES) or _moves(view))


def _moves(view: View) -> bool:
    """Whether what acts is an act of war: "the offensive cut Goma off"."""
    actor, clause = view.actor, view.clause
    moves = clause.frames.words("moves")
    return actor is not None and any(clause.p.tk.low[k] in moves for k in range(*actor))


def _slotted(view: View, candidate: Candidate) -> bool:
    """Whether a place behind its frame is not a clause's subject, nor further off than what the frame modifies."""
    clause, hit = view.clause, view.hit
    if candidate.start < hit.j:
        return _ahead(view, candidate)
    told = clause.p.tk.low[hit.head] in clause.p.lang.table("speech")
    if told and clause.arc(candidate.at) in ("nsubj", "nsubjpass"):
        return False  # "claimed Kyiv had provided"
    between = range(hit.j, candidate.start)
    if any(clause.p.tk.word[k] == "%" for k in between):
        return False  # "control about 20% of" is a figure's claim, or none
    if hit.frame.section == "adjectives":  # "Hezbollah-run Manar television said in Beirut"
        return not any(clause.tag(k) in ("NNP", *VERBAL) and clause.p.top[k] < 0 for k in between)
    return True


def _effect(hit: Hit) -> str:
    if hit.frame.kind != "control":
        return hit.frame.kind
    return str(Predicate(hit.frame.means).effect)


def draft_of(chosen: Chosen) -> Draft:
    """The draft that a frame and its place make."""
    hit, view, candidate = chosen.hit, chosen.view, chosen.candidate
    clause, frame = view.clause, hit.frame
    p, actor = clause.p, view.actor
    places = _mentions(p, candidate)
    a, b = min(hit.i, candidate.start), max(hit.j, candidate.stop)
    if actor is not None and a - _ACTOR_REACH <= actor[0] and actor[1] <= b + _ACTOR_REACH:
        a, b = min(a, actor[0]), max(b, actor[1])
    draft = Draft(ClaimKind(frame.kind), max(a, clause.first), min(b, clause.stop), hit.head)
    draft.nominal = frame.section == "nouns"
    if frame.kind == "control":
        draft.predicate = Predicate(frame.means)
        draft.subject = places
        draft.actor_at = actor
        draft.counterparty = _counterparty(chosen)
    elif frame.kind == "advance":
        draft.predicate = Predicate(frame.means)
        draft.reference = places[0]
        draft.actor_at = actor
        draft.subject = [p.mention(*actor)] if actor is not None else []
    else:
        draft.reference = places[0]
        subject = _lying(chosen)
        draft.subject = [p.mention(*subject)] if subject is not None else []
    return draft


def continued(chosen: Chosen) -> list[Draft]:
    """ "Took Ghazni on Monday, Herat two days later and then Kandahar": what a verb's object goes on to."""
    hit, view, clause = chosen.hit, chosen.view, chosen.view.clause
    if hit.frame.section != "verbs" or not chosen.candidate.spans or chosen.candidate.start < hit.j:
        return []
    out: list[Draft] = []
    k = chosen.candidate.stop
    while (here := _next_object(clause, k)) is not None:
        span = (here, min(clause.p.span(here)[1], clause.stop))
        place = Candidate([span], span[1] - 1, span[0], span[1], "settlement", span)
        draft = draft_of(Chosen(chosen.chance, hit, view, place))
        draft.i = max(draft.i, k)
        out.append(draft)
        k = span[1]
    return out


def _next_object(clause: Clause, k: int) -> int | None:
    """The name that goes on a list broken by dates: after "and", "then" or a comma, with no verb of its own."""
    p, frames = clause.p, clause.frames
    low = p.tk.low
    then = p.lang.table("and_then")
    days = p.lang.words("time_words") | p.lang.words("months") | set(p.lang.maps.get("span_days", {}))
    dated = False
    for x in range(k, min(clause.stop, k + _GAPPED)):
        hit = then.match(low, x, clause.stop) if low[x] in then else None
        if hit is not None and hit[1] < clause.stop and _stands_alone(clause, hit[1]):
            return hit[1]
        if low[x] in frames.words("joins") and dated and x + 1 < clause.stop and _stands_alone(clause, x + 1):
            return x + 1
        dated = dated or low[x] in days
        if clause.tag(x) in VERBAL or low[x] in p.lang.words("relative"):
            return None
    return None


def _stands_alone(clause: Clause, k: int) -> bool:
    """Whether a place is named at token k and no verb follows it: no new clause begins there."""
    p = clause.p
    if p.top[k] < 0 or p.is_demonym(k) or p.is_line(k):
        return False
    after = p.span(k)[1]
    if after >= clause.stop:
        return True
    goes_on = clause.tag(after) in ("IN", "CC", "PU", "RB", "CD", "NNP", "JJ", "DT")
    return goes_on and p.tk.low[after] not in p.lang.words("genitives")


def _mentions(p: Passage, candidate: Candidate) -> list[Mention]:
    """The places of a candidate: its names, what it stands for, or its words where they name nothing."""
    named = candidate.spans or ([candidate.place_of] if candidate.place_of is not None else [])
    places = [p.mention(*span) for span in named]
    ground = candidate.more if places else [(candidate.start, candidate.stop), *candidate.more]
    for span in ground:
        words = p.mention(*span)
        places.append(Mention(text=words.text, start=words.start, end=words.end, why_not=UNNAMED))
    return places


def _counterparty(chosen: Chosen) -> str | None:
    """Whom a place was taken from, or lost to."""
    hit, clause = chosen.hit, chosen.view.clause
    low, p = clause.p.tk.low, clause.p
    for k in range(hit.j, min(clause.stop, max(hit.j, chosen.candidate.stop) + 6)):
        if low[k] in hit.frame.other:
            end = k + 1
            while end < clause.stop and not p.boundary(end) and end - k < 6:
                end += 1
            if end > k + 1 and (p.has_force(k + 1, end) or p.top[k + 1] >= 0):
                return p.mention(k + 1, end).text
        elif p.tk.word[k] in ";.":
            return None
    return None


def _lying(chosen: Chosen) -> tuple[int, int] | None:
    """What "lies in" or "borders": the subject of the verb."""
    clause = chosen.view.clause
    subject = clause.subject_of(chosen.hit.head)
    if subject is None:
        return None
    return clause.p.span(subject) if clause.p.top[subject] >= 0 else clause.phrase(subject)


_SURE = frozenset({Modality.DENIED, Modality.RETRACTED, Modality.CONDITIONAL})
"""Moods that words say outright: nothing is learned about them."""


def settle_mood(draft: Draft, view: View, weights: Mapping[str, float]) -> None:
    """Asserted or not, by the words in reach (as ``set_mood`` left the draft) and by what governs the frame."""
    frame = view.hit.frame
    if frame.section == "adjectives":
        draft.polarity, draft.modality = Polarity.AFFIRMED, Modality.ASSERTED  # "plan to enter rebel-held Madaya"
    if frame.negated:
        draft.polarity = Polarity.NEGATED
    if not view.clause.frames.learned:
        return
    if frame.section == "adjectives" or frame.kind not in ("control", "advance"):
        return
    if draft.modality in _SURE and frame.section == "verbs":
        return
    told = score(features_of_mood(view, draft.modality, draft.polarity), weights)
    if told <= 0:
        draft.modality = Modality.ASSERTED
    elif draft.modality is Modality.ASSERTED:
        draft.modality = Modality.INTENDED


def _ahead(view: View, candidate: Candidate) -> bool:
    """Whether a place before its frame can be its argument: owner of the noun, or what a relative clause is of."""
    clause, hit = view.clause, view.hit
    apposed = hit.i - candidate.stop == 1 and clause.p.tk.word[candidate.stop] in ",–—"
    participle = view.passive or view.form == "VBN" or apposed
    if hit.frame.slot in ("subject", "apposed") or participle or candidate.start >= hit.i:
        return True
    if hit.frame.section == "nouns":
        owns = clause.p.tk.low[candidate.stop] in clause.p.lang.words("genitives")
        return owns or candidate.sort == "it" or hit.i - candidate.stop <= 1 or hit.frame.means == "contested"
    if hit.frame.section != "verbs":
        return True
    between = range(candidate.stop, hit.i)
    relative = clause.p.lang.words("relative")
    return clause.arc(hit.head) in ("relcl", "acl") or any(clause.p.tk.low[k] in relative for k in between)


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────


def governing(reading: Reading, i: int, j: int) -> View | None:
    """The frame whose object the quantity at tokens [i, j) is: "retaken more than 1,160 square miles"."""
    best: View | None = None
    p = reading.clause.p
    for view in reading.views:
        hit = view.hit
        if hit.frame.kind != "control" or hit.frame.section == "adjectives" or hit.frame.slot == "subject":
            continue
        if hit.frame.guard == "force" and view.actor_sort in ("person", "body", "other"):
            continue
        if hit.j <= i and i - hit.j <= _FIGURE_REACH and not any(p.tk.word[k] in ";:" for k in range(hit.j, i)):
            own = bool(p.names_from(hit.j, i)[0]) and any(p.tk.word[k] == "," for k in range(hit.j, i))
            stated = any(p.tk.low[k] in p.lang.words("states") for k in range(hit.j, i))
            if not own and not stated:
                best = view
        elif best is None and hit.i >= j and hit.i - j <= _FIGURE_SUBJECT and view.passive:
            best = view
    return best
