"""Tables of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of
from app.directory.terms import Tier, UnitKind
from app.kit.ids import TenantId
from app.kit.text import Text

from .terms import (
    Category,
    CategoryCode,
    CategoryVersion,
    Choice,
    Kind,
    PhotoPolicy,
    PublicationPolicy,
    Question,
    QuestionType,
    WantedCategory,
)


class CategoryRow(TenantRow, Base):
    """A category as its tenant words it: a group when `parent_code` is null, else a leaf of that group."""

    __tablename__ = "categories"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "parent_code"], ["categories.tenant_id", "categories.code"]),
        one_of("kind", Kind),
        one_of("default_tier", Tier),
        one_of("default_unit_kind", UnitKind),
        one_of("publication", PublicationPolicy),
        one_of("photos", PhotoPolicy),
        CheckConstraint("photos <> 'never' OR (photos_basis_vi <> '' AND photos_basis_en <> '')", name="photos_basis"),
        CheckConstraint("target_working_days BETWEEN 1 AND 365", name="target"),
        CheckConstraint("emergency_target_working_days BETWEEN 1 AND 365", name="emergency_target"),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="validity"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    parent_code: Mapped[str | None]
    name_vi: Mapped[str]
    name_en: Mapped[str]
    description_vi: Mapped[str]
    description_en: Mapped[str]
    kind: Mapped[str]
    default_tier: Mapped[str]
    default_unit_kind: Mapped[str]
    target_working_days: Mapped[int]
    emergency_target_working_days: Mapped[int]
    emergency: Mapped[bool]
    publication: Mapped[str]
    photos: Mapped[str] = mapped_column(server_default=text("'decided'"))
    photos_basis_vi: Mapped[str | None]
    photos_basis_en: Mapped[str | None]
    legal_basis_vi: Mapped[str]
    legal_basis_en: Mapped[str]
    guidance_vi: Mapped[str | None]
    guidance_en: Mapped[str | None]
    questions: Mapped[list[Any]]
    keywords: Mapped[list[Any]]
    position: Mapped[int]
    active: Mapped[bool]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    def read(self) -> Category:
        """The row as the program knows it."""
        basis = (
            Text(self.photos_basis_vi, self.photos_basis_en) if self.photos_basis_vi and self.photos_basis_en else None
        )
        guidance = Text(self.guidance_vi, self.guidance_en) if self.guidance_vi and self.guidance_en else None
        return Category(
            tenant_id=TenantId(self.tenant_id),
            code=CategoryCode(self.code),
            parent=CategoryCode(self.parent_code) if self.parent_code else None,
            name=Text(self.name_vi, self.name_en),
            description=Text(self.description_vi, self.description_en),
            kind=Kind(self.kind),
            default_tier=Tier(self.default_tier),
            default_unit_kind=UnitKind(self.default_unit_kind),
            target_working_days=self.target_working_days,
            emergency_target_working_days=self.emergency_target_working_days,
            emergency=self.emergency,
            publication=PublicationPolicy(self.publication),
            photos=PhotoPolicy(self.photos),
            photos_basis=basis,
            legal_basis=Text(self.legal_basis_vi, self.legal_basis_en),
            guidance=guidance,
            questions=tuple(question_from(item) for item in self.questions),
            keywords=tuple(self.keywords),
            position=self.position,
            active=self.active,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


class CategoryVersionRow(TenantRow, Base):
    """One version of a category as its administrator has put it. Never changed; `categories` says what holds."""

    __tablename__ = "category_versions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "code"], ["categories.tenant_id", "categories.code"]),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="validity"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]
    description_vi: Mapped[str]
    description_en: Mapped[str]
    legal_basis_vi: Mapped[str]
    legal_basis_en: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    note: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]

    def read(self) -> CategoryVersion:
        """The version."""
        return CategoryVersion(
            CategoryCode(self.code),
            self.version,
            WantedCategory(
                name=Text(self.name_vi, self.name_en),
                description=Text(self.description_vi, self.description_en),
                valid_from=self.valid_from,
                valid_to=self.valid_to,
                legal_basis=Text(self.legal_basis_vi, self.legal_basis_en),
                note=self.note,
            ),
            self.created_at,
        )


def wanted_values(wanted: WantedCategory) -> dict[str, Any]:
    """The columns that a version and its category have in common."""
    return {
        "name_vi": wanted.name.vi,
        "name_en": wanted.name.en,
        "description_vi": wanted.description.vi,
        "description_en": wanted.description.en,
        "legal_basis_vi": wanted.legal_basis.vi,
        "legal_basis_en": wanted.legal_basis.en,
        "valid_from": wanted.valid_from,
        "valid_to": wanted.valid_to,
    }


def category_values(category: Category) -> dict[str, object]:
    """The columns of the row that holds `category`."""
    return {
        "tenant_id": category.tenant_id,
        "code": category.code,
        "parent_code": category.parent,
        "name_vi": category.name.vi,
        "name_en": category.name.en,
        "description_vi": category.description.vi,
        "description_en": category.description.en,
        "kind": category.kind.value,
        "default_tier": category.default_tier.value,
        "default_unit_kind": category.default_unit_kind.value,
        "target_working_days": category.target_working_days,
        "emergency_target_working_days": category.emergency_target_working_days,
        "emergency": category.emergency,
        "publication": category.publication.value,
        "photos": category.photos.value,
        "photos_basis_vi": category.photos_basis.vi if category.photos_basis else None,
        "photos_basis_en": category.photos_basis.en if category.photos_basis else None,
        "legal_basis_vi": category.legal_basis.vi,
        "legal_basis_en": category.legal_basis.en,
        "guidance_vi": category.guidance.vi if category.guidance else None,
        "guidance_en": category.guidance.en if category.guidance else None,
        "questions": [question_values(question) for question in category.questions],
        "keywords": list(category.keywords),
        "position": category.position,
        "active": category.active,
        "valid_from": category.valid_from,
        "valid_to": category.valid_to,
    }


def question_values(question: Question) -> dict[str, object]:
    """The JSON form of a question; what is not said is left out."""
    values: dict[str, object] = {
        "code": question.code,
        "vi": question.text.vi,
        "en": question.text.en,
        "type": question.type.value,
    }
    if question.choices:
        values["choices"] = [[choice.code, choice.label.vi, choice.label.en] for choice in question.choices]
    for name in ("required", "private"):
        if getattr(question, name):
            values[name] = True
    for name in ("minimum", "maximum", "urgent_if"):
        if (value := getattr(question, name)) is not None:
            values[name] = value
    return values


def question_from(values: Mapping[str, Any]) -> Question:
    """The question whose JSON form is `values`, as the column and the packaged file write it."""
    return Question(
        code=values["code"],
        text=Text(values["vi"], values["en"]),
        type=QuestionType(values["type"]),
        choices=tuple(Choice(code, Text(vi, en)) for code, vi, en in values.get("choices", ())),
        required=values.get("required", False),
        private=values.get("private", False),
        minimum=values.get("minimum"),
        maximum=values.get("maximum"),
        urgent_if=values.get("urgent_if"),
    )
