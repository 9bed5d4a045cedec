"""The projection: pure, and silent about what nobody counts."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from services.chassis import reference
from services.chassis.events import Event
from services.chassis.projection import Insert, Statement
from services.disclosure.messages import READS
from services.disclosure.projections import READ_MODEL
from tests.integration.disclosure.conftest import event

EXAMPLES = sorted(
    path
    for source in ("catalog", "intake", "approval")
    for path in (Path(__file__).parents[3] / "contracts" / source / "examples").glob("*.json")
)


def _of(path: Path) -> Event:
    data = json.loads(path.read_text("utf-8"))
    source, name = path.parent.parent.name, path.name.rsplit(".", 2)[0]
    made = event("x", 7, project_no="P")
    return msgspec.structs.replace(
        made,
        source=source,
        type=f"{source}.{name}",
        body=msgspec.structs.replace(made.body, data=msgspec.Raw(msgspec.json.encode(data))),
    )


CHANGED = ("ref_item_status", "ref_window", "granted_result")
"""The copy of the catalog, and the list of what is granted now: no figure is computed from them."""
BESIDE = ("known", "happenings", "card_liability", "project_lead")
"""Rows that stand beside those of cases and of the catalog."""


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_contract_example_can_be_projected(path: Path) -> None:
    said = _of(path)

    changes = list(READ_MODEL.project(said))

    rows = [change for change in changes if isinstance(change, Insert)]
    for row in rows:
        assert len(row.row) == len(READ_MODEL.tables[row.table])
    figures = [row.table for row in rows if row.table not in {*reference.TABLES, *BESIDE}]
    assert len(figures) <= 1
    for change in changes:
        if isinstance(change, Statement) and not change.sql.startswith("INSERT INTO happenings"):
            assert any(f" {table} " in change.sql for table in CHANGED), "a fact is never changed"
    if said.type not in READS:
        assert changes == []


def test_a_month_is_that_of_the_place_where_it_happened() -> None:
    said = event(
        "case-completed",
        1,
        project_no="A",
        completion_kind=0,
        completed_at="2010-11-30T23:30:00-05:00",
    )

    [change] = READ_MODEL.project(said)

    assert isinstance(change, Insert)
    row = dict(zip(READ_MODEL.tables["facts"], change.row, strict=True))
    assert row["completed_month"] == 2010 * 12 + 10


def test_a_correction_of_what_no_figure_needs_says_nothing() -> None:
    said = event(
        "external-record-corrected",
        1,
        project_no="A",
        record="accept",
        row_guid="r",
        changed={"window": "08"},
    )

    assert list(READ_MODEL.project(said)) == []
