"""Reports, cases and officers that are really there: made by the rooms' own verbs, sensible unless keywords say else.

All take the tests' `process`. Places and units are the seeded ones of Hải Dương: `CAM_THUONG` is the ward in which a
report lies when nothing else is said, `CITY` the district above it, `PROVINCE` the root above all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, Final
from uuid import UUID

from app.cases import service as cases
from app.cases.models import Case
from app.cases.service import CodeBook
from app.cases.terms import CaseState, Resolution
from app.db.work import Work, in_work
from app.identity import service as identity
from app.identity.domain import Keyring
from app.identity.terms import Actor, ActorKind, Membership, ReporterIdentity, Role
from app.kit.geo import Point
from app.kit.ids import StaffId, TenantId, UnitId
from app.process import Process, keyring_of
from app.reports import service as reports
from app.reports.domain import Submitted
from app.reports.schemas import submitted_answer
from app.reports.terms import NewReport
from tests.officers import PASSWORD, cheap_passwords

HAIDUONG: Final = TenantId(1)
PROVINCE, CITY, CAM_THUONG, BINH_HAN, THANH_MIEN = "H23", "H23.21", "H23.21.01", "H23.21.02", "H23.32"
LAMP: Final = Point(20.9467, 106.3134)  # in Phường Cẩm Thượng, 10507
EVERY_HAND: Final = (Role.OFFICER, Role.APPROVER, Role.DISPATCHER, Role.UNIT_ADMIN)
_numbers = count(1)


@dataclass(frozen=True)
class Officer:
    """Someone signed in."""

    username: str
    headers: dict[str, str] = field(repr=False)
    actor: Actor


@dataclass(frozen=True)
class Filed:
    """A report as its sender holds it, and the case it opened as it stands now."""

    code: str
    secret: str
    version: int
    state: CaseState
    unit: str

    @property
    def owner(self) -> dict[str, str]:
        """Headers of its sender."""
        return {"Tracking-Secret": self.secret}

    @property
    def seen(self) -> dict[str, str]:
        """Headers of an officer who has read the case as it stands."""
        return {"If-Match": f'"{self.version}"'}


def someone(process: Process, unit: str = CAM_THUONG, *roles: Role) -> Actor:
    """An officer of the unit, in every role unless some are named; nobody who could sign in."""
    unit_id = process.books.directory.unit_by_code(HAIDUONG, unit).id
    held = tuple(Membership(UnitId(unit_id), role) for role in roles or EVERY_HAND)
    return Actor(ActorKind.STAFF, HAIDUONG, UUID(int=next(_numbers)), "Trần Văn Bình", held)


async def an_officer(process: Process, *roles: Role, unit: str = CAM_THUONG) -> Officer:
    """An account of the unit with `roles` (officer unless some are named), signed in."""
    directory, username = process.books.directory, f"can.bo.{next(_numbers)}"
    unit_id = UnitId(directory.unit_by_code(HAIDUONG, unit).id)
    passwords = cheap_passwords()

    async def create(work: Work) -> StaffId:
        held = [Membership(unit_id, role) for role in roles or (Role.OFFICER,)]
        return await identity.create_staff(
            work,
            passwords,
            HAIDUONG,
            username=username,
            name=f"Cán bộ {username}",
            password=PASSWORD,
            memberships=held,
        )

    await in_work(process.db, process.clock, HAIDUONG, create)
    new = await identity.sign_in(
        process.db,
        passwords,
        keyring_of(process.settings),
        HAIDUONG,
        username=username,
        password=PASSWORD,
        user_agent="test",
        lifetime=timedelta(days=365),
        now=process.clock.now(),
        guarded=(),
    )
    return Officer(username, {"Authorization": f"Bearer {new.access_token}"}, new.signed_in.actor)


def intake(process: Process) -> reports.Intake:
    """What taking a report in needs, as the web process has it."""
    assert process.settings.secret_key is not None
    keys = Keyring.of(process.settings.secret_key.get_secret_value())
    return reports.Intake(process.db, process.clock, CodeBook(process.db), keys, process.books)


async def a_report(
    process: Process, *, actor: Actor | None = None, reporter: ReporterIdentity | None = None, **given: Any
) -> Filed:
    """A report of a dark street lamp in Phường Cẩm Thượng, handed in by nobody known; its case is `received`."""
    values: dict[str, Any] = {
        "category": "lighting.street_lamp",
        "description": "Đèn đường trước số 12 phố Cẩm Thượng không sáng ba hôm nay.",
        **given,
    }
    if not {"point", "area", "address"} & given.keys():
        values["point"] = LAMP
    taken: list[Submitted] = []

    def shape(submitted: Submitted) -> dict[str, Any]:
        taken.append(submitted)
        return submitted_answer(submitted)

    answer = await reports.submit_report(
        intake(process),
        actor or Actor(ActorKind.ANONYMOUS, HAIDUONG),
        NewReport(identity=reporter or ReporterIdentity(), **values),
        host_tenant=HAIDUONG,
        repeat=reports.Repeat(None, b""),
        shape=shape,
    )
    facts, decision = taken[0].facts, taken[0].decision
    return Filed(facts.code, answer.body.get("tracking_secret", ""), facts.version, facts.state, decision.unit_code)


async def acting(process: Process, verb: Callable[..., Awaitable[Case]], actor: Actor, **given: Any) -> Case:
    """The case after `verb` (a function of the cases room) in a transaction of its own."""

    async def one(work: Work) -> Case:
        return await verb(work, actor, books=process.books, **given)

    return await in_work(process.db, process.clock, HAIDUONG, one)


async def a_case(process: Process, state: CaseState = CaseState.RECEIVED, **report: Any) -> Filed:
    """A case brought to `state` by an officer of the unit that holds it, with an answer where there must be one."""
    return await brought(process, await a_report(process, **report), state)


async def brought(process: Process, filed: Filed, state: CaseState) -> Filed:
    """The new case brought to `state` by an officer of the unit that holds it."""
    at_work = someone(process, filed.unit)
    case: Case | None = None
    for verb, given in _STEPS[state]:
        seen = case.version if case else filed.version
        case = await acting(process, verb, at_work, code=filed.code, seen=seen, **given)
    return standing(process, filed, case) if case else filed


def standing(process: Process, filed: Filed, case: Case) -> Filed:
    """The report with its case as the case stands now."""
    unit = process.books.directory.unit(HAIDUONG, UnitId(case.unit_id))
    return Filed(filed.code, filed.secret, case.version, CaseState(case.state), unit.code)


_ANSWER: Final[dict[str, Any]] = {"answer": "Đã thay bóng đèn mới.", "resolution": Resolution.FIXED}
_ACCEPT: Final = (cases.accept_case, dict[str, Any]())
_RESOLVE: Final = (cases.resolve_case, _ANSWER)
_STEPS: Final[dict[CaseState, list[tuple[Callable[..., Awaitable[Case]], dict[str, Any]]]]] = {
    CaseState.RECEIVED: [],
    CaseState.ASSIGNED: [(cases.triage_case, {})],
    CaseState.IN_PROGRESS: [_ACCEPT],
    CaseState.AWAITING_REPORTER: [(cases.ask_reporter, {"question": "Cột đèn số mấy?"})],
    CaseState.AWAITING_APPROVAL: [_ACCEPT, (cases.draft_answer, _ANSWER)],
    CaseState.RESOLVED: [_ACCEPT, _RESOLVE],
    CaseState.CLOSED: [_ACCEPT, _RESOLVE, (cases.close_case, {})],
}
