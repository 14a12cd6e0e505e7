"""Everyone: is this paper genuine?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from app.identity.deps import CurrentKeyring
from app.kit.problems import Invalid
from app.web.budgets import ReadTooMuch, counted
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase
from app.web.tenancy import CurrentTenant

from . import service
from .deps import CHECK_COST
from .schemas import PaperCheckOut

router = APIRouter(prefix="/api/v1/verify", tags=["public"])
Typed = Annotated[
    str,
    Path(
        max_length=100,
        description="Mã in trên giấy, cả 64 chữ số, hoặc SHA-256 của tệp. A paper's code, or a file's SHA-256.",
        examples=["9A26-BD23-BBEB-3CBE-1D70"],
    ),
]


@router.get(
    "/{checksum}", dependencies=[Depends(counted(CHECK_COST))], responses=problem_responses(Invalid, ReadTooMuch)
)
async def verify_paper(
    checksum: Typed,
    tenant: CurrentTenant,
    database: CurrentDatabase,
    keys: CurrentKeyring,
    lang: CurrentLang,
    response: Response,
) -> PaperCheckOut:
    """Giấy này có thật không? Is this paper genuine?

    Trả lời loại giấy, cơ quan, ngày ban hành, đã bị thay thế chưa; không nói gì về người có tên trên giấy. Mã lạ và mã
    viết sai có cùng câu trả lời. SHA-256 của tệp kết quả, của tệp giấy cũng tra được (`matched`). Kind, agency, date
    and whether a newer one took its place; nothing of the person. The SHA-256 of a file of the result, or of the paper,
    is answered, too (`matched`). What is unknown and what is misspelt have the same answer. Each counts as a read of
    its address, signed in or not.
    """
    response.headers["Cache-Control"] = "no-store"
    return PaperCheckOut.of(await service.check(database, keys, tenant, checksum), lang)
