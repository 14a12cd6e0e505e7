"""Problems of signing in at a provider."""

from __future__ import annotations

from app.kit.problems import Invalid, NotFound, Unauthenticated, Unavailable
from app.kit.text import Text


class NoProvider(NotFound):
    """This installation knows no provider."""

    slug = "no-identity-provider"
    title = Text("Chưa nối hệ thống định danh", "No identity provider")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what else there is."""
        return Text(
            "Nơi này chưa cho đăng nhập bằng tài khoản định danh; hãy đăng nhập bằng số điện thoại.",
            "One cannot sign in with an identity account here; sign in with a phone number.",
        )


class UnknownRedirect(Invalid):
    """The address to come back to is not one of those the operator has allowed."""

    slug = "unknown-redirect"
    title = Text("Địa chỉ quay về chưa được phép", "Nobody may be sent back to that address")

    @classmethod
    def default_detail(cls) -> Text:
        """Say who can change it."""
        return Text(
            "redirect_uri cần đúng từng ký tự như một địa chỉ trong LIENTHONG_OIDC_REDIRECTS.",
            "redirect_uri must be, to the letter, one of the addresses in LIENTHONG_OIDC_REDIRECTS.",
        )


class IdentityRefused(Unauthenticated):
    """Handle, state, code and what the provider signed do not belong together, or are too old: which is not said."""

    slug = "identity-refused"
    title = Text("Chưa xác nhận được danh tính", "The identity could not be confirmed")
    audited = True

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Lần đăng nhập này đã quá 10 phút, đã dùng, bị huỷ hoặc không khớp. Hãy đăng nhập lại từ đầu.",
            "This signing in is older than 10 minutes, was used, was cancelled or does not fit. Please start again.",
        )


class ProviderUnreachable(Unavailable):
    """The provider does not answer, or not as the standard says."""

    slug = "identity-provider-unreachable"
    title = Text("Hệ thống định danh chưa trả lời", "The identity provider does not answer")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what else there is."""
        return Text(
            "Hãy thử lại sau ít phút hoặc đăng nhập bằng số điện thoại; gửi phản ánh thì không cần đăng nhập.",
            "Try again in some minutes, or sign in with a phone number; you can send reports without signing in.",
        )
