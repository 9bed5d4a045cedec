"""What can be done to a case and to its papers by a form: the route it goes by, its request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from services.intake import case_answers
from services.intake.case_answers import (
    Accept,
    Archive,
    Conclude,
    Correct,
    DecideOnSpot,
    Deliver,
    Explain,
    Forward,
    Overturn,
    Refuse,
    Resume,
    Suspend,
    Withdraw,
)
from services.intake.desk_answers import ActForm, FormError, MaterialForm, words, yes_or_no
from services.intake.material_answers import (
    PromiseMaterial,
    ReceivePaper,
    RejectMaterial,
    ReuseCertificate,
)
from services.kernel.times import SHANGHAI


class Act(NamedTuple):
    """One act: the route it goes by, its request, and how the form fills that."""

    route: str
    shape: type[Any]
    fields: Callable[[ActForm], Mapping[str, Any]]


def moment(text: str) -> datetime | None:
    """Read a moment of the county's clock as a page's field gives it; None: nothing was said.

    Raises:
        FormError: it is none.
    """
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise FormError("请检查填写的内容：", "moment") from None


ACTS: Final[Mapping[str, Act]] = {
    "submission": Act("submit_draft", case_answers.Act, lambda _: {}),
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
    **{
        f"{undoing}{step}": Act(f"{verb}{undoing}", shape, fields)
        for undoing in ("voiding", "deletion")
        for step, verb, shape, fields in (
            ("", "ask_", Explain, lambda form: {"reason": form.reason.strip()}),
            ("-confirmation", "confirm_", case_answers.Act, lambda _: {}),
            ("-declining", "decline_", Explain, lambda form: {"reason": form.reason.strip()}),
        )
    },
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
    "review-request": Act("request_review", case_answers.Act, lambda _: {}),
    "suspension": Act(
        "suspend_case",
        Suspend,
        lambda form: {
            "reason": form.reason,
            "expected_days": form.expected_days,
            "since": moment(form.moment),
            "notice_no": form.notice_no.strip(),
        },
    ),
    "resumption": Act(
        "resume_case",
        Resume,
        lambda form: {"reason": form.reason or None, "on": moment(form.moment)},
    ),
    "overturning": Act(
        "overturn_refusal",
        Overturn,
        lambda form: {"ground": form.ground, "ruling_no": form.ruling_no.strip()},
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
