"""Refusals of the service requests room."""

from __future__ import annotations

from datetime import datetime

from app.kit.clock import rfc3339
from app.kit.problems import Conflict, Forbidden, Invalid, NotFound, Outdated, PreconditionFailed
from app.kit.text import Text
from app.service_requests.terms import RequestState, Verb


class RequestNotFound(NotFound):
    """There is no such service request, or it is not the asker's to see."""

    slug = "service-request-not-found"
    title = Text("Không tìm thấy hồ sơ", "There is no such service request")

    @classmethod
    def default_detail(cls) -> Text:
        """Do not tell which of the two."""
        return Text(
            "Không có hồ sơ với mã này trong phạm vi của bạn. Hãy kiểm tra lại mã trên giấy tiếp nhận.",
            "There is no service request with this code that you may see. Please check the code on your receipt.",
        )


class RequestFileNotFound(NotFound):
    """The service request has no such file, or it is not the asker's to see."""

    slug = "service-request-file-not-found"
    title = Text("Hồ sơ không có tệp này", "The service request has no such file")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where they are listed."""
        return Text(
            "Tệp không có trong hồ sơ hoặc không dành cho bạn. Danh sách tệp nằm trong thông tin hồ sơ.",
            "The file is not part of it, or not for you. Its files are listed with the service request.",
        )


class DraftNotFound(NotFound):
    """There is no such draft, or it is somebody else's."""

    slug = "draft-not-found"
    title = Text("Không tìm thấy bản nháp", "There is no such draft")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what may have happened to it."""
        return Text(
            "Bản nháp không còn: đã nộp, đã xoá, hoặc đã quá 90 ngày không sửa.",
            "The draft is gone: handed in, deleted, or not touched for 90 days.",
        )


class StaleDraft(Outdated):
    """The draft was saved meanwhile, on another device."""

    told = Text(
        "Bản nháp vừa được lưu từ thiết bị khác. Hãy tải lại trước khi lưu; chưa có gì bị ghi đè.",
        "The draft has just been saved on another device. Load it again first; nothing was overwritten.",
    )


class TooManyDrafts(Conflict):
    """The account keeps as many drafts as one may."""

    slug = "too-many-drafts"
    title = Text("Bạn có quá nhiều bản nháp", "You keep too many drafts")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what helps."""
        return Text(
            "Mỗi tài khoản giữ tối đa 30 bản nháp. Hãy nộp hoặc xoá bớt bản cũ.",
            "An account keeps 30 drafts at most. Hand one in or delete an old one.",
        )


class StaleRequest(PreconditionFailed):
    """Somebody has changed the service request since the version the officer saw; `own`: the officer himself."""

    def __init__(self, current: int, *, own: bool = False) -> None:
        super().__init__(
            Text(
                "Chính bạn vừa cập nhật hồ sơ này, có thể do bấm hai lần. Lần trước đã được ghi, lần này thì không.",
                "You have just changed this yourself, perhaps by clicking twice. The first was written, this was not.",
            )
            if own
            else Text(
                "Hồ sơ vừa được người khác cập nhật. Hãy tải lại rồi làm lại; chưa có gì được ghi.",
                "The service request has just been changed by somebody else. Reload it and act again; nothing was "
                "written.",
            ),
            current_version=current,
        )


class NotInThisState(Conflict):
    """The verb does not go with the state of the service request."""

    slug = "request-not-in-this-state"
    title = Text("Không làm được việc này khi hồ sơ ở trạng thái hiện tại", "Not possible as the request stands")

    def __init__(self, verb: Verb, state: RequestState, possible: list[Verb]) -> None:
        """`possible` is for programs; the sentence names only what the person tried."""
        super().__init__(
            Text(
                f"Hồ sơ đang ở trạng thái “{state.label.vi}” nên không thể: {verb.label.vi}.",
                f"The service request is “{state.label.en}”, so this is not possible: {verb.label.en}.",
            ),
            verb=verb.value,
            state=state.value,
            possible=[each.value for each in possible],
        )


class StepNotOpen(Conflict):
    """The step is not at work, or has another part in the procedure."""

    slug = "step-not-open"
    title = Text("Bước này chưa mở hoặc đã xong", "The step is not open")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Bước được nêu chưa đến lượt, đã xong, hoặc không phải bước làm việc này. Hãy tải lại hồ sơ để xem các "
            "bước đang mở.",
            "The step named has not begun, has ended, or is not where this is done. Reload to see the open steps.",
        )


