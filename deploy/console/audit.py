"""`banjian audit`: sign, anchor, export and check the logs."""

from __future__ import annotations

import os
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.console.output import Json, note, print_json, print_table
from deploy.console.processes import Service, known
from deploy.console.settings import need, variable
from services.chassis.errors import BanjianError, ContractError
from services.chassis.names import SERVICES

if TYPE_CHECKING:
    from banjian_verify.export import Source
    from banjian_verify.trust import Trust
    from services.chassis.audit.checkpoints import Checkpoint, Checkpoints
    from services.chassis.eventlog.database import Database
    from services.chassis.settings import Settings

app = typer.Typer(
    help="Tamper evidence: checkpoints, anchors, exports, proofs.", no_args_is_help=True
)
Which = Annotated[
    list[str] | None, typer.Option("--service", help="Only this service; may be repeated.")
]
Texts = list[str] | None
Paths = list[Path] | None


@app.command()
def checkpoint(service: Which = None, as_json: Json = False) -> None:
    """Sign the head of every log that has grown since its last checkpoint."""
    from services.chassis.audit.checkpoints import Reason

    told = []
    for name in _services(service):
        with _issuer(name) as (database, checkpoints):
            issued = checkpoints.issue(Reason.ASKED)
            told.append(_shown(name, issued or _last(database), new=issued is not None))
    _tell(told, as_json)


@app.command()
def switch(service: Service, algorithm: str, as_json: Json = False) -> None:
    """Go on with another hash (`sha-256`, `sm3`): a new tree, linked to the last checkpoint."""
    from services.chassis.audit.tree import HashAlg

    try:
        alg = HashAlg(algorithm)
    except ValueError:
        raise typer.BadParameter("the algorithms are sha-256 and sm3") from None
    with _issuer(known(service)) as (_, checkpoints):
        _tell([_shown(service, checkpoints.switch(alg), new=True)], as_json)


@app.command()
def witness(
    source: Annotated[str, typer.Argument(help="A file or URL: the checkpoint, cosigned.")],
    service: Service,
    key: Annotated[Texts, typer.Option("--key", help="Verifier key of a witness.")] = None,
    keys: Annotated[Path | None, typer.Option("--keys", help="File of verifier keys.")] = None,
) -> None:
    """Check a witness' cosignature (C2SP) under one of our checkpoints and keep it."""
    from banjian_verify.notes import Key, NoteError
    from services.chassis.audit.anchors import keep_cosignatures, read_witnesses

    try:
        known_keys = [Key.read(text) for text in key or []]
    except NoteError as error:
        raise typer.BadParameter(str(error)) from None
    known_keys += read_witnesses(keys) if keys else []
    if not known_keys:
        raise typer.BadParameter("whose cosignature counts? Give --key or --keys.")
    with _database(known(service)) as database:
        for kept in keep_cosignatures(database, _text_of(source), known_keys):
            note(
                f"{kept.witness} cosigned checkpoint {kept.number} at {kept.signed_at.isoformat()}"
            )


@app.command()
def stamp(service: Which = None) -> None:
    """Have the newest checkpoint of each log time stamped now (RFC 3161)."""
    from services.chassis.audit.anchors import Authority

    url, certificates = need("BANJIAN_AUDIT_TSA_URL", "BANJIAN_AUDIT_TSA_CERT_FILE")
    authority = Authority.of(url, certificates)
    for name in _services(service):
        with _database(name) as database:
            newest = _last(database)
            if newest is None:
                note(f"{name}: no checkpoint yet")
                continue
            at = authority.stamp(database, newest)
            note(f"{name}: checkpoint {newest.number} stamped at {at.isoformat()}")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    service: Which = None,
    first: Annotated[int, typer.Option("--from", min=1, help="First position.")] = 1,
    last: Annotated[int | None, typer.Option("--to", min=1, help="Last position.")] = None,
    as_json: Json = False,
) -> None:
    """Write everything an outsider needs to check the logs, as files of lines."""
    from services.chassis.audit import export as exporting

    services = _services(service)
    if (first != 1 or last is not None) and len(services) != 1:
        raise typer.BadParameter("--from and --to are positions of one log: name its --service.")
    if folder.exists() and any(folder.iterdir()):
        raise typer.BadParameter(f"{folder} is not empty.")
    said = {}
    for name in services:
        try:
            with exporting.opened(_log_url(name), name, first, last) as log:
                said[name] = exporting.write(log, folder / name)
        except exporting.NoTreeError as missing:
            if service or missing.tip:
                raise
            note(f"{name}: nothing there yet")
    exporting.write_manifest(folder, said, datetime.now(UTC))
    if as_json:
        print_json({name: {"from": one["from"], "to": one["to"]} for name, one in said.items()})
        return
    for name, one in said.items():
        note(f"{name}: positions {one['from']} to {one['to']}")
    note(f"check it anywhere: python -m banjian_verify {folder}")


