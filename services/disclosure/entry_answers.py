"""What disclosure takes and answers about proactive disclosure over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from services.chassis.web import PageQuery
from services.disclosure.domain.directory import Place
from services.disclosure.domain.entries import Draft
from services.disclosure.domain.entry_terms import (
    Boost,
    Facet,
    Level,
    SecrecyFault,
    WithdrawalReason,
)
from services.disclosure.projections.entries import PublicEntry, Sought

Code = Annotated[str, Meta(max_length=64, pattern=r"^[0-9A-Za-z._-]*$")]
Line = Annotated[str, Meta(min_length=1, max_length=300)]
EDITOR = "disclosure_editor"
SECRECY = "secrecy_reviewer"
APPROVER = "disclosure_approver"


class WriteEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry, or the next version of the one named."""

    node: Annotated[str, Meta(min_length=1, max_length=41)]
    facet: Facet
    title: Line
    text: Annotated[str, Meta(min_length=1, max_length=100_000)]
    formed_on: date
    boosts: list[Boost] = []
    level: Level = Level.COUNTY
    place: Annotated[str, Meta(max_length=12, pattern=r"^[0-9A-Z]*$")] = ""
    issue_no: Annotated[str, Meta(max_length=100)] = ""
    entry_no: Code = ""

    def draft(self) -> Draft:
        """Give it as the domain has it."""
        return Draft(
            self.node,
            self.facet,
            tuple(dict.fromkeys(self.boosts)),
            self.level,
            self.title,
            self.text,
            self.formed_on,
            self.place,
            self.issue_no,
        )


class EntryAct(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="act",
    tag=lambda name: name.lower(),
):
    """Something done to an entry."""


class Review(EntryAct, frozen=True, kw_only=True):
    """The secrecy review; without a fault it passes."""

    fault: SecrecyFault | None = None


class Approve(EntryAct, frozen=True, kw_only=True):
    """Agree to its publication."""


class Publish(EntryAct, frozen=True, kw_only=True):
    """Let everybody read it."""


class Withdraw(EntryAct, frozen=True, kw_only=True):
    """Take it back."""

    reason: WithdrawalReason


class Archive(EntryAct, frozen=True, kw_only=True):
    """Make it history."""


class Convert(EntryAct, frozen=True, kw_only=True):
    """It answers for all what at least three asked for."""

    matter: Annotated[str, Meta(min_length=1, max_length=64)]


Done: TypeAlias = Review | Approve | Publish | Withdraw | Archive | Convert


def role_for(act: Done) -> str:
    """Give the role that does it."""
    if isinstance(act, Review):
        return SECRECY
    return APPROVER if isinstance(act, Approve) else EDITOR


class EntryTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was done to an entry."""

    entry_no: str
    state: str
    event: str
    position: int | None = None


class OpenQuery(PageQuery, frozen=True, kw_only=True):
    """What is looked for among what is public."""

    q: Annotated[str, Meta(max_length=100)] = ""
    facet: Code = ""
    boost: Code = ""
    level: Code = ""
    place: Code = ""
    node: Code = ""
    archived: bool = False

    def sought(self) -> Sought:
        """Give it as it is searched."""
        return Sought(
            q=self.q,
            facet=self.facet,
            boost=self.boost,
            level=self.level,
            place=self.place,
            node=self.node,
            archived=self.archived,
        )


class Found(msgspec.Struct, frozen=True):
    """One page of what was found."""

    total: int
    items: list[PublicEntry]
    next: str = ""


class PlaceView(msgspec.Struct, frozen=True):
    """One place of the directory."""

    node: str
    parent: str
    title: str
    level: Level
    publisher: str
    content: str
    time_limit: str
    method: str


class ExtendDirectory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place more in the directory, or one said anew."""

    node: Annotated[str, Meta(min_length=2, max_length=41)]
    title: Line
    publisher: Line
    content: Line
    time_limit: Line
    method: Line
    level: Level = Level.COUNTY
    parent: Code = ""

    def as_place(self) -> Place:
        """Give it as the domain has it."""
        return Place(
            self.node,
            self.parent,
            self.title,
            self.level,
            self.publisher,
            self.content,
            self.time_limit,
            self.method,
        )
