"""What can go wrong between installations."""

from __future__ import annotations

from app.kit.problems import Conflict, Invalid, NotFound, Outdated, Unauthenticated, Unavailable
from app.kit.text import Text


class NeighbourNotFound(NotFound):
    """No neighbour of the tenant has this id."""

    slug = "unknown-neighbour"
    title = Text("Không có hệ thống kết nối này", "No such neighbour")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where to look."""
        return Text(
            "Không có hệ thống kết nối nào có mã này. Xem: GET /api/v1/staff/neighbours",
            "No neighbour has this id. See: GET /api/v1/staff/neighbours",
        )


class InvalidNeighbour(Invalid):
    """A value that no neighbour may have; `errors` point at each."""

    slug = "invalid-neighbour"
    title = Text("Thông tin hệ thống kết nối chưa hợp lệ", "The neighbour is not valid")


class UnitHasNeighbour(Conflict):
    """A unit stands for one installation at a time."""

    slug = "unit-has-neighbour"
    title = Text("Đơn vị này đã có hệ thống kết nối", "The unit has a neighbour already")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Vụ việc của một đơn vị chỉ chuyển sang một hệ thống. Hãy sửa hoặc kết thúc kết nối đang có.",
            "Cases of a unit go to one installation only. Change the neighbour there is, or end it first.",
        )


class NeighbourEnded(Conflict):
    """What has ended is not changed."""

    slug = "neighbour-ended"
    title = Text("Kết nối đã kết thúc", "The neighbour has ended")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Kết nối này đã kết thúc nên không sửa được. Hãy tạo kết nối mới.",
            "This neighbour has ended and cannot be changed. Make a new one.",
        )


class StaleNeighbour(Outdated):
    """Another administrator has changed it since. `current_version` is the present one."""

    told = Text(
        "Kết nối đã thay đổi sau khi bạn mở. Hãy tải lại, xem nội dung mới rồi thử lại.",
        "The neighbour changed after you opened it. Reload it, look at what is new, then try again.",
    )


class UnprovenParcels(Unauthenticated):
    """The signature is not the neighbour's, or its instant is too far from now."""

    slug = "unproven-parcels"
    title = Text("Chữ ký không đúng", "The signature does not prove who sent it")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what is looked at."""
        return Text(
            "Nội dung phải được ký bằng khoá chung (Standard Webhooks), giờ ký lệch không quá 5 phút.",
            "What is sent is signed with the shared secret (Standard Webhooks), at most five minutes from now.",
        )


class NeighbourAway(Unavailable):
    """The neighbour cannot be asked now."""

    slug = "neighbour-away"
    title = Text("Chưa hỏi được hệ thống bên kia", "The neighbour cannot be reached")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Hệ thống bên kia không trả lời. Mọi tin vẫn được giữ và tự gửi khi có đường truyền; hãy đối chiếu sau.",
            "It does not answer. Everything is kept and sent when the line is back; compare again later.",
        )
