"""What is exported is what the logs hold: pm4py and SQL count the same, in every format."""

from __future__ import annotations

import csv
import json
import runpy
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from deploy.exports.run import Format, Order, Summary, export, tips_of
from deploy.exports.window import Window
from deploy.local.servers import CHECKOUT
from services.chassis.errors import ConflictError, ContractError
from services.chassis.names import SERVICES
from tests.integration.export_logs import PROJECT, fill, golden, known_case, many
from tests.integration.rebuild_logs import rows
from tests.support.house import House
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.timeout(240), pytest.mark.filterwarnings("ignore")]
SEVERAL = 2_400
"""Cases of the test of memory, four events each; a quarter of them come before ten o'clock."""


@pytest.fixture(scope="module")
def logs(module_house: House) -> House:
    """A house whose five logs hold every kind of event there is."""
    fill(module_house, (*golden(), *known_case()))
    return module_house


@pytest.fixture(scope="module")
def pm4py() -> Any:
    """The library that reads them; it imports for seconds, so once."""
    import pm4py

    return pm4py


def exported(house: House, folder: Path, form: Format, **options: Any) -> tuple[Path, Summary]:
    auditor = house.env["BANJIAN_AUDITOR_DATABASE_URL"]
    urls = dict.fromkeys(options.pop("services", SERVICES), auditor)
    out = folder / f"log.{form.value}"
    if form in (Format.OCEL_JSON, Format.OCEL_SQLITE):
        out = folder / ("log.json" if form is Format.OCEL_JSON else "log.sqlite")
    order = Order(urls, auditor, form, out, **options)
    return out, export(order, tips_of(urls))


def asked(house: House, statement: str) -> int:
    return int(rows(house, statement)[0][0])


def all_logs(what: str) -> str:
    """Give a query over the five logs as one."""
    union = " UNION ALL ".join(
        f"SELECT '{name}' AS service, topic, state, state->'data' AS data FROM {name}.log"
        for name in SERVICES
    )
    return f"WITH log AS ({union}) SELECT {what}"


EVENTS = all_logs("count(*) FROM log")
CASES = all_logs(
    "count(DISTINCT no) FROM ("
    " SELECT data->>'project_no' AS no FROM log"
    " UNION ALL SELECT jsonb_array_elements_text(data->'project_nos') FROM log"
    " UNION ALL SELECT one->>'project_no' FROM log, jsonb_array_elements(data->'cases') one) x"
)
TRACES = all_logs("count(DISTINCT data->>'project_no') FROM log")
IN_TRACES = all_logs("count(*) FROM log WHERE data ? 'project_no'")
TICKETS = all_logs("count(DISTINCT data->>'ticket_no') FROM log")
SURVEYS = all_logs("count(DISTINCT data->>'survey_no') FROM log")
FEES = all_logs("count(DISTINCT data->>'order_no') FROM log")


def of_the_objects(house: House) -> dict[str, int]:
    """Ask SQL how many objects of some types there are."""
    asking = {"case": CASES, "ticket": TICKETS, "survey": SURVEYS, "fee": FEES}
    return {kind: asked(house, statement) for kind, statement in asking.items()}


def test_pm4py_counts_in_json_what_sql_counts(logs: House, tmp_path: Path, pm4py: Any) -> None:
    path, summary = exported(logs, tmp_path, Format.OCEL_JSON)

    ocel = pm4py.read_ocel2_json(str(path))

    assert len(ocel.events) == asked(logs, EVENTS) == summary.events
    assert len(ocel.objects) == summary.objects
    found = Counter(ocel.objects["ocel:type"])
    wanted = of_the_objects(logs)
    assert {kind: found[kind] for kind in wanted} == wanted
    assert min(wanted.values()) > 0
    assert found["case"] == summary.cases
    topics = "count(DISTINCT regexp_replace(topic, '.v[0-9]+$', '')) FROM log"
    assert ocel.events["ocel:activity"].nunique() == asked(logs, all_logs(topics))
    mine_is_right(ocel)


