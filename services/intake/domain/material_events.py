"""What can happen to the materials of a case. Fields, units and sources: `contracts/intake/`."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum

from services.kernel.aggregate import Fact


class Form(Enum):
    """How a material came."""

    PAPER = "paper"
    ELECTRONIC = "electronic"
    LIBRARY = "library"
    """From the certificate library."""


class Scheme(Enum):
    """On what terms something may come later (DOMAIN.md 2.1.4)."""

    TOLERANCE = "tolerance"
    """容缺受理: not supplied in time, the application counts as withdrawn."""


class RejectionGround(Enum):
    """Why a material will not do. A closed list; what is to be said beyond goes to the vault."""

    INCOMPLETE = "incomplete"
    ILLEGIBLE = "illegible"
    EXPIRED = "expired"
    WRONG_DOCUMENT = "wrong_document"
    NOT_ORIGINAL = "not_original"
    UNSIGNED = "unsigned"
    WRONG_FORM = "wrong_form"
    MISMATCH = "mismatch"
    """It contradicts the application."""
    OTHER = "other"


class MaterialReceived(Fact):
    """A material came: on paper, or as a file of which this is the hash."""

    TOPIC = "intake.material-received.v1"

    project_no: str
    material_code: str
    name: str
    copies: int
    form: Form
    received_at: datetime
    content_hash: str | None = None
    size_bytes: int | None = None
    media_type: str | None = None
    data_source: str | None = None
    row_guid: str | None = None
    """Set when an outside system reports it; the file, if it is one, stays there."""


class MaterialRejected(Fact):
    """What came will not do."""

    TOPIC = "intake.material-rejected.v1"

    project_no: str
    material_code: str
    name: str
    reason: RejectionGround
    has_note: bool | None = None


class MaterialReusedFromLibrary(Fact):
    """A certificate that was issued before stands in for the paper: nobody brings it again."""

    TOPIC = "intake.material-reused-from-library.v1"

    project_no: str
    material_code: str
    name: str
    certificate_id: str


class MaterialPromised(Fact):
    """It may come later; until the end of that day it counts as not missing."""

    TOPIC = "intake.material-promised.v1"

    project_no: str
    material_code: str
    name: str
    due_on: date
    scheme: Scheme


class MaterialPromiseLapsed(Fact):
    """The day ended and it had not come: the application counts as withdrawn."""

    TOPIC = "intake.material-promise-lapsed.v1"

    project_no: str
    material_code: str
    name: str
    due_on: date


class MaterialReturned(Fact):
    """What came went back to who brought it."""

    TOPIC = "intake.material-returned.v1"

    project_no: str
    material_code: str
    name: str


class MaterialRetracted(Fact):
    """The outside system that had reported a material took that back."""

    TOPIC = "intake.material-retracted.v1"

    project_no: str
    material_code: str
    data_source: str
    row_guid: str


FACTS: tuple[type[Fact], ...] = (
    MaterialReceived,
    MaterialRejected,
    MaterialReusedFromLibrary,
    MaterialPromised,
    MaterialPromiseLapsed,
    MaterialReturned,
    MaterialRetracted,
)
"""All of them; intake publishes each."""
