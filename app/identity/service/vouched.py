"""Officers whom a provider vouches for. It lets nobody in: only accounts that administrators have made are entered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from app.audit import service as audit
from app.audit.terms import Action
from app.db.engine import Database
from app.db.work import ReadWork, Work, in_work
from app.identity import domain, repository
from app.identity.domain import Keyring
from app.identity.errors import (
    NoLinkedIdentity,
    NoOtherWayIn,
    NotInvited,
    SecondFactorNeeded,
    StaffIdentityTaken,
)
from app.identity.models import StaffAccount, StaffIdentity
from app.identity.repository import identities, members
from app.identity.terms import Actor, ActorKind, FirstStep, LinkedIdentity, NewToken, Role, SignedIn
from app.kit import signing
from app.kit.clock import Clock
from app.kit.ids import StaffId, TenantId
from app.kit.text import Lang
from app.oidc import domain as oidc_domain, service as oidc
from app.oidc.errors import IdentityRefused
from app.oidc.senders import ProviderClient
from app.oidc.terms import Begun, Identity

from .members import keep_an_administrator
from .sessions import opened_session


def _key(keys: Keyring) -> bytes:
    """Apart from that of citizens: neither's handles and identities fit the other."""
    return signing.derive(keys.oidc, "staff")


async def begin_at_provider(
    keys: Keyring, clock: Clock, provider: ProviderClient, *, redirect: str, linking: StaffId | None, lang: Lang
) -> Begun:
    """Where to send the officer, and the handle to keep meanwhile. `linking`: the account the identity is to join.

    Raises: UnknownRedirect, ProviderUnreachable.
    """
    return await oidc.begin(provider, _key(keys), clock, redirect=redirect, linking=linking, lang=lang)


async def link_identity(
    db: Database,
    clock: Clock,
    keys: Keyring,
    provider: ProviderClient,
    signed_in: SignedIn,
    *,
    handle: str,
    state: str,
    code: str,
) -> None:
    """The identity is the account's that asked for it and is signed in still.

    Raises: IdentityRefused, ProviderUnreachable, StaffIdentityTaken.
    """
    actor = signed_in.actor
    found, linking = await oidc.finish(provider, _key(keys), clock, handle=handle, state=state, code=code)
    if linking is None or linking != actor.id:
        raise IdentityRefused

    async def link(work: Work) -> None:
        await members.lock_account(work, actor.tenant_id, linking)
        key = oidc_domain.subject_key(_key(keys), found.issuer, found.subject)
        known = await identities.lock_identity(work, actor.tenant_id, key)
        if known is not None and known.ended_at is None and known.account_id != linking:
            raise StaffIdentityTaken
        if known is None:
            await _add(work, actor, StaffId(linking), key, found, by="self")
        elif known.ended_at is not None:
            known.account_id, known.ended_at, known.created_at, known.seen_at = linking, None, work.now, work.now
            audit.record(work, actor, Action.STAFF_IDENTITY_LINKED, details={"by": "self"})

    await in_work(db, clock, actor.tenant_id, link)


async def _add(work: Work, actor: Actor, account_id: StaffId, key: bytes, found: Identity, *, by: str) -> None:
    row = StaffIdentity(
        tenant_id=actor.tenant_id,
        subject_key=key,
        account_id=account_id,
        issuer=found.issuer,
        created_at=work.now,
        seen_at=work.now,
    )
    await identities.add_identity(work, row)
    audit.record(work, actor, Action.STAFF_IDENTITY_LINKED, details={"by": by})


