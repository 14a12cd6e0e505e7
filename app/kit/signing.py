"""Secrets: made, hashed, compared and sealed. No algorithm of our own: HMAC-SHA256, SHA-256, AES-256-GCM."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def new_token(prefix: str) -> str:
    """A bearer token of 256 random bits in URL-safe text, marked with `prefix` so that a scanner can find leaks."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> bytes:
    """What is stored in place of a token: SHA-256, enough for secrets of full entropy (32 bytes)."""
    return hashlib.sha256(token.encode()).digest()


def derive(key: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose only, from the installation's key."""
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()


def derived_secret(key: bytes, purpose: str) -> str:
    """A secret of 160 bits that the holder of `key` can make again: upper-case base 32 in groups of four.

    Letters and digits that people do not confuse when they read them out (RFC 4648 base 32 has no 0, 1, 8 or 9).
    """
    raw = base64.b32encode(derive(key, purpose)[:20]).decode()
    return "-".join(raw[at : at + 4] for at in range(0, len(raw), 4))


def same(left: bytes, right: bytes) -> bool:
    """Whether the two are equal, in time that does not depend on where they differ."""
    return hmac.compare_digest(left, right)


def seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """`plain` encrypted and authenticated under a 32-byte `key`; opens only with the same `bound_to`."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """What `seal` was given. Raises: cryptography.exceptions.InvalidTag when key, bytes or binding differ."""
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], bound_to)
