"""The bus: parked messages, lost ones, and the number of partitions."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.console.output import Json, note, print_json, print_pairs, print_table
from deploy.console.processes import Service, known
from deploy.console.settings import management_url, need, variable

if TYPE_CHECKING:
    from services.chassis.bus.held import Held
    from services.chassis.eventlog.database import Database

Id = Annotated[int, typer.Argument(help="Number of the message, from `parked list`.")]
Why = Annotated[str, typer.Option(help="Why: kept with the decision.", prompt=True)]
Who = Annotated[str, typer.Option(help="Who decides. Default: the account of this shell.")]

parked = typer.Typer(
    help="Messages set aside because they cannot take effect: look, try again, or discard.",
    no_args_is_help=True,
)


@parked.command("list")
def list_parked(
    service: Service,
    state: Annotated[
        str, typer.Option(help="parked, retrying, waiting, discarded, or all.")
    ] = "parked",
    case: Annotated[str, typer.Option(help="Only messages of this case.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: Json = False,
) -> None:
    """List the messages a service could not handle, oldest first."""
    from services.chassis.bus.held import State, list_held

    try:
        wanted = None if state == "all" else State(state)
    except ValueError:
        states = ", ".join(each.value for each in State)
        raise typer.BadParameter(f"--state is all or one of {states}.") from None
    with _database(service) as database:
        held = list_held(database, state=wanted, subject=case or None, limit=limit)
    if as_json:
        print_json([asdict(each) for each in held])
        return
    print_table(
        [">id", "state", "reason", "source", "case", "type", ">tries", "since", "detail"],
        map(_row, held),
    )


@parked.command()
def show(service: Service, number: Id, as_json: Json = False) -> None:
    """Show one message. The body of an outside record is personal: only its size is shown."""
    from services.chassis.bus.envelope import INGRESS
    from services.chassis.bus.held import show as show_held

    with _database(service) as database:
        held, body = show_held(database, number)
    # Bodies from outside are sealed with the vault key and stay so.
    text = "" if held.source == INGRESS else body.decode(errors="replace")
    if as_json:
        print_json({**asdict(held), "body": text or None})
        return
    print_pairs({name: getattr(value, "value", value) for name, value in asdict(held).items()})
    if text:
        typer.echo(f"\n{text}")


@parked.command()
def retry(service: Service, number: Id, why: Why, who: Who = "") -> None:
    """Let the service try a parked message again; those behind it follow."""
    from services.chassis.bus.held import retry as retry_held

    with _database(service) as database:
        retry_held(database, number, who=who or getpass.getuser(), why=why)
    note(f"{service} tries message {number} again.")


@parked.command()
def discard(
    service: Service,
    number: Id,
    why: Why,
    who: Who = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Decide that a parked message has no effect, for ever; those behind it go on."""
    from services.chassis.bus.held import discard as discard_held

    if not yes:
        typer.confirm(f"Message {number} of {service} will never take effect. Sure?", abort=True)
    with _database(service) as database:
        discard_held(database, number, who=who or getpass.getuser(), why=why)
    note(f"Message {number} of {service} is discarded; the decision is kept.")


def partitions(
    service: Service,
    number: Annotated[int, typer.Argument(min=1, max=1024, help="New number of partitions.")],
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait for the switch.")] = 60.0,
    as_json: Json = False,
) -> None:
    """Change a service's number of partition queues while it runs; nothing is lost or reordered."""
    from services.chassis.bus.admin import repartition

    amqp_uri = need("AMQP_URI")[0]
    with _database(service) as database:
        generation = repartition(
            management_url(), amqp_uri, database, service, number, timeout_s=timeout
        )
    if as_json:
        print_json({"service": service, "partitions": number, "generation": generation})
    else:
        note(f"{service} reads {number} partitions now (generation {generation}).")


def missing(service: Service, as_json: Json = False) -> None:
    """List events of other services that never reached this one, though later ones did.

    What stays in the list is lost on the bus; `rewind` of its source sends it again.
    """
    from services.chassis.bus.positions import holes

    with _database(service) as database:
        found = [(source, *hole) for source, each in holes(database).items() for hole in each]
    if as_json:
        print_json([{"source": source, "first": a, "last": b} for source, a, b in found])
    elif found:
        print_table(
            ["source", ">first", ">last", ">events"], [(s, a, b, b - a + 1) for s, a, b in found]
        )
    else:
        note(f"{service} misses nothing.")


def rewind(
    source: Service,
    position: Annotated[int, typer.Argument(min=0, help="Last position that need not go again.")],
) -> None:
    """Let the relay of a service send everything after a position again.

    Its relay, running or not, takes it up; who has an event already drops it.
    """
    from services.chassis.bus.relay import rewind as set_back

    with _database(source) as database:
        set_back(database, position)
    note(f"The relay of {source} sends everything after {position} again.")


@contextmanager
def _database(service: str) -> Iterator[Database]:
    from services.chassis.eventlog.database import Database

    database = Database(need(variable(known(service), "DATABASE_URL"))[0])
    try:
        yield database
    finally:
        database.close()


def _row(held: Held) -> tuple[object, ...]:
    since = f"{held.held_at:%Y-%m-%d %H:%M:%S}"
    what = (held.state.value, held.reason, held.source, held.subject, held.type)
    return (held.id, *what, held.attempts, since, held.detail)
