"""What the routes of surveys and letters share: who acts, who applied, what is answered."""

from __future__ import annotations

from typing import Any, Final

from services.approval.application.surveys import SiteDone
from services.approval.domain.surveys import Survey, survey_stream
from services.approval.projections.applicants import applicants_of
from services.approval.site_answers import SiteTold
from services.chassis.errors import NotAllowedError, NotFoundError
from services.chassis.events import Event
from services.chassis.web import Call
from services.chassis.web.histories import written
from services.kernel.facts import Facts

CLERK: Final = frozenset({"clerk"})
"""The central window organises."""
OFFICER: Final = frozenset({"officer"})
APPLICANT: Final = frozenset({"applicant"})
ASKERS: Final = CLERK | OFFICER
SUPERVISOR: Final = frozenset({"supervisor"})
READERS: Final = ASKERS | SUPERVISOR | frozenset({"department_head"})


class SurveyRoom:
    """The service as the routes of surveys see it."""

    name: str
    frame: Any
    tasks: Any

    def _survey_of(self, call: Call[Any, Any]) -> tuple[Survey, list[Event]]:
        stream = survey_stream(call.path["survey_no"])
        survey = self.tasks.state_of(Survey, stream)
        if survey is None:
            raise NotFoundError("there is no such survey")
        return survey, self.tasks.events_of(stream)

    def _check_applicant(self, call: Call[Any, Any]) -> None:
        survey, _ = self._survey_of(call)
        check_applicant(self, call, survey.process_no)


def site_facts(service: Any, call: Call[Any, Any], subject: str, roles: frozenset[str]) -> Facts:
    """Say of a command who gives it, in which of these roles; when is when the database got it."""
    return Facts(
        occurred_at=service.tasks.received_now(),
        subject=subject,
        actor=call.caller.actor(min(roles & call.caller.roles)),
        correlation_id=call.correlation_id,
        region=service.frame.settings.region,
        department=call.caller.unit,
    )


def site_told(service: Any, call: Call[Any, Any], done: SiteDone) -> SiteTold:
    """Answer a command."""
    place = written(call, service.tasks.database, service.name, done.stream, done.version)
    return SiteTold(done.key, done.state, place.event, place.position)


def check_applicant(service: Any, call: Call[Any, Any], process_no: str) -> None:
    """Refuse a caller whose account did not apply in one of the cases of this process.

    Raises:
        NotAllowedError: see there.
    """
    process = service.tasks.process_of(process_no)
    numbers = {task.project_no for task in process.tasks.values()}
    accounts = {one.account for one in applicants_of(service.tasks.database, numbers)}
    if call.caller.id not in accounts:
        raise NotAllowedError("only who applied may do this, or the window for them")
