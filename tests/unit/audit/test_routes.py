"""A log nobody has signed yet answers, too."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from services.chassis.audit.routes import AuditRoutes, PageQuery
from services.chassis.identity import NOBODY
from services.chassis.web import Call


class Empty(AuditRoutes):
    """The routes of a service with an empty log."""

    name = "notify"

    def __init__(self) -> None:
        self.audit_log = SimpleNamespace(database=SimpleNamespace(read=lambda *_: []))


def call(query: Any = None) -> Call[Any, Any]:
    return Call(body=None, query=query, path={}, caller=NOBODY, correlation_id="test")


def test_before_the_first_checkpoint_there_are_no_keys_and_the_page_says_so() -> None:
    said = Empty().list_keys(call())

    assert (said.keys, said.trees) == ([], [])
    page = Empty().show_audit(call(PageQuery()))
    assert "这份日志还没有签过名" in page and "还没有外部见证" in page
