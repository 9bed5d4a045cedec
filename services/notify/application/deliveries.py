"""What notify can be told of deliveries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.chassis.clock import CHINA
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import Application, command
from services.kernel.facts import Facts
from services.notify.domain import Delivery, DeliveryKind, DeliveryOrder, delivery_stream


@dataclass(frozen=True)
class Sent:
    """Where a delivery stands after a command."""

    delivery_no: str
    state: str
    stream: str
    version: int


class Deliveries(Application):
    """The deliveries of results."""

    def received_now(self) -> datetime:
        """Give the database's time: when it received what is being asked for."""
        moment: datetime = self.database.read("SELECT clock_timestamp()")[0][0]
        return moment.astimezone(CHINA)

    @command
    def order_delivery(
        self,
        facts: Facts,
        project_no: str,
        kind: DeliveryKind,
        certificates: Sequence[str],
        destination_ref: str = "",
        *,
        key: str | None = None,
    ) -> Sent:
        """Order a delivery; gives its number, the case's with -T1, -T2 ..."""
        number = 1
        while self.find(Delivery, delivery_stream(f"{project_no}-T{number}")) is not None:
            number += 1
        said = DeliveryOrder(
            f"{project_no}-T{number}", project_no, kind, tuple(certificates), destination_ref
        )
        return self._file_delivery(Delivery.order(facts, said))

    @command
    def act_on_delivery(
        self, facts: Facts, delivery_no: str, act: str, *said: object, key: str | None = None
    ) -> Sent:
        """Do one thing to a delivery: a key of `_ACTS`, with what that one takes.

        Raises:
            NotFoundError: there is none of this number.
        """
        delivery = self.find(Delivery, delivery_stream(delivery_no))
        if delivery is None:
            raise NotFoundError("there is no such delivery")
        _ACTS[act](delivery, facts, *said)
        return self._file_delivery(delivery)

    def _file_delivery(self, delivery: Delivery) -> Sent:
        self.keep(delivery)
        number, state = delivery.delivery_no, delivery.state.value
        return Sent(number, state, str(delivery.id), delivery.version)


_ACTS: Final[dict[str, Callable[..., None]]] = {
    "hand_over": Delivery.hand_over,
    "track": Delivery.track,
    "complete": Delivery.complete,
    "fail": Delivery.fail,
    "come_back": Delivery.come_back,
}
