"""Disclosure (公开): what the centre owes the public, counted from events.

Owns       published figures (one stream a figure); requests for information, stream_id("foi",
           request_no); what is published unasked, stream_id("entry", entry_no), and its directory,
           stream_id("directory", node); annual reports, stream_id("report", year); the vault with
           what is known about those who ask
Publishes  disclosure.statistic-published.v1, statistic-corrected.v1, foi-*, third-party-*,
           co-authority-*, entry-*, directory-extended, record-correction-*,
           subject-erased (`messages/asked.py`); supervision-*, rectification-*, card-* and what is
           recorded beside them (`messages/supervision.py`)
Deadlines  a published figure counted again (`application/figures.py`); a reply that is late,
           silence of who was consulted (opposite for third parties and co-authorities), a
           correction or fee that never came, the year's end, a recount when the calendar changes;
           an entry not published within 20 working days (`timers.py`); what a unit owes and did not
           do, the next turn of a cycle, a notice nobody answered (`supervision_timers.py`)
Listens to catalog (items, claims, calendars, schemes, names of departments and regions), intake
           (acceptance, completion, corrections and retractions of cases), approval (its log
           position, printed with every figure)
Answers    GET / (the front page), /board, /wall (the board on a wall), /progress (how far a case
           is, by its number), /stat/<id>, /measures, /cases, /figures, /items/<code>/rules;
           POST /figures; published figures: /figures/<figure>, its /proof and /recompute, POST
           /figures/recheck (role statistician), pages /how/<measure>, /published, /audit;
           annual reports (public when published; made by statistician, supervisor): /report,
           /report/<year>, /reports/<year>, /reports/<year>/file, /report-desk, POST /reports,
           GET /reports/preview, /reports/compare;
           own records (条例 art. 41; the public, foi_officer): POST /corrections, its
           /<no>/decision, /corrections/register (on paper), GET /corrections, pages
           /corrections/new, /foi-desk/corrections;
           persons (data_officer, foi_officer; docs/privacy.md): POST /subjects/search, GET
           /subjects/<id>, its /export and /accesses, POST its /erasure;
           requests (roles foi_officer, foi_office_head, supervisor; the public): POST
           /foi/requests, /foi/progress, /foi/register, /foi/requests/<no>/acts, GET
           /foi/requests, /foi/matters, /foi/annual/<year>, pages /foi, /foi-desk;
           proactive (roles disclosure_editor, secrecy_reviewer, disclosure_approver; the public):
           POST /open/entries, /open/entries/<no>/acts, /open/directory, GET /open/entries,
           /open/directory.json, /open/feed.atom, /open/sitemap.xml, pages /open, /open-desk
           supervision (roles supervisor, disclosure_officer, unit; the public): POST
           /supervision/acts, /supervision/scores.csv, GET /supervision/obligations, /notices,
           /cards, /records, /issues, /units, /circulars, /scores, pages /supervision, /circulars,
           /scores

Glossary
    measure (指标)      a figure's definition: what is counted over what; see measures.py
    count              a set of cases that can be counted and listed
    figure (数据)       the value of a measure at an as_of and at positions
    as_of (统计时点)    the moment in the world a figure speaks of
    positions (日志位置) per service, the last event of its log a figure knows of
    known_at (知悉时点)  only what the logs had recorded by then; see projections/known.py
    correction (更正)    what was found of a published figure later, said beside it
    watermark (低水位)  the position up to which every event of a source has taken effect here
    request (依申请公开) somebody asks for information; named by its request_no
    received_on (收到之日) by art. 31: handed in, signed for, or confirmed by both sides
    matter (事由)        what is asked for, by a short code; three requests may make it proactive
    own record (本人信息) what an authority holds about who asks; a correction_no begins with G
    entry (主动公开信息)  what is published unasked, in versions; named by its entry_no
    node (目录位置)      a place of the directory: who, what, by when, how
    report (年度报告)    a year in figures and words, published in editions that never change
    cycle (周期)         what every unit owes again and again; a turn of it is an obligation
    card (红黄牌)        a unit has it for a limit about to end or passed; named by its warning_no
    period (时段)       from and to: cases accepted (S02: completed) in it, both ends included
"""
