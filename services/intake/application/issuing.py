"""What intake can be told of results at the unified issuing window (统一窗口出件)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from hmac import compare_digest
from typing import Any, Final

import msgspec

from services.chassis.deadlines import Due, cancel_deadlines, set_deadline
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import command
from services.chassis.vault import Action, Opening, Purpose, recording
from services.intake.application.agency import Agencies
from services.intake.application.cases import stream_of
from services.intake.application.pickup import pickup_digest, pickup_digests
from services.intake.application.ratings import Done
from services.intake.domain.agency_terms import AgencyScope
from services.intake.domain.case import Case
from services.intake.domain.case_events import CaseReopened
from services.intake.domain.clocks import breach_at
from services.intake.domain.events import CaseCompleted
from services.intake.domain.issuing import Result, result_stream
from services.intake.domain.issuing_events import PickupCodeIssued, ResultShelved
from services.intake.domain.issuing_terms import (
    DECIDED_KINDS,
    Identity,
    NoResultError,
    NotForPickupError,
    ResultState,
    ReturnGround,
    collect_by,
)
from services.kernel.calendar import WorkCalendar
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identity_numbers import IdentityNumber, identity_of

UNCOLLECTED: Final = "result_uncollected"
"""Due when the days are over that a result waits; the key is the project_no."""
CLERK: Final = "clerk"
ISSUING_CLERK: Final = "issuing_clerk"
COLLECTED: Final = "window"
"""How the case is told that it was delivered."""
DECIDED: Final = "intake.case-decided.v1"
_BY_HAND: Final = frozenset({"intake.case-accepted.v1", DECIDED})


class _Decided(msgspec.Struct, frozen=True):
    decided_by: str | None = None


class _Kept(msgspec.Struct, frozen=True):
    code_digest: str


@dataclass(init=False, repr=False, eq=False)
class Untold:
    """A code on its way to be told. No part of what makes a request the same: it has no fields."""

    def __init__(self, code: str) -> None:
        self._code = code

    def reveal(self) -> str:
        """Give the code itself."""
        return self._code


@dataclass(frozen=True)
class HandedOver(Done):
    """What became of a try to hand a result over."""

    handed: bool = True
    left: int = 0
    """Wrong codes that may still be named."""


class Issuing(Agencies):
    """The issuing window."""

    @command
    def shelve_result(
        self, facts: Facts, project_no: str, shelf: str = "", *, key: str | None = None
    ) -> Done:
        """Put the result of a completed case on a shelf, by hand.

        Raises:
            NoResultError: the case has not ended with a decision.
        """
        case = self._case_of_result(project_no)
        if case.completed_at is None or case.completion_kind not in DECIDED_KINDS:
            raise NoResultError("the case has not ended with a decision")
        result = self.find(Result, result_stream(project_no)) or Result.of(project_no)
        self._put(_of_result(facts, case), result, case, shelf)
        return self._file_result(result)

    @command
    def issue_pickup_code(
        self, facts: Facts, project_no: str, told: Untold, *, key: str | None = None
    ) -> Done:
        """Keep the hash of a code that is about to be told; an earlier code is void.

        The code itself is nowhere in what is stored. A repetition of the request finds that one was
        told already, and nothing to tell.

        Raises:
            NotForPickupError: the caller is neither the applicant, nor their agent, nor a clerk.
        """
        case, result = self._case_of_result(project_no), self._result(project_no)
        who = facts.actor
        own = who.role == CLERK or who.id == getattr(case, "account", None)
        if not own and not self.acts_for(who.id, project_no, AgencyScope.COLLECT):
            raise NotForPickupError("a code is told to the applicant or their agent")
        result.issue_code(_of_result(facts, case), pickup_digest(self._seal, told.reveal()))
        return self._file_result(result)

    @command
    def hand_over(
        self,
        facts: Facts,
        project_no: str,
        code: str,
        number: str = "",
        agent: str = "",
        attested: bool = False,
        *,
        key: str | None = None,
    ) -> HandedOver:
        """Hand a result to whoever named its code and was shown to be the applicant or their agent.

        A wrong code is kept and counted: the answer says so, nothing is raised.

        Args:
            number: identity number as shown; compared with the vault by its keyed hash alone.
            agent: account of an agent whose mandate covers taking the result.
            attested: the clerk compared with the paper file; only where intake knows no number.
        """
        case, result = self._case_of_result(project_no), self._result(project_no)
        about = _of_result(facts, case)
        matches = bool(result.code_digest) and any(
            compare_digest(one, result.code_digest) for one in pickup_digests(self._seal, code)
        )
        handed = result.hand_over(
            about,
            matches=matches,
            identity=self._identity(about, case, number, agent, attested) if matches else None,
            involved=self._hands_on(project_no),
            agent=agent if not number else "",
        )
        if handed:
            self._deliver(about, project_no)
        done = self._file_result(result)
        return HandedOver(done.key, done.state, done.stream, done.version, handed, result.left)

    @command
    def unlock_result(self, facts: Facts, project_no: str, *, key: str | None = None) -> Done:
        """Let codes be named again, for a supervisor."""
        case, result = self._case_of_result(project_no), self._result(project_no)
        result.unlock(_of_result(facts, case))
        return self._file_result(result)

    @command
    def return_result(
        self, facts: Facts, project_no: str, reason: ReturnGround, *, key: str | None = None
    ) -> Done:
        """Send it back to the department."""
        case, result = self._case_of_result(project_no), self._result(project_no)
        result.give_back(_of_result(facts, case), reason)
        return self._file_result(result)

    def is_kept(self, project_no: str, code: str, version: int) -> bool:
        """Tell whether this very code is the one that was kept by that version of a result.

        A repeated request brings another code, which is told to nobody.
        """
        for event in self.events_of(result_stream(project_no)):
            if event.version == version and event.type == PickupCodeIssued.TOPIC:
                return event.read(_Kept).code_digest in pickup_digests(self._seal, code)
        return False

    def shelves_of(self, code: str) -> list[str]:
        """Give the cases whose result waits under this pick-up code."""
        rows = self.database.read(
            "SELECT project_no FROM result_row WHERE code_digest = ANY(%s)"
            " AND state = 'shelved' ORDER BY project_no",
            (pickup_digests(self._seal, code),),
        )
        return [str(row[0]) for row in rows]

    def expect(self, project_nos: Collection[str]) -> None:
        """Load results with their cases, in one more go."""
        super().expect(project_nos)
        self.prefetch(Result, [result_stream(number) for number in project_nos])

    def fire(self, due: Due) -> None:
        """Say that nobody came for a result; deadlines of others go on to them."""
        if due.kind != UNCOLLECTED:
            super().fire(due)
            return
        case, result = self._case_of_result(due.key), self._result(due.key)
        facts = Facts(due.due_at, due.key, Actor(ActorKind.SYSTEM, "intake"), due.id)
        result.pass_due(replace(_of_result(facts, case), region=self._region), due.fired_at)
        self.keep(result)

    def _file(self, case: Case, calendar: WorkCalendar | None = None, firing: str = "") -> None:
        """Shelve what was decided here, in the unit of work that completes it.

        What an outside system reports was handed out by its own windows. A case that is reopened
        has no result: what waits on the shelf goes back to the department.
        """
        done = next((fact for fact in case.pending if isinstance(fact, CaseCompleted)), None)
        undone = next((fact for fact in case.pending if isinstance(fact, CaseReopened)), None)
        super()._file(case, calendar, firing)
        if undone is not None:
            self._fetch_back(undone.facts, case)
        if done is None or done.row_guid is not None or case.rows:
            return
        if done.completion_kind not in DECIDED_KINDS:
            return
        result = self.find(Result, result_stream(case.project_no)) or Result.of(case.project_no)
        if result.state is ResultState.RETURNED:
            facts = replace(done.facts, actor=Actor(ActorKind.SYSTEM, "intake"))
            self._put(_of_result(facts, case), result, case)
            self._file_result(result)

    def _fetch_back(self, facts: Facts, case: Case) -> None:
        result = self.find(Result, result_stream(case.project_no))
        if result is not None and result.state is ResultState.SHELVED:
            own = replace(facts, actor=Actor(ActorKind.SYSTEM, "intake"))
            result.give_back(_of_result(own, case), ReturnGround.RECALLED)
            self._file_result(result)

    def _put(self, facts: Facts, result: Result, case: Case, shelf: str = "") -> None:
        result.shelve(
            facts,
            case.project_no,
            department=case.department,
            granted=bool(case.granted),
            item_code=case.item_code,
            shelf=shelf,
        )

    def _identity(
        self, facts: Facts, case: Case, number: str, agent: str, attested: bool
    ) -> Identity | None:
        """Say how it was shown who takes it; a number that is compared is written down as such."""
        shown = identity_of(number)
        if shown is not None:
            return Identity.NUMBER if self._is_number(facts, case, shown) else None
        if agent and self.acts_for(agent, case.project_no, AgencyScope.COLLECT):
            return Identity.AGENT
        if attested and not agent and not self._has_number(case):
            return Identity.ATTESTED
        return None

    def _is_number(self, facts: Facts, case: Case, number: IdentityNumber) -> bool:
        who = facts.actor
        opening = Opening(who.id, who.role, Purpose.DELIVERY, facts.correlation_id)
        self.change(recording(opening, Action.SEARCH, [case.subject_id], [number.kind.value]))
        with self.database.transaction() as cursor:
            return case.subject_id in self._vault.subjects_of(cursor.connection, number)

    def _has_number(self, case: Case) -> bool:
        rows = self.database.read(
            "SELECT 1 FROM vault_index WHERE subject_id = %s", (case.subject_id,)
        )
        return bool(rows)

    def _hands_on(self, project_no: str) -> frozenset[str]:
        """Name the accounts that accepted or decided the case."""
        hands = set()
        for event in self.events_of(stream_of(project_no)):
            if event.type in _BY_HAND and event.body.actor.kind is ActorKind.PERSON:
                hands.add(event.body.actor.id)
            if event.type == DECIDED:
                hands.add(event.read(_Decided).decided_by or "")
        return frozenset(hands - {""})

    def _deliver(self, facts: Facts, project_no: str) -> None:
        """Tell the case that its result is in the applicant's hand."""
        deliver: Any = getattr(self, "deliver_case", None)
        if deliver is not None:
            deliver(facts, project_no, COLLECTED)

    def _case_of_result(self, project_no: str) -> Case:
        case = self.find(Case, stream_of(project_no))
        if case is None:
            raise NotFoundError("there is no such case")
        return case

    def _result(self, project_no: str) -> Result:
        result = self.find(Result, result_stream(project_no))
        if result is None:
            raise NotFoundError("the case has no result at the window")
        return result

    def _file_result(self, result: Result) -> Done:
        """Keep it; while it waits its days are watched."""
        if any(isinstance(fact, ResultShelved) for fact in result.pending):
            last = collect_by(result.pending[0].facts.occurred_at)
            self.change(set_deadline(UNCOLLECTED, result.project_no, breach_at(last)))
        elif result.state is not ResultState.SHELVED:
            self.change(cancel_deadlines((UNCOLLECTED,), result.project_no))
        self.keep(result)
        return Done(result.project_no, result.state.value, str(result.id), result.version)


def _of_result(facts: Facts, case: Case) -> Facts:
    return replace(facts, subject=case.project_no, department=case.department)
