"""Appointments, home visits and extended hours through the real service and its database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from services.intake.application.appointments import Wish, who_comes
from services.intake.application.visits import who_is_visited
from tests.contract.service_stories import APPLICANT
from tests.integration.rebuild_logs import rebuild_of
from tests.integration.services.service_desk import DAY, MINUTE, ServiceDesk, serve_desk
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.facts import CLERK

HALL, JUDGE = "clerk-12:clerk:D07", "supervisor-1:supervisor"
PLACE = "测试路一号三单元"


@pytest.fixture(scope="module")
def desk(module_house: House) -> Iterator[ServiceDesk]:
    with serve_desk(module_house) as desk:
        yield desk


def open_day(desk: ServiceDesk, window: str, ahead: int = 2, **said: Any) -> list[str]:
    """Open a working day that lies ahead; gives the slots."""
    body = {"window": window, "day": str(desk.working_day(ahead))} | said
    status, told = desk.ask("POST", "/slots", HALL, body)
    assert status == 201, told
    numbers: list[str] = told["slot_nos"]
    return numbers


def book(desk: ServiceDesk, slot: str, who: str, key: str = "", **said: Any) -> tuple[int, Any]:
    return desk.ask("POST", f"/slots/{slot}/appointments", who, said, key)


def test_fifty_who_want_five_places_at_once_get_five(desk: ServiceDesk) -> None:
    [slot, *_] = open_day(desk, "R50", minutes=30, capacity=5)

    def one(number: int) -> tuple[int, Any]:
        ask = desk.ask if number % 2 else desk.other
        return ask("POST", f"/slots/{slot}/appointments", f"racer-{number}:applicant", {})

    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(one, range(50)))

    statuses = [status for status, _ in answers]
    assert (statuses.count(201), statuses.count(422)) == (5, 45), statuses
    assert {told["code"] for status, told in answers if status == 422} == {"slot_full"}
    assert len({told["key"] for status, told in answers if status == 201}) == 5
    [shown, *_] = desk.ask("GET", "/slots?window=R50")[1]["items"]
    assert (shown["slot_no"], shown["capacity"], shown["free"]) == (slot, 5, 0)
    booked = desk.database.read(
        "SELECT count(*) FROM events WHERE topic = 'intake.appointment-booked.v1'"
        " AND convert_from(state, 'UTF8') LIKE %s",
        (f"%{slot}%",),
    )
    assert booked == [(5,)]


def test_account_that_asks_ten_times_at_once_gets_what_it_may(desk: ServiceDesk) -> None:
    slots = open_day(desk, "R10", minutes=20, capacity=3)[:10]

    def one(slot: str) -> int:
        return desk.ask("POST", f"/slots/{slot}/appointments", "greedy:applicant", {})[0]

    with ThreadPoolExecutor(10) as threads:
        statuses = list(threads.map(one, slots))

    assert (statuses.count(201), statuses.count(422)) == (3, 7)
    status, told = book(desk, slots[statuses.index(422)], "greedy:applicant")
    assert (status, told["code"]) == (422, "too_many_open")


def test_way_of_an_appointment(desk: ServiceDesk) -> None:
    slots = open_day(desk, "W1", capacity=1)
    assert len(slots) == 14
    assert slots[0].endswith("0830") and slots[7].endswith("1400")
    assert open_day(desk, "W1", capacity=1) == []
    status, told = book(desk, slots[0], "way:applicant", "key-1", name="测试人甲", phone="199")
    assert (status, told["state"]) == (201, "booked")
    assert book(desk, slots[0], "way:applicant", "key-1", name="测试人甲", phone="199")[1] == told
    assert book(desk, slots[0], "late:applicant")[1]["code"] == "slot_full"
    path = f"/appointments/{told['key']}"
    assert desk.ask("POST", f"{path}/cancellation", "late:applicant", {})[1]["code"] == "not_yours"
    assert desk.ask("POST", f"{path}/check-in", HALL)[1]["code"] == "check_in_time"

    assert desk.ask("POST", f"{path}/cancellation", "way:applicant", {})[0] == 200

    assert book(desk, slots[0], "late:applicant")[0] == 201
    [own] = desk.ask("GET", "/my/appointments", "way:applicant")[1]
    assert (own["state"], own["reason"]) == ("cancelled", "applicant")
    day = desk.working_day()
    rows = desk.ask("GET", f"/appointments?window=W1&day={day}&limit=1", HALL)[1]
    more = desk.ask("GET", f"/appointments?window=W1&limit=9&cursor={rows['next']}", HALL)[1]
    assert sorted(row["state"] for row in rows["items"] + more["items"]) == ["booked", "cancelled"]
    assert "测试人甲" not in desk.log()
    assert desk.ask("GET", f"/subjects/{who_comes('way')}", HALL)[1]["fields"]["name"] == "测***"


def test_only_those_who_may_do_it(desk: ServiceDesk) -> None:
    [slot, *_] = open_day(desk, "W2")
    body = {"window": "W2", "day": str(desk.working_day())}
    assert desk.ask("POST", "/slots", "way:applicant", body)[0] == 403
    assert desk.ask("GET", "/appointments", "way:applicant")[0] == 403
    assert book(desk, slot, "")[0] == 401
    assert book(desk, slot, "a:officer")[0] == 403
    assert book(desk, slot, "a:applicant", subject_id="s-1")[0] == 403
    assert book(desk, slot, HALL, subject_id="s-1")[0] == 201
    assert book(desk, slot, HALL, subject_id="s-1")[1]["code"] == "already_booked"
    assert desk.ask("GET", "/my/appointments", HALL)[0] == 403
    assert desk.ask("GET", f"/slots?day={desk.working_day()}&free=true")[0] == 200


def test_no_slot_on_a_rest_day_in_the_past_or_across_another(desk: ServiceDesk) -> None:
    sunday = desk.now().date() + timedelta(days=7 + 6 - desk.now().weekday())
    for day, rule in ((str(sunday), "rest_day"), ("2020-10-21", "slot_past")):
        status, told = desk.ask("POST", "/slots", HALL, {"window": "W3", "day": day})
        assert (status, told["code"]) == (422, rule)
    open_day(desk, "W3", minutes=30)
    body = {"window": "W3", "day": str(desk.working_day()), "minutes": 20}
    assert desk.ask("POST", "/slots", HALL, body)[1]["code"] == "slot_hours"
    assert desk.ask("POST", "/slots", HALL, body | {"hours": "8-9"})[1]["code"] == "slot_hours"


def test_check_in_shortly_before_and_not_twice(desk: ServiceDesk) -> None:
    now = desk.now().replace(second=0, microsecond=0)
    slot = desk.slot("W4", now + 10 * MINUTE)
    past = desk.slot("W4", now - 40 * MINUTE)
    for number in (slot, past):
        wish = Wish(number, f"{number}-1", account=f"here-{number[-4:]}")
        desk.intake.book_appointment(desk.by(APPLICANT, now - DAY), wish, {})

    status, told = desk.ask("POST", f"/appointments/{slot}-1/check-in", HALL)

    assert (status, told["state"]) == (200, "checked_in")
    again = desk.ask("POST", f"/appointments/{slot}-1/check-in", HALL)
    assert again[1]["code"] == "appointment_over"
    assert desk.ask("POST", f"/appointments/{past}-1/check-in", HALL)[1]["code"] == "check_in_time"
    assert book(desk, past, "late:applicant")[1]["code"] == "slot_past"


def test_timer_notes_who_did_not_come_and_three_times_is_too_often(desk: ServiceDesk) -> None:
    now = desk.now().replace(second=0, microsecond=0)
    [ahead, *_] = open_day(desk, "W5")
    for past in desk.working_days_before(now, 3):
        slot = desk.slot("W5", past)
        for account in ("careless", "careful"):
            wish = Wish(slot, f"{slot}-{account}", account=account)
            desk.intake.book_appointment(desk.by(APPLICANT, past - DAY), wish, {})
        desk.intake.check_in(desk.by(CLERK, past), f"{slot}-careful")

    def blocked() -> list[Any]:
        return desk.database.read(
            "SELECT convert_from(state, 'UTF8') FROM events"
            " WHERE topic = 'intake.online-booking-blocked.v1'"
        )

    wait_until(blocked, 30)

    assert [text.count("-careless") for (text,) in blocked()] == [3]
    page = desk.ask("GET", "/appointments?window=W5&state=missed", HALL)[1]["items"]
    assert [row["account"] for row in page] == ["careless"] * 3
    assert book(desk, ahead, "careless:applicant")[1]["code"] == "booking_blocked"
    assert book(desk, ahead, "careful:applicant")[0] == 201
    assert book(desk, ahead, HALL, name="测试人乙")[0] == 201


def test_terms_are_the_supervisors(desk: ServiceDesk) -> None:
    terms = desk.ask("GET", "/booking-terms")[1]
    assert (terms.pop("terms_version"), terms["max_open"]) == (0, 3)
    assert desk.ask("PUT", "/booking-terms", HALL, terms)[0] == 403

    status, told = desk.ask("PUT", "/booking-terms", JUDGE, terms | {"max_open": 1})

    assert (status, told["terms_version"], told["max_open"]) == (200, 1, 1)
    slots = open_day(desk, "W6")
    assert book(desk, slots[0], "one:applicant")[0] == 201
    assert book(desk, slots[5], "one:applicant")[1]["code"] == "too_many_open"
    assert desk.ask("PUT", "/booking-terms", JUDGE, terms)[1]["terms_version"] == 2


def test_pages_book_show_and_cancel(desk: ServiceDesk) -> None:
    slots = open_day(desk, "W7", capacity=1)
    day, who = desk.working_day(), "page-1:applicant"
    status, page = desk.page("/booking")
    assert (status, "W7 号窗口" in page) == (200, True)
    status, page = desk.page(f"/booking?window=W7&day={day}")
    assert (status, "余 1 个" in page, slots[0] in page) == (200, True, False)
    assert slots[0] in desk.page(f"/booking?window=W7&day={day}", who)[1]

    form = {"slot_no": slots[0], "key": "nonce-1", "name": "测试人丙", "phone": ""}
    status, place, _ = desk.send_form("/booking", who, form)
    assert (status, place.startswith(f"/booking/mine?done={slots[0]}-")) == (303, True)
    assert desk.send_form("/booking", who, form)[:2] == (status, place)
    status, _, page = desk.send_form("/booking", "page-2:applicant", form | {"key": "nonce-2"})
    assert (status, "刚刚约满" in page, "测试人丙" in page) == (422, True, True)
    number = place.partition("=")[2]
    mine = desk.page(place, who)[1]
    assert f"已办好：{number}" in mine
    assert "取消预约" in mine
    assert number not in desk.page("/booking/mine", "page-2:applicant")[1]
    status, place, _ = desk.send_form(f"/booking/mine/{number}/cancellation", who, {})
    assert status == 303
    assert "本人取消" in desk.page(place, who)[1]
    listed = desk.page(f"/desk/appointments?window=W7&day={day}", HALL)[1]
    assert number in listed
    assert "测试人丙" not in listed + mine


def test_desk_page_opens_a_day_and_checks_in(desk: ServiceDesk) -> None:
    day = desk.working_day(3)
    form = {"window": "W8", "day": str(day), "hours": "", "minutes": "30", "capacity": "2"}
    status, place, _ = desk.send_form("/desk/slots", HALL, form)
    assert (status, "已开放 14 个时段" in desk.page(place, HALL)[1]) == (303, True)
    for wrong in ({"minutes": "x"}, {"day": "never"}, {"hours": "8"}, {"minutes": "20"}):
        assert desk.send_form("/desk/slots", HALL, form | wrong)[0] == 422
    slot = desk.slot("W8", desk.now().replace(second=0, microsecond=0) + 5 * MINUTE)
    desk.intake.book_appointment(desk.by(CLERK, desk.now() - DAY), Wish(slot, f"{slot}-1"), {})
    today = {"window": "W8", "day": str(desk.now().date())}
    act = f"/desk/appointments/{slot}-1/check-in"

    assert desk.send_form(act, HALL, today)[0] == 303

    assert "已到场" in desk.page(f"/desk/appointments?window=W8&day={today['day']}", HALL)[1]
    status, _, page = desk.send_form(act, HALL, today)
    assert (status, "已经取消、办理或过期" in page) == (422, True)


def test_way_of_a_home_visit(desk: ServiceDesk) -> None:
    said = {"reason": "elderly", "place": PLACE, "name": "测试人甲", "visit_no": "V-1"}
    status, told = desk.ask("POST", "/visits", "asks:applicant", said, "visit-key")
    assert (status, told["state"]) == (201, "ordered")
    assert desk.ask("POST", "/visits", "asks:applicant", said, "visit-key")[1] == told
    soon = (desk.now() + DAY).isoformat()
    arranged = {"clerk": "clerk-12", "starts_at": soon}
    assert desk.ask("POST", "/visits/V-1/schedule", "asks:applicant", arranged)[0] == 403
    assert desk.ask("POST", "/visits/V-1/schedule", HALL, arranged)[0] == 200
    assert desk.ask("POST", "/visits/V-1/completion", HALL, {"outcome": "served"})[1]["code"] == (
        "visit_time"
    )
    assert desk.ask("GET", "/visits/V-1/place", HALL) == (200, {"text": PLACE})
    assert desk.ask("GET", "/visits/V-1/place", "clerk-99:clerk")[0] == 403
    _, page = desk.ask("GET", f"/subjects/{who_is_visited('V-1')}/accesses", "o:data_officer")
    assert [one["who"] for one in page["items"]] == ["clerk-12"]
    assert desk.ask("GET", "/visits/V-1", "another:applicant")[0] == 403
    reason = {"reason": "centre"}
    assert desk.ask("POST", "/visits/V-1/cancellation", "asks:applicant", reason)[0] == 403
    reason = {"reason": "came_to_hall"}

    assert desk.ask("POST", "/visits/V-1/cancellation", "asks:applicant", reason)[0] == 200

    shown = desk.ask("GET", "/visits", "asks:applicant")[1]["items"]
    assert [(row["visit_no"], row["state"]) for row in shown] == [("V-1", "cancelled")]
    assert desk.ask("GET", "/visits", "another:applicant")[1]["items"] == []
    assert PLACE not in desk.log()


def test_clerk_orders_for_a_known_person_and_says_what_came_of_it(desk: ServiceDesk) -> None:
    desk.begin("visited-1", completed=False)
    subject = desk.ask("GET", "/cases/visited-1")[1]["case"]["subject_id"]
    said = {"reason": "disabled", "place": PLACE, "subject_id": subject, "visit_no": "V-2"}
    assert desk.ask("POST", "/visits", HALL, said)[0] == 201
    desk.intake.schedule_home_visit(
        desk.by(CLERK, desk.now() - DAY), "V-2", "clerk-12", desk.now() - 20 * MINUTE
    )
    done = {"outcome": "served", "project_no": "visited-1"}
    assert desk.ask("POST", "/visits/V-2/completion", "clerk-99:clerk", done)[0] == 422
    assert desk.ask("POST", "/visits/V-2/completion", HALL, done | {"project_no": "none"})[0] == 404

    assert desk.ask("POST", "/visits/V-2/completion", HALL, done)[0] == 200

    shown = desk.ask("GET", "/visits/V-2", HALL)[1]
    assert (shown["state"], shown["outcome"], shown["project_no"]) == (
        "completed",
        "served",
        "visited-1",
    )


def test_extended_hours_change_no_deadline_of_the_case(desk: ServiceDesk) -> None:
    desk.begin("after-hours-1", completed=False)

    def told_late() -> bool:
        """Its day was long ago; the timers note that on their own, once, before we compare."""
        return bool(desk.ask("GET", "/cases/after-hours-1")[1]["case"]["breaches"])

    wait_until(told_late, 30, what="the breach of a deadline long past")
    before = desk.ask("GET", "/cases/after-hours-1")[1]["case"]
    dues = desk.database.read("SELECT kind, due_at FROM deadlines WHERE key = 'after-hours-1'")
    path = "/cases/after-hours-1/extended-hours"
    evening = {"began_at": "2020-10-20T17:30:00+08:00", "ended_at": "2020-10-20T18:10:00+08:00"}
    inside = evening | {"began_at": "2020-10-20T17:00:00+08:00"}
    assert desk.ask("POST", path, HALL, evening)[0] == 400
    assert desk.ask("POST", path, HALL, inside | {"window": "W01"})[1]["code"] == "inside_hours"
    other = {"window": "W01", "hours": "08:00-18:00"}
    assert desk.ask("POST", path, HALL, evening | other)[1]["code"] == "inside_hours"

    assert desk.ask("POST", path, HALL, evening | {"window": "W01"})[0] == 201

    assert desk.ask("POST", path, HALL, evening | {"window": "W01"})[1]["code"] == "extended_time"
    [told] = desk.ask("GET", path, HALL)[1]
    assert (told["clerk"], told["working_day"]) == ("clerk-12", True)
    assert desk.ask("GET", "/cases/after-hours-1")[1]["case"] == before
    rows = desk.database.read("SELECT kind, due_at FROM deadlines WHERE key = 'after-hours-1'")
    assert rows == dues
    none = desk.ask("POST", "/cases/none/extended-hours", HALL, evening | {"window": "W01"})
    assert none[0] == 404


def test_rows_are_what_the_log_says(desk: ServiceDesk) -> None:
    desk.seal()

    assert rebuild_of(desk.house, "intake", verify=True).differences == []
