"""The issuing window: given events, when a command, then events or an error."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from services.chassis.vault import Seal, new_key
from services.intake.application.issuing import Untold
from services.intake.application.pickup import (
    CHARACTERS,
    new_code,
    pickup_digest,
    pickup_digests,
    plain_code,
    shown_code,
)
from services.intake.domain import Result
from services.intake.domain.clocks import breach_at
from services.intake.domain.issuing_terms import (
    TRIES,
    CollectableStillError,
    Identity,
    IdentityError,
    NoPickupCodeError,
    NotSupervisorsActError,
    ResultLockedError,
    ResultState,
    ReturnGround,
    SeparatedRolesError,
    WrongResultStateError,
    collect_by,
)
from services.intake.issuing_answers import HandOver, SearchResults
from services.kernel.times import SHANGHAI
from tests.contract.issuing_stories import (
    CODE_DIGEST,
    DAY,
    ISSUER,
    SUPERVISOR,
    VILLAGER,
    coded,
    hand,
    handed_over_result,
    shelved,
    uncollected_result,
)
from tests.unit.facts import CLERK, HOUSE, NOW, OFFICER, facts


def locked() -> Result:
    result = coded()
    for _ in range(TRIES):
        assert hand(result, matches=False) is False
    return result


def test_result_waits_sixty_days_to_the_last_second() -> None:
    assert shelved().collect_by == datetime(2020, 12, 19, 23, 59, 59, tzinfo=SHANGHAI)
    assert collect_by(NOW) == shelved().collect_by


def test_code_and_identity_hand_it_over() -> None:
    result = coded()

    assert hand(result) is True
    assert (result.state, result.identity) == (ResultState.HANDED_OVER, Identity.NUMBER)
    assert result.handed_over_by == "issuer-1"


@pytest.mark.parametrize("actor", [CLERK, OFFICER])
def test_three_are_separated(actor: object) -> None:
    same = replace(ISSUER, id=actor.id)  # type: ignore[attr-defined]
    result = coded()
    with pytest.raises(SeparatedRolesError):
        hand(result, actor=same)
    with pytest.raises(SeparatedRolesError):
        hand(result, actor=same, matches=False)
    assert result.wrong == 0


def test_without_a_code_nothing_is_handed_over() -> None:
    with pytest.raises(NoPickupCodeError):
        hand(shelved())


def test_who_is_not_shown_to_be_the_applicant_gets_nothing() -> None:
    result = coded()
    with pytest.raises(IdentityError):
        hand(result, identity=None)
    assert (result.state, result.wrong) == (ResultState.SHELVED, 0)


def test_five_wrong_codes_lock_it() -> None:
    result = coded()
    for turn in range(1, TRIES + 1):
        assert hand(result, matches=False) is False
        assert (result.wrong, result.left) == (turn, 0 if turn == TRIES else TRIES - turn)
        assert result.locked is (turn == TRIES)

    with pytest.raises(ResultLockedError):
        hand(result)
    with pytest.raises(ResultLockedError):
        result.issue_code(facts(VILLAGER), CODE_DIGEST)


def test_new_code_voids_the_old_and_counts_anew() -> None:
    result = coded()
    hand(result, matches=False)
    result.issue_code(facts(VILLAGER), "sha256:0:0")

    assert (result.code_digest, result.turn, result.wrong) == ("sha256:0:0", 2, 0)


def test_supervisor_unlocks_what_somebody_else_locked() -> None:
    for actor in (ISSUER, CLERK, replace(SUPERVISOR, id=ISSUER.id)):
        with pytest.raises(NotSupervisorsActError):
            locked().unlock(facts(actor))
    with pytest.raises(WrongResultStateError):
        coded().unlock(facts(SUPERVISOR))

    result = locked()
    result.unlock(facts(SUPERVISOR))
    assert (result.locked, result.left) == (False, TRIES)
    assert hand(result) is True


@pytest.mark.parametrize("over", [handed_over_result, uncollected_result])
def test_what_left_the_window_is_not_handed_over(over: Callable[[], Result]) -> None:
    result = over()
    for act in (
        lambda: hand(result),
        lambda: result.issue_code(facts(VILLAGER), CODE_DIGEST),
        lambda: result.give_back(facts(ISSUER), ReturnGround.RECALLED),
    ):
        with pytest.raises(WrongResultStateError):
            act()


def test_one_that_waits_is_not_shelved_again() -> None:
    with pytest.raises(WrongResultStateError):
        shelved().shelve(facts(HOUSE), "case-1", department="D07", granted=True)


def test_returned_one_may_come_back_without_its_code() -> None:
    result = uncollected_result()
    result.shelve(facts(HOUSE, NOW + 90 * DAY, "case-2"), "case-2", department="D07", granted=True)

    assert (result.state, result.code_digest, result.overdue) == (ResultState.SHELVED, "", False)


def test_it_goes_back_uncollected_only_when_its_days_are_over() -> None:
    result = shelved()
    assert result.collect_by is not None
    with pytest.raises(CollectableStillError):
        result.give_back(facts(ISSUER, result.collect_by), ReturnGround.NOT_COLLECTED)
    result.give_back(facts(ISSUER, breach_at(result.collect_by)), ReturnGround.NOT_COLLECTED)
    assert result.state is ResultState.RETURNED

    recalled = shelved()
    recalled.give_back(facts(ISSUER), ReturnGround.RECALLED)
    assert recalled.reason is ReturnGround.RECALLED


def test_nobody_came_is_said_once_and_only_of_what_waits() -> None:
    result, gone = shelved(), handed_over_result()
    assert result.collect_by is not None
    result.pass_due(facts(HOUSE), result.collect_by)
    assert result.overdue is False
    late, before = breach_at(result.collect_by), gone.version
    for _ in range(2):
        result.pass_due(facts(HOUSE, late), late)
    gone.pass_due(facts(HOUSE, late), late)

    assert (result.version, result.overdue, gone.version) == (2, True, before)


def test_code_is_kept_as_a_keyed_hash_that_survives_a_new_master_key(tmp_path: Path) -> None:
    old, new = new_key(), new_key()
    code = new_code()
    kept = pickup_digest(Seal(old), code)

    assert len(code) == CHARACTERS and code not in kept
    assert kept in pickup_digests(Seal(new, old), shown_code(code).lower())
    assert kept not in pickup_digests(Seal(new), code)
    assert pickup_digest(Seal(new), code) != kept
    assert plain_code(shown_code(code)) == code
    assert base64.b64encode(old).decode() not in kept


def test_code_on_its_way_is_no_part_of_the_request() -> None:
    assert msgspec.json.encode(Untold("ABCD2345")) == b"{}"
    assert "ABCD2345" not in repr(Untold("ABCD2345"))


def test_what_is_shown_at_the_window_is_not_printed() -> None:
    for said in (
        HandOver(code="ABCD2345", id_number="34129919010101003"),
        SearchResults(code="ABCD2345"),
    ):
        assert "ABCD2345" not in repr(said) + str(said)
        assert "3412991901" not in repr(said)
