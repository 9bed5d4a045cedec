"""What is paid for what, so that all of it together is what the report says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

from deploy.feed.sample.items import EDUCATION, Item
from deploy.year.chance import Chance, begin
from deploy.year.plan import FEE_STEP_FEN, ONLINE_EVERY, Plan
from deploy.year.world import World

REFUNDED_UNITS = 12


@dataclass(frozen=True)
class Due:
    """One fee: of which item, how many units of its price, how it is paid, whether it goes back."""

    item: Item
    units: int
    channel: str
    refunded: bool = False


class Tariffs:
    """All fees of the year, by their number."""

    def __init__(self, plan: Plan, world: World) -> None:
        self._plan = plan
        online = world.charged(True)
        self._school = [item for item in online if item.department == EDUCATION]
        self._online = _in_turn([item for item in online if item.department != EDUCATION])
        self._offline = world.charged(False)

    def school(self, number: int) -> Due:
        """Give what one student's parents pay in the app."""
        count = self._plan.app_payments
        steps = self._plan.app_fen // FEE_STEP_FEN
        mean, more = divmod(steps, count)
        units = mean + (number < more)
        # Two neighbours differ by the same amount, one up and one down.
        if number // 2 * 2 + 1 < count:
            chance = Chance(begin(self._plan.seed, "school"), number // 2)
            apart = chance.below(max(1, mean * 6 // 10))
            units += -apart if number % 2 else apart
        return Due(self._school[number % len(self._school)], units, "app")

    def other(self, number: int) -> Due:
        """Give one of the other fees."""
        item, channel = self._place(number)
        if self._refunded(number):
            return Due(item, REFUNDED_UNITS, channel, refunded=True)
        return Due(item, self._units[number], channel)

    def _place(self, number: int) -> tuple[Item, str]:
        if number == self._last:
            cheap = next(one for one in self._offline if _price(one) == FEE_STEP_FEN)
            return cheap, "bank"
        if number % ONLINE_EVERY == 0:
            turn = number // ONLINE_EVERY
            return self._online[turn % len(self._online)], ("alipay", "wechat", "web")[turn % 3]
        return self._offline[number % len(self._offline)], ("window", "pos", "bank")[number % 3]

    def _refunded(self, number: int) -> bool:
        every = max(1, self._plan.other_payments // self._plan.refunds)
        return number != self._last and every > 1 and number % every == 5 % every

    @property
    def _last(self) -> int:
        """The one whose fee makes the sum right."""
        return self._plan.other_payments - 1

    @cached_property
    def _units(self) -> list[int]:
        plan = self._plan
        left = (plan.fees_fen - plan.app_fen) // FEE_STEP_FEN
        weights = [self._weight(number) for number in range(plan.other_payments)]
        whole = sum(weights) or 1.0
        found = []
        for number, weight in enumerate(weights):
            if number == self._last:
                break
            price = _price(self._place(number)[0]) // FEE_STEP_FEN
            units = 0 if not weight else max(1, int(left * 0.995 * weight / whole / price))
            found.append(units)
        spent = sum(
            units * (_price(self._place(number)[0]) // FEE_STEP_FEN)
            for number, units in enumerate(found)
        )
        return [*found, max(1, left - spent)]

    def _weight(self, number: int) -> float:
        """Most fees are small; a few, of land and of construction, are most of the money."""
        if self._refunded(number):
            return 0.0
        draw = Chance(begin(self._plan.seed, "fee"), number).unit()
        return (1 - draw) ** -1.3 if number % ONLINE_EVERY else 0.3


def _in_turn(items: Sequence[Item]) -> list[Item]:
    """Have the departments take turns."""
    places = sorted({item.department for item in items})
    by = [[item for item in items if item.department == place] for place in places]
    return [item for row in zip_longest(*by) for item in row if item is not None]


def _price(item: Item) -> int:
    return item.versions[0].form.fee_fen
