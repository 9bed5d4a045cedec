"""Erasing what is known of a person: the law's grounds, and what a log keeps of it."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar, Self
from uuid import UUID

from services.kernel.aggregate import Aggregate, Fact
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class ErasureGround(Enum):
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


class SubjectData(Aggregate):
    """What a service knew of a person, named by a reference only.

    A service's own class says its stream and its event, and has an applier that sets `erased`.
    """

    STREAM: ClassVar[str] = ""
    """First word of its stream's name; the reference is the second."""

    def __init__(self) -> None:
        self.erased = False

    @classmethod
    def stream_of(cls, subject_id: str) -> UUID:
        """Give the stream of a person's data."""
        return stream_id(cls.STREAM, subject_id)

    @classmethod
    def of(cls, subject_id: str) -> Self:
        """Give the person as they are before anything happened to their data."""
        return cls.begin(cls.stream_of(subject_id))

    @staticmethod
    def fact() -> type[Fact]:
        """Give the service's event, with `subject_id` and `ground`."""
        raise NotImplementedError

    def erase(self, facts: Facts, subject_id: str, ground: ErasureGround) -> None:
        """Say once that their data is erased."""
        if not self.erased:
            self.record(self.fact(), facts, subject_id=subject_id, ground=ground)
