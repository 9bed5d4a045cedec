"""What the window's pages are asked: queries, and forms as they were typed."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec

from services.chassis.web import PageQuery
from services.chassis.web.body import contract_error
from services.intake.answers import Short
from services.intake.domain.rules import IntakeRuleError

T = TypeVar("T")
Few = Annotated[str, msgspec.Meta(max_length=64)]
Typed = Annotated[str, msgspec.Meta(max_length=4000)]
Turn = Annotated[str, msgspec.Meta(max_length=64, pattern="^[0-9a-f]*$")]
Ticks = Annotated[list[Few], msgspec.Meta(max_length=200)]


class FormError(IntakeRuleError):
    """Something typed is not there, too long, or no date or number; names the field."""

    code = "form"


class QueueQuery(PageQuery, frozen=True, kw_only=True):
    """What of the queue is shown; an unknown word shows all of it."""

    waits: Short = ""
    scope: Short = ""
    """`window` (default for who sits at one), `mine`, `all`."""
    channel: Short = ""
    item_code: Few = ""
    department: Few = ""
    done: Few = ""


class ConfirmationsQuery(PageQuery, frozen=True, kw_only=True):
    """Which requests to void or delete a case are shown."""

    department: Few = ""
    window: Few = ""


class SearchQuery(PageQuery, frozen=True, kw_only=True):
    """A search; an identity number comes in a form only."""

    number: Few = ""
    item_code: Few = ""
    since: Few = ""
    until: Few = ""


class CaseQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What was done just before."""

    done: Few = ""


class EnquiryForm(msgspec.Struct, frozen=True, kw_only=True):
    """Why an enquiry is not taken over."""

    reason: Few = ""


class NewQuery(msgspec.Struct, frozen=True, kw_only=True):
    """For which item a case is taken in."""

    item: Few = ""


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """What prints it does not print what was typed."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    __str__ = __repr__


class IdentityForm(Secret, frozen=True, kw_only=True):
    """A person's number, to find their cases by."""

    id_number: Few = ""
    document: Few = ""


class NewForm(Secret, frozen=True, kw_only=True):
    """A case taken in at the window."""

    item: Few = ""
    name: Typed = ""
    id_number: Few = ""
    phone: Few = ""
    address: Typed = ""
    kind: Few = ""
    channel: Few = ""
    acceptance: Few = ""
    key: Turn = ""


class DeskForm(Secret, frozen=True, kw_only=True):
    """What every form brings: the version its page showed, and a name for this one sending."""

    version: Annotated[int, msgspec.Meta(ge=0)] = 0
    key: Turn = ""


class ActForm(DeskForm, frozen=True, kw_only=True):
    """An act on a case."""

    reason: Typed = ""
    reason_code: Few = ""
    other_authority: Typed = ""
    to: Typed = ""
    items: Ticks = []
    parts: Typed = ""
    fees_note: Typed = ""
    how: Few = ""
    archive_no: Few = ""
    shelf: Few = ""
    granted: Few = ""
    upheld: Few = ""
    attested: Few = ""
    confirmed: Few = ""
    purpose: Few = ""
    expected_days: Few = ""
    moment: Few = ""
    """In the county's clock, as a field of a page gives it; now when empty."""
    notice_no: Few = ""
    ground: Few = ""
    ruling_no: Few = ""


class NoticeForm(DeskForm, frozen=True, kw_only=True):
    """The one notice. `text` has a mark (`@` and the code) before the text of each line."""

    tick: Ticks = []
    text: Annotated[list[Typed], msgspec.Meta(max_length=400)] = []
    other: Typed = ""
    other_wrong: Typed = ""
    days: Few = "10"
    step: Few = ""
    again: Few = ""


class MaterialForm(DeskForm, frozen=True, kw_only=True):
    """What becomes of one material."""

    copies: Few = "1"
    reason: Few = ""
    note: Typed = ""
    certificate_id: Few = ""
    due_on: Few = ""


class FeeForm(DeskForm, frozen=True, kw_only=True):
    """A fee: set, told, waived, given back."""

    fee: Typed = ""
    units: Few = "1"
    amount: Few = ""
    days: Few = ""
    policy: Typed = ""
    transaction_no: Few = ""
    reason: Typed = ""


class BadQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the bad reviews."""

    state: Short = ""
    department: Short = ""
    overdue: Short = ""
    done: Few = ""


class RatingForm(DeskForm, frozen=True, kw_only=True):
    """What follows a bad review."""

    note: Typed = ""
    measures: Ticks = []
    finish_by: Few = ""
    satisfied: Few = ""
    ground: Few = ""
    evidence: Typed = ""
    excluded: Few = ""


class TicketForm(DeskForm, frozen=True, kw_only=True):
    """What becomes of a ticket, and a new one."""

    channel: Few = ""
    topic: Few = ""
    text: Typed = ""
    name: Typed = ""
    phone: Few = ""
    project_no: Few = ""
    ground: Few = ""
    lead_unit: Few = ""
    co_units: Typed = ""
    reason: Few = ""
    outcome: Few = ""
    note: Typed = ""
    reached: Few = ""
    solved: Few = ""
    satisfied: Few = ""


def said(shape: type[T], **fields: Any) -> T:
    """Give the request these fields make; those that are None are not said.

    Raises:
        FormError: one of them is missing or wrong.
    """
    told = {name: value for name, value in fields.items() if value is not None}
    try:
        return msgspec.convert(told, shape, strict=False)
    except msgspec.ValidationError as error:
        wrong = str(contract_error(error).attributes.get("field", ""))
        raise FormError("请检查填写的内容：", wrong.partition("[")[0]) from None


def words(text: str) -> list[str]:
    """Split what was typed at commas, spaces and line ends."""
    for mark in "，、；;,\n\r\t":
        text = text.replace(mark, " ")
    return text.split()


def yes_or_no(text: str) -> bool | None:
    """Read a choice of three: yes, no, or nothing said."""
    return {"yes": True, "no": False}.get(text)
