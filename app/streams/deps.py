"""What private streams ask FastAPI for: who listens, where his place is, and the process's feeds."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.identity.deps import signed_in_or_none
from app.identity.errors import CitizenNeeded, StaffNeeded
from app.identity.terms import CitizenToken, SignedIn, StaffToken
from app.kit.ids import ReportId
from app.publication.deps import read_by
from app.reports import service as reports_service

from .service import Officer, PrivateFeeds, Reporter


async def private_feeds(connection: HTTPConnection) -> PrivateFeeds:
    """The process's private feeds."""
    return cast("PrivateFeeds", connection.app.state.private_feeds)


def officer_of(found: SignedIn | None) -> Officer:
    """The officer who listens. Raises: StaffNeeded for anyone else."""
    if found is None or not isinstance(found.token, StaffToken):
        raise StaffNeeded
    return Officer(found.actor, found.token)


async def listening_officer(connection: HTTPConnection) -> Officer:
    """The officer whose token is sent. Raises: StaffNeeded, UnreadableToken, SessionExpired."""
    return officer_of(await signed_in_or_none(connection))


async def listening_citizen(connection: HTTPConnection) -> Reporter:
    """The citizen whose token is sent. Raises: CitizenNeeded, UnreadableToken, SessionExpired."""
    found = await signed_in_or_none(connection)
    if found is None or not isinstance(found.token, CitizenToken):
        raise CitizenNeeded
    return Reporter(found.token.citizen_id, found.token)


async def listening_reporter(connection: HTTPConnection, code: str) -> Reporter:
    """The sender of the report, by token or `Tracking-Secret`. Raises: ReportNotFound for anyone else."""
    reader = await read_by(connection)
    row = await reports_service.get_own_facts(reader.database, reader.actor, code, reader.secret)
    report = ReportId(row["report_id"])
    found = await signed_in_or_none(connection)
    if row["citizen_id"] is None or found is None or found.actor.citizen_id != row["citizen_id"]:
        return Reporter(report=report)  # by the secret
    assert isinstance(found.token, CitizenToken)
    return Reporter(found.token.citizen_id, found.token, report)


# Who listens is asked for before where he was: who may not listen at all is told so first.
ListeningOfficer = Annotated[Officer, Depends(listening_officer)]
ListeningCitizen = Annotated[Reporter, Depends(listening_citizen)]
ListeningReporter = Annotated[Reporter, Depends(listening_reporter)]
CurrentPrivateFeeds = Annotated[PrivateFeeds, Depends(private_feeds)]
