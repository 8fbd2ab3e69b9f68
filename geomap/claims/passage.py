"""An article ready for reading: tokens, the toponyms on them, and small questions about phrases."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from geomap.claims.language import Language, language_of
from geomap.claims.line import Line
from geomap.claims.numbers import continental
from geomap.claims.quantities import Quantity
from geomap.claims.tokens import Tokens
from geomap.models import (
    Article,
    ClaimKind,
    Compass,
    Mention,
    MentionKind,
    Modality,
    Polarity,
    Predicate,
    Text,
    Toponym,
    message,
)
from geomap.parties import Party

_SAME_START = 8
"""Known names that begin with the same word: more are not looked at, so that a pass stays linear."""
_PHRASE_LIMIT = 14
"""Tokens looked at for a noun phrase: longer ones do not name a place."""
_CONFLICT_WORDS = 2
"""So many words of war in a text, or one that nothing else uses ("garrison"), make "took Ghazni" a change of control
rather than a trip or a match."""


@dataclass(slots=True)
class Draft:
    """A claim in the making; tokens [i, j) are its quote, ``at`` the token whose date, speaker and mood it shares."""

    kind: ClaimKind
    i: int
    j: int
    at: int
    quantity: Quantity | None = None
    subject: list[Mention] = field(default_factory=list)
    reference: Mention | None = None
    direction: Compass | None = None
    region: Mention | None = None
    predicate: Predicate | None = None
    actor_at: tuple[int, int] | None = None
    actor: str | None = None
    party: Party | None = None
    counterparty: str | None = None
    polarity: Polarity = Polarity.AFFIRMED
    modality: Modality = Modality.ASSERTED
    corrected: bool = False
    same_as: Draft | None = None
    antecedent: Draft | None = None
    unit: str | None = None
    times: float | None = None
    checkable: bool = True
    why_not: Text | None = None
    qualifier: str | None = None
    nominal: bool = False


class Passage:
    """Tokens of an article with its toponyms."""

    __slots__ = ("article", "commas", "conflict", "lang", "text", "tk", "top", "toponyms")

    def __init__(self, article: Article, toponyms: Sequence[Toponym]) -> None:
        self.article = article
        self.text = article.text
        self.lang: Language = language_of(article.text)
        self.tk = Tokens(article.text, self.lang.words("abbreviations"), self.lang.words("joiners"))
        self.commas = continental(article.text)
        self.toponyms = sorted((t for t in toponyms if t.end > t.start), key=lambda t: (t.start, -t.end))
        self.top = [-1] * len(self.tk)
        for number, toponym in enumerate(self.toponyms):
            k = bisect_left(self.tk.end, toponym.start + 1)
            while k < len(self.tk) and self.tk.start[k] < toponym.end:
                if self.top[k] < 0:
                    self.top[k] = number
                k += 1
        self._repeat_known()
        war = self.lang.words("conflict")
        strong = self.lang.words("conflict_strong")
        heard = set(self.tk.low)
        forces = self.lang.words("forces")
        national = any(
            self.is_demonym(k) and self.tk.low[k + 1] in forces for k in range(len(self.tk) - 1) if self.top[k] >= 0
        )
        self.conflict = national or bool(heard & strong) or len(heard & war) >= _CONFLICT_WORDS

    def _repeat_known(self) -> None:
        """Let a name that is a toponym in one place be one wherever it stands: finders miss repeats."""
        low, top = self.tk.low, self.top
        known: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        i = 0
        while i < len(low):
            number = top[i]
            j = i + 1
            while number >= 0 and j < len(low) and top[j] == number:
                j += 1
            if number >= 0 and self.toponyms[number].kind is MentionKind.LITERAL and self.tk.capital(i):
                words = tuple(self.tk.word[i:j])
                entries = known.setdefault(words[0], [])
                if all(words != w for w, _ in entries) and len(entries) < _SAME_START:
                    entries.append((words, number))
            i = j
        if not known:
            return
        for i, word in enumerate(self.tk.word):
            if top[i] >= 0 or word not in known:
                continue
            for words, number in known[word]:
                j = i + len(words)
                inside_name = (i > 0 and self.tk.capital(i - 1) and top[i - 1] < 0 and self.capital_name(i - 1)) or (
                    j < len(low) and self.tk.capital(j) and self.capital_name(j)
                )
                if tuple(self.tk.word[i:j]) == words and all(t < 0 for t in top[i:j]) and not inside_name:
                    self.toponyms.append(self.toponyms[number])
                    top[i:j] = [len(self.toponyms) - 1] * (j - i)
                    break

    # ── names ────────────────────────────────────────────────────────────────────────────────────────────────

    def toponym(self, i: int) -> Toponym | None:
        return self.toponyms[self.top[i]] if self.top[i] >= 0 else None

    def line(self, first: int, stop: int) -> Line:
        """Tokens [first, stop) as the readers of numbers see them."""
        return Line(self.tk, first, stop, self.lang, self.commas)

    def is_demonym(self, i: int) -> bool:
        toponym = self.toponym(i)
        if toponym is not None:
            return toponym.kind is MentionKind.DEMONYM
        return False

    def is_settlement(self, i: int) -> bool:
        """Whether token i belongs to the name of a town that stands for itself."""
        toponym = self.toponym(i)
        place = toponym.place if toponym is not None and toponym.kind is MentionKind.LITERAL else None
        return place is not None and place.feature.startswith("P.")

    def is_line(self, i: int) -> bool:
        """Whether the toponym at token i is a border: nobody holds a line."""
        toponym = self.toponym(i)
        if toponym is None:
            return False
        named = toponym.place is not None and toponym.place.feature == "A.BDR"
        return named or toponym.text.lower() in self.lang.words("frontier_nouns")

    def span(self, i: int) -> tuple[int, int]:
        """Tokens of the toponym at token i."""
        number = self.top[i]
        a, b = i, i + 1
        while a > 0 and self.top[a - 1] == number:
            a -= 1
        while b < len(self.top) and self.top[b] == number:
            b += 1
        return a, b

    def sentence(self, i: int) -> tuple[int, int]:
        return self.tk.sentences[self.tk.sentence_of[i]]

    def name(self, i: int, stop: int) -> tuple[int, int] | None:
        """The name that starts at token i: a toponym that is not a demonym, else a run of capitalised words."""
        if i >= stop:
            return None
        toponym = self.toponym(i)
        if toponym is not None and toponym.kind is not MentionKind.DEMONYM:
            a, b = self.span(i)
            if b + 1 < len(self.tk) and self.tk.word[b] in "-‑–" and self.tk.low[b + 1] in self.lang.words("compounds"):
                return None  # "Russia-controlled territory"
            return (i, min(b, stop)) if a <= i else None
        if self.is_demonym(i) or not self.capital_name(i):
            return None
        j = i + 1
        while j < stop and j < i + 5:
            if self.capital_name(j) and self.tk.word[j][0].isalpha() and self.toponym(j) is None:
                j += 1
            elif self.tk.word[j] in ".-" and j + 1 < stop and self.capital_name(j + 1) and self.tk.touching(j):
                j += 2
            else:
                break
        return i, j

    def capital_name(self, i: int) -> bool:
        low = self.tk.low[i]
        return self.tk.capital(i) and low not in self.lang.words("never_names") and low not in self.lang.words("months")

    def mention(self, i: int, j: int) -> Mention:
        """Tokens [i, j) as a mention, with the place of the last literal toponym inside."""
        place = None
        why: Text | None = None
        seen = -1
        named_from = i
        whose = next((k for k in range(i + 1, j - 1) if self.tk.low[k] == "'s"), None)
        described = (
            whose is not None
            and self.top[i] != self.top[j - 1]
            and (self.tk.low[j - 1] in self.lang.words("place_nouns"))
        )
        if described and whose is not None:
            named_from, why = (
                whose + 1,
                message("untested.description"),
            )  # "Ukraine's second largest city" is not Ukraine
        for k in range(named_from, j):
            number = self.top[k]
            if number >= 0 and number != seen:
                seen = number
                toponym = self.toponyms[number]
                if toponym.place is not None or place is None:
                    place, why = toponym.place, toponym.why_not
        start, end = self.tk.start[i], self.tk.end[j - 1]
        return Mention(text=self.text[start:end], place=place, start=start, end=end, why_not=why)

    # ── phrases ──────────────────────────────────────────────────────────────────────────────────────────────

    def boundary(self, i: int) -> bool:
        """Whether token i cannot be inside a simple noun phrase."""
        low = self.tk.low[i]
        words = self.lang.words
        inside = self.tk.touching(i) and i + 1 < len(self.tk) and self.tk.touching(i + 1)
        if low == "-" and not inside:
            return True
        if low in ",." and inside and self.tk.word[i - 1].isdigit() and self.tk.word[i + 1][0].isdigit():
            return False  # "2,500-acre"
        return (
            not (self.tk.word[i][0].isalnum() or low in ("-", "'s", "'", "&", "’", "“", "”", '"'))
            or low in words("prepositions")
            or low in words("conjunctions")
            or (low in words("auxiliaries") and low != "'s")
        )

    def place_phrase(self, i: int, stop: int, *, plain: bool = True) -> tuple[int, int, bool] | None:
        """The place that a phrase from token i names: (first, last + 1, whether a toponym).

        "the major shipbuilding city of Kherson" gives Kherson; "the border of the Russian Federation" and "the site"
        the words as they stand. None where nothing there can be a place.
        """
        tk, low, words = self.tk, self.tk.low, self.lang.words
        stop = min(stop, i + _PHRASE_LIMIT)
        k = i
        head_line = -1
        while k < stop:
            w = low[k]
            here = self.name(k, stop)
            if here is not None and w not in words("determiners"):
                a, b = here
                b = self._with_region_noun(b, stop)
                if b < stop and low[b] in ("'s", "'") and not self._ends_place(a, b):
                    # "Ukraine's second largest city", "the Dnipro river's western shore"
                    if self.toponym(a) is not None and self.span(a)[1] > b:
                        return a, self.span(a)[1], True
                    end = self._lower_run(b + 1, stop)
                    inner = self.place_phrase(b + 1, stop, plain=False) if b + 1 < stop else None
                    if inner is not None and inner[2]:
                        return inner
                    if end > b + 1:
                        return a, end, True
                    return a, b, self.toponym(a) is not None
                if head_line >= 0:
                    return head_line, b, True
                if b + 1 < stop and low[b] in words("place_nouns") and self.name(b + 1, stop) is not None:
                    k = b + 1  # "the Sri Lankan capital Colombo"
                    continue
                if b < stop and low[b] in words("line_nouns") and low[b] not in words("region_nouns"):
                    return a, b + 1, True
                if self.toponym(a) is None and b < stop and self.toponym(b) is not None and not self.is_demonym(b):
                    return b, self.span(b)[1], True
                return a, b, self.toponym(a) is not None
            if w in words("line_nouns") and head_line < 0:
                nxt = low[k + 1] if k + 1 < stop else ""
                if nxt in ("of", "with", "between"):
                    head_line = i
                    k += 2
                    continue
                if not (k + 1 < stop and (self.name(k + 1, stop) or low[k + 1] == "of")):
                    return i, k + 1, False
                k += 1
                continue
            if w == "of" and k > i:
                k += 1
                continue
            if head_line >= 0 and not (w in words("determiners") or (tk.word[k][0].isalpha() and not self.boundary(k))):
                return head_line, k - 1, False
            if self.boundary(k) or w in words("pronouns"):
                break
            k += 1
        if head_line >= 0:
            return head_line, max(head_line + 1, k - 1), False
        if not plain:
            return None
        end = self._lower_run(i, stop)
        return (i, end, False) if end > i else None

    def _with_region_noun(self, b: int, stop: int) -> int:
        if b < stop and self.tk.low[b] in self.lang.words("region_nouns") and self.tk.touching(b) is False:
            return b + 1
        return b

    def _ends_place(self, a: int, b: int) -> bool:
        number = self.top[a]
        return number >= 0 and b < len(self.top) and self.top[b] == number

    def _lower_run(self, i: int, stop: int) -> int:
        """End of a plain noun phrase from token i."""
        k = i
        while k < stop and not self.boundary(k) and self.tk.low[k] not in self.lang.words("relative"):
            k += 1
        while k > i and not self.tk.word[k - 1][0].isalnum():
            k -= 1
        return k

    def names_from(self, i: int, stop: int) -> tuple[list[tuple[int, int]], int]:
        """Conjoined names from token i on: "Izium, Balakliia and the town of Kupiansk". And the token after them."""
        out: list[tuple[int, int]] = []
        tk, low, words = self.tk, self.tk.low, self.lang.words
        k = i
        end = i
        while k < stop and len(out) < 12:
            skipped = 0
            while k < stop and skipped < _PHRASE_LIMIT and self.name(k, stop) is None:
                if (
                    self.boundary(k)
                    and not (low[k] == "of" and self.place_head(k - 1))
                    and low[k] not in ("including", "both")
                ) or low[k] in words("pronouns"):
                    return out, end
                if low[k] in words("persons_nouns"):
                    return out, end
                k += 1
                skipped += 1
            here = self.name(k, stop) if k < stop else None
            if here is None:
                return out, end
            a, b = here
            b = self._with_region_noun(b, stop)
            if b < stop and low[b] in ("'s", "'") and not self._ends_place(a, b):
                k = b + 1
                if k < stop and low[k] in words("place_nouns") | words("inner_parts"):
                    out.append((a, b))
                    end = k
                    return out, end
                continue
            if self.toponym(a) is None and b < stop and self.toponym(b) is not None:
                k = b
                continue
            out.append((a, b))
            end = k = b
            if k < stop and tk.word[k] == "," and k + 1 < stop:
                if low[k + 1] in ("and", "or", "as"):
                    k += 1
                elif self.name(k + 1, stop) is None or not self._list_goes_on(k + 1, stop):
                    return out, end
                else:
                    k += 1
                    continue
            if k < stop and low[k] in ("and", "&", "or", "plus", "та", "і", "й"):
                k += 1
                if k < stop and (self.name(k, stop) is None and low[k] not in words("determiners") | {"then"}):
                    return out, end
                if k < stop and low[k] == "then":
                    k += 1
                if self._clause_starts(k, stop):
                    return out, end
                continue
            if low[k : k + 3] == ["as", "well", "as"]:
                k += 3
                continue
            return out, end
        return out, end

    def _list_goes_on(self, k: int, stop: int) -> bool:
        """After "A, B": whether more of a list follows ("A, B and C"), rather than an apposition or a region."""
        here = self.name(k, stop)
        if here is None:
            return False
        j = here[1]
        for _ in range(8):
            if j >= stop:
                return False
            if self.tk.low[j] in ("and", "or", "та", "і"):
                return True
            if self.tk.word[j] != ",":
                return False
            nxt = self.name(j + 1, stop)
            if nxt is None:
                return j + 1 < stop and self.tk.low[j + 1] in ("and", "or")
            j = nxt[1]
        return False

    def _clause_starts(self, k: int, stop: int) -> bool:
        """Whether the words from k are subject and verb of a new clause ("and Ukraine said")."""
        here = self.name(k, stop)
        if here is None:
            return False
        j = here[1]
        return j < stop and (
            self.tk.low[j] in self.lang.words("auxiliaries") - {"'s"} or self.tk.low[j] in self.lang.table("speech")
        )

    def place_head(self, k: int) -> bool:
        low = self.tk.low[k] if k >= 0 else ""
        return low in self.lang.words("place_nouns") or low in self.lang.words("quantifiers")

    def subject_before(self, i: int, first: int) -> tuple[int, int] | None:
        """The noun phrase that ends just before token i, appositions between commas skipped."""
        tk, low, words = self.tk, self.tk.low, self.lang.words
        k = i - 1
        while k >= first and (low[k] in words("auxiliaries") - {"'s"} or low[k] in words("adverbs")):
            k -= 1
        if k > first and low[k - 1 : k + 1] == ["no", "longer"]:
            k -= 2
        if k >= first and low[k] in words("relative"):
            k -= 1
            if k >= first and tk.word[k] == ",":
                k -= 1
        if k >= first and tk.word[k] in (",", "–", "—", ")"):
            # an apposition: go to its opening comma
            mark = "(" if tk.word[k] == ")" else tk.word[k]
            opening = k - 1
            while opening >= first and tk.word[opening] != mark:
                opening -= 1
            if opening <= first:
                return None
            k = opening - 1
        end = k + 1
        steps = 0
        told = self.lang.table("speech")
        while k >= first and steps < _PHRASE_LIMIT:
            w = low[k]
            if w in words("articles") and k + 1 < end:
                k -= 1
                break
            if w in words("name_joins") and self._joins_names(k, first, end):
                k -= 1
                steps += 1
                continue
            if self.boundary(k) and not (w == "of" and k > first) and not (w == "in" and k + 1 == end):
                break
            if k + 1 < end and (w in words("pronouns") or (w in told and self.top[k] < 0 and not tk.capital(k))):
                break  # "Armenia says Azerbaijani forces": the forces
            k -= 1
            steps += 1
        start = k + 1
        return (start, end) if start < end else None

    def is_verb(self, k: int, first: int) -> bool:
        """Whether token k, at the end of what looks like a noun phrase, is its verb: "the convoy stretched"."""
        low, words = self.tk.low, self.lang.words
        w = low[k]
        if self.top[k] >= 0 or self.tk.capital(k) or w in words("near_subjects") | words("forces"):
            return False
        if w in words("verb_like") | words("past_verbs") or (w.endswith("ed") and len(w) > 5):
            return True
        clause = k > first and (self.tk.word[k - 1] == "," or low[k - 1] in words("auxiliaries"))
        return clause and w.endswith("ing")

    def doer(self, k: int, first: int) -> tuple[int, int] | None:
        """Whose verb token k is: "The fire, burning", "the troops have retreated"."""
        here = self.subject_before(k, first)
        if here is None and k - 1 > first and self.tk.word[k - 1] == ",":
            return self.subject_before(k - 1, first)
        return here

    def _joins_names(self, k: int, first: int, end: int) -> bool:
        """ "Institute for the Study", "Snow and Ice Data Center": small words inside a capitalised name."""
        if k - 1 < first or not self.tk.capital(k - 1) or k + 1 >= end:
            return False
        nxt = k + 2 if self.tk.low[k + 1] == "the" and k + 2 < end else k + 1
        return self.tk.capital(nxt) and self.tk.low[k - 1] not in self.lang.words("never_names")

    def place_before(self, i: int, first: int, *, reach: int = 40) -> tuple[int, int] | None:
        """The last literal place named before token i in the sentence; an unknown "... Heights" counts as one."""
        k = i - 1
        while k >= first and k > i - reach:
            toponym = self.toponym(k)
            if toponym is not None and toponym.kind is MentionKind.LITERAL and not self.is_line(k):
                return self.span(k)
            if toponym is None and self.place_like(k, k + 1) and k > first and self.capital_name(k - 1):
                a = k - 1
                while a > first and self.capital_name(a - 1) and self.toponym(a - 1) is None:
                    a -= 1
                return a, k + 1
            k -= 1
        return None

    def place_like(self, a: int, b: int) -> bool:
        """Whether a capitalised name that no gazetteer knows ends as places do: "Snake Island", "Golan Heights"."""
        low = self.tk.low[b - 1]
        return self.tk.capital(b - 1) and (
            low in self.lang.words("place_nouns") or low in self.lang.words("region_nouns")
        )

    def has_force(self, i: int, j: int) -> bool:
        """Whether tokens [i, j) name an armed party, a country or a capital standing for one."""
        forces = self.lang.words("forces")
        for k in range(i, j):
            if self.tk.low[k] in forces and (len(self.tk.low[k]) > 2 or self.tk.word[k].isupper()):
                return True
        return False
