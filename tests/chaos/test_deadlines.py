"""Deadlines under faults: downtime, replicas, wrong clocks, races, a hundred thousand at once.

`BANJIAN_MANY_DEADLINES=100000` lets C7 drain as many as RELIABILITY asks, by default 3,000, and
`BANJIAN_RACES=1000` makes C2 race so often, by default 100 times at the due instant.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import psycopg2.extras
import pytest

from deploy.local.servers import Endpoints
from services.chassis import clock as clocks
from services.chassis.deadlines import Due, set_deadlines, table
from services.chassis.deadlines.firing import Clockwork, Turn
from services.chassis.errors import ConflictError
from services.chassis.eventlog.database import Database
from services.chassis.vault import Seal
from services.intake import projections, timers
from services.intake.application import Cases
from services.intake.domain import Application, Case, Decision, ItemVersion, Known, ListedItem
from services.intake.domain.clocks import breach_at
from services.kernel.calendar_seed import SEED
from services.kernel.clock import Kind
from services.kernel.identifiers import stream_id
from services.kernel.limits import Limit
from tests.chaos import deadline_ground
from tests.chaos.deadline_ground import Ground, fresh_ground
from tests.support.house import House
from tests.support.known import Told
from tests.support.processes import Child
from tests.support.waiting import wait_until
from tests.unit.facts import CLERK, HOUSE, facts

MANY = int(os.environ.get("BANJIAN_MANY_DEADLINES", "3000"))
RACES = int(os.environ.get("BANJIAN_RACES", "100"))
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)

pytestmark = pytest.mark.timeout(240 + MANY // 50 + RACES)

SLOWEST = 1 / 4
"""Longest a command may take, as a part of the time the deadlines take to drain."""
ITEM = ItemVersion(
    "I1",
    1,
    "施工许可",
    "PROMISED",
    "D07",
    "住房和城乡建设局",
    Limit(1),
    datetime(2020, 1, 1, tzinfo=UTC),
)


@pytest.fixture
def ground(servers: Endpoints) -> Iterator[Ground]:
    with fresh_ground(servers.database_url) as built:
        yield built


class Desk:
    """Intake's application over a migrated house, and its deadlines, without its process."""

    def __init__(self, house: House) -> None:
        self.database = Database(house.database_url_of("intake"))
        self.cases = Cases(
            self.database,
            projections.READ_MODEL,
            catalog=lambda _: Told(lambda: Known({"I1": ListedItem([ITEM])}, SEED)),
            rows=projections.cases_of_rows,
            seal=Seal.from_file(house.env["BANJIAN_VAULT_KEY_FILE"]),
            region="3412XX",
        )

    def accept(self, number: str, days_ago: int = 30) -> datetime:
        """Accept a case of one working day, some time ago; gives the end of its promise."""
        at = datetime.now(UTC) - timedelta(days=days_ago)
        said = Application(number, "I1", "window", f"s-{number}")
        self.cases.submit(facts(CLERK, at, number), said, {})
        due_at = self.case(number).promised_due_at
        assert due_at is not None
        return due_at

    def complete(self, number: str) -> None:
        now = datetime.now(UTC)
        self.cases.complete(facts(HOUSE, now, number), number, Decision(True, 0, now))

    def case(self, number: str) -> Case:
        return self.cases.load(Case, stream_id("case", number))

    def story(self, number: str) -> list[str]:
        """Give what happened to a case, in the order of its stream."""
        events = self.cases.events_of(stream_id("case", number))
        assert [event.version for event in events] == list(range(1, len(events) + 1))
        return [event.type.split(".")[1] for event in events]

    def clockwork(self) -> Clockwork:
        return Clockwork(self.cases, lambda turn: turn.run(self.cases.fire))

    def left(self) -> list[tuple[Any, ...]]:
        return self.database.read("SELECT kind, key FROM deadlines ORDER BY 1, 2")


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    desk = Desk(house)
    yield desk
    desk.database.close()


def test_c1_service_that_was_down_fires_once_with_the_legal_moment(
    house: House, desk: Desk
) -> None:
    due_at = desk.accept("case-1")
    coming = breach_at(desk.accept("case-2", days_ago=-30))
    breached = ["case-submitted", "case-accepted", "clock-breached"]

    with house.serve("intake"):
        wait_until(lambda: desk.story("case-1") == breached, 20)
    with house.serve("intake"):  # and not again
        wait_until(lambda: not [row for row in desk.left() if row[1] == "case-1"], 20)

    assert desk.story("case-1") == breached
    event = desk.cases.events_of(stream_id("case", "case-1"))[-1]
    said = json.loads(bytes(event.body.data))
    assert datetime.fromisoformat(said["due_at"]) == due_at
    assert event.body.occurred_at == breach_at(due_at)
    late = event.recorded_at - datetime.fromisoformat(said["detected_at"])
    assert timedelta(0) <= late < timedelta(seconds=30)
    assert desk.story("case-2") == ["case-submitted", "case-accepted"]
    assert (coming,) in desk.database.read("SELECT due_at FROM deadlines WHERE key = 'case-2'")


