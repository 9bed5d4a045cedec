"""What everybody in the county knows: items of the day, windows, villages, and who does what."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final

from deploy.feed.bureaus import REGION
from deploy.feed.matters import Directory, Matter, directory
from deploy.feed.sample.house import REPLACED, Window, chief, regions, windows
from deploy.feed.sample.items import RESIDENT, Item, Version, department_code
from deploy.feed.sample.listings import implementation
from deploy.feed.sample.rows import County, county
from deploy.year.chance import Chance
from services.intake.domain import ItemVersion
from services.intake.domain.fee_rules import Charge, Tariff
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.limits import Limit, Unit

UNITS: Final = {"G": Unit.WORKING_DAY, "Z": Unit.CALENDAR_DAY, "H": Unit.HOUR}
SYSTEM: Final = {
    name: Actor(ActorKind.SYSTEM, name) for name in ("intake", "approval", "notify", "disclosure")
}
TIMER: Final = {name: Actor(ActorKind.TIMER, name) for name in ("approval", "disclosure")}
SUPERVISOR: Final = Actor(ActorKind.PERSON, "supervisor-1", role="supervisor")
ISSUER: Final = Actor(ActorKind.PERSON, "issuer-1", window="W72", role="issuing_clerk")
FEE_OFFICER: Final = Actor(ActorKind.PERSON, "fee-officer-1", role="fee_officer")
PLATFORM: Final = Actor(ActorKind.EXTERNAL, "province-payment", role="payment_platform")
OPERATOR: Final = Actor(ActorKind.PERSON, "operator-1", unit="H12345", role="hotline_operator")
SOURCES: Final = (
    "province-vertical",
    "department-market",
    "department-security",
    "department-housing",
    "department-land",
)
"""Systems that report the cases of their departments."""
HALL_SOURCE: Final = "provincial-hall"


@dataclass(frozen=True)
class Place:
    """A village and its township."""

    village: str
    township: str
    clerk: Actor
    sealer: Actor


@dataclass(frozen=True)
class Asked:
    """What one comes for, at which window, by whom it is taken and by whom decided."""

    item: ItemVersion
    department: str
    window: Window
    clerk: Actor
    decider: Actor
    delegation: str
    immediate: bool
    promised_days: int


class World:
    """The county as its people know it."""

    def __init__(self, seed: int, year: int) -> None:
        self.seed, self.year = seed, year
        self.sample: County = county(1, year)
        self.directory: Directory = directory(sample=self.sample)
        self.items: dict[str, Item] = {item.code: item for item in self.sample.items}
        self.windows: dict[int | None, list[Window]] = {}
        for window in windows():
            self.windows.setdefault(window.department, []).append(window)
        self.place_of = {department_code(place): place for place in range(RESIDENT)}
        villages = [one for one in regions() if one.level == 6]
        self.places = [
            Place(
                one.code,
                one.parent,
                _person(f"village-{one.code[-6:]}", one.code, "village_clerk"),
                _person(f"township-{one.parent[-3:]}", one.parent, "township_clerk"),
            )
            for one in villages
        ]
        self.townships = sorted({one.township for one in self.places})
        self._matters: dict[int, tuple[list[Matter], list[float]]] = {}
        self._changes = sorted(set(_changes(self.directory.items)))
        self._versions: dict[tuple[str, int], ItemVersion] = {}
        self._tariffs: dict[tuple[str, int], Tariff] = {}
        self._charged: dict[bool, list[Item]] = {}

    # Items.

    def matter(self, day: date, chance: Chance, immediate: bool | None = None) -> Matter:
        """Draw what somebody comes for on a day."""
        matters, weights = self._on(day)
        for _ in range(60):
            found = matters[bisect(weights, chance.unit() * weights[-1])]
            if immediate is None or found.immediate is immediate:
                return found
        return next(one for one in matters if one.immediate is immediate)

    def _on(self, day: date) -> tuple[list[Matter], list[float]]:
        # Items change on a few days of the year only.
        place = bisect(self._changes, day)
        known = self._matters.get(place)
        if known is None:
            matters = self.directory.on(day)
            weights = list(accumulate(matter.weight for matter in matters))
            known = self._matters[place] = (matters, weights)
        return known

    def version(self, code: str, number: int) -> ItemVersion:
        """Give a version of an item as intake knows it."""
        known = self._versions.get((code, number))
        if known is None:
            item = self.items[code]
            version = next(one for one in item.versions if one.number == number)
            known = self._versions[code, number] = _version(item, version)
        return known

    def version_on(self, code: str, at: datetime) -> ItemVersion:
        """Give the version new cases come under."""
        item = self.items[code]
        version = item.version_at(at) or item.versions[-1]
        return self.version(code, version.number)

    def tariff(self, code: str, number: int) -> Tariff:
        """Give what a version's list says of charges."""
        known = self._tariffs.get((code, number))
        if known is None:
            item = self.items[code]
            version = next(one for one in item.versions if one.number == number)
            row = implementation(item, version)
            fees: list[dict[str, Any]] = row.get("fees", [])  # type: ignore[assignment]  # a row
            known = self._tariffs[code, number] = Tariff(
                bool(row["is_fee"]),
                str(row.get("fee_basis", "")),
                [
                    Charge(one["fee_name"], one["fee_stand"], one["amount_fen"], one["by_law"])
                    for one in fees
                ],
            )
        return known

    def charged(self, online: bool) -> list[Item]:
        """List the lasting items of the hall with one price all year, paid online or not."""
        if online not in self._charged:
            self._charged[online] = [
                item
                for item in self.sample.items
                if item.resident
                and item.amounts.pays_online is online
                and len(item.versions) == 1
                and item.ends is None
                and item.frozen is None
                and item.versions[0].form.fee_fen
            ]
        return self._charged[online]

    def asked(self, matter: Matter | Item, at: datetime, chance: Chance) -> Asked:
        """Say where somebody goes with a matter, and who takes it and decides it."""
        if isinstance(matter, Item):
            version, department = self.version_on(matter.code, at), matter.department_code
        else:
            version, department = self.version(matter.code, matter.version), matter.department
        place = self.place_of[department]
        common = chance.happens(0.1)
        window = chance.one_of(self.windows[None] if common else self.windows[place])
        account = chance.one_of(window.clerks)
        decider, delegation = self.decider(place, at.date())
        if account == decider.id:
            account = window.clerks[0] if window.clerks[0] != decider.id else f"{account}-2"
        unit = REGION if common else department
        return Asked(
            item=version,
            department=department,
            window=window,
            clerk=_person(account, unit, "clerk", window.code),
            decider=decider,
            delegation=delegation,
            immediate=version.case_type == "IMMEDIATE",
            promised_days=version.promised.value,
        )

    def keeper(self, place: int) -> Actor:
        """Give who keeps the seal of a department."""
        window = self.windows[place][0]
        return _person(window.clerks[0], department_code(place), "officer", window.code)

    def decider(self, place: int, day: date) -> tuple[Actor, str]:
        """Give who decides for a department on a day, and by which delegation."""
        department = department_code(place)
        account, number = chief(place), 1
        if place >= RESIDENT - REPLACED:
            if day < date(self.year, 7, 1):
                account = self.windows[place][0].clerks[0]
            else:
                number = 2
        return _person(account, department, "officer"), f"{department}-{number}"


