"""Which tenant a request is for: host name, else the officer's token, else the case code's prefix, else the default."""

from __future__ import annotations

import re
from typing import Annotated, Protocol, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.kit.ids import TenantId

_TOKEN = re.compile(r"[Bb]earer\s+lt(?:s|_[a-z]{2,8})_([0-9]{1,9})[_k]")


class TenantFinder(Protocol):
    """Knows the tenants; the directory's snapshot does."""

    def tenant_of_host(self, host: str) -> TenantId | None:
        """Tenant that names `host` (lower case, no port) as its own."""
        ...

    def tenant_of_code(self, code: str) -> TenantId | None:
        """Tenant whose agency code starts the case code `code`."""
        ...

    def default_tenant(self) -> TenantId:
        """Tenant of requests that name none."""
        ...

    def serves(self, tenant_id: TenantId) -> bool:
        """Whether the tenant exists and is active."""
        ...


def finder(connection: HTTPConnection) -> TenantFinder:
    """The process's tenants."""
    return cast("TenantFinder", connection.app.state.tenants())


async def host_tenant(connection: HTTPConnection) -> TenantId | None:
    """Tenant named by the host of the request, None when the host belongs to no tenant."""
    host = connection.headers.get("host", "")
    return finder(connection).tenant_of_host(host.rsplit(":", 1)[0].lower())


async def tenant(connection: HTTPConnection) -> TenantId:
    """Tenant of the request, noted for its line in the log.

    A token's number is only a hint here: identity checks the token itself.
    """
    found = await host_tenant(connection)
    if found is None:
        found = _hinted(connection)
    connection.scope.setdefault("state", {})["tenant"] = found
    return found


def _hinted(connection: HTTPConnection) -> TenantId:
    """Tenant of a request whose host is nobody's own."""
    hint = _TOKEN.match(connection.headers.get("authorization", ""))
    if hint and finder(connection).serves(TenantId(int(hint.group(1)))):
        return TenantId(int(hint.group(1)))
    code = connection.path_params.get("code")
    of_code = finder(connection).tenant_of_code(code) if code else None
    return of_code if of_code is not None else finder(connection).default_tenant()


CurrentTenant = Annotated[TenantId, Depends(tenant)]
HostTenant = Annotated[TenantId | None, Depends(host_tenant)]
