"""The unified issuing window (统一窗口出件) through the real service and its database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.intake.application import subject_of
from services.intake.domain import Application, Decision
from services.kernel.identity_numbers import resident_id_check
from tests.integration.rebuild_logs import rebuild_of
from tests.integration.services.counter import Counter
from tests.integration.services.test_keeping import ITEM, NOW
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.facts import CLERK, facts

FIRST, SECOND = "34129919010101011", "34129919010101012"
NUMBER, OTHERS = FIRST + resident_id_check(FIRST), SECOND + resident_id_check(SECOND)
SELF, STRANGER, AGENT = "applicant-31:applicant", "applicant-32:applicant", "agent-5:agent"
WINDOW, JUDGE = "clerk-12:clerk:D07", "supervisor-1:supervisor:D01"
ISSUER, SECOND_ISSUER = "issuer-1:issuing_clerk", "issuer-2:issuing_clerk"
TODAY = datetime.now(UTC) - timedelta(hours=1)
DECIDER = "officer-21"


@pytest.fixture(scope="module")
def counter(module_house: House) -> Iterator[Counter]:
    with module_house.serve("intake"):
        counter = Counter(module_house)
        yield counter
        counter.close()


def begin(counter: Counter, number: str, *, at: datetime = TODAY, id_number: str = NUMBER) -> str:
    """Take a case in by clerk-12 for applicant-31, and have it granted by officer-21."""
    about = facts(CLERK, at, number)
    said = Application(number, ITEM.item_code, "online", subject_of(number), account="applicant-31")
    known = {"name": "测试人甲"} | ({"document_no": id_number} if id_number else {})
    counter.intake.submit(about, said, known)
    counter.intake.complete(about, number, Decision(True, 0, at, decided_by=DECIDER))
    return f"/results/{number}"


def code_of(counter: Counter, path: str, who: str = SELF) -> str:
    status, told = counter.ask("POST", f"{path}/pickup-code", who)
    assert status == 201, told
    return str(told["code"])


def hand(counter: Counter, path: str, who: str = ISSUER, **said: Any) -> tuple[int, Any]:
    return counter.ask("POST", f"{path}/hand-over", who, said)


def types(counter: Counter, path: str) -> list[str]:
    shown = counter.ask("GET", path, JUDGE)[1]
    return [one["type"].split(".")[1] for one in shown["history"]]


def test_result_is_shelved_when_the_case_completes_and_handed_to_its_applicant(
    counter: Counter,
) -> None:
    path = begin(counter, "way-1")
    status, shown = counter.ask("GET", path, ISSUER)
    assert (status, shown["state"], shown["department"]) == (200, "shelved", "D07")
    assert shown["coded"] is False
    assert hand(counter, path, code="x")[1]["code"] == "no_pickup_code"

    code = code_of(counter, path)
    status, found = counter.ask("POST", "/results/search", ISSUER, {"code": code.lower()})
    assert [row["project_no"] for row in found] == ["way-1"]
    assert hand(counter, path, code=code, id_number=OTHERS)[1]["code"] == "identity"
    status, told = hand(counter, path, code=code, id_number=NUMBER)

    assert (status, told["state"]) == (200, "handed_over")
    assert types(counter, path) == ["result-shelved", "pickup-code-issued", "result-handed-over"]
    _, case = counter.ask("GET", "/cases/way-1", "")
    assert case["case"]["state"] == "delivered"
    assert case["history"][-1]["type"] == "intake.case-delivered.v1"
    assert counter.database.read("SELECT 1 FROM deadlines WHERE key = 'way-1'") == []
    log = counter.log() + str(
        counter.database.read("SELECT convert_from(result, 'UTF8') FROM commands")
    )
    plain = code.replace("-", "")
    assert not [text for text in (code, plain, NUMBER, OTHERS) if text in log]


def test_that_a_number_was_compared_is_written_down(counter: Counter) -> None:
    path = begin(counter, "seen-1")
    assert hand(counter, path, code=code_of(counter, path), id_number=NUMBER)[0] == 200

    _, page = counter.ask("GET", f"/subjects/{subject_of('seen-1')}/accesses", "o:data_officer")

    assert [(one["who"], one["action"], one["purpose"]) for one in page["items"]] == [
        ("issuer-1", "search", "delivery")
    ]


def test_code_is_told_once_and_to_the_applicant_agent_or_front_office(counter: Counter) -> None:
    path = begin(counter, "told-1")
    for who in (STRANGER, AGENT):
        assert counter.ask("POST", f"{path}/pickup-code", who)[1]["code"] == "not_for_pickup"
    assert counter.ask("POST", f"{path}/pickup-code", ISSUER)[0] == 403

    answers = [counter.ask("POST", f"{path}/pickup-code", SELF, key="told-key")[1] for _ in "ab"]
    first, again = answers
    assert first["code"] and "code" not in again
    assert first["event"] == again["event"]

    newer = code_of(counter, path, WINDOW)
    assert hand(counter, path, code=first["code"], id_number=NUMBER)[0] == 422
    assert hand(counter, path, code=newer, id_number=NUMBER)[0] == 200


def test_agent_with_the_mandate_is_told_the_code_and_takes_it(counter: Counter) -> None:
    path = begin(counter, "agent-1")
    ends = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    mandate = {"agent": "agent-5", "project_nos": ["agent-1"], "valid_until": ends}

    def appoint(scope: str) -> None:
        _, told = counter.ask("POST", "/agencies", SELF, mandate | {"scope": [scope]})
        assert counter.ask("POST", f"/agencies/{told['key']}/acceptance", AGENT)[0] == 200

    appoint("materials")
    assert counter.ask("POST", f"{path}/pickup-code", AGENT)[0] == 422
    code = code_of(counter, path)
    assert hand(counter, path, code=code, agent="agent-5")[1]["code"] == "identity"
    appoint("collect")
    code = code_of(counter, path, AGENT)
    status, _ = hand(counter, path, code=code, agent="agent-5")

    assert status == 200
    shown = counter.ask("GET", path, JUDGE)[1]
    assert (shown["identity"], shown["history"][-1]["data"]["agent"]) == ("agent", "agent-5")


def test_three_are_separated(counter: Counter) -> None:
    path = begin(counter, "three-1")
    code = code_of(counter, path)

    for account in ("clerk-12", DECIDER):
        status, refused = hand(
            counter, path, f"{account}:issuing_clerk", code=code, id_number=NUMBER
        )
        assert (status, refused["code"]) == (422, "separated_roles")
    for who in (WINDOW, SELF, JUDGE, f"{DECIDER}:officer:D07"):
        assert hand(counter, path, who, code=code, id_number=NUMBER)[0] == 403
    assert hand(counter, path, code=code, id_number=NUMBER)[0] == 200


def test_five_wrong_codes_lock_it_until_a_supervisor_unlocks(counter: Counter) -> None:
    path = begin(counter, "lock-1")
    code = code_of(counter, path)

    tries = [hand(counter, path, code="WRONG234", id_number=NUMBER) for _ in range(5)]

    assert [(status, told["reason_code"]) for status, told in tries] == [
        (422, "wrong_pickup_code")
    ] * 5
    assert [told.get("left", 0) for _, told in tries] == [4, 3, 2, 1, 0]
    assert hand(counter, path, code=code, id_number=NUMBER)[1]["code"] == "result_locked"
    assert counter.ask("POST", f"{path}/pickup-code", SELF)[1]["code"] == "result_locked"
    _, page = counter.ask("GET", "/results?locked=true", JUDGE)
    assert [row["project_no"] for row in page["items"]] == ["lock-1"]
    assert counter.ask("POST", f"{path}/unlocking", ISSUER)[0] == 403
    assert counter.ask("POST", f"{path}/unlocking", JUDGE)[0] == 200
    assert hand(counter, path, code=code, id_number=NUMBER)[0] == 200


def test_two_clerks_race_one_hand_over(counter: Counter) -> None:
    """One wins; the other is told that it is handed over. One event each round."""
    for turn in range(5):
        path = begin(counter, f"race-{turn}")
        said = {"code": code_of(counter, path), "id_number": NUMBER}
        with ThreadPoolExecutor(2) as pool:
            tries = [
                pool.submit(hand, counter, path, who, **said) for who in (ISSUER, SECOND_ISSUER)
            ]
            answers = [one.result() for one in tries]

        assert sorted(status for status, _ in answers) == [200, 422], answers
        (lost,) = [told for status, told in answers if status == 422]
        assert lost["code"] == "wrong_result_state"
        assert types(counter, path).count("result-handed-over") == 1
        _, case = counter.ask("GET", f"/cases/race-{turn}", "")
        delivered = [one for one in case["history"] if one["type"] == "intake.case-delivered.v1"]
        assert len(delivered) == 1


def test_applicant_without_a_known_number_is_attested(counter: Counter) -> None:
    path, known = begin(counter, "paper-1", id_number=""), begin(counter, "paper-2")
    code, other = code_of(counter, path), code_of(counter, known)

    assert hand(counter, path, code=code)[1]["code"] == "identity"
    assert hand(counter, known, code=other, attested=True)[1]["code"] == "identity"
    assert hand(counter, path, code=code, attested=True)[0] == 200
    assert counter.ask("GET", path, JUDGE)[1]["identity"] == "attested"


def test_what_nobody_collects_is_said_by_the_clock_and_goes_back(counter: Counter) -> None:
    path, fresh = begin(counter, "left-1", at=NOW), begin(counter, "left-2")
    assert counter.ask("POST", f"{fresh}/return", ISSUER, {"reason": "not_collected"})[0] == 422

    wait_until(lambda: types(counter, path)[-1] == "result-collection-overdue")

    _, page = counter.ask("GET", "/results?overdue=true", JUDGE)
    assert [row["project_no"] for row in page["items"]] == ["left-1"]
    assert counter.ask("POST", f"{path}/return", ISSUER, {"reason": "not_collected"})[0] == 200
    assert counter.ask("POST", f"{path}/shelving", WINDOW, {"shelf": "A-12"})[0] == 201
    shown = counter.ask("GET", path, JUDGE)[1]
    assert (shown["state"], shown["shelf"], shown["overdue"]) == ("shelved", "A-12", False)


def test_what_has_no_result_is_not_shelved(counter: Counter) -> None:
    about = facts(CLERK, TODAY, "open-1")
    counter.intake.submit(
        about, Application("open-1", ITEM.item_code, "online", subject_of("open-1")), {}
    )

    assert counter.ask("POST", "/results/open-1/shelving", WINDOW, {})[1]["code"] == "no_result"
    assert counter.ask("GET", "/results/open-1", JUDGE)[0] == 404
    assert counter.ask("POST", "/results/none-1/shelving", WINDOW, {})[0] == 404
    begin(counter, "double-1")
    again = counter.ask("POST", "/results/double-1/shelving", WINDOW, {})
    assert again[1]["code"] == "wrong_result_state"


def test_pages_find_check_and_hand_over(counter: Counter) -> None:
    path = begin(counter, "page-1")
    code = code_of(counter, path)
    status, shown = counter.page("/issuing", ISSUER)
    assert (status, "/issuing/page-1" in shown, "取件码或办件编号" in shown) == (200, True, True)
    assert counter.form("/issuing/search", ISSUER, {"wanted": "nothing"})[0] == 422
    assert counter.form("/issuing/search", ISSUER, {"wanted": "page-1"})[0] == 303
    status, found = counter.form("/issuing/search", ISSUER, {"wanted": code})
    assert (status, "核对并出件" in found, code in found) == (200, True, True)

    act = "/issuing/page-1/hand-over"
    status, told = counter.form(act, ISSUER, {"code": "WRONG234", "id_number": NUMBER})
    assert (status, "还可以试 4 次" in told) == (422, True)
    status, told = counter.form(act, ISSUER, {"code": code, "id_number": OTHERS})
    assert (status, "不是申请人" in told, OTHERS in told) == (422, True, False)
    assert counter.form(act, ISSUER, {"code": code, "id_number": NUMBER})[0] == 303
    status, told = counter.form(act, SECOND_ISSUER, {"code": code, "id_number": NUMBER})
    assert (status, "已经由别人办理" in told) == (422, True)
    assert "已领取" in counter.page("/issuing/page-1", JUDGE)[1]
    assert counter.page("/issuing")[0] == 401
    assert counter.page("/issuing", SELF)[0] == 403
    assert counter.page("/issuing/none-1", ISSUER)[0] == 404


def test_pages_unlock_and_send_back(counter: Counter) -> None:
    path = begin(counter, "page-2", at=NOW)
    wait_until(lambda: types(counter, path)[-1] == "result-collection-overdue")
    code_of(counter, path)
    for _ in range(5):
        told = counter.form("/issuing/page-2/hand-over", ISSUER, {"code": "WRONG234"})[1]
    assert "已锁定" in told
    assert "解锁" not in counter.page("/issuing/page-2", SELF)[1]
    assert counter.form("/issuing/page-2/unlock", JUDGE, {})[0] == 303
    assert counter.form("/issuing/page-2/return", ISSUER, {})[0] == 303
    assert "已退回部门" in counter.page("/issuing/page-2", ISSUER)[1]


def test_rows_are_what_the_log_says(counter: Counter) -> None:
    counter.seal()

    assert rebuild_of(counter.house, "intake", verify=True).differences == []
