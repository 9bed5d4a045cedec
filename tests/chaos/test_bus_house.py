"""Faults of the bus under a house at work; the ledger check after each, and without its guard.

One house for all: each test leaves it whole, and the check looks at everything that ever happened.
"""

from __future__ import annotations

import json
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from deploy.local.servers import Endpoints
from services.chassis.bus.envelope import EVENT_CONTENT_TYPE, Publication, encode
from services.chassis.bus.held import discard, list_held
from services.chassis.bus.publisher import Publisher
from services.chassis.errors import UnavailableError
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.sealer import Sealer
from tests.chaos.bus_house import SERVES, BusHouse, bus_house_at_work, fails_with
from tests.chaos.load import record, send
from tests.support.processes import answers
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.timeout(240),
    # A killed broker and its processes leave sockets and children for the collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

LISTENERS_OF_INTAKE = ("approval", "disclosure", "notify")
LOST = {"recovered", "bus"}
"""What the ledger check says when the bus lost events: not taken in, never published."""


@pytest.fixture(scope="module")
def one_house(servers: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BusHouse]:
    with bus_house_at_work(servers, tmp_path_factory.mktemp("bus")) as built:
        yield built


@pytest.fixture
def town(one_house: BusHouse, request: pytest.FixtureRequest) -> Iterator[BusHouse]:
    """Give the house, whole whatever the test before did to it."""
    before = request.session.testsfailed
    yield one_house
    if request.session.testsfailed > before:
        one_house.mend()


def in_log(town: BusHouse, subjects: list[str]) -> int:
    """Count the cases of these that intake has in its log."""
    return town.number(
        "SELECT count(*) FROM intake_model.case_row WHERE project_no = ANY(%s)", subjects
    )


def heal_by_rewind(town: BusHouse, service: str, position: int) -> None:
    town.rewind(service, position)
    town.check()


def test_b1_relay_killed_between_publish_and_save(town: BusHouse) -> None:
    with town.without("relay", "intake"):
        before = town.saved("intake")
        names = town.load.cases(40)
        wait_until(lambda: in_log(town, names) == 40, 30)
        for _ in range(2):
            killed = town.mutant(
                "intake",
                "def save(self, publisher, position):\n"
                "    publisher.confirm()\n"
                "    os.kill(os.getpid(), signal.SIGKILL)\n"
                "relay.Relay._save = save",
            )
            assert killed.wait(60) == -signal.SIGKILL
        assert town.saved("intake") == before

    town.check()

    sent = Counter(town.published())
    assert sum(times == 3 for times in sent.values()) >= 40


def test_b1_mutation_position_saved_before_the_confirm(town: BusHouse) -> None:
    with town.without("relay", "intake"):
        before = town.saved("intake")
        names = town.load.cases(8)
        wait_until(lambda: in_log(town, names) == 8, 30)
        killed = town.mutant(
            "intake",
            "def save(self, publisher, position):\n"
            "    self._database.run(relay._SAVE, (position, position, 0))\n"
            "    os.kill(os.getpid(), signal.SIGKILL)\n"
            "relay.Relay._save = save",
        )
        assert killed.wait(60) == -signal.SIGKILL
        assert town.saved("intake") > before

    try:
        assert "has not taken in" in fails_with(lambda: town.check(within_s=1.5), LOST)
    finally:
        heal_by_rewind(town, "intake", before)


def test_b2_broker_killed_and_started_again_under_load(town: BusHouse) -> None:
    with town.load.running():
        already = len(town.load.acknowledged)
        wait_until(lambda: len(town.load.acknowledged) > already + 30, 30)
        town.servers.rabbitmq.kill()
        assert town.load.commands(3) == 3
        town.servers.rabbitmq.start()
        already = len(town.load.acknowledged)
        wait_until(lambda: len(town.load.acknowledged) > already + 30, 60)

    town.check(within_s=45)


