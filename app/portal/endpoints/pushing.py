"""Messages in the browser of whoever is signed in: switched on and off by the script of the account's page."""

from __future__ import annotations

import contextlib

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from app.db.work import Work
from app.identity.terms import CitizenToken
from app.notices import service as notices_service
from app.notices.errors import NoSuchDevice
from app.notices.schemas import DeviceIn
from app.portal.deps import Account, CurrentAccount, PortalRoute
from app.web.pages import CurrentForm, UnreadableForm

router = APIRouter(prefix="/account/push", route_class=PortalRoute)


@router.post("/on", status_code=204)
async def switch_on(account: CurrentAccount, form: CurrentForm) -> Response:
    """This browser is told from now on. Raises: UnreadableForm, InvalidDevice, TooManyDevices."""
    keys = {name: form.text(name) for name in ("p256dh", "auth")}
    try:
        device = DeviceIn.model_validate({"endpoint": form.text("endpoint"), "keys": keys})
    except ValidationError as error:
        raise UnreadableForm from error

    async def on(work: Work) -> None:
        await notices_service.add_device(
            work,
            account.visit.keys,
            _token_of(account),
            endpoint=device.endpoint,
            p256dh=device.keys.p256dh,
            auth=device.keys.auth,
            private=account.visit.settings.webhook_private_addresses,
        )

    await account.do(on)
    return Response(status_code=204)


@router.post("/off", status_code=204)
async def switch_off(account: CurrentAccount, form: CurrentForm) -> Response:
    """It is told no more; one that was not told stays so."""

    async def off(work: Work) -> None:
        await notices_service.remove_device(work, account.citizen, endpoint=form.text("endpoint")[:2000])

    with contextlib.suppress(NoSuchDevice):
        await account.do(off)
    return Response(status_code=204)


def _token_of(account: Account) -> CitizenToken:
    assert account.visit.signed_in is not None
    assert isinstance(account.visit.signed_in.token, CitizenToken)
    return account.visit.signed_in.token
