"""Whether photos and files are still what was cleared."""

from __future__ import annotations

from app.media import service as media
from app.media.store import FolderStore
from app.process import Process

from .findings import Finding, broken, ok

LOOKED_AT = 200


async def examine_files(process: Process) -> Finding:
    """What the newest files are like; all of them: `lienthong files verify`."""
    found = await media.verify(process.db, FolderStore(process.settings.data_dir), most=LOOKED_AT)
    wrong, missing, damaged = [*found.missing, *found.damaged], len(found.missing), len(found.damaged)
    if not wrong:
        return ok(
            f"{found.looked} tệp mới nhất còn nguyên vẹn (tất cả: lienthong files verify).",
            f"The newest {found.looked} files are whole (all of them: lienthong files verify).",
        )
    return broken(
        f"Trong {found.looked} tệp mới nhất, {missing} bị thiếu và {damaged} bị hỏng, ví dụ {wrong[0]}. Khôi phục thư "
        "mục uploads từ bản sao lưu; xem hết: lienthong files verify",
        f"Of the newest {found.looked} files {missing} are missing and {damaged} damaged, {wrong[0]} for one. Restore "
        "the folder uploads from the backup; to see all: lienthong files verify",
    )