@pytest.mark.parametrize("durable", [True, False], ids=["table", "mutation-timers-in-memory"])
def test_c1_what_became_due_while_nobody_ran_is_fired(ground: Ground, durable: bool) -> None:
    ground.set(3, "-1 hour")
    if durable:
        ground.clockwork().step()
    else:  # a timer that is started by what it hears knows nothing of what was set before
        heard: dict[str, datetime] = {}
        [ground.note(Due("k", key, at, at)) for key, at in heard.items()]

    assert ground.fired() == (["1", "2", "3"] if durable else [])


@pytest.mark.parametrize("offset_ms", [-1.0, -0.5, 0.0, 0.5, 1.0])
def test_c2_completion_and_breach_at_the_due_instant_have_exactly_one_order(
    desk: Desk, offset_ms: float
) -> None:
    rounds = max(1, RACES // 5)
    orders = Counter(race(desk, f"case-{number}", offset_ms) for number in range(rounds))

    done = ("case-decided", "case-completed")
    assert set(orders) <= {done, ("clock-breached", *done)}
    assert desk.left() == []
    print(f"\nC2: {offset_ms} ms: {dict(orders)}")  # both are right; the machine says which wins


def race(desk: Desk, number: str, offset_ms: float) -> tuple[str, ...]:
    """Complete a case so long after its deadline falls due; give what came of it."""
    desk.accept(number)
    [(instant,)] = desk.database.read(
        "UPDATE deadlines SET try_at = clock_timestamp() + interval '15 ms' WHERE key = %s"
        " RETURNING extract(epoch FROM try_at)::float8",
        (number,),
    )
    failed: list[BaseException] = []
    completed = threading.Event()

    def fire() -> None:
        claimed = None
        while claimed is None and not completed.is_set():
            claimed = table.claim(desk.database, 10, 30)
        if claimed is None:  # completed, so that nothing falls due any more
            return
        assert {due.key for due in claimed.dues} == {number}
        turn = Turn(desk.cases, claimed)
        try:
            turn.run(desk.cases.fire)
        except ConflictError as error:
            if error.attributes.get("sqlstate") != "BJ004":  # cancelled meanwhile
                raise

    def complete() -> None:
        time.sleep(max(0.0, instant + offset_ms / 1000 - time.time()))
        desk.complete(number)
        completed.set()

    def run(act: Callable[[], object]) -> None:
        for _ in range(5):
            try:
                act()
            except ConflictError:
                continue
            except BaseException as error:
                failed.append(error)
            return

    threads = [threading.Thread(target=run, args=(act,)) for act in (fire, complete)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failed, failed
    return tuple(desk.story(number)[2:])


def test_c2_mutation_a_breach_decided_before_it_is_written_comes_after_the_end(desk: Desk) -> None:
    """A timer that looks first and appends later, at whatever version the stream has then."""
    due_at = desk.accept("case-1")
    assert desk.case("case-1").completed_at is None

    desk.complete("case-1")
    case = desk.case("case-1")
    case.state = type(case.state).ACCEPTED  # what it had seen
    case.breach(facts(HOUSE, breach_at(due_at), "case-1"), Kind.PROMISED, datetime.now(UTC))
    desk.cases.keep(case)

    assert desk.story("case-1")[2:] == ["case-decided", "case-completed", "clock-breached"]


@pytest.mark.parametrize("guard", ["both", "mutation-none"])
def test_c3_three_processes_fire_each_deadline_once(
    ground: Ground, tmp_path: Path, guard: str
) -> None:
    ground.set(2000, "3 seconds")
    guards = () if guard == "both" else ("unguarded",)
    children = [ground.start(tmp_path, f"fires-{number}", *guards) for number in range(3)]
    try:
        left = "SELECT count(*) FROM trial.deadlines"
        wait_until(lambda: ground.rows(left) == [(0,)] or _ended(children), 60)
    finally:
        for child in children:
            child.kill()

    doubled = [key for key, times in Counter(ground.fired()).items() if times > 1]
    assert len(set(ground.fired())) == 2000
    assert bool(doubled) is (guard != "both")


def _ended(children: list[Child]) -> bool:
    for child in children:
        assert child.alive, child.said
    return False


GUARDS = {
    "claim-and-key": (),
    "key-alone": (deadline_ground.without_claim,),
    "claim-alone": (deadline_ground.without_key,),
    "mutation-neither": (deadline_ground.without_claim, deadline_ground.without_key),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_c3_process_that_lost_its_lease_fires_nothing(
    ground: Ground, guard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_as_they_are(monkeypatch)
    for take_away in GUARDS[guard]:
        take_away()
    ground.set(1, "-1 second")

    def sleepy(turn: Turn) -> None:
        def handler(due: Due) -> None:
            ground.note(due)
            # Frozen past its lease: another one takes the row and fires it.
            rival = threading.Thread(target=other.step)
            rival.start()
            rival.join()

        turn.run(handler)

    other = Ground(ground.admin, ground.url).clockwork()
    Clockwork(ground.application, sleepy, lease_s=-1).step()
    other.application.database.close()

    assert len(ground.fired()) == (2 if guard == "mutation-neither" else 1)


def keep_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the guards back when the test ends, whatever it takes away."""
    from services.chassis.deadlines import firing

    monkeypatch.setattr(table, "_CLAIM", table._CLAIM)
    monkeypatch.setattr(firing, "fire", firing.fire)
    monkeypatch.setattr(Due, "id", Due.id)


BY_OUR_CLOCK = """
WITH chosen AS MATERIALIZED (
    SELECT kind, key FROM deadlines WHERE try_at <= to_timestamp({now})
    ORDER BY try_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
ours AS (SELECT gen_random_uuid() AS claim)
UPDATE deadlines d SET claim = ours.claim, attempts = d.attempts + 1,
                       try_at = now() + %(lease)s * interval '1 second'
FROM chosen, ours WHERE d.kind = chosen.kind AND d.key = chosen.key
RETURNING d.claim, d.kind, d.key, d.due_at, d.attempts, now()
"""


@pytest.mark.parametrize("hours", [24, -24])
@pytest.mark.parametrize("whose", ["database", "mutation-application"])
def test_c4_only_the_clock_of_the_database_counts(
    ground: Ground, hours: int, whose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = time.time() + hours * 3600
    monkeypatch.setattr(time, "time", lambda: wrong)
    moment = datetime.fromtimestamp(wrong, UTC)
    monkeypatch.setattr(clocks.SystemClock, "now", lambda _: moment)
    if whose != "database":
        monkeypatch.setattr(table, "_CLAIM", BY_OUR_CLOCK.format(now=time.time()))
    ground.set(1, "-1 minute")
    ground.rows("UPDATE trial.deadlines SET key = 'over'")
    ground.set(1, "1 hour")

    work = ground.clockwork()
    work.step()
    rest = work.step()

    if whose == "database":
        assert ground.fired() == ["over"]
        assert 0 < rest <= 1
        [(late,)] = ground.rows("SELECT fired_at - due_at FROM trial.fired")
        assert timedelta(minutes=1) <= late < timedelta(minutes=2)
    else:
        assert ground.fired() == (["1", "over"] if hours > 0 else [])


@pytest.mark.skipif(FAKETIME is None, reason="needs libfaketime (Debian: faketime)")
@pytest.mark.parametrize("days", [1, -1])
def test_c4_process_with_a_wrong_clock_fires_by_the_clock_of_the_database(
    house: House, desk: Desk, days: int
) -> None:
    """The whole service runs a day ahead, or a day behind."""
    over = breach_at(desk.accept("case-1"))
    soon, late = "interval '2 seconds'", "interval '6 hours'"
    for number, after in (("case-2", soon), ("case-3", late)):
        desk.accept(number)
        desk.database.run(
            f"UPDATE deadlines SET try_at = clock_timestamp() + {after} WHERE key = %s", (number,)
        )
    assert FAKETIME is not None
    wrong = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME": f"{days:+d}d",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }

    with house.serve("intake", **wrong):
        with urllib.request.urlopen(f"{house.url_of('intake')}/livez", timeout=10) as answer:
            theirs = parsedate_to_datetime(answer.headers["Date"])
        assert abs(theirs - datetime.now(UTC) - timedelta(days=days)) < timedelta(hours=1)
        wait_until(lambda: "clock-breached" in desk.story("case-2"), 40)
        assert "clock-breached" in desk.story("case-1")
        assert "clock-breached" not in desk.story("case-3")

    event = desk.cases.events_of(stream_id("case", "case-1"))[-1]
    said = json.loads(bytes(event.body.data))
    assert event.body.occurred_at == over
    detected = datetime.fromisoformat(said["detected_at"])
    assert abs(event.recorded_at - detected) < timedelta(minutes=1)
    assert abs(datetime.now(UTC) - detected) < timedelta(minutes=5)


UNBOUNDED = """
import services.chassis.runner as runner  # patches first
import services.chassis.deadlines.entrypoint as entrypoint
from services.chassis.deadlines.firing import Clockwork
entrypoint.Clockwork = lambda *given, between: Clockwork(*given, batch=10**6)
import os
raise SystemExit(runner.run('intake', os.environ))
"""


@pytest.mark.parametrize("bounded", [True, False], ids=["bounded", "mutation-one-batch"])
def test_c7_commands_go_on_while_many_deadlines_drain(
    house: House, desk: Desk, bounded: bool
) -> None:
    many = MANY if bounded else 5000
    seed(desk, house, many)
    if bounded:
        child = house.start("serve", "intake")
    else:
        command = [sys.executable, "-W", "ignore", "-c", UNBOUNDED]
        child = Child(command, house.env, house.folder / "unbounded.log")
    with child:
        child.wait_ready(f"{house.url_of('intake')}/livez")
        house_says(house, desk, many)
        began = time.monotonic()
        waited = ask_until_drained(house, desk)
        took = time.monotonic() - began
    print(
        f"\nC7: {many} drained in {took:.1f} s ({many / took:.0f}/s), slowest {max(waited):.2f} s"
    )

    breaches = "SELECT count(*) FROM events WHERE topic = 'intake.clock-breached.v1'"
    assert desk.database.read(breaches) == [(many,)]
    assert (max(waited) < took * SLOWEST) is bounded, (took, sorted(waited)[-5:])


def seed(desk: Desk, house: House, many: int) -> None:
    """Write so many accepted cases whose promises all end at the same minute, a year ago."""
    desk.accept("case-0", days_ago=365)
    first = desk.database.read(
        "SELECT version, topic, convert_from(state, 'UTF8') FROM events WHERE stream = %s",
        (stream_id("case", "case-0"),),
    )
    desk.complete("case-0")
    rows = (
        (str(stream_id("case", f"case-{n}")), version, topic, state.replace("case-0", f"case-{n}"))
        for n in range(1, many + 1)
        for version, topic, state in first
    )
    connection = psycopg2.connect(house.database_url)
    with connection, connection.cursor() as cursor:
        psycopg2.extras.execute_values(
            cursor,
            "INSERT INTO intake.events (stream, version, topic, state)"
            " SELECT s::uuid, v, t, convert_to(d, 'UTF8') FROM (VALUES %s) AS n(s, v, t, d)",
            rows,
            page_size=5000,
        )
    connection.close()


def house_says(house: House, desk: Desk, many: int) -> None:
    """Set the deadlines, all at one minute that has just passed."""
    kind = next(iter(timers.BREACHES))
    desk.database.run(
        "INSERT INTO deadlines (kind, key, due_at, try_at) SELECT %s, 'case-' || n,"
        " date_trunc('minute', now()), date_trunc('minute', now()) FROM generate_series(1, %s) n",
        (kind, many),
    )


def ask_until_drained(house: House, desk: Desk) -> list[float]:
    """Send commands one after the other until nothing is due; give how long each took."""
    token = house.token("clerk-12", "clerk", window="07")
    body = json.dumps({"item_code": "none", "applicant": {"name": "测试"}}).encode()
    waited: list[float] = []
    while not waited or desk.database.read("SELECT EXISTS (SELECT FROM deadlines)")[0][0]:
        request = urllib.request.Request(
            f"{house.url_of('intake')}/cases",
            data=body,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        began = time.monotonic()
        with refusals():
            urllib.request.urlopen(request, timeout=120).close()
        waited.append(time.monotonic() - began)
    return waited


@contextmanager
def refusals() -> Iterator[None]:
    """An application outside the lists is answered with 422: a command all the same."""
    try:
        yield
    except urllib.error.HTTPError as error:
        assert error.code == 422, error.read()
        error.close()


def test_set_again_and_cancelled_ones_do_not_fire(ground: Ground) -> None:
    ground.set(2, "-1 second")
    claimed = table.claim(ground.application.database, 10, 30)
    assert claimed is not None
    ground.rows("DELETE FROM trial.deadlines WHERE key = '1'")
    later = datetime.now(UTC) + timedelta(hours=1)
    ground.application.change(set_deadlines([table.Deadline("k", "2", later)]))

    for place in range(2):
        with pytest.raises(ConflictError):
            Turn(ground.application, claimed.only(place)).run(ground.note)

    assert ground.fired() == []
    assert [row.due_at for row in table.list_deadlines(ground.application.database)] == [later]
