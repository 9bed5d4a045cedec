"""Ratings (好差评) through the real service and its database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.intake.application import subject_of
from services.intake.domain.rating_terms import Answer, Scale
from services.kernel.times import read_time
from tests.contract.rating_stories import UNIT
from tests.integration.rebuild_logs import rebuild_of
from tests.integration.services.counter import WORDS, Counter
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.facts import CLERK

DESK, HALL, JUDGE = "clerk-12:clerk", "unit-7:unit:D07", "supervisor-1:supervisor:D01"
BAD = {"value": 1, "scale": "5_best", "channel": "terminal", "note": WORDS, "clerk": "clerk-12"}
PAST = read_time("2020-11-02 09:00:00")


@pytest.fixture(scope="module")
def counter(module_house: House) -> Iterator[Counter]:
    with module_house.serve("intake"):
        counter = Counter(module_house)
        yield counter
        counter.close()


def invite(counter: Counter, number: str, stage: int = 2) -> str:
    """Give the path of a rating that somebody was asked for."""
    channel = "window" if stage == 1 else "online"  # at a counter each visit is rated
    counter.begin(number, at=datetime.now(UTC), channel=channel)
    path = f"/cases/{number}/ratings/{stage}"
    status, told = counter.ask("POST", f"{path}/invitation", DESK, {"channels": ["sms"]})
    assert (status, told["state"]) == (201, "invited")
    return path


def test_way_of_a_bad_rating(counter: Counter) -> None:
    path = invite(counter, "way-1")
    for _ in range(2):  # the same request again is the same rating
        status, told = counter.ask("POST", path, DESK, BAD, key="rate-1")
        assert (status, told["state"]) == (201, "bad")
    assert counter.ask("POST", path, DESK, BAD)[0] == 422
    steps: list[tuple[str, str, dict[str, Any], str]] = [
        ("contact", HALL, {"note": WORDS}, "contacted"),
        ("appeal", HALL, {"ground": "mistaken", "evidence": ["doc-1"]}, "contacted"),
        ("ruling", JUDGE, {"excluded": False}, "contacted"),
        ("plan", HALL, {"measures": ["training"], "finish_by": "2099-01-01"}, "rectifying"),
        ("rectification", HALL, {}, "rectified"),
        ("follow-up", JUDGE, {"satisfied": True}, "followed_up"),
    ]
    for step, who, body, state in steps:
        status, told = counter.ask("POST", f"{path}/{step}", who, body)
        assert (step, status, told.get("state")) == (step, 200, state)

    status, shown = counter.ask("GET", path, HALL)

    assert (status, shown["level"], shown["good"], shown["counts"]) == (200, 5, False, True)
    assert [one["type"].split(".")[1] for one in shown["history"]] == [
        "evaluation-invited",
        "evaluation-submitted",
        "bad-review-opened",
        "bad-review-contacted",
        "bad-review-appealed",
        "bad-review-upheld",
        "rectification-planned",
        "rectification-completed",
        "bad-review-followed-up",
    ]
    assert shown["history"][1]["data"]["scale"] == "5_best"


def test_words_are_in_the_vault_alone_and_opening_them_is_written_down(counter: Counter) -> None:
    path = invite(counter, "words-1")
    assert counter.ask("POST", path, DESK, BAD)[0] == 201

    assert WORDS not in counter.log()
    assert counter.ask("GET", f"{path}/texts", HALL) == (200, {"text": WORDS})
    assert counter.ask("GET", f"{path}/texts", DESK)[0] == 403
    assert counter.ask("GET", f"{path}/texts", "unit-9:unit:D09")[0] == 403
    _, page = counter.ask("GET", f"/subjects/{subject_of('words-1')}/accesses", "o:data_officer")
    opened = page["items"][0]
    assert (opened["who"], opened["purpose"], opened["fields"]) == (
        "unit-7",
        "complaint",
        ["rating_2"],
    )
    with counter.database.transaction() as cursor:
        counter.vault.erase(cursor.connection, subject_of("words-1"))
    assert counter.ask("GET", f"{path}/texts", HALL) == (200, {})


def test_words_about_somebody_erased_meanwhile_are_not_kept(counter: Counter) -> None:
    vault, fields = (
        counter.vault,
        "SELECT count(*) FROM vault_field WHERE subject_id = 's-meanwhile'",
    )
    with counter.database.transaction() as cursor:
        vault.store(cursor.connection, "s-meanwhile", {"name": "测试人甲"})
        kept = vault.adding(cursor.connection, "s-meanwhile", {"rating_1": WORDS})
        again = vault.adding(cursor.connection, "s-meanwhile", {"rating_1": WORDS * 2})
    counter.database.run(*kept)
    counter.database.run(*again)
    with counter.database.transaction() as cursor:
        found = vault.open(cursor.connection, "s-meanwhile")
        assert found == {"name": "测试人甲", "rating_1": WORDS * 2}
        vault.erase(cursor.connection, "s-meanwhile")

    counter.database.run(*kept)

    assert counter.database.read(fields) == [(0,)]


def test_i10_scale_turns_praise_the_right_way_round_and_is_never_guessed(counter: Counter) -> None:
    path = invite(counter, "praise-1")
    praise = {"value": 5, "channel": "app"}
    status, refused = counter.ask("POST", path, DESK, praise)
    assert (status, refused["field"]) == (422, "scale")

    status, told = counter.ask("POST", path, DESK, praise | {"scale": "5_best"})

    assert (status, told["state"]) == (201, "submitted")
    _, page = counter.ask("GET", "/ratings?project_no=praise-1", JUDGE)
    assert [row["level"] for row in page["items"]] == [1]


def test_stage_is_rated_when_it_is_reached(counter: Counter) -> None:
    counter.begin("early-1", completed=False)
    told = {"channels": ["sms"]}

    assert counter.ask("POST", "/cases/early-1/ratings/2/invitation", DESK, told)[0] == 422
    assert counter.ask("POST", "/cases/early-1/ratings/3/invitation", DESK, told)[0] == 404
    assert counter.ask("POST", "/cases/none-1/ratings/1/invitation", DESK, told)[0] == 404
    assert counter.ask("POST", "/cases/early-1/ratings/1/invitation", DESK, told)[0] == 201


def test_who_handled_the_case_does_not_judge_its_appeal(counter: Counter) -> None:
    path = invite(counter, "appeal-1", 1)
    anonymous = BAD | {"named": False, "clerk": "", "note": ""}
    assert counter.ask("POST", path, "t-1:rating_terminal", anonymous)[0] == 201
    appeal = {"ground": "malicious", "evidence": ["doc-2"]}
    assert counter.ask("POST", f"{path}/appeal", HALL, appeal)[0] == 200
    ruling = {"excluded": True}

    status, refused = counter.ask("POST", f"{path}/ruling", "clerk-12:supervisor:D01", ruling)

    assert (status, "handled the case" in refused["detail"]) == (422, True)
    assert counter.ask("POST", f"{path}/ruling", HALL, ruling)[0] == 403
    status, told = counter.ask("POST", f"{path}/ruling", JUDGE, ruling)
    assert (status, told["state"]) == (200, "excluded")
    _, shown = counter.ask("GET", path, JUDGE)
    assert (shown["counts"], shown["good"]) == (False, None)


def test_missed_contact_and_missing_answer_are_noticed_by_the_clock(counter: Counter) -> None:
    said = Answer(5, Scale.BEST_1, "app")
    for number in ("late-1", "silent-1", "prompt-1"):
        with counter.intake.unit_of_work():  # or the clock is faster
            counter.begin(number)
            if number != "silent-1":
                counter.intake.submit_rating(counter.told(CLERK, PAST), number, 2, said)
            if number == "prompt-1":
                counter.intake.contact_rater(counter.told(UNIT, PAST), number, 2)

    def types(number: str) -> list[str]:
        shown = counter.ask("GET", f"/cases/{number}/ratings/2", JUDGE)[1]
        return [one["type"] for one in shown["history"]]

    wait_until(lambda: "intake.bad-review-contact-overdue.v1" in types("late-1"))
    wait_until(lambda: "intake.evaluation-defaulted.v1" in types("silent-1"))
    assert types("prompt-1")[-1] == "intake.bad-review-contacted.v1"
    _, page = counter.ask("GET", "/ratings?overdue=true", JUDGE)
    assert [row["project_no"] for row in page["items"]] == ["late-1"]
    keys = counter.database.read(
        "SELECT key FROM deadlines WHERE key = ANY(%s)", (["late-1/2", "silent-1/2", "prompt-1/2"],)
    )
    assert keys == []


def test_contact_is_due_in_one_working_day_on_the_databases_clock(counter: Counter) -> None:
    path = invite(counter, "due-1")
    assert counter.ask("POST", path, DESK, BAD)[0] == 201

    _, shown = counter.ask("GET", path, HALL)

    due_at = datetime.fromisoformat(shown["contact_due_at"])
    rows = counter.database.read("SELECT kind, due_at FROM deadlines WHERE key = 'due-1/2'")
    assert rows == [("bad_review_contact", due_at + timedelta(seconds=1))]
    assert due_at > datetime.now(UTC)


def test_list_pages_and_a_unit_sees_its_own(counter: Counter) -> None:
    for number in ("page-1", "page-2", "page-3"):
        invite(counter, number)

    status, first = counter.ask("GET", "/ratings?state=invited&limit=2", HALL)
    _, second = counter.ask("GET", f"/ratings?state=invited&limit=2&cursor={first['next']}", HALL)

    shown = [row["project_no"] for row in first["items"] + second["items"]]
    assert (status, shown[:3]) == (200, ["page-3", "page-2", "page-1"])
    assert counter.ask("GET", "/ratings?department=D07", "unit-9:unit:D09")[1]["items"] == []
    assert counter.ask("GET", "/ratings", "unit-9:unit")[0] == 403
    assert counter.ask("GET", "/cases/page-1/ratings/2", "unit-9:unit:D09")[0] == 403
    assert counter.ask("GET", "/ratings", "c-1:applicant")[0] == 403
    assert counter.ask("GET", "/ratings")[0] == 401


def test_who_is_served_is_asked_without_a_clerk(counter: Counter) -> None:
    def asked(number: str) -> list[tuple[int, str]]:
        return counter.database.read(
            "SELECT stage, state FROM rating_row WHERE project_no = %s ORDER BY stage", (number,)
        )

    counter.begin("counter-1", at=datetime.now(UTC))
    counter.begin("online-1", at=datetime.now(UTC), channel="online")
    counter.begin("open-1", at=datetime.now(UTC), channel="online", completed=False)

    assert asked("counter-1") == [(1, "invited"), (2, "invited")]
    assert (asked("online-1"), asked("open-1")) == ([(2, "invited")], [])


def test_rows_are_what_the_log_says(counter: Counter) -> None:
    counter.seal()

    assert rebuild_of(counter.house, "intake", verify=True).differences == []
