"""What can happen to an entry of proactive disclosure, and to the directory it stands in."""

from __future__ import annotations

from datetime import date, datetime

from services.disclosure.domain.entry_terms import (
    Boost,
    Facet,
    Level,
    SecrecyFault,
    WithdrawalReason,
)
from services.kernel.aggregate import Fact


class EntryDrafted(Fact):
    """Somebody wrote it, or its next version; it has to be published by `due_at`."""

    TOPIC = "disclosure.entry-drafted.v1"

    entry_no: str
    entry_version: int
    node: str
    facet: Facet
    boosts: list[Boost]
    level: Level
    place: str
    title: str
    text: str
    formed_on: date
    due_at: datetime
    limit_days: int
    calendar_version: str
    issue_no: str | None = None
    provisional: bool | None = None


class EntrySecrecyPassed(Fact):
    """It holds no secret."""

    TOPIC = "disclosure.entry-secrecy-passed.v1"

    entry_no: str
    entry_version: int


class EntrySecrecyFailed(Fact):
    """It may hold one; it has to be written again."""

    TOPIC = "disclosure.entry-secrecy-failed.v1"

    entry_no: str
    entry_version: int
    fault: SecrecyFault


class EntryApproved(Fact):
    """It may be published."""

    TOPIC = "disclosure.entry-approved.v1"

    entry_no: str
    entry_version: int


class EntryPublished(Fact):
    """Everybody can read it."""

    TOPIC = "disclosure.entry-published.v1"

    entry_no: str
    node: str
    facet: Facet
    boosts: list[Boost]
    level: Level
    place: str
    publisher: str
    content: str
    time_limit: str
    method: str
    title: str
    formed_on: date
    due_at: datetime
    published_at: datetime
    on_time: bool


class EntryUpdated(Fact):
    """Its next version took the place of the one before."""

    TOPIC = "disclosure.entry-updated.v1"

    entry_no: str
    entry_version: int
    title: str
    formed_on: date
    due_at: datetime
    updated_at: datetime
    on_time: bool


class EntryWithdrawn(Fact):
    """It is not public any more, and why."""

    TOPIC = "disclosure.entry-withdrawn.v1"

    entry_no: str
    reason: WithdrawalReason
    withdrawn_at: datetime


class EntryArchived(Fact):
    """It is history: still to be read, not current."""

    TOPIC = "disclosure.entry-archived.v1"

    entry_no: str
    archived_at: datetime


class EntryOverdue(Fact):
    """It was not published in time."""

    TOPIC = "disclosure.entry-overdue.v1"

    entry_no: str
    entry_version: int
    due_at: datetime
    detected_at: datetime


class EntryReactivelyConverted(Fact):
    """So many asked for it that it is published for all (art. 44)."""

    TOPIC = "disclosure.entry-reactively-converted.v1"

    entry_no: str
    matter: str
    request_nos: list[str]


class DirectoryExtended(Fact):
    """The directory has a place more, or one changed."""

    TOPIC = "disclosure.directory-extended.v1"

    node: str
    parent: str
    title: str
    level: Level
    publisher: str
    content: str
    time_limit: str
    method: str
    standard_version: str
