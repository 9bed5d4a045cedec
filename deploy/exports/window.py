"""The part of time an export is about, by when things happened in the world."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.errors import ContractError
from services.kernel.times import SHANGHAI, TimeTextError, plain, read_time

_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}", re.ASCII)


@dataclass(frozen=True)
class Window:
    """Events with `begin <= occurred_at < end`; None: without an end on that side."""

    begin: datetime | None = None
    end: datetime | None = None

    @classmethod
    def read(cls, begin: str, end: str) -> Window:
        """Read both ends; a bare date is its whole day in Asia/Shanghai, so `end` includes it.

        Raises:
            ContractError: an end is not a time, or the window is empty.
        """
        since = _time(begin, "--from") if begin else None
        until = _time(end, "--to") if end else None
        if until is not None and _DAY.fullmatch(plain(end)):
            until += timedelta(days=1)
        if since is not None and until is not None and since >= until:
            raise ContractError("--to has to lie after --from: nothing happens in between")
        return cls(since, until)

    def before(self, at: datetime) -> bool:
        """Say whether this moment lies before the window."""
        return self.begin is not None and at < self.begin

    def after(self, at: datetime) -> bool:
        """Say whether this moment lies after the window."""
        return self.end is not None and at >= self.end

    def shown(self) -> dict[str, str | None]:
        """Give both ends as text, `to` excluded."""
        return {
            "from": self.begin.astimezone(SHANGHAI).isoformat() if self.begin else None,
            "to": self.end.astimezone(SHANGHAI).isoformat() if self.end else None,
        }


def _time(text: str, option: str) -> datetime:
    try:
        return read_time(text)
    except TimeTextError as problem:
        raise ContractError(
            f"{option} {problem}; write 2020-10-12 or 2020-10-12T08:00:00+08:00"
        ) from None
