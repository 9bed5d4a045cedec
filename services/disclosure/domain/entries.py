"""An entry of proactive disclosure (主动公开), from its draft to the archive (DOMAIN.md 3.6)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Self
from uuid import UUID

from services.disclosure.domain.directory import Place
from services.disclosure.domain.entry_events import (
    EntryApproved,
    EntryArchived,
    EntryDrafted,
    EntryOverdue,
    EntryPublished,
    EntryReactivelyConverted,
    EntrySecrecyFailed,
    EntrySecrecyPassed,
    EntryUpdated,
    EntryWithdrawn,
)
from services.disclosure.domain.entry_terms import (
    PUBLISHED_WITHIN,
    Boost,
    EntryFormedLaterError,
    EntryState,
    Facet,
    Level,
    NotOftenAskedError,
    SamePersonError,
    SecrecyFault,
    WithdrawalReason,
    WrongEntryStateError,
    WrongNodeError,
    check_names_nobody,
)
from services.disclosure.domain.foi_base import after
from services.disclosure.domain.foi_terms import OFTEN
from services.disclosure.domain.foi_waiting import count
from services.kernel.aggregate import Aggregate, applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

_S = EntryState
_VILLAGE: Final = re.compile(r"[0-9A-Z]{12}")


@dataclass(frozen=True)
class Draft:
    """What somebody writes: one version of an entry."""

    node: str
    facet: Facet
    boosts: tuple[Boost, ...]
    level: Level
    title: str
    text: str
    formed_on: date
    """The day it came to be, or changed."""
    place: str = ""
    """Region code of the township or village; of the county, empty."""
    issue_no: str = ""
    """文号."""


class Entry(Aggregate):
    """One entry; stream `stream_id("entry", entry_no)`. A next version goes the same way."""

    def __init__(self) -> None:
        self.entry_no = ""
        self.entry_version = 0
        self.state = EntryState.DRAFTED
        """Of the newest version; an older one may be public meanwhile."""
        self.draft: Draft | None = None
        self.author = ""
        self.unit = ""
        """Of who wrote the newest version."""
        self.reviewer = ""
        self.due_at: datetime | None = None
        self.public_version = 0
        """The version everybody reads; 0: none."""
        self.published_at: datetime | None = None
        self.on_time: bool | None = None
        self.overdue_version = 0
        self.request_nos: list[str] = []

    @classmethod
    def of(cls, entry_no: str) -> Self:
        """Give the entry before anybody wrote it."""
        return cls.begin(entry_stream(entry_no))

    def write(self, facts: Facts, entry_no: str, said: Draft, calendar: WorkCalendar) -> None:
        """Write it, or its next version: the 20 working days run from when it was formed."""
        if self.version and self.state in (_S.WITHDRAWN, _S.ARCHIVED):
            raise WrongEntryStateError("it is over")
        if said.formed_on > legal_date(facts.occurred_at):
            raise EntryFormedLaterError("it was not made yet", "formed_on")
        if said.level is Level.VILLAGE and not _VILLAGE.fullmatch(said.place):
            raise WrongNodeError("a village is named by its region code of 12 characters", "place")
        check_names_nobody(said.title, said.text)
        due = count(PUBLISHED_WITHIN, said.formed_on, calendar)
        self.record(
            EntryDrafted,
            replace(facts, subject=entry_no),
            entry_no=entry_no,
            entry_version=self.public_version + 1,
            node=said.node,
            facet=said.facet,
            boosts=list(said.boosts),
            level=said.level,
            place=said.place,
            title=said.title,
            text=said.text,
            formed_on=said.formed_on,
            due_at=due.at,
            limit_days=PUBLISHED_WITHIN.value,
            calendar_version=due.calendar,
            issue_no=said.issue_no or None,
            provisional=due.provisional or None,
        )

    def review(self, facts: Facts, fault: SecrecyFault | None) -> None:
        """Say whether it holds a secret; not by who wrote it."""
        self._in(_S.DRAFTED)
        self._not_by(facts, self.author)
        told = {"entry_no": self.entry_no, "entry_version": self.entry_version}
        if fault is None:
            self.record(EntrySecrecyPassed, self._about(facts), **told)
        else:
            self.record(EntrySecrecyFailed, self._about(facts), **told, fault=fault)

    def approve(self, facts: Facts) -> None:
        """Agree to its publication; neither by who wrote it nor by who reviewed it."""
        self._in(_S.SECRECY_PASSED)
        self._not_by(facts, self.author, self.reviewer)
        self.record(
            EntryApproved,
            self._about(facts),
            entry_no=self.entry_no,
            entry_version=self.entry_version,
        )

    def publish(self, facts: Facts, node: Place) -> None:
        """Let everybody read it; late is said to be late."""
        self._in(_S.APPROVED)
        said, due = self.draft, self.due_at
        if said is None or due is None or node.node != said.node:
            raise WrongNodeError("it has no such place in the directory", "node")
        on_time = facts.occurred_at < after(due)
        if self.public_version:
            self.record(
                EntryUpdated,
                self._about(facts),
                entry_no=self.entry_no,
                entry_version=self.entry_version,
                title=said.title,
                formed_on=said.formed_on,
                due_at=due,
                updated_at=facts.occurred_at,
                on_time=on_time,
            )
            return
        self.record(
            EntryPublished,
            self._about(facts),
            entry_no=self.entry_no,
            node=said.node,
            facet=said.facet,
            boosts=list(said.boosts),
            level=said.level,
            place=said.place,
            publisher=node.publisher,
            content=node.content,
            time_limit=node.time_limit,
            method=node.method,
            title=said.title,
            formed_on=said.formed_on,
            due_at=due,
            published_at=facts.occurred_at,
            on_time=on_time,
        )

    def withdraw(self, facts: Facts, reason: WithdrawalReason) -> None:
        """Take it back."""
        self._public()
        self.record(
            EntryWithdrawn,
            self._about(facts),
            entry_no=self.entry_no,
            reason=reason,
            withdrawn_at=facts.occurred_at,
        )

    def archive(self, facts: Facts) -> None:
        """Make it history; it can still be read."""
        self._public()
        self.record(
            EntryArchived,
            self._about(facts),
            entry_no=self.entry_no,
            archived_at=facts.occurred_at,
        )

    def convert(self, facts: Facts, matter: str, request_nos: list[str]) -> None:
        """Say that it answers for all what at least three asked for (art. 44)."""
        asked = sorted(set(request_nos))
        if len(asked) < OFTEN:
            raise NotOftenAskedError(f"at least {OFTEN} requests for the same", "matter")
        if self.request_nos:
            raise WrongEntryStateError("it was made of requests before")
        self.record(
            EntryReactivelyConverted,
            self._about(facts),
            entry_no=self.entry_no,
            matter=matter,
            request_nos=asked,
        )

    def overrun(self, facts: Facts, detected_at: datetime) -> None:
        """Say once that it was not published in time; without effect when it was."""
        due = self.due_at
        if due is None or self.overdue_version == self.entry_version or detected_at < after(due):
            return
        self.record(
            EntryOverdue,
            self._about(facts),
            entry_no=self.entry_no,
            entry_version=self.entry_version,
            due_at=due,
            detected_at=detected_at,
        )

    def _about(self, facts: Facts) -> Facts:
        return replace(facts, subject=self.entry_no)

    def _in(self, *states: EntryState) -> None:
        if self.state not in states or not self.version:
            raise WrongEntryStateError(f"that cannot be done while it is {self.state.value}")

    def _public(self) -> None:
        if not self.public_version or self.state in (_S.WITHDRAWN, _S.ARCHIVED):
            raise WrongEntryStateError("it is not public")

    def _not_by(self, facts: Facts, *others: str) -> None:
        if facts.actor.id in others:
            raise SamePersonError("who wrote it neither reviews nor approves it")

    @applies(EntryDrafted)
    def _drafted(self, event: EntryDrafted) -> None:
        self.entry_no, self.entry_version = event.entry_no, event.entry_version
        self.state, self.author, self.reviewer = _S.DRAFTED, event.facts.actor.id, ""
        self.unit = event.facts.actor.unit
        self.due_at = event.due_at
        self.draft = Draft(
            event.node,
            event.facet,
            tuple(event.boosts),
            event.level,
            event.title,
            event.text,
            event.formed_on,
            event.place,
            event.issue_no or "",
        )

    @applies(EntrySecrecyPassed)
    def _passed(self, event: EntrySecrecyPassed) -> None:
        self.state, self.reviewer = _S.SECRECY_PASSED, event.facts.actor.id

    @applies(EntrySecrecyFailed)
    def _failed(self, event: EntrySecrecyFailed) -> None:
        self.state = _S.SECRECY_FAILED

    @applies(EntryApproved)
    def _approved(self, event: EntryApproved) -> None:
        self.state = _S.APPROVED

    @applies(EntryPublished)
    def _published(self, event: EntryPublished) -> None:
        self._out(event.published_at, event.on_time)

    @applies(EntryUpdated)
    def _updated(self, event: EntryUpdated) -> None:
        self._out(event.updated_at, event.on_time)

    def _out(self, at: datetime, on_time: bool) -> None:
        self.state, self.public_version = _S.PUBLISHED, self.entry_version
        self.published_at, self.on_time, self.due_at = at, on_time, None

    @applies(EntryWithdrawn)
    def _withdrawn(self, event: EntryWithdrawn) -> None:
        self.state, self.public_version, self.due_at = _S.WITHDRAWN, 0, None

    @applies(EntryArchived)
    def _archived(self, event: EntryArchived) -> None:
        self.state, self.due_at = _S.ARCHIVED, None

    @applies(EntryOverdue)
    def _overdue(self, event: EntryOverdue) -> None:
        self.overdue_version = event.entry_version

    @applies(EntryReactivelyConverted)
    def _converted(self, event: EntryReactivelyConverted) -> None:
        self.request_nos = list(event.request_nos)


def entry_stream(entry_no: str) -> UUID:
    """Give the stream of an entry."""
    return stream_id("entry", entry_no)
