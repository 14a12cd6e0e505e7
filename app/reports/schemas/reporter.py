"""Wire shape of whoever hands a report in."""

from __future__ import annotations

from pydantic import Field, StrictBool

from app.kit.text import Lang
from app.web.fields import WireIn


class ReporterIn(WireIn):
    """Who reports; all may be left out. Kept apart, encrypted, opened with a reason only; its sender sees each time."""

    name: str | None = Field(None, max_length=200)
    phone: str | None = Field(None, max_length=40)
    email: str | None = Field(None, max_length=320)
    identity_number: str | None = Field(
        None, max_length=20, description="Số định danh cá nhân, chỉ khi thủ tục cần. Only where the matter needs it."
    )
    home_address: str | None = Field(None, max_length=600, description="Nơi ở. Where the person lives.")
    anonymous: StrictBool = Field(
        default=False,
        description="Không muốn nêu tên: thông tin liên hệ chỉ để báo tin cho bạn; phải hai người cùng đồng ý, có lý "
        "do, mới mở được. Not to be named: contact details serve to tell you only; two people must agree to open them.",
    )
    language: Lang | None = Field(
        None,
        description="Ngôn ngữ bạn muốn được báo tin; mặc định theo Accept-Language. In which you are told of it; as "
        "Accept-Language says by default. Channels and quiet hours: PUT /reports/{code}/notices.",
    )
