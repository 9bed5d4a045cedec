"""Village certificates (一站通) through the real service and its database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from services.intake.application.villages import villager_of
from services.kernel.identity_numbers import resident_id_check
from tests.contract.issuing_stories import (
    TOWNSHIP,
    VILLAGE,
    VILLAGE_CLERK,
    VILLAGER,
    wish,
)
from tests.integration.rebuild_logs import rebuild_of
from tests.integration.services.counter import WORDS, Counter
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.facts import NOW

FIRST = "34129919010101007"
NUMBER = FIRST + resident_id_check(FIRST)
AGENT, OTHER_AGENT = f"village-1:village_clerk::{VILLAGE}", "village-2:village_clerk::3412XX001002"
SEALER, OTHER_SEALER = (
    f"township-1:township_clerk::{TOWNSHIP}",
    "township-2:township_clerk::3412XX002",
)
SELF, STRANGER = "applicant-31:applicant", "applicant-32:applicant"
JUDGE = "supervisor-1:supervisor:D01"
ASK: dict[str, Any] = {
    "kind": "residence",
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


def request(counter: Counter, who: str = AGENT, **said: Any) -> str:
    """Give the path of a request that was taken in."""
    status, told = counter.ask("POST", "/village-certificates", who, ASK | said)
    assert (status, told["state"]) == (201, "requested"), told
    return f"/village-certificates/{told['key']}"


def test_way_of_a_certificate_from_the_villager_to_whoever_checks_it(counter: Counter) -> None:
    path = request(counter, SELF, village=VILLAGE, channel="app")
    steps: list[tuple[str, str, dict[str, Any] | None, int]] = [
        ("seal", SEALER, None, 422),
        ("verification", OTHER_AGENT, {}, 422),
        ("verification", SEALER, {}, 403),
        ("verification", AGENT, {"note": "属实"}, 200),
        ("verification", AGENT, {}, 422),
        ("seal", OTHER_SEALER, None, 422),
        ("seal", SEALER, None, 200),
        ("withdrawal", SELF, None, 422),
    ]
    for step, who, body, wanted in steps:
        status, told = counter.ask("POST", f"{path}/{step}", who, body)
        assert (step, who, status) == (step, who, wanted), told

    status, shown = counter.ask("GET", path, SELF)
    assert (status, shown["state"], shown["overdue"]) == (200, "issued", [])
    status, texts = counter.ask("GET", f"{path}/texts", SELF)
    assert (texts["text"], texts["note"], texts["name"]) == (WORDS, "属实", "测试人甲")
    check = {"certificate_no": shown["certificate_no"], "code": texts["code"]}
    status, found = counter.ask("POST", "/village-certificate-checks", "", check)
    assert (status, found["genuine"], found["valid"], found["kind"]) == (
        200,
        True,
        True,
        "residence",
    )
    assert set(found) == {"genuine", "valid", "kind", "township", "issued_at", "valid_until"}
    wrong = check | {"code": "X" * 16}
    assert counter.ask("POST", "/village-certificate-checks", "", wrong)[1] == {"genuine": False}
    log = counter.log()
    secrets = (WORDS, NUMBER, "19900023017", "测试人甲", texts["code"], "属实")
    assert not [text for text in secrets if text in log]
    key = (shown["request_no"],)
    assert counter.database.read("SELECT 1 FROM deadlines WHERE key = %s", key) == []


def test_village_asks_for_a_villager_and_may_refuse(counter: Counter) -> None:
    path = request(counter)
    assert (
        counter.ask("POST", "/village-certificates", AGENT, ASK | {"village": TOWNSHIP})[0] == 403
    )
    outside = ASK | {"village": "3499XX001001"}
    assert counter.ask("POST", "/village-certificates", SELF, outside)[0] == 422
    assert counter.ask("POST", "/village-certificates", SELF, ASK | {"kind": "other"})[0] == 400

    reason = {"reason": "not_of_this_village", "note": WORDS}
    status, told = counter.ask("POST", f"{path}/refusal", AGENT, reason)

    assert (status, told["state"]) == (200, "refused")
    assert counter.ask("GET", f"{path}/texts", AGENT)[1]["refusal"] == WORDS


def test_nobody_acts_on_their_own_request(counter: Counter) -> None:
    both = VILLAGER.id
    path = request(counter, SELF, village=VILLAGE)
    own = f"{both}:village_clerk::{VILLAGE}"

    status, told = counter.ask("POST", f"{path}/verification", own, {})

    assert (status, told["rule"] if "rule" in told else told["code"]) == (422, "own_certificate")


def test_villager_is_held_while_it_is_open(counter: Counter) -> None:
    path = request(counter)
    number = path.rsplit("/", 1)[1]
    erasure = (f"/subjects/{villager_of(number)}/erasure", "o:data_officer", {"ground": "unlawful"})
    status, refused = counter.ask("POST", *erasure)
    assert (status, refused["rule"]) == (422, "held")

    assert counter.ask("POST", f"{path}/withdrawal", AGENT)[0] == 200

    rows = counter.database.read(
        "SELECT released_at IS NOT NULL FROM vault_hold WHERE reason = %s", (number,)
    )
    assert rows == [(True,)]


def test_everybody_sees_their_own(counter: Counter) -> None:
    path = request(counter, SELF, village="3412XX001003")
    number = path.rsplit("/", 1)[1]
    theirs = "village-3:village_clerk::3412XX001003"

    def listed(who: str) -> list[str]:
        status, page = counter.ask("GET", "/village-certificates?limit=500", who)
        assert status == 200
        return [row["request_no"] for row in page["items"]]

    assert listed(theirs) == [number]
    for who in (SEALER, SELF, JUDGE):
        assert number in listed(who)
        assert counter.ask("GET", path, who)[0] == 200
    for who in (AGENT, OTHER_SEALER, STRANGER):
        assert number not in listed(who)
        assert counter.ask("GET", path, who)[0] == 403
    assert counter.ask("GET", f"{path}/texts", JUDGE)[0] == 403
    assert counter.ask("GET", path, "c:clerk")[0] == 403
    assert counter.ask("GET", "/village-certificates")[0] == 401
    assert counter.ask("GET", "/village-certificates", "v:village_clerk")[0] == 403


def test_stage_nobody_acted_on_turns_red_by_the_clock(counter: Counter) -> None:
    """Both stages had one working day in 2020; the database's clock is far past it."""
    for number in ("past-1", "past-2"):
        asked = counter.told(VILLAGE_CLERK, NOW)
        counter.intake.request_village_certificate(asked, wish(number, None), VILLAGE, {})
    counter.intake.verify_village_certificate(counter.told(VILLAGE_CLERK, NOW), "past-2", VILLAGE)

    def overdue(number: str) -> list[str]:
        shown: list[str] = counter.ask("GET", f"/village-certificates/{number}", JUDGE)[1][
            "overdue"
        ]
        return shown

    wait_until(lambda: overdue("past-1") == ["village"] and "township" in overdue("past-2"))

    _, page = counter.ask("GET", "/village-certificates?overdue=true", JUDGE)
    assert {row["request_no"] for row in page["items"]} == {"past-1", "past-2"}
    assert (
        counter.page(f"/villages?{urlencode({'state': 'requested'})}", AGENT)[1].count("已超时")
        == 1
    )


