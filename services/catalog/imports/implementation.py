"""Rows of implementation lists, in national names or as a publisher chose, to versions of items."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from services.catalog.domain.terms import (
    CaseType,
    Implementation,
    Listing,
    PublicList,
)
from services.catalog.imports import irregular, words
from services.catalog.imports.parts import (
    read_fee,
    read_guide,
    read_material,
    read_parts_of,
    read_step,
)
from services.catalog.imports.report import ValueIssue
from services.catalog.imports.rows import ItemSaid, Kind, Reader, Row
from services.catalog.imports.values import (
    read_code,
    read_moment,
    read_numbers,
    read_parts,
    read_text,
    read_truth,
    read_whole,
    read_word,
    text_of,
)
from services.kernel.limits import Unit
from services.kernel.times import plain

T = TypeVar("T")
LEGAL_DAYS = 20
"""Working days of a licence when nothing else is said (行政许可法 art. 42)."""
PUBLIC_SERVICE = 20

_TEXTS: Mapping[str, str] = {
    "anticipate_explain": "statutory_basis",
    "promise_explain": "promised_note",
    "limit_scene_explain": "visits_reason",
    "online_handle_url": "online_url",
    "fee_basis": "fee_basis",
    "accept_condition": "conditions",
    "accept_stand": "criteria",
    "handle_flow": "flow",
    "by_law": "basis",
    "power_source": "power_source",
    "result_type": "result_type",
    "result_name": "result_name",
    "handle_area": "scope",
    "limit_explain": "quota",
    "transact_addr": "place",
    "transact_time": "hours",
    "link_way": "enquiry_line",
    "supervise_way": "complaint_line",
    "service_type": "intermediary",
    "other_dept": "other_departments",
}
_TRUTHS: Mapping[str, str] = {
    "is_entry_center": "resident",
    "fully_online": "fully_online",
    "confidential": "confidential",
    "is_fee": "charged",
    "is_pay_online": "pay_online",
    "is_express": "courier",
    "is_service_terminals": "terminals",
    "is_schedule": "appointment",
}
_WHOLES: Mapping[str, tuple[str, int, int]] = {
    "dept_type": ("body_kind", 1, 9),
    "limit_scene_num": ("visits", 0, 99),
    "online_handle_depth": ("online_depth", 1, 4),
    "batch_no": ("batch_no", 0, 999_999),
}
_NUMBERS: Mapping[str, tuple[str, int, int]] = {
    "server_type": ("audience", 1, 9),
    "handle_type": ("handling_forms", 1, 9),
    "online_elements": ("online_elements", 1, 8),
}
_PARTS: Mapping[str, str] = {
    "task_handle_item": "handle_items",
    "special_procedure": "special_procedures",
    "user_topic_type": "topics_people",
    "corp_topic_type": "topics_business",
    "also_stops_statutory": "also_stops_statutory",
    "also_stops_promised": "also_stops_promised",
    "flags": "flags",
}


def read_implementation(reader: Reader, bodies: Mapping[str, str]) -> Row:
    """Read a version of an item; `bodies` as `irregular.bodies` gives them.

    Raises:
        WrongRowError: it cannot be taken.
    """
    code, level = _code(reader, bodies)
    name = _name(reader, code)
    department, department_name = _department(reader, bodies)
    item_type = _type(reader)
    case_type, limits, units = _limits(reader)
    lists = _lists(reader, item_type)
    version = _version(reader)
    effective = reader.take("plan_effective_date", read_moment, None)
    if effective is None and reader.lenient:
        reader.flag("effective_date_missing")
    listing = _listing(reader, units, level)
    said = Implementation(
        name=name,
        item_type=item_type,
        case_type=case_type,
        department=department,
        department_name=department_name,
        statutory_limit_days=limits[0],
        promised_limit_days=limits[1],
        lists=lists,
        effective_from=effective or reader.now,
        listing=listing,
    )
    item = ItemSaid(
        item_code=code,
        version=version,
        said=said,
        dated=effective is not None,
        source_document=reader.take("source_document", lambda v: read_text(v, 300), ""),
        reason=reader.take("reason", lambda v: read_text(v, 500), ""),
        programme=reader.take(
            "programme",
            lambda v: read_word(v, words.PROGRAMMES, ", ".join(words.PROGRAMMES)),
            None,
        ),
    )
    row = reader.done(Kind.IMPLEMENTATION, code, item)
    listing.as_published.update(reader.rest())
    listing.flags.extend(flag for flag in reader.flags if flag not in listing.flags)
    listing.flags.sort()
    return row


def _code(reader: Reader, bodies: Mapping[str, str]) -> tuple[str, int | None]:
    """Give the item's code, and the level that is certain from it or from the region."""
    if not reader.lenient:
        return reader.need("task_code", lambda value: read_code(value).upper(), ""), None
    region = plain(text_of(reader.cell("region")))
    department = text_of(reader.cell("dept_code"))
    about = "/".join(
        text_of(reader.cell(name)) for name in ("dept_code", "dept_name", "main_item", "task_name")
    )
    code = irregular.item_code(reader.cell("task_code"), about, region)
    reader.keep("task_code", "region", "main_item")
    reader.flag(*code.flags)
    known = irregular.department_code(department, "", bodies).text if department else ""
    if irregular.body_differs(code.body, known):
        reader.flag("code_body_differs")
    return code.text, code.level or irregular.level_of(region)


