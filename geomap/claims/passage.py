"""An article ready for reading: tokens, the toponyms on them, and small questions about phrases."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

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
    Place,
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
_LONGEST_LIST = 12
"""Names of a list that are read: longer ones are tables."""
_SHORT_VERB = 5
"""Letters of a word that ends like a verb ("speed", "seed") and need not be one."""
_INSIDE = frozenset("-'&’“”\"")
"""Signs that may stand inside a noun phrase."""
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
    sized: bool = False
    """An area that says how large its subject is, whatever verb of taking stands there ("takes in")."""
    restates: bool = False
    """Its antecedent's figure once more, in another unit or by comparison."""
    second_subject: Mention | None = None
    """Who else the figure may be of, where the choice was close; so too what else it may count from."""
    second_reference: Mention | None = None


class Passage:
    """Tokens of an article with its toponyms."""

    __slots__ = ("article", "commas", "conflict", "lang", "text", "tk", "top", "toponyms")

    def __init__(self, article: Article, toponyms: Sequence[Toponym], lang: Language | None = None) -> None:
        self.article = article
        self.text = article.text
        self.lang: Language = lang or language_of(article.text)
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
        named_from = self._described_from(i, j)
        place: Place | None = None
        why: Text | None = message("untested.description") if named_from > i else None
        for number, _ in groupby(self.top[named_from:j]):
            if number >= 0:
                toponym = self.toponyms[number]
                if toponym.place is not None or place is None:
                    place, why = toponym.place, toponym.why_not
        start, end = self.tk.start[i], self.tk.end[j - 1]
        return Mention(text=self.text[start:end], place=place, start=start, end=end, why_not=why)

    def _described_from(self, i: int, j: int) -> int:
        """Where the place of tokens [i, j) is named: "Ukraine's second largest city" is not Ukraine."""
        clitics = self.lang.words("clitics")
        whose = next((k for k in range(i + 1, j - 1) if self.tk.low[k] in clitics), None)
        described = self.top[i] != self.top[j - 1] and self.tk.low[j - 1] in self.lang.words("place_nouns")
        return i if whose is None or not described else whose + 1

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
            not (self.tk.word[i][0].isalnum() or low in _INSIDE or low in words("clitics"))
            or low in words("prepositions")
            or low in words("conjunctions")
            or self.is_auxiliary(i)
        )

    def among(self, i: int, words: str) -> bool:
        """Whether the word at token i is in the language's list ``words``; False outside the text."""
        return 0 <= i < len(self.tk) and self.tk.low[i] in self.lang.words(words)

    def is_auxiliary(self, i: int) -> bool:
        """ "has", "was"; "'s" is more often whose something is."""
        return self.among(i, "auxiliaries") and not self.among(i, "clitics")

    def place_phrase(self, i: int, stop: int, *, plain: bool = True) -> tuple[int, int, bool] | None:
        """The place that a phrase from token i names: (first, last + 1, whether a toponym).

        "the major shipbuilding city of Kherson" gives Kherson; "the border of the Russian Federation" and "the site"
        the words as they stand. None where nothing there can be a place.
        """
        stop = min(stop, i + _PHRASE_LIMIT)
        k, head = i, -1  # where "the border of ..." begins
        while k < stop:
            here = None if self.among(k, "determiners") else self.name(k, stop)
            if here is not None:
                onward = self._title_of(here, stop) if head < 0 else None
                if onward is None:
                    return self._named_phrase(here, head, stop)
                k = onward
            elif self.among(k, "line_nouns") and head < 0:
                if self._within(k + 1, stop, "line_links"):
                    head, k = i, k + 2
                elif k + 1 < stop and (self.name(k + 1, stop) or self._within(k + 1, stop, "of_words")):
                    k += 1
                else:
                    return i, k + 1, False
            elif self.among(k, "of_words") and k > i:
                k += 1
            elif head >= 0 and not self._goes_on(k):
                return head, k - 1, False
            elif self.boundary(k) or self.among(k, "pronouns"):
                break
            else:
                k += 1
        if head >= 0:
            return head, max(head + 1, k - 1), False
        end = self._lower_run(i, stop) if plain else i
        return (i, end, False) if end > i else None

    def _within(self, k: int, stop: int, words: str) -> bool:
        return k < stop and self.among(k, words)

    def _goes_on(self, k: int) -> bool:
        """Whether token k may be inside a noun phrase that has begun."""
        return self.among(k, "determiners") or (self.tk.word[k][0].isalpha() and not self.boundary(k))

    def _title_of(self, here: tuple[int, int], stop: int) -> int | None:
        """ "the Sri Lankan capital Colombo": the token of the name that follows one which only says what it is."""
        b = self._with_region_noun(here[1], stop)
        owned = self._within(b, stop, "genitives") and not self._ends_place(here[0], b)
        titled = not owned and b + 1 < stop and self.among(b, "place_nouns") and self.name(b + 1, stop) is not None
        return b + 1 if titled else None

    def _named_phrase(self, here: tuple[int, int], head: int, stop: int) -> tuple[int, int, bool]:
        """The phrase of a name and what belongs to it; ``head``: where "the border of" before it begins, or -1."""
        a, b = here[0], self._with_region_noun(here[1], stop)
        if self._within(b, stop, "genitives") and not self._ends_place(a, b):
            return self._owned_phrase(a, b, stop)
        if head >= 0:
            return head, b, True
        if self._within(b, stop, "line_nouns") and not self.among(b, "region_nouns"):
            return a, b + 1, True
        if self.toponym(a) is None and b < stop and self.toponym(b) is not None and not self.is_demonym(b):
            return b, self.span(b)[1], True
        return a, b, self.toponym(a) is not None

    def _owned_phrase(self, a: int, b: int, stop: int) -> tuple[int, int, bool]:
        """ "Ukraine's second largest city", "the Dnipro river's western shore": the name, "'s" at token b, the rest."""
        if self.toponym(a) is not None and self.span(a)[1] > b:
            return a, self.span(a)[1], True
        end = self._lower_run(b + 1, stop)
        inner = self.place_phrase(b + 1, stop, plain=False) if b + 1 < stop else None
        if inner is not None and inner[2]:
            return inner
        return (a, end, True) if end > b + 1 else (a, b, self.toponym(a) is not None)

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
        k: int | None = i
        end = i
        while k is not None and k < stop and len(out) < _LONGEST_LIST:
            a = self._next_name(k, stop)
            here = self.name(a, stop) if a is not None else None
            if here is None:
                break
            a, b = here[0], self._with_region_noun(here[1], stop)
            if self._within(b, stop, "genitives") and not self._ends_place(a, b):
                k = b + 1
                if self._within(k, stop, "place_nouns") or self._within(k, stop, "inner_parts"):
                    return [*out, (a, b)], k
            elif self.toponym(a) is None and b < stop and self.toponym(b) is not None:
                k = b
            else:
                out.append((a, b))
                end = b
                k, end = self._after_listed(b, stop)
        return out, end

    def _next_name(self, k: int, stop: int) -> int | None:
        """The token of the next name, small words of its phrase passed over; None where the phrase ends before."""
        for at in range(k, min(stop, k + _PHRASE_LIMIT + 1)):
            if self.name(at, stop) is not None:
                return at
            linked = (self.among(at, "of_words") and self.place_head(at - 1)) or self.among(at, "list_openers")
            if (self.boundary(at) and not linked) or self.among(at, "pronouns") or self.among(at, "persons_nouns"):
                return None
        return None

    def _after_listed(self, b: int, stop: int) -> tuple[int | None, int]:
        """Where the next name of a list is looked for after one that ends at token b (None: the list ends), and the
        token after what was read."""
        k = b
        if k + 1 < stop and self.tk.word[k] == ",":
            if self.among(k + 1, "list_links"):
                k += 1
            elif self.name(k + 1, stop) is None or not self._list_goes_on(k + 1, stop):
                return None, b
            else:
                return k + 1, b
        if k < stop and (self.tk.word[k] == "&" or self.among(k, "list_joins")):
            return self._after_join(k + 1, stop), b
        as_well = self.lang.table("as_well").match(self.tk.low, k, stop)
        return (None if as_well is None else as_well[1]), b

    def _after_join(self, k: int, stop: int) -> int | None:
        """The token of the next name after "and"; None where a clause begins there."""
        then = self._within(k, stop, "then_words")
        if k < stop and self.name(k, stop) is None and not self.among(k, "determiners") and not then:
            return None
        k = k + 1 if then else k
        return None if self._clause_starts(k, stop) else k

    def _list_goes_on(self, k: int, stop: int) -> bool:
        """After "A, B": whether more of a list follows ("A, B and C"), rather than an apposition or a region."""
        here = self.name(k, stop)
        if here is None:
            return False
        j = here[1]
        for _ in range(8):
            if j >= stop:
                return False
            if self.among(j, "list_joins"):
                return True
            if self.tk.word[j] != ",":
                return False
            nxt = self.name(j + 1, stop)
            if nxt is None:
                return self._within(j + 1, stop, "list_joins")
            j = nxt[1]
        return False

    def _clause_starts(self, k: int, stop: int) -> bool:
        """Whether the words from k are subject and verb of a new clause ("and Ukraine said")."""
        here = self.name(k, stop)
        if here is None:
            return False
        j = here[1]
        return j < stop and (self.is_auxiliary(j) or self.tk.low[j] in self.lang.table("speech"))

    def place_head(self, k: int) -> bool:
        low = self.tk.low[k] if k >= 0 else ""
        return low in self.lang.words("place_nouns") or low in self.lang.words("quantifiers")

    def subject_before(self, i: int, first: int) -> tuple[int, int] | None:
        """The noun phrase that ends just before token i, appositions between commas skipped."""
        last: int | None = self._subject_end(i, first)
        if last is not None and last >= first and self.tk.word[last] in (",", "–", "—", ")"):
            last = self._before_apposition(last, first)
        if last is None:
            return None
        start = self._subject_start(last, first)
        return (start, last + 1) if start <= last else None

    def _subject_end(self, i: int, first: int) -> int:
        """The last token of the subject of the verb at token i: auxiliaries, adverbs, "which" left out."""
        k = i - 1
        while k >= first and (self.is_auxiliary(k) or self.among(k, "adverbs")):
            k -= 1
        no_longer = self.lang.table("no_longer").match_back(self.tk.low, k + 1, first + 1)
        k = k if no_longer is None else no_longer[1] - 1
        if k >= first and self.among(k, "relative"):
            k -= 1
            if k >= first and self.tk.word[k] == ",":
                k -= 1
        return k

    def _before_apposition(self, k: int, first: int) -> int | None:
        """The token before an apposition that closes at token k: "Balakliia, a town of 27,000, fell"."""
        mark = "(" if self.tk.word[k] == ")" else self.tk.word[k]
        opening = k - 1
        while opening >= first and self.tk.word[opening] != mark:
            opening -= 1
        return opening - 1 if opening > first else None

    def _subject_start(self, k: int, first: int) -> int:
        """The first token of the noun phrase that ends with token k."""
        end, speech = k + 1, self.lang.table("speech")
        for _ in range(_PHRASE_LIMIT):
            if k < first:
                break
            inner = k + 1 < end
            if self.among(k, "articles") and inner:
                return k
            if self.among(k, "name_joins") and self._joins_names(k, first, end):
                k -= 1
                continue
            of = (self.among(k, "of_words") and k > first) or (self.among(k, "trailing_prepositions") and not inner)
            if self.boundary(k) and not of:
                break
            says = self.tk.low[k] in speech and self.top[k] < 0 and not self.tk.capital(k)
            if inner and (self.among(k, "pronouns") or says):
                break  # "Armenia says Azerbaijani forces": the forces
            k -= 1
        return k + 1

    def is_verb(self, k: int, first: int) -> bool:
        """Whether token k, at the end of what looks like a noun phrase, is its verb: "the convoy stretched"."""
        if self.top[k] >= 0 or self.tk.capital(k) or self.among(k, "near_subjects") or self.among(k, "forces"):
            return False
        word = self.tk.low[k]
        past = word.endswith(self.lang.endings("past_endings")) and len(word) > _SHORT_VERB
        if self.among(k, "verb_like") or self.among(k, "past_verbs") or past:
            return True
        clause = k > first and (self.tk.word[k - 1] == "," or self.among(k - 1, "auxiliaries"))
        return clause and word.endswith(self.lang.endings("participle_endings"))

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
        nxt = k + 2 if self.among(k + 1, "definite") and k + 2 < end else k + 1
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
