"""Rules between the fields of an implementation list (DOMAIN.md 2.3), each with what to do.

The hard ones hold whatever way a list comes. The soft ones hold for what is drafted here; a list
that had been published elsewhere is a fact, so there they become `listing.flags`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.catalog.domain.coding import code_breaches
from services.catalog.domain.lineage import YEARS, time_range
from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.terms import CaseType, Implementation, Listing
from services.kernel.limits import Unit

OFFICE_HOURS = 8
"""Most office hours a working day has."""
LICENCE_STEPS = 5
"""Accept, review, decide, finish, deliver."""
CERTIFICATE_TYPES = frozenset({"1", "10", "证照", "CERTIFICATE"})
"""Values of `result_type` that mean a certificate; the national value list was not found."""
ONLINE_FORMS = frozenset({2, 3})
COURIER_FORM = 4
NATURAL_PERSON = 1


@dataclass(frozen=True)
class Rule:
    """One rule: `broken` says whether a list breaks it, `field` what to change, `remedy` how."""

    id: str
    field: str
    remedy: str
    broken: Callable[[Implementation, Listing], bool]

    def error(self) -> CatalogRuleError:
        """Give the refusal."""
        return CatalogRuleError(self.id, self.remedy, self.field)


def _longer(said: Implementation, listing: Listing) -> bool:
    """Whether the promise is certainly longer than the law allows, in whatever units."""
    promised, statutory = said.promised_limit_days, said.statutory_limit_days
    ours, theirs = listing.promised_unit, listing.statutory_unit
    if ours is theirs or Unit.IMMEDIATE in (ours, theirs):
        return promised > statutory
    if ours is Unit.HOUR:
        return promised > statutory * (OFFICE_HOURS if theirs is Unit.WORKING_DAY else 24)
    if theirs is Unit.HOUR:
        return promised * OFFICE_HOURS > statutory
    # n working days are never fewer than n calendar days; the reverse is not certain.
    return ours is Unit.WORKING_DAY and promised > statutory


def _immediate(said: Implementation, listing: Listing) -> bool:
    at_once = said.promised_limit_days == 0
    if listing.promised_unit is Unit.IMMEDIATE and not at_once:
        return True
    return (said.case_type is CaseType.IMMEDIATE) != at_once


HARD = (
    Rule(
        "lists",
        "lists",
        "事项须至少列入一张清单，且每张只列一次。 "
        "An item stands on at least one public list, and once on each.",
        lambda said, _: not said.lists or len(set(said.lists)) != len(said.lists),
    ),
    Rule(
        "limit_negative",
        "statutory_limit_days",
        "时限须为非负整数。 A limit is a whole number, 0 or more.",
        lambda said, _: said.statutory_limit_days < 0 or said.promised_limit_days < 0,
    ),
    Rule(
        "case_type",
        "promised_limit_days",
        "即办件的承诺时限为 0，承诺件至少为 1（不足一天请用小时）。 "
        "Immediate items promise 0, all others at least 1 (part of a day in hours).",
        _immediate,
    ),
    Rule(
        "promised_limit",
        "promised_limit_days",
        "承诺时限不得长于法定时限，请缩短承诺时限。 "
        "The promised limit may not be longer than the statutory one; shorten it.",
        _longer,
    ),
)

SOFT = (
    Rule(
        "range",
        "listing",
        "代码值超出国家标准取值范围，请按 GB/T 39046-2020 附录 A 填写。 "
        "A value is not in its code set; use those of GB/T 39046-2020 annex A.",
        lambda _, listing: not all(_ranges(listing)),
    ),
    Rule(
        "visits_reason",
        "listing.visits_reason",
        "到现场次数大于 0 时须说明原因。 Whoever must come has to be told why; give the reason.",
        lambda _, listing: bool(listing.visits) and not listing.visits_reason.strip(),
    ),
    Rule(
        "courier",
        "listing.courier",
        "不需到现场又不能网办的，须提供快递申请。 "
        "Without visits and without online handling a courier form has to be offered.",
        lambda _, listing: (
            listing.visits == 0
            and bool(listing.handling_forms)
            and ONLINE_FORMS.isdisjoint(listing.handling_forms)
            and not listing.courier
            and COURIER_FORM not in listing.handling_forms
        ),
    ),
    Rule(
        "depth_visits",
        "listing.visits",
        "网办深度四级的事项，到现场次数须为 0。 Online depth IV means no visit; set visits to 0.",
        lambda _, listing: listing.online_depth == 4 and listing.visits not in (None, 0),
    ),
    Rule(
        "fee_basis",
        "listing.fee_basis",
        "收费事项须写明收费依据。 A charge needs its legal basis.",
        lambda _, listing: bool(listing.charged) and not listing.fee_basis.strip(),
    ),
    Rule(
        "fee_pay_online",
        "listing.pay_online",
        "收费事项须写明是否支持网上支付。 Say whether the charge can be paid online.",
        lambda _, listing: bool(listing.charged) and listing.pay_online is None,
    ),
    Rule(
        "fee_items",
        "listing.fees",
        "收费事项须列出收费项目及标准。 List the charges with their standards.",
        lambda _, listing: bool(listing.charged) and not listing.fees,
    ),
    Rule(
        "no_fee",
        "listing.pay_online",
        "不收费的事项不应有网上支付或收费项目。 "
        "What is free has neither online payment nor charges; remove them.",
        lambda _, listing: (
            listing.charged is False and (bool(listing.pay_online) or bool(listing.fees))
        ),
    ),
    Rule(
        "result_type",
        "listing.result_type",
        "结果名称以“证”结尾的，结果类型应为证照。 "
        "A result called …证 is of the type certificate (10).",
        lambda _, listing: (
            listing.result_name.strip().endswith("证")
            and listing.result_type not in CERTIFICATE_TYPES
        ),
    ),
    Rule(
        "lines",
        "listing.complaint_line",
        "咨询电话与投诉电话不得相同。 The complaint line has to be another one than for enquiries.",
        lambda _, listing: (
            bool(listing.enquiry_line.strip())
            and listing.enquiry_line.strip() == listing.complaint_line.strip()
        ),
    ),
    Rule(
        "topics",
        "listing.audience",
        "主题分类须与服务对象一致：个人主题须面向自然人，法人主题须面向法人。 "
        "Topics match whom it serves: those of people natural persons, those of business bodies.",
        lambda _, listing: bool(listing.audience) and not _topics_match(listing),
    ),
    Rule(
        "licence_steps",
        "listing.steps",
        "行政许可至少有受理、审查、决定、办结、送达五个环节。 "
        "A licence has at least five steps: accept, review, decide, finish, deliver.",
        lambda said, listing: said.item_type == "01" and len(listing.steps) < LICENCE_STEPS,
    ),
    Rule(
        "shared_material",
        "listing.materials",
        "可通过数据共享取得的材料不得要求申请人提供（国务院令第716号第七条）。 "
        "What data sharing gives may not be demanded; mark the material as not needed.",
        lambda _, listing: any(one.shared and one.needed for one in listing.materials),
    ),
    Rule(
        "plan_cancel",
        "listing.plan_cancel_at",
        "计划取消时间须晚于生效时间。 The planned end comes after the version takes effect.",
        lambda said, listing: (
            listing.plan_cancel_at is not None and listing.plan_cancel_at <= said.effective_from
        ),
    ),
)

GUIDE = Rule(
    "guide",
    "listing.guide",
    "公布前须有完整的服务指南：材料要素、审查要素、办理环节、流程图四部分。 "
    "A guide with all four parts (materials, criteria, steps, flow) comes before publishing.",
    lambda _, listing: listing.guide is None or bool(listing.guide.missing),
)


def check(said: Implementation) -> None:
    """Raises:
    CatalogRuleError: it contradicts itself or the law, whatever way it comes.
    """
    if said.effective_from.year not in YEARS:
        raise time_range("effective_from")
    listing = said.listing or Listing()
    for rule in HARD:
        if rule.broken(said, listing):
            raise rule.error()


def check_draft(item_code: str, said: Implementation) -> None:
    """Raises:
    CatalogRuleError: a list written here breaks a rule, hard or soft. The guide may come later.
    """
    check(said)
    for broken in soft(item_code, said):
        raise broken


def flagged(item_code: str, said: Implementation) -> list[str]:
    """Give the flags of a list that had been published elsewhere: its own, and what breaks here."""
    listing = said.listing or Listing()
    found = [broken.rule for broken in soft(item_code, said)]
    if GUIDE.broken(said, listing):
        found.append("guide_missing")
    return sorted({*listing.flags, *found})


def soft(item_code: str, said: Implementation) -> Iterator[CatalogRuleError]:
    """Give every soft rule a list breaks."""
    listing = said.listing or Listing()
    yield from code_breaches(item_code, listing)
    for rule in SOFT:
        if rule.broken(said, listing):
            yield rule.error()


def _ranges(listing: Listing) -> Iterator[bool]:
    yield listing.level is None or 1 <= listing.level <= 7
    yield listing.body_kind in (None, 1, 2, 3, 9)
    yield set(listing.audience) <= set(range(1, 7))
    yield set(listing.handling_forms) <= {1, 2, 3, 4, 9}
    yield set(listing.online_elements) <= set(range(1, 9))
    yield listing.online_depth in (None, 1, 2, 3, 4)
    yield listing.visits is None or listing.visits >= 0


def _topics_match(listing: Listing) -> bool:
    people = not listing.topics_people or NATURAL_PERSON in listing.audience
    business = not listing.topics_business or bool(set(listing.audience) - {NATURAL_PERSON})
    return people and business
