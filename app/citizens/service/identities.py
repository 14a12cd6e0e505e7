"""Signing in with an identity that a provider vouches for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from app.audit import service as audit
from app.audit.terms import Action
from app.citizens import repository
from app.citizens.errors import IdentityTaken
from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity import service as identity
from app.identity.domain import Keyring
from app.identity.terms import Actor, NewSession
from app.kit.clock import Clock
from app.kit.ids import CitizenId, TenantId
from app.oidc import domain as oidc_domain, service as oidc
from app.oidc.errors import IdentityRefused
from app.oidc.senders import ProviderClient

from .accounts import entered


async def sign_in_at_provider(
    db: Database,
    clock: Clock,
    keys: Keyring,
    provider: ProviderClient,
    actor: Actor,
    *,
    handle: str,
    state: str,
    code: str,
    user_agent: str,
    tenants: Sequence[TenantId],
    lifetime: timedelta = identity.ACCESS_LIFETIME,
) -> NewSession:
    """A new session of whomever the provider vouches for; the account is made the first time.

    A device that had an account of its own brings its reports in all `tenants` along. A handle that links gives the
    identity to the account that began it, which has to be signed in still. No transaction is open while the provider
    is asked.
    Raises: IdentityRefused, ProviderUnreachable, IdentityTaken.
    """
    found, linking = await oidc.finish(provider, keys.oidc, clock, handle=handle, state=state, code=code)
    if linking is not None and linking != actor.citizen_id:
        raise IdentityRefused
    key = oidc_domain.subject_key(keys.oidc, found.issuer, found.subject)

    async def enter(work: Work) -> NewSession:
        async def add(wanted: CitizenId) -> CitizenId:
            return await repository.add_identity(work, key, wanted, found.issuer, found.assurance)

        known = await repository.see_identity(work, key, found.assurance)
        if linking is not None:
            citizen_id = known if known is not None else await add(CitizenId(linking))
            if citizen_id != linking:
                raise IdentityTaken
        else:
            citizen_id = await entered(work, keys, actor, known, add, key, tenants)
        new = identity.open_session(work, actor.tenant_id, citizen_id, user_agent=user_agent, lifetime=lifetime)
        details = {"by": "identity", "assurance": found.assurance.value}
        audit.record(work, new.signed_in.actor, Action.SIGNED_IN, details=details)
        return new

    return await in_work(db, clock, None, enter)
