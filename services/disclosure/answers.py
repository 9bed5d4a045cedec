"""The JSON of disclosure's answers, and how it is made from what was counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec

from services.chassis.audit.proofs import Inclusion
from services.disclosure.application.figures import Rechecked
from services.disclosure.domain import Figure
from services.disclosure.inquiry import Filters
from services.disclosure.measures import Answer, Measure
from services.disclosure.projections.catalog_figures import Entry
from services.disclosure.projections.cells import Cell
from services.disclosure.projections.figures import Arrival, CaseRow
from services.kernel.rounding import Possible, percent


class MeasureView(msgspec.Struct, frozen=True):
    """A measure's definition."""

    id: str
    zh: str
    en: str
    numerator: str
    denominator: str | None
    population: str
    window: str
    unit: str
    rounding: str
    places: int
    source: str
    sources: list[str]
    of: str
    """What it counts: cases, items, changes, claims or happenings."""
    population_zh: str
    period: str
    """What from and to do: within, since or none."""
    filters: list[str]
    """Filters it takes besides the period; any other is refused."""
    by: list[str]
    """What it can be broken down by."""


class GroupView(msgspec.Struct, frozen=True):
    """One group of a breakdown. `key` is a code, a month as `2011-07`, or a year."""

    key: str
    value: str | None
    numerator: int
    denominator: int | None
    name: str = ""
    """What a department, an item or a region is called; empty when nothing here says so."""


class StatView(msgspec.Struct, frozen=True):
    """One statistic. `value` is a decimal as text, null when the denominator is empty."""

    measure: str
    zh: str
    en: str
    value: str | None
    numerator: int
    denominator: int | None
    unit: str
    rounding: str
    places: int
    as_of: datetime
    positions: dict[str, int]
    filters: dict[str, str]
    parked: int
    """Messages that wait for a person; while there are any the figure may stand still."""
    standing: bool
    """More has arrived than may be counted: something before it is missing or parked."""
    by: str = ""
    groups: list[GroupView] = []
    known_at: datetime | None = None
    """Only what the logs had recorded by this moment was counted; null: all that is here."""


class CaseView(msgspec.Struct, frozen=True):
    """One case behind a figure, as it stood then. Nothing about a person."""

    case_no: str
    accepted_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    completion_kind: int | None
    channel: str
    department: str
    item: str
    region: str
    region_name: str = ""
    """What the region is called; empty when the catalog does not say."""


class EntryView(msgspec.Struct, frozen=True):
    """One item, change or claim behind a figure of the catalog, as it stood then."""

    code: str
    """Implementation code; of a claim the basic item's code."""
    version: int | None
    """Item version; of a claim how often it was said."""
    name: str
    department: str
    """Department; of a claim the unit that claimed it."""
    unit_name: str
    item_type: str
    level: str
    at: datetime
    """When the version or the change took effect, or the claim was made."""
    kind: str
    """Kind of change, else empty."""
    before: str
    after: str
    list_code: str
    """Implementation code, empty when a claim names none."""
    amount: int
    """What it adds to the figure: 1, or its days, steps or materials."""


class CheckView(msgspec.Struct, frozen=True):
    """Whether a printed percentage can come from a whole number over a population."""

    printed: str
    of: int
    places: int
    possible: bool
    rounded: list[int]
    """Numerators that give it rounded half up, at most 100 of them."""
    truncated: list[int]
    """Numerators that give it cut off, at most 100 of them."""
    nearest: dict[str, str]
    """Nearest numerators, with their percentage to four more places."""


