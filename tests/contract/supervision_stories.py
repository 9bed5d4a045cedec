"""Stories of supervision: what is owed, put right, said, counted, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.disclosure.domain import (
    Card,
    Circular,
    Counter,
    Inspection,
    Lagging,
    Outreach,
    RectificationNotice,
    ReportedFact,
    Score,
    Supervision,
    Training,
)
from services.disclosure.domain.supervision_records import fact_no, lagging_no
from services.disclosure.domain.supervision_terms import (
    CardExcuse,
    Colour,
    Criterion,
    Finding,
    OutreachForm,
    RecordKind,
    Retraction,
)
from services.kernel.aggregate import Aggregate
from tests.unit.disclosure.supervision_world import (
    OFFICER,
    SUPERVISOR,
    TIMER,
    UNIT,
    at,
    by,
    card,
    day,
    missed,
    noticed,
)

TWICE = Retraction.ENTERED_TWICE


def late_cycle() -> Supervision:
    """Missed one week, met late; ended."""
    found = missed()
    found.meet(by(UNIT, "2020-09-22"), "2020-W38.D07", day("2020-09-21"), "P2020092100000001")
    found.end(by(SUPERVISOR, "2020-12-31"), day("2021-01-01"))
    return found


def stubborn_notice() -> RectificationNotice:
    """Overdue, answered, not accepted, answered again, accepted; taken back for all that."""
    notice = noticed()
    notice.overrun(by(TIMER, "2020-10-01", 0), at("2020-10-01", 0))
    notice.answer(by(UNIT, "2020-10-09"), "D07", "三个栏目已更新两个", day("2020-10-09"))
    facts = by(SUPERVISOR, "2020-10-10")
    notice.verify(facts, False, day("2020-10-10"), "还有一个栏目", day("2020-10-20"))
    notice.answer(by(UNIT, "2020-10-15"), "D07", "全部更新", day("2020-10-15"))
    notice.verify(by(SUPERVISOR, "2020-10-16"), True, day("2020-10-16"))
    notice.retract(by(SUPERVISOR, "2020-10-19"), Retraction.DID_NOT_HAPPEN)
    return notice


def circular() -> Circular:
    """Published, and taken back."""
    found = Circular.of("T-2020-003")
    facts, on = by(OFFICER, "2020-10-12"), day("2020-10-12")
    found.publish(facts, "T-2020-003", "第三季度通报", ["D07", "D12"], on, "监测情况如下。")
    found.retract(by(OFFICER, "2020-10-13"), TWICE)
    return found


def lagging() -> Lagging:
    """Named in a circular."""
    found = Lagging.of(lagging_no("2020Q3", "D07"))
    facts, on = by(OFFICER, "2020-10-12"), day("2020-10-12")
    found.name(facts, "D07", "2020Q3", "栏目更新不及时", on, "T-2020-003")
    return found


def score() -> Score:
    """Said, and said anew."""
    found = Score.of("2020Q3")
    on = day("2020-10-12")
    found.import_score(by(OFFICER, "2020-10-12"), "2020Q3", 8215, 3, 9, "测评通报", on)
    found.import_score(by(OFFICER, "2020-10-13"), "2020Q3", 8251, 2, 9, "测评通报（更正）", on)
    return found


def training() -> Training:
    """Held, entered twice."""
    found = Training.of("X-2020-004")
    facts = by(OFFICER, "2020-09-15")
    found.hold(facts, "X-2020-004", "政府信息公开条例培训", day("2020-09-15"), 157)
    found.retract(by(OFFICER, "2020-09-21"), TWICE)
    return found


def inspection() -> Inspection:
    """Not announced; one thing was not on the wall."""
    found = Inspection.of("J-2020-001")
    faults = [Finding(Criterion.FLOW_POSTED, "办事流程图未上墙")]
    facts = by(SUPERVISOR, "2020-09-10")
    found.inspect(facts, "J-2020-001", "3412XX001", True, faults, day("2020-09-10"))
    return found


def withdrawn_card() -> Card:
    """Red, and nobody answers for it in the end."""
    found = card(Colour.RED)
    found.withdraw(by(TIMER, "2020-09-24"), CardExcuse.LIABILITY_WITHDRAWN)
    return found


def outreach() -> Outreach:
    """Visits; one problem, solved."""
    found = Outreach.of("W-2020-006")
    facts, on = by(OFFICER, "2020-06-11"), day("2020-06-11")
    found.hold(facts, "W-2020-006", OutreachForm.VISIT, 4, 7, on, "牵手企业走访")
    issue = found.raise_issue(facts, on, "希望增加夜间取件柜")
    solved = day("2020-07-20")
    found.resolve_issue(by(OFFICER, "2020-07-20"), issue, solved, "已设置")
    return found


def hall() -> Counter:
    """Visitors of two days, one of them wrong."""
    found = Counter.of(RecordKind.VISITORS, "gate-1")
    found.count_visitors(by(OFFICER, "2020-09-17"), "gate-1", day("2020-09-16"), 20860)
    found.retract(by(OFFICER, "2020-09-18"), day("2020-09-16"), Retraction.WRONG_FIGURES)
    found.count_visitors(by(OFFICER, "2020-09-18"), "gate-1", day("2020-09-16"), 2086)
    return found


def column() -> Counter:
    """Visits to the column in September."""
    found = Counter.of(RecordKind.PAGE_VISITS, "portal", "open-column")
    begin, end = day("2020-09-01"), day("2020-09-30")
    found.count_page_visits(by(OFFICER, "2020-10-09"), "portal", "open-column", begin, end, 76412)
    return found


def enquiries() -> Counter:
    """Enquiries in September."""
    found = Counter.of(RecordKind.ENQUIRIES, "desk")
    begin, end = day("2020-09-01"), day("2020-09-30")
    found.count_enquiries(by(OFFICER, "2020-10-09"), "desk", begin, end, 2911)
    return found


def reported() -> ReportedFact:
    """Guides printed."""
    found = ReportedFact.of(fact_no("guides-printed", day("2020-10-31")))
    on, said = day("2020-10-31"), "印发服务指南（告知单）"
    facts = by(OFFICER, "2020-11-02")
    found.report(facts, "guides-printed", said, "20000", "份", on, "年度工作总结")
    return found


SUPERVISION_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "disclosure-late-cycle": late_cycle,
    "disclosure-stubborn-notice": stubborn_notice,
    "disclosure-circular": circular,
    "disclosure-lagging": lagging,
    "disclosure-score": score,
    "disclosure-training": training,
    "disclosure-inspection": inspection,
    "disclosure-withdrawn-card": withdrawn_card,
    "disclosure-outreach": outreach,
    "disclosure-hall-counter": hall,
    "disclosure-page-counter": column,
    "disclosure-enquiry-counter": enquiries,
    "disclosure-reported-fact": reported,
}
