"""What the catalogue of procedures refuses."""

from __future__ import annotations

from collections.abc import Sequence

from app.kit.problems import Conflict, Invalid, NotFound, PreconditionFailed, PublishedAtOnce
from app.kit.text import Text

from .terms import Mistake, Procedure


def _offers(procedures: Sequence[Procedure]) -> list[dict[str, object]]:
    return [{"code": procedure.code, "name": procedure.name} for procedure in procedures]


class UnknownProcedure(Invalid):
    """A request names a procedure that the tenant does not have; `suggestions` are the nearest it has."""

    slug = "unknown-procedure"
    title = Text("Không có thủ tục này", "There is no such procedure")

    def __init__(self, code: str, suggestions: Sequence[Procedure] = ()) -> None:
        shown = code if len(code) <= 60 else f"{code[:60]}…"
        super().__init__(
            Text(
                "Không có thủ tục mã “{code}”. Xin chọn một thủ tục trong GET /api/v1/procedures.",
                "There is no procedure “{code}”. Choose one of GET /api/v1/procedures.",
            ).fill(code=shown),
            suggestions=_offers(suggestions),
            errors=[{"pointer": "/procedure", "detail": self.title}],
        )


class ProcedureNotFound(NotFound):
    """There is no procedure at this address."""

    slug = "procedure-not-found"
    title = Text("Không tìm thấy thủ tục", "Procedure not found")

    def __init__(self, suggestions: Sequence[Procedure] = ()) -> None:
        super().__init__(
            Text(
                "Mã thủ tục này không có. Danh sách đầy đủ ở GET /api/v1/procedures.",
                "No procedure has this code. The full list is at GET /api/v1/procedures.",
            ),
            suggestions=_offers(suggestions),
        )


class RetiredProcedure(Invalid):
    """The procedure is known but takes no new service requests that day."""

    slug = "retired-procedure"
    title = Text("Thủ tục này không nhận hồ sơ mới", "This procedure takes no new service requests")

    def __init__(self, procedure: Procedure, suggestions: Sequence[Procedure] = ()) -> None:
        super().__init__(
            Text(
                "Thủ tục “{vi}” hiện không nhận hồ sơ mới. Hồ sơ đã nộp vẫn được giải quyết theo phiên bản cũ.",
                "“{en}” takes no new service requests now. Those that have begun go on under their version.",
            ).fill(vi=procedure.name.vi, en=procedure.name.en),
            suggestions=_offers(suggestions),
            errors=[{"pointer": "/procedure", "detail": self.title}],
        )


class InvalidFormAnswers(Invalid):
    """Answers do not fit the procedure's form; `errors` has one entry for each, with its pointer below /answers."""

    slug = "invalid-form-answers"
    title = Text("Tờ khai chưa đúng", "The form is not filled in right")

    def __init__(self, procedure: Procedure, errors: Sequence[dict[str, object]]) -> None:
        super().__init__(
            Text(
                "Tờ khai của thủ tục “{vi}” có mục chưa đúng; xem từng mục trong errors rồi sửa.",
                "Some answers do not fit the form of “{en}”; see errors and mend them.",
            ).fill(vi=procedure.name.vi, en=procedure.name.en),
            errors=list(errors),
        )


class InvalidProcedure(Invalid):
    """A procedure that somebody has written is not right; `errors` has one entry for each mistake."""

    slug = "invalid-procedure"
    title = Text("Thủ tục soạn chưa đúng", "The procedure is not written right")

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(
            Text(
                "Nội dung thủ tục có {n} chỗ chưa đúng; xem từng chỗ trong errors. Chưa ghi gì.",
                "There are {n} mistakes in the procedure; see errors. Nothing was written.",
            ).fill(n=len(mistakes)),
            errors=[{"pointer": mistake.pointer, "detail": mistake.detail} for mistake in mistakes[:50]],
        )


class Unreadable(InvalidProcedure):
    """The text is no YAML that a catalogue may be written in; `line` is where, from 1."""

    def __init__(self, line: int, detail: Text) -> None:
        self.line = line
        super().__init__([Mistake("", detail)])


class ProcedureVersionNotFound(NotFound):
    """The province has no such version, published or draft."""

    slug = "procedure-version-not-found"
    title = Text("Không có phiên bản này của thủ tục", "The procedure has no such version")


class ProcedureIsPublished(Conflict):
    """A published version is never written again."""

    slug = "procedure-published"
    title = Text("Phiên bản này đã ban hành, không sửa được", "This version is published and cannot be changed")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Hồ sơ đã nộp dựa vào nó. Hãy soạn phiên bản mới: POST /api/v1/staff/procedures.",
            "Service requests rest on it. Draft a new version: POST /api/v1/staff/procedures.",
        )


class ProcedureIsDraft(Conflict):
    """Only a published version can be ended."""

    slug = "procedure-draft"
    title = Text("Phiên bản này còn là dự thảo", "This version is still a draft")


class StaleProcedure(PreconditionFailed):
    """Somebody has changed the version since it was read."""

    slug = "stale-procedure"
    title = Text("Phiên bản này đã có người sửa", "Somebody has changed this version")

    def __init__(self, current: int) -> None:
        super().__init__(
            Text(
                "Hãy tải lại phiên bản này rồi làm lại trên nội dung mới.",
                "Load this version again and make your change on what it says now.",
            ),
            current_revision=current,
        )


class ProcedureRace(PublishedAtOnce):
    """Two people drafted the same procedure at the same moment; nothing of the second draft was written."""

    slug = "procedure-race"
    title = Text("Có người vừa soạn thủ tục này", "Somebody has just drafted this procedure")
