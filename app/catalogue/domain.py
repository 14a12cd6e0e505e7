"""Decisions of the catalogue: do the answers fit, how urgent is it, how long may it take, may it be shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from app.kit.ids import TenantId
from app.kit.text import Text, fold, has_forbidden_characters, nfc

from .errors import InvalidAnswers, InvalidCategory
from .terms import (
    Answer,
    Answers,
    Category,
    CategoryCode,
    Kind,
    NewCategory,
    PhotoPolicy,
    Priority,
    PublicationPolicy,
    Question,
    QuestionType,
    WantedCategory,
)

TEXT_ANSWER_MAX = 500  # characters
NUMBER_MAX = 2**53  # larger ones are not the same number in every language that reads JSON; also refuses NaN
_REQUIRED = Text("Xin trả lời câu hỏi này.", "Please answer this question.")
_UNKNOWN = Text("Lĩnh vực này không có câu hỏi nào mã như vậy.", "This category asks no such question.")
_TEXT = Text("Cần là một đoạn chữ không quá {limit} ký tự.", "Must be a text of at most {limit} characters.").fill(
    limit=TEXT_ANSWER_MAX
)
_CHOICE = Text("Chỉ nhận một trong: {codes}.", "Must be one of: {codes}.")
_BOOLEAN = Text("Cần là đúng (true) hoặc sai (false).", "Must be true or false.")
_NUMBER = Text("Cần là một số.", "Must be a number.")
_BEFORE = Text("Ngày cuối ở trước ngày đầu.", "The last day is before the first.")
_OVER = Text(
    "Ngày cuối sớm nhất là hôm nay: phản ánh hôm nay đã nhận rồi.",
    "The last day is today at the earliest: today's reports are taken in already.",
)
_TAKEN = Text("Mã này là của lĩnh vực “{name}”.", "This is the code of “{name}”.")
_KEPT_APART = Text("Mã này phần mềm dùng vào việc khác.", "The program uses this code for something else.")
_NO_GROUP = Text("Không có nhóm “{code}”.", "There is no group “{code}”.")
_SAME_NAME = Text("Nhóm đã có lĩnh vực tên như vậy: {code}.", "The group has a category of this name: {code}.")
_OTHER_KIND = Text("Lĩnh vực trong nhóm này phải cùng loại: {kind}.", "All of this group are of one kind: {kind}.")
_NEVER_SHOWN = Text("Khiếu nại, tố cáo không bao giờ công khai.", "Complaints and denunciations are never published.")
_WHY_NO_PHOTOS = Text("Hãy ghi căn cứ không công khai ảnh.", "Name the law by which pictures are not shown.")
_LONGER = Text("Việc khẩn cấp không thể lâu hơn việc thường.", "Urgent ones cannot take longer than others.")
_NOT_ASKED = Text("Tỉnh không có câu hỏi “{code}”.", "The province asks no question “{code}”.")
_ASKED = Text("Đã có câu hỏi mã “{code}”.", "There is a question “{code}” already.")
_TOO_MANY = Text("Nhiều nhất mười câu hỏi, cả cũ lẫn mới.", "At most ten questions, old and new together.")
_NO_CHOICE = Text("Câu hỏi chọn cần ít nhất hai lựa chọn.", "A question to choose needs two choices at least.")
_NOT_TO_CHOOSE = Text("Chỉ câu hỏi chọn mới có lựa chọn.", "Only a question to choose has choices.")
_CHOICE_TWICE = Text("Hai lựa chọn cùng một mã.", "Two choices have one code.")
_LESS = Text("Số lớn nhất nhỏ hơn số nhỏ nhất.", "The largest number is less than the least.")
MOST_QUESTIONS: Final = 10
APART: Final = frozenset({"new", "preview"})  # what addresses beside the categories' own are called
_GROUP_STEP: Final = 100
_RANGE = Text("Cần là một số từ {least} đến {most}.", "Must be a number from {least} to {most}.")


def validate_answers(category: Category, answers: Answers | None, *, passed_on: bool = False) -> dict[str, Answer]:
    """`answers` by question code, in the order of the questions; empty texts left out, text in normal form C.

    `passed_on` by another installation, which keeps what was answered to private questions: those are not missed.

    Raises: InvalidAnswers naming every answer that does not fit, every missing one and every unknown question.
    """
    given = dict(answers or {})
    errors: list[dict[str, object]] = []
    accepted: dict[str, Answer] = {}
    for question in category.questions:
        value = given.pop(question.code, None)
        value = nfc(value).strip() if isinstance(value, str) else value
        if value is None or value == "":
            if question.required and not (passed_on and question.private):
                errors.append(_error(question.code, _REQUIRED))
            continue
        complaint = _complaint(question, value)
        if complaint is None:
            accepted[question.code] = value
        else:
            errors.append(_error(question.code, complaint))
    errors.extend(_error(code, _UNKNOWN) for code in given)
    if errors:
        raise InvalidAnswers(category, errors[:50])
    return accepted


def _error(code: str, detail: Text) -> dict[str, object]:
    token = code[:100].replace("~", "~0").replace("/", "~1")
    return {"pointer": f"/answers/{token}", "detail": detail}


def _complaint(question: Question, value: Answer) -> Text | None:
    """What is wrong with `value` as an answer to `question`, None when nothing is."""
    match question.type:
        case QuestionType.TEXT:
            fits = isinstance(value, str) and len(value) <= TEXT_ANSWER_MAX and not has_forbidden_characters(value)
            return None if fits else _TEXT
        case QuestionType.CHOICE:
            codes = [choice.code for choice in question.choices]
            return None if value in codes and isinstance(value, str) else _CHOICE.fill(codes=", ".join(codes))
        case QuestionType.BOOLEAN:
            return None if isinstance(value, bool) else _BOOLEAN
        case QuestionType.NUMBER:
            if isinstance(value, bool | str) or not -NUMBER_MAX <= value <= NUMBER_MAX:
                return _NUMBER
            least = -math.inf if question.minimum is None else question.minimum
            most = math.inf if question.maximum is None else question.maximum
            return None if least <= value <= most else _RANGE.fill(least=f"{least:g}", most=f"{most:g}")


def initial_priority(category: Category, answers: Answers) -> Priority:
    """Urgent for an emergency category or an answer that says so (a cable in the water), else normal."""
    if category.emergency:
        return Priority.URGENT
    for question in category.questions:
        if question.urgent_if is not None and answers.get(question.code) == question.urgent_if:
            return Priority.URGENT
    return Priority.NORMAL


def target_working_days(category: Category, priority: Priority) -> int:
    """Working days to a resolution: the emergency target when urgent, never more than the ordinary one."""
    if priority is Priority.URGENT:
        return min(category.emergency_target_working_days, category.target_working_days)
    return category.target_working_days


def publication_policy(category: Category, kind: Kind) -> PublicationPolicy:
    """The category's policy; never for a kind that another legal track handles, whatever category it names."""
    if kind.diverted or category.kind.diverted:
        return PublicationPolicy.NEVER
    return category.publication


