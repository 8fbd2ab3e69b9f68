"""The numbers that a verdict rests on: hulls, change between control maps, distances, directions, who holds what.

Stands above the stages, for it joins the gazetteer, hulls and control maps; gives back plain ``Evidence`` records.
Every item names its source and date, and says in ``role`` how a verdict may use it.
"""

from __future__ import annotations

from dataclasses import replace

from geomap.evidence.areas import area_evidence
from geomap.evidence.distances import distance_evidence
from geomap.evidence.ground import SENTENCE, Ground
from geomap.evidence.sides import shares_source
from geomap.evidence.states import control_evidence
from geomap.models import Claim, ClaimKind, Code, Evidence, Modality, Role
from geomap.verdicts import untestable

__all__ = ["Ground", "gather_evidence", "with_antecedent"]


def gather_evidence(claim: Claim, ground: Ground) -> list[Evidence]:
    """Measure what a claim is about.

    Returns
    -------
    list of Evidence
        ``role`` "measure" decides; see ``models.Evidence``. Where something stands in the way, an item with role
        "missing" says what. Empty for claims that cannot be tested anyhow.

    Notes
    -----
    Nothing that rests on the claim's own source counts: such items have ``independent=False`` and SAME_SOURCE.
    """
    claim = with_antecedent(claim, ground)
    if not claim.checkable or claim.modality is not Modality.ASSERTED or untestable(claim) is not None:
        return []
    if claim.kind is ClaimKind.AREA:
        found = area_evidence(claim, ground)
    elif claim.kind is ClaimKind.CONTROL:
        found = control_evidence(claim, ground)
    else:
        found = distance_evidence(claim, ground)
    return [_marked(e, claim, ground) for e in found]


def with_antecedent(claim: Claim, ground: Ground) -> Claim:
    """Fill what an area leaves to the figure before it: who did what, and where ("now estimates the area at ...")."""
    bare = claim.kind is ClaimKind.AREA and claim.predicate is None and claim.actor is None
    if not bare or claim.subject or claim.reference is not None:
        return claim
    before = [
        c
        for c in ground.claims
        if c.kind is ClaimKind.AREA
        and c.predicate is not None
        and (c.id == claim.antecedent or (c.article == claim.article and 0 < claim.start - c.start <= SENTENCE))
    ]
    if not before:
        return claim
    first = max(before, key=lambda c: (c.id == claim.antecedent, c.start))
    told = first.meaning
    return replace(
        claim,
        predicate=first.predicate,
        actor=first.actor,
        counterparty=first.counterparty,
        region=claim.region or first.region,
        meaning=replace(claim.meaning, actor=told.actor, counterparty=told.counterparty, unnamed=told.unnamed),
    )


def _marked(evidence: Evidence, claim: Claim, ground: Ground) -> Evidence:
    """Mark what is not independent, and what a single map says."""
    series = next((s for s in ground.control if s.label == evidence.source), None)
    if series is None:
        return evidence
    codes = list(evidence.codes)
    independent = not shares_source(series, claim, ground)
    if not independent:
        codes.append(Code.SAME_SOURCE)
    elif len(ground.control) == 1 and evidence.role is Role.MEASURE:
        codes.append(Code.ONE_MAP)
    return replace(evidence, codes=tuple(dict.fromkeys(codes)), independent=independent)