class Publish(Filters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to publish; moments and positions as in an address."""

    measure: str
    printed: Annotated[
        str,
        msgspec.Meta(
            max_length=12,
            description="The percentage as it will be printed, such as 97.92. Refused when no"
            " whole number over the denominator can be printed so.",
        ),
    ] = ""
    of: Annotated[
        int, msgspec.Meta(ge=0, description="The population it is said to be of; 0: not said.")
    ] = 0


class Published(msgspec.Struct, frozen=True):
    """A figure was published (or had been, for this very question)."""

    figure: str
    event: str
    href: str


class CauseView(msgspec.Struct, frozen=True):
    """An event because of which a figure is another now."""

    source: str
    position: int


class CorrectionView(msgspec.Struct, frozen=True):
    """What was found of a published figure later. What was published stays."""

    corrected_at: datetime
    was_value: str | None
    was_numerator: int
    was_denominator: int | None
    value: str | None
    numerator: int
    denominator: int | None
    positions: dict[str, int]
    """Counted up to these positions."""
    causes: list[CauseView]
    """Events that came since and change it, 20 at most."""
    more_causes: int


class FigureView(msgspec.Struct, frozen=True):
    """A published figure, as it was published, and its corrections, the oldest first."""

    figure: str
    measure: str
    value: str | None
    numerator: int
    denominator: int | None
    unit: str
    rounding: str
    places: int
    as_of: datetime
    positions: dict[str, int]
    filters: dict[str, str]
    corrections: list[CorrectionView] = []


class SourceProof(msgspec.Struct, frozen=True):
    """A log the figure was counted from: how far, and where its signed head is."""

    source: str
    position: int
    checkpoint: str
    """Path of the first signed head that covers the position, behind the public address."""


class Proven(msgspec.Struct, frozen=True):
    """That a figure was published: its event is a leaf of the signed log of disclosure.

    `inclusion` is null for the seconds until its checkpoint is signed.
    """

    figure: FigureView
    event: str
    position: int
    recorded_at: datetime | None
    state: str
    """The event as it is stored: what the leaf hash is over, besides its envelope."""
    inclusion: Inclusion | None
    sources: list[SourceProof]
    verify: list[str]
    """Commands that check it without us."""


class Recomputed(msgspec.Struct, frozen=True):
    """A published figure beside the same question asked again."""

    published: FigureView
    recomputed: FigureView
    same: bool


def measure_view(measure: Measure) -> MeasureView:
    return MeasureView(
        id=measure.id,
        zh=measure.zh,
        en=measure.en,
        numerator=measure.numerator.value,
        denominator=measure.denominator.value if measure.denominator else None,
        population=measure.population,
        window=measure.window,
        unit=measure.unit,
        rounding=measure.rounding.value,
        places=measure.places,
        source=measure.source.value,
        sources=list(measure.sources),
        of=measure.of.value,
        population_zh=measure.population_zh,
        period=measure.period.value,
        filters=list(measure.filters),
        by=list(measure.groups),
    )


def stat_view(
    answer: Answer,
    arrivals: Mapping[str, Arrival],
    by: str,
    cells: Sequence[Cell],
    names: Mapping[str, str],
) -> StatView:
    measure, question = answer.measure, answer.question
    sources = [arrivals[name] for name in measure.sources if name in arrivals]
    return StatView(
        measure=measure.id,
        zh=measure.zh,
        en=measure.en,
        value=_text(answer),
        numerator=answer.numerator,
        denominator=answer.denominator,
        unit=measure.unit,
        rounding=measure.rounding.value,
        places=measure.places,
        as_of=question.as_of,
        positions=dict(question.positions),
        filters=question.filters,
        parked=sum(arrival.parked for arrival in sources),
        standing=any(arrival.highest > arrival.watermark for arrival in sources),
        by=by,
        groups=[_group(measure, answer, cell, names) for cell in cells],
    )


def _group(measure: Measure, answer: Answer, cell: Cell, names: Mapping[str, str]) -> GroupView:
    numbers = [cell.counts[count] for count in measure.counts]
    part = Answer(measure, answer.question, numbers[0], numbers[1] if len(numbers) > 1 else None)
    key = cell.key[0]
    text = f"{key // 12}-{key % 12 + 1:02d}" if isinstance(key, int) else key
    return GroupView(text, _text(part), part.numerator, part.denominator, names.get(text, ""))


def _text(answer: Answer) -> str | None:
    return None if answer.value is None else str(answer.value)


def case_view(row: CaseRow, regions: Mapping[str, str]) -> CaseView:
    return CaseView(
        row.case_no,
        row.accepted_at,
        row.due_at,
        row.completed_at,
        row.kind,
        row.channel,
        row.department,
        row.item,
        row.region,
        regions.get(row.region, ""),
    )


def entry_view(entry: Entry) -> EntryView:
    shown = EntryView.__struct_fields__
    return EntryView(**{name: value for name, value in vars(entry).items() if name in shown})


def check_view(found: Possible) -> CheckView:
    near = {k: percent(k, found.of, found.places + 4) for k in found.nearest}
    return CheckView(
        printed=str(found.printed),
        of=found.of,
        places=found.places,
        possible=found.possible,
        rounded=list(found.rounded[:100]),
        truncated=list(found.truncated[:100]),
        nearest={str(k): str(value) for k, value in near.items()},
    )


def published(answer: Answer) -> Figure:
    """Give a computed figure the form it is published in."""
    measure, question = answer.measure, answer.question
    return Figure(
        measure=measure.id,
        numerator=answer.numerator,
        as_of=question.as_of,
        rounding=measure.rounding.value,
        places=measure.places,
        unit=measure.unit,
        positions=dict(question.positions),
        filters=question.filters,
        value=_text(answer),
        denominator=answer.denominator,
    )


def figure_view(
    name: str,
    said: Figure | Mapping[str, object],
    corrections: Sequence[CorrectionView] = (),
) -> FigureView:
    """Show a published figure, from the log or from the read model's JSON."""
    figure = said if isinstance(said, Figure) else msgspec.convert(said, Figure)
    return FigureView(
        figure=name,
        measure=figure.measure,
        value=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        unit=figure.unit,
        rounding=figure.rounding,
        places=figure.places,
        as_of=figure.as_of,
        positions=figure.positions,
        filters=figure.filters,
        corrections=list(corrections),
    )


def correction_view(corrected_at: datetime, said: Mapping[str, Any]) -> CorrectionView:
    """Show a correction, from the read model's JSON."""
    optional = dict.fromkeys(("was_value", "was_denominator", "value", "denominator"))
    return msgspec.convert({**optional, **said, "corrected_at": corrected_at}, CorrectionView)


class RecheckView(msgspec.Struct, frozen=True):
    """A published figure counted again with all that is known now."""

    figure: str
    measure: str
    corrected: bool
    """A correction was said just now."""
    was: str | None
    """The value said until now."""
    value: str | None
    causes: int
    """Events because of which it is another."""


class Rechecks(msgspec.Struct, frozen=True):
    """How many published figures were counted again, and those that are others now."""

    rechecked: int
    corrected: list[RecheckView]
    next: str = ""
    """Figure after which the next call goes on (`after`); empty when all are done."""


def recheck_view(found: Rechecked) -> RecheckView:
    return RecheckView(
        found.figure,
        found.measure,
        found.corrected,
        found.said.value,
        found.now.value,
        found.causes,
    )
