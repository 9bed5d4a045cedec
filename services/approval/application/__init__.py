"""What approval can be told, by an officer, by intake, and by a deadline."""

from services.approval.application.base import Base
from services.approval.application.certificates import Certificates
from services.approval.application.commitments import Commitments
from services.approval.application.outside import OutsideRows
from services.approval.application.processes import Processes
from services.approval.application.surveys import Surveys
from services.approval.application.tasks import Tasks


class Approval(Commitments, Certificates, OutsideRows):
    """Everything approval can be told; each base says one part of it."""


__all__ = [
    "Approval",
    "Base",
    "Certificates",
    "Commitments",
    "OutsideRows",
    "Processes",
    "Surveys",
    "Tasks",
]
