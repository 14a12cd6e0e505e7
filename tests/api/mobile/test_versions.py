"""Apps that are too old are told kindly, in both languages, and whoever is in danger is always heard."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers

from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.kit.ids import uuid7
from app.process import Process
from app.web.versions import named_version, parse_version
from tests.builders import PROVINCE, an_officer

LAMP: dict[str, Any] = {"category": "lighting.street_lamp", "description": "Đèn.", "area_code": "10507"}
FIRE: dict[str, Any] = {"category": "drainage.manhole_cover"}
RULE = {
    "least": "2.0",
    "advised": "2.3.1",
    "store_url": "https://store.example/app",
    "reason": {"vi": "Bản cũ gửi sai vị trí.", "en": "Old versions send a wrong place."},
}
KEY = {"Device-Key": "pQ2zX7-a0Jm4Rk9vT1wYbNc8"}


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ({"client-version": "lienthong-android/1.10.0"}, ("lienthong-android", (1, 10))),
        ({"user-agent": "LienThong-iOS/2.0.0 (iPhone; iOS 20.1)"}, ("lienthong-ios", (2,))),
        ({"client-version": "none", "user-agent": "LienThong-iOS/2.0"}, ("lienthong-ios", (2,))),
        ({"user-agent": "Mozilla/5.0 (X11; Linux)"}, ("mozilla", (5,))),
        ({"client-version": "app/1.2.3.4.5"}, None),
        ({"client-version": "app/99999999"}, None),
        ({"client-version": "/1"}, None),
        ({}, None),
    ],
)
def test_a_version_is_read_from_either_header(
    headers: dict[str, str], named: tuple[str, tuple[int, ...]] | None
) -> None:
    assert named_version(Headers(headers)) == named


def test_versions_compare_as_numbers() -> None:
    told = ["0.9", "1", "1.0.1", "1.2", "1.10", "2.0.0"]
    read = [parse_version(one) for one in told]
    assert read == sorted(read, key=lambda one: one or ())
    assert parse_version("1.0.0") == parse_version("1")


async def test_old_apps_are_refused_what_can_wait_and_nothing_else(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    address = "/api/v1/staff/app-versions/lienthong-android"
    worse = await client.put(address, json={**RULE, "advised": "1.9"}, headers=admin.headers)
    assert worse.status_code == 422
    assert (await client.put(address, json=RULE, headers=admin.headers)).status_code == 200
    listed = (await client.get("/api/v1/staff/app-versions", headers=admin.headers)).json()["items"]
    assert [(one["app"], one["least"]) for one in listed] == [("lienthong-android", "2.0")]
    await process.refresh()
    try:
        old = {"Client-Version": "LienThong-Android/1.9.9"}
        for lang, words in (("vi", "Bản cũ gửi sai vị trí."), ("en", "Old versions send a wrong place.")):
            told = await client.post("/api/v1/reports", json=LAMP, headers={**old, "Accept-Language": lang})
            assert (told.status_code, told.json()["type"]) == (426, "/problems/client-too-old")
            assert told.json()["detail"].startswith(words)
            assert told.json()["store_url"] == RULE["store_url"]
            assert told.headers["client-upgrade"] == '2.3.1; least=2.0; store="https://store.example/app"'
        urgent = {**LAMP, **FIRE}
        assert (await client.post("/api/v1/reports", json=urgent, headers=old)).status_code == 201
        items = [{"id": str(uuid7(clock.at)), "type": "report", "report": report} for report in (LAMP, urgent)]
        sent = await client.post("/api/v1/submissions", json={"items": items}, headers={**old, **KEY})
        assert [one["outcome"] for one in sent.json()["items"]] == ["later", "accepted"]
        assert sent.json()["items"][0]["problem"]["store_url"] == RULE["store_url"]
        newer = {"Client-Version": "lienthong-android/2.0.0"}
        updated = await client.post("/api/v1/submissions", json={"items": items}, headers={**newer, **KEY})
        assert [one["outcome"] for one in updated.json()["items"]] == ["accepted"] * 2, (
            "kept, and sent after the update"
        )
        assert updated.headers["client-upgrade"]
        assert updated.json()["items"][1] == sent.json()["items"][1]
        token = {
            "Authorization": f"Bearer {(await client.post('/api/v1/auth/devices', headers=old)).json()['access_token']}"
        }
        assert (await client.get("/api/v1/me/changes", headers={**old, **token})).status_code == 200
        filing = await client.post("/api/v1/service-requests", json={}, headers={**old, **token})
        assert filing.status_code == 426
        assert (await client.delete("/api/v1/me/data", headers={**old, **token})).is_success, "it is his own"
        for other in ({"Client-Version": "lienthong-android/2.3.1"}, {"Client-Version": "other/0.1"}, {}):
            taken = await client.post("/api/v1/reports", json=LAMP, headers=other)
            assert (taken.status_code, taken.headers.get("client-upgrade")) == (201, None)
    finally:
        await process.db.lane.fetch("DELETE FROM app_versions")
        await process.db.lane.fetch("UPDATE reference_versions SET version = version + 1 WHERE name = 'app_versions'")
        await process.refresh()
