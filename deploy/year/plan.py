"""How much of everything the year has: the report's figures (DOMAIN.md 1.7), scaled.

At a scale below 1 every count is the floor of its share, and at least 1; what is a sum of others
stays their sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from math import floor
from typing import Final

from services.kernel.times import SHANGHAI

YEAR: Final = 2020
CUT: Final = (10, 31)
"""Until when the report counts cases and fees."""
CUT_LATER: Final = (11, 21)
"""Until when it counts certificates, disclosures, visits and enquiries."""
CUT_ONLINE: Final = (11, 30)
"""Until when it says it counts online cases: it prints the 31st of November (X5)."""
FEE_STEP_FEN: Final = 500
"""Every charge is a multiple of it, so every sum of payments is."""


ONLINE_EVERY: Final = 13
"""One in so many of the other payments is made online, but not in the app."""


@dataclass(frozen=True)
class Target:
    """One figure the year is made for. What is counted in fen is given in fen."""

    figure: str
    """The measure that counts it; its numerator is meant."""
    zh: str
    en: str
    report: int
    planned: int
    as_of: date
    ledger: str
    """Numbers of DOMAIN.md 1.7."""
    in_fen: bool = False

    @property
    def moment(self) -> datetime:
        """Give the last second of the day it is counted for."""
        return datetime.combine(self.as_of, time(23, 59, 59), SHANGHAI)


@dataclass(frozen=True)
class Plan:
    """The counts of one year. Money in fen."""

    year: int
    scale: float
    seed: int

    # Cases (#5-#9, #25, #44).
    accepted: int = 273_468
    open: int = 57
    projects: int = 24
    meetings: int = 11
    online_cases: int = 15_473
    online_applied: int = 7_391
    app_payments: int = 19_113
    other_payments: int = 16_000
    fees_fen: int = 48_696_000_000
    app_fen: int = 2_338_790_000
    refunds: int = 40

    # Beside them.
    refused: int = 1_900
    abandoned: int = 240
    not_required: int = 160
    deleted: int = 41
    taken_back: int = 46
    """Reported by a system that deletes its row again."""
    agencies: int = 6
    doors: int = 10
    parcels: int = 1_450
    slots: int = 1_640
    """Slots of appointments."""
    visits: int = 64
    """At somebody's home."""
    contacts: int = 900
    """Enquiries somebody is responsible for (首问负责)."""
    tickets: int = 6_420

    # Townships and villages (#37).
    certificates: int = 124_034
    certificates_refused: int = 610

    # Disclosure (#45-#50).
    disclosures: int = 23_422
    requests: int = 268
    trainings: int = 4
    attendances: int = 628
    notices: int = 2
    circulars: int = 5
    lagging: int = 12
    page_visits: int = 819_000
    enquiries: int = 31_700
    questionnaires: int = 5_000
    walks: int = 16
    symposia: int = 2
    enterprises: int = 27
    issues: int = 13
    visitors: int = 415_000
    """Of the hall, until the end of October: over 2,000 on a working day (#10)."""

    # The catalog (#39, #40).
    county_claims: int = 1_419
    lower_claims: int = 31_218

    @property
    def completed(self) -> int:
        """Every accepted case that is not open."""
        return self.accepted - self.open

    @property
    def online_units(self) -> int:
        """Departments that are paid online."""
        return 1 + min(3, self.paid_online)

    @property
    def paid_online(self) -> int:
        """Other payments that are made online, but not in the app."""
        return -(-self.other_payments // ONLINE_EVERY)

    @property
    def online_charges(self) -> int:
        """Charges that are paid online at least once: 7 of the schools, 24 others."""
        return min(7, self.app_payments) + min(24, self.paid_online)

    @property
    def hall_online(self) -> int:
        """Cases of the provincial hall that nobody applied for there."""
        return self.online_cases - self.online_applied

    @property
    def asked(self) -> int:
        """Enquiries and complaints nobody wrote down one by one."""
        return max(0, self.enquiries - self.tickets - self.contacts)

    def day(self, month_day: tuple[int, int]) -> date:
        """Give a day of the year."""
        return date(self.year, *month_day)

    def end_of(self, month_day: tuple[int, int]) -> datetime:
        """Give the last second of a day."""
        day = self.day(month_day)
        return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=SHANGHAI)

    def targets(self) -> Sequence[Target]:
        """Give the figures the year is made for, the report's beside them."""
        whole = Plan(self.year, 1.0, self.seed)
        days = {"cut": CUT, "later": CUT_LATER, "online": CUT_ONLINE, "year": (12, 31)}
        return [
            Target(
                figure,
                zh,
                en,
                getattr(whole, name),
                getattr(self, name),
                self.day(days[as_of]),
                ledger,
                name in _MONEY,
            )
            for figure, zh, en, name, as_of, ledger in _TARGETS
        ]


