"""What people do with their own data: see who opened it, take it away, have it erased."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

from app.audit import service as audit
from app.audit.terms import Action
from app.cases.terms import Correction
from app.citizens import service as citizens
from app.db.engine import Database
from app.db.work import ReadWork, Work, in_work, read_work
from app.identity import service as identity
from app.identity.domain import Keyring
from app.identity.terms import Actor, ReporterIdentity
from app.kit.clock import Clock
from app.kit.ids import CitizenId, ReportId, RequestId, TenantId
from app.media import service as media
from app.media.terms import Attached
from app.notices import service as notices
from app.privacy import domain
from app.privacy.terms import AccessEntry, Erased, Exported, OwnReport
from app.publication.domain import redact
from app.reports import service as reports
from app.reports.models import Report
from app.service_requests import service as service_requests
from app.supports import service as supports
from app.timeline.terms import Written


async def access_log_of(work: ReadWork, actor: Actor, code: str, secret: str | None) -> list[AccessEntry]:
    """Every opening of the sender's identity, for the sender of one report, newest first. Two statements.

    Raises: ReportNotFound.
    """
    report = await reports.own_report(work, actor, code, secret)
    return await _log(work, actor.tenant_id, {ReportId(report.id): report.code})


async def standing_of(work: ReadWork, actor: Actor, code: str, secret: str | None) -> tuple[list[AccessEntry], bool]:
    """Every opening, as above, and whether anything is left that could be opened or erased. Four statements at most.

    Raises: ReportNotFound.
    """
    report = await reports.own_report(work, actor, code, secret)
    report_id = ReportId(report.id)
    log = await _log(work, actor.tenant_id, {report_id: report.code})
    account = {CitizenId(report.citizen_id)} if report.citizen_id is not None and not report.cut_off else set()
    known = await identity.withheld(work, actor.tenant_id, [report_id]) or await citizens.with_phones(work, account)
    return log, bool(known)


async def access_log_of_request(
    db: Database, work: ReadWork, actor: Actor, code: str, secret: str | None
) -> list[AccessEntry]:
    """Every reading of the papers of one service request, for its applicant, newest first. Two statements.

    Raises: RequestNotFound.
    """
    row = await service_requests.own_row(db, actor, code, secret)
    return await _log(work, actor.tenant_id, _both({}, {RequestId(row["id"]): row["code"]}))


async def access_log(work: ReadWork, actor: Actor, citizen: CitizenId) -> list[AccessEntry]:
    """The same for all reports and service requests of an account in the tenant, the newest 1,000 of each.

    Three statements.
    """
    mine = await reports.list_of_citizen(work, citizen, [actor.tenant_id])
    applied = await service_requests.codes_of(work, citizen, actor.tenant_id)
    return await _log(work, actor.tenant_id, _both({ReportId(one.id): one.code for one in mine}, applied))


def _both(reports: Mapping[ReportId, str], requests: Mapping[RequestId, str]) -> dict[ReportId | RequestId, str]:
    found: dict[ReportId | RequestId, str] = dict(reports.items())
    found.update(requests.items())
    return found


async def _log(work: Work, tenant_id: TenantId, codes: Mapping[ReportId | RequestId, str]) -> list[AccessEntry]:
    return [
        AccessEntry(codes[one.report_id], one.at, one.unit_id, one.purpose)
        for one in await identity.opened(work, tenant_id, list(codes))
    ]


async def erase_contact(work: Work, actor: Actor, code: str, secret: str | None) -> None:
    """Who handed in the report is known no more; the report and its handling go on. Raises: ReportNotFound.

    It stays its account's to follow, but nobody is led from it to the account's phone any more.
    """
    report = await reports.own_report(work, actor, code, secret)
    gone = await identity.erase_identities(work, actor.tenant_id, [ReportId(report.id)])
    if reports.cut_off(report) or gone:
        audit.record(work, actor, Action.IDENTITY_ERASED, subject=code, details={"by": "sender"})


async def export(
    db: Database, clock: Clock, keys: Keyring, citizen: CitizenId, tenants: Collection[TenantId]
) -> Exported:
    """All that is kept of the citizen in these tenants; reading one's own is no opening. At most 1,000 of each kind."""
    async with read_work(db, clock, None) as work:
        mine = await reports.list_of_citizen(work, citizen, tenants)
        applied, drafts = await service_requests.kept_of(work, keys, citizen, tenants)
        log, identities = list[AccessEntry](), dict[ReportId, ReporterIdentity]()
        files, words = dict[ReportId, list[Attached]](), defaultdict[ReportId, list[Written]](list)
        for tenant_id in tenants:
            codes = {ReportId(one.id): one.code for one in mine if one.tenant_id == tenant_id}
            requests = {one.id: one.code for one in applied if one.tenant_id == tenant_id}
            if codes:
                identities |= await identity.read_own(work, keys, tenant_id, list(codes))
                files |= await media.list_of_reports(db, tenant_id, list(codes))
                for one in await reports.words_of(work, tenant_id, list(codes)):
                    words[one.report_id].append(one)
            if codes or requests:
                log += await _log(work, tenant_id, _both(codes, requests))
        told = [
            _told(one, identities.get(ReportId(one.id)), files.get(ReportId(one.id), ()), words[ReportId(one.id)])
            for one in mine
        ]
        proofs, devices = await citizens.proofs_of(work, keys, citizen), await identity.list_devices(work, citizen)
        browsers = await notices.count_devices(work, citizen)
        supported = await supports.list_own(work, citizen, tenants)
        return Exported(proofs, told, applied, drafts, log, devices, browsers, supported)


