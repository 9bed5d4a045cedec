"""What one version says otherwise than the one before it: the facts a revision consists of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from enum import Enum
from typing import Any

import msgspec

from services.catalog.domain.item_events import Burden, FieldChange
from services.catalog.domain.terms import FeeItem, Guide, Implementation, Listing
from services.kernel.limits import Unit

OFFICE_HOURS = 8
"""Office hours that fill a working day, where a promise in hours is counted in days."""

_JUDGED = frozenset({"flags"})
"""Parts of a listing that we find, and nobody says."""


def changes(before: Implementation, after: Implementation) -> list[FieldChange]:
    """List the fields that differ, those of the listing as `listing.<field>`; absent is ""."""
    old, new = _texts(before), _texts(after)
    return [
        FieldChange(field=name, before=old.get(name, ""), after=new.get(name, ""))
        for name in sorted(old.keys() | new.keys())
        if old.get(name, "") != new.get(name, "")
    ]


def burden(said: Implementation) -> Burden:
    """Count what it asks of people: steps, materials, promised days (begun days, when in hours)."""
    listing = said.listing or Listing()
    days = said.promised_limit_days
    if listing.promised_unit is Unit.HOUR:
        days = -(-days // OFFICE_HOURS)
    return Burden(steps=len(listing.steps), materials=len(listing.materials), days=days)


def reengineered(before: Implementation, after: Implementation) -> bool:
    """Say whether it asks more or less than before, of two versions that both say what they ask."""
    comparable = (before.listing is None) == (after.listing is None)
    return comparable and burden(before) != burden(after)


def fees(before: Implementation, after: Implementation) -> Iterator[tuple[str, str, str, str]]:
    """Give name, before, after, basis of every charge that became another; "" where is none."""
    old, new = _fees(before), _fees(after)
    for name in [*old, *(name for name in new if name not in old)]:
        was, is_now = old.get(name), new.get(name)
        if _amount(was) != _amount(is_now):
            said = is_now or was
            basis = said.basis if said and said.basis else (after.listing or Listing()).fee_basis
            yield name, _amount(was), _amount(is_now), basis


def guide_of(said: Implementation | None) -> Guide | None:
    """Give the guide of a version when all four parts of it say something."""
    guide = said.listing.guide if said and said.listing else None
    return guide if guide is not None and not guide.missing else None


def without_flags(said: Implementation) -> Mapping[str, Any]:
    """Give what a version says, without what we found irregular about it."""
    values = dict(vars(said))
    if said.listing is not None:
        values["listing"] = msgspec.structs.replace(said.listing, flags=[])
    return values


def _texts(said: Implementation) -> dict[str, str]:
    texts = {
        field.name: _text(getattr(said, field.name))
        for field in fields(said)
        if field.name != "listing"
    }
    if said.listing is not None:
        for name in said.listing.__struct_fields__:
            if name not in _JUDGED:
                texts[f"listing.{name}"] = _text(getattr(said.listing, name))
    return texts


def _text(value: Any) -> str:
    if value is None or value in ((), [], {}):
        return ""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode().strip('"')


def _fees(said: Implementation) -> dict[str, FeeItem]:
    return {fee.name: fee for fee in said.listing.fees} if said.listing else {}


def _amount(fee: FeeItem | None) -> str:
    """Say a charge in words: its standard, and what else of it can change."""
    if fee is None:
        return ""
    parts = [fee.standard]
    if fee.amount_fen is not None:
        parts.append(f"{fee.amount_fen // 100}.{fee.amount_fen % 100:02} 元")
    if fee.reducible:
        parts.append(f"可减免：{fee.reduction_note}" if fee.reduction_note else "可减免")
    return "；".join(part for part in parts if part)
