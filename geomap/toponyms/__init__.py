"""Toponyms: find place names in a text and choose one place for each.

::

    mentions = find_toponyms(article, gazetteer)              # spans and kinds; the article's own spans where given
    mentions = resolve_toponyms(article, mentions, gazetteer)  # each with a place, or with why_not
    mentions = with_coordinates(article, mentions)             # and the positions that the text writes

Recognition scores every span that a gazetteer, a feature word or capitals suggest, and takes the best set without
overlap as likely names. Resolution ranks each name's candidates twice, the second time knowing what the first thought
of the others. Between the two a second look (``confirm``) drops likely names whose places speak against them. All are
boosted trees over named features (``spans.FEATURE_NAMES``, ``rank.FEATURE_NAMES``), trained by
``tools/train_toponyms.py``, which prints how often a score came true. Time is linear in the text.
"""

from __future__ import annotations

from geomap.toponyms.coordinates import with_coordinates
from geomap.toponyms.find import find_toponyms, resolve_toponyms

__all__ = ["find_toponyms", "resolve_toponyms", "with_coordinates"]
