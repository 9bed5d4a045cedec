"""Projects over HTTP: one form, several cases that are approved side by side."""

from __future__ import annotations

from hashlib import sha256
from secrets import token_hex
from typing import Annotated, Any, Final

import msgspec

from services.chassis.clock import Clock
from services.chassis.errors import RuleError
from services.chassis.web import Call, route
from services.chassis.web.histories import written
from services.intake.answers import Applicant, Code, Number, Short
from services.intake.application import subject_of
from services.intake.application.projects import ProjectReceipt
from services.intake.domain import Application
from services.intake.projections.projects import scheme_in_force
from services.kernel.facts import Facts
from services.kernel.times import SHANGHAI

CLERK: Final = frozenset({"clerk"})


class OpenProject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One form for a project; the clerk attests that the materials of every item are complete."""

    scheme: Code
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    """What the project is called; of a thing, never of a person."""
    applicant: Applicant
    items: list[Code] = []
    """Items of the scheme that the project needs; all of them when empty."""
    channel: Annotated[str, msgspec.Meta(min_length=1, max_length=32)] = "window"
    window: Short = ""
    project_code: Number = ""
    """A code given elsewhere (项目代码); made here when absent."""


class ProjectTaken(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a project."""

    project_code: str
    cases: list[str]
    """Numbers of its cases, in the order of the items."""
    event: str
    position: int | None = None


class ProjectRoutes:
    """Routes of the nameko service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "POST",
        "/projects",
        request=OpenProject,
        response=ProjectTaken,
        roles=CLERK,
        status=201,
        summary="Take in a project for parallel approval: all of its cases, or none",
    )
    def open_project(self, call: Call[OpenProject]) -> ProjectTaken:
        """Idempotent by Idempotency-Key. Under the version of the scheme in force now."""
        said, now = call.body, self.clock.now()
        scheme = scheme_in_force(self.cases.database, said.scheme, now)
        if scheme is None:
            raise RuleError("no version of this scheme is in force", field="scheme")
        items = list(dict.fromkeys(said.items)) or scheme.items
        if not set(items) <= set(scheme.items):
            raise RuleError("an item is no member of the scheme", field="items")
        seed = call.idempotency_key or token_hex(16)
        day = f"{now.astimezone(SHANGHAI):%Y%m%d}"
        code = said.project_code or f"P{day}{_serial(seed):011}"
        facts = Facts(
            occurred_at=now,
            subject=code,
            actor=call.caller.actor("clerk"),
            correlation_id=call.correlation_id,
            region=self.frame.settings.region,
        )
        numbers = [f"{item[:31]}{day}{_serial(f'{seed}/{item}'):011}" for item in items]
        receipt: ProjectReceipt = self.cases.open_project(
            facts,
            code,
            said.scheme,
            scheme.scheme_version,
            said.title,
            [
                Application(
                    project_no=number,
                    item_code=item,
                    channel=said.channel,
                    subject_id=subject_of(number),
                    window=said.window or call.caller.window or None,
                )
                for number, item in zip(numbers, items, strict=True)
            ],
            said.applicant.fields(),
            key=call.idempotency_key or None,
        )
        place = written(call, self.cases.database, self.name, receipt.stream, receipt.version)
        return ProjectTaken(receipt.project_code, receipt.cases, place.event, place.position)


def _serial(seed: str) -> int:
    return int.from_bytes(sha256(seed.encode()).digest()[:8]) % 10**11
