"""That a person was erased, and on what ground; who they were is nowhere in it."""

from __future__ import annotations

from enum import Enum
from typing import Self

from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class Ground(Enum):
    """Why personal data is erased (PIPL art. 47, one of its five)."""

    PURPOSE_ENDED = "purpose_ended"
    """处理目的已实现、无法实现或者不再必要."""
    RETENTION_ENDED = "retention_ended"
    """保存期限已届满或者停止提供服务."""
    CONSENT_WITHDRAWN = "consent_withdrawn"
    """个人撤回同意."""
    UNLAWFUL = "unlawful"
    """违反法律、行政法规或者约定处理."""
    OTHER_STATUTORY = "other_statutory"
    """法律、行政法规规定的其他情形."""


class SubjectErased(Fact):
    """The key of what was known about a person was destroyed."""

    TOPIC = "intake.subject-erased.v1"

    subject_id: str
    ground: Ground


class Subject(Aggregate):
    """A person, known by a reference only. Stream: `stream_id("subject-data", subject_id)`."""

    def __init__(self) -> None:
        self.erased = False

    @classmethod
    def of(cls, subject_id: str) -> Self:
        """Give the person as they are before anything happened to their data."""
        return cls.begin(stream_id("subject-data", subject_id))

    def erase(self, facts: Facts, subject_id: str, ground: Ground) -> bool:
        """Say once that their data is erased; says whether it was new."""
        if self.erased:
            return False
        self.record(SubjectErased, facts, subject_id=subject_id, ground=ground)
        return True

    @applies(SubjectErased)
    def _erased(self, event: SubjectErased) -> None:
        self.erased = True