def test_pm4py_counts_in_sqlite_what_sql_counts(logs: House, tmp_path: Path, pm4py: Any) -> None:
    """A window, for it reads the tables of hundreds of activities for a quarter of a minute."""
    window = Window.read("2020-09-28", "2020-10-14")
    path, summary = exported(logs, tmp_path, Format.OCEL_SQLITE, window=window)

    ocel = pm4py.read_ocel2_sqlite(str(path))

    at = "(state->>'occurred_at')::timestamptz"
    within = f"WHERE {at} >= '2020-09-28 00:00+08' AND {at} < '2020-10-15 00:00+08'"
    assert len(ocel.events) == asked(logs, f"{EVENTS} {within}") == summary.events
    assert len(ocel.objects) == summary.objects
    cases = all_logs(f"count(DISTINCT data->>'project_no') FROM log {within}")
    assert Counter(ocel.objects["ocel:type"])["case"] == asked(logs, cases) == summary.cases
    topics = f"count(DISTINCT regexp_replace(topic, '.v[0-9]+$', '')) FROM log {within}"
    assert ocel.events["ocel:activity"].nunique() == asked(logs, all_logs(topics))
    mine_is_right(ocel)


def mine_is_right(ocel: Any) -> None:
    """See that the known case took as long as it did, and that its new due date is a change."""
    case = ocel.objects.set_index("ocel:oid").loc[f"case:{PROJECT}"]
    assert (case["working_days"], case["suspended_days"]) == (5, 2)
    changes = ocel.object_changes
    mine = changes[changes["ocel:oid"] == f"case:{PROJECT}"]
    assert list(mine["ocel:field"].dropna()) == ["promised_due_at"]
    assert not ocel.o2o.empty


def test_pm4py_counts_in_xes_what_sql_counts(logs: House, tmp_path: Path, pm4py: Any) -> None:
    path, summary = exported(logs, tmp_path, Format.XES)

    log = pm4py.read_xes(str(path))

    assert len(log) == asked(logs, IN_TRACES) == summary.events
    assert log["case:concept:name"].nunique() == asked(logs, TRACES) == summary.cases
    assert summary.events + summary.left_out == asked(logs, EVENTS)
    trace = log[log["case:concept:name"] == PROJECT]
    assert list(trace["concept:name"]) == [
        *("Case accepted", "Task created", "Case suspended"),
        *("Case resumed", "Task approved", "Case completed"),
    ]
    assert list(trace["lifecycle:transition"])[1:4] == ["schedule", "suspend", "resume"]
    assert set(trace["case:working_days"]) == {5}
    assert set(trace["org:resource"]) == {"clerk-1"}
    decided = trace[trace["concept:name"] == "Task approved"].iloc[0]
    assert decided["task:working_days"] == 7


def test_rows_are_typed_and_hold_the_durations(logs: House, tmp_path: Path) -> None:
    from pyarrow import parquet

    comma, told = exported(logs, tmp_path, Format.CSV)
    packed, _ = exported(logs, tmp_path, Format.PARQUET)

    with comma.open(encoding="utf-8-sig", newline="") as file:
        spelled = list(csv.DictReader(file))
    table = parquet.read_table(packed)
    assert len(spelled) == table.num_rows == asked(logs, EVENTS) == told.events
    assert {str(table.schema.field(name).type) for name in ("time", "case_accepted_at")} == {
        "timestamp[us, tz=Asia/Shanghai]"
    }
    mine = [row for row in spelled if row["case_id"] == PROJECT]
    typed = [row for row in table.to_pylist() if row["case_id"] == PROJECT]
    assert {row["case_working_days"] for row in mine} == {"5"}
    assert {row["case_working_days"] for row in typed} == {5}
    assert {row["case_within_promise"] for row in typed} == {True}
    assert {row["case_item_name"] for row in mine} == {"'=某事项"}  # not run by a spreadsheet
    assert {row["case_item_name"] for row in typed} == {"=某事项"}
    assert [row["task_working_days"] for row in typed if row["service"] == "approval"] == [7, 7]


def test_a_window_takes_its_events_and_the_whole_life_of_its_cases(
    logs: House, tmp_path: Path
) -> None:
    october = Window.read("2020-10-01", "2020-10-31")

    path, summary = exported(
        logs, tmp_path, Format.OCEL_SQLITE, window=october, services=["intake"]
    )

    within = "(state->>'occurred_at')::timestamptz"
    sql = f"SELECT count(*) FROM intake.log WHERE {within} >= '2020-10-01 00:00+08'"
    sql += f" AND {within} < '2020-11-01 00:00+08'"
    assert summary.events == asked(logs, sql) == summary.events_of["intake"]
    with sqlite3.connect(path) as connection:
        mine = connection.execute(
            "SELECT accepted_at, working_days FROM object_Case WHERE ocel_id = ?"
            " AND ocel_changed_field IS NULL",
            (f"case:{PROJECT}",),
        ).fetchall()
        told = connection.execute(
            "SELECT count(*) FROM event_object WHERE ocel_object_id = ?", (f"case:{PROJECT}",)
        ).fetchone()
    connection.close()
    assert mine == [("2020-09-28T10:00:00+08:00", 5)]
    assert told == (2,)  # resumed and completed


