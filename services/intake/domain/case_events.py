"""What can happen to a case besides its acceptance. Fields, units, sources: `contracts/intake/`."""

from __future__ import annotations

from datetime import date, datetime

from services.intake.domain.terms import NoticeItem, ReopeningGround
from services.kernel.aggregate import Fact


class CaseDrafted(Fact):
    """An application was begun and not handed in yet."""

    TOPIC = "intake.case-drafted.v1"

    project_no: str
    item_code: str
    channel: str
    subject_id: str
    account: str | None = None
    item_version_seen: int | None = None
    handling_form: str | None = None
    window: str | None = None
    declared_trust: bool | None = None


class CorrectionNoticeIssued(Fact):
    """The applicant was told once all that is missing (一次性告知); a second list is a fault."""

    TOPIC = "intake.correction-notice-issued.v1"

    project_no: str
    notice_no: str
    is_first: bool
    items: list[NoticeItem]
    due_on: date
    subject_id: str | None = None
    limit_days: int | None = None
    """Working days the applicant was given; `due_on` is counted from them."""


class CorrectionFaultRecorded(Fact):
    """The first notice had left something out: a fault of the centre (K25)."""

    TOPIC = "intake.correction-fault-recorded.v1"

    project_no: str
    notice_no: str
    first_notice_no: str
    items: list[str]
    clerk: str
    window: str | None = None


class CorrectionReceived(Fact):
    """The applicant brought what was asked for, all of it or part."""

    TOPIC = "intake.correction-received.v1"

    project_no: str
    full: bool
    items: list[str]
    received_at: datetime
    legal_date: date
    notice_due_at: datetime | None = None
    """Set when full: silence beyond it accepts the case as of `legal_date`."""


class CorrectionLapsed(Fact):
    """The corrections did not come in time."""

    TOPIC = "intake.correction-lapsed.v1"

    project_no: str
    notice_no: str
    due_on: date
    items: list[str]
    detected_at: datetime


class CaseAbandoned(Fact):
    """The application ended because the applicant did not go on with it."""

    TOPIC = "intake.case-abandoned.v1"

    project_no: str
    reason_code: str
    abandoned_at: datetime
    subject_id: str | None = None


class RefusalOverturned(Fact):
    """The refusal is void; the application is dealt with again."""

    TOPIC = "intake.refusal-overturned.v1"

    project_no: str
    ground: str
    overturned_at: datetime
    legal_date: date
    notice_due_at: datetime
    ruling_no: str | None = None


class CaseNotRequired(Fact):
    """What was applied for needs no licence (不受理, art. 32 (1))."""

    TOPIC = "intake.case-not-required.v1"

    project_no: str
    item_code: str
    reason: str
    declared_at: datetime
    subject_id: str | None = None


class CaseRouted(Fact):
    """Approval has it: who decides, and by which tasks."""

    TOPIC = "intake.case-routed.v1"

    project_no: str
    department: str
    task_ids: list[str]
    waits: bool | None = None
    """Its task waits for others of the project; its limits count from when it need not."""


class CaseSuspended(Fact):
    """Clocks of the case stand still."""

    TOPIC = "intake.case-suspended.v1"

    project_no: str
    reason: str
    suspended_at: datetime
    expected_days: int
    clocks: list[str]
    notice_no: str | None = None
    task_id: str | None = None


class CaseResumed(Fact):
    """They go on; where nothing else holds them, they end later now."""

    TOPIC = "intake.case-resumed.v1"

    project_no: str
    reason: str
    resumed_at: datetime
    excluded_days: int
    clocks: list[str]
    promised_due_at: datetime | None = None
    statutory_due_at: datetime | None = None
    calendar_version: str | None = None
    provisional: bool | None = None
    task_id: str | None = None


class CaseExtended(Fact):
    """Approval gave its clocks more time, once (art. 42)."""

    TOPIC = "intake.case-extended.v1"

    project_no: str
    days: int
    decided_on: datetime
    approver_role: str
    clocks: list[str]
    promised_due_at: datetime | None = None
    statutory_due_at: datetime | None = None
    calendar_version: str | None = None
    provisional: bool | None = None
    task_id: str | None = None


