"""Wire shapes of the catalogue, v1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, Field, StrictBool, StrictInt, StringConstraints

from app.directory.terms import Tier, UnitKind
from app.kit.ids import TenantId
from app.kit.text import Lang, Text
from app.web.etags import content_tag
from app.web.fields import Code, DayIn, PhraseText, TextOut, WireIn

from .snapshot import Branch, Catalogue
from .terms import (
    Category,
    CategoryVersion,
    Choice,
    KeptCategory,
    Kind,
    NewCategory,
    PhotoPolicy,
    PublicationPolicy,
    Question,
    QuestionType,
    WantedCategory,
)


class ChoiceOut(BaseModel):
    """One answer to choose."""

    code: str = Field(examples=["district"])
    label: str = Field(examples=["Đường huyện, đường phố chính"])


class QuestionOut(BaseModel):
    """A question to ask the sender; the answer goes into `answers` of the report under `code`."""

    code: str = Field(examples=["road_class"])
    text: str = Field(examples=["Đây là loại đường nào?"])
    type: Literal["text", "choice", "boolean", "number"]
    required: bool
    private: bool = Field(description="The answer is never published")
    choices: list[ChoiceOut] = []
    minimum: float | None = None
    maximum: float | None = None

    @classmethod
    def of(cls, question: Question, lang: Lang) -> QuestionOut:
        """`question` in `lang`."""
        return cls(
            code=question.code,
            text=question.text(lang),
            type=question.type.value,
            required=question.required,
            private=question.private,
            choices=[ChoiceOut(code=choice.code, label=choice.label(lang)) for choice in question.choices],
            minimum=question.minimum,
            maximum=question.maximum,
        )


class CategorySummaryOut(BaseModel):
    """A category as one line of the tree."""

    code: str = Field(examples=["roads.pothole"])
    name: str = Field(examples=["Ổ gà, hố trên mặt đường"])
    description: str
    kind: Kind
    emergency: bool = Field(description="Always handled as an emergency")
    diverted: bool = Field(description="Another legal track handles it: the answer is guidance, nothing is published")
    target_working_days: int = Field(description="Working days to a resolution", examples=[3])
    questions: int = Field(description="How many questions it asks", examples=[2])

    @classmethod
    def of(cls, category: Category, lang: Lang) -> CategorySummaryOut:
        """`category` in `lang`."""
        return cls(
            code=category.code,
            name=category.name(lang),
            description=category.description(lang),
            kind=category.kind,
            emergency=category.emergency,
            diverted=category.kind.diverted,
            target_working_days=category.target_working_days,
            questions=len(category.questions),
        )


class CategoryGroupOut(CategorySummaryOut):
    """A group with its categories, in the order to show them."""

    categories: list[CategorySummaryOut]

    @classmethod
    def of_branch(cls, branch: Branch, lang: Lang) -> CategoryGroupOut:
        """`branch` in `lang`."""
        group = CategorySummaryOut.of(branch.group, lang)
        leaves = [CategorySummaryOut.of(leaf, lang) for leaf in branch.leaves]
        return cls(**group.model_dump(), categories=leaves)


class CategoryTreeOut(BaseModel):
    """The whole tree; a group's own code may be used by a sender who does not know the exact category."""

    items: list[CategoryGroupOut]

    @classmethod
    def of(cls, catalogue: Catalogue, tenant: TenantId, lang: Lang, on: date) -> CategoryTreeOut:
        """What a report of the day `on` may name, in `lang`."""
        open_branches = [
            Branch(branch.group, tuple(leaf for leaf in branch.leaves if leaf.open_on(on)))
            for branch in catalogue.tree(tenant)
            if branch.group.open_on(on)
        ]
        return cls(items=[CategoryGroupOut.of_branch(branch, lang) for branch in open_branches])


@lru_cache(maxsize=32)
def tree_content(catalogue: Catalogue, tenant: TenantId, lang: Lang, on: date) -> tuple[bytes, str]:
    """The tree as JSON with its ETag; made once for each catalogue, tenant, language and day."""
    content = CategoryTreeOut.of(catalogue, tenant, lang, on).model_dump_json().encode()
    return content, content_tag(content)


class TargetOut(BaseModel):
    """The promised time to a resolution, and the text it rests on."""

    working_days: int = Field(examples=[3])
    emergency_working_days: int = Field(examples=[1])
    legal_basis: str


