"""Staff: how a unit is reached. Its letters of reminders and escalations go to its mail box."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from app.identity.deps import TenantAdmin
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.works import WriteWork

from . import service
from .deps import CurrentDirectory
from .errors import UnknownUnit, UnusableContact
from .schemas import ContactIn, UnitOut

router = APIRouter(prefix="/api/v1/staff/units", tags=["staff"])


@router.put(
    "/{code}/contact",
    responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, UnknownUnit, UnusableContact),
)
async def set_unit_contact(
    code: Annotated[str, Path(max_length=32, description="Mã cơ quan. Code of the unit.", examples=["H23.21.01"])],
    contact: ContactIn,
    work: WriteWork,
    actor: TenantAdmin,
    directory: CurrentDirectory,
    lang: CurrentLang,
) -> UnitOut:
    """Đặt cách liên hệ của cơ quan; thư nhắc việc gửi đến `email`. How the unit is reached; its letters go to `email`.

    What is left out is taken away. Every process knows it within two seconds.
    """
    unit = await service.set_contact(work, actor, directory, code, contact.model_dump(exclude_none=True))
    return UnitOut.read(directory, unit, lang)
