"""What disclosure can be told: figures, requests for information, and what is published unasked."""

from services.disclosure.application.figures import Figures
from services.disclosure.application.own_records import OwnRecords
from services.disclosure.application.reports import Reports
from services.disclosure.application.supervision_records import SupervisionRecords


class Disclosure(SupervisionRecords, OwnRecords, Figures, Reports):
    """Everything disclosure can be told; each base says one part of it."""


__all__ = ["Disclosure", "Figures"]
