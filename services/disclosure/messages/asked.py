"""What disclosure tells of requests for information and of what is published unasked."""

from __future__ import annotations

from typing import Final

from services.chassis.bus.envelope import Publication

_NAMES: Final = (
    "foi-request-received",
    "foi-receipt-confirmed",
    "foi-assigned",
    "foi-correction-requested",
    "foi-correction-received",
    "foi-abandoned",
    "third-party-consulted",
    "third-party-replied",
    "third-party-silent",
    "co-authority-consulted",
    "co-authority-replied",
    "co-authority-deemed-consented",
    "foi-extended",
    "foi-reasons-requested",
    "foi-reasons-given",
    "foi-reasonable-delay-set",
    "foi-fee-noticed",
    "foi-fee-paid",
    "foi-fee-lapsed",
    "foi-replied",
    "foi-reply-served",
    "foi-overdue",
    "foi-reply-supplemented",
    "foi-reconsideration-filed",
    "foi-suit-filed",
    "foi-outcome-recorded",
    "foi-carried-forward",
    "foi-withdrawn",
    "foi-clock-recalculated",
    "entry-drafted",
    "entry-secrecy-passed",
    "entry-secrecy-failed",
    "entry-approved",
    "entry-published",
    "entry-updated",
    "entry-withdrawn",
    "entry-archived",
    "entry-overdue",
    "entry-reactively-converted",
    "directory-extended",
    "record-correction-requested",
    "record-correction-decided",
    "subject-erased",
)
PUBLISHES: Final = {
    f"disclosure.{name}.v1": Publication(f"disclosure.{name}.v1") for name in _NAMES
}
