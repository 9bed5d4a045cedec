"""What disclosure can be told: figures, requests for information, and what is published unasked."""

from services.disclosure.application.figures import Figures
from services.disclosure.application.foi import FoiRequests


class Disclosure(FoiRequests, Figures):
    """Everything disclosure can be told; each base says one part of it."""


__all__ = ["Disclosure", "Figures"]
