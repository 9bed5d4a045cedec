"""Stories of records somebody wants corrected, and of somebody who asked and was erased."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.disclosure.domain import RecordCorrection, Subject
from services.disclosure.domain.own_records import RecordOutcome
from services.kernel.aggregate import Aggregate
from services.kernel.erasure import ErasureGround
from tests.unit.disclosure.foi_world import OFFICER, by

NUMBER = "G20200921000000001"


def asked() -> RecordCorrection:
    """Take an application in, of somebody signed in."""
    record = RecordCorrection.of(NUMBER)
    record.ask(
        by(OFFICER, "2020-09-21"),
        NUMBER,
        subject_id="s-0000000000000001",
        code_digest="0" * 64,
        account="account-7",
    )
    return record


def transferred() -> RecordCorrection:
    """Find that it is for another authority to correct."""
    record = asked()
    outcome = RecordOutcome.TRANSFERRED
    record.decide(by(OFFICER, "2020-09-25"), outcome, "GZ-2020-1", "县人力资源和社会保障局")
    return record


def erased() -> Subject:
    """Erase somebody's data."""
    person = Subject.of("s-0000000000000001")
    person.erase(by(OFFICER, "2020-10-25"), "s-0000000000000001", ErasureGround.CONSENT_WITHDRAWN)
    return person


OWN_RECORD_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "disclosure-transferred-record": transferred,
    "disclosure-erased-subject": erased,
}
