"""What a report says first: the finding in one sentence, the claims in the order that a reader needs them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from geomap.errors import PublishError
from geomap.files import shown
from geomap.models import Assessment, Claim, Label, Provenance, Role, Text, Toponym, report_record, why_untested
from geomap.settings import Style
from geomap.wording import clip, context, fold, in_page_words, measured, words

ORDER = (Label.DOES_NOT_FIT, Label.ROUGHLY_FITS, Label.FITS, Label.MAPS_CANNOT_SETTLE)
"""What does not fit is read first; what the maps cannot settle last."""


BARE = 30
"""A quote shorter than this is often a figure alone."""


def in_order(assessment: Assessment) -> list[Claim]:
    """Tested claims, those that do not fit first, else as the texts have them."""
    tested = [c for c in assessment.tested if c.verdict is not None]
    return sorted(tested, key=lambda c: ORDER.index(c.verdict.label) if c.verdict else len(ORDER))


def what_is_missing(claim: Claim) -> Text | None:
    """What would let a map settle a claim, in the words of its evidence; None where it was settled or measured."""
    if claim.verdict is None or claim.verdict.label is not Label.MAPS_CANNOT_SETTLE:
        return None
    return next((e.what for e in claim.verdict.evidence if e.role is Role.MISSING), None)


def count(assessment: Assessment, label: Label) -> int:
    """Claims with a verdict's label."""
    return sum(c.verdict is not None and c.verdict.label is label for c in assessment.claims)


def summary_sentence(assessment: Assessment, style: Style | None = None) -> str:
    """The headline finding, one sentence without a full stop."""
    w = words((style or Style()).language)
    fit, rough, misfit, unsettled = (
        count(assessment, label)
        for label in (Label.FITS, Label.ROUGHLY_FITS, Label.DOES_NOT_FIT, Label.MAPS_CANNOT_SETTLE)
    )
    settled = fit + rough + misfit
    if not settled:
        return w["headline_unsettled"] if unsettled else w["headline_none"]
    if misfit == settled == 1:
        return w["headline_misfit_only"]
    if misfit:
        return w("headline_misfit", k=misfit, n=settled)
    if rough:
        return w("headline_rough", k=fit, n=settled)
    return w["headline_all_one"] if settled == 1 else w("headline_all", n=settled)


def leading_findings(assessment: Assessment, style: Style, limit: int = 3) -> list[tuple[Claim, str]]:
    """The claims behind the headline, each in a sentence: quote, and what the map shows instead."""
    w = words(style.language)
    articles = {a.id: a.text for a in assessment.articles}
    found: list[tuple[Claim, str]] = []
    for claim in in_order(assessment):
        assert claim.verdict is not None
        if claim.verdict.label not in (Label.DOES_NOT_FIT, Label.ROUGHLY_FITS) and found:
            break
        shown_amount = measured(claim, style)
        quote = _told(claim, articles)
        if shown_amount:
            sentence = w("finding", quote=quote, measured=shown_amount)
        else:
            sentence = w("finding_plain", quote=quote, reason=in_page_words(claim.verdict.reason, style))
        found.append((claim, sentence))
        if len(found) == limit:
            break
    return found


def _told(claim: Claim, texts: dict[str, str]) -> str:
    """The quote; a bare figure with the words around it, for it says nothing alone."""
    if len(claim.quote) >= BARE or claim.article not in texts:
        return clip(claim.quote, 120)
    return fold("".join(context(texts[claim.article], claim.start, claim.end, reach=60))).removesuffix(".")


def missing(assessment: Assessment, style: Style) -> list[tuple[str, list[Claim]]]:
    """Claims not tested, grouped by what was missing, the largest group first."""
    w = words(style.language)
    groups: dict[str, list[Claim]] = {}
    for claim in assessment.untested:
        groups.setdefault(in_page_words(why_untested(claim), style) or w["no_reason"], []).append(claim)
    return sorted(groups.items(), key=lambda item: -len(item[1]))


def open_names(assessment: Assessment, style: Style) -> list[tuple[str, str, list[Toponym]]]:
    """Names without a place: name, why, where they stand."""
    groups: dict[tuple[str, str], list[Toponym]] = {}
    for toponym in assessment.unresolved:
        groups.setdefault((fold(toponym.text), in_page_words(toponym.why_not, style)), []).append(toponym)
    return [(name, why, found) for (name, why), found in groups.items()]


def is_reviewed(assessment: Assessment) -> bool:
    """Whether a person has decided on every claim."""
    return bool(assessment.claims) and all(c.checked_by is not None for c in assessment.claims)


def fingerprint(assessment: Assessment) -> str:
    """SHA-256 of the report's records: the same for everyone who runs the same command on the same files."""
    text = json.dumps(report_record(assessment), ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def publishable(assessment: Assessment, style: Style) -> Assessment:
    """The approved claims alone, once caption, credit and every licence are there.

    Raises
    ------
    PublishError
        No claim is approved, or the page lacks what publication demands.
    """
    approved = tuple(c for c in assessment.claims if c.checked_by is not None)
    if not approved:
        raise PublishError(
            f"--publish: none of {len(assessment.claims)} claims is approved; run `geomap review`, decide, --decisions"
        )
    for name, value in (("caption", style.caption), ("credit", style.credit)):
        if not value.strip():
            raise PublishError(f'--publish: no {name}; expected {name} = "..." under [style] in geomap.toml')
    for source in _sources(assessment):
        if not _licence(source) or _licence(source).casefold() in UNKNOWN_LICENCES:
            raise PublishError(
                f"--publish: {shown(source.name)} states no licence; expected one. Say it in a rule file (--rules)"
            )
    kept = {c.id for c in approved}
    return replace(
        assessment,
        claims=approved,
        comparisons=tuple(c for c in assessment.comparisons if set(c.claims) <= kept),
    )


UNKNOWN_LICENCES = ("unknown", "none", "not stated", "?")
"""Words that state no licence."""


def _licence(source: Provenance) -> str:
    return str(source.licence or "").strip()


def _sources(assessment: Assessment) -> Sequence[Provenance]:
    return [*assessment.methods.data, *(c.provenance for c in assessment.control)]
