"""Lists in a form without scripts: one line a thing, its parts parted by `|`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from services.catalog.domain.terms import FeeItem, Material, Step

T = TypeVar("T")
MOST: Final = 300
"""Lines of one list."""


class LineError(Exception):
    """A line cannot be read; says which and why."""


def materials(text: str, before: Sequence[Material]) -> list[Material]:
    """Read materials; what the form does not show of one is kept, found by its name."""
    known = {one.name: one for one in before}

    def read(parts: list[str]) -> Material:
        name, asked, form, originals, copies, source, basis = parts
        if asked not in ("", "必要", "非必要", "免提交"):
            raise LineError("要求请写：必要、非必要或免提交")
        return replace(
            known.get(name, Material(name)),
            needed=asked in ("", "必要"),
            shared=asked == "免提交",
            form=form,
            originals=_count(originals),
            copies=_count(copies),
            source=source,
            basis=basis,
        )

    return _read(text, 7, read)


def write_materials(listed: Iterable[Material]) -> str:
    """Write materials as the form shows them."""
    return _write(
        (
            one.name,
            "免提交" if one.shared else ("必要" if one.needed else "非必要"),
            one.form,
            one.originals or "",
            one.copies or "",
            one.source,
            one.basis,
        )
        for one in listed
    )


def steps(text: str, before: Sequence[Step]) -> list[Step]:
    """Read steps: name, role, working days."""
    known = {one.name: one for one in before}

    def read(parts: list[str]) -> Step:
        name, role, days = parts
        kept = known.get(name, Step(name))
        return replace(kept, role=role, days=_count(days) if days else None)

    return _read(text, 3, read)


def write_steps(listed: Iterable[Step]) -> str:
    """Write steps as the form shows them."""
    return _write((one.name, one.role, "" if one.days is None else one.days) for one in listed)


def fees(text: str, before: Sequence[FeeItem]) -> list[FeeItem]:
    """Read charges: name, standard, amount in yuan, basis."""
    known = {one.name: one for one in before}

    def read(parts: list[str]) -> FeeItem:
        name, standard, amount, basis = parts
        if not standard:
            raise LineError("请写明收费标准")
        kept = known.get(name, FeeItem(name, standard))
        return replace(kept, standard=standard, amount_fen=_fen(amount), basis=basis)

    return _read(text, 4, read)


def write_fees(listed: Iterable[FeeItem]) -> str:
    """Write charges as the form shows them."""
    return _write(
        (
            one.name,
            one.standard,
            "" if one.amount_fen is None else f"{Decimal(one.amount_fen) / 100:.2f}",
            one.basis,
        )
        for one in listed
    )


def _read(text: str, parts: int, read: Callable[[list[str]], T]) -> list[T]:
    found: list[T] = []
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST:
        raise LineError(f"最多 {MOST} 行")
    for number, line in enumerate(lines, 1):
        said = [part.strip() for part in line.replace("｜", "|").split("|")]
        if len(said) > parts:
            raise LineError(f"第 {number} 行多于 {parts} 段")
        said += [""] * (parts - len(said))
        if not said[0]:
            raise LineError(f"第 {number} 行没有名称")
        try:
            found.append(read(said))
        except LineError as error:
            raise LineError(f"第 {number} 行：{error}") from None
    return found


def _write(rows: Iterable[Sequence[Any]]) -> str:
    lines = (" | ".join(str(part).replace("|", "／") for part in row) for row in rows)
    return "\n".join(line.rstrip(" |") for line in lines)


def _count(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or int(text) > 999:
        raise LineError("份数、天数请写 0 到 999 的整数")
    return int(text)


def _fen(text: str) -> int | None:
    if not text:
        return None
    try:
        amount = Decimal(text.removesuffix("元").strip())
        fen = int(amount * 100)
    except (InvalidOperation, ValueError, OverflowError):
        raise LineError("金额请写成元，如 10 或 10.50") from None
    if not 0 <= fen <= 10**12 or Decimal(fen) != amount * 100:
        raise LineError("金额请写成元，最多两位小数")
    return fen
