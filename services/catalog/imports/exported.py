"""Events as the rows that would say the same: what an export writes, kind by kind. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

_UNITS = {"WORKING_DAY": "G", "CALENDAR_DAY": "Z", "HOUR": "H", "IMMEDIATE": "IMMEDIATE"}
_LISTING: Mapping[str, str] = {
    "catalog_code": "catalog_code",
    "level": "use_level",
    "body_kind": "dept_type",
    "resident": "is_entry_center",
    "audience": "server_type",
    "handling_forms": "handle_type",
    "handle_items": "task_handle_item",
    "statutory_basis": "anticipate_explain",
    "promised_note": "promise_explain",
    "visits": "limit_scene_num",
    "visits_reason": "limit_scene_explain",
    "online_elements": "online_elements",
    "online_depth": "online_handle_depth",
    "fully_online": "fully_online",
    "online_url": "online_handle_url",
    "charged": "is_fee",
    "fee_basis": "fee_basis",
    "pay_online": "is_pay_online",
    "conditions": "accept_condition",
    "criteria": "accept_stand",
    "flow": "handle_flow",
    "basis": "by_law",
    "power_source": "power_source",
    "special_procedures": "special_procedure",
    "result_type": "result_type",
    "result_name": "result_name",
    "courier": "is_express",
    "terminals": "is_service_terminals",
    "appointment": "is_schedule",
    "scope": "handle_area",
    "quota": "limit_explain",
    "place": "transact_addr",
    "hours": "transact_time",
    "enquiry_line": "link_way",
    "complaint_line": "supervise_way",
    "intermediary": "service_type",
    "other_departments": "other_dept",
    "topics_people": "user_topic_type",
    "topics_business": "corp_topic_type",
    "deemed_effect": "deemed_effect",
    "also_stops_statutory": "also_stops_statutory",
    "also_stops_promised": "also_stops_promised",
    "confidential": "confidential",
    "plan_cancel_at": "plan_cancel_date",
    "batch_no": "batch_no",
    "guide": "guide",
    "as_published": "as_published",
    "flags": "flags",
}
_MATERIAL: Mapping[str, str] = {
    "name": "material_name",
    "needed": "is_need",
    "kind": "material_type",
    "form": "material_format",
    "originals": "page_num",
    "copies": "copy_num",
    "source": "source_type",
    "shared": "shared",
    "basis": "by_law",
    "note": "fill_explain",
}
_FEE: Mapping[str, str] = {
    "name": "fee_name",
    "standard": "fee_stand",
    "amount_fen": "amount_fen",
    "basis": "by_law",
    "reducible": "is_desc",
    "reduction_note": "desc_explain",
    "pay_online": "is_pay_online",
}


class Said(NamedTuple):
    """An event as stored: its public name and its own fields."""

    topic: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Made:
    """How the rows of a kind are made of events."""

    topics: tuple[str, ...]
    row: Callable[[Said], dict[str, Any]]
    newest: bool = True
    """Only the last event of a stream counts."""
    without: tuple[str, ...] = ()
    """A stream whose last event is one of these gives no row."""
    after: tuple[str, ...] = ()
    """Events that say more of the one before them, by `more`."""
    more: Callable[[dict[str, Any], dict[str, Any]], None] | None = None


def _named(names: Mapping[str, str]) -> Callable[[Said], dict[str, Any]]:
    def row(said: Said) -> dict[str, Any]:
        return {ours: said.data[name] for name, ours in names.items() if name in said.data}

    return row


def _same(*names: str, **other: str) -> Callable[[Said], dict[str, Any]]:
    """Rename fields: those in `names` stay, `other` is event field=row field."""
    return _named({**{name: name for name in names}, **other})


def _implementation(said: Said) -> dict[str, Any]:
    data, listing = said.data, said.data.get("listing") or {}
    row = {
        "task_code": data["item_code"],
        "task_version": data["item_version"],
        "task_name": data["name"],
        "task_type": data["item_type"],
        "dept_code": data["department"],
        "dept_name": data["department_name"],
        "project_type": 1 if data["case_type"] == "IMMEDIATE" else 2,
        "anticipate_day": data["statutory_limit_days"],
        "anticipate_type": _UNITS[listing.get("statutory_unit", "WORKING_DAY")],
        "promise_day": data["promised_limit_days"],
        "promise_type": _UNITS[listing.get("promised_unit", "WORKING_DAY")],
        "lists": data["lists"],
        "plan_effective_date": data["effective_from"],
        "source_document": data.get("source_document", ""),
        "materials": [_part(one, _MATERIAL) for one in listing.get("materials", ())],
        "fees": [_part(one, _FEE) for one in listing.get("fees", ())],
        "steps": listing.get("steps", []),
    }
    return row | {ours: listing[name] for name, ours in _LISTING.items() if name in listing}


def _part(said: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {ours: said[name] for name, ours in names.items() if name in said}


def _revised(row: dict[str, Any], data: dict[str, Any]) -> None:
    if (row["task_code"], row["task_version"]) == (data["item_code"], data["item_version"]):
        row["reason"] = data["reason"]
        row["programme"] = data.get("programme", "")


def _window(said: Said) -> dict[str, Any]:
    data = said.data
    return {
        "window_no": data["window"],
        "label": data["label"],
        "window_kind": data["kind"],
        "dept_code": data.get("department", ""),
        "since": data["since"],
        "hours": [f"{one['begins'][:5]}-{one['ends'][:5]}" for one in data["hours"]],
    }


_ACTS = {
    "catalog.item-cancelled.v1": "cancel",
    "catalog.item-frozen.v1": "freeze",
    "catalog.item-unfrozen.v1": "unfreeze",
    "catalog.items-merged.v1": "merge",
    "catalog.item-split.v1": "split",
    "catalog.management-mode-changed.v1": "change_mode",
    "catalog.item-reassigned-upward.v1": "forward_up",
    "catalog.item-delegated-down.v1": "delegate_down",
    "catalog.basic-item-cancelled.v1": "cancel_basic",
}


def _adjustment(said: Said) -> dict[str, Any]:
    data = dict(said.data)
    act = _ACTS[said.topic]
    code = data.pop("item_code", "")
    data.pop("item_type", None)
    return {"act": act, ("into" if act == "merge" else "task_code"): code, **data}


ROWS: Mapping[str, Made] = {
    "region": Made(
        ("catalog.region-registered.v1",),
        _same(region="region_code", name="region_name", level="use_level", parent="parent_code"),
    ),
    "department": Made(
        ("catalog.department-registered.v1",),
        _same(
            *("since", "until", "uscc", "budget_unit", "network_connected"),
            department="dept_code",
            name="dept_name",
            level="use_level",
            region="region_code",
            resident="is_entry_center",
        ),
    ),
    "window": Made(("catalog.window-opened.v1",), _window),
    "staff": Made(
        ("catalog.staff-assigned.v1",),
        _same("unit", "roles", "since", staff="staff_no", window="window_no"),
    ),
    "delegation": Made(
        ("catalog.chief-representative-assigned.v1",),
        _same(
            *("since", "until", "document", "items"),
            delegation="delegation_no",
            department="dept_code",
            staff="staff_no",
        ),
    ),
    "seal": Made(
        ("catalog.approval-seal-registered.v1",),
        _same("custodian", "since", seal="seal_no", department="dept_code"),
    ),
    "calendar": Made(
        ("catalog.work-calendar-published.v1", "catalog.work-calendar-amended.v1"),
        _same(*("year", "calendar_version", "document", "announced_on", "days_off", "work_days")),
        newest=False,
    ),
    "basic": Made(
        ("catalog.basic-item-registered.v1",),
        _same(
            "catalog_code",
            name="task_name",
            item_type="task_type",
            levels="use_levels",
            basis="by_law",
            effective_from="plan_effective_date",
        ),
    ),
    "implementation": Made(
        ("catalog.item-published.v1",),
        _implementation,
        newest=False,
        after=("catalog.item-revised.v1",),
        more=_revised,
    ),
    "claim": Made(
        ("catalog.item-claimed.v1",),
        _same(
            *("catalog_code", "unit", "unit_name", "batch_no", "fully_online"),
            level="use_level",
            item_code="task_code",
            online_depth="online_handle_depth",
        ),
        without=("catalog.claim-withdrawn.v1",),
    ),
    "scheme": Made(
        ("catalog.parallel-scheme-published.v1",),
        _same(
            *("scheme", "scheme_version", "label", "lead", "members"),
            *("joint_limit_days", "joint_extension_days"),
            kind="scheme_kind",
            effective_from="plan_effective_date",
        ),
        newest=False,
    ),
    "adjustment": Made(tuple(_ACTS), _adjustment, newest=False),
}

_ENDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "catalog.window-closed.v1": ("close_window", {"window": "window_no"}),
    "catalog.staff-left.v1": ("staff_left", {"staff": "staff_no"}),
    "catalog.delegation-ended.v1": ("end_delegation", {"delegation": "delegation_no"}),
    "catalog.approval-seal-suspended.v1": ("suspend_seal", {"seal": "seal_no"}),
}


def _ended(said: Said) -> dict[str, Any]:
    act, names = _ENDS[said.topic]
    return {"act": act, **{names.get(name, name): value for name, value in said.data.items()}}


ENDED = Made(
    tuple(_ENDS),
    _ended,
    without=tuple(
        topic for kind in ("window", "staff", "delegation", "seal") for topic in ROWS[kind].topics
    ),
)
"""What ended and did not begin again; adjustments as well."""
