"""From facts to notices: one for each recipient and channel, worded when the fact is handled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases.terms import Books
from app.db.work import Work
from app.directory.errors import UnknownUnit
from app.directory.snapshot import Tenant, Unit
from app.identity import service as identity_service
from app.identity.domain import Keyring
from app.identity.terms import ReporterIdentity, system_actor
from app.kit import signing
from app.kit.clock import local_day, zone
from app.kit.ids import ReportId, TenantId, UnitId, uuid7
from app.kit.text import Lang
from app.notices import domain, repository
from app.notices.repository import NewNotice, NoticeRepository
from app.notices.repository.devices import Device
from app.notices.repository.notices import Situation
from app.notices.terms import DIGEST, Channel, Occasion, Recipient, Wording
from app.outbox.terms import Message
from app.subscriptions.terms import PAUSED
from app.timeline.domain import sentence

PURPOSE = "notice"  # what the log of readings of identities says


@dataclass(frozen=True, slots=True)
class Ways:
    """How this installation can tell anybody: the channels that are set up, and where its pages are (None: unknown)."""

    channels: frozenset[Channel]
    pages: str | None


@dataclass(frozen=True, slots=True)
class _Fact:
    """A message with what is to be told of it."""

    message: Message
    occasion: Occasion | None
    for_units: bool


async def tell(
    work: Work, tenant_id: TenantId, messages: Sequence[Message], *, books: Books, keys: Keyring, ways: Ways
) -> int:
    """Number of notices that wait from now on.

    Seven statements for any number of messages, none when there is no way to tell anybody. Identities are opened by
    the program, each opening is in their log. What is written already is not written again.
    """
    facts = [_fact(message) for message in messages] if ways.channels else []
    told = [fact for fact in facts if fact.occasion is not None or fact.for_units]
    if not told:
        return 0
    notices = NoticeRepository(work, tenant_id)
    situations = await notices.situations({fact.message.subject_id for fact in told})
    tenant = books.directory.tenant(tenant_id)
    found: list[NewNotice] = []
    for_people = [fact for fact in told if fact.occasion is not None]
    if for_people:
        recipients = await notices.recipients({fact.message.subject_id for fact in for_people})
        people = _People(work, tenant, books, keys, ways)
        await people.gather([one for many in recipients.values() for one in many])
        await people.learn_words()
        for fact in for_people:
            for recipient in recipients.get(fact.message.subject_id, ()):
                found += people.notices(fact, recipient, situations.get(fact.message.subject_id))
    if Channel.EMAIL in ways.channels:
        for fact in told:
            if fact.for_units:
                found += _for_unit(work, fact.message, situations.get(fact.message.subject_id), tenant, books, keys)
    return await notices.add(found, work.now)


def _fact(message: Message) -> _Fact:
    data = _data(message)
    return _Fact(message, domain.occasion_of(message.type, data), message.type in domain.packaged()["digest"]["types"])


def _data(message: Message) -> Mapping[str, Any]:
    data = message.payload.get("data")
    return data if isinstance(data, dict) else {}


class _People:
    """The senders of reports a batch is for: who they are, which devices they have."""

    def __init__(self, work: Work, tenant: Tenant, books: Books, keys: Keyring, ways: Ways) -> None:
        self._work = work
        self._tenant = tenant
        self._books = books
        self._keys = keys
        self._ways = ways
        self._timezone = zone(tenant.time_zone)
        self._identities: Mapping[ReportId, ReporterIdentity] = {}
        self._devices: Mapping[UUID, Sequence[Device]] = {}
        self._own: Mapping[str, Wording] = {}
        self._quiet = domain.packaged_quiet().hours

    async def gather(self, recipients: Sequence[Recipient]) -> None:
        """Open the identities and find the devices of all of them; two statements."""
        actor = system_actor(self._tenant.id)
        ids = {one.report_id for one in recipients}
        if self._ways.channels & {Channel.EMAIL, Channel.SMS}:
            self._identities = await identity_service.open_identities(
                self._work, self._keys, actor, ids, purpose=PURPOSE, fields=("phone", "email")
            )
        if Channel.PUSH in self._ways.channels:
            citizens = {one.citizen_id for one in recipients if one.citizen_id is not None}
            self._devices = await repository.devices_of(self._work, citizens)

    async def learn_words(self) -> None:
        """Find out which words and quiet hours are the province's own; two statements."""
        self._own = await repository.own_words(self._work, self._tenant.id)
        quiet = await repository.find_quiet(self._work, self._tenant.id)
        if quiet is not None:
            self._quiet = quiet.hours

    def notices(self, fact: _Fact, to: Recipient, situation: Situation | None) -> Iterator[NewNotice]:
        """One for each channel that this sender is told of the fact by."""
        occasion = fact.occasion
        assert occasion is not None
        wanted = to.preferences
        identity = self._identities.get(to.report_id, ReporterIdentity())
        devices = self._devices.get(to.citizen_id, ()) if to.citizen_id else ()
        ways = self._ways.channels
        channels = domain.channels_for(
            wanted,
            legal=occasion.legal,
            has_email=identity.email is not None and Channel.EMAIL in ways,
            has_phone=identity.phone is not None and Channel.SMS in ways,
            devices=len(devices),
        )
        words = self._own.get(occasion.code, occasion.words).of(wanted.lang)
        names = self._names(fact.message, to, situation, wanted.lang)
        for channel in channels:
            next_at = domain.moment(self._work.now, channel, wanted.quiet or self._quiet, self._timezone)
            for recipient_id, address in self._addresses(channel, to, identity, devices):
                yield NewNotice(
                    id=uuid7(self._work.now),
                    message_id=fact.message.id,
                    case_id=fact.message.subject_id,
                    recipient_id=recipient_id,
                    report_id=to.report_id,
                    unit_id=None,
                    occasion=occasion.code,
                    channel=channel,
                    lang=wanted.lang,
                    legal=occasion.legal,
                    sealed_to=sealed(self._keys, self._tenant.id, address),
                    subject=domain.worded(words.subject, names),
                    body=self._body(channel, words.sms if channel is Channel.SMS else words.body, names),
                    next_at=next_at,
                )

    def _addresses(
        self, channel: Channel, to: Recipient, identity: ReporterIdentity, devices: Sequence[Device]
    ) -> Iterator[tuple[UUID, str]]:
        """Each way on the channel: what tells recipients apart, and where it leads."""
        if channel is Channel.EMAIL and identity.email:
            yield to.report_id, identity.email
        elif channel is Channel.SMS and identity.phone:
            yield to.report_id, identity.phone
        elif channel is Channel.PUSH:
            for device in devices:
                bound = device.citizen_id.bytes
                yield device.id, signing.unseal(self._keys.notices, device.sealed, bound).decode()

    def _body(self, channel: Channel, template: str, names: Mapping[str, str]) -> str:
        """The text; letters carry the link on a line of its own. A lock screen shows no more than anyone may read."""
        text = domain.worded(template, names)
        if channel is Channel.EMAIL and names.get("link"):
            return f"{text}\n\n{names['link']}\n\n{self._tenant.name}"
        return domain.plain(text) if channel is Channel.SMS else text

    def _names(self, message: Message, to: Recipient, situation: Situation | None, lang: Lang) -> dict[str, str]:
        """What templates may name, in the language."""
        data = _data(message)
        unit = _unit_named(self._books, self._tenant.id, message)
        names = {
            "code": to.code,
            "province": self._tenant.name if lang is Lang.VI else self._tenant.name_en,
            "link": f"{self._ways.pages}/follow/{to.code}" if self._ways.pages else "",
        }
        if unit is not None:
            names["unit"] = unit.name if lang is Lang.VI else unit.name_en
        if situation is not None:
            names["due"] = domain.day(local_day(situation.due_at, self._tenant.time_zone), lang)
        for name, key in (("due", "due"), ("cause", "cause_label"), ("why", "why")):
            value = data.get(key)
            if isinstance(value, dict) and lang.value in value:
                names[name] = value[lang.value]
        if isinstance(data.get("into"), str):
            names["into"] = data["into"]
        if unit is not None and Lang.VI is lang:
            names["unit"] = unit.name
        return names


