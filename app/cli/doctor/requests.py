"""Whether service requests and their fees are looked after in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.condition import TenantCondition

from .findings import Finding, broken, warning


def examine_requests(condition: TenantCondition, now: datetime) -> Iterator[Finding]:
    """A finding for each thing that was not done in time; none when all was."""
    slug, work, fees = condition.tenant.slug, condition.requests, condition.payments
    if work.unswept or work.untold:
        yield broken(
            f"{slug}: {work.unswept} hồ sơ quá hạn chưa được đánh dấu, {work.untold} bước quá hạn mà đơn vị chưa được "
            "báo: worker không chạy, hoặc hồ sơ bị hỏng (log của worker ghi từng mã: cannot be swept).",
            f"{slug}: {work.unswept} late service requests are not marked so, {work.untold} late steps' units were not "
            "told: no worker, or they are broken (the worker's log names each: cannot be swept).",
        )
    if fees.unended:
        yield broken(
            f"{slug}: {fees.unended} yêu cầu nộp phí quá hạn chưa kết thúc: worker không chạy, hoặc yêu cầu bị hỏng "
            "(log của worker ghi từng mã: cannot be swept).",
            f"{slug}: {fees.unended} payment requests are past their date and have not ended: no worker, or they are "
            "broken (the worker's log names each: cannot be swept).",
        )
    if fees.unmatched:
        yield warning(
            f"{slug}: {fees.unmatched} khoản tiền đến chưa rõ nộp cho hồ sơ nào. Cán bộ kế toán ghép, hoặc ghi phải "
            "hoàn: /api/v1/staff/unmatched-payments",
            f"{slug}: {fees.unmatched} sums of money are for nothing known. An officer of accounts matches them, or "
            "marks them to be given back: /api/v1/staff/unmatched-payments",
        )
    if fees.refunds_due and fees.refund_due_since is not None:
        days = (now - fees.refund_due_since).days
        yield warning(
            f"{slug}: {fees.refunds_due} khoản tiền phải hoàn cho người nộp, lâu nhất {days} ngày. Xem: "
            "/api/v1/staff/payments?refund_due=true và /api/v1/staff/unmatched-payments",
            f"{slug}: {fees.refunds_due} sums of money are to be given back, the oldest for {days} days. See "
            "/api/v1/staff/payments?refund_due=true and /api/v1/staff/unmatched-payments",
        )
