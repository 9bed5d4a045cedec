"""What the pages of the desk are asked, and what their forms bring."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from services.chassis.web import PageQuery
from services.chassis.web.histories import AtQuery

Text = Annotated[str, msgspec.Meta(max_length=2000)]
Word = Annotated[str, msgspec.Meta(max_length=100)]
Shown = Annotated[int, msgspec.Meta(ge=1, le=200)]


class WorkQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the work list."""

    limit: Shown = 25
    department: Word = ""
    """For a supervisor; others see their own."""
    state: Word = ""
    item: Word = ""
    late: Literal["", "late", "amber", "still"] = ""
    mine: Literal["", "yes"] = ""


class TaskQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What just happened, to be said once."""

    done: Word = ""


class RegisterQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the register of who answers."""

    limit: Shown = 25
    department: Word = ""
    liable: Literal["", "window", "department"] = ""
    process_no: Word = ""


class MeetingsQuery(PageQuery, frozen=True, kw_only=True):
    """The list of meetings, and what just happened."""

    limit: Shown = 25
    done: Word = ""


class ActForm(msgspec.Struct, frozen=True, kw_only=True):
    """One act on a task, as it was typed. Without `confirmed` a decision is only shown."""

    act: Word = ""
    seen: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Version of the process the form was made from."""
    once: Word = ""
    """Of this form alone, so that sending it twice does it once."""
    confirmed: Word = ""
    reason: Word = ""
    remedy: Word = ""
    expected_days: Word = ""
    days: Word = ""
    notice_no: Word = ""
    to_applicant: Word = ""
    to_window: Word = ""
    decision: Word = ""
    document: Word = ""
    reasons: list[Word] = []
    legal_basis: Text = ""
    review: Word = ""
    court: Word = ""
    statement: Text = ""
    commitment_no: Word = ""
    departments: list[Word] = []
    others: Text = ""
    place: Word = ""
    decided_at: Word = ""
    proof: Word = ""
    ground: Word = ""
    legal_ground: Word = ""
    compensation: Word = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.act})"

    __str__ = __repr__


class JointForm(msgspec.Struct, frozen=True, kw_only=True):
    """One act on a whole process, as it was typed."""

    act: Word = ""
    seen: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Version of the process the form was made from."""
    once: Word = ""
    reason: Word = ""
    expected_days: Word = ""
    days: Word = ""
    notice_no: Word = ""
    task: Word = ""
    """The case of the item to do without."""
    tasks: list[Word] = []
    """The cases that are withdrawn."""
    project_no: Word = ""
    item_code: Word = ""
    department: Word = ""
    needs: list[Word] = []


class ProcessQuery(AtQuery, frozen=True, kw_only=True):
    """When to look at a process, and what just happened to it."""

    done: Word = ""


class MeetingForm(msgspec.Struct, frozen=True, kw_only=True):
    """A review meeting to be called, as it was typed."""

    meeting_no: Word = ""
    projects: Text = ""
    departments: Text = ""
    scheduled_at: Word = ""
    place: Word = ""
    once: Word = ""


class HoldForm(msgspec.Struct, frozen=True, kw_only=True):
    """Who came to a meeting, as it was typed."""

    meeting_no: Word = ""
    attended: list[Word] = []
    minutes_hash: Word = ""
    once: Word = ""
