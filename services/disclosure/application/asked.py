"""What is asked for under a number and a code, by somebody who stands in the vault only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import TypeVar
from uuid import UUID

from services.chassis.errors import NotFoundError
from services.disclosure.application.entries import Entries
from services.disclosure.domain.foi import FoiRequest
from services.disclosure.domain.foi_errors import IncompleteRequestError
from services.disclosure.domain.own_records import RecordCorrection
from services.kernel.identifiers import stream_id

A = TypeVar("A", FoiRequest, RecordCorrection)


@dataclass(frozen=True)
class FoiDone:
    """What was done, and where it stands."""

    key: str
    state: str
    stream: str
    version: int


class Asked(Entries):
    """Takes in who asks, and finds again what was asked."""

    def _take_in(
        self, number: str, told: Mapping[str, str], required: Sequence[str], named: str
    ) -> str:
        """Put who asks, and for what, into the vault; they are kept until it is answered.

        Args:
            told: by vault field.
            named: what has to be there, in words.

        Returns:
            the reference to who asks.
        """
        missing = next((name for name in required if not told.get(name, "").strip()), "")
        if missing:
            raise IncompleteRequestError(named, missing)
        subject_id = applicant_of(number)
        self.change(self._vault.introducing(subject_id, told))
        self.change(self._vault.holding(subject_id, number))
        return subject_id

    def _asked(self, kind: type[A], stream: UUID) -> A:
        found = self.find(kind, stream)
        if found is None:
            raise NotFoundError("nothing was asked for under this number")
        return found

    def _asked_by_code(self, kind: type[A], stream: UUID, number: str, code: str) -> A:
        """Give it to who knows its code; a wrong code is as good as none."""
        found = self.find(kind, stream)
        known = found.code_digest if found is not None else ""
        if not compare_digest(known, digest_of(number, code)) or found is None:
            raise NotFoundError("nothing has this number and this code")
        return found


def applicant_of(number: str) -> str:
    """Give the reference to who asks; says nothing about the person."""
    return f"s-{stream_id('subject', f'foi/{number}').hex[:16]}"


def digest_of(number: str, code: str) -> str:
    """Give what is kept of a code; the code is too long to be guessed from it."""
    return sha256(f"{number}/{plain_code(code)}".encode()).hexdigest()


def plain_code(typed: str) -> str:
    """Give a code as it is compared, however it was typed."""
    return typed.upper().replace("-", "").replace(" ", "")
