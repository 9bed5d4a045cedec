"""The checklist an applicant works off: each material, where it stands, what to do about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.chassis.web.parts import Light
from services.intake.application.materials import Checklist
from services.intake.domain.checklists import REJECTED
from services.intake.domain.material_terms import IN_HAND, Held, MaterialState, Needed
from services.intake.domain.terms import CaseState, NoticeItem
from services.intake.uploads import KINDS, Kind

_MB: Final = 1 << 20
_TO_MEND: Final[tuple[str, Light, str]] = ("需要改正", "red", "")


@dataclass(frozen=True)
class Paper:
    """One material on the list."""

    code: str
    name: str
    required: bool
    state: str
    light: Light
    note: str
    """What is wrong, until when it was promised, or where it comes from."""
    wanted: str
    """In which form, and how many, the list wants it."""
    file: bool
    """A file of it can be looked at."""
    upload: str
    """What the button says; "" where nothing can be uploaded."""
    accept: str
    """Kinds of files, as a file field takes them."""
    kinds: str
    """The same in words."""
    ready: bool
    """It is in hand, or nobody has to bring it."""
    folded: bool
    """Nothing has to be uploaded: the form stays closed until it is wanted."""
    promise: bool = False
    """It may be promised for later, of the applicant's own accord."""


@dataclass(frozen=True)
class Asked:
    """One thing the one-time notice asks for."""

    code: str
    material: str
    wrong: str
    ready: bool
    """Something came for it since the notice."""
    paper: Paper | None
    """Its line on the list; None for what is no material, which is settled at the window."""


def papers(found: Checklist, fresh: Collection[str] = ()) -> list[Paper]:
    """Give the list of a case, in its order; `fresh` are the materials that came since a notice.

    What the notice asks for and has not come since is not ready, whatever lies on the file.
    """
    case = found.case
    takes = case.is_open or case.state is CaseState.DRAFT
    mend = {one.code for one in case.outstanding} - set(fresh)
    return [
        _paper(
            one,
            found.file.held.get(one.material_code),
            takes,
            mend=one.material_code in mend,
            early=case.state in (CaseState.DRAFT, CaseState.SUBMITTED),
        )
        for one in found.needed
    ]


def asked_for(outstanding: Sequence[NoticeItem], listed: Sequence[Paper]) -> list[Asked]:
    """Give what the notice still asks for."""
    lines = {one.code: one for one in listed}
    return [
        Asked(
            one.code,
            one.material,
            one.wrong,
            ready=one.code in lines and lines[one.code].ready,
            paper=lines.get(one.code),
        )
        for one in outstanding
    ]


def lacking(listed: Sequence[Paper]) -> list[Paper]:
    """Give the required materials that are not there."""
    return [one for one in listed if one.required and not one.ready]


def _paper(needed: Needed, held: Held | None, takes: bool, *, mend: bool, early: bool) -> Paper:
    state, light, note = _TO_MEND if mend else _stands(needed, held)
    here = needed.shared or (held is not None and held.state in IN_HAND)
    promised = held is not None and held.promise_open
    button = ""
    if takes and not needed.shared:
        button = "上传补正" if mend else "换一份" if here else "上传"
    return Paper(
        code=needed.material_code,
        name=needed.name,
        required=needed.required and not needed.shared,
        state=state,
        light=light,
        note=note,
        wanted=_wanted(needed),
        file=held is not None and bool(held.content_hash),
        upload=button,
        accept=",".join(f".{one}" for kind in _kinds(needed) for one in sorted(kind.extensions)),
        kinds="、".join(kind.extension.upper() for kind in _kinds(needed)),
        ready=not mend and (here or promised),
        folded=not mend and (here or (not needed.required and not promised)),
        promise=early
        and needed.required
        and not (needed.shared or mend or here)
        and (held is None or held.due_on is None),
    )


def _stands(needed: Needed, held: Held | None) -> tuple[str, Light, str]:
    """Say where it stands, with the light and what there is to know."""
    if needed.shared:
        return "免提交", "green", "由部门共享获取，您不用交。"
    if held is None:
        return ("待上传", "amber", "") if needed.required else ("可不交", "grey", "")
    match held.state:
        case MaterialState.RECEIVED:
            size = f"，{held.size_bytes / _MB:.1f} MB" if held.size_bytes >= _MB else ""
            return ("已收到", "green", "电子文件" + size if held.content_hash else "纸质")
        case MaterialState.REUSED:
            return "已用电子证照", "green", "调用证照库，您不用交。"
        case MaterialState.REJECTED:
            why = REJECTED[held.ground] if held.ground else "不符合要求"
            return "需要重交", "red", f"退回原因：{why}。"
        case MaterialState.PROMISED:
            return "容缺后补", "amber", _promise(held)
        case MaterialState.RETURNED:
            return "已退还", "grey", ""


def _promise(held: Held) -> str:
    if held.lapsed:
        return f"应于 {held.due_on} 前补交，已逾期。"
    return f"请在 {held.due_on} 前补交；逾期未补，视为撤回申请。"


def _wanted(needed: Needed) -> str:
    counts = [
        f"{number} 份{word}"
        for number, word in ((needed.originals, "原件"), (needed.copies, "复印件"))
        if number
    ]
    return "，".join(filter(None, [needed.form, *counts, needed.source]))


def _kinds(needed: Needed) -> list[Kind]:
    return [KINDS[name] for name in KINDS if not needed.media or name in needed.media]


def since(times: Mapping[str, float], moment: float) -> frozenset[str]:
    """Give the materials whose last coming lies after this moment."""
    return frozenset(code for code, at in times.items() if at >= moment)
