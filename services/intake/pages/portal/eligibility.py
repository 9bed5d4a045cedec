"""May this be applied for here, by whom, under which conditions; and if not, plainly why not."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from services.intake.domain.items import ItemVersion, ListedItem, off_list
from services.intake.pages.portal.words import AUDIENCES
from services.kernel.limits import Unit

ONLINE: Final = frozenset({2, 3})
"""Handling forms (GB/T 39046 A.5): online, and by telephone."""
UNITS: Final = {Unit.WORKING_DAY: "个工作日", Unit.CALENDAR_DAY: "个自然日", Unit.HOUR: "小时"}
_NUMBERED: Final = re.compile(
    r"(?<=[；;。])\s*(?=(?:\d{1,2}[.、．]|[（(][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}、))"
)


class Offer(msgspec.Struct, frozen=True):
    """What the list says to who thinks of applying."""

    audience: list[int] = []
    handling_forms: list[int] = []
    level: int | None = None
    conditions: str = ""
    charged: bool | None = None
    visits: int | None = None
    enquiry_line: str = ""
    place: str = ""


@dataclass(frozen=True)
class Condition:
    """One condition of acceptance, to be confirmed."""

    number: int
    text: str
    confirmed: bool


@dataclass(frozen=True)
class Eligibility:
    """The questions of one item, and the answer as far as it was given."""

    barred: str
    """Why nobody may apply here now; no question is asked then."""
    at_window: bool
    """It is not handled online."""
    choices: Sequence[tuple[int, str]]
    who: int
    conditions: Sequence[Condition]
    asked: bool
    reasons: Sequence[str]
    """Why the person who answered may not apply."""

    @property
    def open(self) -> bool:
        """Whether the questions are worth asking."""
        return not self.barred and not self.at_window

    @property
    def eligible(self) -> bool:
        """Whether the answers let them go on."""
        return self.open and self.asked and not self.reasons


def conditions_of(text: str) -> list[str]:
    """Give the conditions one by one: a line each, and where a line numbers several, each of it."""
    lines = [part.strip() for line in text.splitlines() for part in _NUMBERED.split(line)]
    return [line for line in lines if line]


def check(
    item: ListedItem | None,
    offer: Offer,
    at: datetime,
    *,
    asked: bool = False,
    who: int = 0,
    met: Collection[int] = (),
) -> Eligibility:
    """Ask what there is to ask, and judge the answers.

    Args:
        who: code of `AUDIENCES`, 0: not answered.
        met: numbers of the conditions that were confirmed, from 1.
    """
    ground = off_list(item, at)
    choices = [(code, AUDIENCES[code]) for code in AUDIENCES if _serves(offer, code)]
    conditions = [
        Condition(number, text, number in met)
        for number, text in enumerate(conditions_of(offer.conditions), 1)
    ]
    return Eligibility(
        barred=ground.reason.replace(",", "，") if ground else "",
        at_window=bool(offer.handling_forms) and ONLINE.isdisjoint(offer.handling_forms),
        choices=choices,
        who=who,
        conditions=conditions,
        asked=asked,
        reasons=list(_reasons(offer, choices, who, conditions)) if asked else [],
    )


def promise_of(item: ItemVersion) -> str:
    """Say the promised limit in words."""
    words = UNITS.get(item.promised.unit)
    return f"{item.promised.value} {words}" if words and item.promised.value else "当场办结"


def _serves(offer: Offer, code: int) -> bool:
    return not offer.audience or code in offer.audience


def _reasons(
    offer: Offer,
    choices: Sequence[tuple[int, str]],
    who: int,
    conditions: Sequence[Condition],
) -> Sequence[str]:
    found = []
    if who not in AUDIENCES:
        found.append("请先选择以谁的名义办理。")
    elif not _serves(offer, who):
        served = "、".join(text for _, text in choices)
        found.append(f"这个事项只面向{served}办理，{AUDIENCES[who]}不能申请。")
    found += [f"您没有确认：{one.text}" for one in conditions if not one.confirmed]
    return found
