"""What every way of handing a report in shares: its key, its files, and the report taken in once under that key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from starlette.datastructures import UploadFile

from app.directory.snapshot import Unit
from app.kit.ids import UnitId
from app.kit.problems import Problem
from app.kit.text import Text
from app.limits.deps import asking
from app.media import service as media_service
from app.media.deps import sender_of
from app.media.errors import UploadUnfinished
from app.media.store import Store
from app.media.terms import MOST_OF_A_REPORT
from app.reports import service as reports_service
from app.reports.schemas import ReportIn, submitted_answer
from app.reports.service import Intake, Repeat
from app.web.idempotency import Answer, is_key, key_hash, request_hash
from app.web.pages import Form
from app.web.submissions import Submitted, clock_skew_s, read_device_key

from . import keepsakes
from .deps import Visit
from .drafts import FILES, files_in

_TOO_MANY = Text(
    "Mỗi phản ánh kèm tối đa {most} tệp. Các tệp đầu đã được đính kèm, những tệp sau thì không; bấm gửi nếu vậy là đủ.",
    "A report has at most {most} files. The first ones are attached, the others are not; send it if that is enough.",
)
# What a script makes: an id that is remembered as long as a device may be away, and what proves it to be the maker's.
_MADE_BY_DEVICE: Final = re.compile(
    r"([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\.([!-~]{22,100})"
)


def keyed(form: Form) -> Form:
    """The form with its key when it can be one, else with a new one."""
    return form if is_key(form.text("key")) else form.having(key=keepsakes.new_key())


def portal_of(visit: Visit, form: Form) -> Unit | None:
    """The unit by whose portal the report is sent, None when it named none."""
    units = visit.books.directory.units(visit.tenant.id)
    return next((unit for unit in units if unit.code == form.text("portal")), None)


async def with_files(
    visit: Visit, form: Form, files: Sequence[UploadFile], store: Store
) -> tuple[Form, Problem | None]:
    """The form with the names of the files that came with it, each once; and why one was not taken."""
    names, refused = files_in(form), None
    for file in files:
        try:
            name = await media_service.take(
                visit.database,
                visit.clock,
                store,
                visit.keys.media,
                form.text("key"),
                filename=file.filename or "",
                content=file,
                most_bytes=visit.most_bytes,
                sender=await sender_of(visit.request, visit.actor),
            )
        except Problem as problem:
            refused = problem
        else:
            names += [name] if name not in names else []
        finally:
            await file.close()
    if len(names) > MOST_OF_A_REPORT:
        refused = UploadUnfinished(_TOO_MANY.fill(most=MOST_OF_A_REPORT))
    kept = {f"{FILES}{place}": name for place, name in enumerate(names[:MOST_OF_A_REPORT])}
    return form.having(**kept), refused


async def submitted(visit: Visit, form: Form, report: ReportIn, captured_at: datetime | None = None) -> Answer:
    """The report taken in, or what was answered when it was, under the form's key.

    `captured_at` is no part of what the report says: sent from the page and from the queue it is one and the same.
    """
    portal = portal_of(visit, form)
    new = report.new_report(visit.lang, clock_skew_s(visit.request.headers.get("client-time"), visit.now))
    return await reports_service.submit_report(
        Intake(visit.database, visit.clock, visit.codes, visit.keys, visit.books),
        visit.actor,
        replace(new, portal=UnitId(portal.id) if portal else None, captured_at=captured_at),
        host_tenant=visit.host_tenant,
        repeat=_repeat(form.text("key"), report),
        shape=submitted_answer,
        asking=await asking(visit.request),
    )


def _repeat(key: str, report: ReportIn) -> Repeat:
    """Under what the answer is kept: a key made by a script may come back after months, from a phone that was off."""
    made = _MADE_BY_DEVICE.fullmatch(key)
    if made is None:
        return Repeat(key_hash(key, "", "/report"), request_hash(report))
    return Repeat(None, b"", Submitted.of(UUID(made[1]), read_device_key(made[2]), report))
