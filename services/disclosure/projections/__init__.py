"""What disclosure shows: facts and cases for the figures, names of items, published figures."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.chassis.projection import ReadModel, Statement
from services.disclosure.projections.facts import FACTS, FIGURES, ITEMS, project

READ_MODEL: Final = ReadModel(
    service="disclosure",
    ddl=Path(__file__).parent.parent / "read_model.sql",
    tables={"facts": FACTS, "items": ITEMS, "figures": FIGURES},
    sources=("catalog", "intake", "approval", "disclosure"),
    project=project,
    finish=(Statement("ANALYZE facts, cases, items, figures", ()),),
)
