"""What decisions and certificates need of the world around: rows to ask, and papers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services.approval.domain.decision_terms import Paper, Seal
from services.chassis.eventlog.database import Database

Seals = Callable[[Database, str], Seal | None]
"""Asks for a seal as catalog has registered or suspended it."""
Unserved = Callable[[Database, str], Sequence[str]]
"""Asks for the certificates of a case that have not reached their holder."""

Holder = Callable[[Database, str], str]
"""Asks for the reference of who applied in a case; empty when intake's word has not come."""


@dataclass(frozen=True)
class DecisionWords:
    """Everything a decision's document prints."""

    decision_no: str
    document: str
    title: str
    paragraphs: Sequence[str]
    department: str
    subject: str
    at: datetime


@dataclass(frozen=True)
class CertificateWords:
    """Everything a certificate prints. No particulars of its holder."""

    certificate_no: str
    title: str
    item: str
    department: str
    project_no: str
    subject: str
    valid_from: date
    valid_to: date | None
    at: datetime


@dataclass(frozen=True)
class Checked:
    """What a file's signature says."""

    signed: bool
    intact: bool
    """No byte that was signed has changed, and nothing was added behind it."""
    trusted: bool
    """Signed with the house's own certificate, present or former."""
    signer: str = ""
    """Common name of who signed; only when it is intact."""


class Papers(Protocol):
    """Makes files and keeps them; each has a verification code of its own, drawn at random."""

    def decision(self, words: DecisionWords) -> Paper:
        """Render a decision. It is not signed yet: the seal does that."""
        ...

    def sealed(self, document_hash: str, seal: str, place: str) -> str:
        """Sign a rendered decision under this seal and give the hash of the signed file."""
        ...

    def certificate(self, words: CertificateWords) -> Paper:
        """Render a certificate and sign it."""
        ...

    def file(self, digest: str) -> bytes:
        """Give a file by its hash.

        Raises:
            NotFoundError: there is none.
        """
        ...

    def check(self, file: bytes) -> Checked:
        """Say of any bytes whether they are a signed file, whole, and ours."""
        ...