@app.command()
def verify(
    folder: Annotated[Path | None, typer.Argument(help="An export.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Check the database instead.")] = False,
    service: Which = None,
    key: Annotated[Texts, typer.Option("--key", help="Verifier key of a log.")] = None,
    witness_key: Annotated[Texts, typer.Option("--witness", help="Key of a witness.")] = None,
    tsa_cert: Annotated[Paths, typer.Option("--tsa-cert", help="Of time stamps, PEM.")] = None,
    kept: Annotated[Paths, typer.Option("--checkpoint", help="One kept elsewhere.")] = None,
    witnessed: Annotated[
        bool, typer.Option("--witnessed", help="Ask for somebody outside who has seen it.")
    ] = False,
    figure: Annotated[Texts, typer.Option("--figure", help="Count only this one again.")] = None,
    as_json: Json = False,
) -> None:
    """Check an export, or the database, and count the published figures again. Exit 1: altered."""
    from banjian_verify.__main__ import show, trust_of
    from banjian_verify.export import Folder
    from banjian_verify.notes import NoteError
    from banjian_verify.run import verify as check

    if live == (folder is not None):
        raise typer.BadParameter("name the folder of an export, or --live.")
    try:
        trust: Trust = trust_of(key or [], witness_key or [], tsa_cert or [], kept or [], witnessed)
    except (NoteError, ValueError, OSError) as error:
        raise typer.BadParameter(str(error)) from None
    with ExitStack() as stack:
        source: Source
        if folder is not None:
            source = Folder(folder)
        else:
            source = stack.enter_context(_live(_services(service)))
        verdict = check(source, trust, figure or [])
    if as_json:
        print_json(verdict.report())
    else:
        show(verdict, sys.stdout)
    if not verdict.good:
        raise BanjianError("This is not what was signed.")


@contextmanager
def _live(services: list[str]) -> Iterator[Source]:
    from services.chassis.audit.export import Live, NoTreeError, opened

    with ExitStack() as stack:
        logs = {}
        for name in services:
            try:
                logs[name] = stack.enter_context(opened(_log_url(name), name))
            except NoTreeError as missing:
                if missing.tip:
                    raise
                note(f"{name}: nothing there yet")
        yield Live(logs)


def _services(named: list[str] | None) -> list[str]:
    return [known(name) for name in named] if named else list(SERVICES)


def _log_url(service: str) -> str:
    """Give the auditor's URL of the database that holds this log."""
    own = os.environ.get(variable(service, "AUDITOR_DATABASE_URL"))
    return own or need("BANJIAN_AUDITOR_DATABASE_URL")[0]


@contextmanager
def _database(service: str) -> Iterator[Database]:
    from services.chassis.eventlog.database import Database

    database = Database(need(variable(service, "DATABASE_URL"))[0])
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _issuer(service: str) -> Iterator[tuple[Database, Checkpoints]]:
    from services.chassis.audit.watch import checkpoints_of
    from services.chassis.settings import Settings, SettingsError

    need("BANJIAN_AUDIT_KEY_FILE")
    try:
        settings: Settings = Settings.read(service, os.environ)
    except SettingsError as error:
        raise BanjianError(str(error)) from None
    with _database(service) as database:
        checkpoints = checkpoints_of(settings, database)
        assert checkpoints is not None  # the key file is named
        yield database, checkpoints


def _last(database: Database) -> Checkpoint | None:
    from services.chassis.audit.checkpoints import last

    return last(database.read)


def _shown(service: str, found: Checkpoint | None, *, new: bool) -> dict[str, object]:
    if found is None:
        return {"service": service, "number": 0, "position": 0, "root": "", "new": False}
    return {
        "service": service,
        "number": found.number,
        "position": found.position,
        "root": found.root.hex(),
        "new": new,
    }


def _tell(told: list[dict[str, object]], as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    rows = [[one[name] for name in ("service", "number", "position", "root")] for one in told]
    print_table(["service", ">checkpoint", ">position", "root"], rows)


def _text_of(source: str) -> str:
    try:
        if source.startswith(("http://", "https://")):
            with urllib.request.urlopen(source, timeout=10) as answer:
                text: str = answer.read(1 << 20).decode("utf-8")
                return text
        return Path(source).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"{source} cannot be read: {type(error).__name__}") from None
