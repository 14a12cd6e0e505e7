"""Procedures as everybody reads them."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from app.directory.snapshot import Unit
from app.directory.terms import Tier, UnitKind
from app.kit.text import Lang
from app.procedures.terms import (
    Checked,
    Competence,
    Condition,
    DocumentForm,
    FeeLine,
    FeeRule,
    LifeEvent,
    OnlineLevel,
    Placed,
    Procedure,
    RequiredDocument,
    Step,
    StepRole,
    Test,
)
from app.web.fields import WireIn


class LifeEventOut(BaseModel):
    """An occasion in people's lives."""

    code: LifeEvent = Field(examples=["child"])
    name: str = Field(examples=["Có con nhỏ"])


class ProcedureSummaryOut(BaseModel):
    """A procedure as one line of a list."""

    code: str = Field(examples=["1.001193"])
    version: int = Field(examples=[1])
    name: str = Field(examples=["Đăng ký khai sinh"])
    field: str = Field(examples=["Hộ tịch"])
    description: str
    life_events: list[LifeEventOut]
    tier: Tier = Field(description="Which tier decides")
    online: OnlineLevel
    working_days: int = Field(description="Statutory working days in all", examples=[2])

    @classmethod
    def of(cls, procedure: Procedure, lang: Lang) -> ProcedureSummaryOut:
        """`procedure` in `lang`."""
        return cls(
            code=procedure.code,
            version=procedure.version,
            name=procedure.name(lang),
            field=procedure.field(lang),
            description=procedure.description(lang),
            life_events=[
                LifeEventOut(code=event, name=event.label(lang)) for event in map(LifeEvent, procedure.life_events)
            ],
            tier=procedure.tier,
            online=procedure.online,
            working_days=procedure.working_days,
        )


class ProcedurePageOut(BaseModel):
    """A page of procedures, the surest first."""

    items: list[ProcedureSummaryOut]
    next_cursor: str | None


class ConditionOut(BaseModel):
    """Holds when the answer at `pointer` passes `test` against `value`; a missing answer never does."""

    pointer: str = Field(description="JSON pointer into the answers", examples=["/marital_status"])
    test: Test
    value: Any = None

    @classmethod
    def of(cls, condition: Condition) -> ConditionOut:
        """`condition` on the wire."""
        return cls(pointer=condition.pointer, test=condition.test, value=condition.value)


class DocumentOut(BaseModel):
    """A document to hand in; without `when` always."""

    code: str = Field(examples=["divorce"])
    name: str
    form: DocumentForm
    copies: int
    required: bool = Field(description="Whether it has to come; else it helps")
    note: str | None
    when: list[ConditionOut] = Field(description="Needed when all of these hold")

    @classmethod
    def of(cls, document: RequiredDocument, lang: Lang) -> DocumentOut:
        """`document` in `lang`."""
        return cls(
            code=document.code,
            name=document.name(lang),
            form=document.form,
            copies=document.copies,
            required=document.required,
            note=document.note(lang) if document.note else None,
            when=[ConditionOut.of(condition) for condition in document.when],
        )


class FeeRuleOut(BaseModel):
    """A fee in VND; without `when` always owed, times the number at `per` where one is named."""

    code: str
    name: str
    amount_vnd: int = Field(examples=[15000])
    legal_basis: str
    when: list[ConditionOut]
    per: str | None = Field(description="JSON pointer to a whole number among the answers", examples=["/copies"])

    @classmethod
    def of(cls, fee: FeeRule, lang: Lang) -> FeeRuleOut:
        """`fee` in `lang`."""
        return cls(
            code=fee.code,
            name=fee.name(lang),
            amount_vnd=int(fee.amount),
            legal_basis=fee.legal_basis(lang),
            when=[ConditionOut.of(condition) for condition in fee.when],
            per=fee.per,
        )


class FeeLineOut(BaseModel):
    """What one fee comes to."""

    code: str
    name: str
    amount_vnd: int = Field(examples=[45000])
    legal_basis: str

    @classmethod
    def of(cls, line: FeeLine, lang: Lang) -> FeeLineOut:
        """`line` in `lang`."""
        return cls(
            code=line.code, name=line.name(lang), amount_vnd=int(line.amount), legal_basis=line.legal_basis(lang)
        )


