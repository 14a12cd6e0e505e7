"""Addresses as they stand in a table until the notice has gone out."""

from __future__ import annotations

from app.identity.domain import Keyring
from app.kit import signing
from app.kit.ids import TenantId


def sealed(keys: Keyring, tenant_id: TenantId, address: str) -> bytes:
    """The address as it stands in a table until the notice has gone out."""
    return signing.seal(keys.notices, address.encode(), str(tenant_id).encode())


def unsealed(keys: Keyring, tenant_id: TenantId, address: bytes) -> str:
    """What `sealed` was given."""
    return signing.unseal(keys.notices, address, str(tenant_id).encode()).decode()
