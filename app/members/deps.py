"""What endpoints ask FastAPI for: what making a link needs."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.directory.deps import directory
from app.identity.deps import keyring
from app.web.state import clock, database, settings

from .senders import LinkPost
from .service import Inviting


async def inviting(connection: HTTPConnection) -> Inviting:
    """What making a link needs, as the process has it.

    Links lead to the host of the province that was asked, else to where the operator says people reach us.
    """
    known = await directory(connection)
    public_url = (await settings(connection)).public_url
    own = connection.url.hostname is not None and known.tenant_of_host(connection.url.hostname) is not None
    base = f"{connection.url.scheme}://{connection.url.netloc}"
    if public_url and public_url.startswith("https:"):
        base = base.replace("http:", "https:", 1)
    return Inviting(
        await database(connection),
        await clock(connection),
        await keyring(connection),
        cast("LinkPost", connection.app.state.link_post),
        known,
        base if own or not public_url else public_url,
    )


CurrentInviting = Annotated[Inviting, Depends(inviting)]
