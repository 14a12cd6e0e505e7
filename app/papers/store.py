"""Where the certificates of trusted authorities lie. Blocking: looked at when a process opens."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from .terms import Trust

_KINDS = {".pem", ".crt", ".cer", ".der"}
_PEM = b"-----BEGIN CERTIFICATE-----"


def trust_of(folder: Path | None) -> Trust:
    """The certificates in the folder, by the names of its files; nobody's without a folder.

    Raises: OSError, ValueError naming the file that holds none: a missing authority must not go unnoticed.
    """
    if folder is None:
        return Trust()
    files = sorted(one for one in folder.iterdir() if one.suffix.lower() in _KINDS and one.is_file())
    return Trust(tuple(der for file in files for der in _certificates(file)))


def _certificates(file: Path) -> list[bytes]:
    content = file.read_bytes()
    try:
        found = (
            x509.load_pem_x509_certificates(content) if _PEM in content else [x509.load_der_x509_certificate(content)]
        )
    except ValueError as error:
        message = f"{file} holds no certificate"
        raise ValueError(message) from error
    return [one.public_bytes(Encoding.DER) for one in found]
