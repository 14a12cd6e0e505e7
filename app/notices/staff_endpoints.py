"""Staff: in which words people of the province are told, and when nobody is woken."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, status

from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.problems import problem_responses
from app.web.works import ReadWork, WriteWork

from . import service
from .errors import InvalidWording, NoSuchOccasion, StaleWording, WordingRace
from .schemas import (
    QuietHoursDraftIn,
    SampleOut,
    TenantQuietHoursOut,
    WordingIn,
    WordingListOut,
    WordingOut,
    WordsIn,
)

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])
OccasionCode = Annotated[
    str, Path(pattern="^[a-z_]{1,40}$", description="Dịp báo tin. The occasion.", examples=["received"])
]
_READ = problem_responses(StaffNeeded, SessionExpired, Forbidden)
_PREVIEW = problem_responses(StaffNeeded, SessionExpired, Forbidden, NoSuchOccasion, InvalidWording)
_PUBLISH = problem_responses(
    StaffNeeded, SessionExpired, Forbidden, NoSuchOccasion, InvalidWording, StaleWording, WordingRace
)


@router.get("/notice-wordings", responses=_READ)
async def list_wordings(work: ReadWork, actor: CurrentStaff) -> WordingListOut:
    """Lời báo tin cho người gửi theo từng dịp: bản đóng gói và các bản của tỉnh. How senders are told, by occasion."""
    return WordingListOut.of(await service.list_wordings(work, actor))


@router.post("/notice-wordings/{occasion}/preview", responses=_PREVIEW)
async def preview_wording(occasion: OccasionCode, words: WordsIn, actor: CurrentStaff) -> SampleOut:
    """Đọc thử trên một ví dụ, chưa ghi gì. Read an example in these words; nothing is written."""
    return SampleOut.of(service.preview_wording(actor, occasion, words.wording()))


@router.post("/notice-wordings/{occasion}", status_code=status.HTTP_201_CREATED, responses=_PUBLISH)
async def publish_wording(occasion: OccasionCode, draft: WordingIn, work: WriteWork, actor: CurrentStaff) -> WordingOut:
    """Ban hành lời báo tin của tỉnh; áp dụng cho mọi tin từ nay. Publish the province's own words, from now on."""
    own = await service.publish_wording(
        work, actor, occasion, draft.wording(), note=draft.note, based_on=draft.based_on
    )
    return WordingOut.of(own)


@router.get("/quiet-hours", responses=_READ)
async def get_quiet_hours(work: ReadWork, actor: CurrentStaff) -> TenantQuietHoursOut:
    """Giờ yên tĩnh của tỉnh. The hours in which nobody of the province is woken."""
    return TenantQuietHoursOut.of(await service.get_quiet(work, actor))


@router.post(
    "/quiet-hours",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, StaleWording, WordingRace),
)
async def publish_quiet_hours(draft: QuietHoursDraftIn, work: WriteWork, actor: CurrentStaff) -> TenantQuietHoursOut:
    """Đặt giờ yên tĩnh của tỉnh; ai đã tự chọn thì giữ nguyên. Set them; those who chose their own keep theirs."""
    own = await service.publish_quiet(work, actor, draft.hours(), note=draft.note, based_on=draft.based_on)
    return TenantQuietHoursOut.of(own)
