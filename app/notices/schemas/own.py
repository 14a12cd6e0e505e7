"""Wire shapes of notices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StrictBool, StringConstraints

from app.kit.text import Lang, Text
from app.notices.domain import unbase64url
from app.notices.terms import Channel, Notice, NoticeState, Preferences, QuietHours
from app.web.fields import WireIn
from app.web.problems import SaidError

_TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
_P256DH_BYTES, _AUTH_BYTES = 65, 16


def _bytes(count: int) -> AfterValidator:
    def checked(text: str) -> str:
        try:
            right = len(unbase64url(text)) == count
        except ValueError:
            right = False
        if not right:
            raise SaidError(Text(f"Cần {count} byte dạng base64url.", f"This must be {count} bytes in base64url."))
        return text

    return AfterValidator(checked)


class QuietHoursIn(WireIn):
    """Local time in which nobody is woken, over midnight when `until` is earlier; equal times: never quiet."""

    since: _TimeOfDay
    until: _TimeOfDay

    def hours(self) -> QuietHours:
        """The same in our own terms."""
        return QuietHours(time.fromisoformat(self.since), time.fromisoformat(self.until))


class PreferencesIn(WireIn):
    """How you want to be told of this report."""

    language: Lang = Lang.VI
    channels: list[Channel] = Field(default=list(Channel), max_length=len(Channel))
    quiet_hours: QuietHoursIn | None = Field(None, description="Mặc định 21:00–07:00. By default 21:00 to 07:00.")
    wanted: StrictBool = Field(
        True,  # noqa: FBT003 - the default of a field
        description="`false`: chỉ những gì luật yêu cầu. Only what law asks for.",
    )

    def preferences(self) -> Preferences:
        """The same in our own terms."""
        quiet = self.quiet_hours.hours() if self.quiet_hours else None
        return Preferences(self.language, frozenset(self.channels), quiet, self.wanted)


class QuietHoursOut(BaseModel):
    """Local time in which nobody is woken."""

    since: str
    until: str


def times_of_day(hours: QuietHours) -> dict[str, Any]:
    """The hours as a QuietHoursOut has them."""
    return {"since": f"{hours.since:%H:%M}", "until": f"{hours.until:%H:%M}"}


class NoticeOut(BaseModel):
    """One notice; never with the address it went to."""

    id: UUID
    occasion: str
    channel: Channel
    language: Lang
    legal: bool = Field(description="Luật yêu cầu báo. Law asks for it.")
    state: NoticeState
    attempts: int
    created_at: datetime
    next_at: datetime | None
    settled_at: datetime | None
    said: str | None = Field(description="Nơi nhận trả lời gì. What the other side said.")

    @classmethod
    def of(cls, notice: Notice) -> Self:
        """The notice."""
        return cls(
            id=notice.id,
            occasion=notice.occasion,
            channel=notice.channel,
            language=notice.lang,
            legal=notice.legal,
            state=notice.state,
            attempts=notice.attempts,
            created_at=notice.created_at,
            next_at=notice.next_at if notice.state is NoticeState.WAITING else None,
            settled_at=notice.settled_at,
            said=notice.said,
        )


class OwnNoticeOut(BaseModel):
    """One notice, as its reader is told of it."""

    occasion: str
    channel: Channel
    state: NoticeState
    at: datetime


class PreferencesOut(BaseModel):
    """How you are told of this report, and what you were told so far, newest first."""

    language: Lang
    channels: list[Channel]
    quiet_hours: QuietHoursOut | None
    wanted: bool
    told: list[OwnNoticeOut]

    @classmethod
    def of(cls, wanted: Preferences, told: Iterable[Notice]) -> Self:
        """The preferences with the notices."""
        return cls(
            language=wanted.lang,
            channels=sorted(wanted.channels),
            quiet_hours=QuietHoursOut(**times_of_day(wanted.quiet)) if wanted.quiet else None,
            wanted=wanted.wanted,
            told=[
                OwnNoticeOut(
                    occasion=one.occasion, channel=one.channel, state=one.state, at=one.settled_at or one.created_at
                )
                for one in told
            ],
        )


class NoticeListOut(BaseModel):
    """The newest notices about a case, newest first."""

    items: list[NoticeOut]

    @classmethod
    def of(cls, notices: Iterable[Notice]) -> Self:
        """All of them."""
        return cls(items=[NoticeOut.of(notice) for notice in notices])


class DeviceKeysIn(WireIn):
    """Keys of a browser (RFC 8291), as `PushSubscription.toJSON()` writes them."""

    p256dh: Annotated[str, StringConstraints(max_length=200), _bytes(_P256DH_BYTES)]
    auth: Annotated[str, StringConstraints(max_length=100), _bytes(_AUTH_BYTES)]


class DeviceIn(WireIn):
    """A browser's push subscription, as `PushSubscription.toJSON()` writes it."""

    endpoint: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    keys: DeviceKeysIn
    expirationTime: int | None = Field(None, description="Không dùng. Ignored.")  # noqa: N815 - the browser's own word


class DeviceGoneIn(WireIn):
    """The browser that is to be told no more."""

    endpoint: Annotated[str, StringConstraints(max_length=2000)]


class PushKeyOut(BaseModel):
    """What a browser subscribes with (`applicationServerKey`)."""

    key: str | None = Field(description="null: máy chủ này không gửi thông báo. This server sends none.")
