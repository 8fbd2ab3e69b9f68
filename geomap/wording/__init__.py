"""Numbers, dates and words as readers see them, one language a file, so that map, page and exports say the same."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from geomap.errors import InputError
from geomap.models import Article, Aspect, Claim, ClaimKind, Qualifier, Range
from geomap.settings import Style
from geomap.units import in_twin
from geomap.wording.telling import Sentences, amounts, days, patterns

LANGUAGES = ("en", "uk")


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words. ``words["key"]``; ``words("key", n=3)`` fills the gaps of a sentence."""

    language: str
    table: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.table[key]

    def __call__(self, key: str, **gaps: object) -> str:
        return self.table[key].format(**gaps)

    def get(self, key: str, default: str) -> str:
        return self.table.get(key, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self.table)


@cache
def words(language: str) -> Words:
    """The words of a language. InputError names those there are."""
    if language not in LANGUAGES:
        raise InputError(f"language: found {language!r}; expected one of {', '.join(LANGUAGES)}")
    text = files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return Words(language, tomllib.loads(text))


# ── sentences ────────────────────────────────────────────────────────────────────────────────────────────────


def told(text: str, group: str, style: Style | None = None) -> str:
    """A sentence of a verdict ("reason"), of a measurement ("what", "method", "source") or of a comparison
    ("comparison") in the page's language, white space folded; in English as it stands, and where no pattern reads it.
    """
    line = fold(text)
    language = (style or Style()).language
    return line if language == "en" else _sentences(language).tell(line, group) or line


@cache
def _sentences(language: str) -> Sentences:
    english, other = words("en").table, words(language).table
    return Sentences(patterns(language), amounts(english, other), days(english, other))


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────


def number(value: float, language: str = "en") -> str:
    """Three significant digits above 1, grouped from 10,000 on (English: from 1,000); never in exponents.

    Three, because no measurement here knows more: the best control map moves by a per cent within a day.
    """
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1000:
        digits = len(str(int(size))) - 3
        rounded = round(value, -digits)
        text = f"{rounded:,.0f}"
    elif size >= 100:
        text = f"{value:.0f}"
    elif size >= 10:
        text = f"{value:.1f}"
    else:
        text = f"{value:.2f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in ("-0", ""):
        text = "0"
    return text if language == "en" else text.replace(",", "\u00a0").replace(".", ",")


def quantity(span: Range, unit: str, style: Style | None = None) -> str:
    """A range in the reader's units: "26.2 km", "1,660–5,160 km²", "more than 120 km"; unknown units as given."""
    style = style or Style()
    low, high = span
    if low is None and high is None:
        return words(style.language)["unknown_amount"]
    if unit == "share":
        return _share(span, style)
    if unit in ("deg", "degrees", "°"):
        return _range(span, "deg", style)
    twins = [found for found in (in_twin(unit, system) for system in style.units) if found is not None]
    if not twins:
        return _range(span, unit, style)
    first, *rest = (_range(_times(span, factor), code.replace("/", "_"), style) for factor, code in twins)
    return first + "".join(f" ({other})" for other in rest)


def _share(span: Range, style: Style) -> str:
    """How much of a place is held as the claim states it."""
    w = words(style.language)
    low, high = (0.0 if span[0] is None else span[0]), (1.0 if span[1] is None else span[1])
    # within a per cent of all or nothing: edges of redrawn polygons
    if low >= 0.99:
        return w["share_all"]
    if high <= 0.01:
        return w["share_none"]
    if low <= 0.01 and high >= 0.99:
        return w["share_changes"]
    return w("share_part", amount=_range((100 * low, 100 * high), "percent", style))


def _times(span: Range, factor: float) -> Range:
    low, high = span
    return (None if low is None else low * factor, None if high is None else high * factor)


def _range(span: Range, unit: str, style: Style) -> str:
    w = words(style.language)
    low, high = span
    name = w.get(f"unit_{unit}", unit)
    gap = "" if name in ("°", "%") else " "
    if low is None and high is not None:
        return w("up_to", amount=f"{number(high, w.language)}{gap}{name}")
    if high is None and low is not None:
        return w("more_than", amount=f"{number(low, w.language)}{gap}{name}")
    assert low is not None
    assert high is not None
    first, last = number(low, w.language), number(high, w.language)
    return f"{first}{gap}{name}" if first == last else f"{first}–{last}{gap}{name}"


# ── dates ────────────────────────────────────────────────────────────────────────────────────────────────────


def day(value: date | datetime | str | None, style: Style | None = None, *, time: bool = False) -> str:
    """A date in words, "10 Sep 2022", with the UTC time where asked; anything that is no ISO date as given."""
    if value is None:
        return ""
    w = words((style or Style()).language)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return str(value)
        if value.time() == datetime.min.time():
            time = False
    text = f"{value.day} {w[f'month_{value.month}']} {value.year}"
    if time and isinstance(value, datetime):
        text += f", {value:%H:%M} UTC"
    return text


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


def said(claim: Claim, style: Style | None = None) -> str:
    """The claim in plain words and units: "more than 120 km from Kherson", "liberated: Lyman"."""
    style = style or Style()
    w = words(style.language)
    parts: list[str] = []
    value = claim.value
    reference = claim.reference.text if claim.reference is not None else None
    if value is not None:
        if value.si is not None and value.si_unit:
            amount = quantity((value.si, value.si_max if value.si_max is not None else value.si), value.si_unit, style)
        else:
            amount = fold(value.text)
        parts.append(w(f"qualifier_{value.qualifier}", amount=amount))
        if reference and value.si is None and value.qualifier is Qualifier.NEAR:
            parts[-1] = w("said_near", reference=fold(reference))
        elif reference and claim.direction is None:
            way = "said_to" if claim.kind is ClaimKind.ADVANCE else "said_from"
            parts[-1] = w(way, what=parts[-1], reference=fold(reference))
    if claim.direction is not None:
        wind = w[f"compass_{claim.direction}"]
        parts.append(w("said_direction", direction=wind, reference=fold(reference)) if reference else wind)
    if claim.predicate is not None and value is None:
        what = w[f"predicate_{claim.predicate}"]
        if claim.actor:
            what = w("said_by", what=what, actor=fold(claim.actor))
        places = ", ".join(dict.fromkeys(fold(m.text) for m in claim.subject))
        parts.append(w("said_of", what=what, places=places) if places else what)
    if not parts:
        parts.append(w[f"kind_{claim.kind}"])
    return ", ".join(parts)


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
