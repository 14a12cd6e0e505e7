"""What people say about being told: their preferences, their devices, that they want no more."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.couriers.addresses import refused_part
from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.identity import service as identity
from app.identity.domain import Keyring
from app.identity.terms import Actor, CitizenToken
from app.kit import signing
from app.kit.ids import CaseId, CitizenId, ReportId, RequestId, TenantId
from app.notices import repository
from app.notices.errors import InvalidDevice, NoSuchDevice, NoSuchNotices, TooManyDevices
from app.notices.repository import NoticeRepository
from app.notices.terms import Notice, Preferences
from app.reports import service as reports_service
from app.service_requests import service as requests_service

MOST_DEVICES = 10
OF_ONE_REPORT = 100
OF_ONE_ACCOUNT = 100
FORGET_BATCH_ROWS = 1000
RETRIABLE = timedelta(days=7)


async def get_own(work: ReadWork, actor: Actor, code: str, secret: str | None) -> tuple[Preferences, list[Notice]]:
    """How the sender of the report is told, and what he was told so far, newest first. Raises: ReportNotFound."""
    report = await reports_service.own_report(work, actor, code, secret)
    wanted = await repository.get_preferences(work, actor.tenant_id, ReportId(report.id))
    case_id = CaseId(report.case_id)
    told = await repository.list_of_report(work, actor.tenant_id, case_id, report.id, OF_ONE_REPORT)
    return wanted, told


async def put_own(work: Work, actor: Actor, code: str, secret: str | None, wanted: Preferences) -> None:
    """How the sender wants to be told from now on. Raises: ReportNotFound."""
    report = await reports_service.own_report(work, actor, code, secret)
    await repository.keep_preferences(work, actor.tenant_id, ReportId(report.id), wanted)


async def get_applicants(
    db: Database, work: ReadWork, actor: Actor, code: str, secret: str | None
) -> tuple[Preferences, list[Notice]]:
    """How the applicant is told, and what he was told so far, newest first. Raises: RequestNotFound."""
    request_id = RequestId((await requests_service.own_row(db, actor, code, secret))["id"])
    wanted = await repository.get_preferences(work, actor.tenant_id, request_id)
    return wanted, await repository.list_of_report(work, actor.tenant_id, request_id, request_id, OF_ONE_REPORT)


async def put_applicants(
    db: Database, work: Work, actor: Actor, code: str, secret: str | None, wanted: Preferences
) -> None:
    """How the applicant wants to be told from now on. Raises: RequestNotFound."""
    request_id = RequestId((await requests_service.own_row(db, actor, code, secret))["id"])
    await repository.keep_preferences(work, actor.tenant_id, request_id, wanted)


@dataclass(frozen=True, slots=True)
class ToldOf:
    """An open service request of an account, and how its applicant is told of it."""

    code: str
    procedure: str
    version: int
    wanted: Preferences


async def get_for_account(db: Database, work: ReadWork, tenant_id: TenantId, citizen: CitizenId) -> list[ToldOf]:
    """The account's open service requests with how it is told of each, newest first. Two statements."""
    rows = await _open(db, tenant_id, citizen)
    wanted = await repository.preferences_by_request(work, tenant_id, [row["id"] for row in rows])
    return [
        ToldOf(row["code"], row["procedure_code"], row["procedure_version"], wanted[row["id"]])
        for row in rows
        if row["id"] in wanted
    ]


async def put_for_account(
    db: Database, work: Work, tenant_id: TenantId, citizen: CitizenId, codes: Collection[str], wanted: Preferences
) -> int:
    """Number of the account's open service requests, of those codes, that are told of so from now on.

    Two statements; codes of somebody else's are as good as none.
    """
    ids = [RequestId(row["id"]) for row in await _open(db, tenant_id, citizen) if row["code"] in codes]
    await repository.keep_for(work, tenant_id, ids, wanted)
    return len(ids)


