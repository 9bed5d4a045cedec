"""What disclosure shows: facts of cases and of the catalog for the figures, published figures,
and its own copy of the catalog: items, calendars, schemes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

from services.chassis import reference
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Project, ReadModel, Statement
from services.disclosure import messages
from services.disclosure.projections import (
    entries,
    facts,
    foi,
    happenings,
    names,
    own_records,
    results,
    supervision,
)
from services.disclosure.projections.catalog_facts import (
    BASICS,
    CHANGES,
    CLAIMS,
    ITEMS,
    WITHDRAWALS,
)
from services.disclosure.projections.facts import CORRECTIONS, FACTS, FIGURES
from services.disclosure.projections.known import KNOWN, OWN


def project(event: Event) -> Iterable[Change]:
    """Give the rows of facts an event adds, and what it changes in the copy of the catalog.

    Of an event of others that is counted, also when its log recorded it.
    """
    parts = _OF_OTHERS.get(event.type)
    if parts is None:
        if event.source == OWN:
            return [*chain.from_iterable(part(event) for part in _OF_OUR_OWN)]
        return ()
    changes = [*parts[0](event)] if len(parts) == 1 else [*chain(*(part(event) for part in parts))]
    if changes and event.recorded_at is not None:
        changes.append(Insert("known", (event.source, event.position, event.recorded_at)))
    return changes


_OF_OUR_OWN: Final[Sequence[Project]] = (
    facts.project,
    foi.project,
    entries.project,
    supervision.project,
    own_records.project,
    happenings.project,
)


def _of_others() -> Mapping[str, Sequence[Project]]:
    """Say who reads which type of event: one of which nothing is kept costs one look-up."""
    found: dict[str, list[Project]] = {}
    shown: tuple[Mapping[str, Project], ...] = (
        facts.SHOWN,
        dict.fromkeys(reference.READS, reference.project),
        dict.fromkeys(messages.results.READS, results.project),
        dict.fromkeys(messages.supervision.READS, supervision.project),
        happenings.SHOWN,
        names.SHOWN,
    )
    for part in shown:
        for kind, reader in part.items():
            if not kind.startswith(f"{OWN}."):
                found.setdefault(kind, []).append(reader)
    return found


_OF_OTHERS: Final = _of_others()

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
        "named": names.NAMED,
        "figures": FIGURES,
        "corrections": CORRECTIONS,
        "known": KNOWN,
        "happenings": happenings.HAPPENINGS,
        "foi": foi.FOI,
        "foi_remedy": foi.REMEDY,
        "record_correction": own_records.RECORD,
        "card_liability": supervision.LIABILITY,
        "project_lead": supervision.LEAD,
        **reference.TABLES,
    },
    sources=("catalog", "intake", "approval", "disclosure"),
    project=project,
    derived={"cases": ("facts",)},
    prepare=(Statement("ALTER TABLE facts DISABLE TRIGGER fold", ()),),
    late=("facts_of_case", "known_by_time", "public_entry_grams", "public_entry_latest"),
    finish=(
        Statement("ANALYZE facts", ()),
        Statement("SELECT fold_all()", ()),
        Statement("ALTER TABLE facts ENABLE TRIGGER fold", ()),
        Statement("VACUUM (ANALYZE) cases", ()),
    ),
    beside=(
        Statement("ANALYZE known, happenings, public_entry, entry_version", ()),
        Statement("ANALYZE items, changes, claims, withdrawals, basics, named", ()),
        Statement("ANALYZE figures, corrections", ()),
        Statement(f"ANALYZE {', '.join(reference.TABLES)}", ()),
    ),
    # What approval's events change, ours may change too (cards of breaches), and the other way.
    lanes=(("intake",), ("catalog", "approval", "disclosure")),
)
