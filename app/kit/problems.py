"""What can go wrong, as one tree; a room adds its leaves, `web` renders them as RFC 9457 problem+json.

    Problem
    ├── Invalid            422  the shape or a value of the request
    ├── BadRequest         400  a header or parameter that cannot be read
    ├── Unauthenticated    401  nobody, or nobody we know
    ├── Forbidden          403  known, visible, but not allowed
    ├── NotFound           404  absent, or not yours to see
    ├── Conflict           409  not in this state
    ├── Gone               410  was here once
    ├── PreconditionFailed 412  somebody was faster
    ├── TooLarge           413  body over the limit
    ├── CodingNotTaken     415  the body is packed
    ├── UpgradeNeeded      426  the app is too old
    ├── PreconditionNeeded 428  say which version you saw
    ├── TooMany            429  slow down
    └── Unavailable        503  try again in a moment

Each leaf has a stable `slug` with a heading in docs/problems.md.
"""

from __future__ import annotations

from typing import ClassVar

from app.kit.text import Text


class Problem(Exception):  # noqa: N818 - it is the RFC's own word
    """A refusal with a stable slug; the message is for the person who reads it."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title: ClassVar[Text] = Text("Lỗi hệ thống", "Internal error")
    audited: ClassVar[bool] = False  # the trail keeps that somebody was refused
    detail: Text

    def __init__(self, detail: Text | None = None, /, **extensions: object) -> None:
        """`detail` says what happened this time and what to do; `extensions` become members of the answer."""
        self.detail = detail if detail is not None else self.default_detail()
        self.extensions = extensions
        super().__init__(self.detail.en)

    @classmethod
    def default_detail(cls) -> Text:
        """What to say when the raiser has nothing more exact."""
        return cls.title


class BadRequest(Problem):
    """A header or parameter that cannot be read."""

    status = 400
    slug = "bad-request"
    title = Text("Yêu cầu không đọc được", "The request cannot be read")


class Invalid(Problem):
    """The shape or a value of the request."""

    status = 422
    slug = "invalid"
    title = Text("Dữ liệu chưa hợp lệ", "The data is not valid")


class Unauthenticated(Problem):
    """Nobody, or nobody we know."""

    status = 401
    slug = "unauthenticated"
    title = Text("Cần đăng nhập", "Please sign in")


class Forbidden(Problem):
    """Known and visible, but not allowed."""

    status = 403
    slug = "forbidden"
    title = Text("Bạn không có quyền làm việc này", "You are not allowed to do this")
    audited = True


class NotFound(Problem):
    """Absent, or not yours to see: the two look the same."""

    status = 404
    slug = "not-found"
    title = Text("Không tìm thấy", "Not found")


class Conflict(Problem):
    """Not possible in this state."""

    status = 409
    slug = "conflict"
    title = Text("Không thực hiện được ở trạng thái hiện tại", "Not possible in the present state")


class Gone(Problem):
    """Was here once."""

    status = 410
    slug = "gone"
    title = Text("Nội dung không còn nữa", "No longer here")


class PreconditionFailed(Problem):
    """Somebody was faster: the version named is no longer the present one."""

    status = 412
    slug = "stale-version"
    title = Text("Đã có người cập nhật trước bạn", "Somebody has changed this before you")


class Outdated(PreconditionFailed):
    """Somebody has changed the thing since it was seen. `told`: in its own words, with `{current}` for the version."""

    told: ClassVar[Text] = Text(
        "Phiên bản hiện tại là {current}. Hãy tải lại rồi sửa.", "The present version is {current}. Load it again."
    )

    def __init__(self, current: int) -> None:
        super().__init__(self.told.fill(current=current), current_version=current)


class NewerPublished(Outdated):
    """Somebody has published a newer version of the whole than the one this was made from."""

    title = Text("Đã có phiên bản mới hơn", "There is a newer version")
    told = Text(
        "Phiên bản hiện tại là {current}. Hãy tải lại, sửa trên phiên bản đó rồi ban hành.",
        "The present version is {current}. Load it, change that one and publish again.",
    )


class PublishedAtOnce(Conflict):
    """Two people published at the same moment; this one was second and nothing of it was written."""

    title = Text("Có người vừa ban hành phiên bản khác", "Somebody has just published another version")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text("Hãy tải lại phiên bản mới nhất rồi ban hành lại.", "Load the newest version and publish again.")


class CodingNotTaken(Problem):
    """The body is packed, and bodies are taken as they are: what unpacks to anything may be anything in size."""

    status = 415
    slug = "coding-not-taken"
    title = Text("Nội dung gửi lên không được nén", "Bodies may not be packed")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Hãy gửi lại nội dung không nén, bỏ tiêu đề Content-Encoding.",
            "Send the body as it is, without the header Content-Encoding.",
        )


class TooLarge(Problem):
    """The body is over the limit."""

    status = 413
    slug = "too-large"
    title = Text("Nội dung gửi lên quá lớn", "The body is too large")


class TooSlow(Problem):
    """The body came so slowly that waiting on would keep others waiting."""

    status = 408
    slug = "body-too-slow"
    title = Text("Gửi quá chậm nên đã ngừng nhận", "What was sent came too slowly")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Chưa ghi gì, trừ phần đã gửi qua /uploads. Hãy gửi lại với cùng Idempotency-Key khi mạng tốt hơn.",
            "Nothing was written but what came by /uploads. Send it again with the same Idempotency-Key on a better "
            "network.",
        )


class UpgradeNeeded(Problem):
    """The app is too old for what it asks."""

    status = 426
    slug = "upgrade-needed"
    title = Text("Cần cập nhật ứng dụng", "Please update the app")


class PreconditionNeeded(Problem):
    """A change must say which version it was made from."""

    status = 428
    slug = "version-needed"
    title = Text("Thiếu phiên bản đang xem", "Say which version you have seen")


class TooMany(Problem):
    """Too many requests."""

    status = 429
    slug = "too-many-requests"
    title = Text("Bạn thao tác quá nhanh", "Too many requests")


class Unavailable(Problem):
    """A part we need does not answer; nothing was changed or it is not known whether it was."""

    status = 503
    slug = "unavailable"
    title = Text("Hệ thống tạm thời gián đoạn", "Temporarily unavailable")