class StepUnitOut(BaseModel):
    """The unit that a step goes to."""

    code: str = Field(examples=["H23.21"])
    name: str

    @classmethod
    def of(cls, unit: Unit, lang: Lang) -> StepUnitOut:
        """`unit` in `lang`."""
        return cls(code=unit.code, name=unit.name_en if lang is Lang.EN else unit.name)


class StepOut(BaseModel):
    """One unit's part; it begins when every step of `after` has ended."""

    code: str = Field(examples=["verify_origin"])
    name: str
    role: StepRole
    tier: Tier
    unit_kind: UnitKind
    working_days: int
    competence: Competence = Field(description="Whose place decides the unit: the applicant's or the object's")
    after: list[str]
    same_unit_as: str | None
    category: str | None = Field(description="Tells units of a kind apart: who answers for reports of this category")
    fallback_tier: Tier | None = Field(description="Where the step falls on a map without its tier")
    fallback_unit_kind: UnitKind | None
    unit: StepUnitOut | None = Field(description="Only when `area` was asked for and a unit answers there")

    @classmethod
    def of(cls, step: Step, unit: Unit | None, lang: Lang) -> StepOut:
        """`step` in `lang`."""
        return cls(
            code=step.code,
            name=step.name(lang),
            role=step.role,
            tier=step.tier,
            unit_kind=step.unit_kind,
            working_days=step.working_days,
            competence=step.competence,
            after=list(step.after),
            same_unit_as=step.same_unit_as,
            category=step.category,
            fallback_tier=step.fallback_tier,
            fallback_unit_kind=step.fallback_unit_kind,
            unit=StepUnitOut.of(unit, lang) if unit else None,
        )


class ResultOut(BaseModel):
    """What the applicant gets."""

    code: str
    name: str


class ProcedureOut(ProcedureSummaryOut):
    """A procedure with all an application needs."""

    open: bool = Field(description="Whether an application may begin with this version today")
    valid_from: date
    valid_to: date | None
    unit_kind: UnitKind
    legal_basis: str
    supplements: int = Field(description="How often more may be asked for")
    form: dict[str, Any] = Field(
        description="JSON Schema 2020-12 of `answers`; titles of fields are under `x-title`, help under `x-help`, "
        "texts of choices under `x-labels`, each as `{vi, en}`"
    )
    form_order: list[str] = Field(description="The form's fields in the order in which people are asked")
    documents: list[DocumentOut]
    fees: list[FeeRuleOut]
    steps: list[StepOut]
    results: list[ResultOut]

    @classmethod
    def of_placed(cls, placed: Placed, lang: Lang, *, is_open: bool) -> ProcedureOut:
        """The procedure in `lang`, with the units of its steps where a place was asked for."""
        one = placed.procedure
        units = placed.units or (None,) * len(one.steps)
        return cls(
            **ProcedureSummaryOut.of(one, lang).model_dump(),
            open=is_open,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            unit_kind=one.unit_kind,
            legal_basis=one.legal_basis(lang),
            supplements=one.supplements,
            form=dict(one.form),
            form_order=list(one.form_order),
            documents=[DocumentOut.of(document, lang) for document in one.documents],
            fees=[FeeRuleOut.of(fee, lang) for fee in one.fees],
            steps=[StepOut.of(step, unit, lang) for step, unit in zip(one.steps, units, strict=True)],
            results=[ResultOut(code=result.code, name=result.name(lang)) for result in one.results],
        )


class AnswersIn(WireIn):
    """A form filled in, to be looked at."""

    answers: dict[str, Any] = Field(description="As the procedure's form shapes them", examples=[{"copies": 3}])


class CheckedOut(BaseModel):
    """What the answers come to: nothing is kept of them."""

    code: str = Field(examples=["1.004873"])
    version: int
    documents: list[DocumentOut] = Field(description="The documents that are needed with these answers")
    fees: list[FeeLineOut]
    total_vnd: int = Field(examples=[45000])

    @classmethod
    def of(cls, checked: Checked, lang: Lang) -> CheckedOut:
        """`checked` in `lang`."""
        return cls(
            code=checked.procedure.code,
            version=checked.procedure.version,
            documents=[DocumentOut.of(document, lang) for document in checked.documents],
            fees=[FeeLineOut.of(line, lang) for line in checked.fees],
            total_vnd=int(checked.total),
        )