def _told(
    report: Report, left: ReporterIdentity | None, files: Sequence[Attached], words: Sequence[Written]
) -> OwnReport:
    return OwnReport(
        code=report.code,
        kind=report.kind,
        category=report.category_code,
        description=report.description,
        latitude=report.lat,
        longitude=report.lon,
        area=report.area_code,
        address=report.address,
        answers=report.answers,
        channel=report.channel,
        captured_at=report.captured_at,
        received_at=report.received_at,
        stars=report.stars,
        identity=left,
        files=files,
        words=words,
    )


async def erase_account(
    db: Database, clock: Clock, keys: Keyring, actor: Actor, citizen: CitizenId, tenants: Collection[TenantId]
) -> Erased:
    """The account is no more: phone, devices, sessions, drafts, who sent its reports, how to reach its applicants.

    What it wrote is masked where it tells of somebody, photos forget where they were taken. Reports and service
    requests are nobody's from now on.
    """

    async def erase(work: Work) -> Erased:
        mine = await reports.list_of_citizen(work, citizen, tenants, most=None)
        gone = 0
        for tenant_id in tenants:
            here = [one for one in mine if one.tenant_id == tenant_id]
            gone += await _erase_of(work, keys, tenant_id, here) if here else 0
        await reports.let_go(work, citizen, tenants)
        await supports.let_go(work, citizen, tenants)
        applied = await service_requests.erase(work, keys, citizen, tenants, _mask_known)
        await citizens.erase(work, keys, citizen, tenants)
        await notices.forget_devices(work, citizen)
        await identity.retire(work, citizen)
        told = {"reports": len(mine), "identities": gone, "service_requests": applied}
        audit.record(work, actor, Action.ACCOUNT_ERASED, details=told)
        return Erased(gone, len(mine), applied, domain.kept())

    return await in_work(db, clock, None, erase)


async def _erase_of(work: Work, keys: Keyring, tenant_id: TenantId, mine: Sequence[Report]) -> int:
    """Number of identities that are gone, with what the reports' words and photos tell of their sender."""
    ids = [ReportId(one.id) for one in mine]
    left = await identity.read_own(work, keys, tenant_id, ids)
    await reports.mask_words(work, tenant_id, mine, {one: _mask(left.get(one)) for one in ids})
    await media.forget_places(work, tenant_id, ids)
    return await identity.erase_identities(work, tenant_id, ids)


def _mask_known(known: tuple[str, ...], words: str) -> str:
    """The words with these masked, and what the rules find in them."""
    return redact(words, Correction(mask=known)).text


def _mask(left: ReporterIdentity | None) -> Callable[[str], str]:
    """Masks what the rules find in a text, and whatever was left as an identity with it."""
    known = (left.name, left.phone, left.email, left.identity_number, left.home_address) if left else ()
    correction = Correction(mask=tuple(one for one in known if one))
    return lambda words: redact(words, correction).text
