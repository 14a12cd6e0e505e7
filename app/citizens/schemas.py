"""Wire shapes of citizens signing in, v1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, SecretStr, StringConstraints

from app.identity.terms import DeviceView, NewSession
from app.web.fields import WireIn

from .domain import CODE_LIFETIME, RESEND_AFTER

_Phone = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class CodeIn(WireIn):
    """Where a code is to be sent."""

    phone: _Phone = Field(description="Số di động. A mobile number.", examples=["0912 345 678"])


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

    @classmethod
    def of(cls, new: NewSession) -> Self:
        """The tokens on the wire."""
        return cls.model_validate(
            {
                "access_token": new.access_token,
                "expires_at": new.signed_in.expires_at,
                "refresh_token": new.refresh_token,
                "citizen": new.signed_in.actor.id,
            }
        )


class MeOut(BaseModel):
    """Who is signed in, for the person alone."""

    citizen: UUID
    phone: str | None = Field(description="Trống: thiết bị chưa xác nhận số. Null: a device without a phone.")


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