class ConsultationPending(Conflict):
    """A unit that was consulted has not answered."""

    slug = "consultation-pending"
    title = Text("Còn chờ ý kiến của cơ quan khác", "An opinion is still awaited")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Cơ quan được lấy ý kiến chưa trả lời, nên bước này chưa thể kết thúc.",
            "A unit that was consulted has not answered, so the step cannot end yet.",
        )


class SupplementAskedAlready(Conflict):
    """The law lets an office ask only so often."""

    slug = "supplement-asked-already"
    title = Text("Đã yêu cầu bổ sung đủ số lần cho phép", "A supplement was asked for already")

    def __init__(self, most: int) -> None:
        super().__init__(
            Text(
                f"Chỉ được yêu cầu bổ sung {most} lần, với một danh sách đầy đủ (khoản 3 Điều 19 Nghị định "
                "61/2018/NĐ-CP). Hãy giải quyết theo hồ sơ hiện có hoặc trả lời từ chối kèm lý do.",
                f"A supplement may be asked for {most} time(s), with one complete list (Decree 61/2018/NĐ-CP, Article "
                "19.3). Decide on what there is, or refuse with the reason.",
            ),
            most=most,
        )


class SecondSignerNeeded(Forbidden):
    """Whoever submitted a result cannot sign it off."""

    slug = "second-signer-needed"
    title = Text("Cần người thứ hai ký duyệt", "A second person must sign")

    @classmethod
    def default_detail(cls) -> Text:
        """Say who can."""
        return Text(
            "Bạn đã trình kết quả này nên người khác có vai trò phê duyệt phải ký duyệt.",
            "You submitted this result, so another person with the approver's role has to sign it off.",
        )


class NothingToSign(Conflict):
    """No result was submitted."""

    slug = "nothing-to-sign"
    title = Text("Chưa có kết quả trình ký", "There is no result to sign")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what comes first."""
        return Text(
            "Hồ sơ chưa có kết quả trình ký. Cán bộ thụ lý trình kết quả trước.",
            "No result has been submitted. The officer in charge submits it first.",
        )


class NotOverdue(Conflict):
    """There is no lateness to complain about, or it was complained about already."""

    slug = "not-overdue"
    title = Text("Hồ sơ chưa trễ hẹn", "The service request is not late")

    def __init__(self, due_at: datetime | None, *, told: bool = False) -> None:
        super().__init__(
            Text(
                "Bạn đã phản ánh lần trễ hẹn này; cơ quan cấp trên đã được báo.",
                "You have complained about this lateness already; the unit above was told.",
            )
            if told
            else Text(
                "Ngày hẹn trả kết quả chưa qua, hoặc hồ sơ chưa được hẹn ngày.",
                "The appointment has not passed, or no date was given yet.",
            ),
            due_at=rfc3339(due_at) if due_at else None,
        )


class StepWithoutUnit(Conflict):
    """The province has no unit for a step of the procedure."""

    slug = "step-without-unit"
    title = Text("Chưa có cơ quan cho một bước của thủ tục", "A step of the procedure has no unit")

    def __init__(self, step: str, name: Text) -> None:
        super().__init__(
            Text(
                f"Bước “{name.vi}” chưa có cơ quan nào phụ trách tại địa bàn này; chưa có gì được ghi. Hãy đến bộ phận "
                "một cửa nơi bạn ở để nộp trực tiếp.",
                f"No unit is in charge of the step “{name.en}” at this place; nothing was written. Please apply at "
                "your one-stop desk.",
            ),
            step=step,
        )


class NothingSupplied(Invalid):
    """An empty supplement would use up the only one there is."""

    slug = "nothing-supplied"
    title = Text("Chưa có gì để bổ sung", "Nothing was supplied")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what may come."""
        return Text("Hãy gửi ít nhất một giấy tờ hoặc lời giải trình.", "Send a document at least, or some words.")


class DocumentsMissing(Invalid):
    """Documents of the procedure are missing, or are none of it."""

    slug = "documents-missing"
    title = Text("Thành phần hồ sơ chưa đúng", "The documents are not complete")

    @classmethod
    def default_detail(cls) -> Text:
        """Point at the list."""
        told = "See each item of `errors`: documents that are missing, or that the procedure does not ask for."
        return Text("Hãy xem từng mục trong `errors`: giấy tờ còn thiếu, hoặc không thuộc thủ tục này.", told)


