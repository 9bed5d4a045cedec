"""The part of an application that is turned away: refused, not required, taken up again."""

from __future__ import annotations

from services.intake.domain.asked import AskedCase
from services.intake.domain.case_events import CaseNotRequired, RefusalOverturned
from services.intake.domain.case_rules import OtherAuthorityError
from services.intake.domain.channels import counts_for
from services.intake.domain.clocks import notice_due
from services.intake.domain.events import CaseRefused, CaseRefusedV1
from services.intake.domain.remedies import remedies
from services.intake.domain.terms import WAITING, CaseState
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.facts import Facts

NO_JURISDICTION = "no_jurisdiction"
"""Another authority is competent (art. 32 (2)); the refusal names it."""


class RefusedCase(AskedCase):
    """What is known of a refusal."""

    def __init__(self) -> None:
        super().__init__()
        self.refusal: str | None = None
        self.refused_by_rule = False

    def refuse(
        self,
        facts: Facts,
        reason_code: str,
        reason: str,
        other_authority: str = "",
        automatic: bool = False,
    ) -> None:
        """Refuse the application, with the reason and the remedies of the day (art. 32, 38).

        Raises:
            CaseStateError: it is not waiting for acceptance.
            OtherAuthorityError: for want of competence, and no other authority is named.
            SilenceAcceptedError: the five working days are over.
        """
        self._must(WAITING, "only an application that waits for acceptance is refused")
        if not automatic:
            self._must_be_early(facts.occurred_at)
        if reason_code == NO_JURISDICTION and not other_authority:
            raise OtherAuthorityError("say which authority is competent", "other_authority")
        self.record(
            CaseRefused,
            facts,
            project_no=self.project_no,
            item_code=self.item_code,
            reason_code=reason_code,
            reason=reason,
            refused_at=facts.occurred_at,
            remedies=remedies(facts.occurred_at),
            channel=self.channel,
            subject_id=self.subject_id,
            other_authority=other_authority or None,
            automatic=automatic or None,
        )

    def declare_not_required(self, facts: Facts, reason: str) -> None:
        """Say that what is applied for needs no licence (不受理, art. 32 (1)).

        Raises:
            CaseStateError, SilenceAcceptedError: as `refuse`.
        """
        self._must(WAITING, "only an application that waits for acceptance can be not required")
        self._must_be_early(facts.occurred_at)
        self.record(
            CaseNotRequired,
            facts,
            project_no=self.project_no,
            item_code=self.item_code,
            reason=reason,
            declared_at=facts.occurred_at,
            subject_id=self.subject_id or None,
        )

    def overturn_refusal(
        self, facts: Facts, ground: str, calendar: WorkCalendar, ruling_no: str = ""
    ) -> None:
        """Void the refusal; the five days begin again with this day.

        Raises:
            CaseStateError: it was not refused.
        """
        self._must({CaseState.REFUSED}, "only a refusal is overturned")
        day = counts_for("online", facts.occurred_at, calendar)
        self.record(
            RefusalOverturned,
            facts,
            project_no=self.project_no,
            ground=ground,
            overturned_at=facts.occurred_at,
            legal_date=day,
            notice_due_at=notice_due(day, calendar),
            ruling_no=ruling_no or None,
        )

    @applies(CaseRefused)
    def _refused(self, event: CaseRefused) -> None:
        self.state = CaseState.REFUSED
        self.refusal = event.reason_code
        self.refused_by_rule = bool(event.automatic)

    @applies(CaseRefusedV1)
    def _refused_v1(self, event: CaseRefusedV1) -> None:
        self.state = CaseState.REFUSED
        self.refusal = event.reason_code

    @applies(CaseNotRequired)
    def _not_required(self, event: CaseNotRequired) -> None:
        self.state = CaseState.NOT_REQUIRED
        self.ended_at = event.declared_at

    @applies(RefusalOverturned)
    def _overturned(self, event: RefusalOverturned) -> None:
        self.state = CaseState.SUBMITTED
        self.refusal = None
        self.refused_by_rule = False
        self._received(event.legal_date, event.overturned_at, event.notice_due_at)
