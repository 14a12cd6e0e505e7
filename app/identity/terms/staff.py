"""Officers' accounts as administrators see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.kit.ids import StaffId

from .acting import Membership


@dataclass(frozen=True, slots=True)
class StaffAccountView:
    """A staff account as administrators see it."""

    id: StaffId
    username: str
    name: str
    active: bool
    created_at: datetime
    memberships: tuple[Membership, ...]
