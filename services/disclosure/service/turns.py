"""What asking under a number and a code shares: its form, one sending of it, who asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Annotated, Any, Final, NamedTuple

import msgspec

from services.chassis.identity import Caller
from services.chassis.web import Call
from services.kernel.facts import Actor, ActorKind
from services.kernel.times import SHANGHAI

REQUEST: Final = "F"
"""What the number of a request for information begins with."""
RECORD: Final = "G"
"""What the number of a correction of one's own record begins with."""
CODE_CHARACTERS: Final = 12
"""31 to the 12th: too long to be guessed from its digest."""
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

Typed = Annotated[str, msgspec.Meta(max_length=5000)]


class AskedForm(msgspec.Struct, frozen=True, kw_only=True):
    """Something asked for, as it was typed; `turn` makes a form that is sent twice one request."""

    name: Typed = ""
    id_number: Typed = ""
    phone: Typed = ""
    text: Typed = ""
    turn: Annotated[str, msgspec.Meta(max_length=64, pattern="^[0-9a-f]*$")] = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    __str__ = __repr__


class Turn(NamedTuple):
    """One sending, and what it is given; the same for one that is repeated on the day."""

    now: datetime
    key: str | None
    number: str
    """Kind, date, serial."""
    code: str
    """Made from what only the asker's own form knows, so that a repetition tells it again."""

    @property
    def shown_code(self) -> str:
        """The code in groups of four, as it is told."""
        return "-".join(self.code[at : at + 4] for at in range(0, len(self.code), 4))


def turn_of(call: Call[Any, Any], now: datetime, kind: str) -> Turn:
    """Give the turn of a call; `kind` is what its number begins with."""
    key = call.idempotency_key or None
    seed = f"{kind}/{key or token_hex(16)}"
    serial = int.from_bytes(sha256(f"number/{seed}".encode()).digest()[:8]) % 10**9
    number = f"{kind}{now.astimezone(SHANGHAI):%Y%m%d}{serial:09}"
    return Turn(now, key, number, _code_of(seed))


def sent(call: Call[Any, Any], form: AskedForm) -> Call[Any, Any]:
    """Give the same call with a key of the form's own: sent twice it is one request."""
    key = f"form/{call.caller.id}/{form.turn}" if form.turn else ""
    return replace(call, idempotency_key=key)


def actor_of(caller: Caller, role: str) -> Actor:
    """Give who acts: in this role, or as an applicant, known or not."""
    if caller.known:
        return caller.actor(role or "applicant")
    return Actor(ActorKind.EXTERNAL, "public", role="applicant")


def _code_of(seed: str) -> str:
    number = int.from_bytes(sha256(f"code/{seed}".encode()).digest())
    found = ""
    for _ in range(CODE_CHARACTERS):
        number, place = divmod(number, len(_ALPHABET))
        found += _ALPHABET[place]
    return found
