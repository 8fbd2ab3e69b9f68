"""Who says it: the chain of speakers, nearest first, and whether they speak for the side that gains or loses."""

from __future__ import annotations

from dataclasses import dataclass

from geomap.claims.passage import Draft, Passage
from geomap.models import Effect, SourceSide
from geomap.parties import Party, same

_NOT_SAYING = ("determiners", "prepositions", "clitics", "infinitive")
"""Lists of words after which a word of saying is a noun or an infinitive: "the claims", "to say"."""
_MARKS = frozenset(",”\"’'»")


@dataclass(slots=True)
class Frame:
    """A verb of saying at tokens [i, j) with its speaker; ``outer``: "according to"; ``through``: the medium told."""

    i: int
    j: int
    speaker: str
    speaker_at: tuple[int, int]
    outer: bool = False
    through: str | None = None


class Speakers:
    """The frames of an article, read once, in order."""

    def __init__(self, p: Passage) -> None:
        self.p = p
        self.quoted = _quoted(p)
        self.frames: list[list[Frame]] = []
        self.verbs: set[int] = set()
        self.last: list[str | None] = []
        last: str | None = None
        known: list[str] = []
        for first, stop in p.tk.sentences:
            frames = self._read(first, stop, last, known)
            self.frames.append(frames)
            self.last.append(last)
            named = [f for f in frames if not f.outer] or frames
            if named:
                last = named[-1].speaker
                known.append(last)

    def _read(self, first: int, stop: int, last: str | None, known: list[str]) -> list[Frame]:
        p, low = self.p, self.p.tk.low
        table = p.lang.table("speech")
        outer = p.lang.table("according")
        out: list[Frame] = []
        k = first
        while k < stop:
            w = low[k]
            if w in outer.starts:
                hit = outer.match(low, k, stop)
                if hit is not None:
                    here = _phrase_after(p, hit[1], stop)
                    if here is not None:
                        out.append(Frame(k, here[1], _short(p, here, last, known), here, outer=True))
                        k = here[1]
                        continue
            if w in table.starts and not self.quoted[k]:
                frame = self._frame(k, first, stop, last, known)
                if frame is not None:
                    self.verbs.add(k)
                    out.append(frame)
            k += 1
        return out

    def _frame(self, k: int, first: int, stop: int, last: str | None, known: list[str]) -> Frame | None:
        p, low = self.p, self.p.tk.low
        words = p.lang.words
        x = k - 1
        while x > first and low[x] in words("adverbs"):
            x -= 1
        if x >= first and low[x] in words("be"):
            return None  # "they are said to", "it was alleged"
        if k > first and any(p.among(k - 1, name) for name in _NOT_SAYING):
            return None
        here = p.subject_before(k, first)
        before = k - 1
        while before >= first and low[before] in words("adverbs") | words("auxiliaries"):
            before -= 1
        marked = before >= first and p.tk.word[before] in _MARKS
        inverted = marked and (
            here is None or self.quoted[before - 1] or p.tk.word[before] != "," or self._ends_clause(k, stop)
        )
        if inverted or here is None:
            after = _phrase_after(p, k + 1, stop)
            if (
                after is not None
                and (p.tk.capital(after[0]) or low[after[1] - 1] in words("speakers"))
                and p.tk.word[before if before >= first else k] in ",”\"’'"
            ):
                return Frame(k, k + 1, _short(p, after, last, known), after)
            if here is None:
                return None
        here = self._whole(here, first)
        if low[here[1] - 1] in words("not_speakers"):
            return None
        speaker = _short(p, here, last, known)
        through = None
        if low[k] in words("tell_words"):
            addressee = _phrase_after(p, k + 1, stop)
            if (addressee is not None and any(low[x] in words("media") for x in range(*addressee))) or (
                addressee is not None
                and p.tk.capital(addressee[0])
                and p.tk.word[addressee[1] - 1][0].isalnum()
                and _outlet(p, addressee)
            ):
                through = p.tk.slice(*addressee)
        return Frame(k, k + 1, speaker, here, through=through)

    def _ends_clause(self, k: int, stop: int) -> bool:
        """Whether the words after the verb at token k name a speaker and no more: "..., said local officials."."""
        after = _phrase_after(self.p, k + 1, stop)
        if after is None or not (after[1] >= stop or self.p.tk.word[after[1]] in ".,;"):
            return False
        return self.p.tk.low[after[1] - 1] in self.p.lang.words("speakers") or self.p.tk.capital(after[0])

    def _whole(self, here: tuple[int, int], first: int) -> tuple[int, int]:
        """A speaker with the words that name it: back over "Name, the head of ...", "channels on Telegram"."""
        p = self.p
        a, b = here
        if a - 2 >= first and p.tk.word[a - 1] == "," and (p.among(a, "title_starts") or p.among(a, "speakers")):
            x = a - 2
            while x >= first and p.tk.capital(x) and p.capital_name(x) and p.top[x] < 0:
                x -= 1
            if a - 2 - x >= 1:
                return x + 1, a - 1
        if (
            a - 2 >= first
            and p.among(a - 1, "attaching_prepositions")
            and not p.boundary(a - 2)
            and not p.among(a - 2, "adverbs")
        ):
            x = a - 2
            while x >= first and not p.boundary(x):
                x -= 1
            return x + 1, b
        return a, b

    def chain(self, draft: Draft) -> tuple[str, ...]:
        """The speakers of a draft, nearest first; empty where the article speaks in its own voice."""
        p = self.p
        number = p.tk.sentence_of[draft.at]
        frames = self.frames[number]
        quoted = self.quoted[draft.at]
        anchor = draft.quantity.i if draft.quantity is not None else draft.at
        around = [f for f in frames if not f.outer and self._covers(f, draft, anchor)]
        before = [f for f in around if f.i < anchor]
        trailing = len(before) < len(around)
        if trailing and before and any(p.tk.word[k] == "," for k in range(before[-1].i, max(anchor, draft.i))):
            before = []  # "By the time crews declared it out, it had burned ..., officials said"
        names: list[str | None] = []
        for frame in sorted(before or around, key=lambda f: abs(f.i - anchor))[:2]:
            names += frame.speaker, frame.through
        outer = [f.speaker for f in frames if f.outer]
        if not names and not outer and quoted and self.last[number]:
            names.append(str(self.last[number]))
        return tuple(name for name in dict.fromkeys([*names, *outer]) if name)

    def _covers(self, frame: Frame, draft: Draft, anchor: int) -> bool:
        """Whether what the frame says includes the draft: it stands before it, or after it behind a comma or quote."""
        if frame.i < anchor:
            return True
        if frame.i < draft.j:
            return False
        speaker = frame.speaker_at[0]
        marked = speaker > 0 and self.p.tk.word[speaker - 1] in ',”"—–’'
        return marked or speaker > frame.i


