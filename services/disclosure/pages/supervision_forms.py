"""What supervision's forms send, and how it becomes an act."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import msgspec

from services.disclosure.application.acts import Act
from services.disclosure.domain.supervision_terms import Criterion, Cycle
from services.disclosure.pages.supervision_sheets import Sheet

Typed = Annotated[str, msgspec.Meta(max_length=20_000)]
_LISTS: Final = ("units", "issues")
_FIELD: Final = re.compile(r"`\$\.(\w+)|missing required field `(\w+)`")
_UNIT_AND_REASON: Final = re.compile(r"(\S+)\s+(.+)")


class SupervisionForm(msgspec.Struct, frozen=True, kw_only=True):
    """What an act's form sends; the act takes what is its own."""

    turn: Annotated[str, msgspec.Meta(max_length=64, pattern="^[0-9a-f]*$")] = ""
    units: Typed = ""
    cycles: list[Cycle] = []
    begins: Typed = ""
    unit: Typed = ""
    cycle: Typed = ""
    on: Typed = ""
    obligation_no: Typed = ""
    evidence: Typed = ""
    issues: Typed = ""
    due_on: Typed = ""
    inspection_no: Typed = ""
    notice_no: Typed = ""
    answer: Typed = ""
    accepted: Typed = ""
    remark: Typed = ""
    title: Typed = ""
    text: Typed = ""
    lagging: Typed = ""
    period: Typed = ""
    circular_no: Typed = ""
    reason: Typed = ""
    score: Typed = ""
    rank: Typed = ""
    of_units: Typed = ""
    source_document: Typed = ""
    attendees: Typed = ""
    training_no: Typed = ""
    covert: Typed = ""
    faults: list[Criterion] = []
    form: Typed = ""
    count: Typed = ""
    enterprises: Typed = ""
    outreach_no: Typed = ""
    issue_no: Typed = ""
    counter: Typed = ""
    day: Typed = ""
    page: Typed = ""
    begin: Typed = ""
    end: Typed = ""
    code: Typed = ""
    name: Typed = ""
    value: Typed = ""
    as_of: Typed = ""
    kind: Typed = ""
    record_no: Typed = ""
    warning_no: Typed = ""


def act_of(shape: type[Act], form: SupervisionForm) -> Act:
    """Make the act of a form.

    Raises:
        msgspec.ValidationError: something is missing, or not as it has to be.
    """
    known = {field.name for field in msgspec.structs.fields(shape)}
    said: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value
        for name, value in msgspec.structs.asdict(form).items()
        if name in known and value
    }
    for name in _LISTS:
        if name in said:
            said[name] = [line.strip() for line in said[name].splitlines() if line.strip()]
    if "lagging" in said:
        said["lagging"] = [_lags(line) for line in said["lagging"].splitlines() if line.strip()]
    return msgspec.convert(said, shape, strict=False)


def problem_of(error: msgspec.ValidationError, sheet: Sheet) -> dict[str, str]:
    """Say which field is wrong, by its name."""
    found = _FIELD.search(str(error))
    name = next((one for one in found.groups() if one), "") if found else ""
    field = next((one for one in sheet.asks if one.name == name), None)
    if field is None:
        return {}
    missing = "missing" in str(error)
    return {name: "请填写。" if missing else f"填写得不对。{field.hint}"}


def _lags(line: str) -> dict[str, str]:
    found = _UNIT_AND_REASON.fullmatch(line.strip())
    return {"unit": found[1], "reason": found[2]} if found else {"unit": line.strip()}
