"""Numbers, dates and words as readers see them, a language a folder, so that map, page and exports say the same."""

from __future__ import annotations

import re

from markupsafe import Markup

from geomap.lang import kept, languages, table
from geomap.models import (
    Article,
    Aspect,
    Claim,
    ClaimKind,
    Message,
    Polarity,
    Qualifier,
    Quantity,
    Text,
    Value,
    message,
)
from geomap.settings import Style
from geomap.wording.amounts import day, number, quantity
from geomap.wording.lexicon import Words, language, report_languages, words
from geomap.wording.rendering import QUOTE_LIMIT, in_language, one_line, render, short

__all__ = [
    "QUOTE_LIMIT",
    "Words",
    "claim_in_words",
    "clip",
    "context",
    "day",
    "direction",
    "fold",
    "heading",
    "in_language",
    "in_page_words",
    "is_pronoun",
    "main_aspect",
    "measured",
    "number",
    "one_line",
    "quantity",
    "render",
    "report_languages",
    "short",
    "speaker",
    "visible",
    "words",
]  # fmt: skip


def direction(style: Style) -> Markup:
    """The attribute by which a page runs from right to left; nothing where it does not."""
    return Markup(' dir="rtl"') if language(style.language).direction == "rtl" else Markup("")


def in_page_words(text: Text | None, style: Style | None = None) -> str:
    """A sentence of a verdict, a measurement or a comparison in the page's language, fit to be shown."""
    if text is None or isinstance(text, str):
        return fold(text or "")
    # what stands in its gaps is clean; no-break spaces of numbers stay
    return render(text, style)


# ── quotes ───────────────────────────────────────────────────────────────────────────────────────────────────


def context(text: str, start: int, end: int, *, reach: int = 140) -> tuple[str, str, str]:
    """The words around ``text[start:end]``: before, the quote, after; cut at a sentence or a word, with "…".

    White space is folded, so that a quote over several lines of a broken page reads as one.
    """
    before = text[max(0, start - reach) : start]
    after = text[end : end + reach]
    cut = max(before.rfind(mark) for mark in (". ", "! ", "? ", "\n", "。", "؟ "))
    if cut >= 0:
        before = before[cut + 1 :]
    elif start > reach:
        before = "…" + before[before.find(" ") + 1 :]
    ends = [i for i in (after.find(mark) for mark in (". ", "! ", "? ", "\n", "。", "؟ ")) if i >= 0]
    quote = text[start:end]
    if quote.rstrip().endswith((".", "!", "?", "。")) and quote.strip():
        after = ""
    elif ends:
        after = after[: min(ends) + 1]
    elif end + reach < len(text):
        after = after[: after.rfind(" ")] + "…" if " " in after else after + "…"
    lead = " " if before[-1:].isspace() and before.strip() else ""
    tail = " " if after[:1].isspace() and after.strip() else ""
    return fold(before) + lead, fold(quote), tail + fold(after)


def fold(text: str) -> str:
    """White space of any kind and number as one space; what must not reach a reader raw as a visible mark."""
    return " ".join(visible(text).split())


def visible(text: str) -> str:
    """Control characters, lone surrogates and marks that turn the direction of what follows, as U+FFFD.

    An override in a quote would show the words after it in another order than they stand in.
    """
    return _UNSEEN.sub("\ufffd", text)