async def _open(db: Database, tenant_id: TenantId, citizen: CitizenId) -> list[dict[str, Any]]:
    rows = await requests_service.list_own(db, tenant_id, citizen, before=None, limit=OF_ONE_ACCOUNT)
    return [row for row in rows if row["closed_at"] is None]


def token_for(keys: Keyring, tenant_id: TenantId, report_id: ReportId) -> str:
    """What proves that somebody holds a letter about the report: good for switching notices off, for nothing else."""
    proof = signing.derive(keys.notices, f"off:{tenant_id}:{report_id}")
    return base64.urlsafe_b64encode(proof[:18]).decode()


async def switch_off(work: Work, keys: Keyring, tenant_id: TenantId, report_id: UUID, token: str) -> None:
    """Nothing more is told of the report but what law asks for. Raises: NoSuchNotices when the token is wrong."""
    report = ReportId(report_id)
    if not signing.same(token.encode(), token_for(keys, tenant_id, report).encode()):
        raise NoSuchNotices
    wanted = await repository.get_preferences(work, tenant_id, report)
    await repository.keep_preferences(work, tenant_id, report, replace(wanted, wanted=False))


async def add_device(
    work: Work, keys: Keyring, token: CitizenToken, *, endpoint: str, p256dh: str, auth: str, private: bool
) -> None:
    """The browser is told of the citizen's reports from now on, until whoever asks is signed in there no more.

    Raises: InvalidDevice, TooManyDevices.
    """
    citizen_id = token.citizen_id
    if refused_part(endpoint, private=private) is not None:
        raise InvalidDevice
    await repository.remove_left(work, citizen_id)
    if await repository.list_devices(work, citizen_id) >= MOST_DEVICES:
        raise TooManyDevices
    device = json.dumps({"endpoint": endpoint, "p256dh": p256dh, "auth": auth})
    sealed = signing.seal(keys.notices, device.encode(), citizen_id.bytes)
    session_id = await identity.session_of(work, token)
    await repository.add_device(work, citizen_id, signing.token_hash(endpoint), sealed, session_id)


async def hand_over(work: Work, keys: Keyring, giver: CitizenId, taker: CitizenId) -> None:
    """The browsers of one account are told for another from now on: they are sealed anew for it."""
    for endpoint_hash, sealed in await repository.take_devices(work, giver):
        plain = signing.unseal(keys.notices, sealed, giver.bytes)
        again = signing.seal(keys.notices, plain, taker.bytes)
        await repository.add_device(work, taker, endpoint_hash, again, None)


async def count_devices(work: Work, citizen_id: CitizenId) -> int:
    """Number of browsers that are told of the citizen's reports. One statement."""
    return await repository.list_devices(work, citizen_id)


async def forget_session(work: Work, citizen_id: CitizenId, session_id: UUID) -> None:
    """What was signed in there is told no more, nor is any browser of which nobody knows where it is. One statement."""
    await repository.remove_of_session(work, citizen_id, session_id)


async def forget_devices(work: Work, citizen_id: CitizenId) -> None:
    """No browser is told of the citizen's reports any more. One statement."""
    await repository.take_devices(work, citizen_id)


async def remove_device(work: Work, citizen_id: CitizenId, *, endpoint: str) -> None:
    """The browser is told no more. Raises: NoSuchDevice."""
    if not await repository.remove_device(work, citizen_id, signing.token_hash(endpoint)):
        raise NoSuchDevice


async def forget(work: Work, tenant_id: TenantId, keep: timedelta) -> int:
    """Number of notices forgotten now that were settled longer ago than `keep`; at most a batch.

    Of those that nobody would take the address goes after RETRIABLE already. Two statements.
    """
    notices, gone = NoticeRepository(work, tenant_id), work.now - RETRIABLE
    await notices.let_go(gone - timedelta(days=30), gone)  # worked off hourly; a month, should no worker have run
    return await notices.forget(work.now - keep, FORGET_BATCH_ROWS)
