"""Refusals of the reports room."""

from __future__ import annotations

from app.kit.problems import Invalid, NotFound
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


class CapturedInFuture(Invalid):
    """The client's clock says the report was written in the future."""

    slug = "captured-in-future"
    title = Text("Thời điểm ghi nhận ở tương lai", "captured_at lies in the future")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to check."""
        return Text(
            "Đồng hồ của thiết bị chạy nhanh hơn một ngày; hãy chỉnh lại hoặc bỏ captured_at.",
            "The device's clock is more than a day ahead; set it right or leave captured_at out.",
        )
