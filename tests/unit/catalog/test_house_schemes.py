"""Parallel-approval schemes: members, cycles, versions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalog.domain import CatalogRuleError, Scheme
from services.catalog.domain.house_events import (
    ParallelSchemePublished,
    SchemeKind,
    SchemeMember,
)
from services.catalog.domain.house_terms import SchemeSaid
from services.catalog.domain.schemes import find_cycles
from tests.unit.facts import NOW, facts


def members(**needs: str) -> list[SchemeMember]:
    """Write `A="B C"`: A needs B and C first."""
    return [SchemeMember(code, "D07", needed.split()) for code, needed in needs.items()]


SAID = SchemeSaid(
    scheme="PRIVATE",
    label="社会投资项目并联审批",
    kind=SchemeKind.PRIVATE_INVESTMENT,
    lead="D07",
    members=members(A="", B="A", C="B"),
    joint_limit_days=45,
    joint_extension_days=15,
    effective_from=NOW,
)


def changed(said: SchemeSaid, **values: Any) -> SchemeSaid:
    return msgspec.structs.replace(said, **values)


def published(*versions: SchemeSaid) -> Scheme:
    scheme = Scheme.of("PRIVATE")
    for said in versions or (SAID,):
        scheme.publish(facts(), said, {})
    scheme.collect_events()
    return scheme


def test_scheme_is_published_in_versions() -> None:
    scheme = published()
    later = changed(SAID, label="新方案", effective_from=NOW + timedelta(days=1))

    assert scheme.publish(facts(), later, {}) is True

    (event,) = scheme.pending
    assert isinstance(event, ParallelSchemePublished)
    assert (event.scheme_version, event.cycles) == (2, None)


def test_scheme_published_twice_changes_nothing_even_when_a_member_has_ended_since() -> None:
    scheme = published()

    assert scheme.publish(facts(), SAID, {"A": "cancelled"}) is False
    assert scheme.publish(facts(), changed(SAID, scheme_version=1), {}) is False
    assert scheme.pending == ()


def test_cycle_between_items_is_lawful_and_recorded() -> None:
    scheme = Scheme.of("PRIVATE")
    round_trip = members(A="B", B="C", C="A", D="A", F="E", E="F")

    assert scheme.publish(facts(), changed(SAID, members=round_trip), {}) is True

    (event,) = scheme.pending
    assert isinstance(event, ParallelSchemePublished)
    assert event.cycles == [["A", "B", "C"], ["E", "F"]]


@pytest.mark.parametrize(
    ("values", "rule", "field"),
    [
        ({"members": []}, "members", "members"),
        ({"members": members(A="") * 2}, "members", "members[1]"),
        ({"members": members(A="", B="B")}, "self_edge", "members[1].needs"),
        ({"members": members(A="X")}, "needs", "members[0].needs"),
        ({"members": members(A="", B="A A")}, "needs", "members[1].needs"),
        ({"joint_limit_days": 46}, "joint_limit", "joint_limit_days"),
        ({"joint_extension_days": 16}, "joint_limit", "joint_extension_days"),
        ({"effective_from": NOW - timedelta(days=1)}, "retroactive", "effective_from"),
        ({"scheme_version": 2}, "version_order", "scheme_version"),
    ],
)
def test_scheme_is_refused_when_it_breaks_a_rule(
    values: dict[str, Any], rule: str, field: str
) -> None:
    scheme = Scheme.of("PRIVATE")

    with pytest.raises(CatalogRuleError) as refused:
        scheme.publish(facts(), changed(SAID, **values), {})

    assert (refused.value.rule, refused.value.field) == (rule, field)
    assert scheme.pending == ()


@pytest.mark.parametrize(
    "standing", ["unknown", "draft", "frozen", "cancelled", "superseded", "split"]
)
def test_scheme_is_refused_with_a_remedy_when_a_member_cannot_be_begun(standing: str) -> None:
    with pytest.raises(CatalogRuleError) as refused:
        Scheme.of("PRIVATE").publish(facts(), SAID, {"B": standing})

    assert refused.value.rule == f"member_{standing}"
    assert refused.value.field == "members[1].item_code"
    assert "Member B: it " in str(refused.value) or "Member B: the catalog does not know" in str(
        refused.value
    )
    assert ";" in str(refused.value)


def test_published_version_never_changes_and_the_next_takes_effect_later() -> None:
    scheme = published()

    with pytest.raises(CatalogRuleError) as other:
        scheme.publish(facts(), changed(SAID, scheme_version=1, label="另一名称"), {})
    with pytest.raises(CatalogRuleError) as same_day:
        scheme.publish(facts(), changed(SAID, label="另一名称"), {})

    assert (other.value.rule, same_day.value.rule) == ("immutable", "one_effective")


CODES = "ABCDEFG"


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(CODES), st.sets(st.sampled_from(CODES)), min_size=1))
def test_cycles_are_the_groups_that_reach_each_other(edges: dict[str, set[str]]) -> None:
    needs = {code: sorted(edges[code] & edges.keys() - {code}) for code in edges}

    def reached(code: str) -> set[str]:
        found: set[str] = set()
        ahead = list(needs[code])
        while ahead:
            one = ahead.pop()
            if one not in found:
                found.add(one)
                ahead += needs[one]
        return found

    reach = {code: reached(code) for code in needs}
    groups = {
        tuple(sorted(other for other in needs if other in reach[code] and code in reach[other]))
        for code in needs
        if code in reach[code]
    }
    said = [SchemeMember(code, "D07", needs[code]) for code in needs]

    assert find_cycles(said) == [list(group) for group in sorted(groups)]
    assert find_cycles(said[::-1]) == find_cycles(said)


def test_long_chain_of_items_needs_no_deep_stack() -> None:
    chain = [SchemeMember(f"I{n}", "D07", [f"I{(n + 1) % 5000}"]) for n in range(5000)]

    (group,) = find_cycles(chain)

    assert len(group) == 5000
