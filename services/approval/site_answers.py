"""What surveys, commitment letters and credit records share over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z._-]+\Z")]
Reference = Annotated[
    str, msgspec.Meta(min_length=1, max_length=128, pattern=r"^[0-9A-Za-z._/-]+\Z")
]
Hash = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z", description="SHA-256 in hexadecimal.")
]
Short = Annotated[str, msgspec.Meta(max_length=64)]
Why = Annotated[
    str, msgspec.Meta(min_length=1, max_length=200, description="In words; nobody is named.")
]
Account = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z._-]+\Z")]
Accounts = Annotated[list[Account], msgspec.Meta(max_length=20)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class SiteTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a command made of something, and where its event stands."""

    key: str
    state: str
    event: str
    position: int | None = None
