"""Wire shapes of the procedures, v1."""

from __future__ import annotations

from .kept import ProcedureIn, PublicationIn, RetirementIn, VersionListOut, VersionOut
from .shown import AnswersIn, CheckedOut, ProcedureOut, ProcedurePageOut, ProcedureSummaryOut

__all__ = [
    "AnswersIn",
    "CheckedOut",
    "ProcedureIn",
    "ProcedureOut",
    "ProcedurePageOut",
    "ProcedureSummaryOut",
    "PublicationIn",
    "RetirementIn",
    "VersionListOut",
    "VersionOut",
]
