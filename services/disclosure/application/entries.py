"""What disclosure can be told of what is published unasked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.chassis.deadlines import Due
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import command
from services.disclosure import timers
from services.disclosure.application.figures import Figures
from services.disclosure.domain.directory import Node, Place, node_stream
from services.disclosure.domain.entries import Draft, Entry, entry_stream
from services.disclosure.domain.entry_terms import (
    NotOftenAskedError,
    SecrecyFault,
    WithdrawalReason,
    WrongNodeError,
)
from services.kernel.facts import Actor, ActorKind, Facts


@dataclass(frozen=True)
class EntryDone:
    """What was done, and where it stands."""

    key: str
    state: str
    stream: str
    version: int


class Entries(Figures):
    """Proactive disclosure (主动公开)."""

    @command
    def write_entry(
        self, facts: Facts, entry_no: str, said: Draft, *, key: str | None = None
    ) -> EntryDone:
        """Write an entry, or its next version."""
        self._place(said.node)
        entry = self.find(Entry, entry_stream(entry_no)) or Entry.of(entry_no)
        entry.write(self._here(facts), entry_no, said, self._calendar)
        return self._file_entry(entry)

    @command
    def review_entry(
        self, facts: Facts, entry_no: str, fault: SecrecyFault | None, *, key: str | None = None
    ) -> EntryDone:
        """Say whether it holds a secret; None: it holds none."""
        entry = self.entry_of(entry_no)
        entry.review(self._here(facts), fault)
        return self._file_entry(entry)

    @command
    def approve_entry(self, facts: Facts, entry_no: str, *, key: str | None = None) -> EntryDone:
        """Agree to its publication."""
        entry = self.entry_of(entry_no)
        entry.approve(self._here(facts))
        return self._file_entry(entry)

    @command
    def publish_entry(self, facts: Facts, entry_no: str, *, key: str | None = None) -> EntryDone:
        """Let everybody read it."""
        entry = self.entry_of(entry_no)
        entry.publish(self._here(facts), self._place(entry.draft.node if entry.draft else ""))
        return self._file_entry(entry)

    @command
    def withdraw_entry(
        self, facts: Facts, entry_no: str, reason: WithdrawalReason, *, key: str | None = None
    ) -> EntryDone:
        """Take it back."""
        entry = self.entry_of(entry_no)
        entry.withdraw(self._here(facts), reason)
        return self._file_entry(entry)

    @command
    def archive_entry(self, facts: Facts, entry_no: str, *, key: str | None = None) -> EntryDone:
        """Make it history."""
        entry = self.entry_of(entry_no)
        entry.archive(self._here(facts))
        return self._file_entry(entry)

    @command
    def convert_matter(
        self, facts: Facts, entry_no: str, matter: str, *, key: str | None = None
    ) -> EntryDone:
        """Say that an entry answers for all what several asked for (art. 44)."""
        entry = self.entry_of(entry_no)
        asked = next((one for one in self._rows.matters() if one.matter == matter), None)
        if asked is None:
            raise NotOftenAskedError("too few asked for it", "matter")
        if asked.entry_no is not None:
            raise NotOftenAskedError(f"{asked.entry_no} answers it already", "matter")
        entry.convert(self._here(facts), matter, asked.request_nos)
        return self._file_entry(entry)

    @command
    def extend_directory(self, facts: Facts, place: Place, *, key: str | None = None) -> EntryDone:
        """Add a place to the directory, or say it anew."""
        node = self.find(Node, node_stream(place.node)) or Node.of(place.node)
        known = frozenset(self._rows.directory())
        node.extend(replace(self._here(facts), subject=place.node), place, known)
        self.keep(node)
        return EntryDone(place.node, "extended", str(node.id), node.version)

    def entry_of(self, entry_no: str) -> Entry:
        """Give an entry.

        Raises:
            NotFoundError: there is none.
        """
        entry = self.find(Entry, entry_stream(entry_no))
        if entry is None:
            raise NotFoundError("there is no such entry")
        return entry

    def fire(self, due: Due) -> None:
        """Do what the deadline of an entry is for; those of figures go on to them."""
        if due.kind != timers.ENTRY:
            super().fire(due)
            return
        entry = self.entry_of(due.key)
        facts = Facts(due.due_at, due.key, Actor(ActorKind.TIMER, "disclosure"), due.id)
        entry.overrun(self._here(facts), due.fired_at)
        self._file_entry(entry, firing=True)

    def _place(self, node: str) -> Place:
        place = self._rows.directory().get(node)
        if place is None:
            raise WrongNodeError("the directory has no such place", "node")
        return place

    def _file_entry(self, entry: Entry, *, firing: bool = False) -> EntryDone:
        self.change(*timers.entry_changes(entry, firing))
        self.keep(entry)
        return EntryDone(entry.entry_no, entry.state.value, str(entry.id), entry.version)
