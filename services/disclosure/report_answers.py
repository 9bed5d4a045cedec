"""What is asked about annual reports, and answered besides the report itself."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from services.disclosure.report.compare import Compared, Verdict

Format = Literal["html", "pdf", "docx"]


class ReportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which report."""

    year: Annotated[int, msgspec.Meta(ge=0, le=9998, description="Default: that of as_of.")] = 0
    as_of: Annotated[
        str,
        msgspec.Meta(max_length=10, description="A date, its whole day. Default: year's end."),
    ] = ""
    one_day: Literal["", "1"] = ""
    """1: every figure at as_of, also where the report of that day has others of its own."""
    positions: Annotated[str, msgspec.Meta(max_length=200)] = ""
    known_at: Annotated[str, msgspec.Meta(max_length=40)] = ""


class FileQuery(ReportQuery, frozen=True, kw_only=True):
    """Which report, and how it is written."""

    format: Format = "pdf"


class EditionQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which edition; 0: the newest."""

    edition: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0
    format: Format = "pdf"
    """Of a file."""


class PublishReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to publish."""

    year: Annotated[int, msgspec.Meta(ge=1949, le=9998)]
    as_of: Annotated[str, msgspec.Meta(max_length=10)]
    one_day: bool = False
    positions: Annotated[str, msgspec.Meta(max_length=200)] = ""


class ReportReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A report was published, or had been with the same figures."""

    year: int
    edition: int
    digest: str
    href: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The county's printed figures beside ours."""

    year: int
    as_of: str
    verdicts: dict[Verdict, int]
    lines: list[Compared]
