"""Vocabulary of limits: what is limited, by what it is counted, and how many there may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from app.kit.gcra import Rate
from app.kit.text import Text


class Limited(StrEnum):
    """What there may not be too much of."""

    REPORTS = "reports"
    SERVICE_REQUESTS = "service_requests"
    CLIENT_REPORTS = "client_reports"
    FLOOD = "flood"  # reports beyond which one origin's are looked at by an officer first
    CODES = "codes"
    DEVICES = "devices"
    UPLOADS = "uploads"
    UPLOAD_MIB = "upload_mib"  # MiB of files, each begun MiB for one
    INVITATIONS = "invitations"  # links for officers' passwords, made by administrators
    LINKS = "links"  # uses of such links
    SIGN_INS = "sign_ins"  # passwords and codes tried
    PHONE_LOOKUPS = "phone_lookups"  # reports looked for by a phone
    SUPPORTS = "supports"  # "I meet this too", said or taken back
    UNPROVEN = "unproven"  # messages of other systems that prove nobody's

    @property
    def label(self) -> Text:
        """What people call it."""
        return _LIMITED_LABELS[self]


_LIMITED_LABELS = {
    Limited.REPORTS: Text("Phản ánh gửi đến", "Reports sent"),
    Limited.SERVICE_REQUESTS: Text("Hồ sơ nộp trực tuyến", "Service requests filed online"),
    Limited.CLIENT_REPORTS: Text("Phản ánh do hệ thống khác gửi", "Reports sent by other systems"),
    Limited.FLOOD: Text("Phản ánh dồn dập, cán bộ xem trước", "Reports in a flood, looked at by an officer first"),
    Limited.CODES: Text("Mã xác thực gửi qua SMS", "Codes sent by SMS"),
    Limited.DEVICES: Text("Máy mới dùng ứng dụng", "New devices of the app"),
    Limited.UPLOADS: Text("Tệp, ảnh tải lên", "Files and photos uploaded"),
    Limited.UPLOAD_MIB: Text("Dung lượng tải lên (MiB)", "Size of uploads (MiB)"),
    Limited.INVITATIONS: Text("Liên kết đặt mật khẩu do quản trị lập", "Links for passwords made by administrators"),
    Limited.LINKS: Text("Lần dùng liên kết đặt mật khẩu", "Uses of such links"),
    Limited.SIGN_INS: Text("Lần thử đăng nhập", "Attempts to sign in"),
    Limited.SUPPORTS: Text("Lần báo “Tôi cũng gặp”", "Supports given or taken back"),
    Limited.UNPROVEN: Text("Tin của hệ thống khác không chứng minh được ai gửi", "Messages that prove no sender"),
    Limited.PHONE_LOOKUPS: Text("Lần tìm phản ánh theo số điện thoại", "Reports looked for by a phone"),
}


class Per(StrEnum):
    """By what it is counted, from the narrowest on: what a narrow count refuses is not laid to a wider one's charge."""

    SHARE = "share"  # of a person's, what one network may use up: whoever asks in somebody's name leaves them the rest
    PERSON = "person"  # an account, a device, a phone, another system
    ADDRESS = "address"
    NETWORK = "network"
    TENANT = "tenant"

    @property
    def label(self) -> Text:
        """What people call it."""
        return _PER_LABELS[self]


_PER_LABELS = {
    Per.SHARE: Text("một mạng, trong phần của mỗi người", "one network, of each person's"),
    Per.PERSON: Text("mỗi người", "each person"),
    Per.ADDRESS: Text("mỗi địa chỉ mạng", "each network address"),
    Per.NETWORK: Text("mỗi mạng", "each network"),
    Per.TENANT: Text("cả tỉnh", "the whole province"),
}


