"""What disclosure takes and answers about requests for information over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent
from services.disclosure.application.foi import TEXT
from services.disclosure.domain.annual import COLUMNS, Annual
from services.disclosure.domain.foi import FoiRequest
from services.disclosure.domain.foi_terms import Category, Channel, Delivery, Form

Short = Annotated[str, Meta(max_length=64)]
Named = Annotated[str, Meta(min_length=1, max_length=200)]
Number = Annotated[str, Meta(max_length=40, pattern=r"^[0-9A-Za-z-]*$")]


class AskRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request by internet. Who asks, and for what, goes to the vault."""

    name: Named
    id_number: Annotated[str, Meta(min_length=4, max_length=64)]
    phone: Annotated[str, Meta(min_length=5, max_length=64)]
    text: Annotated[str, Meta(min_length=5, max_length=4000)]
    category: Category = Category.NATURAL
    form_wanted: Form = Form.ELECTRONIC
    delivery: Delivery = Delivery.ONLINE
    address: Annotated[str, Meta(max_length=300)] = ""
    email: Annotated[str, Meta(max_length=200)] = ""

    def told(self) -> dict[str, str]:
        """Give what goes to the vault, by field."""
        said = {
            "name": self.name,
            "document_no": self.id_number,
            "phone": self.phone,
            "address": self.address,
            "email": self.email,
            TEXT: self.text,
        }
        return {name: text for name, text in said.items() if text}

    def __repr__(self) -> str:
        return "AskRequest(...)"

    __str__ = __repr__


class RegisterRequest(AskRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request that came on paper, entered by an officer."""

    channel: Channel
    raw_on: date
    """The day it was handed in, signed for, or arrived."""

    def __repr__(self) -> str:
        return "RegisterRequest(...)"

    __str__ = __repr__


class FoiReceipt(msgspec.Struct, frozen=True):
    """Where a request can be followed; the code is told once."""

    request_no: str
    code: str
    state: str
    event: str


class FoiTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was done to a request."""

    request_no: str
    state: str
    event: str
    position: int | None = None


class AskProgress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The number and the code on the receipt."""

    request_no: Annotated[str, Meta(min_length=1, max_length=40)]
    code: Annotated[str, Meta(min_length=1, max_length=40)]

    def __repr__(self) -> str:
        return "AskProgress(...)"

    __str__ = __repr__


class Progress(msgspec.Struct, frozen=True):
    """How far a request is; nothing of who asked or for what."""

    request_no: str
    state: str
    waits_for: str
    raw_on: date | None
    received_on: date | None
    due_at: datetime | None
    extended: bool
    fee_fen: int
    pay_by: date | None
    correction_due: date | None
    reply: str | None
    replied_on: date | None
    served_on: date | None


def progress_of(request: FoiRequest) -> Progress:
    """Show how far a request is."""
    return Progress(
        request_no=request.request_no,
        state=request.state.value,
        waits_for=waits_for(request),
        raw_on=request.raw_on,
        received_on=request.received_on,
        due_at=request.due_at,
        extended=request.extended,
        fee_fen=request.fee_fen,
        pay_by=request.pay_by,
        correction_due=request.correction_due,
        reply=request.reply.value if request.reply else None,
        replied_on=request.replied_on,
        served_on=request.served_on,
    )


def waits_for(request: FoiRequest) -> str:
    """Say what an open request waits for; "" for nobody but us."""
    if not request.is_open:
        return ""
    if request.state.value == "received":
        return "confirmation"
    if request.state.value == "correction_pending":
        return "correction"
    if request.asked:
        return "consultation"
    return "fee" if request.pay_by is not None else ""


class RequestsQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list; `state` may also be `open` or `overdue`."""

    state: Short = "open"
    unit: Short = ""
    matter: Short = ""


class PartyView(msgspec.Struct, frozen=True):
    """Somebody who was consulted."""

    party: str
    reason: str
    asked_on: date
    answer_due_at: datetime
    stance: str


class RequestView(msgspec.Struct, frozen=True):
    """A request, rebuilt from its events, and how it came to be so."""

    progress: Progress
    channel: str
    category: str
    form_wanted: str
    delivery: str
    subject_id: str
    unit: str
    matter: str
    parties: list[PartyView]
    grounds: list[str]
    on_time: bool | None
    overdue: bool
    ended_on: date | None
    remedies: dict[str, Any]
    version: int
    history: list[HistoryEvent]


def request_view(request: FoiRequest, history: list[HistoryEvent]) -> RequestView:
    """Show the state of a request."""
    return RequestView(
        progress=progress_of(request),
        channel=request.channel.value,
        category=request.category.value,
        form_wanted=request.form_wanted.value,
        delivery=request.delivery.value,
        subject_id=request.subject_id,
        unit=request.unit,
        matter=request.matter,
        parties=[
            PartyView(no, one.reason.value, one.asked_on, one.answer_due_at, one.stance.value)
            for no, one in request.parties.items()
        ],
        grounds=[ground.value for ground in request.grounds],
        on_time=request.on_time,
        overdue=request.overdue_at is not None,
        ended_on=request.ended_on,
        remedies={no: msgspec.to_builtins(one) for no, one in request.remedies.items()},
        version=request.version,
        history=history,
    )


class AnnualView(msgspec.Struct, frozen=True):
    """The table of the annual report: by row, by column, with its total."""

    year: int
    columns: list[str]
    rows: dict[str, dict[str, int]]
    remedies: dict[str, dict[str, int]]


def annual_view(table: Annual) -> AnnualView:
    """Show a table; every row with its total."""

    def line(row: Any) -> dict[str, int]:
        counted = {column.value: row[column] for column in COLUMNS}
        return {**counted, "total": sum(counted.values())}

    processed = {row.value: line(cells) for row, cells in table.processed.items()}
    total = {column: table.processed_of(column) for column in COLUMNS}
    return AnnualView(
        year=table.year,
        columns=[*(column.value for column in COLUMNS), "total"],
        rows={
            "new": line(table.new),
            "carried_over": line(table.carried_over),
            **processed,
            "processed": line(total),
            "carried_forward": line(table.carried_forward),
        },
        remedies={one.value: dict(cells) for one, cells in table.remedies.items()},
    )
