"""What intake can be told, by a window, by an outside system, by approval, and by a deadline."""

from services.intake.application.appointments import Appointments
from services.intake.application.case_acts import CaseActs
from services.intake.application.cases import Cases, Receipt, subject_of
from services.intake.application.contacts import Contacts
from services.intake.application.fees import Fees
from services.intake.application.issuing import Issuing
from services.intake.application.materials import Materials
from services.intake.application.projects import Projects
from services.intake.application.records import UnknownItemError
from services.intake.application.satisfaction import Satisfaction
from services.intake.application.sources import Sources
from services.intake.application.tickets import Tickets
from services.intake.application.villages import VillageCertificates
from services.intake.application.visits import Visits


class Intake(
    CaseActs,
    Appointments,
    Contacts,
    Fees,
    Issuing,
    Materials,
    Projects,
    Tickets,
    VillageCertificates,
    Visits,
    Satisfaction,
    Sources,
):
    """Everything intake can be told; each base says one part of it.

    Five methods are a chain through the bases, in the order above, each calling the next by
    `super()`, `Cases` last: `fire` (a deadline goes to whose kind it is), `recount` (so does a
    limit that is counted again), `complete`, `expect`, and `_file`, by which whatever follows from
    a case is kept with it: ratings are invited, results shelved. No other method has two owners.
    """


__all__ = ["Cases", "Intake", "Receipt", "UnknownItemError", "subject_of"]
