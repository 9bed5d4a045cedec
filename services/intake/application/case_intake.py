"""What can be done to an application: handed in, accepted, asked for more, turned away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from services.chassis.eventlog.application import command
from services.intake.application.case_desk import CaseDesk
from services.intake.application.cases import Receipt, receipt_of
from services.intake.domain import (
    Acceptance,
    AcceptanceRule,
    Conditions,
    NoticeItem,
)
from services.intake.domain.accepted import BY_ATTESTATION, BY_CLERK
from services.intake.domain.agency_terms import AgencyScope
from services.intake.domain.clocks import count, in_time
from services.kernel.clock import Kind
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id
from services.kernel.limits import Limit

CORRECTION_DAYS: Final = 10
"""Working days an applicant has to bring what the notice asks for, unless the clerk says so."""


class CaseIntake(CaseDesk):
    """The acts until the acceptance, and on it."""

    @command
    def submit_draft(
        self, facts: Facts, project_no: str, *, seen: int | None = None, key: str | None = None
    ) -> Receipt:
        """Hand in a draft; accepted at once only by a declared rule."""
        case = self._case_for(facts, project_no, seen, AgencyScope.MATERIALS)
        known = self._catalog({case.item_code})
        about = self._for_item(self._about(facts, case), known, case.item_code)
        case.hand_in(about, known.calendar)
        return self._enter(about, case, known, at_once=False)

    @command
    def accept_case(
        self,
        facts: Facts,
        project_no: str,
        attested: bool = False,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Accept under the version in force now (V02).

        Args:
            attested: the clerk attests that everything is there; the list is not asked.

        Raises:
            MaterialsMissingError: required materials are not there.
        """
        case = self._case_for(facts, project_no, seen)
        known, item = self._in_force(case, facts.occurred_at)
        about = replace(self._about(facts, case), department=item.department)
        due_at = case.notice_due_at
        if due_at is not None and not in_time(facts.occurred_at, due_at):
            case.deem_accepted(about, item, facts.occurred_at, known.calendar)
        else:
            if not attested:
                self._check_materials(case, item)
            how: Acceptance = BY_ATTESTATION if attested else BY_CLERK
            case.accept(about, item, facts.occurred_at, known.calendar, how)
        self._file(case, known.calendar)
        self._watch_calendar(known, [case.project_no])
        return receipt_of(case)

    @command
    def notify_case(
        self,
        facts: Facts,
        project_no: str,
        items: Sequence[NoticeItem],
        days: int = CORRECTION_DAYS,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Tell the applicant all that is missing, once; they have so many working days.

        Raises:
            NotAskedForError: the version in force does not ask for a material any more (V02).
        """
        case = self._case_for(facts, project_no, seen)
        known, item = self._in_force(case, facts.occurred_at)
        self._check_asked_for(case, item, items)
        due = count(Kind.NOTICE, Limit(days), facts.occurred_at, known.calendar)
        about = replace(self._about(facts, case), department=item.department)
        actor = facts.actor
        case.notify(about, items, due, actor.id, actor.window or case.window, days)
        return self._keep_case(case)

    @command
    def take_corrections(
        self,
        facts: Facts,
        project_no: str,
        codes: Collection[str],
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Take what the applicant brings of what the notice asks for."""
        return self._act(
            facts,
            project_no,
            seen,
            lambda case, about, calendar: case.take_corrections(about, codes, calendar),
            AgencyScope.MATERIALS,
        )

    @command
    def refuse_case(
        self,
        facts: Facts,
        project_no: str,
        reason_code: str,
        reason: str,
        other_authority: str = "",
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Refuse with a reason and the remedies of the day."""
        return self._act(
            facts,
            project_no,
            seen,
            lambda case, about, _: case.refuse(about, reason_code, reason, other_authority),
        )

    @command
    def declare_not_required(
        self,
        facts: Facts,
        project_no: str,
        reason: str,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Say that what is applied for needs no licence (不受理)."""
        return self._act(
            facts,
            project_no,
            seen,
            lambda case, about, _: case.declare_not_required(about, reason),
        )

    @command
    def overturn_refusal(
        self,
        facts: Facts,
        project_no: str,
        ground: str,
        ruling_no: str = "",
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Void a refusal after reconsideration, a suit, or by the superior authority."""
        return self._act(
            facts,
            project_no,
            seen,
            lambda case, about, day: case.overturn_refusal(about, ground, day, ruling_no),
        )

    @command
    def request_review(
        self, facts: Facts, project_no: str, *, seen: int | None = None, key: str | None = None
    ) -> Receipt:
        """Ask for a person to look at what a rule decided."""
        return self._act(
            facts,
            project_no,
            seen,
            lambda case, about, _: case.request_review(about),
            AgencyScope.FOLLOW,
        )

    @command
    def conclude_review(
        self,
        facts: Facts,
        project_no: str,
        upheld: bool,
        reason: str,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Say what a person found."""
        return self._act(
            facts,
            project_no,
            seen,
            lambda case, about, day: case.conclude_review(about, upheld, reason, day),
        )

    @command
    def withdraw_acceptance(
        self,
        facts: Facts,
        project_no: str,
        reason: str,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Take back what a rule accepted and a later check does not confirm."""
        return self._act(
            facts,
            project_no,
            seen,
            lambda case, about, day: case.withdraw_acceptance(about, reason, day),
        )

    @command
    def declare_rule(
        self, facts: Facts, item_code: str, said: Conditions, *, key: str | None = None
    ) -> int:
        """Declare the next version of an item's acceptance rule; gives its number."""
        rule = self.acceptance_rule(item_code) or AcceptanceRule.of(item_code)
        rule.declare(facts, item_code, said)
        self.keep(rule)
        return rule.rule_version

    @command
    def revoke_rule(
        self, facts: Facts, item_code: str, reason: str, *, key: str | None = None
    ) -> int:
        """End an item's acceptance rule; gives the version that was the last."""
        rule = self.acceptance_rule(item_code) or AcceptanceRule.of(item_code)
        rule.revoke(facts, reason)
        self.keep(rule)
        return rule.rule_version

    def acceptance_rule(self, item_code: str) -> AcceptanceRule | None:
        """Give the rule of an item; None when there never was one."""
        return self.find(AcceptanceRule, stream_id("acceptance-rule", item_code))
