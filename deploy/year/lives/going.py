"""A case under way."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.year.chance import Chance
from deploy.year.lives.papers import Papers
from deploy.year.world import Asked
from services.approval.domain import Process
from services.intake.domain import (
    Case,
)
from services.kernel.facts import Facts


@dataclass
class Going:
    """A case under way, with what is known of it."""

    case: Case
    asked: Asked
    facts: Facts
    """Of its acceptance."""
    chance: Chance
    process: Process | None = None
    smooth: bool = False
    """Nothing holds it up."""
    handed: str = ""
    """How the result gets to the applicant, where that is not at the issuing window."""

    papers: Papers | None = None
    """What was put in writing of its decision."""

    @property
    def number(self) -> str:
        return self.case.project_no