def test_b2_mutation_relay_that_does_not_wait_for_confirms(town: BusHouse) -> None:
    broker = town.servers.rabbitmq
    with town.without("relay", "intake"):
        before = town.saved("intake")
        hasty = town.mutant(
            "intake", "publisher.Publisher._await = lambda self, most: self._flush()"
        )
        try:
            hasty.wait_ready(town.ready_url("relay", "intake"))
            town.load.cases(1, ("accept",))
            wait_until(lambda: town.saved("intake") > before, 20)
            # No answer may be under way: a case's next event, sent after one that is lost, would
            # stand before it in the stream for good, and no rewinding heals that.
            town.check()
            wait_until(lambda: town.saved("intake") == town.tip("intake"), 20)
            before = town.saved("intake")
            assert broker.process is not None
            broker.process.send(signal.SIGSTOP)
            assert town.load.commands(5) == 5
            wait_until(lambda: town.saved("intake") >= before + 10, 20)
        finally:
            hasty.kill()
            broker.kill()
            broker.start()

    try:
        town.wait_ready()
        fails_with(lambda: town.check(within_s=3), LOST)
    finally:
        heal_by_rewind(town, "intake", before)


def test_b4_disk_alarm(town: BusHouse) -> None:
    naive = Publisher(town.house.vhost.amqp_uri, confirm_timeout_s=3600)
    heard = threading.Event()

    def wait_for_ever() -> None:
        for _ in range(2):  # the broker still takes a connection's first, and blocks it then
            naive.publish(
                "", "banjian.stream", b"", partition_key="", content_type="application/x-nothing"
            )
            naive.confirm()
        heard.set()

    town.servers.rabbitmq.ctl("set_disk_free_limit", "900GB")
    try:
        assert town.load.commands(5) == 5
        thread = threading.Thread(target=wait_for_ever, daemon=True)
        thread.start()
        wait_until(lambda: town.metric("relay", "intake", "relay_lag_events") >= 2, 10)
        assert town.load.commands(5) == 5
        wait_until(lambda: town.metric("relay", "intake", "relay_lag_events") >= 20, 10)
        wait_until(lambda: not answers(town.ready_url("relay", "intake")), 20)
        saved = town.saved("intake")
        assert town.load.commands(2) == 2
        assert town.saved("intake") == saved
        assert town.child("relay", "intake").said.count('"relay_interrupted"') < 5
        # The mutation: without a confirm timeout nobody would ever be told.
        assert not heard.is_set() and thread.is_alive()
    finally:
        town.servers.rabbitmq.ctl("set_disk_free_limit", "50MB")

    assert heard.wait(20)
    thread.join()
    naive.close()
    town.check()
    assert town.metric("relay", "intake", "relay_lag_events") == 0


def unbind(town: BusHouse, *targets: tuple[str, str]) -> None:
    vhost = town.house.vhost
    for kind, target in targets:
        path = f"bindings/{vhost.name}/e/intake.events/{kind}/{target}/%23"
        vhost.management.call("DELETE", path)


def all_bindings_of_intake(town: BusHouse) -> list[tuple[str, str]]:
    found = town.house.vhost.management.get(
        f"exchanges/{town.house.vhost.name}/intake.events/bindings/source"
    )
    return [(one["destination_type"][0], one["destination"]) for one in found]


def test_b5_no_queue_takes_the_events(town: BusHouse) -> None:
    before = town.saved("intake")
    unbind(town, *all_bindings_of_intake(town))
    assert town.load.commands(3) == 3

    relay = town.child("relay", "intake")
    wait_until(lambda: "NO_ROUTE" in relay.said, 20)
    wait_until(lambda: not answers(town.ready_url("relay", "intake")), 10)
    assert town.saved("intake") == before
    assert town.metric("relay", "intake", "relay_lag_events") >= 6

    town.house.migrate()
    town.check()


def test_b5_mutation_messages_that_are_not_mandatory(town: BusHouse) -> None:
    with town.without("relay", "intake"):
        before = town.saved("intake")
        unbind(town, *all_bindings_of_intake(town))
        careless = town.mutant(
            "intake",
            "careful = frames._method\n"
            "frames._method = lambda *a: careful(*a)[:-2] + b'\\x00' + careful(*a)[-1:]",
        )
        with careless:
            assert town.load.commands(3) == 3
            wait_until(lambda: town.saved("intake") >= before + 6, 30)
        town.house.migrate()

    try:
        fails_with(lambda: town.check(within_s=1.5), LOST)
    finally:
        heal_by_rewind(town, "intake", before)


