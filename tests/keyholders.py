"""Other systems that are really there: let in by an administrator, at the address where administrators do it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from app.identity.terms import ClientScope, Role
from app.process import Process
from tests.builders import PROVINCE, Officer, an_officer

_numbers = count(1)
EVERYTHING = [scope.value for scope in ClientScope]
UNTIL = "2027-11-20T10:00:00+07:00"


@dataclass(frozen=True)
class Keyholder:
    """Another system with the key it was given, and the administrator who gave it."""

    id: str
    key: str = field(repr=False)
    version: int
    admin: Officer

    @property
    def headers(self) -> dict[str, str]:
        """What it sends."""
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def administered(self) -> dict[str, str]:
        """What its administrator sends, who has seen it as it was made."""
        return {**self.admin.headers, "If-Match": f'"{self.version}"'}


def wanted(scopes: list[str] | None = None, **given: Any) -> dict[str, Any]:
    """A body that lets another system in, everywhere and to everything unless keywords say else."""
    return {
        "name": f"Hệ thống {next(_numbers)}",
        "contact": "van-hanh@example.vn",
        "scopes": EVERYTHING if scopes is None else scopes,
        "expires_at": UNTIL,
        **given,
    }


async def a_keyholder(
    client: httpx.AsyncClient, process: Process, scopes: list[str] | None = None, **given: Any
) -> Keyholder:
    """Another system of Hải Dương that was let in just now."""
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    answer = await client.post("/api/v1/staff/clients", json=wanted(scopes, **given), headers=admin.headers)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    return Keyholder(made["id"], made["key"], made["version"], admin)
