"""Problems of officers' accounts, their passwords and their second factors."""

from __future__ import annotations

from app.kit.problems import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Outdated,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from app.kit.text import Text

from .acting import SessionExpired


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


class WrongPassword(Invalid):
    """Somebody who is signed in gave another password than the present one."""

    slug = "wrong-password"
    title = Text("Mật khẩu hiện tại không đúng", "The present password is wrong")
    audited = True

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Vui lòng kiểm tra bộ gõ tiếng Việt rồi nhập lại. Nếu quên, hãy xin quản trị viên đặt lại mật khẩu.",
            "Please check the keyboard layout and try again. If it is forgotten, ask your administrator to reset it.",
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

    audited = True
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


class SecondFactorDemanded(Forbidden):
    """A role of the officer needs a second step, and there is none: nothing else can be done before it is set up."""

    slug = "second-factor-demanded"
    title = Text("Cần bật xác thực hai bước", "A second step has to be set up")

    @classmethod
    def default_detail(cls) -> Text:
        """Say how."""
        return Text(
            "Vai trò của bạn cần xác thực hai bước. Hãy bật ở trang Tài khoản, hoặc POST "
            "/api/v1/staff/me/second-factor, rồi làm tiếp.",
            "Your role needs a second step. Set it up on the page of your account, or by POST "
            "/api/v1/staff/me/second-factor, and go on.",
        )


class StaleFactorRule(Outdated):
    """Somebody has changed the rule since it was seen."""


class NoLinkedIdentity(NotFound):
    """No identity at a provider opens the account."""

    slug = "no-linked-identity"
    title = Text("Tài khoản chưa gắn tài khoản định danh", "No identity is linked to the account")


class NoOtherWayIn(Conflict):
    """The account has no password: without its identity nobody could come in."""

    slug = "no-other-way-in"
    title = Text("Đây là cách đăng nhập duy nhất", "There is no other way to sign in")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Tài khoản này không có mật khẩu. Hãy xin quản trị viên liên kết đặt mật khẩu trước, rồi gỡ tài khoản định "
            "danh.",
            "This account has no password. Ask your administrator for a link to set one first, and then unlink the "
            "identity.",
        )
