"""Citizens sign in at a real provider of OpenID Connect: PKCE, handles, who is vouched for, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.db.engine import Database
from app.kit.clock import FixedClock, SystemClock
from app.oidc.domain import checked_provider
from app.oidc.senders import ProviderClient, provider_of
from app.settings import Settings
from tests.vouching import BACK, CLIENT_ID, CLIENT_SECRET, LEVELS, Voucher, signed_in_at, voucher

LAMP = {
    "category": "lighting.street_lamp",
    "description": "Đèn đường không sáng.",
    "location": {"lat": 20.9467, "lon": 106.3134},
}


@pytest.fixture(scope="module")
def provider() -> Iterator[Voucher]:
    with voucher() as running:
        yield running


@dataclass
class Door:
    """A client of the application, which knows the provider."""

    client: httpx.AsyncClient

    async def begin(self, token: str | None = None, **body: Any) -> dict[str, Any]:
        answer = await self.client.post("/api/v1/auth/oidc", json=body, headers=bearer(token))
        assert answer.status_code == 201, answer.text
        begun: dict[str, Any] = answer.json()
        return begun

    async def finish(self, begun: dict[str, Any], came: dict[str, str], token: str | None = None) -> httpx.Response:
        body = {"handle": begun["handle"], "state": came["state"], "code": came["code"]}
        return await self.client.post("/api/v1/auth/oidc/verification", json=body, headers=bearer(token))

    async def sign_in(
        self, name: str, token: str | None = None, *, level: int = 2, link: bool = False
    ) -> httpx.Response:
        begun = await self.begin(token, link=link)
        came = await signed_in_at(begun["authorization_url"], name, level=level)
        return await self.finish(begun, came, token)

    async def me(self, answer: httpx.Response) -> dict[str, Any]:
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = (
            await self.client.get("/api/v1/me", headers=bearer(answer.json()["access_token"]))
        ).json()
        return told


def bearer(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


@pytest.fixture
async def door(
    client: httpx.AsyncClient, application: FastAPI, clock: FixedClock, provider: Voucher
) -> AsyncIterator[Door]:
    clock.at = SystemClock().now()  # the provider has the machine's own
    known = provider_of(known_as(provider), clock)
    application.state.citizens_provider = known
    yield Door(client)
    application.state.citizens_provider = None
    assert known is not None
    await known.close()


def known_as(provider: Voucher) -> Settings:
    return Settings(
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SecretStr(CLIENT_SECRET),
        oidc_redirects=BACK,
        oidc_assurance=LEVELS,
    )


async def test_a_person_signs_in_again_and_again_into_one_account_and_is_named_nowhere(
    door: Door, db: Database
) -> None:
    first = await door.sign_in("nguyen-thi-binh", level=1)
    mine = await door.me(first)
    assert mine["identities"][0]["assurance"] == "level_1"
    second = await door.me(await door.sign_in("nguyen-thi-binh"))
    assert second["citizen"] == mine["citizen"]
    assert [one["assurance"] for one in second["identities"]] == ["level_2"], "as of the newest"
    assert (await door.me(await door.sign_in("somebody-else")))["citizen"] != mine["citizen"]
    for table in ("identity_accounts", "citizens", "citizen_sessions", "audit_entries"):
        kept = await db.lane.fetchval(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
        assert "binh" not in kept
        assert b"nguyen-thi-binh".hex() not in kept


async def test_a_device_brings_its_reports_along_and_a_lent_one_keeps_its_own(door: Door) -> None:
    device = (await door.client.post("/api/v1/auth/devices")).json()["access_token"]
    sent = (await door.client.post("/api/v1/reports", json=LAMP, headers=bearer(device))).json()["code"]
    owner = await door.sign_in("owner", device)
    token = owner.json()["access_token"]
    assert (await door.client.get(f"/api/v1/reports/{sent}", headers=bearer(token))).status_code == 200
    lent = await door.sign_in("guest", token)
    assert lent.json()["citizen"] != owner.json()["citizen"]
    theirs = bearer(lent.json()["access_token"])
    assert (await door.client.get(f"/api/v1/reports/{sent}", headers=theirs)).status_code == 404


async def test_an_identity_is_linked_to_the_account_that_asked_and_never_to_two(door: Door) -> None:
    one = (await door.client.post("/api/v1/auth/devices")).json()
    linked = await door.sign_in("linked", one["access_token"], link=True)
    assert (await door.me(linked))["identities"]
    other = (await door.sign_in("another")).json()["access_token"]
    taken = await door.sign_in("linked", other, link=True)
    assert (taken.status_code, taken.json()["type"]) == (409, "/problems/identity-taken")
    begun = await door.begin(other, link=True)
    came = await signed_in_at(begun["authorization_url"], "a-third")
    gone = await door.finish(begun, came)  # signed out meanwhile
    assert (gone.status_code, gone.json()["type"]) == (401, "/problems/identity-refused")
    nobody = await door.client.post("/api/v1/auth/oidc", json={"link": True})
    assert nobody.status_code == 401


async def test_what_does_not_belong_together_is_refused_alike(door: Door, clock: FixedClock, db: Database) -> None:
    begun = await door.begin()
    came = await signed_in_at(begun["authorization_url"], "victim")
    other = await door.begin()
    used = await door.finish(begun, came)
    assert used.status_code == 200
    again = await signed_in_at(begun["authorization_url"], "victim")
    answers = [
        await door.finish(begun, came),  # the code was used
        await door.finish(other, came),  # of another handle
        await door.finish(other, {**again, "state": _state(other)}),  # a code that was got with another verifier
        await door.finish({"handle": begun["handle"][:-6] + "AAAAAA"}, again),
        await door.finish({"handle": "lto_é"}, again),
        await door.finish(begun, {**again, "code": "guessed"}),
    ]
    clock.at += timedelta(minutes=11)
    answers.append(await door.finish(begun, again))  # too old
    assert {(answer.status_code, answer.json()["type"]) for answer in answers} == {(401, "/problems/identity-refused")}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert await db.lane.fetchval("SELECT count(*) FROM identity_accounts") == 1


def _state(begun: dict[str, Any]) -> str:
    return str(httpx.URL(begun["authorization_url"]).params["state"])


async def test_people_come_back_only_to_where_the_operator_allows(door: Door) -> None:
    begun = await door.begin(redirect_uri=BACK)
    assert httpx.URL(begun["authorization_url"]).params["redirect_uri"] == BACK
    for address in (BACK + "/", BACK.upper(), "https://evil.example/"):
        answer = await door.client.post("/api/v1/auth/oidc", json={"redirect_uri": address})
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/unknown-redirect")
    methods = (await door.client.get("/api/v1/auth/methods")).json()
    assert methods["provider"]["name"] == "VNeID"


async def test_new_keys_of_the_provider_are_found_and_one_that_is_away_is_told(
    door: Door, clock: FixedClock, provider: Voucher
) -> None:
    assert (await door.sign_in("before")).status_code == 200
    provider.stop()
    begun = await door.begin()  # it is known where to send people
    down = await door.finish(begun, {"state": _state(begun), "code": "x"})
    assert (down.status_code, down.json()["type"]) == (503, "/problems/identity-provider-unreachable")
    provider.start()
    clock.at += timedelta(minutes=2)
    assert (await door.sign_in("after")).status_code == 200


async def test_a_provider_that_is_not_who_it_says_is_not_believed(
    door: Door, clock: FixedClock, provider: Voucher, application: FastAPI
) -> None:
    known = application.state.citizens_provider.provider
    wrong_secret = ProviderClient(replace(known, client_secret="wrong"), clock)
    application.state.citizens_provider = wrong_secret
    answer = await door.sign_in("somebody")
    assert answer.json()["type"] == "/problems/identity-provider-unreachable", "our mistake, not the person's"
    await wrong_secret.close()
    elsewhere = ProviderClient(replace(known, issuer=known.issuer.replace("127.0.0.1", "localhost")), clock)
    application.state.citizens_provider = elsewhere
    begun = await door.client.post("/api/v1/auth/oidc", json={})
    assert (begun.status_code, begun.json()["type"]) == (503, "/problems/identity-provider-unreachable")
    await elsewhere.close()
    for change in ({"issuer": "http://id.example.vn"}, {"scopes": ("profile",)}, {"redirects": ()}, {"client_id": ""}):
        with pytest.raises(ValueError, match="identity provider"):
            checked_provider(replace(known, **change))
    application.state.citizens_provider = None
    none = await door.client.post("/api/v1/auth/oidc", json={})
    assert (none.status_code, none.json()["type"]) == (404, "/problems/no-identity-provider")