class CategoryOut(BaseModel):
    """A category with all a sender's form needs."""

    code: str = Field(examples=["lighting.street_lamp"])
    parent: str | None = Field(examples=["lighting"])
    name: str = Field(examples=["Đèn đường không sáng"])
    description: str
    kind: Kind
    emergency: bool
    diverted: bool
    open: bool = Field(description="Whether new reports may name it today")
    publication: PublicationPolicy
    photos: PhotoPolicy = Field(description="`never`: no picture is ever shown to the public")
    photos_basis: str | None = Field(description="The law by which pictures are never shown, where they are not")
    default_tier: Tier = Field(description="Who answers when no rule of the rulebook says otherwise")
    target: TargetOut
    guidance: str | None = Field(description="What the sender should know or do meanwhile")
    questions: list[QuestionOut]

    @classmethod
    def of(cls, category: Category, lang: Lang, *, is_open: bool) -> CategoryOut:
        """`category` in `lang`."""
        return cls(
            code=category.code,
            parent=category.parent,
            name=category.name(lang),
            description=category.description(lang),
            kind=category.kind,
            emergency=category.emergency,
            diverted=category.kind.diverted,
            open=is_open,
            publication=category.publication,
            photos=category.photos,
            photos_basis=category.photos_basis(lang) if category.photos_basis else None,
            default_tier=category.default_tier,
            target=TargetOut(
                working_days=category.target_working_days,
                emergency_working_days=min(category.emergency_target_working_days, category.target_working_days),
                legal_basis=category.legal_basis(lang),
            ),
            guidance=category.guidance(lang) if category.guidance else None,
            questions=[QuestionOut.of(question, lang) for question in category.questions],
        )


QuestionCode: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]

Bound: TypeAlias = Annotated[StrictInt, Field(ge=-1_000_000_000, le=1_000_000_000)]


class BothIn(WireIn):
    """A phrase in both languages."""

    vi: PhraseText
    en: PhraseText

    def text(self) -> Text:
        """The same as the program knows it."""
        return Text(self.vi, self.en)


class DescriptionIn(WireIn):
    """A sentence or two in both languages; both may be empty."""

    vi: Annotated[str, StringConstraints(max_length=1000)] = ""
    en: Annotated[str, StringConstraints(max_length=1000)] = ""


class _WantedIn(WireIn):
    """What an administrator says of a category whether it is new or not."""

    name: BothIn
    description: DescriptionIn = DescriptionIn()
    valid_from: DayIn | None = Field(None, description="Được chọn từ ngày này; trống: không nêu. Chosen from this day.")
    valid_to: DayIn | None = Field(
        None, description="Đến hết ngày này; trống: đến khi có bản khác. To the end of this day; absent: for good."
    )
    legal_basis: BothIn
    note: PhraseText = Field(description="Thay đổi gì, vì sao. What has changed, and why.")

    def wanted(self) -> WantedCategory:
        """The same as the program knows it."""
        return WantedCategory(
            name=self.name.text(),
            description=Text(self.description.vi, self.description.en),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            legal_basis=self.legal_basis.text(),
            note=self.note,
        )


class CategoryVersionIn(_WantedIn):
    """How a category is to be from now on."""

    based_on: StrictInt | None = Field(
        None, ge=0, description="Phiên bản bạn đã xem; 0 là bản đóng gói. The version it was made from."
    )


class NewChoiceIn(WireIn):
    """One answer to choose."""

    code: QuestionCode = Field(examples=["broken"])
    label: BothIn

    def choice(self) -> Choice:
        """The same as the program knows it."""
        return Choice(self.code, self.label.text())


class NewQuestionIn(WireIn):
    """A question that nobody asks yet; it is asked, and changed, with the category that brings it."""

    code: QuestionCode = Field(
        description="Mã, không đổi về sau; quy tắc chuyển nói đến nó. It never changes: routing rules name it.",
        examples=["bump_state"],
    )
    text: BothIn
    type: QuestionType
    choices: list[NewChoiceIn] = Field([], max_length=30, description="Chỉ với `choice`. Of a `choice` only.")
    required: StrictBool = False
    private: StrictBool = Field(default=False, description="Không bao giờ công khai câu trả lời. Never published.")
    minimum: Bound | None = Field(None, description="Chỉ với `number`. Of a `number` only.")
    maximum: Bound | None = None

    def question(self) -> Question:
        """The same as the program knows it."""
        number = self.type is QuestionType.NUMBER
        return Question(
            code=self.code,
            text=self.text.text(),
            type=self.type,
            choices=tuple(one.choice() for one in self.choices),
            required=self.required,
            private=self.private,
            minimum=self.minimum if number else None,
            maximum=self.maximum if number else None,
        )


