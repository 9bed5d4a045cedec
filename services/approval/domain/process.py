"""The process of a project, or of a single case: all its tasks in one stream.

    process = Process.open(facts, opening, calendar)      # many departments, one project
    process = Process.create(facts, assignment)           # one department, one case
    process.counting_by(calendar)                         # before anything that counts a limit

One stream a process: whoever writes second is told so and looks again. A single-department case is
the same process with one task, in the stream `stream_id("task", project_no)`; a parallel one is in
`stream_id("process", process_no)`, its tasks are named `<process_no>/<item_code>`.
"""

from __future__ import annotations

from services.approval.domain.process_decisions import Decisions


class Process(Decisions):
    """Tasks, who waits for whom, their clocks, what silence did, and how all of it ended."""

    def __init__(self) -> None:
        super().__init__()


def process_of(task_id: str) -> str:
    """Give the number of the process a task id names; a case's own task is its own process."""
    return task_id.partition("/")[0]
