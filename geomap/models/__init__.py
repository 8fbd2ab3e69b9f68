"""The records, in the order in which they appear: place, article, toponym, claim, evidence, verdict, assessment.

All are frozen. ``to_record`` turns any of them into the JSON object of DESIGN: same names, same order, dates as
ISO 8601, open ends of ranges as null, geometry left out (pages and GeoJSON exports carry it apart).

Each is imported when it is first used: making thirty classes takes longer than looking up a name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geomap.models.assessments import Assessment, Methods, report_record, why_untested
    from geomap.models.claims import (
        MOVES,
        STATES,
        Aspect,
        AspectName,
        Claim,
        ClaimKind,
        Code,
        Comparison,
        Conversion,
        Effect,
        Evidence,
        Label,
        Meaning,
        Mention,
        Method,
        Modality,
        Polarity,
        Predicate,
        Qualifier,
        Range,
        Relation,
        Role,
        Sense,
        SourceSide,
        Value,
        Verdict,
        When,
    )
    from geomap.models.control import FROM_REPORTS, UNKNOWN_HOLDER, ControlSeries, Snapshot, Status
    from geomap.models.messages import Message, Named, Parameter, Quantity, Quote, Ratio, Text, message
    from geomap.models.places import Compass, Match, Place, Provenance, to_record
    from geomap.models.texts import Article, MentionKind, Span, Toponym

_NAMES = {
    "messages": "Message Named Parameter Quantity Quote Ratio Text message",
    "places": "Provenance Match Place Compass to_record",
    "texts": "MentionKind Span Article Toponym",
    "claims": "ClaimKind Qualifier Effect MOVES STATES Predicate Polarity Modality SourceSide Label Code "
    "Sense Mention Conversion Value When Meaning Claim Role AspectName Method Relation Evidence Aspect Verdict "
    "Comparison Range",
    "control": "FROM_REPORTS UNKNOWN_HOLDER Status Snapshot ControlSeries",
    "assessments": "Methods Assessment report_record why_untested",
}
_WHERE = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = [
    "FROM_REPORTS", "MOVES", "STATES", "UNKNOWN_HOLDER", "Article", "Aspect", "AspectName", "Assessment", "Claim",
    "ClaimKind", "Code", "Comparison", "Compass", "ControlSeries", "Conversion", "Effect", "Evidence", "Label",
    "Match", "Meaning", "Mention", "MentionKind", "Message", "Method", "Methods", "Modality", "Named", "Parameter",
    "Place", "Polarity", "Predicate", "Provenance", "Qualifier", "Quantity", "Quote", "Range", "Ratio", "Relation",
    "Role", "Sense", "Snapshot", "SourceSide", "Span", "Status", "Text", "Toponym", "Value", "Verdict", "When",
    "message", "report_record", "to_record", "why_untested",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'geomap.models' has no attribute {name!r}")
    value = getattr(import_module(f"geomap.models.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
