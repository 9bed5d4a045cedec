"""What the pages of the desk share: who may, where a form leads, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Final

from services.approval.desk_answers import JointForm
from services.approval.domain import Process
from services.approval.pages.desk_task import codes_of
from services.approval.pages.desk_words import Names, refusal
from services.approval.pages.process_words import moments
from services.chassis.clock import Clock
from services.chassis.events import Event
from services.chassis.web import Call, Pages, Reply
from services.chassis.web.pages import APPROVERS as DESK
from services.chassis.web.parts import Crumb
from services.kernel.facts import Facts
from services.kernel.times import SHANGHAI

PAGES: Final = Pages("approval", Path(__file__).parents[1] / "pages")
CLERK: Final = frozenset({"clerk"})
SUPERVISOR: Final = frozenset({"supervisor"})
GOVERNMENT: Final = frozenset({"government_head"})

__all__ = [
    "CLERK",
    "DESK",
    "GOVERNMENT",
    "PAGES",
    "SUPERVISOR",
    "DeskRoom",
    "FormError",
    "moment_in",
    "said_of",
    "to",
]


class FormError(Exception):
    """A field of a form cannot be read; says which, and what to do."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class DeskRoom:
    """The service as the pages of the desk see it."""

    name: str
    clock: Clock
    frame: Any
    tasks: Any

    def names(self, items: Iterable[str] = ()) -> Names:
        """Give what these items and all departments are called."""
        raise NotImplementedError

    def picture_of(
        self,
        call: Call[Any, Any],
        process: Process,
        events: list[Event],
        form: JointForm | None = None,
        refused: Exception | None = None,
    ) -> str:
        """Draw a process as a page; `form` is what was typed, and refused."""
        raise NotImplementedError

    def conflict_page(
        self,
        call: Call[Any, Any],
        process: Process,
        seen: int,
        act: str,
        back: str,
        typed: Sequence[tuple[str, str]],
    ) -> str:
        """Say what happened since the version `seen`, so that an act was not done."""
        names = self.names({one.item_code for one in process.tasks.values()})
        since = [one for one in self.tasks.events_of(process.id) if one.version > seen]
        return PAGES.render(
            "desk_conflict.html",
            call,
            title="内容已被他人更改",
            english="It changed meanwhile",
            crumbs=[Crumb("审批工作台", "/desk")],
            act=act,
            back=back,
            typed=typed,
            moments=moments(since, names, codes_of(process), whose=not process.is_single),
        )

    def _facts(self, call: Call[Any, Any], role: str, subject: str) -> Facts:
        raise NotImplementedError

    def once(self) -> str:
        """Give what makes a form one of its own."""
        return token_urlsafe(12)

    def key_of(self, call: Call[Any, Any], once: str) -> str | None:
        """Give the idempotency key of a form: sent twice, it is done once."""
        return f"page/{self.name}/{call.caller.id}/{once}" if once else None


def said_of(error: Exception | None) -> str:
    """Say in Chinese why a form was refused; "" for no refusal."""
    if error is None:
        return ""
    return str(error) if isinstance(error, FormError) else f"{refusal(error)} {error}"


def to(call: Call[Any, Any], path: str) -> Reply:
    """Lead to a page after a form, so that going back does not send it again."""
    return Reply("", status=303, headers={"Location": call.base + path})


def moment_in(text: str, field: str) -> datetime:
    """Read what a `datetime-local` field brings, in the county's time.

    Raises:
        FormError: it is no time.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise FormError("请填写日期和时间，例如 2026-03-02 09:30。", field) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=SHANGHAI)
