"""What the pages share of all that is asked for under a number and a code: its forms above all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any, Final, Generic, TypeVar

import msgspec

from services.chassis.web import Call, Reply
from services.chassis.web.parts import Crumb
from services.disclosure.domain.foi_errors import ReceiptDateError
from services.disclosure.service.foi import PRIVATE
from services.disclosure.service.screens import PAGES
from services.disclosure.service.turns import AskedForm, sent
from services.kernel.clock import legal_date

HERE: Final = Crumb("依申请公开", "/foi")
OFFICE: Final = Crumb("公开申请办理", "/foi-desk")

Wish = TypeVar("Wish", bound=msgspec.Struct)


@dataclass(frozen=True, kw_only=True)
class Sheet(Generic[Wish]):
    """A form and what it asks for; one for everybody, one for an officer who enters paper."""

    shape: type[Wish]
    template: str
    receipt: str
    """Template of the page with number and code."""
    title: str
    english: str
    crumbs: Sequence[Crumb]
    missing: Mapping[str, str]
    """What to say of each field that has to be filled in, in the order of the form."""
    wrong: str
    """What to say when a field cannot be read."""
    words: Any
    """Where the template takes its choices from."""
    day: str = ""
    """The field with the day the paper came; "" where nothing came on paper."""

    @property
    def register(self) -> bool:
        """It is an officer's."""
        return bool(self.day)


class FormError(Exception):
    """A form cannot be taken as it was typed: what to say, and at which field ("": above all)."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.field = field


def read_form(typed: AskedForm, sheet: Sheet[Wish]) -> Wish:
    """Read a form as what is asked for over HTTP; empty fields count as absent.

    Raises:
        FormError: a field is empty, or cannot be read.
    """
    for name, text in sheet.missing.items():
        if not getattr(typed, name).strip():
            raise FormError(text, name)
    known = sheet.shape.__struct_fields__
    said = {name: value for name in known if (value := getattr(typed, name))}
    try:
        return msgspec.convert(said, sheet.shape)
    except msgspec.ValidationError as error:
        raise FormError(sheet.wrong) from error


def private(call: Call[Any, Any], template: str, *, status: int = 200, **values: Any) -> Reply:
    """Answer a page that nobody on its way may keep."""
    return Reply(PAGES.render(template, call, **values), status=status, headers=PRIVATE)


def form_page(
    call: Call[Any, Any],
    sheet: Sheet[Any],
    typed: AskedForm,
    now: datetime,
    refused: FormError | None = None,
) -> Reply:
    """Answer a form as it was typed, with what is wrong about it."""
    return private(
        call,
        sheet.template,
        status=422 if refused else 200,
        title=sheet.title,
        english=sheet.english,
        crumbs=sheet.crumbs,
        words=sheet.words,
        register=sheet.register,
        said=msgspec.structs.asdict(typed),
        turn=typed.turn or token_hex(16),
        today=legal_date(now).isoformat(),
        refused=refused.text if refused else "",
        wrong=refused.field if refused else "",
    )


def take_form(
    call: Call[Any, Any],
    sheet: Sheet[Wish],
    now: datetime,
    take: Callable[[Call[Any, Any], Wish], object],
) -> Reply:
    """Take what a form asks for and tell its number and code; or show the form again."""
    typed: AskedForm = call.body
    try:
        receipt = take(sent(call, typed), read_form(typed, sheet))
    except FormError as error:
        return form_page(call, sheet, typed, now, error)
    except ReceiptDateError:
        late = FormError("日期不对：不能晚于今天。", sheet.day)
        return form_page(call, sheet, typed, now, late)
    return private(
        call,
        sheet.receipt,
        status=201,
        title="申请已登记" if sheet.register else "申请已提交",
        english="Received",
        crumbs=sheet.crumbs,
        receipt=receipt,
        register=sheet.register,
    )
