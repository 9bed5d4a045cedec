"""What the pages of the desk share: who may, where a form leads, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Final

from services.approval.pages.desk_words import Names
from services.chassis.clock import Clock
from services.chassis.web import Call, Pages, Reply
from services.chassis.web.pages import APPROVERS as DESK
from services.kernel.facts import Facts
from services.kernel.times import SHANGHAI

PAGES: Final = Pages("approval", Path(__file__).parents[1] / "pages")
CLERK: Final = frozenset({"clerk"})
SUPERVISOR: Final = frozenset({"supervisor"})

__all__ = ["CLERK", "DESK", "PAGES", "SUPERVISOR", "DeskRoom", "FormError", "moment_in", "to"]


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

    def _facts(self, call: Call[Any, Any], role: str, subject: str) -> Facts:
        raise NotImplementedError

    def once(self) -> str:
        """Give what makes a form one of its own."""
        return token_urlsafe(12)

    def key_of(self, call: Call[Any, Any], once: str) -> str | None:
        """Give the idempotency key of a form: sent twice, it is done once."""
        return f"page/{self.name}/{call.caller.id}/{once}" if once else None


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
