"""Village certificates: given events, when a command, then events or an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.chassis.errors import NotAllowedError
from services.chassis.identity import Caller
from services.intake.application.pickup import ALPHABET, new_code
from services.intake.application.villages import digest_of, is_code, villager_of
from services.intake.domain import VillageCertificate
from services.intake.domain.clocks import breach_at
from services.intake.domain.village_events import VillageCertificateOverdue
from services.intake.domain.village_terms import (
    VALID_FOR,
    CertificateKind,
    CertificateNoTakenError,
    CertificateRefusal,
    CertificateState,
    OthersCertificateError,
    OtherVillageError,
    OwnCertificateError,
    Stage,
    UnknownVillageError,
    WrongCertificateStateError,
    township_of,
)
from services.intake.service.villages import scope_of
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Actor
from services.kernel.times import SHANGHAI
from tests.contract.issuing_stories import (
    COUNTY,
    DAY,
    TOWNSHIP,
    TOWNSHIP_CLERK,
    VILLAGE,
    VILLAGE_CLERK,
    VILLAGER,
    by,
    issued_certificate,
    refused_certificate,
    requested,
    verified,
    wish,
    withdrawn_certificate,
)
from tests.unit.facts import HOUSE, NOW

OTHER_VILLAGE, OTHER_TOWNSHIP = "3412XX001002", "3412XX002"
Do = Callable[[VillageCertificate], None]


def verify(asked: VillageCertificate, who: Actor = VILLAGE_CLERK, place: str = VILLAGE) -> None:
    asked.verify(by(who, NOW + timedelta(hours=1)), place, False, SEED)


def seal(asked: VillageCertificate, who: Actor = TOWNSHIP_CLERK, place: str = TOWNSHIP) -> None:
    asked.seal(by(who, NOW + DAY), place, "C1", "ab" * 32)


def refuse(asked: VillageCertificate, who: Actor = VILLAGE_CLERK, place: str = VILLAGE) -> None:
    asked.refuse(by(who, NOW + timedelta(hours=1)), place, CertificateRefusal.NOT_TRUE, False)


def test_each_stage_has_one_working_day() -> None:
    asked = requested()
    assert asked.due_at == datetime(2020, 10, 21, 23, 59, 59, tzinfo=SHANGHAI)

    friday = datetime(2020, 10, 23, 16, 0, tzinfo=SHANGHAI)
    asked.verify(by(VILLAGE_CLERK, friday), VILLAGE, False, SEED)

    assert asked.due_at == datetime(2020, 10, 26, 23, 59, 59, tzinfo=SHANGHAI)
    assert asked.pending[-1].on_time is False  # type: ignore[attr-defined]


def test_way_from_request_to_certificate() -> None:
    asked = requested()
    assert (asked.stage, asked.township) == (Stage.VILLAGE, TOWNSHIP)
    verify(asked)
    assert asked.stage is Stage.TOWNSHIP
    seal(asked)

    assert not asked.is_open and asked.due_at is None
    assert asked.state.value == "issued"
    assert asked.certificate_no == "C1"
    assert asked.valid_until == NOW + DAY + VALID_FOR[CertificateKind.RESIDENCE]


@pytest.mark.parametrize("kind", CertificateKind)
def test_every_kind_says_how_long_it_is_valid(kind: CertificateKind) -> None:
    assert VALID_FOR[kind] > timedelta()


@pytest.mark.parametrize("village", ["3412XX001", "3499XX001001", "", "3412XX0010011"])
def test_village_is_one_of_the_county(village: str) -> None:
    with pytest.raises(UnknownVillageError):
        VillageCertificate.of("V9").request(
            by(VILLAGER), replace(wish("V9"), village=village), COUNTY, "", SEED
        )


def test_village_asks_for_its_own_villagers_alone() -> None:
    said = wish("V9", None)
    with pytest.raises(OtherVillageError):
        VillageCertificate.of("V9").request(by(VILLAGE_CLERK), said, COUNTY, OTHER_VILLAGE, SEED)
    VillageCertificate.of("V9").request(by(VILLAGE_CLERK), said, COUNTY, VILLAGE, SEED)


def test_number_is_used_once() -> None:
    with pytest.raises(CertificateNoTakenError):
        requested().request(by(VILLAGER), wish(), COUNTY, "", SEED)


@pytest.mark.parametrize("act", [verify, refuse])
@pytest.mark.parametrize("place", [OTHER_VILLAGE, TOWNSHIP, COUNTY, ""])
def test_its_village_acts_first(act: Callable[..., None], place: str) -> None:
    with pytest.raises(OtherVillageError):
        act(requested(), place=place)


@pytest.mark.parametrize("act", [seal, refuse])
@pytest.mark.parametrize("place", [OTHER_TOWNSHIP, VILLAGE, COUNTY, ""])
def test_township_of_the_village_acts_next(act: Callable[..., None], place: str) -> None:
    with pytest.raises(OtherVillageError):
        act(verified(), place=place)


def test_nobody_acts_on_their_own_request() -> None:
    same = replace(VILLAGE_CLERK, id="applicant-31")
    for act in (verify, refuse):
        with pytest.raises(OwnCertificateError):
            act(requested(), who=same)
    with pytest.raises(OwnCertificateError):
        seal(verified(), who=replace(TOWNSHIP_CLERK, id="applicant-31"))


def test_who_verified_does_not_seal() -> None:
    with pytest.raises(OwnCertificateError):
        seal(verified(), who=replace(TOWNSHIP_CLERK, id=VILLAGE_CLERK.id))


def test_whoever_asked_withdraws() -> None:
    with pytest.raises(OthersCertificateError):
        requested().withdraw(by(VILLAGE_CLERK), VILLAGE)
    with pytest.raises(OthersCertificateError):
        requested("V9", None).withdraw(by(VILLAGE_CLERK), OTHER_VILLAGE)

    asked = requested("V9", None)
    asked.withdraw(by(VILLAGE_CLERK), VILLAGE)
    assert asked.state is CertificateState.WITHDRAWN


@pytest.mark.parametrize("over", [issued_certificate, refused_certificate, withdrawn_certificate])
@pytest.mark.parametrize("act", [verify, seal, refuse])
def test_what_is_over_stays_over(
    over: Callable[[], VillageCertificate], act: Callable[..., None]
) -> None:
    with pytest.raises(WrongCertificateStateError):
        act(over())


def test_seal_needs_the_village_first() -> None:
    with pytest.raises(WrongCertificateStateError):
        seal(requested())


def test_township_may_refuse_what_the_village_verified() -> None:
    asked = verified()
    refuse(asked, who=TOWNSHIP_CLERK, place=TOWNSHIP)

    assert (asked.state, asked.reason) == (CertificateState.REFUSED, CertificateRefusal.NOT_TRUE)
    assert asked.pending[-1].stage is Stage.TOWNSHIP  # type: ignore[attr-defined]


def test_overdue_is_said_once_a_stage_and_only_after_the_last_second() -> None:
    asked = requested()
    assert asked.due_at is not None
    asked.pass_due(by(HOUSE), asked.due_at)
    assert len(asked.pending) == 1

    late = breach_at(asked.due_at)
    for _ in range(2):
        asked.pass_due(by(HOUSE, late), late)
    said = [fact.TOPIC for fact in asked.pending]
    assert said[1:] == [VillageCertificateOverdue.TOPIC]

    verify(asked)
    asked.pass_due(by(HOUSE), breach_at(asked.due_at))
    assert asked.overdue == [Stage.VILLAGE, Stage.TOWNSHIP]


def test_overdue_is_not_said_of_what_is_over() -> None:
    asked = withdrawn_certificate()
    before = asked.version
    asked.pass_due(by(HOUSE), NOW + 9 * DAY)
    assert asked.version == before


def test_code_is_long_random_and_kept_as_a_digest_alone() -> None:
    code = new_code(16)
    assert len(code) == 16 and set(code) <= set(ALPHABET) and new_code(16) != code
    assert is_code(f"{code[:4]}-{code[4:]}".lower(), digest_of(code))
    assert not is_code(new_code(16), digest_of(code))


def test_reference_to_the_villager_says_nothing() -> None:
    assert villager_of("V1") != villager_of("V2")
    assert villager_of("V1").startswith("s-") and "V1" not in villager_of("V1")


def test_township_is_the_beginning_of_the_village() -> None:
    assert township_of(VILLAGE) == TOWNSHIP


@pytest.mark.parametrize(
    ("roles", "region", "scope"),
    [
        ({"supervisor"}, "", {}),
        ({"township_clerk"}, TOWNSHIP, {"township": TOWNSHIP}),
        ({"village_clerk"}, VILLAGE, {"village": VILLAGE}),
        ({"village_clerk"}, TOWNSHIP, {"village": TOWNSHIP}),
        ({"applicant"}, "", {"account": "a"}),
        ({"applicant", "village_clerk"}, VILLAGE, {"village": VILLAGE}),
    ],
)
def test_everybody_sees_what_is_theirs(roles: set[str], region: str, scope: dict[str, str]) -> None:
    assert scope_of(Caller("a", frozenset(roles), region=region)) == scope


def test_clerk_without_a_place_sees_nothing() -> None:
    with pytest.raises(NotAllowedError):
        scope_of(Caller("a", frozenset({"village_clerk"})))
