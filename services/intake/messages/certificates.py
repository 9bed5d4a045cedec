"""Approval's certificates as intake reads them: the certificate library (电子证照库). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

CERTIFICATE_ISSUED: Final = "approval.certificate-issued.v1"


class CertificateIssued(msgspec.Struct, frozen=True):
    """A certificate that may stand in for a paper from now on."""

    certificate_no: str
    item_code: str = ""
    subject_id: str = ""
    """Empty: whose it is is not said, so nobody can reuse it."""
    valid_to: date | None = None


class CertificateEnded(msgspec.Struct, frozen=True):
    """A certificate that holds no more, for whatever reason."""

    certificate_no: str


CERTIFICATE_READS: Final[Mapping[str, type[msgspec.Struct]]] = {
    CERTIFICATE_ISSUED: CertificateIssued,
    **{
        f"approval.certificate-{how}.v1": CertificateEnded
        for how in ("superseded", "revoked", "cancelled", "withdrawn", "transferred", "expired")
    },
}
"""What the library is made of; a part of `messages.READS`."""
