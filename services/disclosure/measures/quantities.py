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
    ONLINE = "cases accepted by as_of that came through the online hall, by an online channel"
    APPLIED_ONLINE = "those of them for which the applicant applied online"


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
    COUNTY_ITEMS = "items of county level (4) in force at as_of, in the hall or not"

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


class Happened(Enum):
    """Counts and sums over what happened besides cases; declared in `happened.OVER`."""

    CLOCKS_STARTED = "approval tasks whose promised limit began, each once"
    CLOCKS_BREACHED = "approval tasks of which a limit passed, each once; excused ones excepted"
    DEEMED = "deemed consents, voided ones excepted"

    FEES_NET = "fees paid minus fees refunded, in fen"
    APP_PAYMENTS = "fees paid in the app"
    APP_PAID = "fees paid in the app, in fen; refunds are not taken off"
    ONLINE_UNITS = "departments a fee was paid to online"
    ONLINE_CHARGES = "charges (item and fee) that were paid online"

    PROJECTS = "parallel approvals started"
    MEETINGS = "joint review meetings held"
    PROJECTS_REVIEWED = "projects on the agenda of review meetings that were held, each once"
    AGENCY_PRINCIPALS = "principals of completed full agencies"
    DOOR_CASES = "cases whose result was served at the door"
    VILLAGE_ISSUED = "village certificates issued"
    VILLAGE_REQUESTED = "village certificates asked for"

    PUBLISHED = "entries published unasked"
    PAGE_VISITS = "visits to pages of disclosure, added up"
    ENQUIRIES = "tickets of the hotline, first contacts and counted enquiries, added up"
    TICKETS = "tickets the hotline took in"
    ATTENDANCES = "attendances of trainings, added up"
    TRAININGS = "trainings held"
    NOTICES = "rectification notices issued, retracted ones excepted"
    CIRCULARS = "circulars published, retracted ones excepted"
    LAGGING = "units named as lagging"
    SCORE = "the newest imported score, in hundredths of a point"
    RANK = "the rank of the newest imported score"
    ISSUES_RAISED = "issues raised in outreach"
    ISSUES_SOLVED = "issues of outreach resolved"
    QUESTIONNAIRES = "questionnaires of outreach, added up"
    VISITS = "visits of outreach, added up"
    SYMPOSIA = "symposia of outreach, added up"
    ENTERPRISES = "enterprises reached by outreach, added up"
    INSPECTIONS = "inspections recorded, retracted ones excepted"
    RED_CARDS = "red cards that stand"
    YELLOW_CARDS = "yellow cards that stand"
    OBLIGATIONS_DUE = "obligations of supervision that were met or missed, each once"
    OBLIGATIONS_MET = "obligations of supervision met in time"

    FOI_DUE = "requests replied to, or overdue without a reply, each once"
    FOI_TIMELY = "requests replied to within the limit"
    FOI_CAME = "requests received, and those carried over from the year before"
    FOI_ACCOUNTED = "requests over in the period, and those open at its end"
    FOI_NEW = "requests received"
    FOI_CARRIED_OVER = "requests carried over from the year before, as the year's end recorded"
    FOI_OVER = "requests over"
    FOI_OPEN = "requests open at the end of the period"

    RATINGS = "ratings given, those taken out by an appeal excepted"
    SATISFIED = "ratings of levels 1 to 3"
    BAD_REVIEWS = "bad reviews, those taken out by an appeal excepted"
    RECTIFIED = "bad reviews rectified"
    TICKETS_DUE = "tickets replied to, or overdue without a reply, each once"
    TICKETS_TIMELY = "tickets replied to within the limit"
    VISITORS = "visitors of the hall, as its counters say, added up"

    DEPARTMENTS = "departments that stand in the hall at as_of"
    WINDOWS = "windows open at as_of"
    WINDOW_STAFF = "accounts that serve at a window at as_of"
    TOWNSHIPS = "townships and subdistricts (level 5)"
    VILLAGES = "villages and communities (level 6)"
    SCHEMES = "parallel approval schemes in force at as_of"
    GUIDES = "items for which a service guide was published"


class Days(Enum):
    """Days of the calendar."""

    WORKING = "working days of the period, to as_of, by the calendar known by then"


Quantity = Count | Tally | Happened | Days
