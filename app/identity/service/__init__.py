"""Verbs of identity: sign in and out, authenticate, accounts, tracking secrets, the vault of reporters' identities."""

from __future__ import annotations

from app.identity.domain import Keyring, checked_identity, generate_password, matches, tracking_hash, tracking_secret

from .accounts import create_staff, end_membership, find_staff, grant, list_staff, members_of, set_active, set_password
from .passwords import Passwords
from .sessions import authenticate, live_citizens, live_officers, prune, register_device, sign_in, sign_out
from .vault import adopt_key, has_identities, keep_identity, key_standing, open_identities, open_identity, replace_key

__all__ = [
    "Keyring",
    "Passwords",
    "adopt_key",
    "authenticate",
    "checked_identity",
    "create_staff",
    "end_membership",
    "find_staff",
    "generate_password",
    "grant",
    "has_identities",
    "keep_identity",
    "key_standing",
    "list_staff",
    "live_citizens",
    "live_officers",
    "matches",
    "members_of",
    "open_identities",
    "open_identity",
    "prune",
    "register_device",
    "replace_key",
    "set_active",
    "set_password",
    "sign_in",
    "sign_out",
    "tracking_hash",
    "tracking_secret",
]
