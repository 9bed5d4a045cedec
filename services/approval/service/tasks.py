"""Tasks over HTTP: the officers' decisions, lists and pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from services.approval import projections
from services.approval.answers import (
    Decide,
    Decided,
    TaskHistory,
    TasksQuery,
    task_view,
)
from services.approval.domain import Process, Task
from services.approval.pages import filters, task_page, task_table
from services.approval.projections import TaskRow
from services.approval.service.processes import ProcessRoutes
from services.chassis.bus.positions import is_done
from services.chassis.clock import Clock
from services.chassis.errors import (
    NotFoundError,
)
from services.chassis.events import Event
from services.chassis.reference.rules import ItemRules, rules_of
from services.chassis.web import Call, Page, Pages, route
from services.chassis.web.histories import (
    AtQuery,
    history_event,
    moment_of,
    page_reply,
    wants_page,
    written,
)
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Crumb
from services.kernel.identifiers import stream_id

PAGES: Final = Pages("approval", Path(__file__).parents[1] / "pages")
OFFICER: Final = frozenset({"officer"})


class TaskRoutes(ProcessRoutes):
    """Routes of the nameko service."""

    name: str
    clock: Clock
    frame: Any
    tasks: Any

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
        facts = self._facts(call, "officer", self.tasks.home_of(project_no))
        stream, version = self.tasks.decide(
            facts,
            project_no,
            granted,
            (0 if granted else 1) if kind is None else kind,
            call.body.reason or None,
            call.body.expected_version,
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
        project_no, at = call.path["project_no"], moment_of(call.query.at)
        stream = self._stream(project_no)
        process = self.tasks.state_of(Process, stream, at)
        if process is None:
            raise NotFoundError("there is no task for this case, or there was none then")
        task = process.task(project_no)
        events = self.tasks.events_of(stream, at)
        if wants_page(call):
            return page_reply(self._page_of(call, task, events))
        return TaskHistory(task_view(process, task), [history_event(event) for event in events])

    @route(
        "GET",
        "/items/<item_code>/rules",
        query=AtQuery,
        response=ItemRules,
        public=True,
        after=True,
        summary="The rules of an item now or at an instant: version, materials, limits, calendar",
    )
    def get_rules(self, call: Call[None, AtQuery]) -> ItemRules:
        """From the service's own copy of the catalog; catalog need not be there."""
        call.wait_until_fresh(self._has)
        at = moment_of(call.query.at) or self.clock.now()
        return rules_of(self.tasks.database, call.path["item_code"], at)

    @route("GET", "/", html=True, public=True, query=TasksQuery, summary="The tasks")
    def show(self, call: Call[None, TasksQuery]) -> str:
        query = call.query
        return PAGES.render(
            "tasks.html",
            call,
            title="审批任务",
            english="Tasks",
            filters=filters(query),
            table=task_table(query, self._page(query)),
        )

    def _page_of(self, call: Call[None, AtQuery], task: Task, events: Sequence[Event]) -> str:
        return PAGES.render(
            "task.html",
            call,
            title=f"审批任务 {task.project_no}",
            english="Task",
            crumbs=[Crumb("审批任务", "/")],
            at=call.query.at,
            **task_page(task, events),
        )

    def _page(self, query: TasksQuery) -> Page[TaskRow]:
        rows = projections.list_tasks(
            self.tasks.database,
            department=query.department,
            state=query.state,
            process_no=query.process_no,
            overdue=query.overdue,
            suspended=query.suspended,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.created_at, row.task_id))

    def _stream(self, project_no: str) -> UUID:
        home = self.tasks.home_of(project_no)
        return stream_id("task" if home == project_no else "process", home)

    def _has(self, source: str, position: int) -> bool:
        return source == self.name or is_done(self.tasks.database, source, position)
