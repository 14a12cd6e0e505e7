"""What can go wrong with who acts. None of these says whether an account exists."""

from __future__ import annotations

from app.kit.problems import (
    Conflict,
    Invalid,
    NotFound,
    PreconditionFailed,
    Problem,
    TooMany,
    Unauthenticated,
    Unavailable,
)
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


class WrongCredentials(Unauthenticated):
    """User name and password do not go together: which of the two is wrong is not said."""

    slug = "wrong-credentials"
    title = Text("Tên đăng nhập hoặc mật khẩu không đúng", "Wrong user name or password")
    audited = True

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Vui lòng kiểm tra lại tên đăng nhập, mật khẩu và bộ gõ tiếng Việt. "
            "Nếu quên mật khẩu, hãy liên hệ quản trị viên của cơ quan bạn.",
            "Please check user name, password and keyboard layout. "
            "If you have forgotten the password, ask your unit's administrator.",
        )


class AccountLocked(TooMany):
    """Too many wrong passwords for this name, whether or not such an account exists."""

    slug = "account-locked"
    title = Text("Tạm khoá đăng nhập", "Signing in is locked for a while")
    audited = True

    def __init__(self, retry_after_s: int) -> None:
        minutes = -(-retry_after_s // 60)
        super().__init__(
            Text(
                f"Tên đăng nhập này đã nhập sai mật khẩu nhiều lần. Vui lòng thử lại sau {minutes} phút.",
                f"There were too many wrong passwords for this user name. Please try again in {minutes} min.",
            ),
            retry_after_s=retry_after_s,
        )


class SignInBusy(Unavailable):
    """More people are signing in than the machine can check at once."""

    slug = "sign-in-busy"
    title = Text("Đang có quá nhiều người đăng nhập", "Too many people are signing in")

    @classmethod
    def default_detail(cls) -> Text:
        """Say when to come back."""
        return Text("Vui lòng thử lại sau vài giây.", "Please try again in a few seconds.")


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


class ClientNotFound(NotFound):
    """No such client here."""

    slug = "unknown-client"
    title = Text("Không có hệ thống này", "No such client")


class StaleClient(PreconditionFailed):
    """The client is no more as it was seen."""

    def __init__(self, current: int) -> None:
        super().__init__(
            Text(
                "Phiên bản hiện tại là {current}. Hãy tải lại rồi sửa.",
                "The present version is {current}. Load it again.",
            ).fill(current=current),
            current_version=current,
        )


class InvalidClient(Invalid):
    """The access cannot be given like this; each mistake has a pointer."""

    slug = "invalid-client"
    title = Text("Thông tin chưa hợp lệ", "The client is not valid")

    @classmethod
    def default_detail(cls) -> Text:
        """Point to the mistakes."""
        return Text("Xem từng mục trong errors. Chưa có gì được ghi.", "See errors. Nothing was written.")


class TooManyClients(Conflict):
    """The province has as many as there can be."""

    slug = "too-many-clients"
    title = Text("Đã đủ số hệ thống", "There are too many clients")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Tỉnh đã cấp quyền cho 200 hệ thống. Hãy thu hồi những hệ thống không còn dùng.",
            "The province has given access to 200 clients. Revoke those that are not used any more.",
        )


class ClientRevoked(Conflict):
    """Nothing can be changed of a client whose access was taken away."""

    slug = "client-revoked"
    title = Text("Hệ thống này đã bị thu hồi quyền", "The client was revoked")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Quyền đã thu hồi không cấp lại được; hãy tạo mới.", "It cannot be given back; create a new client."
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


class UsernameTaken(Conflict):
    """Another account of the province has this user name."""

    slug = "username-taken"
    title = Text("Tên đăng nhập đã có người dùng", "The user name is taken")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Trong tỉnh đã có tài khoản mang tên này; vui lòng chọn tên khác.",
            "The province already has an account of this name; please choose another.",
        )


class AccountNotFound(NotFound):
    """The province has no staff account of this name."""

    slug = "account-not-found"
    title = Text("Không có tài khoản này", "There is no such account")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where to look."""
        return Text(
            "Không có tài khoản cán bộ mang tên này trong tỉnh; vui lòng kiểm tra lại tên đăng nhập.",
            "The province has no staff account of this name; please check the user name.",
        )


class InvalidAccount(Invalid):
    """User name or password cannot be accepted; `errors` says why."""

    slug = "invalid-account"
    title = Text("Thông tin tài khoản chưa hợp lệ", "The account's data is not valid")

    @classmethod
    def default_detail(cls) -> Text:
        """Point at the errors."""
        return Text(
            "Vui lòng sửa theo hướng dẫn ở từng mục trong errors; chưa có gì được ghi.",
            "Please correct what errors says; nothing was written.",
        )


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


class SecondFactorNeeded(Unauthenticated):
    """The password is right, and the account has a second factor; `handle` goes with the code, within five minutes."""

    slug = "second-factor-needed"
    title = Text("Cần mã xác thực thứ hai", "A second factor is needed")

    def __init__(self, handle: str) -> None:
        super().__init__(
            Text("Hãy gửi handle cùng mã của ứng dụng, hoặc mã khôi phục.", "Send handle with a code of your app."),
            handle=handle,
        )
        self.handle = handle


class WrongSecondFactor(Unauthenticated):
    """The code is none of now, or was used."""

    slug = "wrong-second-factor"
    title = Text("Mã xác thực không đúng", "The code is wrong")
    audited = True

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text("Chờ mã mới rồi nhập lại; mỗi mã dùng một lần.", "Wait for the next code; each is good once.")


class WrongFactorCode(Invalid):
    """The same of somebody who is signed in."""

    slug = "wrong-factor-code"
    title = WrongSecondFactor.title


class SecondFactorRefused(SessionExpired):
    """The first step is too old, or the password has changed since."""

    slug = "second-factor-refused"


class FactorThere(Conflict):
    """The account has a second factor."""

    slug = "second-factor-there"
    title = Text("Tài khoản đã có xác thực hai bước", "There is a second factor already")


class NoFactor(NotFound):
    """The account has no second factor, or none has begun."""

    slug = "no-second-factor"
    title = Text("Tài khoản chưa có xác thực hai bước", "There is no second factor")


class UnknownStaffSession(NotFound):
    """There is no such session of one's own."""

    slug = "unknown-session"
    title = Text("Không có phiên đăng nhập này", "No such session")
