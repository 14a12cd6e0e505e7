"""Verbs of citizens: sign in with a code or an identity, and what proves an account."""

from __future__ import annotations

from .accounts import erase, leave_device, leave_everywhere, phone_of, proofs_of, reports_of_phone, with_phones
from .codes import forget, send_code, sign_in
from .identities import sign_in_at_provider

__all__ = [
    "erase",
    "forget",
    "leave_device",
    "leave_everywhere",
    "phone_of",
    "proofs_of",
    "reports_of_phone",
    "send_code",
    "sign_in",
    "sign_in_at_provider",
    "with_phones",
]
