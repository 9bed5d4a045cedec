"""What every format says of every event, beside the event's own attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from deploy.exports.spool import Row, spelled

COMMON: Final[Mapping[str, str]] = {
    "service": "string",
    "position": "integer",
    "recorded_at": "time",
    "topic": "string",
    "transition": "string",
    "resource": "string",
    "role": "string",
    "unit": "string",
}
"""Attributes of every event, with their types: which event of which log it is, and who did it."""


def common_of(row: Row) -> dict[str, Any]:
    """Give them of one event; what it does not say is left out."""
    found = {
        "service": row.source,
        "position": row.position,
        "recorded_at": spelled(row.recorded_at),
        "topic": row.plan.topic,
        "transition": row.plan.lifecycle,
        "resource": row.resource,
        "role": row.role,
        "unit": row.unit,
    }
    return {name: value for name, value in found.items() if value != ""}
