"""A tracking secret survives how people copy it, and nothing else matches."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given, strategies as st

from app.identity.domain import Keyring, matches, parse_token, tracking_hash, tracking_secret
from app.kit.ids import ReportId, TenantId

KEYS = Keyring.of("a secret of at least thirty-two characters")
tenants = st.integers(1, 999_999_999).map(TenantId)
reports = st.uuids().map(ReportId)


@given(tenants, reports)
def test_the_secret_of_a_report_is_always_the_same(tenant: TenantId, report: ReportId) -> None:
    secret = tracking_secret(KEYS, tenant, report)
    assert secret == tracking_secret(KEYS, tenant, report)
    assert matches(secret, tracking_hash(secret))


@given(tenants, reports, st.data())
def test_case_blanks_dashes_and_lookalikes_do_not_matter(
    tenant: TenantId, report: ReportId, data: st.DataObject
) -> None:
    secret = tracking_secret(KEYS, tenant, report)
    lookalikes = {"O": "O0o", "I": "I1i", "B": "B8b"}
    typed = []
    for letter in secret:
        if letter == "-":
            typed.append(data.draw(st.sampled_from(["", " ", "-", "–", " - ", "\u00a0"])))
        else:
            typed.append(data.draw(st.sampled_from(lookalikes.get(letter, letter + letter.lower()))))
    assert matches("".join(typed), tracking_hash(secret))


@given(tenants, tenants, reports, reports)
def test_secrets_of_different_reports_do_not_match(
    tenant: TenantId, other_tenant: TenantId, report: ReportId, other: ReportId
) -> None:
    secret = tracking_secret(KEYS, tenant, report)
    foreign = tracking_secret(KEYS, other_tenant, other)
    assert matches(foreign, tracking_hash(secret)) == ((tenant, report) == (other_tenant, other))


@given(st.text(max_size=400))
def test_no_text_breaks_the_comparison(text: str) -> None:
    stored = tracking_hash(tracking_secret(KEYS, TenantId(1), ReportId(UUID(int=1))))
    assert not matches(text, stored)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_a_token(text: str) -> None:
    assert parse_token(text) is None
