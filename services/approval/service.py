"""Listens for approval: intake's events, the officers' decisions, lists and pages of the tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

import msgspec

from services.approval import domain, messages, projections
from services.approval.application import Tasks
from services.approval.domain import Task
from services.approval.projections import READ_MODEL, TaskRow
from services.chassis.bus.positions import is_done
from services.chassis.bus.providers import ApplicationProvider
from services.chassis.bus.subscription import subscribe
from services.chassis.clock import SystemClock
from services.chassis.errors import (
    BanjianError,
    NotAllowedError,
    NotFoundError,
    RuleError,
)
from services.chassis.events import Event
from services.chassis.frame_provider import FrameProvider
from services.chassis.translate import translate
from services.chassis.web import Call, Page, PageQuery, Pages, route
from services.chassis.web.histories import (
    HistoryEvent,
    history_event,
    page_reply,
    shown_time,
    timeline,
    wants_page,
    written,
)
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Cell, Column, Crumb, Filter, Light, Option, Table
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

PAGES: Final = Pages("approval", Path(__file__).parent / "pages")
OFFICER: Final = frozenset({"officer"})
STATES: Final[Mapping[str, tuple[str, Light]]] = {
    "open": ("审批中", "grey"),
    "approved": ("准予", "green"),
    "rejected": ("不予", "red"),
    "cancelled": ("已撤销", "grey"),
}
TITLES: Final[Mapping[str, tuple[str, str, Light]]] = {
    domain.TaskCreated.TOPIC: ("任务到达部门", "Task created", ""),
    domain.StepRecorded.TOPIC: ("环节办理", "Step recorded", ""),
    domain.TaskApproved.TOPIC: ("准予", "Approved", "green"),
    domain.TaskRejected.TOPIC: ("不予", "Rejected", "red"),
    domain.TaskReopened.TOPIC: ("重新办理", "Reopened", "amber"),
    domain.TaskCancelled.TOPIC: ("任务撤销", "Cancelled", "grey"),
}


Kind = Annotated[int, msgspec.Meta(ge=0, le=6, description="Default: 0 when granted, 1 when not.")]
Reason = Annotated[
    str, msgspec.Meta(max_length=64, pattern="^[a-z0-9_]*$", description="A code, no text.")
]


class Decide(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An officer's decision."""

    decision: Literal["approve", "reject"]
    completion_kind: Kind | None = None
    reason: Reason = ""


