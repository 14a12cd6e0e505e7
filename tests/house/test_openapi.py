"""The contract with every client: tests/house/openapi.json. A change of it is a change for them, so it is looked at.

When the change is meant: `make refresh`, read the difference, and say in the commit what clients have to do.
"""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from app.main import create_app
from app.settings import Settings
from tests.house.snapshots import Held

METHODS = {"get", "post", "put", "patch", "delete", "head", "options"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(Settings(_env_file=None)).openapi()


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every operation with its method and path."""
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_the_contract_is_the_one_that_was_agreed(document: dict[str, Any], held: Held) -> None:
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()
    held("tests/house/openapi.json", text + "\n")


def test_every_operation_says_what_it_does_and_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    known = operations(document)
    assert known
    assert [name for name, operation in known if not operation.get("description")] == []
    names = [operation["operationId"] for _, operation in known]
    assert len(names) == len(set(names))


def test_every_refusal_is_a_problem(document: dict[str, Any]) -> None:
    wrong = [
        f"{name} {status}"
        for name, operation in operations(document)
        for status, response in operation["responses"].items()
        if status >= "400" and "application/problem+json" not in response.get("content", {})
    ]
    assert wrong == []
