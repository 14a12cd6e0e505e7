"""Facts about accounts, in the past tense; told once in each province, with the account as their subject."""

from __future__ import annotations

from enum import StrEnum


class AccountEvent(StrEnum):
    """Names of the facts; stable, they are the `type` of outbox messages."""

    JOINED = "account.joined"  # everything of the account `from` is the subject's from now on; `from` has ended
    ERASED = "account.erased"  # nothing is the subject's any more
