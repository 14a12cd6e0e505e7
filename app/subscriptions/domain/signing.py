"""Secrets that subscribers check signatures with, as they are stored."""

from __future__ import annotations

from uuid import UUID

from app.kit import signing

SEAL_VERSION = b"\x01"


def seal_secret(key: bytes, tenant_id: int, subscription_id: UUID, secret: str) -> bytes:
    """The secret as it is stored: sealed for this tenant and subscription only."""
    return SEAL_VERSION + signing.seal(key, secret.encode(), _bound_to(tenant_id, subscription_id))


def open_secret(key: bytes, tenant_id: int, subscription_id: UUID, sealed: bytes) -> str:
    """What was sealed for this tenant and subscription. Raises: ValueError, cryptography.exceptions.InvalidTag."""
    if sealed[:1] != SEAL_VERSION:
        message = "sealed by a later release"
        raise ValueError(message)
    return signing.unseal(key, sealed[1:], _bound_to(tenant_id, subscription_id)).decode()


def _bound_to(tenant_id: int, subscription_id: UUID) -> bytes:
    return f"subscription:{tenant_id}:{subscription_id}".encode()
