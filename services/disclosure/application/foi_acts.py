"""What may be done to a request for information: one shape an act, the same for API and forms.

An act's `note` is the letter or remark that goes with it: it stands in the vault, nowhere else.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, TypeAlias

from msgspec import Meta, field

from services.disclosure.application.acts import Act, MaybeNumber, Number
from services.disclosure.domain.foi_terms import (
    EXTENSION_DAYS,
    OFFICE_HEAD,
    OFFICER,
    Delivery,
    Form,
    Ground,
    Outcome,
    Point,
    Reply,
    Route,
    Scale,
)

Note = Annotated[str, Meta(max_length=20_000)]
Told = Annotated[str, Meta(max_length=2000)]


class Noted(Act, frozen=True, kw_only=True):
    """Something an officer does; `note` is what is written with it."""

    note: Note = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    __str__ = __repr__


class Confirm(Noted, frozen=True, kw_only=True):
    """Both sides agree on the day of receipt."""

    received_on: date


class Assign(Noted, frozen=True, kw_only=True):
    """A unit answers it; `matter` is the short code of what is asked for."""

    unit: Number
    matter: MaybeNumber = ""


class AskCorrection(Noted, frozen=True, kw_only=True):
    """The one correction notice."""

    notice_no: Number
    points: Annotated[list[Point], Meta(min_length=1)]
    due_on: date


class Correct(Noted, frozen=True, kw_only=True):
    """The corrected request came."""

    received_on: date


class ConsultThirdParty(Noted, frozen=True, kw_only=True):
    """Ask a third party; `party_no` is a number, no name."""

    party_no: Number
    asked_on: date


class ConsultCoAuthority(Noted, frozen=True, kw_only=True):
    """Ask an authority that made it too."""

    authority: Number
    asked_on: date


class RecordAnswer(Noted, frozen=True, kw_only=True):
    """Who was consulted answers."""

    party: Number
    consents: bool
    replied_on: date


class Extend(Noted, frozen=True, kw_only=True):
    """More time, by the head of the office; the applicant is told."""

    notice_no: Number
    days: Annotated[int, Meta(ge=1, le=EXTENSION_DAYS)] = EXTENSION_DAYS


class AskReasons(Noted, frozen=True, kw_only=True):
    """Ask why there are so many."""


class GiveReasons(Noted, frozen=True, kw_only=True):
    """The applicant said why."""

    given_on: date
    reasonable: bool


class Delay(Noted, frozen=True, kw_only=True):
    """Set a reasonable other limit."""

    due_on: date
    notice_no: Number


class AskFee(Noted, frozen=True, kw_only=True):
    """Ask for a fee. By number the quantity is counted here, by pages it is said."""

    scale: Scale
    notice_no: Number
    pages: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class PayFee(Noted, frozen=True, kw_only=True):
    """The fee came."""

    fee_fen: Annotated[int, Meta(ge=1)]
    paid_on: date


class Answer(Noted, frozen=True, kw_only=True):
    """Reply; with no remedies given, those of the reply's day and kind are told."""

    reply: Reply
    letter_no: Number
    sealed_by: Number
    grounds: list[Ground] = field(default_factory=list)
    form: Form = Form.PAPER
    remedies: Told | None = None
    where: Told = ""
    earlier_request_no: MaybeNumber = ""
    public_interest: bool = False


class Serve(Noted, frozen=True, kw_only=True):
    """The applicant has the reply."""

    served_on: date
    delivery: Delivery


class Supplement(Noted, frozen=True, kw_only=True):
    """Add to the reply."""

    reply: Reply
    supplement_no: Number
    grounds: list[Ground] = field(default_factory=list)
    remedies: Told | None = None


class FileRemedy(Noted, frozen=True, kw_only=True):
    """The applicant takes a remedy."""

    route: Route
    docket_no: Number
    filed_on: date


class SettleRemedy(Noted, frozen=True, kw_only=True):
    """What came of it."""

    docket_no: Number
    outcome: Outcome
    decided_on: date


class Withdraw(Noted, frozen=True, kw_only=True):
    """The applicant takes the request back."""


FoiAct: TypeAlias = (
    Confirm
    | Assign
    | AskCorrection
    | Correct
    | ConsultThirdParty
    | ConsultCoAuthority
    | RecordAnswer
    | Extend
    | AskReasons
    | GiveReasons
    | Delay
    | AskFee
    | PayFee
    | Answer
    | Serve
    | Supplement
    | FileRemedy
    | SettleRemedy
    | Withdraw
)
HEADS_ACTS: Final = (Extend,)


def role_for(act: FoiAct) -> str:
    """Give the role that does it: more time is the head's to give."""
    return OFFICE_HEAD if isinstance(act, HEADS_ACTS) else OFFICER
