"""Reads the ways of writing a time that the outside world uses, and refuses impossible ones."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Legal time of the centre. A fixed offset: China had summer time only until 1991."""

_DATE = r"(?P<year>\d{4})(?P<dash>-?)(?P<month>\d{2})(?P=dash)(?P<day>\d{2})"
_CLOCK = r"(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:\.(?P<fraction>\d{1,9}))?)?"
_OFFSET = r"(?P<offset>Z|[+-]\d{2}:?\d{2})"
_TIME = re.compile(rf"{_DATE}(?:[T ]?{_CLOCK}(?:\s?{_OFFSET})?)?", re.ASCII | re.IGNORECASE)


class TimeTextError(ValueError):
    """The text is not a time. The message carries the reason, never the text.

    `reason` is `not_a_time` (another spelling) or `no_such_time` (2020-11-31, 25 o'clock).
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def plain(text: str) -> str:
    """Give `text` in half-width characters, without byte order mark and outer blanks."""
    return unicodedata.normalize("NFKC", text).replace("\ufeff", "").strip()


def read_time(text: str) -> datetime:
    """Read one time; without an offset it is meant in Asia/Shanghai, a bare date is its midnight.

    Spellings: `YYYYMMDD`, `YYYYMMDDThhmmss`, `YYYYMMDDhhmmss` and `YYYYMMDDhh:mm:ss` (GB/T
    39046-2020 uses all of them), `YYYY-MM-DD[ hh:mm[:ss[.fraction]]]`, RFC 3339 with an offset.
    Full-width digits are read as digits; a fraction finer than a microsecond is cut.

    Raises:
        TimeTextError: another spelling, or a day or hour that does not exist.
    """
    found = _TIME.fullmatch(plain(text))
    if found is None:
        raise TimeTextError("not_a_time", "is not a time in a spelling we read")
    said = found.groupdict()
    fraction = (said["fraction"] or "")[:6].ljust(6, "0")
    try:
        return datetime(
            int(said["year"]),
            int(said["month"]),
            int(said["day"]),
            int(said["hour"] or 0),
            int(said["minute"] or 0),
            int(said["second"] or 0),
            int(fraction),
            tzinfo=_zone(said["offset"]),
        )
    except ValueError:
        raise TimeTextError("no_such_time", "names a day or hour that does not exist") from None


def _zone(offset: str | None) -> timezone:
    if offset is None:
        return SHANGHAI
    if offset in "Zz":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    sign = -1 if offset[0] == "-" else 1
    if minutes > 59:
        raise ValueError
    return timezone(sign * timedelta(hours=hours, minutes=minutes))
