"""The vault opens with its own key, tenant and report only."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.identity.domain import Keyring, open_identity, phone_index, seal_identity
from app.identity.errors import IdentityUnreadable
from app.identity.terms import ReporterIdentity
from app.kit.ids import ReportId, TenantId

KEYS = Keyring.of("a secret of at least thirty-two characters")
TENANT, OTHER = TenantId(1), TenantId(2)
REPORT = ReportId(UUID(int=1))
AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
HOA = ReporterIdentity("Nguyễn Thị Hoa", "+84912345678", "hoa@example.vn")


def sealed() -> bytes:
    blob = seal_identity(KEYS, TENANT, REPORT, HOA, AT)["sealed"]
    assert isinstance(blob, bytes)
    return blob


def test_what_was_sealed_is_what_opens() -> None:
    assert open_identity(KEYS, TENANT, REPORT, sealed()) == HOA


def test_the_sealed_bytes_show_nothing_and_differ_each_time() -> None:
    assert b"Hoa" not in sealed()
    assert b"912345678" not in sealed()
    assert sealed() != sealed()


@pytest.mark.parametrize(
    ("keys", "tenant", "report"),
    [
        (Keyring.of("another secret of thirty-two characters"), TENANT, REPORT),
        (KEYS, OTHER, REPORT),
        (KEYS, TENANT, ReportId(UUID(int=2))),
    ],
)
def test_another_key_tenant_or_report_does_not_open_it(keys: Keyring, tenant: TenantId, report: ReportId) -> None:
    with pytest.raises(IdentityUnreadable):
        open_identity(keys, tenant, report, sealed())


@pytest.mark.parametrize("spoiled", [b"", b"\x01", b"\x01short", b"\x02" + b"x" * 60])
def test_foreign_bytes_do_not_open(spoiled: bytes) -> None:
    with pytest.raises(IdentityUnreadable):
        open_identity(KEYS, TENANT, REPORT, spoiled)


def test_shortened_or_lengthened_bytes_do_not_open() -> None:
    for spoiled in (sealed()[:-1], sealed() + b"x", b"\x02" + sealed()[1:]):
        with pytest.raises(IdentityUnreadable):
            open_identity(KEYS, TENANT, REPORT, spoiled)


def test_a_phone_is_found_within_its_tenant_only() -> None:
    row = seal_identity(KEYS, TENANT, REPORT, HOA, AT)
    assert row["phone_index"] == phone_index(KEYS, TENANT, "+84912345678")
    assert row["phone_index"] != phone_index(KEYS, OTHER, "+84912345678")
    assert seal_identity(KEYS, TENANT, REPORT, ReporterIdentity("Hoa"), AT)["phone_index"] is None


def test_keys_differ_by_purpose_and_are_never_printed() -> None:
    assert len({KEYS.vault, KEYS.blind_index, KEYS.tracking}) == 3
    assert repr(KEYS) == "Keyring()"
    assert Keyring.of("a secret of at least thirty-two characters") == KEYS