async def sign_in_at_provider(
    db: Database,
    clock: Clock,
    keys: Keyring,
    provider: ProviderClient,
    tenant_id: TenantId,
    *,
    handle: str,
    state: str,
    code: str,
    user_agent: str,
    lifetime: timedelta,
    guarded: Collection[Role] = (),
) -> NewToken:
    """A new session of the officer whom the provider vouches for: one who is linked, or who was invited by the address
    that the provider has verified and is linked now.

    Raises: IdentityRefused, ProviderUnreachable, NotInvited, WrongCredentials; SecondFactorNeeded where there is a
    factor and the province's rules do not let the provider's word stand for it.
    """
    found, linking = await oidc.finish(provider, _key(keys), clock, handle=handle, state=state, code=code)
    if linking is not None:
        raise IdentityRefused
    account_id = await in_work(db, clock, tenant_id, lambda work: _account_of(work, keys, tenant_id, found))
    now = clock.now()
    row = await repository.find_account(db, tenant_id, account_id, now)
    if row is None:
        raise NotInvited
    own, roles = repository.rules_of(row), {held.role for held in repository.memberships_of(row)}
    rules = [domain.rule_of(role, own, guarded) for role in roles]
    stands = bool(rules) and all(domain.stands_for(rule, found.assurance) for rule in rules if rule.demanded)
    if row["factor"] is not None and not (stands and any(rule.demanded for rule in rules)):
        mark, until = domain.vouched_mark(found.assurance), now + domain.FIRST_STEP_LIFETIME
        step = FirstStep(tenant_id, account_id, row["username"], mark, until)
        raise SecondFactorNeeded(domain.first_step_sealed(keys.factors, step))
    return await opened_session(
        db,
        tenant_id,
        row,
        name_hash=domain.attempts_key(row["username"]),
        user_agent=user_agent,
        lifetime=lifetime,
        now=now,
        by="provider",
        guarded=guarded,
        assurance=found.assurance,
    )


async def _account_of(work: Work, keys: Keyring, tenant_id: TenantId, found: Identity) -> StaffId:
    """The account of the identity, which joins an invited one by its verified address once. Raises: NotInvited.

    An account that has, or had, an identity gets no other by its address: addresses are given to others when somebody
    leaves, and what was unlinked would be back at once.
    """
    key = oidc_domain.subject_key(_key(keys), found.issuer, found.subject)
    known = await identities.lock_identity(work, tenant_id, key)
    if known is not None and known.ended_at is not None:
        raise NotInvited
    if known is not None:
        known.seen_at = work.now
        return StaffId(known.account_id)
    account = await identities.lock_by_email(work, tenant_id, found.email) if found.email else None
    if account is None or await identities.has_identity(work, tenant_id, account.id):
        raise NotInvited
    themself = Actor(ActorKind.STAFF, tenant_id, account.id, account.name)
    await _add(work, themself, StaffId(account.id), key, found, by="email")
    return StaffId(account.id)


async def list_staff_identities(work: ReadWork, actor: Actor) -> list[LinkedIdentity]:
    """The identities that open the officer's own account, oldest first. One statement."""
    assert actor.staff_id is not None  # an address of officers
    found = await identities.list_identities(work, actor.tenant_id, actor.staff_id)
    return [LinkedIdentity(row.issuer, row.created_at, row.seen_at) for row in found]


async def unlink_own_identity(work: Work, actor: Actor) -> None:
    """No identity opens the officer's own account any more, and sessions that came of one have ended.

    Whoever asks has proven the password. Raises: NoLinkedIdentity, NoOtherWayIn for an account without a password.
    """
    assert actor.staff_id is not None  # an address of officers
    account = await members.lock_account(work, actor.tenant_id, actor.staff_id)
    if account.password_hash is None:
        raise NoOtherWayIn
    await _unlink(work, actor, account, by="self")


async def unlink_identity(work: Work, actor: Actor, account_id: StaffId) -> None:
    """The same for an account by an administrator, who may do so: that is for the rooms above to say.

    Raises: AccountNotFound, NoLinkedIdentity, LastAdministrator.
    """
    account = await members.lock_account(work, actor.tenant_id, account_id)
    if account.password_hash is None:
        await keep_an_administrator(work, actor.tenant_id, account=account)
    await _unlink(work, actor, account, by="administrator")


async def _unlink(work: Work, actor: Actor, account: StaffAccount, *, by: str) -> None:
    if not await identities.end_identities(work, actor.tenant_id, account.id):
        raise NoLinkedIdentity
    audit.record(work, actor, Action.STAFF_IDENTITY_UNLINKED, subject=account.username, details={"by": by})
