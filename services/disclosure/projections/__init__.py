"""What disclosure shows: facts of cases and of the catalog for the figures, published figures,
and its own copy of the catalog: items, calendars, schemes.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Final

from services.chassis import reference
from services.chassis.events import Event
from services.chassis.projection import Change, ReadModel, Statement
from services.disclosure.projections import entries, facts, foi, results
from services.disclosure.projections.catalog_facts import (
    BASICS,
    CHANGES,
    CLAIMS,
    ITEMS,
    WITHDRAWALS,
)
from services.disclosure.projections.facts import FACTS, FIGURES


def project(event: Event) -> Iterable[Change]:
    """Give the rows of facts an event adds, and what it changes in the copy of the catalog."""
    return chain(
        facts.project(event),
        reference.project(event),
        foi.project(event),
        entries.project(event),
        results.project(event),
    )


READ_MODEL: Final = ReadModel(
    service="disclosure",
    ddl=(Path(__file__).parent.parent / "read_model.sql", reference.DDL),
    tables={
        "facts": FACTS,
        "items": ITEMS,
        "changes": CHANGES,
        "claims": CLAIMS,
        "withdrawals": WITHDRAWALS,
        "basics": BASICS,
        "figures": FIGURES,
        "foi": foi.FOI,
        "foi_remedy": foi.REMEDY,
        **reference.TABLES,
    },
    sources=("catalog", "intake", "approval", "disclosure"),
    project=project,
    finish=(
        Statement("ANALYZE facts, cases, items, changes, claims, withdrawals, basics, figures", ()),
        Statement(f"ANALYZE {', '.join(reference.TABLES)}", ()),
    ),
)
