"""Checks one log: events against the ledger, the ledger against tiles and signed heads."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from banjian_verify.export import EventLine, ExportError, LedgerLine, Source, TileLine
from banjian_verify.merkle import (
    SIZE,
    TILE,
    Growing,
    ProofError,
    check_consistency,
    digest_of,
    event_bytes,
    fold,
)
from banjian_verify.notes import Checkpoint, Key, NoteError
from banjian_verify.signed import Head, Plan, Signed, check_checkpoints
from banjian_verify.trust import Found, Trust

Seen = Callable[[EventLine], None]


class _BadError(Exception):
    """The first position that is wrong is found; the rest would only say so again."""

    def __init__(self, what: str, first: int = 0, last: int = 0) -> None:
        super().__init__(what)
        self.what, self.first, self.last = what, first, last


def check_log(source: Source, service: str, trust: Trust, seen: Seen | None = None) -> Found:
    """Check one service's log. `seen` is given each event that stands where it should.

    Memory: one entry a stream, and one a checkpoint; never an event more than the present one.
    """
    found = Found(service)
    try:
        told = source.manifest()["services"][service]
        found.first, found.last = int(told["from"]), int(told["to"])
        signed = check_checkpoints(source.lines(service, "checkpoints.jsonl"), told, trust, found)
        _Walk(source, service, signed, _kept(signed, trust, found), found, seen).run()
        if trust.witnessed and not found.witnessed:
            found.wrong("no witness and no authority we trust has seen it")
    except _BadError as bad:
        found.wrong(bad.what, bad.first, bad.last)
    except (ExportError, NoteError, ProofError) as error:
        found.wrong(str(error))
    except (KeyError, TypeError, ValueError) as error:
        found.wrong(f"the manifest is not what it should be ({type(error).__name__}: {error})")
    return found


def _kept(signed: Signed, trust: Trust, found: Found) -> list[Head]:
    """Give the checkpoints the reader kept as heads to be met on the way.

    Raises:
        NoteError: one is not of a key of this log, or of a position the export does not reach.
    """
    heads = {(head.tree, head.size): head for head in signed.heads}
    kept = []
    for text in trust.checkpoints:
        checkpoint = Checkpoint.read(text)
        for plan in signed.plans:
            if plan.origin != checkpoint.origin:
                continue
            names = [Key.of(plan.origin, key.public) for key in signed.keys]
            if not any(_signs(checkpoint, key) for key in names):
                raise NoteError(
                    f"the kept checkpoint of {checkpoint.size} leaves is not of its keys"
                )
            position = plan.position_of(checkpoint.size)
            head = Head(0, plan.number, checkpoint.size, position, checkpoint.root)
            same = heads.get((plan.number, checkpoint.size))
            if same is not None and same.root != head.root:
                raise _BadError(f"rewritten and signed anew: {_named(head)} says so", 1, position)
            if same is None and position > max([found.last, *(h.position for h in signed.heads)]):
                raise _BadError(f"the tail is cut off: {_named(head)} covers it", found.last + 1)
            if same is None and not found.first - 1 <= position <= found.last:
                raise NoteError(f"{_named(head)} covers {position}: export up to there and beyond")
            kept.append(head)
    return kept


def _named(head: Head) -> str:
    which = f"checkpoint {head.number}" if head.number else "the checkpoint that was kept"
    return f"{which} ({head.size} leaves)"


def _signs(checkpoint: Checkpoint, key: Key) -> bool:
    try:
        checkpoint.note.signed_by(key)
    except NoteError:
        return False
    return True


class _Walk:
    """Goes through a log once, from its first position to its last."""

    def __init__(
        self,
        source: Source,
        service: str,
        signed: Signed,
        kept: Sequence[Head],
        found: Found,
        seen: Seen | None,
    ) -> None:
        self._source, self._service = source, service
        self._told: Mapping[str, Any] = source.manifest()["services"][service]
        self._signed, self._found, self._seen = signed, found, seen
        self._streams: dict[bytes, tuple[int, int]] = {}
        self._tiles = _Tiles(source.lines(service, "tiles.jsonl"))
        heads = sorted([*signed.heads, *kept], key=lambda head: (head.tree, head.size))
        self._heads = iter([head for head in heads if head.position >= found.first - 1])
        self._next = next(self._heads, None)
        start = self._told["start"]
        tree = int(start["tree"])
        if not 1 <= tree <= len(signed.plans):
            raise ExportError(f"it begins in tree {tree}, and there is no such tree")
        self._plan: Plan = signed.plans[tree - 1]
        roots = [bytes.fromhex(one) for one in start["frontier"]]
        self._tree = Growing(self._plan.algorithm, int(start["size"]), roots)
        self._good = found.first - 1
        """Last position under a root that held."""
        self._buffer: list[bytes] | None = [] if self._tree.size % TILE == 0 else None
        self._suspect: tuple[int, str] | None = None
        if self._tree.size != self._plan.size_at(found.first - 1):
            raise ExportError("the roots it begins with are not of the position before its first")

    def run(self) -> None:
        events = self._source.lines(self._service, "events.jsonl")
        ledger = self._source.lines(self._service, "ledger.jsonl")
        self._check_heads(self._found.first - 1)
        for position in range(self._found.first, self._found.last + 1):
            self._turn(position)
            row = self._row(ledger, position)
            event = self._event(events, position)
            self._check(position, row, event)
            self._check_heads(position)
            self._found.events += 1
            if self._seen is not None:
                self._seen(event)
        self._ends(events, ledger)
        self._turn(self._found.last + 1)
        self._check_end()
        self._tiles.check_upper(self._signed.plans)

    def _turn(self, position: int) -> None:
        """Go over to the next tree where it begins."""
        plans = self._signed.plans
        while self._plan.number < len(plans) and plans[self._plan.number].first <= position:
            self._plan = plans[self._plan.number]
            self._tree = Growing(self._plan.algorithm)
            self._buffer = []
            self._add(self._tree.leaf(self._signed.links[self._plan.number]))
            self._check_heads(position - 1)

    def _row(self, ledger: Iterator[bytes], position: int) -> LedgerLine:
        line = next(ledger, None)
        if line is None:
            raise _BadError("the ledger ends before it", position)
        try:
            row = LedgerLine.read(line)
        except ExportError as error:
            raise _BadError(f"ledger: {error}", position) from None
        if row.position != position:
            raise _BadError(f"the ledger has {row.position} in its place", position)
        return row

    def _event(self, events: Iterator[bytes], position: int) -> EventLine:
        line = next(events, None)
        if line is None:
            raise _BadError("the event is missing, and all after it", position)
        try:
            event = EventLine.read(line)
        except ExportError as error:
            raise _BadError(f"event: {error}", position) from None
        if event.position == 0:
            raise _BadError("before it stands an event that was never sealed", position)
        if event.position > position:
            raise _BadError("the event is missing", position)
        if event.position < position:
            raise _BadError(f"the event in its place is that of {event.position}", position)
        return event

    def _check(self, position: int, row: LedgerLine, event: EventLine) -> None:
        try:
            data = event_bytes(
                event.stream, event.version, event.topic, event.recorded_at, event.state
            )
        except (ValueError, OverflowError, struct.error):
            raise _BadError("its numbers are too large to have been stored", position) from None
        leaf = _SHA_256(b"\x00" + data)
        if leaf != row.leaf:
            raise _BadError("the event does not hash to its leaf in the ledger", position)
        own = event.stream.bytes
        before, version = self._streams.get(own, (0, 0))
        whole = self._found.first == 1
        if before or whole:
            if row.previous != before:
                raise _BadError(
                    f"previous is {row.previous}, but the stream's event before it is at {before}",
                    position,
                )
            if event.version <= version:
                raise _BadError(f"version {event.version} of its stream after {version}", position)
        elif row.previous >= self._found.first:
            raise _BadError(f"previous is {row.previous}, which is of another stream", position)
        self._streams[own] = (position, event.version)
        self._add(leaf if self._plan.algorithm == "sha-256" else self._tree.leaf(data))

    def _add(self, leaf: bytes) -> None:
        self._tree.add(leaf)
        if self._buffer is None:
            if self._tree.size % TILE == 0:
                self._buffer = []
            return
        self._buffer.append(leaf)
        if len(self._buffer) == TILE:
            index = self._tree.size // TILE - 1
            self._compare(self._tiles.at(self._plan.number, index), index)
            self._buffer = []

    def _compare(self, tile: TileLine | None, index: int) -> None:
        """Find the first leaf that is not the one its tile was made of, when it was sealed."""
        if tile is None or self._suspect is not None or self._buffer is None:
            return
        leaves = [tile.hashes[at : at + SIZE] for at in range(0, len(tile.hashes), SIZE)]
        for at, leaf in enumerate(self._buffer):
            if at >= len(leaves) or leaf != leaves[at]:
                bad = max(self._plan.position_of(index * TILE + at + 1), self._plan.first)
                self._suspect = (bad, f"it is not the leaf that tile {index} was made of")
                return
        if tile.root != fold(self._tree.digest, leaves):
            raise ExportError(f"tile {index} of level 0 does not fold to its root")

    def _check_heads(self, position: int) -> None:
        """Compare the root with every signed head that ends here."""
        while (
            self._next is not None
            and self._next.tree == self._plan.number
            and self._next.position <= position
        ):
            head = self._next
            if head.size != self._tree.size or head.root != self._tree.root():
                self._mismatch(head)
            self._good = max(self._good, head.position)
            self._next = next(self._heads, None)
            if self._suspect is not None and self._suspect[0] <= head.position:
                raise _BadError(f"its tile was changed: {self._suspect[1]}", self._suspect[0])
        self._found.covered = self._good

    def _mismatch(self, head: Head) -> None:
        what = f"the root is not that of {_named(head)}"
        index = self._tree.size // TILE  # the tile that was being filled may be full by now
        self._compare(self._tiles.at(self._plan.number, index), index)
        if self._suspect is not None:
            raise _BadError(f"{self._suspect[1]}; {what}", self._suspect[0])
        raise _BadError(
            f"rewritten together with its leaf: {what}",
            min(self._good + 1, head.position),
            head.position,
        )

    def _ends(self, events: Iterator[bytes], ledger: Iterator[bytes]) -> None:
        if self._suspect is not None:
            raise _BadError(self._suspect[1], self._suspect[0])
        if next(ledger, None) is not None:
            raise _BadError("the ledger goes on behind the last position", self._found.last + 1)
        if next(events, None) is not None:
            raise _BadError("events go on behind the last position", self._found.last + 1)

    def _check_end(self) -> None:
        """Make sure that no signed event is missing behind the last."""
        end = self._told.get("end")
        if self._next is None:
            return
        head = self._next
        if end is None:
            raise _BadError(
                f"the tail is cut off: {_named(head)} covers {head.position}",
                self._found.last + 1,
            )
        if (int(end["checkpoint"]), self._plan.number) != (head.number, head.tree):
            raise ExportError("the proof at the end is for another checkpoint")
        proof = [bytes.fromhex(one) for one in end["consistency"]]
        size = self._tree.size
        algorithm = self._plan.algorithm
        check_consistency(algorithm, size, head.size, self._tree.root(), head.root, proof)
        self._found.covered = self._found.last


class _Tiles:
    """The tiles of an export: those of leaves come first and are taken as the log goes by."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._next = self._read()
        self._roots: dict[tuple[int, int, int], bytes] = {}
        self._algorithms: dict[int, str] = {}

    def at(self, tree: int, index: int) -> TileLine | None:
        """Take the tile of these leaves, None when the export has it not."""
        while self._next is not None and self._next.level == 0:
            tile = self._next
            if (tile.tree, tile.index) > (tree, index):
                return None
            self._roots[0, tile.tree, tile.index] = tile.root
            self._next = self._read()
            if (tile.tree, tile.index) == (tree, index):
                return tile
        return None

    def check_upper(self, plans: Any) -> None:
        """Check each tile that was not of leaves: it holds the roots of the level below."""
        digests = {plan.number: digest_of(plan.algorithm) for plan in plans}
        for tile in self._rest():
            cut = [tile.hashes[at : at + SIZE] for at in range(0, len(tile.hashes), SIZE)]
            name = f"tile {tile.index} of level {tile.level} of tree {tile.tree}"
            if len(cut) != TILE or tile.root != fold(digests[tile.tree], cut):
                raise ExportError(f"{name} does not fold to its root")
            for at, root in enumerate(cut):
                below = self._roots.get((tile.level - 1, tile.tree, tile.index * TILE + at))
                if below is not None and below != root:
                    raise ExportError(f"{name} is not made of the tiles below it")
            self._roots[tile.level, tile.tree, tile.index] = tile.root

    def _rest(self) -> Iterator[TileLine]:
        while self._next is not None:
            tile, self._next = self._next, self._read()
            yield tile

    def _read(self) -> TileLine | None:
        line = next(self._lines, None)
        return None if line is None else TileLine.read(line)


_SHA_256 = digest_of("sha-256")
