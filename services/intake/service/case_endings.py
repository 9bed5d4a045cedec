"""The ends of a case over HTTP, and what follows its completion."""

from __future__ import annotations

from typing import Any

from services.chassis.clock import Clock
from services.chassis.web import Call, route
from services.intake.answers import Taken
from services.intake.case_answers import (
    Act,
    Archive,
    DecideOnSpot,
    Deliver,
    Explain,
    Forward,
    Withdraw,
)
from services.intake.domain.undo_events import Undoing
from services.intake.service.case_desk import APPLYING, CLERK, REVIEWING, SUPERVISOR, act


class CaseEndingRoutes:
    """Routes of the nameko service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "POST",
        "/cases/<project_no>/withdrawal",
        request=Withdraw,
        response=Taken,
        roles=APPLYING,
        status=201,
        summary="Take the application back, whole or in part (撤回)",
    )
    def withdraw_case(self, call: Call[Withdraw]) -> Taken:
        said = call.body
        told = (said.scope, said.items, said.fees_note)
        return act(self, call, APPLYING, self.cases.withdraw_case, *told)

    @route(
        "POST",
        "/cases/<project_no>/forwarding",
        request=Forward,
        response=Taken,
        roles=CLERK,
        status=201,
        summary="Hand the case to a higher authority (转报)",
    )
    def forward_case(self, call: Call[Forward]) -> Taken:
        return act(self, call, CLERK, self.cases.forward_case, call.body.to)

    @route(
        "POST",
        "/cases/<project_no>/voiding",
        request=Explain,
        response=Taken,
        roles=REVIEWING,
        status=201,
        summary="Ask that the case be voided (作废); another supervisor confirms it",
    )
    def ask_voiding(self, call: Call[Explain]) -> Taken:
        return self._ask_undoing(call, Undoing.VOIDING)

    @route(
        "POST",
        "/cases/<project_no>/voiding/confirmation",
        request=Act,
        response=Taken,
        roles=SUPERVISOR,
        status=201,
        summary="Confirm it with the own sign-in: somebody else than who asked",
    )
    def confirm_voiding(self, call: Call[Act]) -> Taken:
        return act(self, call, SUPERVISOR, self.cases.confirm_undoing, Undoing.VOIDING)

    @route(
        "POST",
        "/cases/<project_no>/voiding/declining",
        request=Explain,
        response=Taken,
        roles=REVIEWING,
        status=201,
        summary="Leave the case as it is: a supervisor, or who asked",
    )
    def decline_voiding(self, call: Call[Explain]) -> Taken:
        return self._decline_undoing(call, Undoing.VOIDING)

    @route(
        "POST",
        "/cases/<project_no>/deletion",
        request=Explain,
        response=Taken,
        roles=REVIEWING,
        status=201,
        summary="Ask that the entry be deleted (误录删除); another supervisor confirms it",
    )
    def ask_deletion(self, call: Call[Explain]) -> Taken:
        return self._ask_undoing(call, Undoing.DELETION)

    @route(
        "POST",
        "/cases/<project_no>/deletion/confirmation",
        request=Act,
        response=Taken,
        roles=SUPERVISOR,
        status=201,
        summary="Confirm it with the own sign-in: somebody else than who asked",
    )
    def confirm_deletion(self, call: Call[Act]) -> Taken:
        return act(self, call, SUPERVISOR, self.cases.confirm_undoing, Undoing.DELETION)

    @route(
        "POST",
        "/cases/<project_no>/deletion/declining",
        request=Explain,
        response=Taken,
        roles=REVIEWING,
        status=201,
        summary="Leave the case as it is: a supervisor, or who asked",
    )
    def decline_deletion(self, call: Call[Explain]) -> Taken:
        return self._decline_undoing(call, Undoing.DELETION)

    @route(
        "POST",
        "/cases/<project_no>/decision",
        request=DecideOnSpot,
        response=Taken,
        roles=CLERK,
        status=201,
        summary="Decide an immediate item (即办件) at the window",
    )
    def decide_on_spot(self, call: Call[DecideOnSpot]) -> Taken:
        """Who accepted may decide, for immediate items only; see `Case.decide_on_spot`."""
        said = call.body
        return act(self, call, CLERK, self.cases.decide_on_spot, said.granted, said.reason)

    @route(
        "POST",
        "/cases/<project_no>/delivery",
        request=Deliver,
        response=Taken,
        roles=CLERK | {"issuing_clerk"},
        status=201,
        summary="Say that the applicant has the result (送达)",
    )
    def deliver_case(self, call: Call[Deliver]) -> Taken:
        roles = CLERK | {"issuing_clerk"}
        return act(self, call, roles, self.cases.deliver_case, call.body.how)

    @route(
        "POST",
        "/cases/<project_no>/archive",
        request=Archive,
        response=Taken,
        roles=CLERK,
        status=201,
        summary="Close the file (归档)",
    )
    def archive_case(self, call: Call[Archive]) -> Taken:
        return act(self, call, CLERK, self.cases.archive_case, call.body.archive_no)

    def _ask_undoing(self, call: Call[Explain], undoing: Undoing) -> Taken:
        return act(self, call, REVIEWING, self.cases.ask_undoing, undoing, call.body.reason)

    def _decline_undoing(self, call: Call[Explain], undoing: Undoing) -> Taken:
        """A supervisor who is a clerk, too, declines as a supervisor."""
        own = SUPERVISOR if call.caller.roles & SUPERVISOR else CLERK
        return act(self, call, own, self.cases.decline_undoing, undoing, call.body.reason)
