"""Pure decisions of subscriptions: who is told, in what words, with which secret, and when again."""

from __future__ import annotations

from .envelopes import envelope
from .matching import no_such_types, wants
from .retrying import GIVE_UP_AFTER, PAUSES, REST, settle
from .signing import open_secret, seal_secret

__all__ = [
    "GIVE_UP_AFTER",
    "PAUSES",
    "REST",
    "envelope",
    "no_such_types",
    "open_secret",
    "seal_secret",
    "settle",
    "wants",
]
