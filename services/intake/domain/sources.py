"""Outside sources: who may send rows, of what kinds, about which departments."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Self

from services.intake.domain.records import RecordKind
from services.intake.domain.rules import IntakeRuleError
from services.intake.domain.source_events import SourceAdmitted, SourceDisabled, SourcePermitted
from services.kernel.aggregate import Aggregate, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

DEPARTMENT: Final = ("start", "decision", "suspension", "resumption")
"""What a department that works in a system of its own tells approval."""
KINDS: Final = (
    *(kind.value for kind in RecordKind),
    "payment",
    *(f"department.{kind}" for kind in DEPARTMENT),
)
"""What a source may be permitted to send."""
_NAME = re.compile(r"(?!banjian|guest$)[a-z][a-z0-9-]{2,62}", re.ASCII)
_CODE = re.compile(r"[0-9A-Za-z._-]{1,64}", re.ASCII)
CLOSING: Final = ("contract_ended", "replaced", "misuse", "leaked_password", "requested", "other")
"""Why a source is disabled. A closed list: in a free text somebody might be named."""


class Source(Aggregate):
    """One outside system. Stream: `stream_id("source", name)`."""

    def __init__(self) -> None:
        self.name = ""
        self.disabled = False
        self.kinds: frozenset[str] = frozenset()
        self.departments: frozenset[str] = frozenset()
        """Empty: all."""

    @classmethod
    def of(cls, name: str) -> Self:
        """Give the source before it was admitted.

        Raises:
            SourceTermsError: it cannot have this name.
        """
        if not _NAME.fullmatch(name):
            raise SourceTermsError(
                "a name is 3 to 63 small letters, digits and hyphens, and not the house's own",
                "name",
            )
        source = cls.begin(stream_id("source", name))
        source.name = name
        return source

    def admit(self, facts: Facts, kinds: Collection[str], departments: Collection[str]) -> None:
        """Let it send; also again, after it was disabled.

        Raises:
            SourceStandsError: it is admitted already.
            SourceTermsError: there is no such kind, or it may send nothing.
        """
        if self.version and not self.disabled:
            raise SourceStandsError("this source is admitted already; change what it may send")
        self._say(SourceAdmitted, facts, kinds, departments)

    def permit(self, facts: Facts, kinds: Collection[str], departments: Collection[str]) -> None:
        """Change what it may send; the same again changes nothing.

        Raises:
            SourceGoneError: it is disabled.
            SourceTermsError: there is no such kind, or it may send nothing.
        """
        self._check_stands()
        if (frozenset(kinds), frozenset(departments)) != (self.kinds, self.departments):
            self._say(SourcePermitted, facts, kinds, departments)

    def disable(self, facts: Facts, reason: str) -> None:
        """Let it send nothing any more; what it sent stays.

        Raises:
            SourceGoneError: it is disabled already.
            SourceTermsError: that is no reason.
        """
        self._check_stands()
        if reason not in CLOSING:
            raise SourceTermsError(f"a reason is one of {', '.join(CLOSING)}", "reason")
        self.record(SourceDisabled, facts, data_source=self.name, reason=reason)

    def _say(
        self,
        fact: type[SourceAdmitted] | type[SourcePermitted],
        facts: Facts,
        kinds: Collection[str],
        departments: Collection[str],
    ) -> None:
        if not kinds or not set(kinds) <= set(KINDS):
            raise SourceTermsError(f"a source may send some of {', '.join(KINDS)}", "kinds")
        if not all(_CODE.fullmatch(code) for code in departments):
            raise SourceTermsError("a department is named by its code", "departments")
        self.record(
            fact,
            facts,
            data_source=self.name,
            kinds=sorted(set(kinds)),
            departments=sorted(set(departments)),
        )

    def _check_stands(self) -> None:
        if self.disabled:
            raise SourceGoneError("this source is disabled; admit it again first")

    @applies(SourceAdmitted)
    def _admitted(self, event: SourceAdmitted) -> None:
        self.name, self.disabled = event.data_source, False
        self.kinds, self.departments = frozenset(event.kinds), frozenset(event.departments)

    @applies(SourcePermitted)
    def _permitted(self, event: SourcePermitted) -> None:
        self.kinds, self.departments = frozenset(event.kinds), frozenset(event.departments)

    @applies(SourceDisabled)
    def _disabled(self, event: SourceDisabled) -> None:
        self.disabled = True


@dataclass(frozen=True)
class Sender:
    """Who sent a row, and in whose name: `user` by the broker's word, the rest by the row's."""

    user: str
    data_source: str
    kind: str


@dataclass(frozen=True)
class Turned:
    """Why a sender's row is not taken; `field` of the row, if one is at fault."""

    code: str
    reason: str
    field: str = ""


def turned_away(sender: Sender, sources: Mapping[str, Source], guarded: bool) -> Turned | None:
    """Say why a row may not be sent by who sent it; None when it may.

    Args:
        sources: those of `sender.user` and `sender.data_source` that were ever admitted.
        guarded: whether a source nobody admitted is turned away (`BANJIAN_INGRESS`).
    """
    source = sources.get(sender.data_source)
    if sender.user != sender.data_source and (source is not None or sender.user in sources):
        return Turned("not_its_own", "names another source than who sent it", "data_source")
    if source is None:
        if not guarded:
            return None
        return Turned("unknown_source", "names a source nobody has admitted", "data_source")
    if source.disabled:
        return Turned("source_disabled", "comes from a source that was disabled")
    if sender.kind not in source.kinds:
        return Turned("kind_not_permitted", "is of a kind its source may not send", "record")
    return None


class SourceStandsError(IntakeRuleError):
    """The source is admitted already."""

    code = "source_stands"


class SourceGoneError(IntakeRuleError):
    """The source is disabled."""

    code = "source_disabled"


class SourceTermsError(IntakeRuleError):
    """A name, kind, department or reason that a source cannot have."""

    code = "bad_terms"


class DepartmentNotPermittedError(IntakeRuleError):
    """The case is of a department the source may not tell of."""

    code = "department_not_permitted"
