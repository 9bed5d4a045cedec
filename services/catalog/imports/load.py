"""A checked file through the catalog's commands: all of it in one unit of work, or none of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any
from uuid import UUID

from services.catalog.application import Catalog
from services.catalog.domain import differences
from services.catalog.domain.basic import BasicItem
from services.catalog.domain.calendars import WorkCalendarYear
from services.catalog.domain.claims import Claim
from services.catalog.domain.house_terms import ClosingSaid, EndSaid, LeavingSaid, SuspensionSaid
from services.catalog.domain.items import Item
from services.catalog.domain.organisation import Department, Region, Window
from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.schemes import Scheme
from services.catalog.domain.staffing import Delegation, Seal, Staff
from services.catalog.imports.adjustments import Adjustment
from services.catalog.imports.implementation import dated
from services.catalog.imports.plan import Plan
from services.catalog.imports.report import KEPT_ERRORS, RowError
from services.catalog.imports.rows import ItemSaid, Kind, Row
from services.chassis.errors import ConflictError, NotFoundError
from services.chassis.eventlog.unit_of_work import UnitOfWork
from services.kernel.aggregate import Aggregate
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

CHUNK = 500
"""Streams looked up in one round trip."""
PAUSE_EVERY = 50
ATTEMPTS = 3
"""Somebody else may change the same things meanwhile; then all of it is judged anew."""

AGGREGATES: Mapping[Kind, type[Aggregate]] = {
    Kind.REGION: Region,
    Kind.DEPARTMENT: Department,
    Kind.WINDOW: Window,
    Kind.STAFF: Staff,
    Kind.DELEGATION: Delegation,
    Kind.SEAL: Seal,
    Kind.CALENDAR: WorkCalendarYear,
    Kind.BASIC: BasicItem,
    Kind.IMPLEMENTATION: Item,
    Kind.CLAIM: Claim,
    Kind.SCHEME: Scheme,
}
_STREAMS: Mapping[Kind, str] = {Kind.IMPLEMENTATION: "item"}
FIELDS: Mapping[str, str] = {
    "item_code": "task_code",
    "item_version": "task_version",
    "name": "task_name",
    "item_type": "task_type",
    "case_type": "project_type",
    "department": "dept_code",
    "department_name": "dept_name",
    "statutory_limit_days": "anticipate_day",
    "promised_limit_days": "promise_day",
    "level": "use_level",
    "levels": "use_levels",
    "online_depth": "online_handle_depth",
    "effective_from": "plan_effective_date",
}
"""The domain's words for fields, as a row calls them."""


@dataclass
class Outcome:
    """What an import did, or would do."""

    new: int = 0
    """Rows about something that was not there."""
    changed: int = 0
    """Rows that say something new about what was there."""
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    """The same three numbers by kind."""

    def count(self, kind: Kind, effect: str) -> None:
        """Count one row; `effect` is new, changed or unchanged."""
        setattr(self, effect, getattr(self, effect) + 1)
        by_kind = self.kinds.setdefault(kind.value, {"new": 0, "changed": 0, "unchanged": 0})
        by_kind[effect] += 1


class _NotNowError(Exception):
    """Ends a unit of work without its effect: a dry run, or a row that is refused."""


def load(
    catalog: Catalog,
    plan: Plan,
    facts: Facts,
    source: str,
    *,
    dry_run: bool = False,
    pause: Callable[[int], None] = lambda done: None,
    beside: Callable[[UnitOfWork, Outcome], None] = lambda work, outcome: None,
) -> Outcome:
    """Apply a plan without errors, in one transaction.

    Args:
        facts: who imports, and when; the row's `happened_at` goes before that when.
        source: document the lists are taken from, where a row names none.
        dry_run: judge every row against the catalog and write nothing.
        pause: told the number of rows applied every so often.
        beside: adds what is to commit with it.

    Raises:
        ConflictError: others changed the same things three times.
    """
    for attempt in range(1, ATTEMPTS + 1):
        outcome = Outcome()
        try:
            with catalog.unit_of_work() as work:
                _apply(catalog, work, plan.rows, facts, source, outcome, pause)
                if outcome.errors or dry_run:
                    raise _NotNowError
                beside(work, outcome)
        except _NotNowError:
            return outcome
        except ConflictError:
            if attempt == ATTEMPTS:
                raise
        else:
            return outcome
    raise AssertionError("unreachable")


