"""A category that there is not yet: described like its group where nothing else is said, looked at, then added."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.cases import service as cases_service
from app.cases.domain.previews import Newcomer
from app.catalogue import service
from app.catalogue.schemas import CategoryIn
from app.catalogue.terms import Category, CategoryVersion, Kind, PhotoPolicy, PublicationPolicy, Question
from app.console.asking import ASKS_FOR, MOST_NEW, QUESTION_TYPES, own_questions
from app.console.deps import PATH, Administrator, ConsoleRoute, Desk, OwnForm
from app.console.publishing import ASKS, CATEGORY_ASKS, PHOTOS, PUBLICATION, TIERS, UNIT_KINDS, at_fields, numbers
from app.console.rules import rule_sentence
from app.db.work import Work, in_work
from app.directory.terms import Tier
from app.kit.clock import local_day
from app.kit.problems import Problem
from app.kit.text import Text, folded_words
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem

router = APIRouter(prefix=f"{PATH}/categories/new", route_class=ConsoleRoute)
_ASKS: Final = {
    **ASKS,
    **CATEGORY_ASKS,
    **ASKS_FOR,
    "code": Text("Hãy đặt mã, hoặc đặt tên tiếng Anh.", "Give it a code, or an English name."),
    "note": Text("Hãy ghi thêm vì sao, theo văn bản nào.", "Say why it is added, by which decision."),
    "default_tier": Text("Hãy chọn cấp.", "Choose the tier."),
    "default_unit_kind": Text("Hãy chọn loại đơn vị.", "Choose the kind of unit."),
    "target_working_days": Text("Hãy nhập số ngày làm việc.", "Enter how many working days."),
}
_CODE: Final = Text(
    "Mã gồm chữ thường không dấu, số, gạch dưới, bắt đầu bằng chữ; ví dụ: speed_bump.",
    "The code has small letters, digits and underscores, a letter first: speed_bump.",
)
_TYPED: Final = (
    *("name.vi", "name.en", "description.vi", "description.en", "legal_basis.vi", "legal_basis.en"),
    *("guidance.vi", "guidance.en", "photos_basis.vi", "photos_basis.en", "valid_from", "valid_to", "note"),
    *("kind", "default_tier", "default_unit_kind", "publication", "photos"),
)
_NUMBERS: Final = ("target_working_days", "emergency_target_working_days")
_AT: Final = {"code": "own"}
_NAMED: Final = 5


@router.get("")
async def ask_for_category(desk: Administrator) -> Response:
    """The form, in the group that the address names if it names one."""
    today = local_day(desk.now, desk.tenant.time_zone).isoformat()
    group = desk.request.query_params.get("group", "")
    return _asked(desk, Form([("group", group), ("valid_from", today)]), {})


@router.post("")
async def add_category(desk: Administrator, form: OwnForm) -> Response:
    """What the category would do, or it is added; else the page with what is wrong."""
    return await _added(desk, form)


async def _added(desk: Desk, form: Form) -> Response:
    try:
        wanted = CategoryIn.model_validate(_typed(desk, form))
    except ValidationError as refused:
        errors = errors_of(refused, _ASKS)
        malformed = {"code": _CODE} if "code" in errors and form.text("own") else {}
        return _asked(desk, form, _placed(errors | malformed), status=422)
    try:
        if form.text("step") == "do":
            await _add(desk, wanted)
            return RedirectResponse(f"{PATH}/categories?done=added#{wanted.code}", status_code=303)
        return _asked(desk, form, {}, wanted=wanted, preview=_preview(desk, wanted))
    except Problem as problem:
        errors = _placed(errors_of_problem(problem))
        return _asked(desk, form, errors, message=None if errors else problem.detail, status=problem.status)


def _placed(errors: FieldErrors) -> FieldErrors:
    """What is wrong, at the fields of the page."""
    found: FieldErrors = {}
    for name, error in at_fields(errors).items():
        first = name.partition(".")[0]
        found.setdefault(first if first in ("questions", "keywords") else _AT.get(name, _row_of(name)), error)
    return found


def _row_of(name: str) -> str:
    """The field of a new question that the page has: choices are lines of one field, and rows keep their numbers."""
    top, _, rest = name.partition(".choices")
    return f"{top}.choices" if top.startswith("own_questions.") and (rest or name.endswith(".choices")) else name


def _group(desk: Desk, form: Form) -> Category | None:
    found = desk.books.catalogue.find(desk.tenant.id, form.text("group")) if form.text("group") else None
    return found if found is not None and found.parent is None else None


def _typed(desk: Desk, form: Form) -> dict[str, Any]:
    """The body that the form means: like its group where it says nothing."""
    group = _group(desk, form)
    own = form.text("own") or "_".join(folded_words(form.text("name.en")))[:30].strip("_")
    like = _like(group) if group is not None else {}
    return {
        **like,
        **form.filled(*_TYPED),
        **numbers(form, *_NUMBERS),
        **({"code": f"{group.code}.{own}" if group is not None else own} if own else {}),
        "emergency": bool(form.text("emergency")),
        "questions": form.many("questions"),
        "own_questions": own_questions(form),
        "keywords": [word.strip() for word in form.text("keywords").replace("\n", ",").split(",") if word.strip()],
    }


def _like(group: Category) -> dict[str, Any]:
    return {
        "kind": group.kind.value,
        "default_tier": group.default_tier.value,
        "default_unit_kind": group.default_unit_kind.value,
        "target_working_days": group.target_working_days,
        "emergency_target_working_days": group.emergency_target_working_days,
        "publication": group.publication.value,
        "photos": group.photos.value,
        **({"photos_basis": {"vi": group.photos_basis.vi, "en": group.photos_basis.en}} if group.photos_basis else {}),
    }


async def _add(desk: Desk, wanted: CategoryIn) -> None:
    async def verb(work: Work) -> CategoryVersion:
        today = local_day(work.now, desk.tenant.time_zone)
        return await service.add_category(work, desk.actor, wanted.new(), today=today)

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)


def _preview(desk: Desk, wanted: CategoryIn) -> Newcomer:
    today = local_day(desk.now, desk.tenant.time_zone)
    trial = service.try_category(desk.actor, wanted.new(), catalogue=desk.books.catalogue, today=today)
    return cases_service.preview_new_category(desk.tenant.id, desk.books, trial, wanted.code, now=desk.now)


def _asked(
    desk: Desk,
    form: Form,
    errors: FieldErrors,
    *,
    wanted: CategoryIn | None = None,
    preview: Newcomer | None = None,
    message: Text | None = None,
    status: int = 200,
) -> Response:
    lang, group = desk.lang, _group(desk, form)
    groups = [branch.group for branch in desk.books.catalogue.tree(desk.tenant.id)]
    return desk.page(
        "new_category.html",
        status=status,
        form=form,
        errors=errors,
        message=message,
        group=group,
        wanted=wanted,
        preview=preview,
        ways=_ways(desk, preview) if preview else [],
        groups=[(one.code, one.name(lang)) for one in groups],
        kinds=[(one.value, one.label(lang)) for one in Kind],
        tiers=[(one.value, TIERS[one](lang)) for one in Tier],
        unit_kinds=[(one.value, label(lang)) for one, label in UNIT_KINDS.items()],
        publications=[(one.value, PUBLICATION[one](lang)) for one in PublicationPolicy],
        photo_policies=[(one.value, PHOTOS[one](lang)) for one in PhotoPolicy],
        publication=PUBLICATION[preview.category.publication](lang) if preview else "",
        photos=PHOTOS[preview.category.photos](lang) if preview else "",
        questions=[(one.code, one.text(lang)) for one in _questions(desk)],
        types=[(one.value, label(lang)) for one, label in QUESTION_TYPES.items()],
        rows=range(MOST_NEW),
        action=f"{PATH}/categories/new",
    )


def _questions(desk: Desk) -> list[Question]:
    """Every question the province asks of anything, each once."""
    asked = {question.code: question for one in desk.books.catalogue.all(desk.tenant.id) for question in one.questions}
    return list(asked.values())


def _ways(desk: Desk, preview: Newcomer) -> list[dict[str, Any]]:
    """Who gets reports of how many communes, and by what."""
    directory, tenant = desk.books.directory, desk.tenant.id
    book = desk.books.rulebooks.book(tenant, desk.now)
    known = {rule.code: rule for rule in book.rules}
    found = []
    for way in preview.ways:
        units = [directory.unit(tenant, one) for one in way.units[:_NAMED]]
        rule = next((each for code, each in known.items() if code == way.rule), None)
        found.append(
            {
                "rule": rule.code if rule else None,
                "why": rule_sentence(desk, rule) if rule else None,
                "fallback": way.rule,
                "communes": way.communes,
                "units": [Text(unit.name, unit.name_en)(desk.lang) for unit in units],
                "more": len(way.units) - len(units),
            }
        )
    return found
