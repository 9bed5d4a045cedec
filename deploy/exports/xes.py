"""XES (IEEE 1849-2016): one trace a case, its events as they happened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from deploy.exports.lives import KINDS
from deploy.exports.spool import Row, Spool, spelled
from deploy.exports.vocabulary import TURNS

_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<global scope="trace">
<string key="concept:name" value=""/>
</global>
<global scope="event">
<string key="concept:name" value=""/>
<date key="time:timestamp" value="1970-01-01T00:00:00Z"/>
<string key="lifecycle:transition" value="complete"/>
</global>
<classifier name="Activity" keys="concept:name"/>
<classifier name="Activity and transition" keys="concept:name lifecycle:transition"/>
<string key="concept:name" value="办件 · Cases"/>
<string key="lifecycle:model" value="standard"/>
"""
_TAGS: Final = {
    "string": "string",
    "time": "date",
    "integer": "int",
    "float": "float",
    "boolean": "boolean",
}
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_QUOTE: Final = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def write(spool: Spool, path: Path, step: Callable[[int], None]) -> None:
    """Write the file; `step` hears how many events more are written."""
    kinds = spool.kinds()
    of_case, of_task = kinds.get("case", {}), kinds.get("task", {})
    with path.open("w", encoding="utf-8", newline="\n", buffering=1 << 20) as file:
        file.write(_HEAD)
        for case, rows in spool.by_case():
            if not case:
                for _ in rows:
                    step(1)
                continue
            file.write("<trace>\n" + _said("concept:name", case))
            for name, value in spool.thing(f"case:{case}", "case").values.items():
                file.write(_said(name, value, of_case.get(name, "string")))
            for row in rows:
                file.write("<event>\n" + "".join(_event(spool, row, of_task)) + "</event>\n")
                step(1)
            file.write("</trace>\n")
        file.write("</log>\n")


def _event(spool: Spool, row: Row, of_task: dict[str, str]) -> Iterator[str]:
    yield _said("concept:name", row.plan.activity)
    yield _said("time:timestamp", spelled(row.at), "time")
    yield _said("lifecycle:transition", row.plan.lifecycle)
    if row.resource:
        yield _said("org:resource", row.resource)
    if row.role:
        yield _said("org:role", row.role)
    if row.unit:
        yield _said("org:group", row.unit)
    yield _said("event_id", row.id)
    yield _said("service", row.source)
    yield _said("topic", row.plan.topic)
    if row.task:
        yield _said("task", row.task)
    for name, value in row.attributes.items():
        yield _said(name, value, row.plan.kinds[name])
    turn = TURNS.get(row.plan.stem)
    if row.task and turn is not None and turn.what == "stop":
        values = spool.thing(f"task:{row.task}", "task").values
        for name, kind in KINDS.items():
            if name in values:
                yield _said(f"task:{name}", values[name], of_task.get(name, kind))


def _said(key: str, value: Any, kind: str = "string") -> str:
    text = str(value).lower() if kind == "boolean" else str(value)
    text = escape(_NO_XML.sub("\ufffd", text), _QUOTE)
    return f'<{_TAGS[kind]} key="{key}" value="{text}"/>\n'
