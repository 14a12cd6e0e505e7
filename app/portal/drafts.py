"""A report while it is being written: what the form says in the API's own shape, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from app.catalogue import service as catalogue_service
from app.catalogue.errors import InvalidAnswers, RetiredCategory, UnknownCategory
from app.catalogue.terms import Category, Question, QuestionType
from app.directory.errors import AreaMismatch, AreaOutsideTenant, UnknownArea
from app.directory.snapshot import AreaChain
from app.kit.clock import local_day
from app.kit.geo import Point
from app.kit.problems import Problem
from app.kit.text import Text
from app.reports import service as reports_service
from app.reports.domain import Placed
from app.reports.errors import PlaceNeeded
from app.reports.schemas import ReportIn
from app.reports.terms import Channel
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem, number

from .deps import Visit

POINT: Final = ("location.lat", "location.lon", "location.accuracy_m")
WRITTEN: Final = ("category", "description", *POINT, "area_code", "address")
FILES: Final = "media."
CONTACT: Final = ("reporter.name", "reporter.phone", "reporter.email")
UNNAMED: Final = "reporter.anonymous"

_CHOOSE = Text("Hãy chọn lĩnh vực.", "Choose what it is about.")
_CHOSEN = Text(
    "Theo nội dung, có thể là “{name}”; chúng tôi đã chọn sẵn, hãy kiểm tra.",
    "From your words it may be “{name}”; we have chosen it for you, please check.",
)
_DESCRIBE = Text("Hãy mô tả sự việc.", "Describe what it is about.")
_PLACE = Text(
    "Hãy cho biết nơi xảy ra: dùng vị trí của bạn, chọn xã, phường hoặc ghi địa chỉ.",
    "Say where it is: use your position, choose the commune or write the address.",
)
_MISMATCH = Text(
    "Vị trí đã lấy nằm ở {places}. Hãy chọn một trong các nơi đó, hoặc xoá toạ độ nếu sự việc ở nơi khác.",
    "The position lies in {places}. Choose one of these, or clear the coordinates if it happened elsewhere.",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been written so far. Without errors `category` and `placed` are known."""

    form: Form
    errors: FieldErrors
    category: Category | None = None
    suggested: Category | None = None
    placed: Placed | None = None

    @property
    def complete(self) -> bool:
        """Whether the first page has all that it asks for."""
        return not self.errors and self.category is not None

    def possible_places(self, visit: Visit) -> list[tuple[str, str]]:
        """Where the pin may lie when that is not sure, the likeliest first; else nothing."""
        if self.placed is None or not self.placed.neighbours or self.form.text("area_code"):
            return []
        tenant, directory = self.placed.tenant, visit.books.directory
        codes = (self.placed.chain.area.code, *self.placed.neighbours)
        own = [code for code in codes if directory.is_within(tenant.edition, code, tenant.province)]
        return [(code, _place_name(directory.chain(tenant.edition, code))) for code in own]


def _place_name(chain: AreaChain) -> str:
    return ", ".join(area.name for area in (chain.commune, chain.district) if area) or chain.province.name


def draft_of(visit: Visit, form: Form) -> Draft:
    """The first page of the form, checked as far as it can be without sending it."""
    errors: FieldErrors = {} if form.text("description") else {"description": _DESCRIBE}
    category, suggested = _category(visit, form, errors)
    written = _written(form, errors)
    placed = _placed(visit, written, errors) if written is not None else None
    return Draft(form, errors, category, suggested, placed)


def point_of(form: Form) -> Point | None:
    """The pin of a form without errors, None when it says the place in words only."""
    lat, lon = (number(form.text(name)) for name in POINT[:2])
    return Point(lat, lon) if isinstance(lat, float) and isinstance(lon, float) else None


def report_of(form: Form, category: Category) -> ReportIn:
    """The whole form as the API takes it. Raises: ValidationError."""
    body = _body(form, *WRITTEN, *CONTACT, UNNAMED)
    if form.text(UNNAMED):  # a box that is ticked, whatever word stands for it
        body["reporter"]["anonymous"] = True
    return ReportIn.model_validate(
        {**body, "answers": _answers(form, category), "channel": Channel.WEB, "media": files_in(form)}
    )


