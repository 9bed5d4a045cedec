"""nameko dependency: the frame of the process, for a service that needs its settings."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from services.chassis.frame import Frame, frame_of


class FrameProvider(DependencyProvider):  # type: ignore[misc]  # nameko is untyped
    """Gives the service class its frame: `frame = FrameProvider()`, then `self.frame.settings`."""

    def get_dependency(self, worker_ctx: Any) -> Frame:
        return frame_of(self.container)
