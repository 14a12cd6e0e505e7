"""Verbs of payments.

For rooms above, in their own transaction: `request`, `cancel`, `of_subject`, `way_to_pay`. They lock what is paid for
first and the request after it; nothing here ever locks what is paid for, so that the two cannot wait for each other
(docs/decisions/0050). That money came they are told by `payment.paid`, in a transaction of its own.
"""

from __future__ import annotations

from .asking import ask_due
from .desk import note_refund, record_by_hand
from .keeping import due_messages, due_unproven, forget_messages, forget_unproven, kept_of
from .reading import get_payment, list_payments, of_subject
from .reconciling import compared, keep_statement, reconcile
from .requesting import cancel, expire_due, list_expired, request
from .setting_up import add_account, set_provider
from .showing import WayToPay, picture, picture_of, way_to_pay
from .taking import take_callback
from .unmatched import have_returned, list_unmatched, match, may_settle, note_returned
from .workload import workload

__all__ = [
    "WayToPay",
    "add_account",
    "ask_due",
    "cancel",
    "compared",
    "due_messages",
    "due_unproven",
    "expire_due",
    "forget_messages",
    "forget_unproven",
    "get_payment",
    "have_returned",
    "keep_statement",
    "kept_of",
    "list_expired",
    "list_payments",
    "list_unmatched",
    "match",
    "may_settle",
    "note_refund",
    "note_returned",
    "of_subject",
    "picture",
    "picture_of",
    "reconcile",
    "record_by_hand",
    "request",
    "set_provider",
    "take_callback",
    "way_to_pay",
    "workload",
]
