"""Whether photos and files are still what was cleared."""

from __future__ import annotations

from app.media import service as media
from app.media.store import store_of
from app.process import Process

from .findings import Finding, broken, ok

LOOKED_AT = 200


async def examine_files(process: Process) -> Finding:
    """What the newest files are like; all of them: `lienthong files verify`."""
    try:
        found = await media.verify(process.db, store_of(process.settings), most=LOOKED_AT)
    except OSError as error:
        return broken(
            f"Không vào được nơi lưu tệp: {error}. Xem quyền của thư mục uploads, hoặc LIENTHONG_S3_*.",
            f"Files cannot be reached: {error}. Look at the folder uploads, or at LIENTHONG_S3_*.",
        )
    wrong, missing, damaged = [*found.missing, *found.damaged], len(found.missing), len(found.damaged)
    if not wrong:
        return ok(
            f"{found.looked} tệp mới nhất còn nguyên vẹn (tất cả: lienthong files verify).",
            f"The newest {found.looked} files are whole (all of them: lienthong files verify).",
        )
    return broken(
        f"Trong {found.looked} tệp mới nhất, {missing} bị thiếu và {damaged} bị hỏng, ví dụ {wrong[0]}. Khôi phục "
        "uploads từ bản sao lưu; xem hết: lienthong files verify",
        f"Of the newest {found.looked} files {missing} are missing and {damaged} damaged, {wrong[0]} for one. Restore "
        "uploads from the backup; to see all: lienthong files verify",
    )
