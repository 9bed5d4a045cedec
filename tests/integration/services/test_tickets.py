"""Hotline tickets (12345) through the real service and its database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from services.intake.application.tickets import caller_of_ticket
from services.intake.domain.ticket_terms import Outcome
from services.kernel.identity_numbers import resident_id_check
from tests.contract.rating_stories import CALLED, OPERATOR, UNIT
from tests.integration.rebuild_logs import rebuild_of
from tests.integration.services.counter import WORDS, Counter
from tests.support.house import House
from tests.support.waiting import wait_until

HOTLINE, HALL, OTHER = "operator-1:hotline_operator:H1", "unit-7:unit:D07", "unit-9:unit:D09"
JUDGE = "supervisor-1:supervisor:D01"
FIRST = "34129919010101003"
NUMBER = FIRST + resident_id_check(FIRST)
OTHERS = "34129919010101004"
OWN = OTHERS + resident_id_check(OTHERS)
CALL = {
    "channel": "phone",
    "topic": "noise",
    "text": WORDS,
    "name": "测试人甲",
    "phone": "19900023017",
    "id_number": NUMBER,
}


@pytest.fixture(scope="module")
def counter(module_house: House) -> Iterator[Counter]:
    with module_house.serve("intake"):
        counter = Counter(module_house)
        yield counter
        counter.close()


def receive(counter: Counter, number: str) -> str:
    """Give the path of a ticket that was taken in."""
    status, told = counter.ask("POST", "/tickets", HOTLINE, CALL | {"ticket_no": number})
    assert (status, told["key"], told["state"]) == (201, number, "received")
    return f"/tickets/{number}"


def dispatch(counter: Counter, number: str, lead: str = "D07") -> str:
    path = receive(counter, number)
    status, _ = counter.ask("POST", f"{path}/dispatch", HOTLINE, {"lead_unit": lead})
    assert status == 200
    return path


def test_way_of_a_ticket(counter: Counter) -> None:
    path = receive(counter, "way-1")
    steps: list[tuple[str, str, dict[str, Any] | None, str]] = [
        ("dispatch", HOTLINE, {"lead_unit": "D09", "co_units": ["D08"]}, "dispatched"),
        ("return", OTHER, {"reason": "not_our_duty"}, "returned"),
        ("ruling", JUDGE, {"lead_unit": "D07"}, "dispatched"),
        ("extension", JUDGE, None, "dispatched"),
        ("reply", HALL, {"outcome": "resolved", "note": WORDS}, "replied"),
        ("callbacks", HOTLINE, {"reached": False}, "replied"),
        ("callbacks", HOTLINE, {"reached": True, "solved": True, "satisfied": True}, "followed_up"),
        ("closing", HOTLINE, None, "closed"),
    ]
    for step, who, body, state in steps:
        status, told = counter.ask("POST", f"{path}/{step}", who, body)
        assert (step, status, told.get("state")) == (step, 200, state), told

    status, shown = counter.ask("GET", path, HALL)

    assert (status, shown["lead_unit"], shown["ruled"], shown["extended"]) == (
        200,
        "D07",
        True,
        True,
    )
    assert (shown["on_time"], shown["satisfied"], shown["calls"]) == (True, True, 2)
    assert [one["type"].split(".")[1] for one in shown["history"]] == [
        "ticket-received",
        "ticket-dispatched",
        "ticket-returned",
        "ticket-redispatched",
        "ticket-extended",
        "ticket-replied",
        "callback-recorded",
        "callback-recorded",
        "ticket-closed",
    ]
    deadlines = counter.database.read("SELECT 1 FROM deadlines WHERE key = 'way-1'")
    assert deadlines == []


def test_refused_ticket_names_the_other_way(counter: Counter) -> None:
    path = receive(counter, "refused-1")

    assert counter.ask("POST", f"{path}/refusal", HOTLINE, {"ground": "no_time"})[0] == 400
    status, told = counter.ask("POST", f"{path}/refusal", HOTLINE, {"ground": "foi"})

    assert (status, told["state"]) == (200, "refused")
    _, shown = counter.ask("GET", path, HOTLINE)
    assert shown["history"][-1]["data"]["route"] == "foi_office"


def test_who_called_is_in_the_vault_alone_and_held_while_it_is_open(counter: Counter) -> None:
    own = CALL | {"id_number": OWN, "ticket_no": "secret-1"}
    assert counter.ask("POST", "/tickets", HOTLINE, own)[0] == 201
    path = "/tickets/secret-1"
    assert counter.ask("POST", f"{path}/dispatch", HOTLINE, {"lead_unit": "D07"})[0] == 200
    subject = caller_of_ticket("secret-1")
    log = counter.log()
    assert not [text for text in (WORDS, OWN, NUMBER, "19900023017", "测试人甲") if text in log]

    assert counter.ask("GET", f"{path}/texts", HALL) == (200, {"text": WORDS})
    assert counter.ask("GET", f"{path}/texts", OTHER)[0] == 403
    _, page = counter.ask("GET", f"/subjects/{subject}/accesses", "o:data_officer")
    assert [(one["who"], one["fields"]) for one in page["items"]] == [("unit-7", ["ticket_text"])]
    _, found = counter.ask("POST", "/subjects/search", "c:clerk", {"id_number": OWN})
    assert subject in {one["subject_id"] for one in found}
    erasure = (f"/subjects/{subject}/erasure", "o:data_officer", {"ground": "unlawful"})
    status, refused = counter.ask("POST", *erasure)
    assert (status, refused["rule"]) == (422, "held")
    assert "secret-1" in refused["detail"]
    counter.ask("POST", f"{path}/reply", HALL, {"outcome": "resolved", "note": WORDS})
    counter.ask("POST", f"{path}/callbacks", HOTLINE, {"reached": True})
    assert counter.ask("POST", f"{path}/closing", HOTLINE)[0] == 200
    status, _ = counter.ask("POST", *erasure)
    assert status == 200
    assert counter.ask("GET", f"{path}/texts", HALL) == (200, {})


def test_ticket_that_nobody_answers_is_supervised_by_the_clock(counter: Counter) -> None:
    for number in ("past-1", "past-2"):
        told = counter.told(OPERATOR, CALLED)
        counter.intake.receive_ticket(told, number, "phone", "noise", {})
        counter.intake.dispatch_ticket(told, number, "D07", [])
    counter.intake.reply_ticket(counter.told(UNIT, CALLED), "past-2", Outcome.RESOLVED)
    path = dispatch(counter, "now-1")

    def types(number: str) -> list[str]:
        shown = counter.ask("GET", f"/tickets/{number}", JUDGE)[1]
        return [one["type"].split(".")[1] for one in shown["history"]]

    wait_until(lambda: types("past-1")[-1] == "ticket-supervised")

    history = counter.ask("GET", "/tickets/past-1", JUDGE)[1]["history"]
    assert history[-1]["data"]["due_at"] == "2020-10-13T23:59:59+08:00"  # H01
    assert history[-1]["occurred_at"].startswith("2020-10-1")
    assert types("past-2")[-1] == "ticket-replied"
    _, page = counter.ask("GET", "/tickets?supervised=true", JUDGE)
    assert [row["ticket_no"] for row in page["items"]] == ["past-1"]
    _, shown = counter.ask("GET", path, JUDGE)
    assert shown["supervised"] is False
    found = counter.database.read("SELECT count(*) FROM deadlines WHERE kind = 'ticket_overdue'")
    assert found == [(1,)]


def test_extension_is_for_the_supervisor_and_moves_the_deadline(counter: Counter) -> None:
    path = dispatch(counter, "more-1")
    before = counter.ask("GET", path, JUDGE)[1]["due_at"]
    for who in (HALL, HOTLINE):
        assert counter.ask("POST", f"{path}/extension", who)[0] == 403
    assert counter.ask("POST", f"{path}/extension", "s:supervisor:D07")[0] == 422

    assert counter.ask("POST", f"{path}/extension", JUDGE)[0] == 200

    after = counter.ask("GET", path, JUDGE)[1]["due_at"]
    assert datetime.fromisoformat(after) > datetime.fromisoformat(before)
    rows = counter.database.read("SELECT due_at FROM deadlines WHERE key = 'more-1'")
    assert rows[0][0] > datetime.fromisoformat(after)
    assert counter.ask("POST", f"{path}/extension", JUDGE)[0] == 422


def test_number_is_made_once_a_request(counter: Counter) -> None:
    answers = [counter.ask("POST", "/tickets", HOTLINE, CALL, key="call-1") for _ in range(2)]

    assert answers[0] == answers[1]
    assert answers[0][1]["key"].startswith("H20")
    taken = CALL | {"ticket_no": answers[0][1]["key"]}
    assert counter.ask("POST", "/tickets", HOTLINE, taken)[0] == 422


def test_list_pages_and_a_unit_sees_its_own(counter: Counter) -> None:
    for number in ("list-1", "list-2", "list-3"):
        dispatch(counter, number, "D77")
    unit = "unit-77:unit:D77"

    status, first = counter.ask("GET", "/tickets?limit=2", unit)
    _, second = counter.ask("GET", f"/tickets?limit=2&cursor={first['next']}", unit)

    shown = [row["ticket_no"] for row in first["items"] + second["items"]]
    assert (status, shown) == (200, ["list-3", "list-2", "list-1"])
    assert counter.ask("GET", "/tickets?unit=D77", OTHER)[1]["items"] == []
    assert counter.ask("GET", "/tickets/list-1", OTHER)[0] == 403
    late = "/tickets?unit=D77&due_before="
    assert len(counter.ask("GET", late + "2099-01-01", JUDGE)[1]["items"]) == 3
    assert counter.ask("GET", late + "2020-01-01", JUDGE)[1]["items"] == []
    assert counter.ask("POST", "/tickets", HALL, CALL)[0] == 403
    assert counter.ask("GET", "/tickets", "c:clerk")[0] == 403
    assert counter.ask("GET", "/tickets")[0] == 401
    assert counter.ask("GET", "/tickets/none", JUDGE)[0] == 404


def test_pages_show_a_unit_its_own_tickets_without_who_called(counter: Counter) -> None:
    dispatch(counter, "page-1", "D66")
    unit = "unit-66:unit:D66"

    status, listed = counter.page("/hotline?state=&unit=D07&cursor=", unit)
    assert (status, "/hotline/page-1" in listed, "/hotline/way-1" in listed) == (200, True, False)
    status, shown = counter.page("/hotline/page-1", unit)
    assert (status, "办理中" in shown, "主办 D66" in shown) == (200, True, True)
    for page in (listed, shown):
        assert not [text for text in (WORDS, NUMBER, "19900023017", "测试人甲") if text in page]
    assert counter.page("/hotline?state=nonsense", JUDGE)[0] == 200
    assert counter.page("/hotline/page-1", OTHER)[0] == 403
    assert counter.page("/hotline")[0] == 401


def test_rows_are_what_the_log_says(counter: Counter) -> None:
    counter.seal()

    assert rebuild_of(counter.house, "intake", verify=True).differences == []
