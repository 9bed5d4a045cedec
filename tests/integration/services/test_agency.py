"""Full agency (全程代理) through the real service and its database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.intake.application import subject_of
from services.intake.domain import Application
from services.intake.domain.agency_terms import AgencyScope, Mandate
from services.kernel.facts import Facts
from tests.contract.issuing_stories import AGENT as AGENT_ACTOR
from tests.contract.issuing_stories import VILLAGER
from tests.integration.rebuild_logs import rebuild_of
from tests.integration.services.counter import Counter
from tests.integration.services.test_keeping import ITEM, NOW
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.facts import CLERK, facts

SELF, STRANGER = "applicant-31:applicant", "applicant-32:applicant"
AGENT, OTHER = "agent-5:agent", "agent-6:agent"
WINDOW, JUDGE = "clerk-12:clerk:D07", "supervisor-1:supervisor:D01"
SOON = datetime.now(UTC) + timedelta(days=30)


@pytest.fixture(scope="module")
def counter(module_house: House) -> Iterator[Counter]:
    with module_house.serve("intake"):
        counter = Counter(module_house)
        for number in ("own-1", "own-2"):
            begin(counter, number, "applicant-31")
        begin(counter, "paper-1", None)
        yield counter
        counter.close()


def begin(counter: Counter, number: str, account: str | None) -> None:
    said = Application(number, ITEM.item_code, "online", subject_of(number), account=account)
    counter.intake.submit(facts(CLERK, NOW, number), said, {"name": "测试人甲"})


def appoint(
    counter: Counter, who: str = SELF, cases: tuple[str, ...] = ("own-1",), **said: Any
) -> tuple[int, Any]:
    body = {"agent": "agent-5", "project_nos": cases, "valid_until": SOON.isoformat()} | said
    return counter.ask("POST", "/agencies", who, body)


def test_way_of_an_agency(counter: Counter) -> None:
    status, told = appoint(counter, cases=("own-1", "own-2"))
    assert (status, told["state"]) == (201, "appointed")
    path = f"/agencies/{told['key']}"
    assert not counter.intake.acts_for("agent-5", "own-1")

    assert counter.ask("POST", f"{path}/acceptance", OTHER)[0] == 422
    assert counter.ask("POST", f"{path}/completion", AGENT)[0] == 422
    assert counter.ask("POST", f"{path}/acceptance", AGENT)[0] == 200

    for number in ("own-1", "own-2"):
        assert counter.intake.acts_for("agent-5", number, AgencyScope.COLLECT)
        assert not counter.intake.acts_for("agent-6", number)
    assert not counter.intake.acts_for("agent-5", "paper-1")
    assert not counter.intake.acts_for("", "own-1")
    assert counter.ask("POST", f"{path}/completion", AGENT)[0] == 200
    assert not counter.intake.acts_for("agent-5", "own-1")
    status, shown = counter.ask("GET", path, SELF)
    assert (status, shown["state"], shown["scope"]) == (200, "completed", ["full"])
    assert shown["history"][0]["data"]["fee_fen"] == 0


def test_agency_fee_is_refused(counter: Counter) -> None:
    status, refused = appoint(counter, fee_fen=100)

    assert (status, refused["code"]) == (422, "agency_fee")
    assert refused["field"] == "fee_fen"


def test_whose_case_it_is_appoints(counter: Counter) -> None:
    assert appoint(counter, STRANGER)[1]["code"] == "others_case"
    assert appoint(counter, SELF, ("paper-1",))[1]["code"] == "others_case"
    assert appoint(counter, WINDOW, ("own-1",))[1]["code"] == "others_case"
    assert appoint(counter, SELF, ("none-1",))[0] == 404
    assert appoint(counter, AGENT)[0] == 403
    assert appoint(counter, SELF, ())[0] == 400
    assert appoint(counter, SELF, valid_until="2020-01-01T00:00:00")[0] == 400
    assert appoint(counter, WINDOW, ("paper-1",))[0] == 201


def test_scope_says_what_the_agent_may_do(counter: Counter) -> None:
    _, told = appoint(counter, scope=["materials"])
    counter.ask("POST", f"/agencies/{told['key']}/acceptance", AGENT)

    assert counter.intake.acts_for("agent-5", "own-1")
    assert counter.intake.acts_for("agent-5", "own-1", AgencyScope.MATERIALS)
    assert not counter.intake.acts_for("agent-5", "own-1", AgencyScope.COLLECT)
    assert counter.ask("POST", f"/agencies/{told['key']}/revocation", SELF)[0] == 200
    assert not counter.intake.acts_for("agent-5", "own-1")


@pytest.mark.parametrize(
    ("who", "by"), [(SELF, "applicant"), (AGENT, "agent"), (JUDGE, "centre"), (WINDOW, "")]
)
def test_who_ends_it_early(counter: Counter, who: str, by: str) -> None:
    _, told = appoint(counter)
    path = f"/agencies/{told['key']}"

    status, _ = counter.ask("POST", f"{path}/revocation", who)

    assert status == (200 if by else 422)
    if by:
        assert counter.ask("GET", path, JUDGE)[1]["ended_by"] == by
    assert counter.ask("POST", f"{path}/revocation", STRANGER)[0] == 403


def test_mandate_that_ran_out_lapses_by_the_clock(counter: Counter) -> None:
    def told(actor: Any, at: datetime) -> Facts:
        return replace(counter.told(actor, at), subject="past-1")

    scope = [AgencyScope.FULL]
    said = Mandate("past-1", "agent-5", ["own-1"], scope, NOW + timedelta(days=9), 0, VILLAGER.id)
    with counter.intake.unit_of_work():  # before anything can fire
        counter.intake.appoint_agent(told(VILLAGER, NOW), said)
        counter.intake.accept_agency(told(AGENT_ACTOR, NOW), "past-1")

    assert not counter.intake.acts_for("agent-5", "own-1")
    wait_until(lambda: counter.ask("GET", "/agencies/past-1", JUDGE)[1]["state"] == "lapsed")


def test_everybody_sees_their_own(counter: Counter) -> None:
    _, told = appoint(counter)

    def listed(who: str) -> list[str]:
        page = counter.ask("GET", "/agencies?limit=500", who)[1]
        return [row["agency_no"] for row in page["items"]]

    for who in (SELF, AGENT, JUDGE, WINDOW):
        assert told["key"] in listed(who)
    for who in (STRANGER, OTHER):
        assert listed(who) == []
        assert counter.ask("GET", f"/agencies/{told['key']}", who)[0] == 403
    _, page = counter.ask("GET", "/agencies?project_no=paper-1", JUDGE)
    assert {row["account"] for row in page["items"]} == {None}
    assert counter.ask("GET", "/agencies")[0] == 401


def test_rows_are_what_the_log_says(counter: Counter) -> None:
    counter.seal()

    assert rebuild_of(counter.house, "intake", verify=True).differences == []
