"""A small service with every kind of route, run as a process of its own by the HTTP tests.

python -m tests.unit.chassis_web.example <jwks file>     prints its port, ends on SIGTERM
"""

from __future__ import annotations

if __name__ == "__main__":
    import warnings

    warnings.filterwarnings("ignore", message=r"(?s).*Eventlet is deprecated.*")
    import eventlet

    eventlet.monkey_patch()

import os
import signal
import sys
import time
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, ClassVar

import msgspec
import psycopg2
from msgspec import Meta

from services.chassis.errors import RuleError, UnavailableError
from services.chassis.frame import Frame
from services.chassis.logs import configure
from services.chassis.settings import DEVELOPMENT_ISSUER, Settings
from services.chassis.web import Call, Page, PageQuery, Reply, csv_reply, route
from services.chassis.web.paging import page_of, read_cursor

CLERK = frozenset({"clerk"})


class Channel(Enum):
    COUNTER = "counter"
    WEB = "web"


class Material(msgspec.Struct, frozen=True):
    """One thing handed in."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    pages: Annotated[int, Meta(ge=1, le=10_000)] = 1


class SubmitCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an applicant asks for."""

    item_code: Annotated[str, Meta(pattern="^[A-Z0-9-]{1,20}$", description="Item of the list.")]
    channel: Channel
    born: date
    submitted_at: Annotated[datetime, Meta(tz=True)]
    materials: Annotated[list[Material], Meta(max_length=100)] = []


class CaseView(msgspec.Struct, frozen=True):
    """A case as shown."""

    case_no: str
    item_code: str
    caller: str = ""
    key: str = ""


class CasesQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    channel: Channel | None = None
    window: tuple[str, ...] = ()


class CaseClosedError(Exception):
    """Domain errors know nothing of the chassis."""


class Service:
    """Cases for the tests of the web chassis."""

    name = "intake"
    errors: ClassVar = {CaseClosedError: RuleError}

    @route(
        "POST", "/cases", summary="Take in a case", request=SubmitCase, response=CaseView,
        roles=CLERK, status=201,
    )  # fmt: skip
    def submit(self, call: Call[SubmitCase]) -> CaseView:
        return CaseView("2026-1", call.body.item_code, call.caller.id, call.idempotency_key)

    @route("POST", "/public", summary="Check", request=SubmitCase, response=CaseView, public=True)
    def check(self, call: Call[SubmitCase]) -> Reply:
        case = CaseView("2026-2", call.body.item_code)
        return Reply(case, headers={"X-Extra": "1"})

    @route("GET", "/cases/<case_no>", summary="Show", response=CaseView, public=True, after=True)
    def show(self, call: Call[None]) -> CaseView:
        call.wait_until_fresh(lambda source, position: position < 100, timeout_s=0.05)
        return CaseView(call.path["case_no"], "A", call.caller.id)

    @route("GET", "/cases", summary="List", response=Page[CaseView], query=CasesQuery, public=True)
    def cases(self, call: Call[None, CasesQuery]) -> Page[CaseView]:
        after = read_cursor(call.query.cursor, tuple[int]) or (0,)
        numbers = [n for n in range(1, 121) if n > after[0]][: call.query.limit + 1]
        rows = [CaseView(str(n), "A") for n in numbers]
        return page_of(rows, call.query.limit, lambda row: (int(row.case_no),))

    @route("DELETE", "/cases/<case_no>", summary="Remove", roles=CLERK)
    def remove(self, call: Call[None]) -> None:
        """Answers 204."""

    @route("GET", "/table.csv", summary="A table", html=True, media="text/csv", public=True)
    def table(self, call: Call[None]) -> Reply:
        return csv_reply("cases", ["编号", "事项"], [["1", "=SUM(A1)"], ["2", None]])

    @route("GET", "/page", summary="A page", html=True, public=True)
    def page(self, call: Call[None]) -> str:
        return f"<p>{call.base}|{call.root}|{call.url}</p>"

    @route("GET", "/fails/<how>", summary="Fails", response=CaseView, public=True)
    def fails(self, call: Call[None]) -> CaseView:
        failures: dict[str, Exception] = {
            "rule": CaseClosedError("the case is closed; open a new one"),
            "away": UnavailableError("the database does not answer", retry_after_s=7),
            "bug": ZeroDivisionError("secret 340102199001011234"),
            "library": psycopg2.OperationalError("password=secret"),
        }
        raise failures.get(call.path["how"], CaseClosedError("no such failure"))

    @route("GET", "/slow", summary="Takes a second", response=CaseView, public=True)
    def slow(self, call: Call[None]) -> CaseView:
        time.sleep(1)
        return CaseView("slow", "A")


def env(jwks: str) -> dict[str, str]:
    """Give an environment for this service; nothing in it is a real server."""
    return {
        "BANJIAN_ENV": "development",
        "BANJIAN_INTAKE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "BANJIAN_INTAKE_AMQP_URI": "amqp://nobody@127.0.0.1:1/none",
        "BANJIAN_INTAKE_HTTP_PORT": "0",
        "BANJIAN_PUBLIC_URL": "http://banjian.test",
        "BANJIAN_JWKS_FILE": jwks,
        "BANJIAN_TOKEN_ISSUER": DEVELOPMENT_ISSUER,
        "BANJIAN_TOKEN_AUDIENCE": "banjian",
        "BANJIAN_VAULT_KEY_FILE": jwks,
    }


def main(jwks: str) -> None:
    from services.chassis.runner import build_container
    from services.chassis.web.probing import ensure_server

    configure("intake", stream=sys.stderr)
    frame = Frame.build(Settings.read("intake", {**os.environ, **env(jwks)}))
    frame.probes.add("database", lambda: "up")
    container: Any = build_container(Service, frame)
    container.start()
    stopped = eventlet.Event()
    signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn_n(stopped.send))
    print(ensure_server(container).port, flush=True)
    stopped.wait()
    container.stop()


if __name__ == "__main__":
    main(sys.argv[1])