def effective_kind(category: Category, asked: Kind | None) -> Kind:
    """The kind of a report: a diverted one wherever it is named, else what was asked for, else the category's own."""
    if category.kind.diverted or asked is None:
        return category.kind
    return asked


def told_answers(category: Category, answers: Answers) -> dict[str, Answer]:
    """`answers` that may leave the installation: not those to private questions, nor to any it does not ask."""
    told = {item.code for item in category.questions if not item.private}
    return {code: value for code, value in answers.items() if code in told}


def public_answers(category: Category, answers: Answers) -> dict[str, Answer]:
    """`answers` that may be told, without free text that no one has checked."""
    free = {item.code for item in category.questions if item.type is QuestionType.TEXT}
    return {code: value for code, value in told_answers(category, answers).items() if code not in free}


def check_wanted(wanted: WantedCategory, *, today: date) -> None:
    """Nothing when the category may become so today. Raises: InvalidCategory with a pointer for each mistake."""
    errors = list(_wrong_days(wanted, today))
    if errors:
        raise InvalidCategory(errors=errors)


def _wrong_days(wanted: WantedCategory, today: date) -> Iterator[dict[str, object]]:
    if wanted.valid_to is not None and wanted.valid_to < today:
        yield {"pointer": "/valid_to", "detail": _OVER}
    if wanted.valid_from is not None and wanted.valid_to is not None and wanted.valid_to < wanted.valid_from:
        yield {"pointer": "/valid_to", "detail": _BEFORE}


def worded(category: Category, wanted: WantedCategory) -> Category:
    """The category as it is wanted."""
    return replace(
        category,
        name=wanted.name,
        description=wanted.description,
        legal_basis=wanted.legal_basis,
        valid_from=wanted.valid_from,
        valid_to=wanted.valid_to,
    )


