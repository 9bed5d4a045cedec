"""What the routes of decisions, certificates and their ends share: who acts, who sees, files."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from services.approval.application.decisions import Filed
from services.approval.certificate_answers import Told
from services.approval.domain.certificates import Certificate
from services.approval.domain.decisions import Decision
from services.chassis.errors import NotAllowedError, NotFoundError
from services.chassis.web import Call, Reply
from services.chassis.web.histories import written
from services.kernel.facts import Facts

OFFICER: Final = frozenset({"officer"})
ISSUER: Final = frozenset({"issuing_clerk"})
KEEPER: Final = frozenset({"officer", "issuing_clerk"})
"""Who keeps a seal says catalog, by account."""
AUTHORITY: Final = frozenset({"officer", "supervisor"})
"""The department that decided, or its superior (art. 69)."""
READERS: Final = frozenset({"officer", "issuing_clerk", "supervisor"})
S = TypeVar("S", Decision, Certificate)
_PRIVATE: Final = {"Cache-Control": "no-store"}


class PaperRoom:
    """The service as the routes of papers see it."""

    name: str
    frame: Any
    tasks: Any

    def _act_on(self, call: Call[Any, Any], roles: frozenset[str], act: str, *said: object) -> Told:
        done = self.tasks.act_on_certificate(
            self._certificate_facts(call, roles),
            call.path["certificate_no"],
            act,
            *said,
            key=call.idempotency_key or None,
        )
        return self._told_of(call, done)

    def _certificate_facts(self, call: Call[Any, Any], roles: frozenset[str]) -> Facts:
        """Say who acts, and when the database received it; the application says about what."""
        return Facts(
            occurred_at=self.tasks.received_now(),
            subject=next(iter(call.path.values()), ""),
            actor=call.caller.actor(min(roles & call.caller.roles)),
            correlation_id=call.correlation_id,
            region=self.frame.settings.region,
        )

    def _told_of(self, call: Call[Any, Any], done: Filed) -> Told:
        place = written(call, self.tasks.database, self.name, done.stream, done.version)
        return Told(done.key, done.state, place.event, place.position)

    def _file(self, digest: str, name: str) -> Reply:
        file = self.tasks.papers_or_refuse().file(digest)
        headers = {
            **_PRIVATE,
            "Content-Type": "application/pdf",
            "Content-Disposition": f'inline; filename="{name}.pdf"',
        }
        return Reply(file, headers=headers)


def seen(call: Call[Any, Any], found: S | None, missing: str) -> S:
    """Let an officer see what their own department has decided.

    Raises:
        NotFoundError, NotAllowedError: there is none, or it is another department's.
    """
    if found is None:
        raise NotFoundError(missing)
    own = own_department(call)
    if own and own != found.department:
        raise NotAllowedError("this belongs to another department")
    return found


def own_department(call: Call[Any, Any]) -> str:
    """Give the department an officer is confined to; empty for those who see everything.

    Raises:
        NotAllowedError: an officer without a department.
    """
    if call.caller.roles & (READERS - OFFICER):
        return ""
    if not call.caller.unit:
        raise NotAllowedError("you belong to no department")
    return str(call.caller.unit)
