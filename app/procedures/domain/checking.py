"""Whether a procedure holds together: its steps, its days, its conditions, its form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.kit.text import Text
from app.procedures.terms import Condition, LifeEvent, Mistake, Procedure, Step, StepRole, Test

from .bounds import CATALOGUE, beyond
from .schemas import check_form, described

_FIRST = Text("Bước đầu tiên phải là tiếp nhận (receive).", "The first step must be the one that receives.")
_ONE_RECEIVES = Text("Chỉ có đúng một bước tiếp nhận.", "Exactly one step receives.")
_ONE_DECIDES = Text("Cần đúng một bước quyết định (decide).", "Exactly one step must decide.")
_ONE_RETURNS = Text("Nhiều nhất một bước trả kết quả (return).", "At most one step returns the result.")
_RETURNS_LAST = Text("Trả kết quả phải ngay sau bước quyết định.", "The result is returned right after the decision.")
_AFTER_NOTHING = Text("Bước này cần nêu after: nó bắt đầu khi nào?", "Say in after when this step begins.")
_AFTER_FIRST = Text("Bước tiếp nhận không đứng sau bước nào.", "The step that receives comes after none.")
_EARLIER = Text("Không có bước nào trước đó mã “{code}”.", "No earlier step has the code “{code}”.")
_TWICE = Text("Mã “{code}” dùng hai lần.", "The code “{code}” is used twice.")
_AFTER_DECISION = Text(
    "Sau quyết định chỉ còn bước trả kết quả.", "After the decision nothing but the return of the result may come."
)
_LEADS_NOWHERE = Text("Bước quyết định không chờ bước này.", "The decision does not wait for this step.")
_STEP_DAYS = Text("Mỗi bước cần từ 1 đến 365 ngày làm việc.", "A step takes 1 to 365 working days.")
_DAYS = Text(
    "Chuỗi bước dài nhất cần {longest} ngày, nhiều hơn cả thủ tục ({whole}).",
    "The longest way through the steps takes {longest} days, more than the whole ({whole}).",
)
_VALIDITY = Text("Ngày hết hiệu lực trước ngày có hiệu lực.", "It ends before it begins.")
_NO_FIELD = Text("Tờ khai không có mục {pointer}.", "The form has no field {pointer}.")
_LISTED = Text("one_of cần một danh sách giá trị.", "one_of needs a list of values.")
_NUMERIC = Text("Cần một số.", "Must be a number.")
_NEVER = Text(
    "Mục này không bao giờ nhận giá trị “{value}”: không có trong enum.",
    "The field never has the value “{value}”: it is not in its enum.",
)
_WHOLE = Text("Mục nhân với lệ phí phải là số nguyên (integer).", "A fee is multiplied by a whole number only.")
_OBJECT = Text("Tờ khai phải là type: object.", "The form must be of type object.")
_ORDER = Text(
    "form_order phải kể đúng các mục của tờ khai: {names}.",
    "form_order must name exactly the fields of the form: {names}.",
)
_MONEY = Text("Lệ phí không được âm.", "A fee is not below 0.")
_COPIES = Text("Số bản từ 1 đến 20.", "1 to 20 copies.")
_EVENT = Text("Không có sự kiện đời sống này; chỉ dùng: {known}.", "There is no such life event; use: {known}.").fill(
    known=", ".join(LifeEvent)
)
_SUPPLEMENTS = Text("Số lần yêu cầu bổ sung từ 0 đến 5.", "0 to 5 requests for more.")
_NAMELESS = Text("Cần có chữ bằng cả hai thứ tiếng.", "Needs words in both languages.")
_NONE = Text("Cần ít nhất một.", "Needs at least one.")


def check_procedure(procedure: Procedure) -> list[Mistake]:
    """Everything that is wrong with the procedure, at pointers into its written form; empty when it can be published.

    Never raises, whatever the form holds; a form beyond the bounds is not looked at further.
    """
    found = [*_whole(procedure), *_steps(procedure), *_days(procedure)]
    too_much = beyond(procedure.form, CATALOGUE)
    if too_much is not None:
        return [*found, Mistake(f"/form{too_much[0]}", too_much[1])]
    form = [Mistake(f"/form{one.pointer}", one.detail) for one in check_form(procedure.form)]
    if procedure.form.get("type") != "object":
        form.append(Mistake("/form", _OBJECT))
    found.extend(form)
    if not form:
        found.extend(_hangs_on_form(procedure))
    return found


def _whole(procedure: Procedure) -> Iterator[Mistake]:
    for name in ("name", "field", "legal_basis"):
        if not all(word.strip() for word in getattr(procedure, name)):
            yield Mistake(f"/{name}", _NAMELESS)
    if procedure.valid_to is not None and procedure.valid_to < procedure.valid_from:
        yield Mistake("/valid_to", _VALIDITY)
    if not 0 <= procedure.supplements <= 5:
        yield Mistake("/supplements", _SUPPLEMENTS)
    for at, event in enumerate(procedure.life_events):
        if event not in set(LifeEvent):
            yield Mistake(f"/life_events/{at}", _EVENT)
    if not procedure.results:
        yield Mistake("/results", _NONE)
    yield from _papers(procedure)


def _papers(procedure: Procedure) -> Iterator[Mistake]:
    """Documents, fees and results by themselves."""
    yield from _repeated("documents", [one.code for one in procedure.documents])
    yield from _repeated("fees", [one.code for one in procedure.fees])
    yield from _repeated("results", [one.code for one in procedure.results])
    for at, fee in enumerate(procedure.fees):
        if fee.amount < 0:
            yield Mistake(f"/fees/{at}/amount", _MONEY)
    for at, document in enumerate(procedure.documents):
        if not 1 <= document.copies <= 20:
            yield Mistake(f"/documents/{at}/copies", _COPIES)


def _repeated(name: str, codes: Sequence[str]) -> Iterator[Mistake]:
    for at, code in enumerate(codes):
        if code in codes[:at]:
            yield Mistake(f"/{name}/{at}/code", _TWICE.fill(code=code))


def _steps(procedure: Procedure) -> Iterator[Mistake]:
    """Whether the steps form one way from receipt to decision, without a circle and without a loose end."""
    steps = procedure.steps
    roles = [step.role for step in steps]
    if roles[:1] != [StepRole.RECEIVE]:
        yield Mistake("/steps", _FIRST)
    if roles.count(StepRole.RECEIVE) > 1:
        yield Mistake("/steps", _ONE_RECEIVES)
    if roles.count(StepRole.DECIDE) != 1:
        yield Mistake("/steps", _ONE_DECIDES)
    if roles.count(StepRole.RETURN) > 1:
        yield Mistake("/steps", _ONE_RETURNS)
    yield from _repeated("steps", [step.code for step in steps])
    for at, step in enumerate(steps):
        yield from _step(steps, at, step)
    yield from _loose_ends(steps)


def _step(steps: Sequence[Step], at: int, step: Step) -> Iterator[Mistake]:
    earlier = {one.code: one for one in steps[:at]}
    if not 1 <= step.working_days <= 365:
        yield Mistake(f"/steps/{at}/working_days", _STEP_DAYS)
    if at == 0 and step.after:
        yield Mistake("/steps/0/after", _AFTER_FIRST)
    if at > 0 and not step.after:
        yield Mistake(f"/steps/{at}", _AFTER_NOTHING)
    for place, code in enumerate(step.after if at else ()):
        complaint = _EARLIER.fill(code=code) if code not in earlier else _order(earlier[code].role, step.role)
        if complaint is not None:
            yield Mistake(f"/steps/{at}/after/{place}", complaint)
    if step.same_unit_as is not None and step.same_unit_as not in earlier:
        yield Mistake(f"/steps/{at}/same_unit_as", _EARLIER.fill(code=step.same_unit_as))


def _order(before: StepRole, role: StepRole) -> Text | None:
    """What is wrong with a step of that role coming right after one of the role `before`."""
    if role is StepRole.RETURN:
        return None if before is StepRole.DECIDE else _RETURNS_LAST
    return _AFTER_DECISION if before in {StepRole.DECIDE, StepRole.RETURN} else None


def _loose_ends(steps: Sequence[Step]) -> Iterator[Mistake]:
    """Steps that the decision does not wait for."""
    by_code = {step.code: step for step in steps}
    waited: set[str] = set()
    waiting = [step.code for step in steps if step.role is StepRole.DECIDE]
    while waiting:
        code = waiting.pop()
        if code in by_code and code not in waited:
            waited.add(code)
            waiting.extend(by_code[code].after)
    for at, step in enumerate(steps):
        if waited and step.code not in waited and step.role is StepRole.VERIFY:
            yield Mistake(f"/steps/{at}", _LEADS_NOWHERE)


def longest_days(steps: Sequence[Step]) -> int:
    """Working days of the longest way through the steps; each stands after the ones it waits for."""
    ends: dict[str, int] = {}
    for step in steps:
        begins = max((ends[code] for code in step.after if code in ends), default=0)
        ends[step.code] = begins + step.working_days
    return max(ends.values(), default=0)


def _days(procedure: Procedure) -> Iterator[Mistake]:
    longest = longest_days(procedure.steps)
    if longest > procedure.working_days:
        yield Mistake("/working_days", _DAYS.fill(longest=longest, whole=procedure.working_days))


def _hangs_on_form(procedure: Procedure) -> Iterator[Mistake]:
    """What names fields of the form: its order, conditions, numbers that fees are multiplied by."""
    names = list(procedure.form.get("properties", {}))
    if sorted(names) != sorted(procedure.form_order):
        yield Mistake("/form_order", _ORDER.fill(names=", ".join(names)))
    hanging = [(f"/documents/{at}", one.when) for at, one in enumerate(procedure.documents)]
    hanging += [(f"/fees/{at}", one.when) for at, one in enumerate(procedure.fees)]
    for pointer, conditions in hanging:
        for place, condition in enumerate(conditions):
            for below, detail in _condition(procedure, condition):
                yield Mistake(f"{pointer}/when/{place}/{below}", detail)
    for at, fee in enumerate(procedure.fees):
        if fee.per is not None and not any(one.get("type") == "integer" for one in described(procedure.form, fee.per)):
            yield Mistake(f"/fees/{at}/per", _WHOLE)


def _condition(procedure: Procedure, condition: Condition) -> Iterator[tuple[str, Text]]:
    schemas = described(procedure.form, condition.pointer) if condition.pointer else []
    if not schemas:
        yield "pointer", _NO_FIELD.fill(pointer=condition.pointer[:100])
        return
    value: Any = condition.value
    match condition.test:
        case Test.AT_LEAST | Test.AT_MOST if isinstance(value, bool) or not isinstance(value, int | float):
            yield "value", _NUMERIC
        case Test.ONE_OF if not isinstance(value, list | tuple):
            yield "value", _LISTED
        case Test.EQUALS | Test.ONE_OF:
            asked = value if condition.test is Test.ONE_OF else [value]
            allowed = [one["enum"] for one in schemas if "enum" in one]
            for one in asked:
                if allowed and all(one not in listed for listed in allowed):
                    yield "value", _NEVER.fill(value=str(one)[:60])
        case _:
            pass
