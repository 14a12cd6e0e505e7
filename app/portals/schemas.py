"""Wire shapes of portals: as everyone reads them, as administrators set them up, what is compared with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self

import orjson
from pydantic import BaseModel, Field, StringConstraints

from app.directory.snapshot import Directory
from app.directory.terms import Tier
from app.identity.terms import NewKey
from app.kit.ids import TenantId, UnitId
from app.kit.text import Lang, Text
from app.publication.terms import Held, PortalDay, Told
from app.web.fields import PhraseText, TextOut, WireIn

from .terms import BRAND, LINK, MOST_FRAMERS, CalendarAddress, Portal, Wanted

Colour = Annotated[str, StringConstraints(max_length=7, to_lower=True)]
Framer = Annotated[str, StringConstraints(max_length=200, to_lower=True)]


class PortalTextIn(WireIn):
    """A sentence in both languages."""

    vi: PhraseText
    en: PhraseText


class PortalIn(WireIn):
    """How the portal of a unit is to look."""

    name: PortalTextIn
    intro: PortalTextIn
    brand: Colour = Field(
        BRAND,
        description="Màu nền dưới chữ trắng, tương phản từ 4.5:1. The ground of white words, 4.5:1 at least.",
        examples=["#7a1f2b"],
    )
    link: Colour = Field(
        LINK,
        description="Màu liên kết trên nền trang, tương phản từ 4.5:1. The colour of links, 4.5:1 at least.",
        examples=["#8a1c1c"],
    )
    frame_ancestors: list[Framer] = Field(
        default_factory=list,
        max_length=MOST_FRAMERS,
        description="Các trang được nhúng khung trạng thái. Sites that may show the status widget in a frame.",
        examples=[["https://haiduong.gov.vn"]],
    )

    def wanted(self) -> Wanted:
        """The same as the program knows it."""
        name, intro = Text(self.name.vi, self.name.en), Text(self.intro.vi, self.intro.en)
        return Wanted(name, intro, self.brand, self.link, tuple(dict.fromkeys(self.frame_ancestors)))


class PortalLinksOut(BaseModel):
    """Where the portal's page, feeds and widget are."""

    page: str
    atom: str
    json_feed: str
    geojson: str
    csv: str
    sitemap: str
    widget: str
    changes: str
    digest: str


class PortalUnitOut(BaseModel):
    """A unit with a portal of its own, as every unit has one."""

    code: str
    name: str
    tier: Tier


class PortalOut(BaseModel):
    """The portal of a unit: its name and colours, where it stands in the tree, where everything is."""

    unit: PortalUnitOut
    name: TextOut
    intro: TextOut
    brand: str
    link: str
    parent: PortalUnitOut | None
    children: list[PortalUnitOut]
    links: PortalLinksOut

    @classmethod
    def of(cls, portal: Portal, directory: Directory, tenant_id: TenantId) -> Self:
        """The wire shape."""
        return cls.model_validate(_portal(portal, directory, tenant_id))


class PortalSetupOut(PortalOut):
    """The same for administrators."""

    frame_ancestors: list[str]
    version: int = Field(description="Gửi lại trong `If-Match`. 0: chưa thiết lập. Send it back as `If-Match`.")
    updated_at: datetime | None

    @classmethod
    def of(cls, portal: Portal, directory: Directory, tenant_id: TenantId) -> Self:
        """The wire shape."""
        setup = {
            "frame_ancestors": list(portal.look.frame_ancestors),
            "version": portal.version,
            "updated_at": portal.updated_at,
        }
        return cls.model_validate({**_portal(portal, directory, tenant_id), **setup})


def links(code: str) -> dict[str, str]:
    """Addresses of all that a portal has."""
    page, api = f"/portal/{code}", f"/api/v1/public/portals/{code}"
    return {
        "page": page,
        "atom": f"{page}/feed.atom",
        "json_feed": f"{page}/feed.json",
        "geojson": f"{page}/cases.geojson",
        "csv": f"{page}/cases.csv",
        "sitemap": f"{page}/sitemap.xml",
        "widget": f"{page}/widget",
        "changes": f"{api}/changes",
        "digest": f"{api}/digest",
    }


def _portal(portal: Portal, directory: Directory, tenant_id: TenantId) -> dict[str, Any]:
    unit, look = portal.unit, portal.look

    def named(one: Any) -> dict[str, Any]:
        return {"code": one.code, "name": one.name, "tier": one.tier}

    above = directory.parent(tenant_id, UnitId(unit.id))
    return {
        "unit": named(unit),
        "name": look.name._asdict(),
        "intro": look.intro._asdict(),
        "brand": look.brand,
        "link": look.link,
        "parent": named(above) if above else None,
        "children": [named(one) for one in directory.child_units(tenant_id, UnitId(unit.id))],
        "links": links(unit.code),
    }


