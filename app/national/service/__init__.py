"""Telling the national portal of service requests, and finding out where it differs.

A fact becomes one push, in the transaction of the consumer's cursor. Pushes are claimed, sent outside any transaction,
and settled, the first of each service request only: what follows it waits until that is taken or given up. When an
answer was lost the portal is asked what it has before anything is sent again (docs/decisions/0054).
"""

from __future__ import annotations

from .administration import (
    backlog,
    forget,
    get_comparison,
    list_portal_codes,
    portal_code_of,
    resend,
    resend_dead,
    resend_missing,
    set_portal_code,
)
from .comparing import compare
from .sending import Courier
from .telling import tell

__all__ = [
    "Courier",
    "backlog",
    "compare",
    "forget",
    "get_comparison",
    "list_portal_codes",
    "portal_code_of",
    "resend",
    "resend_dead",
    "resend_missing",
    "set_portal_code",
    "tell",
]
