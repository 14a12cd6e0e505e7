"""Secrets shared with neighbours: sealed for one neighbour each."""

from __future__ import annotations

from uuid import UUID

from cryptography.exceptions import InvalidTag

from app.federation.terms import Neighbour
from app.identity.domain import Keyring
from app.identity.errors import IdentityUnreadable
from app.kit import signing
from app.kit.ids import TenantId


def seal_secret(keys: Keyring, tenant_id: TenantId, neighbour_id: UUID, secret: str) -> bytes:
    """The secret as it is kept."""
    return signing.seal(keys.subscriptions, secret.encode(), _bound_to(tenant_id, neighbour_id))


def open_secret(keys: Keyring, neighbour: Neighbour) -> str:
    """The secret. Raises: IdentityUnreadable."""
    try:
        bound = _bound_to(neighbour.tenant_id, neighbour.id)
        return signing.unseal(keys.subscriptions, neighbour.sealed_secret, bound).decode()
    except InvalidTag as error:
        raise IdentityUnreadable from error


def _bound_to(tenant_id: TenantId, neighbour_id: UUID) -> bytes:
    return f"neighbour-secret:{tenant_id}:{neighbour_id}".encode()
