"""Problems of people's own data."""

from __future__ import annotations

from app.kit.problems import Conflict, Forbidden, Invalid, NewerPublished, NotFound, PublishedAtOnce
from app.kit.text import Text


class OpeningNotFound(NotFound):
    """There is no such opening, or it is out of the officer's sight."""

    slug = "unknown-opening"
    title = Text("Không có yêu cầu mở danh tính này", "No such opening of an identity")


class SenderUnknown(NotFound):
    """The case has no such report, or nothing is known of its sender."""

    slug = "unknown-sender"
    title = Text("Không có danh tính để mở", "There is no identity to open")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what remains."""
        return Text(
            "Người gửi không để lại thông tin, hoặc thông tin đã được xoá. Bạn vẫn hỏi được bằng thao tác Hỏi thêm.",
            "The sender left nothing, or it was erased. You can still ask the sender a question.",
        )


class OpeningNotOpen(Conflict):
    """The opening waits for a second person, was refused, or its time is over."""

    slug = "opening-not-open"
    title = Text("Chưa hoặc không còn được xem danh tính", "The identity may not be seen now")


class AlreadyDecided(Conflict):
    """Somebody has agreed or refused before."""

    slug = "opening-already-decided"
    title = Text("Yêu cầu này đã có người quyết định", "This was decided already")


class SecondPersonNeeded(Forbidden):
    """Whoever asked cannot be the second person."""

    slug = "another-person-needed"
    title = Text("Cần một người khác đồng ý", "Another person has to agree")

    @classmethod
    def default_detail(cls) -> Text:
        """Say who could."""
        return Text(
            "Người gửi không muốn nêu tên, nên người đề nghị và người cùng đơn vị không tự đồng ý được. Nhờ lãnh đạo "
            "duyệt của đơn vị cấp trên, quản trị toàn tỉnh hoặc cán bộ kiểm tra.",
            "The sender asked not to be named, so neither whoever asks nor somebody of the same unit can agree. Ask an "
            "approver of a unit above, the province's administrator or an auditor.",
        )


class StaleRule(NewerPublished):
    """The rule was made from one that is not the newest any more."""

    slug = "stale-retention-rule"
    title = Text("Đã có quy định lưu giữ mới hơn", "A newer rule was published")


class InvalidRule(Invalid):
    """The rule cannot begin when it should; `errors` has the pointer."""


class RuleRace(PublishedAtOnce):
    """Two rules for one subject were published in the same moment."""

    slug = "retention-rule-race"
    title = Text("Có người vừa ban hành quy định lưu giữ", "Somebody else has just published a rule")
