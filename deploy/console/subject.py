"""Persons, as the data officer meets them: show, search, export, erase. Through a service's API."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.console.output import Json, note, print_json, print_pairs, print_table

Id = Annotated[str, typer.Argument(help="Subject id, from `subject search` or a case's event.")]
PURPOSES = (
    *("case_handling", "contact", "delivery", "complaint", "supervision"),
    *("legal", "archive", "subject_request", "fault"),
)
VAULTS = ("intake", "disclosure")
Service = Annotated[str, typer.Option(help=f"Whose vault: {', '.join(VAULTS)}.")]
Purpose = Annotated[str, typer.Option(help=f"What for: {', '.join(PURPOSES)}.")]
GROUNDS = (
    *("purpose_ended", "retention_ended", "consent_withdrawn", "unlawful", "other_statutory"),
)

app = typer.Typer(
    help="Personal data of those who apply or ask. Every look is written into the log of accesses.",
    no_args_is_help=True,
)


@app.command()
def show(
    subject: Id, purpose: Purpose = "", service: Service = "intake", as_json: Json = False
) -> None:
    """Show a person: masked, or plain when a data officer says what for."""
    query = {"purpose": _known(purpose)}
    _print(_ask(service, f"/subjects/{_quoted(subject)}", query=query), as_json)


@app.command()
def search(
    document: Annotated[
        bool, typer.Option("--document", help="Not a resident number or credit code.")
    ] = False,
    purpose: Purpose = "case_handling",
    service: Service = "intake",
    as_json: Json = False,
) -> None:
    """Find a person by identity number, read from standard input: it never is an argument."""
    if sys.stdin.isatty():
        number = typer.prompt("Identity number", hide_input=True)
    else:
        number = sys.stdin.readline().strip()
    said = {"id_number": number, "purpose": _known(purpose), "document": document}
    found = _ask(service, "/subjects/search", body=said)
    if as_json:
        print_json(found)
        return
    print_table(
        ["subject", "cases"],
        [(one["subject_id"], ", ".join(h["reason"] for h in one["holds"])) for one in found],
    )


@app.command()
def export(
    subject: Id,
    out: Annotated[Path, typer.Option(help="File to write; it may not exist.")],
    purpose: Purpose = "subject_request",
    service: Service = "intake",
) -> None:
    """Write everything known about a person into a file only you can read, for them."""
    from deploy.local.processes import write_private
    from services.chassis.errors import ConflictError

    if out.exists():
        raise ConflictError(f"{out} exists already.")
    path = f"/subjects/{_quoted(subject)}/export"
    write_private(out, _text(_ask(service, path, query={"purpose": _known(purpose)})))
    note(f"{out} holds everything known about {subject}; hand it over and delete it.")


@app.command()
def erase(
    subject: Id,
    ground: Annotated[str, typer.Option(help=f"Why: {', '.join(GROUNDS)}.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    service: Service = "intake",
    as_json: Json = False,
) -> None:
    """Erase a person for good; refused, with its name, while a case or a suit holds them."""
    if ground not in GROUNDS:
        raise typer.BadParameter(f"--ground is one of {', '.join(GROUNDS)}.")
    if not yes:
        typer.confirm(f"What is known about {subject} will be gone for ever. Sure?", abort=True)
    done = _ask(service, f"/subjects/{_quoted(subject)}/erasure", body={"ground": ground})
    if as_json:
        print_json(done)
    else:
        note(f"erased: {', '.join(done['subject_ids'])}; messages: {done['bodies']}")


@app.command()
def accesses(subject: Id, service: Service = "intake", as_json: Json = False) -> None:
    """List who opened what about a person, newest first."""
    query = {"limit": "500"}
    found = _ask(service, f"/subjects/{_quoted(subject)}/accesses", query=query)
    if as_json:
        print_json(found)
        return
    columns = ("at", "action", "who", "role", "purpose", "fields")
    print_table(columns, [[row[name] for name in columns] for row in found["items"]])


def _ask(
    service: str, path: str, *, query: dict[str, str] | None = None, body: object = None
) -> Any:
    from deploy.console.http import call
    from deploy.console.identity import bearer

    if service not in VAULTS:
        raise typer.BadParameter(f"--service is one of {', '.join(VAULTS)}.")
    token = bearer(["data_officer"], subject=getpass.getuser())
    return call(service, path, query=query, body=body, headers=token)


def _known(purpose: str) -> str:
    if purpose and purpose not in PURPOSES:
        raise typer.BadParameter(f"--purpose is one of {', '.join(PURPOSES)}.")
    return purpose


def _quoted(subject: str) -> str:
    from deploy.console.http import segment

    return segment(subject)


def _print(person: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(person)
        return
    print_pairs(
        {
            "subject": person["subject_id"],
            **person["fields"],
            "erased": person["erased_at"],
            "masked": "yes" if person["masked"] else "",
        }
    )
    print_table(
        ["held by", "kind", "released"],
        [(one["reason"], one["kind"], one.get("released_at")) for one in person["holds"]],
    )


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
