"""Decisions about standing in for a colleague: for how long, and in whose place something is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from app.identity.errors import DeputyThere, InvalidDeputy
from app.identity.terms import Actor, Deputy, Membership, WantedDeputy
from app.kit.ids import StaffId
from app.kit.text import Text

LONGEST = timedelta(days=190)
"""How long somebody stands in at most: a maternity leave with some days (Labour Code 2019, article 139)."""


def checked_time(wanted: WantedDeputy, now: datetime) -> datetime:
    """From when the deputy stands in. Raises: InvalidDeputy for a time that is over, empty or too long."""
    begins = max(wanted.valid_from or now, now)
    if not begins < wanted.valid_to <= begins + LONGEST:
        raise InvalidDeputy(
            errors=[
                {
                    "pointer": "/valid_to",
                    "detail": Text(
                        f"Cần sau ngày bắt đầu và sau lúc này, không quá {LONGEST.days} ngày.",
                        f"It must end after it begins and after now, within {LONGEST.days} days.",
                    ),
                }
            ]
        )
    return begins


def check_alone(known: Iterable[Deputy], wanted: WantedDeputy, begins: datetime, account_id: StaffId) -> None:
    """Nothing when nobody else stands in for the account in the unit in that time. Raises: DeputyThere."""
    for one in known:
        mine = one.colleague.id == account_id and one.unit_id == wanted.unit_id
        if mine and one.valid_from < wanted.valid_to and begins < one.valid_to:
            raise DeputyThere


def in_capacity(actor: Actor, enough: Iterable[Membership]) -> Actor:
    """The actor as whoever does it: of the memberships that are enough for it the own count before a colleague's."""
    found = [held.instead_of for held in enough]
    own = not found or None in found
    return replace(actor, capacity=() if own else tuple(one for one in found[:1] if one is not None))
