"""Code against contracts: what is published, what is read, and the map of the bus."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import MISSING
from dataclasses import fields as fields_of
from types import ModuleType
from typing import Any

import msgspec
import pytest
import yaml

import contracts
from services.chassis.bus.envelope import encode
from services.chassis.bus.topology import LISTENS as TOPOLOGY
from services.chassis.eventlog.mapper import body_of, event_of
from services.chassis.names import SERVICES
from services.kernel.aggregate import TOPICS, Fact
from tests.contract.stories import STORIES

MESSAGES: Mapping[str, ModuleType] = {
    service: importlib.import_module(f"services.{service}.messages") for service in SERVICES
}
for _service in SERVICES:
    importlib.import_module(f"services.{_service}.domain")  # registers its event classes
CLASSES = {
    topic: event for topic, event in TOPICS.items() if event.__module__.startswith("services.")
}
HAPPENED = [fact for story in STORIES.values() for fact in story().pending]
READS = [
    (service, name, shape)
    for service, messages in MESSAGES.items()
    for name, shape in messages.READS.items()
]


def test_stories_show_every_event_class() -> None:
    told = {type(fact).TOPIC for fact in HAPPENED}

    assert told == set(CLASSES)


@pytest.mark.parametrize("fact", HAPPENED, ids=lambda fact: type(fact).TOPIC)
def test_event_is_valid_against_its_contract(fact: Fact) -> None:
    body = body_of(fact)

    contracts.validate(fact.TOPIC, msgspec.json.decode(body.data))


@pytest.mark.parametrize("fact", HAPPENED, ids=lambda fact: type(fact).TOPIC)
def test_envelope_of_an_event_is_valid(fact: Fact) -> None:
    sealed = msgspec.structs.replace(
        event_of(fact, body_of(fact)), position=1, recorded_at=fact.timestamp
    )
    publication = MESSAGES[sealed.source].PUBLISHES[sealed.type]

    contracts.validate("envelope.v1", msgspec.json.decode(encode(sealed, publication)))


@pytest.mark.parametrize("topic", sorted(CLASSES))
def test_event_class_has_the_fields_of_its_contract(topic: str) -> None:
    schema: Any = contracts.schema(topic)
    common = {field.name for field in fields_of(Fact)}
    own = [field for field in fields_of(CLASSES[topic]) if field.name not in common]
    always = {
        field.name for field in own if field.default is MISSING and field.default_factory is MISSING
    }

    assert {field.name for field in own} == set(schema["properties"])
    assert set(schema["required"]) <= always


@pytest.mark.parametrize("service", SERVICES)
def test_service_publishes_its_events_under_their_names(service: str) -> None:
    published = MESSAGES[service].PUBLISHES
    own = {topic for topic in CLASSES if topic.startswith(f"{service}.")}

    assert set(published) == own
    assert {one.type for one in published.values()} <= set(contracts.names())


@pytest.mark.parametrize(("service", "name", "shape"), READS)
@pytest.mark.parametrize("kind", contracts.EXAMPLES)
def test_consumer_decodes_the_examples(service: str, name: str, shape: Any, kind: str) -> None:
    assert name.split(".")[0] in MESSAGES[service].LISTENS

    msgspec.json.decode(msgspec.json.encode(contracts.example(name, kind)), type=shape)


@pytest.fixture(scope="module")
def asyncapi() -> Any:
    return yaml.safe_load((contracts.ROOT / "asyncapi.yaml").read_text())


def test_map_is_asyncapi_3_over_amqp(asyncapi: Any) -> None:
    assert asyncapi["asyncapi"] == "3.0.0"
    assert {server["protocol"] for server in asyncapi["servers"].values()} == {"amqp"}
    for name, channel in asyncapi["channels"].items():
        assert channel["bindings"]["amqp"]["exchange"]["name"] == name


@pytest.mark.parametrize("service", SERVICES)
def test_map_shows_what_a_service_publishes(asyncapi: Any, service: str) -> None:
    shown = asyncapi["channels"][f"{service}.events"]["messages"]

    assert set(shown) == {one.type for one in MESSAGES[service].PUBLISHES.values()}
    assert asyncapi["operations"][f"{service}.publishes"]["action"] == "send"


@pytest.mark.parametrize("service", SERVICES)
def test_map_shows_whom_a_service_listens_to(asyncapi: Any, service: str) -> None:
    start = f"{service}.listens-to."
    shown = {name.removeprefix(start) for name in asyncapi["operations"] if name.startswith(start)}

    assert shown == set(TOPOLOGY[service])
    assert shown - {"ingress"} == set(MESSAGES[service].LISTENS)


def test_map_refers_to_files_that_exist(asyncapi: Any) -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if "$ref" in node else []
            return own + [ref for value in node.values() for ref in references(value)]
        return (
            [ref for value in node for ref in references(value)] if isinstance(node, list) else []
        )

    for reference in references(asyncapi):
        if reference.startswith("#/"):
            place = asyncapi
            for part in reference[2:].split("/"):
                place = place[part]
        else:
            assert (contracts.ROOT / reference).is_file(), reference
    shown = set(asyncapi["components"]["messages"])
    assert shown == {name for name in contracts.names() if name != "envelope.v1"}


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_dataschema_of_an_event_is_its_file(name: str) -> None:
    from services.chassis.bus.envelope import dataschema

    assert dataschema(name) == contracts.schema(name)["$id"]
