"""What intake takes and answers over HTTP about materials."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec

from services.chassis.web import PageQuery
from services.intake.answers import Number, Short
from services.intake.application.materials import Checklist
from services.intake.case_answers import Act
from services.intake.domain.material_events import RejectionGround
from services.intake.domain.material_terms import Certificate, Held, Needed

Note = Annotated[str, msgspec.Meta(max_length=1000)]


class ReceivePaper(Act, frozen=True, kw_only=True):
    """A material that came on paper."""

    copies: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1


class RejectMaterial(Act, frozen=True, kw_only=True):
    """A material that will not do."""

    reason: RejectionGround
    note: Note = ""
    """What is to be said beyond; goes to the vault, the event says only that there is one."""


class ReuseCertificate(Act, frozen=True, kw_only=True):
    """A certificate of the library, instead of a paper."""

    certificate_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class PromiseMaterial(Act, frozen=True, kw_only=True):
    """A material that comes later (容缺受理)."""

    due_on: date
    """Last day; when nobody works on it, the next working day is."""


class MaterialQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list of materials."""

    state: Annotated[
        str, msgspec.Meta(pattern="^(|received|rejected|reused|promised|returned)$")
    ] = ""
    department: Short = ""
    project_no: Number = ""


class DownloadQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which file, when several came one after the other; the newest when absent."""

    hash: Annotated[str, msgspec.Meta(pattern="^(|[0-9a-f]{64})$")] = ""


class MaterialTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the material stands now."""

    project_no: str
    material_code: str
    state: str
    event: str
    position: int | None = None
    due_on: date | None = None
    content_hash: str = ""
    version: int = 0
    """Of the case's materials after this; say it as `expected_version` in the next act."""


class MaterialLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One material of the list, and where it stands."""

    material_code: str
    name: str
    required: bool
    shared: bool
    """The office gets it by data sharing: it may not be demanded."""
    state: str
    """`absent`, `shared`, or where it stands: received, rejected, reused, promised, returned."""
    wanted_form: str = ""
    originals: int = 0
    wanted_copies: int = 0
    source: str = ""
    form: str = ""
    copies: int = 0
    content_hash: str = ""
    size_bytes: int = 0
    media_type: str = ""
    certificate_id: str = ""
    reason: str = ""
    due_on: date | None = None
    lapsed: bool = False


class MissingLine(msgspec.Struct, frozen=True):
    """One thing that is to be brought or mended."""

    material_code: str
    name: str
    required: bool
    what: str


class CertificateLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A certificate of the applicant that may stand in for a paper."""

    certificate_id: str
    item_code: str
    valid_to: date | None = None


class ChecklistView(msgspec.Struct, frozen=True):
    """The checklist of a case."""

    project_no: str
    item_code: str
    item_version: int
    complete: bool
    """Nothing that is required is missing."""
    materials: list[MaterialLine]
    missing: list[MissingLine]
    certificates: list[CertificateLine]
    """Of the library, holding now."""
    version: int = 0
    """Of the materials together: any change of one of them is a change."""


def checklist_view(
    found: Checklist, certificates: list[Certificate], at: datetime
) -> ChecklistView:
    """Show a checklist; what came and the list does not ask for any more stands at the end."""
    asked = {one.material_code for one in found.needed}
    held = found.file.held
    lines = [_line(one, held.get(one.material_code)) for one in found.needed]
    lines += [
        _line(Needed(code, one.name, required=False), one)
        for code, one in held.items()
        if code not in asked
    ]
    return ChecklistView(
        project_no=found.case.project_no,
        item_code=found.case.item_code,
        item_version=found.item_version,
        complete=not any(one.required for one in found.missing),
        materials=lines,
        missing=[
            MissingLine(one.material_code, one.name, one.required, one.what)
            for one in found.missing
        ],
        certificates=[
            CertificateLine(one.certificate_no, one.item_code, one.valid_to)
            for one in certificates
            if one.holds(at)
        ],
        version=found.file.version,
    )


def _line(needed: Needed, held: Held | None) -> MaterialLine:
    base = MaterialLine(
        material_code=needed.material_code,
        name=needed.name,
        required=needed.required,
        shared=needed.shared,
        state="shared" if needed.shared else "absent",
        wanted_form=needed.form,
        originals=needed.originals,
        wanted_copies=needed.copies,
        source=needed.source,
    )
    if held is None:
        return base
    return msgspec.structs.replace(
        base,
        state=held.state.value,
        form=held.form.value if held.form else "",
        copies=held.copies,
        content_hash=held.content_hash,
        size_bytes=held.size_bytes,
        media_type=held.media_type,
        certificate_id=held.certificate_id,
        reason=held.ground.value if held.ground else "",
        due_on=held.due_on,
        lapsed=held.lapsed,
    )
