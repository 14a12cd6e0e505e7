"""What an entry says to a person, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kit.text import Text

_SENTENCES: dict[str, Text] = {
    "case.opened": Text("Đã tiếp nhận phản ánh, giao {unit}.", "Received; {unit} is responsible."),
    "case.diverted": Text(
        "Nội dung thuộc trình tự pháp luật riêng; đã hướng dẫn nơi gửi.",
        "This follows a legal procedure of its own; the sender was told where to turn.",
    ),
    "case.triaged": Text("Đã phân loại: {category}.", "Sorted: {category}."),
    "case.rerouted": Text(
        "Chuyển từ {from_unit} đến {unit} sau khi phân loại lại.", "Moved from {from_unit} to {unit}."
    ),
    "case.assigned": Text("Đã phân công cán bộ của {unit}.", "Given to an officer of {unit}."),
    "case.accepted": Text("{unit} đã nhận xử lý.", "{unit} has taken it up."),
    "case.returned": Text("{from_unit} trả lại, {unit} xem xét chuyển tiếp.", "{from_unit} returned it to {unit}."),
    "case.referred": Text("{from_unit} chuyển đến {unit}.", "{from_unit} referred it to {unit}."),
    "case.escalated": Text("Đã nâng mức ưu tiên, báo cáo cấp trên.", "Raised in urgency."),
    "case.extended": Text("Gia hạn trả lời đến hết ngày {due}.", "Extended until the end of {due}."),
    "case.paused": Text("Tạm dừng tính hạn: {cause_label}.", "The clock is paused: {cause_label}."),
    "case.resumed": Text("Tính hạn tiếp; hạn trả lời là hết ngày {due}.", "The clock runs again; due on {due}."),
    "case.due_moved": Text(
        "Hạn trả lời được tính lại là hết ngày {due}: {why}.", "The due date was counted again, {due}: {why}."
    ),
    "case.reporter_asked": Text("{unit} hỏi thêm người gửi.", "{unit} asked the sender for more."),
    "case.reporter_replied": Text("Người gửi đã trả lời.", "The sender has replied."),
    "case.answer_drafted": Text("Đã trình dự thảo trả lời.", "An answer was drafted for approval."),
    "case.draft_rejected": Text("Dự thảo trả lời cần sửa lại.", "The draft answer needs another look."),
    "case.resolved": Text("{unit} đã trả lời.", "{unit} has answered."),
    "case.rated": Text("Người gửi đã đánh giá: {stars}/5.", "The sender's rating: {stars} of 5."),
    "case.reopened": Text("Mở lại để xử lý tiếp.", "Opened again."),
    "case.merged": Text("Gộp vào vụ việc {into}.", "Merged into case {into}."),
    "case.report_joined": Text("Gộp thêm phản ánh {joined}.", "Report {joined} was joined to it."),
    "case.unmerged": Text("Tách khỏi vụ việc {from_case}.", "Separated from case {from_case}."),
    "case.report_left": Text("Phản ánh {left} được tách ra.", "Report {left} was separated."),
    "case.comment": Text("Ý kiến kèm theo.", "Comment."),
    "case.noted": Text("Ghi chú nội bộ.", "Internal note."),
    "case.published": Text("Đã công khai.", "Published."),
    "case.withheld": Text("Không công khai.", "Withheld from the public."),
    "case.redacted": Text(
        "Đã soát phần che thông tin cá nhân: để đọc được {shown} cụm từ, che thêm {masked}.",
        "The masking was checked: {shown} phrases may be read, {masked} more are masked.",
    ),
    "case.photos_decided": Text(
        "Đã quyết định về ảnh: công khai {published}, công khai sau khi làm mờ {blurred}, không công khai {withheld}.",
        "Photos were decided on: {published} shown, {blurred} shown blurred, {withheld} not shown.",
    ),
    "case.withdrawn": Text("Người gửi đã rút phản ánh.", "The sender withdrew the report."),
    "case.closed": Text("Đã kết thúc.", "Closed."),
    "case.reminded": Text("Nhắc hạn: {occasion_label}.", "Reminder: {occasion_label}."),
    "case.support_raised": Text(
        "{people} người báo cùng gặp việc này: nâng mức ưu tiên lên {priority_label}. Căn cứ: {basis}.",
        "{people} people meet the same: raised to priority {priority_label}. Basis: {basis}.",
    ),
    "case.overdue": Text("Đã quá hạn xử lý.", "The deadline has passed."),
    "service_request.submitted": Text(
        "Đã nộp hồ sơ; {unit} kiểm tra và tiếp nhận.", "Submitted; {unit} checks and accepts it."
    ),
    "service_request.accepted": Text(
        "{unit} đã tiếp nhận, hẹn trả kết quả ngày {appointment}.",
        "{unit} accepted it; the result is due on {appointment}.",
    ),
    "service_request.refused": Text("{unit} không tiếp nhận hồ sơ.", "{unit} did not accept it."),
    "service_request.step_completed": Text("{unit} đã xong bước “{step}”.", "{unit} has done the step “{step}”."),
    "service_request.sent_back": Text("{unit} trả lại từ bước “{step}”.", "{unit} sent it back from “{step}”."),
    "service_request.assigned": Text("Đã phân công cán bộ của {unit}.", "Given to an officer of {unit}."),
    "service_request.consulted": Text("{unit} lấy ý kiến {asked}.", "{unit} asked {asked} for its opinion."),
    "service_request.opinion_given": Text("{unit} đã cho ý kiến.", "{unit} has given its opinion."),
    "service_request.supplement_asked": Text(
        "{unit} yêu cầu bổ sung hồ sơ, trước ngày {due}.", "{unit} asks for what is missing, by {due}."
    ),
    "service_request.supplied": Text("Người nộp đã bổ sung hồ sơ.", "The applicant has supplied what was missing."),
    "service_request.payment_asked": Text("{unit} yêu cầu nộp {amount}.", "{unit} asks for a payment of {amount}."),
    "service_request.paid": Text("Đã nộp {amount}.", "{amount} was paid."),
    "service_request.payment_taken_back": Text(
        "{unit} rút yêu cầu nộp {amount}; bạn không phải nộp khoản này.",
        "{unit} took the demand for {amount} back; it need not be paid.",
    ),
    "service_request.extended": Text(
        "{unit} xin lỗi và hẹn lại ngày trả kết quả: {due}.", "{unit} apologises; the new date is {due}."
    ),
    "service_request.stopped": Text("{unit} dừng xử lý hồ sơ.", "{unit} has stopped it."),
    "service_request.resumed": Text("{unit} xử lý tiếp.", "{unit} goes on with it."),
    "service_request.ended": Text("{unit} kết thúc hồ sơ, không giải quyết.", "{unit} ended it without a decision."),
    "service_request.withdrawal_asked": Text("Người nộp xin rút hồ sơ.", "The applicant asks to withdraw it."),
    "service_request.withdrawn": Text("{unit} đồng ý cho rút hồ sơ.", "{unit} agreed to the withdrawal."),
    "service_request.withdrawal_declined": Text(
        "{unit} không đồng ý cho rút hồ sơ.", "{unit} declined the withdrawal."
    ),
    "service_request.decision_drafted": Text("{unit} đã trình kết quả: {outcome}.", "{unit} submitted: {outcome}."),
    "service_request.decision_rejected": Text("Kết quả trình cần sửa lại.", "The result needs another look."),
    "service_request.decided": Text("{unit} đã ký kết quả: {outcome}.", "{unit} has decided: {outcome}."),
    "service_request.handed_over": Text("{unit} đã trả kết quả.", "{unit} has handed the result over."),
    "service_request.complained": Text(
        "Người nộp phản ánh trễ hẹn; đã báo {above}.", "The applicant complained that it is late; {above} was told."
    ),
    "service_request.rated": Text("Người nộp đã đánh giá: {stars}/5.", "The applicant's rating: {stars} of 5."),
    "service_request.noted": Text("Ghi chú nội bộ.", "Internal note."),
    "service_request.overdue": Text("Đã quá ngày hẹn trả kết quả.", "The appointment has passed."),
    "service_request.step_moved": Text("Bước “{step}” do {unit} làm. {why}", "“{step}” is with {unit}. {why}"),
    "service_request.step_reminded": Text(
        "Nhắc {unit}: bước “{step}” sắp đến hạn.", "{unit} was reminded: “{step}” is due soon."
    ),
    "service_request.step_overdue": Text("Bước “{step}” của {unit} đã quá hạn.", "“{step}” of {unit} is overdue."),
}


# Where the same fact reads otherwise when nobody but the deadline did it: by type and by who did it.
_BY: dict[tuple[str, str], Text] = {
    ("case.escalated", "deadline"): Text(
        "Báo {unit}: {occasion_label}.",
        "{unit} was told: {occasion_label}.",
    ),
    ("case.reporter_replied", "files"): Text(
        "Người gửi đã trả lời, kèm {files} tệp.", "The sender has replied; files: {files}."
    ),
    ("service_request.supplied", "desk"): Text(
        "{brought_by} bổ sung hồ sơ ({channel}); {unit} ghi nhận.",
        "{brought_by} supplied what was missing ({channel}); recorded by {unit}.",
    ),
    ("service_request.withdrawal_asked", "desk"): Text(
        "{brought_by} xin rút hồ sơ ({channel}); {unit} ghi nhận.",
        "{brought_by} asked to withdraw it ({channel}); recorded by {unit}.",
    ),
    ("service_request.complained", "desk"): Text(
        "{brought_by} phản ánh trễ hẹn ({channel}), {unit} ghi nhận; đã báo {above}.",
        "{brought_by} complained that it is past its date ({channel}), recorded by {unit}; {above} was told.",
    ),
    ("service_request.rated", "again"): Text(
        "Người nộp đánh giá lại: {stars}/5, thay cho {before}/5.",
        "The applicant's new rating: {stars} of 5, in place of {before} of 5.",
    ),
}


class _Blank(dict[str, object]):
    """Values of a sentence; a missing one reads as a dash instead of failing."""

    def __missing__(self, key: str) -> str:
        """A dash for `key`."""
        return "–"


def sentence(entry_type: str, data: Mapping[str, Any]) -> Text:
    """What the entry says, its names filled in from `data`; the type itself when we have no sentence for it."""
    pattern = _BY.get((entry_type, str(data.get("by"))), _SENTENCES.get(entry_type))
    if pattern is None:
        return Text(entry_type, entry_type)
    names = {"vi": _Blank(data), "en": _Blank(data)}
    for key, value in data.items():
        if isinstance(value, dict) and "vi" in value and "en" in value:
            names["vi"][key], names["en"][key] = value["vi"], value["en"]
    return Text(pattern.vi.format_map(names["vi"]), pattern.en.format_map(names["en"]))


KNOWN_TYPES = frozenset(_SENTENCES)
