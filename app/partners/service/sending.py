"""Posts on the wire: claimed in one transaction, sent outside any, settled in another."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

from app.cases import service as cases_service
from app.cases.errors import CaseNotFound
from app.cases.events import EventType
from app.cases.service import CaseView
from app.cases.terms import Books
from app.catalogue import service as catalogue_service
from app.catalogue.terms import Answer as Answered
from app.couriers.lines import ClockGuard, Raises, serve_lines
from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity.domain import Keyring
from app.identity.errors import IdentityUnreadable
from app.kit.clock import Clock, rfc3339
from app.kit.ids import TenantId
from app.kit.waits import is_left_alone
from app.partners import domain, repository
from app.partners.models import PartnerRow
from app.partners.senders import Caller
from app.partners.terms import Answer, Claim, Errand, ErrandState, Outcome, Partner, PostKind, PostState, Wanted
from app.publication.domain import masked
from app.reports import service as reports_service
from app.reports.terms import ReportText

from .keys import open_key

log = logging.getLogger("lienthong.partners")
AT_ONCE = 8  # partners in one process
IN_FLIGHT = 4  # posts of one partner at once in one process
CLOCKS_APART = timedelta(hours=1)  # at most, theirs and ours
MOST_PAGES, PAGE_ROWS = 10, 200  # of theirs in which a doubtful request is looked for
REQUESTS_OF_ONE = MOST_PAGES + 2  # at most for one post: asking, sending, a margin
_SAID = {
    PostKind.REOPENED: "Người gửi cho biết việc chưa xong và đề nghị xử lý lại.",
    PostKind.ENDED: "Vụ việc đã kết thúc hoặc được giao đơn vị khác; xin dừng xử lý.",
}
_REJECTED = "Câu trả lời chưa được duyệt; đề nghị xử lý tiếp."


class Courier:
    """Tells partners what is due; any number of processes may have one."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        keys: Keyring,
        caller: Caller,
        *,
        books: Callable[[], Books],
        attempted: Callable[[str], None],
    ) -> None:
        """`books`: the newest reference data; `attempted` is told the outcome of every attempt."""
        self._db = db
        self._clock = clock
        self._keys = keys
        self._caller = caller
        self._books = books
        self._attempted = attempted
        self._lease = timedelta(seconds=REQUESTS_OF_ONE * caller.timeout_s + 5)
        self._guard = ClockGuard(clock)

    async def deliver(self, tenants: Sequence[TenantId]) -> int:
        """Number of attempts made now, several partners at once. One statement for each tenant when nothing is due."""
        await self._guard.look(tenants, partial(repository.forget_times_to_come, self._db, lease=self._lease))
        due = [
            (tenant_id, partner_id)
            for tenant_id in tenants
            for partner_id in await repository.list_due(self._db, tenant_id, self._clock.now())
        ]
        return await serve_lines(self._tell, due, at_once=AT_ONCE, raises=Raises.ANY)

    async def _tell(self, tenant_id: TenantId, partner_id: UUID) -> int:
        partner, claims = await self._claim(tenant_id, partner_id)
        async with asyncio.TaskGroup() as group:
            for claim in claims:
                group.create_task(self._post(partner, claim))
        return len(claims)

    async def _claim(self, tenant_id: TenantId, partner_id: UUID) -> tuple[Partner, list[Claim]]:
        """Posts that are ours; one alone while it is not known whether the partner is back."""

        async def verb(work: Work) -> tuple[Partner, list[Claim]]:
            row = await repository.lock(work, tenant_id, partner_id)
            if is_left_alone(row.retry_at, work.now, domain.REST.waits.longest):
                return row.read(), []
            most = 1 if row.failures >= domain.REST.after_failures else IN_FLIGHT
            return row.read(), await repository.claim(work, tenant_id, partner_id, work.now + self._lease, most)

        return await in_work(self._db, self._clock, tenant_id, verb)

    async def _post(self, partner: Partner, claim: Claim) -> None:
        answer = await self._answered(partner, claim)
        self._attempted(answer.outcome.value)
        books = self._books()
        await in_work(
            self._db,
            self._clock,
            claim.errand.tenant_id,
            lambda work: _settle(work, partner.wanted.name, claim, answer, books),
        )

    async def _answered(self, partner: Partner, claim: Claim) -> Answer:
        """What came of it. When an answer may have been lost the partner is asked first, unless it takes repeats."""
        wanted = partner.wanted
        try:
            key = open_key(self._keys, partner)
            form = await self._form(wanted, claim)
        except (CaseNotFound, IdentityUnreadable) as error:
            return Answer(Outcome.UNREADY, type(error).__name__)
        if form is None:
            return Answer(Outcome.UNREADY, "not-ready")
        if claim.kind is not PostKind.REQUEST:
            return await self._caller.post_update(wanted, key, form)
        if claim.doubtful and not wanted.repeats_safely:
            known = await self._look(wanted, key, claim, dict(form)["service_code"])
            if known is not None:
                return known
        return await self._caller.post_request(wanted, key, form)

    async def _look(self, wanted: Wanted, key: str | None, claim: Claim, service: str) -> Answer | None:
        """The request among the partner's, by our sign; None when it has none; unsure when that cannot be seen."""
        since = rfc3339(claim.errand.created_at - CLOCKS_APART)
        query, seen = [("service_code", service), ("start_date", since), ("page_size", str(PAGE_ROWS))], set[str]()
        for page in range(1, MOST_PAGES + 1):
            asked = await self._caller.requests(wanted, key, [*query, ("page", str(page))])
            if asked.outcome is not Outcome.TAKEN:
                return Answer(Outcome.UNSURE, asked.code)
            if found := domain.found_in(asked.items, claim.errand):
                return Answer(Outcome.FOUND, None, (found,))
            ids = {str(one.get("service_request_id")) for one in asked.items}
            if ids <= seen:  # after the last page, or where pages are not known
                return None
            seen |= ids
        return Answer(Outcome.UNSURE, "too-many-to-look-through")

    async def _form(self, wanted: Wanted, claim: Claim) -> list[tuple[str, str]] | None:
        """The fields of the post; None: there is nothing to send yet."""
        errand = claim.errand
        view = await cases_service.get_case_for_program(self._db, errand.tenant_id, self._books(), errand.case_code)
        if claim.kind is not PostKind.REQUEST:
            return _update(claim, view)
        service = domain.service_of(wanted, view.row["category_code"])
        if service is None or await cases_service.is_held(self._db, errand.tenant_id, errand.case_id):
            return None
        reports = await reports_service.reports_for_staff(self._db, errand.tenant_id, view)
        if not reports:
            return None
        catalogue, first = self._books().catalogue, reports[0]
        told = catalogue_service.told_answers(
            catalogue, tenant=errand.tenant_id, code=first.category, answers=first.answers
        )
        return _request(wanted, service, first, errand, told)


