"""The annual report at the real service: previewed, compared, published, and given as files."""

from __future__ import annotations

import io
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from pypdf import PdfReader

from banjian_verify.notes import Checkpoint
from services.chassis.eventlog.application import Application
from services.chassis.eventlog.database import Database
from services.disclosure.domain import ReportedFact
from services.disclosure.domain.supervision_records import fact_no
from services.disclosure.projections import READ_MODEL
from services.disclosure.report.lines import LEDGER
from services.kernel.facts import Actor, ActorKind
from tests.integration.disclosure.test_figures_over_http import ask, chain, say
from tests.integration.disclosure.test_figures_stand_still import accepted, completed
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.disclosure.foi_world import by

OFFICER = Actor(ActorKind.PERSON, "officer-1", role="disclosure_officer")
WHICH = "year=2020&as_of=2020-10-31"
PUBLISH = {"year": 2020, "as_of": "2020-10-31"}


def get(house: House, path: str, role: str = "", data: bytes | None = None) -> tuple[int, bytes]:
    request = urllib.request.Request(house.url_of("disclosure") + path, data)
    if role:
        request.add_header("Authorization", f"Bearer {house.token('one', role)}")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read()


def form(house: House, role: str, **said: str) -> tuple[int, str]:
    status, page = get(house, "/report-desk", role, urllib.parse.urlencode(said).encode())
    return status, page.decode()


@pytest.fixture(scope="module")
def county(module_house: House) -> Iterator[House]:
    """Four cases, three completed; and what somebody reported."""
    events = [
        accepted(1, "A", promised_due_at="2020-03-04T23:59:59+08:00"),
        accepted(2, "B", channel="online"),
        completed(3, "A", at="2020-03-04T10:00:00+08:00"),
        accepted(4, "C", department="D02"),
        completed(5, "B"),
        accepted(6, "D", at="2020-05-01T09:00:00+08:00"),
        completed(7, "C", at="2020-04-01T09:00:00+08:00"),
    ]
    with module_house.relay("disclosure"), module_house.serve("disclosure"):
        say(module_house, *chain(events))
        ask(module_house, "/stat/S01?after=intake:7")
        database = Database(module_house.database_url_of("disclosure"))
        application = Application(database, READ_MODEL)
        day = date(2020, 10, 20)
        fact = ReportedFact.of(fact_no("guides-printed", day))
        told = ("guides-printed", "印发指南", "20000", "份", day, "县台账第3号")
        fact.report(by(OFFICER, "2020-10-21"), *told)
        application.keep(fact)
        wait_until(lambda: bool(database.read("SELECT 1 FROM ledger")))
        yield module_house
        database.close()


def annex(document: Any) -> dict[str, Any]:
    return {figure["line"]: figure for figure in document["annex"]}


def test_a_preview_counts_what_the_log_says_and_nothing_else(county: House) -> None:
    assert get(county, f"/reports/preview?{WHICH}")[0] == 401
    assert get(county, f"/reports/preview?{WHICH}", "clerk")[0] == 403

    status, text = get(county, f"/reports/preview?{WHICH}", "supervisor")
    document = json.loads(text)
    figures = annex(document)

    assert status == 200
    assert [figures[name]["value"] for name in ("5", "6", "7", "S04")] == ["4", "3", "75.00", "1"]
    assert figures["7"]["positions"] == {"intake": 7}
    assert (figures["29a"]["value"], figures["29a"]["said_by"]) == ("20000", "县台账第3号")
    assert (figures["29b"]["value"], figures["29b"]["why_none"]) == (None, "没有人填报")
    assert document["published"] is None
    assert ask(county, figures["7"]["proof"].replace("/how/", "/stat/"))["value"] == "75.00"


def test_a_day_there_is_not_is_refused(county: House) -> None:
    for day in ("2020-11-31", "2019-10-31", "2999-01-01"):
        status, text = get(county, f"/reports/preview?year=2020&as_of={day}", "supervisor")
        assert (status, json.loads(text)["field"]) == (400, "as_of")
    status, page = get(county, "/report-desk?year=2020&as_of=2020-11-31", "supervisor")
    assert status == 400
    assert "没有这一天" in page.decode()
    assert 'value="2020-11-31"' in page.decode()


def test_the_command_writes_files_and_compares(county: House, tmp_path: Path) -> None:
    asked = ("--year", "2020", "--as-of", "2020-10-31", "--format", "pdf")
    told = county.banjian("report", *asked, "--out", str(tmp_path))
    path = tmp_path / "report-2020-20201031.pdf"
    assert told.startswith(f"{path}  ")
    assert "75.00" in "".join(page.extract_text() for page in PdfReader(path).pages)

    compared = json.loads(county.banjian("report", "compare", "--json"))
    rows = {line["line"]: line for line in compared["lines"]}
    assert (rows["29a"]["verdict"], rows["29a"]["source"]) == ("same", "reported")
    assert (rows["5"]["verdict"], rows["5"]["ours"]) == ("unexplained", "4")
    assert sum(compared["verdicts"].values()) == len(rows) == len(LEDGER)


def test_a_published_report_is_read_by_everybody_and_proves_itself(county: House) -> None:
    assert get(county, "/reports/2020")[0] == 404
    assert "还没有发布年度报告" in get(county, "/report")[1].decode()
    token = county.token("one", "statistician")

    first = ask(county, "/reports", PUBLISH, token)
    again = ask(county, "/reports", PUBLISH, token)
    assert (first["edition"], again["edition"]) == (1, 1)

    def signed() -> Any:
        said = ask(county, "/reports/2020")
        return said if said["published"]["checkpoint"] else None

    wait_until(lambda: signed() is not None)
    document = signed()
    assert document["published"]["changed"] == []
    assert (
        Checkpoint.read(document["published"]["checkpoint"]).size
        >= (document["published"]["position"])
    )
    later = [accepted(8, "E", at="2020-06-01T09:00:00+08:00")]
    say(county, *chain(later))
    ask(county, "/stat/S01?after=intake:8")
    assert annex(ask(county, "/reports/2020"))["5"]["value"] == "4"  # as it was published
    page = get(county, "/report/2020")[1].decode()
    assert "第 1 版" in page and "重新计算的每个数字都与发布时相同" in page
    for kind, start in (("html", b"<!doctype"), ("docx", b"PK")):
        path = f"/reports/2020/file?format={kind}"
        status, file = get(county, path)
        assert (status, file[: len(start)]) == (200, start)
        if kind == "docx":
            assert len(docx.Document(io.BytesIO(file)).tables[0].rows) == len(document["annex"]) + 1
    assert "1 版" in get(county, "/report")[1].decode()


def test_the_desk_shows_first_and_publishes_then(county: House) -> None:
    asked = {"year": "2020", "as_of": "2020-06-30"}
    page = get(county, f"/report-desk?{urllib.parse.urlencode(asked)}", "supervisor")[1].decode()
    assert "预览稿，未发布" in page and "与县报告对照" in page
    positions = page.split('name="positions" value="')[1].split('"')[0]

    assert form(county, "disclosure_officer", **asked, positions=positions)[0] == 403
    status, page = form(county, "supervisor", **asked, positions=positions)
    assert status == 200  # sent on to the desk
    assert "已发布第 2 版" in page
    assert get(county, "/report/2020?edition=1")[0] == 200
    assert get(county, "/report/2020?edition=3")[0] == 404
    assert "第 2 版" in get(county, "/report/2020")[1].decode()