def test_b5_one_listener_loses_its_binding(town: BusHouse) -> None:
    """`mandatory` cannot see it, because others take the event: the hole shows in the inbox."""
    before, had = town.saved("intake"), town.number("SELECT count(*) FROM intake.events")
    [(own)] = [one for one in all_bindings_of_intake(town) if one[1].startswith("approval.")]
    unbind(town, own)
    assert town.load.commands(3) == 3
    lost = town.number("SELECT count(*) FROM intake.events") - had
    assert lost >= 6
    wait_until(lambda: town.saved("intake") >= before + lost, 20)
    town.house.migrate()
    assert town.load.commands(1) == 1

    wait_until(lambda: town.metric("serve", "approval", "missing_events") == lost, 20)
    assert town.metric("serve", "notify", "missing_events") == 0
    told = json.loads(town.house.banjian("missing", "approval", "--json"))
    assert told == [{"source": "intake", "first": before + 1, "last": before + lost}]

    town.house.banjian("rewind", "intake", str(before))
    town.check()
    assert town.metric("serve", "approval", "missing_events") == 0
    assert json.loads(town.house.banjian("missing", "approval", "--json")) == []


def test_b6_hole_in_the_network_both_ways(town: BusHouse) -> None:
    heartbeat_s = 10
    started = time.monotonic()
    for proxy in town.proxies.values():
        proxy.blackhole()
    assert town.load.commands(5) == 5
    for service in SERVES:
        left = 3 * heartbeat_s - (time.monotonic() - started)
        wait_until(lambda one=service: not answers(town.ready_url("serve", one)), left, step=0.2)
    noticed = time.monotonic() - started
    assert not answers(town.ready_url("relay", "intake"))
    for proxy in town.proxies.values():
        proxy.heal()
    healed = time.monotonic()
    town.load.cases(5)

    town.check()

    print(f"noticed after {noticed:.1f} s, whole {time.monotonic() - healed:.1f} s after healing")


def test_b6_slow_and_torn_network(town: BusHouse) -> None:
    for proxy in town.proxies.values():
        proxy.delay(0.1)
    town.load.cases(10)
    for proxy in town.proxies.values():
        proxy.cut()
    assert town.load.commands(3) == 3
    for proxy in town.proxies.values():
        proxy.cut()
        proxy.heal()

    town.check()


def test_b7_every_message_three_times(town: BusHouse) -> None:
    town.check()
    before = town.models()
    logs = {service: town.log_of(service) for service in ("catalog", "intake", "approval")}

    def doubles(service: str) -> float:
        return town.metric("serve", service, "inbox_handled_total", 'outcome="duplicate"')

    had = {service: doubles(service) for service in SERVES}
    for service, events in logs.items():
        town.publish(service, [event for event in events for _ in range(3)])
    for service in SERVES:
        sources = ("catalog", "approval") if service == "intake" else ("intake",)
        sent = 3 * sum(len(logs[source]) for source in sources)
        wait_until(lambda one=service, n=sent: doubles(one) - had[one] >= n, 40)

    town.check()
    assert town.models() == before


def test_b8_events_shuffled_within_a_hundred(town: BusHouse) -> None:
    with town.without("relay", "intake"):
        before = town.tip("intake")
        names = town.load.cases(50)
        wait_until(lambda: in_log(town, names) == 50, 30)
        database = Database(town.house.database_url_of("intake"))
        wait_until(lambda: town.number("SELECT count(*) FROM intake.held") == 0, 20)
        wait_until(
            lambda: (
                Sealer(database, "intake").seal() == 0 and town.tip("intake") >= before + 50 * 3
            ),
            20,
        )
        database.close()
        events = [event for event in town.log_of("intake") if event.position > before]
        mixed = []
        for start in range(0, len(events), 100):
            part = events[start : start + 100]
            random.Random(start).shuffle(part)
            mixed += part
        town.publish("intake", mixed)
        last = events[-1].position
        for service in LISTENERS_OF_INTAKE:
            wait_until(
                lambda one=service: (
                    town.number(
                        "SELECT count(*) FROM generate_series(%s, %s) AS p"
                        f" WHERE NOT EXISTS (SELECT FROM {one}.inbox"
                        "  WHERE source = 'intake' AND done @> p::bigint)",
                        before + 1,
                        last,
                    )
                    == 0
                ),
                60,
            )
            assert (
                town.number(f"SELECT count(*) FROM {service}.held WHERE state <> 'discarded'") == 0
            )
        order = town.rows(
            "SELECT array_agg(topic ORDER BY version) FROM approval.events"
            " WHERE convert_from(state, 'UTF8')::jsonb->>'subject' = ANY(%s) GROUP BY stream",
            names,
        )
        assert {tuple(topics) for (topics,) in order} == {
            (
                "approval.task-created.v1",
                "approval.step-recorded.v1",
                "approval.task-approved.v1",
            ),
            ("approval.decision-published.v1",),
        }

    town.check()


