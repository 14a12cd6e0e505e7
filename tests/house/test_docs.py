"""The documents are true where a machine can tell: trees, links, commands, settings, decisions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import Settings
from app.subscriptions.domain.envelopes import MORE_MEMBERS, MOVED_MEMBERS, STAFF_MEMBERS
from app.subscriptions.terms import STAFF_TYPES, TRIAL, TYPES
from tests.house.code import ROOT
from tests.house.test_problems import problems, sections

DOCS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
HEADINGS = ["Context", "Decision", "Consequences", "Alternatives"]
ARCHITECTURE = ROOT / "docs" / "architecture.md"
OPERATIONS = ROOT / "docs" / "operations.md"
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def contracts() -> dict[str, dict[str, object]]:
    """The import contracts by name."""
    config = tomllib.loads(text(ROOT / "pyproject.toml"))
    return {contract["name"]: contract for contract in config["tool"]["importlinter"]["contracts"]}


def floors() -> dict[str, int]:
    """Every module of app/ that a contract places, with its floor counted from the top."""
    layers = contracts()["a room imports only from floors below it"]["layers"]
    assert isinstance(layers, list)
    return {name: number for number, layer in enumerate(layers) for name in re.findall(r"\w+", layer)}


def modules(folder: Path) -> set[str]:
    """Names of the modules, packages and data folders directly in `folder`."""
    return {
        entry.stem
        for entry in folder.iterdir()
        if (entry.suffix == ".py" or entry.is_dir()) and not entry.name.startswith("__")
    }


def tree() -> list[str]:
    """Names in the tree of app/, in its order."""
    return re.findall(r"^  (\w+)(?:/|\.py) {2,}\S", text(ARCHITECTURE), re.MULTILINE)


def anchors(file: Path) -> set[str]:
    """Fragments that GitHub and others make of the headings."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", text(file), re.MULTILINE):
        plain = re.sub(r"[^\w\s-]", "", heading.lower())
        found.add(plain.replace(" ", "-"))
    return found


def links() -> Iterator[tuple[Path, str]]:
    """Every link of every document that leads to another place of the project."""
    for file in DOCS:
        for target in _LINK.findall(_FENCE.sub("", text(file))):
            if "://" not in target and not target.startswith("mailto:"):
                yield file, target


def test_the_tree_of_the_architecture_is_the_tree_of_the_program() -> None:
    assert sorted(tree()) == sorted(modules(ROOT / "app")), "docs/architecture.md has a tree of app/: mend it"


def test_the_tree_goes_down_floor_by_floor() -> None:
    order = [floors()[name] for name in tree()]
    assert order == sorted(order)


def test_every_role_of_a_file_is_explained_and_none_is_invented() -> None:
    table = text(ARCHITECTURE).partition("| File | Role |")[2].partition("\n\n")[0]
    told = set(re.findall(r"`(\w+)`", "\n".join(row.split("|")[1] for row in table.splitlines()[1:] if row)))
    rooms = contracts()["inside a room"]["containers"]
    assert isinstance(rooms, list)
    used = set().union(*(modules(ROOT / Path(*room.split("."))) for room in rooms))
    assert told == used, "docs/architecture.md has a table of what files in a room are for: mend it"


def test_links_lead_somewhere() -> None:
    broken = []
    for file, target in links():
        path, _, fragment = target.partition("#")
        to = (file.parent / path).resolve() if path else file
        if not to.exists() or (fragment and fragment not in anchors(to)):
            broken.append(f"{file.relative_to(ROOT)}: {target}")
    assert not broken, "\n".join(broken)


def test_code_names_only_documents_that_exist() -> None:
    missing = set()
    for place in ("app", "tests", "migrations"):
        for file in (ROOT / place).rglob("*"):
            if file.suffix in {".py", ".toml", ".html"}:
                for name, number, section in re.findall(
                    r"docs/([\w/-]+\.md|decisions/(\d{4}))(?:#([\w-]+))?", text(file)
                ):
                    known = ROOT / "docs" / name
                    exists = any(one.name.startswith(number) for one in DECISIONS) if number else known.exists()
                    if not exists or (section and section not in anchors(known)):
                        missing.add(f"{file.relative_to(ROOT)}: docs/{name}#{section}")
    assert not missing, "\n".join(sorted(missing))


