"""Staff, chief representatives and seals: given what was said, when more is said, then what."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from services.catalog.domain import CatalogRuleError, Delegation, Seal, Staff
from services.catalog.domain.house_terms import (
    DelegationSaid,
    EndSaid,
    LeavingSaid,
    SealSaid,
    StaffSaid,
    SuspensionSaid,
)
from tests.unit.facts import facts

FIRST = date(2020, 1, 2)
CLERK = StaffSaid(staff="clerk-12", unit="D07", roles=["clerk"], since=FIRST)
CHIEF = DelegationSaid(
    delegation="SQ-1", department="D07", staff="officer-21", since=FIRST, document="授权书1号"
)
STAMP = SealSaid(seal="YZ-07", department="D07", custodian="officer-21", since=FIRST)
END = EndSaid(on=date(2020, 9, 1), reason="岗位调整")
SUSPENSION = SuspensionSaid(on=date(2020, 9, 1), reason="保管人变更")


def changed(said: Any, **values: Any) -> Any:
    return msgspec.structs.replace(said, **values)


def test_account_serves_until_it_leaves() -> None:
    staff = Staff.of("clerk-12")

    assert staff.assign(facts(), CLERK) is True
    assert staff.unit == "D07"
    assert staff.leave(facts(), LeavingSaid(on=date(2020, 9, 1))) is True

    assert staff.unit == ""
    assert staff.assign(facts(), CLERK) is False
    assert staff.leave(facts(), LeavingSaid(on=date(2020, 9, 1))) is False
    assert staff.unit == ""
    assert len(staff.pending) == 2


def test_account_may_come_back_after_it_left() -> None:
    staff = Staff.of("clerk-12")
    staff.assign(facts(), CLERK)
    staff.leave(facts(), LeavingSaid(on=date(2020, 9, 1)))

    assert staff.assign(facts(), changed(CLERK, unit="D08", since=date(2020, 9, 1))) is True

    assert staff.unit == "D08"


@pytest.mark.parametrize(
    ("values", "rule", "field"),
    [
        ({"roles": []}, "staff_roles", "roles"),
        ({"roles": ["clerk", "clerk"]}, "staff_roles", "roles"),
        ({"since": date(2019, 1, 1)}, "since_order", "since"),
    ],
)
def test_assignment_is_refused_when_roles_or_dates_are_wrong(
    values: dict[str, Any], rule: str, field: str
) -> None:
    staff = Staff.of("clerk-12")
    staff.assign(facts(), CLERK)
    staff.collect_events()

    with pytest.raises(CatalogRuleError) as refused:
        staff.assign(facts(), changed(CLERK, **values))

    assert (refused.value.rule, refused.value.field) == (rule, field)
    assert staff.pending == ()


def test_leaving_is_refused_before_coming_and_for_who_left() -> None:
    staff = Staff.of("clerk-12")
    staff.assign(facts(), CLERK)

    with pytest.raises(CatalogRuleError) as early:
        staff.leave(facts(), LeavingSaid(on=date(2020, 1, 1)))
    staff.leave(facts(), LeavingSaid(on=date(2020, 9, 1)))
    with pytest.raises(CatalogRuleError) as twice:
        staff.leave(facts(), LeavingSaid(on=date(2020, 9, 2)))

    assert (early.value.rule, twice.value.rule) == ("dates", "staff_not_serving")


def test_delegation_is_given_once_and_never_changes() -> None:
    delegation = Delegation.of("SQ-1")

    assert delegation.assign(facts(), CHIEF) is True
    assert delegation.assign(facts(), CHIEF) is False
    with pytest.raises(CatalogRuleError) as refused:
        delegation.assign(facts(), changed(CHIEF, staff="officer-9"))

    assert (refused.value.rule, refused.value.field) == ("immutable", "delegation")
    assert len(delegation.pending) == 1


@pytest.mark.parametrize(
    ("values", "rule", "field"),
    [
        ({"document": " "}, "document", "document"),
        ({"until": date(2020, 1, 1)}, "dates", "until"),
        ({"items": []}, "delegation_items", "items"),
        ({"items": ["I1", "I1"]}, "delegation_items", "items"),
    ],
)
def test_delegation_is_refused_when_scope_or_dates_are_wrong(
    values: dict[str, Any], rule: str, field: str
) -> None:
    with pytest.raises(CatalogRuleError) as refused:
        Delegation.of("SQ-1").assign(facts(), changed(CHIEF, **values))

    assert (refused.value.rule, refused.value.field) == (rule, field)


def test_delegation_ends_once_and_within_its_dates() -> None:
    delegation = Delegation.of("SQ-1")
    delegation.assign(facts(), changed(CHIEF, until=date(2020, 12, 31)))

    for day in (date(2020, 1, 1), date(2021, 1, 1)):
        with pytest.raises(CatalogRuleError) as outside:
            delegation.end(facts(), changed(END, on=day))
        assert outside.value.rule == "dates"
    assert delegation.end(facts(), END) is True
    assert delegation.end(facts(), END) is False
    with pytest.raises(CatalogRuleError) as twice:
        delegation.end(facts(), changed(END, reason="另一理由"))

    assert twice.value.rule == "delegation_not_in_force"


def test_seal_is_used_again_by_its_next_custodian_after_a_suspension() -> None:
    seal = Seal.of("YZ-07")
    next_keeper = changed(STAMP, custodian="officer-22", since=date(2020, 10, 1))

    assert seal.register(facts(), STAMP) is True
    assert seal.suspend(facts(), SUSPENSION) is True
    assert seal.suspended_on == date(2020, 9, 1)
    assert seal.register(facts(), STAMP) is False
    assert seal.suspended_on == date(2020, 9, 1)
    assert seal.register(facts(), next_keeper) is True

    assert seal.suspended_on is None
    assert seal.suspend(facts(), SUSPENSION) is False


@pytest.mark.parametrize(
    ("values", "rule", "field"),
    [
        ({"department": "D08"}, "seal_department", "department"),
        ({"since": date(2019, 1, 1)}, "since_order", "since"),
    ],
)
def test_seal_is_refused_when_department_or_dates_are_wrong(
    values: dict[str, Any], rule: str, field: str
) -> None:
    seal = Seal.of("YZ-07")
    seal.register(facts(), STAMP)

    with pytest.raises(CatalogRuleError) as refused:
        seal.register(facts(), changed(STAMP, **values))

    assert (refused.value.rule, refused.value.field) == (rule, field)


def test_suspension_is_refused_before_use_and_when_it_is_suspended() -> None:
    seal = Seal.of("YZ-07")

    with pytest.raises(CatalogRuleError) as unused:
        seal.suspend(facts(), SUSPENSION)
    seal.register(facts(), STAMP)
    with pytest.raises(CatalogRuleError) as early:
        seal.suspend(facts(), changed(SUSPENSION, on=date(2020, 1, 1)))
    seal.suspend(facts(), SUSPENSION)
    with pytest.raises(CatalogRuleError) as twice:
        seal.suspend(facts(), changed(SUSPENSION, reason="另一理由"))

    rules = (unused.value.rule, early.value.rule, twice.value.rule)
    assert rules == ("seal_not_in_use", "dates", "seal_not_in_use")
