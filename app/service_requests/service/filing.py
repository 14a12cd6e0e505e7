"""Handing a service request in: checked, routed through every step, and written in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.cases.service import CodeBook
from app.db.engine import Database
from app.db.work import Work
from app.deadlines import service as deadlines_service
from app.directory.snapshot import AreaChain, Unit
from app.identity.domain import Keyring, identity_index, tracking_hash, tracking_secret
from app.identity.terms import Actor, ActorKind
from app.kit.clock import local_day
from app.kit.ids import ReportId, RequestId, TenantId, uuid7
from app.kit.text import Lang, Text
from app.limits.terms import Asking
from app.media import service as media_service
from app.procedures import domain as procedures_domain
from app.procedures.terms import Competence, FeeLine, OnlineLevel, Procedure, Step, StepRole
from app.service_requests import repository
from app.service_requests.domain import MANDATE, RETURN
from app.service_requests.errors import (
    DocumentsMissing,
    NotOnline,
    RequestFileNotFound,
    StepWithoutUnit,
)
from app.service_requests.events import EventType, RequestFact
from app.service_requests.models import ServiceRequest
from app.service_requests.repository import DraftRepository
from app.service_requests.terms import (
    Channel,
    FileRole,
    Filing,
    Papers,
    Person,
    RequestBooks,
    RequestState,
    StepState,
    StepWait,
)

from .admitting import admit, not_filed_yet
from .checking import identity_of, prefilled, wrong_with
from .deciding import put_files, put_reused
from .placing import why
from .sealing import content_hash, sealed
from .steps import record
from .timing import start


@dataclass(frozen=True, slots=True)
class Desk:
    """What filing needs of the process: its database, codes, keys and reference data."""

    db: Database
    codes: CodeBook
    keys: Keyring
    books: RequestBooks


@dataclass(frozen=True, slots=True)
class Part:
    """A step with the unit it goes to, and why."""

    step: Step
    unit: Unit
    reason: Text


@dataclass(frozen=True, slots=True)
class Checked:
    """A filing whose every part fits: nothing is written yet."""

    procedure: Procedure
    answers: dict[str, object] = field(repr=False)
    applicant: Person
    filer: Person | None
    applicant_chain: AreaChain
    object_chain: AreaChain
    parts: tuple[Part, ...]
    fees: tuple[FeeLine, ...]

    @property
    def fee(self) -> Decimal:
        """What it costs altogether, in đồng."""
        return sum((line.amount for line in self.fees), Decimal(0))


@dataclass(frozen=True, slots=True)
class Filed:
    """A service request taken in, with what its applicant is told."""

    request: ServiceRequest
    checked: Checked
    secret: str | None = field(repr=False)


def check(books: RequestBooks, tenant_id: TenantId, filing: Filing, on: date) -> Checked:
    """The filing as it would be taken in on the tenant's day `on`. Pure, no query.

    Raises: UnknownProcedure, RetiredProcedure; InvalidForm with every answer that does not fit; IdentityNeeded,
    InvalidContact; UnknownArea, AreaOutsideTenant; DocumentsMissing; StepWithoutUnit.
    """
    procedure = books.procedures.open_procedure(tenant_id, filing.procedure, on)
    if procedure.online is OnlineLevel.NONE and filing.channel in {Channel.APP, Channel.WEB}:
        raise NotOnline(procedure.name)
    answers = procedures_domain.check_answers(procedure, prefilled(procedure, filing), books.procedures.memo)
    applicant = _known(filing.applicant, "/applicant")
    filer = _known(filing.filer, "/filer") if filing.filer else None
    home = books.directory.chain_in(tenant_id, filing.applicant_area)
    place = books.directory.chain_in(tenant_id, filing.object_area) if filing.object_area else home
    _check_documents(procedure, answers, filing)
    return Checked(
        procedure=procedure,
        answers=answers,
        applicant=applicant,
        filer=filer,
        applicant_chain=home,
        object_chain=place,
        parts=tuple(routed(books, tenant_id, procedure, home, place, on)),
        fees=procedures_domain.fee_lines(procedure, answers),
    )


def _known(person: Person, pointer: str) -> Person:
    """The person in stored form. Raises: InvalidContact; IdentityNeeded without a name or a number."""
    for wrong in wrong_with(person, pointer):
        raise wrong
    found = identity_of(person, pointer)
    return Person(
        name=found.name or "",
        identity_number=found.identity_number or "",
        phone=found.phone,
        email=found.email,
        address=found.home_address,
        born_on=person.born_on,
    )


def _check_documents(procedure: Procedure, answers: dict[str, object], filing: Filing) -> None:
    """Nothing when every document that is needed came, and none that nobody asked for. Raises: DocumentsMissing."""
    known = {one.code for one in procedure.documents}
    given = [one.document for one in filing.documents] + [document for document, _ in filing.reused]
    given += [document for document in filing.shown if document != MANDATE]
    errors: list[dict[str, object]] = [
        {
            "pointer": f"/documents/{at}/document",
            "detail": Text("Thủ tục không có giấy tờ mã này.", "The procedure asks for no such document."),
        }
        for at, code in enumerate(given)
        if code not in known
    ]
    # At a desk or by post the papers themselves are on the table; the officer sees what is missing.
    if filing.channel in {Channel.APP, Channel.WEB}:
        errors += [
            {
                "pointer": "/documents",
                "document": one.code,
                "detail": Text(f"Còn thiếu: {one.name.vi}.", f"Missing: {one.name.en}."),
            }
            for one in procedures_domain.needed_documents(procedure, answers)
            if one.required and one.code not in given
        ]
    if filing.filer is not None and filing.mandate is None and filing.channel in {Channel.APP, Channel.WEB}:
        needed = Text(
            "Nộp thay người khác cần văn bản uỷ quyền hoặc giấy tờ chứng minh quan hệ.",
            "Acting for somebody else needs the mandate, or proof of kinship.",
        )
        errors.append({"pointer": "/mandate", "detail": needed})
    if errors:
        raise DocumentsMissing(errors=errors[:50])


def routed(
    books: RequestBooks, tenant_id: TenantId, procedure: Procedure, home: AreaChain, place: AreaChain, on: date
) -> list[Part]:
    """Every step with the unit it goes to on that day, in the procedure's order. Raises: StepWithoutUnit."""
    units: dict[str, Unit] = {}
    parts: list[Part] = []
    for step in procedure.steps:
        chain = home if step.competence is Competence.APPLICANT else place
        kept = units.get(step.same_unit_as) if step.same_unit_as else None
        unit = kept or procedures_domain.unit_of(
            step, books.directory, books.catalogue, tenant=tenant_id, chain=chain, on=on
        )
        if unit is None:
            raise StepWithoutUnit(step.code, step.name)
        units[step.code] = unit
        parts.append(Part(step, unit, why(step, unit, chain, kept=kept is not None)))
    return parts


