"""The contract with every client: tests/house/openapi.json. A change of it is a change for them, so it is looked at.

When the change is meant: `make refresh`, read the difference, and say in the commit what clients have to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from app.web.openapi.examples import kept
from tests import examples
from tests.api.operations.test_canaries import PLANTED
from tests.examples import Contract
from tests.house.snapshots import Held

METHODS = {"get", "post", "put", "patch", "delete", "head", "options"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document without examples, which are in app/web/openapi/data."""
    whole = examples.document()
    for operation in (each for path in whole["paths"].values() for each in path.values()):
        for parameter in operation.get("parameters", ()):
            parameter.pop("example", None)
        for part in (operation.get("requestBody", {}), *operation["responses"].values()):
            for content in part.get("content", {}).values():
                content.pop("example", None)
    return whole


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
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []


def test_every_parameter_and_every_answer_is_described_and_every_summary_is_a_line(document: dict[str, Any]) -> None:
    known = operations(document)
    assert [
        f"{name} {parameter['name']}"
        for name, operation in known
        for parameter in operation.get("parameters", ())
        if not parameter.get("description") and not parameter["schema"].get("description")
    ] == []
    assert [
        name for name, one in known if "Successful Response" in [x["description"] for x in one["responses"].values()]
    ] == []
    assert [name for name, one in known if not 10 <= len(one["summary"]) <= 120] == []


def test_every_shape_has_a_name_of_its_own_and_none_is_described_in_place(document: dict[str, Any]) -> None:
    shapes = document["components"]["schemas"]
    assert [name for name in shapes if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)] == []
    assert list(_in_place(shapes, depth=1)) == []
    assert list(_in_place(document["paths"], depth=-1)) == []


def test_every_operation_has_an_example_that_was_sent_and_answered_and_fits() -> None:
    """Missing or outlived ones: `make examples`."""
    contract, known = Contract(), kept()
    assert sorted(contract.needed() - set(known)) == []
    assert [line for name, example in known.items() for line in contract.wrong(name, example)] == []
    told = orjson.dumps(known).decode()
    assert [words for words in PLANTED if words in told] == [], (
        "readers learn from them; these words only look for leaks"
    )


def test_an_operation_can_be_tried_by_its_example_alone() -> None:
    """Headers that the program refuses it without have an example too."""
    asked = [
        (parameter["name"], parameter.get("example"))
        for operation in Contract().operations.values()
        for parameter in operation.get("parameters", ())
        if parameter["name"] in {"device-key", "if-match"}
    ]
    assert {name for name, _ in asked} == {"device-key", "if-match"}
    assert [name for name, example in asked if example is None] == []


def _in_place(part: object, *, depth: int) -> Iterator[str]:
    """Shapes with properties that stand elsewhere than `depth` steps below."""
    if isinstance(part, dict):
        if depth and isinstance(part.get("properties"), dict) and part.get("type") == "object":
            yield str(sorted(part["properties"]))
        for value in part.values():
            yield from _in_place(value, depth=depth - 1)
    elif isinstance(part, list):
        for value in part:
            yield from _in_place(value, depth=depth - 1)


def test_every_refusal_is_a_problem(document: dict[str, Any]) -> None:
    wrong = [
        f"{name} {status}"
        for name, operation in operations(document)
        for status, response in operation["responses"].items()
        if status >= "400" and "application/problem+json" not in response.get("content", {})
    ]
    assert wrong == []
