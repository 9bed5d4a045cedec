"""The document all three writers print: headings, paragraphs with figures, charts, the annex."""

from __future__ import annotations

from datetime import datetime

import msgspec

NONE = "尚无数据"
"""What stands where there is no figure: never a number nobody counted."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of the report with all one needs to find it again; a row of the annex."""

    note: int
    """Number of its footnote, from 1."""
    line: str
    """Number in the ledger, such as 11b; or the measure only we print."""
    zh: str
    en: str
    unit: str
    value: str | None
    """A plain decimal; null: not available, or an empty denominator."""
    shown: str
    """As it stands in the text, with thousands marks, without its unit."""
    source: str
    """`measure` (counted from events), `reported` (a person's figure), `none` (not available)."""
    measure: str = ""
    take: str = ""
    """`value`, `numerator` or `denominator` of the measure."""
    numerator: int | None = None
    denominator: int | None = None
    formula: str = ""
    population: str = ""
    rounding: str = ""
    """HALF_UP, FLOOR or EXACT and the places, such as `HALF_UP 2`."""
    as_of: datetime | None = None
    begin: datetime | None = None
    positions: dict[str, int] = {}
    proof: str = ""
    """Address of the page that says how it was computed, behind disclosure's prefix."""
    said_by: str = ""
    """Of a reported figure: the document it stands in."""
    fact_no: str = ""
    why_none: str = ""
    findings: list[str] = []
    """Of the report of 2020: what does not agree in the county's own (X1 to X20)."""


class Piece(msgspec.Struct, frozen=True):
    """A piece of a paragraph: words, or a figure (`note` its footnote)."""

    text: str
    note: int = 0


class Heading(msgspec.Struct, frozen=True, tag="heading"):
    """A heading; level 1 to 3."""

    level: int
    text: str
    id: str


class Paragraph(msgspec.Struct, frozen=True, tag="paragraph"):
    """A paragraph; its figures carry footnote numbers."""

    pieces: list[Piece]


class Remark(msgspec.Struct, frozen=True, tag="remark"):
    """What does not agree about figures of the paragraph before it (X1 to X20)."""

    id: str
    text: str
    notes: list[int]


class Series(msgspec.Struct, frozen=True):
    """One series of a chart."""

    name: str
    values: list[float]


class Chart(msgspec.Struct, frozen=True, tag="chart"):
    """Bars by month; the same numbers as a table."""

    id: str
    title: str
    unit: str
    labels: list[str]
    series: list[Series]
    measures: list[str]
    as_of: datetime
    description: str


Block = Heading | Paragraph | Remark | Chart


class Place(msgspec.Struct, frozen=True):
    """How far a log was counted."""

    source: str
    zh: str
    position: int


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """That this report was given to the public, and how to check it."""

    edition: int
    at: datetime
    event: str
    recorded_at: datetime | None
    """When the log recorded it."""
    position: int
    checkpoint: str
    """The signed note that covers the event."""
    changed: list[int]
    """Footnotes whose figure is another today than the published one, computed again."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report."""

    title: str
    english: str
    year: int
    as_of: datetime
    cutoffs: dict[str, datetime]
    centre: str
    places: list[Place]
    blocks: list[Block]
    annex: list[Figure]
    digest: str
    """SHA-256 of the figures, so that two prints can be compared."""
    published: Published | None = None

    @property
    def counted(self) -> int:
        """How many figures were counted from events."""
        return sum(figure.source == "measure" for figure in self.annex)

    @property
    def reported(self) -> int:
        """How many are a person's."""
        return sum(figure.source == "reported" for figure in self.annex)

    @property
    def missing(self) -> int:
        """How many are not available."""
        return sum(figure.value is None for figure in self.annex)
