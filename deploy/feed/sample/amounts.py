"""Limits, steps, papers and visits of every item, drawn so that their sums are the report's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

from deploy.feed.sample.blocks import ENDED, Fate

STATUTORY_SUM, PROMISED_SUM = 6_805, 3_627
"""Working days of what takes applications in the hall (S14): 3,178 fewer."""
RESIDENT_MATERIALS = 1_814
"""S16: 3.2 for each of 567."""
STEPS_BEFORE, STEPS_REMOVED = 1_664, 416
MATERIALS_BEFORE, MATERIALS_REMOVED = 1_650, 373
TWICE = 24
"""Resident items that take two visits: 567 - 543."""
CLAIMED, FULLY_ONLINE, SHALLOW = 1_419, 653, 29
"""Items the county claims, fully online ones and ones below depth 3 among them."""
STATUTORY = (5, 7, 10, 15, 20, 30)
PROMISED = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20)
MOVES = 1_000_000


@dataclass(frozen=True)
class Form:
    """What a version says in numbers. `unit` is G (working days), Z (calendar days), H (hours)."""

    immediate: bool
    statutory: int
    promised: int
    steps: int
    materials: int
    unit: str = "G"
    fee_fen: int = 0
    edition: int = 1
    """Changes what a version says without changing any number."""


@dataclass
class Amounts:
    """An item's numbers: at first, at last, and those that stay."""

    fate: Fate
    item_type: str
    resident: bool
    first: Form
    last: Form
    visits: int = 1
    depth: int = 3
    fully_online: bool = False
    pays_online: bool = False

    @property
    def stands(self) -> bool:
        """Tell whether it is in force at the end of the year."""
        return self.fate not in ENDED

    @property
    def claimed(self) -> bool:
        """Tell whether the county claims it: what is new or goes up is claimed elsewhere."""
        return self.stands and self.fate not in (Fate.RECEIVED, Fate.UPWARD)

    def now(self, **said: int | bool | str) -> None:
        """Change what its last version says."""
        self.last = replace(self.last, **said)  # type: ignore[arg-type]  # checked by the fields

    def before(self, **said: int | bool | str) -> None:
        """Change what its first version says."""
        self.first = replace(self.first, **said)  # type: ignore[arg-type]  # as above


def settle(
    values: Sequence[int], total: int, allowed: Callable[[int], Iterable[int]], chance: Random
) -> list[int]:
    """Change values, each to one that is `allowed` at its place, until they add up to `total`.

    Raises:
        ValueError: they cannot, as far as a million tries tell.
    """
    settled = list(values)
    left = total - sum(settled)
    for _ in range(MOVES):
        if not left:
            return settled
        place = chance.randrange(len(settled))
        # A step beyond the mark is taken near it: gaps of 2 and 3 have to make 1.
        better = [
            value
            for value in allowed(place)
            if value != settled[place] and abs(left - value + settled[place]) < max(abs(left), 4)
        ]
        if better:
            value = chance.choice(better)
            left -= value - settled[place]
            settled[place] = value
    raise ValueError(f"{len(settled)} values cannot add up to {total}")


def settle_all(everything: Sequence[Amounts], chance: Random) -> None:
    """Give every item its numbers."""
    _limits(everything, chance)
    _steps_and_materials(everything, chance)
    for one in everything:
        _as_it_was(one, chance)
    _reductions(everything, chance)
    _visits_and_depth(everything, chance)
    _fees(everything, chance)


def _limits(everything: Sequence[Amounts], chance: Random) -> None:
    for one in everything:
        if one.last.immediate:
            one.now(statutory=chance.choice((1, 3, 5, 5)), promised=0)
            continue
        statutory = chance.choice(STATUTORY)
        promised = chance.choice([days for days in PROMISED if days <= statutory])
        one.now(statutory=statutory, promised=promised)
    hall = [one for one in everything if one.stands and one.resident and one.item_type != "20"]
    statutory_days = settle(
        [one.last.statutory for one in hall], STATUTORY_SUM, lambda _: STATUTORY, chance
    )
    promised_days = settle(
        [min(one.last.promised, days) for one, days in zip(hall, statutory_days, strict=True)],
        PROMISED_SUM,
        lambda place: [days for days in PROMISED if days <= statutory_days[place]],
        chance,
    )
    for one, statutory, promised in zip(hall, statutory_days, promised_days, strict=True):
        one.now(statutory=statutory, promised=promised)
    for one in everything:
        if one.stands and one.resident and one.item_type == "20" and not one.last.immediate:
            one.now(statutory=3, promised=1)
    plain = [
        one
        for one in everything
        if one.fate is Fate.STAYS and not one.resident and not one.last.immediate
    ]
    for one in chance.sample(plain, 12):
        one.now(statutory=30, promised=chance.choice((7, 10, 15)), unit="Z")
    for one in chance.sample([one for one in plain if one.last.unit == "G"], 6):
        one.now(statutory=14, promised=chance.choice((2, 4, 7)), unit="H")


