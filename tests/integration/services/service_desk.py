"""A house with two processes of intake, and ways to ask them about appointments and visits."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from deploy.local.processes import free_ports
from services.intake.domain import Slot
from services.kernel.calendar import Edition, WorkCalendar
from services.kernel.facts import Actor, Facts
from services.kernel.times import SHANGHAI
from tests.integration.services.counter import Counter
from tests.integration.services.test_keeping import KNOWN
from tests.support.house import House
from tests.support.known import Told
from tests.unit.facts import CLERK, facts

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class ServiceDesk(Counter):
    """A counter whose application works on every day of the week."""

    def __init__(self, house: House, second: str) -> None:
        super().__init__(house)
        self.second = second
        """Address of the other process."""
        self.calendar = _always(self.now())
        self.intake._catalog = Told(lambda: replace(KNOWN, calendar=self.calendar))

    @staticmethod
    def now() -> datetime:
        """Give the time, in the county's clock."""
        return datetime.now(UTC).astimezone(SHANGHAI)

    def working_day(self, ahead: int = 2) -> date:
        """Give a Monday to Friday that lies ahead, in a year of its own calendar or none."""
        day = self.now().date() + ahead * DAY
        while day.weekday() > 4:
            day += DAY
        return day

    @staticmethod
    def working_days_before(moment: datetime, number: int) -> list[datetime]:
        """Give the same time on the last so many Mondays to Fridays, the earliest first."""
        found: list[datetime] = []
        while len(found) < number:
            moment -= DAY
            if moment.weekday() < 5:
                found.insert(0, moment)
        return found

    def slot(self, window: str, starts_at: datetime, capacity: int = 2) -> str:
        """Open a slot of half an hour at any time, two days before it; gives its number."""
        about = self.by(CLERK, starts_at - 2 * DAY)
        slot = Slot.open(about, window, starts_at, starts_at + 30 * MINUTE, capacity, self.calendar)
        number = slot.slot_no
        self.intake.keep(slot)
        return number

    def by(self, actor: Actor, at: datetime, subject: str = "slot") -> Facts:
        """Say who did something, and when."""
        return replace(facts(actor, at, subject), correlation_id="past")

    def other(
        self, method: str, path: str, who: str, body: object = None, key: str = ""
    ) -> tuple[int, Any]:
        """Ask the other process."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        return _send(self, self.second + path, who, data, headers, method, key)

    def send_form(self, path: str, who: str, fields: dict[str, str]) -> tuple[int, str, str]:
        """Send a page's form; gives the status, where it leads, and the page."""
        account, role, *_ = who.split(":")
        data = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(self.house.url_of("intake") + path, data)
        request.add_header("Authorization", f"Bearer {self.house.token(account, role)}")
        opener = urllib.request.build_opener(_Stay)
        try:
            with opener.open(request, timeout=20) as answer:
                return answer.status, "", answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get("Location", ""), error.read().decode()


class _Stay(urllib.request.HTTPRedirectHandler):
    """Does not follow."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _send(
    desk: Counter,
    url: str,
    who: str,
    data: bytes | None,
    headers: dict[str, str],
    method: str,
    key: str,
) -> tuple[int, Any]:
    account, role, unit = (who + "::").split(":")[:3]
    request = urllib.request.Request(url, data, headers, method=method)
    request.add_header("Authorization", f"Bearer {desk.house.token(account, role, unit=unit)}")
    if key:
        request.add_header("Idempotency-Key", key)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def _always(now: datetime) -> WorkCalendar:
    """Give a calendar by which offices work on every day around now."""
    days = [now.date() + number * DAY for number in range(-40, 41)]
    free = {day: "" for day in days if day.weekday() > 4}
    years = sorted({day.year for day in days})
    return WorkCalendar(
        Edition(
            year,
            1,
            "test",
            date(year, 1, 1),
            {},
            {day: name for day, name in free.items() if day.year == year},
        )
        for year in years
    )


@contextmanager
def serve_desk(house: House) -> Iterator[ServiceDesk]:
    """Serve intake in two processes."""
    [port] = free_ports(1)
    with ExitStack() as stack:
        stack.enter_context(house.serve("intake"))
        stack.enter_context(house.serve("intake", BANJIAN_INTAKE_HTTP_PORT=str(port)))
        desk = ServiceDesk(house, f"http://127.0.0.1:{port}")
        stack.callback(desk.close)
        yield desk
