"""What disclosure can be told of records somebody wants corrected, and of their own data here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hmac import compare_digest
from typing import Final

from services.chassis.errors import NotFoundError, RuleError
from services.chassis.eventlog.application import command
from services.chassis.vault import (
    Action,
    Hold,
    Opening,
    Openings,
    Purpose,
    exported_since_stored,
    recording,
)
from services.disclosure.application.foi import FoiDone, FoiRequests, applicant_of, digest_of
from services.disclosure.domain.erasure import ErasureGround, Subject
from services.disclosure.domain.foi import FoiRequest, foi_stream
from services.disclosure.domain.foi_errors import IncompleteRequestError
from services.disclosure.domain.own_records import (
    RecordCorrection,
    RecordOutcome,
    record_stream,
)
from services.kernel.facts import Facts

WRONG: Final = "record_text"
"""The vault field with what is wrong and what is right, in the person's words."""
EVIDENCE: Final = "record_evidence"
"""The vault field with what shows it."""
REQUIRED: Final = ("name", "document_no", "phone", WRONG, EVIDENCE)
NAMED: Final = 20
"""So many holds are named in a refusal."""


@dataclass(frozen=True)
class SubjectErasure:
    """What was erased: everybody who is this person."""

    subject_ids: list[str]
    stream: str
    version: int


class OwnRecords(FoiRequests):
    """Corrections of one's own record (art. 41), and the rights of a person (PIPL 45 to 47)."""

    @command
    def ask_record_correction(
        self,
        facts: Facts,
        correction_no: str,
        code: str,
        told: Mapping[str, str],
        *,
        account: str = "",
        key: str | None = None,
    ) -> FoiDone:
        """Take an application in; who asks, and for what, goes to the vault and nowhere else."""
        missing = next((name for name in REQUIRED if not told.get(name, "").strip()), "")
        if missing:
            raise IncompleteRequestError("name, number, contact, what is wrong, evidence", missing)
        record = self.find(RecordCorrection, record_stream(correction_no))
        record = record or RecordCorrection.of(correction_no)
        subject_id = applicant_of(correction_no)
        record.ask(
            self._here(facts),
            correction_no,
            subject_id=subject_id,
            code_digest=digest_of(correction_no, code),
            account=account or None,
        )
        self.change(self._vault.introducing(subject_id, told))
        self.change(self._vault.holding(subject_id, correction_no))
        return self._file_own_record(record)

    @command
    def decide_record_correction(
        self,
        facts: Facts,
        correction_no: str,
        outcome: RecordOutcome,
        letter_no: str,
        authority: str = "",
        *,
        key: str | None = None,
    ) -> FoiDone:
        """Answer it; from then on the person may have their data erased."""
        record = self.record_correction(correction_no)
        record.decide(self._here(facts), outcome, letter_no, authority)
        self.change(self._vault.releasing(record.subject_id, correction_no))
        return self._file_own_record(record)

    def record_correction(self, correction_no: str) -> RecordCorrection:
        """Give an application.

        Raises:
            NotFoundError: there is none.
        """
        record = self.find(RecordCorrection, record_stream(correction_no))
        if record is None:
            raise NotFoundError("there is no such application")
        return record

    def record_correction_by_code(self, correction_no: str, code: str) -> RecordCorrection:
        """Give an application to who knows its code; a wrong code is as good as none.

        Raises:
            NotFoundError: there is none, or the code is another.
        """
        record = self.find(RecordCorrection, record_stream(correction_no))
        known = record.code_digest if record is not None else ""
        if not compare_digest(known, digest_of(correction_no, code)) or record is None:
            raise NotFoundError("no application has this number and this code")
        return record

    def record_texts(self, record: RecordCorrection, opening: Opening) -> Mapping[str, str]:
        """Give who asks and for what; the opening is written down."""
        return self._opened(record.subject_id, opening)

    @property
    def openings(self) -> Openings:
        """The way for people to personal data."""
        return Openings(self._vault, self.database)

    def named(self, holds: Iterable[Hold]) -> list[Hold]:
        """Say of each hold what it is: the vault knows only that a number stands."""
        return [
            replace(one, kind=self._kind_of(one.reason)) if one.kind == "case" else one
            for one in holds
        ]

    @command
    def erase_subject(
        self, facts: Facts, subject_id: str, ground: ErasureGround, *, key: str | None = None
    ) -> SubjectErasure:
        """Erase a person under every reference their verified number stands under.

        Keys, fields and index entries go in the transaction that says so in the log.

        Raises:
            NotFoundError: there is no such person.
            RuleError: a request, an application, a reconsideration or a suit is open, or what is
                known was not exported for the archive.
        """
        with self.database.transaction() as cursor:
            connection = cursor.connection
            ids = self.openings.same_person(connection, subject_id)
            holds = self.named(self._vault.holds(connection, ids))
            exported = exported_since_stored(connection, ids, Purpose.ARCHIVE.value)
        if not holds and self.find(Subject, Subject.of(subject_id).id) is None:
            raise NotFoundError("nothing is known about this person")
        _refuse_held(holds)
        if ground is not ErasureGround.UNLAWFUL and not exported:
            raise RuleError(
                "the file goes to the archive first: export with purpose=archive, then erase",
                rule="archive_first",
            )
        opening = Opening(
            facts.actor.id, facts.actor.role, Purpose.SUBJECT_REQUEST, facts.correlation_id
        )
        self.change(self._vault.erasing(ids), recording(opening, Action.ERASE, ids))
        found: dict[str, Subject] = {}
        for one in ids:
            person = self.find(Subject, Subject.of(one).id) or Subject.of(one)
            person.erase(self._here(replace(facts, subject=one)), one, ground)
            self.keep(person)
            found[one] = person
        asked = found[subject_id]
        return SubjectErasure(ids, str(asked.id), asked.version)

    def _kind_of(self, number: str) -> str:
        if self.find(RecordCorrection, record_stream(number)) is not None:
            return "record_correction"
        known = self.find(FoiRequest, foi_stream(number)) is not None
        return "request" if known else "case"

    def _file_own_record(self, record: RecordCorrection) -> FoiDone:
        self.keep(record)
        state = "received" if record.outcome is None else record.outcome.value
        return FoiDone(record.correction_no, state, str(record.id), record.version)


def _refuse_held(holds: Sequence[Hold]) -> None:
    standing = [one for one in holds if one.released_at is None]
    if standing:
        named = ", ".join(f"{one.kind} {one.reason}" for one in standing[:NAMED])
        more = f" and {len(standing) - NAMED} more" if len(standing) > NAMED else ""
        raise RuleError(
            f"nothing is erased while these stand: {named}{more}",
            rule="held",
            holds=len(standing),
        )
