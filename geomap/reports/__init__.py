"""Verdicts for readers: page, Markdown, tables, map files, ClaimReview and correction notes."""

from __future__ import annotations

from geomap.models import report_record
from geomap.reports.claimreview import claim_review
from geomap.reports.corrections import Correction, compare_reports, read_corrections, render_correction
from geomap.reports.findings import publishable, summary_sentence
from geomap.reports.frames import claims_frame, write_exports
from geomap.reports.page import render_markdown, render_report

to_report_record = report_record
"""The object of ``report.json``: ``{articles, places, claims, contradictions, untested, unresolved, methods}``."""

__all__ = [
    "Correction",
    "claim_review",
    "claims_frame",
    "compare_reports",
    "publishable",
    "read_corrections",
    "render_correction",
    "render_markdown",
    "render_report",
    "summary_sentence",
    "to_report_record",
    "write_exports",
]
