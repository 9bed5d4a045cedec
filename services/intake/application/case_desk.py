"""How an act on a case is begun and kept: who may, on which version, under which rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import msgspec

from services.chassis.errors import BanjianError, NotAllowedError
from services.chassis.reference import Reference
from services.intake.application.agency import Agencies
from services.intake.application.cases import Receipt, receipt_of, stream_of
from services.intake.domain import (
    Case,
    CaseState,
    ItemVersion,
    Known,
    NoticeItem,
)
from services.intake.domain.agency_terms import AgencyScope
from services.intake.domain.case_rules import (
    MaterialsMissingError,
    NotAskedForError,
)
from services.intake.domain.case_titles import TITLES
from services.intake.domain.checklists import not_asked_any_more
from services.intake.domain.rules import NotBegunError
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Kind, Reason, reasons_in
from services.kernel.facts import ActorKind, Facts

OFFICE: Final = frozenset({"clerk", "issuing_clerk", "officer", "supervisor"})
"""Roles that act for every case; others act for those of their account, or of their mandates."""
NAMED: Final = 5
"""So many changes of somebody else are named."""
ByScope = AgencyScope | None


class CaseChangedError(BanjianError):
    """Somebody else changed the case since the caller saw it; says what happened."""

    http_status = 409
    code = "case_changed"


class _Stops(msgspec.Struct, frozen=True):
    also_stops_statutory: list[str] = []
    also_stops_promised: list[str] = []


class CaseDesk(Agencies):
    """The way of every act. `seen` is the version the caller saw; None: whatever it is now."""

    def case_for(self, facts: Facts, project_no: str, scope: ByScope = None) -> Case:
        """Give a case to who may act for it.

        Raises:
            NotBegunError: there is no such case, or not yet.
            NotAllowedError: it is somebody else's.
        """
        case = self.find(Case, stream_of(project_no))
        if case is None:
            raise NotBegunError("there is no such case, or not yet")
        actor = facts.actor
        if actor.kind is not ActorKind.PERSON or actor.role in OFFICE:
            return case
        if scope is not None and case.account is not None and case.account == actor.id:
            return case
        if scope is not None and self.acts_for(actor.id, project_no, scope):
            return case
        raise NotAllowedError("this case belongs to somebody else")

    def _case_for(
        self, facts: Facts, project_no: str, seen: int | None, scope: ByScope = None
    ) -> Case:
        case = self.case_for(facts, project_no, scope)
        if seen is not None and seen != case.version:
            raise CaseChangedError(self._changes_since(case, seen), version=case.version)
        return case

    def _changes_since(self, case: Case, seen: int) -> str:
        since = [event for event in self.events_of(case.id) if event.version > seen]
        if not since:
            return f"办件的版本是 {case.version}，不是 {seen}。"
        titles = [
            f"{TITLES[event.type][0]}（{event.body.actor.id}）"
            for event in since[:NAMED]
            if event.type in TITLES
        ]
        more = f"等{len(since)}项" if len(since) > NAMED else ""
        return f"办件在您查看之后已有变化：{'、'.join(titles)}{more}。请重新查看后再办理。"

    def _act(
        self,
        facts: Facts,
        project_no: str,
        seen: int | None,
        act: Callable[[Case, Facts, WorkCalendar], None],
        scope: ByScope = None,
    ) -> Receipt:
        case = self._case_for(facts, project_no, seen, scope)
        calendar = self._catalog(()).calendar
        act(case, self._about(facts, case), calendar)
        return self._keep_case(case, calendar)

    def _keep_case(self, case: Case, calendar: WorkCalendar | None = None) -> Receipt:
        self._file(case, calendar)
        return receipt_of(case)

    def _about(self, facts: Facts, case: Case) -> Facts:
        return replace(
            facts,
            subject=case.project_no,
            region=facts.region or self._region,
            department=case.department or facts.department,
        )

    def _in_force(self, case: Case, at: datetime) -> tuple[Known, ItemVersion]:
        known = self._catalog({case.item_code})
        listed = known.items.get(case.item_code)
        item = listed.in_force(at) if listed else None
        if item is None:
            raise NotBegunError("no version of the item is in force")
        return known, item

    def _check_materials(self, case: Case, item: ItemVersion) -> None:
        missing = self.missing_of(case.project_no, item.item_code, item.item_version)
        required = [(one.material_code, one.name) for one in missing if one.required]
        if required and case.state is CaseState.SUBMITTED:
            raise MaterialsMissingError(required)

    def _check_asked_for(self, case: Case, item: ItemVersion, items: Sequence[NoticeItem]) -> None:
        """Ask for nothing the version the applicant saw needed and this one does not (V02)."""
        if case.version_seen is None or case.version_seen == item.item_version:
            return
        seen = self.needed_of(item.item_code, case.version_seen)
        now = self.needed_of(item.item_code, item.item_version)
        gone = not_asked_any_more(seen, now, [one.code for one in items])
        if gone is not None:
            [name] = [one.material for one in items if one.code == gone]
            raise NotAskedForError(f"现行实施清单不再要求提交该材料：{name}", "items")

    def _also(self, case: Case) -> dict[Kind, frozenset[Reason]]:
        text = Reference(self.database).listing(case.item_code, case.item_version)
        said = msgspec.json.decode(text or b"null", type=_Stops | None) or _Stops()
        return {
            Kind.STATUTORY: reasons_in(said.also_stops_statutory),
            Kind.PROMISED: reasons_in(said.also_stops_promised),
        }
