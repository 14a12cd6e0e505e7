"""From facts to notices: one for each recipient and channel, worded when the fact is handled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.db.work import Work
from app.directory.snapshot import Tenant
from app.identity import service as identity_service
from app.identity.domain import Keyring
from app.identity.terms import ReporterIdentity, system_actor
from app.kit import signing
from app.kit.clock import local_day, zone
from app.kit.ids import ReportId, RequestId, TenantId, uuid7
from app.kit.text import Lang
from app.letters import service as letters_service
from app.letters.terms import Letter
from app.notices import domain, repository
from app.notices.repository import Applied, NewNotice, NoticeRepository
from app.notices.repository.devices import Device
from app.notices.repository.notices import Situation
from app.notices.terms import Channel, Occasion, Recipient, Template, Wording
from app.outbox.terms import Message
from app.service_requests import service as requests_service
from app.service_requests.events import EventType
from app.service_requests.terms import RequestBooks

from .gathering import data_of, for_unit, of_request, unit_named
from .missing import wanted_of
from .sealing import sealed
from .supporting import Part, part_of, take_parts

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
    part: Part | None = None
    of_support: Occasion | None = None  # of the part


async def tell(
    work: Work, tenant_id: TenantId, messages: Sequence[Message], *, books: RequestBooks, keys: Keyring, ways: Ways
) -> int:
    """Number of notices that wait from now on.

    Eleven statements for any number of messages, none when there is no way to tell anybody. Identities are opened by
    the program, each opening is in their log. What is written already is not written again. Of supporters only so many
    are told, a message of our own tells of the rest.
    """
    facts = [_fact(message, ways) for message in messages] if ways.channels else []
    told = [fact for fact in facts if fact.occasion or fact.for_units or fact.of_support]
    if not told:
        return 0
    notices = NoticeRepository(work, tenant_id)
    requests = [fact for fact in told if domain.of_request(fact.message.type)]
    cases = [fact for fact in told if not domain.of_request(fact.message.type)]
    situations = await notices.situations({fact.message.subject_id for fact in cases}) if cases else {}
    applied = await repository.applied(work, tenant_id, {fact.message.subject_id for fact in requests})
    tenant = books.directory.tenant(tenant_id)
    found: list[NewNotice] = []
    for_people = [fact for fact in told if fact.occasion or fact.of_support]
    if for_people:
        subjects = {fact.message.subject_id for fact in cases if fact.occasion}
        recipients = await notices.recipients(subjects) if subjects else {}
        parts = [(fact, fact.part) for fact in cases if fact.part is not None]
        supporters = await take_parts(work, tenant_id, [part for _, part in parts])
        applicants = [applied[one] for one in {fact.message.subject_id for fact in for_people} if one in applied]
        people = _People(work, tenant, books, keys, ways)
        await people.gather(_all(recipients.values()), applicants, _all(supporters))
        await people.learn_words()
        await people.fetch_letters(for_people)
        for fact in for_people:
            subject = fact.message.subject_id
            request = applied.get(subject)
            for recipient in [request.recipient] if request is not None else recipients.get(subject, ()):
                found += people.notices(fact.message, fact.occasion, recipient, request or situations.get(subject))
        for (fact, part), many in zip(parts, supporters, strict=True):
            for supporter in many:
                situation = situations.get(part.message.subject_id)
                found += people.notices(part.message, fact.of_support, supporter, situation)
    if Channel.EMAIL in ways.channels:
        for fact in told:
            if fact.for_units:
                found += for_unit(work, fact.message, situations.get(fact.message.subject_id), tenant, books, keys)
                found += of_request(work, fact.message, applied.get(fact.message.subject_id), tenant, books, keys)
    return await notices.add(found, work.now)


def _all(recipients: Iterable[Sequence[Recipient]]) -> list[Recipient]:
    return [one for many in recipients for one in many]


def _fact(message: Message, ways: Ways) -> _Fact:
    part = part_of(message)
    of_support = domain.supporters_occasion_of(part.message.type) if Channel.PUSH in ways.channels else None
    return _Fact(
        message,
        domain.occasion_of(message.type, data_of(message)),
        message.type in domain.digested(),
        part if of_support else None,
        of_support,
    )


class _People:
    """The senders and applicants a batch is for: who they are, which devices they have."""

    def __init__(self, work: Work, tenant: Tenant, books: RequestBooks, keys: Keyring, ways: Ways) -> None:
        self._work = work
        self._tenant = tenant
        self._books = books
        self._keys = keys
        self._ways = ways
        self._timezone = zone(tenant.time_zone)
        self._identities: dict[ReportId, ReporterIdentity] = {}
        self._devices: Mapping[UUID, Sequence[Device]] = {}
        self._own: Mapping[str, Wording] = {}
        self._quiet = domain.packaged_quiet().hours
        self._letters: Mapping[str, Letter] = {}

    async def gather(
        self, senders: Sequence[Recipient], applicants: Sequence[Applied], supporters: Sequence[Recipient]
    ) -> None:
        """Open the identities and find the devices of all of them; two statements."""
        actor = system_actor(self._tenant.id)
        if self._ways.channels & {Channel.EMAIL, Channel.SMS}:
            ids = {one.report_id for one in senders}
            if ids:
                self._identities |= await identity_service.open_identities(
                    self._work, self._keys, actor, ids, purpose=PURPOSE, fields=("phone", "email")
                )
            for applicant in applicants:
                self._open(applicant)
        if Channel.PUSH in self._ways.channels:
            recipients = [*senders, *supporters, *(one.recipient for one in applicants)]
            citizens = {one.citizen_id for one in recipients if one.citizen_id is not None}
            self._devices = await repository.devices_of(self._work, citizens)

    def _open(self, applicant: Applied) -> None:
        """Where the applicant is reached; that it was opened is written down as for a report."""
        subject = applicant.recipient.report_id
        person = requests_service.reached_at(self._keys, self._tenant.id, RequestId(subject), applicant.sealed)
        self._identities[subject] = ReporterIdentity(phone=person.phone, email=person.email)
        if person.phone or person.email:
            actor = system_actor(self._tenant.id)
            identity_service.note_opening(self._work, actor, subject, purpose=PURPOSE, unit_id=None)

    async def learn_words(self) -> None:
        """Find out which words and quiet hours are the province's own; two statements."""
        self._own = await repository.own_words(self._work, self._tenant.id)
        quiet = await repository.find_quiet(self._work, self._tenant.id)
        if quiet is not None:
            self._quiet = quiet.hours

    async def fetch_letters(self, facts: Sequence[_Fact]) -> None:
        """Find the letters that go with these facts; one statement, none without any."""
        if Channel.EMAIL in self._ways.channels:
            numbers = [letter for fact in facts if isinstance(letter := data_of(fact.message).get("letter"), str)]
            self._letters = await letters_service.letters_numbered(self._work, self._tenant.id, numbers)

    def notices(
        self, fact: Message, occasion: Occasion | None, to: Recipient, situation: Situation | Applied | None
    ) -> Iterator[NewNotice]:
        """One for each channel that this person is told of the fact by; none without an occasion."""
        if occasion is None:
            return
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
        page = "cases" if occasion.supporters else "service-requests" if isinstance(situation, Applied) else "follow"
        names = self._names(fact, to, situation, wanted.lang, page)
        for channel in channels:
            next_at = domain.moment(self._work.now, channel, wanted.quiet or self._quiet, self._timezone)
            for recipient_id, address in self._addresses(channel, to, identity, devices):
                yield NewNotice(
                    id=uuid7(self._work.now),
                    message_id=fact.id,
                    position=fact.position,
                    case_id=fact.subject_id,
                    recipient_id=recipient_id,
                    report_id=to.report_id,
                    unit_id=None,
                    occasion=occasion.code,
                    channel=channel,
                    lang=wanted.lang,
                    legal=occasion.legal,
                    sealed_to=sealed(self._keys, self._tenant.id, address),
                    subject=domain.worded(words.subject, names),
                    body=self._body(channel, words, names, wanted.lang, self._asked(fact, situation, wanted.lang)),
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

    def _asked(self, fact: Message, situation: Situation | Applied | None, lang: Lang) -> str:
        """What an applicant is to supply, item by item; nothing of any other fact."""
        if not isinstance(situation, Applied) or fact.type != EventType.SUPPLEMENT_ASKED:
            return ""
        return wanted_of(self._books, self._tenant.id, situation, data_of(fact), lang)

    def _body(self, channel: Channel, words: Template, names: Mapping[str, str], lang: Lang, asked: str) -> str:
        """The text; mail carries the link on a line of its own, and a letter or list whole: a document for its reader.

        A lock screen shows no more than anyone may read.
        """
        if channel is Channel.SMS:
            return domain.plain(domain.worded(words.sms, names))
        text = domain.worded(words.body, names)
        if channel is not Channel.EMAIL:
            return text
        letter = self._letters.get(names.get("letter", ""))
        own = f"{str(letter.sheets[lang]).strip()}\n\nSHA-256: {letter.checksum}" if letter is not None else ""
        return "\n\n".join(part for part in (text, asked, names["link"], own, self._tenant.name) if part)

    def _names(
        self, message: Message, to: Recipient, situation: Situation | Applied | None, lang: Lang, page: str
    ) -> dict[str, str]:
        """What templates may name, in the language."""
        data = data_of(message)
        unit = unit_named(self._books, self._tenant.id, message)
        pages = self._ways.pages and self._books.directory.pages_of(self._tenant.id, self._ways.pages)
        names = {
            "code": to.code,
            "province": self._tenant.name if lang is Lang.VI else self._tenant.name_en,
            "link": f"{pages}/{page}/{to.code}" if pages else "",
        }
        if unit is not None:
            names["unit"] = unit.name if lang is Lang.VI else unit.name_en
        if situation is not None and situation.due_at is not None:
            names["due"] = domain.day(local_day(situation.due_at, self._tenant.time_zone), lang)
        said = [("due", "due"), ("cause", "cause_label"), ("why", "why")]
        if isinstance(situation, Applied):  # another unit may hold it by now than the one that acted
            said += [("unit", "unit"), ("due", "appointment"), ("outcome", "outcome")]
        for name, key in said:
            value = data.get(key)
            if isinstance(value, dict) and lang.value in value:
                names[name] = value[lang.value]
        return names | {name: data[name] for name in ("into", "letter", "amount") if isinstance(data.get(name), str)}
