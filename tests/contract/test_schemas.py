"""The contracts themselves: sound, described, pinned by examples, and free of personal data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import contracts
from contracts import released

EVENTS = [name for name in contracts.names() if not name.startswith(("ingress.", "envelope."))]
RECORDS = [name for name in contracts.names() if name.startswith("ingress.")]
LOCK = contracts.ROOT / released.LOCK
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
    """Give every field, those of nested objects and of objects in arrays too."""
    for name, field in schema.get("properties", {}).items():
        yield name, field
        yield from fields(field)
        yield from fields(field.get("items", {}))


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
    "catalog.item-published.v1",  # of the item, of materials, steps and charges
    "catalog.implementation-drafted.v1",  # of the same
    "catalog.basic-item-registered.v1",  # of the basic item
    "catalog.department-registered.v1",  # of the department
    "catalog.region-registered.v1",  # of the region
    "intake.step-reported.v1",  # of the step
    "approval.step-recorded.v1",  # of the step
    "intake.material-received.v1",  # of the material, as are the next five
    "intake.material-rejected.v1",
    "intake.material-reused-from-library.v1",
    "intake.material-promised.v1",
    "intake.material-promise-lapsed.v1",
    "intake.material-returned.v1",
    "disclosure.reported-fact-recorded.v1",  # of the figure
}


def test_released_schema_never_changes() -> None:
    assert released.changes() == []


def test_every_schema_is_released() -> None:
    assert released.unlocked() == [], "run python -m contracts.released"


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """A copy of the contracts, to change."""
    for file in json.loads(LOCK.read_text()):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes((contracts.ROOT / file).read_bytes())
    (tmp_path / LOCK.name).write_bytes(LOCK.read_bytes())
    return tmp_path


def rewrite(street: Path, file: str, change: Callable[[Any], object]) -> None:
    schema = json.loads((street / file).read_bytes())
    change(schema)
    (street / file).write_text(json.dumps(schema))


ACCEPTED = "intake/case-accepted.v1.schema.json"
PUBLISHED = "catalog/item-published.v1.schema.json"
MUTATIONS: Mapping[str, tuple[str, Callable[[Any], object], list[str]]] = {
    "a property is gone": (
        ACCEPTED,
        lambda schema: schema["properties"].pop("accepted_at"),
        [f"{ACCEPTED}#/accepted_at"],
    ),
    "a property has another name": (
        ACCEPTED,
        lambda schema: schema["properties"].update(at=schema["properties"].pop("accepted_at")),
        [f"{ACCEPTED}#/accepted_at"],
    ),
    "a limit is another": (
        ACCEPTED,
        lambda schema: schema["properties"]["item_version"].update(minimum=0),
        [f"{ACCEPTED}#/item_version"],
    ),
    "a unit is another": (
        PUBLISHED,
        lambda schema: schema["properties"]["promised_limit_days"].update(description="In hours."),
        [f"{PUBLISHED}#/promised_limit_days"],
    ),
    "an enumeration has grown": (
        PUBLISHED,
        lambda schema: schema["properties"]["lists"]["items"]["enum"].append("OTHER"),
        [f"{PUBLISHED}#/lists/items"],
    ),
    "a nested property is gone": (
        PUBLISHED,
        lambda schema: schema["properties"]["listing"]["properties"].pop("visits"),
        [f"{PUBLISHED}#/listing/visits"],
    ),
    "a property of an array's items is another": (
        PUBLISHED,
        lambda schema: schema["properties"]["listing"]["properties"]["fees"]["items"]["properties"][
            "amount_fen"
        ].update(type="number"),
        [f"{PUBLISHED}#/listing/fees/items/amount_fen"],
    ),
    "one more is required": (
        PUBLISHED,
        lambda schema: schema["required"].append("listing"),
        [f"{PUBLISHED}#/required"],
    ),
    "one less is required": (
        ACCEPTED,
        lambda schema: schema["required"].remove("item_code"),
        [f"{ACCEPTED}#/required"],
    ),
    "consumers must refuse more": (
        ACCEPTED,
        lambda schema: schema.update(additionalProperties=False),
        [f"{ACCEPTED}#/"],
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_changed_schema_is_noticed_and_never_locked(street: Path, name: str) -> None:
    file, change, found = MUTATIONS[name]
    rewrite(street, file, change)

    assert released.changes(street) == found
    before = (street / LOCK.name).read_bytes()
    with pytest.raises(ValueError, match="never changes"):
        released.release(street)
    assert (street / LOCK.name).read_bytes() == before


def test_schema_that_is_gone_is_noticed(street: Path) -> None:
    (street / ACCEPTED).unlink()

    assert released.changes(street) == [ACCEPTED]


def test_schema_may_gain_optional_fields_and_examples(street: Path) -> None:
    def grow(schema: Any) -> None:
        schema["properties"]["new"] = {"type": "string"}
        schema["properties"]["listing"]["properties"]["new"] = {"type": "string"}
        schema["examples"].append({})

    rewrite(street, PUBLISHED, grow)

    assert released.changes(street) == []
    assert released.unlocked(street) == [PUBLISHED]
    assert released.release(street) == [PUBLISHED]
    assert released.unlocked(street) == []
    rewrite(street, PUBLISHED, lambda schema: schema["properties"].pop("new"))
    assert released.changes(street) == [f"{PUBLISHED}#/new"]


def test_new_schema_is_locked_by_the_tool(street: Path) -> None:
    (street / "intake/case-moved.v1.schema.json").write_text('{"properties": {"a": {}}}')

    assert released.release(street) == ["intake/case-moved.v1.schema.json"]
    assert released.changes(street) == []


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
