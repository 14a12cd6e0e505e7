"""Authorities, officers with certificates of theirs, and PDF files they have signed: real ones, made on the spot."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import crl as asn1_crl, keys, x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

AT = datetime.fromisoformat("2026-11-27T08:30:00+07:00")
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Holder:
    """Somebody with a key and its certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def as_asn1(self) -> asn1.Certificate:
        return asn1.Certificate.load(self.der)

    @property
    def key_as_asn1(self) -> keys.PrivateKeyInfo:
        der = self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return keys.PrivateKeyInfo.load(der)


def an_authority(name: str = "Chứng thực chuyên dùng Chính phủ") -> Holder:
    """A root that signs itself."""
    return _certified(name, "Ban Cơ yếu Chính phủ", None, ca=True)


def an_officer_of(authority: Holder, since: datetime = AT - YEAR, until: datetime = AT + YEAR) -> Holder:
    """A leader who signs results."""
    return _certified("Nguyễn Văn Lãnh", "UBND thành phố Hải Dương", authority, since=since, until=until)


def a_clock_of(authority: Holder) -> Holder:
    """An authority of timestamps."""
    return _certified("Dấu thời gian", "Ban Cơ yếu Chính phủ", authority, stamps=True)


def _certified(
    name: str,
    organisation: str,
    by: Holder | None,
    *,
    ca: bool = False,
    stamps: bool = False,
    since: datetime = AT - YEAR,
    until: datetime = AT + YEAR,
) -> Holder:
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.USER_ID, "CCCD:030099001234"),
        ]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not ca,
                content_commitment=not ca,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=ca,
                crl_sign=ca,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if by is not None:  # where its revocation would be told; nobody asks there
        listed = x509.UniformResourceIdentifier("http://crl.example.vn/list.crl")
        point = x509.DistributionPoint([listed], relative_name=None, reasons=None, crl_issuer=None)
        made = made.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    if stamps:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return Holder(key, made.sign(by.key if by else key, hashes.SHA256()))


async def signed(
    pdf: bytes,
    by: Holder,
    *,
    chain: Sequence[Holder] = (),
    clock: Holder | None = None,
    at: datetime = AT,
    field: str = "ChuKy",
) -> bytes:
    """The file with the holder's signature (PAdES), as an update at its end; `clock` stamps it with `at`."""
    others = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # the library gives it no types
    others.register_multiple([one.as_asn1 for one in chain])
    signer = signers.SimpleSigner(by.as_asn1, by.key_as_asn1, others)
    stamper = DummyTimeStamper(clock.as_asn1, clock.key_as_asn1, fixed_dt=at) if clock else None
    meta = signers.PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    made = await signers.PdfSigner(meta, signer, timestamper=stamper).async_sign_pdf(writer)
    return bytes(made.getvalue())


def written_over(pdf: bytes, words: str) -> bytes:
    """The file with other words on its first page, as an update at its end: what was signed is still there."""
    writer, out = IncrementalPdfFileWriter(io.BytesIO(pdf)), io.BytesIO()
    page = writer.root["/Pages"]["/Kids"][0]
    drawn = generic.StreamObject(stream_data=f"BT 100 700 Td ({words}) Tj ET".encode())
    page[generic.pdf_name("/Contents")] = writer.add_object(drawn)
    writer.update_container(page)
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def with_revocation(pdf: bytes, of: Holder, by: Holder, at: datetime) -> bytes:
    """The file with the authority's list that says of when the holder's certificate is worth nothing."""
    revoked = x509.RevokedCertificateBuilder().serial_number(of.certificate.serial_number).revocation_date(at).build()
    listed = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(at)
        .next_update(at + YEAR)
        .add_revoked_certificate(revoked)
        .sign(by.key, hashes.SHA256())
    )
    out = io.BytesIO(pdf)
    crl = asn1_crl.CertificateList.load(listed.public_bytes(Encoding.DER))
    DocumentSecurityStore.add_dss(out, None, certs=[], ocsps=[], crls=[crl])
    return out.getvalue()
