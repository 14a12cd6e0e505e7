"""Decisions about links by which officers set their passwords, and about how long memberships last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from app.identity.errors import InvalidAccount, InvalidMembership, LastAdministrator, MembershipHeld
from app.identity.terms import HeldMembership, LinkPurpose, WantedMembership
from app.kit import signing
from app.kit.ids import TenantId
from app.kit.text import Text

from .vault import email_address

LINK_LIFETIMES: Mapping[LinkPurpose, timedelta] = MappingProxyType(
    {LinkPurpose.INVITATION: timedelta(days=7), LinkPurpose.RESET: timedelta(hours=24)}
)
_LINK = re.compile(r"lti_([1-9][0-9]{0,8})_[A-Za-z0-9_-]{43}")


def new_link(tenant_id: TenantId) -> str:
    """What a link ends with: names its tenant, so that it is found by (tenant, hash); 256 random bits."""
    return signing.new_token(f"lti_{tenant_id}")


def parse_link(text: str) -> tuple[TenantId, bytes] | None:
    """Tenant and hash of what a link ends with, None when it is none of ours. Nothing is proven yet."""
    found = _LINK.fullmatch(text)
    return (TenantId(int(found[1])), signing.token_hash(text)) if found else None


def checked_email(typed: str | None) -> str | None:
    """The address in lower case; None for nothing. Raises: InvalidAccount."""
    if not (typed or "").strip():
        return None
    address = email_address(typed or "")
    if address is None:
        detail = Text("Địa chỉ thư điện tử chưa đúng.", "This is no e-mail address.")
        raise InvalidAccount(errors=[{"pointer": "/email", "detail": detail}])
    return address.lower()


def checked_period(wanted: WantedMembership, now: datetime, *, pointer: str = "") -> tuple[datetime, datetime | None]:
    """From when until when the membership is held. Raises: InvalidMembership for a period that is over or empty."""
    begins = wanted.valid_from or now
    if begins < now - timedelta(days=1):
        detail = Text("Không giao vai trò lùi về quá khứ.", "A role cannot begin in the past.")
        raise InvalidMembership(errors=[{"pointer": f"{pointer}/valid_from", "detail": detail}])
    begins = max(begins, now)
    if wanted.valid_to is not None and wanted.valid_to <= begins:
        detail = Text("Ngày hết phải sau ngày bắt đầu và sau lúc này.", "It must end after it begins, and after now.")
        raise InvalidMembership(errors=[{"pointer": f"{pointer}/valid_to", "detail": detail}])
    return begins, wanted.valid_to


def check_apart(
    held: Iterable[HeldMembership], wanted: WantedMembership, begins: datetime, ends: datetime | None
) -> None:
    """Nothing when the role is not held in the unit in that time. Raises: MembershipHeld."""
    for one in held:
        same = one.unit_id == wanted.unit_id and one.role is wanted.role
        if same and (ends is None or one.valid_from < ends) and (one.valid_to is None or begins < one.valid_to):
            raise MembershipHeld


def check_administered(administrators: Iterable[HeldMembership], membership_id: UUID, ends: datetime | None) -> None:
    """Nothing when the province has an administrator also after one of the memberships ends then.

    `administrators`: of those who have come in, now. Raises: LastAdministrator.
    """
    outlasting = {
        one.id for one in administrators if one.valid_to is None or (ends is not None and one.valid_to > ends)
    }
    if ends is not None and outlasting == {membership_id}:
        raise LastAdministrator
