"""The steps of writing a report: which page comes after a button, and at which address it lies.

What and where stand on one page, of which a script shows one at a time: neither needs the network. Photos with the
category's questions, and the look at it all, are pages of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from app.kit.text import Text

from . import unsent
from .drafts import FILES, Draft

_OF_FIRST: Final = ("description", "category")
_OF_DETAILS: Final = ("answers.", FILES)


class Step(StrEnum):
    """A page of the form, by the button that asks for it. `SEND` is the button of the last one."""

    WHAT = "edit"
    WHERE = "where"
    DETAILS = "details"
    CHECK = "check"
    SEND = "send"


WITHOUT_FILES: Final = "without"  # the button that takes attached files off
_SUFFIXES: Final = {Step.DETAILS: "/details", Step.CHECK: "/check"}


def address(step: Step, key: str) -> str:
    """Where the page of this step lies for the report being written under `key`."""
    return unsent.address(key) + _SUFFIXES.get(step, "")


def step_after(draft: Draft, errors: Iterable[str]) -> Step:
    """The page that its button leads to, unless something before it is missing; `errors`: fields of later pages."""
    wanted = draft.form.text("step")
    if wanted == Step.WHAT or not (draft.complete or wanted == Step.WHERE):
        return Step.WHAT
    if wanted == Step.WHERE:
        return Step.WHERE if not of_first(draft.errors) else Step.WHAT
    if wanted in {Step.DETAILS, WITHOUT_FILES} or any(map(is_detail, errors)):
        return Step.DETAILS
    return Step.CHECK


def of_first(errors: Mapping[str, Text]) -> dict[str, Text]:
    """What is said against the first step alone: whoever has not come to the second is not told of it."""
    return {name: text for name, text in errors.items() if name in _OF_FIRST}


def is_detail(name: str) -> bool:
    """Whether the field stands on the third page."""
    return name.startswith(_OF_DETAILS)
