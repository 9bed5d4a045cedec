"""What intake can be told of projects: one form, several cases taken in together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.chassis.eventlog.application import command
from services.intake.application.cases import Cases, stream_of
from services.intake.domain import Application as Applied
from services.intake.domain import Case, CaseState
from services.intake.domain.projects import (
    Project,
    ProjectCase,
    ProjectRefusedError,
    ProjectTakenError,
)
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


@dataclass(frozen=True)
class ProjectReceipt:
    """What became of a project."""

    project_code: str
    cases: list[str]
    stream: str
    version: int


class Projects(Cases):
    """The projects for parallel approval."""

    @command
    def open_project(
        self,
        facts: Facts,
        project_code: str,
        scheme: str,
        scheme_version: int,
        title: str,
        applications: Sequence[Applied],
        particulars: Mapping[str, str],
        *,
        key: str | None = None,
    ) -> ProjectReceipt:
        """Take in and accept every case of a project, or none of them.

        Raises:
            ProjectTakenError: there is a project of this code.
            ProjectRefusedError: an item cannot be accepted; nothing is on file then.
        """
        if self.find(Project, stream_id("project", project_code)) is not None:
            raise ProjectTakenError("another project has this code", "project_code")
        cases: list[ProjectCase] = []
        for said in applications:
            own = replace(facts, subject=said.project_no)
            receipt = self.submit(own, replace(said, project_code=project_code), particulars)
            case = self.load(Case, stream_of(said.project_no))
            if case.state is not CaseState.ACCEPTED:
                why = receipt.reason or "it is not complete"
                raise ProjectRefusedError(f"{said.item_code}: {why}", "items")
            department = case.department
            cases.append(
                ProjectCase(case.project_no, case.item_code, case.item_version, department)
            )
        channel, window = applications[0].channel, applications[0].window
        project = Project.open(
            facts, project_code, scheme, scheme_version, title, channel, cases, window
        )
        self.keep(project)
        numbers = [one.project_no for one in cases]
        return ProjectReceipt(project_code, numbers, str(project.id), project.version)