def _name(reader: Reader, code: str) -> str:
    def read(value: object) -> str:
        return " ".join(read_text(value, 200).split())

    if not reader.lenient:
        return reader.need("task_name", read, "")
    name = reader.take("task_name", read, "")
    if not name:
        reader.flag("name_missing")
        name = reader.take("main_item", read, "") or code
    return name


def _department(reader: Reader, bodies: Mapping[str, str]) -> tuple[str, str]:
    def read(value: object) -> str:
        return " ".join(read_text(value, 200).split())

    if not reader.lenient:
        return reader.need("dept_code", read_code, ""), reader.need("dept_name", read, "")
    name = reader.take("dept_name", read, "")
    code = irregular.department_code(reader.cell("dept_code"), name, bodies)
    reader.flag(*code.flags)
    if code.text != text_of(reader.cell("dept_code")) or code.flags:
        reader.keep("dept_code")
    return code.text, name or code.text


def _type(reader: Reader) -> str:
    if not reader.lenient:
        return reader.need("task_type", words.read_type, "")
    try:
        found = words.read_type(reader.cell("task_type"))
    except ValueIssue:
        found = ""
    if found != text_of(reader.cell("task_type")):
        reader.keep("task_type")
    if not found:
        reader.flag("type_missing")
    return found or "10"


def _version(reader: Reader) -> int | None:
    def read(value: object) -> int | None:
        return read_whole(value, 1, 999_999)

    if reader.lenient:
        return reader.take("task_version", read, None)
    return reader.need("task_version", read, None)


def _limits(reader: Reader) -> tuple[CaseType, tuple[int, int], tuple[Unit, Unit]]:
    """Read case type and both limits; what one of them says for certain fills in another."""
    nothing: tuple[int | None, Unit | None] = (None, None)
    statutory, statutory_own = reader.take("anticipate_day", words.read_limit, nothing)
    promised, promised_own = reader.take("promise_day", words.read_limit, nothing)
    allowed = "G 工作日, Z 自然日, H 小时"
    statutory_unit = reader.take(
        "anticipate_type", lambda v: read_word(v, words.UNITS, allowed), None
    )
    promised_unit = reader.take("promise_type", lambda v: read_word(v, words.UNITS, allowed), None)
    case_type = reader.take(
        "project_type", lambda v: read_word(v, words.CASE_TYPES, "1 即办件, 2 承诺件"), None
    )
    units = (
        statutory_own or statutory_unit or Unit.WORKING_DAY,
        promised_own or promised_unit or Unit.WORKING_DAY,
    )
    if case_type is CaseType.IMMEDIATE and promised is None:
        promised = 0
    if reader.lenient:
        statutory, promised, units = _guessed(reader, statutory, promised, units)
    for name, value in (("anticipate_day", statutory), ("promise_day", promised)):
        if value is None and not any(
            error.field == reader.heading(name) for error in reader.errors
        ):
            reader.need(name, lambda v: v, None)
    statutory, promised = statutory or 0, promised or 0
    if case_type is None:
        case_type = CaseType.IMMEDIATE if promised == 0 else CaseType.PROMISED
    return case_type, (statutory, promised), units


