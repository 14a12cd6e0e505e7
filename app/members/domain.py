"""Decisions about links to officers: where they lead, what the letter says. Pure."""

from __future__ import annotations

from urllib.parse import quote

from app.identity.terms import LinkPurpose, Member, NewLink
from app.kit.clock import zone
from app.kit.text import Text

PATH = "/console/invitation/"
_SUBJECTS = {
    LinkPurpose.INVITATION: Text("Mời vào hệ thống xử lý phản ánh", "Your account for citizens' reports"),
    LinkPurpose.RESET: Text("Đặt lại mật khẩu", "Set a new password"),
}
_REASONS = {
    LinkPurpose.INVITATION: Text(
        "Anh/chị được mời vào hệ thống xử lý phản ánh, kiến nghị của người dân.",
        "You are invited to handle citizens' reports.",
    ),
    LinkPurpose.RESET: Text(
        "Quản trị viên đã yêu cầu anh/chị đặt lại mật khẩu; mật khẩu cũ không còn dùng được.",
        "Your administrator has asked you to set a new password; the old one is no longer good.",
    ),
}


def address(base: str, link: NewLink) -> str:
    """Where the person goes with the link."""
    return f"{base.rstrip('/')}{PATH}{quote(link.token)}"


def letter(member: Member, link: NewLink, where: str, province: str, time_zone: str) -> tuple[str, str]:
    """Subject and text of the letter, Vietnamese first."""
    until = link.until.astimezone(zone(time_zone)).strftime("%H:%M %d/%m/%Y")
    subject, why = _SUBJECTS[link.purpose], _REASONS[link.purpose]
    text = (
        f"Kính gửi {member.name},\n\n{why.vi} Tên đăng nhập của anh/chị: {member.username}\n\n"
        f"Mở liên kết sau để tự đặt mật khẩu. Liên kết dùng một lần, đến {until}:\n\n{where}\n\n"
        "Không chuyển tiếp thư này cho ai. Nếu anh/chị không chờ thư này, hãy báo quản trị viên của cơ quan.\n\n"
        f"Dear {member.name},\n\n{why.en} Your user name: {member.username}\n\n"
        f"Open the address above to set your own password. It is good once, until {until}. Do not pass this letter "
        f"on. If you did not expect it, tell your unit's administrator.\n\n{province}\n"
    )
    return f"{subject.vi} · {subject.en}", text