async def file_request(
    work: Work,
    desk: Desk,
    actor: Actor,
    filing: Filing,
    *,
    another: bool = False,
    lang: Lang = Lang.VI,
    asking: Asking | None = None,
) -> Filed:
    """The service request, durable when the work commits: request, steps, files, history and event.

    An officer files for somebody at a desk or by post; the applicant then follows it by the secret of the receipt.
    `asking`: from where it is sent; None: nobody counts it, as at a desk.
    Raises: as `check`; LimitReached; UploadUnfinished, UploadTaken; RequestFileNotFound; FiledAlready.
    """
    tenant_id, books = actor.tenant_id, desk.books
    tenant = books.directory.tenant(tenant_id)
    checked = check(books, tenant_id, filing, local_day(work.now, tenant.time_zone))
    await admit(desk.db, desk.keys, actor, asking, work.now)
    names = [one.upload for one in filing.documents]
    uploads = await media_service.attachable(desk.db, names, work.now, pointer="/documents/{}/upload")
    given = [filing.mandate] if filing.mandate else []
    mandate = await media_service.attachable(desk.db, given, work.now, pointer="/mandate")
    reused = await reused_files(desk.db, actor, filing.reused)
    applicant = identity_index(desk.keys, tenant_id, checked.applicant.identity_number)
    content = content_hash(checked.answers, checked.object_chain.area.code)
    if not another:
        await not_filed_yet(work, actor, applicant, checked.procedure.code, content)
    receiver = next(part.unit for part in checked.parts if part.step.role is StepRole.RECEIVE)
    code = await desk.codes.next_code(tenant, work.now, prefix=receiver.code)
    request_id = RequestId(uuid7(work.now))
    secret = None
    if actor.kind is not ActorKind.CITIZEN:
        secret = tracking_secret(desk.keys, tenant_id, ReportId(request_id))
    papers = Papers(checked.applicant, checked.filer, checked.answers, filing.shown)
    request = ServiceRequest(
        tenant_id=tenant_id,
        id=request_id,
        code=code,
        version=1,
        state=RequestState.SUBMITTED.value,
        came_from=[],
        outcome=None,
        procedure_code=checked.procedure.code,
        procedure_version=checked.procedure.version,
        channel=filing.channel.value,
        lang=lang.value,
        citizen_id=actor.citizen_id,
        filed_by=actor.staff_id,
        tracking_hash=tracking_hash(secret) if secret else None,
        applicant_index=applicant,
        content_hash=content,
        sealed=sealed(desk.keys, tenant_id, request_id, papers),
        edition_id=checked.object_chain.edition,
        applicant_area=checked.applicant_chain.area.code,
        object_area=checked.object_chain.area.code,
        unit_id=receiver.id,
        receiver_id=receiver.id,
        submitted_at=work.now,
        updated_at=work.now,
        working_days=checked.procedure.working_days,
        supplements=0,
        supplements_most=checked.procedure.supplements,
        fee=checked.fee,
    )
    columns = ServiceRequest.__table__.columns.keys()
    repository.put_request(work, {name: getattr(request, name) for name in columns})
    for row in step_rows(books, request, checked, work.now):
        repository.put_step(work, row)
    _put_documents(work, actor, request, filing, uploads, mandate, reused)
    if filing.draft is not None and actor.citizen_id is not None:
        await DraftRepository(work, tenant_id, actor.citizen_id).end(filing.draft)
    fact = RequestFact(
        EventType.SUBMITTED,
        data={
            "unit": Text(receiver.name, receiver.name_en)._asdict(),
            "unit_code": receiver.code,
            "procedure": checked.procedure.name._asdict(),
            "opened": [part.step.code for part in checked.parts if part.step.role is StepRole.RECEIVE],
        },
    )
    record(work, actor, request, fact, None)
    return Filed(request, checked, secret)


