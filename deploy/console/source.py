"""Outside sources: admitted with an account of their own, limited, disabled."""

from __future__ import annotations

import getpass
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit, urlunsplit

import typer

from deploy.console.output import Json, note, print_json, print_pairs, print_table
from deploy.console.settings import management_url, need

if TYPE_CHECKING:
    from services.chassis.bus.management import Management

Name = Annotated[str, typer.Argument(help="Name of the source: its data_source and its account.")]
Kinds = Annotated[
    list[str],
    typer.Option(
        "--kind",
        help="accept, process, result, special-procedure, material, payment, or department.<kind>;"
        " repeat it.",
    ),
]
Departments = Annotated[
    list[str] | None,
    typer.Option("--department", help="Only cases of this department; repeat it. Default: all."),
]
Out = Annotated[
    Path | None,
    typer.Option(help="File only you can read, for the address with its password; new."),
]
CLOSING = ("contract_ended", "replaced", "misuse", "leaked_password", "requested", "other")

app = typer.Typer(
    help="Outside systems that send rows: each with an account and rights of its own.",
    no_args_is_help=True,
)


@app.command()
def add(
    name: Name,
    kind: Kinds,
    department: Departments = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Admit a source and make its account on the bus; the password is shown this once.

    [bold]Example[/bold]: banjian source add county-vertical-07 --kind accept --kind result
    """
    from services.chassis.bus.sources import check_account, put_account

    _new(out)
    with _management() as management:
        check_account(management, name)
        said = {"kinds": kind, "departments": department or []}
        told = _ask(f"/sources/{_quoted(name)}", said)
        password = secrets.token_urlsafe(24)
        put_account(management, name, password, told["kinds"], told["departments"])
    _hand_over(told, password, out, as_json)


@app.command("list")
def list_sources(as_json: Json = False) -> None:
    """List every source that was ever admitted, and what it may send."""
    found = _ask("/sources")
    if as_json:
        print_json(found)
        return
    print_table(
        ["source", "state", "kinds", "departments", "since"],
        [
            (
                one["name"],
                one.get("reason") if one["disabled"] else "admitted",
                ", ".join(one["kinds"]),
                ", ".join(one["departments"]) or "all",
                one["since"],
            )
            for one in found
        ],
    )


@app.command()
def permit(name: Name, kind: Kinds, department: Departments = None, as_json: Json = False) -> None:
    """Change what a source may send: these kinds, and of these departments (none: all)."""
    from services.chassis.bus.sources import permit_account

    said = {"kinds": kind, "departments": department or []}
    told = _ask(f"/sources/{_quoted(name)}/permissions", said)
    with _management() as management:
        permit_account(management, name, told["kinds"], told["departments"])
    _show(told, as_json)


@app.command()
def rotate(name: Name, out: Out = None, as_json: Json = False) -> None:
    """Give a source another password; with the old one nobody comes in any more."""
    from services.chassis.bus.sources import put_account
    from services.chassis.errors import NotFoundError

    _new(out)
    found = {one["name"]: one for one in _ask("/sources") if not one["disabled"]}
    if name not in found:
        raise NotFoundError(f"{name} is not admitted.")
    password = secrets.token_urlsafe(24)
    with _management() as management:
        one = found[name]
        put_account(management, name, password, one["kinds"], one["departments"])
    _hand_over(found[name], password, out, as_json)


@app.command()
def disable(
    name: Name,
    reason: Annotated[str, typer.Option(help=f"Why: {', '.join(CLOSING)}.")],
    as_json: Json = False,
) -> None:
    """Take nothing more from a source and delete its account; what it sent stays."""
    from services.chassis.bus.sources import drop_account

    if reason not in CLOSING:
        raise typer.BadParameter(f"--reason is one of {', '.join(CLOSING)}.")
    told = _ask(f"/sources/{_quoted(name)}/disabling", {"reason": reason})
    with _management() as management:
        drop_account(management, name)
    _show(told, as_json)


def _ask(path: str, body: object = None) -> Any:
    from deploy.console.http import call
    from deploy.console.identity import bearer

    token = bearer(["exchange_officer"], subject=getpass.getuser())
    return call("intake", path, body=body, headers=token)


def _quoted(name: str) -> str:
    from deploy.console.http import segment

    return segment(name)


@contextmanager
def _management() -> Iterator[Management]:
    from services.chassis.bus.connection import parse_uri
    from services.chassis.bus.management import Management

    with Management(management_url(), parse_uri(need("AMQP_URI")[0]).vhost) as management:
        yield management


def _new(out: Path | None) -> None:
    from services.chassis.errors import ConflictError

    if out is not None and out.exists():
        raise ConflictError(f"{out} exists already.")


def _hand_over(told: dict[str, Any], password: str, out: Path | None, as_json: bool) -> None:
    """Give the address once: into the file, or onto standard output."""
    from deploy.local.processes import write_private

    parts = urlsplit(need("AMQP_URI")[0])
    place = f"{told['name']}:{password}@{parts.netloc.rpartition('@')[2]}"
    address = urlunsplit(parts._replace(netloc=place))
    if out is not None:
        write_private(out, address + "\n")
        note(f"{out} holds the address of {told['name']} with its password; only you can read it.")
    shown = {
        "name": told["name"],
        "kinds": told["kinds"],
        "departments": told["departments"],
        **({} if out is not None else {"address": address}),
    }
    if as_json:
        print_json(shown)
        return
    print_pairs({name: ", ".join(v) if isinstance(v, list) else v for name, v in shown.items()})


def _show(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    print_pairs({name: ", ".join(v) if isinstance(v, list) else v for name, v in told.items()})
