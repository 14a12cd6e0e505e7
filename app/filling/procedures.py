"""Procedures as people read them: what is needed when, how long, what it costs, who does it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from app.directory.snapshot import Directory
from app.directory.terms import Tier, UnitKind
from app.kit.text import Lang, Text
from app.procedures import domain
from app.procedures.terms import Condition, DocumentForm, OnlineLevel, Placed, Procedure, Step, StepRole

_TIERS: Final = {
    Tier.PROVINCE: Text("cấp tỉnh", "province"),
    Tier.DISTRICT: Text("cấp huyện", "district"),
    Tier.COMMUNE: Text("cấp xã", "commune"),
}
_KINDS: Final = {
    UnitKind.PEOPLE_COMMITTEE: Text("Ủy ban nhân dân", "People's Committee"),
    UnitKind.DEPARTMENT: Text("Sở, ngành", "Department"),
    UnitKind.OFFICE: Text("Phòng chuyên môn", "Office"),
    UnitKind.ONE_STOP: Text("Bộ phận một cửa", "One-stop desk"),
    UnitKind.RECEPTION: Text("Nơi tiếp nhận", "Reception"),
    UnitKind.UTILITY: Text("Đơn vị cung cấp dịch vụ", "Utility"),
}
_FORMS: Final = {
    DocumentForm.ORIGINAL: Text("bản chính", "original"),
    DocumentForm.CERTIFIED_COPY: Text("bản sao chứng thực", "certified copy"),
    DocumentForm.COPY: Text("bản chụp", "copy"),
}
_ONLINE: Final = {
    OnlineLevel.FULL: Text("Toàn trình: làm trực tuyến từ đầu đến khi nhận kết quả", "All of it online"),
    OnlineLevel.PARTIAL: Text("Một phần: nộp trực tuyến, có việc phải đến nơi", "Partly online: some of it in person"),
    OnlineLevel.NONE: Text("Chỉ nộp trực tiếp hoặc qua bưu chính", "In person or by post only"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A procedure in a list."""

    code: str
    name: Text
    description: Text
    field: Text
    working_days: int
    tier: Text


def line(procedure: Procedure, tiers: Collection[Tier]) -> Line:
    """The procedure as a line of a list, on a map that has these tiers."""
    return Line(
        procedure.code,
        procedure.name,
        procedure.description,
        procedure.field,
        procedure.working_days,
        _TIERS[_deciding(procedure).held_by(tiers)[0]],
    )


def shown(placed: Placed, directory: Directory, lang: Lang) -> dict[str, Any]:
    """All that the page of a procedure says, in `lang`."""
    one = placed.procedure
    tiers = domain.tiers_of(directory, one.tenant_id)
    units = placed.units or (None,) * len(one.steps)
    return {
        "line": line(one, tiers),
        "online": _ONLINE[one.online](lang),
        "decides": _who(_deciding(one), tiers, lang),
        "legal_basis": one.legal_basis(lang),
        "documents": documents(one, lang),
        "fees": [
            {
                "name": fee.name(lang),
                "amount": money(fee.amount, lang),
                "basis": fee.legal_basis(lang),
                "per": domain.field_words(one, fee.per)(lang) if fee.per else "",
                "when": _when(one, fee.when, lang),
            }
            for fee in one.fees
        ],
        "steps": [
            {
                "name": step.name(lang),
                "days": step.working_days,
                "who": _who(step, tiers, lang),
                "unit": (unit.name_en if lang is Lang.EN else unit.name) if unit else "",
            }
            for step, unit in zip(one.steps, units, strict=True)
        ],
        "results": [result.name(lang) for result in one.results],
    }


def documents(procedure: Procedure, lang: Lang) -> list[dict[str, Any]]:
    """Every document that it may ask for, in its order, and when."""
    return [
        {
            "code": document.code,
            "name": document.name(lang),
            "form": _FORMS[document.form](lang),
            "copies": document.copies,
            "required": document.required,
            "note": document.note(lang) if document.note else "",
            "when": _when(procedure, document.when, lang),
        }
        for document in procedure.documents
    ]


def money(amount: Decimal, lang: Lang) -> str:
    """An amount as it is written: `15.000 đồng`, `15,000 VND`."""
    grouped = f"{int(amount):,}"
    return f"{grouped} VND" if lang is Lang.EN else f"{grouped.replace(',', '.')} đồng"


def _when(procedure: Procedure, conditions: Iterable[Condition], lang: Lang) -> str:
    return "; ".join(domain.condition_words(procedure, condition)(lang) for condition in conditions)


def _deciding(procedure: Procedure) -> Step:
    """The step that decides."""
    return next(step for step in procedure.steps if step.role is StepRole.DECIDE)


def _who(step: Step, tiers: Collection[Tier], lang: Lang) -> str:
    """Kind and tier of the unit. Which of several is told with its name, once the place is known."""
    tier, kind = step.held_by(tiers)
    return f"{_KINDS[kind](lang)}, {_TIERS[tier](lang)}"
