"""Parameters that several addresses share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

CaseCode = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9.-]{1,40}$", description="Mã vụ việc. Case code.", examples=["H23-261122-0042"])
]
