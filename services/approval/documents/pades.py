"""Signs files (PAdES B-B) and checks signatures, by pyHanko. It takes a second to load.

pyHanko's work is written as coroutines that wait for nothing here: no time stamp server, no
revocation list, the key in memory. They run on a loop of their own that has no selector, so that
they neither need asyncio's (eventlet replaces what it stands on) nor let anybody else in between.
"""

from __future__ import annotations

import io
from asyncio import base_events
from collections.abc import Coroutine, Sequence
from typing import Any, Final, TypeVar

from asn1crypto import keys, parser
from asn1crypto import x509 as asn1
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

T = TypeVar("T")

FIELD: Final = "Seal"
UNSIGNED: Final = Checked(False, False, False)


class Signatures:
    """Puts signatures under files and checks them; trusts the certificates it is given."""

    def __init__(
        self,
        key: keys.PrivateKeyInfo,
        certificate: asn1.Certificate,
        others: Sequence[asn1.Certificate],
    ) -> None:
        """`others`: the signer's issuers, and former signers."""
        self._trusted = [certificate, *others]
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # of a typed library
        store.register_multiple(others)
        self._signer = signers.SimpleSigner(
            signing_cert=certificate, signing_key=key, cert_registry=store
        )

    def sign(self, file: bytes, *, reason: str, place: str) -> bytes:
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
            trust = ValidationContext(trust_roots=self._trusted, allow_fetching=False)
            status: PdfSignatureStatus = _complete(
                async_validate_pdf_signature(found[-1], signer_validation_context=trust)
            )
        except (PdfError, SigningError, SignatureValidationError, ValueError, KeyError, TypeError):
            return UNSIGNED
        except (IndexError, AttributeError, RecursionError, NotImplementedError):
            return UNSIGNED  # what malformed files make of a parser
        intact = bool(status.intact and status.valid) and _covers(found[-1], file)
        name = common_name(status.signing_cert) if intact else ""
        return Checked(True, intact, intact and bool(status.bottom_line), name)


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


def common_name(certificate: Any) -> str:
    """Say whose certificate it is."""
    return str(certificate.subject.native.get("common_name", ""))
