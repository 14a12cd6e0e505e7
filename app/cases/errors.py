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
    """Somebody has changed the case since the version the officer saw; `own`: the officer himself."""

    def __init__(self, current: int, *, own: bool = False) -> None:
        super().__init__(
            Text(
                "Chính bạn vừa cập nhật vụ việc này, có thể do bấm hai lần. Lần trước đã được ghi, lần này thì không; "
                "hãy tải lại để xem.",
                "You have just changed this case yourself, perhaps by clicking twice. The first time was written, this "
                "one was not; reload to see it.",
            )
            if own
            else Text(
                "Vụ việc vừa được người khác cập nhật. Hãy tải lại rồi làm lại; chưa có gì được ghi.",
                "The case has just been changed by somebody else. Reload it and act again; nothing was written.",
            ),
            current_version=current,
        )


class NoSuchClock(NotFound):
    """No clock of this kind has run on the case, or it is not the asker's to see."""

    slug = "no-such-clock"
    title = Text("Vụ việc không có mốc thời hạn này", "The case has no such clock")

    @classmethod
    def default_detail(cls) -> Text:
        """Say which there are."""
        return Text(
            "Vụ việc chưa có mốc này hoặc tỉnh không quy định thời hạn cho nó. Các mốc đang có ở `milestones` của "
            "`GET /api/v1/reports/{code}/deadline`.",
            "This clock has not begun, or the province has no target for it. See `milestones` of "
            "`GET /api/v1/reports/{code}/deadline` for those there are.",
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

    @classmethod
    def default_detail(cls) -> Text:
        """Say what comes first."""
        return Text(
            "Vụ việc chưa có dự thảo để duyệt hay trả lại. Hãy soạn dự thảo trả lời trước.",
            "There is no draft to approve or send back. Draft an answer first.",
        )


class SameUnit(Invalid):
    """The case already lies with that unit."""

    slug = "same-unit"
    title = Text("Vụ việc đang ở chính đơn vị này", "The case already lies with this unit")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do instead."""
        return Text(
            "Đơn vị bạn chọn đang giữ vụ việc này. Hãy chọn đơn vị khác, hoặc phân công một người.",
            "The unit you chose holds this case already. Choose another, or assign the case to a person.",
        )


class CannotMerge(Conflict):
    """A case cannot be merged into itself, into a merged one, or across kinds that stay apart."""

    slug = "cannot-merge"
    title = Text("Không gộp được hai vụ việc này", "These two cases cannot be merged")

    @classmethod
    def default_detail(cls) -> Text:
        """Say which can be merged."""
        return Text(
            "Chỉ gộp được vào một vụ việc khác, cùng loại và chưa bị gộp. Hãy kiểm tra lại mã vụ việc tiếp nhận.",
            "A case can be merged only into another one of its kind that is not merged itself. Check its code.",
        )


class NotMerged(Conflict):
    """The case is not merged into another."""

    slug = "not-merged"
    title = Text("Vụ việc này chưa được gộp", "The case is not merged")

    @classmethod
    def default_detail(cls) -> Text:
        """Say that nothing is to be undone."""
        return Text(
            "Vụ việc này đang đứng riêng nên không có gì để tách. Hãy tải lại để xem tình trạng mới nhất.",
            "This case stands by itself, so there is nothing to undo. Reload it to see how it stands now.",
        )


class NeverPublished(Conflict):
    """Cases of this kind or category are never published."""

    slug = "never-published"
    title = Text("Loại vụ việc này không bao giờ công khai", "Cases of this kind are never published")

    @classmethod
    def default_detail(cls) -> Text:
        """Say why, and what the sender still gets."""
        return Text(
            "Lĩnh vực hoặc loại vụ việc này được giữ kín theo quy định; câu trả lời chỉ gửi cho người phản ánh.",
            "The category or kind of this case is kept private by rule; the answer goes to its sender only.",
        )


class NoSuchOfficer(Invalid):
    """The account is not an active member of the responsible unit."""

    slug = "no-such-officer"
    title = Text("Không có cán bộ này trong đơn vị", "There is no such officer in the unit")

    @classmethod
    def default_detail(cls) -> Text:
        """Say whom to choose."""
        return Text(
            "Người được chọn cần có tài khoản đang hoạt động trong đơn vị giữ vụ việc. Hãy chọn lại.",
            "The person needs an active account in the unit that holds the case. Please choose again.",
        )


class NobodyAbove(Conflict):
    """There is no unit above to send the case to."""

    slug = "nobody-above"
    title = Text("Không còn cấp trên để chuyển", "There is no unit above")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do instead."""
        return Text(
            "Đơn vị giữ vụ việc không có cấp trên trong hệ thống. Hãy chuyển cho một đơn vị cụ thể.",
            "The unit that holds the case has no unit above it here. Refer the case to a particular unit instead.",
        )


class AlreadyDone(Conflict):
    """The change would change nothing."""

    slug = "already-done"
    title = Text("Việc này đã được làm rồi", "This has been done already")

    @classmethod
    def default_detail(cls) -> Text:
        """Say that nothing was written."""
        return Text(
            "Vụ việc đã như bạn yêu cầu nên không có gì được ghi thêm. Hãy tải lại để xem tình trạng mới nhất.",
            "The case already is as you asked, so nothing was written. Reload it to see how it stands now.",
        )


class TooManyReopenings(Conflict):
    """The case was opened again as often as the rules let its reporter."""

    slug = "too-many-reopenings"
    title = Text("Đã mở lại quá số lần cho phép", "Reopened too often")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what can be done still."""
        return Text(
            "Người gửi đã dùng hết số lần mở lại vụ việc này. Nếu chưa xong, hãy gửi phản ánh mới.",
            "The sender has opened this case again as often as the rules allow. If it is not done, send a new report.",
        )


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