class CategoryIn(_WantedIn):
    """A category that there is not yet; it asks what other categories ask, and questions of its own."""

    code: Annotated[
        str,
        StringConstraints(min_length=2, max_length=60, pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$"),
    ] = Field(
        description="Mã: nhóm, hoặc nhóm.lĩnh vực. A group's, or after its group and a dot.",
        examples=["roads.speed_bump"],
    )
    kind: Kind = Kind.FIELD_REPORT
    default_tier: Tier = Field(description="Khi không quy tắc nào nói khác. Who answers where no rule says otherwise.")
    default_unit_kind: UnitKind
    target_working_days: StrictInt = Field(ge=1, le=365, examples=[7])
    emergency_target_working_days: StrictInt = Field(1, ge=1, le=365)
    emergency: StrictBool = Field(default=False, description="Luôn là việc khẩn cấp. Always handled as an emergency.")
    publication: PublicationPolicy = PublicationPolicy.CONFIRM
    photos: PhotoPolicy = PhotoPolicy.DECIDED
    photos_basis: BothIn | None = Field(None, description="Căn cứ không công khai ảnh. The law, where `never`.")
    guidance: BothIn | None = Field(None, description="Người gửi nên biết, nên làm gì. What senders should know.")
    questions: list[Code] = Field([], max_length=10, description="Mã câu hỏi đã có. Codes of questions there are.")
    own_questions: list[NewQuestionIn] = Field(
        [], max_length=10, description="Câu hỏi chưa lĩnh vực nào hỏi. Questions that no category asks yet."
    )
    keywords: list[PhraseText] = Field([], max_length=30)

    def new(self) -> NewCategory:
        """The same as the program knows it."""
        return NewCategory(
            code=self.code,
            kind=self.kind,
            default_tier=self.default_tier,
            default_unit_kind=self.default_unit_kind,
            target_working_days=self.target_working_days,
            emergency_target_working_days=self.emergency_target_working_days,
            emergency=self.emergency,
            publication=self.publication,
            photos=self.photos,
            photos_basis=self.photos_basis.text() if self.photos_basis else None,
            guidance=self.guidance.text() if self.guidance else None,
            questions=tuple(dict.fromkeys(self.questions)),
            keywords=tuple(dict.fromkeys(self.keywords)),
            wanted=self.wanted(),
            own_questions=tuple(one.question() for one in self.own_questions),
        )


class CategoryVersionOut(BaseModel):
    """One version of a category."""

    code: str = Field(examples=["roads.pothole"])
    version: int
    name: TextOut
    description: TextOut
    valid_from: date | None
    valid_to: date | None
    legal_basis: TextOut
    note: str
    created_at: datetime

    @classmethod
    def of(cls, version: CategoryVersion) -> CategoryVersionOut:
        """The version."""
        wanted = version.wanted
        return cls(
            code=version.code,
            version=version.version,
            name=TextOut.of(wanted.name),
            description=TextOut.of(wanted.description),
            valid_from=wanted.valid_from,
            valid_to=wanted.valid_to,
            legal_basis=TextOut.of(wanted.legal_basis),
            note=wanted.note,
            created_at=version.created_at,
        )


class KeptCategoryOut(BaseModel):
    """A category as it is, and what was published of it."""

    code: str = Field(examples=["roads.pothole"])
    parent: str | None
    name: TextOut
    description: TextOut
    valid_from: date | None
    valid_to: date | None
    active: bool = Field(description="false: không nhận nữa, dù còn hiệu lực. Taken out of the list altogether.")
    legal_basis: TextOut
    version: int = Field(description="0: như bản đóng gói. 0: as packaged.")
    versions: list[CategoryVersionOut]

    @classmethod
    def of(cls, kept: KeptCategory) -> KeptCategoryOut:
        """The category with its versions, newest first."""
        one = kept.category
        return cls(
            code=one.code,
            parent=one.parent,
            name=TextOut.of(one.name),
            description=TextOut.of(one.description),
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            active=one.active,
            legal_basis=TextOut.of(one.legal_basis),
            version=kept.version,
            versions=[CategoryVersionOut.of(each) for each in kept.versions],
        )


class KeptCategoryListOut(BaseModel):
    """All categories of the province, groups before their own."""

    items: list[KeptCategoryOut]

    @classmethod
    def of(cls, found: Sequence[KeptCategory]) -> KeptCategoryListOut:
        """The list."""
        return cls(items=[KeptCategoryOut.of(one) for one in found])
