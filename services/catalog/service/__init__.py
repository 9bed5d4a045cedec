"""Listens for the catalog: editors and importers by HTTP, lists and pages of the items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from services.catalog.application import Catalog
from services.catalog.domain import CatalogRuleError
from services.catalog.projections import READ_MODEL
from services.catalog.service.desk import Desk
from services.catalog.service.editing import Editing
from services.catalog.service.house import House
from services.catalog.service.importing import Importing
from services.catalog.service.reading import Reading
from services.chassis.audit.routes import AuditRoutes
from services.chassis.bus.providers import ApplicationProvider
from services.chassis.clock import SystemClock
from services.chassis.errors import BanjianError, RuleError
from services.chassis.frame_provider import FrameProvider


class Service(Editing, House, Reading, Desk, Importing, AuditRoutes):
    """The nameko service."""

    name = "catalog"
    errors: Final[Mapping[type[Exception], type[BanjianError]]] = {CatalogRuleError: RuleError}
    clock = SystemClock()
    frame: Any = FrameProvider()
    catalog: Any = ApplicationProvider(Catalog, READ_MODEL)
