"""Wire shapes for apps, version 1."""

from __future__ import annotations

from .changes import ChangeOut, ChangesOut, changes_answer
from .submissions import OutcomeOut, SubmissionsIn, SubmissionsOut, outcomes_answer
from .versions import AppVersionIn, AppVersionListOut, AppVersionOut

__all__ = [
    "AppVersionIn",
    "AppVersionListOut",
    "AppVersionOut",
    "ChangeOut",
    "ChangesOut",
    "OutcomeOut",
    "SubmissionsIn",
    "SubmissionsOut",
    "changes_answer",
    "outcomes_answer",
]
