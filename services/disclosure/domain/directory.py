"""The directory of what is published unasked: its basic part, and how it grows (动态扩展)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple, Self
from uuid import UUID

from services.disclosure.domain.entry_events import DirectoryExtended
from services.disclosure.domain.entry_terms import Level, WrongNodeError
from services.kernel.aggregate import Aggregate, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

STANDARD: Final = "order-711-2019"
"""The basic part follows art. 20 and 21 of the regulation."""
_CODE: Final = re.compile(r"[a-z][a-z0-9-]{1,40}")
_WITHIN: Final = "形成或者变更之日起20个工作日内"
_WAY: Final = "政府网站、政务服务大厅查阅点"


class Place(NamedTuple):
    """One place of the directory with the four things it fixes: 主体、内容、时限、方式."""

    node: str
    parent: str
    title: str
    level: Level
    publisher: str
    content: str
    time_limit: str
    method: str


def _basic(node: str, title: str, publisher: str, content: str, level: Level) -> Place:
    return Place(node, "", title, level, publisher, content, _WITHIN, _WAY)


_COUNTY, _TOWN, _VILLAGE = Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE
BASIC: Final[tuple[Place, ...]] = (
    _basic("rules", "规范性文件", "县政府办公室", "行政法规、规章和规范性文件", _COUNTY),
    _basic("institutions", "机构职能", "各单位", "职能、机构设置、办公地点、联系方式", _COUNTY),
    _basic("plans", "规划计划", "发展改革委", "国民经济和社会发展规划及相关政策", _COUNTY),
    _basic("statistics", "统计信息", "统计局", "国民经济和社会发展统计信息", _COUNTY),
    _basic("licensing", "行政许可", "各审批单位", "许可的依据、条件、程序和结果", _COUNTY),
    _basic("penalties", "行政处罚与强制", "各执法单位", "依据、条件、程序和重要决定", _COUNTY),
    _basic("budget", "财政预决算", "财政局", "财政预算、决算信息", _COUNTY),
    _basic("charges", "收费项目", "发展改革委", "行政事业性收费项目及其依据、标准", _COUNTY),
    _basic("procurement", "政府采购", "财政局", "集中采购项目的目录、标准及实施情况", _COUNTY),
    _basic("projects", "重大建设项目", "发展改革委", "重大建设项目的批准和实施情况", _COUNTY),
    _basic("livelihood", "民生保障", "各单位", "扶贫、教育、医疗、社会保障、促进就业", _COUNTY),
    _basic("emergency", "应急管理", "应急管理局", "突发公共事件的应急预案、预警及应对", _COUNTY),
    _basic("supervision", "监督检查", "各单位", "环境、卫生、安全生产、食品药品", _COUNTY),
    _basic("recruitment", "公务员招考", "人社局", "职位、名额、报考条件和结果", _COUNTY),
    _basic("land", "征地补偿", "自然资源局", "征收土地、房屋及其补偿、补助费用", _COUNTY),
    _basic("township", "乡镇公开", "各乡镇", "宅基地使用审核、农业补贴、筹资筹劳", _TOWN),
    _basic("village", "村务公开", "各村（社区）", "村级财务、集体资产、惠民补贴、低保", _VILLAGE),
    _basic("asked", "依申请转主动公开", "县政府办公室", "多人申请公开的同一政府信息", _COUNTY),
)


class Node(Aggregate):
    """One place added to the directory, or changed; stream `stream_id("directory", node)`."""

    def __init__(self) -> None:
        self.place: Place | None = None

    @classmethod
    def of(cls, node: str) -> Self:
        """Give the place before it was there."""
        return cls.begin(node_stream(node))

    def extend(self, facts: Facts, place: Place, known: frozenset[str]) -> None:
        """Add it, or say it anew.

        Args:
            known: the codes of all places there are.
        """
        if not _CODE.fullmatch(place.node):
            raise WrongNodeError("a code is small letters, digits and hyphens", "node")
        if place.parent and (place.parent not in known or place.parent == place.node):
            raise WrongNodeError("its parent is not in the directory", "parent")
        if not all((place.title, place.publisher, place.content, place.time_limit, place.method)):
            raise WrongNodeError("say who publishes what, by when and how")
        self.record(DirectoryExtended, facts, standard_version=STANDARD, **place._asdict())

    @applies(DirectoryExtended)
    def _extended(self, event: DirectoryExtended) -> None:
        self.place = Place(
            event.node,
            event.parent,
            event.title,
            event.level,
            event.publisher,
            event.content,
            event.time_limit,
            event.method,
        )


def node_stream(node: str) -> UUID:
    """Give the stream of a place in the directory."""
    return stream_id("directory", node)