class PortalKeyOut(BaseModel):
    """The key that others send reports with for a portal; shown once."""

    client: str = Field(description="Tên ở mục Hệ thống được cấp khoá. Its name among the province's clients.")
    key: str = Field(description="Hãy cất ngay: không xem lại được. Keep it now: it is never shown again.")
    expires_at: datetime

    @classmethod
    def of(cls, new: NewKey) -> Self:
        """The wire shape."""
        return cls(client=new.client.name, key=new.key, expires_at=new.client.expires_at)


class PortalChangeOut(BaseModel):
    """A case as it became in a portal; `case` is null when the portal shows it no longer."""

    code: str
    revision: int
    sha256: str = Field(description="SHA-256 của `case` ở dạng chuẩn RFC 8785. Of `case` in the form of RFC 8785.")
    updated_at: datetime
    withdrawn: bool
    case: dict[str, Any] | None = Field(description="Như một dòng của /public/cases. As a line of /public/cases.")


class PortalChangesOut(BaseModel):
    """Changes in their order."""

    items: list[PortalChangeOut]
    cursor: str | None = Field(description="Gửi lại ở lần đọc sau. Send it back with the next request.")
    more: bool = Field(description="Còn nữa ngay bây giờ. There are more right now.")


class PortalDayOut(BaseModel):
    """The cases opened on one day that the portal shows."""

    day: date
    cases: int | None = Field(description="Trống: ngày có nhiều việc vừa thay đổi, hỏi lại sau ít giây. Null as below.")
    sha256: str | None = Field(
        description="Trống như trên: so từng vụ việc, hoặc hỏi lại. Null: a day of many cases changed a moment ago; "
        "compare case by case, or ask again in some seconds."
    )


class PortalDigestOut(BaseModel):
    """A digest of each day; a day that is not named has no case."""

    portal: str
    time_zone: str
    days: list[PortalDayOut]


class HeldOut(BaseModel):
    """A case as its day's digest counts it."""

    code: str
    revision: int
    sha256: str


class PortalDayListOut(BaseModel):
    """What the digest of a day is made of."""

    portal: str
    day: date
    items: list[HeldOut] = Field(description="Theo lúc mở. In the order in which they were opened.")
    next_cursor: str | None


class CalendarAddressOut(BaseModel):
    """An officer's address of due dates, without its secret."""

    lang: Lang
    created_at: datetime

    @classmethod
    def of(cls, address: CalendarAddress) -> Self:
        """The wire shape."""
        return cls(lang=address.lang, created_at=address.created_at)


class NewCalendarAddressOut(CalendarAddressOut):
    """The same, made just now."""

    path: str = Field(
        description="Bí mật; chỉ hiện một lần. Ai có địa chỉ này xem được lịch hạn. Secret, and shown once.",
    )

    @classmethod
    def of(cls, address: CalendarAddress) -> Self:
        """The wire shape."""
        return cls(lang=address.lang, created_at=address.created_at, path=calendar_path(address))


def calendar_path(address: CalendarAddress) -> str:
    """Where the calendar of an address that was made just now is."""
    assert address.secret is not None
    return f"/calendars/{address.secret}.ics"


def changes_answer(told: Sequence[Told], *, cursor: str | None, more: bool) -> bytes:
    """Changes as a PortalChangesOut in JSON; lines stay the bytes they are stored as."""
    items = [
        {
            "code": one.code,
            "revision": one.revision,
            "sha256": one.sha256,
            "updated_at": one.updated_at,
            "withdrawn": one.line is None,
            "case": orjson.Fragment(one.line) if one.line is not None else None,
        }
        for one in told
    ]
    return orjson.dumps({"items": items, "cursor": cursor, "more": more}, option=orjson.OPT_UTC_Z)


def digest_answer(portal: str, time_zone: str, days: Sequence[PortalDay]) -> Mapping[str, Any]:
    """Days as a PortalDigestOut."""
    return {"portal": portal, "time_zone": time_zone, "days": [one._asdict() for one in days]}


def day_answer(portal: str, day: date, held: Sequence[Held], more: str | None) -> Mapping[str, Any]:
    """A day as a PortalDayListOut."""
    return {"portal": portal, "day": day, "items": [one._asdict() for one in held], "next_cursor": more}
