"""Staff: which versions of apps the province takes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from app.identity.deps import TenantAdmin
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.problems import problem_responses
from app.web.works import ReadWork, WriteWork

from . import service
from .schemas import AppVersionIn, AppVersionListOut, AppVersionOut

router = APIRouter(prefix="/api/v1/staff/app-versions", tags=["staff"])

App = Annotated[
    str,
    Path(
        pattern=r"^[a-z][a-z0-9._-]{1,39}$",
        description="Tên ứng dụng trong Client-Version. The app's name in Client-Version.",
        examples=["lienthong-android"],
    ),
]


@router.get("", responses=problem_responses(StaffNeeded, SessionExpired, Forbidden))
async def list_app_versions(work: ReadWork, actor: TenantAdmin) -> AppVersionListOut:
    """Phiên bản ứng dụng mà tỉnh nhận. Versions of apps that the province takes."""
    return AppVersionListOut(items=[AppVersionOut.of(one) for one in await service.list_versions(work, actor)])


@router.put("/{app}", responses=problem_responses(StaffNeeded, SessionExpired, Forbidden))
async def set_app_version(app: App, wanted: AppVersionIn, work: WriteWork, actor: TenantAdmin) -> AppVersionOut:
    """Đặt phiên bản thấp nhất của một ứng dụng. Set the least version of an app; every process knows in two seconds.

    Older ones are refused with 426, the sentence and the address in the store; what is urgent is taken all the same.
    """
    return AppVersionOut.of(await service.set_version(work, actor, wanted.rule(app)))
