"""Decisions about pushes: what the portal reads of one, and what becomes of it after an attempt. Pure."""

from __future__ import annotations

from .records import record
from .retrying import GIVE_UP_AFTER, PAUSES, REFUSED_MOST, REST, learns, settle

__all__ = [
    "GIVE_UP_AFTER",
    "PAUSES",
    "REFUSED_MOST",
    "REST",
    "learns",
    "record",
    "settle",
]
