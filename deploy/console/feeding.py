"""`banjian feed`: send a real log or an invented week, and wait until it is through the house."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.console.output import Json, console, note, print_json, print_pairs, print_table
from deploy.console.settings import management_url, need, variable
from services.chassis.names import SERVICES

if TYPE_CHECKING:
    from rich.progress import Progress

    from deploy.feed.arrival import House, Look
    from deploy.feed.matters import Directory
    from deploy.feed.records import Item, Record

SHOWN_REFUSALS = 20


@dataclass
class Summary:
    """What became of a feed."""

    data_source: str
    items: int
    """Items the cases are about."""
    sent: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    accepted: int = 0
    """Records that took effect, now or at an earlier push."""
    refused: list[dict[str, Any]] = field(default_factory=list)
    """Refused by intake, with the reason it gave."""
    rows_refused: list[dict[str, Any]] = field(default_factory=list)
    """Rows of the file that were not sent, with line number and reason."""
    parked: int = 0
    """Messages parked since the feed began."""
    events: dict[str, int] = field(default_factory=dict)
    """New events of intake, by type."""
    load_seconds: float = 0.0
    """Until the catalog had the items and intake knew them."""
    send_seconds: float = 0.0
    through_seconds: float = 0.0


def feed(
    log: Annotated[
        Path | None, typer.Argument(help="A permit log: CSV, one row a step.", show_default=False)
    ] = None,
    county: Annotated[
        bool, typer.Option("--county", help="Send an invented working week of the county.")
    ] = False,
    week: Annotated[
        str, typer.Option(help="Any day of that week, YYYY-MM-DD. Default: the last whole week.")
    ] = "",
    cases: Annotated[int, typer.Option(min=1, help="Cases of the week.")] = 6_700,
    items: Annotated[
        int,
        typer.Option(
            min=1,
            max=567,
            help="Items of the hall to draw from; fewer than all: only these are imported.",
        ),
    ] = 567,
    seed: Annotated[int, typer.Option(help="The same seed gives the same week.")] = 1,
    wait: Annotated[
        bool, typer.Option(help="Wait until everything has gone through the house.")
    ] = True,
    check: Annotated[
        bool, typer.Option("--check", help="Only read and report bad rows; send nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Send cases as an outside system does: through the exchange banjian.ingress.

    Pushing the same file twice changes nothing: rows are known by their row_guid.

    [bold]Examples[/bold]: banjian feed receipt.csv · banjian feed --county --week 2020-10-12
    """
    if (log is None) == (not county):
        raise typer.BadParameter("give a log file, or --county for an invented week.")
    if log is not None:
        from deploy.feed import receipt

        read = receipt.read(log)
        source, records = receipt.DATA_SOURCE, read.records
        published: list[Item] | Directory = read.items
        count = len(read.items)
        refused = [asdict(row) for row in read.refused]
    else:
        from deploy.feed import county as invented

        made = invented.week(_day(week), cases=cases, items=items, seed=seed)
        source, published, records = invented.DATA_SOURCE, made.directory, made.records
        count, refused = len(made.directory.items), []
    summary = Summary(source, count, rows_refused=refused)
    summary.by_kind = dict(sorted(Counter(record.kind for record in records).items()))
    if not check:
        _send(summary, published, records, wait)
    if as_json:
        print_json(asdict(summary))
    else:
        _print(summary, sent=not check)
    if not records:
        raise typer.Exit(1)


def _day(week: str) -> date:
    if not week:
        from deploy.feed.county import last_whole_week
        from services.chassis.clock import SystemClock

        return last_whole_week(SystemClock().now().date())
    try:
        return date.fromisoformat(week)
    except ValueError:
        raise typer.BadParameter(f"{week!r} is not a day like 2020-10-12.") from None


def _send(
    summary: Summary, items: list[Item] | Directory, records: list[Record], wait: bool
) -> None:
    import time

    from deploy.feed.arrival import read_replies, wait_until_through
    from deploy.feed.sender import send
    from services.chassis.clock import SystemClock

    amqp_uri = need("BANJIAN_OUTSIDE_AMQP_URI")[0]
    since = SystemClock().now()
    house = _house() if wait else None
    with _bars() as bars:
        began = time.monotonic()
        if isinstance(items, list):
            _publish_items(items, bars)
        else:
            _import_county(items, bars)
        if house is not None:
            _await_copies(house, bars)
        summary.load_seconds = round(time.monotonic() - began, 3)
        before = house.look() if house else None
        began = time.monotonic()
        sending = bars.add_task("sending", total=len(records))

        def confirmed(count: int) -> None:
            bars.update(sending, completed=count)

        send(amqp_uri, records, summary.data_source, confirmed)
        summary.sent, summary.send_seconds = len(records), round(time.monotonic() - began, 3)
        if house is None or before is None:
            return
        through = wait_until_through(
            house.look, before, len(records), _watching(bars, before, len(records))
        )
        summary.through_seconds = round(time.monotonic() - began, 3)
        summary.parked = max(0, through.parked - before.parked)
        analyst = os.environ.get("BANJIAN_ANALYST_AMQP_URI")
        until = through.positions.get("intake", 0)
        if analyst and until > before.positions.get("intake", 0):
            reading = bars.add_task("reading the answers", total=None)
            replies = read_replies(analyst, since, summary.data_source, until)
            summary.refused, summary.events = replies.refused, dict(replies.events)
            bars.update(reading, total=1, completed=1)
    summary.accepted = summary.sent - len(summary.refused) - summary.parked