class CaseDecided(Fact):
    """Approval decided, or the window on the spot."""

    TOPIC = "intake.case-decided.v1"

    project_no: str
    granted: bool
    conditional: bool
    decided_at: datetime
    on_spot: bool | None = None
    decided_by: str | None = None
    """Account of who decided on the spot; may be who accepted, for immediate items only."""
    reason: str | None = None
    task_id: str | None = None


class CaseDelivered(Fact):
    """The applicant has the result."""

    TOPIC = "intake.case-delivered.v1"

    project_no: str
    how: str
    delivered_at: datetime


class CaseArchived(Fact):
    """The file is closed and kept."""

    TOPIC = "intake.case-archived.v1"

    project_no: str
    archived_at: datetime
    archive_no: str | None = None


class CaseWithdrawn(Fact):
    """The applicant takes the application back, or a part of it."""

    TOPIC = "intake.case-withdrawn.v1"

    project_no: str
    scope: str
    withdrawn_at: datetime
    items: list[str] | None = None
    fees_note: str | None = None
    subject_id: str | None = None


class CaseForwardedUp(Fact):
    """A higher authority goes on with it (转报)."""

    TOPIC = "intake.case-forwarded-up.v1"

    project_no: str
    to: str
    forwarded_at: datetime


class CaseVoided(Fact):
    """The case has no effect (作废)."""

    TOPIC = "intake.case-voided.v1"

    project_no: str
    approver: str
    reason: str
    voided_at: datetime
    requested_by: str | None = None
    """Account of who asked for it."""


class CaseDeletedInError(Fact):
    """It should never have been entered; compensated, its history stays."""

    TOPIC = "intake.case-deleted-in-error.v1"

    project_no: str
    approver: str
    reason: str
    deleted_at: datetime
    requested_by: str | None = None
    """Account of who asked for it."""


class HumanReviewRequested(Fact):
    """Somebody wants a person to look at what a rule decided (个人信息保护法 art. 24)."""

    TOPIC = "intake.human-review-requested.v1"

    project_no: str
    about: str
    requested_at: datetime


class HumanReviewConcluded(Fact):
    """A person looked."""

    TOPIC = "intake.human-review-concluded.v1"

    project_no: str
    about: str
    upheld: bool
    reason: str
    concluded_at: datetime


class AcceptanceWithdrawn(Fact):
    """What a rule accepted did not stand a later check; the application is dealt with again."""

    TOPIC = "intake.acceptance-withdrawn.v1"

    project_no: str
    reason: str
    withdrawn_at: datetime
    legal_date: date
    notice_due_at: datetime
    rule: str | None = None
    rule_version: int | None = None


class CaseReopened(Fact):
    """A completion has lost its ground; the case is to be decided again, its history stays."""

    TOPIC = "intake.case-reopened.v1"

    project_no: str
    ground: ReopeningGround
    reopened_at: datetime
    task_id: str | None = None
    turn: int | None = None
    """How often it was reopened, with this; None in events from before it was counted."""


class AcceptanceRuleDeclared(Fact):
    """From here on applications for an item are accepted by a rule, under these conditions."""

    TOPIC = "intake.acceptance-rule-declared.v1"

    item_code: str
    rule_version: int
    channels: list[str]
    needs_declared_trust: bool
    needs_all_materials: bool
    declared_by: str
    declared_at: datetime


class AcceptanceRuleRevoked(Fact):
    """No application for the item is accepted by a rule any more."""

    TOPIC = "intake.acceptance-rule-revoked.v1"

    item_code: str
    rule_version: int
    revoked_by: str
    revoked_at: datetime
    reason: str


CASE_FACTS: tuple[type[Fact], ...] = (
    CaseDrafted,
    CorrectionNoticeIssued,
    CorrectionFaultRecorded,
    CorrectionReceived,
    CorrectionLapsed,
    CaseAbandoned,
    RefusalOverturned,
    CaseNotRequired,
    CaseRouted,
    CaseSuspended,
    CaseResumed,
    CaseExtended,
    CaseDecided,
    CaseDelivered,
    CaseArchived,
    CaseWithdrawn,
    CaseForwardedUp,
    CaseVoided,
    CaseDeletedInError,
    HumanReviewRequested,
    HumanReviewConcluded,
    AcceptanceWithdrawn,
    CaseReopened,
    AcceptanceRuleDeclared,
    AcceptanceRuleRevoked,
)
