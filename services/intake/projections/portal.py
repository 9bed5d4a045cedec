"""What an account's own pages ask of the rows."""

from __future__ import annotations

from services.chassis.eventlog.database import Database

MOST = 100


def items_of(database: Database, account: str) -> list[str]:
    """Give the codes of the items an account has cases of, in order; at most 100."""
    rows = database.read(
        "SELECT DISTINCT item_code FROM case_row WHERE account = %s ORDER BY item_code LIMIT %s",
        (account, MOST),
    )
    return [code for (code,) in rows]
