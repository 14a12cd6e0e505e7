"""Every SQL statement on partners."""

from __future__ import annotations

from .errands import (
    add_errand,
    add_post,
    errand_of,
    errands_of_cases,
    forget,
    list_followed,
    list_lines,
    list_tokens,
    lock_errand,
    note_heard,
    revive,
    wait_on,
)
from .partners import (
    active_of,
    claim_followed,
    get,
    list_all,
    list_due,
    list_failing,
    lock,
    write,
)
from .posts import claim, lock_claimed

__all__ = [
    "active_of",
    "add_errand",
    "add_post",
    "claim",
    "claim_followed",
    "errand_of",
    "errands_of_cases",
    "forget",
    "get",
    "list_all",
    "list_due",
    "list_failing",
    "list_followed",
    "list_lines",
    "list_tokens",
    "lock",
    "lock_claimed",
    "lock_errand",
    "note_heard",
    "revive",
    "wait_on",
    "write",
]