def wrong_answers(visit: Visit, form: Form, category: Category) -> FieldErrors:
    """What is said against the answers to the category's questions, before the report is sent."""
    try:
        report = ReportIn.model_validate({**_body(form, *WRITTEN), "answers": _answers(form, category)})
        catalogue_service.classify(
            visit.books.catalogue,
            tenant=visit.tenant.id,
            code=category.code,
            kind=None,
            answers=report.answers,
            on=local_day(visit.now, visit.tenant.time_zone),
        )
    except ValidationError as refused:
        return errors_of(refused)
    except InvalidAnswers as problem:
        return errors_of_problem(problem)
    return {}


def without_files(form: Form) -> Form:
    """The form without the files that came with it."""
    return Form((name, form.text(name)) for name in form.names() if not name.startswith(FILES))


def files_in(form: Form) -> list[str]:
    """Names of the files that came with the form so far, in their order."""
    return [form.text(name) for name in form.names() if name.startswith(FILES) and form.text(name)]


def _body(form: Form, *names: str) -> dict[str, Any]:
    """The filled fields, numbers as numbers."""
    body = form.filled(*names)
    place = body.get("location")
    if isinstance(place, dict):
        body["location"] = {name: number(value) for name, value in place.items()}
        if not {"lat", "lon"} & place.keys():
            del body["location"]
    return body


def _answers(form: Form, category: Category) -> dict[str, str | bool | float]:
    given = ((question, form.text(f"answers.{question.code}")) for question in category.questions)
    return {question.code: _answer(question, text) for question, text in given if text}


def _answer(question: Question, text: str) -> str | bool | float:
    match question.type:
        case QuestionType.BOOLEAN:
            return {"yes": True, "no": False}.get(text, text)
        case QuestionType.NUMBER:
            return number(text)
        case QuestionType.TEXT | QuestionType.CHOICE:
            return text


def _category(visit: Visit, form: Form, errors: FieldErrors) -> tuple[Category | None, Category | None]:
    """The category chosen, and one that the words suggest when none was."""
    catalogue, tenant = visit.books.catalogue, visit.tenant
    code = form.text("category")
    if not code:
        near = catalogue.suggest(tenant.id, form.text("description"), limit=1)
        if not near:
            errors["category"] = _CHOOSE
            return None, None
        name = near[0].name
        errors["category"] = Text(_CHOSEN.vi.format(name=name.vi), _CHOSEN.en.format(name=name.en))
        return None, near[0]
    try:
        return catalogue.open_category(tenant.id, code, local_day(visit.now, tenant.time_zone)), None
    except (UnknownCategory, RetiredCategory) as problem:
        errors["category"] = problem.title
        return None, None


def _written(form: Form, errors: FieldErrors) -> ReportIn | None:
    """The first page's fields in the API's shape, None when they do not fit; what is missing counts as said already."""
    stand_ins = {"category": "other", "description": "other"}
    try:
        return ReportIn.model_validate({**stand_ins, **_body(form, *WRITTEN)})
    except ValidationError as refused:
        errors.update({name: text for name, text in errors_of(refused).items() if name not in errors})
        return None


def _placed(visit: Visit, written: ReportIn, errors: FieldErrors) -> Placed | None:
    try:
        return reports_service.locate_report(visit.books, written.new_report(visit.lang), host_tenant=visit.host_tenant)
    except PlaceNeeded:
        errors["area_code"] = _PLACE
    except AreaMismatch as problem:
        places = ", ".join(_names(problem))
        errors["area_code"] = _MISMATCH.fill(places=places) if places else problem.detail
    except (AreaOutsideTenant, UnknownArea) as problem:
        errors["area_code"] = problem.title
    except Problem as problem:  # whatever else the directory says concerns the pin
        errors["location.lat"] = problem.detail
    return None


def _names(problem: AreaMismatch) -> list[str]:
    possible = problem.extensions["possible"]
    assert isinstance(possible, list)
    return [str(area["name"]) for area in possible]
