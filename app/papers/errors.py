"""Refusals of the papers room."""

from __future__ import annotations

from app.kit.problems import Invalid, NotFound, Unavailable
from app.kit.text import Text


class PaperNotFound(NotFound):
    """There is no such paper, or it was issued to somebody else."""

    slug = "paper-not-found"
    title = Text("Không tìm thấy giấy này", "There is no such paper")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to look at."""
        return Text(
            "Không có giấy mang số này trong hồ sơ của bạn. Hãy xem lại danh sách giấy của hồ sơ.",
            "Your service request has no paper of this number. Please look at the list of its papers.",
        )


class SignaturesUnreadable(Invalid):
    """The file is no PDF that can be read, or reading it takes more than a file of papers does."""

    slug = "signatures-unreadable"
    title = Text("Không đọc được chữ ký số trong tệp", "The signatures in the file cannot be read")

    @classmethod
    def default_detail(cls) -> Text:
        """Say which files can be."""
        return Text(
            "Tệp không phải PDF, bị hỏng, có mật khẩu hoặc quá phức tạp. Hãy gửi tệp PDF đã ký, không đặt mật khẩu.",
            "The file is no PDF, is broken, has a password, or is too involved. Send the signed PDF as it is.",
        )


class DeskBusy(Unavailable):
    """More papers are being drawn, or files read, than a process does at once."""

    slug = "desk-busy"
    title = Text("Đang có nhiều giấy chờ lập hoặc kiểm tra", "Many papers are being drawn or checked")

    @classmethod
    def default_detail(cls) -> Text:
        """Say when to come back."""
        return Text("Hãy thử lại sau ít giây.", "Please try again in a few seconds.")
