"""docs/permissions.md tells what the code allows, and no address of officers is missing in it."""

from __future__ import annotations

from tests import examples, permissions
from tests.house.snapshots import Held


def test_the_document_of_permissions_is_what_the_code_says(held: Held) -> None:
    held("docs/permissions.md", permissions.document())


def test_every_address_of_officers_has_its_permission() -> None:
    document = examples.document()
    verbs = {f"POST /api/v1/staff/cases/{{code}}/{line.verb}" for line in permissions.verbs()}
    asked = {
        f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item if "/staff/" in path
    }
    of_a_case = {address for address in asked if "/staff/cases/{code}" in address}
    of_a_request = {f"POST /api/v1/staff/service-requests/{{code}}/{line.verb}" for line in permissions.request_verbs()}
    assert of_a_request <= asked
    assert asked - of_a_case - of_a_request == set(permissions.addresses())
    assert {address for address in of_a_case if address.startswith("POST")} - verbs == {
        "POST /api/v1/staff/cases/{code}/extend/preview",  # as extend itself
        "POST /api/v1/staff/cases/{code}/senders/{report}/openings",  # tests/api/privacy tries who may
    }


def test_every_address_of_other_systems_has_its_scope() -> None:
    document = examples.document()
    asked = {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method in item
        if path == "/api/v1/client" or path.startswith("/api/v1/client/")
    }
    assert asked | {"POST /api/v1/reports"} == set(permissions.key_addresses())
