"""A counter at the real service: who asks in which role, and what is written behind its back."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from services.chassis.eventlog.database import Database
from services.chassis.eventlog.sealer import Sealer
from services.chassis.vault import PersonalVault, Seal
from services.intake import projections
from services.intake.application import Intake, subject_of
from services.intake.domain import Application, Decision
from services.kernel.facts import Actor, Facts
from tests.integration.services.test_keeping import ITEM, KNOWN, NOW
from tests.support.house import House
from tests.support.known import Told
from tests.unit.facts import CLERK, facts

WORDS = "测试人甲说窗口太慢"
"""What nobody may find outside of the vault."""
FORM = "application/x-www-form-urlencoded"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_STAYING = urllib.request.build_opener(_Stay)


class Counter:
    """Intake as people meet it, and its application for what lies in the past."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.database = Database(house.database_url_of("intake"))
        seal = Seal.from_file(house.env["BANJIAN_VAULT_KEY_FILE"])
        self.vault = PersonalVault(seal)
        self.intake = Intake(
            self.database,
            projections.READ_MODEL,
            catalog=lambda _: Told(lambda: KNOWN),
            rows=projections.cases_of_rows,
            seal=seal,
            region="3412XX",
        )

    def begin(
        self,
        number: str,
        *,
        completed: bool = True,
        at: datetime = NOW,
        channel: str = "window",
    ) -> None:
        """Take a case of department D07 in, by clerk-12, and complete it."""
        about = facts(CLERK, at, number)
        said = Application(number, ITEM.item_code, channel, subject_of(number))
        self.intake.submit(about, said, {"name": "测试人甲"})
        if completed:
            self.intake.complete(about, number, Decision(True, 0, at))

    def told(self, actor: Actor, at: datetime) -> Facts:
        """Say who did something in the past."""
        return replace(facts(actor, at), correlation_id="past")

    def ask(
        self, method: str, path: str, who: str = "", body: object = None, key: str = ""
    ) -> tuple[int, Any]:
        """Ask as `<account>:<role>[:<unit>[:<region>]]`; gives the status and the answer."""
        data = None if body is None else json.dumps(body).encode()
        status, answer = self._ask(method, path, who, data, key)
        return status, json.loads(answer)

    def page(self, path: str, who: str = "") -> tuple[int, str]:
        """Ask for a page."""
        status, answer = self._ask("GET", path, who)
        return status, answer.decode()

    def form(self, path: str, who: str, fields: Mapping[str, str]) -> tuple[int, str]:
        """Send a page's form; a redirect is not followed."""
        data = urlencode(fields).encode()
        status, answer = self._ask("POST", path, who, data, kind=FORM)
        return status, answer.decode()

    def _ask(
        self,
        method: str,
        path: str,
        who: str,
        data: bytes | None = None,
        key: str = "",
        kind: str = "application/json",
    ) -> tuple[int, bytes]:
        url, headers = self.house.url_of("intake") + path, {"Content-Type": kind}
        request = urllib.request.Request(url, data, headers, method=method)
        if who:
            account, role, unit, region = (who + ":::").split(":")[:4]
            token = self.house.token(account, role, unit=unit, region=region)
            request.add_header("Authorization", f"Bearer {token}")
        if key:
            request.add_header("Idempotency-Key", key)
        try:
            with _STAYING.open(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def seal(self) -> None:
        """Give every event its position, as the relay does."""
        while Sealer(self.database, "intake").seal():
            pass

    def log(self) -> str:
        """Give every event as stored, and every row of ratings and tickets."""
        parts = self.database.read("SELECT convert_from(state, 'UTF8') FROM events")
        for table in ("rating_row", "ticket_row", "village_row", "agency_row", "result_row"):
            parts += self.database.read(f"SELECT to_jsonb(t)::text FROM {table} t")
        return "\n".join(str(row[0]) for row in parts)

    def close(self) -> None:
        """Let the database go."""
        self.database.close()
