"""Verbs of identity: sign in and out, authenticate, accounts, tracking secrets, the vault of reporters' identities."""

from __future__ import annotations

from app.identity.domain import Keyring, checked_identity, generate_password, matches, tracking_hash, tracking_secret

from .accounts import create_staff, end_membership, find_staff, grant, list_staff, members_of, set_active, set_password
from .citizens import add_citizen, end_all_devices, end_device, list_devices, open_session, refresh, retire
from .clients import add_client, change_client, get_client, list_clients, revoke_client, rotate_key
from .passwords import Passwords
from .sessions import authenticate, live_citizens, live_officers, prune, register_device, sign_in, sign_out
from .uses import KeyUses
from .vault import (
    adopt_key,
    erase_identities,
    has_identities,
    keep_identity,
    key_standing,
    list_older,
    list_seals,
    note_opening,
    open_identities,
    open_identity,
    opened,
    read_own,
    replace_key,
    reports_of_phone,
    reseal,
    withheld,
)

__all__ = [
    "KeyUses",
    "Keyring",
    "Passwords",
    "add_citizen",
    "add_client",
    "adopt_key",
    "authenticate",
    "change_client",
    "checked_identity",
    "create_staff",
    "end_all_devices",
    "end_device",
    "end_membership",
    "erase_identities",
    "find_staff",
    "generate_password",
    "get_client",
    "grant",
    "has_identities",
    "keep_identity",
    "key_standing",
    "list_clients",
    "list_devices",
    "list_older",
    "list_seals",
    "list_staff",
    "live_citizens",
    "live_officers",
    "matches",
    "members_of",
    "note_opening",
    "open_identities",
    "open_identity",
    "open_session",
    "opened",
    "prune",
    "read_own",
    "refresh",
    "register_device",
    "replace_key",
    "reports_of_phone",
    "reseal",
    "retire",
    "revoke_client",
    "rotate_key",
    "set_active",
    "set_password",
    "sign_in",
    "sign_out",
    "tracking_hash",
    "tracking_secret",
    "withheld",
]
