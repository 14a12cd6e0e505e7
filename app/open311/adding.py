"""What another system adds to a report of its own, by FixMyStreet's extension."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ValidationError

from app.db.work import Work, in_work
from app.identity.errors import ClientNeeded
from app.identity.terms import Actor
from app.kit.problems import Invalid
from app.kit.text import Text
from app.reports import service as reports
from app.web.fields import CaseCodeText, LongText
from app.web.idempotency import Answer, once
from app.web.pages import Form

from .deps import Call
from .fields import kept_under, refused, with_media
from .terms import Status
from .writing import Value

_NO_FILES: Final = Text("Bổ sung không kèm tệp được; hãy gửi media_url.", "An update has no files; send media_url.")


class UpdateIn(BaseModel):
    """The words, on which report, and whether they ask for an ended case to be taken up again."""

    service_request_id: CaseCodeText
    description: LongText
    reopens: bool

    @classmethod
    def of(cls, call: Call, fields: Form) -> UpdateIn:
        """What the fields say. Raises: Invalid."""
        body = {
            "service_request_id": fields.text("service_request_id"),
            "description": with_media(fields.text("description"), fields, call.lang),
            "reopens": fields.text("status").lower() == Status.OPEN,
        }
        try:
            return cls.model_validate(body)
        except ValidationError as error:
            raise refused(error) from error


async def add(call: Call, sender: Actor, fields: Form) -> dict[str, Value]:
    """The update as it was taken in, by its id; the same again for one that came before.

    Raises: Invalid, ClientNeeded, Forbidden, ReportNotFound, IllegalTransition, TooManyReopenings,
    IdempotencyKeyReused.
    """
    if sender.client_id is None:
        raise ClientNeeded
    if fields.files:
        raise Invalid(errors=[{"pointer": "media/", "detail": _NO_FILES}])
    update, own = UpdateIn.of(call, fields), fields.text("update_id") or fields.text("update_id_ext")
    key = await kept_under(call, sender, own and f"{update.service_request_id} {own}", "servicerequestupdates")

    async def verb(work: Work) -> Answer:
        async def add_it() -> Answer:
            case = await reports.add_by_client(
                work,
                sender,
                update.service_request_id,
                books=call.books,
                text=update.description,
                reopens=update.reopens,
            )
            return Answer(200, {"update_id": own or f"{update.service_request_id}.{case.version}"})

        return await once(work, call.tenant.id, key, update, add_it)

    return (await in_work(call.database, call.clock, call.tenant.id, verb)).body