@lru_cache(maxsize=2)
def world(seed: int, year: int) -> World:
    """Give a world; it only remembers what it was asked."""
    return World(seed, year)


def _changes(items: Iterable[Item]) -> Iterator[date]:
    """Give the first days on which something is other than the day before."""
    for item in items:
        moments = [version.effective_from for version in item.versions]
        moments += [item.ends] if item.ends else []
        moments += item.frozen or ()
        for moment in moments:
            yield moment.date() if moment.time() == time() else moment.date() + timedelta(days=1)


def _version(item: Item, version: Version) -> ItemVersion:
    form = version.form
    unit = UNITS[form.unit]
    promised = Limit(0, Unit.IMMEDIATE) if form.immediate else Limit(form.promised, unit)
    return ItemVersion(
        item_code=item.code,
        item_version=version.number,
        name=item.name,
        case_type="IMMEDIATE" if form.immediate else "PROMISED",
        department=item.department_code,
        department_name=item.department_name,
        promised=promised,
        effective_from=version.effective_from,
        statutory=Limit(form.statutory, unit),
    )


@lru_cache(maxsize=4096)
def _person(account: str, unit: str, role: str, window: str = "") -> Actor:
    return Actor(ActorKind.PERSON, account, unit=unit, window=window, role=role)


person = _person


@lru_cache(maxsize=64)
def outside(source: str) -> Actor:
    """Give an outside system as who acts."""
    return Actor(ActorKind.EXTERNAL, source, role="exchange")


def told(
    at: datetime,
    subject: str,
    actor: Actor,
    correlation: str,
    cause: str = "",
    region: str = REGION,
    department: str = "",
) -> Facts:
    """Say of something when, about what, by whom, because of what."""
    return Facts(at, subject, actor, correlation, cause, region, department)


def chosen(things: Sequence[str], number: int) -> str:
    """Give one thing in turn."""
    return things[number % len(things)]
