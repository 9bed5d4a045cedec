"""What a village or township clerk sees of certificates (一站通): words, tables, timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

from services.chassis.events import Event
from services.chassis.web import Page
from services.chassis.web.histories import shown_time, timeline
from services.chassis.web.parts import Cell, Column, Filter, Light, Option, Table
from services.intake.domain.clocks import in_time
from services.intake.domain.villages import VillageCertificate
from services.intake.projections.villages import CertificateRow
from services.intake.village_answers import CertificatesPageQuery

STATES: Final[Mapping[str, tuple[str, Light]]] = {
    "requested": ("待村核实", "amber"),
    "verified": ("待乡镇盖章", "amber"),
    "issued": ("已出具", "green"),
    "refused": ("不予出具", "red"),
    "withdrawn": ("已撤回", "grey"),
}
KINDS: Final[Mapping[str, str]] = {
    "residence": "居住证明",
    "hardship": "家庭经济困难证明",
    "kinship": "亲属关系证明",
    "alive": "生存证明",
    "farming": "种植养殖证明",
    "housing": "农村住房证明",
}
REASONS: Final[Mapping[str, str]] = {
    "not_true": "与事实不符",
    "not_of_this_village": "不是本村村民或不在本村",
    "not_for_a_village": "应由其他部门证明",
    "not_needed": "已有证件或数据可以证明，不需另开",
    "incomplete": "申请内容不完整",
}
STAGES: Final[Mapping[str, str]] = {"village": "村（社区）核实", "township": "乡镇盖章"}
TITLES: Final[Mapping[str, tuple[str, str, Light]]] = {
    "intake.village-certificate-requested.v1": ("提出申请", "Requested", ""),
    "intake.village-certificate-verified.v1": ("村（社区）核实", "Verified", "green"),
    "intake.village-certificate-issued.v1": ("乡镇盖章出具", "Issued", "green"),
    "intake.village-certificate-refused.v1": ("不予出具", "Refused", "red"),
    "intake.village-certificate-withdrawn.v1": ("撤回", "Withdrawn", ""),
    "intake.village-certificate-overdue.v1": ("超过承诺时限", "Overdue", "red"),
}


def certificate_page(
    asked: VillageCertificate,
    events: Sequence[Event],
    at: datetime,
    places: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Give what `village.html` shows of a request at this moment."""
    state, light = STATES[asked.state.value]
    waits = asked.is_open and asked.due_at is not None
    return {
        "asked": asked,
        "state": state,
        "light": light,
        "kind": KINDS[asked.kind.value],
        "place": place_of(asked.township, asked.village, places),
        "late": waits and asked.due_at is not None and not in_time(at, asked.due_at),
        "stage": STAGES[asked.stage.value] if asked.stage else "",
        "reason": REASONS[asked.reason.value] if asked.reason else "",
        "reasons": REASONS,
        "moments": timeline(events, TITLES),
        "shown_time": shown_time,
    }


def certificate_filters(query: CertificatesPageQuery, state: str) -> list[Filter]:
    """Give the filter form of the list."""
    states = [Option("", "全部"), *(Option(key, text) for key, (text, _) in STATES.items())]
    kinds = [Option("", "全部"), *(Option(key, text) for key, text in KINDS.items())]
    return [
        Filter(name="state", label="状态", value=state, options=states),
        Filter(name="kind", label="证明种类", value=query.kind, options=kinds),
    ]


def certificate_table(
    query: CertificatesPageQuery,
    state: str,
    page: Page[CertificateRow],
    at: datetime,
    places: Mapping[str, str] = MappingProxyType({}),
) -> Table:
    """Give the list as a table."""
    kept = {"state": state} | ({"kind": query.kind} if query.kind else {})
    return Table(
        caption="村（社区）证明申请，最近提出的在前",
        columns=[
            Column("申请编号", "Request"),
            Column("状态", "State"),
            Column("种类", "Kind"),
            Column("村（社区）", "Village"),
            Column("提出", "Requested", numeric=True),
            Column("本环节时限", "Due", numeric=True),
            Column("出具", "Issued", numeric=True),
        ],
        rows=[
            [
                Cell(row.request_no, f"/villages/{row.request_no}"),
                _state(row, at),
                KINDS.get(row.kind, row.kind),
                place_of(row.township, row.village, places),
                shown_time(row.requested_at),
                shown_time(row.due_at) or "–",
                shown_time(row.issued_at) or "–",
            ]
            for row in page.items
        ],
        next_href=f"/villages?{urlencode(kept | {'cursor': page.next})}" if page.next else "",
        first_href=f"/villages?{urlencode(kept)}" if query.cursor else "",
        empty="没有等待办理的申请" if state in ("requested", "verified") else "没有符合条件的申请",
        empty_hint="可以换一个状态查看。Try another state.",
    )


def place_of(township: str, village: str, places: Mapping[str, str]) -> str:
    """Name a village with its township; by its code where catalog has not named it yet."""
    if village not in places:
        return village
    return " ".join(filter(None, [places.get(township, ""), places[village]]))


def _state(row: CertificateRow, at: datetime) -> Cell:
    text, light = STATES[row.state]
    if row.due_at is not None and not in_time(at, row.due_at):
        return Cell(f"{text}（已超时）", light="red")
    return Cell(text, light=light)
