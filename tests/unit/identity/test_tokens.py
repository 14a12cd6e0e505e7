"""A token says where to look for it, and nothing else is taken for one."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.identity.domain import bearer_token, new_citizen_token, new_staff_token, parse_token
from app.identity.terms import CitizenToken, StaffToken
from app.kit.ids import CitizenId, TenantId
from app.kit.signing import token_hash

CITIZEN = CitizenId(UUID("01890a5d-ac96-774b-bcce-b302099a8057"))


def test_a_staff_token_names_its_tenant() -> None:
    token = new_staff_token(TenantId(31))
    assert parse_token(token) == StaffToken(TenantId(31), token_hash(token))


def test_a_citizen_token_names_its_citizen() -> None:
    token = new_citizen_token(CITIZEN)
    assert parse_token(token) == CitizenToken(CITIZEN, token_hash(token))


def test_two_tokens_differ() -> None:
    assert new_staff_token(TenantId(1)) != new_staff_token(TenantId(1))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_may_be_written_in_any_case(scheme: str) -> None:
    assert bearer_token(f"{scheme} {new_citizen_token(CITIZEN)}") is not None


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "lts_1_" + "a" * 43,
        "Bearer lts_1_" + "a" * 42,
        "Bearer lts_0_" + "a" * 43,
        "Bearer lts_-1_" + "a" * 43,
        "Bearer lts_9999999999_" + "a" * 43,
        "Bearer lts_１_" + "a" * 43,
        "Bearer lts_1_" + "ă" * 43,
        "Bearer ltx_1_" + "a" * 43,
        "Bearer ltc_1_" + "a" * 43,
        "Bearer lts_1_" + "a" * 43 + "\n",
        "Bearer lts_1_" + "a" * 300,
        "Bearer \x00\xff",
    ],
)
def test_garbage_is_no_token(authorization: str) -> None:
    assert bearer_token(authorization) is None
