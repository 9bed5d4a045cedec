"""What intake can be told of outside sources: admitted, permitted, disabled."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import command
from services.intake.application.records import Records
from services.intake.domain.sources import Source
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


@dataclass(frozen=True)
class Standing:
    """What a source may do now, and where that is written."""

    name: str
    disabled: bool
    kinds: list[str]
    departments: list[str]
    stream: str
    version: int


class Sources(Records):
    """The outside systems that send rows."""

    @command
    def admit_source(
        self,
        facts: Facts,
        name: str,
        kinds: Collection[str],
        departments: Collection[str],
        *,
        key: str | None = None,
    ) -> Standing:
        """Let a source send rows of these kinds about these departments (none: all)."""
        source = self.find(Source, stream_id("source", name)) or Source.of(name)
        source.admit(facts, kinds, departments)
        return self._file_source(source)

    @command
    def permit_source(
        self,
        facts: Facts,
        name: str,
        kinds: Collection[str],
        departments: Collection[str],
        *,
        key: str | None = None,
    ) -> Standing:
        """Change what a source may send."""
        source = self._source(name)
        source.permit(facts, kinds, departments)
        return self._file_source(source)

    @command
    def disable_source(
        self, facts: Facts, name: str, reason: str, *, key: str | None = None
    ) -> Standing:
        """Take nothing more from a source."""
        source = self._source(name)
        source.disable(facts, reason)
        return self._file_source(source)

    def sources_named(self, names: Collection[str]) -> Mapping[str, Source]:
        """Give those of these sources that were ever admitted, as the log knows them."""
        streams = {name: stream_id("source", name) for name in names if name}
        self.prefetch(Source, streams.values())
        found = {name: self.find(Source, stream) for name, stream in streams.items()}
        return {name: source for name, source in found.items() if source is not None}

    def _source(self, name: str) -> Source:
        source = self.find(Source, stream_id("source", name))
        if source is None:
            raise NotFoundError("there is no such source")
        return source

    def _file_source(self, source: Source) -> Standing:
        self.keep(source)
        return Standing(
            source.name,
            source.disabled,
            sorted(source.kinds),
            sorted(source.departments),
            str(source.id),
            source.version,
        )
