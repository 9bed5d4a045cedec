"""Stories of a case's materials, so that every event class of them happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.intake.domain.material_events import Form, RejectionGround
from services.intake.domain.materials import MaterialFile
from services.intake.domain.records import MaterialSaid, Operation, RecordKind, Row
from services.kernel.aggregate import Aggregate
from tests.unit.facts import COUNTY, NOW
from tests.unit.intake.papers import CERTIFICATE, DUE_ON, LICENCE, PLAN, by_clerk, file_of, stored
from tests.unit.intake.rows import later


def brought() -> MaterialFile:
    """A file that will not do, its better version, a plan on paper that goes back."""
    file = file_of("case-31")
    file.receive(by_clerk(), LICENCE, Form.ELECTRONIC, 1, stored("a"))
    file.reject(by_clerk(later(1)), LICENCE.material_code, RejectionGround.ILLEGIBLE, has_note=True)
    file.receive(by_clerk(later(2)), LICENCE, Form.ELECTRONIC, 1, stored("b"))
    file.receive(by_clerk(later(2)), PLAN, Form.PAPER, 2)
    file.give_back(by_clerk(later(3)), PLAN.material_code)
    return file


def promised() -> MaterialFile:
    """One from the library, one promised that never came."""
    file = file_of("case-32")
    file.reuse(by_clerk(), LICENCE, CERTIFICATE)
    file.promise(by_clerk(), PLAN, DUE_ON)
    file.lapse(by_clerk(later(9)), PLAN.material_code)
    return file


def reported() -> MaterialFile:
    """An outside system says it came, and takes that back."""
    file = file_of("case-34")
    said = MaterialSaid(PLAN.name, "paper", 2, NOW)
    row = Row(RecordKind.MATERIAL, COUNTY.id, "row-9", Operation.INSERT, NOW)
    file.report(by_clerk(), PLAN.material_code, said, row)
    file.retract(by_clerk(later(1)), row)
    return file


MATERIAL_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "intake-brought-materials": brought,
    "intake-promised-materials": promised,
    "intake-reported-materials": reported,
}
