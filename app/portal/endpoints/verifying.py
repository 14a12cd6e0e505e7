"""Whether a paper is genuine: by the code printed on it, by its QR code, or by the file itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from app.kit.text import Text
from app.papers import service as papers_service
from app.papers.deps import CHECK_COST, FILE_COST, CurrentDesk, CurrentSignatureReader
from app.papers.errors import SignaturesUnreadable
from app.papers.service import Desk, SignatureReader
from app.papers.terms import Checked, Copied, Matched, SeenSignature
from app.portal.deps import CurrentVisit, PortalRoute, Visit
from app.web.budgets import counted, spend
from app.web.pages import CurrentForm, Form

router = APIRouter(prefix="/verify", route_class=PortalRoute)

_SIGNED: Final = b"/ByteRange"  # in every PDF signature, and never packed
_CODE: Final = Text(
    "Hãy nhập mã kiểm tra in ở cuối giấy, ví dụ 9A26-BD23-BBEB-3CBE-1D70, SHA-256 của tệp, hoặc chọn tệp PDF.",
    "Enter the code at the foot of the paper, such as 9A26-BD23-BBEB-3CBE-1D70, a file's SHA-256, or choose the PDF.",
)


@router.get("")
async def ask_for_paper(visit: CurrentVisit) -> Response:
    """The form that takes the printed code, or the file."""
    return visit.page("verify.html", form=Form(), errors={})


@router.post("", dependencies=[Depends(counted(CHECK_COST))])
async def take_paper(
    visit: CurrentVisit, form: CurrentForm, desk: CurrentDesk, signatures: CurrentSignatureReader
) -> Response:
    """The page of the code; of a file what it comes to, at once, since nothing of it is kept."""
    if form.files:
        return await _compared(visit, desk, signatures, form.files)
    typed = "".join(form.text("code").split())[:100]
    if not typed.replace("-", "").isalnum():
        return visit.page("verify.html", status=422, form=form, errors={"code": _CODE})
    return RedirectResponse(f"/verify/{typed}" if typed.isascii() else "/verify/0", status_code=303)


@router.get("/{checksum}", dependencies=[Depends(counted(CHECK_COST))])
async def show_paper(visit: CurrentVisit, checksum: Annotated[str, Path(max_length=100)]) -> Response:
    """Genuine or not: where the QR code of a paper leads."""
    return _shown(visit, await papers_service.check(visit.database, visit.keys, visit.tenant.id, checksum), None)


async def _compared(visit: Visit, desk: Desk, signatures: SignatureReader, files: Sequence[UploadFile]) -> Response:
    try:
        spend(visit.request, FILE_COST)
        pdf = await files[0].read()
    finally:
        for file in files:
            await file.close()
    checked, copied = await desk.compare(visit.database, visit.tenant.id, pdf)
    ours = copied is Copied.SAME and checked is not None and checked.matched is not Matched.RESULT_FILE
    seen = () if ours else await _seen(visit, signatures, pdf)
    return _shown(visit, checked, copied, seen)


async def _seen(visit: Visit, signatures: SignatureReader, pdf: bytes) -> tuple[SeenSignature, ...]:
    """Who has signed the file; nobody when it cannot be read, or holds no signature at a glance."""
    if _SIGNED not in pdf:
        return ()
    try:
        return await signatures.signatures_of(pdf, visit.now)
    except SignaturesUnreadable:
        return ()


def _shown(
    visit: Visit, checked: Checked | None, copied: Copied | None, seen: tuple[SeenSignature, ...] = ()
) -> Response:
    """What was found; `copied` when a file was compared, `seen` when others have signed it."""
    return visit.page("verified.html", paper=checked, copied=copied, seen=seen)
