"""Load on a house that remembers what was promised: records by the bus, commands by HTTP."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import contracts
from services.chassis.bus.publisher import Publisher
from services.chassis.errors import UnavailableError
from tests.chaos.ledger import Command
from tests.support.house import House
from tests.support.waiting import wait_until

ITEM = {**contracts.example("catalog.item-published.v1"), "item_version": 2}
STORY = ("accept", "process", "result")
"""The records of one case, in the order an outside system sends them."""
BETWEEN_S = 0.05


class Load:
    """An outside system and a clerk at a window, who write down what they were promised."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.acknowledged: list[Command] = []
        """What the broker confirmed or intake answered with 201: in the log exactly once."""
        self.attempted: list[Command] = []
        """What got no answer: in the log at most once."""
        self._clerk = house.token("clerk-12", "clerk", window="07")

    def publish_item(self) -> None:
        """Let catalog publish the item all cases are about; catalog must be up."""
        body = {
            name: value
            for name, value in ITEM.items()
            if name not in ("published_at", "retroactive", "origin")
        }
        token = self.house.token("editor-1", "catalog_editor")
        assert self._post("catalog", "/items", body, token) in (200, 201)

    def cases(
        self, number: int, story: Sequence[str] = STORY, names: Sequence[str] = ()
    ) -> list[str]:
        """Bring the records of so many cases; returns once all are confirmed, whatever it takes."""
        made = list(names) or [f"load-{uuid.uuid4().hex[:12]}" for _ in range(number)]
        records = [record(kind, name) for kind in story for name in made]

        def brought() -> bool:
            with suppress(UnavailableError):
                send(self.house, records)
                return True
            return False

        wait_until(brought, 60, step=0.2, what="the ingress takes the records")
        if "accept" in story:
            self.acknowledged += [Command(name) for name in made]
        return made

    def commands(self, number: int) -> int:
        """Ask intake over HTTP for so many cases; returns how many it took."""
        taken = 0
        for _ in range(number):
            name = f"command-{uuid.uuid4().hex[:12]}"  # also the case's number
            body = {
                "project_no": name,
                "item_code": ITEM["item_code"],
                "channel": "window",
                "applicant": {"name": "测试", "id_number": "000000190001010000", "phone": "0" * 11},
            }
            headers = {"Idempotency-Key": name}
            if self._post("intake", "/cases", body, self._clerk, headers) == 201:
                self.acknowledged.append(Command(name))
                taken += 1
            else:
                self.attempted.append(Command(name))
        return taken

    @contextmanager
    def running(self) -> Iterator[None]:
        """Go on bringing records and commands in a thread, through every outage."""
        done = threading.Event()
        failed: list[BaseException] = []

        def go_on() -> None:
            try:
                while not done.is_set():
                    self.cases(4)
                    self.commands(1)
                    done.wait(BETWEEN_S)
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join(90)
        assert not failed, failed
        assert not thread.is_alive()

    def _post(
        self,
        service: str,
        path: str,
        body: object,
        token: str,
        headers: Mapping[str, str] | None = None,
    ) -> int:
        request = urllib.request.Request(
            self.house.url_of(service) + path, data=json.dumps(body).encode(), method="POST"
        )
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", f"Bearer {token}")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


def record(kind: str, project_no: str, **changed: Any) -> dict[str, Any]:
    """Give a record of a case."""
    own = {"project_no": project_no, "row_guid": f"{kind}-{project_no}"}
    return {**contracts.example(f"ingress.{kind}.v1"), **own, **changed}


def send(house: House, records: Sequence[Mapping[str, Any]]) -> None:
    """Bring records as the outside does; returns when the broker has confirmed them all."""
    publisher = Publisher(house.env["BANJIAN_OUTSIDE_AMQP_URI"], confirm_timeout_s=5)
    try:
        for one in records:
            publisher.publish(
                "banjian.ingress",
                f"{one['data_source']}.{one['record']}",
                json.dumps(one).encode(),
                partition_key=str(one["project_no"]),
                content_type="application/json",
                message_id=one["row_guid"] if isinstance(one["row_guid"], str) else "",
            )
        publisher.confirm()
    finally:
        publisher.close()