def _guessed(
    reader: Reader, statutory: int | None, promised: int | None, units: tuple[Unit, Unit]
) -> tuple[int, int, tuple[Unit, Unit]]:
    """Fill in limits a list does not state, so that they bind nobody to more than the law does."""
    if statutory is None and promised is None:
        reader.flag("limit_missing")
        return LEGAL_DAYS, LEGAL_DAYS, units
    if statutory is None:
        reader.flag("statutory_limit_missing")
        promised = promised or 0
        if units[1] is Unit.WORKING_DAY and promised <= LEGAL_DAYS:
            return LEGAL_DAYS, promised, units
        return promised, promised, (units[1], units[1])
    if promised is None:
        reader.flag("promised_limit_missing")
        return statutory, statutory, (units[0], units[0])
    return statutory, promised, units


def _lists(reader: Reader, item_type: str) -> tuple[PublicList, ...]:
    def read(value: object) -> tuple[PublicList, ...]:
        allowed = ", ".join(one.value for one in PublicList)
        found = (read_word(part, words.LISTS, allowed) for part in read_parts(value))
        return tuple(dict.fromkeys(one for one in found if one is not None))

    if not reader.lenient:
        return reader.need("lists", read, ())
    lists = reader.take("lists", read, ())
    if not lists:
        reader.flag("lists_missing")
        public = item_type.isdigit() and int(item_type) >= PUBLIC_SERVICE
        lists = (PublicList.PUBLIC_SERVICE if public else PublicList.POWER,)
    return lists


def _listing(reader: Reader, units: tuple[Unit, Unit], level: int | None) -> Listing:
    values: dict[str, Any] = {"statutory_unit": units[0], "promised_unit": units[1]}

    def put(field: str, value: object) -> None:
        if value not in (None, "", []):
            values[field] = value

    put("catalog_code", reader.take("catalog_code", lambda v: read_code(v, 12).upper(), ""))
    put("level", reader.take("use_level", words.read_level, None) or level)
    for name, field in _TEXTS.items():
        put(field, reader.take(name, read_text, ""))
    for name, field in _TRUTHS.items():
        put(field, reader.take(name, read_truth, None))
    for name, (field, least, most) in _WHOLES.items():
        put(field, reader.take(name, lambda v, a=least, b=most: read_whole(v, a, b), None))  # type: ignore[misc]
    for name, (field, least, most) in _NUMBERS.items():
        put(field, reader.take(name, lambda v, a=least, b=most: read_numbers(v, a, b), []))  # type: ignore[misc]
    for name, field in _PARTS.items():
        put(field, reader.take(name, read_parts, []))
    put(
        "deemed_effect",
        reader.take(
            "deemed_effect", lambda v: read_word(v, words.EFFECTS, ", ".join(words.EFFECTS)), None
        ),
    )
    put("plan_cancel_at", reader.take("plan_cancel_date", read_moment, None))
    put("materials", read_parts_of(reader, "materials", read_material))
    put("fees", read_parts_of(reader, "fees", read_fee))
    put("steps", read_parts_of(reader, "steps", read_step))
    put("guide", reader.take("guide", read_guide, None))
    kept = reader.take("as_published", _kept, {})
    return Listing(**{"as_published": dict(kept), "flags": [], **values})


def _kept(value: object) -> dict[str, str]:
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except msgspec.DecodeError:
            return {"as_published": value} if isinstance(value, str) else {}
    if not isinstance(value, dict):
        return {}
    return {str(name): text_of(one)[:2000] for name, one in value.items()}


def dated(said: Implementation, at: datetime) -> Implementation:
    """Give the version with another beginning."""
    return Implementation(**vars(said) | {"effective_from": at})
