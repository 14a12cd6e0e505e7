"""Forms of administrators' pages: what their verb leads to, or the page again with what was wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.db.work import Work, in_work
from app.kit.problems import Outdated, Problem
from app.kit.text import Text
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem, whole_number

from .deps import Desk

STALE: Final = Text(
    "Mục này vừa được người khác đổi; những gì hiện hành ghi ngay dưới đây. Điều bạn nhập vẫn còn: hãy xem lại rồi làm "
    "tiếp.",
    "Somebody else has just changed this; below is what holds now. What you typed is still here: look again, then go "
    "on.",
)
Verb = Callable[[Work], Awaitable[Response]]
State = TypeVar("State", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says of the form that was sent from it, `tried`, or of what was done by the last one.

    `errors` are of its fields; else `message` is of the whole.
    """

    form: Form = field(default_factory=Form)
    errors: FieldErrors = field(default_factory=dict)
    message: Text | None = None
    status: int = 200
    tried: str = ""
    done: str = ""

    def values(self) -> dict[str, Any]:
        """The same for the template."""
        return {
            "form": self.form,
            "errors": self.errors,
            "message": self.message,
            "status": self.status,
            "tried": self.tried,
            "done": self.done,
        }

    def having(self, present: Form) -> Told:
        """The same with the form that changes the thing as it is, unless it was that form which was tried."""
        return self if self.tried == "change" else replace(self, form=present)


Shown = Callable[[Told], Awaitable[Response]]


def told_by(desk: Desk, done: Collection[str]) -> Told:
    """What the address says was done, where that is one of these."""
    asked = desk.request.query_params.get("done", "")
    return Told(done=asked if asked in done else "")


def seen(form: Form) -> int:
    """The version of what the page showed; one that there never was when it names none."""
    named = whole_number(form.text("version"))
    return named if isinstance(named, int) else -1


async def acted(
    desk: Desk, form: Form, verb: Verb, shown: Shown, asks: Mapping[str, Text], *, tried: str = ""
) -> Response:
    """What the verb leads to, in one transaction; else the page with what was wrong, nothing typed lost.

    `asks`: how to ask for a field that was left empty.
    """
    try:
        return await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    except ValidationError as refused:
        return await shown(Told(form, errors_of(refused, asks), None, 422, tried))
    except Problem as problem:
        errors = errors_of_problem(problem)
        message = None if errors else (STALE if isinstance(problem, Outdated) else problem.detail)
        return await shown(Told(form, errors, message, problem.status, tried))


def narrowed_to(desk: Desk, states: type[State]) -> State | None:
    """The state that the address narrows its list to; one that there is none of narrows nothing."""
    asked = desk.request.query_params.get("state")
    return next((one for one in states if one.value == asked), None)


def next_page(cursor: str | None, state: StrEnum | None) -> str | None:
    """What follows the address of a list for its next page, narrowed as this one; None after the last."""
    narrowed = {"state": state.value} if state else {}
    return "?" + urlencode({**narrowed, "cursor": cursor}) if cursor else None


def led_to(address: str, done: str) -> Response:
    """On to the page, which says what was done."""
    return RedirectResponse(f"{address}?done={done}", status_code=303)
