"""Reads the signatures in one PDF file: a program of its own, held to little memory and time, which then ends.

Files of others can be made to harm whoever opens them, and a thread cannot be stopped. `service` starts it; in comes
a line of JSON and the file, out goes JSON. It opens nothing else, and fetches nothing.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import ValueErrorWithMessage
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
)
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from .terms import Later, SeenSignature, Standing

MOST_SIGNATURES: Final = 20
MEMORY_BYTES, CPU_S = 1 << 30, 15  # of addresses, of which the libraries take a third
_KEY_USE: Final = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
_STANDINGS: Final = {
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: Standing.UNKNOWN_ISSUER,
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: Standing.OUT_OF_DATE,
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: Standing.OUT_OF_DATE,
    AdESIndeterminate.REVOKED_NO_POE: Standing.REVOKED,
    AdESIndeterminate.REVOKED_CA_NO_POE: Standing.REVOKED,
}


def signatures_of(pdf: bytes, roots: list[bytes], at: datetime) -> list[SeenSignature]:
    """Every signature in the file, in the order they were made; certificates are judged at `at`.

    Raises: whatever a file that is none makes the library raise.
    """
    reader = PdfFileReader(io.BytesIO(pdf))
    if len(reader.embedded_signatures) > MOST_SIGNATURES:
        message = "too many signatures"
        raise ValueError(message)
    trusted = [x509.Certificate.load(root) for root in roots]
    return [asyncio.run(_seen(reader, one, trusted, at)) for one in reader.embedded_regular_signatures]


async def _seen(
    reader: PdfFileReader, signature: EmbeddedPdfSignature, trusted: list[x509.Certificate], at: datetime
) -> SeenSignature:
    """What is found, at first with certificates of now; one that has expired counts as of a timestamp's instant."""
    now = _context(reader, trusted, at)
    try:
        status = await async_validate_pdf_signature(signature, now, now, key_usage_settings=_KEY_USE)
        stamped_at = _stamped_at(status)
        if stamped_at is not None and _standing(status) is Standing.OUT_OF_DATE:
            then = _context(reader, trusted, stamped_at)
            status = await async_validate_pdf_signature(signature, then, now, key_usage_settings=_KEY_USE)
    except ValueErrorWithMessage:  # a kind of signature, or of algorithm, that nobody should rely on
        return _shown(signature.signer_cert, None, None)
    return _shown(signature.signer_cert, status, stamped_at)


def _context(reader: PdfFileReader, trusted: list[x509.Certificate], moment: datetime) -> ValidationContext:
    """Whom to believe at that moment, with what the file itself says of revocations."""
    given: dict[str, Any] = {"trust_roots": trusted, "moment": moment, "allow_fetching": False}
    try:
        return DocumentSecurityStore.read_dss(reader).as_validation_context(given)
    except NoDSSFoundError:
        return ValidationContext(**given)


def _stamped_at(status: PdfSignatureStatus) -> datetime | None:
    stamp = status.timestamp_validity
    return stamp.timestamp if stamp is not None and stamp.valid and stamp.intact and stamp.trusted else None


def _standing(status: PdfSignatureStatus) -> Standing:
    problem, path = status.trust_problem_indic, status.validation_path
    if problem is None:
        return Standing.TRUSTED if path is not None else Standing.UNFIT
    if problem is not AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE:
        return _STANDINGS.get(problem, Standing.UNFIT) if isinstance(problem, AdESIndeterminate) else Standing.UNFIT
    # Of a chain that does not hold the library does not say why: a date, or an authority that only bears the name.
    moment, chain = status.validation_time, list(path.iter_certs(include_root=True)) if path is not None else []
    in_date = all(one.not_valid_before <= moment <= one.not_valid_after for one in chain) if moment else True
    return Standing.UNKNOWN_ISSUER if in_date else Standing.OUT_OF_DATE


def _later(status: PdfSignatureStatus) -> Later:
    level = status.modification_level
    if status.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return Later.NOTHING
    if level is None or level is ModificationLevel.OTHER or not status.docmdp_ok:
        return Later.CHANGED
    return Later.ADDED


def _shown(
    certificate: x509.Certificate, status: PdfSignatureStatus | None, stamped_at: datetime | None
) -> SeenSignature:
    covers = status.coverage if status is not None else None
    return SeenSignature(
        signer=_name(certificate.subject, "common_name"),
        organisation=_name(certificate.subject, "organization_name"),
        issuer=_name(certificate.issuer, "common_name") or _name(certificate.issuer, "organization_name"),
        valid_from=certificate.not_valid_before,
        valid_to=certificate.not_valid_after,
        claimed_at=status.signer_reported_dt if status is not None else None,
        stamped_at=stamped_at,
        intact=status is not None
        and status.intact
        and status.valid
        and covers in {SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION},
        whole_file=covers is SignatureCoverageLevel.ENTIRE_FILE,
        later=_later(status) if status is not None else Later.CHANGED,
        standing=_standing(status) if status is not None else Standing.UNFIT,
    )


def _name(name: x509.Name, part: str) -> str:
    """That part of a name; numbers of people's documents, which stand beside it, are never told."""
    found = name.native.get(part, "")
    return str(found[-1] if isinstance(found, list) else found)[:200]


def _plain(seen: SeenSignature) -> Iterator[tuple[str, object]]:
    for name, value in seen._asdict().items():
        yield name, value.isoformat() if isinstance(value, datetime) else value


def main() -> None:
    """Read the task from the standard input, write what was found to the standard output."""
    for limit, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_FSIZE, 0)):
        with suppress(ValueError, OSError):  # a system that knows no such limit
            resource.setrlimit(limit, (most, most))
    logging.disable()  # the library would quote names of signers
    task = json.loads(sys.stdin.buffer.readline())
    roots = [base64.b64decode(one) for one in task["roots"]]
    seen = signatures_of(sys.stdin.buffer.read(), roots, datetime.fromisoformat(task["at"]))
    json.dump([dict(_plain(one)) for one in seen], sys.stdout)


if __name__ == "__main__":
    main()
