"""What intake can be told, by a window, by an outside system, by approval, and by a deadline."""

from services.intake.application.cases import Cases, Receipt, subject_of
from services.intake.application.fees import Fees
from services.intake.application.ratings import Ratings
from services.intake.application.records import Records, UnknownItemError
from services.intake.application.tickets import Tickets


class Intake(Fees, Ratings, Tickets, Records):
    """Everything intake can be told; each base says one part of it."""


__all__ = ["Cases", "Intake", "Receipt", "UnknownItemError", "subject_of"]
