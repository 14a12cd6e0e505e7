"""Problems of signing in by phone."""

from __future__ import annotations

from app.kit.problems import Conflict, Invalid, TooMany, Unauthenticated, Unavailable
from app.kit.text import Text
from app.limits.terms import Per


class InvalidPhone(Invalid):
    """No code can be sent to such a number."""

    slug = "invalid-phone"
    title = Text("Số điện thoại chưa đúng", "Not a phone number")

    @classmethod
    def default_detail(cls) -> Text:
        """Show the form."""
        return Text(
            "Hãy nhập số di động, ví dụ 0912 345 678 hoặc +84 912 345 678.",
            "Enter a mobile number, for example 0912 345 678 or +84 912 345 678.",
        )


class TooManyCodes(TooMany):
    """The phone, the address or the device has asked for as many codes as it may for now."""

    slug = "too-many-codes"
    title = Text("Chưa gửi thêm mã được", "No more codes for now")
    audited = True

    def __init__(self, retry_after_s: int, *, by: Per) -> None:
        """`by`: what has asked for too many: the phone or the device, the phone from one network, or all of a place."""
        minutes = -(-retry_after_s // 60)
        told = {Per.PERSON: _OWN_CODES, Per.SHARE: _CODES_FROM_HERE}.get(by, _CODES_OF_OTHERS)
        super().__init__(told.fill(minutes=minutes), retry_after_s=retry_after_s)


_OWN_CODES = Text(
    "Đã yêu cầu nhiều mã cho số này trong thời gian ngắn. Hãy dùng mã mới nhất, hoặc thử lại sau {minutes} phút.",
    "Many codes were asked for this phone in a short time. Use the newest you have, or try again in {minutes} min.",
)
_CODES_FROM_HERE = Text(
    "Mạng bạn đang dùng đã yêu cầu nhiều mã cho số này. Hãy dùng mã mới nhất, thử lại sau {minutes} phút, hoặc dùng "
    "mạng khác (ví dụ tắt Wi-Fi, bật dữ liệu di động).",
    "Many codes were asked for this phone from the network you use. Use the newest you have, try again in {minutes} "
    "min., or use another network (mobile data in place of Wi-Fi, for instance).",
)
_CODES_OF_OTHERS = Text(
    "Nhiều người cùng mạng với bạn vừa yêu cầu mã nên chưa gửi mã cho bạn. Hãy thử lại sau {minutes} phút, hoặc dùng "
    "mạng khác; gửi phản ánh thì không cần đăng nhập.",
    "Many people in your network have just asked for codes, so none was sent to you. Try again in {minutes} min., or "
    "by another network; you can send reports without signing in.",
)


class WrongCode(Unauthenticated):
    """The code does not fit, is too old, was used, or was guessed at too often: which of them is not said."""

    slug = "wrong-code"
    title = Text("Mã không đúng hoặc đã hết hạn", "The code is wrong or no longer good")
    audited = True

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Mã có 6 chữ số, dùng một lần trong 5 phút, nhập sai tối đa 5 lần. Hãy yêu cầu mã mới nếu cần.",
            "A code has 6 digits and is good once within 5 minutes, for 5 tries. Ask for a new one if you need it.",
        )


class CodeNotSent(Unavailable):
    """The gateway took no message, or there is none."""

    slug = "code-not-sent"
    title = Text("Chưa gửi được mã", "The code could not be sent")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Hệ thống nhắn tin chưa nhận tin này. Hãy thử lại sau ít phút; gửi phản ánh thì không cần đăng nhập.",
            "The message system did not take it. Try again in some minutes; you can send reports without signing in.",
        )


class IdentityTaken(Conflict):
    """The identity proves another account, to which it stays."""

    slug = "identity-taken"
    title = Text("Danh tính này đã thuộc tài khoản khác", "The identity has an account already")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Hãy đăng xuất rồi đăng nhập bằng danh tính đó; phản ánh ẩn danh có thể đưa vào bằng mã theo dõi.",
            "Sign out and sign in with that identity; anonymous reports can be brought in with their tracking secrets.",
        )
