"""The contracts themselves: sound, described, pinned by examples, and free of personal data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import contracts

EVENTS = [name for name in contracts.names() if not name.startswith(("ingress.", "envelope."))]
RECORDS = [name for name in contracts.names() if name.startswith("ingress.")]
LOCK = contracts.ROOT / "released.lock.json"
PERSONAL = (
    "applicant_name",
    "applyer",
    "person",
    "id_number",
    "id_card",
    "card_no",
    "document_no",
    "phone",
    "mobile",
    "telephone",
    "address",
    "email",
    "birth",
    "opinion",
)
"""Parts of field names that no event may have."""


def fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, field in schema.get("properties", {}).items():
        yield name, field
        yield from fields(field)


@pytest.mark.parametrize("name", contracts.names())
def test_schema_is_sound_and_open(name: str) -> None:
    schema = contracts.schema(name)

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"/contracts/{contracts.path_of(name).relative_to(contracts.ROOT)}"
    assert schema["title"] == name
    assert schema["additionalProperties"] is True


@pytest.mark.parametrize("name", contracts.names())
def test_every_field_is_described(name: str) -> None:
    for field, said in fields(contracts.schema(name)):
        assert len(said.get("description", "")) > 10, field


@pytest.mark.parametrize("name", [*EVENTS, *RECORDS])
@pytest.mark.parametrize("kind", contracts.EXAMPLES)
def test_example_is_valid(name: str, kind: str) -> None:
    contracts.validate(name, contracts.example(name, kind))


@pytest.mark.parametrize("name", EVENTS)
def test_examples_show_everything_and_the_least(name: str) -> None:
    schema: Any = contracts.schema(name)

    assert set(contracts.example(name, "full")) == set(schema["properties"])
    assert set(contracts.example(name, "minimal")) == set(schema["required"])
    assert schema["examples"] == [contracts.example(name, "full")]


@pytest.mark.parametrize("name", EVENTS)
def test_no_field_of_an_event_can_carry_personal_data(name: str) -> None:
    for field, _ in fields(contracts.schema(name)):
        assert not [part for part in PERSONAL if part in field.lower()], field
        assert not (field == "name" and name not in _NAMES_OF_THINGS), field


_NAMES_OF_THINGS = {
    "catalog.item-published.v1",  # of the item
    "intake.step-reported.v1",  # of the step
    "approval.step-recorded.v1",  # of the step
}


def changed_since_release(root: Path) -> list[str]:
    """Name every released schema that is gone or whose bytes are others."""
    locked: dict[str, str] = json.loads((root / LOCK.name).read_text())
    return [
        file
        for file, digest in locked.items()
        if not (root / file).is_file() or sha256((root / file).read_bytes()).hexdigest() != digest
    ]


def test_released_schema_never_changes() -> None:
    assert changed_since_release(contracts.ROOT) == []


def test_every_schema_is_released() -> None:
    locked = json.loads(LOCK.read_text())

    assert {
        str(contracts.path_of(name).relative_to(contracts.ROOT)) for name in contracts.names()
    } == set(locked)


def test_changed_byte_of_a_released_schema_is_noticed(tmp_path: Path) -> None:
    for file in json.loads(LOCK.read_text()):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes((contracts.ROOT / file).read_bytes())
    (tmp_path / LOCK.name).write_bytes(LOCK.read_bytes())
    changed = tmp_path / "intake/case-accepted.v1.schema.json"
    changed.write_bytes(changed.read_bytes().replace(b"minLength", b"maxLength", 1))
    (tmp_path / "intake/case-refused.v1.schema.json").unlink()

    assert changed_since_release(tmp_path) == [
        "intake/case-accepted.v1.schema.json",
        "intake/case-refused.v1.schema.json",
    ]


def test_violation_names_the_field_and_never_the_value() -> None:
    data = contracts.example("catalog.item-published.v1") | {"lists": ["SECRET-VALUE"]}

    with pytest.raises(contracts.ViolationError) as broken:
        contracts.validate("catalog.item-published.v1", data)

    assert (broken.value.field, broken.value.rule) == ("/lists/0", "enum")
    assert "SECRET-VALUE" not in str(broken.value)


def test_unknown_contract_or_version_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        contracts.schema("intake.case-accepted.v99")


@pytest.mark.parametrize("name", RECORDS)
def test_delete_needs_only_what_every_record_has(name: str) -> None:
    schema: Any = contracts.schema(name)
    example = contracts.example(name)
    bare = {field: example[field] for field in schema["required"]}

    contracts.validate(name, bare | {"cd_operation": "delete"})
    with pytest.raises(contracts.ViolationError):
        contracts.validate(name, bare)
