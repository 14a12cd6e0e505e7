"""Verbs of the trail: record, seal, check, read, send outside."""

from __future__ import annotations

from .checking import check, check_end, each_entry, export, find_head, list_entries
from .recording import record, write
from .refusing import Refusals
from .sealing import seal, waiting
from .sending import send_on

__all__ = [
    "Refusals",
    "check",
    "check_end",
    "each_entry",
    "export",
    "find_head",
    "list_entries",
    "record",
    "seal",
    "send_on",
    "waiting",
    "write",
]
