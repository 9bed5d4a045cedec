"""That the data of somebody who asked was erased, and why; who it was is nowhere in it."""

from __future__ import annotations

from services.kernel.aggregate import Fact, applies
from services.kernel.erasure import ErasureGround, SubjectData


class SubjectErased(Fact):
    """The key of what was known about a person was destroyed."""

    TOPIC = "disclosure.subject-erased.v1"

    subject_id: str
    ground: ErasureGround


class Subject(SubjectData):
    """A person, known by a reference only; stream `stream_id("foi-subject-data", subject_id)`."""

    STREAM = "foi-subject-data"

    def __init__(self) -> None:
        super().__init__()

    @staticmethod
    def fact() -> type[Fact]:
        """Give the event that says so."""
        return SubjectErased

    @applies(SubjectErased)
    def _erased(self, event: SubjectErased) -> None:
        self.erased = True
