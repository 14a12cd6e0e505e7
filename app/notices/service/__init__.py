"""Verbs of notices: tell a fact to those it concerns, send what waits, keep what people want."""

from __future__ import annotations

from .own import (
    ToldOf,
    add_device,
    count_devices,
    forget,
    forget_devices,
    forget_session,
    get_applicants,
    get_for_account,
    get_own,
    hand_over,
    put_applicants,
    put_for_account,
    put_own,
    remove_device,
    switch_off,
    token_for,
)
from .sending import Courier, backlog, list_of_case, retry_failed
from .telling import Ways, tell
from .wording import get_quiet, list_wordings, preview_wording, publish_quiet, publish_wording

__all__ = [
    "Courier",
    "ToldOf",
    "Ways",
    "add_device",
    "backlog",
    "count_devices",
    "forget",
    "forget_devices",
    "forget_session",
    "get_applicants",
    "get_for_account",
    "get_own",
    "get_quiet",
    "hand_over",
    "list_of_case",
    "list_wordings",
    "preview_wording",
    "publish_quiet",
    "publish_wording",
    "put_applicants",
    "put_for_account",
    "put_own",
    "remove_device",
    "retry_failed",
    "switch_off",
    "tell",
    "token_for",
]
