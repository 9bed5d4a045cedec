"""The words of materials: what a list asks for, where a material stands, what is refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Final, Protocol

from services.intake.domain.material_events import Form, RejectionGround
from services.intake.domain.rules import IntakeRuleError
from services.kernel.clock.hours import legal_date


class MaterialState(Enum):
    """Where a material stands; what never came has none."""

    RECEIVED = "received"
    REJECTED = "rejected"
    REUSED = "reused"
    """Taken from the certificate library."""
    PROMISED = "promised"
    RETURNED = "returned"


OWN_PROMISE_DAYS: Final = 10
"""So many working days ahead an applicant may promise a material of their own accord; a clerk who
lets one come later names any day."""
IN_HAND: Final = frozenset({MaterialState.RECEIVED, MaterialState.REUSED})


@dataclass(frozen=True)
class Needed:
    """One paper the list of an item asks for."""

    material_code: str
    name: str
    required: bool = True
    form: str = ""
    """The list's own word: paper, electronic, or both; empty: it does not say."""
    originals: int = 0
    copies: int = 0
    source: str = ""
    shared: bool = False
    """The office gets it by data sharing, so it may not be demanded."""

    @property
    def media(self) -> frozenset[str]:
        """Kinds of files the list names in its form (`电子件(PDF)`); empty: it does not say."""
        low = self.form.lower()
        return frozenset(kind for word, kind in _MEDIA.items() if word in low)

    def takes(self, form: Form) -> bool:
        """Say whether it may come like this; a file is as good as paper (国务院令716号 art. 8)."""
        if form is not Form.PAPER or not self.form:
            return True
        return not (_says(self.form, _ELECTRONIC) and not _says(self.form, _PAPER))


@dataclass(frozen=True)
class Stored:
    """A file that was looked at and is about to be kept; the hash is of its clear bytes."""

    content_hash: str
    size_bytes: int
    media_type: str


@dataclass(frozen=True)
class Certificate:
    """One certificate of the library, as approval told of it."""

    certificate_no: str
    item_code: str
    subject_id: str
    valid_to: date | None = None
    """The last day it holds; None: without end."""
    ended: bool = False
    """Revoked, cancelled, withdrawn or replaced."""

    def holds(self, at: datetime) -> bool:
        """Say whether it holds at this moment."""
        return not self.ended and (self.valid_to is None or legal_date(at) <= self.valid_to)


@dataclass(frozen=True)
class Held:
    """Where one material stands."""

    material_code: str
    name: str
    state: MaterialState
    form: Form | None = None
    copies: int = 0
    content_hash: str = ""
    size_bytes: int = 0
    media_type: str = ""
    certificate_id: str = ""
    ground: RejectionGround | None = None
    due_on: date | None = None
    lapsed: bool = False
    """The promise was not kept in time."""

    @property
    def promise_open(self) -> bool:
        """Whether it was promised, is not here, and its day is not over."""
        return self.due_on is not None and not self.lapsed and self.state not in IN_HAND


@dataclass(frozen=True)
class Filed:
    """A file that came once."""

    name: str
    """Name of the material when it came."""
    media_type: str
    size_bytes: int


class Library(Protocol):
    """The certificate library (电子证照库)."""

    def of(self, subject_ids: Collection[str]) -> list[Certificate]:
        """Give the certificates of a person, who may stand under several ids; none is normal."""
        ...


class MaterialNotAskedError(IntakeRuleError):
    """The list of the item does not ask for this."""

    code = "material_not_asked"


class SharedMaterialError(IntakeRuleError):
    """It is to be had by data sharing and may not be demanded."""

    code = "material_shared"


class MaterialNotTakenError(IntakeRuleError):
    """What was said of the material does not fit where it stands."""

    code = "material_state"


class CaseOverError(IntakeRuleError):
    """Nothing is handed in for a case that is over."""

    code = "case_over"


class PromiseDayError(IntakeRuleError):
    """A promise is for a day that lies ahead."""

    code = "promise_day"


class OwnPromiseError(IntakeRuleError):
    """An applicant promises before the acceptance alone, for a day not too far ahead."""

    code = "own_promise"


class FileRefusedError(IntakeRuleError):
    """The file is empty, not of a type that is taken, or not what it says it is."""

    code = "file_refused"


_MEDIA = {
    "pdf": "pdf",
    "ofd": "ofd",
    "png": "png",
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "doc": "docx",
    "word": "docx",
    "xls": "xlsx",
    "excel": "xlsx",
}
_ELECTRONIC = ("电子", "electronic")
_PAPER = ("纸", "paper", "both", "均可")


def _says(text: str, words: tuple[str, ...]) -> bool:
    low = text.lower()
    return any(word in low for word in words)
