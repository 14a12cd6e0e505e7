"""What keys of other systems look like, and what is told from one without asking anybody."""

from __future__ import annotations

import re

import pytest

from app.identity import domain
from app.identity.terms import ClientToken
from app.kit.ids import TenantId

ID = "0123456789abcdef"


def test_a_key_names_its_environment_tenant_and_id_and_is_one_word() -> None:
    key = domain.new_client_key("live", TenantId(12), ID)
    assert re.fullmatch(r"lt_live_12k0123456789abcdef_[0-9A-Za-z]{49}", key)
    token = domain.bearer_token(f"Bearer {key}")
    assert isinstance(token, ClientToken)
    assert (token.tenant_id, token.key_id, len(token.hash)) == (12, ID, 32)
    assert key not in repr(token)


def test_no_two_keys_are_alike() -> None:
    assert len({domain.new_client_key("live", TenantId(1), ID) for _ in range(200)}) == 200
    assert len({domain.new_key_id() for _ in range(200)}) == 200


@pytest.mark.parametrize("at", range(8, 78))
def test_a_key_with_one_letter_wrong_is_none(at: int) -> None:
    key = domain.new_client_key("live", TenantId(1), ID)
    other = "A" if key[at : at + 1] != "A" else "B"
    assert domain.parse_token(key[:at] + other + key[at + 1 :]) is None


@pytest.mark.parametrize(
    "text", ["", "lt_live_", "lt_live_1k0123456789abcdef_", "lt_LIVE_1k0123456789abcdef_" + "A" * 49]
)
def test_what_is_no_key_is_none(text: str) -> None:
    assert domain.parse_token(text) is None
