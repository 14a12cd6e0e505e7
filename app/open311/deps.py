"""What the door's endpoints ask for: which province is meant, who asks, in which format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias, cast

from starlette.requests import Request
from starlette.responses import Response

from app.cases.deps import books
from app.cases.terms import Books
from app.catalogue.terms import Category
from app.db.engine import Database
from app.directory.snapshot import Directory, Tenant
from app.identity import service as identity
from app.identity.domain import bearer_token
from app.identity.service import KeyUses
from app.identity.terms import Actor, ActorKind, ClientToken
from app.kit.clock import Clock, local_day
from app.kit.ids import TenantId
from app.kit.text import Lang, Text
from app.settings import Settings
from app.web.etags import bytes_or_304, content_tag
from app.web.language import language
from app.web.pages import Form
from app.web.state import clock, database, settings
from app.web.tenancy import host_tenant

from . import shapes
from .errors import ApiKeyNeeded, JurisdictionNeeded, JurisdictionNotFound, ServiceNotFound
from .shapes import Reader
from .terms import Format
from .writing import Value, written

_OF_ANOTHER: Final = Text(
    "Khoá này là của tỉnh khác, không phải của {asked}. Hãy gửi jurisdiction_id và dùng tên miền của tỉnh đã cấp khoá.",
    "This key is another province's, not one of {asked}. Send the jurisdiction_id, and use the host, of the province "
    "that gave it out.",
)


@dataclass(frozen=True, slots=True)
class Call:
    """One request of another system to one province."""

    request: Request
    form: Format
    tenant: Tenant
    lang: Lang
    books: Books
    database: Database
    clock: Clock
    settings: Settings

    @property
    def now(self) -> datetime:
        """The present instant."""
        return self.clock.now()

    @property
    def reader(self) -> Reader:
        """For whom answers are made."""
        return Reader(self.tenant, self.lang, self._base())

    def _base(self) -> str:
        """Where the province is reached."""
        public = self.settings.public_url or str(self.request.base_url)
        return self.books.directory.pages_of(self.tenant.id, public, self.request.headers.get("host", ""))

    def services(self) -> list[dict[str, Value]]:
        """The list of services."""
        return [shapes.service(category, group, self.lang) for category, group in self._offered()]

    def definition(self, code: str) -> dict[str, Value]:
        """What a service asks for. Raises: ServiceNotFound."""
        for category, _ in self._offered():
            if category.code == code:
                return shapes.definition(category, self.lang)
        raise ServiceNotFound

    def _offered(self) -> list[tuple[Category, Category]]:
        today = local_day(self.now, self.tenant.time_zone)
        return shapes.offered(self.books.catalogue, self.tenant, today)

    def asked_but(self, *names: str) -> dict[str, str]:
        """What the address asks for, without these."""
        return {name: value for name, value in self.request.query_params.items() if name not in names}

    def told(
        self, root: str, value: Value, *, further: Mapping[str, str] | None = None, private: bool = False
    ) -> Response:
        """The answer to a question, which whoever holds it already is not told again.

        `further`: what of the address is another one where it goes on, if it does. `private`: nobody between may keep
        it for others.
        """
        content = written(root, value, self.form)
        held = self.request.headers.get("if-none-match")
        answer = bytes_or_304(
            content,
            content_tag(content),
            held,
            media_type=self.form.media_type,
            private=private,
            vary="Accept-Language, Authorization" if private else "Accept-Language",
        )
        if further:  # RFC 8288
            query = self.request.url.remove_query_params(["page", "after"]).include_query_params(**further).query
            answer.headers["Link"] = f'<{self.reader.base}{self.request.url.path}?{query}>; rel="next"'
        return answer

    def done(self, root: str, value: Value, **headers: str) -> Response:
        """The answer to something done."""
        kept = {"Cache-Control": "no-store", **{name.replace("_", "-"): text for name, text in headers.items()}}
        return Response(written(root, value, self.form), headers=kept, media_type=self.form.media_type)


Hint: TypeAlias = Callable[[Directory], TenantId | None]


async def call_of(request: Request, form: Format, fields: Form | None = None, hint: Hint | None = None) -> Call:
    """The request, in the province it names; in that of the hint where it names none.

    Raises: JurisdictionNeeded, JurisdictionNotFound.
    """
    named = fields.text("jurisdiction_id") if fields else request.query_params.get("jurisdiction_id", "").strip()
    known, host = await books(request), await host_tenant(request)
    hinted = hint(known.directory) if hint is not None and not named and host is None else None
    found = tenant_named(known.directory, named, hinted if hinted is not None else host)
    request.scope.setdefault("state", {})["tenant"] = found.id
    return Call(
        request,
        form,
        found,
        language(request),
        known,
        await database(request),
        await clock(request),
        await settings(request),
    )


def tenant_named(directory: Directory, named: str, host: int | None) -> Tenant:
    """The province by its slug or one of its hosts, which must be the host's own; the only one when none is named.

    Raises: JurisdictionNeeded, JurisdictionNotFound.
    """
    active = [tenant for tenant in directory.tenants if tenant.active]
    here = [tenant for tenant in active if host is None or tenant.id == host]
    if not named:
        if len(here) != 1:
            raise JurisdictionNeeded([tenant.slug for tenant in active])
        return here[0]
    for tenant in here:
        if named.lower() == tenant.slug or named.lower() in tenant.hosts:
            return tenant
    raise JurisdictionNotFound


def of_key(request: Request, fields: Form) -> Hint:
    """The province that a key says it is of; nothing is proven by that."""

    def hint(directory: Directory) -> TenantId | None:
        token = _token(request, fields.text("api_key"))
        return token.tenant_id if isinstance(token, ClientToken) and directory.serves(token.tenant_id) else None

    return hint


def _token(request: Request, key: str) -> object:
    header = request.headers.get("authorization", "")
    return bearer_token(f"Bearer {key}" if key else header)


async def sender_of(call: Call, fields: Form) -> Actor:
    """Who posts: the system whose key it is, or anybody where the province lets anybody in. One statement for a key.

    Raises: ApiKeyNeeded, KeyRefused.
    """
    if not fields.text("api_key") and "authorization" not in call.request.headers:
        if call.tenant.slug in (call.settings.open311_anonymous or "").split():
            return Actor(ActorKind.ANONYMOUS, call.tenant.id)
        raise ApiKeyNeeded
    token = _token(call.request, fields.text("api_key"))
    if not isinstance(token, ClientToken):
        raise ApiKeyNeeded
    return await _let_in(call, token)


async def asker_of(call: Call) -> Actor | None:
    """The system whose key came with a question, None where none did. One statement for a key. Raises: KeyRefused."""
    token = _token(call.request, call.request.query_params.get("api_key", "").strip())
    return await _let_in(call, token) if isinstance(token, ClientToken) else None


async def _let_in(call: Call, token: ClientToken) -> Actor:
    if token.tenant_id != call.tenant.id:
        raise ApiKeyNeeded(_OF_ANOTHER.fill(asked=call.tenant.slug))
    now = call.now
    found = await identity.authenticate(call.database, call.tenant.id, token, now=now)
    call.request.scope["state"]["actor"] = found.actor  # for the trail, should it be refused
    cast("KeyUses", call.request.app.state.key_uses).note(token, now)
    return found.actor
