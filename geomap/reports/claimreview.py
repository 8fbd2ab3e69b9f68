"""ClaimReview (schema.org/ClaimReview) for claims that a person has approved."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from geomap.errors import PublishError
from geomap.models import Assessment, Claim, to_record
from geomap.settings import Style
from geomap.wording import fold, in_page_words, speaker, words


def claim_review(
    assessment: Assessment,
    *,
    style: Style | None = None,
    url: str | None = None,
) -> dict[str, Any]:
    """JSON-LD with one ClaimReview for each approved claim.

    A number is given only for labels in ``style.ratings``: how wrong a figure is on somebody's scale is the publisher's
    judgement, not ours. Else the verdict's own words stand alone.

    Parameters
    ----------
    url
        Where the review will stand.

    Raises
    ------
    PublishError
        No claim is approved, or nobody is credited with the review.
    """
    style = style or Style()
    approved = [c for c in assessment.tested if c.checked_by is not None]
    if not approved:
        raise PublishError(
            "--claimreview: no tested claim is approved by a person; run `geomap review` and --decisions"
        )
    if not style.credit.strip():
        raise PublishError('--claimreview: nobody is credited; expected credit = "..." under [style] in geomap.toml')
    reviews = [_review(claim, assessment, style, url) for claim in approved]
    return {"@context": "https://schema.org", "@graph": reviews}


def _review(claim: Claim, assessment: Assessment, style: Style, url: str | None) -> dict[str, Any]:
    assert claim.verdict is not None
    w = words(style.language)
    article = next((a for a in assessment.articles if a.id == claim.article), None)
    rating: dict[str, Any] = {"@type": "Rating", "alternateName": w[f"label_{claim.verdict.label}"]}
    rating |= style.ratings.get(str(claim.verdict.label), {})
    item: dict[str, Any] = {
        "@type": "Claim",
        "author": {"@type": "Person" if claim.source else "Organization", "name": fold(speaker(claim, article, style))},
    }
    if article is not None and article.published_on is not None:
        item["datePublished"] = to_record(article.published_on)
    if article is not None and _is_web_address(article.url or ""):
        item["appearance"] = {"@type": "CreativeWork", "url": article.url}
    made: dict[str, Any] = {
        "@type": "ClaimReview",
        "claimReviewed": fold(claim.quote),
        "itemReviewed": item,
        "reviewRating": rating,
        "reviewBody": in_page_words(claim.verdict.reason, style),
        "author": {"@type": "Organization", "name": fold(style.credit)},
        "inLanguage": style.language,
    }
    if claim.checked_on is not None:
        made["datePublished"] = to_record(claim.checked_on)
    if url is not None:
        made["url"] = f"{url}#claim-{claim.id}"
    return made


def _is_web_address(url: str) -> bool:
    """Whether an address is one that a reader may follow: no script, no file, nothing hidden in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = all(c.isprintable() and c not in ' <>"\\^`{|}' for c in url)
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname)
