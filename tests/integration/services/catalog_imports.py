"""A catalog to import into: its process over HTTP, and its application beside it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from services.catalog.application import Catalog
from services.catalog.imports.load import Outcome, load
from services.catalog.imports.plan import Plan, read_plan
from services.catalog.projections import READ_MODEL
from services.chassis.bus.publisher import Publisher
from services.chassis.eventlog.database import Database
from services.kernel.facts import Actor, ActorKind, Facts
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.catalog.imported import NOW

IMPORTER = Actor(ActorKind.PERSON, "importer-1", role="catalog_importer")
CODES = tuple(f"0020{n:05}000" for n in range(4))


class Desk:
    """Imports without a process."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.database = Database(house.database_url_of("catalog"))
        self.catalog = Catalog(self.database, READ_MODEL)

    def take(self, path: Path, *, dry_run: bool = False, at: Any = NOW) -> tuple[Plan, Outcome]:
        plan = read_plan(path, at)
        facts = Facts(at, "import", IMPORTER, "correlation-1", region="3412XX")
        return plan, load(self.catalog, plan, facts, "示例清单", dry_run=dry_run)

    def events(self, topic: str = "") -> int:
        sql = "SELECT count(*) FROM events WHERE topic LIKE %s"
        return int(self.database.read(sql, (f"catalog.{topic}%",))[0][0])


class Client:
    """Imports by HTTP."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.token = house.token("importer-1", "catalog_importer")

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, Any]:
        request = urllib.request.Request(
            self.house.url_of("catalog") + path, data=body, method=method
        )
        request.add_header("Authorization", f"Bearer {self.token}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, _read(answer.read(), answer.headers["Content-Type"])
        except urllib.error.HTTPError as error:
            return error.code, _read(error.read(), error.headers["Content-Type"])

    def begin(self, body: bytes, **query: str) -> dict[str, Any]:
        status, job = self.ask(
            "POST", f"/imports?{urlencode(query)}", body, Content_Type="application/octet-stream"
        )
        assert status == 202, job
        found: dict[str, Any] = job
        return found

    def job(self, number: str) -> dict[str, Any]:
        status, job = self.ask("GET", f"/imports/{number}")
        assert status == 200, job
        found: dict[str, Any] = job
        return found

    def finished(self, job: dict[str, Any], timeout: float = 60) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            now = self.job(job["id"])
            return None if now["state"] in ("QUEUED", "RUNNING") else now

        return wait_until(ended, timeout=timeout)

    def take(self, body: bytes, **query: str) -> dict[str, Any]:
        return self.finished(self.begin(body, **query))


def _read(body: bytes, kind: str | None) -> Any:
    if kind and "json" in kind and "ndjson" not in kind:
        return json.loads(body)
    return body


def basics(*codes: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": "basic",
            "catalog_code": code,
            "task_name": f"事项{code}",
            "task_type": "20",
            "use_levels": [4, 5, 6],
            "plan_effective_date": "2019-01-01",
        }
        for code in codes
    ]


def claims(units: int, *codes: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": "claim",
            "catalog_code": code,
            "unit": f"3412XX{unit:06}",
            "unit_name": f"第{unit}村",
            "use_level": 6,
            "batch_no": 1,
            "online_handle_depth": 3,
            "fully_online": unit % 2 == 0,
        }
        for unit in range(units)
        for code in codes
    ]


def send(house: House, *records: dict[str, Any], key: str = "about") -> None:
    """Send catalog records as an outside system does."""
    publisher = Publisher(house.env["BANJIAN_OUTSIDE_AMQP_URI"], name="outside")
    try:
        for record in records:
            kind = str(record["record"]).removeprefix("catalog-")
            publisher.publish(
                "banjian.ingress",
                f"{record['data_source']}.catalog.{kind}",
                json.dumps(record, ensure_ascii=False).encode(),
                partition_key=key,
                content_type="application/json",
                message_id=str(record["row_guid"]),
            )
        publisher.confirm()
    finally:
        publisher.close()