def _watching(bars: Progress, before: Look, sent: int) -> Any:
    task = bars.add_task("through the house", total=sent)

    def report(seen: Look) -> None:
        done = min(sent, max(0, seen.handled - before.handled))
        left = f"{seen.queued:,} queued, {seen.unsent:,} unpublished, {seen.behind:,} to count"
        bars.update(task, completed=done, description=f"through the house ({left})")

    return report


def _publish_items(items: list[Item], bars: Progress) -> None:
    from deploy.console.http import base
    from deploy.console.identity import bearer
    from deploy.feed.catalog import publish

    task = bars.add_task("publishing items", total=len(items))
    publish(
        base("catalog"), bearer(["catalog_editor"]), items, lambda n: bars.update(task, completed=n)
    )


def _import_county(directory: Directory, bars: Progress) -> None:
    """Import the sample county whole, or only the items that are drawn from when they are few."""
    from deploy.console.http import base
    from deploy.console.identity import bearer
    from deploy.feed.catalog import load
    from deploy.feed.matters import ITEMS_IN_HALL
    from deploy.feed.sample.rows import lines, rows, rows_about

    task = bars.add_task("importing the catalog", total=None)

    def report(job: Mapping[str, Any]) -> None:
        stage = {"READING": "reading", "APPLYING": "writing"}.get(job["stage"], "importing")
        text = f"{stage} the catalog"
        bars.update(task, completed=job["done"], total=job["rows"] or None, description=text)

    made = directory.sample
    whole = len(directory.items) >= ITEMS_IN_HALL
    wanted = rows(made) if whole else rows_about(made, directory.codes)
    name = f"sample county {made.year}"
    load(base("catalog"), bearer(["catalog_importer"]), lines(wanted), name, report)


def _await_copies(house: House, bars: Progress) -> None:
    """Wait until the other services have the catalog's events."""
    from deploy.console.http import call
    from deploy.feed.arrival import Look, wait_until_through

    task = bars.add_task("passing the catalog on", total=None)
    most = 0

    def report(seen: Look) -> None:
        nonlocal most
        most = max(most, seen.under_way)
        bars.update(task, completed=most - seen.under_way, total=most or None)

    seen = wait_until_through(house.look, Look(), 0, report)
    # Asked with a position, intake answers only when it has come so far.
    query = {"limit": "1", "after": f"catalog:{seen.positions['catalog']}"}
    call("intake", "/cases", query=query)


def _house() -> House:
    from deploy.console.http import base
    from deploy.feed.arrival import House, Places

    need(*(variable(service, "RELAY_PORT") for service in SERVICES))
    host = os.environ.get("BANJIAN_HTTP_HOST", "127.0.0.1")
    relays = {s: f"http://{host}:{os.environ[variable(s, 'RELAY_PORT')]}" for s in SERVICES}
    services = {service: base(service) for service in SERVICES}
    stat = f"{services['disclosure']}/stat/S01"
    amqp_uri = need("BANJIAN_OUTSIDE_AMQP_URI")[0]
    return House(Places(relays, services, stat, management_url(), amqp_uri))


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    out = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=out, disable=not out.is_terminal) as bars:
        yield bars


def _print(summary: Summary, *, sent: bool) -> None:
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in summary.by_kind.items())
    if not sent:
        note(f"would send: {kinds or 'nothing'}")
    else:
        rate = summary.sent / summary.send_seconds if summary.send_seconds else 0
        print_pairs(
            {
                "items": f"{summary.items:,}, known everywhere after {summary.load_seconds:.1f} s",
                "sent": f"{summary.sent:,} records ({kinds}) in {summary.send_seconds:.1f} s,"
                f" {rate:,.0f} a second",
                "through": f"after {summary.through_seconds:.1f} s"
                if summary.through_seconds
                else "not awaited",
                "accepted": f"{summary.accepted:,}" if summary.through_seconds else "",
                "refused": f"{len(summary.refused):,}",
                "parked": f"{summary.parked:,}",
                "new events": ", ".join(
                    f"{count:,} {name}" for name, count in sorted(summary.events.items())
                ),
            }
        )
    _print_refusals(
        "refused by intake",
        [(r.get("row_guid", ""), f"{r['reason_code']}: {r['reason']}") for r in summary.refused],
    )
    _print_refusals(
        "rows not sent", [(f"line {row['line']}", row["reason"]) for row in summary.rows_refused]
    )


def _print_refusals(title: str, rows: list[tuple[str, str]]) -> None:
    if not rows:
        return
    print_table(["where", "why"], rows[:SHOWN_REFUSALS], title=f"{title}: {len(rows)}")
    if len(rows) > SHOWN_REFUSALS:
        note(f"and {len(rows) - SHOWN_REFUSALS} more; --json lists them all")
