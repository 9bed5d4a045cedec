"""The account of an outside source on the bus: it sends its own rows, and hears its own replies."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from services.chassis.bus.management import Management
from services.chassis.bus.topology import INGRESS_EXCHANGE, Permission, events_exchange
from services.chassis.errors import ConflictError, NotFoundError

TAG: Final = "banjian-source"
"""Marks an account made here; an account of anybody else is never touched."""
REPLIES: Final = ("record-refused", "record-quarantined", "payment-refused")
"""Events of intake whose routing key names the source they are for."""
TASKS: Final = (
    "task-created",
    "task-ready",
    "task-cancelled",
    "task-reopened",
    "task-deemed-consented",
    "liability-recorded",
)
"""Events of approval whose routing key names the department they are for."""
DEPARTMENT: Final = "department."
"""How the kinds begin that a department sends which works in a system of its own."""


def put_account(
    management: Management,
    name: str,
    password: str,
    kinds: Collection[str],
    departments: Collection[str] = (),
) -> None:
    """Make the account of a source, or give it another password.

    Raises:
        ConflictError: an account of this name is there, and it is no source's.
    """
    check_account(management, name)
    management.put_user(name, password, TAG)
    permit_account(management, name, kinds, departments)


def check_account(management: Management, name: str) -> bool:
    """Say whether there is an account of this source.

    Raises:
        ConflictError: there is one of this name, and it is no source's.
    """
    try:
        found = management.ask("GET", "users", name)
    except NotFoundError:
        return False
    tags = found.get("tags", [])
    if TAG not in (tags.split(",") if isinstance(tags, str) else tags):
        raise ConflictError(f"the broker has an account {name} that is no source's")
    return True


def permit_account(
    management: Management,
    name: str,
    kinds: Collection[str],
    departments: Collection[str] = (),
) -> None:
    """Set what the account of a source may do in this vhost; what it had before is gone.

    It publishes to the ingress, under its own name and these kinds only; it has queues under its
    own name; these it binds to intake's events only for the replies that are for it. One that sends
    as a department also binds them to approval's, for its replies and the tasks of its departments.
    """
    own = re.escape(name)
    sends_as_department = any(kind.startswith(DEPARTMENT) for kind in kinds)
    events = "|".join(
        re.escape(events_exchange(service))
        for service in ("intake", *(["approval"] if sends_as_department else []))
    )
    whose = "|".join(re.escape(code.replace(".", "_")) for code in sorted(departments)) or "[^.]+"
    management.permit(
        Permission(
            name,
            rf"^{own}\..*$",
            rf"^({re.escape(INGRESS_EXCHANGE)}|{own}\..*)$",
            rf"^({events}|{own}\..*)$",
        )
    )
    topics = {
        INGRESS_EXCHANGE: (rf"^{own}\.({'|'.join(map(re.escape, sorted(kinds)))})$", "^$"),
        events_exchange("intake"): (
            "^$",
            rf"^({'|'.join(REPLIES)})\.([0-9A-Za-z_-]+|\*)\.{own}$",
        ),
    }
    approval = rf"^(record-refused\.([0-9A-Za-z_-]+|\*)\.{own}"
    if sends_as_department:
        approval += rf"|({'|'.join(TASKS)})\.([0-9A-Za-z_-]+|\*)\.({whose})"
    topics[events_exchange("approval")] = ("^$", approval + ")$")
    for exchange, (write, read) in topics.items():
        body = {"exchange": exchange, "write": write, "read": read}
        management.ask("PUT", "topic-permissions", management.vhost, name, body=body)


def drop_account(management: Management, name: str) -> None:
    """Delete the account of a source; the broker closes its connections. Fine when it is gone.

    Raises:
        ConflictError: the account of this name is no source's.
    """
    if check_account(management, name):
        management.ask("DELETE", "users", name)
