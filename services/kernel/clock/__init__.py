"""How long things may take: clocks counted in working days, days, hours, or the day itself.

    clock = Clock(Kind.STATUTORY, Limit(20), accepted_at)
    clock.due(calendar)              # the last second, and the calendar versions it is counted by
    explain(clock, calendar)         # every day from start to end: counted or not, and why

Pure: time and calendar are arguments. A clock keeps facts, not results; see `Clock`. What a command
refuses stands in `errors`. Start: the day of the event is not counted, the n-th unit strictly after
it is the last (民法典 art. 201). Suspended: days d with `suspended <= d < resumed` are not counted;
several suspensions are united.
"""

from services.kernel.clock.clock import Clock
from services.kernel.clock.clocks import Clocks
from services.kernel.clock.due import Due
from services.kernel.clock.errors import ClockRuleError
from services.kernel.clock.explain import Day, Why, explain
from services.kernel.clock.hours import (
    OFFICE_HOURS,
    ONLINE,
    OfficeHours,
    legal_date,
    received_on,
)
from services.kernel.clock.lights import Light, Threshold, amber_at, light
from services.kernel.clock.reasons import ART_45, STOPPED_BY, Kind, Reason, reasons_in
from services.kernel.clock.recalculation import Cause, Recalculation, recalculate
from services.kernel.clock.suspension import Suspension
from services.kernel.clock.terms import TERMS, Approver, Extension, Terms

__all__ = [
    "ART_45",
    "OFFICE_HOURS",
    "ONLINE",
    "STOPPED_BY",
    "TERMS",
    "Approver",
    "Cause",
    "Clock",
    "ClockRuleError",
    "Clocks",
    "Day",
    "Due",
    "Extension",
    "Kind",
    "Light",
    "OfficeHours",
    "Reason",
    "Recalculation",
    "Suspension",
    "Terms",
    "Threshold",
    "Why",
    "amber_at",
    "explain",
    "legal_date",
    "light",
    "reasons_in",
    "recalculate",
    "received_on",
]
