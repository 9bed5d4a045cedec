"""One event as everybody after the log sees it: sealed, sourced, and decoded only when asked."""

from __future__ import annotations

import builtins
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from services.kernel.facts import Actor

T = TypeVar("T")


class Body(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The JSON that is stored: the facts of `services.kernel.facts`, flat, and the own data.

    `data` stays raw bytes until somebody reads it, so the relay and the sealer never pay for it.
    `v` is the class version for upcasting, 1 when absent.
    """

    occurred_at: datetime
    subject: str
    actor: Actor
    correlation_id: str
    data: msgspec.Raw
    causation_id: str = ""
    region: str = ""
    department: str = ""
    v: int = 1


class Event(msgspec.Struct, frozen=True, gc=False):
    """One event of a service's log, as read from the sealed log, from the bus, or just decided.

    `position` is the gap-free position in the source's log, `previous` the position of the same
    stream's event before it (0: this is the first). Both are 0 while the event is not sealed yet,
    which only an inline read model sees.
    """

    source: str
    """Publishing service, for example `intake`."""
    type: str
    """Public name, for example `intake.case-accepted.v1`."""
    stream: UUID
    version: int
    position: int
    previous: int
    recorded_at: datetime | None
    body: Body

    @property
    def id(self) -> str:
        """CloudEvents id: unique in its source, the same at every delivery."""
        return f"{self.stream}/{self.version}"

    @property
    def subject(self) -> str:
        return self.body.subject

    def read(self, shape: builtins.type[T]) -> T:
        """Decode the event's own data as `shape` (a msgspec Struct); unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or has another type.
        """
        decoder = _DECODERS.get(shape)
        if decoder is None:
            decoder = _DECODERS[shape] = msgspec.json.Decoder(shape)
        return decoder.decode(self.body.data)  # type: ignore[no-any-return]  # it is for `shape`


_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {}
"""Made once for each shape: a rebuild reads millions of events."""
