"""The broker of a machine with neither a RabbitMQ nor Debian's packages, on a real Docker."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import amqp
import pytest

from deploy.local import docker, erlang, rabbitmq
from deploy.local.processes import LocalRunError
from deploy.local.rabbitmq import RabbitMQ
from services.chassis.bus.connection import close, open_connection

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not (docker.is_usable() and docker.has_image()),
        reason=f"needs a Docker daemon that has {docker.IMAGE}",
    ),
]


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RabbitMQ]:
    monkeypatch.setattr(erlang, "find", lambda cache, tell: None)
    server = RabbitMQ(tmp_path / "run", tmp_path / "cache")
    try:
        yield server
    finally:
        server.stop()


def containers() -> str:
    return subprocess.run(
        ["docker", "ps", "--all", "--format", "{{.Names}}"], capture_output=True, text=True
    ).stdout


def test_it_starts_keeps_what_it_confirmed_and_leaves_no_container(broker: RabbitMQ) -> None:
    broker.start()
    assert broker.running and broker.container in containers()
    assert "rabbitmq_consistent_hash_exchange" in broker.ctl("status")
    connection = open_connection(
        broker.amqp_uri, heartbeat_s=0, connect_timeout_s=5, name="docker test"
    )
    channel = connection.channel()
    channel.confirm_select()
    arguments = {"x-queue-type": "quorum"}
    channel.queue_declare("kept", durable=True, auto_delete=False, arguments=arguments)
    channel.basic_publish_confirm(amqp.Message(b"1", delivery_mode=2), routing_key="kept")
    close(connection)

    broker.stop()
    assert not broker.running and broker.container not in containers()
    broker.start()
    connection = open_connection(
        broker.amqp_uri, heartbeat_s=0, connect_timeout_s=5, name="docker test"
    )
    message = connection.channel().basic_get("kept", no_ack=True)
    close(connection)
    assert message is not None and message.body in (b"1", "1")
    owners = {path.stat().st_uid for path in broker.home.rglob("*")}
    assert owners == {os.getuid()}


def test_a_node_that_ends_at_start_says_why(
    broker: RabbitMQ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rabbitmq, "EMULATOR", "+hms nonsense")
    with pytest.raises(LocalRunError, match="ended at start in Docker"):
        broker.start()
    assert broker.container not in containers()
