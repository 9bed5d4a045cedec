"""What a clerk can do to a case and to its papers by a form: the route it goes by, its request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from services.intake.case_answers import (
    Accept,
    Archive,
    Conclude,
    Correct,
    DecideOnSpot,
    Deliver,
    Explain,
    Forward,
    Refuse,
    Undo,
    Withdraw,
)
from services.intake.desk_answers import ActForm, MaterialForm, words, yes_or_no
from services.intake.material_answers import (
    PromiseMaterial,
    ReceivePaper,
    RejectMaterial,
    ReuseCertificate,
)


class Act(NamedTuple):
    """One act: the route it goes by, its request, and how the form fills that."""

    route: str
    shape: type[Any]
    fields: Callable[[ActForm], Mapping[str, Any]]


ACTS: Final[Mapping[str, Act]] = {
    "acceptance": Act("accept_case", Accept, lambda form: {"attested": bool(form.attested)}),
    "correction": Act("take_corrections", Correct, lambda form: {"items": form.items}),
    "refusal": Act(
        "refuse_case",
        Refuse,
        lambda form: {
            "reason_code": form.reason_code,
            "reason": form.reason.strip(),
            "other_authority": form.other_authority.strip(),
        },
    ),
    "not-required": Act(
        "declare_not_required", Explain, lambda form: {"reason": form.reason.strip()}
    ),
    "withdrawal": Act(
        "withdraw_case",
        Withdraw,
        lambda form: {
            "scope": "part" if words(form.parts) else "whole",
            "items": words(form.parts),
            "fees_note": form.fees_note.strip(),
        },
    ),
    "forwarding": Act("forward_case", Forward, lambda form: {"to": form.to.strip()}),
    "voiding": Act(
        "void_case",
        Undo,
        lambda form: {"approver": form.approver.strip(), "reason": form.reason.strip()},
    ),
    "deletion": Act(
        "delete_case",
        Undo,
        lambda form: {"approver": form.approver.strip(), "reason": form.reason.strip()},
    ),
    "decision": Act(
        "decide_on_spot",
        DecideOnSpot,
        lambda form: {"granted": yes_or_no(form.granted), "reason": form.reason.strip()},
    ),
    "delivery": Act("deliver_case", Deliver, lambda form: {"how": form.how}),
    "archive": Act("archive_case", Archive, lambda form: {"archive_no": form.archive_no.strip()}),
    "review": Act(
        "conclude_review",
        Conclude,
        lambda form: {"upheld": yes_or_no(form.upheld), "reason": form.reason.strip()},
    ),
    "recall": Act("withdraw_acceptance", Explain, lambda form: {"reason": form.reason.strip()}),
}
MATERIAL_ACTS: Final[
    Mapping[str, tuple[str, type[Any], Callable[[MaterialForm], Mapping[str, Any]]]]
] = {
    "receipt": ("receive_paper", ReceivePaper, lambda form: {"copies": form.copies}),
    "rejection": (
        "reject_material",
        RejectMaterial,
        lambda form: {"reason": form.reason, "note": form.note.strip()},
    ),
    "reuse": (
        "reuse_material",
        ReuseCertificate,
        lambda form: {"certificate_id": form.certificate_id},
    ),
    "promise": ("promise_material", PromiseMaterial, lambda form: {"due_on": form.due_on}),
}
