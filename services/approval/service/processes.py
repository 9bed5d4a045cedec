"""Processes over HTTP: what the lead does to the whole, review meetings, and lists."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from services.approval import projections
from services.approval.act_answers import (
    AddDepartment,
    CountsQuery,
    Extend,
    Held,
    LiabilitiesQuery,
    ProcessesQuery,
    Resume,
    Schedule,
    Suspend,
    Withdraw,
)
from services.approval.answers import Decided
from services.approval.desk_answers import ProcessQuery
from services.approval.domain import Member, Notice, Process
from services.approval.process_answers import (
    ClockStrip,
    DayView,
    ProcessHistory,
    process_view,
)
from services.approval.projections import LiabilityRow, MeetingRow, ProcessRow
from services.approval.service.acts import ActRoutes
from services.chassis.errors import ContractError, NotFoundError
from services.chassis.web import Call, Page, PageQuery, route
from services.chassis.web.histories import (
    history_event,
    moment_of,
    page_reply,
    wants_page,
)
from services.chassis.web.paging import page_of, read_cursor
from services.kernel.clock import explain
from services.kernel.identifiers import stream_id

CLERK: Final = frozenset({"clerk"})
GOVERNMENT: Final = frozenset({"government_head"})
WATCHERS: Final = frozenset({"supervisor", "officer", "department_head"})


class ProcessRoutes(ActRoutes):
    """Routes of the nameko service."""

    picture_of: Any
    """Draws a process as a page (service/desk.py)."""

    @route(
        "POST",
        "/processes/<process_no>/departments",
        request=AddDepartment,
        response=Decided,
        roles=CLERK,
        status=201,
        summary="Bring a department in mid-way; the joint limit stays",
    )
    def add_department(self, call: Call[AddDepartment]) -> Decided:
        said, number = call.body, call.path["process_no"]
        member = Member(
            said.project_no,
            said.item_code,
            said.department,
            said.item_version,
            tuple(said.needs),
            said.waivable,
        )
        facts = self._facts(call, "clerk", number)
        key, seen = call.idempotency_key or None, said.expected_version
        place = self.tasks.add_department(facts, number, member, seen, key=key)
        return self._said(call, number, place)

    @route(
        "POST",
        "/processes/<process_no>/suspension",
        request=Suspend,
        response=Decided,
        roles=CLERK,
        status=201,
        summary="Let the joint clock stand still, with a written notice",
    )
    def suspend_joint(self, call: Call[Suspend]) -> Decided:
        said = call.body
        notice = Notice(said.notice_no, said.expected_days)
        return self._jointly(call, "clerk", "suspend", reason=said.reason, notice=notice)

    @route(
        "POST",
        "/processes/<process_no>/resumption",
        request=Resume,
        response=Decided,
        roles=CLERK,
        status=201,
        summary="Let the joint clock go on",
    )
    def resume_joint(self, call: Call[Resume]) -> Decided:
        return self._jointly(call, "clerk", "resume", reason=call.body.reason)

    @route(
        "POST",
        "/processes/<process_no>/extension",
        request=Extend,
        response=Decided,
        roles=GOVERNMENT,
        status=201,
        summary="Give the whole more time, once, before it is due",
    )
    def extend_joint(self, call: Call[Extend]) -> Decided:
        said = call.body
        told = {"days": said.days, "reason": said.reason, "notice_no": said.notice_no}
        return self._jointly(call, "government_head", "extend", **told)

    @route(
        "POST",
        "/processes/<process_no>/withdrawal",
        request=Withdraw,
        response=Decided,
        roles=CLERK,
        status=201,
        summary="End what the applicant withdraws; what is decided stands",
    )
    def withdraw(self, call: Call[Withdraw]) -> Decided:
        return self._jointly(call, "clerk", "withdraw", task_ids=list(call.body.cases))

    @route(
        "POST",
        "/meetings",
        request=Schedule,
        response=Decided,
        roles=CLERK,
        status=201,
        summary="Call a joint review meeting about several projects",
    )
    def schedule_meeting(self, call: Call[Schedule]) -> Decided:
        said = call.body
        if said.scheduled_at.tzinfo is None:
            raise ContractError("scheduled_at needs an offset", field="scheduled_at")
        facts = self._facts(call, "clerk", said.meeting_no)
        place = self.tasks.schedule_meeting(
            facts,
            said.meeting_no,
            said.projects,
            said.departments,
            said.scheduled_at,
            said.place,
            key=call.idempotency_key or None,
        )
        return self._said(call, said.meeting_no, place)

    @route(
        "POST",
        "/meetings/<meeting_no>/holding",
        request=Held,
        response=Decided,
        roles=CLERK,
        status=201,
        summary="File that a meeting took place: who came, and the digest of its minutes",
    )
    def hold_meeting(self, call: Call[Held]) -> Decided:
        said, number = call.body, call.path["meeting_no"]
        facts = self._facts(call, "clerk", number)
        key = call.idempotency_key or None
        place = self.tasks.hold_meeting(facts, number, said.attended, said.minutes_hash, key=key)
        return self._said(call, number, place)

    @route(
        "GET",
        "/meetings",
        query=PageQuery,
        response=Page[MeetingRow],
        public=True,
        summary="List joint review meetings, the latest first",
    )
    def list_meetings(self, call: Call[None, PageQuery]) -> Page[MeetingRow]:
        query = call.query
        after = read_cursor(query.cursor, tuple[datetime, str])
        rows = projections.list_meetings(self.tasks.database, after=after, limit=query.limit + 1)
        return page_of(rows, query.limit, lambda row: (row.scheduled_at, row.meeting_no))

    @route(
        "GET",
        "/processes",
        query=ProcessesQuery,
        response=Page[ProcessRow],
        public=True,
        after=True,
        summary="List the processes of projects, newest first",
    )
    def list_processes(self, call: Call[None, ProcessesQuery]) -> Page[ProcessRow]:
        call.wait_until_fresh(self._has)
        query = call.query
        rows = projections.list_processes(
            self.tasks.database,
            state=query.state,
            kind=query.kind,
            lead=query.lead,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.started_at, row.process_no))

    @route(
        "GET",
        "/processes/<process_no>",
        query=ProcessQuery,
        response=ProcessHistory,
        public=True,
        after=True,
        summary="A process, all its tasks and its history, now or as it was",
    )
    def get_process(self, call: Call[None, ProcessQuery]) -> Any:
        call.wait_until_fresh(self._has)
        number, at = call.path["process_no"], moment_of(call.query.at)
        for stream in (stream_id("process", number), stream_id("task", number)):
            process = self.tasks.state_of(Process, stream, at)
            if process is not None:
                events = self.tasks.events_of(stream, at)
                if wants_page(call):
                    return page_reply(self.picture_of(call, process, events))
                return ProcessHistory(process_view(process), [history_event(e) for e in events])
        raise NotFoundError("there is no such process, or there was none then")

    @route(
        "GET",
        "/tasks/<project_no>/clocks",
        response=list[ClockStrip],
        public=True,
        summary="Why the limits of a task end when they end, day by day",
    )
    def get_clocks(self, call: Call) -> list[ClockStrip]:
        process = self.tasks.process_of_task(call.path["project_no"], counting=True)
        task = process.task(call.path["project_no"])
        clocks = [*task.all_clocks, *([process.joint] if process.joint else [])]
        return [_strip(clock, process.calendar) for clock in clocks]

    @route(
        "GET",
        "/liabilities",
        query=LiabilitiesQuery,
        response=Page[LiabilityRow],
        roles=WATCHERS,
        summary="The register of who answers for silence; officers see their own department's",
    )
    def list_liabilities(self, call: Call[None, LiabilitiesQuery]) -> Page[LiabilityRow]:
        query = call.query
        department = query.department
        if "supervisor" not in call.caller.roles:
            department = call.caller.unit
            call.caller.require_unit(department)
        rows = projections.list_liabilities(
            self.tasks.database,
            department=department,
            liable=query.liable,
            process_no=query.process_no,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.recorded_at, row.liability_no))

    @route(
        "GET",
        "/task-counts",
        query=CountsQuery,
        response=dict[str, int],
        public=True,
        summary="How much waits, stands still and is late, of one department or of all",
    )
    def count_tasks(self, call: Call[None, CountsQuery]) -> dict[str, int]:
        return projections.count_tasks(self.tasks.database, department=call.query.department)

    def _has(self, source: str, position: int) -> bool:
        raise NotImplementedError

    def _jointly(self, call: Call[Any], role: str, name: str, **arguments: Any) -> Decided:
        number = call.path["process_no"]
        place = self.tasks.act_jointly(
            self._facts(call, role, number),
            name,
            number,
            arguments,
            call.body.expected_version,
            key=call.idempotency_key or None,
        )
        return self._said(call, number, place)


def _strip(clock: Any, calendar: Any) -> ClockStrip:
    due = clock.due(calendar)
    return ClockStrip(
        clock.kind.value,
        due.at if due else None,
        [
            DayView(
                one.day.isoformat(),
                one.counted,
                one.why.value,
                one.number,
                one.name,
                [reason.value for reason in one.reasons],
                one.provisional,
                one.due,
            )
            for one in explain(clock, calendar)
        ],
    )
