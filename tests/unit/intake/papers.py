"""Materials for tests: what a list asks for, and what comes."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256

from services.intake.domain.checklists import material_code
from services.intake.domain.material_terms import Certificate, Needed, Stored
from services.intake.domain.materials import MaterialFile
from services.kernel.facts import Facts
from tests.unit.facts import NOW, facts

LICENCE = Needed(material_code("营业执照"), "营业执照", form="电子或纸质")
PLAN = Needed(material_code("平面图"), "平面图", form="纸质", copies=2)
PHOTO = Needed(material_code("照片"), "照片", required=False)
RESIDENT = Needed(material_code("居民身份证"), "居民身份证", shared=True)
NEEDED = (LICENCE, PLAN, PHOTO, RESIDENT)
CERTIFICATE = Certificate("C-2020-17", "I1", "s-1", date(2021, 12, 31))
DUE_ON = date(2020, 10, 29)


def file_of(project_no: str = "case-1") -> MaterialFile:
    return MaterialFile.of(project_no)


def stored(text: str = "a", media_type: str = "application/pdf") -> Stored:
    return Stored(sha256(text.encode()).hexdigest(), len(text), media_type)


def by_clerk(at: datetime = NOW) -> Facts:
    return facts(at=at)
