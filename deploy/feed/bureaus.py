"""The invented county: 38 resident departments, 72 windows, and a directory of items to draw from.

The numbers are those of the county's report; every name is an ordinary bureau's, none is a
particular county's. Region and organisation codes hold the placeholder `3412XX`.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from deploy.feed.records import Item

REGION = "3412XX"
WINDOWS = 72
ITEMS_ALL = 1462
"""Items of the whole county; 567 of them stand in the hall."""
ITEMS_IN_HALL = 567
EFFECTIVE_FROM = "2000-01-01T00:00:00+08:00"

BUREAUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("市场监督管理局", ("营业执照", "食品经营", "药品零售", "特种设备使用", "计量器具")),
    ("发展和改革委员会", ("政府投资项目", "企业投资项目", "节能审查", "招标方案")),
    ("住房和城乡建设局", ("施工许可", "商品房预售", "燃气经营", "消防验收", "建筑起重机械")),
    ("公安局", ("户口迁移", "居民身份证", "出入境证件", "保安服务", "旅馆业")),
    ("人力资源和社会保障局", ("社会保险", "养老待遇", "劳务派遣", "职业技能补贴", "失业金")),
    ("自然资源和规划局", ("不动产登记", "建设用地规划", "采矿权", "土地复垦", "测绘成果")),
    ("医疗保障局", ("医保关系转移", "门诊慢特病", "生育津贴", "异地就医")),
    ("税务局", ("发票领用", "税收优惠", "完税证明", "契税申报")),
    ("民政局", ("婚姻登记", "社会团体", "最低生活保障", "高龄津贴", "地名命名")),
    ("卫生健康委员会", ("医疗机构执业", "护士执业", "公共场所卫生", "生育登记", "放射诊疗")),
    ("交通运输局", ("道路运输经营", "公路施工", "客运班线", "驾驶员培训")),
    ("教育局", ("民办学校", "教师资格", "学生资助", "校车使用")),
    ("生态环境分局", ("环境影响评价", "排污许可", "危险废物经营", "辐射安全")),
    ("农业农村局", ("种子生产经营", "兽药经营", "动物防疫", "农药经营", "拖拉机驾驶证")),
    ("水利局", ("取水许可", "水土保持方案", "河道采砂", "水工程建设")),
    ("林业局", ("林木采伐", "林地使用", "植物检疫", "野生动物人工繁育")),
    ("应急管理局", ("危险化学品经营", "烟花爆竹经营", "安全生产许可", "应急预案")),
    ("城市管理局", ("户外广告", "占道挖掘", "建筑垃圾处置", "城市绿地")),
    ("文化和旅游局", ("营业性演出", "网吧经营", "文物保护工程", "旅行社分社")),
    ("司法局", ("法律援助", "公证", "律师执业", "基层法律服务")),
    ("财政局", ("会计代理记账", "政府采购备案", "非税收入", "国有资产")),
    ("商务局", ("成品油零售", "对外贸易备案", "拍卖企业", "二手车市场")),
    ("退役军人事务局", ("优待抚恤", "退役安置", "烈士评定", "义务兵优待金")),
    ("审计局", ("审计结果", "内部审计", "审计整改")),
    ("统计局", ("统计调查", "统计资料", "统计从业")),
    ("气象局", ("防雷装置", "升放气球", "气象探测环境")),
    ("档案局", ("档案查阅", "档案销毁", "档案移交")),
    ("民族宗教事务局", ("宗教活动场所", "民族成份", "清真食品")),
    ("新闻出版局", ("出版物零售", "印刷经营", "电影放映")),
    ("残疾人联合会", ("残疾人证", "辅助器具", "残疾人补贴")),
    ("住房公积金管理部", ("公积金提取", "公积金贷款", "公积金缴存")),
    ("供电公司", ("居民用电", "高压新装", "用电过户", "分布式电源")),
    ("供水公司", ("用水报装", "水表过户", "用水性质")),
    ("燃气公司", ("燃气报装", "燃气过户", "燃气改造")),
    ("广播电视网络公司", ("有线电视", "宽带报装", "线路迁移")),
    ("邮政管理局", ("快递末端网点", "邮政普遍服务", "集邮市场")),
    ("烟草专卖局", ("烟草零售许可", "许可延续", "许可变更")),
    ("经济开发区管委会", ("园区入驻", "厂房租赁", "园区证明")),
)
ACTS = ("登记", "变更", "注销", "延续", "备案", "补发", "核准", "年度报告", "查询", "证明开具")
"""What one asks about a matter; matter x act gives the item its name."""
LISTS = ("POWER", "RESPONSIBILITY", "FEE", "INTERMEDIARY", "PUBLIC_SERVICE")
TYPES = ("01", "05", "07", "08", "10", "20")


@dataclass(frozen=True)
class Bureau:
    """A resident department and the windows it keeps in the hall."""

    code: str
    name: str
    windows: tuple[str, ...]


@dataclass(frozen=True)
class Matter:
    """An item of the directory, with how often people ask for it."""

    item: Item
    bureau: Bureau
    immediate: bool
    promised_days: int
    weight: float


def bureaus() -> list[Bureau]:
    """List the 38 departments; the busiest 34 keep two windows of the 72, the last four one."""
    made = []
    number = 0
    doubled = WINDOWS - len(BUREAUS)
    for index, (name, _) in enumerate(BUREAUS):
        count = 2 if index < doubled else 1
        windows = tuple(f"W{number + i + 1:02d}" for i in range(count))
        number += count
        made.append(Bureau(f"D{index + 1:02d}", f"县{name}", windows))
    return made


def directory(seed: int, count: int = ITEMS_IN_HALL) -> list[Matter]:
    """Generate `count` items, the same for the same seed; a larger count only appends.

    Raises:
        ValueError: `count` is outside 1 .. 1462.
    """
    if not 1 <= count <= ITEMS_ALL:
        raise ValueError(f"the directory has 1 to {ITEMS_ALL} items, not {count}")
    chance = Random(f"directory/{seed}")
    houses = bureaus()
    return [_matter(chance, houses, number) for number in range(count)]


def _matter(chance: Random, houses: list[Bureau], number: int) -> Matter:
    place = number % len(houses)
    turn = number // len(houses)
    house, subjects = houses[place], BUREAUS[place][1]
    subject = subjects[turn % len(subjects)]
    act = ACTS[(turn // len(subjects)) % len(ACTS)]
    series = turn // (len(subjects) * len(ACTS))
    name = f"{subject}{act}" + (f"({series + 1})" if series else "")
    immediate = chance.random() < 0.45
    statutory = chance.choice((5, 7, 10, 15, 20, 20, 30))
    promised = 0 if immediate else min(statutory, chance.choice((1, 2, 3, 5, 5, 7, 10, 15)))
    kind = chance.choice(TYPES)
    code = f"11{REGION}BJ{place + 1:02d}0000{place % 10}X4{'00'}{kind}{number + 1:05d}000"
    item = Item(
        {
            "item_code": code,
            "item_version": 1,
            "name": name,
            "item_type": kind,
            "case_type": "IMMEDIATE" if immediate else "PROMISED",
            "department": house.code,
            "department_name": house.name,
            "statutory_limit_days": statutory,
            "promised_limit_days": promised,
            "lists": sorted({"POWER" if kind != "20" else "PUBLIC_SERVICE", chance.choice(LISTS)}),
            "effective_from": EFFECTIVE_FROM,
        }
    )
    # A few matters make most of the traffic, as in any hall.
    weight = (1 / (1 + turn)) * (1.6 if immediate else 0.6) * (2.0 if place < 10 else 0.7)
    return Matter(item, house, immediate, promised, weight)
