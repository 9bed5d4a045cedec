"""Rows of supervision: what units owe, notices, cards, what was said and counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

import msgspec

from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement

LIABILITY: Final = ("liability_no", "due_at")
LEAD: Final = ("process_no", "lead")
_OWN: Final = "disclosure."
_CYCLES: Final = "supervision-"
_PARTS: Final = (
    *(_CYCLES, "rectification-", "circular-", "lagging-", "score-", "training-", "inspection-"),
    *("card-", "outreach-", "hall-", "page-", "enquiries-", "reported-"),
)


class _Said(msgspec.Struct, frozen=True):
    """Every field that any of the rows needs."""

    obligation_no: str = ""
    cycle: str = ""
    unit: str | None = None
    period_begin: date | None = None
    period_end: date | None = None
    due_at: datetime | None = None
    due_on: date | None = None
    on: date | None = None
    evidence: str = ""
    late: bool = False
    notice_no: str = ""
    issues: list[str] = []
    inspection_no: str | None = None
    answer: str = ""
    accepted: bool = False
    remark: str | None = None
    circular_no: str | None = None
    title: str | None = None
    units: list[str] = []
    text: str | None = None
    period: str = ""
    reason: str = ""
    score_hundredths: int = 0
    rank: int = 0
    of_units: int = 0
    source_document: str = ""
    training_no: str = ""
    attendees: int = 0
    covert: bool = False
    findings: list[dict[str, str]] = []
    warning_no: str = ""
    colour: str = ""
    ground: str = ""
    process_no: str = ""
    clock: str = ""
    task_id: str | None = None
    project_no: str | None = None
    outreach_no: str = ""
    form: str = ""
    count: int = 0
    enterprises: int = 0
    issue_no: str = ""
    day: date | None = None
    begin: date | None = None
    end: date | None = None
    counter: str = ""
    page: str = ""
    fact_no: str = ""
    code: str = ""
    name: str = ""
    value: str = ""
    as_of: date | None = None
    kind: str = ""
    record_no: str = ""


class _Liability(msgspec.Struct, frozen=True):
    liability_no: str
    due_at: datetime


class _Lead(msgspec.Struct, frozen=True):
    process_no: str
    lead: str


_RECORD: Final = (
    "INSERT INTO supervision_record AS r (kind, record_no, said_on, until_on, unit, title, amount,"
    " detail, retracted) VALUES (%s, %s, %s, %s, %s, %s, %s, %s::jsonb, false)"
    " ON CONFLICT (kind, record_no) DO UPDATE SET (said_on, until_on, unit, title, amount, detail,"
    " retracted) = ROW (excluded.said_on, excluded.until_on, excluded.unit, excluded.title,"
    " excluded.amount, excluded.detail, false)"
)
_RETRACT: Final[Mapping[str, str]] = {
    "rectification-notice-issued": "UPDATE supervision_notice SET state = 'retracted',"
    " due_on = NULL WHERE notice_no = %s",
    "circular-published": "UPDATE supervision_circular SET retracted = true WHERE circular_no = %s",
    "lagging-unit-named": "UPDATE supervision_lagging SET retracted = true WHERE lagging_no = %s",
    "score-imported": "UPDATE supervision_score SET retracted = true WHERE score_no = %s",
}


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    kind = event.type.removesuffix(".v1")
    if not kind.startswith(_OWN):
        if kind == "approval.liability-recorded":
            yield Insert("card_liability", msgspec.structs.astuple(event.read(_Liability)))
        elif kind == "approval.parallel-approval-started":
            yield Insert("project_lead", msgspec.structs.astuple(event.read(_Lead)))
        return
    kind = kind.removeprefix(_OWN)
    if not kind.startswith(_PARTS):
        return
    said = event.read(_Said)
    if kind.startswith(_CYCLES):
        yield from _cycle(kind, said)
    elif kind.startswith("rectification-"):
        yield from _notice(kind, said)
    elif kind.startswith("card-"):
        yield from _card(kind, said)
    else:
        yield from _record(kind, said)


def _cycle(kind: str, said: _Said) -> Iterable[Change]:
    match kind:
        case "supervision-cycle-scheduled":
            yield Statement(
                "INSERT INTO supervision_obligation (obligation_no, cycle, unit, period_begin,"
                " period_end, due_at, state, evidence) VALUES (%s, %s, %s, %s, %s, %s, 'owed', '')"
                " ON CONFLICT (obligation_no) DO UPDATE SET due_at = excluded.due_at",
                (
                    *(said.obligation_no, said.cycle, said.unit, said.period_begin),
                    *(said.period_end, said.due_at),
                ),
            )
            yield Statement(
                "INSERT INTO supervised (unit, cycle) VALUES (%s, %s) ON CONFLICT (unit, cycle)"
                " DO UPDATE SET ended_on = NULL",
                (said.unit, said.cycle),
            )
        case "supervision-obligation-met":
            yield Statement(
                "UPDATE supervision_obligation SET state = %s, met_on = %s, evidence = %s"
                " WHERE obligation_no = %s",
                ("met_late" if said.late else "met", said.on, said.evidence, said.obligation_no),
            )
        case "supervision-obligation-missed":
            yield Statement(
                "UPDATE supervision_obligation SET state = 'missed' WHERE obligation_no = %s",
                (said.obligation_no,),
            )
        case "supervision-cycle-ended":
            yield Statement(
                "UPDATE supervised SET ended_on = %s WHERE unit = %s AND cycle = %s",
                (said.on, said.unit, said.cycle),
            )
        case "supervision-record-retracted":
            sql = _RETRACT.get(said.kind)
            if sql is not None:
                yield Statement(sql, (said.record_no,))
            else:
                yield Statement(
                    "UPDATE supervision_record SET retracted = true"
                    " WHERE kind = %s AND record_no = %s",
                    (said.kind, said.record_no),
                )


def _notice(kind: str, said: _Said) -> Iterable[Change]:
    number = said.notice_no
    match kind:
        case "rectification-notice-issued":
            yield Statement(
                "INSERT INTO supervision_notice (notice_no, unit, issues, issued_on, due_on, state,"
                " overdue, answer, remark, inspection_no)"
                " VALUES (%s, %s, %s, %s, %s, 'issued', false, '', '', %s)",
                (number, said.unit, list(said.issues), said.on, said.due_on, said.inspection_no),
            )
        case "rectification-answered":
            yield Statement(
                "UPDATE supervision_notice SET state = 'answered', answer = %s, answered_on = %s,"
                " due_on = NULL WHERE notice_no = %s",
                (said.answer, said.on, number),
            )
        case "rectification-verified":
            state = "verified" if said.accepted else "issued"
            yield Statement(
                "UPDATE supervision_notice SET state = %s, remark = %s, verified_on = %s,"
                " due_on = %s WHERE notice_no = %s",
                (state, said.remark or "", said.on, said.due_on, number),
            )
        case "rectification-overdue":
            yield Statement(
                "UPDATE supervision_notice SET overdue = true WHERE notice_no = %s", (number,)
            )


def _card(kind: str, said: _Said) -> Iterable[Change]:
    if kind == "card-issued":
        yield Statement(
            "INSERT INTO supervision_card (warning_no, colour, unit, ground, process_no, task_id,"
            " project_no, clock, due_at, issued_on) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (warning_no) DO UPDATE SET issued_on = excluded.issued_on,"
            " withdrawn_on = NULL, excuse = NULL",
            (
                *(said.warning_no, said.colour, said.unit, said.ground, said.process_no),
                *(said.task_id, said.project_no, said.clock, said.due_at, said.on),
            ),
        )
        return
    yield Statement(
        "UPDATE supervision_card SET withdrawn_on = %s, excuse = %s WHERE warning_no = %s",
        (said.on, said.reason, said.warning_no),
    )


def _record(kind: str, said: _Said) -> Iterable[Change]:
    unit = said.unit or ""
    match kind:
        case "circular-published":
            yield Statement(
                "INSERT INTO supervision_circular (circular_no, title, units, published_on, body)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (circular_no) DO UPDATE SET"
                " (title, units, published_on, body, retracted) = ROW (excluded.title,"
                " excluded.units, excluded.published_on, excluded.body, false)",
                (said.circular_no, said.title, list(said.units), said.on, said.text or ""),
            )
        case "lagging-unit-named":
            yield Statement(
                "INSERT INTO supervision_lagging (lagging_no, unit, period, reason, named_on,"
                " circular_no) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (lagging_no) DO UPDATE"
                " SET (reason, named_on, circular_no, retracted) = ROW (excluded.reason,"
                " excluded.named_on, excluded.circular_no, false)",
                (
                    *(f"{said.period}.{unit}", unit, said.period, said.reason, said.on),
                    said.circular_no or "",
                ),
            )
        case "score-imported":
            number = f"{said.period}.{unit}" if unit else said.period
            yield Statement(
                "INSERT INTO supervision_score (score_no, period, unit, score_hundredths, rank,"
                " of_units, source_document, said_on) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (score_no) DO UPDATE SET (score_hundredths, rank, of_units,"
                " source_document, said_on, retracted) = ROW (excluded.score_hundredths,"
                " excluded.rank, excluded.of_units, excluded.source_document, excluded.said_on,"
                " false)",
                (
                    *(number, said.period, unit, said.score_hundredths, said.rank),
                    *(said.of_units, said.source_document, said.on),
                ),
            )
        case "outreach-issue-raised":
            yield Statement(
                "INSERT INTO supervision_issue (issue_no, outreach_no, raised_on, body, solution)"
                " VALUES (%s, %s, %s, %s, '') ON CONFLICT (issue_no) DO UPDATE SET (raised_on,"
                " body, resolved_on, solution) = ROW (excluded.raised_on, excluded.body, NULL, '')",
                (said.issue_no, said.outreach_no, said.on, said.text or ""),
            )
        case "outreach-issue-resolved":
            yield Statement(
                "UPDATE supervision_issue SET resolved_on = %s, solution = %s WHERE issue_no = %s",
                (said.on, said.text or "", said.issue_no),
            )
        case _:
            row = _row(kind, said)
            if row is not None:
                yield Statement(_RECORD, (kind, *row))


def _row(kind: str, said: _Said) -> tuple[object, ...] | None:
    """Give number, first day, last day, unit, title, amount, and the rest as JSON."""
    unit = said.unit or ""
    match kind:
        case "training-held":
            return (
                *(said.training_no, said.on, said.on, "", said.title, said.attendees),
                _json(),
            )
        case "inspection-recorded":
            detail = _json(covert=said.covert, findings=said.findings)
            number = said.inspection_no
            return (number, said.on, said.on, unit, "", len(said.findings), detail)
        case "outreach-held":
            detail = _json(form=said.form, enterprises=said.enterprises)
            return (
                *(said.outreach_no, said.on, said.on, "", said.title or "", said.count),
                detail,
            )
        case "hall-visitors-counted":
            number = f"{said.counter}.{said.day}"
            return (number, said.day, said.day, "", said.counter, said.count, _json())
        case "page-visits-counted":
            number = f"{said.counter}.{said.page}.{said.begin}"
            detail = _json(page=said.page)
            return (number, said.begin, said.end, "", said.counter, said.count, detail)
        case "enquiries-counted":
            number = f"{said.counter}.{said.begin}"
            return (number, said.begin, said.end, "", said.counter, said.count, _json())
        case "reported-fact-recorded":
            detail = _json(
                code=said.code, value=said.value, unit=unit, source_document=said.source_document
            )
            return (said.fact_no, said.as_of, said.as_of, "", said.name, 1, detail)
    return None


def _json(**said: Any) -> str:
    return msgspec.json.encode(said).decode()
