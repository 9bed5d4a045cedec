"""The organisation, schemes and calendars through the real catalog: HTTP in, the log out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import chinese_calendar
import pytest

import contracts
from services.chassis.eventlog.database import Database
from tests.integration.services.test_way_of_a_case import Client
from tests.support.house import House

ITEM = contracts.example("catalog.item-published.v1", "minimal")
REGION = {"region": "3412XX", "name": "示例县", "level": 4}
TOWN = {"region": "3412XX001", "name": "示例镇", "level": 5, "parent": "3412XX"}
BUREAU = {
    "department": "D07",
    "name": "住房和城乡建设局",
    "level": 4,
    "region": "3412XX",
    "resident": True,
    "since": "2020-01-02",
}
WINDOW = {
    "window": "07",
    "label": "工程建设窗口",
    "kind": "DEPARTMENT",
    "since": "2020-01-02",
    "hours": [
        {"begins": "08:30:00", "ends": "12:00:00"},
        {"begins": "14:00:00", "ends": "17:30:00"},
    ],
    "department": "D07",
}
CLERK = {
    "staff": "clerk-12",
    "unit": "D07",
    "roles": ["clerk"],
    "since": "2020-01-02",
    "window": "07",
}
CHIEF = {
    "delegation": "SQ-1",
    "department": "D07",
    "staff": "clerk-12",
    "since": "2020-01-02",
    "document": "建审授〔2020〕1号",
}
STAMP = {"seal": "YZ-07", "department": "D07", "custodian": "clerk-12", "since": "2020-01-02"}
SCHEME = {
    "scheme": "PRIVATE",
    "label": "社会投资项目并联审批",
    "kind": "PRIVATE_INVESTMENT",
    "lead": "D07",
    "members": [{"item_code": ITEM["item_code"], "department": "D07"}],
    "joint_limit_days": 45,
    "joint_extension_days": 15,
    "effective_from": "2099-01-01T00:00:00+08:00",
}
STORY = (
    ("/regions", REGION, "region/3412XX", ""),
    ("/regions", TOWN, "region/3412XX001", ""),
    ("/departments", BUREAU, "department/D07", "D07"),
    ("/windows", WINDOW, "window/07", "D07"),
    ("/staff", CLERK, "staff/clerk-12", "D07"),
    ("/delegations", CHIEF, "delegation/SQ-1", "D07"),
    ("/seals", STAMP, "seal/YZ-07", "D07"),
    ("/schemes", SCHEME, "scheme/PRIVATE", "D07"),
    ("/seals/YZ-07/suspension", {"on": "2020-09-01", "reason": "保管人变更"}, "seal/YZ-07", "D07"),
    ("/delegations/SQ-1/end", {"on": "2020-09-01", "reason": "调岗"}, "delegation/SQ-1", "D07"),
    ("/staff/clerk-12/leaving", {"on": "2020-09-01"}, "staff/clerk-12", "D07"),
    ("/windows/07/closing", {"on": "2020-09-01", "reason": "合并"}, "window/07", "D07"),
)


class Editor:
    """The catalog's HTTP, as somebody with this role."""

    def __init__(self, house: House, role: str) -> None:
        self.client = Client(house)
        self.token = house.token(f"{role}-1", role)

    def post(self, path: str, body: Any, **query: str) -> tuple[int, Any]:
        place = f"{path}?{urlencode(query)}" if query else path
        return self.client.ask("POST", "catalog", place, body, self.token)


@pytest.fixture(scope="module")
def catalog(module_house: House) -> Iterator[House]:
    with module_house.serve("catalog"):
        status, answer = Editor(module_house, "catalog_editor").post("/items", ITEM)
        assert status == 201, answer
        yield module_house


@pytest.fixture(scope="module")
def editor(catalog: House) -> Editor:
    return Editor(catalog, "catalog_editor")


@pytest.fixture(scope="module")
def importer(catalog: House) -> Editor:
    return Editor(catalog, "catalog_importer")


@pytest.fixture(scope="module")
def told(editor: Editor) -> Editor:
    """The editor, after the whole story was told once."""
    for path, said, subject, _ in STORY:
        status, answer = editor.post(path, said)
        assert (status, answer.get("new"), answer.get("subject")) == (201, True, subject), answer
    return editor


def log(house: House, topic: str = "catalog.%") -> list[dict[str, Any]]:
    """Read the catalog's events of these topics, each with its type, in the order of the log."""
    rows = Database(house.database_url).read(
        "SELECT topic, convert_from(state, 'UTF8') FROM catalog.events WHERE topic LIKE %s"
        " ORDER BY id",
        (topic,),
    )
    return [json.loads(str(state)) | {"type": topic} for topic, state in rows]


def test_story_told_again_changes_nothing(told: Editor, catalog: House) -> None:
    before = len(log(catalog))

    for path, said, subject, _ in STORY:
        status, answer = told.post(path, said)
        assert (status, answer["new"], answer["subject"]) == (200, False, subject), path

    assert len(log(catalog)) == before


