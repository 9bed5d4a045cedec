"""What intake takes and answers over HTTP about what is done to one case."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from services.intake.domain.refused_case import NO_JURISDICTION
from services.kernel.clock import Reason

Few = Annotated[str, msgspec.Meta(max_length=64)]
Named = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Why = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Days = Annotated[int, msgspec.Meta(ge=1, le=365, description="Working days.")]
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Act(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every act may say."""

    expected_version: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """The version the caller saw (or `If-Match`), 0 of what was not there yet; another is 409."""


class Accept(Act, frozen=True, kw_only=True):
    """Accept an application."""

    attested: bool = False
    """The clerk attests that everything is there; the list of materials is not asked."""


class Lacking(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that is missing or wrong."""

    code: Key
    material: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    wrong: Why


class Notify(Act, frozen=True, kw_only=True):
    """Tell all that is missing, once."""

    items: Annotated[list[Lacking], msgspec.Meta(min_length=1, max_length=100)]
    days: Days = 10
    """How long the applicant has."""


class Correct(Act, frozen=True, kw_only=True):
    """Bring what the notice asks for."""

    items: Annotated[list[Key], msgspec.Meta(min_length=1, max_length=100)]


class Refuse(Act, frozen=True, kw_only=True):
    """Refuse, with the reason."""

    reason_code: Annotated[str, msgspec.Meta(pattern="^[a-z_]{1,64}$")] = NO_JURISDICTION
    reason: Why
    other_authority: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Explain(Act, frozen=True, kw_only=True):
    """Say why."""

    reason: Why


class Overturn(Act, frozen=True, kw_only=True):
    """Void a refusal."""

    ground: Literal["reconsideration", "suit", "superior"]
    ruling_no: Few = ""


class Withdraw(Act, frozen=True, kw_only=True):
    """Take it back."""

    scope: Literal["whole", "part"] = "whole"
    items: Annotated[list[Key], msgspec.Meta(max_length=100)] = []
    fees_note: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """What becomes of fees, for the file; what is paid later goes back by itself."""


class Forward(Act, frozen=True, kw_only=True):
    """Hand it to a higher authority."""

    to: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class DecideOnSpot(Act, frozen=True, kw_only=True):
    """Decide an immediate item."""

    granted: bool
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Deliver(Act, frozen=True, kw_only=True):
    """Say how the applicant got the result."""

    how: Literal["window", "courier", "door", "electronic"] = "window"


class Archive(Act, frozen=True, kw_only=True):
    """Close the file."""

    archive_no: Few = ""


class Suspend(Act, frozen=True, kw_only=True):
    """Let clocks stand still; how long is told to the applicant in writing (art. 45)."""

    reason: Reason
    expected_days: Days
    since: datetime | None = None
    """With offset; now when absent."""
    notice_no: Few = ""


class Resume(Act, frozen=True, kw_only=True):
    """Let them go on."""

    reason: Reason | None = None
    on: datetime | None = None
    """With offset; now when absent."""


class Conclude(Act, frozen=True, kw_only=True):
    """Say what a person found."""

    upheld: bool
    reason: Why


class DeclareRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When applications for an item are accepted by a rule."""

    channels: Annotated[list[Key], msgspec.Meta(min_length=1, max_length=20)]
    needs_declared_trust: bool = True
    needs_all_materials: bool = True


class RuleView(msgspec.Struct, frozen=True):
    """The acceptance rule of an item."""

    item_code: str
    rule_version: int
    in_force: bool
    channels: list[str]
    needs_declared_trust: bool
    needs_all_materials: bool
    declared_by: str