POISON = """
CREATE SEQUENCE approval.tries;
GRANT USAGE ON approval.tries TO banjian_approval;
CREATE FUNCTION approval.spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF convert_from(NEW.state, 'UTF8')::jsonb->>'subject' = 'poison' THEN
        PERFORM nextval('approval.tries');
        RAISE EXCEPTION USING ERRCODE = 'XX000', MESSAGE = 'a defect';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER spoil BEFORE INSERT ON approval.events
FOR EACH ROW EXECUTE FUNCTION approval.spoil()
"""


def test_b9_poison(town: BusHouse) -> None:
    town.rows(POISON)

    def tries() -> int:
        return town.number(
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM approval.tries"
        )

    def parked() -> int:
        return town.number("SELECT count(*) FROM approval.held WHERE state = 'parked'")

    started = time.monotonic()
    others = town.load.cases(10)
    town.load.cases(0, names=["poison"])
    wait_until(lambda: tries() >= 3, 20, what="the first retry comes after a second")
    rate = tries() / (time.monotonic() - started)
    done = "SELECT count(*) FROM approval_model.task WHERE project_no = ANY(%s)"
    wait_until(lambda: town.number(done, others) == 10, 20, what="others flow")
    assert rate < 20  # the halving of its batch at first, then the backoff; no hot loop
    while not parked():
        # Nobody waits the three minutes of the backoff: the next attempt is due now.
        town.rows(
            "UPDATE approval.held SET retry_at = clock_timestamp()"
            " WHERE state = 'retrying' AND retry_at > clock_timestamp()"
            " AND retry_at < clock_timestamp() + interval '121 s' AND attempts < 5"
        )
        assert time.monotonic() < started + 60, town.rows("SELECT * FROM approval.held")
        time.sleep(0.2)
    assert tries() <= 16  # five attempts, and the halving of the batch it first came in
    fails_with(lambda: town.check(within_s=1), {"recovered"})

    held = json.loads(town.house.banjian("parked", "list", "approval", "--json"))
    assert [(one["subject"], one["reason"]) for one in held] == [("poison", "handler_failed")]
    waiting = town.rows("SELECT state FROM approval.held WHERE state = 'waiting'")
    assert len(waiting) >= 2
    town.rows("DROP TRIGGER spoil ON approval.events; DROP SEQUENCE approval.tries")
    town.house.banjian("parked", "retry", "approval", str(held[0]["id"]), "--why", "mended")

    town.check()
    print(f"{rate:.1f} tries/s while nobody had looked")


SECRET = "340101199001011234"
BAD_EVENTS = {
    "invalid json": (b'{"specversion": "1.0", ' + SECRET.encode(), "application/cloudevents+json"),
    "wrong content type": (b"{}", "application/json"),
    "pickle": (b"\x80\x04\x95" + SECRET.encode(), "application/x-python-serialize"),
    "yaml": (b"!!python/object/apply:os.system [" + SECRET.encode(), "application/x-yaml"),
    "gbk": (('{"a": "办件' + SECRET).encode("gbk"), "application/cloudevents+json"),
}


def discard_all(town: BusHouse, service: str) -> list[str]:
    """Discard all that is parked, as an operator would; gives the reasons."""
    database = Database(town.house.database_url_of(service))
    reasons = []
    for one in list_held(database):
        discard(database, one.id, who="operator", why="a test")
        reasons.append(one.reason)
    database.close()
    return reasons


def send_raw(town: BusHouse, exchange: str, key: str, *messages: tuple[bytes, str]) -> None:
    publisher = Publisher(town.house.vhost.amqp_uri)
    for body, content_type in messages:
        publisher.publish(exchange, key, body, partition_key="bad", content_type=content_type)
    publisher.confirm()
    publisher.close()


