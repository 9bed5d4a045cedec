"""What disclosure shows: facts of cases and of the catalog for the figures, published figures."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.chassis.projection import ReadModel, Statement
from services.disclosure.projections.catalog_facts import (
    BASICS,
    CHANGES,
    CLAIMS,
    ITEMS,
    WITHDRAWALS,
)
from services.disclosure.projections.facts import FACTS, FIGURES, project

READ_MODEL: Final = ReadModel(
    service="disclosure",
    ddl=Path(__file__).parent.parent / "read_model.sql",
    tables={
        "facts": FACTS,
        "items": ITEMS,
        "changes": CHANGES,
        "claims": CLAIMS,
        "withdrawals": WITHDRAWALS,
        "basics": BASICS,
        "figures": FIGURES,
    },
    sources=("catalog", "intake", "approval", "disclosure"),
    project=project,
    finish=(
        Statement("ANALYZE facts, cases, items, changes, claims, withdrawals, basics, figures", ()),
    ),
)
