"""Examples of the OpenAPI document: taken down from what tests send and are answered, the fullest short one of each.

`make examples` runs the tests that speak HTTP with `--record-examples`. What is kept stays as it is while it fits the
contract, so that the document changes only where the contract does.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx
import jsonschema_rs
import orjson
import pytest

from app.main import create_app
from app.settings import Settings
from app.web.openapi.examples import kept, operations

DATA = Path(__file__).parents[1] / "app/web/openapi/data"
_JSON = "application/json"
_KINDS = (_JSON, "application/geo+json")
_SHORT = 2_500  # characters; a longer one is taken where there is no other
_MOST_TEXT = 500
_SPEAKING = ("tests/api", "tests/browser", "tests/crash", "tests/contract/test_typescript.py")
_REFERENCE = re.compile(r'"#/components/schemas/(\w+)"')
_LOCAL = re.compile(r"https?://(?:127\.0\.0\.1|localhost)(?::\d+)?")

Example = dict[str, Any]


@lru_cache(maxsize=1)
def _written() -> bytes:
    return orjson.dumps(create_app(Settings(_env_file=None)).openapi())


def document() -> Example:
    """The OpenAPI document, anew for whoever asks: it takes seconds to make, which is done once in a process."""
    made: Example = orjson.loads(_written())
    return made


class Contract:
    """The document, and whether an example fits it."""

    def __init__(self) -> None:
        self.document = document()
        self._shapes = self.document["components"]["schemas"]
        self.operations = {one["operationId"]: one for _, _, one in operations(self.document)}
        self._ways = [
            (method, re.compile(re.sub(r"\{[^}]+\}", lambda found: f"(?P<{found[0][1:-1]}>[^/]+)", path)), operation)
            for path, method, operation in sorted(operations(self.document), key=lambda one: one[0].count("{"))
        ]

    def find(self, method: str, path: str) -> tuple[dict[str, Any], dict[str, str]] | None:
        """The operation that answers, with the parameters in its path."""
        for known, way, operation in self._ways:
            if known == method.lower() and (found := way.fullmatch(path)):
                return operation, {name: unquote(value) for name, value in found.groupdict().items()}
        return None

    def wrong(self, name: str, example: Example) -> Iterator[str]:
        """What of the example does not fit its operation, or is missing."""
        operation = self.operations.get(name)
        if operation is None:
            yield f"{name}: there is no such operation"
            return
        if '"$ref"' in orjson.dumps(example).decode():
            yield f"{name}: readers of the document would follow the reference in it"
        sent = operation.get("requestBody", {}).get("content", {}).get(_JSON)
        if sent is not None:
            yield from self._misfit(f"{name} sends", sent["schema"], example.get("body"))
        answer = operation["responses"].get(str(example.get("status")))
        if answer is None:
            yield f"{name}: no answer {example.get('status')}"
        elif _JSON in answer.get("content", {}):
            yield from self._misfit(f"{name} answers", answer["content"][_JSON]["schema"], example.get("answer"))
        for parameter in operation.get("parameters", ()):
            value = example.get("parameters", {}).get(parameter["name"])
            if value is not None:
                yield from self._misfit(f"{name} {parameter['name']}", parameter["schema"], value)
            elif parameter["in"] == "path":
                yield f"{name}: no {parameter['name']}"

    def needed(self) -> set[str]:
        """Names of operations with something to show: all but streams."""
        return {
            name
            for name, operation in self.operations.items()
            if "text/event-stream" not in operation["responses"].get("200", {}).get("content", {})
        }

    def _misfit(self, where: str, schema: dict[str, Any], value: object) -> Iterator[str]:
        whole = {"allOf": [schema], "components": {"schemas": self._named_in(schema)}}
        for error in jsonschema_rs.validator_for(whole).iter_errors(value):
            yield f"{where}: {error.message[:200]} at {list(error.instance_path)}"

    def _named_in(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The shapes that the schema is made of: a validator takes longer to make of all of them than to ask."""
        found: dict[str, Any] = {}
        waiting = [schema]
        while waiting:
            for name in _REFERENCE.findall(orjson.dumps(waiting.pop()).decode()):
                if name not in found:
                    found[name] = self._shapes[name]
                    waiting.append(found[name])
        return found


