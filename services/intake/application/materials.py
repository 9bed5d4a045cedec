"""What intake can be told of materials: they came, will not do, are reused, come later, go back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from services.chassis.deadlines import Due, cancel_deadlines, set_deadline
from services.chassis.errors import ConflictError
from services.chassis.eventlog.application import command
from services.chassis.projection import Change
from services.chassis.storage import file_field
from services.intake.application.cases import Cases, Receipt
from services.intake.application.seen import check_seen
from services.intake.domain.agency_terms import AgencyScope
from services.intake.domain.case import Case
from services.intake.domain.checklists import Missing, asked, missing
from services.intake.domain.clocks import breach_at, count
from services.intake.domain.material_events import Form, RejectionGround
from services.intake.domain.material_terms import (
    OWN_PROMISE_DAYS,
    CaseOverError,
    Certificate,
    Needed,
    OwnPromiseError,
    PromiseDayError,
    Stored,
)
from services.intake.domain.materials import MaterialFile
from services.intake.domain.rules import NotBegunError
from services.intake.domain.terms import CaseState
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Kind
from services.kernel.clock.due import LAST_SECOND
from services.kernel.clock.hours import legal_date
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id
from services.kernel.limits import Limit
from services.kernel.times import SHANGHAI

UNKEPT: Final = "material_promise"
"""Due in the second after a promise's last one; the key is `<project_no>/<material_code>`."""
NOTE: Final = "material_note:"
"""Begins the vault field with what a clerk says of a rejected material."""
OWN: Final = frozenset({"applicant", "agent"})
"""Roles that promise of their own accord."""
_RACES: Final = 3


@dataclass(frozen=True)
class MaterialDone:
    """Where a material stands after a command."""

    project_no: str
    material_code: str
    state: str
    stream: str
    version: int
    due_on: date | None = None
    content_hash: str = ""


@dataclass(frozen=True)
class Checklist:
    """What a case needs, what came, and what is missing."""

    case: Case
    item_version: int
    """The version it is bound to; before its acceptance the one in force. 0: none is known."""
    needed: Sequence[Needed]
    file: MaterialFile
    missing: Sequence[Missing]


