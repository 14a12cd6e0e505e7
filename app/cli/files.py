"""`lienthong files`: look at what is stored."""

from __future__ import annotations

import typer

from app.kit.text import Text
from app.media import service as media
from app.media.store import store_of
from app.media.terms import Verified
from app.process import Process

from .opening import with_process
from .terminal import CommandError, say

files_cli = typer.Typer(no_args_is_help=True, help="Ảnh và tệp. Photos and files.")


@files_cli.command(name="verify")
def verify() -> None:
    """Đọc mọi tệp và đối chiếu mã băm; mã thoát 1 khi thiếu hoặc hỏng. Read every file and compare its checksum."""

    async def look(process: Process) -> Verified:
        return await media.verify(process.db, store_of(process.settings))

    found = with_process(look)
    for upload_id in found.missing:
        print(f"{upload_id} thiếu · missing")
    for upload_id in found.damaged:
        print(f"{upload_id} hỏng · damaged")
    if found.missing or found.damaged:
        missing, damaged = len(found.missing), len(found.damaged)
        raise CommandError(
            Text(
                f"Đã xem {found.looked} tệp: thiếu {missing}, hỏng {damaged}. Khôi phục uploads từ bản sao lưu.",
                f"{found.looked} files looked at: {missing} missing, {damaged} damaged. Restore uploads.",
            )
        )
    say(Text(f"{found.looked} tệp còn nguyên vẹn.", f"{found.looked} files are whole."))