def _request(
    wanted: Wanted, service: str, report: ReportText, errand: Errand, told: Mapping[str, Answered]
) -> list[tuple[str, str]]:
    """A case as GeoReport's POST has it: what was written, masked, never who wrote it. `told`: of its answers."""
    form = [
        ("service_code", service),
        ("description", domain.description_of(masked(report.description) or "", errand)),
        ("service_request_id_ext", errand.case_code),
    ]
    if report.point is not None:
        form += [("lat", f"{report.point.lat:.6f}"), ("long", f"{report.point.lon:.6f}")]
    if address := masked(report.address):
        form.append(("address_string", address))
    elif report.point is None:
        form.append(("address_id", report.area))
    if wanted.sends_answers:
        form += [(f"attribute[{name}]", _said(value)) for name, value in sorted(told.items())]
    return form


def _said(value: object) -> str:
    if isinstance(value, str):
        return masked(value) or ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _update(claim: Claim, view: CaseView) -> list[tuple[str, str]] | None:
    """What is told about a request that they have, as FixMyStreet's extension has it."""
    errand = claim.errand
    if errand.their_id is None:
        return None
    entries = [one for one in view.entries if one.case_version == claim.number]
    rejected = any(one.type == EventType.DRAFT_REJECTED for one in entries)
    words = _REJECTED if rejected else _SAID.get(claim.kind)
    if words is None:
        words = masked(next((one.text for one in entries if one.text), None))
    return [
        ("service_request_id", errand.their_id),
        ("update_id", f"{errand.case_code}-{claim.number}"),
        ("updated_datetime", rfc3339(claim.occurred_at)),
        ("status", "CLOSED" if claim.kind is PostKind.ENDED else "OPEN"),
        ("description", words or "(không có nội dung)"),
    ]


async def _settle(work: Work, name: str, claim: Claim, answer: Answer, books: Books) -> None:
    """What the attempt makes of the post, the errand, the partner and the case's history."""
    errand_of_claim = claim.errand
    tenant_id = errand_of_claim.tenant_id
    partner = await repository.lock(work, tenant_id, errand_of_claim.partner_id)
    held = await repository.lock_claimed(work, claim)
    if held is None:
        return
    post, errand = held
    outcome = answer.outcome
    tries = outcome not in {Outcome.AWAY, Outcome.UNREADY}
    post.attempts += tries
    becomes = domain.settle(
        outcome,
        doubtful=claim.doubtful,
        attempts=post.attempts,
        first_failed_at=post.first_failed_at,
        now=work.now,
        chance=secrets.randbelow(1000) / 1000,
    )
    post.state, post.next_at, post.first_failed_at = becomes.state.value, becomes.next_at, becomes.first_failed_at
    post.doubtful, post.locked_until = becomes.doubtful, None
    post.last_outcome, post.last_code = outcome.value, answer.code
    if becomes.state is not PostState.WAITING:
        post.settled_at = work.now
    _learn(partner, answer, work)
    if claim.kind is not PostKind.REQUEST or becomes.state is PostState.WAITING:
        return
    if becomes.state is PostState.DELIVERED:
        item = answer.items[0]
        errand.their_id, errand.token = _text(item.get("service_request_id")), _text(item.get("token"))
        errand.sent_at = work.now
        if errand.state == ErrandState.WAITING.value:
            errand.state = ErrandState.WITH_THEM.value
        text = domain.sent(name, errand.their_id)
    else:
        if errand.state == ErrandState.WAITING.value:
            errand.state, errand.ended_at = ErrandState.REFUSED.value, work.now
        await repository.give_up_behind(work, claim)
        text = domain.not_sent(name, answer.code)
    await cases_service.note_from_outside(work, tenant_id, errand_of_claim.case_id, books=books, text=text.vi)


def _learn(partner: PartnerRow, answer: Answer, work: Work) -> None:
    """How the partner is: what it refuses is an answer, what we cannot make tells nothing."""
    if answer.outcome is Outcome.UNREADY:
        return
    if answer.outcome in {Outcome.UNSURE, Outcome.AWAY}:
        partner.failures += 1
        rest = domain.REST.after(partner.failures)
        partner.retry_at = work.now + rest if rest is not None else None
        partner.last_error = answer.code
        return
    partner.failures, partner.retry_at = 0, None
    if answer.outcome is not Outcome.REFUSED:
        partner.last_success_at, partner.last_error = work.now, None


def _text(said: object) -> str | None:
    return str(said)[:200] if said else None