def _unit_named(books: Books, tenant_id: TenantId, message: Message) -> Unit | None:
    """The unit that held the case after the fact."""
    named = message.payload.get("unit_id")
    try:
        return books.directory.unit(tenant_id, UnitId(UUID(str(named)))) if named else None
    except UnknownUnit:
        return None


def _for_unit(
    work: Work, message: Message, situation: Situation | None, tenant: Tenant, books: Books, keys: Keyring
) -> Iterator[NewNotice]:
    """The line of a fact in the next mail to the unit it concerns, when that has a mail box.

    All lines of a stretch of time are due together, so that a storm of reports is one mail.
    """
    data = _data(message)
    unit = _unit_named(books, tenant.id, message)
    if message.type == PAUSED:  # the province's own matter: its root unit looks after it
        unit = next((one for one in books.directory.units(tenant.id) if one.parent_id is None), None)
    if message.type == "case.escalated" and data.get("by") == "deadline" and isinstance(data.get("unit_code"), str):
        with suppress(UnknownUnit):  # its code may be another by now: the unit that holds the case is told then
            unit = books.directory.unit_by_code(tenant.id, data["unit_code"])
    address = unit.contact.get("email") if unit is not None else None
    if unit is None or not address:
        return
    yield NewNotice(
        id=uuid7(work.now),
        message_id=message.id,
        case_id=message.subject_id,
        recipient_id=unit.id,
        report_id=None,
        unit_id=unit.id,
        occasion=DIGEST,
        channel=Channel.EMAIL,
        lang=Lang.VI,
        legal=False,
        sealed_to=sealed(keys, tenant.id, address),
        subject="",
        body=_line(message, data, situation, tenant),
        next_at=_gathered(work.now, domain.packaged()["digest"]["gather_s"]),
    )


def _line(message: Message, data: Mapping[str, Any], situation: Situation | None, tenant: Tenant) -> str:
    """What the letter to a unit says of the fact."""
    if message.type == PAUSED:
        words = domain.packaged()["digest"]["subscription_paused"][message.payload["reason"]]
        return domain.worded(words, {"name": str(message.payload["name"])})
    due = domain.day(local_day(situation.due_at, tenant.time_zone), Lang.VI) if situation else "–"
    return f"{message.payload.get('code', '–')}: {sentence(message.type, data).vi} (hạn {due})"


def _gathered(now: datetime, seconds: int) -> datetime:
    """The end of the stretch of so many seconds that `now` lies in."""
    return datetime.fromtimestamp((int(now.timestamp()) // seconds + 1) * seconds, now.tzinfo)


def sealed(keys: Keyring, tenant_id: TenantId, address: str) -> bytes:
    """The address as it stands in a table until the notice has gone out."""
    return signing.seal(keys.notices, address.encode(), str(tenant_id).encode())


def unsealed(keys: Keyring, tenant_id: TenantId, address: bytes) -> str:
    """What `sealed` was given."""
    return signing.unseal(keys.notices, address, str(tenant_id).encode()).decode()