def test_every_fact_says_what_it_is_about_and_whose_it_is(told: Editor, catalog: House) -> None:
    facts = [(one["subject"], one.get("department", "")) for one in log(catalog)]

    for _, _, subject, department in STORY:
        assert (subject, department) in facts
    assert {one["actor"]["role"] for one in log(catalog, "catalog.window-%")} == {"catalog_editor"}


@pytest.mark.parametrize(
    ("path", "said", "status", "rule", "field"),
    [
        ("/regions", TOWN | {"level": 6}, 422, "level_region", "level"),
        (
            "/regions",
            TOWN | {"region": "3412YY001", "parent": "3412YY"},
            400,
            "",
            "region",
        ),
        (
            "/regions",
            TOWN | {"region": "999999001", "parent": "999999"},
            422,
            "unknown_region",
            "parent",
        ),
        (
            "/departments",
            BUREAU | {"department": "D99", "region": "999999"},
            422,
            "unknown_region",
            "region",
        ),
        (
            "/windows",
            WINDOW | {"window": "99", "department": "D99"},
            422,
            "unknown_department",
            "department",
        ),
        ("/windows", WINDOW | {"window": "99", "hours": []}, 400, "", "hours"),
        ("/windows/99/closing", {"on": "2020-09-01", "reason": "合并"}, 404, "", "window"),
        (
            "/staff",
            CLERK | {"staff": "clerk-99", "window": "99"},
            422,
            "unknown_window",
            "window",
        ),
        ("/staff", CLERK | {"staff": "clerk-99", "unit": "D99"}, 422, "unknown_department", "unit"),
        (
            "/delegations",
            CHIEF | {"delegation": "SQ-9", "staff": "nobody"},
            422,
            "unknown_staff",
            "staff",
        ),
        ("/seals", STAMP | {"seal": "YZ-99", "custodian": "x"}, 422, "unknown_staff", "custodian"),
        (
            "/schemes",
            SCHEME | {"scheme": "X", "members": [{"item_code": "I99", "department": "D07"}]},
            422,
            "member_unknown",
            "members[0].item_code",
        ),
        (
            "/schemes",
            SCHEME | {"scheme": "X", "effective_from": "2099-01-01T00:00:00"},
            400,
            "",
            "effective_from",
        ),
        (
            "/schemes",
            SCHEME | {"scheme": "X", "effective_from": "2020-01-01T00:00:00+08:00"},
            422,
            "retroactive",
            "effective_from",
        ),
    ],
)
def test_refusal_names_rule_and_field_and_leaves_no_trace(
    told: Editor, catalog: House, path: str, said: Any, status: int, rule: str, field: str
) -> None:
    before = len(log(catalog))

    answered, problem = told.post(path, said)

    assert (answered, problem.get("rule", ""), problem["field"]) == (status, rule, field), problem
    assert not rule or (problem["code"], "。 " in problem["detail"]) == ("catalog_rule", True)
    assert len(log(catalog)) == before


def test_only_an_importer_may_say_that_it_happened_before_now(
    editor: Editor, importer: Editor, catalog: House
) -> None:
    said = {"region": "3413XX", "name": "另一示例县", "level": 4}
    clerk = Editor(catalog, "clerk")

    assert clerk.post("/regions", said)[0] == 403
    assert editor.post("/regions", said, happened_at="2019-01-01")[0] == 403
    status, future = importer.post("/regions", said, happened_at="2199-01-01")
    assert (status, future["rule"], future["field"]) == (422, "in_future", "happened_at")
    status, unread = importer.post("/regions", said, happened_at="last year")
    assert (status, unread["field"]) == (400, "happened_at")
    assert importer.post("/regions", said, happened_at="2019-01-01")[0] == 201

    (event,) = [one for one in log(catalog) if one["subject"] == "region/3413XX"]
    assert (event["occurred_at"], event["actor"]["role"]) == (
        "2019-01-01T00:00:00+08:00",
        "catalog_importer",
    )


@pytest.fixture(scope="module")
def seeded(catalog: House) -> House:
    """The catalog after `banjian calendar seed`."""
    done = json.loads(catalog.banjian("calendar", "seed", "--json"))

    assert (done["years"], done["left"]) == (23, [])
    assert done["new"] == done["versions"] > 23
    return catalog


def test_seeding_again_changes_nothing(seeded: House) -> None:
    done = json.loads(seeded.banjian("calendar", "seed", "--json"))

    assert (done["new"], done["left"]) == (0, [])


EXCEPTIONS: dict[date, str] = {}
"""Days on which the log differs from chinesecalendar, and why. There are none."""


def test_calendar_in_the_log_equals_the_library_on_every_day(seeded: House) -> None:
    newest: dict[int, dict[str, Any]] = {}
    for event in log(seeded, "catalog.work-calendar-%"):
        said = event["data"]
        contracts.validate(event["type"], said)
        assert (
            said["calendar_version"]
            == newest.get(said["year"], {"calendar_version": 0})["calendar_version"] + 1
        )
        assert event["occurred_at"] == f"{said['announced_on']}T00:00:00+08:00"
        newest[said["year"]] = said
    assert list(range(2004, 2027)) == [year for year in sorted(newest) if year < 2027]

    different: dict[date, str] = {}
    for year in range(2004, 2027):
        off = {one["day"] for one in newest[year]["days_off"]}
        on = {one["day"] for one in newest[year]["work_days"]}
        for number in range(366):
            day = date(year, 1, 1) + timedelta(days=number)
            if day.year != year:
                continue
            told = day.isoformat()
            works = told in on if day.weekday() >= 5 else told not in off
            if works != bool(chinese_calendar.is_workday(day)):
                different[day] = EXCEPTIONS.get(day, "nobody knows why")
    assert different == EXCEPTIONS


