"""What the catalog can be told about the basic directory and claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.catalog.domain.basic import BasicItem, BasicItemSaid, unknown_basic
from services.catalog.domain.claims import Claim, ClaimSaid, place_of
from services.chassis.eventlog.application import Application, command
from services.kernel.aggregate import Aggregate
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

Told = tuple[str, int, bool]
"""What a command gives: the stream, the number of its last event, whether that is new.

The same content again has no effect and is not new.
"""


class ClaimCommands(Application):
    """The basic directory, and which unit offers what of it."""

    @command
    def register_basic(self, facts: Facts, said: BasicItemSaid, *, key: str | None = None) -> Told:
        """Register an item in the basic directory, or say it anew."""
        basic = self._basic(said.catalog_code) or BasicItem.of(said.catalog_code)
        new = basic.register(replace(facts, subject=said.catalog_code), said)
        return self._told(basic, new)

    @command
    def cancel_basic(
        self,
        facts: Facts,
        catalog_code: str,
        reason: str,
        effective_from: datetime,
        *,
        key: str | None = None,
    ) -> Told:
        """Take an item out of the basic directory."""
        basic = self._basic(catalog_code)
        if basic is None:
            raise unknown_basic("catalog_code")
        new = basic.cancel(replace(facts, subject=catalog_code), reason, effective_from)
        return self._told(basic, new)

    @command
    def claim(self, facts: Facts, said: ClaimSaid, *, key: str | None = None) -> Told:
        """Let a unit claim an item of the basic directory."""
        claim = self._claim(said.unit, said.catalog_code) or Claim.of(said.unit, said.catalog_code)
        new = claim.make(_about(facts, said), said, self._basic(said.catalog_code))
        return self._told(claim, new)

    @command
    def withdraw_claim(
        self, facts: Facts, unit: str, catalog_code: str, reason: str, *, key: str | None = None
    ) -> Told:
        """Let a unit withdraw its claim."""
        claim = self._claim(unit, catalog_code) or Claim.of(unit, catalog_code)
        about = _about(facts, claim.said) if claim.said else facts
        return self._told(claim, claim.withdraw(about, reason))

    def _told(self, aggregate: Aggregate, new: bool) -> Told:
        self.keep(aggregate)
        return str(aggregate.id), aggregate.version, new

    def _basic(self, catalog_code: str) -> BasicItem | None:
        return self.find(BasicItem, stream_id("basic", catalog_code))

    def _claim(self, unit: str, catalog_code: str) -> Claim | None:
        return self.find(Claim, stream_id("claim", f"{unit}/{catalog_code}"))


def _about(facts: Facts, said: ClaimSaid) -> Facts:
    """Name the claim, and the unit and the region it belongs to."""
    return replace(
        facts,
        subject=f"{said.unit}/{said.catalog_code}",
        department=said.unit,
        region=place_of(said.unit, said.level, facts.region),
    )
