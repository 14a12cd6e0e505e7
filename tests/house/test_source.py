"""Rules of the house that linters do not know. A finding names the file, the line and the rule's reason."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

import pytest

from tests.house.code import ROOT, Module, app_modules, functions, is_constant_name, written_files

MAX_LINES = 400
MAX_ENDPOINT_STATEMENTS = 8
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
CONTAINERS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
CONTAINER_CALLS = {"list", "dict", "set", "defaultdict", "deque", "Counter", "OrderedDict", "WeakValueDictionary"}
CHANGING = {"append", "add", "update", "extend", "insert", "pop", "remove", "clear", "setdefault", "discard", "popitem"}
# The newest id of the process: a counter under a lock, reviewed once, exempt for ever.
MAY_HOLD_STATE = {"app/kit/ids.py"}
# Words are put together here, so that this file may be searched like any other.
UNFINISHED = re.compile(
    r"\b(TO"
    r"DO|FIX"
    r"ME|XX"
    r"X|HA"
    r"CK|Not"
    r"Implemented(?:Error)?)\b"
    r"|pytest\.(?:mark\.)?(?:sk"
    r"ip|xf"
    r"ail|importor"
    r"skip)"
)


def found(findings: Iterator[str]) -> None:
    """Fail with all findings at once."""
    listed = list(findings)
    assert not listed, "\n" + "\n".join(listed)


def test_only_units_of_work_end_transactions() -> None:
    def search(module: Module) -> Iterator[str]:
        for node in ast.walk(module.tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"commit", "rollback"}
            ):
                yield f"{module.name}:{node.lineno}: .{node.func.attr}() belongs to app/db/work.py alone"

    found(line for module in app_modules() if module.name != "app/db/work.py" for line in search(module))


def test_imports_stand_at_the_top() -> None:
    found(
        f"{module.name}:{node.lineno}: imported inside {function.name}(); a wall crossed there is not seen"
        for module in app_modules()
        for function in functions(module.tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    )


def test_endpoints_parse_call_and_shape() -> None:
    def size(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
        inner = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function]
        documented = isinstance(inner[0], ast.Expr) and isinstance(inner[0].value, ast.Constant)
        return len(inner) - documented

    def is_endpoint(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        names = {ast.unparse(decorator).split("(")[0].rpartition(".")[2] for decorator in function.decorator_list}
        return bool(names & {"get", "post", "put", "patch", "delete", "head", "options", "api_route"})

    found(
        f"{module.name}:{function.lineno}: {function.name} has {size(function)} statements, at most "
        f"{MAX_ENDPOINT_STATEMENTS}: what it decides belongs to the service"
        for module in app_modules()
        for function in functions(module.tree)
        if is_endpoint(function) and size(function) > MAX_ENDPOINT_STATEMENTS
    )


def test_modules_hold_no_state() -> None:
    def search(module: Module) -> Iterator[str]:
        for statement in module.tree.body:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
            value = getattr(statement, "value", None)
            if not isinstance(target, ast.Name) or target.id.startswith("__") or is_constant_name(target.id):
                continue
            called = ast.unparse(value.func).rpartition(".")[2] if isinstance(value, ast.Call) else ""
            if isinstance(value, CONTAINERS) or called in CONTAINER_CALLS:
                yield f"{module.name}:{statement.lineno}: {target.id} can be changed; make it a tuple or pass it on"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Global):
                yield f"{module.name}:{node.lineno}: global {', '.join(node.names)}; pass it as a value"

    found(line for module in app_modules() if module.name not in MAY_HOLD_STATE for line in search(module))


def test_constants_are_never_changed() -> None:
    def search(module: Module) -> Iterator[str]:
        for node in ast.walk(module.tree):
            name: ast.expr | None = None
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
                name = node.func.value
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
                name = node.value
            if isinstance(name, ast.Name) and is_constant_name(name.id):
                yield f"{module.name}:{name.lineno}: {name.id} is a constant and is changed here"

    found(line for module in app_modules() for line in search(module))


def test_files_are_named_after_what_they_own() -> None:
    found(
        f"{path.relative_to(ROOT)}: everything fits under this name, so nothing is found under it"
        for path in written_files()
        if FORBIDDEN_NAMES & {part.lower() for part in (*path.relative_to(ROOT).parts[:-1], path.stem)}
    )


def test_files_can_be_read_in_one_sitting() -> None:
    found(
        f"{module.name}: {lines} lines, at most {MAX_LINES}: make it a package, one file per verb"
        for module in app_modules()
        if (lines := module.text.count("\n")) > MAX_LINES
    )


def test_nothing_is_left_for_later() -> None:
    found(
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in written_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    )


@pytest.mark.parametrize("file", sorted(path.name for path in ROOT.glob("requirements*.lock")))
def test_locks_pin_every_package_and_name_no_registry(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    entries = [line for line in text.splitlines() if line and not line[0].isspace() and line[0] != "#"]
    assert entries
    assert all("==" in entry for entry in entries)
    assert all(entry.endswith("\\") for entry in entries), "every package has hashes on the lines below it"


@pytest.mark.parametrize("folder", ["tests/node", "web"])
def test_the_lock_of_node_packages_names_no_address(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))
    assert "://" not in json.dumps(lock), "take out `resolved` and `funding`"
    assert all(one.get("integrity") for name, one in lock["packages"].items() if name), "every package has a hash"
