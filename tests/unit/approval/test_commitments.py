"""Commitment letters: the rows P17 to P24 of DOMAIN.md 3.7, in the three schemes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from services.approval.domain.commitment_events import (
    CaseDeemedWithdrawn,
    CommitmentBreached,
    CommitmentEligibilityChecked,
    CommitmentRevocationOrdered,
    ConditionalDecisionMade,
    PreDecisionLapsed,
)
from services.approval.domain.commitment_terms import (
    AlreadyDecidedOnError,
    Bar,
    CommitmentState,
    ConsultedLaterError,
    DueTooEarlyError,
    Eligibility,
    ExtensionRefusedError,
    Ground,
    LetterIncompleteError,
    NotConditionalError,
    NotCreditOfficeError,
    NotDeferrableError,
    NotFlaggedError,
    NothingPromisedError,
    NotPromisedError,
    OtherDepartmentsLetterError,
    PromisedMaterial,
    Scheme,
    WrongCommitmentStateError,
)
from services.approval.domain.commitments import Commitment
from services.approval.domain.credit import Credit
from services.kernel.calendar_seed import SEED
from services.kernel.times import SHANGHAI
from tests.unit.approval.sites import (
    DUE_ON,
    FACTS,
    HASH,
    HEAD,
    LETTER,
    PROCESS,
    SIGNED,
    SUPERVISOR,
    TIMER,
    at,
    decided,
    officer,
    requested,
    signed,
)

DUE = datetime(2020, 10, 20, 23, 59, 59, tzinfo=SHANGHAI)
LATE = DUE + timedelta(seconds=1)
_S = CommitmentState


def receive(letter: Commitment, moment: datetime, *codes: str) -> None:
    for code in codes:
        letter.receive(at(moment), code, HASH, SEED)


def pass_by(letter: Commitment, moment: datetime = LATE) -> None:
    letter.pass_by(at(DUE, TIMER), moment, SEED)


def checked(scheme: Scheme, found: Eligibility, flagged: bool = False) -> Commitment:
    letter = requested(scheme)
    letter.check(at(SIGNED, officer("D01")), found, flagged)
    return letter


def test_p17_supplement_later_unmet_lapses_and_never_gives_a_certificate() -> None:
    letter = decided()
    told = letter.pending[-1]
    assert isinstance(told, ConditionalDecisionMade) and told.certificate_withheld

    for _ in range(2):
        pass_by(letter)

    assert [type(fact) for fact in letter.pending[-2:]] == [CommitmentBreached, PreDecisionLapsed]
    assert (letter.state, letter.bar) == (_S.LAPSED, Bar.PRE_DECISION_LAPSED)
    assert letter.breached_at == DUE
    with pytest.raises(WrongCommitmentStateError):
        receive(letter, LATE, "M1")


def test_p17_a_letter_nobody_decided_on_is_broken_without_a_lapse() -> None:
    letter = signed()

    pass_by(letter)

    assert isinstance(letter.pending[-1], CommitmentBreached)
    assert (letter.state, letter.bar) == (_S.BREACHED, Bar.COMMITMENT_BREACHED)
    receive(letter, LATE, "M1", "M2")
    assert (letter.state, letter.bar) == (_S.BREACHED, None)


def test_p18_notice_and_promise_unmet_is_rectified_or_the_certificate_revoked() -> None:
    letter = decided(Scheme.NOTICE_AND_PROMISE)
    assert letter.bar is None  # granted on the promise

    pass_by(letter)

    assert letter.state is _S.RECTIFYING
    assert letter.rectify_due_at == datetime(2020, 11, 3, 23, 59, 59, tzinfo=SHANGHAI)
    letter.end_rectification(at(LATE, TIMER), letter.rectify_due_at)
    assert letter.state is _S.RECTIFYING
    for _ in range(2):
        letter.end_rectification(at(LATE, TIMER), letter.rectify_due_at + timedelta(seconds=1))
    told = letter.pending[-1]
    assert isinstance(told, CommitmentRevocationOrdered)
    assert told.missing == ["M1", "M2"]
    assert (letter.state, letter.bar) == (_S.REVOKED, Bar.REVOCATION_ORDERED)


def test_p18_what_is_made_true_in_the_rectification_is_not_revoked() -> None:
    letter = decided(Scheme.NOTICE_AND_PROMISE)
    pass_by(letter)

    receive(letter, LATE + timedelta(days=3), "M1", "M2")

    assert (letter.state, letter.bar) == (_S.FULFILLED, None)
    assert getattr(letter.pending[-1], "on_time", None) is False
    letter.end_rectification(at(LATE, TIMER), LATE + timedelta(days=90))
    assert letter.state is _S.FULFILLED


def test_p19_tolerance_unmet_is_deemed_withdrawn_not_completed() -> None:
    letter = signed(Scheme.TOLERANCE)

    pass_by(letter)

    told = letter.pending[-1]
    assert isinstance(told, CaseDeemedWithdrawn) and told.project_no == "case-1"
    assert (letter.state, letter.bar) == (_S.DEEMED_WITHDRAWN, Bar.CASE_DEEMED_WITHDRAWN)


def test_p19_under_tolerance_nothing_is_decided_before_the_papers() -> None:
    with pytest.raises(NotConditionalError):
        signed(Scheme.TOLERANCE).decide(at(SIGNED, officer("D01")))


def test_p20_papers_on_the_due_date_fulfil() -> None:
    letter = decided()
    receive(letter, SIGNED + timedelta(days=2), "M1")
    assert letter.missing == ["M2"]

    receive(letter, DUE, "M2")
    pass_by(letter)

    assert (letter.state, letter.bar, letter.breached_at) == (_S.FULFILLED, None, None)


def test_p20_papers_the_next_day_break_the_promise_also_before_the_timer() -> None:
    letter = decided()
    receive(letter, SIGNED + timedelta(days=2), "M1")

    receive(letter, LATE, "M2")

    assert letter.state is _S.LAPSED
    assert letter.breached_at == DUE
    assert getattr(letter.pending[-1], "on_time", None) is False


def test_p20_a_promised_rest_day_ends_on_the_next_working_day() -> None:
    letter = requested()
    letter.check(at(SIGNED, officer("D01")), FACTS, False)

    letter.sign(at(SIGNED), replace(LETTER, due_on=date(2020, 10, 1)), SEED)

    assert letter.due_on == date(2020, 10, 1)
    assert letter.due_at == datetime(2020, 10, 9, 23, 59, 59, tzinfo=SHANGHAI)


def test_p21_a_rejected_prerequisite_ends_the_pre_decision_before_the_day() -> None:
    letter = decided()
    letter.prerequisite_rejected(at(SIGNED + timedelta(days=3)), f"{PROCESS}/Z")
    assert letter.state is _S.DECIDED

    letter.prerequisite_rejected(at(SIGNED + timedelta(days=3)), f"{PROCESS}/B")

    told = letter.pending[-1]
    assert isinstance(told, PreDecisionLapsed)
    assert (told.cause.value, told.prerequisite_task_id) == (
        "prerequisite_rejected",
        f"{PROCESS}/B",
    )
    assert letter.bar is Bar.PRE_DECISION_LAPSED
    assert letter.breached_at is None


@pytest.mark.parametrize("make", [requested, signed])
def test_p21_a_letter_not_decided_on_is_refused_then(make: object) -> None:
    letter = make()  # type: ignore[operator]

    letter.prerequisite_rejected(at(SIGNED + timedelta(days=3)), f"{PROCESS}/B")

    assert (letter.state, letter.reason) == (_S.REFUSED, "prerequisite_rejected")


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (replace(FACTS, mutual_prerequisite=False), "not_eligible"),
        (replace(FACTS, consultation_no=None), "not_consulted"),
        (replace(FACTS, consulted_authority=None), "not_consulted"),
        (replace(FACTS, consulted_on=None), "not_consulted"),
        (replace(FACTS, policy_fit=False), "policy_unfit"),
    ],
)
def test_p22_without_its_three_facts_a_letter_is_refused(found: Eligibility, reason: str) -> None:
    letter = checked(Scheme.SUPPLEMENT_LATER, found)

    assert (letter.state, letter.reason) == (_S.REFUSED, reason)
    assert isinstance(letter.pending[-2], CommitmentEligibilityChecked)
    with pytest.raises(WrongCommitmentStateError):
        letter.sign(at(SIGNED), LETTER, SEED)


def test_p22_papers_of_a_higher_authority_are_a_ground() -> None:
    found = replace(FACTS, mutual_prerequisite=False, higher_authority="city-D09")

    letter = checked(Scheme.SUPPLEMENT_LATER, found)

    assert (letter.state, letter.ground) == (_S.ELIGIBLE, Ground.NOT_AT_THIS_LEVEL)


@pytest.mark.parametrize("scheme", [Scheme.TOLERANCE, Scheme.NOTICE_AND_PROMISE])
def test_p22_the_other_schemes_need_only_that_the_item_is_listed_for_them(scheme: Scheme) -> None:
    bare = Eligibility(False, True, "容缺受理事项清单")

    assert checked(scheme, bare).state is _S.ELIGIBLE
    assert checked(scheme, replace(bare, policy_fit=False)).reason == "policy_unfit"


@pytest.mark.parametrize("scheme", list(Scheme))
def test_p23_an_applicant_with_a_flagged_record_is_refused(scheme: Scheme) -> None:
    letter = checked(scheme, FACTS, flagged=True)

    assert (letter.state, letter.reason) == (_S.REFUSED, "credit_flagged")


def test_p23_a_record_is_flagged_once_a_letter_until_it_is_repaired() -> None:
    credit = Credit.of("s-1")
    with pytest.raises(NotFlaggedError):
        credit.repair(at(SIGNED, SUPERVISOR), "信用修复决定 3 号")
    for number in ("C1", "C1", "C2"):
        credit.flag(at(SIGNED, TIMER), number, Scheme.SUPPLEMENT_LATER)
    assert (credit.flagged, len(credit.pending)) == (True, 2)
    with pytest.raises(NotCreditOfficeError):
        credit.repair(at(SIGNED), "信用修复决定 3 号")
    with pytest.raises(LetterIncompleteError):
        credit.repair(at(SIGNED, SUPERVISOR), " ")

    credit.repair(at(SIGNED, SUPERVISOR), "信用修复决定 3 号")

    assert not credit.flagged
    credit.flag(at(SIGNED, TIMER), "C1", Scheme.SUPPLEMENT_LATER)
    assert not credit.flagged  # what was repaired is not flagged again


def test_p24_a_certificate_asked_for_before_fulfilment_is_barred() -> None:
    assert requested().bar is None
    for letter in (signed(), decided(), signed(Scheme.TOLERANCE)):
        assert letter.bar is Bar.COMMITMENT_OPEN
        receive(letter, SIGNED + timedelta(days=2), "M1")
        assert letter.bar is Bar.COMMITMENT_OPEN
        receive(letter, SIGNED + timedelta(days=2), "M2")
        assert letter.bar is None


def test_more_time_is_granted_once_by_the_head_before_the_day() -> None:
    letter = decided()
    more = replace(LETTER, due_on=date(2020, 10, 30))
    with pytest.raises(ExtensionRefusedError):
        letter.extend(at(SIGNED, officer("D01")), more, "疫情", SEED)
    with pytest.raises(OtherDepartmentsLetterError):
        letter.extend(at(SIGNED, replace(HEAD, unit="D02")), more, "疫情", SEED)
    with pytest.raises(ExtensionRefusedError):
        letter.extend(at(SIGNED, HEAD), more, " ", SEED)
    with pytest.raises(DueTooEarlyError):
        letter.extend(at(SIGNED, HEAD), LETTER, "疫情", SEED)
    with pytest.raises(ExtensionRefusedError):
        letter.extend(at(LATE, HEAD), more, "疫情", SEED)

    letter.extend(at(DUE, HEAD), more, "疫情", SEED)

    pass_by(letter)
    assert (letter.state, letter.due_on) == (_S.DECIDED, date(2020, 10, 30))
    with pytest.raises(ExtensionRefusedError):
        letter.extend(at(DUE, HEAD), replace(LETTER, due_on=date(2020, 11, 30)), "疫情", SEED)


def test_the_applicant_withdraws_before_the_decision_and_not_after() -> None:
    letter = signed()
    letter.withdraw(at(SIGNED + timedelta(days=1)))
    assert (letter.state, letter.bar) == (_S.WITHDRAWN, None)
    pass_by(letter)
    assert letter.state is _S.WITHDRAWN

    with pytest.raises(AlreadyDecidedOnError):
        decided().withdraw(at(SIGNED + timedelta(days=2)))


def test_letter_promises_something_ahead_and_says_what_follows() -> None:
    letter = requested()
    letter.check(at(SIGNED, officer("D01")), FACTS, False)

    with pytest.raises(DueTooEarlyError):
        letter.sign(at(SIGNED), replace(LETTER, due_on=SIGNED.date()), SEED)
    with pytest.raises(LetterIncompleteError):
        letter.sign(at(SIGNED), replace(LETTER, liability=" "), SEED)
    with pytest.raises(LetterIncompleteError):
        letter.sign(at(SIGNED), replace(LETTER, signature_ref=""), SEED)


def test_request_names_papers_once_and_defers_only_under_its_scheme() -> None:
    asked = vars(requested().pending[0])
    from services.approval.domain.commitment_terms import CommitmentAsked

    told = CommitmentAsked(**{name: asked[name] for name in CommitmentAsked.__annotations__})
    for materials in ([], [PromisedMaterial("M1", "甲")] * 2):
        with pytest.raises(NothingPromisedError):
            Commitment.request(at(SIGNED), replace(told, materials=materials))
    with pytest.raises(NotDeferrableError):
        Commitment.request(at(SIGNED), replace(told, scheme=Scheme.TOLERANCE))


def test_only_the_department_of_the_task_checks_and_decides() -> None:
    with pytest.raises(OtherDepartmentsLetterError):
        requested().check(at(SIGNED, officer("D02")), FACTS, False)
    with pytest.raises(OtherDepartmentsLetterError):
        signed().decide(at(SIGNED, officer("D02")))
    with pytest.raises(ConsultedLaterError):
        requested().check(
            at(SIGNED, officer("D01")), replace(FACTS, consulted_on=date(2020, 9, 22)), False
        )


def test_nothing_is_received_that_was_not_promised_or_is_there() -> None:
    letter = decided()
    receive(letter, SIGNED + timedelta(days=1), "M1")

    for code in ("M1", "M9"):
        with pytest.raises(NotPromisedError):
            receive(letter, SIGNED + timedelta(days=1), code)


def test_letter_replays_to_the_same_state() -> None:
    letter = decided(Scheme.NOTICE_AND_PROMISE)
    receive(letter, SIGNED + timedelta(days=1), "M1")
    pass_by(letter)

    again = Commitment.replay(letter.pending)

    assert again is not None
    assert {k: v for k, v in vars(again).items() if not k.startswith("_")} == {
        k: v for k, v in vars(letter).items() if not k.startswith("_")
    }
    assert again.due_on == DUE_ON
