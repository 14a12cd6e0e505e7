"""Problems as RFC 9457 answers, in the language of the reader."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import Response
from starlette.routing import Match

from app.db.errors import DatabaseUnavailable, is_down
from app.kit.problems import BadRequest, Forbidden, Invalid, NotFound, Problem, TooLarge, Unavailable
from app.kit.text import Lang, Text

from .language import language

log = logging.getLogger("lienthong.web")
MEDIA_TYPE = "application/problem+json"
_CHOICE = re.compile(r"'([^']*)'")

# pydantic's error types that people meet, in words they understand; the rest falls back to pydantic's own sentence.
_SENTENCES: dict[str, Text] = {
    "missing": Text("Thiếu thông tin bắt buộc này.", "This is required."),
    "string_too_long": Text("Nội dung dài quá {max_length} ký tự.", "Longer than {max_length} characters."),
    "string_too_short": Text("Nội dung còn trống hoặc quá ngắn.", "Empty or too short."),
    "string_type": Text("Cần là một đoạn chữ.", "Must be a string."),
    "json_invalid": Text("Nội dung gửi lên không phải JSON hợp lệ.", "The body is not valid JSON."),
    "enum": Text("Chỉ nhận một trong: {expected}.", "Must be one of: {expected}."),
    "literal_error": Text("Chỉ nhận một trong: {expected}.", "Must be one of: {expected}."),
    "finite_number": Text("Cần là một số hữu hạn.", "Must be a finite number."),
    "float_parsing": Text("Cần là một số.", "Must be a number."),
    "float_type": Text("Cần là một số.", "Must be a number."),
    "int_parsing": Text("Cần là một số nguyên.", "Must be a whole number."),
    "int_type": Text("Cần là một số nguyên.", "Must be a whole number."),
    "bool_parsing": Text("Cần là đúng (true) hoặc sai (false).", "Must be true or false."),
    "greater_than_equal": Text("Cần lớn hơn hoặc bằng {ge}.", "Must be at least {ge}."),
    "greater_than": Text("Cần lớn hơn {gt}.", "Must be greater than {gt}."),
    "less_than_equal": Text("Cần nhỏ hơn hoặc bằng {le}.", "Must be at most {le}."),
    "extra_forbidden": Text("Không có thông tin nào tên như vậy.", "There is no such field."),
    "too_long": Text("Nhiều hơn {max_length} mục.", "More than {max_length} items."),
    "timezone_aware": Text(
        "Thời điểm cần có múi giờ, ví dụ +07:00.", "The instant needs an offset, for example +07:00."
    ),
    "datetime_from_date_parsing": Text("Thời điểm cần theo RFC 3339.", "Must be an RFC 3339 instant."),
    "datetime_parsing": Text("Thời điểm cần theo RFC 3339.", "Must be an RFC 3339 instant."),
    "uuid_parsing": Text("Cần là một UUID.", "Must be a UUID."),
    "model_attributes_type": Text("Cần là một đối tượng JSON.", "Must be a JSON object."),
    "model_type": Text("Cần là một đối tượng JSON.", "Must be a JSON object."),
    "dict_type": Text("Cần là một đối tượng JSON.", "Must be a JSON object."),
    "list_type": Text("Cần là một danh sách.", "Must be a list."),
}
INVALID = Text(
    "Có thông tin chưa đúng; xem từng mục trong errors rồi gửi lại. Chưa có gì được ghi.",
    "Some of the data is not right; see errors and send it again. Nothing was written.",
)
_NO_BODY = Text(
    "Thiếu nội dung JSON của yêu cầu. Không có gì cần nêu thì gửi {}; các mục có thể nêu ở tài liệu API.",
    "The JSON body is missing. Send {} when there is nothing to say; the API's document lists what may be said.",
)
_DEEP = Text("Nội dung lồng nhau quá nhiều cấp.", "The body is nested too deep.")


class FieldError(BaseModel):
    """One value that is not right."""

    pointer: str = Field(
        description="JSON pointer into the body, or the name of the parameter", examples=["/location/lat"]
    )
    detail: str


class ProblemOut(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(examples=["/problems/invalid"])
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError] | None = None
    request_id: str | None = Field(None, description="With a mistake of ours: what to quote when you tell us of it")


def problem_responses(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """What an endpoint may answer instead, for its OpenAPI description; common refusals are added by themselves."""
    answers: dict[int | str, dict[str, Any]] = {}
    everywhere: tuple[type[Problem], ...] = (BadRequest, Invalid, TooLarge, Unavailable)
    for problem in (*problems, *everywhere):
        entry = answers.setdefault(
            problem.status,
            {"description": "", "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}},
        )
        line = f"`{problem.slug}`: {problem.title.en}"
        if line not in entry["description"]:
            entry["description"] = f"{entry['description']}\n\n{line}".strip()
    return answers


def problem_body(problem: Problem, lang: Lang, instance: str) -> dict[str, object]:
    """What tells of `problem` in `lang`."""
    body: dict[str, object] = {
        "type": f"/problems/{problem.slug}",
        "title": problem.title(lang),
        "status": problem.status,
        "detail": problem.detail(lang),
        "instance": instance,
    }
    for name, value in problem.extensions.items():
        body[name] = _spoken(value, lang)
    return body


def render(problem: Problem, lang: Lang, instance: str) -> Response:
    """The answer that tells of `problem`."""
    body = problem_body(problem, lang, instance)
    headers = {"Content-Language": lang.value, "Cache-Control": "no-store"}
    if isinstance(problem, Unavailable):
        headers["Retry-After"] = "2"
    elif isinstance(retry := problem.extensions.get("retry_after_s"), int):
        headers["Retry-After"] = str(retry)
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="lienthong"'
    content = orjson.dumps(body, default=str, option=orjson.OPT_NON_STR_KEYS)
    return Response(content, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def _spoken(value: object, lang: Lang) -> object:
    """`value` with every Text inside it in `lang`."""
    if isinstance(value, Text):
        return value(lang)
    if isinstance(value, dict):
        return {key: _spoken(item, lang) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_spoken(item, lang) for item in value]
    return value


def field_errors(errors: Sequence[Any], within: str = "body") -> list[dict[str, object]]:
    """What each of pydantic's errors says, with a pointer into the body, whose place in them begins with `within`."""
    found: list[dict[str, object]] = []
    for error in errors[:50]:
        place = [str(part).replace("~", "~0").replace("/", "~1") for part in error["loc"]]
        if not within:
            place = ["body", *place[1:]]  # without the word that told which shape it is
        named = place[1] if len(place) > 1 else "".join(place)  # of a parameter, whichever of its values is wrong
        pointer = "/" + "/".join(place[1:]) if place[:1] == ["body"] else named
        if error["type"] == "json_invalid":
            pointer = ""
        if place == ["body"]:  # the whole of it
            pointer = ""
        unsent = not pointer and error["type"] == "missing"
        found.append({"pointer": pointer, "detail": _NO_BODY if unsent else sentence_of(error)})
    return found