def _quoted(p: Passage) -> list[bool]:
    """Whether each token stands between quotation marks; a new paragraph closes what was left open."""
    out: list[bool] = []
    inside = False
    text, tk = p.text, p.tk
    for k, w in enumerate(tk.word):
        if inside and text.count("\n", tk.end[k - 1], tk.start[k]) >= (2 if tk.wrapped else 1):
            inside = False
        if w in "“„«":
            inside = True
        elif w in "”»":
            inside = False
        elif w == '"':
            inside = not inside
        out.append(inside)
    return out


def _outlet(p: Passage, here: tuple[int, int]) -> bool:
    """Whether words name an outlet: "told CNN", "told The Kyiv Post"."""
    return any(p.among(k, "outlets") for k in range(*here))


def _phrase_after(p: Passage, i: int, stop: int) -> tuple[int, int] | None:
    low, words = p.tk.low, p.lang.words
    k = i
    while k < stop and (low[k] in words("determiners")):
        k += 1
    a = k
    while k < stop and k - a < 10:
        if p.boundary(k) or low[k] in words("time_words"):
            joins = p.among(k, "name_joins") and k + 1 < stop and k > a and p.tk.capital(k - 1)
            if joins and (p.tk.capital(k + 1) or (p.among(k + 1, "definite") and k + 2 < stop and p.tk.capital(k + 2))):
                if p.among(k, "list_joins") and p.name(k + 1, stop) is None:
                    break
                k += 1
                continue
            dotted = p.tk.word[k] == "." and p.tk.touching(k) and k + 1 < stop and p.tk.touching(k + 1)
            if dotted:
                k += 1
                continue
            break
        k += 1
    return (a, k) if k > a else None


def _short(p: Passage, here: tuple[int, int], last: str | None, known: list[str]) -> str:
    """A speaker as text: pronouns stand for the last speaker, quotation marks and articles go."""
    a, b = here
    low, words = p.tk.low, p.lang.words
    while b - 1 > a and not p.tk.word[b - 1][0].isalnum():
        b -= 1
    while a < b - 1 and (low[a] in words("determiners") or not p.tk.word[a][0].isalnum()):
        a += 1
    if b - a == 1 and low[a] in words("pronouns"):
        return last or p.tk.slice(a, b)
    while a < b - 1 and low[a] in words("respected"):
        a += 2 if p.tk.word[a + 1] == "." and a + 2 < b else 1
    text = p.tk.slice(a, b)
    if b - a == 1:
        # a surname alone: the fuller name given before
        for name in reversed(known):
            if text in name.split() and len(name) > len(text):
                return name
    return text


def side(draft: Draft, speaker: Party | None, actor: Party | None, known: list[Party]) -> SourceSide | None:
    """Whether the nearest speaker belongs to who gains, who loses, or neither."""
    if draft.predicate is None or speaker is None or actor is None:
        return None
    part = draft.predicate.side
    if part is None:
        return None
    gain = part is not Effect.LOSS
    one = same(speaker, actor)
    if one is None:
        return None
    if one:
        return SourceSide.GAINER if gain else SourceSide.LOSER
    if any(speaker.key == one.key for one in known):
        return SourceSide.LOSER if gain else SourceSide.GAINER
    return SourceSide.THIRD_PARTY
