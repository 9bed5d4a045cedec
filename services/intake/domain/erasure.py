"""That a person was erased, and on what ground; who they were is nowhere in it."""

from __future__ import annotations

from services.kernel.aggregate import Fact, applies
from services.kernel.erasure import ErasureGround, SubjectData


class SubjectErased(Fact):
    """The key of what was known about a person was destroyed."""

    TOPIC = "intake.subject-erased.v1"

    subject_id: str
    ground: ErasureGround


class Subject(SubjectData):
    """A person, known by a reference only. Stream: `stream_id("subject-data", subject_id)`."""

    STREAM = "subject-data"

    def __init__(self) -> None:
        super().__init__()

    @staticmethod
    def fact() -> type[Fact]:
        """Give the event that says so."""
        return SubjectErased

    @applies(SubjectErased)
    def _erased(self, event: SubjectErased) -> None:
        self.erased = True
