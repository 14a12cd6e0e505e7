"""Every SQL statement of the room."""

from __future__ import annotations

from .comparing import (
    begin_comparison,
    compare_some,
    end_comparison,
    find_comparison,
    list_findings,
    missing_codes,
    note_listed,
)
from .pushes import (
    Current,
    add,
    claim,
    current_of,
    earlier_delivered,
    forget,
    forget_times_to_come,
    list_due_tenants,
    lock_claimed,
    lock_link,
    revive,
    revive_dead,
)
from .units import portal_codes, set_portal_code
from .watching import backlog

__all__ = [
    "Current",
    "add",
    "backlog",
    "begin_comparison",
    "claim",
    "compare_some",
    "current_of",
    "earlier_delivered",
    "end_comparison",
    "find_comparison",
    "forget",
    "forget_times_to_come",
    "list_due_tenants",
    "list_findings",
    "lock_claimed",
    "lock_link",
    "missing_codes",
    "note_listed",
    "portal_codes",
    "revive",
    "revive_dead",
    "set_portal_code",
]
