"""What is done about partners."""

from __future__ import annotations

from .administration import (
    change_partner,
    create_partner,
    end_partner,
    forget,
    get_partner,
    list_errands,
    list_failing,
    list_partners,
    retry_errand,
)
from .following import Follower
from .sending import Courier
from .telling import tell

__all__ = [
    "Courier",
    "Follower",
    "change_partner",
    "create_partner",
    "end_partner",
    "forget",
    "get_partner",
    "list_errands",
    "list_failing",
    "list_partners",
    "retry_errand",
    "tell",
]
