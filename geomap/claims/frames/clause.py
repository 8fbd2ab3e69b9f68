"""One sentence as its arguments see it: parts of speech, a tree, noun phrases, and what could be held in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from geomap.claims.frames.lexicon import Frames
from geomap.claims.frames.trees import Tree
from geomap.claims.passage import Passage
from geomap.models import MentionKind

VERBAL = frozenset({"VBD", "VBN", "VBG", "VB", "VBZ", "AUX"})
_NOMINAL = frozenset({"NN", "NNP", "CD", "JJ", "VBN", "VBG", "DT"})
_TAKES = ("nsubj", "mark")
"""Arcs on which "it" is who takes, never what is taken."""
_MODIFIERS = ("amod", "compound")
_BACK = 400
"""Tokens looked back for what "the town" was called: some ten sentences."""
_LIST_GAP = 6
"""Tokens between two names of a list: ", and the northern town of"."""
_LIST_REACH = 16
"""Tokens behind a name within which its list must end in "and C"."""
_NEAR = 60
"""Tokens before "it" within which its place was named: two sentences."""
_PHRASE = 12
_CLIMB = 8
"""Arcs looked up or down for a path: longer ones say nothing."""


@dataclass(slots=True)
class Candidate:
    """What may be a frame's place: names that stand together, a noun that stands for one, or unnamed ground.

    ``spans`` are tokens of the names; ``at`` is the token whose place in the sentence counts; ``sort`` one of
    "settlement", "region", "country", "water", "other", "unknown", "anaphor", "it", "ground".
    """

    spans: list[tuple[int, int]]
    at: int
    start: int
    stop: int
    sort: str
    place_of: tuple[int, int] | None = None
    more: list[tuple[int, int]] = field(default_factory=list)
    """Unnamed ground that the same list adds: "Kalembe and three villages"."""


@dataclass(slots=True)
class Clause:
    """Tokens [first, stop) of a passage, looked at once."""

    p: Passage
    first: int
    stop: int
    tree: Tree
    frames: Frames
    candidates: list[Candidate] = field(default_factory=list)

    def tag(self, k: int) -> str:
        return self.tree.tags[k - self.first]

    def head(self, k: int) -> int:
        return self.tree.head[k - self.first] + self.first

    def arc(self, k: int) -> str:
        return self.tree.name[k - self.first]

    def children(self, k: int) -> list[int]:
        return [c + self.first for c in self.tree.children[k - self.first]]

    # ── phrases ──────────────────────────────────────────────────────────────────────────────────────────────

    def phrase(self, k: int) -> tuple[int, int]:
        """The simple noun phrase whose head is token k: "the last rebel fighters"."""
        a = k
        low, words = self.p.tk.low, self.p.lang.words
        articles = words("articles")
        while a > self.first and k - a < _PHRASE:
            before = a - 1
            hyphen = low[before] == "-" and self.p.tk.touching(before) and self.p.tk.touching(a)
            joined = (low[before] in words("genitives") or hyphen) and before > self.first
            if not joined and self.tag(before) not in _NOMINAL:
                break
            if self.tag(before) in ("VBN", "VBG") and self.children(before) and self.arc(before) not in _MODIFIERS:
                break
            a = before
            if low[a] in articles:
                break
        while a < k and (low[a] == "-" or low[a] in words("genitives") | words("time_words")):
            a += 1
        return a, self._phrase_end(k)

    def _phrase_end(self, k: int) -> int:
        b, number = k + 1, self.p.top[k]
        while b < self.stop:
            same = number >= 0 and self.p.top[b] == number
            if not same and not (self.tag(b) == self.tag(k) == "NNP"):
                break
            b += 1
        return b

    def path(self, start: int, end: int) -> list[str]:
        """Names of the arcs from one token to another: up with "<", down with ">"; empty where they are far apart."""
        up = [start]
        while len(up) <= _CLIMB and self.head(up[-1]) != up[-1]:
            up.append(self.head(up[-1]))
        down = [end]
        while len(down) <= _CLIMB and down[-1] not in up and self.head(down[-1]) != down[-1]:
            down.append(self.head(down[-1]))
        if down[-1] not in up:
            return []
        top = up.index(down[-1])
        return [f"<{self._arc_word(k)}" for k in up[:top]] + [f">{self._arc_word(k)}" for k in down[-2::-1]]

    def _arc_word(self, k: int) -> str:
        name = self.arc(k)
        return f"{name}:{self.p.tk.low[k]}" if name in ("prep", "agent", "dative") else name

    # ── who does it ──────────────────────────────────────────────────────────────────────────────────────────

    def subject_of(self, verb: int, depth: int = 6) -> int | None:
        """The token whose phrase is the subject of a verb, through chains of verbs and relative clauses."""
        if depth == 0:
            return None
        own = [c for c in self.children(verb) if self.arc(c) in ("nsubj", "nsubjpass")]
        head, arc = self.head(verb), self.arc(verb)
        if own:
            subject = max((c for c in own if c < verb), default=own[0])
            if self.tag(subject) in ("WH", "IN"):
                inner = self._inner_subject(subject, verb)
                return inner if inner is not None else head if arc == "relcl" else None
            return subject
        if head == verb:
            return None
        if arc in ("relcl", "acl"):
            return head if arc == "relcl" or self.tag(verb) == "VBG" else None
        if arc in ("conj", "xcomp", "advcl", "aux", "ccomp"):
            if arc == "xcomp":
                pushed = [c for c in self.children(head) if self.arc(c) == "dobj"]
                if pushed and self.tag(verb) == "VB":
                    return pushed[0]
            return self.subject_of(head, depth - 1)
        if arc == "pcomp":
            above = self.head(head)
            return self.subject_of(above, depth - 1) if self.tag(above) in VERBAL else None
        return None

    def _inner_subject(self, relative: int, verb: int) -> int | None:
        """The subject inside "which rebels had held": the noun between the pronoun and its verb."""
        for k in range(verb - 1, relative, -1):
            if self.tag(k) in ("NN", "NNP", "PRP") and not (k + 1 < verb and self.tag(k + 1) in ("NN", "NNP")):
                return k
            if self.tag(k) not in ("AUX", "RB"):
                return None
        return None

    def passive(self, verb: int) -> bool:
        """Whether a verb form is passive: a form of being before its participle, or a participle that describes."""
        if self.tag(verb) not in ("VBN", "VBD", "JJ"):
            return False
        words = self.p.lang.words
        helped = False
        for k in range(verb - 1, self.first - 1, -1):
            low = self.p.tk.low[k]
            if self.tag(k) not in ("RB", "AUX") and low not in words("adverbs") | words("auxiliaries"):
                break
            if low in words("be"):
                return self.tag(verb) != "JJ"
            helped = helped or low in words("auxiliaries")
        governs = verb + 1 < self.stop and self.tag(verb + 1) in ("NNP", "DT", "PRP")
        return self.tag(verb) == "VBN" and not helped and not governs and self.arc(verb) in ("acl", "advcl", "amod")


# ── candidates ───────────────────────────────────────────────────────────────────────────────────────────────


def find_candidates(clause: Clause) -> list[Candidate]:
    """Everything in a sentence that can be held, in reading order."""
    p = clause.p
    out = [*(_named(clause, spans) for spans in _name_groups(clause)), *_lines(clause)]
    covered = {k for c in out for k in range(c.start, c.stop)}
    low, words = p.tk.low, p.lang.words
    nouns = (
        clause.frames.words("ground")
        | words("place_nouns")
        | words("region_nouns")
        | words("land_nouns")
        | words("settlement_anaphors")
    )
    for k in range(clause.first, clause.stop):
        if k in covered or p.top[k] >= 0:
            continue
        if (low[k] in words("it_words") and clause.arc(k) not in _TAKES) or low[k] in clause.frames.words("its"):
            back = _only_named(clause, k)
            if back is not None:
                out.append(Candidate([], k, k, k + 1, "it", back))
        elif low[k] in nouns and _heads_phrase(clause, k):
            here = _ground(clause, k)
            if here is not None:
                if here.sort == "ground":
                    _name_ground(clause, here, out)
                out.append(here)
    out = [c for c in out if not _owns_place(clause, c) and not _vague(clause, c)]
    out.sort(key=lambda c: c.at)
    return _joined(clause, out)


def _lines(clause: Clause) -> list[Candidate]:
    """Borders and front lines: nobody holds them, but troops reach them."""
    p, out = clause.p, list[Candidate]()
    k = clause.first
    while k < clause.stop:
        if p.is_line(k) or p.tk.low[k] in p.lang.words("frontier_nouns"):
            a, b = p.span(k) if p.top[k] >= 0 else clause.phrase(k)
            here = p.place_phrase(max(a, clause.first), clause.stop, plain=False)
            span = (max(a, clause.first), min(b, clause.stop))
            if here is not None and here[1] > k:
                span = (here[0], here[1])
            out.append(Candidate([span], k, *span, "line", span))
            k = max(span[1], k + 1)
            continue
        k += 1
    return out


def _heads_phrase(clause: Clause, k: int) -> bool:
    """Whether a noun ends its phrase: "the town", not "the town hall"."""
    if clause.tag(k) not in ("NN", "NNP"):
        return False
    return not (k + 1 < clause.stop and clause.tag(k + 1) in ("NN", "NNP") and clause.p.tk.word[k + 1][0].isalpha())


def _joined(clause: Clause, candidates: list[Candidate]) -> list[Candidate]:
    """ "Kalembe and three nearby villages": ground that a list adds to names belongs to them."""
    low = clause.p.tk.low
    ends, fillers = clause.frames.words("list_ends"), clause.frames.words("list_fillers")
    out: list[Candidate] = []
    for candidate in candidates:
        last = out[-1] if out else None
        gap = range(last.stop, candidate.start) if last is not None else range(0)
        if (
            last is not None
            and candidate.sort in ("ground", "anaphor")
            and 0 < len(gap) <= 3
            and any(low[k] in ends for k in gap)
            and all(low[k] in ends | fillers or low[k] == "," for k in gap)
            and (last.spans or last.sort == "ground")
        ):
            last.more.append((candidate.start, candidate.stop))
            last.stop = candidate.stop
            continue
        out.append(candidate)
    return out


def _ground(clause: Clause, k: int) -> Candidate | None:
    """ "The town" with the name it stands for, "two villages" without."""
    p = clause.p
    low, words = p.tk.low, p.lang.words
    a, b = clause.phrase(k)
    if any(p.top[x] >= 0 and not p.is_demonym(x) for x in range(a, b)):
        return None
    if b < clause.stop and low[b] in words("of_words") and low[k] in words("place_nouns"):
        names, _ = p.names_from(b + 1, clause.stop)
        if names and names[0][0] - b <= 3:
            return None
    settled = low[k] in words("settlement_anaphors") or low[k] in words("region_anaphors")
    if settled and low[a] in words("indefinite") and a - 2 >= clause.first and p.tk.word[a - 1] in (",", "–", "—", "("):
        named = _name_ending(p, a - 1, clause.first)
        if named is not None:
            return Candidate([], k, a, b, "anaphor", named)
    subject = _subject_said_to_be(clause, k)
    if subject is not None:
        return Candidate([], k, a, b, "anaphor", subject)
    if low[a] in clause.frames.words("definite") and settled:
        back = _named_before(clause, a, frozenset({low[k]}))
        if back is not None:
            return Candidate([], k, a, b, "anaphor", back)
    if low[k] in clause.frames.words("countries") and low[a] in clause.frames.words("definite"):
        country = _country_before(clause, a)
        return Candidate([], k, a, b, "anaphor", country) if country is not None else None
    return Candidate([], k, a, b, "ground")


def _country_before(clause: Clause, k: int) -> tuple[int, int] | None:
    """The country named last before token k."""
    p = clause.p
    for x in range(k - 1, max(-1, k - _BACK), -1):
        toponym = p.toponym(x)
        place = toponym.place if toponym is not None and toponym.kind is MentionKind.LITERAL else None
        if place is not None and place.feature.startswith("A.PCL"):
            return p.span(x)
    return None


def _name_ground(clause: Clause, ground: Candidate, named: list[Candidate]) -> None:
    """Give unnamed ground the names that say which it is: "another town, Mayer", "areas in the west of Syria"."""
    p = clause.p
    low, words = p.tk.low, p.lang.words
    k = ground.stop
    if k >= clause.stop:
        return
    land = low[ground.at] in words("land_nouns") or low[ground.at] in clause.frames.words("land")
    if p.tk.word[k] == ",":
        reach, told = k + 3, low[ground.at] in words("settlement_anaphors")
    elif low[k] in clause.frames.words("including"):
        reach, told = k + 8, True
    else:
        reach, told = k + 9, land and low[k] in clause.frames.words("within")
    if p.tk.word[k] == "," and k + 1 < clause.stop and low[k + 1] in clause.frames.words("including"):
        reach, told = k + 8, True
    if not told:
        return
    for x in range(k, min(clause.stop, reach)):
        if clause.tag(x) in VERBAL and low[x] not in clause.frames.words("including"):
            return
        here = next((c for c in named if c.spans and c.start == x), None)
        if here is not None:
            ground.spans, ground.sort, ground.stop = list(here.spans), "named", here.stop
            return


def _vague(clause: Clause, candidate: Candidate) -> bool:
    """ "Took new positions", "held territory": ground that no map could ever show, without a name beside it."""
    return candidate.sort == "ground" and clause.p.tk.low[candidate.at] in clause.frames.words("vague")


def _owns_place(clause: Clause, candidate: Candidate) -> bool:
    """Whether a name only owns another: "Syria's Aleppo", "Yemen's capital, Sanaa"."""
    p = clause.p
    k = candidate.stop
    if not candidate.spans or k + 1 >= clause.stop or p.tk.low[k] not in p.lang.words("genitives"):
        return False
    if clause.tag(k + 1) == "NNP" and p.top[k + 1] < 0:
        return True
    for x in range(k + 1, min(clause.stop, k + 6)):
        if p.top[x] >= 0:
            return not p.is_demonym(x)
        if clause.tag(x) in VERBAL or clause.tag(x) in ("IN", "CC", "WH"):
            return False
    return False


def _name_ending(p: Passage, k: int, first: int) -> tuple[int, int] | None:
    """The place whose name ends before token k."""
    if k - 1 < first or p.top[k - 1] < 0 or p.is_demonym(k - 1) or p.is_line(k - 1):
        return None
    return p.span(k - 1)


def _subject_said_to_be(clause: Clause, k: int) -> tuple[int, int] | None:
    """ "Falluja was the first city to fall": the name that a noun is said of."""
    if clause.arc(k) != "attr":
        return None
    for c in clause.children(clause.head(k)):
        if clause.arc(c) == "nsubj" and clause.p.top[c] >= 0 and not clause.p.is_demonym(c):
            return clause.p.span(c)
    return None


def _named_before(clause: Clause, k: int, nouns: frozenset[str]) -> tuple[int, int] | None:
    """The place named last before token k: a region where the noun is one of regions, a settlement else.

    What only says where another lies ("30 km from El Obeid", "near Goma"), holds it ("Sake, North Kivu") or opens the
    text as its dateline is passed over while there is another.
    """
    p = clause.p
    words = p.lang.words
    wide = bool(nouns & words("region_anaphors"))
    fallback: list[tuple[int, int]] = []
    x = k - 1
    floor = max(-1, k - _BACK)
    while x > floor:
        toponym = p.toponym(x)
        if toponym is None or toponym.kind is not MentionKind.LITERAL or p.is_line(x):
            x -= 1
            continue
        span = p.span(x)
        x = span[0] - 1
        feature = toponym.place.feature if toponym.place is not None else ""
        if feature.startswith("A.PCL"):
            continue
        fits = not feature or not nouns or wide == feature.startswith("A.")
        if fits and not _only_locates(clause, span):
            return span
        if not wide or feature.startswith("A."):
            fallback.append(span)
    return fallback[0] if fallback else None


def _only_named(clause: Clause, k: int) -> tuple[int, int] | None:
    """The one place that "it" can be: none where several were named a little before, for nobody should guess."""
    p = clause.p
    found: dict[str, tuple[int, int]] = {}
    for x in range(k - 1, max(-1, k - _NEAR), -1):
        toponym = p.toponym(x)
        if toponym is not None and toponym.kind is MentionKind.LITERAL and not _only_locates(clause, p.span(x)):
            found.setdefault(toponym.text, p.span(x))
    return next(iter(found.values())) if len(found) == 1 else None


def _only_locates(clause: Clause, span: tuple[int, int]) -> bool:
    """Whether a name only says where another lies, or is the dateline."""
    a, p = span[0], clause.p
    low = p.tk.low
    if dateline(p, span):
        return True
    if a == 0:
        return False
    if low[a - 1] in clause.frames.words("locating"):
        return True
    return low[a - 1] in p.lang.words("of_words") and a > 1 and low[a - 2] in p.lang.winds


def dateline(p: Passage, span: tuple[int, int]) -> bool:
    """Whether a name opens the text as the place it was written in: "PORT SUDAN - ", "GENEVA (Reuters) - "."""
    a, b = span
    if a > 2 or p.tk.start[a] > 40:
        return False
    window = range(b, min(len(p.tk), b + 8))
    return any(p.tk.word[k] in "-–—" and not p.tk.touching(k) for k in window) or p.tk.slice(a, b).isupper()


def _name_groups(clause: Clause) -> list[list[tuple[int, int]]]:
    """Names of places in a sentence, those of one list together, what holds another left out."""
    p, stop = clause.p, clause.stop
    names: list[tuple[int, int]] = []
    k = clause.first
    while k < stop:
        toponym = p.toponym(k)
        if toponym is not None and toponym.kind is not MentionKind.DEMONYM and not p.is_line(k):
            a, b = p.span(k)
            if dateline(p, (a, b)):
                k = max(b, k + 1)
                continue
            names.append((a, min(b, stop)))
            k = max(b, k + 1)
            continue
        k += 1
    groups: list[list[tuple[int, int]]] = []
    for name in names:
        last = groups[-1][-1] if groups else None
        if last is not None and _contains(p, last, name):
            continue
        if last is not None and _listed(clause, last, name, bool(len(groups[-1]) > 1)):
            groups[-1].append(name)
        else:
            groups.append([name])
    return groups


def _contains(p: Passage, inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    """ "Sake, North Kivu": the second only says where the first lies."""
    if outer[0] - inner[1] != 1 or p.tk.word[inner[1]] not in (",", "("):
        return False
    one, other = p.toponym(inner[0]), p.toponym(outer[0])
    small = one.place if one is not None else None
    large = other.place if other is not None else None
    if large is None or not large.feature.startswith("A."):
        return False
    if outer[1] < len(p.tk) and p.tk.low[outer[1]] in p.lang.words("list_words") - {","}:
        return False
    if small is None:
        return True
    return not small.feature.startswith("A.PCL") and (
        large.feature.startswith("A.PCL") or not small.feature.startswith("A.ADM1")
    )


def _listed(clause: Clause, last: tuple[int, int], name: tuple[int, int], long: bool) -> bool:
    """Whether two names stand in one list: "Izium, Balakliia and the town of Kupiansk"."""
    p, frames = clause.p, clause.frames
    low = p.tk.low
    between = range(last[1], name[0])
    as_well = p.lang.table("as_well").match(low, last[1], clause.stop)
    ends = [k for k in between if low[k] in frames.words("list_ends")] or ([last[1]] if as_well else [])
    joins = ends or [k for k in between if p.tk.word[k] == ","]
    if not 0 < len(between) <= _LIST_GAP or not joins or joins[0] > last[1] + 1:
        return False
    if not all(k in joins or p.tk.word[k] == "," or _list_filler(clause, k) for k in between):
        return False
    if not ends:
        return long or _more_follows(clause, name)
    after = name[1]
    if after < clause.stop and (p.is_auxiliary(after) or clause.tag(after) in ("VBD", "VBZ")):
        # "Izium and Lyman were retaken" is a list, "took Izium and Lyman was shelled" is not
        opens = not any(clause.tag(k) in VERBAL for k in range(clause.first, last[0]))
        single = low[after] in frames.words("singular_verbs") or clause.tag(after) == "VBZ"
        return opens and (low[after] in frames.words("plural_verbs") or not single)
    return True


def _list_filler(clause: Clause, k: int) -> bool:
    """Whether token k may stand between the names of a list."""
    low, words = clause.p.tk.low[k], clause.p.lang.words
    nouns = words("determiners") | words("place_nouns") | words("of_words") | words("region_nouns")
    return (
        low in nouns
        or low in clause.frames.words("list_fillers")
        or clause.tag(k) in ("JJ", "DT", "CD", "VBN")
        or low in words("wind_adjectives")
    )


def _more_follows(clause: Clause, name: tuple[int, int]) -> bool:
    """After "A, B": whether ", C and D" or " and C" goes on."""
    p = clause.p
    for k in range(name[1], min(clause.stop, name[1] + _LIST_REACH)):
        if p.tk.low[k] in clause.frames.words("list_ends"):
            return any(p.top[x] >= 0 and not p.is_demonym(x) for x in range(k + 1, min(clause.stop, k + 5)))
        if p.tk.word[k] != "," and p.top[k] < 0 and clause.tag(k) not in ("DT", "JJ", "NNP"):
            return False
    return False


def _named(clause: Clause, spans: list[tuple[int, int]]) -> Candidate:
    p = clause.p
    a, b = spans[0]
    toponym = p.toponym(a)
    place = toponym.place if toponym is not None else None
    region = b < clause.stop and p.tk.low[b] in p.lang.words("region_nouns") and not p.tk.touching(b)
    if place is None:
        sort = "unknown"
    elif place.feature.startswith("A.PCL"):
        sort = "country"
    elif place.feature.startswith("A.") or region:
        sort = "region"
    elif place.feature.startswith("P."):
        sort = "settlement"
    elif place.feature.startswith("H."):
        sort = "water"
    else:
        sort = "other"
    last = spans[-1][1]
    if last < clause.stop and p.tk.low[last] in p.lang.words("region_nouns") and not p.tk.touching(last):
        spans = [*spans[:-1], (spans[-1][0], last + 1)]
    return Candidate(spans, b - 1, a, spans[-1][1], sort, spans[0])
