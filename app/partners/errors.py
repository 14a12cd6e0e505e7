"""What can go wrong with partners."""

from __future__ import annotations

from app.kit.problems import Conflict, Invalid, NotFound, Outdated
from app.kit.text import Text


class PartnerNotFound(NotFound):
    """No partner of the tenant has this id."""

    slug = "unknown-partner"
    title = Text("Không có đối tác này", "No such partner")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where to look."""
        return Text(
            "Không có đối tác nào có mã này trong tỉnh. Xem: GET /api/v1/staff/partners",
            "No partner of the province has this id. See: GET /api/v1/staff/partners",
        )


class ErrandNotFound(NotFound):
    """The partner has no such errand."""

    slug = "unknown-errand"
    title = Text("Không có lượt chuyển này", "No such errand")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where to look."""
        return Text(
            "Đối tác này không có lượt chuyển nào như vậy. Xem: GET /api/v1/staff/partners/{id}/errands",
            "The partner has no such errand. See: GET /api/v1/staff/partners/{id}/errands",
        )


class InvalidPartner(Invalid):
    """A value that no partner may have; `errors` point at each."""

    slug = "invalid-partner"
    title = Text("Thông tin đối tác chưa hợp lệ", "The partner is not valid")


class UnitHasPartner(Conflict):
    """A unit's cases go to one partner at a time."""

    slug = "unit-has-partner"
    title = Text("Đơn vị này đã có đối tác", "The unit has a partner already")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Vụ việc của một đơn vị chỉ chuyển sang một hệ thống. Hãy sửa hoặc kết thúc đối tác đang có.",
            "Cases of a unit go to one system only. Change the partner there is, or end it first.",
        )


class PartnerEnded(Conflict):
    """What has ended is not changed."""

    slug = "partner-ended"
    title = Text("Đối tác đã kết thúc", "The partner has ended")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Đối tác này đã kết thúc nên không sửa được. Hãy tạo đối tác mới.",
            "This partner has ended and cannot be changed. Make a new one.",
        )


class NothingToRetry(Conflict):
    """The errand has no post that was given up."""

    slug = "nothing-to-retry"
    title = Text("Không có gì để gửi lại", "There is nothing to try again")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what there is."""
        return Text(
            "Không có lần gửi nào bị bỏ; những gì đang chờ sẽ tự được gửi lại.",
            "Nothing of it was given up; what waits is tried again by itself.",
        )


class StalePartner(Outdated):
    """Another administrator has changed it since. `current_version` is the present one."""

    told = Text(
        "Đối tác đã thay đổi sau khi bạn mở. Hãy tải lại, xem nội dung mới rồi thử lại.",
        "The partner changed after you opened it. Reload it, look at what is new, then try again.",
    )
