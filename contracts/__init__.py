"""The public language of the house: JSON Schemas of events and of inbound records, by name.

`contracts` knows no service. Names are those on the bus (`intake.case-accepted.v1`),
`envelope.v1`, and `ingress.accept.v1` for what outside systems send.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator

ROOT = Path(__file__).parent
EXAMPLES = ("full", "minimal")


class ViolationError(ValueError):
    """Data broke its contract. Names the field and the rule, never the value.

    `field` is a path like `/lists/0`, empty for the whole; `rule` the JSON Schema keyword.
    """

    def __init__(self, name: str, field: str, rule: str) -> None:
        super().__init__(f"{name}: {field or 'the whole'} breaks the rule {rule}")
        self.name = name
        self.field = field
        self.rule = rule


def path_of(name: str) -> Path:
    """Give the schema file of the contract `name`; it may not exist."""
    stem, version = name.rsplit(".", 1)
    return ROOT / f"{stem.replace('.', '/', 1)}.{version}.schema.json"


@cache
def names() -> tuple[str, ...]:
    """List every contract there is."""
    files = (path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.schema.json"))
    return tuple(sorted(file.removesuffix(".schema.json").replace("/", ".") for file in files))


@cache
def schema(name: str) -> Mapping[str, object]:
    """Read the schema of the contract `name`.

    Raises:
        KeyError: there is no such contract or no such version of it.
    """
    if name not in names():
        raise KeyError(name)
    read: Mapping[str, object] = json.loads(path_of(name).read_bytes())
    return read


def example(name: str, kind: str = "full") -> dict[str, object]:
    """Read the pinned example of `name`; `kind` is `full` or `minimal`."""
    file = path_of(name)
    stem = file.name.removesuffix(".schema.json")
    read: dict[str, object] = json.loads(
        (file.parent / "examples" / f"{stem}.{kind}.json").read_bytes()
    )
    return read


def validate(name: str, data: object) -> None:
    """Check decoded JSON against the contract `name`.

    Raises:
        KeyError: there is no such contract.
        ViolationError: the worst breach found.
    """
    worst = best_match(_validator(name).iter_errors(data))  # type: ignore[arg-type]  # any decoded JSON
    if worst is not None:
        field = "".join(f"/{part}" for part in worst.absolute_path)
        raise ViolationError(name, field, str(worst.validator))


@cache
def _validator(name: str) -> Validator:
    return Draft202012Validator(schema(name))