class Decided(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the decision stands in the log."""

    project_no: str
    event: str
    position: int | None = None


class TaskView(msgspec.Struct, frozen=True):
    """A task, rebuilt from its events."""

    project_no: str
    state: str
    item_code: str
    department: str
    promised_due_at: datetime | None
    accepted_by: str | None
    decided_at: datetime | None
    decided_by: str | None
    completion_kind: int | None
    steps: int


class TaskHistory(msgspec.Struct, frozen=True):
    """A task and how it came to be so."""

    task: TaskView
    history: list[HistoryEvent]


class TasksQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    department: str = ""
    state: str = ""


class AtQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A moment in the past, by when things happened; now when absent."""

    at: datetime | None = None


class Service:
    """The nameko service."""

    name = "approval"
    errors: Final[Mapping[type[Exception], type[BanjianError]]] = {
        domain.ApprovalRuleError: RuleError,
        domain.WrongDepartmentError: NotAllowedError,
        domain.NoTaskError: NotFoundError,
    }
    clock = SystemClock()
    frame: Any = FrameProvider()
    tasks: Any = ApplicationProvider(Tasks, READ_MODEL)

    @subscribe(reads=messages.READS)
    def on_events(self, batch: Sequence[Event]) -> None:
        """Take up accepted cases, file reported steps and results, follow retractions."""
        self.tasks.expect({event.subject for event in batch})
        for event in batch:
            try:
                self._on(event)
            except (domain.ApprovalRuleError, domain.NoTaskError) as error:
                raise translate(error, self.errors) from error

    def _on(self, event: Event) -> None:
        facts = messages.facts_after(event)
        if event.type == messages.ACCEPTED:
            self.tasks.create(facts, messages.assignment(event))
        elif event.type == messages.STEP:
            self.tasks.record_step(facts, event.subject, messages.step(event))
        elif event.type == messages.RESULT:
            self.tasks.take_result(facts, event.subject, messages.verdict(event))
        elif event.type == messages.RETRACTED:
            said = event.read(messages.RecordRetracted)
            if said.record == "accept":
                self.tasks.cancel(facts, said.project_no, said.row_guid, said.reason)
            elif said.record == "result":
                self.tasks.take_back(facts, said.project_no, said.row_guid, said.reason)

    @route(
        "POST",
        "/cases/<project_no>/decision",
        request=Decide,
        response=Decided,
        roles=OFFICER,
        status=201,
        summary="Decide a case of the officer's own department",
    )
    def decide(self, call: Call[Decide]) -> Decided:
        """Who accepted a case does not decide it (受审分离)."""
        granted = call.body.decision == "approve"
        kind = call.body.completion_kind
        project_no = call.path["project_no"]
        facts = Facts(
            occurred_at=self.clock.now(),
            subject=project_no,
            actor=call.caller.actor("officer"),
            correlation_id=call.correlation_id,
            region=self.frame.settings.region,
            department=call.caller.unit,
        )
        stream, version = self.tasks.decide(
            facts,
            project_no,
            granted,
            (0 if granted else 1) if kind is None else kind,
            call.body.reason or None,
            key=call.idempotency_key or None,
        )
        place = written(call, self.tasks.database, self.name, stream, version)
        return Decided(project_no, place.event, place.position)

    @route(
        "GET",
        "/tasks",
        query=TasksQuery,
        response=Page[TaskRow],
        public=True,
        after=True,
        summary="List tasks, newest first",
    )
    def list_tasks(self, call: Call[None, TasksQuery]) -> Page[TaskRow]:
        call.wait_until_fresh(self._has)
        return self._page(call.query)

    @route(
        "GET",
        "/tasks/<project_no>",
        query=AtQuery,
        response=TaskHistory,
        public=True,
        after=True,
        summary="A task and its history, now or as it was",
    )
    def get_task(self, call: Call[None, AtQuery]) -> Any:
        call.wait_until_fresh(self._has)
        project_no, at = call.path["project_no"], call.query.at
        stream = stream_id("task", project_no)
        task = self.tasks.state_of(Task, stream, at)
        if task is None:
            raise NotFoundError("there is no task for this case, or there was none then")
        events = self.tasks.events_of(stream, at)
        if wants_page(call):
            return page_reply(self._page_of(call, task, events))
        return TaskHistory(_view(task), [history_event(event) for event in events])

    @route("GET", "/", html=True, public=True, query=TasksQuery, summary="The tasks")
    def show(self, call: Call[None, TasksQuery]) -> str:
        query = call.query
        return PAGES.render(
            "tasks.html",
            call,
            title="审批任务",
            english="Tasks",
            filters=[
                Filter(name="department", label="部门编码", value=query.department),
                Filter(
                    name="state",
                    label="状态",
                    value=query.state,
                    options=[Option("", "全部"), *(Option(k, v[0]) for k, v in STATES.items())],
                ),
            ],
            table=_table(query, self._page(query)),
        )

    def _page_of(self, call: Call[None, AtQuery], task: Task, events: Sequence[Event]) -> str:
        text, light = STATES[task.state.value]
        return PAGES.render(
            "task.html",
            call,
            title=f"审批任务 {task.project_no}",
            english="Task",
            crumbs=[Crumb("审批任务", "/")],
            task=task,
            state=text,
            light=light,
            shown_time=shown_time,
            moments=timeline(events, TITLES),
        )

    def _page(self, query: TasksQuery) -> Page[TaskRow]:
        rows = projections.list_tasks(
            self.tasks.database,
            department=query.department,
            state=query.state,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.created_at, row.project_no))

    def _has(self, source: str, position: int) -> bool:
        return source == self.name or is_done(self.tasks.database, source, position)


def _view(task: Task) -> TaskView:
    return TaskView(
        project_no=task.project_no,
        state=task.state.value,
        item_code=task.item_code,
        department=task.department,
        promised_due_at=task.promised_due_at,
        accepted_by=task.accepted_by,
        decided_at=task.decided_at,
        decided_by=task.decided_by,
        completion_kind=task.completion_kind,
        steps=len(task.steps),
    )


def _table(query: TasksQuery, page: Page[TaskRow]) -> Table:
    kept = {"department": query.department, "state": query.state}
    kept = {name: value for name, value in kept.items() if value}
    return Table(
        caption="审批任务",
        columns=[
            Column("办件编号", "Case"),
            Column("状态", "State"),
            Column("部门", "Department"),
            Column("到达", "Created"),
            Column("承诺时限", "Promised by"),
            Column("环节", "Steps", numeric=True),
        ],
        rows=[
            [
                Cell(row.project_no, f"/tasks/{row.project_no}"),
                Cell(STATES[row.state][0], light=STATES[row.state][1]),
                row.department,
                shown_time(row.created_at),
                shown_time(row.promised_due_at),
                row.steps,
            ]
            for row in page.items
        ],
        next_href=f"/?{urlencode(kept | {'cursor': page.next})}" if page.next else "",
        first_href=f"/?{urlencode(kept)}" if query.cursor else "",
    )