_TARGETS: Final = (
    ("S01", "受理量", "cases accepted", "accepted", "cut", "5"),
    ("S02", "办结量", "cases completed", "completed", "cut", "6"),
    ("S04", "在办量", "open cases", "open", "cut", "7"),
    ("S07", "收缴规费", "fees collected", "fees_fen", "cut", "8"),
    ("S17", "并联审批项目", "parallel projects", "projects", "year", "25"),
    ("S18", "并联审批会议", "joint meetings", "meetings", "year", "25"),
    ("S18a", "上会项目", "projects reviewed", "projects", "year", "25"),
    ("S19", "全程代理", "full agency", "agencies", "year", "26"),
    ("S20", "送证上门", "door deliveries", "doors", "year", "26"),
    ("S21", "一站通证明", "village certificates", "certificates", "later", "37"),
    ("S27a", "网上办件", "cases of the online hall", "online_cases", "online", "44"),
    ("S27b", "网上申请", "applied for online", "online_applied", "online", "44"),
    ("S29", "移动应用缴费", "payments in the app", "app_payments", "online", "34"),
    ("S30", "移动应用缴费额", "paid in the app", "app_fen", "online", "34"),
    ("S31", "网上缴费单位", "units paid online", "online_units", "online", "33"),
    ("S32", "网上收费项目", "charges paid online", "online_charges", "online", "33"),
    ("S33", "主动公开", "disclosures", "disclosures", "later", "48"),
    ("S34", "公开专栏访问", "page visits", "page_visits", "later", "49"),
    ("S35", "咨询投诉", "enquiries and complaints", "enquiries", "later", "50"),
    ("S36a", "培训次数", "trainings", "trainings", "year", "45"),
    ("S36b", "参训人次", "attendances", "attendances", "year", "45"),
    ("S37a", "整改通知", "rectification notices", "notices", "year", "46"),
    ("S37b", "通报", "circulars", "circulars", "year", "46"),
    ("S37c", "滞后单位", "lagging units", "lagging", "year", "46"),
    ("S39", "问题解决", "outreach issues solved", "issues", "year", "30"),
    ("O10", "问卷", "questionnaires", "questionnaires", "year", "30"),
    ("O11", "走访", "visits to enterprises", "walks", "year", "30"),
    ("O12", "座谈会", "symposia", "symposia", "year", "30"),
    ("O13", "走访企业", "enterprises visited", "enterprises", "year", "30"),
    ("S46", "来访", "visitors of the hall", "visitors", "cut", "10"),
    ("S22", "县级认领", "claims of the county", "county_claims", "year", "39"),
    ("S23", "乡村认领", "claims below the county", "lower_claims", "year", "40"),
)
_WHOLE: Final = frozenset({"year", "scale", "seed"})
_MONEY: Final = frozenset({"fees_fen", "app_fen"})
_FEW: Final = frozenset({"accepted"})


def plan(scale: float = 1.0, seed: int = 1, year: int = YEAR) -> Plan:
    """Plan a year.

    Raises:
        ValueError: the scale is not above 0 and at most 1.
    """
    if not 0 < scale <= 1:
        raise ValueError("a scale is above 0 and at most 1")
    whole = Plan(year, 1.0, seed)
    if scale == 1:
        return whole
    counts = {
        one.name: _share(one.name, getattr(whole, one.name), scale)
        for one in fields(Plan)
        if one.name not in _WHOLE
    }
    counts["online_applied"] = min(counts["online_applied"], counts["online_cases"] - 1)
    return Plan(year, scale, seed, **counts)


def _share(name: str, value: int, scale: float) -> int:
    if name in _MONEY:
        return max(1, floor(value * scale / FEE_STEP_FEN)) * FEE_STEP_FEN
    return max(2 if name == "online_cases" else 1, floor(value * scale))