def test_request_repeated_is_one(counter: Counter) -> None:
    answers = [
        counter.ask("POST", "/village-certificates", AGENT, ASK, key="ask-1") for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert answers[0][1]["key"].startswith(f"V{VILLAGE}20")


def test_pages_let_the_village_verify_and_the_township_seal(counter: Counter) -> None:
    typed = {
        "kind": "alive",
        "text": WORDS,
        "name": "测试人乙",
        "id_number": NUMBER,
        "turn": "ab12",
    }
    status, again = counter.form("/villages/new", AGENT, typed | {"name": " "})
    assert (status, "请填写姓名" in again) == (422, True)
    assert counter.form("/villages/new", AGENT, typed)[0] == 303
    assert counter.form("/villages/new", AGENT, typed)[0] == 303  # sent twice, one request
    _, page = counter.ask("GET", "/village-certificates?kind=alive", AGENT)
    (number,) = [row["request_no"] for row in page["items"]]
    status, listed = counter.page("/villages", AGENT)
    assert (status, number in listed, "代村民申请" in listed) == (200, True, True)

    status, shown = counter.page(f"/villages/{number}", AGENT)
    assert (status, "核实属实" in shown, WORDS in shown) == (200, True, False)
    status, opened = counter.form(f"/villages/{number}/act", AGENT, {"act": "open"})
    assert (status, WORDS in opened, "测试人乙" in opened) == (200, True, True)
    assert counter.form(f"/villages/{number}/act", AGENT, {"act": "verify"})[0] == 303
    status, told = counter.form(f"/villages/{number}/act", AGENT, {"act": "verify"})
    assert (status, "已经由别人办理" in told or "属于别的村" in told) == (422, True)
    assert "盖章出具" in counter.page(f"/villages/{number}", SEALER)[1]
    assert counter.form(f"/villages/{number}/act", AGENT, {"act": "seal"})[0] == 403
    assert counter.form(f"/villages/{number}/act", SEALER, {"act": "seal"})[0] == 303
    status, shown = counter.page(f"/villages/{number}", SEALER)
    assert (status, "已出具" in shown, "核验码" in shown) == (200, True, False)
    assert "核验码" in counter.form(f"/villages/{number}/act", SEALER, {"act": "open"})[1]
    assert counter.page("/villages")[0] == 401


def test_rows_are_what_the_log_says(counter: Counter) -> None:
    counter.seal()

    assert rebuild_of(counter.house, "intake", verify=True).differences == []
