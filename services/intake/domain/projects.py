"""A project for parallel approval (并联审批): one form, cases approved together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import msgspec

from services.intake.domain.rules import IntakeRuleError
from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class ProjectCase(msgspec.Struct, frozen=True):
    """One case of a project."""

    project_no: str
    item_code: str
    item_version: int
    department: str


class ProjectOpened(Fact):
    """A project was handed in under a version of its scheme; its cases are accepted."""

    TOPIC = "intake.project-opened.v1"

    project_code: str
    scheme: str
    scheme_version: int
    title: str
    channel: str
    cases: list[ProjectCase]
    window: str | None = None


class ProjectTakenError(IntakeRuleError):
    """Another project uses this code."""

    code = "project_code_taken"


class ProjectRefusedError(IntakeRuleError):
    """An item of the form cannot be accepted, so none is."""

    code = "project_refused"


class Project(Aggregate):
    """One project. Stream: `stream_id("project", project_code)`."""

    def __init__(self) -> None:
        self.project_code = ""
        self.cases: list[ProjectCase] = []

    @classmethod
    def open(
        cls,
        facts: Facts,
        project_code: str,
        scheme: str,
        scheme_version: int,
        title: str,
        channel: str,
        cases: Sequence[ProjectCase],
        window: str | None = None,
    ) -> Self:
        """Hand in a project whose cases are accepted.

        Raises:
            ProjectRefusedError: it has no case.
        """
        if not cases:
            raise ProjectRefusedError("a project has at least one case", "items")
        project = cls.begin(stream_id("project", project_code))
        project.record(
            ProjectOpened,
            facts,
            project_code=project_code,
            scheme=scheme,
            scheme_version=scheme_version,
            title=title,
            channel=channel,
            cases=list(cases),
            window=window,
        )
        return project

    @applies(ProjectOpened)
    def _opened(self, event: ProjectOpened) -> None:
        self.project_code = event.project_code
        self.cases = event.cases
