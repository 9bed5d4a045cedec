"""Signs files (PAdES B-B) and says of a signed file whether it is as it was signed.

pyHanko's work is written as coroutines that wait for nothing here: no time stamp server, no
revocation list, the key in memory. They run on a loop of their own that has no selector, so that
they neither need asyncio's (eventlet replaces what it stands on) nor let anybody else in between.
"""

from __future__ import annotations

import io
from asyncio import base_events
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from asn1crypto import keys, parser, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from services.approval.application.ports import Checked
from services.chassis.settings import SettingsError

T = TypeVar("T")

DEVELOPMENT_SIGNER: Final = "Banjian development signer - not for production"
"""Common name of the certificate a local run makes for itself; production refuses it."""
FIELD: Final = "Seal"


UNSIGNED: Final = Checked(False, False, False)


class FileSigner:
    """Signs with one key; trusts its own certificate and those it is told of."""

    def __init__(self, key_pem: bytes, chain_pem: bytes) -> None:
        """`chain_pem`: the signer's certificate first, then its issuers, then former signers'."""
        found = [asn1.Certificate.load(der) for _, _, der in pem.unarmor(chain_pem, multiple=True)]
        _, _, key = pem.unarmor(key_pem)
        self._certificate, *self._others = found
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # of a typed library
        store.register_multiple(self._others)
        self._signer = signers.SimpleSigner(
            signing_cert=self._certificate,
            signing_key=keys.PrivateKeyInfo.load(key),
            cert_registry=store,
        )

    @property
    def common_name(self) -> str:
        """Who signs."""
        return _common_name(self._certificate)

    @classmethod
    def from_files(cls, key_file: str, cert_file: str, *, production: bool) -> FileSigner:
        """Read key (PKCS 8, PEM) and certificates (PEM).

        Raises:
            SettingsError: a file is missing or unreadable, or production was given the certificate
                of a local run.
        """
        try:
            signer = cls(Path(key_file).read_bytes(), Path(cert_file).read_bytes())
        except (OSError, ValueError) as error:
            raise SettingsError([f"the signing key or certificate: {error}"]) from error
        if production and signer.common_name == DEVELOPMENT_SIGNER:
            raise SettingsError(
                ["BANJIAN_SIGNING_CERT_FILE is the development certificate, production refuses it"]
            )
        return signer

    def sign(self, file: bytes, *, reason: str, place: str) -> bytes:
        """Give the file with a signature over all of it.

        The time in it is the machine's: there is no time stamp authority. The event has the
        legal one.
        """
        meta = signers.PdfSignatureMetadata(
            field_name=FIELD,
            reason=reason,
            location=place,
            subfilter=fields.SigSeedSubFilter.PADES,
            md_algorithm="sha256",
        )
        work = signers.PdfSigner(meta, self._signer).async_sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(file))
        )
        signed: io.BytesIO = _complete(work)
        return signed.getvalue()

    def check(self, file: bytes) -> Checked:
        """Say of a file whether it is signed, whole, and ours; of any bytes."""
        try:
            reader = PdfFileReader(io.BytesIO(file), strict=False)
            found = reader.embedded_signatures
            if not found:
                return UNSIGNED
            trust = ValidationContext(
                trust_roots=[self._certificate, *self._others], allow_fetching=False
            )
            status: PdfSignatureStatus = _complete(
                async_validate_pdf_signature(found[-1], signer_validation_context=trust)
            )
        except (PdfError, SigningError, SignatureValidationError, ValueError, KeyError, TypeError):
            return UNSIGNED
        except (IndexError, AttributeError, RecursionError, NotImplementedError):
            return UNSIGNED  # what malformed files make of a parser
        intact = bool(status.intact and status.valid) and _covers(found[-1], file)
        name = _common_name(status.signing_cert) if intact else ""
        return Checked(True, intact, intact and bool(status.bottom_line), name)


def development_pair(now: datetime) -> tuple[bytes, bytes]:
    """Make a key and a certificate for a local run (PEM), valid ten years. Nobody trusts it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DEVELOPMENT_SIGNER)])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - timedelta(minutes=5))
        .not_valid_after(now.astimezone(UTC) + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private, made.public_bytes(serialization.Encoding.PEM)


class _Still:
    """The selector of a loop nobody waits on."""

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None or timeout > 0:
            raise RuntimeError("signing waits for nothing")
        return []


class _Loop(base_events.BaseEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self._selector = _Still()

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody sleeps."""


def _complete(work: Coroutine[Any, Any, T]) -> T:
    loop = _Loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


def _covers(signature: EmbeddedPdfSignature, file: bytes) -> bool:
    """Say whether the signature reaches to the end of the file, and nothing hides in its own gap.

    The room kept for a signature is larger than it; what pads it is no part of what was signed.
    """
    first, length, second, rest = (int(number) for number in signature.byte_range)
    if first != 0 or second + rest != len(file):
        return False
    raw = bytes(signature.pkcs7_content)
    gap = bytes.fromhex(file[length + 1 : second - 1].decode("ascii"))
    return gap == raw and not raw[parser.peek(raw) :].strip(b"\0")


def _common_name(certificate: Any) -> str:
    return str(certificate.subject.native.get("common_name", ""))
