"""Decisions about other systems: what they may be given, and how their wishes are kept within it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from app.directory.snapshot import Directory
from app.identity.terms import Actor, Grant, WantedClient
from app.kit.ids import TenantId, UnitId
from app.kit.text import Text
from app.subscriptions.errors import InvalidSubscription
from app.subscriptions.terms import Interest

LONGEST_ACCESS = timedelta(days=731)
_PAST = Text("Thời điểm hết hạn cần ở sau lúc này.", "It must end after now.")
_FAR = Text(
    "Quyền được cấp nhiều nhất hai năm, rồi xem lại.", "Access is given for two years at most, then looked at anew."
)
_OUTSIDE = Text(
    "Nằm ngoài phạm vi của khoá API; để trống thì lấy cả phạm vi.",
    "This is outside the limits of the API key; leave it out for all that is inside.",
)


def mistakes(wanted: WantedClient, now: datetime) -> list[dict[str, object]]:
    """What is wrong with the access wanted, each with its pointer; nothing when it can be given."""
    if wanted.expires_at <= now:
        return [{"pointer": "/expires_at", "detail": _PAST}]
    if wanted.expires_at > now + LONGEST_ACCESS:
        return [{"pointer": "/expires_at", "detail": _FAR}]
    return []


def keeps(grant: Grant, interest: Interest, directory: Directory, tenant_id: TenantId) -> bool:
    """Whether all that the interest could hear of is within the grant."""
    return _area_within(grant, interest.area, directory, tenant_id) and _unit_within(
        grant, interest.unit_id, directory, tenant_id
    )


def narrowed(actor: Actor, interest: Interest, directory: Directory) -> Interest:
    """The interest within the actor's grant: what names no place is about the grant's own.

    Raises: InvalidSubscription when it names one outside.
    """
    assert actor.grant is not None
    grant, tenant_id = actor.grant, actor.tenant_id
    inside = replace(interest, area=interest.area or grant.area, unit_id=interest.unit_id or grant.unit_id)
    errors = [
        {"pointer": pointer, "detail": _OUTSIDE}
        for pointer, within in (
            ("/area", _area_within(grant, inside.area, directory, tenant_id)),
            ("/unit", _unit_within(grant, inside.unit_id, directory, tenant_id)),
        )
        if not within
    ]
    if errors:
        raise InvalidSubscription(errors=errors)
    return inside


def area_asked(grant: Grant, asked: str | None, directory: Directory, tenant_id: TenantId) -> tuple[str | None, bool]:
    """Which area to look at for one that is asked for, and whether anything of it can be within the grant."""
    if grant.area is None or asked is None:
        return asked or grant.area, True
    edition = directory.tenant(tenant_id).edition
    if directory.is_within(edition, grant.area, asked):
        return grant.area, True
    return asked, directory.is_within(edition, asked, grant.area)


def _area_within(grant: Grant, area: str | None, directory: Directory, tenant_id: TenantId) -> bool:
    if grant.area is None:
        return True
    return area is not None and directory.is_within(directory.tenant(tenant_id).edition, area, grant.area)


def _unit_within(grant: Grant, unit_id: UnitId | None, directory: Directory, tenant_id: TenantId) -> bool:
    if grant.unit_id is None:
        return True
    return unit_id is not None and unit_id in directory.subtree(tenant_id, [grant.unit_id])
