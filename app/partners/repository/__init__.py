"""Every SQL statement on partners."""

from __future__ import annotations

from .errands import (
    add_errand,
    add_post,
    drop_unsent,
    errand_of,
    errands_of_cases,
    forget,
    list_followed,
    list_lines,
    list_news,
    lock_errand,
    note_heard,
    revive,
    wait_on,
)
from .partners import (
    active_of,
    claim_followed,
    forget_times_to_come,
    forget_turns_to_come,
    get,
    list_all,
    list_due,
    list_failing,
    lock,
    write,
)
from .posts import claim, give_up_behind, lock_claimed

__all__ = [
    "active_of",
    "add_errand",
    "add_post",
    "claim",
    "claim_followed",
    "drop_unsent",
    "errand_of",
    "errands_of_cases",
    "forget",
    "forget_times_to_come",
    "forget_turns_to_come",
    "get",
    "give_up_behind",
    "list_all",
    "list_due",
    "list_failing",
    "list_followed",
    "list_lines",
    "list_news",
    "lock",
    "lock_claimed",
    "lock_errand",
    "note_heard",
    "revive",
    "wait_on",
    "write",
]