_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""White space is none of them, nor joiners and direction marks that Persian, Hindi or Hebrew need to be read."""


def claim_in_words(claim: Claim, style: Style | None = None) -> str:
    """The claim in plain words and units: "more than 120 km from Kherson", "liberated: Lyman"."""
    style = style or Style()
    w = words(style.language)
    parts = []
    if claim.value is not None:
        parts.append(_figure(claim, claim.value))
    if claim.direction is not None:
        wind = message(f"wind.{claim.direction}")
        about = claim.reference
        parts.append(message("card.wind_of", wind=wind, reference=about.text) if about is not None else wind)
    if claim.predicate is not None and claim.value is None:
        parts.append(_happened(claim, w))
    return ", ".join(render(part, style) for part in parts) or w[f"kind_{claim.kind}"]


def _figure(claim: Claim, value: Value) -> Message:
    """A claim's figure in the reader's units, and the place it counts from."""
    amount: Quantity | str = value.text
    if value.si is not None and value.si_unit:
        amount = Quantity(value.si, value.si_max if value.si_max is not None else value.si, value.si_unit)
    figure = message(f"qualifier.{value.qualifier}", amount=amount)
    if claim.reference is None or claim.direction is not None:
        return message("card.figure", figure=figure)
    about = claim.reference.text
    if value.si is None and value.qualifier is Qualifier.NEAR:
        return message("card.near", reference=about)
    if claim.kind in (ClaimKind.DISTANCE, ClaimKind.PROXIMITY):
        return message("card.from", figure=figure, reference=about)
    # whether an advance went so far to a place or came so near it, only the text's own words say
    return message("card.beside", figure=figure, reference=about)


def _happened(claim: Claim, w: Words) -> Message:
    """What is said to have happened to which place, and by whom; or that it did not."""
    what: Text = w[f"predicate_{claim.predicate}"]
    if claim.polarity is Polarity.NEGATED:
        what = message("card.not", what=what)
    places, actor = tuple(dict.fromkeys(m.text for m in claim.subject)), claim.actor
    if claim.kind is ClaimKind.ADVANCE and claim.reference is not None:
        actor = actor or ", ".join(places)
        places = (claim.reference.text,)
    if actor and not is_pronoun(actor):
        what = message("card.by", what=what, actor=actor)
    return message("card.of", what=what, places=places) if places else message("card.figure", figure=what)


def is_pronoun(actor: str) -> bool:
    """Whether an actor is named by a pronoun alone, which says nothing outside its sentence ("was left by it")."""
    return actor.strip().casefold() in _pronouns()


@kept
def _pronouns() -> frozenset[str]:
    found = (table(code, "claims").get("words", {}).get("pronouns", ()) for code in languages("claims"))
    return frozenset(word for words_of_one in found for word in words_of_one)


def main_aspect(claim: Claim) -> Aspect | None:
    """The side of a claim that its label rests on: its quantity, else the first one judged."""
    if claim.verdict is None or not claim.verdict.aspects:
        return None
    kin = {claim.kind.value, _QUANTITY_OF.get(claim.kind.value, "")}
    return next((a for a in claim.verdict.aspects if a.aspect in kin), claim.verdict.aspects[0])


_QUANTITY_OF = {"extent": "distance", "advance": "distance", "proximity": "distance", "adjacency": "containment"}


def measured(claim: Claim, style: Style | None = None) -> str:
    """What the map shows for a claim, in the reader's units; empty where nothing was measured."""
    aspect = main_aspect(claim)
    if aspect is None or aspect.measured == (None, None):
        return ""
    return quantity(aspect.measured, aspect.unit, style)


def speaker(claim: Claim, article: Article | None, style: Style | None = None) -> str:
    """Who says it: the nearest speaker first, else the outlet, else the article itself."""
    w = words((style or Style()).language)
    if claim.source:
        return ", ".join(fold(s) for s in claim.source)
    return fold(article.source or "") or w["the_article"] if article is not None else claim.article


def clip(text: str, width: int) -> str:
    """Shorten at a word, with an ellipsis."""
    text = fold(text)
    if len(text) <= width:
        return text
    cut = text.rfind(" ", 0, width)
    return text[: cut if cut > width // 2 else width - 1] + "…"


def heading(article: Article, width: int = 160) -> str:
    """An article's title, else its first line with words in it, else its id."""
    if article.title and article.title.strip():
        return clip(article.title, width)
    # a line of signs alone (a quotation mark of a mail, a rule) is no title
    lines = (line for line in article.text.splitlines() if sum(map(str.isalpha, line)) > 2)
    return clip(next(lines, article.id), width)
