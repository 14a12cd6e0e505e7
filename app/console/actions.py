"""What the actions of the audit trail are called on the pages, by the words the trail has for them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.kit.text import Text

_GROUPS: Final[tuple[tuple[Text, str, Mapping[str, Text]], ...]] = (
    (
        Text("Đăng nhập, bị từ chối", "Signing in, refusals"),
        "",
        {
            "sign_in": Text("Đăng nhập", "Signed in"),
            "sign_out": Text("Đăng xuất", "Signed out"),
            "refused": Text("Bị từ chối", "Refused"),
        },
    ),
    (
        Text("Vụ việc", "Cases"),
        "case",
        {
            "case.opened": Text("Tiếp nhận vụ việc", "Case opened"),
            "case.diverted": Text("Hướng dẫn theo luật khác", "Diverted"),
            "case.triaged": Text("Phân loại", "Sorted"),
            "case.rerouted": Text("Chuyển do phân loại lại", "Routed again"),
            "case.assigned": Text("Phân công cán bộ", "Officer put in charge"),
            "case.accepted": Text("Nhận xử lý", "Taken up"),
            "case.returned": Text("Trả lại", "Returned"),
            "case.referred": Text("Chuyển cơ quan khác", "Referred"),
            "case.escalated": Text("Nâng mức ưu tiên", "Escalated"),
            "case.support_raised": Text("Nâng ưu tiên vì nhiều người cũng gặp", "Raised by its supporters"),
            "case.extended": Text("Gia hạn", "Extended"),
            "case.paused": Text("Tạm dừng tính hạn", "Clock paused"),
            "case.resumed": Text("Tính hạn tiếp", "Clock runs again"),
            "case.due_moved": Text("Tính lại hạn", "Due date counted again"),
            "case.reporter_asked": Text("Hỏi thêm người gửi", "Sender asked"),
            "case.reporter_replied": Text("Người gửi trả lời", "Sender replied"),
            "case.answer_drafted": Text("Trình dự thảo trả lời", "Answer drafted"),
            "case.draft_rejected": Text("Trả dự thảo để sửa", "Draft rejected"),
            "case.resolved": Text("Trả lời", "Answered"),
            "case.rated": Text("Người gửi đánh giá", "Rated"),
            "case.reopened": Text("Mở lại", "Reopened"),
            "case.merged": Text("Gộp vào vụ việc khác", "Merged"),
            "case.report_joined": Text("Nhận phản ánh gộp vào", "Report joined"),
            "case.unmerged": Text("Tách ra", "Separated"),
            "case.report_left": Text("Phản ánh được tách ra", "Report separated"),
            "case.noted": Text("Ghi chú nội bộ", "Internal note"),
            "case.published": Text("Công khai", "Published"),
            "case.withheld": Text("Không công khai", "Withheld"),
            "case.redacted": Text("Soát phần che thông tin", "Masking checked"),
            "case.photos_decided": Text("Quyết định về ảnh", "Photos decided on"),
            "case.withdrawn": Text("Rút phản ánh", "Withdrawn"),
            "case.closed": Text("Kết thúc", "Closed"),
            "case.reminded": Text("Nhắc hạn", "Reminded"),
            "case.overdue": Text("Quá hạn", "Overdue"),
        },
    ),
    (
        Text("Hồ sơ", "Service requests"),
        "service_request",
        {
            "service_request.opened": Text("Mở xem hồ sơ", "Request looked at"),
            "service_request.submitted": Text("Nộp hồ sơ", "Submitted"),
            "service_request.accepted": Text("Tiếp nhận hồ sơ", "Accepted"),
            "service_request.refused": Text("Không tiếp nhận", "Not accepted"),
            "service_request.step_completed": Text("Xong một bước", "Step completed"),
            "service_request.sent_back": Text("Trả về bước trước", "Sent back"),
            "service_request.assigned": Text("Phân công cán bộ hồ sơ", "Officer put in charge of it"),
            "service_request.consulted": Text("Lấy ý kiến", "Opinion asked"),
            "service_request.opinion_given": Text("Cho ý kiến", "Opinion given"),
            "service_request.supplement_asked": Text("Yêu cầu bổ sung", "Supplement asked"),
            "service_request.supplied": Text("Đã bổ sung", "Supplied"),
            "service_request.payment_asked": Text("Yêu cầu nộp phí", "Payment asked"),
            "service_request.paid": Text("Đã nộp phí", "Paid"),
            "service_request.payment_taken_back": Text("Rút yêu cầu nộp phí", "Payment demand taken back"),
            "service_request.extended": Text("Hẹn lại ngày trả", "Appointment moved"),
            "service_request.stopped": Text("Dừng giải quyết", "Stopped"),
            "service_request.resumed": Text("Giải quyết tiếp", "Resumed"),
            "service_request.ended": Text("Kết thúc hồ sơ", "Ended"),
            "service_request.withdrawal_asked": Text("Xin rút hồ sơ", "Withdrawal asked"),
            "service_request.withdrawn": Text("Đã rút hồ sơ", "Request withdrawn"),
            "service_request.withdrawal_declined": Text("Không cho rút", "Withdrawal declined"),
            "service_request.decision_drafted": Text("Trình kết quả", "Decision drafted"),
            "service_request.decision_rejected": Text("Trả kết quả để sửa", "Decision rejected"),
            "service_request.decided": Text("Ký kết quả", "Decided"),
            "service_request.handed_over": Text("Trả kết quả cho người nộp", "Handed over"),
            "service_request.complained": Text("Phản ánh chậm trễ", "Complaint of a delay"),
            "service_request.rated": Text("Người nộp đánh giá", "Rated by the applicant"),
            "service_request.noted": Text("Ghi chú trong hồ sơ", "Note on a request"),
            "service_request.overdue": Text("Quá ngày hẹn", "Past its appointment"),
            "service_request.step_moved": Text("Chuyển bước sang cơ quan khác", "Step moved"),
            "service_request.step_reminded": Text("Nhắc hạn bước", "Step reminded"),
            "service_request.step_overdue": Text("Bước quá hạn", "Step overdue"),
        },
    ),
    (
        Text("Danh tính người dân", "People’s identities"),
        "identity",
        {
            "identity.asked": Text("Xin mở danh tính", "Identity asked for"),
            "identity.agreed": Text("Đồng ý mở danh tính", "Opening agreed"),
            "identity.declined": Text("Từ chối mở danh tính", "Opening refused"),
            "identity.opened": Text("Xem danh tính", "Identity opened"),
            "identity.erased": Text("Xoá danh tính", "Identity erased"),
            "phone.sought": Text("Tìm theo số điện thoại", "Looked for by a phone"),
        },
    ),
    (
        Text("Tài khoản, thành viên", "Accounts and members"),
        "account",
        {
            "account.created": Text("Lập tài khoản", "Account created"),
            "account.changed": Text("Đổi tài khoản", "Account changed"),
            "account.invited": Text("Mời thành viên", "Member invited"),
            "account.password_set": Text("Đặt mật khẩu", "Password set"),
            "account.password_reset": Text("Đặt lại mật khẩu", "Password reset"),
            "account.factor_set": Text("Bật xác thực hai bước", "Second step set up"),
            "account.factor_removed": Text("Bỏ xác thực hai bước", "Second step removed"),
            "account.identity_linked": Text("Gắn tài khoản định danh", "Identity linked"),
            "account.identity_unlinked": Text("Gỡ tài khoản định danh", "Identity unlinked"),
            "account.erased": Text("Xoá tài khoản người dân", "Citizen’s account erased"),
            "membership.begun": Text("Giao vai trò", "Role given"),
            "membership.changed": Text("Đổi thời hạn vai trò", "Role’s dates changed"),
            "membership.ended": Text("Kết thúc vai trò", "Role ended"),
            "deputy.named": Text("Cử người làm thay", "Deputy named"),
            "deputy.ended": Text("Kết thúc làm thay", "Deputy ended"),
        },
    ),
    (
        Text("Quy định, cấu hình", "Rules and settings"),
        "",
        {
            "calendar.published": Text("Ban hành lịch", "Calendar published"),
            "target.published": Text("Ban hành thời hạn", "Target published"),
            "occasion.published": Text("Ban hành dịp nhắc hạn", "Occasions published"),
            "category.published": Text("Ban hành lĩnh vực", "Category published"),
            "rulebook.published": Text("Ban hành quy tắc chuyển", "Rulebook published"),
            "procedure.drafted": Text("Soạn thủ tục", "Procedure drafted"),
            "procedure.published": Text("Ban hành thủ tục", "Procedure published"),
            "procedure.retired": Text("Kết thúc thủ tục", "Procedure ended"),
            "wording.published": Text("Ban hành câu chữ tin báo", "Wording published"),
            "quiet_hours.published": Text("Ban hành giờ yên tĩnh", "Quiet hours published"),
            "app_version.set": Text("Đặt phiên bản ứng dụng", "App version set"),
            "unit.contact_set": Text("Đặt liên hệ cơ quan", "Unit’s contact set"),
            "goal.set": Text("Đặt chỉ tiêu", "Goal set"),
            "view.saved": Text("Lưu danh sách của cơ quan", "Unit’s view saved"),
            "view.dropped": Text("Bỏ danh sách của cơ quan", "Unit’s view dropped"),
            "answer_template.set": Text("Ghi mẫu trả lời", "Answer template written"),
            "answer_template.ended": Text("Bỏ mẫu trả lời", "Answer template ended"),
            "support_rule.published": Text("Ban hành quy tắc “Tôi cũng gặp”", "Rule of support published"),
            "factor_rule.set": Text("Quy định xác thực hai bước", "Rule on the second step"),
            "limit.set": Text("Đổi giới hạn", "Limit set"),
            "sender.blocked": Text("Chặn người gửi", "Sender blocked"),
            "sender.block_lifted": Text("Bỏ chặn", "Block lifted"),
            "retention.published": Text("Ban hành thời gian lưu giữ", "Retention published"),
            "retention.applied": Text("Xoá theo thời gian lưu giữ", "Retention applied"),
        },
    ),
    (
        Text("Hệ thống khác", "Other systems"),
        "",
        {
            "client.created": Text("Cấp khoá API", "API client created"),
            "client.changed": Text("Đổi quyền hệ thống", "API client changed"),
            "client.key_made": Text("Đổi khoá API", "API key rotated"),
            "client.revoked": Text("Thu hồi khoá API", "API client revoked"),
            "subscription.created": Text("Đăng ký nhận sự kiện", "Subscription created"),
            "subscription.changed": Text("Đổi đăng ký", "Subscription changed"),
            "subscription.deleted": Text("Xoá đăng ký", "Subscription deleted"),
            "partner.created": Text("Thêm đối tác", "Partner created"),
            "partner.changed": Text("Đổi đối tác", "Partner changed"),
            "partner.ended": Text("Kết thúc đối tác", "Partner ended"),
            "partner.retried": Text("Gửi lại cho đối tác", "Partner retried"),
            "neighbour.created": Text("Thêm hệ thống kết nối", "Neighbour created"),
            "neighbour.changed": Text("Đổi hệ thống kết nối", "Neighbour changed"),
            "neighbour.ended": Text("Kết thúc kết nối", "Neighbour ended"),
            "portal.set": Text("Đổi cổng của đơn vị", "Unit portal changed"),
            "calendar_address.made": Text("Tạo địa chỉ lịch", "Calendar address made"),
            "calendar_address.ended": Text("Thu hồi địa chỉ lịch", "Calendar address ended"),
        },
    ),
    (
        Text("Phí, lệ phí", "Payments"),
        "payment",
        {
            "payment.recorded": Text("Ghi thu tiền mặt", "Cash recorded"),
            "payment.refund_noted": Text("Ghi đã hoàn tiền", "Refund noted"),
            "payment.matched": Text("Ghép tiền", "Money matched"),
            "payment.to_return": Text("Quyết định hoàn tiền", "Money to be given back"),
            "payment.setup_changed": Text("Đổi cấu hình thanh toán", "Payment setup changed"),
            "payment.statement_compared": Text("Đối soát sao kê", "Statement compared"),
        },
    ),
    (
        Text("Nhật ký kiểm tra", "The audit trail"),
        "audit",
        {
            "audit.read": Text("Xem nhật ký", "Trail read"),
            "audit.exported": Text("Tải nhật ký", "Trail exported"),
            "audit.accepted": Text("Chấp nhận nhật ký", "Trail accepted"),
        },
    ),
)
ACTIONS: Final[Mapping[str, Text]] = MappingProxyType(
    {action: label for _, _, actions in _GROUPS for action, label in actions.items()}
)


def label_of(action: str) -> Text:
    """What the action is called; its own word where the pages have none for it."""
    return ACTIONS.get(action, Text(action, action))


def choices() -> list[tuple[Text, list[tuple[str, Text]]]]:
    """Actions to choose from, under headings; a heading's first choice is all below it, where they share a word."""
    return [
        (
            heading,
            [*([(word, Text(f"{heading.vi}: mọi việc", f"{heading.en}: all"))] if word else []), *actions.items()],
        )
        for heading, word, actions in _GROUPS
    ]
