"""One story of each service, so that every event class happens: for contracts and golden logs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from services.approval.domain import Assignment, Process, Step
from services.approval.domain import Verdict as Decided
from services.catalog.domain import CaseType, Implementation, Item, PublicList
from services.catalog.domain.refusal import Refusal as CatalogRefusal
from services.catalog.domain.refusal import Reply as CatalogReply
from services.intake.domain import (
    NOT_LISTED,
    REASONS,
    Application,
    Case,
    Decision,
    Operation,
    RecordKind,
)
from services.kernel.aggregate import Aggregate
from services.kernel.calendar_seed import SEED
from services.notify.domain import Kind, Notice, Occasion
from tests.contract.aftermath_stories import AFTERMATH_STORIES
from tests.contract.asked_stories import ASKED_STORIES
from tests.contract.case_stories import CASE_STORIES
from tests.contract.certificate_stories import CERTIFICATE_STORIES
from tests.contract.clock_stories import CLOCK_STORIES
from tests.contract.fee_stories import FEE_STORIES
from tests.contract.house_stories import HOUSE_STORIES
from tests.contract.issuing_stories import ISSUING_STORIES
from tests.contract.item_stories import ITEM_STORIES
from tests.contract.material_stories import MATERIAL_STORIES
from tests.contract.outside_stories import OUTSIDE_STORIES
from tests.contract.own_record_stories import OWN_RECORD_STORIES
from tests.contract.privacy_stories import PRIVACY_STORIES
from tests.contract.process_stories import PROCESS_STORIES
from tests.contract.rating_stories import RATING_STORIES
from tests.contract.report_stories import REPORT_STORIES
from tests.contract.service_stories import SERVICE_STORIES
from tests.contract.site_stories import SITE_STORIES
from tests.contract.supervision_stories import SUPERVISION_STORIES
from tests.contract.undone_stories import UNDONE_STORIES
from tests.unit.facts import CLERK, COUNTY, HOUSE, NOW, OFFICER, facts
from tests.unit.intake.rows import ACCEPT, ITEM, RESULT, STEP, completed, later, row


def item() -> Item:
    told = Implementation(
        "施工许可",
        "01",
        CaseType.PROMISED,
        "D07",
        "住房和城乡建设局",
        15,
        7,
        (PublicList.POWER,),
        NOW,
    )
    found = Item.of("I1")
    found.publish(facts(subject="I1"), 1, told)
    found.publish(facts(subject="I1"), 2, replace(told, promised_limit_days=5))
    return found


def reported_case() -> Case:
    said, limits = completed(ACCEPT)
    case = Case.submit(facts(COUNTY), Application("case-1", "I1", "window", "s-1"), row())
    case.report_acceptance(facts(COUNTY), row(), said, ITEM, limits)
    case.report(facts(COUNTY), row(RecordKind.PROCESS), STEP)
    case.report(facts(COUNTY), row(RecordKind.RESULT), RESULT)
    case.complete(facts(HOUSE), Decision(True, 0, RESULT.completed_at, "row-result"))
    update = row(RecordKind.RESULT, Operation.UPDATE, later(5))
    case.correct(facts(COUNTY), update, replace(RESULT, completed_at=later(3)))
    delete = row(RecordKind.RESULT, Operation.DELETE, later(6))
    case.retract(facts(COUNTY), delete, "deleted by the sender")
    return case


def window_case() -> Case:
    said = Application("case-2", "I1", "window", "s-2", NOW, 1, "1", "07")
    case = Case.submit(facts(CLERK, subject="case-2"), said)
    case.accept(facts(CLERK, subject="case-2"), ITEM, NOW, SEED)
    case.complete(facts(HOUSE, subject="case-2"), Decision(False, 1, later(1)))
    return case


def refused_case() -> Case:
    case = Case.submit(facts(subject="case-3"), Application("case-3", "X", "online", "s-3"))
    case.refuse(facts(subject="case-3"), NOT_LISTED, REASONS[NOT_LISTED])
    return case


def catalog_refusal() -> CatalogRefusal:
    code, field = "unknown_basic_item", "catalog_code"
    reply = CatalogReply("province", "catalog-claim", code, "no such item", "row-8", "U1/B1", field)
    return CatalogRefusal.tell(facts(HOUSE, subject="row-8"), reply)


def reported_task() -> Process:
    said = Assignment("case-1", "I1", "D07", later(9), NOW, "clerk-12")
    task = Process.create(facts(HOUSE), said)
    task.record_step(facts(COUNTY), Step("row-2", "审查", "pass", NOW, NOW, "officer-21"))
    task.decide_as_reported(facts(COUNTY), Decided(True, 0, NOW, "row-3"))
    task.result_retracted(facts(COUNTY), "row-3", "deleted by the sender")
    task.cancel(facts(COUNTY), "row-1", "deleted by the sender")
    return task


def rejected_task() -> Process:
    task = Process.create(facts(HOUSE, subject="case-2"), Assignment("case-2", "I1", "D07"))
    at = NOW + timedelta(hours=3)
    verdict = Decided(False, 1, at, reason="conditions_not_met")
    task.decide(facts(OFFICER, at, "case-2"), verdict)
    return task


def notice() -> Notice:
    occasion = Occasion(Kind.CASE_COMPLETED, "case-1", "s-1", {"result": "准予", "collect": ""})
    return Notice.record_for(facts(HOUSE), occasion)


STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "catalog-item": item,
    "intake-reported-case": reported_case,
    "intake-window-case": window_case,
    "intake-refused-case": refused_case,
    "catalog-refusal": catalog_refusal,
    "approval-reported-task": reported_task,
    "approval-rejected-task": rejected_task,
    "notify-notice": notice,
    **HOUSE_STORIES,
    **ITEM_STORIES,
    **PRIVACY_STORIES,
    **CLOCK_STORIES,
    **CASE_STORIES,
    **UNDONE_STORIES,
    **RATING_STORIES,
    **SERVICE_STORIES,
    **FEE_STORIES,
    **MATERIAL_STORIES,
    **OUTSIDE_STORIES,
    **ISSUING_STORIES,
    **SITE_STORIES,
    **PROCESS_STORIES,
    **CERTIFICATE_STORIES,
    **AFTERMATH_STORIES,
    **ASKED_STORIES,
    **SUPERVISION_STORIES,
    **REPORT_STORIES,
    **OWN_RECORD_STORIES,
}
