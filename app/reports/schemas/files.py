"""Wire shapes of the files of reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.directory.schemas import PointOut
from app.kit.text import Text
from app.media.domain import link
from app.media.terms import Attached, FileKind, UploadState, Variant
from app.web.fields import TextOut


class FileOut(BaseModel):
    """A file of a report. Its addresses are good for a quarter of an hour; none while nobody has looked at it."""

    id: UUID
    report: str = Field(description="Mã phản ánh. Code of the report it came with.")
    state: UploadState
    kind: FileKind | None
    bytes: int
    width: int | None
    height: int | None
    refusal: TextOut | None = Field(description="Vì sao không nhận. Why it was not taken.")
    location: PointOut | None = Field(
        description="Nơi chụp ảnh, chỉ khi người gửi đồng ý. Where the photo was taken, if its sender wanted it told."
    )
    may_name_author: bool = Field(
        description="Tệp còn có thể ghi tên người soạn (tệp ký số, bị khoá). The file may still tell who wrote it: it "
        "is signed or locked, so that names cannot be taken out."
    )
    note: TextOut | None = Field(
        description="Điều người đọc cần biết về tên người soạn. What its reader should know of such names."
    )
    url: str | None
    thumbnail_url: str | None


class FileListOut(BaseModel):
    """Files of a report, or of all reports of a case, in their senders' order."""

    items: list[FileOut]


def files_answer(files: Mapping[str, list[Attached]], key: bytes, now: datetime) -> dict[str, Any]:
    """Files by the codes of their reports, as a FileListOut."""
    return {"items": [_file(code, one, key, now) for code, of_report in files.items() for one in of_report]}


def _file(code: str, file: Attached, key: bytes, now: datetime) -> dict[str, Any]:
    cleared = file.state is UploadState.CLEARED and not file.held_back
    picture = cleared and file.kind is not None and file.kind.is_image
    return {
        "id": str(file.id),
        "report": code,
        "state": file.state.value,
        "kind": file.kind.value if file.kind else None,
        "bytes": file.length,
        "width": file.width,
        "height": file.height,
        "refusal": file.refusal.sentence._asdict() if file.refusal else None,
        "location": file.point._asdict() if file.point is not None else None,
        "may_name_author": file.may_name_author,
        "note": _note(file),
        "url": link(key, file.id, file.form, now) if cleared else None,
        "thumbnail_url": link(key, file.id, Variant.THUMBNAIL, now) if picture else None,
    }


_MAY_NAME = Text(
    "Tệp này được ký số, bị khoá, hoặc hiện tên người soạn, nên tên đó vẫn còn trong tệp. Nếu người gửi không muốn nêu "
    "tên thì cơ quan xử lý không xem được tệp; hãy gửi ảnh chụp, hoặc bản PDF không ký.",
    "This file is signed, locked or shows who wrote it, so that the name stays in it. Officers cannot see it where its "
    "sender asked not to be named: send a photo, or a PDF without a signature.",
)
_HELD_BACK = Text(
    "Không mở được: người gửi không nêu tên, mà tệp có thể ghi tên người soạn và không gỡ ra được. Hãy hỏi người gửi "
    "ảnh chụp, hoặc bản PDF không ký.",
    "Not to be opened: its sender is not named, and the file may tell who wrote it. Ask the sender for a photo, or for "
    "a PDF without a signature.",
)


def _note(file: Attached) -> dict[str, str] | None:
    if file.held_back:
        return _HELD_BACK._asdict()
    return _MAY_NAME._asdict() if file.may_name_author else None
