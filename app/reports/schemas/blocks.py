"""Wire shapes of what is held, and of blocks on senders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.cases.terms import Books
from app.kit.ids import TenantId, UnitId
from app.limits.terms import Blocked, BlockView, Per
from app.web.fields import CaseCodeText, InstantIn, LongText, ShortText, WireIn


class BlockIn(WireIn):
    """Whose reports are not taken, until when and why."""

    report: CaseCodeText = Field(description="Mã phản ánh của người đó. The code of a report of theirs.")
    what: Blocked = Field(description="`account`: tài khoản hoặc thiết bị; `address`: mạng. An account or a network.")
    reason: ShortText = Field(description="Lý do, người bị chặn đọc được. The reason, for them to read.")
    until: InstantIn = Field(description="Nhiều nhất 90 ngày. 90 days at most.")


class BlockOut(BaseModel):
    """A block; whom it is on is not told to anybody."""

    id: UUID
    what: Blocked
    report: str
    reason: str
    until: datetime
    created_at: datetime
    created_by: UUID | None
    lifted_at: datetime | None

    @classmethod
    def of(cls, block: BlockView) -> Self:
        """The wire shape."""
        return cls(
            id=block.id,
            what=block.what,
            report=block.report,
            reason=block.reason,
            until=block.until,
            created_at=block.created_at,
            created_by=block.created_by,
            lifted_at=block.lifted_at,
        )


class BlockListOut(BaseModel):
    """The newest 200 blocks, ended ones too."""

    items: list[BlockOut]


class HeldCaseOut(BaseModel):
    """A case that waits for a look."""

    code: str
    version: int
    summary: str
    category: str
    unit: str
    held_at: datetime
    due_at: datetime = Field(description="Hạn tính từ lúc nhận. It counts from receipt.")


class HeldGroupOut(BaseModel):
    """Held cases that came from one place."""

    source: str | None = Field(description="Tên của nguồn, không cho biết là ai. A name for it, which tells nobody.")
    by: Per = Field(description="Đếm theo gì. By what it was counted.")
    count: int
    cases: list[HeldCaseOut]


class HeldListOut(BaseModel):
    """What waits for a look, the first 500, those of one source together."""

    items: list[HeldGroupOut]

    @classmethod
    def of(cls, rows: Sequence[Any], books: Books, tenant_id: TenantId) -> Self:
        """The wire shape of rows in which those of one source stand together."""
        groups = []
        for source, found in groupby(rows, key=lambda row: row["source"]):
            of_one = list(found)
            cases = [
                HeldCaseOut(
                    code=row["code"],
                    version=row["version"],
                    summary=row["summary"],
                    category=row["category_code"],
                    unit=books.directory.unit(tenant_id, UnitId(row["unit_id"])).code,
                    held_at=row["held_at"],
                    due_at=row["due_at"],
                )
                for row in of_one
            ]
            name = source[:4].hex() if source is not None else None
            groups.append(HeldGroupOut(source=name, by=Per(of_one[0]["held_by"]), count=len(cases), cases=cases))
        return cls(items=groups)


class RefusalIn(WireIn):
    """Why a held case is not handled, in words for its sender."""

    answer: LongText


class ReleasedOut(BaseModel):
    """A case that is held no more: in the queues now, or ended."""

    code: str
    version: int
