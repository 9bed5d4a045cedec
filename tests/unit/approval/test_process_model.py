"""One process under everything that may happen to it, compared with the law after every step.

Commands, timers that fire late and twice, suspensions, extensions, amendments of the calendar,
reports that arrive twice and out of order, decisions early and late, withdrawal, commitments: in
any order. 100 lives by default; `HYPOTHESIS_PROFILE=nightly` tries 20,000.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.approval.domain import (
    ApprovalRuleError,
    DeemedEffect,
    Limits,
    Notice,
    Process,
    Step,
    Verdict,
    VoidGround,
)
from services.kernel.aggregate import Fact
from services.kernel.calendar import Edition, WorkCalendar
from services.kernel.clock import Cause, ClockRuleError, Reason
from services.kernel.facts import Actor
from services.kernel.limits import Limit
from tests.unit.approval.oracle import (
    PROMISED,
    STATUTORY,
    TO_DECIDE,
    Oracle,
    Sheet,
    Unlawful,
    after,
)
from tests.unit.approval.projects import (
    BEGUN,
    CLERK,
    COUNTY,
    TIMER,
    everything,
    facts,
    member,
    officer,
    opening,
)
from tests.unit.kernel.reference import slow_works
from tests.unit.kernel.strategies import NIGHTLY

pytestmark = pytest.mark.timeout(14_400 if NIGHTLY else 300)

NEEDS = {
    "A": "",
    "B": "A",
    "C": "AB",
    "D": "E",
    "E": "D",
    "F": "",
    "G": "F",
    "R": "C",
    "N": "",
    "H": "",
}
"""A chain, a pair that waits for each other, one that may be waived, a renewal, a safety check, and
one that stands alone."""
LATER = {"X": "A"}
"""The department that joins mid-way."""
EFFECTS = {"R": DeemedEffect.GRANT, "N": DeemedEffect.NONE}
WAIVABLE = frozenset("F")
LEADER = Actor(CLERK.kind, "head-1", unit="D00", role="government_head")
NEVER = date(2099, 1, 1)
NOTICE = Notice("N-1", 5)

codes = st.sampled_from(sorted(NEEDS | LATER))
yes = st.sampled_from([True, True, False])
reasons = st.sampled_from(["HEARING", "APPRAISAL", "THIRD_PARTY", "APPLICANT_CAUSE", "SURVEY"])
hours_ago = st.integers(0, 24 * 9)


class Life(RuleBasedStateMachine):
    """A process and the law's view of it, moved together."""

    @initialize(
        promised=st.lists(st.integers(1, 6), min_size=11, max_size=11),
        statutory=st.integers(2, 9),
        joint=st.integers(4, 20),
    )
    def begin(self, promised: list[int], statutory: int, joint: int) -> None:
        self.now = BEGUN
        self.editions = [Edition(2020, 1, "first", date(2019, 11, 21), {}, {})]
        self.calendar = WorkCalendar.of(self.editions)
        self.works = slow_works(self.editions, NEVER)
        days = dict(zip(sorted(NEEDS | LATER), promised, strict=True))
        self.members = {
            code: member(
                code,
                *needs,
                limits=Limits(
                    Limit(days[code]),
                    Limit(statutory),
                    effect=EFFECTS.get(code, DeemedEffect.NEXT_STAGE),
                ),
                waivable=code in WAIVABLE,
            )
            for code, needs in (NEEDS | LATER).items()
        }
        self.sheets = {
            code: Sheet(
                code,
                frozenset(one.needs),
                one.limits.effect.value,
                one.waivable,
                days[code],
                statutory,
            )
            for code, one in self.members.items()
        }
        started = [one for code, one in self.members.items() if code in NEEDS]
        self.process = Process.open(
            facts(CLERK, BEGUN), opening("p-1", started, joint), self.calendar
        )
        self.saved: list[Fact] = list(self.process.collect_events())  # type: ignore[arg-type]
        self.oracle = Oracle(
            [one for code, one in self.sheets.items() if code in NEEDS], joint, BEGUN, self.works
        )
        self.mail: list[tuple[str, str, bool, datetime, str]] = []
        self.granted_by_people: set[str] = set()

    # Both sides of a step.

    def both(self, ours: Callable[[], object], law: Callable[[], object]) -> bool:
        """Do something; it is refused exactly where the law refuses it, and leaves no trace."""
        before, lawful = deepcopy(self.oracle), True
        try:
            law()
        except Unlawful:
            self.oracle, lawful = before, False
        try:
            ours()
        except (ApprovalRuleError, ClockRuleError) as error:
            assert not lawful, f"refused although lawful: {error!r}"
            again = Process.replay(self.saved)
            assert again is not None
            self.process = again.counting_by(self.calendar)
        else:
            assert lawful, "done although the law refuses it"
            self.saved += self.process.collect_events()  # type: ignore[arg-type]
        return lawful

    def sheet(self, code: str) -> Sheet:
        return self.oracle.sheets[code]

    def at(self, actor: Actor) -> Any:
        return facts(actor, self.now)

    def here(self, code: str) -> bool:
        return code in self.oracle.sheets

    def one_that(self, code: str, *states: str) -> str:
        """Prefer a task that stands so, where there is one; else the refusal is what is tried."""
        found = [one.code for one in self.oracle.sheets.values() if one.state in states]
        return code if code in found or not found else found[ord(code) % len(found)]

    # Time.

    @rule(hours=st.integers(1, 24 * 4))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(code=codes, seconds=st.sampled_from([-1, 0, 0, 1, 1, 1, 3600, 100_000]))
    def time_passes_to_an_end(self, code: str, seconds: int) -> None:
        code = self.one_that(code, *TO_DECIDE)
        end = self.here(code) and self.oracle.binding(self.sheet(code))
        if end:
            self.now = max(self.now, end + timedelta(seconds=seconds))

    @rule(code=codes, times=st.integers(1, 2), late=st.booleans())
    def timer_fires(self, code: str, times: int, late: bool) -> None:
        code = self.one_that(code, *TO_DECIDE)
        if not self.here(code):
            return
        end = self.oracle.binding(self.sheet(code))
        if end and late:
            self.now = max(self.now, after(end))
        for _ in range(times):
            self.both(
                lambda: self.process.pass_by(self.at(TIMER), f"p-1/{code}", self.now),
                lambda: self.oracle.settle(self.sheet(code), self.now),
            )

    @rule(code=codes, times=st.integers(1, 2))
    def statutory_timer_fires(self, code: str, times: int) -> None:
        for _ in range(times if self.here(code) else 0):
            self.both(
                lambda: self.process.breach(self.at(TIMER), f"p-1/{code}", self.now),
                lambda: self.oracle.overdue(self.sheet(code), self.now),
            )

    @rule(code=codes)
    def amber_and_joint_timers_fire(self, code: str) -> None:
        def ours() -> None:
            self.process.approach(self.at(TIMER), f"p-1/{code}", self.now)
            self.process.approach_joint(self.at(TIMER), self.now)
            self.process.breach_joint(self.at(TIMER), self.now)

        self.both(ours, lambda: None)

    @rule(offset=st.integers(-12, 30), length=st.integers(1, 4))
    def calendar_is_amended(self, offset: int, length: int) -> None:
        last = self.editions[-1]
        off, on = dict(last.days_off), dict(last.work_days)
        for number in range(length):
            day = self.now.date() + timedelta(offset + number)
            if day.year != 2020:
                return
            if day.weekday() < 5:
                off.pop(day) if day in off else off.setdefault(day, "holiday")
            else:
                on.pop(day) if day in on else on.setdefault(day, "make-up")
        edition = Edition(2020, last.version + 1, "amended", date(2019, 12, 1), off, on)
        self.editions.append(edition)
        self.calendar = self.calendar.amended(edition)
        self.process.counting_by(self.calendar)
        works = slow_works(self.editions, NEVER)
        self.both(
            lambda: self.process.recalculate(self.at(TIMER), Cause.CALENDAR_AMENDED),
            lambda: self.oracle.amend(works),
        )

    # Departments.

    @rule(code=codes, there=st.booleans())
    def taken_up_or_given_back(self, code: str, there: bool) -> None:
        code = code if there else self.one_that(code, "in_progress")
        if not self.here(code):
            return
        actor = self.at(officer(code))
        sheet = self.sheet(code)

        def up() -> None:
            self.oracle.check_waits(self.sheet(code))
            self.sheet(code).state, self.sheet(code).handler = "in_progress", f"officer-{code}"

        def back() -> None:
            if self.sheet(code).state != "in_progress":
                raise Unlawful
            self.sheet(code).state, self.sheet(code).handler = "open", None

        if there:
            self.both(lambda: self.process.start(actor, sheet_id(sheet)), up)
        else:
            self.both(lambda: self.process.return_task(actor, sheet_id(sheet), "busy"), back)

    @rule(code=codes, granted=yes)
    def officer_decides(self, code: str, granted: bool) -> None:
        if not self.here(code):
            return
        verdict = Verdict(granted, 0 if granted else 1, self.now)
        done = self.both(
            lambda: self.process.decide(self.at(officer(code)), verdict, f"p-1/{code}"),
            lambda: self.oracle.decide(self.sheet(code), granted, self.now, self.now),
        )
        if done and granted:
            self.granted_by_people.add(code)

    @rule(code=codes, other=codes)
    def nobody_else_decides(self, code: str, other: str) -> None:
        def refuse() -> None:
            raise Unlawful

        if self.here(code):
            who = officer(other) if other != code else officer(code, "clerk-12")
            verdict = Verdict(True, 0, self.now)
            self.both(lambda: self.process.decide(self.at(who), verdict, f"p-1/{code}"), refuse)

    @rule(code=codes, granted=yes, ago=hours_ago, proven=st.booleans())
    def decision_comes_after_silence(
        self, code: str, granted: bool, ago: int, proven: bool
    ) -> None:
        code = self.one_that(code, "deemed_consented")
        if not self.here(code):
            return
        made = self.now - timedelta(hours=ago)
        verdict = Verdict(granted, 0 if granted else 1, made)

        def law() -> None:
            sheet = self.sheet(code)
            if sheet.state != "deemed_consented":
                raise Unlawful
            if proven:
                self.oracle.take(sheet, granted, made, self.now)
            else:
                self.oracle.file_late(sheet, granted)

        done = self.both(
            lambda: self.process.late_decision(
                self.at(officer(code)), f"p-1/{code}", verdict, "ab" * 32 if proven else ""
            ),
            law,
        )
        if done and granted:
            self.granted_by_people.add(code)

    # Outside systems.

    @rule(
        code=codes, kind=st.sampled_from(["result", "result", "step"]), granted=yes, ago=hours_ago
    )
    def report_is_sent(self, code: str, kind: str, granted: bool, ago: int) -> None:
        made = max(BEGUN, self.now - timedelta(hours=ago))
        self.mail.append((kind, code, granted, made, f"row-{len(self.mail)}"))

    @precondition(lambda self: self.mail)
    @rule(data=st.data(), back=st.sampled_from([False, False, True]))
    def report_arrives(self, data: st.DataObject, back: bool) -> None:
        """Any of them, in any order, as often as it likes; `back`: it is retracted."""
        kind, code, granted, made, row = data.draw(st.sampled_from(self.mail[-6:]))
        if not self.here(code):
            return
        task_id, actor = f"p-1/{code}", self.at(COUNTY)
        if kind == "step":
            step = Step(row, "review", "pass", made, made)
            self.both(lambda: self.process.record_step(actor, step, task_id), lambda: None)
        elif back:
            self.both(
                lambda: self.process.result_retracted(actor, row, "wrong_row", task_id),
                lambda: self.oracle.retract(self.sheet(code), row, self.now),
            )
        else:
            verdict = Verdict(granted, 0 if granted else 1, made, row)
            done = self.both(
                lambda: self.process.decide_as_reported(actor, verdict, task_id),
                lambda: self.oracle.report(self.sheet(code), granted, made, row, self.now),
            )
            if done and granted:
                self.granted_by_people.add(code)

    # Clocks.

    @rule(code=codes, reason=reasons)
    def task_is_suspended(self, code: str, reason: str) -> None:
        if not self.here(code):
            return
        task_id, actor = f"p-1/{code}", self.at(officer(code))
        if reason == "APPLICANT_CAUSE":
            return self.delay_is_noticed(code, True, True)

        self.both(
            lambda: self.process.suspend(actor, task_id, Reason(reason), NOTICE),
            lambda: self.oracle.suspend(self.sheet(code), reason, self.now),
        )
        return None

    @rule(code=codes, to_applicant=st.booleans(), to_window=st.booleans())
    def delay_is_noticed(self, code: str, to_applicant: bool, to_window: bool) -> None:
        if not self.here(code):
            return
        task_id, actor = f"p-1/{code}", self.at(officer(code))

        def law() -> None:
            sheet = self.sheet(code)
            self.oracle.check_waits(sheet)
            standing = sheet.lines[PROMISED].open_for("APPLICANT_CAUSE")
            if to_applicant and to_window and not standing:
                self.oracle.suspend(sheet, "APPLICANT_CAUSE", self.now)

        self.both(
            lambda: self.process.notice_delay(
                actor,
                task_id,
                "papers_missing",
                "bring_them",
                NOTICE,
                to_applicant=to_applicant,
                to_window=to_window,
            ),
            law,
        )

    @rule(code=codes, reason=reasons)
    def task_is_resumed(self, code: str, reason: str) -> None:
        if self.here(code) and self.sheet(code).lines:
            actor = self.at(officer(code))
            self.both(
                lambda: self.process.resume(actor, f"p-1/{code}", Reason(reason)),
                lambda: self.oracle.resume(self.sheet(code), reason, self.now),
            )

    @rule(code=codes, days=st.sampled_from([1, 3, 10, 11]), head=yes)
    def task_is_extended(self, code: str, days: int, head: bool) -> None:
        if not self.here(code):
            return
        actor = self.at(officer(code, role="department_head" if head else "officer"))

        def law() -> None:
            if not head:
                raise Unlawful
            self.oracle.extend(self.sheet(code), days, self.now)

        self.both(lambda: self.process.extend(actor, f"p-1/{code}", days, "complex", "N-2"), law)

    @rule(reason=reasons, act=st.sampled_from(["suspend", "resume", "resume", "extend"]))
    def joint_limit_is_moved(self, reason: str, act: str) -> None:
        joint = self.oracle.joint
        if act == "extend":
            self.both(
                lambda: self.process.extend_joint(self.at(LEADER), 4, "complex", "N-3"),
                lambda: self.oracle.joint.extend(4, BEGUN, self.now, self.oracle.works),
            )
        elif act == "suspend":

            def law() -> None:
                over = joint.over(BEGUN, self.now, self.oracle.works)
                stops = reason in ("HEARING", "APPRAISAL")
                if not stops or self.oracle.joint.open_for(reason) or over:
                    raise Unlawful
                self.oracle.joint.stops.append([reason, self.now, None])

            actor = self.at(CLERK)
            self.both(lambda: self.process.suspend_joint(actor, Reason(reason), NOTICE), law)
        else:

            def law() -> None:
                standing = self.oracle.joint.open_for(reason)
                if standing is None:
                    raise Unlawful
                standing[2] = self.now

            self.both(lambda: self.process.resume_joint(self.at(CLERK), Reason(reason)), law)

    # Commitments, ways, ends.

    @rule(pair=st.sampled_from(["DE", "ED", "BA", "CA", "CB", "AB"]))
    def edge_is_cut(self, pair: str) -> None:
        code, other = pair

        def law() -> None:
            sheet = self.sheet(code)
            if other not in sheet.needs:
                raise Unlawful
            sheet.deferred.add(other)
            self.oracle.ready_up(self.now)

        self.both(
            lambda: self.process.defer_prerequisite(
                self.at(CLERK), f"p-1/{code}", f"p-1/{other}", "c-1"
            ),
            law,
        )

    @rule(code=codes)
    def task_is_approved_on_a_commitment(self, code: str) -> None:
        if not self.here(code):
            return

        def law() -> None:
            sheet = self.sheet(code)
            self.oracle.check_waits(sheet)
            self.oracle.settle(sheet, self.now)
            self.oracle.check_waits(sheet)
            sheet.state, sheet.letter = "approved_conditionally", True
            self.oracle.ready_up(self.now)

        verdict = Verdict(True, 0, self.now)
        actor = self.at(officer(code))
        self.both(
            lambda: self.process.approve_conditionally(actor, f"p-1/{code}", "c-2", verdict), law
        )

    @rule(code=codes, kept=st.booleans())
    def commitment_ends(self, code: str, kept: bool) -> None:
        code = self.one_that(code, "approved_conditionally")
        if not self.here(code):
            return

        def law() -> None:
            sheet = self.sheet(code)
            if sheet.state == "approved_conditionally":
                self.oracle.finish(sheet, kept, self.now)
            elif kept and not (sheet.state == "approved" and sheet.letter):
                raise Unlawful

        act = self.process.fulfil_conditional if kept else self.process.lapse_conditional
        if self.both(lambda: act(self.at(CLERK), f"p-1/{code}"), law) and kept:
            self.granted_by_people.add(code)

    @rule(data=st.data(), whole=st.sampled_from([False, False, False, True]))
    def applicant_withdraws(self, data: st.DataObject, whole: bool) -> None:
        chosen = sorted(self.oracle.sheets) if whole else [data.draw(codes), data.draw(codes)]
        chosen = [code for code in dict.fromkeys(chosen) if self.here(code)]
        if not chosen:
            return

        def law() -> None:
            for code in chosen:
                sheet = self.sheet(code)
                if not sheet.final:
                    sheet.state, sheet.fell_with = "cancelled", None
            for code in chosen:
                if self.sheet(code).state == "cancelled":
                    self.oracle.fall_out(self.sheet(code))
            self.oracle.ready_up(self.now)

        ids = [f"case-{code}" for code in chosen]
        self.both(lambda: self.process.withdraw(self.at(CLERK), () if whole else ids), law)

    @rule(code=codes, act=st.sampled_from(["cancel", "waive", "reopen", "reopen"]))
    def task_is_ended_or_opened(self, code: str, act: str) -> None:
        code = self.one_that(code, "rejected") if act == "reopen" else code
        if not self.here(code):
            return
        task_id, actor, sheet = f"p-1/{code}", self.at(CLERK), self.sheet(code)

        def cancel() -> None:
            if not self.sheet(code).final:
                self.oracle.cancel(self.sheet(code))
                self.oracle.ready_up(self.now)

        def waive() -> None:
            one = self.sheet(code)
            if not one.waivable or (one.final and one.state not in {"rejected", "overturned"}):
                raise Unlawful
            one.state = "waived"
            self.oracle.ready_up(self.now)

        if act == "cancel":
            self.both(lambda: self.process.cancel_task(actor, task_id, "withdrawn"), cancel)
        elif act == "waive":
            self.both(lambda: self.process.waive(actor, task_id, "not_needed"), waive)
        elif sheet.state == "rejected" or self.now.day % 5 == 0:
            self.both(
                lambda: self.process.reopen_task(actor, task_id, "reconsidered"),
                lambda: self.oracle.reopen(self.sheet(code), self.now),
            )

    @rule()
    def department_joins(self) -> None:
        if self.here("X"):
            return

        def law() -> None:
            self.oracle.sheets["X"] = deepcopy(self.sheets["X"])
            self.oracle.ready_up(self.now)

        who = (CLERK.id, CLERK.window)
        self.both(lambda: self.process.add_task(self.at(CLERK), self.members["X"], *who), law)

    @rule(code=codes, void=st.booleans())
    def deemed_consent_is_undone(self, code: str, void: bool) -> None:
        code = self.one_that(code, "deemed_consented")
        if not self.here(code):
            return
        task_id, actor = f"p-1/{code}", self.at(CLERK)

        def law() -> None:
            sheet = self.sheet(code)
            if sheet.state != "deemed_consented":
                raise Unlawful
            if not void:
                return self.oracle.overturn(sheet)
            if self.oracle.decided_on(sheet):
                raise Unlawful
            return self.oracle.never_was(sheet)

        if void:
            ground = VoidGround.WRONG_CLOCK
            self.both(lambda: self.process.void(actor, task_id, ground, "ab" * 32), law)
        else:
            self.both(lambda: self.process.overturn(actor, task_id, "art_69", False), law)

    # What holds after every step.

    @invariant()
    def everything_is_lawful(self) -> None:
        self.tasks_stand_where_the_law_has_them()
        self.no_lawful_day_is_lost_or_counted_twice()
        self.no_certificate_has_a_right_without_a_person()
        self.two_answer_for_each_silence_and_nobody_for_what_was_none()
        self.process_is_joined_as_its_tasks_ended()
        self.task_waits_exactly_while_something_keeps_it()
        self.what_is_rebuilt_is_what_lives()

    def tasks_stand_where_the_law_has_them(self) -> None:
        ours = {task.item_code: (task.state.value, task.handler) for task in self.tasks()}
        assert ours == {
            code: (one.state, one.handler if one.state != "blocked" else None)
            for code, one in self.oracle.sheets.items()
        }

    def no_lawful_day_is_lost_or_counted_twice(self) -> None:
        for task in self.tasks():
            sheet = self.sheet(task.item_code)
            if sheet.state not in TO_DECIDE:
                continue
            for kind in (PROMISED, STATUTORY):
                assert task.dues.get(kind) == self.oracle.end(sheet, kind), (sheet.code, kind)
            assert self.process.binding_due(task) == self.oracle.binding(sheet)
        if self.process.is_open:
            assert self.process.joint_due_at == self.oracle.joint_end()

    def no_certificate_has_a_right_without_a_person(self) -> None:
        for task in self.tasks():
            assert task.granted == self.sheet(task.item_code).granted
            renewed = task.effect is DeemedEffect.GRANT
            assert not task.granted or renewed or task.item_code in self.granted_by_people

    def two_answer_for_each_silence_and_nobody_for_what_was_none(self) -> None:
        said = self.process.liabilities.values()
        ours = Counter(
            (one.task_id[4:], one.rule, one.due_at, one.liable.value)
            for one in said
            if not one.withdrawn
        )
        assert ours == Counter(
            (code, f"{kind.lower()}_limit", end, liable)
            for code, kind, end in self.oracle.blamed
            for liable in ("window", "department")
        )
        assert len(said) == 2 * self.oracle.ever_blamed

    def process_is_joined_as_its_tasks_ended(self) -> None:
        assert (self.process.result.value if self.process.result else None) == self.oracle.result

    def task_waits_exactly_while_something_keeps_it(self) -> None:
        for sheet in self.oracle.sheets.values():
            if sheet.state in TO_DECIDE or sheet.state == "blocked":
                assert (sheet.state == "blocked") == (not self.oracle.met(sheet)), sheet.code
                task = self.process.task(f"p-1/{sheet.code}")
                assert bool(self.process.waits_for(task)) == (sheet.state == "blocked")

    def what_is_rebuilt_is_what_lives(self) -> None:
        again = Process.replay(self.saved)
        assert again is not None
        assert everything(again) == everything(self.process)
        assert not self.process.pending

    def tasks(self) -> Any:
        return self.process.tasks.values()


def sheet_id(sheet: Sheet) -> str:
    return f"p-1/{sheet.code}"


def test_process_of_many_departments_is_lawful_whatever_happens_to_it() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Life,
        settings=settings(
            max_examples=20_000 if NIGHTLY else 100,
            derandomize=not NIGHTLY,  # a new find belongs to the night, not to somebody's change
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.reuse, Phase.generate, Phase.shrink],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
