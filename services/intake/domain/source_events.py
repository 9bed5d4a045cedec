"""What can happen to an outside source. Fields: `contracts/intake/`."""

from __future__ import annotations

from services.kernel.aggregate import Fact


class SourceAdmitted(Fact):
    """An outside system may send rows from here on, with an account of its own on the bus."""

    TOPIC = "intake.source-admitted.v1"

    data_source: str
    kinds: list[str]
    departments: list[str]
    """Empty: all."""


class SourcePermitted(Fact):
    """What it may send is this from here on."""

    TOPIC = "intake.source-permitted.v1"

    data_source: str
    kinds: list[str]
    departments: list[str]
    """Empty: all."""


class SourceDisabled(Fact):
    """It may send nothing any more."""

    TOPIC = "intake.source-disabled.v1"

    data_source: str
    reason: str


SOURCE_FACTS: tuple[type[Fact], ...] = (SourceAdmitted, SourcePermitted, SourceDisabled)
