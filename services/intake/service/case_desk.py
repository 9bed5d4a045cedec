"""One way for every act on a case: who, in which role, on which version, and the answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from services.chassis.errors import ContractError
from services.chassis.web import Call
from services.chassis.web.histories import written
from services.intake.answers import Taken
from services.intake.application import Receipt
from services.intake.case_answers import Act
from services.kernel.facts import Facts

CLERK: Final = frozenset({"clerk"})
APPLYING: Final = frozenset({"clerk", "applicant", "agent", "village_clerk"})
"""Who acts for an applicant; other than a clerk only for cases of their own account or mandate."""
DECIDING: Final = frozenset({"clerk", "officer"})
SUPERVISOR: Final = frozenset({"supervisor"})
REVIEWING: Final = CLERK | SUPERVISOR
"""Who looks at what a rule decided, and takes back what should never have been."""


def role_of(call: Call[Any, Any], roles: frozenset[str]) -> str:
    """Give the role the caller acts in: a clerk is a clerk, whatever else they are."""
    held = roles & call.caller.roles
    return "clerk" if "clerk" in held else min(held)


def facts_of_case(service: Any, call: Call[Any, Any], subject: str, roles: frozenset[str]) -> Facts:
    """Say of an act who does it, now."""
    return Facts(
        occurred_at=service.clock.now(),
        subject=subject,
        actor=call.caller.actor(role_of(call, roles)),
        correlation_id=call.correlation_id,
        region=service.frame.settings.region,
    )


def act(
    service: Any,
    call: Call[Any, Any],
    roles: frozenset[str],
    do: Callable[..., Receipt],
    *said: Any,
    **named: Any,
) -> Taken:
    """Do something to the case the path names; idempotent by Idempotency-Key."""
    project_no = call.path["project_no"]
    receipt = do(
        facts_of_case(service, call, project_no, roles),
        project_no,
        *said,
        **named,
        seen=seen_by(call),
        key=call.idempotency_key or None,
    )
    return taken(service, call, receipt)


def taken(service: Any, call: Call[Any, Any], receipt: Receipt) -> Taken:
    """Answer with what became of it."""
    place = written(call, service.cases.database, service.name, receipt.stream, receipt.version)
    return Taken(
        receipt.project_no,
        receipt.state,
        place.event,
        place.position,
        receipt.reason_code,
        receipt.reason,
        receipt.version,
    )


def seen_by(call: Call[Any, Any]) -> int | None:
    """Give the version the caller saw: `expected_version`, or the header `If-Match`.

    Raises:
        ContractError: the header is no version.
    """
    if isinstance(call.body, Act) and call.body.expected_version is not None:
        return call.body.expected_version
    given = call.headers.get("If-Match", "").strip().strip('"')
    if not given:
        return None
    if not given.isdecimal() or len(given) > 9:
        raise ContractError("If-Match is the version of the case, a number", field="If-Match")
    return int(given)


def moment_in(name: str, at: datetime | None) -> datetime | None:
    """Give a moment that was said; None: now.

    Raises:
        ContractError: it has no offset.
    """
    if at is not None and at.tzinfo is None:
        raise ContractError(f"{name} needs an offset", field=name)
    return at
