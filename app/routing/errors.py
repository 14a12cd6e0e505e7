"""What routing refuses."""

from __future__ import annotations

from collections.abc import Sequence

from app.kit.problems import Invalid, NewerPublished, PublishedAtOnce, Unavailable
from app.kit.text import Text


class NoResponsibleUnit(Unavailable):
    """The tenant has no unit in force at all: an installation that is not set up."""

    slug = "no-responsible-unit"
    title = Text("Chưa có cơ quan nào tiếp nhận", "No unit can take the case")

    @classmethod
    def default_detail(cls) -> Text:
        """Say whose turn it is."""
        return Text(
            "Tỉnh chưa khai báo cơ quan tiếp nhận nào đang hoạt động. Quản trị viên cần nạp danh mục cơ quan.",
            "The province has no active unit. Its administrator must load the units first.",
        )


class InvalidRulebook(Invalid):
    """Rules that name what does not exist or contradict themselves; `errors` points at each place."""

    slug = "invalid-rulebook"
    title = Text("Bộ quy tắc chưa hợp lệ", "The rulebook is not valid")

    def __init__(self, errors: Sequence[dict[str, object]]) -> None:
        super().__init__(
            Text(
                "Có quy tắc chưa đúng; xem từng mục trong errors. Bộ quy tắc đang dùng vẫn giữ nguyên.",
                "Some rules are not right; see errors. The rulebook in use stays as it is.",
            ),
            errors=list(errors),
        )


class StaleRulebook(NewerPublished):
    """Somebody has published a newer version than the one this draft was made from."""

    slug = "stale-rulebook"
    title = Text("Bộ quy tắc đã có phiên bản mới hơn", "There is a newer version of the rulebook")


class RulebookRace(PublishedAtOnce):
    """Two people published a rulebook at the same moment; nothing of the second one was written."""

    slug = "rulebook-race"
    title = Text("Có người vừa ban hành bộ quy tắc khác", "Somebody has just published another rulebook")
