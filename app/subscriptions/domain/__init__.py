"""Pure decisions of subscriptions: who is told, in what words, signed how, when again, and where never."""

from __future__ import annotations

from .addresses import is_forbidden, refused_part
from .envelopes import envelope
from .matching import no_such_types, wants
from .retrying import BREAK_AFTER, GIVE_UP_AFTER, LONGEST_REST, pause_after, rest_after, settle
from .signing import new_secret, open_secret, seal_secret, signatures

__all__ = [
    "BREAK_AFTER",
    "GIVE_UP_AFTER",
    "LONGEST_REST",
    "envelope",
    "is_forbidden",
    "new_secret",
    "no_such_types",
    "open_secret",
    "pause_after",
    "refused_part",
    "rest_after",
    "seal_secret",
    "settle",
    "signatures",
    "wants",
]
