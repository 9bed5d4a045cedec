"""Notify (通知送达): what an applicant has been told, exactly once, from which text.

Owns: notices, one stream a notice, `stream_id("notice", dedup_key)`; deliveries of results
(`("delivery", delivery_no)`).
Publishes: `notify.notice-recorded.v1`; `delivery-ordered`, `parcel-handed-to-courier`,
`parcel-tracked`, `delivery-completed`, `delivery-failed`, `parcel-returned`.
Listens to: intake (case accepted, refused, completed).
Answers: `GET /notices`, `GET /notices/<kind>/<project_no>`, page `/`; `POST /deliveries` and on one
`handover`, `tracking`, `completion`, `failure`, `return` (role issuing_clerk), `GET /deliveries`,
`GET /deliveries/<delivery_no>` (issuing_clerk, clerk, supervisor).

Glossary
    notice          通知, one message to one applicant about one thing
    template        the text it is made from, by name and version
    dedup key       names a notice once and for all: kind and case
    legal effect    法律效力: it counts only when it has been served (送达)
    delivery        送达, one way of a result to its holder: picked up, by EMS, to the door, online
    service         送达日, the moment somebody signed for it; a dispatch is none, nor a return
"""
