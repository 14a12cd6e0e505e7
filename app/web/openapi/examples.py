"""Examples of every operation: what was really sent and answered, kept by tests/examples.py in data/."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

_DATA = Path(__file__).parent / "data"
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
# What an operation cannot be tried without, or not well. No Idempotency-Key: it has to be another one each time.
_HEADERS: Final = {
    "client-version": "lienthong-android/2.3.1",
    "device-key": "pQ2zX7-a0Jm4Rk9vT1wYbNc8",
    "if-match": '"1"',
    "tracking-secret": "XJ6Y-QOJL-33BN-QX7N-HXDA-QQGF-2AFC-2TMA",
}
Operation = dict[str, Any]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    """Path, method and operation of every one in the document."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                yield path, method, operation


def kept() -> dict[str, dict[str, Any]]:
    """By operation id: `parameters` by name, `body`, `status` and `answer`, each where there is one."""
    return {
        name: example
        for file in sorted(_DATA.glob("*.json"))
        for name, example in orjson.loads(file.read_bytes()).items()
    }


def weave(document: dict[str, Any]) -> None:
    """Put each kept example where the document's readers and generators look for it."""
    known = kept()
    for _, _, operation in operations(document):
        example = known.get(operation["operationId"])
        if example is not None:
            _into(operation, example)


def _into(operation: Operation, example: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in example.get("parameters", {}):
            parameter["example"] = example["parameters"][parameter["name"]]
        elif parameter["in"] == "header" and parameter["name"] in _HEADERS:
            parameter["example"] = _HEADERS[parameter["name"]]
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if sent is not None and "body" in example:
        sent["example"] = example["body"]
    answer = operation["responses"].get(str(example.get("status")), {}).get("content", {}).get("application/json")
    if answer is not None and "answer" in example:
        answer["example"] = example["answer"]
