"""Full agency: given events, when a command, then events or an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from services.intake.domain import Agency
from services.intake.domain.agency_terms import (
    LONGEST,
    AgencyFeeError,
    AgencyNoTakenError,
    AgencyState,
    AgencyTermError,
    Ending,
    OthersAgencyError,
    SelfAgencyError,
    WrongAgencyStateError,
)
from services.kernel.facts import Actor
from tests.contract.issuing_stories import (
    AGENT,
    DAY,
    SUPERVISOR,
    VILLAGER,
    accepted,
    appointed,
    completed_agency,
    lapsed_agency,
    mandate,
    revoked_agency,
)
from tests.unit.facts import CLERK, HOUSE, NOW, facts

OTHER = replace(AGENT, id="agent-6")


def test_agency_is_free_of_charge() -> None:
    with pytest.raises(AgencyFeeError) as refused:
        Agency.of("A9").appoint(facts(VILLAGER), replace(mandate("A9"), fee_fen=1))
    assert refused.value.field == "fee_fen"
    assert appointed().pending[0].fee_fen == 0  # type: ignore[attr-defined]


def test_number_is_used_once() -> None:
    with pytest.raises(AgencyNoTakenError):
        appointed().appoint(facts(VILLAGER), mandate())


def test_nobody_is_their_own_agent() -> None:
    for said in (
        replace(mandate("A9"), agent="applicant-31"),
        replace(mandate("A9", None), agent="applicant-31"),
    ):
        with pytest.raises(SelfAgencyError):
            Agency.of("A9").appoint(facts(VILLAGER), said)


@pytest.mark.parametrize("until", [timedelta(), -DAY, LONGEST + timedelta(seconds=1)])
def test_mandate_ends_ahead_and_not_too_far(until: timedelta) -> None:
    with pytest.raises(AgencyTermError):
        Agency.of("A9").appoint(facts(VILLAGER), replace(mandate("A9"), valid_until=NOW + until))


def test_agent_who_was_named_takes_it_on_and_completes_it() -> None:
    with pytest.raises(OthersAgencyError):
        appointed().accept(facts(OTHER))
    with pytest.raises(OthersAgencyError):
        accepted().complete(facts(OTHER))

    assert completed_agency().state is AgencyState.COMPLETED


def test_what_has_run_out_is_not_taken_on() -> None:
    with pytest.raises(AgencyTermError):
        appointed().accept(facts(AGENT, NOW + 30 * DAY))


def test_completion_needs_acceptance() -> None:
    with pytest.raises(WrongAgencyStateError):
        appointed().complete(facts(AGENT))


@pytest.mark.parametrize(
    ("by", "actor", "account", "may"),
    [
        (Ending.APPLICANT, VILLAGER, "applicant-31", True),
        (Ending.APPLICANT, replace(VILLAGER, id="applicant-32"), "applicant-31", False),
        (Ending.APPLICANT, CLERK, "applicant-31", False),
        (Ending.APPLICANT, CLERK, None, True),
        (Ending.APPLICANT, VILLAGER, None, False),
        (Ending.AGENT, AGENT, "applicant-31", True),
        (Ending.AGENT, OTHER, "applicant-31", False),
        (Ending.CENTRE, SUPERVISOR, "applicant-31", True),
        (Ending.CENTRE, CLERK, "applicant-31", False),
    ],
)
def test_who_ends_it_early(by: Ending, actor: Actor, account: str | None, may: bool) -> None:
    agency = appointed(account=account)
    if not may:
        with pytest.raises(OthersAgencyError):
            agency.revoke(facts(actor), by)
        return
    agency.revoke(facts(actor), by)
    assert (agency.state, agency.ended_by) == (AgencyState.REVOKED, by)


@pytest.mark.parametrize("over", [completed_agency, revoked_agency, lapsed_agency])
def test_what_is_over_stays_over(over: Callable[[], Agency]) -> None:
    agency = over()
    before = agency.version
    agency.lapse(facts(HOUSE))
    assert (agency.version, agency.is_open) == (before, False)
    acts: list[Callable[[], None]] = [
        lambda: agency.accept(facts(AGENT)),
        lambda: agency.complete(facts(AGENT)),
        lambda: agency.revoke(facts(AGENT), Ending.AGENT),
    ]
    for act in acts:
        with pytest.raises(WrongAgencyStateError):
            act()


def test_appointment_that_nobody_took_on_lapses_too() -> None:
    agency = appointed()
    agency.lapse(facts(HOUSE, NOW + 30 * DAY))
    assert agency.state is AgencyState.LAPSED
