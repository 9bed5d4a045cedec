"""What approval can be told, by an officer, by intake, and by a deadline."""

from services.approval.application.tasks import Tasks


class Approval(Tasks):
    """Everything approval can be told; each base says one part of it."""


__all__ = ["Approval", "Tasks"]
