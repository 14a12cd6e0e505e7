"""How we and a provider know each other's messages: HMAC-SHA256 over what is said, by whom, when, and once."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from app.kit import signing
from app.payments.terms import Signed

MOST_DRIFT = timedelta(minutes=5)
_SEAL_VERSION = b"\x01"


def signature(secret: bytes, purpose: str, key_id: str, timestamp: str, nonce: str, body: bytes) -> str:
    """The signature in hexadecimal. `purpose` (request, answer, callback) keeps one from passing for another.

    `body` is signed as it is sent, byte for byte; its hash stands in its place, so that a line feed in it is no line.
    """
    said = "\n".join(("payments.1", purpose, key_id, timestamp, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret, said.encode(), hashlib.sha256).hexdigest()


def is_signed(secret: bytes, purpose: str, message: Signed) -> bool:
    """Whether whoever holds the secret has signed the message for this purpose."""
    if any("\n" in part for part in (message.key_id, message.timestamp, message.nonce)):
        return False
    expected = signature(secret, purpose, message.key_id, message.timestamp, message.nonce, message.body)
    return signing.same(expected.encode(), message.signature.encode())


def is_current(timestamp: str, now: datetime) -> bool:
    """Whether the message was signed just now, give or take `MOST_DRIFT`. Seconds since 1970."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(int(timestamp) - now.timestamp()) <= MOST_DRIFT.total_seconds()


def seal_secret(key: bytes, tenant_id: int, provider: str, key_id: str, secret: bytes) -> bytes:
    """The secret as it is stored: sealed for this tenant, provider and key only."""
    return _SEAL_VERSION + signing.seal(key, secret, _bound_to(tenant_id, provider, key_id))


def open_secret(key: bytes, tenant_id: int, provider: str, key_id: str, sealed: bytes) -> bytes:
    """What was sealed. Raises: ValueError, cryptography.exceptions.InvalidTag."""
    if sealed[:1] != _SEAL_VERSION:
        message = "sealed by a later release"
        raise ValueError(message)
    return signing.unseal(key, sealed[1:], _bound_to(tenant_id, provider, key_id))


def _bound_to(tenant_id: int, provider: str, key_id: str) -> bytes:
    return f"payments:{tenant_id}:{provider}:{key_id}".encode()
