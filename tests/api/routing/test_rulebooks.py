"""Rulebooks at their address: read by officers, published by the province's administrators, nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.db.engine import Database
from app.identity.domain import Keyring
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.routing.endpoints import router
from app.settings import Settings
from app.web.problems import install
from tests.officers import an_officer, cheap_passwords, sign_in, two_provinces
from tests.provinces import packaged_provinces

URL = "/api/v1/staff/rulebooks"
RULE: dict[str, Any] = {
    "code": "roads",
    "when": {
        "categories": ["roads"],
        "time": {"from": "22:00", "until": "06:00"},
        "answers": [{"question": "road_class", "in": ["district"]}],
    },
    "to": {"kind": "office", "tier": "district"},
    "reason": {"vi": "Do {unit} phụ trách", "en": "By {unit}"},
}


@dataclass(frozen=True)
class Web:
    """A client of Hải Dương, in which `officer` and `admin` (of the whole province) are signed in."""

    client: httpx.AsyncClient
    officer: dict[str, str]
    admin: dict[str, str]

    async def publish(self, draft: object, headers: dict[str, str] | None = None) -> httpx.Response:
        """The answer to publishing `draft`, as the administrator unless others are named."""
        return await self.client.post(URL, json=draft, headers=self.admin if headers is None else headers)

    async def versions(self) -> list[int]:
        """Versions that an officer sees, newest first."""
        return [item["version"] for item in (await self.client.get(URL, headers=self.officer)).json()["items"]]


@pytest.fixture
async def web(committed_db: Database, clock: FixedClock, settings: Settings) -> AsyncIterator[Web]:
    """The address of the rulebooks on a database of the test's own."""
    provinces, passwords = packaged_provinces(), cheap_passwords()
    app = FastAPI()
    install(app)
    app.include_router(router)
    app.state.database, app.state.clock, app.state.settings = committed_db, clock, settings
    app.state.catalogue = SimpleNamespace(current=provinces.catalogue)
    app.state.directory = SimpleNamespace(current=provinces.directory)
    app.state.tenants = lambda: provinces.directory
    app.state.keyring = Keyring.of("a secret of at least thirty-two characters")
    app.state.passwords = passwords
    here, _ = await two_provinces(committed_db)
    tokens: list[dict[str, str]] = []
    for username, role in (("hoa", Role.OFFICER), ("quan", Role.TENANT_ADMIN)):
        await an_officer(committed_db, clock, passwords, here, role, username=username)
        new = await sign_in(committed_db, clock, passwords, here, username=username)
        tokens.append({"Authorization": f"Bearer {new.access_token}"})
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://haiduong.localhost") as client:
        yield Web(client, *tokens)


def a_draft(**changes: object) -> dict[str, object]:
    """A rulebook of one rule, made from version 1."""
    return {"rules": [RULE], "note": "Theo quyết định mới", "based_on": 1, **changes}


async def test_officers_read_the_rules_in_the_form_they_are_written(web: Web) -> None:
    answer = await web.client.get(URL, headers=web.officer)
    (item,) = answer.json()["items"]
    assert (item["version"], item["current"]) == (1, True)
    rule = next(rule for rule in item["rules"] if rule["code"] == "road-district")
    assert rule["to"] == {"kind": "office", "tier": "district"}
    assert rule["when"]["answers"] == [{"question": "road_class", "in": ["district"]}]


async def test_an_administrator_publishes_and_everyone_sees_the_new_version(web: Web) -> None:
    answer = await web.publish(a_draft())
    assert answer.status_code == 201
    assert answer.json()["version"] == 2
    assert answer.json()["rules"][0]["when"]["time"]["from"] == "22:00:00"
    assert await web.versions() == [2, 1]


async def test_what_was_read_can_be_published_again_as_it_is(web: Web) -> None:
    item = (await web.client.get(URL, headers=web.officer)).json()["items"][0]
    answer = await web.publish({"rules": item["rules"], "note": "Giữ nguyên", "based_on": 1})
    assert answer.status_code == 201
    assert answer.json()["rules"] == item["rules"]


async def test_officers_may_not_publish_and_strangers_may_not_read(web: Web) -> None:
    assert (await web.publish(a_draft(), web.officer)).status_code == 403
    assert (await web.publish(a_draft(), {})).status_code == 401
    assert (await web.client.get(URL)).status_code == 401
    assert await web.versions() == [1]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"to": {"unit": "H23.77"}}, "/rules/0/to/unit"),
        ({"when": {"categories": ["rods"]}}, "/rules/0/when/categories/0"),
        ({"when": {"weekdays": [8]}}, "/rules/0/when/weekdays/0"),
        ({"when": {"moon": "full"}}, "/rules/0/when/moon"),
        ({"when": {"answers": [{"question": "width_cm"}]}}, "/rules/0/when/answers/0"),
        ({"when": {"answers": [{"question": "width_cm", "in": ["1"], "min": 1}]}}, "/rules/0/when/answers/0"),
        ({"to": {"unit": "H23.02", "kind": "office"}}, "/rules/0/to"),
        ({"to": {}}, "/rules/0/to"),
        ({"code": "Not A Code"}, "/rules/0/code"),
        ({"reason": {"vi": "{unit.id}", "en": "x"}}, "/rules/0/reason/vi"),
    ],
)
async def test_each_mistake_is_named_at_its_place_and_nothing_is_written(
    web: Web, change: dict[str, Any], pointer: str
) -> None:
    answer = await web.publish(a_draft(rules=[{**RULE, **change}]))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await web.versions() == [1]


async def test_a_draft_made_from_an_older_version_is_refused(web: Web) -> None:
    assert (await web.publish(a_draft())).status_code == 201
    answer = await web.publish(a_draft())
    assert (answer.status_code, answer.json()["current_version"]) == (412, 2)


async def test_an_instant_without_an_offset_is_refused(web: Web) -> None:
    assert (await web.publish(a_draft(valid_from="2026-12-01T00:00:00"))).status_code == 422
    later = await web.publish(a_draft(valid_from="2026-12-01T00:00:00+07:00"))
    assert later.json()["current"] is False
