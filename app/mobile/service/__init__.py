"""Verbs for apps that are often offline: taking what they kept, telling what changed."""

from __future__ import annotations

from .changes import changes_after, note_changes
from .submitting import Sending, take_in_turn

__all__ = ["Sending", "changes_after", "note_changes", "take_in_turn"]
