"""Every SQL statement of the payments room.

Order of locks: what is paid for (its own room's), then the request, then receipts. Nothing here locks the first.
"""

from __future__ import annotations

from .asking import claim, find_claimed
from .callbacks import CallbackRepository
from .keeping import forget_messages, forget_unproven, list_kept, list_older, list_unproven
from .reconciling import StatementRepository
from .requests import PaymentRepository
from .setting_up import SetupRepository
from .unmatched import list_unmatched, lock_receipt
from .workload import workload

__all__ = [
    "CallbackRepository",
    "PaymentRepository",
    "SetupRepository",
    "StatementRepository",
    "claim",
    "find_claimed",
    "forget_messages",
    "forget_unproven",
    "list_kept",
    "list_older",
    "list_unmatched",
    "list_unproven",
    "lock_receipt",
    "workload",
]