def sentence_of(error: Any) -> Text:
    """What one of pydantic's errors says, in words people understand."""
    context = error.get("ctx") or {}
    if isinstance(raised := context.get("error"), SaidError):
        return raised.text
    sentence = _SENTENCES.get(error["type"])
    if sentence is None:
        return Text("Giá trị chưa hợp lệ.", str(error["msg"]))
    told = {key: value for key, value in context.items() if not isinstance(value, Exception)}
    if choices := _CHOICE.findall(str(told.get("expected", ""))):  # pydantic joins them with an English word
        told["expected"] = ", ".join(choices)
    return sentence.fill(**told)


class SaidError(ValueError):
    """A validator's refusal in both languages; pydantic carries it to the answer."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


def name_problem(request: Request, problem: Problem) -> None:
    """The request's line in the log names the problem; the trail learns of it when it is one that it keeps."""
    request.scope.setdefault("state", {})["problem"] = problem.slug
    if problem.audited and (refusals := getattr(request.app.state, "refusals", None)) is not None:
        refusals.note(request.scope, problem.slug, problem.status)


def _told(request: Request, problem: Problem) -> Response:
    """The answer to `request`."""
    name_problem(request, problem)
    return render(problem, language(request), request.url.path)


Refused = Problem | RequestValidationError | StarletteHTTPException


