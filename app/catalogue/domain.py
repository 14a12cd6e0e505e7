"""Decisions of the catalogue: do the answers fit, how urgent is it, how long may it take, may it be shown."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

from app.kit.text import Text, has_forbidden_characters, nfc

from .errors import InvalidAnswers, InvalidCategory
from .terms import (
    Answer,
    Answers,
    Category,
    Kind,
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
    errors: list[dict[str, object]] = []
    if wanted.valid_to is not None and wanted.valid_to < today:
        errors.append({"pointer": "/valid_to", "detail": _OVER})
    if wanted.valid_from is not None and wanted.valid_to is not None and wanted.valid_to < wanted.valid_from:
        errors.append({"pointer": "/valid_to", "detail": _BEFORE})
    if errors:
        raise InvalidCategory(errors=errors)


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
