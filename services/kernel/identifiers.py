"""Names that never change: deterministic stream ids from the keys nature already has."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID, uuid5

BANJIAN = UUID("6f0bd2e1-6f0c-5d0e-9a53-5f3d5a3a6d10")
"""Namespace of every stream id. Changing it would orphan every log."""


@lru_cache(4_096)
def stream_id(kind: str, key: str) -> UUID:
    """Give the stream id of the thing of this kind with this business key, the same for ever."""
    return uuid5(BANJIAN, f"{kind}/{key}")
