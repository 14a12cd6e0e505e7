"""Problems of members, their invitations and their links."""

from __future__ import annotations

from app.kit.problems import Conflict, Forbidden, Gone, Invalid, NotFound
from app.kit.text import Text


class InvalidMembership(Invalid):
    """The period of a membership cannot be."""

    slug = "invalid-membership"
    title = Text("Thời gian giữ vai trò chưa hợp lệ", "The period of the role is not valid")

    @classmethod
    def default_detail(cls) -> Text:
        """Point to the mistakes."""
        return Text("Xem từng mục trong errors; chưa có gì được ghi.", "See errors; nothing was written.")


class LastAdministrator(Conflict):
    """A province without an administrator could let nobody in any more."""

    slug = "last-administrator"
    title = Text("Đây là quản trị viên cuối cùng", "This is the last administrator")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Tỉnh cần ít nhất một quản trị viên khác không hẹn ngày hết và đăng nhập được. Hãy giao vai trò này cho "
            "người khác trước, và chờ người đó đăng nhập được.",
            "A province needs another administrator without an end who can sign in. Give the role to somebody else "
            "first, and wait until they can come in.",
        )


class MembershipHeld(Conflict):
    """The role is held in the unit already, at some time of the period."""

    slug = "membership-held"
    title = Text("Đã có vai trò này", "The role is held already")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Người này đã giữ vai trò đó ở cơ quan đó trong thời gian này; hãy đổi ngày hết của vai trò đang có.",
            "They hold this role in this unit in that time already; change until when instead.",
        )


class UnknownMembership(NotFound):
    """There is no such membership of the account, or it has ended."""

    slug = "unknown-membership"
    title = Text("Không có vai trò này", "No such membership")


class EmailTaken(Conflict):
    """Another account of the province has the e-mail address."""

    slug = "email-taken"
    title = Text("Địa chỉ thư đã có người dùng", "The e-mail address is taken")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Trong tỉnh đã có tài khoản với địa chỉ thư này; mỗi người một tài khoản, giao thêm vai trò nếu cần.",
            "The province has an account with this address: one account for each person; give it another role.",
        )


class AlreadyEntered(Conflict):
    """The account has a password: there is nothing to invite to."""

    slug = "already-entered"
    title = Text("Người này đã vào hệ thống", "They have come in already")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what there is instead."""
        return Text(
            "Tài khoản đã có mật khẩu. Nếu người đó quên, hãy dùng chức năng đặt lại mật khẩu.",
            "The account has a password. If it is forgotten, reset it.",
        )


class LinkRefused(Gone):
    """The link is none, was used, has run out, or a newer one has taken its place: they look the same."""

    slug = "link-refused"
    title = Text("Liên kết không còn dùng được", "The link is no longer good")
    audited = True

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Mỗi liên kết dùng một lần và có hạn. Hãy xin quản trị viên của cơ quan bạn liên kết mới.",
            "A link is good once, and for a time. Ask your unit's administrator for a new one.",
        )


class InvalidDeputy(Invalid):
    """Nobody can stand in like this; each mistake has a pointer."""

    slug = "invalid-deputy"
    title = Text("Chưa cử được người làm thay", "Nobody can stand in like this")

    @classmethod
    def default_detail(cls) -> Text:
        """Point to the mistakes."""
        return Text("Xem từng mục trong errors; chưa có gì được ghi.", "See errors; nothing was written.")


class DeputyThere(Conflict):
    """Somebody stands in for the officer in the unit in that time."""

    slug = "deputy-there"
    title = Text("Đã có người làm thay", "Somebody stands in already")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Trong thời gian này đã có người làm thay bạn ở cơ quan đó; hãy kết thúc lần cử trước.",
            "Somebody stands in for you in this unit in that time; end that first.",
        )


class UnknownDeputy(NotFound):
    """Nobody stands in for the officer under this id."""

    slug = "unknown-deputy"
    title = Text("Không có lần cử người làm thay này", "No such deputy")


class NotInvited(Forbidden):
    """Whom the provider vouches for has no account here: nobody is let in by a provider alone."""

    slug = "not-invited"
    title = Text("Chưa có tài khoản cán bộ", "There is no staff account")
    audited = True

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Tài khoản định danh này chưa gắn với tài khoản cán bộ nào. Hãy đăng nhập bằng mật khẩu rồi gắn ở trang "
            "Tài khoản, hoặc xin quản trị viên của cơ quan mời bằng đúng địa chỉ thư của bạn.",
            "This identity belongs to no staff account. Sign in by password and link it on the page of your account, "
            "or ask your unit's administrator to invite you by your own e-mail address.",
        )


class StaffIdentityTaken(Conflict):
    """The identity is another account's."""

    slug = "staff-identity-taken"
    title = Text("Tài khoản định danh đã gắn với người khác", "The identity is another account's")
