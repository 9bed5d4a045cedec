"""Notify (通知送达): what an applicant has been told, exactly once, from which text.

Owns: notices. One stream a notice, `stream_id("notice", dedup_key)`.
Publishes: `notify.notice-recorded.v1`.
Listens to: intake (case accepted, refused, completed).
Answers: `GET /notices`, `GET /notices/<kind>/<project_no>`, page `/`.

Glossary
    notice          通知, one message to one applicant about one thing
    template        the text it is made from, by name and version
    dedup key       names a notice once and for all: kind and case
    legal effect    法律效力: it counts only when it has been served (送达)
"""
