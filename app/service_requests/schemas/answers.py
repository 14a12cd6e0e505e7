"""Rows and views as the shapes people are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from app.deadlines.schemas import DayOut
from app.deadlines.terms import Explanation
from app.kit.clock import rfc3339
from app.kit.ids import TenantId, UnitId
from app.kit.text import Lang
from app.media.domain import link
from app.media.terms import UploadState
from app.papers.terms import Paper
from app.payments.schemas import PaymentOut
from app.payments.service import WayToPay
from app.payments.terms import PaymentRequest
from app.service_requests.domain import step_name, unit_name
from app.service_requests.models import RequestDraft, ServiceRequest
from app.service_requests.terms import (
    RequestBooks,
    RequestState,
    RequestView,
    Verb,
)
from app.timeline.domain import sentence
from app.timeline.terms import Entry
from app.web.fields import TextOut

from .shown import PersonOut, RequestDeadlineOut


def verb_answer(request: ServiceRequest) -> dict[str, Any]:
    """What a verb left behind, as a VerbOut."""
    return {
        "code": request.code,
        "version": request.version,
        "state": request.state,
        "national_code": RequestState(request.state).national_code,
        # As text: the answer is kept for whoever sends the same again.
        "due_at": rfc3339(request.due_at) if request.due_at is not None else None,
    }


def _unit(books: RequestBooks, tenant_id: TenantId, unit_id: UUID) -> dict[str, Any]:
    unit = books.directory.unit(tenant_id, UnitId(unit_id))
    return {"code": unit.code, "name": {"vi": unit.name, "en": unit.name_en}, "tier": unit.tier.value}


def _procedure(books: RequestBooks, tenant_id: TenantId, code: str, version: int) -> dict[str, Any]:
    found = books.procedures.find(tenant_id, code, version)
    name = found.name._asdict() if found else {"vi": code, "en": code}
    return {"code": code, "version": version, "name": name}


def line_answer(row: Mapping[str, Any], books: RequestBooks, *, overdue: bool) -> dict[str, Any]:
    """A row of `service_requests`, as a RequestLineOut."""
    tenant_id, state = TenantId(row["tenant_id"]), RequestState(row["state"])
    return {
        "code": row["code"],
        "version": row["version"],
        "state": state.value,
        "national_code": state.national_code,
        "state_label": state.label._asdict(),
        "outcome": row["outcome"],
        "procedure": _procedure(books, tenant_id, row["procedure_code"], row["procedure_version"]),
        "channel": row["channel"],
        "responsible_unit": _unit(books, tenant_id, row["unit_id"]),
        "submitted_at": row["submitted_at"],
        "accepted_at": row["accepted_at"],
        "due_at": row["due_at"],
        "original_due_at": row["original_due_at"],
        "overdue": overdue,
        "closed_at": row["closed_at"],
    }


def request_answer(
    view: RequestView,
    books: RequestBooks,
    lang: Lang,
    *,
    verbs: Sequence[Verb],
    key: bytes,
    now: datetime,
    overdue: bool,
    own_steps: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The view as a RequestOut; with `own_steps` as a StaffRequestOut."""
    row, staff = view.row, own_steps is not None
    decided = row["decided_at"] is not None or row["closed_at"] is not None
    filer = view.papers.filer
    answer = {
        **line_answer(row, books, overdue=overdue),
        "applicant": _person(view.papers.applicant),
        "filer": _person(filer) if filer else None,
        "answers": dict(view.papers.answers),
        "earlier_answers": [
            {"supplement": one.supplement, "at": one.at, "answers": dict(one.answers)} for one in view.papers.earlier
        ],
        "shown_on_paper": list(view.papers.shown),
        "applicant_area": row["applicant_area"],
        "object_area": row["object_area"],
        "paused_at": row["paused_at"],
        "decided_at": row["decided_at"],
        "returned_at": row["returned_at"],
        "fee": str(row["fee"]) if row["fee"] is not None else None,
        "missing": _json(row["missing"]),
        "decision_text": row["decision_text"] if staff or decided else None,
        "steps": [_step(view, step, books, staff=staff) for step in view.steps],
        "files": [_file(view, one, key, now) for one in view.files],
        "timeline": [_entry(entry, books, lang) for entry in view.entries],
        "verbs": [verb.value for verb in verbs],
        "stars": row["stars"],
    }
    if own_steps is not None:
        answer |= {
            "drafted_outcome": row["drafted_outcome"],
            "own_steps": list(own_steps),
            "supplements": row["supplements"],
            "supplements_most": row["supplements_most"],
        }
    return answer


