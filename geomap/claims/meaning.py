"""What a claim's words mean beyond its record: whose doing it is, of how much of a place, since when, on top of what.

Read here once, from the words of the claim and its sentence; what measures and judges a claim asks its ``meaning`` and
its mentions' ``sense``, and reads no words. The words are data: ``[meaning]`` of ``lang/*/claims.toml``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from geomap.claims.language import language_of
from geomap.lang import kept, table
from geomap.lang.telling import DEFAULT, language_read
from geomap.models import Article, Claim, Compass, Meaning, Mention, MentionKind, Sense, Toponym
from geomap.parties import Nation, Party, parties_in, party_of
from geomap.parties.sources import words_of

SENTENCE = 400
"""Characters: longer sentences are lists, whose far end says nothing of this claim."""
_STOPS = ".!?\n"
_BEFORE = 60
"""Characters before a name in which "parts of the" and the like stand."""
_BEFORE_WIND = 16
"""Characters before a name in which "northern" stands."""
_STEM = 5
"""Letters by which words of a source's name are told apart: "defence" and "defense ministry" are one."""


def with_meanings(
    claims: Iterable[Claim], article: Article, toponyms: Sequence[Toponym], nation: Nation
) -> list[Claim]:
    """Claims of one article with their ``meaning``, and their mentions with their ``sense``.

    Parameters
    ----------
    nation
        Which country a name means where the article's toponyms do not say: ``Gazetteer.nation``.
    """
    reader = _Reader(article, toponyms, nation)
    return [reader.read(claim) for claim in claims]


class _Reader:
    """One article's words, with the country that each of its names means."""

    def __init__(self, article: Article, toponyms: Sequence[Toponym], nation: Nation) -> None:
        self.article = article
        placed = {t.text: t.place.country for t in toponyms if t.place is not None and _names_side(t)}

        @cache
        def ask(name: str) -> str | None:
            return placed.get(name) or nation(name)

        self.nation: Nation = ask
        counts = Counter(
            t.place.country for t in toponyms if t.place is not None and t.place.country and _names_side(t)
        )
        self.countries = tuple(sorted(counts, key=lambda code: (-counts[code], code)))

    def _language(self, claim: Claim) -> str:
        """The language that a claim's words are in; one that was made by hand may not say so."""
        if claim.language != DEFAULT:
            return language_read(claim.quote, claim.language) or DEFAULT
        text = self.article.text
        return DEFAULT if text and language_of(text).code == DEFAULT else language_of(claim.quote).code

    def read(self, claim: Claim) -> Claim:
        text = self.article.text
        stands = bool(text[claim.start : claim.end])
        start, end = sentence_span(text, claim.start, claim.end) if stands else (0, 0)
        sentence = text[start:end] if stands else claim.quote
        words = phrases(self._language(claim))
        home = self._home(claim)
        before, after = self._told(claim, start, sentence) if stands else ((), ())
        actor = claim.actor or ""
        meaning = Meaning(
            actor=claim.meaning.actor or party_of(claim.actor, self.nation, home),
            counterparty=claim.meaning.counterparty or party_of(claim.counterparty, self.nation, home),
            unnamed=words.says("unnamed", actor),
            first_person=words.says("first_person", claim.quote),
            speakers=tuple(party_of(name, self.nation, home) for name in claim.source),
            speaker_keys=tuple(self._source_key(name) for name in claim.source),
            before=before,
            after=after,
            countries=self.countries,
            force=words.says("moving", claim.quote),
            changed=words.says("changed", sentence),
            adds=claim.antecedent is not None and words.says("added", claim.quote),
            restates=claim.meaning.restates,
            second_subject=self._second(claim.meaning.second_subject, claim, words, home),
            second_reference=self._second(claim.meaning.second_reference, claim, words, home),
            since=claim.date is not None and words.says("since", claim.date.text or ""),
        )
        return replace(
            claim,
            meaning=meaning,
            subject=tuple(self._sensed(m, claim, words, home) for m in claim.subject),
            reference=self._sensed(claim.reference, claim, words, home) if claim.reference is not None else None,
            region=self._sensed(claim.region, claim, words, home) if claim.region is not None else None,
        )

    def _second(self, mention: Mention | None, claim: Claim, words: Phrases, home: str | None) -> Mention | None:
        return None if mention is None else self._sensed(mention, claim, words, home)

    def _home(self, claim: Claim) -> str | None:
        """The country of the conflict that a claim tells of: of its places, else the one that the article names most.

        Only one: where its places lie in several, "the government" may be of any of them.
        """
        mentions = [*claim.subject, claim.reference, claim.region]
        own = {m.place.country for m in mentions if m is not None and m.place is not None and m.place.country}
        if own:
            return next(iter(own)) if len(own) == 1 else None
        return self.countries[0] if self.countries else None

    def _told(self, claim: Claim, start: int, sentence: str) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
        """Parties that a claim's sentence names before it, and from it on; its own places are none."""
        taken = [
            (m.start, m.end)
            for m in (*claim.subject, claim.reference, claim.region)
            if m is not None and m.start is not None and m.end is not None
        ]
        named = [
            (start + at, party)
            for at, _, party in parties_in(sentence, self.nation)
            if not any(first <= start + at < last for first, last in taken)
        ]
        before = tuple(party for at, party in named if at < claim.start)
        return before, tuple(party for at, party in named if at >= claim.start)

    def _source_key(self, name: str) -> str:
        """A source's words with its countries as codes: "Russia's defence ministry", "the Russian defense ministry"."""
        keys, rest = [], name
        for start, end, party in reversed(parties_in(name, self.nation)):
            keys.append(party.key)
            rest = f"{rest[:start]} {rest[end:]}"
        words = [word[:_STEM] for word in words_of(rest.replace("’s ", " ").replace("'s ", " "))]
        return " ".join(sorted({*keys, *words}))

    def _sensed(self, mention: Mention, claim: Claim, words: Phrases, home: str | None) -> Mention:
        sense = Sense(
            party=party_of(mention.text, self.nation, home),
            force=words.says("moving", mention.text),
            border=words.says("borders", mention.text),
            part=_part(claim, mention, words),
            wind=_wind(claim, mention, words),
        )
        return replace(mention, sense=sense)


