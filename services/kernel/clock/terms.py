"""What an extension may be: how long, and approved by whom (行政许可法 art. 42, 条例 art. 33)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.kernel.clock.reasons import Kind


class Approver(Enum):
    """Who may grant more time; the value is the role of an actor."""

    AUTHORITY_HEAD = "authority_head"
    """The head of the authority that decides (本行政机关负责人)."""
    GOVERNMENT_HEAD = "government_head"
    """The head of the people's government at this level (本级人民政府负责人)."""
    FOI_OFFICE_HEAD = "foi_office_head"
    """The head of the office that answers requests for information."""


@dataclass(frozen=True)
class Terms:
    """The one extension the law gives a clock."""

    most: int
    """Units of the clock's limit."""
    approver: Approver


TERMS: Mapping[Kind, Terms] = {
    Kind.STATUTORY: Terms(10, Approver.AUTHORITY_HEAD),
    Kind.PROMISED: Terms(10, Approver.AUTHORITY_HEAD),
    Kind.JOINT: Terms(15, Approver.GOVERNMENT_HEAD),
    Kind.FOI: Terms(20, Approver.FOI_OFFICE_HEAD),
}
"""By kind; the kinds that are missing cannot be extended. A promise is extended with its case."""


@dataclass(frozen=True, slots=True)
class Extension:
    """More time, granted once."""

    units: int
    decided_at: datetime | None = None
    role: str = ""
