"""Public routes of every service: its checkpoints, tiles, proofs and keys."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Final

import msgspec

from services.chassis.audit import checkpoints, proofs
from services.chassis.audit.checkpoints import Checkpoint
from services.chassis.audit.export import verifier_of
from services.chassis.audit.page import KeyLine, audit_view
from services.chassis.audit.proofs import Hash, Inclusion
from services.chassis.audit.provider import AuditProvider
from services.chassis.audit.tiles import Ask, Planted, read_tree, tile, trees
from services.chassis.audit.tree import SIZE, read_tile_index
from services.chassis.errors import ContractError, NotFoundError
from services.chassis.web.call import Call, Reply
from services.chassis.web.entrypoint import route
from services.chassis.web.pages import Pages

Count = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
FOR_EVER: Final = "public, max-age=31536000, immutable"
TEXT: Final = "text/plain; charset=utf-8"


class CheckpointQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which checkpoint: the newest, or the first that covers a position."""

    position: Count = 0


class TreeQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which tree; 0: the present one."""

    tree: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0


class InclusionQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which event, and in which tree size; 0: that of the first checkpoint that covers it."""

    position: Annotated[int, msgspec.Meta(ge=1, le=2**62)]
    size: Count = 0


class ConsistencyQuery(TreeQuery, frozen=True, kw_only=True):
    """From which size to which; `to` 0: that of the newest checkpoint of the tree."""

    begin: Annotated[int, msgspec.Meta(ge=1, le=2**62)] = msgspec.field(name="from")
    end: Count = msgspec.field(name="to", default=0)


class Consistency(msgspec.Struct, frozen=True, kw_only=True):
    """That one tree is the beginning of another (RFC 9162 2.1.4)."""

    tree: int
    hash: str
    first: int
    first_root: Hash
    second: int
    second_root: Hash
    path: list[Hash]


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key, the checkpoints it signs, and its name in each tree."""

    since: int
    """Number of its first checkpoint; the former key signs that one, too."""
    until: int | None
    """Number of the first checkpoint of the next key; null while it is in use."""
    verifiers: list[str]
    """Verifier keys (C2SP signed-note), one for each tree's origin."""


class TreeView(msgspec.Struct, frozen=True, kw_only=True):
    """A tree of this log."""

    tree: int
    origin: str
    hash: str
    first: int
    """Position of its first event."""


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs this log."""

    keys: list[KeyView]
    trees: list[TreeView]


class PageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which checkpoints the page lists: those before this number; 0: the newest."""

    before: Annotated[int, msgspec.Meta(ge=0, le=2**40)] = 0


class AuditRoutes:
    """Mixed into every service; answers from its own log."""

    name: str
    audit_log: Any = AuditProvider()

    @route(
        "GET",
        "/audit",
        html=True,
        public=True,
        query=PageQuery,
        summary="The log from outside: checkpoints, who has seen them, keys, how to check",
    )
    def show_audit(self, call: Call[None, PageQuery]) -> str:
        keys = [KeyLine(one.since, one.until, one.verifiers) for one in self._keys().keys]
        view = audit_view(self._ask, self.name, keys, call.query.before)
        return _pages(self.name).render(
            "audit.html",
            call,
            title=f"日志存证：{view.name}",
            english="Audit of the log",
            view=view,
        )

    @route(
        "GET",
        "/audit/checkpoint",
        html=True,
        media="text/plain",
        public=True,
        query=CheckpointQuery,
        summary="The newest signed checkpoint, or the first that covers a position",
    )
    def get_checkpoint(self, call: Call[None, CheckpointQuery]) -> Reply:
        """A C2SP checkpoint with all its cosignatures; extension line `hash`."""
        ask = self._ask
        wanted = call.query.position
        found = checkpoints.covering(ask, wanted) if wanted else checkpoints.last(ask)
        if found is None:
            raise NotFoundError("there is no such checkpoint yet")
        return _bytes(checkpoints.cosigned(ask, found).encode(), TEXT, "no-cache")

    @route(
        "GET",
        "/audit/tile/<int:level>/<path:index>",
        html=True,
        media="application/octet-stream",
        public=True,
        query=TreeQuery,
        summary="A tile of the tree (C2SP tlog-tiles), full or `.p/<width>`",
    )
    def get_tile(self, call: Call[None, TreeQuery]) -> Reply:
        level = int(call.path["level"])
        try:
            index, width = read_tile_index(call.path["index"])
        except ValueError as error:
            raise NotFoundError(str(error)) from None
        planted, size = self._signed(call.query.tree)
        hashes = tile(self._ask, planted, size, level, index)[: width * SIZE]
        if level > 5 or len(hashes) != width * SIZE:
            raise NotFoundError("the tree has no such tile under a checkpoint yet")
        return _bytes(hashes, "application/octet-stream", FOR_EVER)

    @route(
        "GET",
        "/audit/proof/inclusion",
        response=Inclusion,
        public=True,
        query=InclusionQuery,
        summary="That the event at a position is in the signed tree",
    )
    def prove_inclusion(self, call: Call[None, InclusionQuery]) -> Inclusion:
        proved = proofs.prove_inclusion(self._ask, call.query.position, call.query.size)
        if proved is None:
            raise NotFoundError("no checkpoint covers this position yet")
        return proved

    @route(
        "GET",
        "/audit/proof/consistency",
        response=Consistency,
        public=True,
        query=ConsistencyQuery,
        summary="That the tree of one size is the beginning of that of another",
    )
    def prove_consistency(self, call: Call[None, ConsistencyQuery]) -> Consistency:
        planted, signed = self._signed(call.query.tree)
        first, second = call.query.begin, call.query.end or signed
        if not first <= second <= signed:
            raise ContractError(f"sizes go from 1 to {signed}, `from` first", field="from")
        tree = read_tree(self._ask, planted, signed)
        return Consistency(
            tree=planted.number,
            hash=planted.alg.value,
            first=first,
            first_root=tree.root(first).hex(),
            second=second,
            second_root=tree.root(second).hex(),
            path=[one.hex() for one in tree.consistency(first, second)],
        )

    @route("GET", "/audit/keys", response=Keys, public=True, summary="Who signs this log")
    def list_keys(self, call: Call) -> Keys:
        return self._keys()

    def _keys(self) -> Keys:
        ask = self._ask
        planted = trees(ask)
        rows = ask("SELECT since, public FROM audit_keys ORDER BY since", ())
        until = [*(row[0] for row in rows[1:]), None][: len(rows)]
        return Keys(
            keys=[
                KeyView(
                    since=since,
                    until=end,
                    verifiers=[verifier_of(one.origin, bytes(public)) for one in planted],
                )
                for (since, public), end in zip(rows, until, strict=True)
            ],
            trees=[
                TreeView(tree=t.number, origin=t.origin, hash=t.alg.value, first=t.first)
                for t in planted
            ],
        )

    @property
    def _ask(self) -> Ask:
        ask: Ask = self.audit_log.database.read
        return ask

    def _signed(self, number: int) -> tuple[Planted, int]:
        """Give a tree and how much of it is signed: only that is shown."""
        planted = {one.number: one for one in trees(self._ask)}
        wanted = number or max(planted, default=0)
        size = proofs.signed_size(self._ask, wanted)
        if not size:
            raise NotFoundError("there is no such tree under a checkpoint yet")
        return planted[wanted], size


@lru_cache
def _pages(service: str) -> Pages:
    return Pages(service)


def _bytes(value: bytes, kind: str, keep: str) -> Reply:
    return Reply(value, headers={"Content-Type": kind, "Cache-Control": keep})


__all__ = ["AuditRoutes", "Checkpoint"]
