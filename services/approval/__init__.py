"""Approval (审批): each department's task for a case, its steps and its decision.

Owns: processes with their tasks, one stream a process: `stream_id("task", project_no)` of a case of
its own, `stream_id("process", process_no)` of a project; review meetings (`("meeting", ...)`).
Publishes: `approval.task-*`, `approval.step-recorded.v1`; of projects `parallel-approval-started`,
`mutual-prerequisite-detected`, `prerequisite-deferred`, `process-decided`, `process-reopened`; of
time `clock-*`, `deadline-approaching`, `applicant-delay-noticed`; of silence
`task-deemed-consented`, `deemed-consent-*`, `late-decision-recorded`, `liability-*`;
`review-meeting-*`; to the public `decision-published` (art. 40).
Deadlines: a limit approaches or passes (task, joint), and is counted again (`timers.py`).
Decisions as documents, seals on them, and certificates (streams `("decision", decision_no)`,
`("certificate", certificate_no)`): `approval.decision-issued.v1`, `seal-applied`, `issuing-*`,
`certificate-*`, `renewal-*`; their files are made in `documents/` and kept in the storage.
Deadlines of theirs: the ten working days of art. 44, and the expiry of a certificate.
Listens to: intake (case accepted, project opened, step and result reported, decided on the spot,
record retracted, acceptance withdrawn, case completed, withdrawn, voided, forwarded, deleted),
catalog (copy, delegations), notify (certificates sent off, served, back),
`banjian.ingress` (`#.department.*`: departments that work in a system of their own).
Answers: `POST /cases/<project_no>/decision` (role officer, of the task's department),
`POST /cases/<project_no>/decision-document` (officer), `POST /decisions/<decision_no>/seal` (its
keeper), `POST /certificates` (issuing_clerk) and of what happens to one, `GET` of their lists and
files (officer, issuing_clerk, supervisor); for everybody `/verify` and
`GET /register/certificates/<certificate_no>`;
`POST /tasks/<project_no>/start`, `return`, `suspension`, `resumption`, `delay-notice` and
`late-decision` (officer), `extension` (department_head), `waiver` (clerk, supervisor), `voiding`,
`overturning` and `reopening` (supervisor); `POST /processes/<process_no>/departments`,
`suspension`, `resumption`, `withdrawal` (clerk), `extension` (government_head); `POST /meetings`;
`GET /processes`, `/processes/<process_no>`, `/liabilities`, `/meetings`, `/task-counts`,
`/tasks/<project_no>/clocks`, `GET /tasks`, `GET /tasks/<project_no>`,
`GET /tasks/<project_no>/history`, pages `/` and
`/tasks/<project_no>/page`; for officers, heads and supervisors the pages `/desk` (what waits),
`/desk/tasks/<project_no>` (every act on a task as a form), `/liability-register`,
`/review-meetings`, for supervisors `/desk/board`; on `/processes/<process_no>` the acts on the
whole as forms (clerk, government_head, supervisor).

Glossary
    process         并联审批, the tasks of a project that are approved side by side; one of a single
                    case has one task
    task            审批任务, what one department has to decide for one case; blocked while it waits
    joint limit     45 working days of the whole; the earlier of it and a task's promise binds
    deemed consent  默许, silence beyond the binding limit; never at the last stage and
                    never a certificate
    liability       责任, of window and department, for a limit that passed in silence
    step            环节, one finished piece of work on the way
    decision        决定; granted 准予 or not 不予, with a completion kind (办结类型)
    survey          联合踏勘, the departments of a process, utilities and intermediaries on site
                    at once
    commitment      承诺书, papers promised by a day: SUPPLEMENT_LATER 先办后补, TOLERANCE 容缺受理,
                    NOTICE_AND_PROMISE 告知承诺
    credit          信用记录, an applicant's broken promises, until they are repaired
    certificate     证照, named by its identifier (GB/T 36904); a new version is another certificate
    service         送达, it reached its holder; a dispatch is none
    renewal         延续, another term; silence until the expiry grants (行政许可法 art. 50)
    separation      受审分离: who accepted a case does not decide it
"""
