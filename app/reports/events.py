"""Facts about reports themselves, in the past tense: whose they are. What becomes of their cases is told by those."""

from __future__ import annotations

from enum import StrEnum


class ReportEvent(StrEnum):
    """Names of the facts; stable, they are the `type` of outbox messages, with the report as their subject."""

    CLAIMED = "report.claimed"