@pytest.mark.parametrize("form", [Format.OCEL_JSON, Format.XES, Format.CSV])
def test_the_same_log_gives_the_same_file_and_nobody_is_in_it(
    logs: House, tmp_path: Path, form: Format
) -> None:
    first, _ = exported(logs, tmp_path, form)
    said = first.read_bytes()
    again, _ = exported(logs, tmp_path, form, overwrite=True)

    assert again.read_bytes() == said
    for private in (b"s-secret-1", b"subject_id"):
        assert private not in said


def test_a_file_is_never_lost_nor_half_written(logs: House, tmp_path: Path) -> None:
    kept = tmp_path / "log.csv"
    kept.write_text("mine")

    with pytest.raises(ConflictError, match="--force"):
        exported(logs, tmp_path, Format.CSV)
    with pytest.raises(ContractError, match="no folder"):
        exported(logs, tmp_path / "none", Format.CSV)
    assert kept.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]


def test_the_command_tells_what_it_wrote(logs: House, tmp_path: Path) -> None:
    out = tmp_path / "o.xes"

    said = json.loads(
        logs.banjian("export", "--format", "xes", "--to", "2020-10-31", "--out", str(out), "--json")
    )

    assert said["size_bytes"] == out.stat().st_size
    assert said["cases"] > 0
    assert said["positions"].keys() == set(SERVICES)


def test_a_stream_is_replayed_once_whatever_happens_to_the_client(
    logs: House, tmp_path: Path
) -> None:
    """It is killed in the middle, told old offsets again, and finds what came meanwhile."""
    path = CHECKOUT / "docs" / "examples" / "replay_stream.py"
    client = runpy.run_path(str(path), run_name="client")
    uri = logs.env["BANJIAN_ANALYST_AMQP_URI"]
    kept = client["Kept"](tmp_path / "kept.db")
    by_topic = "SELECT topic, count(*) FROM intake.log GROUP BY topic ORDER BY topic"

    def events() -> int:
        return sum(count for _, count in kept.report())

    with logs.relay("intake"):
        tip = asked(logs, "SELECT max(position) FROM intake.ledger")
        wait_until(lambda: asked(logs, "SELECT max(position) FROM intake.relay") >= tip, 60)

    some: list[Any] = []
    for messages in client["batches"](uri, "first", 1):
        some += messages
    assert len(some) >= tip
    kept.take(some[:200])  # and then it is killed
    assert events() == 200
    assert client["replay"](uri, kept, "first", 1) == (tip - 200, len(some) - tip)
    assert kept.report() == rows(logs, by_topic)
    kept._connection.execute("UPDATE place SET offset = offset - 100")
    assert client["replay"](uri, kept, "first", 1) == (0, 100)
    assert kept.report() == rows(logs, by_topic)
    kept.close()

    done = subprocess.run(
        [sys.executable, str(path), "--kept", str(tmp_path / "kept.db"), "--idle", "1"],
        env=logs.env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1].startswith("new 0, again 0, go on after offset ")


_MEASURED = """
import re, sys
from pathlib import Path
from deploy.exports.run import Format, Order, export, tips_of
from deploy.exports.window import Window
url, form, end, out = sys.argv[1:]
order = Order({"intake": url}, url, Format(form), Path(out), Window.read("2021-01-01", end), True)
told = export(order, tips_of({"intake": url}))
[peak] = re.findall("VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(told.events, peak)
"""


# Not getrusage: a child's begins with the peak of the process it was forked from.
def test_four_times_the_events_take_no_more_memory(logs: House, tmp_path: Path) -> None:
    """Read, spooled and written a batch at a time: N and 4 N events, the peak of a process each."""
    fill(logs, many(SEVERAL))
    auditor = logs.env["BANJIAN_AUDITOR_DATABASE_URL"]

    def peak(end: str) -> tuple[int, int]:
        arguments = [auditor, "ocel-json", end, str(tmp_path / "o.json")]
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED, *arguments],
            cwd=CHECKOUT,
            env=logs.env,
            capture_output=True,
            text=True,
            check=True,
        )
        events, kilobytes = done.stdout.split()
        return int(events), int(kilobytes)

    few, small = peak("2021-03-01T10:00:00Z")
    all_of_them, large = peak("2021-12-31")

    assert (few, all_of_them) == (SEVERAL, 4 * SEVERAL)
    assert large - small < 8_000  # kilobytes; keeping the events would take 12 MB
