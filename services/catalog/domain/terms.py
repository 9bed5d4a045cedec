"""The words of the catalog: what an implementation list (实施清单) and its parts say.

Values are msgspec structs, so that an event holds them as they are; an absent field is absent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import msgspec

from services.kernel.limits import Unit


class CaseType(Enum):
    """How cases of an item are done (GB/T 39046-2020 A.6)."""

    IMMEDIATE = "IMMEDIATE"
    PROMISED = "PROMISED"


class PublicList(Enum):
    """The five public lists of the county; what stands on none may not be done."""

    POWER = "POWER"
    RESPONSIBILITY = "RESPONSIBILITY"
    FEE = "FEE"
    INTERMEDIARY = "INTERMEDIARY"
    PUBLIC_SERVICE = "PUBLIC_SERVICE"


class Level(Enum):
    """Who exercises it (行使层级, GB/T 39046-2020 A.2)."""

    NATION = 1
    PROVINCE = 2
    CITY = 3
    COUNTY = 4
    TOWNSHIP = 5
    VILLAGE = 6
    SHARED = 7


class DeemedEffect(Enum):
    """What silence beyond the promised limit does (默许, DOMAIN.md 2.1.1)."""

    NEXT_STAGE = "NEXT_STAGE"
    GRANT = "GRANT"
    NONE = "NONE"


class OpenCases(Enum):
    """What becomes of open cases when an item ends."""

    FINISH_UNDER_OLD = "FINISH_UNDER_OLD"
    TERMINATE = "TERMINATE"


class Office(Enum):
    """The two offices that co-sign a list before it is published (编办、法制办)."""

    STAFFING = "STAFFING"
    LEGAL = "LEGAL"


class Programme(Enum):
    """Which reform an adjustment belongs to; the same word may count in two of them (X12)."""

    ADJUSTMENT = "ADJUSTMENT"
    """动态调整: the year's changes of the county's lists."""
    LICENCE_STREAMLINING = "LICENCE_STREAMLINING"
    """行政许可精简合并: 62 of 180 in the report."""


class Origin(Enum):
    """Where a version comes from."""

    EDITED = "EDITED"
    """Drafted here, co-signed by both offices, published here."""
    TAKEN_OVER = "TAKEN_OVER"
    """Taken over from a list that had been published elsewhere; `source_document` names it."""


class Material(msgspec.Struct, frozen=True, omit_defaults=True):
    """One paper an applicant brings (申报材料)."""

    name: str
    needed: bool = True
    kind: str = ""
    form: str = ""
    """Paper, electronic, or both (材料形式)."""
    originals: int = 0
    copies: int = 0
    source: str = ""
    shared: bool = False
    """The office can get it by data sharing, so it may not be demanded (国务院令716号 art. 7)."""
    basis: str = ""
    note: str = ""


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of handling (办理环节)."""

    name: str
    days: int | None = None
    """Working days the step may take; None when only the whole has a limit."""
    role: str = ""
    note: str = ""


class FeeItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One charge (收费项目)."""

    name: str
    standard: str
    amount_fen: int | None = None
    """Amount in fen (0.01 yuan) when the standard is one amount."""
    basis: str = ""
    reducible: bool = False
    reduction_note: str = ""
    pay_online: bool = False


class Guide(msgspec.Struct, frozen=True, omit_defaults=True):
    """A service guide (服务指南) with its four mandatory parts."""

    materials: str
    """材料要素."""
    criteria: str
    """审查要素."""
    steps: str
    """办理环节."""
    flow: str
    """流程图, described in words; the picture is drawn from the steps."""

    @property
    def missing(self) -> list[str]:
        """Names of the parts that say nothing."""
        return [part for part in self.__struct_fields__ if not getattr(self, part).strip()]


class Listing(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything a list says beyond name, limits and lists (DOMAIN.md 2.3). All of it optional."""

    catalog_code: str | None = None
    """基本编码 of the basic item it implements, 12 characters."""
    level: int | None = None
    """行使层级, 1-7; see `Level`."""
    body_kind: int | None = None
    """Kind of body, 1 statutory organ, 2 authorised, 3 entrusted, 9 other (A.3)."""
    resident: bool | None = None
    """Stands in the hall (is_entry_center)."""
    audience: list[int] = []
    """Whom it serves (A.4): 1 natural person, 2 enterprise ... 6 other."""
    handling_forms: list[int] = []
    """1 window, 2 online, 3 mobile, 4 courier, 9 other (A.5)."""
    handle_items: list[str] = []
    """业务办理项编码, 33 characters each."""
    statutory_unit: Unit = Unit.WORKING_DAY
    promised_unit: Unit = Unit.WORKING_DAY
    statutory_basis: str = ""
    promised_note: str = ""
    visits: int | None = None
    """How often an applicant must come at most (limit_scene_num)."""
    visits_reason: str = ""
    online_elements: list[int] = []
    """网办深度, elements 1-8 (DOMAIN.md 2.3)."""
    online_depth: int | None = None
    """网办深度 as a level, 1-4."""
    fully_online: bool | None = None
    online_url: str = ""
    charged: bool | None = None
    fee_basis: str = ""
    pay_online: bool | None = None
    fees: list[FeeItem] = []
    materials: list[Material] = []
    steps: list[Step] = []
    conditions: str = ""
    criteria: str = ""
    flow: str = ""
    basis: str = ""
    """by_law: the law it rests on."""
    power_source: str = ""
    special_procedures: list[str] = []
    result_type: str = ""
    result_name: str = ""
    courier: bool | None = None
    terminals: bool | None = None
    appointment: bool | None = None
    scope: str = ""
    quota: str = ""
    place: str = ""
    hours: str = ""
    enquiry_line: str = ""
    complaint_line: str = ""
    intermediary: str = ""
    other_departments: str = ""
    topics_people: list[str] = []
    topics_business: list[str] = []
    deemed_effect: DeemedEffect = DeemedEffect.NEXT_STAGE
    also_stops_statutory: list[str] = []
    """Reasons that stop the statutory clock of this item beyond those of art. 45."""
    also_stops_promised: list[str] = []
    """Reasons (such as SURVEY) that stop its promised clock beyond the usual ones."""
    confidential: bool | None = None
    """What is granted for it is not made public (a state or trade secret, privacy)."""
    plan_cancel_at: datetime | None = None
    batch_no: int | None = None
    guide: Guide | None = None
    as_published: dict[str, str] = {}
    """What the source said and no field here holds, or holds only normalised; in its own words."""
    flags: list[str] = []
    """Irregularities of the source, by stable code (`code_length`, `guide_missing`, ...)."""


@dataclass(frozen=True)
class Implementation:
    """What one version of an item promises (实施清单).

    The two limits count the units `listing` names; without one, working days.
    """

    name: str
    item_type: str
    case_type: CaseType
    department: str
    department_name: str
    statutory_limit_days: int
    promised_limit_days: int
    lists: tuple[PublicList, ...]
    effective_from: datetime
    listing: Listing | None = None