def test_b10_unreadable_events(town: BusHouse) -> None:
    names = town.load.cases(1)
    wait_until(lambda: in_log(town, names) == 1, 30)
    town.check()
    (known, *_) = [one for one in town.log_of("intake") if one.type == "intake.case-accepted.v1"]
    unknown = [
        replace(known, **changed)
        for changed in (
            {"type": "intake.case-accepted.v9", "position": 900_001},
            {"type": "intake.never-heard.v1", "position": 900_002},
        )
    ]
    bad = [(body + b" ", kind) for body, kind in BAD_EVENTS.values()]
    strange = [(encode(one, Publication(one.type)) + b" ", EVENT_CONTENT_TYPE) for one in unknown]
    send_raw(town, "intake.events", "case-accepted.x.y", *bad, *strange)

    for service in LISTENERS_OF_INTAKE:
        wait_until(
            lambda one=service: (
                town.number(f"SELECT count(*) FROM {one}.held WHERE state = 'parked'")
                == len(bad) + len(strange)
            ),
            20,
        )
        assert Counter(discard_all(town, service)) == {"unreadable": 5, "unknown_version": 2}
        assert town.number(f"SELECT count(*) FROM {service}.held WHERE position > 900000") == 2
    town.load.cases(3)

    town.check()
    assert SECRET not in town.said()


def test_b10_unreadable_and_impossible_records(town: BusHouse) -> None:
    refused = "SELECT count(*) FROM intake.events WHERE topic = 'intake.record-refused.v2'"
    had = town.number(refused)
    parked = [
        (b'{"record": "accept", ' + SECRET.encode(), "application/json"),
        (b"[" + SECRET.encode() + b"]", "application/json"),
        (b"{}", "text/plain"),
        (('{"applyer_name": "测试' + SECRET + '"}').encode("gbk"), "application/json"),
        (b"\x80\x04\x95" + SECRET.encode(), "application/x-python-serialize"),
        (b'"' + SECRET.encode() * (16 * 1024 * 1024 // 18) + b'"', "application/json"),
    ]
    send_raw(town, "banjian.ingress", "county-vertical-07.accept", *parked)
    send(
        town.house,
        [
            record("accept", "impossible", accept_date="2020-11-31", applyer_page_code=SECRET),
            record("accept", "no-version", task_version="none", applyer_page_code=SECRET),
            record("accept", "wrong-type", accept_date=[1], applyer_page_code=SECRET),
            record("accept", "wrong-type-2", row_guid={"a": SECRET}),
        ],
    )

    wait_until(lambda: town.number(refused) >= had + 3, 30)
    wait_until(
        lambda: town.number("SELECT count(*) FROM intake.held WHERE state = 'parked'") >= 6, 30
    )
    town.load.cases(3)
    wait_until(
        lambda: (
            town.number(refused)
            - had
            + town.number("SELECT count(*) FROM intake.held WHERE state = 'parked'")
            == 10
        ),
        20,
        what="every bad record is refused or parked",
    )
    print(Counter(discard_all(town, "intake")))
    town.check()
    assert SECRET not in town.said()
    for service in ("intake", *LISTENERS_OF_INTAKE):
        leaked = f"SELECT count(*) FROM {service}.events WHERE position(%s IN state) > 0"
        assert town.number(leaked, SECRET.encode()) == 0


def test_partitions_change_under_load(town: BusHouse) -> None:
    with town.load.running():
        for service, numbers in (("approval", (8, 3)), ("intake", (8,))):
            for number in numbers:
                town.house.banjian("partitions", service, str(number))
        already = len(town.load.acknowledged)
        wait_until(lambda: len(town.load.acknowledged) > already + 20, 30)

    town.check()

    expected = {"catalog": 4, "approval": 3, "intake": 8, "disclosure": 4, "notify": 4}
    queues = Counter(name.split(".")[0] for name in town.house.vhost.queues() if ".g" in name)
    assert queues == expected
    town.house.migrate()
    queues = Counter(name.split(".")[0] for name in town.house.vhost.queues() if ".g" in name)
    assert queues == expected


def test_nothing_was_sent_to_the_dead_for_no_reason(town: BusHouse) -> None:
    """After everything above: no dead letters, nobody parked, no process ever fell over."""
    for service in SERVES:
        assert town.house.vhost.depth(f"{service}.dead") == 0
        assert town.child("serve", service).alive
        assert "Traceback" not in town.child("serve", service).said
    with pytest.raises(UnavailableError):
        Publisher("amqp://banjian_intake:wrong@127.0.0.1:1/x")
