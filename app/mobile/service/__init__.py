"""Verbs for apps that are often offline: taking what they kept, telling what changed."""

from __future__ import annotations

from .changes import changes_after, leap, note_changes
from .filling import fill
from .submitting import Sending, restored_at, take_in_turn
from .versions import list_versions, set_version

__all__ = [
    "Sending",
    "changes_after",
    "fill",
    "leap",
    "list_versions",
    "note_changes",
    "restored_at",
    "set_version",
    "take_in_turn",
]
