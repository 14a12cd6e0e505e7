"""Who sends the request, as FastAPI dependencies. No Authorization header: anonymous, and no statement.

All are coroutines: FastAPI would send plain functions through its thread pool. They call one another where they can:
FastAPI solves a shared dependency again for each that names it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final, cast

from fastapi import Depends, Header, Security
from fastapi.security import HTTPBearer
from starlette.requests import HTTPConnection

from app.kit.ids import CitizenId
from app.web.idempotency import GivenKey, key_hash, stranger
from app.web.state import clock, database
from app.web.tenancy import tenant

from . import service
from .domain import Keyring, bearer_token
from .errors import CitizenNeeded, ClientNeeded, SecondFactorDemanded, SignInNeeded, StaffNeeded, UnreadableToken
from .policies import acting_as, may_act_as, may_use
from .service import KeyUses, Passwords
from .terms import Actor, ActorKind, ClientScope, ClientToken, Role, SignedIn

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="`lts_…` of an officer, `ltc_…` of a citizen's app, `lt_…` of another system",
)

SIGNED_IN: Final[Mapping[str, Any]] = {"security": [{"bearer": []}]}
"""`openapi_extra` of an endpoint that asks for its officer itself."""


async def keyring(connection: HTTPConnection) -> Keyring:
    """The process's keys."""
    return cast("Keyring", connection.app.state.keyring)


async def passwords(connection: HTTPConnection) -> Passwords:
    """The process's password checks."""
    return cast("Passwords", connection.app.state.passwords)


async def guarded_roles(connection: HTTPConnection) -> frozenset[Role]:
    """Roles that need a second step where a province has decided nothing."""
    return cast("frozenset[Role]", getattr(connection.app.state, "guarded_roles", frozenset()))


async def signed_in_or_none(connection: HTTPConnection) -> SignedIn | None:
    """Whoever the token names, None without one; one statement. Raises: UnreadableToken, SessionExpired."""
    authorization = connection.headers.get("authorization")
    if authorization is None:
        return None
    token = bearer_token(authorization)
    if token is None:
        raise UnreadableToken
    now = (await clock(connection)).now()
    guarded = await guarded_roles(connection)
    found = await service.authenticate(
        await database(connection), await tenant(connection), token, now=now, guarded=guarded
    )
    connection.scope["state"]["actor"] = found.actor  # for the trail, should he be refused
    if isinstance(token, ClientToken):
        cast("KeyUses", connection.app.state.key_uses).note(token, now)
    return found


async def signed_in(
    found: Annotated[SignedIn | None, Depends(signed_in_or_none)], _: Annotated[object, Security(_bearer)]
) -> SignedIn:
    """The person whom the token names. Raises: SignInNeeded without one, UnreadableToken, SessionExpired."""
    if found is None or found.actor.kind is ActorKind.CLIENT:
        raise SignInNeeded
    return found


async def current_actor(
    connection: HTTPConnection, found: Annotated[SignedIn | None, Depends(signed_in_or_none)]
) -> Actor:
    """Who acts, perhaps anonymous. Raises: UnreadableToken, SessionExpired."""
    return found.actor if found is not None else Actor(ActorKind.ANONYMOUS, await tenant(connection))


async def named_key(
    connection: HTTPConnection, found: Annotated[SignedIn | None, Depends(signed_in_or_none)], key: GivenKey
) -> bytes | None:
    """Under what the answer to this very request is kept, None when its sender gave no key.

    An account is itself with whatever token it comes. Raises: UnreadableToken, SessionExpired,
    UnreadableIdempotencyKey.
    """
    if key is None:
        return None
    known = found.actor if found is not None else None
    owner = f"{known.kind.value}:{known.id}" if known is not None and known.id is not None else stranger(connection)
    return key_hash(key, owner, connection.scope["path"])


