"""Refusals of the reports room."""

from __future__ import annotations

from app.kit.problems import Conflict, Forbidden, Invalid, NotFound
from app.kit.text import Text


class ReportNotFound(NotFound):
    """There is no such report, or it is neither yours nor public."""

    slug = "report-not-found"
    title = Text("Không tìm thấy phản ánh", "There is no such report")

    @classmethod
    def default_detail(cls) -> Text:
        """Do not tell which of the two."""
        return Text(
            "Không có phản ánh công khai với mã này. Nếu là của bạn, hãy gửi kèm mã theo dõi.",
            "There is no public report with this code. If it is yours, send its tracking secret too.",
        )


class OutsideLimits(Forbidden):
    """Another system's key is good for fewer places or units than the report's."""

    slug = "outside-limits"
    title = Text("Ngoài phạm vi của khoá API", "Outside the limits of the API key")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do instead."""
        return Text(
            "Nơi này hoặc cơ quan chịu trách nhiệm nằm ngoài phạm vi được cấp cho hệ thống của bạn; chưa có gì được "
            "ghi. Hãy hướng dẫn người gửi dùng trang của tỉnh, hoặc đề nghị quản trị viên mở rộng phạm vi.",
            "This place, or the unit responsible for it, is outside what your system was given; nothing was written. "
            "Send people to the province's own page, or ask the administrator for wider limits.",
        )


class PlaceNeeded(Invalid):
    """Neither a point nor an area nor an address was given."""

    slug = "place-needed"
    title = Text("Cần cho biết địa điểm", "A place is needed")

    @classmethod
    def default_detail(cls) -> Text:
        """Say the three ways."""
        return Text(
            "Hãy chấm vị trí (location), chọn xã/phường (area_code) hoặc ghi địa chỉ (address).",
            "Put a pin on the map (location), choose a commune (area_code) or write an address (address).",
        )


class OriginUnknown(Conflict):
    """What should be blocked is not known of this report."""

    slug = "origin-unknown"
    title = Text("Không biết nguồn của phản ánh này", "Where the report came from is not known")

    @classmethod
    def default_detail(cls) -> Text:
        """Say why."""
        return Text(
            "Phản ánh không có tài khoản, đến từ mạng nội bộ hoặc hệ thống khác, hoặc đã quá 30 ngày. Hãy thử chặn "
            "theo cách còn lại.",
            "The report has no account, came from an inner network or another system, or is older than 30 days. Try "
            "the other way to block.",
        )
