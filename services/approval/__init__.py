"""Approval (审批): each department's task for a case, its steps and its decision.

Owns: tasks. One stream a task, `stream_id("task", project_no)`.
Publishes: `approval.task-created.v1`, `approval.step-recorded.v1`, `approval.task-approved.v1`,
`approval.task-rejected.v1`, `approval.task-reopened.v1`, `approval.task-cancelled.v1`.
Listens to: intake (case accepted, step and result reported, record retracted).
Answers: `POST /cases/<project_no>/decision` (role officer, of the task's department),
`GET /tasks`, `GET /tasks/<project_no>`, `GET /tasks/<project_no>/history`, pages `/` and
`/tasks/<project_no>/page`.

Glossary
    task            审批任务, what one department has to decide for one case
    step            环节, one finished piece of work on the way
    decision        决定; granted 准予 or not 不予, with a completion kind (办结类型)
    separation      受审分离: who accepted a case does not decide it
"""