def refusal(request: Request, error: Refused) -> Response:
    """The answer that tells why the request was refused."""
    match error:
        case Problem():
            return _told(request, error)
        case RequestValidationError():
            return _on_validation(request, error)
        case _:
            return _on_http(request, error)


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return refusal(request, error)


def _on_validation(request: Request, error: RequestValidationError) -> Response:
    errors = field_errors(error.errors())
    if any(item["type"] == "json_invalid" for item in error.errors()):
        problem: Problem = UnreadableBody(errors=errors)
    else:
        problem = Invalid(INVALID, errors=errors)
    return _told(request, problem)


def _on_http(request: Request, error: StarletteHTTPException) -> Response:
    """Starlette's own refusals: no such route, wrong method, a body that cannot be read."""
    methods = _methods_at(request) if error.status_code == 405 else []
    match error.status_code:
        case 404:
            problem: Problem = NotFound(Text("Không có địa chỉ này.", "There is nothing at this address."))
        case 405:
            problem = MethodNotAllowed(methods)
        case 413:
            problem = TooLarge()
        case 403:
            problem = Forbidden()
        case _ if isinstance(error.__cause__, RecursionError):  # it may well be JSON, but nobody's form is so deep
            problem = Invalid(INVALID, errors=[{"pointer": "", "detail": _DEEP}])
        case _:
            problem = UnreadableBody()
    answer = _told(request, problem)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    if methods:
        answer.headers["Allow"] = ", ".join(methods)
    return answer


def _methods_at(request: Request) -> list[str]:
    """Methods of all routes at the request's address; Starlette names those of the first one only."""
    matching = [
        route
        for route in iter_route_contexts(request.app.routes)
        if route.original_route.matches(request.scope)[0] is not Match.NONE
    ]
    named = [route for route in matching if route.path == request.url.path]  # /cases/bulk is not some case called bulk
    methods = set().union(*(route.methods or () for route in named or matching))
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))  # which the edge answers (middleware.py)


def answer_to_mistake(request: Request, error: Exception) -> Response:
    """Anything unforeseen: a lost database is told apart, the rest says nothing of our inside but where to look."""
    if is_down(error):
        return _told(request, DatabaseUnavailable())
    log.error("unhandled error", exc_info=error)
    return _told(request, InternalError(request_id=request.state.request_id))


class InternalError(Problem):
    """A mistake of ours; `request_id` finds it in the log."""

    @classmethod
    def default_detail(cls) -> Text:
        """Say that it is ours."""
        return Text(
            "Lỗi thuộc về hệ thống, không phải do bạn. Vui lòng thử lại sau; nếu báo lỗi, xin kèm mã request_id.",
            "The mistake is ours, not yours. Please try again later; when you tell us of it, quote the request_id.",
        )


class UnreadableBody(BadRequest):
    """The body is not what its content type says."""

    slug = "unreadable-body"
    title = Text("Không đọc được nội dung gửi lên", "The body cannot be read")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what is expected."""
        return Text("Hãy gửi JSON hợp lệ, mã hoá UTF-8.", "Send valid JSON in UTF-8.")


class MethodNotAllowed(BadRequest):
    """The address exists, but not for this method."""

    status = 405
    slug = "method-not-allowed"
    title = Text("Địa chỉ này không nhận phương thức đó", "This address does not take that method")

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(
            Text("Ở địa chỉ này chỉ dùng được: {allowed}.", "This address takes only: {allowed}.").fill(
                allowed=", ".join(allowed)
            ),
            allowed=list(allowed),
        )


def install(app: FastAPI) -> None:
    """Answer every refusal as a problem; mistakes are answered at the edge (middleware.py)."""
    for kind in (Problem, RequestValidationError, StarletteHTTPException):
        app.add_exception_handler(kind, _refuse)
