"""Parts of an implementation list: materials, fees, steps, guide; nested or on rows apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from services.catalog.domain.terms import FeeItem, Guide, Material, Step
from services.catalog.imports.formats import Raw
from services.catalog.imports.report import ValueIssue
from services.catalog.imports.rows import Part, Reader, WrongRowError
from services.catalog.imports.values import (
    read_code,
    read_nested,
    read_text,
    read_truth,
    read_whole,
)

T = TypeVar("T")


def read_parts_of(reader: Reader, name: str, read: Callable[[Reader], T]) -> list[T]:
    """Read the parts nested in a cell; what is wrong with one is wrong with the row."""
    found: list[T] = []
    for number, cells in enumerate(reader.take(name, read_nested, [])):
        inner = Reader(
            Raw(reader.raw.line, cells, "", reader.raw.sheet),
            reader.kind,
            reader.now,
            reader.lenient,
        )
        found.append(read(inner))
        for error in inner.errors:
            reader.wrong(f"{name}/{number}/{error.field}", error.rule, error.reason, error.remedy)
    return found


def read_material(reader: Reader) -> Material:
    """Read a material."""
    return Material(
        name=reader.need("material_name", lambda v: read_text(v, 500), ""),
        needed=reader.take("is_need", read_truth, True) is not False,
        kind=reader.take("material_type", read_text, ""),
        form=reader.take("material_format", read_text, ""),
        originals=reader.take("page_num", lambda v: read_whole(v, 0, 999), 0) or 0,
        copies=reader.take("copy_num", lambda v: read_whole(v, 0, 999), 0) or 0,
        source=reader.take("source_type", read_text, ""),
        shared=bool(reader.take("shared", read_truth, False)),
        basis=reader.take("by_law", read_text, ""),
        note=reader.take("fill_explain", read_text, ""),
    )


def read_fee(reader: Reader) -> FeeItem:
    """Read a charge."""
    return FeeItem(
        name=reader.need("fee_name", lambda v: read_text(v, 200), ""),
        standard=reader.take("fee_stand", read_text, ""),
        amount_fen=reader.take("amount_fen", lambda v: read_whole(v, 0, 10**12), None),
        basis=reader.take("by_law", read_text, ""),
        reducible=bool(reader.take("is_desc", read_truth, False)),
        reduction_note=reader.take("desc_explain", read_text, ""),
        pay_online=bool(reader.take("is_pay_online", read_truth, False)),
    )


def read_step(reader: Reader) -> Step:
    """Read a step of handling."""
    return Step(
        name=reader.need("name", lambda v: read_text(v, 200), ""),
        days=reader.take("days", lambda v: read_whole(v, 0, 3650), None),
        role=reader.take("role", read_text, ""),
        note=reader.take("note", read_text, ""),
    )


PART_READERS: Mapping[str, Callable[[Reader], Material | FeeItem | Step]] = {
    "material": read_material,
    "fee": read_fee,
    "step": read_step,
}


def read_part(reader: Reader, kind: str) -> Part:
    """Read a material, fee or step on a row of its own.

    Raises:
        WrongRowError: something is wrong with it.
    """
    code = reader.need("task_code", lambda value: read_code(value).upper(), "")
    version = reader.need("task_version", lambda value: read_whole(value, 1, 999_999), 0) or 0
    said = PART_READERS[kind](reader)
    if reader.errors:
        raise WrongRowError(reader.errors)
    return Part(code, version, said, reader.raw.line, reader.raw.sheet)


def read_guide(value: object) -> Guide:
    """Read a guide, an object or the JSON of one."""
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except msgspec.DecodeError:
            value = None
    try:
        return msgspec.convert(value, Guide)
    except msgspec.ValidationError:
        raise ValueIssue(
            "not_a_guide",
            "服务指南应有四部分 (a guide has four parts)",
            '{"materials": "...", "criteria": "...", "steps": "...", "flow": "..."}',
        ) from None
