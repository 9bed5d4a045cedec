"""Intake (受理): every case from its application to its completion, whichever way it came.

Owns: cases, and the replies to outside records. One stream a case, `stream_id("case", project_no)`.
Also the vault with what is known about applicants; events hold only a `subject_id`.
An applicant is not erased while their case is open. A refused record is kept as it came, sealed
(`refused.py`, `banjian refused list`).
Publishes: `intake.case-submitted.v1`, `case-accepted`, `case-refused`, `step-reported`,
`result-reported`, `case-completed`, `external-record-corrected`, `external-record-retracted`,
`clock-recalculated`, `deadline-approaching`, `clock-breached`, `record-refused`,
`subject-erased`.
Deadlines: the end of both limits, and the moment from which the promise approaches (`timers.py`).
Listens to: catalog (items, calendars; its own copy of them), approval (decisions), and
`banjian.ingress` (outside systems).
Answers: `POST /cases` (role clerk), `GET /cases`, `GET /cases/<project_no>[?at=]`,
`GET /cases/<project_no>/history`, `GET /cases/<project_no>/events/<version>`,
`GET /items/<item_code>/rules[?at=]`, pages `/` and `/cases/<project_no>/page`;
persons (roles clerk, data_officer; docs/privacy.md): `POST /subjects/search`,
`GET /subjects/<subject_id>`, its `/export` and `/accesses`, `POST` its `/erasure`.

Glossary
    case            办件, one application for one item, named by its project_no (办件编号)
    acceptance      受理; from here the limits count; the item's version at this moment stays
    refusal         不予受理; what stands on no list is refused (清单之外无审批), and so is
                    what is frozen, cancelled, superseded or split
    limit           时限; promised 承诺 and statutory 法定, side by side
    provisional     counted through a year whose working days are not published yet
    breach          超时; a limit passed while the case was open
    completion      办结, with one of seven kinds; granted 准予 or not
    record, row     what an outside system reports: accept, process or result, named by its row_guid
    correction      a row changed by its sender; a new event, the old one stays
    retraction      a row deleted by its sender; its effect ends, its history stays
    particulars     what is known about the applicant; only in the vault
"""
