"""The project's own source files, parsed once for all rules."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import NamedTuple

import app

ROOT = Path(app.__file__).parents[1]
_PLACES = ("app", "tests", "migrations", "benchmarks", "docs", ".ci")
_KINDS = {".py", ".md", ".toml", ".html", ".css", ".js", ".sql", ".mako", ""}


class Module(NamedTuple):
    """One Python file."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Path from the root of the project."""
        return self.path.relative_to(ROOT).as_posix()


@lru_cache(maxsize=1)
def app_modules() -> tuple[Module, ...]:
    """Every module of the program."""
    return tuple(_read(path) for path in sorted((ROOT / "app").rglob("*.py")))


def _read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path, text, ast.parse(text))


def written_files() -> Iterator[Path]:
    """Every text file that people of this project write."""
    for place in _PLACES:
        for path in sorted((ROOT / place).rglob("*")):
            if path.is_file() and path.suffix in _KINDS and not {"__pycache__", "node_modules"} & {*path.parts}:
                yield path


def import_everything() -> None:
    """Every module of the program is loaded, so that subclasses and tables are all known."""
    for module in walk_packages(app.__path__, "app."):
        import_module(module.name)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function in `tree`, methods and inner ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def is_constant_name(name: str) -> bool:
    """Whether `name` is written as a constant."""
    return re.fullmatch(r"_*[A-Z][A-Z0-9_]*", name) is not None
