"""What every part of a running service may ask for: settings, figures, probes, doorkeeper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from services.chassis.identity import Verifier
from services.chassis.metrics import Metrics
from services.chassis.probes import Probes
from services.chassis.settings import Settings

KEY: Final = "banjian"


@dataclass(frozen=True)
class Frame:
    """One process's equipment, carried by nameko in the container's config."""

    settings: Settings
    metrics: Metrics
    probes: Probes
    verifier: Verifier

    @classmethod
    def build(cls, settings: Settings) -> Frame:
        """Equip a process with what these settings say."""
        return cls(
            settings=settings,
            metrics=Metrics(settings.service),
            probes=Probes(settings.service),
            verifier=Verifier.from_settings(settings),
        )

    def config(self, *, max_workers: int = 64) -> dict[str, Any]:
        """Give the nameko config for a container of this service.

        `max_workers` bounds how many requests and batches run at once; it has to stay above the
        number of database connections or the pool is never busy.
        """
        return {
            KEY: self,
            "WEB_SERVER_ADDRESS": f"{self.settings.http_host}:{self.settings.http_port}",
            "AMQP_URI": self.settings.amqp_uri,
            "max_workers": max_workers,
        }


def frame_of(container: Any) -> Frame:
    """Give the frame of a nameko container (or of an extension's `self.container`)."""
    frame = container.config[KEY]
    if not isinstance(frame, Frame):
        raise TypeError("the container's config was not made by Frame.config()")
    return frame
