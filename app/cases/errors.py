"""Refusals of the cases room."""

from __future__ import annotations

from app.kit.problems import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed
from app.kit.text import Text

from .terms import CaseState, Verb


class CaseNotFound(NotFound):
    """There is no such case, or it lies outside the officer's units."""

    slug = "case-not-found"
    title = Text("Không tìm thấy vụ việc", "There is no such case")

    @classmethod
    def default_detail(cls) -> Text:
        """Do not tell which of the two."""
        return Text(
            "Không có vụ việc với mã này trong phạm vi của bạn. Hãy kiểm tra lại mã.",
            "There is no case with this code within your units. Please check the code.",
        )


class StaleCase(PreconditionFailed):
    """Somebody has changed the case since the version the officer saw."""

    def __init__(self, current: int) -> None:
        super().__init__(
            Text(
                "Vụ việc vừa được người khác cập nhật. Hãy tải lại rồi làm lại; chưa có gì được ghi.",
                "The case has just been changed by somebody else. Reload it and act again; nothing was written.",
            ),
            current_version=current,
        )


class IllegalTransition(Conflict):
    """The verb does not go with the state of the case."""

    slug = "illegal-transition"
    title = Text("Không làm được việc này ở trạng thái hiện tại", "Not possible in the present state")

    def __init__(self, verb: Verb, state: CaseState, possible: list[Verb]) -> None:
        """`possible` is for programs; the sentence names only what the person tried."""
        super().__init__(
            Text(
                f"Vụ việc đang ở trạng thái “{state.label.vi}” nên không thể: {verb.label.vi}.",
                f"The case is “{state.label.en}”, so this is not possible: {verb.label.en}.",
            ),
            verb=verb.value,
            state=state.value,
            possible=[each.value for each in possible],
        )


class SecondPersonNeeded(Forbidden):
    """Whoever drafted an answer cannot approve it."""

    slug = "second-person-needed"
    title = Text("Cần người thứ hai phê duyệt", "A second person must approve")

    @classmethod
    def default_detail(cls) -> Text:
        """Say who can."""
        return Text(
            "Bạn đã soạn dự thảo này nên người khác có vai trò phê duyệt phải duyệt.",
            "You drafted this answer, so another person with the approver's role has to approve it.",
        )


class NothingToApprove(Conflict):
    """There is no draft."""

    slug = "nothing-to-approve"
    title = Text("Chưa có dự thảo trả lời", "There is no draft answer")


class SameUnit(Invalid):
    """The case already lies with that unit."""

    slug = "same-unit"
    title = Text("Vụ việc đang ở chính đơn vị này", "The case already lies with this unit")


class CannotMerge(Conflict):
    """A case cannot be merged into itself, into a merged one, or across kinds that stay apart."""

    slug = "cannot-merge"
    title = Text("Không gộp được hai vụ việc này", "These two cases cannot be merged")


class NotMerged(Conflict):
    """The case is not merged into another."""

    slug = "not-merged"
    title = Text("Vụ việc này chưa được gộp", "The case is not merged")


class NeverPublished(Conflict):
    """Cases of this kind or category are never published."""

    slug = "never-published"
    title = Text("Loại vụ việc này không bao giờ công khai", "Cases of this kind are never published")


class NoSuchOfficer(Invalid):
    """The account is not an active member of the responsible unit."""

    slug = "no-such-officer"
    title = Text("Không có cán bộ này trong đơn vị", "There is no such officer in the unit")


class NobodyAbove(Conflict):
    """There is no unit above to send the case to."""

    slug = "nobody-above"
    title = Text("Không còn cấp trên để chuyển", "There is no unit above")


class AlreadyDone(Conflict):
    """The change would change nothing."""

    slug = "already-done"
    title = Text("Việc này đã được làm rồi", "This has been done already")


class TooManyReopenings(Conflict):
    """The case was opened again as often as the rules let its reporter."""

    slug = "too-many-reopenings"
    title = Text("Đã mở lại quá số lần cho phép", "Reopened too often")


class SharedCase(Conflict):
    """Others have reported the same matter, so one of them cannot end it."""

    slug = "shared-case"
    title = Text("Nhiều người cùng phản ánh việc này", "Others have reported this too")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what happens instead."""
        return Text(
            "Vụ việc còn của người khác nên không thể rút; bạn có thể bỏ theo dõi.",
            "The case is others' too and cannot be withdrawn; you may simply stop following it.",
        )