async def current_citizen(
    found: Annotated[SignedIn | None, Depends(signed_in_or_none)], _: Annotated[object, Security(_bearer)]
) -> Actor:
    """The citizen who acts. Raises: CitizenNeeded for anyone else, UnreadableToken, SessionExpired."""
    if found is None or found.actor.kind is not ActorKind.CITIZEN:
        raise CitizenNeeded
    return found.actor


async def current_citizen_id(citizen: Annotated[Actor, Depends(current_citizen)]) -> CitizenId:
    """Account of the citizen who acts. Raises as `current_citizen` does."""
    assert citizen.citizen_id is not None
    return citizen.citizen_id


async def current_staff(
    found: Annotated[SignedIn | None, Depends(signed_in_or_none)], _: Annotated[object, Security(_bearer)]
) -> Actor:
    """The officer who acts.

    Raises: StaffNeeded for anyone else, UnreadableToken, SessionExpired; SecondFactorDemanded for whoever has to set
    a second step up first.
    """
    if found is None or found.actor.kind is not ActorKind.STAFF:
        raise StaffNeeded
    if found.must_enrol:
        raise SecondFactorDemanded
    return found.actor


async def current_staff_session(
    found: Annotated[SignedIn | None, Depends(signed_in_or_none)], _: Annotated[object, Security(_bearer)]
) -> SignedIn:
    """The officer with his session, for his own account alone: also one who has to set a second step up.

    Raises: StaffNeeded for anyone else, UnreadableToken, SessionExpired.
    """
    if found is None or found.actor.kind is not ActorKind.STAFF:
        raise StaffNeeded
    return found


async def officer(connection: HTTPConnection) -> Actor:
    """The officer who acts, for endpoints that solve no dependencies. Raises as `current_staff` does."""
    return await current_staff(await signed_in_or_none(connection), None)


async def current_client(
    found: Annotated[SignedIn | None, Depends(signed_in_or_none)], _: Annotated[object, Security(_bearer)]
) -> SignedIn:
    """The other system that acts. Raises: ClientNeeded for anyone else, UnreadableToken, KeyRefused."""
    if found is None or found.actor.kind is not ActorKind.CLIENT:
        raise ClientNeeded
    return found


UserAgent = Annotated[str, Header(include_in_schema=False)]
CurrentKeyring = Annotated[Keyring, Depends(keyring)]
GuardedRoles = Annotated[frozenset[Role], Depends(guarded_roles)]
CurrentPasswords = Annotated[Passwords, Depends(passwords)]
CurrentSession = Annotated[SignedIn, Depends(signed_in)]
CurrentActor = Annotated[Actor, Depends(current_actor)]
NamedKey = Annotated[bytes | None, Depends(named_key)]
CurrentCitizen = Annotated[Actor, Depends(current_citizen)]
CurrentCitizenId = Annotated[CitizenId, Depends(current_citizen_id)]
CurrentStaff = Annotated[Actor, Depends(current_staff)]
CurrentStaffSession = Annotated[SignedIn, Depends(current_staff_session)]


def holding(*roles: Role) -> Callable[[Actor], Awaitable[Actor]]:
    """A dependency that gives the officer who holds one of `roles` in any unit. Raises: StaffNeeded, Forbidden."""

    async def check(actor: CurrentStaff) -> Actor:
        may_act_as(actor, *roles).require()
        return acting_as(actor, *roles)

    return check


def using(scope: ClientScope) -> Callable[[SignedIn], Awaitable[Actor]]:
    """A dependency that gives the other system whose key has the scope. Raises: ClientNeeded, Forbidden."""

    async def check(found: Annotated[SignedIn, Depends(current_client)]) -> Actor:
        may_use(found.actor, scope).require()
        return found.actor

    return check


CurrentClient = Annotated[SignedIn, Depends(current_client)]
TenantAdmin = Annotated[Actor, Depends(holding(Role.TENANT_ADMIN))]
"""The officer who administers the whole province."""
