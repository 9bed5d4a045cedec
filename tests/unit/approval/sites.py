"""Surveys and letters for tests: who acts, and things as they stand after a few steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.approval.domain.commitment_terms import (
    CommitmentAsked,
    Eligibility,
    Letter,
    PromisedMaterial,
    Scheme,
)
from services.approval.domain.commitments import Commitment
from services.approval.domain.survey_terms import (
    Attendance,
    Participant,
    ParticipantKind,
    Party,
    Slot,
    SurveyAsked,
)
from services.approval.domain.surveys import Survey
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import SHANGHAI
from tests.unit.facts import CLERK, facts

PROCESS = "project-1"
DEPARTMENTS = ("D01", "D02", "D03", "D04", "D05")
WATER = "utility-water"
HASH = "ab" * 32
AGREED = datetime(2020, 9, 22, 9, 0, tzinfo=SHANGHAI)
ASKED = AGREED - timedelta(days=4)
SLOT = Slot(AGREED, AGREED + timedelta(hours=3))
APPLICANT = Actor(ActorKind.PERSON, "applicant-1", role="applicant")
TIMER = Actor(ActorKind.TIMER, "approval")
HEAD = Actor(ActorKind.PERSON, "head-3", unit="D01", role="department_head")
SUPERVISOR = Actor(ActorKind.PERSON, "supervisor-1", unit="D00", role="supervisor")


def at(moment: datetime, actor: Actor = CLERK) -> Facts:
    """Say who did something about the process, and when."""
    return facts(actor, moment, PROCESS)


def officer(department: str) -> Actor:
    """Give an officer of a department."""
    return Actor(ActorKind.PERSON, f"officer-{department}", unit=department, role="officer")


def two(department: str) -> list[str]:
    """Give two officials of a department."""
    return [f"{department}-1", f"{department}-2"]


def survey_of(
    departments: Sequence[str] = DEPARTMENTS,
    *others: Participant,
    slot: Slot = SLOT,
    survey_no: str = "project-1-S1",
    **said: object,
) -> Survey:
    """Give a survey whose time is agreed."""
    asked = [
        Participant(code, ParticipantKind.DEPARTMENT, True, f"{PROCESS}/{code}")
        for code in departments
    ]
    told = SurveyAsked(survey_no, PROCESS, [*asked, *others], "城南工业园 3 号地块")
    survey = Survey.request(at(slot.starts_at - timedelta(days=4)), replace(told, **said))  # type: ignore[arg-type]
    before = slot.starts_at - timedelta(days=3)
    survey.propose(at(before), [slot])
    for party in Party:
        survey.accept_slot(at(before), party, slot.starts_at)
    return survey


def attended(departments: Sequence[str], *others: Attendance) -> list[Attendance]:
    """Give two officials of each of these, and others as they are."""
    return [*(Attendance(code, two(code)) for code in departments), *others]


def held(departments: Sequence[str] = DEPARTMENTS, slot: Slot = SLOT) -> Survey:
    """Give a survey that all of these attended, recorded at its end."""
    survey = survey_of(departments, slot=slot)
    survey.hold(at(slot.ends_at), slot.starts_at, slot.ends_at, attended(departments))
    return survey


SIGNED = datetime(2020, 9, 21, 10, 0, tzinfo=SHANGHAI)
DUE_ON = date(2020, 10, 20)
DUE = datetime(2020, 10, 20, 23, 59, 59, tzinfo=SHANGHAI)
PAPERS = [PromisedMaterial("M1", "用地预审意见"), PromisedMaterial("M2", "环评批复")]
FACTS = Eligibility(
    mutual_prerequisite=True,
    policy_fit=True,
    policy_basis="县产业目录 2020 年本",
    consultation_no="请示-2020-17",
    consulted_authority="D02",
    consulted_on=date(2020, 9, 18),
)
LETTER = Letter(DUE_ON, "逾期未补齐，预先决定失效，责任自负。", "signature-1", HASH)


def requested(scheme: Scheme = Scheme.SUPPLEMENT_LATER, no: str = "case-1-C1") -> Commitment:
    """Give a letter that is asked for."""
    defers = [f"{PROCESS}/B"] if scheme is Scheme.SUPPLEMENT_LATER else []
    asked = CommitmentAsked(
        no, PROCESS, "case-1", f"{PROCESS}/A", "D01", scheme, PAPERS, "s-1", defers
    )
    return Commitment.request(at(SIGNED - timedelta(days=1)), asked)


def signed(scheme: Scheme = Scheme.SUPPLEMENT_LATER, no: str = "case-1-C1") -> Commitment:
    """Give a letter that is signed, due on 2020-10-20."""
    letter = requested(scheme, no)
    letter.check(at(SIGNED - timedelta(hours=1), officer("D01")), FACTS, False)
    letter.sign(at(SIGNED), LETTER, SEED)
    return letter


def decided(scheme: Scheme = Scheme.SUPPLEMENT_LATER, no: str = "case-1-C1") -> Commitment:
    """Give a letter on which was decided."""
    letter = signed(scheme, no)
    letter.decide(at(SIGNED + timedelta(days=1), officer("D01")))
    return letter
