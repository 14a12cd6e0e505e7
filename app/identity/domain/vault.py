"""Contact details as people write them, and the seals of the vault."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection
from datetime import UTC, date, datetime
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag

from app.identity.errors import IdentityUnreadable, InvalidContact
from app.identity.terms import ReporterIdentity
from app.kit import signing
from app.kit.ids import CaseId, ReportId, TenantId, least_id
from app.kit.phones import phone_e164
from app.kit.text import Text, has_forbidden_characters, nfc

from .keys import KEY_ID_BYTES, Keyring

WHOLE, BY_FIELD, NAMED = b"\x01", b"\x02", b"\x03"
"""How a seal begins: an identity's version 1 is one seal of everything, version 2 a key's name and a seal a field.

What is no identity but as personal (a filled-in form) is version 3: a key's name and one seal.
"""
IDENTITY_FIELDS = ("name", "phone", "email", "identity_number", "home_address")

_EMAIL = re.compile(
    r"[^\s@\"<>(),;:\\\[\]]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])",
)
# A citizen's number has 12 digits (Law 26/2023/QH15 on identification); cards issued before 2021 have 9.
_IDENTITY_NUMBER = re.compile(r"[0-9]{12}|[0-9]{9}")


def email_address(typed: str) -> str | None:
    """The address with its domain in lower case, None when it cannot be one (RFC 5321 lengths)."""
    text = nfc(typed).strip()
    local, _, domain = text.rpartition("@")
    address = f"{local}@{domain.lower()}"
    fits = len(address) <= 254 and not has_forbidden_characters(address) and ".." not in address
    return address if fits and _EMAIL.fullmatch(address) else None


def checked_identity(
    name: str | None,
    phone: str | None,
    email: str | None,
    identity_number: str | None = None,
    home_address: str | None = None,
    *,
    pointer: str = "/reporter",
    home: str = "home_address",
) -> ReporterIdentity:
    """The reporter's details in stored form; empty ones are None. Raises: InvalidContact with every wrong one.

    `pointer`, `home`: where they were given, and what the home address is called there.
    """
    errors: list[dict[str, object]] = []
    called = " ".join(nfc(name or "").split()) or None
    if called and (len(called) > 120 or has_forbidden_characters(called)):
        errors.append(
            {
                "pointer": f"{pointer}/name",
                "detail": Text("Họ tên dài tối đa 120 ký tự.", "A name has at most 120 characters."),
            }
        )
    number = phone_e164(phone) if phone and phone.strip() else None
    if phone and phone.strip() and number is None:
        errors.append(
            {
                "pointer": f"{pointer}/phone",
                "detail": Text(
                    "Số điện thoại chưa đúng. Ví dụ: 0912 345 678, 0220 3 853 155 hoặc +84 912 345 678.",
                    "Not a phone number. Examples: 0912 345 678, 0220 3 853 155 or +84 912 345 678.",
                ),
            }
        )
    address = email_address(email) if email and email.strip() else None
    if email and email.strip() and address is None:
        errors.append(
            {
                "pointer": f"{pointer}/email",
                "detail": Text(
                    "Địa chỉ e-mail chưa đúng. Ví dụ: ten@example.vn.", "Not an e-mail address. Example: me@example.vn."
                ),
            }
        )
    papers = "".join((identity_number or "").split()) or None
    if papers and not _IDENTITY_NUMBER.fullmatch(papers):
        errors.append(
            {
                "pointer": f"{pointer}/identity_number",
                "detail": Text(
                    "Số định danh cá nhân có 12 chữ số (số chứng minh nhân dân cũ: 9 chữ số).",
                    "A citizen's number has 12 digits (of an older card: 9).",
                ),
            }
        )
    place = " ".join(nfc(home_address or "").split()) or None
    if place and (len(place) > 300 or has_forbidden_characters(place)):
        errors.append(
            {
                "pointer": f"{pointer}/{home}",
                "detail": Text("Địa chỉ nơi ở dài tối đa 300 ký tự.", "A home address has at most 300 characters."),
            }
        )
    if errors:
        raise InvalidContact(errors=errors)
    return ReporterIdentity(called, number, address, papers, place)


def phone_index(keys: Keyring, tenant_id: TenantId, phone: str) -> bytes:
    """Under what a phone (E.164) is found in one tenant without being shown (32 bytes)."""
    return signing.derive(keys.blind_index, f"{tenant_id}:{phone}")


def seal_identity(
    keys: Keyring,
    tenant_id: TenantId,
    report_id: ReportId,
    identity: ReporterIdentity,
    at: datetime,
    *,
    withheld: bool = False,
) -> dict[str, object]:
    """The vault's row for the report: each field sealed alone, for this tenant, report and field only.

    `withheld`: its sender asked not to be named.
    """
    return {
        "tenant_id": tenant_id,
        "id": report_id,
        "sealed": seal_fields(keys, tenant_id, report_id, identity),
        "phone_index": phone_index(keys, tenant_id, identity.phone) if identity.phone else None,
        "withheld": withheld,
        "sealed_at": at,
    }


def seal_fields(keys: Keyring, tenant_id: TenantId, report_id: ReportId, identity: ReporterIdentity) -> bytes:
    """Version 2: version, the key's name, then JSON of field and seal in base 64."""
    newest, sealed = keys.vault[0], dict[str, str]()
    for name in IDENTITY_FIELDS:
        if value := getattr(identity, name):
            seal = signing.seal(newest.key, value.encode(), _bound_to(tenant_id, report_id, name))
            sealed[name] = base64.b64encode(seal).decode()
    return BY_FIELD + newest.id + orjson.dumps(sealed)


