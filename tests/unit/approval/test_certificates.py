"""Decision documents and certificates: what may be issued, when it is late, how it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from services.approval.application.certificates import serial_of
from services.approval.application.decisions import Decisions
from services.approval.certificate_answers import state_of
from services.approval.domain.certificate_events import (
    CertificateExpired,
    CertificateServed,
    RenewalDeemedGranted,
)
from services.approval.domain.certificate_terms import (
    CancellationGround,
    CompensationDueError,
    Handing,
    LateRenewalError,
    MustRevokeError,
    NoCompensationError,
    NoExpiryError,
    NoRenewalError,
    NotDeliveredSoError,
    NumberTakenError,
    RevocationGround,
    Status,
    ValidityError,
    WithdrawalKind,
    WrongCertificateStateError,
    expires_at,
)
from services.approval.domain.certificates import Certificate, default_validity
from services.approval.domain.decision_events import (
    DecisionIssued,
    IssuingApproaching,
    IssuingBreached,
    IssuingMet,
    IssuingRecalculated,
)
from services.approval.domain.decision_terms import (
    AlreadyIssuedError,
    NoHumanDecisionError,
    NoReasonsError,
    NoRemediesError,
    NotCustodianError,
    NotDecidedSoError,
    NotSealedError,
    OtherDocumentError,
    Remedies,
    SealNotUsableError,
    WithheldError,
)
from services.approval.domain.decisions import Decision
from services.approval.domain.rules import (
    SamePersonError,
    WrongDepartmentError,
    WrongRoleError,
)
from services.approval.domain.task import Task
from services.approval.domain.terms import TaskState, breach_at
from services.kernel.calendar_seed import SEED
from services.kernel.clock import legal_date
from tests.contract.certificate_stories import (
    CONDITIONAL,
    DAY,
    ENDS,
    FILE,
    GRANT,
    ISSUER,
    KEEPER,
    NUMBER,
    PAPER,
    REFUSAL,
    REFUSED,
    RULING,
    SAID,
    SEAL,
    SUPERIOR,
    TIMER,
    granted,
    issued,
    late_decision,
    sealed,
)
from tests.unit.facts import CLERK, HOUSE, NOW, OFFICER, facts

SECOND = timedelta(seconds=1)


def last(aggregate: Decision | Certificate) -> Any:
    return aggregate.pending[-1]


def begun() -> Decision:
    return Decision.of("case-1-D01")


def test_grant_becomes_a_document_by_a_person_inside_a_delegation() -> None:
    event = granted().pending[0]

    assert isinstance(event, DecisionIssued)
    assert (event.decided_by, event.delegation) == ("officer-21", "delegation-7")
    assert event.remedies is None


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (replace(REFUSAL, reasons=[]), NoReasonsError),
        (replace(REFUSAL, legal_basis=[]), NoReasonsError),
        (replace(REFUSAL, remedies=None), NoRemediesError),
        (replace(REFUSAL, remedies=Remedies("市人民政府", "")), NoRemediesError),
        (replace(REFUSAL, remedies=Remedies("", "县人民法院")), NoRemediesError),
    ],
)
def test_refusal_without_reasons_or_remedies_cannot_be_issued(
    said: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        begun().issue(facts(OFFICER), "case-1-D01", REFUSED, said, PAPER)


@pytest.mark.parametrize(
    ("day", "law"), [(date(2023, 12, 31), "2017年修正"), (date(2024, 1, 1), "2023年修订")]
)
def test_f10_remedies_are_those_of_the_law_of_the_day(day: date, law: str) -> None:
    text = Remedies("县人民政府", "县人民法院").text(day)

    assert law in text
    assert "60日内" in text
    assert "6个月内" in text


def test_f10_day_of_a_decision_is_that_of_shanghai() -> None:
    decision = begun()
    at = datetime.fromisoformat("2023-12-31T16:30:00+00:00")  # 2024-01-01 00:30 there

    decision.issue(facts(OFFICER, at), "case-1-D01", REFUSED, REFUSAL, PAPER)

    assert "2023年修订" in last(decision).remedies


def test_document_says_what_the_task_decided() -> None:
    with pytest.raises(NotDecidedSoError):
        begun().issue(facts(OFFICER), "case-1-D01", REFUSED, GRANT, PAPER)
    with pytest.raises(NotDecidedSoError):
        begun().issue(facts(OFFICER), "case-1-D01", RULING, REFUSAL, PAPER)


def test_decision_has_one_document() -> None:
    with pytest.raises(AlreadyIssuedError):
        granted().check(facts(OFFICER), RULING, GRANT)


def test_d11_deemed_consent_is_no_decision_that_a_certificate_could_follow() -> None:
    with pytest.raises(NoHumanDecisionError):
        begun().check(facts(OFFICER), replace(RULING, human=False), GRANT)
    with pytest.raises(NoHumanDecisionError):
        begun().check(facts(HOUSE), RULING, GRANT)


def test_a03_who_accepted_the_case_does_not_sign_its_decision() -> None:
    with pytest.raises(SamePersonError):
        begun().check(facts(CLERK), RULING, GRANT)


def test_other_department_signs_nothing() -> None:
    with pytest.raises(WrongDepartmentError):
        begun().check(facts(replace(OFFICER, unit="D09")), RULING, GRANT)


def test_p26_seal_is_bound_to_the_document_it_was_asked_for() -> None:
    decision = granted()

    with pytest.raises(OtherDocumentError):
        decision.apply_seal(facts(KEEPER), "9" * 64, SEAL, FILE, "hall")

    decision.apply_seal(facts(KEEPER), PAPER.document_hash, SEAL, FILE, "hall")
    assert decision.sealed
    with pytest.raises(AlreadyIssuedError):
        decision.apply_seal(facts(KEEPER), PAPER.document_hash, SEAL, FILE, "hall")


@pytest.mark.parametrize(
    ("seal", "actor", "error"),
    [
        (None, KEEPER, SealNotUsableError),
        (replace(SEAL, since=date(2021, 1, 1)), KEEPER, SealNotUsableError),
        (replace(SEAL, suspended_on=legal_date(NOW)), KEEPER, SealNotUsableError),
        (replace(SEAL, department="D09"), KEEPER, SealNotUsableError),
        (SEAL, OFFICER, NotCustodianError),
    ],
)
def test_seal_is_refused(seal: Any, actor: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        granted().apply_seal(facts(actor), PAPER.document_hash, seal, FILE, "hall")


def test_seal_holds_until_the_day_of_its_suspension() -> None:
    seal = replace(SEAL, suspended_on=legal_date(NOW) + DAY)

    granted().check_seal(facts(KEEPER), PAPER.document_hash, "seal-7", seal)


def test_certificate_is_due_ten_working_days_after_the_decision() -> None:
    decision = granted(datetime.fromisoformat("2020-09-25T09:00:00+08:00"))

    # 27 September and 10 October work; 1 to 8 October do not.
    assert decision.due_at == datetime.fromisoformat("2020-10-15T23:59:59+08:00")


def test_refusal_has_no_issuing_limit() -> None:
    decision = begun()
    decision.issue(facts(OFFICER), "case-1-D01", REFUSED, REFUSAL, PAPER)

    decision.start_limit(facts(OFFICER), SEED)

    assert decision.due_at is None
    with pytest.raises(NotDecidedSoError):
        decision.check_certificate()


def test_p24_certificate_is_withheld_until_the_commitment_is_fulfilled() -> None:
    decision = granted(ruling=CONDITIONAL)
    decision.apply_seal(facts(KEEPER), PAPER.document_hash, SEAL, FILE, "hall")
    with pytest.raises(WithheldError):
        Certificate.of(NUMBER.text).issue(facts(ISSUER), decision, SAID, PAPER)

    fulfilled = NOW + 20 * DAY
    decision.start_limit(facts(OFFICER, fulfilled), SEED)

    Certificate.of(NUMBER.text).issue(facts(ISSUER, fulfilled), decision, SAID, PAPER)
    assert decision.started_at == fulfilled


def test_certificate_follows_a_sealed_document() -> None:
    with pytest.raises(NotSealedError):
        Certificate.of(NUMBER.text).issue(facts(ISSUER), granted(), SAID, PAPER)


def test_identifier_is_given_once() -> None:
    with pytest.raises(NumberTakenError):
        issued().issue(facts(ISSUER), sealed(), SAID, PAPER)


def test_certificate_ends_after_it_begins() -> None:
    said = replace(SAID, valid_to=SAID.valid_from - DAY)

    with pytest.raises(ValidityError):
        Certificate.of(NUMBER.text).issue(facts(ISSUER), sealed(), said, PAPER)


def test_amber_and_red_of_the_issuing_limit_are_said_once() -> None:
    decision = sealed()
    assert decision.due_at is not None
    before, late = decision.due_at - DAY, breach_at(decision.due_at)

    for _ in range(2):
        decision.breach(facts(TIMER, before), before)  # not yet
        decision.approach(facts(TIMER, before), before)
        decision.breach(facts(TIMER, late), late)

    told = [type(one) for one in decision.pending][-2:]
    assert told == [IssuingApproaching, IssuingBreached]


def test_l01_dispatch_and_return_meet_no_limit_and_service_does() -> None:
    certificate, decision = issued(), sealed()
    certificate.dispatch(facts(ISSUER), Handing.POST)
    assert certificate.served_at is None
    certificate.come_back(facts(ISSUER, NOW + DAY), "moved_away")
    assert (certificate.served_at, certificate.dispatched_at) == (None, None)
    assert decision.due_at is not None
    late = breach_at(decision.due_at)

    certificate.serve(facts(ISSUER, late), Handing.WINDOW, late, False)
    decision.served(facts(ISSUER, late), certificate.certificate_no)

    assert (last(certificate).on_time, last(decision).on_time) == (False, False)
    decision.breach(facts(TIMER, late + DAY), late + DAY)
    assert isinstance(last(decision), IssuingMet)


def test_l01_last_second_of_the_limit_is_in_time() -> None:
    decision = sealed()
    assert decision.due_at is not None

    decision.served(facts(ISSUER, decision.due_at), NUMBER.text)

    assert last(decision).on_time


def test_l02_who_signed_for_another_is_flagged() -> None:
    certificate = issued()

    certificate.serve(facts(ISSUER, NOW + DAY), Handing.DOOR, NOW + DAY, True)

    assert isinstance(last(certificate), CertificateServed)
    assert last(certificate).by_other


@pytest.mark.parametrize("served_at", [NOW - SECOND, NOW + 2 * DAY])
def test_service_is_neither_before_the_issue_nor_in_the_future(served_at: datetime) -> None:
    with pytest.raises(NotDeliveredSoError):
        issued().serve(facts(ISSUER, NOW + DAY), Handing.WINDOW, served_at, False)


def test_k06_limit_moves_with_the_calendar() -> None:
    told = [one for one in late_decision().pending if isinstance(one, IssuingRecalculated)]

    assert [(one.old_due_at.date(), one.new_due_at.date()) for one in told] == [
        (date(2020, 2, 7), date(2020, 2, 11))
    ]


def test_new_version_takes_the_place_of_the_old_one() -> None:
    old, new = issued(), issued(replace(SAID, number=NUMBER.next), NUMBER.text)

    old.supersede(facts(ISSUER, NOW + DAY), NUMBER.next.text)

    assert new.associated == NUMBER.text
    assert state_of(old, NOW + DAY, legal_date(NOW)) == "superseded"
    assert state_of(new, NOW + DAY, legal_date(NOW)) == "valid"
    assert NUMBER.next.version == 2
    with pytest.raises(WrongCertificateStateError):
        old.supersede(facts(ISSUER, NOW + DAY), NUMBER.next.text)


ACTS: dict[str, Callable[[Certificate], None]] = {
    "supersede": lambda one: one.supersede(facts(ISSUER, NOW + DAY), "2"),
    "withdraw": lambda one: one.withdraw(
        facts(OFFICER, NOW + DAY), WithdrawalKind.PENALTY, "法", "1号", False
    ),
    "transfer": lambda one: one.transfer(facts(OFFICER, NOW + DAY), "341203"),
    "cancel": lambda one: one.cancel(facts(OFFICER, NOW + DAY), CancellationGround.ON_REQUEST),
    "renew": lambda one: one.request_renewal(facts(ISSUER, NOW + DAY)),
    "revoke for another ground": lambda one: one.revoke(
        facts(OFFICER, NOW + DAY), RevocationGround.UNQUALIFIED, "1号", False
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_fraud_must_be_revoked_and_nothing_else_is_open(act: str) -> None:
    certificate = issued()
    certificate.establish_fraud(facts(SUPERIOR, NOW + SECOND), "监1号")

    with pytest.raises(MustRevokeError):
        ACTS[act](certificate)

    certificate.revoke(facts(OFFICER, NOW + DAY), RevocationGround.FRAUD, "1号", False)
    assert certificate.status is Status.REVOKED
    assert "第二款" in last(certificate).article


def test_fraud_is_not_compensated_and_the_authoritys_fault_is() -> None:
    with pytest.raises(NoCompensationError):
        issued().revoke(facts(OFFICER, NOW + DAY), RevocationGround.FRAUD, "1号", True)
    with pytest.raises(CompensationDueError):
        issued().revoke(facts(OFFICER, NOW + DAY), RevocationGround.PROCEDURE, "1号", False)
    with pytest.raises(CompensationDueError):
        issued().withdraw(facts(OFFICER, NOW), WithdrawalKind.PUBLIC_GOOD, "法", "1号", False)
    with pytest.raises(NoCompensationError):
        issued().withdraw(facts(OFFICER, NOW), WithdrawalKind.PENALTY, "法", "1号", True)


def test_deciding_authority_or_its_superior_revokes_and_nobody_else() -> None:
    for actor, error in ((ISSUER, WrongRoleError), (replace(OFFICER, unit="D9"), None)):
        with pytest.raises(error or WrongDepartmentError):
            issued().revoke(facts(actor, NOW + DAY), RevocationGround.FRAUD, "1号", False)

    issued().revoke(facts(SUPERIOR, NOW + DAY), RevocationGround.FRAUD, "1号", False)


def test_expired_certificate_is_revoked_all_the_same() -> None:
    certificate = issued()
    certificate.expire(facts(TIMER, ENDS), ENDS)

    certificate.revoke(facts(OFFICER, ENDS + DAY), RevocationGround.FRAUD, "1号", False)

    assert certificate.status is Status.REVOKED


def test_cancellation_has_the_ground_it_names() -> None:
    for ground in (CancellationGround.NOT_RENEWED, CancellationGround.RIGHT_ENDED):
        with pytest.raises(WrongCertificateStateError):
            issued().cancel(facts(OFFICER, NOW + DAY), ground)

    certificate = issued()
    certificate.cancel(facts(OFFICER, NOW + DAY), CancellationGround.HOLDER_GONE)
    assert certificate.status is Status.CANCELLED


def test_renewal_is_asked_for_thirty_days_before_the_last_day() -> None:
    day = datetime.fromisoformat("2023-09-19T23:59:59+08:00")  # 30 days before 2023-10-19

    with pytest.raises(LateRenewalError):
        issued().request_renewal(facts(ISSUER, day + SECOND))
    issued().request_renewal(facts(ISSUER, day))


def test_certificate_without_an_end_is_not_renewed() -> None:
    with pytest.raises(NoExpiryError):
        issued(replace(SAID, valid_to=None)).request_renewal(facts(ISSUER))


def test_art_50_silence_until_the_expiry_renews_for_as_long_again() -> None:
    certificate = issued()
    certificate.request_renewal(facts(ISSUER, NOW + DAY))
    certificate.expire(facts(TIMER, ENDS - SECOND), ENDS - SECOND)
    assert certificate.renewal_open
    assert certificate.status_at(ENDS + DAY) is Status.VALID  # the timer has yet to fire

    certificate.expire(facts(TIMER, ENDS), ENDS + DAY)

    assert isinstance(last(certificate), RenewalDeemedGranted)
    assert (certificate.valid_from, certificate.valid_to) == (
        date(2023, 10, 20),
        date(2026, 10, 19),
    )
    assert certificate.status is Status.VALID
    assert state_of(certificate, ENDS + DAY, legal_date(ENDS + DAY)) == "valid"


def test_art_50_decision_before_the_expiry_stands() -> None:
    certificate = issued()
    certificate.request_renewal(facts(ISSUER, NOW + DAY))
    certificate.refuse_renewal(facts(OFFICER, ENDS - SECOND), "conditions_not_met")

    certificate.expire(facts(TIMER, ENDS), ENDS)

    assert isinstance(last(certificate), CertificateExpired)
    assert certificate.status is Status.EXPIRED
    with pytest.raises(NoRenewalError):
        certificate.grant_renewal(facts(OFFICER, ENDS), date(2030, 1, 1))


def test_renewal_is_decided_by_the_department_and_ends_later() -> None:
    certificate = issued()
    certificate.request_renewal(facts(ISSUER, NOW + DAY))

    with pytest.raises(WrongDepartmentError):
        certificate.grant_renewal(facts(ISSUER, NOW + DAY), date(2030, 1, 1))
    with pytest.raises(ValidityError):
        certificate.grant_renewal(facts(OFFICER, NOW + DAY), date(2023, 10, 19))


def test_fraud_is_not_renewed_by_silence() -> None:
    certificate = issued()
    certificate.request_renewal(facts(ISSUER, NOW + DAY))
    certificate.establish_fraud(facts(SUPERIOR, NOW + 2 * DAY), "监1号")

    certificate.expire(facts(TIMER, ENDS), ENDS)

    assert certificate.status is Status.EXPIRED


def test_last_day_of_validity_ends_at_midnight_of_shanghai() -> None:
    certificate = issued()

    assert expires_at(date(2023, 10, 19)) == ENDS
    assert certificate.status_at(ENDS - SECOND) is Status.VALID
    assert certificate.status_at(ENDS) is Status.EXPIRED
    assert state_of(certificate, NOW, date(2020, 10, 19)) == "not_yet"


def test_library_keeps_it_under_one_number() -> None:
    certificate = issued()
    certificate.register(facts(ISSUER), "LIB-1")
    certificate.register(facts(ISSUER), "LIB-1")

    assert certificate.version == 2
    with pytest.raises(WrongCertificateStateError):
        certificate.register(facts(ISSUER), "LIB-2")


def test_term_of_years_ends_the_day_before() -> None:
    leap = datetime.fromisoformat("2020-02-29T09:00:00+08:00")

    assert default_validity(NOW, 3) == (date(2020, 10, 20), date(2023, 10, 19))
    assert default_validity(leap, 1) == (date(2020, 2, 29), date(2021, 2, 28))
    assert default_validity(NOW, 0) == (date(2020, 10, 20), None)


def test_serial_is_drawn_from_the_decision_and_its_year() -> None:
    assert serial_of("case-1-D01", NOW) == serial_of("case-1-D01", NOW)
    assert serial_of("case-1-D01", NOW) != serial_of("case-2-D01", NOW)
    assert serial_of("case-1-D01", NOW).startswith("2020")
    assert len(serial_of("case-1-D01", NOW)) == 13


@pytest.mark.parametrize(
    ("state", "late", "human", "conditional"),
    [
        (TaskState.APPROVED, None, True, False),
        (TaskState.APPROVED_CONDITIONALLY, None, True, True),
        (TaskState.DEEMED_CONSENTED, None, False, False),
        (TaskState.DEEMED_CONSENTED, False, False, False),
        (TaskState.DEEMED_CONSENTED, True, True, False),
    ],
)
def test_d11_d04_ruling_is_human_when_a_person_granted_even_late(
    state: TaskState, late: bool | None, human: bool, conditional: bool
) -> None:
    task = Task("case-1", "case-1", "I1", "D07", state=state, late=late)
    process = SimpleNamespace(task=lambda _: task)

    ruling = Decisions._ruling(
        SimpleNamespace(process_of_task=lambda _: process),  # type: ignore[arg-type]
        "case-1",
    )

    assert (ruling.granted, ruling.human, ruling.conditional) == (True, human, conditional)


@pytest.mark.parametrize(
    "state", [TaskState.OPEN, TaskState.BLOCKED, TaskState.CANCELLED, TaskState.OVERTURNED]
)
def test_task_that_is_not_decided_has_no_document(state: TaskState) -> None:
    task = Task("case-1", "case-1", "I1", "D07", state=state)
    process = SimpleNamespace(task=lambda _: task)

    with pytest.raises(NotDecidedSoError):
        Decisions._ruling(
            SimpleNamespace(process_of_task=lambda _: process),  # type: ignore[arg-type]
            "case-1",
        )


def sent() -> Certificate:
    certificate = issued()
    certificate.dispatch(facts(ISSUER), Handing.POST)
    return certificate


def served() -> Certificate:
    certificate = issued()
    certificate.serve(facts(ISSUER, NOW + DAY), Handing.WINDOW, NOW + DAY, False)
    return certificate


def revoked() -> Certificate:
    certificate = issued()
    certificate.revoke(facts(OFFICER, NOW + DAY), RevocationGround.FRAUD, "1号", False)
    return certificate


def asked() -> Certificate:
    certificate = issued()
    certificate.request_renewal(facts(ISSUER))
    return certificate


AGAIN: dict[str, Callable[[], object]] = {
    "sent twice": lambda: sent().dispatch(facts(ISSUER), Handing.POST),
    "came back without going": lambda: issued().come_back(facts(ISSUER), "moved_away"),
    "served twice": lambda: served().serve(facts(ISSUER), Handing.WINDOW, NOW, False),
    "sent after service": lambda: served().dispatch(facts(ISSUER), Handing.POST),
    "served after its end": lambda: revoked().dispatch(facts(ISSUER), Handing.POST),
    "revoked twice": lambda: revoked().revoke(facts(OFFICER), RevocationGround.FRAUD, "1号", False),
    "fraud after the revocation": lambda: revoked().establish_fraud(facts(OFFICER), "1号"),
    "transferred after its end": lambda: revoked().transfer(facts(OFFICER), "341203"),
    "renewed twice": lambda: asked().request_renewal(facts(ISSUER)),
}


@pytest.mark.parametrize("act", AGAIN)
def test_what_is_over_or_not_begun_is_refused(act: str) -> None:
    with pytest.raises(WrongCertificateStateError):
        AGAIN[act]()


def test_cancelled_certificate_is_not_cancelled_again() -> None:
    certificate = issued()
    certificate.cancel(facts(OFFICER), CancellationGround.ON_REQUEST)

    with pytest.raises(WrongCertificateStateError):
        certificate.cancel(facts(OFFICER), CancellationGround.ON_REQUEST)
