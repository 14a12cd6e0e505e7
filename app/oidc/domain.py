"""Decisions about signing in at a provider: pure, given their key and their instant."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

from cryptography.exceptions import InvalidTag

from app.kit import signing
from app.kit.text import Lang

from .errors import IdentityRefused, UnknownRedirect
from .terms import Assurance, Handle, Provider

HANDLE_LIFETIME = timedelta(minutes=10)
_PREFIX = "lto_"
_BOUND_TO = b"oidc.handle.1"
_HERE = ("localhost", "127.0.0.1", "::1")


def checked_provider(provider: Provider) -> Provider:
    """The provider, when it can be used. Raises: ValueError with what the operator must change."""
    at = urlsplit(provider.issuer)
    if not at.hostname or not (at.scheme == "https" or (at.scheme == "http" and at.hostname in _HERE)):
        message = "the issuer of an identity provider is an https:// address"
        raise ValueError(message)
    if not provider.client_id or "openid" not in provider.scopes or not provider.redirects:
        message = "an identity provider needs a client id, the scope openid and a redirect address"
        raise ValueError(message)
    return provider


def assurances(pairs: str) -> dict[str, Assurance]:
    """Assurance by `acr`, from `acr=level` parted by blanks. Raises: ValueError for a level that is none of ours."""
    split = (pair.rpartition("=") for pair in pairs.split())
    return {acr: Assurance(level) for acr, _, level in split}


def new_handle(provider: Provider, redirect: str | None, linking: UUID | None, now: datetime) -> Handle:
    """A signing in that begins now, to come back to `redirect` (absent: the first). Raises: UnknownRedirect."""
    if redirect is not None and redirect not in provider.redirects:
        raise UnknownRedirect
    return Handle(
        secrets.token_urlsafe(24),
        secrets.token_urlsafe(24),
        secrets.token_urlsafe(48),
        redirect or provider.redirects[0],
        now + HANDLE_LIFETIME,
        linking,
    )


def sealed(key: bytes, handle: Handle) -> str:
    """The handle as its client keeps it: nobody reads or changes what is in it."""
    plain = [
        handle.state,
        handle.nonce,
        handle.verifier,
        handle.redirect,
        handle.until.isoformat(),
        handle.linking.hex if handle.linking is not None else None,
    ]
    packed = signing.seal(key, json.dumps(plain).encode(), _BOUND_TO)
    return _PREFIX + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def opened(key: bytes, text: str, state: str, now: datetime) -> Handle:
    """The handle that `state` came back for. Raises: IdentityRefused for one that is too old, another's, or none."""
    try:
        packed = base64.b64decode(text.removeprefix(_PREFIX) + "=" * (-len(text.removeprefix(_PREFIX)) % 4), b"-_")
        kept, nonce, verifier, redirect, until, linking = json.loads(signing.unseal(key, packed, _BOUND_TO))
    except (ValueError, InvalidTag) as error:
        raise IdentityRefused from error
    handle = Handle(
        kept, nonce, verifier, redirect, datetime.fromisoformat(until), UUID(hex=linking) if linking else None
    )
    if now >= handle.until or not signing.same(state.encode(), kept.encode()):
        raise IdentityRefused
    return handle


def address(provider: Provider, endpoint: str, handle: Handle, lang: Lang) -> str:
    """Where the person is sent: OpenID Connect Core section 3.1.2.1, with PKCE (RFC 7636, S256)."""
    digest = hashlib.sha256(handle.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": handle.redirect,
        "scope": " ".join(provider.scopes),
        "state": handle.state,
        "nonce": handle.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
        "ui_locales": lang.value,
    }
    if provider.assurances:
        asked["acr_values"] = " ".join(provider.assurances)
    joint = "&" if urlsplit(endpoint).query else "?"
    return f"{endpoint}{joint}{urlencode(asked, quote_via=quote)}"


def subject_key(key: bytes, issuer: str, subject: str) -> bytes:
    """Under what a person at an issuer is found without being named (32 bytes)."""
    return signing.derive(key, f"oidc:{len(issuer)}:{issuer}:{subject}")