def seal_papers(keys: Keyring, tenant_id: TenantId, subject_id: UUID, what: str, content: bytes) -> bytes:
    """Personal content of a subject's, sealed for this tenant, subject and purpose only."""
    newest = keys.vault[0]
    return NAMED + newest.id + signing.seal(newest.key, content, f"{what}:{tenant_id}:{subject_id}".encode())


def open_papers(keys: Keyring, tenant_id: TenantId, subject_id: UUID, what: str, sealed: bytes) -> bytes:
    """What `seal_papers` was given. Raises: IdentityUnreadable."""
    try:
        key = next(one.key for one in keys.vault if sealed[: 1 + KEY_ID_BYTES] == NAMED + one.id)
        return signing.unseal(key, sealed[1 + KEY_ID_BYTES :], f"{what}:{tenant_id}:{subject_id}".encode())
    except (InvalidTag, StopIteration) as error:
        raise IdentityUnreadable from error


def identity_index(keys: Keyring, tenant_id: TenantId, identity_number: str) -> bytes:
    """Under what a citizen's number is found in one tenant without being shown (32 bytes)."""
    return signing.derive(keys.blind_index, f"number:{tenant_id}:{identity_number}")


def papers_anew(keys: Keyring, sealed: bytes) -> bool:
    """Whether papers are sealed as they would be today: with the newest key."""
    return sealed.startswith(NAMED + keys.vault[0].id)


def look_id(subject_id: UUID, actor_id: UUID, day: date) -> UUID:
    """Id of the reading that one officer's looks at one subject on one day are: a UUIDv7 of that day, always the same.

    The key of the table is what keeps a second look of the day from being another reading.
    """
    said = hashlib.sha256(f"{subject_id}:{actor_id}:{day}".encode()).digest()
    least = least_id(datetime(day.year, day.month, day.day, tzinfo=UTC)).int
    rest = int.from_bytes(said[:10], "big")
    return UUID(int=least | 0x7 << 76 | (rest >> 62 & 0xFFF) << 64 | 0b10 << 62 | rest & (1 << 62) - 1)


def sealed_anew(keys: Keyring, sealed: bytes) -> bool:
    """Whether it is sealed as it would be today: by field, with the newest key."""
    return sealed.startswith(BY_FIELD + keys.vault[0].id)


def open_identity(
    keys: Keyring,
    tenant_id: TenantId,
    report_id: ReportId,
    sealed: bytes,
    fields: Collection[str] = IDENTITY_FIELDS,
) -> ReporterIdentity:
    """What was sealed for this tenant and report, no more than `fields` of it. Raises: IdentityUnreadable."""
    try:
        if sealed[:1] == WHOLE:
            found = orjson.loads(signing.unseal(keys.vault[-1].key, sealed[1:], _bound_to(tenant_id, report_id)))
            return ReporterIdentity(**{name: value for name, value in found.items() if name in fields})
        key = next(one.key for one in keys.vault if sealed[: 1 + KEY_ID_BYTES] == BY_FIELD + one.id)
        seals = orjson.loads(sealed[1 + KEY_ID_BYTES :])
        return ReporterIdentity(
            **{
                name: signing.unseal(key, base64.b64decode(seals[name]), _bound_to(tenant_id, report_id, name)).decode()
                for name in fields
                if name in seals
            }
        )
    except (InvalidTag, ValueError, StopIteration) as error:
        raise IdentityUnreadable from error


def _bound_to(tenant_id: TenantId, report_id: ReportId, name: str = "") -> bytes:
    return f"{tenant_id}:{report_id}:{name}".encode() if name else f"{tenant_id}:{report_id}".encode()


def pseudonym(keys: Keyring, tenant_id: TenantId, case_id: CaseId, sender: UUID) -> str:
    """What officers call a sender by: the same for all reports of the sender's to one case, and of nothing else's.

    `sender`: the account, else the report. Four characters of 20 bits, enough to tell senders of a case apart.
    """
    return signing.derived_secret(keys.blind_index, f"pseudonym:{tenant_id}:{case_id}:{sender}")[:4]