_HOUR = timedelta(hours=1)
PACKAGED: Mapping[tuple[Limited, Per], Rate] = MappingProxyType(
    {
        (Limited.REPORTS, Per.PERSON): Rate(60, _HOUR),
        (Limited.REPORTS, Per.ADDRESS): Rate(2_000, _HOUR),
        (Limited.REPORTS, Per.NETWORK): Rate(20_000, _HOUR),
        (Limited.REPORTS, Per.TENANT): Rate(100_000, _HOUR),
        (Limited.SERVICE_REQUESTS, Per.PERSON): Rate(60, _HOUR),
        (Limited.SERVICE_REQUESTS, Per.ADDRESS): Rate(600, _HOUR),
        (Limited.SERVICE_REQUESTS, Per.NETWORK): Rate(6_000, _HOUR),
        (Limited.SERVICE_REQUESTS, Per.TENANT): Rate(50_000, _HOUR),
        (Limited.CLIENT_REPORTS, Per.PERSON): Rate(6_000, _HOUR),
        (Limited.FLOOD, Per.PERSON): Rate(20, _HOUR),
        (Limited.FLOOD, Per.ADDRESS): Rate(300, _HOUR),
        (Limited.FLOOD, Per.NETWORK): Rate(3_000, _HOUR),
        (Limited.CODES, Per.SHARE): Rate(3, _HOUR),
        (Limited.CODES, Per.PERSON): Rate(5, _HOUR),
        (Limited.CODES, Per.ADDRESS): Rate(60, _HOUR),
        (Limited.CODES, Per.NETWORK): Rate(600, _HOUR),
        (Limited.CODES, Per.TENANT): Rate(20_000, _HOUR),
        (Limited.DEVICES, Per.ADDRESS): Rate(200, _HOUR),
        (Limited.DEVICES, Per.NETWORK): Rate(2_000, _HOUR),
        (Limited.UPLOADS, Per.ADDRESS): Rate(600, _HOUR),
        (Limited.UPLOADS, Per.NETWORK): Rate(4_000, _HOUR),
        (Limited.UPLOAD_MIB, Per.PERSON): Rate(1_000, _HOUR),
        (Limited.UPLOAD_MIB, Per.ADDRESS): Rate(10_000, _HOUR),
        (Limited.UPLOAD_MIB, Per.NETWORK): Rate(40_000, _HOUR),
        (Limited.UPLOAD_MIB, Per.TENANT): Rate(100_000, _HOUR),
        (Limited.INVITATIONS, Per.PERSON): Rate(200, _HOUR),
        (Limited.INVITATIONS, Per.TENANT): Rate(2_000, _HOUR),
        (Limited.LINKS, Per.ADDRESS): Rate(60, _HOUR),
        (Limited.LINKS, Per.NETWORK): Rate(600, _HOUR),
        (Limited.PHONE_LOOKUPS, Per.PERSON): Rate(60, _HOUR),
        (Limited.SUPPORTS, Per.PERSON): Rate(60, _HOUR),
        (Limited.SUPPORTS, Per.ADDRESS): Rate(600, _HOUR),
        (Limited.SUPPORTS, Per.NETWORK): Rate(6_000, _HOUR),
        (Limited.UNPROVEN, Per.ADDRESS): Rate(300, _HOUR),
        (Limited.UNPROVEN, Per.NETWORK): Rate(3_000, _HOUR),
        (Limited.SIGN_INS, Per.ADDRESS): Rate(1_200, _HOUR),
        (Limited.SIGN_INS, Per.NETWORK): Rate(12_000, _HOUR),
    }
)
"""What holds where a province has decided nothing else. A carrier's address is thousands of phones, also in a storm."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, from where: `persons` names accounts, devices or phones, each counted for itself.

    `shared`: those of them in whose name anybody can ask, so that each network has a share of theirs alone.
    """

    address: str
    persons: tuple[str, ...] = field(default=(), repr=False)
    shared: tuple[str, ...] = field(default=(), repr=False)


class Count(NamedTuple):
    """What one key of a request came to: the rate that held, and the instant kept; None: it was one too many."""

    per: Per
    rate: Rate
    kept: datetime | None
    before: datetime | None  # as kept before; None: nothing was
    soft: bool  # beyond it a request is looked at, not refused
    what: Limited
    cost: int = 1  # for how many it counts


@dataclass(frozen=True, slots=True)
class Block:
    """Until when somebody's reports are not taken, and why, in words for them."""

    reason: str
    until: datetime


class Blocked(StrEnum):
    """What of a report's sender is blocked."""

    ACCOUNT = "account"  # a person's, or of a device without a phone
    ADDRESS = "address"

    @property
    def label(self) -> Text:
        """What people call it."""
        return _BLOCKED_LABELS[self]


_BLOCKED_LABELS = {
    Blocked.ACCOUNT: Text("tài khoản hoặc thiết bị", "account or device"),
    Blocked.ADDRESS: Text("địa chỉ mạng", "network address"),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a request: every count in the order of `Per`, and the block on whoever asks, if there is one."""

    counts: tuple[Count, ...]
    block: Block | None = None

    @property
    def refused(self) -> Count | None:
        """The narrowest count that was one too many; None: it is let in."""
        return next((count for count in self.counts if count.kept is None and not count.soft), None)

    @property
    def flooding(self) -> Per | None:
        """By what it is part of a flood; None: it is not."""
        return next((count.per for count in self.counts if count.kept is None and count.soft), None)


@dataclass(frozen=True, slots=True)
class LimitView:
    """How many there may be, as administrators see it. `version` 0: as packaged."""

    what: Limited
    per: Per
    rate: Rate
    version: int
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class LimitPreview:
    """What a limit would mean: how it holds now, how it would, and what somebody should know who decides it."""

    present: LimitView
    rate: Rate
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class BlockView:
    """A block as administrators see it; whom it is on is not told."""

    id: UUID
    what: Blocked
    report: str  # code of the report whose sender it is
    reason: str
    until: datetime
    created_at: datetime
    created_by: UUID | None
    lifted_at: datetime | None