class FiledAlready(Conflict):
    """The same person has the same thing open already."""

    slug = "filed-already"
    title = Text("Bạn đã nộp hồ sơ này", "You have filed this already")

    def __init__(self, code: str | None) -> None:
        """`code`: None for whoever did not file it: who applies for another person learns nothing of that person."""
        super().__init__(
            Text(
                f"Hồ sơ {code} cùng thủ tục, cùng nội dung đang được giải quyết. Nếu đây là việc khác, hãy nộp lại với "
                "`another: true`.",
                f"Service request {code} for the same procedure with the same content is being handled. If this is "
                "another matter, send it again with `another: true`.",
            )
            if code is not None
            else Text(
                "Một hồ sơ cùng người đề nghị, cùng thủ tục, cùng nội dung đang được giải quyết; mã hồ sơ chỉ báo cho "
                "người đã nộp. Nếu đây là việc khác, hãy nộp lại với `another: true`.",
                "A service request of this applicant for the same procedure with the same content is being handled; "
                "its code is told only to whoever filed it. If this is another matter, send it again with "
                "`another: true`.",
            ),
            code=code,
        )


class IdentityNeeded(Invalid):
    """Who applies must be known by name and number."""

    slug = "applicant-identity-needed"
    title = Text("Cần họ tên và số định danh của người nộp", "The applicant's name and number are needed")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what is missing."""
        return Text(
            "Hồ sơ hành chính phải ghi họ tên và số định danh cá nhân (12 chữ số) của người đề nghị.",
            "A service request states the applicant's full name and citizen's number (12 digits).",
        )


class NothingOwed(Conflict):
    """The fee rules come to nothing, and no amount was named."""

    slug = "nothing-owed"
    title = Text("Hồ sơ này không phải nộp phí, lệ phí", "There is nothing to pay")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do where there is."""
        return Text(
            "Theo biểu phí của thủ tục, hồ sơ này không phải nộp. Nếu có khoản khác theo luật, hãy ghi số tiền.",
            "By the fee rules of the procedure nothing is owed. Name the amount where another law says so.",
        )


class OfficerNotOfUnit(Invalid):
    """The officer is no active member of the unit that has the step."""

    slug = "officer-not-of-unit"
    title = Text("Cán bộ không thuộc đơn vị của bước này", "The officer is not of the unit of this step")

    @classmethod
    def default_detail(cls) -> Text:
        """Say who can."""
        return Text(
            "Hãy chọn tên đăng nhập của một cán bộ đang công tác tại đơn vị phụ trách bước này.",
            "Name the user name of an active member of the unit in charge of this step.",
        )


class NoAppointment(NotFound):
    """The service request has no date yet: nobody has accepted it."""

    slug = "no-appointment"
    title = Text("Hồ sơ chưa được hẹn ngày trả", "There is no appointment yet")

    @classmethod
    def default_detail(cls) -> Text:
        """Say when there is one."""
        return Text(
            "Ngày hẹn trả kết quả có khi hồ sơ được tiếp nhận.",
            "The date of the result is given when the service request is accepted.",
        )


class ResultNotCleared(Conflict):
    """A file of the result has not been looked at, or was not taken."""

    slug = "result-not-cleared"
    title = Text("Tệp kết quả chưa kiểm tra xong", "A file of the result is still being looked at")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Hệ thống còn kiểm tra tệp kết quả; hãy ký lại sau ít giây. Nếu tệp bị từ chối, hãy trả kết quả để thay "
            "tệp khác.",
            "A file of the result is still being looked at; sign again in a few seconds. If it was refused, send the "
            "result back to have it replaced.",
        )


class NotOnline(Conflict):
    """The procedure is handed in at a desk or by post only."""

    slug = "procedure-not-online"
    title = Text("Thủ tục này chưa nộp trực tuyến được", "This procedure cannot be applied for online")

    def __init__(self, name: Text) -> None:
        super().__init__(
            Text(
                f"“{name.vi}” chỉ nhận hồ sơ trực tiếp tại bộ phận một cửa hoặc qua bưu chính công ích.",
                f"“{name.en}” is handed in at the one-stop desk or by post only.",
            )
        )


class ReceiptNeeded(Invalid):
    """Cash is recorded by the number of its receipt."""

    slug = "receipt-needed"
    title = Text("Cần số biên lai", "The number of the receipt is needed")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Hãy ghi số biên lai đã đưa cho người nộp; mỗi số dùng một lần.",
            "Enter the number of the receipt the applicant was given; each number is used once.",
        )