def new_category(new: NewCategory, among: Sequence[Category], *, tenant: TenantId, today: date) -> Category:
    """The category that `new` describes, last in its group, or the last group.

    Args:
        among: every category of the tenant.
    Raises: InvalidCategory with a pointer for each mistake.
    """
    known = {one.code: one for one in among}
    errors: list[dict[str, object]] = [
        {"pointer": pointer, "detail": detail} for pointer, detail in _mistakes(new, known)
    ]
    errors.extend(_wrong_days(new.wanted, today))
    if errors:
        raise InvalidCategory(errors=errors)
    questions = {question.code: question for one in among for question in one.questions}
    return Category(
        tenant_id=tenant,
        code=CategoryCode(new.code),
        parent=new.parent,
        name=new.wanted.name,
        description=new.wanted.description,
        kind=new.kind,
        default_tier=new.default_tier,
        default_unit_kind=new.default_unit_kind,
        target_working_days=new.target_working_days,
        emergency_target_working_days=new.emergency_target_working_days,
        emergency=new.emergency,
        publication=new.publication,
        legal_basis=new.wanted.legal_basis,
        photos=new.photos,
        photos_basis=new.photos_basis if new.photos is PhotoPolicy.NEVER else None,
        guidance=new.guidance,
        questions=(*(questions[code] for code in new.questions), *new.own_questions),
        keywords=new.keywords,
        position=_last_place(new.parent, among),
        valid_from=new.wanted.valid_from,
        valid_to=new.wanted.valid_to,
    )


def _mistakes(new: NewCategory, known: dict[CategoryCode, Category]) -> Iterator[tuple[str, Text]]:
    yield from _misnamed(new, known)
    group = known.get(new.parent) if new.parent else None
    if group is not None and group.kind is not new.kind and (group.kind.diverted or new.kind.diverted):
        label = group.kind.label
        yield "/kind", Text(_OTHER_KIND.vi.format(kind=label.vi), _OTHER_KIND.en.format(kind=label.en))
    if new.kind.diverted and new.publication is not PublicationPolicy.NEVER:
        yield "/publication", _NEVER_SHOWN
    if new.photos is PhotoPolicy.NEVER and new.photos_basis is None:
        yield "/photos_basis", _WHY_NO_PHOTOS
    if new.emergency_target_working_days > new.target_working_days:
        yield "/emergency_target_working_days", _LONGER
    asked = {question.code for one in known.values() for question in one.questions}
    for at, code in enumerate(new.questions):
        if code not in asked:
            yield f"/questions/{at}", _NOT_ASKED.fill(code=code)
    yield from _misasked(new, asked)


def _misasked(new: NewCategory, asked: set[str]) -> Iterator[tuple[str, Text]]:
    """What is wrong with the questions that nobody asks yet."""
    if len(new.questions) + len(new.own_questions) > MOST_QUESTIONS:
        yield "/questions", _TOO_MANY
    codes = [question.code for question in new.own_questions]
    for at, question in enumerate(new.own_questions):
        pointer, choices = f"/own_questions/{at}", [choice.code for choice in question.choices]
        if question.code in asked or question.code in codes[:at]:
            yield f"{pointer}/code", _ASKED.fill(code=question.code)
        if question.type is QuestionType.CHOICE and len(choices) < 2:
            yield f"{pointer}/choices", _NO_CHOICE
        elif question.type is not QuestionType.CHOICE and choices:
            yield f"{pointer}/choices", _NOT_TO_CHOOSE
        elif len(set(choices)) < len(choices):
            yield f"{pointer}/choices", _CHOICE_TWICE
        least, most = question.minimum, question.maximum
        if least is not None and most is not None and least > most:
            yield f"{pointer}/maximum", _LESS


def _misnamed(new: NewCategory, known: dict[CategoryCode, Category]) -> Iterator[tuple[str, Text]]:
    taken = known.get(CategoryCode(new.code))
    if taken is not None:
        yield "/code", Text(_TAKEN.vi.format(name=taken.name.vi), _TAKEN.en.format(name=taken.name.en))
    elif new.code in APART:
        yield "/code", _KEPT_APART
    elif new.parent is not None and new.parent not in known:
        yield "/code", _NO_GROUP.fill(code=new.parent)
    siblings = (one for one in known.values() if one.parent == new.parent and one is not taken)
    twin = next((one for one in siblings if fold(one.name.vi) == fold(new.wanted.name.vi)), None)
    if twin is not None:
        yield "/name/vi", _SAME_NAME.fill(code=twin.code)


def _last_place(parent: CategoryCode | None, among: Iterable[Category]) -> int:
    """After all of its group; a group on the next round number after all there are."""
    places = [one.position for one in among if parent is None or parent in (one.parent, one.code)]
    last = max(places, default=0)
    return last + 1 if parent is not None else (last // _GROUP_STEP + 1) * _GROUP_STEP
