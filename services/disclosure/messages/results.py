"""What disclosure reads of approval: decisions that are public (行政许可法 art. 40)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

PUBLISHED: Final = "approval.decision-published.v1"
REOPENED: Final = "approval.task-reopened.v1"


class Granted(msgspec.Struct, frozen=True):
    """`approval.decision-published.v1`: public facts of a granting decision."""

    project_no: str
    item_code: str
    department: str
    result: str
    decided_on: date


class Reopened(msgspec.Struct, frozen=True):
    """`approval.task-reopened.v1`: the case is to be decided again, so nothing is granted."""

    project_no: str


READS: Final[Mapping[str, type[msgspec.Struct]]] = {PUBLISHED: Granted, REOPENED: Reopened}
