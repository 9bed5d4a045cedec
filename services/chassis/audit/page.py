"""What the public audit page of a log is given: signed heads, who has seen them, keys, trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.chassis.audit.tiles import Ask, trees
from services.chassis.names import SERVICES
from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Cell, Column, Table

SHOWN: Final = 20
"""Checkpoints of one page."""
LOGS: Final = {
    "catalog": "事项目录",
    "intake": "受理",
    "approval": "审批",
    "disclosure": "公示",
    "notify": "送达",
}
REASONS: Final = {
    "schedule": "定时",
    "published": "公布数据",
    "rotation": "换密钥",
    "switch": "换算法",
    "asked": "人工",
}

_NEWEST: Final = """
SELECT c.number, c.size, c.position, c.root, c.reason, c.issued_at, c.note,
       coalesce((SELECT array_agg(s.witness ORDER BY s.kept_at, s.witness)
                 FROM cosignatures s WHERE s.number = c.number), '{}'),
       coalesce((SELECT array_agg(t.authority ORDER BY t.kept_at, t.authority)
                 FROM timestamps t WHERE t.number = c.number), '{}')
FROM checkpoints c WHERE c.number < %s ORDER BY c.number DESC LIMIT %s
"""
_ANCHORED: Final = """
SELECT 'witness', s.witness, max(s.number), count(*) FROM cosignatures s GROUP BY s.witness
UNION ALL
SELECT 'stamp', t.authority, max(t.number), count(*) FROM timestamps t GROUP BY t.authority
ORDER BY 1, 2
"""


@dataclass(frozen=True)
class KeyLine:
    """A key and the checkpoints it signs."""

    since: int
    until: int | None
    verifiers: Sequence[str]


@dataclass(frozen=True)
class AuditView:
    """A log as the public sees it from outside."""

    service: str
    name: str
    logs: list[tuple[str, str, bool]]
    """Every log: service, Chinese name, whether it is this one."""
    size: int
    """Events under the newest signed head; 0: none is signed yet."""
    number: int
    issued: str
    note: str
    checkpoints: Table
    anchors: list[tuple[str, str, int, int]]
    """Kind (witness, stamp), whose, newest checkpoint it saw, how many."""
    keys: Sequence[KeyLine]
    trees: list[tuple[int, str, str, int]]
    """Number, origin, algorithm, position of its first event."""


def audit_view(ask: Ask, service: str, keys: Sequence[KeyLine], before: int = 0) -> AuditView:
    """Read what the page shows; `before`: only checkpoints with a smaller number."""
    rows = ask(_NEWEST, (before or 2**62, SHOWN + 1))
    newest = rows[:1] if not before else ask(_NEWEST, (2**62, 1))
    number, position, issued_at, note = 0, 0, None, ""
    for row in newest:
        number, position, issued_at, note = row[0], row[2], row[5], row[6]
    more = f"/audit?before={rows[SHOWN - 1][0]}" if len(rows) > SHOWN else ""
    return AuditView(
        service=service,
        name=LOGS[service],
        logs=[(one, LOGS[one], one == service) for one in SERVICES],
        size=position,
        number=number,
        issued=_time(issued_at),
        note=note,
        checkpoints=_table(rows[:SHOWN], more, "/audit" if before else ""),
        anchors=[(kind, whose, int(last), int(n)) for kind, whose, last, n in ask(_ANCHORED, ())],
        keys=keys,
        trees=[(one.number, one.origin, one.alg.value, one.first) for one in trees(ask)],
    )


def _table(rows: Sequence[tuple[object, ...]], next_href: str, first_href: str) -> Table:
    lines = []
    for number, size, position, root, reason, issued_at, _, witnesses, authorities in rows:
        seen = [*witnesses, *authorities]  # type: ignore[misc]  # arrays of text
        lines.append(
            (
                Cell(str(number), f"/audit/checkpoint?position={position}"),
                _time(issued_at),
                f"{position:,}",
                f"{size:,}",
                Cell(f"{bytes(root).hex()[:16]}…"),  # type: ignore[call-overload]
                REASONS.get(str(reason), str(reason)),
                Cell(f"{len(seen)} 方", light="green") if seen else Cell("—"),
            )
        )
    return Table(
        caption="检查点，最新的在前",
        columns=(
            Column("编号", "No."),
            Column("签名时间", "Issued"),
            Column("覆盖到", "Position", numeric=True),
            Column("叶数", "Leaves", numeric=True),
            Column("树根", "Root"),
            Column("为什么", "Reason"),
            Column("外部见证", "Seen by"),
        ),
        rows=lines,
        next_href=next_href,
        first_href=first_href,
        empty="还没有签过名",
        empty_hint="日志有了第一条事件，几分钟内就会签名。The first one comes within minutes.",
    )


def _time(at: object) -> str:
    return shown_time(at) if isinstance(at, datetime) else ""
