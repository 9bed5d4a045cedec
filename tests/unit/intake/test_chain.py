"""What several parts of intake do each on top of the other: all of them run, none is hidden."""

from __future__ import annotations

from types import FunctionType
from typing import Any, cast

import pytest

from services.intake.application import Intake
from services.intake.application.cases import Cases

SHARED = ("fire", "complete", "expect", "recount", "_file")


def parts(name: str) -> list[type[Any]]:
    """Give the classes that define it, in the order in which they run."""
    return [one for one in Intake.__mro__ if name in vars(one)]


def function(owner: type[Any], name: str) -> FunctionType:
    found = vars(owner)[name]
    return cast(FunctionType, getattr(found, "__wrapped__", found))


@pytest.mark.parametrize("name", SHARED)
def test_every_part_calls_the_next_and_cases_are_the_last(name: str) -> None:
    *others, last = parts(name)

    assert last is Cases
    assert others, "only one part has it: it belongs to no chain"
    for owner in others:
        names = function(owner, name).__code__.co_names
        assert "super" in names, f"{owner.__name__}.{name} ends the chain"
        assert name in names, f"{owner.__name__}.{name} calls another method of the next"


def test_no_other_method_of_a_part_hides_another_part_s() -> None:
    seen: dict[str, str] = {}
    hidden = []
    own = [one for one in Intake.__mro__ if one.__module__.startswith("services.intake")]
    for owner in own[1:]:
        for name, member in vars(owner).items():
            if not isinstance(member, FunctionType) or name.startswith("__"):
                continue
            if name in seen and name not in SHARED:
                hidden.append(f"{seen[name]}.{name} hides {owner.__name__}.{name}")
            seen.setdefault(name, owner.__name__)
    assert hidden == []
