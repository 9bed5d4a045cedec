"""What was granted is public (行政许可法 art. 40): who decided what for which case, and when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Self

from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.clock import legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

GRANTED: Final = "granted"


class DecisionPublished(Fact):
    """A granting decision, as everybody may read it; nothing in it says who applied."""

    TOPIC = "approval.decision-published.v1"

    project_no: str
    task_id: str
    item_code: str
    department: str
    result: str
    decided_on: date
    process_no: str | None = None


class PublishedDecision(Aggregate):
    """One decision as it was made public; a case decided anew has another.

    Stream: `stream_id("published-decision", "<task_id>@<decided_at>")`.
    """

    def __init__(self) -> None:
        self.project_no = ""
        self.decided_on: date | None = None

    @classmethod
    def publish(
        cls,
        facts: Facts,
        *,
        project_no: str,
        task_id: str,
        item_code: str,
        department: str,
        decided_at: datetime,
        process_no: str,
    ) -> Self:
        """Make a granting decision public."""
        stream = stream_id("published-decision", f"{task_id}@{decided_at.isoformat()}")
        published = cls.begin(stream)
        published.record(
            DecisionPublished,
            facts,
            project_no=project_no,
            task_id=task_id,
            item_code=item_code,
            department=department,
            result=GRANTED,
            decided_on=legal_date(decided_at),
            process_no=None if process_no == task_id else process_no,
        )
        return published

    @applies(DecisionPublished)
    def _published(self, event: DecisionPublished) -> None:
        self.project_no, self.decided_on = event.project_no, event.decided_on
