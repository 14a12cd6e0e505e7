"""Keys that partners have given us: sealed for one partner each, opened for one request."""

from __future__ import annotations

from uuid import UUID

from cryptography.exceptions import InvalidTag

from app.identity.domain import Keyring
from app.identity.errors import IdentityUnreadable
from app.kit import signing
from app.kit.ids import TenantId
from app.partners.terms import Partner


def seal_key(keys: Keyring, tenant_id: TenantId, partner_id: UUID, key: str) -> bytes:
    """The key as it is kept."""
    return signing.seal(keys.subscriptions, key.encode(), _bound_to(tenant_id, partner_id))


def open_key(keys: Keyring, partner: Partner) -> str | None:
    """The key, None where the partner asks for none. Raises: IdentityUnreadable."""
    if partner.sealed_key is None:
        return None
    try:
        bound = _bound_to(partner.tenant_id, partner.id)
        return signing.unseal(keys.subscriptions, partner.sealed_key, bound).decode()
    except InvalidTag as error:
        raise IdentityUnreadable from error


def _bound_to(tenant_id: TenantId, partner_id: UUID) -> bytes:
    return f"partner-key:{tenant_id}:{partner_id}".encode()
