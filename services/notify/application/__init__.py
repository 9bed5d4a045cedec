"""What notify can be told: of notices by intake, of deliveries by who hands results out."""

from services.notify.application.deliveries import Deliveries, Sent
from services.notify.application.notices import Notices


class Notify(Deliveries, Notices):
    """Everything notify can be told; each base says one part of it."""


__all__ = ["Deliveries", "Notices", "Notify", "Sent"]
