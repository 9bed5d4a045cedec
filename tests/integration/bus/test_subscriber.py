"""The subscription against a real broker: exactly once, in order per case, nothing lost."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from services.chassis.bus.connection import open_connection
from services.chassis.bus.envelope import Publication, encode
from services.chassis.bus.held import State, count_held, discard, list_held, retry, show
from services.chassis.bus.positions import is_done, missing, wait_for, watermark
from services.chassis.errors import NotFoundError, RuleError, UnavailableError
from tests.integration.bus.street import SEAL, Effects, Street, event, history, in_order, running
from tests.support.waiting import wait_until


def test_every_event_takes_effect_once_when_each_is_sent_three_times(
    street: Street, effects: Effects
) -> None:
    events = history(cases=20, each=10)
    with running(street.subscriber(effects)):
        street.publish([one for one in events for _ in range(3)])
        street.publish(events)

        wait_until(lambda: street.count() >= 200)
        assert wait_for(street.database("beta"), "alpha", 200)

    rows = street.effects()
    assert sorted(position for _, position, _ in rows) == list(range(1, 201))
    assert in_order(rows)
    assert watermark(street.database("beta"), "alpha") == 200


def test_nothing_is_dropped_when_events_come_shuffled_within_100(
    street: Street, effects: Effects
) -> None:
    events = history(cases=25, each=40)
    mixed = []
    for start in range(0, len(events), 100):
        part = events[start : start + 100]
        random.Random(start).shuffle(part)
        mixed += part

    with running(street.subscriber(effects, batch=7)):
        street.publish(mixed)
        wait_until(lambda: street.count() == 1000, timeout=60)

    rows = street.effects()
    assert len({position for _, position, _ in rows}) == 1000
    assert in_order(rows)
    assert not any(count_held(street.database("beta")).values())


def test_a_poison_event_is_tried_a_few_times_and_parked_while_others_go_on(
    street: Street, effects: Effects
) -> None:
    events = history(cases=5, each=4)
    effects.refuse = lambda one: ValueError("boom") if one.position == 3 else None
    beta = street.database("beta")

    started = time.monotonic()
    with running(street.subscriber(effects, backoff_s=(0.5, 0.5, 0.5))):
        street.publish(events)
        wait_until(lambda: count_held(beta)[State.PARKED] == 1)
        took = time.monotonic() - started
        tries = effects.fired.count(3)
        others = wait_until(lambda: street.count() == 16)
        waiting = wait_until(lambda: count_held(beta)[State.WAITING] == 3)

        assert (others, waiting) and tries <= 12  # four attempts, and the halving of its batch
        assert tries / took < 20
        (parked,) = list_held(beta)
        assert (parked.position, parked.reason) == (3, "handler_failed")
        assert parked.detail == "ValueError"

        effects.refuse = lambda one: None
        retry(beta, parked.id, who="operator", why="fixed")
        wait_until(lambda: street.count() == 20)

    rows = street.effects()
    assert in_order(rows) and len(rows) == 20
    assert watermark(beta, "alpha") == 20
    assert list_held(beta, state=None) == []


def test_those_behind_go_on_when_a_parked_event_is_discarded(
    street: Street, effects: Effects
) -> None:
    events = history(cases=1, each=5)
    effects.refuse = lambda one: RuleError("never") if one.position == 2 else None
    beta = street.database("beta")
    with running(street.subscriber(effects)):
        street.publish(events)
        wait_until(lambda: count_held(beta)[State.PARKED] == 1)
        wait_until(lambda: count_held(beta)[State.WAITING] == 3)
        (parked,) = list_held(beta)
        assert parked.reason == "rule_broken"

        discard(beta, parked.id, who="operator", why="a test")
        wait_until(lambda: street.count() == 4)

    assert [position for _, position, _ in street.effects()] == [1, 3, 4, 5]
    assert watermark(beta, "alpha") == 5
    (kept,) = list_held(beta, state=State.DISCARDED)
    assert (kept.decided_by, kept.decided_why) == ("operator", "a test")
    with pytest.raises(RuleError):
        retry(beta, kept.id, who="operator", why="again")
    with pytest.raises(NotFoundError):
        show(beta, 999_999)


SECRET = b"340101199001011234"
BAD = {
    "invalid json": (b'{"specversion": "1.0", ' + SECRET, "application/cloudevents+json"),
    "wrong content type": (b"{}", "application/json"),
    "empty": (b"", "application/cloudevents+json"),
    "pickle": (b"\x80\x04\x95" + SECRET, "application/x-python-serialize"),
    "yaml": (b"!!python/object/apply:os.system [" + SECRET, "application/x-yaml"),
    "16 MB": (b'"' + SECRET * (16 * 1024 * 1024 // 18) + b'"', "application/cloudevents+json"),
    "not utf-8": ('{"a": "办件"}'.encode("gbk") + SECRET, "application/cloudevents+json"),
    "deep": (b'{"data":' + b"[" * 100_000 + SECRET, "application/cloudevents+json"),
}


@pytest.mark.parametrize("kind", BAD)
def test_an_unreadable_message_is_parked_and_the_consumer_lives(
    street: Street, effects: Effects, capfd: pytest.CaptureFixture[str], kind: str
) -> None:
    body, content_type = BAD[kind]
    beta = street.database("beta")
    with running(street.subscriber(effects)):
        street.send("alpha.events", "a.b.c", body, content_type, "case-bad")
        wait_until(lambda: count_held(beta)[State.PARKED] == 1, timeout=30)
        street.publish(history(cases=3, each=1))
        wait_until(lambda: street.count() == 3)

    (parked,) = list_held(beta)
    assert (parked.source, parked.subject) == ("alpha", "case-bad")
    held, sealed = show(beta, parked.id)
    assert SECRET not in sealed and held == parked
    assert show(beta, parked.id, SEAL)[1] == body
    said = "".join(capfd.readouterr())
    assert SECRET.decode() not in said
    assert SECRET.decode() not in parked.detail


def test_an_unknown_version_or_type_is_parked_and_a_type_nobody_here_reads_is_done(
    street: Street, effects: Effects
) -> None:
    beta = street.database("beta")
    with running(street.subscriber(effects)):
        street.publish(
            [
                event("a", 1, 1, type="alpha.thing-done.v2"),
                event("b", 1, 2, type="alpha.never-heard.v1"),
                event("c", 1, 3, type="alpha.thing-seen.v1"),
                event("a", 2, 4, 1),
                event("d", 1, 5),
            ]
        )
        wait_until(lambda: count_held(beta)[State.PARKED] == 2)
        wait_until(lambda: street.count() == 1)
        wait_until(lambda: count_held(beta)[State.WAITING] == 1)

    assert {held.reason for held in list_held(beta)} == {"unknown_version"}
    assert is_done(beta, "alpha", 3) and is_done(beta, "alpha", 5)
    assert not is_done(beta, "alpha", 1)
    assert missing(beta, "alpha") == []


def test_a_lost_message_shows_as_missing(street: Street, effects: Effects) -> None:
    beta = street.database("beta")
    with running(street.subscriber(effects)):
        street.publish([event("a", 1, 1), event("b", 1, 4), event("c", 1, 5)])
        wait_until(lambda: street.count() == 3)

    assert missing(beta, "alpha") == [(2, 3)]
    assert watermark(beta, "alpha") == 1


def test_a_forged_source_is_parked(street: Street, effects: Effects) -> None:
    beta = street.database("beta")
    told = encode(event("a", 1, 1), Publication("alpha.thing-done.v1"))
    lie = told.replace(b"/banjian/alpha", b"/banjian/omega").replace(b"alpha.thing", b"omega.thing")
    with running(street.subscriber(effects)):
        street.send("alpha.events", "a.b.c", lie, "application/cloudevents+json", "a")
        wait_until(lambda: count_held(beta)[State.PARKED] == 1)
    assert list_held(beta)[0].reason == "forged"


def test_records_from_outside_take_effect_and_bad_ones_are_parked_sealed(
    street: Street, effects: Effects, capfd: pytest.CaptureFixture[str]
) -> None:
    beta = street.database("beta")
    with running(street.subscriber(effects, backoff_s=(0.1,))):
        for number in range(5):
            street.send(
                "banjian.ingress", "source.accept", b'{"n": %d}' % number, "application/json", "p1"
            )
        street.send("banjian.ingress", "s.accept", b'["not an object"]', "application/json", "p2")
        street.send("banjian.ingress", "s.accept", b'{"refuse": 1}', "application/json", "p3")
        street.send("banjian.ingress", "s.accept", b'{"later": 1}', "application/json", "p3")
        wait_until(lambda: count_held(beta)[State.PARKED] == 2)
        wait_until(lambda: street.count() == 5)
        assert count_held(beta)[State.WAITING] == 1

    reasons = {(held.subject, held.reason) for held in list_held(beta)}
    assert reasons == {("p2", "unreadable"), ("p3", "handler_failed")}
    assert "340101199001011234" not in "".join(capfd.readouterr())


def test_a_dead_lettered_message_is_parked_with_its_reason(
    street: Street, effects: Effects
) -> None:
    street.publish([event("a", 1, 1)])
    connection = open_connection(
        street.vhost.amqp_uri, heartbeat_s=0, connect_timeout_s=5, name="test"
    )
    channel = connection.channel()
    rejected = []

    def reject(message: Any) -> None:
        rejected.append(message)
        channel.basic_reject(message.delivery_tag, requeue=False)

    for number in range(4):
        channel.basic_consume(f"beta.g1.p{number}", callback=reject)
    while not rejected:
        connection.drain_events(timeout=10)
    wait_until(lambda: street.vhost.depth("beta.dead") == 1)
    connection.close()

    beta = street.database("beta")
    with running(street.subscriber(effects)):
        wait_until(lambda: count_held(beta)[State.PARKED] == 1)
        (parked,) = list_held(beta)
        assert (parked.reason, parked.position) == ("dead_lettered", 1)
        retry(beta, parked.id, who="operator", why="a test")
        wait_until(lambda: street.count() == 1)


def test_the_consumer_waits_with_its_messages_while_the_database_is_away(
    street: Street, effects: Effects
) -> None:
    away = True
    effects.refuse = lambda one: UnavailableError("away") if away else None
    with running(street.subscriber(effects)):
        street.publish(history(cases=3, each=3))
        wait_until(lambda: effects.calls >= 3)
        assert street.count() == 0
        away = False
        wait_until(lambda: street.count() == 9)
    assert in_order(street.effects())
    assert list_held(street.database("beta"), state=None) == []
