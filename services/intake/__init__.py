"""Intake (受理): every case from its application to its completion, whichever way it came.

Owns: cases, and the replies to outside records. One stream a case, `stream_id("case", project_no)`.
Fees, `stream_id("fee", order_no)`, and the payments the platform confirms, `stream_id("payment",
transaction_no)`.
Also the vault with what is known about applicants; events hold only a `subject_id`.
An applicant is not erased while their case is open. A refused record is kept as it came, sealed
(`refused.py`, `banjian refused list`).
Publishes: `intake.case-submitted.v1`, `case-accepted`, `case-refused` (v2), `step-reported`,
`result-reported`, `case-completed`, `external-record-corrected`, `external-record-retracted`,
`clock-recalculated`, `deadline-approaching`, `clock-breached`, `record-refused`,
`subject-erased`, `case-reopened`, `limit-recounted`;
of ratings `evaluation-*`, `bad-review-*`, `rectification-*`; of the hotline
`ticket-*`, `callback-recorded`; of fees `fee-*`, `payment-*`, `refund-due`.
Of what else happens to a case: `domain/case_events.py`; docs/cases.md tells its states and acts.
Deadlines: silence accepts after five working days, corrections lapse; the end of both limits, and
the moment from which the promise approaches (`timers.py`);
an answer to an invitation, the contact after a bad rating, the reply to a ticket;
the end of a payment notice (`fee_timers.py`).
Listens to: catalog (items, calendars, regions; its own copy), approval (decisions), and
`banjian.ingress` (outside systems).
Answers: `POST /cases` (roles clerk, applicant, agent, village_clerk), `POST /cases/<project_no>/`
with each act of docs/cases.md, `/items/<item_code>/acceptance-rule`,
`GET /cases`, `GET /cases/<project_no>[?at=]`,
`GET /cases/<project_no>/history`, `GET /cases/<project_no>/events/<version>`,
`GET /items/<item_code>/rules[?at=]`, pages `/` and `/cases/<project_no>/page`;
`GET /confirmations` (role supervisor): what waits to be voided or deleted;
persons (roles clerk, data_officer; docs/privacy.md): `POST /subjects/search`,
`GET /subjects/<subject_id>`, its `/export` and `/accesses`, `POST` its `/erasure`.
Ratings (好差评; roles clerk, rating_terminal, unit, supervisor): `GET /ratings`,
`/cases/<project_no>/ratings/<stage>` with `POST` of what happens to one, and its `/texts`.
Hotline (12345; roles hotline_operator, unit, supervisor): `/tickets`, `/tickets/<ticket_no>`
with `POST` of what happens to one, and its `/texts`.
Materials (roles clerk, officer, applicant, agent; their own stream, `stream_id("materials",
project_no)`): `GET /materials`, `/cases/<project_no>/materials`, `POST` of a material's `/file`,
`/receipt`, `/rejection`, `/reuse`, `/promise`, `/return`; `GET` its `/file`. Uploads are kept
sealed outside the database (services/chassis/storage); `banjian storage sweep intake`.
Fees (roles clerk, fee_officer): `POST /cases/<project_no>/fees`, `GET /fees`, `/fees/<order_no>`
with `POST` of its `/notice`, `/waiver`, `/refund`; `GET /fees/payments?date=`.
Outside sources (role exchange_officer; `banjian source`, docs/integrators.md): `GET /sources`,
`POST /sources/<name>`, its `/permissions`, `/disabling`. Of their rows: `special-procedure-*`,
`material-report*`, `project-no-conflict-detected`, `record-refused` (v2), `record-quarantined`,
`source-*`.
Village certificates (一站通; roles applicant, village_clerk, township_clerk, supervisor):
`/village-certificates` with `POST` of what happens to one, `POST /village-certificate-checks`
(anybody), pages `/villages`. Full agency (全程代理; applicant, agent, clerk, supervisor):
`/agencies`. Issuing window (统一窗口出件; issuing_clerk, supervisor, clerk): `/results`, `POST` of
a result's `/pickup-code`, `/hand-over`, `/unlocking`, `/return`, pages `/issuing`.

Glossary
    case            办件, one application for one item, named by its project_no (办件编号)
    acceptance      受理; from here the limits count; the item's version at this moment stays
    refusal         不予受理; what stands on no list is refused (清单之外无审批), and so is
                    what is frozen, cancelled, superseded or split
    one-time notice 一次性告知, of everything that is missing; a second one is a fault
    correction      补正, what the applicant brings of it
    reopening       撤销办结; a completion lost its ground, the case is to be decided again
    deemed          视为受理: silence accepts as of the day of receipt
    limit           时限; promised 承诺 and statutory 法定, side by side
    provisional     counted through a year whose working days are not published yet
    breach          超时; a limit passed while the case was open
    completion      办结, with one of seven kinds; granted 准予 or not
    record, row     what an outside system reports: accept, process or result, named by its row_guid
    correction      a row changed by its sender; a new event, the old one stays
    retraction      a row deleted by its sender; its effect ends, its history stays
    rating          好差评, of one stage of a case; level 1 best to 5 worst, 4 and 5 are bad
    exclusion       差评申诉成立; a mistaken or malicious rating that does not count
    ticket          工单 of the 12345 hotline, named by its ticket_no; a unit leads (主办)
    ruling          裁定 who leads, after a ticket was given back; stands
    supervision     督办; a ticket whose limit passed without a reply
    material        申请材料 the item's list asks for; shared ones (数据共享) are never demanded
    promise         容缺受理; a material that may come later, else the application is withdrawn
    library         电子证照库; a certificate in it stands in for a paper
    particulars     what is known about the applicant; only in the vault
    fee             收费, one charge of one case, set by the list the case is bound to; its number
                    is the order_no (缴款单号), its amount in fen stands
    refund due      money that came and is not owed; it never counted as collected
    sealing         乡镇盖章; a village certificate is issued by it
    mandate         全程代理 of an agent for cases of an applicant; free of charge
    shelf           出件窗口; where a result waits until its applicant has it in hand
"""
