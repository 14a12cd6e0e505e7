"""Wire shapes of identity, v1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from app.oidc.terms import Assurance

from .terms import FactorRule, NewToken, Role, SignedIn, StaffSessionView


class SignInIn(BaseModel):
    """An officer's user name and password, which may begin or end with a blank."""

    model_config = ConfigDict(extra="forbid")

    username: Annotated[str, Field(min_length=1, max_length=128, examples=["canbo.camthuong"])]
    password: Annotated[SecretStr, Field(min_length=1, max_length=256, examples=["r7kd-q2mx-9whb-tc4e"])]


class PasswordLinkIn(BaseModel):
    """What a link ends with, and the password that its holder wants."""

    model_config = ConfigDict(extra="forbid")

    link: Annotated[SecretStr, Field(min_length=1, max_length=128, examples=["lti_1_Zk3v…"])]
    password: Annotated[SecretStr, Field(min_length=1, max_length=256)]


class OwnPasswordIn(BaseModel):
    """The present password and the one that is to take its place."""

    model_config = ConfigDict(extra="forbid")

    current: Annotated[SecretStr, Field(min_length=1, max_length=256)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=256)]


class MembershipOut(BaseModel):
    """One role in one unit; `/api/v1/me` adds the unit's name."""

    unit_id: UUID
    role: Role
    instead_of: str | None = Field(description="Làm thay ai, nếu có. For whom one stands in, if for somebody.")


class AccountOut(BaseModel):
    """Whose account it is. A device has neither user name nor name."""

    id: UUID
    kind: Literal["staff", "citizen"]
    username: str | None = Field(examples=["canbo.camthuong"])
    name: str | None = Field(examples=["Nguyễn Thị Hoa"])


class FactorRuleIn(BaseModel):
    """Whether a role needs a second step."""

    model_config = ConfigDict(extra="forbid")

    demanded: bool
    provider: Assurance | None = Field(
        None,
        description="Đăng nhập qua hệ thống định danh từ mức này trở lên thì thay được bước hai; trống: không. Signing "
        "in at the provider with this assurance or more stands for the second step; absent: it does not.",
    )


class FactorRuleOut(BaseModel):
    """Whether a role needs a second step, as it holds."""

    role: Role
    demanded: bool
    provider: Assurance | None
    version: int = Field(description="0: mặc định. As packaged. Send it back as `If-Match`.")

    @classmethod
    def of(cls, rule: FactorRule) -> Self:
        """The rule on the wire."""
        return cls(role=rule.role, demanded=rule.demanded, provider=rule.provider, version=rule.version)


class FactorRuleListOut(BaseModel):
    """The rule of every role."""

    items: list[FactorRuleOut]


class SessionOut(BaseModel):
    """Who is signed in, until when, as what. `expires_at` is null for a device: it stays until it signs out."""

    account: AccountOut
    memberships: list[MembershipOut]
    must_enrol: bool = Field(
        description="Cần bật xác thực hai bước trước khi làm việc khác. A second step has to be set up first."
    )
    expires_at: datetime | None

    @classmethod
    def of(cls, signed_in: SignedIn) -> SessionOut:
        """The session on the wire."""
        return cls.model_validate(_session(signed_in))


class TokenOut(SessionOut):
    """A new token, shown this once, with its session."""

    access_token: str = Field(examples=["lts_1_Zk3v…"])
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme's name

    @classmethod
    def of_token(cls, new: NewToken) -> TokenOut:
        """The token on the wire."""
        return cls.model_validate({"access_token": new.access_token, **_session(new.signed_in)})


def _session(signed_in: SignedIn) -> dict[str, object]:
    actor = signed_in.actor
    return {
        "account": {
            "id": actor.id,
            "kind": actor.kind.value,
            "username": signed_in.username,
            "name": actor.name or None,
        },
        "memberships": [
            {
                "unit_id": held.unit_id,
                "role": held.role,
                "instead_of": held.instead_of.name if held.instead_of is not None else None,
            }
            for held in actor.memberships
        ],
        "must_enrol": signed_in.must_enrol,
        "expires_at": signed_in.expires_at,
    }


class SecondStepIn(BaseModel):
    """The second step of signing in."""

    model_config = ConfigDict(extra="forbid")

    handle: SecretStr = Field(max_length=1000, description="Có trong lỗi second-factor-needed. Came with the problem.")
    code: SecretStr = Field(max_length=40, examples=["042137"])


class OwnProofIn(BaseModel):
    """That it is the officer who sits there."""

    model_config = ConfigDict(extra="forbid")

    password: SecretStr = Field(
        SecretStr(""),
        max_length=256,
        description="Mật khẩu hiện tại; tài khoản không có mật khẩu thì bỏ trống. The present one, if there is one.",
    )


class FactorCodeIn(BaseModel):
    """A code of the app, or a recovery code where that is taken."""

    model_config = ConfigDict(extra="forbid")

    code: SecretStr = Field(max_length=40, examples=["042137"])


class FactorStandingOut(BaseModel):
    """Whether there is a second factor."""

    since: datetime | None = Field(description="Trống: chưa có. Null: there is none.")
    recovery_codes: int = Field(description="Còn bao nhiêu mã khôi phục. How many recovery codes are left.")


class NewFactorOut(BaseModel):
    """A secret for an authenticator app, shown this once."""

    secret: str = Field(examples=["JBSW Y3DP EHPK 3PXP"], description="Để gõ tay, cơ số 32. To be typed, base 32.")
    uri: str = Field(description="Để làm mã QR. For a QR code: otpauth://totp/…")


class RecoveryCodesOut(BaseModel):
    """Codes that stand in for the app, each once, shown this once."""

    recovery_codes: list[str] = Field(examples=[["abcde-fghij"]])


class StaffSessionOut(BaseModel):
    """Where an officer is signed in."""

    id: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    current: bool = Field(description="Phiên đang hỏi. The one that asks.")


class StaffSessionListOut(BaseModel):
    """Where an officer is signed in, the newest first."""

    items: list[StaffSessionOut]

    @classmethod
    def of(cls, found: Sequence[StaffSessionView]) -> Self:
        """The list on the wire."""
        return cls(items=[StaffSessionOut(**one._asdict()) for one in found])


class LinkedIdentityOut(BaseModel):
    """An identity at a provider that opens the account."""

    issuer: str
    since: datetime
    seen_at: datetime


class LinkedIdentityListOut(BaseModel):
    """All of them, oldest first."""

    items: list[LinkedIdentityOut]
