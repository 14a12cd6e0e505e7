"""Verbs of people's own data: open an identity, see who did, take one's data away, erase it, keep nothing too long."""

from __future__ import annotations

from app.privacy.domain import kept

from .keeping import keep_to_rules, kept_for, list_rules, preview_rule, publish_rule
from .opening import ask, decide, find_by_phone, list_openings, list_senders, look
from .own import access_log, access_log_of, access_log_of_request, erase_account, erase_contact, export, standing_of

__all__ = [
    "access_log",
    "access_log_of",
    "access_log_of_request",
    "ask",
    "decide",
    "erase_account",
    "erase_contact",
    "export",
    "find_by_phone",
    "keep_to_rules",
    "kept",
    "kept_for",
    "list_openings",
    "list_rules",
    "list_senders",
    "look",
    "preview_rule",
    "publish_rule",
    "standing_of",
]
