"""What the catalog decides: items, the organisation, the calendar. Pure."""

from services.catalog.domain.calendars import WorkCalendarYear
from services.catalog.domain.item_events import ItemPublished
from services.catalog.domain.items import Item
from services.catalog.domain.organisation import Department, Region, Window
from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.schemes import Scheme
from services.catalog.domain.staffing import Delegation, Seal, Staff
from services.catalog.domain.terms import CaseType, Implementation, Listing, PublicList

__all__ = [
    "CaseType",
    "CatalogRuleError",
    "Delegation",
    "Department",
    "Implementation",
    "Item",
    "ItemPublished",
    "Listing",
    "PublicList",
    "Region",
    "Scheme",
    "Seal",
    "Staff",
    "Window",
    "WorkCalendarYear",
]
