"""The desk's lists as pages: work, the board, who answers, review meetings, a process drawn."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec

from services.approval import projections
from services.approval.act_answers import Held, Schedule
from services.approval.desk_answers import (
    HoldForm,
    JointForm,
    MeetingForm,
    MeetingsQuery,
    RegisterQuery,
    WorkQuery,
)
from services.approval.domain import ApprovalRuleError, NoTaskError, Process
from services.approval.pages.desk import desk_page
from services.approval.pages.desk_joint import JOINT_ACTS, JointForms, joint_forms
from services.approval.pages.desk_words import EXTEND_REASONS, WAIVE_REASONS, Names
from services.approval.pages.picture import process_page
from services.approval.pages.registers import board_page, liability_page, meetings_page
from services.approval.projections.desk import (
    board,
    count_work,
    holders_of,
    list_work,
    named,
    scheme_label,
)
from services.approval.service.desk_joint import JOINT_DONE
from services.approval.service.desk_room import (
    CLERK,
    DESK,
    PAGES,
    SUPERVISOR,
    DeskRoom,
    FormError,
    moment_in,
    said_of,
    to,
)
from services.chassis.errors import NotAllowedError
from services.chassis.events import Event
from services.chassis.web import Call, Reply, route
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Crumb

MEETERS: Final = DESK | CLERK
RUNNING: Final = 30
"""Processes shown on the board, those whose joint limit ends first."""
DONE: Final = {"scheduled": "会议已安排。", "held": "会议已记录。"}


class DeskRoutes(DeskRoom):
    """Pages of approval's service: what waits, and what went wrong."""

    @route("GET", "/desk", html=True, query=WorkQuery, roles=DESK, summary="An officer's work list")
    def show_desk(self, call: Call[None, WorkQuery]) -> str:
        query = call.query
        watching = "supervisor" in call.caller.roles
        scope = query.department if watching else call.caller.unit
        if not scope and not watching:
            raise NotAllowedError("账号没有所属部门。this account belongs to no department")
        account = call.caller.id
        rows = list_work(
            self.tasks.database,
            department=scope,
            state=query.state,
            item_code=query.item,
            late=query.late,
            handler=account if query.mine and not watching else "",
            after=_cursor(query.cursor),
            limit=query.limit + 1,
        )
        page = page_of(
            rows,
            query.limit,
            lambda row: (row.created_at if query.state else row.promised_due_at, row.task_id),
        )
        holders = holders_of(
            self.tasks.database,
            {one for row in page.items if row.state == "blocked" for one in row.needs},
        )
        items = {row.item_code for row in page.items}
        items |= {one.item_code for one in holders.values()} | ({query.item} - {""})
        return PAGES.render(
            "desk.html",
            call,
            title="审批工作台",
            english="Approval desk",
            **desk_page(
                query,
                page,
                count_work(self.tasks.database, scope, account),
                self.names(items),
                holders,
                self.tasks.reference.calendar().calendar,
                self.clock.now(),
                scope=scope,
                watching=watching,
            ),
        )

    @route(
        "GET",
        "/desk/board",
        html=True,
        roles=SUPERVISOR,
        summary="The supervisor's red and yellow board, one row a department",
    )
    def show_board(self, call: Call) -> str:
        rows = projections.list_processes(self.tasks.database, state="running", limit=500)
        far = datetime.max.replace(tzinfo=self.clock.now().tzinfo)
        rows.sort(key=lambda row: (not row.joint_overdue, row.joint_due_at or far))
        return PAGES.render(
            "board.html",
            call,
            title="红黄牌看板",
            english="Red and yellow cards",
            **board_page(
                board(self.tasks.database),
                rows[:RUNNING],
                self.names(),
                self.tasks.reference.calendar().calendar,
                self.clock.now(),
            ),
        )

    @route(
        "GET",
        "/liability-register",
        html=True,
        query=RegisterQuery,
        roles=DESK,
        summary="The register of who answers for silence; officers see their own department's",
    )
    def show_liabilities(self, call: Call[None, RegisterQuery]) -> str:
        query = call.query
        watching = "supervisor" in call.caller.roles
        if not watching:
            call.caller.require_unit(call.caller.unit)
        rows = projections.list_liabilities(
            self.tasks.database,
            department=query.department if watching else call.caller.unit,
            liable=query.liable,
            process_no=query.process_no,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        page = page_of(rows, query.limit, lambda row: (row.recorded_at, row.liability_no))
        return PAGES.render(
            "liability_register.html",
            call,
            title="责任台账",
            english="Liability register",
            **liability_page(query, page, self.names(), watching=watching),
        )

    @route(
        "GET",
        "/review-meetings",
        html=True,
        query=MeetingsQuery,
        roles=MEETERS,
        summary="Joint review meetings: called, held, and the forms for both",
    )
    def show_meetings(self, call: Call[None, MeetingsQuery]) -> str:
        return self._meetings(call, call.query, MeetingForm())

    @route(
        "POST",
        "/review-meetings",
        html=True,
        request=MeetingForm,
        roles=CLERK,
        summary="Call a joint review meeting",
    )
    def call_meeting(self, call: Call[MeetingForm]) -> Any:
        form = call.body
        try:
            at = moment_in(form.scheduled_at, "scheduled_at")
            told = {
                "meeting_no": form.meeting_no.strip(),
                "projects": form.projects.split(),
                "departments": form.departments.split(),
                "scheduled_at": at,
                "place": form.place.strip(),
            }
            said = _checked(told, Schedule)
            self.tasks.schedule_meeting(
                self._facts(call, "clerk", said.meeting_no),
                said.meeting_no,
                said.projects,
                said.departments,
                said.scheduled_at,
                said.place,
                key=self.key_of(call, form.once),
            )
        except (FormError, ApprovalRuleError, NoTaskError) as error:
            return Reply(self._meetings(call, MeetingsQuery(), form, error), status=422)
        return to(call, "/review-meetings?done=scheduled")

    @route(
        "POST",
        "/review-meetings/holding",
        html=True,
        request=HoldForm,
        roles=CLERK,
        summary="File that a meeting took place",
    )
    def file_meeting(self, call: Call[HoldForm]) -> Any:
        form = call.body
        try:
            digest = form.minutes_hash.strip().lower()
            said = _checked({"attended": form.attended, "minutes_hash": digest}, Held)
            self.tasks.hold_meeting(
                self._facts(call, "clerk", form.meeting_no),
                form.meeting_no,
                said.attended,
                said.minutes_hash,
                key=self.key_of(call, form.once),
            )
        except (FormError, ApprovalRuleError, NoTaskError) as error:
            page = self._meetings(call, MeetingsQuery(), MeetingForm(), error, form.meeting_no)
            return Reply(page, status=422)
        return to(call, "/review-meetings?done=held")

    def picture_of(
        self,
        call: Call[Any, Any],
        process: Process,
        events: list[Event],
        form: JointForm | None = None,
        refused: Exception | None = None,
    ) -> str:
        """Draw a process, with what can be done to it: the page of `GET /processes/<no>`."""
        names = self.names({task.item_code for task in process.tasks.values()})
        label = scheme_label(self.tasks.database, process.scheme, process.scheme_version)
        roles = call.caller.roles
        process.counting_by(self.tasks.reference.calendar().calendar)
        at = call.query.at if call.query is not None else ""
        done = call.query.done if call.query is not None else ""
        now = self.clock.now()
        return PAGES.render(
            "process.html",
            call,
            title=f"并联审批 {process.process_no}",
            english="Parallel approval",
            crumbs=[Crumb("审批工作台", "/desk") if roles & DESK else Crumb("审批任务", "/")],
            at=at,
            done=JOINT_DONE.get(done, ""),
            forms=JointForms() if at else joint_forms(process, names, now, roles),
            opened=form.act if form else "",
            typed=form or JointForm(),
            refused=said_of(refused),
            wrong=refused.field if isinstance(refused, FormError) else "",
            once=self.once(),
            names_of_acts={name: text for name, (text, _) in JOINT_ACTS.items()},
            extend_reasons=EXTEND_REASONS,
            waive_reasons=WAIVE_REASONS,
            **process_page(process, events, names, label, now, inside=bool(roles & DESK)),
        )

    def _meetings(
        self,
        call: Call[Any, Any],
        query: MeetingsQuery,
        form: MeetingForm,
        refused: Exception | None = None,
        held: str = "",
    ) -> str:
        after = read_cursor(query.cursor, tuple[datetime, str])
        rows = projections.list_meetings(self.tasks.database, after=after, limit=query.limit + 1)
        page = page_of(rows, query.limit, lambda row: (row.scheduled_at, row.meeting_no))
        return PAGES.render(
            "meetings.html",
            call,
            title="联合评审会议",
            english="Joint review meetings",
            done=DONE.get(query.done, ""),
            clerk="clerk" in call.caller.roles,
            refused=said_of(refused),
            wrong=refused.field if isinstance(refused, FormError) else "",
            held=held,
            once=self.once(),
            **meetings_page(query, page, self.names(), self.clock.now(), form),
        )

    def names(self, items: Iterable[str] = ()) -> Names:
        """Give what these items and all departments are called."""
        return Names(*named(self.tasks.database, set(items)))


def _cursor(text: str) -> tuple[datetime | None, str] | None:
    found = read_cursor(text, _Key)
    return (found.end, found.task_id) if found is not None else None


class _Key(msgspec.Struct, frozen=True, array_like=True):
    """Where a page of the work list begins; what has no end stands last."""

    end: datetime | None
    task_id: str


def _checked(told: dict[str, Any], shape: Any) -> Any:
    """Read what the API would be told.

    Raises:
        FormError: it would refuse it.
    """
    try:
        return msgspec.convert(told, shape)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("`$.")[2].partition("`")[0].partition("[")[0]
        raise FormError(f"请核对这一项的格式。{str(error).partition(' - ')[0]}", field) from None