def _apply(
    catalog: Catalog,
    work: UnitOfWork,
    rows: Sequence[Row],
    facts: Facts,
    source: str,
    outcome: Outcome,
    pause: Callable[[int], None],
) -> None:
    done = 0
    for kind, of_kind in groupby(rows, key=lambda row: row.kind):
        waiting = list(of_kind)
        if kind is Kind.REGION:
            waiting.sort(key=lambda row: row.said.level)
        for begin in range(0, len(waiting), CHUNK):
            chunk = waiting[begin : begin + CHUNK]
            prefetch(catalog, kind, chunk)
            for row in chunk:
                if len(outcome.errors) >= KEPT_ERRORS:
                    return
                _one(catalog, work, row, facts, source, outcome)
                done += 1
                if done % PAUSE_EVERY == 0:
                    pause(done)
    pause(done)


def prefetch(catalog: Catalog, kind: Kind, rows: Iterable[Row]) -> None:
    """Load what the commands of these rows will look at, in one or two round trips."""
    rows = list(rows)
    if kind in AGGREGATES:
        catalog.prefetch(AGGREGATES[kind], [_stream(row) for row in rows])
    if kind is Kind.CLAIM:
        codes = {row.said.catalog_code for row in rows}
        catalog.prefetch(BasicItem, [stream_id("basic", code) for code in codes])
    if kind is Kind.ADJUSTMENT:
        catalog.prefetch(Item, [stream_id("item", row.key) for row in rows])


def _stream(row: Row) -> UUID:
    return stream_id(_STREAMS.get(row.kind, row.kind.value), row.key)


def _one(
    catalog: Catalog, work: UnitOfWork, row: Row, facts: Facts, source: str, outcome: Outcome
) -> None:
    about = replace(facts, occurred_at=row.happened_at) if row.happened_at else facts
    stream = _stream(row)
    is_new = stream in work.absent and stream not in work.facts_of
    try:
        effect = COMMANDS[row.kind](catalog, about, row, source)
    except CatalogRuleError as error:
        outcome.errors.append(refusal(row, error))
        return
    outcome.count(row.kind, "unchanged" if not effect else "new" if is_new else "changed")


def refusal(row: Row, error: CatalogRuleError) -> RowError:
    """Give a refusal of the domain as an error of the row."""
    place = error.field.removeprefix("listing.")
    if row.kind is not Kind.ADJUSTMENT or place in ("item_code", "department"):
        place = FIELDS.get(place, place)
    return RowError(row.line, place, error.rule, str(error), "", row.sheet, row.kind.value)


def _item(catalog: Catalog, facts: Facts, row: Row, source: str) -> bool:
    told: ItemSaid = row.said
    item = catalog.find(Item, stream_id("item", told.item_code))
    version, said = told.version, told.said
    known = None
    if item is not None:
        known = item.newest if version is None else item.versions.get(version)
    if not told.dated:
        # Nobody says since when: what is known already is not news, and the rest begins now.
        if known is not None and _same(known, dated(said, known.effective_from)):
            return False
        said = dated(said, facts.occurred_at)
    elif version is None and known is not None and _same(known, said):
        return False
    number = version if version is not None else (item.latest if item else 0) + 1
    return catalog.publish(
        facts,
        told.item_code,
        number,
        said,
        told.source_document or source,
        told.reason or ("重新导入 (imported anew)" if known is not None else ""),
        told.programme,
    )[2]


def _same(known: Any, said: Any) -> bool:
    return differences.without_flags(known) == differences.without_flags(said)


