"""Catalogue files: YAML of which every value keeps its line, so that a mistake found later can still be shown there.

Read from the parser's events, without recursion, aliases or tags: a file can be neither a bomb nor a program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from app.kit.text import Text
from app.procedures.errors import Unreadable
from app.procedures.terms import Mistake

from .bounds import CATALOGUE
from .pointers import pointer_of

BYTES_MAX = 1_000_000
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,9}")
_WORDS = {"true": True, "false": False, "null": None, "": None}

_BAD = Text("Không đọc được: {reason}", "Cannot be read: {reason}")
_ALIAS = Text("Không dùng &, * hoặc nhãn !.", "No &, * or ! tags.")
_TWICE = Text("“{name}” được viết hai lần.", "“{name}” is written twice.")
_DEEP = Text("Lồng nhau quá {most} cấp.", "Nested deeper than {most} levels.").fill(most=CATALOGUE.depth)
_LARGE = Text("Tệp quá lớn.", "The file is too large.")
_ONE = Text("Tệp cần có đúng một thủ tục.", "The file must hold exactly one procedure.")
_KEYS = Text("Tên mục phải là một đoạn chữ.", "The name of a field must be a text.")


@dataclass(slots=True)
class Written:
    """What a file holds, and on which line (from 1) each value begins, by its pointer."""

    values: Any = None
    lines: dict[str, int] = field(default_factory=dict)

    def line(self, pointer: str) -> int:
        """The line of what lies at `pointer`, else of the nearest thing around it."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 1)


def lined(written: Written, mistakes: Iterable[Mistake]) -> list[tuple[int, Mistake]]:
    """The mistakes with their lines, from the top of the file down."""
    return sorted(((written.line(one.pointer), one) for one in mistakes), key=lambda found: found[0])


@dataclass(slots=True)
class _Open:
    """A list or group that has begun and not yet ended."""

    into: Any
    path: tuple[str | int, ...]
    key: str | None = None


def read_file(text: str) -> Written:
    """What the text of a catalogue file says. Raises: Unreadable with the line."""
    if len(text.encode(errors="replace")) > BYTES_MAX:
        raise Unreadable(1, _LARGE)
    written = Written()
    stack: list[_Open] = []
    documents = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                raise Unreadable(line, _ONE)
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
                raise Unreadable(line, _ALIAS)
            if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                stack.pop()
            elif isinstance(event, yaml.NodeEvent):
                _add(written, stack, event, line)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else text.count("\n", 0, getattr(error, "position", 0)) + 1
        reason = str(getattr(error, "problem", None) or error).splitlines()[0].replace("{", "(").replace("}", ")")
        raise Unreadable(line, _BAD.fill(reason=reason)) from error
    return written


def _add(written: Written, stack: list[_Open], event: yaml.NodeEvent, line: int) -> None:
    """Put what begins with the event where it belongs."""
    around = stack[-1] if stack else None
    if around is not None and isinstance(around.into, dict) and around.key is None:
        if not isinstance(event, yaml.ScalarEvent):
            raise Unreadable(line, _KEYS)
        if event.value in around.into:
            raise Unreadable(
                line, Text(_TWICE.vi.replace("{name}", event.value), _TWICE.en.replace("{name}", event.value))
            )
        around.key = event.value
        around.into[event.value] = None
        written.lines[pointer_of((*around.path, event.value))] = line
        return
    if len(stack) >= CATALOGUE.depth:
        raise Unreadable(line, _DEEP)
    value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
    if isinstance(event, yaml.ScalarEvent):
        value = _scalar(event)
    path: tuple[str | int, ...] = ()
    if around is None:
        written.values = value
    elif isinstance(around.into, dict):
        assert around.key is not None
        path = (*around.path, around.key)
        around.into[around.key], around.key = value, None
    else:
        path = (*around.path, len(around.into))
        around.into.append(value)
    written.lines.setdefault(pointer_of(path), line)
    if not isinstance(event, yaml.ScalarEvent):
        stack.append(_Open(value, path))


def _scalar(event: yaml.ScalarEvent) -> Any:
    """A plain true, false, null or number as such, everything else as text: a day stays a text, `no` does too."""
    if not event.implicit[0]:
        return event.value
    if event.value in _WORDS:
        return _WORDS[event.value]
    if _INTEGER.fullmatch(event.value):
        return int(event.value)
    return float(event.value) if _DECIMAL.fullmatch(event.value) else event.value
