"""Catalog, intake and notify at work on a private PostgreSQL, and clerks who never give up."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

import contracts
from deploy.local.servers import Endpoints, Servers
from tests.chaos.ledger import Command, Ledger, check_ledger
from tests.support.house import House, fresh_house
from tests.support.processes import Child
from tests.support.proxy import Proxy
from tests.support.servers import throwaway
from tests.support.waiting import wait_until

SERVICES = ("catalog", "intake", "notify")
ITEM = contracts.example("catalog.item-published.v1") | {"item_version": 2}
PATIENCE_S = 40
"""How long a clerk repeats a command before giving up."""


@dataclass
class Asked:
    """What came of one request: 0 when there was no answer."""

    status: int
    body: dict[str, Any]
    seconds: float


@dataclass
class StoreHouse:
    """The house, its servers and what was promised to whom."""

    house: House
    servers: Servers
    proxy: Proxy
    """Between `serve intake` and PostgreSQL."""
    acknowledged: list[Command] = field(default_factory=list)
    children: dict[str, Child] = field(default_factory=dict)

    def start_intake(self, script: str = "") -> Child:
        """Start `serve intake` through the proxy; `script` is Python that runs after the patch."""
        name = "BANJIAN_INTAKE_DATABASE_URL"
        parts = urlsplit(self.house.env[name])
        login = parts.netloc.rpartition("@")[0]
        url = parts._replace(netloc=f"{login}@127.0.0.1:{self.proxy.port}").geturl()
        env = {**self.house.env, name: url}
        if script:
            code = (
                "import services.chassis.runner as runner\nimport os, signal, time\n"
                f"{script}\nraise SystemExit(runner.run('intake', os.environ))\n"
            )
            log = self.house.folder / "serve-intake-changed.log"
            child = Child([sys.executable, "-c", code], env, log)
        else:
            child = self.house.start("serve", "intake", **{name: url})
        self.children["intake"] = child
        return child.wait_ready(f"{self.house.url_of('intake')}/readyz")

    def ask(
        self,
        key: str = "",
        correlation: str = "",
        body: dict[str, Any] | bytes | None = None,
        timeout_s: float = 20,
        **headers: str,
    ) -> Asked:
        """Ask intake once to take in a case."""
        told = body if body is not None else application()
        request = urllib.request.Request(
            self.house.url_of("intake") + "/cases",
            data=told if isinstance(told, bytes) else json.dumps(told).encode(),
            headers={
                "Authorization": f"Bearer {self.house.token('clerk-12', 'clerk', window='07')}",
                "Content-Type": "application/json",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        if key:
            request.add_header("Idempotency-Key", key)
        if correlation or key:
            request.add_header("X-Correlation-Id", correlation or key)
        began = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                status, text = error.code, error.read()
        except OSError:
            status, text = 0, b"{}"
        return Asked(status, json.loads(text), time.monotonic() - began)

    def command(self) -> list[Asked]:
        """Ask with one key until it is answered with 201, and write the promise down."""
        key, tries = str(uuid.uuid4()), []
        deadline = time.monotonic() + PATIENCE_S
        while not tries or tries[-1].status != 201:
            assert time.monotonic() < deadline, f"no 201 for {key}: {tries[-1]}"
            if tries:
                threading.Event().wait(0.1)
            tries.append(self.ask(key))
            assert tries[-1].status in (0, 201, 409, 503), tries[-1]
        self.acknowledged.append(Command(key))
        return tries

    @contextmanager
    def load(self, clerks: int = 4) -> Iterator[list[list[Asked]]]:
        """Let clerks work until the block ends; gives the tries of each command so far."""
        done, made, failed = threading.Event(), [], []

        def work() -> None:
            try:
                while not done.is_set():
                    made.append(self.command())
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=work) for _ in range(clerks)]
        for thread in threads:
            thread.start()
        try:
            yield made
        finally:
            done.set()
            for thread in threads:
                thread.join(PATIENCE_S + 30)
        assert not failed, failed

    def check(self, within_s: float = 30) -> Ledger:
        """Run the ledger check over everything ever promised; all processes must be ready."""
        assert all(child.alive for child in self.children.values())
        urls = [self.house.url_of(service) for service in ("intake", "notify")]
        ports = [self.house.env[f"BANJIAN_{service.upper()}_RELAY_PORT"] for service in SERVICES]
        urls += [f"http://127.0.0.1:{port}" for port in ports]
        return check_ledger(
            self.house,
            self.acknowledged,
            services=SERVICES,
            within_s=within_s,
            ready=[f"{url}/readyz" for url in urls],
        )

    def rows(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        """Ask the database as its administrator."""
        connection = psycopg2.connect(self.house.database_url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, params or None)
            found = list(cursor.fetchall()) if cursor.description else []
        connection.close()
        return found

    @contextmanager
    def frozen_postgres(self) -> Iterator[None]:
        """Stop every process of PostgreSQL where it is (SIGSTOP)."""
        pids = family(self.servers.postgres.process.pid)  # type: ignore[union-attr]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)


def family(pid: int) -> list[int]:
    """Give a process and its children; the parent first, so that it starts no more of them."""
    found = [pid]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


def application(**changed: Any) -> dict[str, Any]:
    """Give an application for the published item."""
    return {
        "item_code": ITEM["item_code"],
        "channel": "window",
        "applicant": {"name": "测试", "id_number": "000000190001010000", "phone": "0" * 11},
    } | changed


@contextmanager
def store_house_at_work(shared: Endpoints, folder: Path) -> Iterator[StoreHouse]:
    """Give the house: a PostgreSQL of its own, the shared RabbitMQ."""
    with ExitStack() as stack:
        servers = stack.enter_context(throwaway("store", rabbitmq=False, slow=True))
        both = Endpoints(servers.postgres.url(), shared.amqp_uri, shared.management_url)
        house = stack.enter_context(fresh_house(both, folder))
        proxy = stack.enter_context(Proxy("127.0.0.1", servers.postgres.port))
        built = StoreHouse(house, servers, proxy)
        stack.callback(lambda: [child.kill() for child in built.children.values()])
        for role, service in (
            ("relay", "catalog"),
            ("relay", "intake"),
            ("relay", "notify"),
            ("serve", "notify"),
        ):
            built.children[f"{role} {service}"] = house.start(role, service)
        with house.serve("catalog"):
            built.start_intake()
            fields = {
                name: value
                for name, value in ITEM.items()
                if name not in ("published_at", "retroactive", "origin")
            }
            request = urllib.request.Request(
                f"{house.url_of('catalog')}/items",
                data=json.dumps(fields).encode(),
                headers={
                    "Authorization": f"Bearer {house.token('editor-1', 'catalog_editor')}",
                    "Content-Type": "application/json",
                },
            )
            urllib.request.urlopen(request, timeout=30).close()
        known = "SELECT count(*) FROM intake_model.ref_item_version"
        wait_until(lambda: built.rows(known) == [(1,)], 30, what="intake knows the item")
        yield built
