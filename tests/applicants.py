"""Applicants and offices at work on a service request, through the API as programs do it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from app.identity.terms import Role
from app.media import service as media
from app.media.store import FolderStore
from app.process import Process
from app.settings import Settings
from tests.builders import CAM_THUONG, CITY, Officer, an_officer
from tests.pictures import PDF

LAND, MARITAL = "1.004227", "1.004873"
ENVIRONMENT_OFFICE, ENVIRONMENT_DEPARTMENT = "H23.21.83", "H23.03"
HOA = {
    "name": "Nguyễn Thị Hoa",
    "identity_number": "030123456789",
    "phone": "0912345678",
    "address": "12 Cẩm Thượng",
    "born_on": "1990-05-17",
}
SALE: dict[str, Any] = {
    "change": "transfer",
    "other_parties": [{"full_name": "Trần Văn Ba", "identity_number": "030987654321"}],
    "certificate_number": "AB 123456",
    "parcels": [{"sheet": 7, "number": 12}],
    "parcel_count": 1,
    "new_certificate": True,
}
MARRIED: dict[str, Any] = {
    "marital_status": "never_married",
    "purpose": "property",
    "copies": 2,
    "relation": "self",
}
VERB_BODIES: dict[str, dict[str, Any]] = {
    "refuse": {"reason": "Thử"},
    "complete": {"step": "receive"},
    "send-back": {"step": "decide", "to": "verify", "reason": "Thử"},
    "assign": {"step": "receive", "officer": "hoa"},
    "consult": {"step": "receive", "unit": "H23.03", "question": "Thử?"},
    "give-opinion": {"step": "opinion-1", "opinion": "Thử"},
    "ask-supplement": {"missing": [{"about": "authority", "reason": "Mờ"}]},
    "ask-payment": {},
    "record-payment": {"receipt": "BL-001"},
    "take-back-payment": {"reason": "Thử"},
    "supply": {"brought_by": "Nguyễn Thị Hoa", "text": "Thử"},
    "ask-withdrawal": {"brought_by": "Nguyễn Thị Hoa"},
    "complain": {"brought_by": "Nguyễn Thị Hoa"},
    "extend": {"due_on": "2026-12-31", "reason": "Thử"},
    "stop": {"reason": "Thử"},
    "end": {"reason": "Thử"},
    "decline-withdrawal": {"reason": "Thử"},
    "decide": {"outcome": "granted", "text": "Thử"},
    "reject-decision": {"reason": "Thử"},
    "hand-over": {},
    "note": {"reason": "Thử"},
}
"""A body for each verb of offices that takes one."""
_numbers = count(1)


class _Content:
    """A form's file, in memory."""

    def __init__(self, content: bytes) -> None:
        self._bytes = io.BytesIO(content)

    async def read(self, size: int = -1) -> bytes:
        return self._bytes.read(size)

    async def seek(self, offset: int) -> None:
        self._bytes.seek(offset)


async def an_upload(process: Process, store: FolderStore, settings: Settings, content: bytes = PDF) -> str:
    """The name of a file that has been sent and is here."""
    return await media.take(
        process.db,
        process.clock,
        store,
        b"a key of the tests' own, 32 bytes",
        f"owner {next(_numbers)}",
        filename="tep.pdf",
        content=_Content(content),
        most_bytes=settings.upload_max_bytes,
        sender=None,
    )


async def an_applicant(client: httpx.AsyncClient) -> dict[str, str]:
    """Headers of somebody with an account."""
    answer = await client.post("/api/v1/auth/devices")
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@dataclass
class Life:
    """One service request and whoever is at it; each verb takes the version that stands."""

    client: httpx.AsyncClient
    mine: dict[str, str] = field(repr=False)
    code: str = ""
    version: int = 1

    @property
    def staff(self) -> str:
        """Its address for offices."""
        return f"/api/v1/staff/service-requests/{self.code}"

    async def file(self, **given: Any) -> httpx.Response:
        """Hand it in; then its code is known."""
        body = {"procedure": LAND, "answers": SALE, "applicant": HOA, "applicant_area": "10507", **given}
        answer = await self.client.post("/api/v1/service-requests", json=body, headers=self.mine)
        if answer.status_code == 201:
            self.code, self.version = answer.json()["code"], 1
        return answer

    async def do(self, officer: Officer, verb: str, **body: Any) -> httpx.Response:
        """The verb of an office."""
        headers = {**officer.headers, "If-Match": f'"{self.version}"'}
        answer = await self.client.post(f"{self.staff}/{verb}", json=body, headers=headers)
        return self._seen(answer)

    async def ask(self, verb: str, **body: Any) -> httpx.Response:
        """The verb of the applicant."""
        answer = await self.client.post(f"/api/v1/service-requests/{self.code}/{verb}", json=body, headers=self.mine)
        return self._seen(answer)

    def _seen(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code == 200:
            self.version = answer.json()["version"]
        return answer

    async def own(self) -> dict[str, Any]:
        """As its applicant sees it."""
        answer = await self.client.get(f"/api/v1/service-requests/{self.code}", headers=self.mine)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def seen_by(self, officer: Officer) -> httpx.Response:
        """As an officer sees it, or not."""
        return await self.client.get(self.staff, headers=officer.headers)


@dataclass(frozen=True)
class Offices:
    """Everybody the land procedure passes."""

    commune: Officer
    commune_head: Officer
    environment: Officer
    city: Officer
    department: Officer
    director: Officer
    neighbour: Officer


async def offices(process: Process, one: Callable[..., Any] = an_officer) -> Offices:
    """One officer each, and who signs."""
    return Offices(
        commune=await one(process, unit=CAM_THUONG),
        commune_head=await one(process, Role.APPROVER, unit=CAM_THUONG),
        environment=await one(process, unit=ENVIRONMENT_OFFICE),
        city=await one(process, unit=CITY),
        department=await one(process, unit=ENVIRONMENT_DEPARTMENT),
        director=await one(process, Role.APPROVER, unit=ENVIRONMENT_DEPARTMENT),
        neighbour=await one(process, unit="H23.21.02"),
    )