class Recorder:
    """Takes down one line of JSON for each exchange that went well."""

    def __init__(self, file: Path) -> None:
        self._contract = Contract()
        self._file = file

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """From now on, whatever an httpx client sends."""
        send = httpx.AsyncClient.send

        async def sent(client: httpx.AsyncClient, request: httpx.Request, **how: Any) -> httpx.Response:
            answer = await send(client, request, **how)
            if answer.is_success:
                self._take(request, answer, whole=not how.get("stream"))
            return answer

        patch.setattr(httpx.AsyncClient, "send", sent)

    def _take(self, request: httpx.Request, answer: httpx.Response, *, whole: bool) -> None:
        found = self._contract.find(request.method, request.url.raw_path.decode().partition("?")[0])
        if found is None:
            return
        operation, path = found
        example: Example = {"status": answer.status_code}
        if parameters := _typed(operation, [*path.items(), *parse_qsl(request.url.query.decode())]):
            example["parameters"] = parameters
        if request.content and request.headers.get("content-type", "").startswith(_JSON):
            example["body"] = orjson.loads(request.content)
        if whole and answer.content and answer.headers.get("content-type", "").startswith(_KINDS):
            example["answer"] = _trimmed(orjson.loads(answer.content))
        line = _LOCAL.sub("http://haiduong.localhost", orjson.dumps([operation["operationId"], example]).decode())
        with self._file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _typed(operation: dict[str, Any], given: list[tuple[str, str]]) -> dict[str, Any]:
    """What stood in the address, as its parameters' shapes have it; repeated names are lists."""
    known = {one["name"]: one["schema"] for one in operation.get("parameters", ()) if one["in"] in {"path", "query"}}
    found: dict[str, Any] = {}
    for name, value in given:
        kinds = _kinds(known.get(name, {}))
        if "array" in kinds:
            found.setdefault(name, []).append(value)
        elif name in known:
            plain = value.removeprefix("-").replace(".", "", 1).isdigit() or value in {"true", "false"}
            found[name] = orjson.loads(value) if plain and kinds & {"integer", "number", "boolean"} else value
    return found


def _kinds(schema: dict[str, Any]) -> set[str]:
    return {one.get("type", "string") for one in (schema, *schema.get("anyOf", ()))}


def _trimmed(value: Any) -> Any:
    """The same with long lists of objects and long texts cut."""
    if isinstance(value, dict):
        return {key: _trimmed(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_trimmed(one) for one in (value[:2] if value and isinstance(value[0], dict) else value)]
    if isinstance(value, str) and len(value) > _MOST_TEXT:
        return value[:_MOST_TEXT] + "…"
    return value


def keep(folder: Path) -> None:
    """Fill what is missing or no longer fits from the recorded lines, one file for each first word of an operation."""
    contract, known = Contract(), kept()
    found: dict[str, Example] = {
        name: example for name, example in known.items() if not any(contract.wrong(name, example))
    }
    best: dict[str, tuple[tuple[object, ...], Example]] = {}
    for line in {line for file in folder.glob("*.jsonl") for line in file.read_text(encoding="utf-8").splitlines()}:
        name, example = orjson.loads(line)
        rank = _rank(line, example)
        if name not in found and (name not in best or rank > best[name][0]) and not any(contract.wrong(name, example)):
            best[name] = (rank, example)
    found |= {name: example for name, (_, example) in best.items()}
    rooms: dict[str, dict[str, Example]] = {}
    for name in sorted(found):
        rooms.setdefault(name.partition("_")[0], {})[name] = found[name]
    DATA.mkdir(exist_ok=True)
    for file in DATA.glob("*.json"):
        file.unlink()
    for room, examples in rooms.items():
        text = orjson.dumps(examples, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        (DATA / f"{room}.json").write_bytes(text + b"\n")


def _rank(line: str, example: Example) -> tuple[object, ...]:
    """Short before long, then what tells most."""
    return len(line) <= _SHORT, _told(example), -len(line), line


def _told(value: object) -> int:
    if isinstance(value, dict):
        return sum(map(_told, value.values()))
    if isinstance(value, list):
        return sum(map(_told, value))
    return value not in (None, "", False)


def main() -> int:
    """Run the tests that speak HTTP, keep what is new; the tests' exit code."""
    with TemporaryDirectory() as folder:
        command = ["pytest", "-n", "2", "--dist", "loadfile", "--record-examples", folder, *_SPEAKING]
        done = subprocess.run([sys.executable, "-m", *command], check=False)
        keep(Path(folder))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
