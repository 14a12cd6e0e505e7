"""`lienthong restored`: what an operator says after a copy was put back that the program cannot tell from before."""

from __future__ import annotations

from app.kit.text import Text
from app.worker.restoring import begin_anew

from .opening import with_process
from .terminal import say


def begin_after_restore() -> None:
    """Sau khi đặt lại bản sao lưu: không số nào bị cấp hai lần. After a restore: no number is given twice.

    `up`, `serve` và `worker` tự làm khi nhận ra; chép lại cả thư mục dữ liệu hoặc cả máy thì không ai nhận ra được.
    They do it themselves where they can tell; of a data folder or a machine that was copied back nobody can.
    """
    with_process(begin_anew)
    say(
        Text(
            "Đã ghi nhận: ứng dụng, cổng và hệ thống khác giữ vị trí của phần đã mất sẽ tải lại từ đầu.",
            "Noted: apps, portals and other systems that hold a place of what was lost will load everything again.",
        )
    )
