"""Problems of reporters' identities."""

from __future__ import annotations

from app.kit.problems import Invalid, Problem
from app.kit.text import Text


class InvalidContact(Invalid):
    """Name, phone or e-mail of a reporter cannot be right; `errors` points at each."""

    slug = "invalid-contact"
    title = Text("Thông tin liên hệ chưa đúng", "The contact details are not right")

    @classmethod
    def default_detail(cls) -> Text:
        """Say that anonymity remains possible."""
        return Text(
            "Vui lòng sửa thông tin liên hệ theo hướng dẫn ở từng mục, hoặc bỏ trống nếu muốn gửi ẩn danh.",
            "Please correct the contact details as errors says, or leave them out to stay anonymous.",
        )


class IdentityUnreadable(Problem):
    """A sealed identity does not open: the installation's key is another, or the row was altered or moved."""

    slug = "identity-unreadable"
    title = Text("Không mở được thông tin người gửi", "The reporter's identity cannot be opened")

    @classmethod
    def default_detail(cls) -> Text:
        """Say whom to tell."""
        return Text(
            "Khoá bảo mật của hệ thống không khớp với dữ liệu đã niêm phong; vui lòng báo cho quản trị hệ thống.",
            "The installation's key does not fit the sealed data; please tell the system's administrator.",
        )
