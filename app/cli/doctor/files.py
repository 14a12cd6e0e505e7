"""Whether photos and files are still what was cleared."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from app.media import service as media
from app.media.senders import ScannerAway, Unscanned, scanner_of
from app.media.store import room_of, store_of
from app.process import Process

from .findings import Finding, broken, ok, warning

LOOKED_AT = 200
WAITS_LONG = timedelta(minutes=10)


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


async def examine_room(process: Process) -> Finding:
    """Whether files are taken at all."""
    room, reserve = await asyncio.to_thread(room_of, process.settings), process.settings.upload_reserve_bytes
    if room is None:
        return ok(
            "Tệp nằm trong kho S3; dung lượng còn trống thì xem ở máy chủ S3.",
            "Files lie in a bucket; how much room it has is for the S3 server to tell.",
        )
    if room <= 0:
        return broken(
            f"Đĩa chỉ còn phần dự trữ (LIENTHONG_UPLOAD_RESERVE_BYTES, {reserve // 1_000_000} MB): không nhận thêm tệp "
            "nào, phản ánh không kèm tệp vẫn được nhận. Dọn đĩa, hoặc chuyển LIENTHONG_DATA_DIR sang đĩa lớn hơn.",
            f"The disk has its reserve left only (LIENTHONG_UPLOAD_RESERVE_BYTES, {reserve // 1_000_000} MB): no file "
            "is taken any more, reports without files are. Make room, or move LIENTHONG_DATA_DIR to a larger disk.",
        )
    return ok(
        f"Còn nhận được {room / 1e9:.0f} GB tệp trước phần dự trữ của đĩa.",
        f"{room / 1e9:.0f} GB of files may come before the disk's reserve is reached.",
    )


async def examine_scanner(process: Process) -> Finding:
    """Whether files are looked through for malware, and soon."""
    scanner = scanner_of(process.settings)
    if scanner is None:
        return warning(
            "Tệp người dân gửi không được quét mã độc. Cài ClamAV (apt install clamav-daemon) rồi đặt "
            "LIENTHONG_CLAMD_URL.",
            "Files that people send are not scanned for malware. Install ClamAV (apt install clamav-daemon), then set "
            "LIENTHONG_CLAMD_URL.",
        )
    waiting, since = await media.backlog(process.db)
    try:
        version = await scanner.version()
    except (ScannerAway, Unscanned) as away:
        return broken(
            f"Trình quét mã độc không trả lời ({away}); {waiting} tệp đang chờ, không tệp nào được hiện. Xem: "
            "systemctl status clamav-daemon",
            f"The malware scanner does not answer ({away}); {waiting} files wait, and none of them is shown. See: "
            "systemctl status clamav-daemon",
        )
    if since is not None and process.clock.now() - since > WAITS_LONG:
        return warning(
            f"{waiting} tệp chờ xem xét, lâu nhất từ {since:%d/%m %H:%M} UTC. Xem nhật ký worker (files.clear); với "
            "ClamAV: StreamMaxLength, MaxScanSize, MaxFileSize không nhỏ hơn LIENTHONG_UPLOAD_MAX_BYTES",
            f"{waiting} files wait to be looked at, the first since {since:%d %b %H:%M} UTC. See the worker's log "
            "(files.clear); of ClamAV: StreamMaxLength, MaxScanSize, MaxFileSize of LIENTHONG_UPLOAD_MAX_BYTES or more",
        )
    return ok(f"Tệp được quét mã độc: {version}.", f"Files are scanned for malware: {version}.")