def _steps_and_materials(everything: Sequence[Amounts], chance: Random) -> None:
    for one in everything:
        one.now(steps=chance.choice(_steps(one)), materials=chance.choice((1, 2, 3, 3, 4, 5)))
    hall = [one for one in everything if one.stands and one.resident]
    _put(hall, "materials", RESIDENT_MATERIALS, lambda _: range(1, 9), chance)
    changed = _changed(everything)
    converted = [one for one in changed if one.fate is Fate.IMMEDIATE]
    others = sum(one.last.steps for one in changed if one.fate is not Fate.IMMEDIATE)
    left = STEPS_BEFORE - STEPS_REMOVED - others
    _put(converted, "steps", left, lambda _: (2, 3, 4), chance)
    elsewhere = [one for one in changed if not one.resident]
    others = sum(one.last.materials for one in changed if one.resident)
    left = MATERIALS_BEFORE - MATERIALS_REMOVED - others
    _put(elsewhere, "materials", left, lambda _: range(1, 7), chance)


def _as_it_was(one: Amounts, chance: Random) -> None:
    """Go back from the last version to the first one."""
    one.first = one.last
    if one.fate is Fate.IMMEDIATE:
        statutory = chance.choice((5, 7, 10))
        one.now(statutory=statutory)
        one.before(immediate=False, statutory=statutory, promised=chance.choice((1, 2, 3, 5)))
    elif one.fate is Fate.REENGINEERED:
        longer = [d for d in PROMISED if one.last.promised < d <= one.last.statutory]
        one.before(promised=longer[0] if longer else one.last.promised)
    elif one.fate is Fate.REVISED:
        one.now(edition=2)


def _reductions(everything: Sequence[Amounts], chance: Random) -> None:
    changed = _changed(everything)
    least = [int(one.fate is Fate.REENGINEERED) for one in changed]
    steps = settle([1] * len(changed), STEPS_REMOVED, lambda place: range(least[place], 4), chance)
    materials = settle([1] * len(changed), MATERIALS_REMOVED, lambda _: range(4), chance)
    for one, fewer_steps, fewer_materials in zip(changed, steps, materials, strict=True):
        one.before(
            steps=one.last.steps + fewer_steps, materials=one.last.materials + fewer_materials
        )


def _visits_and_depth(everything: Sequence[Amounts], chance: Random) -> None:
    claimed = [one for one in everything if one.claimed]
    online = chance.sample(claimed, FULLY_ONLINE)
    for one in online:
        one.depth, one.fully_online, one.visits = 4, True, 0
    for one in chance.sample([one for one in claimed if not one.fully_online], SHALLOW):
        one.depth = chance.choice((1, 2))
    hall = [one for one in everything if one.stands and one.resident and not one.fully_online]
    for one in chance.sample(hall, TWICE):
        one.visits = 2
    rest = [one for one in everything if not (one.resident or one.fully_online)]
    for one in chance.sample(rest, len(rest) // 5):
        one.visits = 2


def _fees(everything: Sequence[Amounts], chance: Random) -> None:
    adjusted = [one for one in everything if one.fate is Fate.FEE]
    charged = [
        one
        for one in everything
        if one.fate is Fate.STAYS and not one.last.immediate and one.item_type in ("01", "07")
    ]
    for one in [*adjusted, *chance.sample(charged, 46)]:
        fen = chance.choice((500, 1_000, 2_000, 4_000, 8_000, 15_000))
        one.now(fee_fen=fen)
        one.before(fee_fen=fen * 2 if one.fate is Fate.FEE else fen)
    online = [one for one in everything if one.last.fee_fen]
    for one in chance.sample(online, 31):
        one.pays_online = True


def _changed(everything: Sequence[Amounts]) -> list[Amounts]:
    return [one for one in everything if one.fate in (Fate.IMMEDIATE, Fate.REENGINEERED)]


def _steps(one: Amounts) -> tuple[int, ...]:
    if one.item_type == "01":  # acceptance, review, decision, end and delivery at least
        return (5, 5, 6, 7)
    return (2, 3) if one.last.immediate else (3, 4, 4, 5)


def _put(
    chosen: Sequence[Amounts],
    name: str,
    total: int,
    allowed: Callable[[int], Iterable[int]],
    chance: Random,
) -> None:
    settled = settle([getattr(one.last, name) for one in chosen], total, allowed, chance)
    for one, value in zip(chosen, settled, strict=True):
        one.now(**{name: value})
