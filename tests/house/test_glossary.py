"""docs/glossary.md names things as the code does, and the code never calls them otherwise."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple

from tests.house.code import ROOT, app_modules

FILE = ROOT / "docs" / "glossary.md"
_CODED = re.compile(r"`([A-Za-z_][A-Za-z0-9_]*)`")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


class Term(NamedTuple):
    """One row of the glossary."""

    english: str
    names: tuple[str, ...]
    never: tuple[str, ...]


def rows(columns: int) -> Iterator[list[str]]:
    """Cells of every row of the document's tables that have so many columns, without their heads."""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == columns and cells[0] not in {"Tiếng Việt", "Word", "---"}:
            yield cells


def terms() -> list[Term]:
    return [
        Term(english, tuple(_CODED.findall(names)), tuple(word.strip() for word in never.split(",") if word.strip()))
        for _, english, names, _, _, never in rows(6)
    ]


def exceptions() -> dict[str, set[str]]:
    """Identifiers that may hold a word although it is never the name of a term."""
    return {word: set(_CODED.findall(names)) for word, names, _ in rows(3)}


@lru_cache(maxsize=1)
def identifiers() -> Mapping[str, str]:
    """Every name the program gives to something, with the module that gives it."""
    found: dict[str, str] = {}
    for module in app_modules():
        given = set(module.path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(module.tree):
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    given.add(name)
                case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                    given.add(name)
                case ast.Assign(targets=[ast.Name(id="__tablename__")], value=ast.Constant(value=str(name))):
                    given.add(name)
        for name in given:
            found.setdefault(name, module.name)
    return MappingProxyType(found)


@cache
def words(identifier: str) -> list[str]:
    """The words of a snake_case or CamelCase name, in lower case."""
    return [word.lower() for part in identifier.split("_") for word in _WORDS.findall(part)]


def speaks_of(identifier: str, word: str) -> bool:
    """Whether the name holds the word, also in its plural; `public_view` needs both words in a row."""
    wanted, held = word.split("_"), words(identifier)
    return any(held[at : at + len(wanted)] in (wanted, [*wanted[:-1], f"{wanted[-1]}s"]) for at in range(len(held)))


def test_every_term_exists_in_the_code() -> None:
    missing = {term.english: sorted(set(term.names) - identifiers().keys()) for term in terms()}
    assert all(term.names for term in terms())
    assert not {term: names for term, names in missing.items() if names}


def test_every_term_is_explained_once() -> None:
    seen: dict[str, int] = defaultdict(int)
    for term in terms():
        seen[term.english] += 1
    assert {term for term, times in seen.items() if times > 1} == set()
    assert all(all(cells[:5]) for cells in rows(6))


def test_no_name_uses_a_word_the_glossary_rules_out() -> None:
    allowed = exceptions()
    found = {
        f"{module}: {name} (never called {word})"
        for term in terms()
        for word in term.never
        for name, module in identifiers().items()
        if speaks_of(name, word) and name not in allowed.get(word, set())
    }
    assert not found, "\n" + "\n".join(sorted(found))


def test_exceptions_are_of_words_that_are_ruled_out() -> None:
    assert set(exceptions()) <= {word for term in terms() for word in term.never}
