"""The story of a person whose data was erased."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.intake.domain.erasure import Subject
from services.kernel.aggregate import Aggregate
from services.kernel.erasure import ErasureGround
from tests.unit.facts import facts


def erased_subject() -> Subject:
    found = Subject.of("s-1")
    found.erase(facts(subject="case-1"), "s-1", ErasureGround.RETENTION_ENDED)
    return found


PRIVACY_STORIES: Mapping[str, Callable[[], Aggregate]] = {"intake-erased-subject": erased_subject}
