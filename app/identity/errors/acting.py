"""Problems of who acts: nobody, the wrong kind of account, a token that is worth nothing."""

from __future__ import annotations

from app.kit.problems import NotFound, Unauthenticated
from app.kit.text import Text


class SignInNeeded(Unauthenticated):
    """Nobody is signed in, or not the kind of account this needs."""

    slug = "sign-in-needed"
    title = Text("Cần đăng nhập", "Please sign in")

    @classmethod
    def default_detail(cls) -> Text:
        """Say how."""
        return Text(
            "Hãy đăng nhập tại POST /api/v1/auth/token rồi gửi kèm tiêu đề Authorization: Bearer <mã truy cập>.",
            "Sign in at POST /api/v1/auth/token and send the header Authorization: Bearer <access token>.",
        )


class StaffNeeded(SignInNeeded):
    """A citizen, or nobody, asks for what only officers have."""

    @classmethod
    def default_detail(cls) -> Text:
        """Say who may."""
        return Text(
            "Chức năng này dành cho cán bộ; vui lòng đăng nhập bằng tài khoản cán bộ.",
            "This is for officers; please sign in with a staff account.",
        )


class CitizenNeeded(SignInNeeded):
    """An officer, or nobody, asks for what a citizen's own account has."""

    @classmethod
    def default_detail(cls) -> Text:
        """Say how an app gets its account."""
        return Text(
            "Phần này thuộc về tài khoản người dân; ứng dụng nhận tài khoản tại POST /api/v1/auth/devices.",
            "This belongs to a citizen's account; an app gets one at POST /api/v1/auth/devices.",
        )


class ClientNeeded(SignInNeeded):
    """A person, or nobody, asks for what other systems have."""

    @classmethod
    def default_detail(cls) -> Text:
        """Say how."""
        return Text(
            "Phần này dành cho hệ thống khác: hãy gửi tiêu đề Authorization: Bearer <khoá API> do quản trị viên của "
            "tỉnh cấp.",
            "This is for other systems: send the header Authorization: Bearer <API key>, which the province's "
            "administrator gives out.",
        )


class SessionExpired(Unauthenticated):
    """The token is unknown, expired, revoked or another province's: the four look the same."""

    slug = "session-expired"
    title = Text("Phiên đăng nhập không còn hiệu lực", "The session is no longer valid")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text("Vui lòng đăng nhập lại.", "Please sign in again.")


class KeyRefused(SessionExpired):
    """The key of another system is unknown, ended, expired, revoked or another province's: they look the same."""

    audited = True

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Khoá API không còn hiệu lực: có thể đã được thay, hết hạn hoặc bị thu hồi. Hãy dùng khoá mới nhất, hoặc "
            "liên hệ quản trị viên của tỉnh.",
            "The API key is no longer good: it may have been replaced, have expired or been revoked. Use the newest "
            "one, or ask the province's administrator.",
        )


class UnreadableToken(Unauthenticated):
    """The Authorization header does not hold a token of ours."""

    slug = "unreadable-token"
    title = Text("Mã truy cập không đọc được", "The access token cannot be read")

    @classmethod
    def default_detail(cls) -> Text:
        """Show the form."""
        return Text(
            "Hãy gửi nguyên mã đã nhận khi đăng nhập: Authorization: Bearer lts_… hoặc ltc_…",
            "Send the token you were given as it is: Authorization: Bearer lts_… or ltc_…",
        )


class RefreshRefused(Unauthenticated):
    """The refresh token is unknown, or its session has ended."""

    slug = "refresh-refused"
    title = Text("Phiên đăng nhập đã hết", "The session has ended")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text("Hãy đăng nhập lại bằng số điện thoại.", "Please sign in again with your phone number.")


class RefreshReused(RefreshRefused):
    """A refresh token came twice: somebody else may hold it, so the session ends for everybody."""

    slug = "refresh-reused"
    title = Text("Phiên đăng nhập đã bị kết thúc để bảo vệ bạn", "The session was ended to protect you")
    audited = True

    @classmethod
    def default_detail(cls) -> Text:
        """Say why, and what to do."""
        return Text(
            "Mã làm mới này đã được dùng ở nơi khác. Phiên đã kết thúc trên mọi bản sao; hãy đăng nhập lại và xem "
            "danh sách thiết bị của bạn.",
            "This refresh token was used elsewhere. The session has ended for every copy; sign in again and look at "
            "your list of devices.",
        )


class UnknownDevice(NotFound):
    """The citizen is not signed in there."""

    slug = "unknown-device"
    title = Text("Không có thiết bị này", "No such device")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where to look."""
        return Text("Xem các thiết bị của bạn: GET /api/v1/me/devices", "See: GET /api/v1/me/devices")
