"""What can be counted or added up. Value: what is in it, in words; the SQL is in `projections`."""

from __future__ import annotations

from enum import Enum


class Count(Enum):
    """Sets of cases that can be counted, listed and walked to."""

    ACCEPTED = "cases accepted by as_of"
    COMPLETED = "cases completed by as_of, whenever they were accepted"
    ACCEPTED_COMPLETED = "cases accepted by as_of and completed by as_of"
    OPEN = "cases accepted by as_of and not completed by as_of"
    DUE = "accepted cases whose promised deadline is at or before as_of"
    DUE_IN_TIME = "accepted cases whose deadline is at or before as_of, completed by that deadline"
    PROMISED_COMPLETED = "accepted cases with a promised deadline, completed by as_of"
    IN_TIME = "accepted cases completed by as_of and by their promised deadline"
    ONLINE = "cases accepted by as_of that came by an online channel"


class Tally(Enum):
    """Counts and sums over the catalog; each can be listed, entry by entry, and walked to.

    `resident`: stands in the hall. `in force`: a version has taken effect by as_of, and the item
    was not cancelled, merged into another or split by as_of; a frozen item is still in force.
    """

    RESIDENT = "resident items in force at as_of"
    ONE_VISIT = "resident items in force at as_of that need at most one visit"
    STATUTORY_DAYS = "statutory working days of the items in the population, added up"
    DAYS_SAVED = "statutory working days minus promised working days, added up"
    PROMISED_DAYS = "promised working days of the items in the population, added up"
    LIMITED = "resident items in force at as_of that promise a working-day limit"
    MATERIALS = "materials asked for by resident items in force at as_of, added up"

    LICENCES_BEFORE = "licences (type 01) in force when the period begins"
    LICENCES_MERGED = "those of them merged into others in the period, for the licence programme"
    PROMISED_BEFORE = "promised items in force when the period begins"
    MADE_IMMEDIATE = "those of them made immediate in the period"

    STEPS_BEFORE = "steps before, over every re-engineering in the period, added up"
    STEPS_REMOVED = "steps before minus steps after, over every re-engineering, added up"
    MATERIALS_BEFORE = "materials before, over every re-engineering in the period, added up"
    MATERIALS_REMOVED = "materials before minus after, over every re-engineering, added up"

    COUNTY_CLAIMS = "claims of county units (level 4) that stand at as_of"
    LOWER_CLAIMS = "claims of townships and villages (levels 5 and 6) that stand at as_of"
    CLAIMS_MADE = "claims made by as_of, withdrawn ones too"
    CLAIMS_IN_USE = "claims that stand at as_of and whose item is in use"
    CLAIMS = "claims that stand at as_of"
    DEEP_CLAIMS = "claims that stand at as_of with an online depth of 3 or more"
    FULLY_ONLINE = "claims that stand at as_of and can be done online from end to end"

    CHANGED = "changes of the eight kinds, each item once a kind"
    CANCELLED = "items cancelled"
    MODE_CHANGED = "items whose way of management changed"
    MERGED = "items merged into others by the year's adjustment"
    FROZEN = "items frozen"
    FORWARDED_UP = "items forwarded to a higher level"
    DELEGATED_DOWN = "items taken over from a higher level"
    FEE_ADJUSTED = "items with a charge adjusted"
    SERVICE_REVISED = "public-service items (type 20) revised by the year's adjustment"


Quantity = Count | Tally