def test_the_commands_of_the_readme_are_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^(\w+):", text(ROOT / "Makefile"), re.MULTILINE))
    readme = text(ROOT / "README.md")
    named = set(re.findall(r"\bmake (\w+)", readme))
    assert {"up", "test"} <= named <= targets
    assert re.findall(r"^make \w+", readme, re.MULTILINE)[:2] == ["make up", "make test"]


def test_the_table_of_events_tells_every_type_and_what_it_says_besides() -> None:
    whole = text(ROOT / "docs" / "api.md")
    table = whole.partition("| Loại · Type | Khi nào · When |")[2].partition("\n\n")[0]
    rows = [row.split(" | ") for row in table.splitlines()[2:]]
    told = {kind: set(re.findall(r"`(\w+)`", row[2])) for row in rows for kind in re.findall(r"`([\w.]+)`", row[0])}
    assert set(told) == TYPES | {TRIAL}
    for kind in STAFF_TYPES:
        more = set(MORE_MEMBERS.get(kind, ()))
        assert told[kind] - {"resolution"} == more, kind
    shared = whole.partition("Mọi `case.*` có")[2].partition("`clock`")[0]
    assert set(re.findall(r"`(\w+)`", shared)) == {*STAFF_MEMBERS, *MOVED_MEMBERS}


def test_the_table_of_settings_tells_every_setting_with_its_default() -> None:
    told = dict(re.findall(r"^\| `LIENTHONG_(\w+)` \| ([^|]*) \|", text(OPERATIONS), re.MULTILINE))
    known = {
        name.upper(): "–" if field.default is None else f"`{field.default}`"
        for name, field in Settings.model_fields.items()
    }
    found = {name: default.strip() for name, default in told.items()}
    assert found == known, "docs/operations.md has a table of all settings: mend it"


def test_every_problem_states_its_status_and_titles_and_helps_in_both_languages() -> None:
    for slug, kinds in problems().items():
        head, _, rest = sections()[slug].partition("\n\n")
        assert head in {f"{kind.status} · {kind.title.vi} · {kind.title.en}" for kind in kinds}, slug
        assert re.fullmatch(
            r"\*\*Khi nào\.\*\* .+ \*\*Nên làm gì\.\*\* .+\n\n\*\*When\.\*\* .+ \*\*What to do\.\*\* .+", rest
        ), slug


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    assert [file.name[:4] for file in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]
    index = text(ROOT / "docs" / "decisions" / "README.md")
    titles = {file.name: text(file).splitlines()[0] for file in DECISIONS}
    listed = dict(re.findall(r"^\| \[\d{4}\]\((\S+)\) \| (.+) \|$", index, re.MULTILINE))
    assert {name: f"# {name[:4]} {title}" for name, title in listed.items()} == titles


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.name[:4])
def test_a_decision_is_dated_and_has_its_four_headings(file: Path) -> None:
    lines = text(file).splitlines()
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}, (accepted|superseded by \[\d{4}\]\(\S+\))", lines[2])
    assert re.findall(r"^## (.+)$", text(file), re.MULTILINE) == HEADINGS
    assert len(lines) <= 60, "one page"


def test_every_test_that_the_threat_model_names_is_there() -> None:
    named = re.findall(r"`(test_\w+)`", text(ROOT / "docs" / "threat-model.md"))
    there = set[str]()
    for file in (ROOT / "tests").rglob("test_*.py"):
        there |= set(re.findall(r"^(?:async )?def (test_\w+)", text(file), re.MULTILINE))
    assert len(named) > 15
    assert not [one for one in named if one not in there]
