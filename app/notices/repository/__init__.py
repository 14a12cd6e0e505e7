"""Every SQL statement of the room."""

from __future__ import annotations

from .devices import (
    add_device,
    devices_of,
    forget_device,
    list_devices,
    remove_device,
    remove_left,
    remove_of_session,
    take_devices,
)
from .notices import (
    NewNotice,
    NoticeRepository,
    backlog,
    begin,
    claim,
    list_due_tenants,
    list_of_case,
    list_of_report,
    release,
    retry_failed,
    settle,
)
from .preferences import get_preferences, keep_for, keep_preferences, preferences_by_request
from .requests import Applied, applied
from .wordings import add_quiet, add_wording, find_quiet, list_wordings, newest_wording, own_words

__all__ = [
    "Applied",
    "NewNotice",
    "NoticeRepository",
    "add_device",
    "add_quiet",
    "add_wording",
    "applied",
    "backlog",
    "begin",
    "claim",
    "devices_of",
    "find_quiet",
    "forget_device",
    "get_preferences",
    "keep_for",
    "keep_preferences",
    "list_devices",
    "list_due_tenants",
    "list_of_case",
    "list_of_report",
    "list_wordings",
    "newest_wording",
    "own_words",
    "preferences_by_request",
    "release",
    "remove_device",
    "remove_left",
    "remove_of_session",
    "retry_failed",
    "settle",
    "take_devices",
]