class Materials(Cases):
    """The materials of cases."""

    if TYPE_CHECKING:  # what cases give to the whole of intake

        def case_for(
            self, facts: Facts, project_no: str, scope: AgencyScope | None = None
        ) -> Case: ...

        def withdraw_case(self, facts: Facts, project_no: str) -> Receipt: ...

    @command
    def receive_material(
        self,
        facts: Facts,
        project_no: str,
        code: str,
        form: Form,
        copies: int,
        stored: Stored | None = None,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> MaterialDone:
        """Take a material in, on paper or as a file. The same file again changes nothing."""
        found = self._open_checklist(facts, project_no, seen)
        found.file.receive(
            self._about_case(facts, found.case), asked(found.needed, code), form, copies, stored
        )
        done = self._file_material(found.file, code)
        self._judge_again(self._about_case(facts, found.case), found.case)
        return done

    def receive_file(
        self,
        facts: Facts,
        project_no: str,
        code: str,
        stored: Stored,
        store: Callable[[Case, str], Sequence[Change]],
        *,
        key: str | None = None,
    ) -> MaterialDone:
        """Take a file in: nothing is stored that would be refused, or that is here already.

        Args:
            store: stores the file of a case under a vault field, before anything is decided about
                it; gives what has to commit with the event.
        """
        with self.unit_of_work() as rehearsal:
            mark = rehearsal.mark()
            before = self.receive_material(facts, project_no, code, Form.ELECTRONIC, 1, stored)
            new = len(rehearsal.facts) > mark.facts
            rehearsal.back_to(mark)
        if not new:
            return before
        case = self.case_of(project_no)
        changes = store(case, file_field(code, stored.content_hash))
        for left in range(_RACES, 0, -1):
            try:
                with self.unit_of_work() as uow:
                    known = len(uow.facts)
                    done = self.receive_material(
                        facts, project_no, code, Form.ELECTRONIC, 1, stored, key=key
                    )
                    if (
                        len(uow.facts) > known
                    ):  # somebody who brought the same meanwhile keeps theirs
                        self.change(*changes)
                return done
            except ConflictError:
                if left == 1:
                    raise
        raise AssertionError("unreachable")

    @command
    def reject_material(
        self,
        facts: Facts,
        project_no: str,
        code: str,
        ground: RejectionGround,
        note: str = "",
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> MaterialDone:
        """Say that what came will not do; what is said beyond the ground goes to the vault."""
        found = self._open_checklist(facts, project_no, seen)
        found.file.reject(self._about_case(facts, found.case), code, ground, has_note=bool(note))
        self._note(found.case.subject_id, NOTE + code, note)
        return self._file_material(found.file, code)

    @command
    def reuse_material(
        self,
        facts: Facts,
        project_no: str,
        code: str,
        certificate: Certificate,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> MaterialDone:
        """Take a certificate of the library instead of a paper (电子证照库)."""
        found = self._open_checklist(facts, project_no, seen)
        found.file.reuse(
            self._about_case(facts, found.case), asked(found.needed, code), certificate
        )
        done = self._file_material(found.file, code)
        self._judge_again(self._about_case(facts, found.case), found.case)
        return done

    @command
    def promise_material(
        self,
        facts: Facts,
        project_no: str,
        code: str,
        due_on: date,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> MaterialDone:
        """Let a material come later (容缺受理); on a day off it may still come on the next day.

        A clerk lets it come later. An applicant promises it before the acceptance, and a clerk who
        does not agree asks for it in the one notice: no rule accepts on a promise.

        Raises:
            PromiseDayError: the day is not ahead.
            OwnPromiseError: the applicant promises too late, or for too late.
        """
        found = self._open_checklist(facts, project_no, seen)
        if due_on <= legal_date(facts.occurred_at):
            raise PromiseDayError("a promise is for a day that lies ahead", "due_on")
        calendar = self._catalog(()).calendar
        day = calendar.next_working_day(due_on)
        if facts.actor.role in OWN:
            if found.case.state not in (CaseState.DRAFT, CaseState.SUBMITTED):
                raise OwnPromiseError("a promise of one's own comes before the acceptance")
            if due_on > own_promise_until(facts.occurred_at, calendar):
                raise OwnPromiseError("this is too far ahead", "due_on")
        found.file.promise(self._about_case(facts, found.case), asked(found.needed, code), day)
        return self._file_material(found.file, code)

    @command
    def return_material(
        self,
        facts: Facts,
        project_no: str,
        code: str,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> MaterialDone:
        """Say that what came went back to who brought it; possible also after the case."""
        case = self.case_of(project_no)
        file = self.materials_of(project_no)
        check_seen(self, file, seen)
        file.give_back(self._about_case(facts, case), code)
        return self._file_material(file, code)

    def checklist(self, project_no: str, at: datetime) -> Checklist:
        """Say what a case needs and where each of it stands.

        Raises:
            NotBegunError: there is no such case.
        """
        case = self.case_of(project_no)
        version = case.item_version or 0
        if not version:
            listed = self._catalog({case.item_code}).items.get(case.item_code)
            in_force = listed.in_force(at) if listed else None
            version = in_force.item_version if in_force else 0
        needed = self.needed_of(case.item_code, version) if version else ()
        file = self.materials_of(project_no)
        return Checklist(case, version, needed, file, missing(needed, file.held))

    def case_of(self, project_no: str) -> Case:
        """Give a case.

        Raises:
            NotBegunError: there is none of this number, or not yet.
        """
        case = self.find(Case, stream_id("case", project_no))
        if case is None:
            raise NotBegunError("there is no such case, or not yet")
        return case

    def same_person(self, subject_id: str) -> list[str]:
        """Give the subject ids of who this is, as far as their number was verified."""
        with self.database.transaction() as cursor:
            return self.openings.same_person(cursor.connection, subject_id)

    def fire(self, due: Due) -> None:
        """End what a promise of materials is due for; other deadlines go on."""
        if due.kind != UNKEPT:
            super().fire(due)
            return
        project_no, _, code = due.key.partition("/")
        file = self.materials_of(project_no)
        case = self.case_of(project_no)
        drafted = case.state is CaseState.DRAFT
        if not (case.is_open or drafted):
            return
        actor = Actor(ActorKind.TIMER, "intake")
        facts = self._about_case(Facts(due.due_at, project_no, actor, due.id), case)
        if file.lapse(facts, code):
            self.keep(file)
            if not drafted:  # nothing was applied for yet that could be withdrawn
                self._deem_withdrawn(facts, project_no)

    def _deem_withdrawn(self, facts: Facts, project_no: str) -> None:
        """End the case as if the applicant had withdrawn it (视为撤回申请, DOMAIN.md 2.1.4)."""
        self.withdraw_case(facts, project_no)

    def _open_checklist(self, facts: Facts, project_no: str, seen: int | None = None) -> Checklist:
        found = self.checklist(project_no, facts.occurred_at)
        if not found.case.is_open and found.case.state.value != "draft":
            raise CaseOverError("the case is over, nothing is handed in any more", "project_no")
        check_seen(self, found.file, seen)
        return found

    def _about_case(self, facts: Facts, case: Case) -> Facts:
        return replace(
            facts, subject=case.project_no, region=self._region, department=case.department
        )

    def _file_material(self, file: MaterialFile, code: str) -> MaterialDone:
        """Keep what came; a promise that is open has a deadline."""
        held = file.held[code]
        deadline = f"{file.project_no}/{code}"
        if held.promise_open and held.due_on is not None:
            self.change(set_deadline(UNKEPT, deadline, _end_of(held.due_on)))
        elif held.due_on is not None:
            self.change(cancel_deadlines((UNKEPT,), deadline))
        self.keep(file)
        return MaterialDone(
            file.project_no,
            code,
            held.state.value,
            str(file.id),
            file.version,
            held.due_on,
            held.content_hash,
        )


def own_promise_until(at: datetime, calendar: WorkCalendar) -> date:
    """Give the last day an applicant may promise a material for."""
    return legal_date(count(Kind.NOTICE, Limit(OWN_PROMISE_DAYS), at, calendar).at)


def _end_of(day: date) -> datetime:
    """Give the first moment after a day, at which its promise is over."""
    return breach_at(datetime.combine(day, LAST_SECOND, SHANGHAI))
