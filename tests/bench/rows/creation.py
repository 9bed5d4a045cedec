"""Creation: cases taken in over HTTP, stored, and published to the house's listeners."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from deploy.local.processes import free_ports
from deploy.local.roster import banjian
from services.chassis.issuer import Issuer
from services.chassis.rebuild.loader import Loader
from services.intake.projections import READ_MODEL
from tests.bench import bare
from tests.bench.ground import Ground, durability_of_queues, durability_through
from tests.bench.harness import Goal, Row, Scale, Sides
from tests.bench.rows.latency import p95
from tests.support.catalog import DINING, county
from tests.support.processes import Child
from tests.support.waiting import wait_until

CASES = 1_200
CONNECTIONS = 16
PROCESSES = 2
"""Of `banjian serve intake`; one to a core."""


@contextmanager
def window(ground: Ground, scale: Scale) -> Iterator[Sides]:
    with ExitStack() as stack:
        yard = stack.enter_context(ground.yard())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _know_items(yard.admin_url)
        issuer = Issuer(folder / "issuer.pem")
        issuer.write_jwks(folder / "jwks.json")
        env = {**yard.env(folder), "BANJIAN_JWKS_FILE": str(folder / "jwks.json")}
        urls = [stack.enter_context(_served(env, folder, port)) for port in free_ports(PROCESSES)]
        relay = [*banjian(), "relay", "intake"]
        stack.enter_context(Child(relay, env, folder / "relay.log"))
        token = issuer.mint("clerk-1", ["clerk"], window="W01", unit="D09")
        database = yard.database("intake")
        stack.callback(database.close)
        bare.make_table(yard.admin_url)
        numbers = itertools.count(1)
        found: list[float] = []
        answered: list[float] = []

        def published() -> bool:
            sql = (
                "SELECT (SELECT position FROM relay) = (SELECT max(position) FROM ledger)"
                " AND NOT EXISTS (SELECT FROM events e WHERE NOT EXISTS"
                " (SELECT FROM ledger l WHERE (l.xid, l.id) = (e.xid, e.id))"
                " AND e.xid >= (SELECT max(xid) FROM ledger))"
            )
            return bool(database.read(sql)[0][0])

        def subject() -> float:
            bodies = [_body(next(numbers)) for _ in range(scale.events(CASES))]
            asked = {
                "urls": [f"{url}/cases" for url in urls],
                "token": token,
                "bodies": bodies,
                "connections": CONNECTIONS,
            }
            started = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.http_load"],
                input=json.dumps(asked),
                env={**os.environ, "PYTHONWARNINGS": "ignore"},
                capture_output=True,
                text=True,
                check=True,
            )
            told = json.loads(done.stdout)
            starting = time.perf_counter() - started - told["seconds"]
            if told["statuses"] != {"201": len(bodies)}:
                raise RuntimeError(f"not every case was taken in: {told['statuses']}")
            wait_until(published, 120, step=0.002, what="everything is published")
            found.extend(told["ms"])
            answered.append(len(bodies) / told["seconds"])
            return len(bodies) / (time.perf_counter() - started - starting)

        def reference() -> float:
            return bare.pgbench(
                yard.admin_url,
                bare.two_inserts_script("bare_events"),
                clients=CONNECTIONS,
                seconds=scale.seconds,
            )

        yield Sides(
            subject,
            reference,
            durability=lambda: {**durability_through(database), **durability_of_queues(yard.vhost)},
            notes=lambda: [
                f"answers p95 {p95(found):.1f} ms (goal: at most 100), longest {max(found):.1f} ms;"
                f" {min(answered):,.0f} to {max(answered):,.0f} answers/s;"
                f" {CONNECTIONS} connections, {PROCESSES} processes"
            ],
        )


@contextmanager
def _served(env: dict[str, str], folder: Path, port: int) -> Iterator[str]:
    own = {**env, "BANJIAN_INTAKE_HTTP_PORT": str(port)}
    command = [*banjian(), "serve", "intake", "--only", "http"]
    url = f"http://127.0.0.1:{port}"
    with Child(command, own, folder / f"serve-{port}.log") as child:
        child.wait_ready(f"{url}/readyz")
        yield url


def _know_items(url: str) -> None:
    with bare.connected(url) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SET search_path = intake_model, intake")
        loader = Loader(connection, READ_MODEL, "intake_model")
        for event in county():
            loader.apply(READ_MODEL.project(event))
        loader.flush()
        loader.close()


def _body(number: int) -> str:
    return json.dumps(
        {
            "item_code": DINING,
            "channel": "window",
            "applicant": {"name": f"测试{number}", "id_number": ""},
        }
    )


ROWS = (
    Row(
        "creation",
        "cases created over HTTP, stored and published; answers p95 within 100 ms",
        "cases/s",
        "POST /cases: submitted, accepted, limits, vault, lists, until all of it is confirmed",
        "pgbench: two INSERTs and a commit, as many clients",
        Goal(least=300),
        window,
    ),
)
