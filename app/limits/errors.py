"""Refusals of limits, as a helpful officer would say them."""

from __future__ import annotations

from datetime import datetime

from app.kit.problems import Forbidden, NotFound, Outdated, TooMany
from app.kit.text import Text


class LimitReached(TooMany):
    """There were too many requests of this kind; nothing was written."""

    slug = "limit-reached"
    title = Text("Đã gửi nhiều trong thời gian ngắn", "There was much in a short time")
    audited = True

    def __init__(self, retry_after_s: int) -> None:
        minutes, self.retry_after_s = -(-retry_after_s // 60), retry_after_s
        super().__init__(
            Text(
                f"Hệ thống nhận được nhiều yêu cầu từ bạn hoặc từ mạng bạn đang dùng. Hãy gửi lại sau {minutes} phút; "
                "nội dung này chưa được ghi. Việc khẩn cấp thì luôn gửi được.",
                f"There were many requests from you, or from the network you use. Send it again in {minutes} min; "
                "nothing of this was written. What is urgent can always be sent.",
            ),
            retry_after_s=retry_after_s,
        )


class SenderBlocked(Forbidden):
    """An administrator has decided that reports of this sender are not taken for a while."""

    slug = "sender-blocked"
    title = Text("Tạm thời chưa nhận phản ánh của bạn", "Your reports are not taken for a while")

    def __init__(self, reason: str, until: datetime, said_until: str) -> None:
        super().__init__(
            Text(
                f"Đến {said_until}, phản ánh từ tài khoản, thiết bị hoặc mạng này chưa được nhận. Lý do: {reason} "
                "Việc khẩn cấp vẫn luôn được nhận. Nếu cho rằng có nhầm lẫn, bạn có thể đến bộ phận tiếp công dân của "
                "Uỷ ban nhân dân, gửi qua bưu chính, hoặc khiếu nại theo Luật Khiếu nại; hãy đưa thông báo này.",
                f"Until {said_until} reports from this account, device or network are not taken. The reason: {reason} "
                "What is urgent is always taken. If you think this is a mistake, go to the People's Committee's "
                "reception of citizens, write by post, or complain under the Law on Complaints; show this notice.",
            ),
            until=until,
        )


class StaleLimit(Outdated):
    """Somebody has changed the limit since it was seen."""


class UnknownLimit(NotFound):
    """Nothing is counted like this."""

    slug = "unknown-limit"
    title = Text("Không có giới hạn này", "There is no such limit")


class UnknownBlock(NotFound):
    """There is no such block here."""

    slug = "unknown-block"
    title = Text("Không có lệnh chặn này", "There is no such block")
