"""Money is whole fen (0.01 yuan). Reads and writes amounts in yuan exactly; no fraction is near."""

from __future__ import annotations

import re

from services.kernel.times import plain

MOST_FEN = 10**15
"""No amount of a county is larger: ten million million yuan."""

_YUAN = re.compile(r"(?P<yuan>\d{1,14})(?:\.(?P<part>\d+))?", re.ASCII)


class MoneyTextError(ValueError):
    """The text is no amount. The message carries the reason, never the text.

    `reason` is `not_money` (another spelling, a sign) or `too_fine` (less than one fen).
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def read_yuan(text: str) -> int:
    """Read an amount in yuan, "0.10" or "1200", as fen (M03).

    Full-width digits are read as digits. Zeros below the fen are cut, anything else there refused:
    nobody may round what was paid. No sign, no thousands mark, no currency word.

    Raises:
        MoneyTextError: see there.
    """
    found = _YUAN.fullmatch(plain(text))
    if found is None:
        raise MoneyTextError("not_money", "is not an amount in yuan like 12.34")
    part = (found["part"] or "").rstrip("0")
    if len(part) > 2:
        raise MoneyTextError("too_fine", "has parts of a fen")
    fen = int(found["yuan"]) * 100 + int(part.ljust(2, "0"))
    if fen > MOST_FEN:
        raise MoneyTextError("not_money", "is more than any amount paid here")
    return fen


def yuan(fen: int) -> str:
    """Write fen as yuan with two places, "0.30"."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02}"
