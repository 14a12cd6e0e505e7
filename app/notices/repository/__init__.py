"""Every SQL statement of the room."""

from __future__ import annotations

from .devices import add_device, devices_of, forget_device, list_devices, remove_device
from .notices import (
    NewNotice,
    NoticeRepository,
    backlog,
    claim,
    list_due_tenants,
    list_of_case,
    list_of_report,
    retry_failed,
    settle,
)
from .preferences import find_preferences, keep_preferences

__all__ = [
    "NewNotice",
    "NoticeRepository",
    "add_device",
    "backlog",
    "claim",
    "devices_of",
    "find_preferences",
    "forget_device",
    "keep_preferences",
    "list_devices",
    "list_due_tenants",
    "list_of_case",
    "list_of_report",
    "remove_device",
    "retry_failed",
    "settle",
]
