"""What can be done to a case as it stands, and by whom: what the pages offer. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from services.intake.domain import Case, CaseState
from services.intake.domain.accepted import AUTO
from services.intake.domain.case import IMMEDIATE
from services.intake.domain.terms import DONE, OPEN, RUNNING, WAITING

_S = CaseState
CLERK: Final = frozenset({"clerk"})
SUPERVISOR: Final = frozenset({"supervisor"})
WHO: Final[Mapping[str, frozenset[str]]] = {
    "suspension": CLERK | {"officer"},
    "resumption": CLERK | {"officer"},
    "overturning": SUPERVISOR,
    "voiding": CLERK | SUPERVISOR,
    "deletion": CLERK | SUPERVISOR,
    "voiding-confirmation": SUPERVISOR,
    "deletion-confirmation": SUPERVISOR,
    "voiding-declining": CLERK | SUPERVISOR,
    "deletion-declining": CLERK | SUPERVISOR,
    "review": CLERK | SUPERVISOR,
}
"""Who does an act that is not the clerk's alone."""


def who_does(act: str) -> frozenset[str]:
    """Give the roles that may do an act."""
    return WHO.get(act, CLERK)


def acts_for(case: Case, roles: Collection[str]) -> frozenset[str]:
    """Give what somebody in these roles can do to a case as it stands."""
    return frozenset(act for act in acts_of(case) if not who_does(act).isdisjoint(roles))


def acts_of(case: Case) -> frozenset[str]:
    """Give what can be done to a case as it stands, whoever may do it."""
    state, found = case.state, set[str]()
    if state is _S.DRAFT:
        found |= {"submission"}
    if state is _S.SUBMITTED:
        found |= {"acceptance"}
    if state in WAITING:
        found |= {"notice", "refusal", "not-required"}
    if state is _S.CORRECTION_PENDING:
        found |= {"correction"}
    if state in OPEN or state is _S.DRAFT:
        found |= {"withdrawal"}
    if state in RUNNING:
        found |= _under_way(case)
    if state is _S.REFUSED:
        found |= {"overturning"}
    found |= _undoing(case)
    if state is _S.COMPLETED:
        found |= {"delivery", "shelving"}
    if state in (_S.COMPLETED, _S.DELIVERED):
        found |= {"archive"}
    if case.review:
        found |= {"review"}
    if reviewable(case):
        found |= {"review-request"}
    return frozenset(found)


def _undoing(case: Case) -> set[str]:
    """Give what is offered of voiding and deletion: to ask, or to answer who asked."""
    can = {"voiding"} if case.state in OPEN | DONE else set()
    if case.state not in (_S.DELETED_IN_ERROR, _S.RETRACTED):
        can |= {"deletion"}
    if case.undo is None:
        return can
    asked = case.undo.undoing.value
    answers = {f"{asked}-declining"}
    return answers | {f"{asked}-confirmation"} if asked in can else answers


def _under_way(case: Case) -> set[str]:
    found = {"forwarding", "suspension"}
    if case.suspended:
        found |= {"resumption"}
    if case.case_type == IMMEDIATE:
        found |= {"decision"}
    if case.mode == AUTO and not case.deemed:
        found |= {"recall"}
    return found


def reviewable(case: Case) -> bool:
    """Say whether a rule decided this, and a person may still be asked to look at it."""
    if case.review:
        return False
    by_rule = case.mode == AUTO and not case.deemed and case.state in RUNNING
    return by_rule or (case.refused_by_rule and case.state is _S.REFUSED)
