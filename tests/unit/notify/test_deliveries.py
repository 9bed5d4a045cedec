"""A delivery: what is service, what is not, and who signed (DOMAIN.md 3.5, 3.7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notify.domain import (
    Delivery,
    DeliveryKind,
    DeliveryOrder,
    DeliveryState,
    DeliveryStateError,
    DeliveryTimeError,
    NothingToDeliverError,
    OtherParcelError,
    SignedBy,
)
from tests.unit.facts import NOW, facts

HOUR = timedelta(hours=1)
PROOF = "ab" * 32
WAYBILL = "EX123456789CN"


def ordered(kind: DeliveryKind = DeliveryKind.EMS, where: str = "v-1") -> Delivery:
    return Delivery.order(facts(), DeliveryOrder("case-1-T1", "case-1", kind, ("C1",), where))


def handed() -> Delivery:
    parcel = ordered()
    parcel.hand_over(facts(at=NOW + HOUR), WAYBILL, NOW + HOUR)
    return parcel


def test_l01_parcel_that_comes_back_sets_no_day_of_service() -> None:
    parcel = handed()
    parcel.fail(facts(at=NOW + 2 * HOUR), "nobody_there", NOW + 2 * HOUR)
    parcel.come_back(facts(at=NOW + 3 * HOUR), "unclaimed", NOW + 3 * HOUR)

    assert (parcel.state, parcel.served_at) == (DeliveryState.RETURNED, None)
    with pytest.raises(DeliveryStateError):
        parcel.complete(facts(at=NOW + 4 * HOUR), SignedBy.HOLDER, NOW + 4 * HOUR, PROOF)


@pytest.mark.parametrize("signer", list(SignedBy))
def test_l02_signature_of_somebody_else_is_recorded_and_flagged(signer: SignedBy) -> None:
    parcel = handed()
    parcel.complete(facts(at=NOW + 5 * HOUR), signer, NOW + 2 * HOUR, PROOF)

    assert parcel.served_at == NOW + 2 * HOUR  # when it was signed, not when that was told
    assert parcel.by_other is (signer not in (SignedBy.HOLDER, SignedBy.AGENT))


def test_attempt_that_failed_may_be_followed_by_service() -> None:
    parcel = handed()
    for number in (2, 3):
        parcel.fail(facts(at=NOW + number * HOUR), "nobody_there", NOW + number * HOUR)
    parcel.complete(facts(at=NOW + 4 * HOUR), SignedBy.HOLDER, NOW + 4 * HOUR, PROOF)

    assert (parcel.attempts, parcel.state) == (2, DeliveryState.DELIVERED)


def test_news_of_a_parcel_that_repeat_or_come_late_have_no_effect() -> None:
    parcel = handed()
    parcel.hand_over(facts(at=NOW + 2 * HOUR), WAYBILL, NOW + 2 * HOUR)
    parcel.track(facts(at=NOW + 4 * HOUR), WAYBILL, "out_for_delivery", NOW + 3 * HOUR)
    version = parcel.version
    parcel.track(facts(at=NOW + 4 * HOUR), WAYBILL, "out_for_delivery", NOW + 3 * HOUR)
    parcel.track(facts(at=NOW + 4 * HOUR), WAYBILL, "in_transit", NOW + 2 * HOUR)

    assert parcel.version == version
    with pytest.raises(OtherParcelError):
        parcel.track(facts(at=NOW + 4 * HOUR), "EX000000000CN", "in_transit", NOW + 4 * HOUR)


def test_what_is_carried_names_a_place_and_is_handed_over_first() -> None:
    with pytest.raises(NothingToDeliverError):
        ordered(where="")
    with pytest.raises(DeliveryStateError):
        ordered().complete(facts(at=NOW + HOUR), SignedBy.HOLDER, NOW + HOUR, PROOF)
    with pytest.raises(DeliveryStateError):
        ordered(DeliveryKind.ELECTRONIC).hand_over(facts(at=NOW + HOUR), WAYBILL, NOW + HOUR)

    pickup = ordered(DeliveryKind.WINDOW_PICKUP, "")
    pickup.complete(facts(at=NOW + HOUR), SignedBy.AGENT, NOW + HOUR, PROOF)
    assert (pickup.served_at, pickup.by_other) == (NOW + HOUR, False)


def test_nothing_is_signed_for_in_the_future_or_before_it_was_handed_over() -> None:
    parcel = handed()
    for moment in (NOW, NOW + 9 * HOUR):
        with pytest.raises(DeliveryTimeError):
            parcel.complete(facts(at=NOW + 5 * HOUR), SignedBy.HOLDER, moment, PROOF)
