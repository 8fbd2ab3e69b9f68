"""What is said of texts in languages whose claims are not read."""

from __future__ import annotations

from collections.abc import Iterable

from geomap.lang import languages
from geomap.models import Article
from geomap.settings import Style
from geomap.wording.lexicon import language, words
from geomap.wording.rendering import short


def unread_remarks(articles: Iterable[Article], style: Style | None = None) -> list[str]:
    """One remark an article, in the page's language: which language it seems to be in, and which ones are read."""
    style = style or Style()
    locale = language(style.language).locale
    w = words(style.language)

    def name(code: str) -> str:
        return str(locale.languages.get(code.partition("-")[0], "")) or w["unread_language"]

    known = ", ".join(map(name, languages("claims")))
    return [
        w("unread", article=short(a.title or a.id), language=name(a.language or ""), languages=known) for a in articles
    ]
