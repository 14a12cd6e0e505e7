"""The keys of identity, each for one purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.kit import signing

KEY_ID_BYTES = 4


class VaultKey(NamedTuple):
    """One key of the vault and what a seal names it by; that opens nothing."""

    id: bytes
    key: bytes

    @classmethod
    def of(cls, key: bytes) -> VaultKey:
        """The key with its name: always the same."""
        return cls(signing.derive(key, "identity.vault.id")[:KEY_ID_BYTES], key)

    def __repr__(self) -> str:
        return f"VaultKey({self.id.hex()})"


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of identity, each for one purpose; made once from the installation's secret. Never printed.

    Of the vault's keys the first seals and each opens what it has sealed; the last is the installation's own.
    """

    vault: tuple[VaultKey, ...] = field(repr=False)
    blind_index: bytes = field(repr=False)
    tracking: bytes = field(repr=False)
    fingerprint: bytes = field(repr=False)  # opens nothing; kept in the database, so that another key is noticed
    subscriptions: bytes = field(repr=False)  # seals the secrets that subscribers know our events by
    notices: bytes = field(repr=False)  # seals addresses of notices until these have gone out
    vapid: bytes = field(repr=False)  # what push services know us by
    audit: bytes = field(repr=False)  # proves that a trail's head was made here
    codes: bytes = field(repr=False)  # one-time codes and the phones they were sent to
    oidc: bytes = field(repr=False)  # handles of those who sign in at a provider, and who they are there
    factors: bytes = field(repr=False)  # seals the secrets of officers' authenticator apps
    media: bytes = field(repr=False)  # signs the addresses of files
    limits: bytes = field(repr=False)  # hides whom and where requests are counted by
    payments: bytes = field(repr=False)  # seals the secrets that payment providers and we know each other by
    unsent: bytes = field(repr=False)  # for what a person has written and not sent, in their own browser

    @classmethod
    def of(cls, secret: str, vault_secrets: Sequence[str] = ()) -> Keyring:
        """The keys that belong to the installation's secret: the same secret, the same keys.

        `vault_secrets`, the newest first, seal identities in its place.
        """
        key = secret.encode()
        vault = [signing.derive(one.encode(), "identity.vault") for one in (*vault_secrets, secret)]
        return cls(
            vault=tuple(VaultKey.of(one) for one in vault),
            blind_index=signing.derive(key, "identity.blind-index"),
            tracking=signing.derive(key, "identity.tracking"),
            fingerprint=signing.derive(key, "identity.fingerprint"),
            subscriptions=signing.derive(key, "subscriptions.secrets"),
            notices=signing.derive(key, "notices.1"),
            vapid=signing.derive(key, "notices.vapid.1"),
            audit=signing.derive(key, "audit.1"),
            codes=signing.derive(key, "citizens.codes.1"),
            oidc=signing.derive(key, "oidc.1"),
            factors=signing.derive(key, "identity.factors.1"),
            media=signing.derive(key, "media.links.1"),
            limits=signing.derive(key, "limits.1"),
            payments=signing.derive(key, "payments.secrets.1"),
            unsent=signing.derive(key, "portal.unsent.1"),
        )
