"""Toponyms: find place names in a text and choose one place for each.

::

    mentions = find_toponyms(article, gazetteer)              # spans and kinds; the article's own spans where given
    mentions = resolve_toponyms(article, mentions, gazetteer)  # each with a place, or with why_not

Recognition scores every span that a gazetteer, a feature word or capitals suggest, and keeps the best set without
overlap. Resolution ranks each name's candidates twice, the second time knowing what the first thought of the others.
Both are boosted trees over named features (``spans.FEATURE_NAMES``, ``rank.FEATURE_NAMES``), trained by
``tools/train_toponyms.py``. Time is linear in the text.
"""

from __future__ import annotations

from geomap.toponyms.find import find_toponyms, resolve_toponyms

__all__ = ["find_toponyms", "resolve_toponyms"]
