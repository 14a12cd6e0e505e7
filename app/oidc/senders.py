"""Requests to a provider: its description, its keys, and what it gives for a code. Bounded in time and size."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import SecretStr

from app.kit.clock import Clock
from app.settings import Settings

from .domain import assurances, checked_provider
from .errors import IdentityRefused, ProviderUnreachable
from .terms import Assurance, Handle, Identity, Provider

log = logging.getLogger("lienthong.oidc")

TIMEOUT_S = 5.0
KEPT_FOR = timedelta(hours=1)
AGAIN_AFTER = timedelta(minutes=1)  # keys that a token names and we do not have are looked for no oftener
LEEWAY_S = 60
MOST_BYTES = 262_144
MOST_SUBJECT = 255  # OpenID Connect Core section 2
# Signed with a key that only the provider has: no shared secret, and never nothing.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})


class ProviderClient:
    """What this process knows of the provider; asks it when that is old, and keeps the old when it does not answer."""

    def __init__(self, provider: Provider, clock: Clock) -> None:
        self.provider = provider
        self._clock = clock
        self._http = httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False)
        self._about: Mapping[str, Any] = {}
        self._keys: KeySet | None = None
        self._about_at = self._keys_at = datetime.min.replace(tzinfo=clock.now().tzinfo)

    async def authorization_endpoint(self) -> str:
        """Where people are sent. Raises: ProviderUnreachable."""
        return str((await self._description())["authorization_endpoint"])

    async def redeem(self, handle: Handle, code: str) -> Identity:
        """Whom the provider vouches for (OpenID Connect Core section 3.1.3).

        Raises: IdentityRefused (the code is not good, or what it gave does not prove anybody), ProviderUnreachable.
        """
        about = await self._description()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": handle.redirect,
            "code_verifier": handle.verifier,
        }
        status, answer = await self._asked("POST", about["token_endpoint"], form, self._headers(about, form))
        if status != httpx.codes.OK:
            if answer.get("error") == "invalid_grant":
                raise IdentityRefused
            log.error("the identity provider refuses us: %s %.200s", status, answer.get("error"))
            raise ProviderUnreachable
        identity, claims = await self._identity(str(answer.get("id_token", "")), handle, about)
        if "email" not in self.provider.scopes:
            return identity
        told = claims if "email" in claims else await self._told(about, str(answer.get("access_token", "")), identity)
        verified = told.get("email_verified") is True and isinstance(told.get("email"), str)
        return replace(identity, email=told["email"].lower() if verified else None)

    async def _told(self, about: Mapping[str, Any], token: str, identity: Identity) -> Mapping[str, Any]:
        """What the provider tells of the person apart from the token (OpenID Connect Core section 5.3); nothing when
        it speaks of another. Raises: ProviderUnreachable.
        """
        if not (where := about.get("userinfo_endpoint")) or not token.isascii():
            return {}
        status, told = await self._asked("GET", where, headers={"Authorization": f"Bearer {token}"})
        return told if status == httpx.codes.OK and told.get("sub") == identity.subject else {}

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    def _headers(self, about: Mapping[str, Any], form: dict[str, str]) -> dict[str, str]:
        """How we prove who we are; adds to the form what goes there (RFC 6749 section 2.3.1)."""
        own, secret = self.provider.client_id, self.provider.client_secret
        ways = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if secret is None:
            form["client_id"] = own
            return {}
        if "client_secret_basic" not in ways and "client_secret_post" in ways:
            form |= {"client_id": own, "client_secret": secret}
            return {}
        pair = f"{quote(own, safe='')}:{quote(secret, safe='')}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    async def _identity(
        self, token: str, handle: Handle, about: Mapping[str, Any]
    ) -> tuple[Identity, Mapping[str, Any]]:
        allowed = ALGORITHMS & set(about.get("id_token_signing_alg_values_supported", ["RS256"]))
        expected = jwt.JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": self.provider.client_id},
            nonce={"essential": True, "value": handle.nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            try:
                claims = jwt.decode(token, await self._key_set(about), algorithms=allowed).claims
            except JoseError:  # signed with a key that is newer than what we have?
                if self._clock.now() - self._keys_at < AGAIN_AFTER:
                    raise
                claims = jwt.decode(token, await self._key_set(about, anew=True), algorithms=allowed).claims
            expected.validate(claims)
        except (JoseError, ValueError) as error:
            log.warning("a token of the identity provider proves nobody: %s", type(error).__name__)
            raise IdentityRefused from error
        subject, party = claims["sub"], claims.get("azp", self.provider.client_id)
        if not isinstance(subject, str) or not 0 < len(subject) <= MOST_SUBJECT or party != self.provider.client_id:
            raise IdentityRefused
        level = self.provider.assurances.get(str(claims.get("acr")), Assurance.UNSTATED)
        return Identity(self.provider.issuer, subject, level), claims

    async def _description(self) -> Mapping[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery 1.0 section 4). Raises: ProviderUnreachable."""
        now = self._clock.now()
        if now - self._about_at >= KEPT_FOR:
            try:
                self._about = await self._read_description()
                self._about_at = now
            except ProviderUnreachable:
                if not self._about:
                    raise
        return self._about

    async def _read_description(self) -> Mapping[str, Any]:
        address = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        status, about = await self._asked("GET", address)
        ends = [str(about.get(end, "")) for end in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        secure = urlsplit(self.provider.issuer).scheme == "https"
        if (
            status != httpx.codes.OK
            or about.get("issuer") != self.provider.issuer
            or not all(urlsplit(end).scheme == "https" or (not secure and end) for end in ends)
        ):
            log.error("the identity provider does not describe itself as %s does", self.provider.issuer)
            raise ProviderUnreachable
        return about

    async def _key_set(self, about: Mapping[str, Any], *, anew: bool = False) -> KeySet:
        now = self._clock.now()
        if self._keys is None or anew or now - self._keys_at >= KEPT_FOR:
            status, found = await self._asked("GET", about["jwks_uri"])
            if status != httpx.codes.OK:
                raise ProviderUnreachable
            self._keys, self._keys_at = KeySet.import_key_set({"keys": found.get("keys", [])}), now
        return self._keys

    async def _asked(
        self, method: str, url: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON of the answer. Raises: ProviderUnreachable."""
        told = {"Accept": "application/json", "Accept-Encoding": "identity", **(headers or {})}
        try:
            async with self._http.stream(method, url, data=form, headers=told) as answer:
                read = bytearray()
                async for piece in answer.aiter_bytes():
                    read += piece
                    if len(read) > MOST_BYTES:
                        raise ProviderUnreachable
            said = orjson.loads(read) if read else {}
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            log.warning("the identity provider does not answer: %s", type(error).__name__)
            raise ProviderUnreachable from error
        if not isinstance(said, dict) or answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise ProviderUnreachable
        return answer.status_code, said


def provider_of(settings: Settings, clock: Clock) -> ProviderClient | None:
    """Who vouches for citizens here, None when nobody does. Raises: ValueError as `provider_in`."""
    provider = provider_in(settings)
    return ProviderClient(provider, clock) if provider is not None else None


def staff_provider_of(settings: Settings, clock: Clock) -> ProviderClient | None:
    """Who vouches for officers here, None when nobody does. Raises: ValueError as `provider_in`."""
    provider = staff_provider_in(settings)
    return ProviderClient(provider, clock) if provider is not None else None


def provider_in(settings: Settings) -> Provider | None:
    """Citizens' provider that the settings name. Raises: ValueError with what the operator must change."""
    if settings.oidc_issuer is None:
        return None
    return _provider(
        settings.oidc_name,
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.oidc_scopes,
        settings.oidc_redirects,
        settings.oidc_assurance,
    )


def staff_provider_in(settings: Settings) -> Provider | None:
    """Officers' provider that the settings name. Raises: ValueError with what the operator must change."""
    if settings.staff_oidc_issuer is None:
        return None
    return _provider(
        settings.staff_oidc_name,
        settings.staff_oidc_issuer,
        settings.staff_oidc_client_id,
        settings.staff_oidc_client_secret,
        settings.staff_oidc_scopes,
        settings.staff_oidc_redirects,
        settings.staff_oidc_assurance,
    )


def _provider(
    name: str,
    issuer: str,
    client_id: str | None,
    secret: SecretStr | None,
    scopes: str,
    redirects: str | None,
    assurance: str | None,
) -> Provider:
    named = Provider(
        name,
        issuer,
        client_id or "",
        secret.get_secret_value() if secret is not None else None,
        tuple(scopes.split()),
        tuple((redirects or "").split()),
        assurances(assurance or ""),
    )
    return checked_provider(named)
