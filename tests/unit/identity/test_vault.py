"""The vault opens with its own key, tenant and report only."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from app.identity.domain import Keyring, open_identity, phone_index, pseudonym, seal_identity, sealed_anew
from app.identity.errors import IdentityUnreadable
from app.identity.terms import ReporterIdentity
from app.kit import signing
from app.kit.ids import CaseId, ReportId, TenantId

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
    for spoiled in (sealed()[:-1], sealed() + b"x", b"\x03" + sealed()[1:]):
        with pytest.raises(IdentityUnreadable):
            open_identity(KEYS, TENANT, REPORT, spoiled)


def test_a_phone_is_found_within_its_tenant_only() -> None:
    row = seal_identity(KEYS, TENANT, REPORT, HOA, AT)
    assert row["phone_index"] == phone_index(KEYS, TENANT, "+84912345678")
    assert row["phone_index"] != phone_index(KEYS, OTHER, "+84912345678")
    assert seal_identity(KEYS, TENANT, REPORT, ReporterIdentity("Hoa"), AT)["phone_index"] is None


def test_keys_differ_by_purpose_and_are_never_printed() -> None:
    assert len({KEYS.vault[0].key, KEYS.blind_index, KEYS.tracking}) == 3
    assert KEYS.vault[0].key.hex() not in repr(KEYS.vault)
    assert repr(KEYS) == "Keyring()"
    assert Keyring.of("a secret of at least thirty-two characters") == KEYS


def test_no_more_of_an_identity_is_opened_than_was_asked_for() -> None:
    assert open_identity(KEYS, TENANT, REPORT, sealed(), ("phone",)) == ReporterIdentity(phone="+84912345678")


def test_a_newer_key_seals_and_the_older_ones_still_open() -> None:
    newer = Keyring.of("a secret of at least thirty-two characters", ["another vault secret, also of thirty-two"])
    row = seal_identity(newer, TENANT, REPORT, HOA, AT)
    assert isinstance(row["sealed"], bytes)
    assert open_identity(newer, TENANT, REPORT, sealed()) == HOA
    assert open_identity(newer, TENANT, REPORT, row["sealed"]) == HOA
    assert (sealed_anew(newer, row["sealed"]), sealed_anew(newer, sealed())) == (True, False)
    with pytest.raises(IdentityUnreadable):
        open_identity(KEYS, TENANT, REPORT, row["sealed"])


def test_a_field_cannot_be_passed_off_as_another() -> None:
    blob = sealed()
    swapped = blob[:5] + blob[5:].replace(b'"name"', b'"none"').replace(b'"email"', b'"name"')
    with pytest.raises(IdentityUnreadable):
        open_identity(KEYS, TENANT, REPORT, swapped)


def test_what_a_release_before_sealed_as_a_whole_still_opens() -> None:
    plain = orjson.dumps({"name": HOA.name, "phone": HOA.phone, "email": HOA.email})
    whole = b"\x01" + signing.seal(KEYS.vault[-1].key, plain, f"{TENANT}:{REPORT}".encode())
    assert open_identity(KEYS, TENANT, REPORT, whole) == HOA
    assert not sealed_anew(KEYS, whole)


def test_a_pseudonym_is_the_same_within_a_case_and_another_elsewhere() -> None:
    case, other, sender = CaseId(UUID(int=5)), CaseId(UUID(int=6)), UUID(int=7)
    assert pseudonym(KEYS, TENANT, case, sender) == pseudonym(KEYS, TENANT, case, sender)
    assert pseudonym(KEYS, TENANT, case, sender) != pseudonym(KEYS, TENANT, other, sender)
    assert len(pseudonym(KEYS, TENANT, case, sender)) == 4
