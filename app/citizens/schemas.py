"""Wire shapes of citizens signing in, v1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, SecretStr, StringConstraints

from app.identity.terms import DeviceView, NewSession
from app.oidc.domain import HANDLE_LIFETIME
from app.oidc.terms import Assurance
from app.web.fields import WireIn

from .domain import CODE_LIFETIME, RESEND_AFTER
from .terms import ProvenIdentity

_Proof = Annotated[SecretStr, Field(max_length=100)]
_Phone = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class CodeIn(WireIn):
    """Where a code is to be sent."""

    phone: _Phone = Field(description="Số di động. A mobile number.", examples=["0912 345 678"])
    device_proof: _Proof | None = Field(
        None,
        description="Nhận khi đăng nhập lần trước bằng số này; nhờ đó người khác không dùng hết mã của bạn. As this "
        "device was given it when it signed in with the number before: so nobody else uses up your codes.",
    )


class CodeSentOut(BaseModel):
    """A code is on its way."""

    expires_in_s: int = Field(
        int(CODE_LIFETIME.total_seconds()), description="Mã dùng được bao lâu. How long it is good."
    )
    resend_after_s: int = Field(
        int(RESEND_AFTER.total_seconds()), description="Sau bao lâu thì nên gửi lại. When another may be asked for."
    )


class CodeCheckIn(WireIn):
    """The code as it came."""

    phone: _Phone = Field(examples=["0912 345 678"])
    code: Annotated[str, StringConstraints(strip_whitespace=True, pattern="^[0-9]{6}$")] = Field(examples=["042137"])
    device_proof: _Proof | None = Field(None, description="Như khi xin mã. As when the code was asked for.")


class RefreshIn(WireIn):
    """The refresh token that was given last."""

    refresh_token: SecretStr = Field(max_length=200)


class CitizenTokensOut(BaseModel):
    """Tokens of a citizen, shown this once."""

    access_token: str = Field(examples=["ltc_…"])
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme's name
    expires_at: datetime = Field(description="Của access_token. Of the access token: a quarter of an hour.")
    refresh_token: str = Field(
        examples=["ltr_…"],
        description="Dùng một lần để lấy cặp mới; mất câu trả lời thì gửi lại trong 60 giây. Good for one new pair; "
        "when the answer is lost, send it again within 60 s.",
    )
    citizen: UUID
    device_proof: str | None = Field(
        None,
        examples=["ltk_…"],
        description="Chỉ khi đăng nhập bằng số điện thoại; giữ cả sau khi đăng xuất, 180 ngày. Only when a phone has "
        "signed in: keep it beyond signing out, for 180 days.",
    )

    @classmethod
    def of(cls, new: NewSession, proof: str | None = None) -> Self:
        """The tokens on the wire."""
        return cls.model_validate(
            {
                "access_token": new.access_token,
                "expires_at": new.signed_in.expires_at,
                "refresh_token": new.refresh_token,
                "citizen": new.signed_in.actor.id,
                "device_proof": proof,
            }
        )


class ProviderOut(BaseModel):
    """Who vouches for people here."""

    name: str = Field(examples=["VNeID"])
    issuer: str = Field(examples=["https://id.example.vn"])


class SignInMethodsOut(BaseModel):
    """How a citizen can sign in here."""

    phone: bool = Field(description="Bằng mã gửi đến số di động. With a code to a phone: POST /auth/otp.")
    provider: ProviderOut | None = Field(
        description="Bằng tài khoản định danh; trống nếu chưa nối. With an identity account: POST /auth/oidc; null: no."
    )


class ProviderSignInIn(WireIn):
    """How a signing in at the provider is to come back."""

    redirect_uri: Annotated[str, StringConstraints(max_length=500)] | None = Field(
        None,
        description="Một trong các địa chỉ đã khai báo; trống: địa chỉ đầu. One of those allowed; absent: the first.",
    )
    link: bool = Field(
        False,  # noqa: FBT003 - the default of a field
        description="Gắn danh tính vào tài khoản đang đăng nhập. Give the identity to the account that is signed in.",
    )


class ProviderSignInOut(BaseModel):
    """Where to send the person, and what to keep until they are back."""

    authorization_url: str = Field(description="Mở trong trình duyệt. To be opened in the system's browser.")
    handle: str = Field(
        examples=["lto_…"],
        description="Ứng dụng giữ riêng, gửi lại cùng code và state. Kept by the app, sent with code and state.",
    )
    expires_in_s: int = Field(int(HANDLE_LIFETIME.total_seconds()))


class ProviderCheckIn(WireIn):
    """What the person came back with."""

    handle: SecretStr = Field(max_length=2000)
    state: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    code: Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class ProvenIdentityOut(BaseModel):
    """Somebody vouches for the person."""

    issuer: str
    assurance: Assurance = Field(description="Mức độ định danh, theo lần đăng nhập gần nhất. As of the newest sign-in.")
    verified_at: datetime

    @classmethod
    def all_of(cls, found: Sequence[ProvenIdentity]) -> list[Self]:
        """The identities on the wire."""
        return [
            cls(issuer=one.issuer, assurance=Assurance(one.assurance), verified_at=one.verified_at) for one in found
        ]


class MeOut(BaseModel):
    """Who is signed in, for the person alone."""

    citizen: UUID
    phone: str | None = Field(description="Trống: thiết bị chưa xác nhận số. Null: a device without a phone.")
    identities: list[ProvenIdentityOut] = Field(
        description="Tài khoản định danh đã gắn. Identity accounts that prove it."
    )


class DeviceOut(BaseModel):
    """Where a citizen is signed in."""

    id: UUID
    user_agent: str
    created_at: datetime
    last_used_at: datetime
    current: bool = Field(description="Thiết bị đang hỏi. The one that asks.")


class DeviceListOut(BaseModel):
    """Where a citizen is signed in, the newest first."""

    items: list[DeviceOut]

    @classmethod
    def of(cls, found: Sequence[DeviceView]) -> Self:
        """The list on the wire."""
        return cls(
            items=[
                DeviceOut(
                    id=one.id,
                    user_agent=one.user_agent,
                    created_at=one.created_at,
                    last_used_at=one.last_used_at,
                    current=one.current,
                )
                for one in found
            ]
        )


class ClaimIn(WireIn):
    """A report that was sent without an account, and the secret that came with it."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    tracking_secret: SecretStr = Field(max_length=200)