def request_missing(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The list that was asked for last; None when nothing was."""
    found: dict[str, Any] | None = _json(row["missing"])
    return found


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


def _person(person: Any) -> dict[str, Any]:
    return {name: getattr(person, name) for name in PersonOut.model_fields}


def _step(view: RequestView, step: Mapping[str, Any], books: RequestBooks, *, staff: bool) -> dict[str, Any]:
    tenant_id = TenantId(view.row["tenant_id"])
    routing = _json(step["routing"]) or {}
    shown = {
        "code": step["code"],
        "name": step_name(view.procedure, step["code"])._asdict(),
        "role": step["role"],
        "unit": _unit(books, tenant_id, step["unit_id"]),
        "state": step["state"],
        "reason": {"vi": routing["vi"], "en": routing["en"]} if "vi" in routing else _asked(view, step, books),
        "opened_at": step["opened_at"],
        "due_at": step["due_at"],
        "done_at": step["done_at"],
    }
    return {**shown, "question": step["question"], "opinion": step["opinion"]} if staff else shown


def _asked(view: RequestView, step: Mapping[str, Any], books: RequestBooks) -> dict[str, str] | None:
    """Who asked for the opinion, which is why the unit has a part; None of a step of the procedure."""
    asker = view.facts.step(step["asked_by"]) if step["asked_by"] else None
    if asker is None:
        return None
    unit = unit_name(books, view.facts.tenant_id, asker.unit_id)
    return {"vi": f"{unit.vi} lấy ý kiến cơ quan này.", "en": f"{unit.en} asked it for its opinion."}


def _file(view: RequestView, file: Mapping[str, Any], key: bytes, now: datetime) -> dict[str, Any]:
    upload = view.uploads.get(file["upload_id"])
    cleared = upload is not None and upload.state is UploadState.CLEARED
    return {
        "id": str(file["id"]),
        "role": file["role"],
        "document": file["document"],
        "name": file["name"],
        "round": file["round"],
        "state": upload.state.value if upload else None,
        "kind": upload.kind.value if upload and upload.kind else None,
        "bytes": upload.length if upload else None,
        "sha256": upload.sha256.hex() if upload and upload.sha256 else None,
        "refusal": upload.refusal.sentence._asdict() if upload and upload.refusal else None,
        "may_name_author": upload is not None and upload.may_name_author,
        "url": link(key, file["upload_id"], upload.form, now) if upload and cleared else None,
    }


def _entry(entry: Entry, books: RequestBooks, lang: Lang) -> dict[str, Any]:
    return {
        "at": entry.at,
        "type": entry.type,
        "audience": entry.audience.value,
        "sentence": sentence(entry.type, entry.data)(lang),
        "text": entry.text,
        "unit": _unit(books, entry.tenant_id, entry.unit_id) if entry.unit_id else None,
        "paper": entry.data.get("paper"),
        "actor_kind": entry.actor_kind.value,
    }


def queue_line(row: Mapping[str, Any], books: RequestBooks, tenant_id: TenantId, now: datetime) -> dict[str, Any]:
    """A row of a queue, as a StepLineOut."""
    state = RequestState(row["state"])
    procedure = books.procedures.find(tenant_id, row["procedure_code"], row["procedure_version"])
    name = step_name(procedure, row["step"]) if procedure else unit_name(books, tenant_id, UnitId(row["step_unit_id"]))
    return {
        "code": row["code"],
        "version": row["version"],
        "state": state.value,
        "national_code": state.national_code,
        "procedure": _procedure(books, tenant_id, row["procedure_code"], row["procedure_version"]),
        "step": row["step"],
        "step_name": name._asdict(),
        "unit": _unit(books, tenant_id, row["step_unit_id"]),
        "due_at": row["step_due_at"],
        "request_due_at": row["due_at"],
        "overdue": row["step_due_at"] < now,
        "submitted_at": row["submitted_at"],
        "assignee_id": str(row["assignee_id"]) if row["assignee_id"] else None,
    }


def draft_answer(draft: RequestDraft, content: Mapping[str, Any], books: RequestBooks) -> dict[str, Any]:
    """A draft, as a DraftOut."""
    return {
        "id": str(draft.id),
        "version": draft.version,
        "procedure": _procedure(books, TenantId(draft.tenant_id), draft.procedure_code, draft.procedure_version),
        "content": dict(content),
        "created_at": draft.created_at,
        "updated_at": draft.updated_at,
    }


def own_files_answer(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Documents of earlier requests, as an OwnFileListOut."""
    return {
        "items": [
            {
                "id": str(row["id"]),
                "document": row["document"],
                "name": row["name"],
                "code": row["code"],
                "procedure": row["procedure_code"],
                "added_at": row["added_at"],
            }
            for row in rows
        ]
    }


def deadline_answer(row: Mapping[str, Any], explained: Explanation) -> RequestDeadlineOut:
    """The appointment of a row of `service_requests`, explained."""
    return RequestDeadlineOut(
        code=row["code"],
        due_at=row["due_at"],
        original_due_at=row["original_due_at"],
        working_days=row["working_days"],
        received_on=explained.received_on,
        due_on=explained.due_on,
        counted=explained.counted,
        rule=TextOut(**explained.rule._asdict()),
        basis=TextOut(**explained.basis._asdict()),
        days=[
            DayOut(
                day=one.day,
                verdict=one.verdict,
                reason=TextOut(**one.reason._asdict()),
                minutes=one.minutes,
                legal_basis=one.legal_basis,
            )
            for one in explained.days
        ],
    )


def papers_answer(papers: Sequence[Paper], path: str) -> dict[str, Any]:
    """Papers by their addresses below `path`, as a PaperListOut."""
    return {
        "items": [
            {
                "number": one.number,
                "kind": one.kind.value,
                "kind_name": one.kind.label._asdict(),
                "issued_at": one.issued_at,
                "checksum": one.checksum,
                "url": f"{path}/{one.number}",
            }
            for one in papers
        ]
    }


def payments_answer(
    asked: Sequence[PaymentRequest], way: WayToPay | None, units: Mapping[UnitId, str]
) -> dict[str, Any]:
    """What was asked for and how it can be paid, as a PaymentsOut."""
    return {
        "items": [PaymentOut(**PaymentOut.values(one, units)).model_dump(mode="json") for one in asked],
        "way": {
            "bank_bin": way.account.bin,
            "account": way.account.number,
            "holder": way.account.holder,
            "amount": f"{way.amount:f}",
            "reference": way.reference,
            "vietqr": way.vietqr,
        }
        if way
        else None,
    }
