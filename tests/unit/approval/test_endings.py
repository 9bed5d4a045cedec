"""What happens to tasks because of something else: cases end, letters go, officials stay away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.approval.domain import Process, VoidGround
from services.approval.domain.certificate_events import CertificateRevoked
from services.approval.domain.certificate_terms import RevocationGround
from services.approval.domain.survey_events import SurveyParticipantAbsent
from services.kernel.calendar_seed import SEED
from tests.contract.aftermath_stories import recounted_letter
from tests.contract.certificate_stories import DAY, SUPERIOR, issued
from tests.unit.approval.projects import (
    BEGUN,
    CLERK,
    chain,
    decide,
    facts,
    fire,
    member,
    opened,
    single,
    state,
    states,
    told,
)
from tests.unit.approval.sites import SLOT, attended, signed, survey_of
from tests.unit.approval.sites import at as on_site
from tests.unit.facts import NOW
from tests.unit.facts import facts as about

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("reason", ["withdrawn", "voided", "forwarded_up", "acceptance_withdrawn"])
def test_p05_end_of_a_members_case_ends_its_task_and_what_waits(reason: str) -> None:
    process = chain(A="", B="A", C="")
    process.end_case(facts(), "case-A", reason)
    assert states(process) == {"A": "cancelled", "B": "cancelled", "C": "open"}


def test_p05_part_names_tasks_and_a_part_of_a_task_ends_nothing() -> None:
    process = chain(A="", B="", C="")
    process.end_case(facts(), "case-A", "withdrawn", ["B"])
    assert states(process) == {"A": "open", "B": "cancelled", "C": "open"}
    process.end_case(facts(), "case-A", "withdrawn", ["seal-of-another-kind"])
    assert states(process)["A"] == "open"


def test_p04_what_is_decided_stands_when_the_case_ends() -> None:
    process = chain(A="", B="")
    decide(process, "A")
    process.end_case(facts(), "case-A", "voided")
    assert state(process, "A") == "approved"


def test_case_accepted_again_has_its_task_open_again_with_fresh_limits() -> None:
    process = chain(A="", B="A")
    decide(process, "A")
    process.end_case(facts(), "case-B", "acceptance_withdrawn")
    told(process)
    later = BEGUN + 3 * DAY
    process.accepted_again(facts(CLERK, later), "accepted again", "case-B")
    task = process.task("case-B")
    assert (task.state.value, task.ready_at) == ("open", later)
    version = process.version
    process.accepted_again(facts(CLERK, later), "accepted again", "case-B")
    assert process.version == version

    alone = single()
    alone.end_case(facts(), "case-A", "acceptance_withdrawn")
    alone.accepted_again(facts(), "accepted again")
    assert state(alone, "A") == "open"


def loosened() -> Process:
    process = chain(A="", B="A", C="B")
    process.defer_prerequisite(facts(), "case-B", "case-A", "case-B-C1")
    return process


def test_letter_taken_back_blocks_the_edge_it_had_cut() -> None:
    process = loosened()
    assert state(process, "B") == "open"

    process.restore_prerequisite(facts(), "case-B", "case-B-C1")

    task = process.task("case-B")
    assert (task.state.value, task.deferred, task.clocks) == ("blocked", {}, None)
    decide(process, "A")
    assert state(process, "B") == "open"


def test_letter_taken_back_changes_nothing_that_is_decided_or_met() -> None:
    process = loosened()
    decide(process, "B")
    process.restore_prerequisite(facts(), "case-B", "case-B-C1")
    assert state(process, "B") == "approved"

    process = loosened()
    decide(process, "A")
    process.restore_prerequisite(facts(), "case-B", "case-B-C1")
    assert state(process, "B") == "open"


def absence() -> SurveyParticipantAbsent:
    survey = survey_of(("D01", "D02"))
    survey.hold(on_site(SLOT.ends_at), SLOT.starts_at, SLOT.ends_at, attended(("D01",)))
    [one] = [one for one in survey.pending if isinstance(one, SurveyParticipantAbsent)]
    return one


def test_p13_absent_department_answers_once_and_the_window_does_not() -> None:
    process = opened(member("A"))
    for _ in range(2):
        process.blame_absence(facts(), "case-A", "p-1-S1", absence(), BEGUN)

    [(number, one)] = process.liabilities.items()
    assert (number, one.liable.value) == ("p-1/A#p-1-S1.department", "department")


def test_p13_absence_is_not_excused_by_a_limit_that_moves() -> None:
    process = chain(A="", B="A")
    process.blame_absence(facts(), "case-A", "p-1-S1", absence(), BEGUN)
    fire(process, "A")
    process.void(facts(), "case-A", VoidGround.WRONG_CLOCK, "proof")

    standing = [one.rule for one in process.liabilities.values() if not one.withdrawn]
    assert standing == ["survey_absence"]


def test_letters_day_moves_with_the_calendar() -> None:
    letter = recounted_letter()
    assert letter.due_at is not None
    assert letter.due_at.date().isoformat() == "2020-02-03"

    done = signed()
    done.withdraw(on_site(NOW))
    version = done.version
    done.recalculate(on_site(NOW), SEED)
    assert done.version == version


def test_p18_broken_promise_puts_the_certificate_on_the_list_once() -> None:
    certificate = issued()
    for _ in range(2):
        certificate.order_revocation(about(at=NOW + DAY), "case-1-C4", SEED)
    assert certificate.revocation_letter == "case-1-C4"
    assert certificate.revocation_due_at is not None
    assert certificate.revocation_due_at.date().isoformat() == "2020-11-18"
    certificate.revoke(about(SUPERIOR, NOW + 2 * DAY), RevocationGround.UNQUALIFIED, "1号", False)
    revoked = certificate.pending[-1]
    assert isinstance(revoked, CertificateRevoked)
    assert revoked.commitment_no == "case-1-C4"
