"""The acceptance of a case: by a clerk, by a declared rule, by silence; looked at again."""

from __future__ import annotations

from datetime import datetime

from services.intake.domain.case_events import (
    AcceptanceWithdrawn,
    HumanReviewConcluded,
    HumanReviewRequested,
)
from services.intake.domain.case_rules import NotByRuleError, ReviewStateError
from services.intake.domain.channels import counts_for
from services.intake.domain.clocks import Counts, count, in_time, limits_of, notice_due
from services.intake.domain.events import CaseAccepted
from services.intake.domain.items import ItemVersion
from services.intake.domain.terms import RUNNING, Acceptance, CaseState
from services.intake.domain.undone import UndoneCase
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Kind
from services.kernel.facts import Actor, ActorKind, Facts

MANUAL, AUTO = "manual", "auto"
BY_CLERK = Acceptance()
BY_ATTESTATION = Acceptance(attested=True)
BY_SILENCE = Acceptance(AUTO, deemed=True, rule="行政许可法第三十二条")
ACCEPTANCE, REFUSAL = "acceptance", "refusal"
"""What a rule decides and a person may be asked to look at."""


class AcceptedCase(UndoneCase):
    """What is known of its acceptance."""

    def __init__(self) -> None:
        super().__init__()
        self.accepted_by = ""
        """Account of the clerk who accepted it; empty when a rule or another system did."""
        self.mode = ""
        self.deemed = False
        self.rule: str | None = None
        self.rule_version: int | None = None
        self.task_ids: tuple[str, ...] = ()
        self.review: str | None = None
        """What a person is to look at."""

    def accept(
        self,
        facts: Facts,
        item: ItemVersion,
        accepted_at: datetime,
        calendar: WorkCalendar,
        how: Acceptance = BY_CLERK,
    ) -> None:
        """Accept under the version in force; both limits are counted from here (V01, V02).

        Raises:
            CaseStateError: it does not wait for acceptance, or for corrections.
        """
        self._must({CaseState.SUBMITTED}, "only an application that waits is accepted")
        limit = count(Kind.PROMISED, item.promised, accepted_at, calendar)
        self.record(
            CaseAccepted,
            facts,
            project_no=self.project_no,
            item_code=item.item_code,
            item_version=item.item_version,
            item_name=item.name,
            case_type=item.case_type,
            channel=self.channel,
            department=item.department,
            department_name=item.department_name,
            window=self.window,
            accept_doc_no=f"A{self.project_no}",
            accepted_at=accepted_at,
            promised_due_at=limit.at,
            mode=how.mode,
            subject_id=self.subject_id,
            received_on=self.legal_date,
            deemed=how.deemed or None,
            rule=how.rule,
            rule_version=how.rule_version,
            attested=how.attested or None,
            project_code=self.project_code,
            **limits_of(item, accepted_at, calendar, limit),
        )

    def deem_accepted(
        self, facts: Facts, item: ItemVersion, noticed_at: datetime, calendar: WorkCalendar
    ) -> None:
        """Accept as of the day of receipt, because nothing was said in five days (art. 32, K24).

        Without effect when something was said, or the five days are not over at `noticed_at`. Both
        limits count from the receipt (retroactive start).
        """
        due_at = self.notice_due_at
        if self.state is not CaseState.SUBMITTED or due_at is None or self.received_at is None:
            return
        if not in_time(noticed_at, due_at):
            self.accept(facts, item, self.received_at, calendar, BY_SILENCE)

    def request_review(self, facts: Facts) -> None:
        """Ask for a person to look at what a rule decided (个人信息保护法 art. 24).

        Raises:
            NotByRuleError: no rule decided this.
            ReviewStateError: it is asked for already.
        """
        about = ACCEPTANCE if self._accepted_by_rule else REFUSAL if self.refused_by_rule else ""
        if not about:
            raise NotByRuleError("a person decided this, no rule did")
        if self.review:
            raise ReviewStateError("a person is asked to look already")
        self.record(
            HumanReviewRequested,
            facts,
            project_no=self.project_no,
            about=about,
            requested_at=facts.occurred_at,
        )

    def conclude_review(
        self, facts: Facts, upheld: bool, reason: str, calendar: WorkCalendar
    ) -> None:
        """Say what a person found; what does not stand is taken back.

        Raises:
            ReviewStateError: nobody asked.
            CaseStateError: it is over meanwhile.
        """
        about = self.review
        if about is None:
            raise ReviewStateError("nobody asked for a review")
        self.record(
            HumanReviewConcluded,
            facts,
            project_no=self.project_no,
            about=about,
            upheld=upheld,
            reason=reason,
            concluded_at=facts.occurred_at,
        )
        if not upheld and about == ACCEPTANCE:
            self.withdraw_acceptance(facts, reason, calendar)
        elif not upheld:
            self.overturn_refusal(facts, "human_review", calendar)

    def withdraw_acceptance(self, facts: Facts, reason: str, calendar: WorkCalendar) -> None:
        """Take back what a rule accepted and a later check does not confirm (审核在后).

        The application waits again; the five days begin with this day.

        Raises:
            NotByRuleError: a person accepted it, or silence did.
            CaseStateError: it is not under way.
        """
        self._must(RUNNING, "only the acceptance of a case that is under way is withdrawn")
        if not self._accepted_by_rule:
            raise NotByRuleError("only what a declared rule accepted is withdrawn")
        day = counts_for("online", facts.occurred_at, calendar)
        self.record(
            AcceptanceWithdrawn,
            facts,
            project_no=self.project_no,
            reason=reason,
            withdrawn_at=facts.occurred_at,
            legal_date=day,
            notice_due_at=notice_due(day, calendar),
            rule=self.rule,
            rule_version=self.rule_version,
        )

    @property
    def _accepted_by_rule(self) -> bool:
        return self.mode == AUTO and not self.deemed and self.accepted_at is not None

    @applies(CaseAccepted)
    def _accepted(self, event: CaseAccepted) -> None:
        self.state = CaseState.ACCEPTED
        self.item_version = event.item_version
        self.item_name = event.item_name
        self.case_type = event.case_type
        self.channel = event.channel
        self.department = event.department
        self.window = event.window
        self.accepted_at = event.accepted_at
        self.counted_from, self.waits = None, False
        self.promised_due_at = event.promised_due_at
        self.counts.accepted(event)
        self._open()
        self.rows.accepted(event, self.submitted_at)
        if event.received_on is not None:  # logs of before there was one stay as they were
            self.mode = event.mode
            self.accepted_by = _who(event.facts.actor) if event.mode == MANUAL else ""
            self.deemed = bool(event.deemed)
            self.rule, self.rule_version = event.rule, event.rule_version
        self.notice_due_at = None

    @applies(AcceptanceWithdrawn)
    def _acceptance_withdrawn(self, event: AcceptanceWithdrawn) -> None:
        self.state = CaseState.SUBMITTED
        self.accepted_at = self.counted_from = self.promised_due_at = None
        self.waits = False
        self.counts = Counts()
        self.still = {}
        self.task_ids = ()
        self.mode = ""
        self.rule = self.rule_version = None
        self._received(event.legal_date, event.withdrawn_at, event.notice_due_at)

    @applies(HumanReviewRequested)
    def _review_requested(self, event: HumanReviewRequested) -> None:
        self.review = event.about

    @applies(HumanReviewConcluded)
    def _review_concluded(self, event: HumanReviewConcluded) -> None:
        self.review = None


def _who(actor: Actor) -> str:
    return actor.id if actor.kind is ActorKind.PERSON else ""
