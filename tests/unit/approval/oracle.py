"""The law of one parallel process in plain words, for comparison; it shares no code with ours.

Nothing is stored that can be counted: every limit is counted day by day when it is asked for.
Moments are in Shanghai; a limit ends with the last second of its day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.unit.kernel.reference import CHINA, Break, Works, slow_working_days

PROMISED, STATUTORY, JOINT = "PROMISED", "STATUTORY", "JOINT"
STOPS = {
    "HEARING": {PROMISED, STATUTORY, JOINT},
    "APPRAISAL": {PROMISED, STATUTORY, JOINT},
    "THIRD_PARTY": {PROMISED},
    "APPLICANT_CAUSE": {PROMISED},
    "SURVEY": set(),
}
"""行政许可法 art. 45 and DOMAIN.md 3.4: what stops which clock."""
TO_DECIDE = {"open", "in_progress"}
CONSENTS = {"approved", "approved_conditionally", "deemed_consented", "waived"}
NOT_FINAL = TO_DECIDE | {"blocked", "approved_conditionally"}
HUMAN = {"approved", "approved_conditionally", "rejected"}


class Unlawful(Exception):  # noqa: N818 - a word of the law, not of the program
    """This may not be done now."""


def after(end: datetime) -> datetime:
    return end + timedelta(seconds=1)


@dataclass
class Line:
    """One limit: how many days, what stopped it, how much was added."""

    days: int
    most: int = 10
    stops: list[list[object]] = field(default_factory=list)
    """Each: the reason, since when, until when or None."""
    more: int = 0

    def breaks(self) -> list[Break]:
        return [(since, until) for _, since, until in self.stops]  # type: ignore[misc]

    def open_for(self, reason: str) -> list[object] | None:
        return next((one for one in self.stops if one[0] == reason and one[2] is None), None)

    @property
    def stands_still(self) -> bool:
        return any(until is None for _, _, until in self.stops)

    def end(self, start: datetime, works: Works) -> datetime | None:
        day = slow_working_days(start, self.days + self.more, self.breaks(), works)
        return day and datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=CHINA)

    def over(self, start: datetime, at: datetime, works: Works) -> bool:
        end = self.end(start, works)
        return end is not None and at >= after(end)

    def extend(self, days: int, start: datetime, at: datetime, works: Works) -> None:
        if self.more or not 0 < days <= self.most or self.over(start, at, works):
            raise Unlawful
        self.more = days


@dataclass
class Sheet:
    """One task."""

    code: str
    needs: frozenset[str]
    effect: str
    waivable: bool
    promised: int
    statutory: int
    state: str = "blocked"
    ready: datetime | None = None
    lines: dict[str, Line] = field(default_factory=dict)
    deferred: set[str] = field(default_factory=set)
    handler: str | None = None
    said_yes: bool = False
    """A person granted it, and that stands."""
    deemed: datetime | None = None
    late: bool | None = None
    handled: datetime | None = None
    breached: datetime | None = None
    fell_with: str | None = None
    letter: bool = False
    row: str | None = None

    @property
    def final(self) -> bool:
        return self.state not in NOT_FINAL

    @property
    def granted(self) -> bool:
        if self.state == "deemed_consented":
            return self.effect == "GRANT" or bool(self.late)
        return self.state == "approved" and self.said_yes

    def let_go(self, at: datetime) -> None:
        self.state, self.ready = "open", at
        self.lines = {PROMISED: Line(self.promised), STATUTORY: Line(self.statutory)}

    def wait(self) -> None:
        self.state, self.lines = "blocked", {}
        self.ready = self.handler = self.handled = None

    def forget(self) -> None:
        self.state, self.said_yes = "open", False
        self.deemed = self.late = self.fell_with = self.row = None
        self.letter = False


class Oracle:
    """A process, by the law."""

    def __init__(self, sheets: Iterable[Sheet], joint: int, at: datetime, works: Works) -> None:
        self.sheets = {one.code: one for one in sheets}
        self.joint, self.began, self.works = Line(joint, 15), at, works
        self.blamed: list[tuple[str, str, datetime]] = []
        """Task, limit, end: of each the window and the department answer."""
        self.ever_blamed = 0
        self.ready_up(at)

    # What can be asked.

    def end(self, sheet: Sheet, kind: str) -> datetime | None:
        line = sheet.lines.get(kind)
        return line.end(sheet.ready, self.works) if line and sheet.ready else None

    def joint_end(self) -> datetime | None:
        return self.joint.end(self.began, self.works)

    def binding(self, sheet: Sheet) -> datetime | None:
        promised, joint = self.end(sheet, PROMISED), self.joint_end()
        if promised is None or sheet.ready is None or sheet.lines[PROMISED].stands_still:
            return None
        return min(promised, joint) if joint and sheet.ready <= joint else promised

    def met(self, sheet: Sheet) -> bool:
        """Whether nothing keeps a task waiting."""
        others = (self.sheets[one] for one in sheet.needs - sheet.deferred)
        return all(
            one.state in CONSENTS or (one.waivable and one.state == "cancelled") for one in others
        )

    def after_it(self, sheet: Sheet) -> list[Sheet]:
        return [one for one in self.sheets.values() if sheet.code in one.needs]

    def decided_on(self, sheet: Sheet) -> bool:
        """Whether a person decided on the strength of a consent."""
        return any(
            one.state in HUMAN
            or (one.state == "deemed_consented" and (one.late is not None or self.decided_on(one)))
            for one in self.after_it(sheet)
        )

    @property
    def result(self) -> str | None:
        everyone = self.sheets.values()
        if any(not one.final for one in everyone):
            return None
        if any(one.state in {"rejected", "overturned"} and not one.waivable for one in everyone):
            return "rejected"
        return "granted" if any(one.state in CONSENTS for one in everyone) else "withdrawn"

    # What silence does.

    def settle(self, sheet: Sheet, at: datetime) -> None:
        end = self.binding(sheet)
        if sheet.state not in TO_DECIDE or end is None or at < after(end):
            return
        if sheet.handled and end <= sheet.handled:
            return
        sheet.handled = end
        if sheet.effect == "NONE":
            return
        own = end == self.end(sheet, PROMISED)
        self.blame(sheet, PROMISED if own else JOINT, end)
        if sheet.effect == "GRANT" or any(not one.final for one in self.after_it(sheet)):
            sheet.state, sheet.deemed = "deemed_consented", end
            self.ready_up(after(end))

    def overdue(self, sheet: Sheet, at: datetime) -> None:
        end = self.end(sheet, STATUTORY)
        if sheet.breached and end and end <= sheet.breached:
            return
        if sheet.state in TO_DECIDE and end and at >= after(end):
            sheet.breached = end
            if sheet.effect != "NONE":
                self.blame(sheet, STATUTORY, end)

    def blame(self, sheet: Sheet, kind: str, end: datetime) -> None:
        self.blamed.append((sheet.code, kind, end))
        self.ever_blamed += 1

    def never_was(self, sheet: Sheet, consents: bool = False) -> None:
        """Undo a deemed consent, and every one that stood on it."""
        end = sheet.deemed
        self.blamed = [
            one
            for one in self.blamed
            if not (one[0] == sheet.code and one[2] == end and one[1] != STATUTORY)
        ]
        going = (
            [] if consents else [o for o in self.after_it(sheet) if sheet.code not in o.deferred]
        )
        for one in going:
            if one.state == "deemed_consented" and one.late is None and not self.decided_on(one):
                self.never_was(one)
        sheet.forget()
        sheet.handled = None
        for one in going:
            if one.state in TO_DECIDE:
                self.wait_again(one)

    def overturn(self, sheet: Sheet) -> None:
        sheet.state = "overturned"
        self.fall_out(sheet)
        self.wait_for_waiver(sheet)

    def wait_again(self, sheet: Sheet) -> None:
        sheet.wait()
        self.blamed = [one for one in self.blamed if one[0] != sheet.code]

    # What people do.

    def check_waits(self, sheet: Sheet) -> None:
        if sheet.state not in TO_DECIDE:
            raise Unlawful

    def ready_up(self, at: datetime) -> None:
        for one in self.sheets.values():
            if one.state == "blocked" and self.met(one):
                one.let_go(at)

    def decide(self, sheet: Sheet, granted: bool, at: datetime, now: datetime) -> None:
        if sheet.state != "deemed_consented":
            self.check_waits(sheet)
        self.take(sheet, granted, at, now)

    def report(self, sheet: Sheet, granted: bool, at: datetime, row: str, now: datetime) -> None:
        if sheet.state == "blocked":
            raise Unlawful
        again = sheet.state == "deemed_consented" and sheet.late is None
        if sheet.state in TO_DECIDE or again:
            self.take(sheet, granted, at, now)
            if sheet.state in {"approved", "rejected"}:
                sheet.row = row

    def take(self, sheet: Sheet, granted: bool, at: datetime, now: datetime) -> None:
        self.settle(sheet, at)
        if sheet.state == "deemed_consented":
            assert sheet.deemed is not None
            if at >= after(sheet.deemed):
                return self.file_late(sheet, granted)
            self.never_was(sheet, consents=granted)
        self.blamed = [one for one in self.blamed if one[0] != sheet.code or at >= after(one[2])]
        return self.finish(sheet, granted, now)

    def file_late(self, sheet: Sheet, granted: bool) -> None:
        if sheet.late is not None:
            raise Unlawful
        sheet.late = granted

    def finish(self, sheet: Sheet, granted: bool, now: datetime) -> None:
        sheet.state = "approved" if granted else "rejected"
        sheet.said_yes, sheet.row = granted, None
        if granted:
            self.ready_up(now)
            return
        if not sheet.waivable:
            for one in self.after_it(sheet):
                if one.state == "approved_conditionally":
                    self.finish(one, False, now)
        self.fall_out(sheet)
        self.wait_for_waiver(sheet)

    def wait_for_waiver(self, sheet: Sheet) -> None:
        """What went ahead of a waivable task that says no waits until it is waived."""
        for one in self.after_it(sheet):
            if sheet.waivable and one.state in TO_DECIDE and sheet.code not in one.deferred:
                one.forget()
                one.wait()

    def fall_out(self, sheet: Sheet) -> None:
        if sheet.waivable:
            return
        for one in self.after_it(sheet):
            if not one.final and one.state != "approved_conditionally":
                self.cancel(one, sheet.code)

    def cancel(self, sheet: Sheet, because: str | None = None) -> None:
        sheet.state, sheet.fell_with = "cancelled", because
        self.fall_out(sheet)

    def reopen(self, sheet: Sheet, now: datetime) -> None:
        if sheet.state != "rejected":
            raise Unlawful
        self.up_again([sheet, *self.fallen(sheet)])
        self.ready_up(now)

    def retract(self, sheet: Sheet, row: str, now: datetime) -> None:
        """A reported decision never was: what went on because of it waits, what fell stands up."""
        if sheet.row != row:
            return
        approved = sheet.state == "approved"
        going = [o for o in self.after_it(sheet) if sheet.code not in o.deferred]
        fallen = [] if approved else self.fallen(sheet)
        sheet.forget()
        for one in going:
            if approved and one.state in TO_DECIDE:
                self.wait_again(one)
        self.up_again(fallen)
        self.ready_up(now)

    def up_again(self, sheets: list[Sheet]) -> None:
        for one in sheets:
            one.forget()
            one.wait()

    def fallen(self, sheet: Sheet) -> list[Sheet]:
        def because(one: Sheet) -> bool:
            if one.state != "cancelled" or one.fell_with is None:
                return False
            return one.fell_with == sheet.code or because(self.sheets[one.fell_with])

        return [one for one in self.sheets.values() if because(one)]

    def suspend(self, sheet: Sheet, reason: str, at: datetime) -> None:
        self.check_waits(sheet)
        meant = [line for kind, line in sheet.lines.items() if kind in STOPS[reason]]
        if not meant or any(line.open_for(reason) for line in meant):
            raise Unlawful
        assert sheet.ready is not None
        running = [line for line in meant if not line.over(sheet.ready, at, self.works)]
        if not running or at.date() < sheet.ready.astimezone(CHINA).date():
            raise Unlawful
        for line in running:
            line.stops.append([reason, at, None])

    def resume(self, sheet: Sheet, reason: str, at: datetime) -> None:
        standing = [one for line in sheet.lines.values() if (one := line.open_for(reason))]
        if not standing:
            raise Unlawful
        for one in standing:
            one[2] = at

    def extend(self, sheet: Sheet, days: int, at: datetime) -> None:
        self.check_waits(sheet)
        assert sheet.ready is not None
        start, lines = sheet.ready, list(sheet.lines.values())
        for line in [one for one in lines if not one.over(start, at, self.works)] or lines:
            line.extend(days, start, at, self.works)

    def amend(self, works: Works) -> None:
        """Another calendar: what had ended too early had not ended."""
        before = {
            (code, kind): end
            for code, sheet in self.sheets.items()
            for kind in (PROMISED, STATUTORY)
            if (end := self.end(sheet, kind))
        }
        joint = self.joint_end()
        was_open = self.result is None
        self.works = works
        for sheet in self.sheets.values():
            if sheet.state == "deemed_consented":
                end = self.binding(sheet)
                assert sheet.deemed is not None
                early = end is not None and end > sheet.deemed
                if early and sheet.late is None and not self.decided_on(sheet):
                    self.never_was(sheet)
        for (code, kind), old in before.items():
            sheet = self.sheets[code]
            new = self.end(sheet, kind)
            if sheet.state in TO_DECIDE and new is not None and new > old:
                self.excuse(code, kind, old)
        later = self.joint_end()
        if was_open and joint is not None and later is not None and later > joint:
            for sheet in self.sheets.values():
                if sheet.state in TO_DECIDE:
                    self.excuse(sheet.code, JOINT, joint)

    def excuse(self, code: str, kind: str, end: datetime) -> None:
        self.blamed = [one for one in self.blamed if one != (code, kind, end)]