@pytest.mark.parametrize(
    ("year", "as_of", "calendar", "working_days", "friday_is_off"),
    [
        (2020, "", "2020.2", 249, True),
        (2020, "2020-01-27", "2020.2", 249, True),
        (2020, "2020-01-26", "2020.1", 251, False),
        (2020, "2019-11-20", "2020.0", 262, False),
    ],
)
def test_year_is_shown_as_it_was_known_on_a_day(
    seeded: House, year: int, as_of: str, calendar: str, working_days: int, friday_is_off: bool
) -> None:
    options = ("--as-of", as_of) if as_of else ()
    shown = json.loads(seeded.banjian("calendar", "show", str(year), *options, "--json"))

    assert (shown["calendar"], shown["working_days"]) == (calendar, working_days)
    assert shown["provisional"] is (calendar == "2020.0")
    assert ("2020-01-31" in {one["day"] for one in shown["days_off"]}) is friday_is_off
    assert [one["calendar_version"] for one in shown["versions"]] == [1, 2]


def test_year_without_an_arrangement_is_shown_as_provisional(seeded: House) -> None:
    text = seeded.banjian("calendar", "show", "2029")

    assert "2029.0" in text
    assert "True" in text


def test_calendar_is_published_and_amended_from_files(
    seeded: House, editor: Editor, tmp_path: Path
) -> None:
    said = {
        "year": 2027,
        "document": "示例文件（虚构）",
        "announced_on": "2020-01-05",
        "days_off": [{"day": "2027-01-01", "label": "元旦"}],
        "work_days": [],
    }
    file = tmp_path / "2027.json"
    file.write_text(json.dumps(said), encoding="utf-8")

    assert "recorded" in seeded.banjian("calendar", "publish", str(file))
    assert "nothing changed" in seeded.banjian("calendar", "publish", str(file))
    status, problem = editor.post("/calendars", said | {"days_off": []})
    assert (status, problem["rule"]) == (422, "already_published")
    file.write_text(
        json.dumps(said | {"work_days": [{"day": "2027-01-03", "label": "元旦"}]}), encoding="utf-8"
    )
    assert "recorded" in seeded.banjian("calendar", "amend", str(file))

    last = log(seeded, "catalog.work-calendar-amended%")[-1]
    assert (last["data"]["calendar_version"], last["data"]["changed"]) == (2, ["2027-01-03"])


def test_calendar_from_the_future_or_without_document_is_refused(editor: Editor) -> None:
    said = {"year": 2028, "announced_on": "2020-01-05", "days_off": [], "work_days": []}

    for values, rule in (
        ({"document": ""}, "document"),
        ({"document": "x", "announced_on": "2999-01-01"}, "announced_in_future"),
        ({"document": "x", "days_off": [{"day": "2027-01-01", "label": ""}]}, "day_outside_year"),
    ):
        status, problem = editor.post("/calendars", said | values)
        assert (status, problem["rule"]) == (422, rule)
    status, problem = editor.post("/calendars/amendments", said | {"document": "x"})
    assert (status, problem["rule"]) == (422, "not_published")


def test_scheme_takes_a_member_only_while_it_can_be_begun(told: Editor) -> None:
    code = str(ITEM["item_code"]) + "-2"
    assert told.post("/items", ITEM | {"item_code": code})[0] == 201
    said = SCHEME | {"scheme": "Y", "members": [{"item_code": code, "department": "D07"}]}
    frozen = {"act": "freeze", "reason": "清理", "effective_from": "2098-01-01T00:00:00+08:00"}
    assert told.post(f"/items/{code}/adjustments", frozen)[0] == 201

    status, problem = told.post("/schemes", said)
    assert (status, problem["rule"]) == (422, "member_frozen")
    assert told.post("/schemes", said | {"effective_from": "2097-01-01T00:00:00+08:00"})[0] == 201
    cancelled = frozen | {"act": "cancel"}
    assert told.post(f"/items/{code}/adjustments", cancelled)[0] == 201
    status, problem = told.post("/schemes", said)
    assert (status, problem["rule"]) == (422, "member_cancelled")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/regions?parent=3412XX", "3412XX001"),
        ("/departments", "D07"),
        ("/windows", "07"),
        ("/schemes", "PRIVATE"),
    ],
)
def test_what_was_told_is_in_the_lists(told: Editor, path: str, code: str) -> None:
    status, answer = told.client.get("catalog", path)

    assert status == 200, answer
    rows = answer["items"] if isinstance(answer, dict) else answer
    assert code in {value for row in rows for value in row.values() if isinstance(value, str)}