def _names_side(toponym: Toponym) -> bool:
    """Whether a toponym may stand for a side: a people, a country, a region or a capital, not a village."""
    feature = toponym.place.feature if toponym.place is not None else ""
    return toponym.kind is MentionKind.DEMONYM or feature.startswith(("A.PCL", "A.ADM1", "P.PPLC"))


# ── how much of a place ──────────────────────────────────────────────────────────────────────────────────────


def _part(claim: Claim, mention: Mention, words: Phrases) -> bool:
    """Whether a claim speaks of some of a region: "retreated in the Kharkiv region", "what remains of"."""
    at = _position(claim, mention)
    if at is None:
        return False
    before = claim.quote[max(0, at - _BEFORE) : at]
    return words.ends_with_part(before) and not words.says("whole", before)


def _wind(claim: Claim, mention: Mention, words: Phrases) -> Compass | None:
    """The part of a region that is named by a wind: "northern Kharkiv region"."""
    at = _position(claim, mention)
    before = claim.quote[max(0, at - _BEFORE_WIND) : at] if at is not None else ""
    return words.wind(f"{before} {mention.text}")


def _position(claim: Claim, mention: Mention) -> int | None:
    """Where a mention begins in the claim's quote."""
    if mention.start is not None and 0 <= mention.start - claim.start < len(claim.quote):
        return mention.start - claim.start
    found = claim.quote.find(mention.text)
    return found if found >= 0 else None


def sentence_span(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence round a span: to the stops on either side, at most ``SENTENCE`` characters away."""
    first = max(text.rfind(stop, max(0, start - SENTENCE), start) for stop in _STOPS) + 1
    stops = [i for i in (text.find(stop, end, end + SENTENCE) for stop in _STOPS) if i >= 0]
    return max(first, start - SENTENCE, 0), min([*stops, end + SENTENCE, len(text)])


# ── words as data ────────────────────────────────────────────────────────────────────────────────────────────


class Phrases:
    """One language's ``[meaning]``: lists of phrases, in which ``*`` stands for any ending."""

    def __init__(self, lists: dict[str, list[str]], winds: dict[str, list[str]]) -> None:
        self._lists = {name: _pattern(phrases) for name, phrases in lists.items() if phrases}
        part, skipped = lists.get("part", []), lists.get("articles", [])
        ending = rf"\W+(?:(?:{_either(skipped)})\W+)?$" if skipped else r"\W+$"
        self._part = re.compile(rf"(?<!\w)(?:{_either(part)}){ending}", re.IGNORECASE) if part else None
        self._winds = [(Compass(code), _pattern(phrases)) for code, phrases in winds.items()]

    def says(self, name: str, text: str) -> bool:
        """Whether a text holds a phrase of the list; False where the language has none."""
        pattern = self._lists.get(name)
        return pattern is not None and pattern.search(text) is not None

    def ends_with_part(self, text: str) -> bool:
        """Whether a text ends with words by which only some of what follows is meant: "parts of the"."""
        return self._part is not None and self._part.search(text) is not None

    def wind(self, text: str) -> Compass | None:
        """The part that an adjective names, the first one and its longest reading: "north-eastern" over "eastern"."""
        found = [(m.start(), -len(m.group()), code) for code, p in self._winds if (m := p.search(text)) is not None]
        return min(found)[2] if found else None


def _either(phrases: Sequence[str]) -> str:
    return "|".join(
        r"[\W_]+".join(re.escape(word).replace(r"\*", r"\w*") for word in phrase.split())
        for phrase in sorted(phrases, key=lambda p: -len(p))
    )


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_either(phrases)})(?!\w)", re.IGNORECASE)


@kept
def phrases(code: str) -> Phrases:
    """The phrases of a language."""
    data = dict(table(code, "claims").get("meaning", {}))
    winds = data.pop("winds", {})
    return Phrases(data, winds)
