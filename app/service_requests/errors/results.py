"""Refusals about what an applicant gets, and what it costs."""

from __future__ import annotations

from app.kit.problems import Conflict, Invalid
from app.kit.text import Text


class ResultNeeded(Invalid):
    """A grant that holds neither words nor a file would hand nothing over."""

    slug = "result-needed"
    title = Text("Chưa có kết quả để trả", "There is no result to hand over")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to add."""
        return Text(
            "Đồng ý giải quyết thì phải kèm ít nhất một tệp kết quả, hoặc nội dung quyết định bằng lời.",
            "A grant comes with a file of the result at least, or with what was decided in words.",
        )


class FeeReasonNeeded(Invalid):
    """An amount that no fee rule of the procedure comes to has a legal basis, which the applicant reads.

    `computed` is what the fee rules come to and is not paid yet.
    """

    slug = "fee-reason-needed"
    title = Text("Số tiền khác biểu phí: cần căn cứ", "The amount is not the procedure's fee: say on what basis")

    def __init__(self, computed: str, said: str) -> None:
        """`computed`: đồng as digits; `said`: as people read it."""
        super().__init__(
            Text(
                f"Theo biểu phí của thủ tục, còn phải nộp {said}. Muốn yêu cầu số khác, hãy ghi căn cứ pháp lý và lý "
                "do; người nộp sẽ đọc.",
                f"By the procedure's fee rules {said} is left to pay. To ask for another amount, give its legal basis "
                "and the reason; the applicant reads it.",
            ),
            computed=computed,
        )


class PaidAlready(Conflict):
    """What was asked for is paid, or money for it is on its way into the books."""

    slug = "paid-already"
    title = Text("Khoản này đã nộp", "This is paid already")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Người nộp đã nộp khoản này; hồ sơ sẽ được xử lý tiếp. Nếu thu nhầm, kế toán ghi hoàn tiền.",
            "The applicant has paid; the service request goes on. What was taken by mistake is given back by accounts.",
        )
