"""Decisions about pushes: what the portal reads of one, and what becomes of it after an attempt. Pure."""

from __future__ import annotations

from .records import record
from .retrying import BREAK_AFTER, GIVE_UP_AFTER, REFUSED_MOST, learns, pause_after, rest_after, settle

__all__ = [
    "BREAK_AFTER",
    "GIVE_UP_AFTER",
    "REFUSED_MOST",
    "learns",
    "pause_after",
    "record",
    "rest_after",
    "settle",
]