async def reused_files(
    db: Database, actor: Actor, wanted: Sequence[tuple[str, UUID]]
) -> list[tuple[str, UUID, UUID, str]]:
    """Document, upload, file and name of what the applicant has handed in before; `wanted`: document and file.

    Raises: RequestFileNotFound.
    """
    if not wanted:
        return []
    if actor.citizen_id is None:
        raise RequestFileNotFound
    found = await repository.find_own_file(db, actor.tenant_id, actor.citizen_id, [one for _, one in wanted])
    if len(found) < len({one for _, one in wanted}):
        raise RequestFileNotFound
    return [(document, found[one]["upload_id"], one, found[one]["name"]) for document, one in wanted]


def step_rows(books: RequestBooks, request: ServiceRequest, checked: Checked, at: datetime) -> list[dict[str, Any]]:
    """A row for each step: the receiving one is open, the others wait for their turn."""
    rows = [
        _step_row(books, request, part, at, place=place, begins=part.step.role is StepRole.RECEIVE)
        for place, part in enumerate(checked.parts)
    ]
    if any(part.step.role is StepRole.RETURN for part in checked.parts):
        return rows
    receiver = next(part for part in checked.parts if part.step.role is StepRole.RECEIVE)
    decider = next(part for part in checked.parts if part.step.role is StepRole.DECIDE)
    last = _step_row(books, request, receiver, at, place=len(rows), begins=False)
    returned = {"code": RETURN, "role": StepRole.RETURN.value, "after": [decider.step.code], "working_days": 1}
    return [*rows, {**last, **returned}]


def _step_row(
    books: RequestBooks, request: ServiceRequest, part: Part, at: datetime, *, place: int, begins: bool
) -> dict[str, Any]:
    tenant_id = TenantId(request.tenant_id)
    timing = start(books, tenant_id, part.unit.id, part.step.working_days, at) if begins else None
    return {
        "tenant_id": tenant_id,
        "request_id": request.id,
        "code": part.step.code,
        "place": place,
        "role": part.step.role.value,
        "unit_id": part.unit.id,
        "tier": part.unit.tier.value,
        "state": (StepState.OPEN if begins else StepState.WAITING).value,
        "waits_for": StepWait.NOBODY.value if begins else None,
        "after": list(part.step.after),
        "working_days": part.step.working_days,
        "routing": {"unit_code": part.unit.code, **part.reason._asdict()},
        "opened_at": at if begins else None,
        "due_at": timing.due_at if timing else None,
        "clock": deadlines_service.clock_values(timing.clock) if timing else None,
    }


def _put_documents(
    work: Work,
    actor: Actor,
    request: ServiceRequest,
    filing: Filing,
    uploads: Sequence[UUID],
    mandate: Sequence[UUID],
    reused: Sequence[tuple[str, UUID, UUID, str]],
) -> None:
    for one, upload in zip(filing.documents, uploads, strict=True):
        put_files(work, actor, request, FileRole.DOCUMENT, [(one.name, upload)], document=one.document)
    put_files(work, actor, request, FileRole.MANDATE, [("", upload) for upload in mandate])
    for document, upload, file_id, name in reused:
        put_reused(work, actor, request, document=document, upload=upload, reused_from=file_id, name=name)
