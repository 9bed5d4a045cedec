"""The deadlines of surveys and letters: a survey's day ends, a promise ends, a rectification ends.

Each is due in the second after the last one of its limit; its key is the survey_no or the
commitment_no.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from services.approval.domain.commitment_terms import CommitmentState
from services.approval.domain.commitments import Commitment
from services.approval.domain.surveys import Survey
from services.approval.domain.terms import breach_at
from services.chassis.deadlines import cancel_deadlines, set_deadline
from services.chassis.projection import Change

SURVEY_DAY: Final = "survey_day"
COMMITMENT_DUE: Final = "commitment_due"
RECTIFICATION_DUE: Final = "rectification_due"
RECOUNT: Final = "commitment_recount"
"""The calendar was amended; due at once."""
KINDS: Final = (SURVEY_DAY, COMMITMENT_DUE, RECTIFICATION_DUE, RECOUNT)


def of_survey(survey: Survey) -> Iterable[Change]:
    """Bring the deadline of a survey in line with it: as long as a word is awaited."""
    if survey.day_ends_at is None:
        return
    if set(survey.awaited) - set(survey.overdue):
        yield set_deadline(SURVEY_DAY, survey.survey_no, breach_at(survey.day_ends_at))
    else:
        yield cancel_deadlines((SURVEY_DAY,), survey.survey_no)


def of_commitment(letter: Commitment, fired: str = "") -> Iterable[Change]:
    """Bring the deadlines of a letter in line with it; the kind that fires now is left alone."""
    number = letter.commitment_no
    rectifies = letter.state is CommitmentState.RECTIFYING
    for kind, due_at, runs in (
        (COMMITMENT_DUE, letter.due_at, letter.is_running),
        (RECTIFICATION_DUE, letter.rectify_due_at, rectifies),
    ):
        if due_at is None or kind == fired:
            continue
        if runs:
            yield set_deadline(kind, number, breach_at(due_at))
        else:
            yield cancel_deadlines((kind,), number)
