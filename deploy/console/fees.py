"""Fees: the daily comparison with the payment platform's file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from deploy.console.output import Json, note, print_json, print_table
from deploy.console.settings import need, variable

app = typer.Typer(help="Fees and what was paid for them.", no_args_is_help=True)


@app.callback()
def fees() -> None:
    """Fees and what was paid for them."""


@app.command()
def reconcile(
    file: Annotated[
        Path,
        typer.Argument(
            help="The platform's file of a day: CSV: transaction, order, amount (yuan), paid_at."
        ),
    ],
    day: Annotated[str, typer.Option("--date", help="The day, YYYY-MM-DD.")],
    charset: Annotated[str, typer.Option(help="Charset of the file: utf-8 or gbk.")] = "utf-8",
    as_json: Json = False,
) -> None:
    """Compare a day of the payment platform with our books, and list every difference.

    Ends with 1 when there is any.

    [bold]Example[/bold]: banjian fees reconcile 20201022.csv --date 2020-10-22
    """
    from services.chassis.eventlog.database import Database
    from services.intake.domain import reconciliation
    from services.intake.projections.fees import booked
    from services.kernel.clock.hours import legal_date
    from services.kernel.money import yuan
    from services.kernel.texts import CharsetError, utf8
    from services.kernel.times import TimeTextError, read_time

    try:
        on = legal_date(read_time(day))
        there = reconciliation.read_file(utf8(file.read_bytes(), charset).decode())
    except TimeTextError as error:
        raise typer.BadParameter(f"--date {error}") from None
    except (CharsetError, reconciliation.FileError) as error:
        raise typer.BadParameter(f"the file: {error}") from None
    except OSError as error:
        raise typer.BadParameter(f"the file cannot be read: {error.strerror}") from None
    database = Database(need(variable("intake", "DATABASE_URL"))[0])
    try:
        here = booked(database, on, {line.transaction_no for line in there})
    finally:
        database.close()
    found = reconciliation.reconcile(there, here, on)
    if as_json:
        print_json([asdict(one) for one in found])
    elif found:
        print_table(
            ["transaction", "difference", "order", ">here", ">there"],
            (
                (
                    one.transaction_no,
                    one.difference.value,
                    one.order_no,
                    None if one.here_fen is None else yuan(one.here_fen),
                    None if one.there_fen is None else yuan(one.there_fen),
                )
                for one in found
            ),
        )
    note(f"{len(there)} lines, {len(found)} differences on {on}")
    if found:
        raise typer.Exit(1)
