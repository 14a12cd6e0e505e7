"""Parameters that several addresses share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from app.web.fields import CaseCodeText

CaseCode = Annotated[CaseCodeText, Path(description="Mã vụ việc. Case code.", examples=["H23-261122-0042"])]
