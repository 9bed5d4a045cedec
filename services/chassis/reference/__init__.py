"""A service's own copy of the catalog: it goes on while catalog is away, and rebuilds from the log.

    READ_MODEL = ReadModel(
        ddl=(Path(__file__).with_name("read_model.sql"), reference.DDL),
        tables={**_OWN, **reference.TABLES}, sources=("catalog", ...), project=project, ...)

with `-- with: reference` as a line of `read_model.sql`, so that `banjian migrate` makes the tables
too; `project` yields `reference.project(event)` for what is catalog's, `messages.READS` takes in
`reference.READS`. What is known is asked of `Reference`.
"""

from services.chassis.reference.copies import DDL, TABLES, project
from services.chassis.reference.lookups import ItemStatus, ItemVersion, Known, Reference
from services.chassis.reference.messages import READS

__all__ = [
    "DDL",
    "READS",
    "TABLES",
    "ItemStatus",
    "ItemVersion",
    "Known",
    "Reference",
    "project",
]
