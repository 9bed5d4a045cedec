"""What the catalog decides about a parallel-approval scheme (并联审批方案): its versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from services.catalog.domain.house_events import ParallelSchemePublished, SchemeMember
from services.catalog.domain.house_terms import SchemeSaid, said_in
from services.catalog.domain.lineage import check_time
from services.catalog.domain.rules import CatalogRuleError
from services.kernel.aggregate import Aggregate, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

JOINT_DAYS = 45
JOINT_EXTENSION_DAYS = 15
"""Working days of a joint handling, and of its one extension: 行政许可法 art. 42(2)."""

_STANDINGS = {
    "unknown": ("目录中没有该事项", "the catalog does not know it; publish it first"),
    "draft": ("该事项届时尚未生效", "it is not in force by then; publish it first, or begin later"),
    "frozen": ("该事项已冻结", "it is frozen; unfreeze it first, or leave it out"),
    "cancelled": ("该事项已取消", "it is cancelled; leave it out"),
    "superseded": ("该事项已合并入其他事项", "it was merged into another; name that one"),
    "split": ("该事项已拆分", "it was split; name what it became"),
}


def check_members(said: SchemeSaid, standings: Mapping[str, str]) -> None:
    """Check the members against each other and against the catalog.

    `standings` says of each item code why no new cases of it may begin (`unknown`, `frozen`, ...);
    an item that may be begun is not in it.

    Raises:
        CatalogRuleError: none, one twice, one that needs itself or what is no member, or one that
            cannot be begun.
    """
    codes = [member.item_code for member in said.members]
    if not codes:
        raise CatalogRuleError(
            "members", "方案至少有一个事项。 A scheme has at least one member.", "members"
        )
    for number, member in enumerate(said.members):
        place = f"members[{number}]"
        if member.item_code in codes[:number]:
            raise CatalogRuleError(
                "members", "事项重复。 This item is a member already; name it once.", place
            )
        if member.item_code in member.needs:
            raise CatalogRuleError(
                "self_edge",
                "事项不能以自身为前置。 An item cannot need itself; take it out of its `needs`.",
                f"{place}.needs",
            )
        if len(set(member.needs)) != len(member.needs) or not set(member.needs) <= set(codes):
            raise CatalogRuleError(
                "needs",
                "前置事项须是本方案成员且不重复。 "
                "An item can need only other members of the scheme, each once.",
                f"{place}.needs",
            )
        standing = standings.get(member.item_code)
        if standing is not None:
            chinese, english = _STANDINGS.get(standing, ("该事项不可受理", f"it is {standing}"))
            raise CatalogRuleError(
                f"member_{standing}",
                f"成员事项 {member.item_code}：{chinese}。 Member {member.item_code}: {english}.",
                f"{place}.item_code",
            )


def check_limits(said: SchemeSaid) -> None:
    """Raises:
    CatalogRuleError: the joint limit is beyond what the law allows.
    """
    for field, days, most in (
        ("joint_limit_days", said.joint_limit_days, JOINT_DAYS),
        ("joint_extension_days", said.joint_extension_days, JOINT_EXTENSION_DAYS),
    ):
        if days > most:
            raise CatalogRuleError(
                "joint_limit",
                f"行政许可法第四十二条：联合办理不超过 {JOINT_DAYS} 日，延长不超过"
                f" {JOINT_EXTENSION_DAYS} 日。 At most {most} working days here (art. 42).",
                field,
            )


def find_cycles(members: Sequence[SchemeMember]) -> list[list[str]]:
    """Give the groups of items that need each other, sorted; each group sorted too.

    These are the strongly connected components with more than one item (Kosaraju's algorithm).
    They are lawful: the items of a group are handled together.
    """
    needs = {one.item_code: sorted(one.needs) for one in members}
    needed: dict[str, list[str]] = {code: [] for code in needs}
    for code in sorted(needs):
        for other in needs[code]:
            needed[other].append(code)
    finished = list(_finishing(sorted(needs), needs, set()))
    seen: set[str] = set()
    groups = (sorted(_finishing([code], needed, seen)) for code in reversed(finished))
    return sorted(group for group in groups if len(group) > 1)


def _finishing(
    starts: Iterable[str], edges: Mapping[str, Sequence[str]], seen: set[str]
) -> Iterator[str]:
    """Walk depth first and give each node when all behind it is done; no recursion."""
    for start in starts:
        if start in seen:
            continue
        seen.add(start)
        path = [(start, iter(edges[start]))]
        while path:
            node, ahead = path[-1]
            following = next((other for other in ahead if other not in seen), None)
            if following is None:
                path.pop()
                yield node
            else:
                seen.add(following)
                path.append((following, iter(edges[following])))


class Scheme(Aggregate):
    """A scheme and its versions. Stream: `stream_id("scheme", scheme)`."""

    def __init__(self) -> None:
        self.versions: dict[int, SchemeSaid] = {}

    @classmethod
    def of(cls, scheme: str) -> Scheme:
        """Give the scheme as it is before its first version."""
        return cls.begin(stream_id("scheme", scheme))

    @property
    def latest(self) -> int:
        """Number of the newest version, 0 before the first."""
        return max(self.versions, default=0)

    def knows(self, said: SchemeSaid) -> bool:
        """Whether this very version is published; without a number, whether any one says it.

        Raises:
            CatalogRuleError: the version is published with other words.
        """
        number = said.scheme_version
        if not number:
            again = (msgspec.structs.replace(said, scheme_version=n) for n in self.versions)
            return any(one == self.versions[one.scheme_version] for one in again)
        if number in self.versions and self.versions[number] != said:
            raise CatalogRuleError(
                "immutable",
                f"方案版本一经公布不得更改，请公布第 {self.latest + 1} 版。 "
                f"A published version never changes; publish version {self.latest + 1}.",
                "scheme_version",
            )
        return number in self.versions

    def publish(self, facts: Facts, said: SchemeSaid, standings: Mapping[str, str]) -> bool:
        """Publish a version; False when it is published already.

        Raises:
            CatalogRuleError: a member or a limit is refused, or the versions are out of order.
        """
        if self.knows(said):
            return False
        check_time(facts, said.effective_from)
        check_members(said, standings)
        check_limits(said)
        version = said.scheme_version or self.latest + 1
        if version != self.latest + 1:
            raise CatalogRuleError(
                "version_order",
                f"下一版本应为 {self.latest + 1}。 The next version is {self.latest + 1}.",
                "scheme_version",
            )
        before = self.versions.get(self.latest)
        if before is not None and said.effective_from <= before.effective_from:
            raise CatalogRuleError(
                "one_effective",
                "新版本须晚于前一版本生效。 A version takes effect after the one it follows.",
                "effective_from",
            )
        self.record(
            ParallelSchemePublished,
            facts,
            **msgspec.structs.asdict(said) | {"scheme_version": version},
            cycles=find_cycles(said.members) or None,
        )
        return True

    @applies(ParallelSchemePublished)
    def _published(self, event: ParallelSchemePublished) -> None:
        self.versions[event.scheme_version] = said_in(SchemeSaid, event)
