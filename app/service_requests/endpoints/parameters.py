"""Parameters that several addresses share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Path

from app.web.fields import CaseCodeText

RequestCode = Annotated[
    CaseCodeText, Path(description="Mã hồ sơ. Code of the service request.", examples=["H23.15.03-261127-0001"])
]
TrackingSecret = Annotated[
    str | None, Header(description="Mã theo dõi in trên giấy tiếp nhận. Printed on a desk's receipt.", max_length=200)
]
