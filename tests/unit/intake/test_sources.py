"""Outside sources: admitted, permitted, disabled, and whose rows are turned away."""

from __future__ import annotations

import pytest

from services.intake.domain.sources import (
    Sender,
    Source,
    SourceGoneError,
    SourceStandsError,
    SourceTermsError,
    turned_away,
)
from services.kernel.facts import Actor, ActorKind
from tests.unit.facts import facts

DESK = Actor(ActorKind.PERSON, "exchange-1", role="exchange_officer")
NAME, OTHER = "county-vertical-07", "province-vertical-12"


def admitted(name: str = NAME, kinds: tuple[str, ...] = ("accept", "result")) -> Source:
    source = Source.of(name)
    source.admit(facts(DESK, subject=name), kinds, ("D07",))
    return source


def why(user: str, data_source: str, kind: str = "accept", guarded: bool = True) -> str:
    known = {NAME: admitted(), OTHER: admitted(OTHER)}
    turned = turned_away(Sender(user, data_source, kind), known, guarded)
    return turned.code if turned else ""


def test_source_is_admitted_permitted_disabled_and_admitted_again() -> None:
    source = admitted()
    with pytest.raises(SourceStandsError):
        source.admit(facts(DESK), ("accept",), ())
    source.permit(facts(DESK), ("result", "accept"), ("D07",))
    source.permit(facts(DESK), ("material",), ())
    source.disable(facts(DESK), "misuse")
    with pytest.raises(SourceGoneError):
        source.permit(facts(DESK), ("accept",), ())
    with pytest.raises(SourceGoneError):
        source.disable(facts(DESK), "misuse")
    source.admit(facts(DESK), ("accept",), ())

    assert [type(fact).__name__ for fact in source.pending] == [
        "SourceAdmitted",
        "SourcePermitted",
        "SourceDisabled",
        "SourceAdmitted",
    ]
    assert (source.disabled, source.kinds, source.departments) == (False, {"accept"}, frozenset())


@pytest.mark.parametrize(
    "name",
    ["", "ab", "Big-Name", "a.b.c", "banjian-outside", "banjian_intake", "guest", "#", "a*b"],
)
def test_name_of_the_house_or_of_no_account_is_refused(name: str) -> None:
    with pytest.raises(SourceTermsError):
        Source.of(name)


def test_kind_department_and_reason_have_to_be_known() -> None:
    source = Source.of(NAME)
    for kinds, departments in (((), ()), (("catalog-claim",), ()), (("accept",), ("住建局",))):
        with pytest.raises(SourceTermsError):
            source.admit(facts(DESK), kinds, departments)
    source.admit(facts(DESK), ("accept",), ())
    with pytest.raises(SourceTermsError):
        source.disable(facts(DESK), "张三泄露")


def test_sender_is_turned_away_with_the_reason() -> None:
    assert why(NAME, NAME) == ""
    assert why(NAME, NAME, "material") == "kind_not_permitted"
    assert why(NAME, OTHER) == "not_its_own"
    assert why(NAME, "somebody-else") == "not_its_own"
    assert why("banjian-outside", NAME) == "not_its_own"
    assert why("", NAME) == "not_its_own"
    assert why("banjian-outside", "nobody") == "unknown_source"


def test_open_house_lets_unknown_sources_in_and_still_guards_the_known() -> None:
    assert why("banjian-outside", "nobody", guarded=False) == ""
    assert why("banjian-outside", NAME, guarded=False) == "not_its_own"


def test_disabled_source_sends_nothing() -> None:
    source = admitted()
    source.disable(facts(DESK), "contract_ended")

    turned = turned_away(Sender(NAME, NAME, "accept"), {NAME: source}, False)

    assert turned is not None and turned.code == "source_disabled"