def _claim(catalog: Catalog, facts: Facts, row: Row, source: str) -> bool:
    """Claim it, unless this very claim was made before and withdrawn since.

    A file that tells both, such as an export with its adjustments, is no news the second time. To
    claim anew what was withdrawn says something new: another batch.
    """
    known = catalog.find(Claim, stream_id("claim", row.key))
    if known is not None and not known.stands and known.said == row.said:
        return False
    return catalog.claim(facts, row.said)[2]


def _adjust(catalog: Catalog, facts: Facts, row: Row, source: str) -> bool:
    told: Adjustment = row.said
    values = dict(told.values)
    if told.act in _ENDS:
        return _end(catalog, facts, told.act, values)
    if "task_code" in values:
        values["item_code"] = values.pop("task_code")
    if told.act == "merge":
        values.pop("item_code", None)
    known = _TAKES[told.act]
    command = getattr(catalog, told.act)
    done: tuple[str, int, bool] = command(
        facts, **{name: value for name, value in values.items() if name in known}
    )
    return done[2]


def _end(catalog: Catalog, facts: Facts, act: str, values: Mapping[str, Any]) -> bool:
    """Close a window, end a delegation, and the like."""
    name, shape = _ENDS[act]
    said = shape(**{one: values[one] for one in shape.__struct_fields__})
    try:
        done: tuple[str, int, bool] = getattr(catalog, act)(facts, values[name], said)
    except NotFoundError:
        raise CatalogRuleError(
            "unknown", "没有登记，请先登记。 It is not registered; register it first.", name
        ) from None
    return done[2]


_ENDS: Mapping[str, tuple[str, type[Any]]] = {
    "close_window": ("window_no", ClosingSaid),
    "staff_left": ("staff_no", LeavingSaid),
    "end_delegation": ("delegation_no", EndSaid),
    "suspend_seal": ("seal_no", SuspensionSaid),
}

_TAKES: Mapping[str, frozenset[str]] = {
    "cancel": frozenset({"item_code", "reason", "effective_from", "open_cases"}),
    "freeze": frozenset({"item_code", "reason", "effective_from", "until"}),
    "unfreeze": frozenset({"item_code", "reason", "effective_from"}),
    "merge": frozenset({"into", "merged", "effective_from", "programme", "open_cases"}),
    "split": frozenset({"item_code", "into", "effective_from", "open_cases"}),
    "change_mode": frozenset({"item_code", "before", "after", "effective_from", "reason"}),
    "forward_up": frozenset({"item_code", "to_unit", "to_level", "effective_from", "reason"}),
    "delegate_down": frozenset({"item_code", "from_level", "effective_from", "source_document"}),
    "withdraw_claim": frozenset({"unit", "catalog_code", "reason"}),
    "cancel_basic": frozenset({"catalog_code", "reason", "effective_from"}),
}

_Apply = Callable[[Catalog, Facts, Row, str], bool]
COMMANDS: Mapping[Kind, _Apply] = {
    Kind.REGION: lambda c, f, row, _: c.register_region(f, row.said)[2],
    Kind.DEPARTMENT: lambda c, f, row, _: c.register_department(f, row.said)[2],
    Kind.WINDOW: lambda c, f, row, _: c.open_window(f, row.said)[2],
    Kind.STAFF: lambda c, f, row, _: c.assign_staff(f, row.said)[2],
    Kind.DELEGATION: lambda c, f, row, _: c.assign_chief(f, row.said)[2],
    Kind.SEAL: lambda c, f, row, _: c.register_seal(f, row.said)[2],
    Kind.CALENDAR: lambda c, f, row, _: c.arrange_calendar(f, row.said)[2],
    Kind.BASIC: lambda c, f, row, _: c.register_basic(f, row.said)[2],
    Kind.IMPLEMENTATION: _item,
    Kind.CLAIM: _claim,
    Kind.SCHEME: lambda c, f, row, _: c.publish_scheme(f, row.said)[2],
    Kind.ADJUSTMENT: _adjust,
}
