"""Decisions about payments: references, what money is for, signatures, VietQR, comparing statements. Pure."""

from __future__ import annotations

from .asking import GIVE_UP_AFTER, LONGEST_WAIT, next_asked_at
from .messages import link_body, query_body, read_link, read_told, read_transactions
from .money import close, owed, plain, refund, take, total
from .reconciling import compare, sums
from .references import make_reference, read_reference, references_in
from .signing import MOST_DRIFT, is_current, is_signed, open_secret, seal_secret, signature
from .vietqr import vietqr

__all__ = [
    "GIVE_UP_AFTER",
    "LONGEST_WAIT",
    "MOST_DRIFT",
    "close",
    "compare",
    "is_current",
    "is_signed",
    "link_body",
    "make_reference",
    "next_asked_at",
    "open_secret",
    "owed",
    "plain",
    "query_body",
    "read_link",
    "read_reference",
    "read_told",
    "read_transactions",
    "references_in",
    "refund",
    "seal_secret",
    "signature",
    "sums",
    "take",
    "total",
    "vietqr",
]
