"""That the data of somebody who asked was erased, and why; who it was is nowhere in it."""

from __future__ import annotations

from enum import Enum
from typing import Self
from uuid import UUID

from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class ErasureGround(Enum):
    """Why personal data is erased (PIPL art. 47, one of its five)."""

    PURPOSE_ENDED = "purpose_ended"
    RETENTION_ENDED = "retention_ended"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    UNLAWFUL = "unlawful"
    OTHER_STATUTORY = "other_statutory"


class SubjectErased(Fact):
    """The key of what was known about a person was destroyed."""

    TOPIC = "disclosure.subject-erased.v1"

    subject_id: str
    ground: ErasureGround


class Subject(Aggregate):
    """A person, known by a reference only; stream `stream_id("foi-subject-data", subject_id)`."""

    def __init__(self) -> None:
        self.erased = False

    @classmethod
    def of(cls, subject_id: str) -> Self:
        """Give the person before anything happened to their data."""
        return cls.begin(subject_stream(subject_id))

    def erase(self, facts: Facts, subject_id: str, ground: ErasureGround) -> None:
        """Say once that their data is erased."""
        if not self.erased:
            self.record(SubjectErased, facts, subject_id=subject_id, ground=ground)

    @applies(SubjectErased)
    def _erased(self, event: SubjectErased) -> None:
        self.erased = True


def subject_stream(subject_id: str) -> UUID:
    """Give the stream of a person's data."""
    return stream_id("foi-subject-data", subject_id)
