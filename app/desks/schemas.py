"""Wire shapes of saved views and templates of answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from urllib.parse import urlencode
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from app.cases.terms import GIVEN_RESOLUTIONS, CaseState, QueueView, Resolution
from app.kit.ids import UnitId
from app.kit.text import Text
from app.web.fields import Code, LongText, PhraseText, WireIn
from app.web.problems import SaidError

from .terms import Asked, Edition, Filled, SavedView, Template, WantedTemplate

OfficerName = Annotated[str, StringConstraints(max_length=100, pattern=r"^[A-Za-z0-9._@-]*$")]
NOBODY = "none"


class AskedIn(WireIn):
    """What a view of the queue asks for."""

    view: QueueView = QueueView.INBOX
    category: Code | None = None
    unit: Code | None = Field(None, description="Cơ quan cùng đơn vị trực thuộc. A unit with those below it.")
    state: CaseState | None = None
    officer: OfficerName | None = Field(
        None, description="Tên đăng nhập, hoặc `none` là chưa giao ai. A user name, or `none`: nobody's."
    )

    def asked(self) -> Asked:
        """The same as the program knows it."""
        given = {name: str(value) for name, value in self.model_dump(exclude_none=True).items() if value}
        return Asked(**given)


class ViewIn(WireIn):
    """A view to be kept under a name. An existing one of the name is replaced."""

    name: Annotated[PhraseText, StringConstraints(max_length=80)]
    asked: AskedIn = Field(default_factory=AskedIn)
    unit: Code | None = Field(
        None, description="Của cơ quan, mọi thành viên thấy; để trống là của riêng bạn. A unit's, else your own."
    )


class AskedOut(BaseModel):
    """What a view asks for."""

    view: QueueView
    category: str | None
    unit: str | None
    state: str | None
    officer: str | None


class ViewOut(BaseModel):
    """A view as it is kept."""

    id: UUID
    name: str
    whose: Literal["own", "unit"]
    unit: str | None = Field(description="Cơ quan có danh sách này. The unit whose view it is.")
    asked: AskedOut
    query: str = Field(description="Phần sau dấu ? của địa chỉ hàng đợi. The query of the queue's address.")

    @classmethod
    def of(cls, view: SavedView, codes: Mapping[UnitId, str]) -> Self:
        """The wire shape."""
        asked = {name: value or None for name, value in view.asked._asdict().items()}
        return cls(
            id=view.id,
            name=view.name,
            whose="own" if view.unit_id is None else "unit",
            unit=codes[view.unit_id] if view.unit_id is not None else None,
            asked=AskedOut.model_validate(asked),
            query=urlencode(view.asked.address()),
        )


class ViewListOut(BaseModel):
    """Own views by name, then those of one's units."""

    items: list[ViewOut]

    @classmethod
    def of(cls, views: Iterable[SavedView], codes: Mapping[UnitId, str]) -> Self:
        """The wire shape."""
        return cls(items=[ViewOut.of(view, codes) for view in views])


def _given(resolution: Resolution) -> Resolution:
    """An outcome that an answer gives. Raises: SaidError."""
    if resolution not in GIVEN_RESOLUTIONS:
        raise SaidError(Text("Kết quả này không phải do câu trả lời nêu.", "No answer gives this outcome."))
    return resolution


class AnswerTemplateIn(WireIn):
    """What a template is to say."""

    name: Annotated[PhraseText, StringConstraints(max_length=120)]
    body: LongText = Field(
        description="Chỗ điền: {mã}, {lĩnh vực}, {địa bàn}, {cơ quan}, {ngày nhận}, {hạn}, {hôm nay}. Placeholders.",
        examples=["Vụ việc {mã} đã được {cơ quan} xử lý xong ngày {hôm nay}."],
    )
    category: Code | None = Field(None, description="Dành cho lĩnh vực này và cấp dưới. For it and those below.")
    resolution: Annotated[Resolution, AfterValidator(_given)] | None = Field(
        None, description="Kết quả thường đi cùng. The outcome that mostly goes with it."
    )

    def wanted(self) -> WantedTemplate:
        """The same as the program knows it."""
        return WantedTemplate(
            self.name, self.body, self.category, self.resolution.value if self.resolution is not None else None
        )


class NewAnswerTemplateIn(AnswerTemplateIn):
    """The same for a unit."""

    unit: Code


class AnswerTemplateOut(BaseModel):
    """A template as it stands."""

    id: UUID
    unit: str
    name: str
    body: str
    category: str | None
    resolution: Resolution | None
    version: int = Field(description="Gửi lại trong `If-Match`. Send it back as `If-Match`.")
    updated_at: datetime

    @classmethod
    def of(cls, template: Template, codes: Mapping[UnitId, str]) -> Self:
        """The wire shape."""
        return cls.model_validate(_template(template, codes))


class AnswerTemplateListOut(BaseModel):
    """Templates one may use or change, by name."""

    items: list[AnswerTemplateOut]

    @classmethod
    def of(cls, templates: Iterable[Template], codes: Mapping[UnitId, str]) -> Self:
        """The wire shape."""
        return cls(items=[AnswerTemplateOut.of(one, codes) for one in templates])


class AnswerTemplateVersionOut(BaseModel):
    """A version that was, or is."""

    version: int
    name: str
    body: str
    at: datetime
    by: str


class AnswerTemplateWholeOut(AnswerTemplateOut):
    """The same with its versions, the newest first."""

    versions: list[AnswerTemplateVersionOut]

    @classmethod
    def told(cls, template: Template, editions: Sequence[Edition], codes: Mapping[UnitId, str]) -> Self:
        """The wire shape."""
        versions = [one._asdict() for one in editions]
        return cls.model_validate({**_template(template, codes), "versions": versions})


def _template(template: Template, codes: Mapping[UnitId, str]) -> dict[str, object]:
    wanted = template.wanted
    return {
        "id": template.id,
        "unit": codes[template.unit_id],
        "name": wanted.name,
        "body": wanted.body,
        "category": wanted.category,
        "resolution": wanted.resolution,
        "version": template.version,
        "updated_at": template.updated_at,
    }


class FilledTemplateOut(BaseModel):
    """A template with the words of a case: a proposal that an officer reads and changes before it is an answer."""

    id: UUID
    name: str
    resolution: Resolution | None
    text: str


class FilledTemplateListOut(BaseModel):
    """Those of the case's own category first."""

    items: list[FilledTemplateOut]

    @classmethod
    def of(cls, filled: Iterable[Filled]) -> Self:
        """The wire shape."""
        return cls.model_validate(
            {
                "items": [
                    {
                        "id": one.template.id,
                        "name": one.template.wanted.name,
                        "resolution": one.template.wanted.resolution,
                        "text": one.text,
                    }
                    for one in filled
                ]
            }
        )
