"""What two clerks could overwrite for each other beside cases: each thing, and two acts on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from services.kernel.calendar_seed import SEED
from services.kernel.times import SHANGHAI

CLERK: Final = "clerk-12:clerk"
Do = Callable[..., Any]
"""Does something that succeeds: service, path, who, body."""


@dataclass(frozen=True)
class Thing:
    """A thing as both clerks see it, and what each of them does about it."""

    shown: str
    """Where its version is shown; empty: in the answer to what made it."""
    reader: str
    path: str
    first: tuple[str, str, Any]
    """Act, who, body: of the faster one."""
    second: tuple[str, str, Any]
    method: str = "POST"
    version: int = 0


def _in_days(days: int) -> datetime:
    return datetime.now(SHANGHAI) + timedelta(days=days)


def fee(do: Do, number: str) -> Thing:
    order = do("intake", f"/cases/{number}/fees", CLERK, {"fee": "工本费"})["order_no"]
    waiver = ("waiver", "fees-1:fee_officer", {"policy": "减免 2020-1"})
    return Thing(f"/fees/{order}", CLERK, f"/fees/{order}", ("notice", CLERK, {}), waiver)


def material(do: Do, number: str) -> Thing:
    path = f"/cases/{number}/materials"
    listed = do("intake", path, CLERK, None)["materials"]
    code = next(one["material_code"] for one in listed if not one.get("shared"))
    first, second = (
        (f"{code}/promise", CLERK, {"due_on": _in_days(days).date().isoformat()}) for days in (5, 9)
    )
    return Thing(path, CLERK, path, first, second)


def slot(do: Do, number: str) -> Thing:
    day = SEED.next_working_day(_in_days(2).date())
    body = {"window": "W77", "day": day.isoformat(), "minutes": 60, "capacity": 4}
    [name, *_] = do("intake", "/slots", "clerk-12:supervisor", body)["slot_nos"]
    first = ("capacity", CLERK, {"capacity": 6})
    return Thing(f"/slots/{name}", CLERK, f"/slots/{name}", first, ("closing", CLERK, None))


def terms(do: Do, number: str) -> Thing:
    wanted = do("intake", "/booking-terms", CLERK, None)
    body = {name: value for name, value in wanted.items() if name != "terms_version"}
    act = ("", "supervisor-2:supervisor", body)
    return Thing("", CLERK, "/booking-terms", act, act, "PUT", wanted["terms_version"])


def visit(do: Do, number: str) -> Thing:
    body = {"reason": "elderly", "place": "测试路 1 号", "name": "测试人", "visit_no": "V-77"}
    do("intake", "/visits", CLERK, body)
    going = {"clerk": "clerk-12", "starts_at": _in_days(2).isoformat()}
    first = ("schedule", CLERK, going)
    second = ("schedule", "clerk-13:clerk", going | {"clerk": "clerk-13"})
    return Thing("/visits/V-77", CLERK, "/visits/V-77", first, second)


def ticket(do: Do, number: str) -> Thing:
    operator = "operator-1:hotline_operator"
    said = {"channel": "phone", "topic": "housing", "text": "路灯不亮", "ticket_no": "H-77"}
    do("intake", "/tickets", operator, said)
    to = {"lead_unit": "D07"}
    first, second = ("dispatch", operator, to), ("dispatch", operator, {"lead_unit": "D09"})
    return Thing("/tickets/H-77", operator, "/tickets/H-77", first, second)


def village(do: Do, number: str) -> Thing:
    clerk = "village-1:village_clerk::3412XX001001"
    said = {"kind": "residence", "text": "居住证明", "name": "测试村民"}
    path = f"/village-certificates/{do('intake', '/village-certificates', clerk, said)['key']}"
    refusal = ("refusal", clerk, {"reason": "not_true"})
    return Thing(path, clerk, path, ("verification", clerk, {}), refusal)


def agency(do: Do, number: str) -> Thing:
    said = {"agent": "agent-5", "project_nos": [number], "valid_until": _in_days(9).isoformat()}
    path = f"/agencies/{do('intake', '/agencies', CLERK, said)['key']}"
    first = ("acceptance", "agent-5:agent", None)
    return Thing(path, CLERK, path, first, ("revocation", CLERK, None))


THINGS: Final[Mapping[str, Callable[[Do, str], Thing]]] = {
    made.__name__: made for made in (fee, material, slot, terms, visit, ticket, village, agency)
}
