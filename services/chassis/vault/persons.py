"""What may be done with what a service knows of a person: look, export, and erase for good."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from services.chassis.errors import NotFoundError, RuleError, UnavailableError
from services.chassis.eventlog.application import Application, command
from services.chassis.vault.accesses import Action, Opening, Purpose, record, recording
from services.chassis.vault.bodies import FoundBodies, refuse_under_way
from services.chassis.vault.openings import Openings, exported_since_stored
from services.chassis.vault.subjects import CASE, Hold, PersonalVault
from services.kernel.erasure import ErasureGround, SubjectData
from services.kernel.facts import Facts

NAMED: Final = 20
"""So many holds are named in a refusal."""


@dataclass(frozen=True)
class Erasure:
    """What was erased: everybody who is this person, and parked or refused messages about them."""

    subject_ids: list[str]
    bodies: int
    stream: str
    version: int


class Persons(Application):
    """The rights of a person (PIPL art. 45 to 47); a part of an application with a vault.

    A service says what its holds are about (`named`), and may say what of it is archived before
    it is erased (`_archives`) and which messages it keeps (`_bodies_about`).
    """

    SUBJECT: ClassVar[type[SubjectData]]
    _sealed: PersonalVault | None = None
    _region: str = ""

    @property
    def _vault(self) -> PersonalVault:
        if self._sealed is None:
            raise UnavailableError("no vault key is given here (BANJIAN_VAULT_KEY_FILE)")
        return self._sealed

    @property
    def openings(self) -> Openings:
        """The way for people to personal data."""
        return Openings(self._vault, self.database)

    def named(self, holds: Iterable[Hold]) -> list[Hold]:
        """Say of each hold what it is: the vault knows only that a number stands."""
        raise NotImplementedError

    @command
    def erase_subject(
        self, facts: Facts, subject_id: str, ground: ErasureGround, *, key: str | None = None
    ) -> Erasure:
        """Erase a person under every reference their verified number stands under (R01, R03).

        Keys, fields, index entries and the bodies of parked or refused messages go in the
        transaction that says so in the log. Idempotent; a repetition also takes what came since.

        Raises:
            NotFoundError: there is no such person.
            RuleError: something of theirs is open (R02), or was not exported for the archive
                (R05), or a message about them is still under way.
        """
        with self.database.transaction() as cursor:
            connection = cursor.connection
            ids = self.openings.same_person(connection, subject_id)
            holds = self.named(self._vault.holds(connection, ids))
            number = self._number(connection, subject_id, known=bool(holds))
            exported = exported_since_stored(connection, ids, Purpose.ARCHIVE.value)
        _refuse_held(holds)
        if ground is not ErasureGround.UNLAWFUL and not exported and self._archives(holds):
            raise RuleError(
                "the file goes to the archive first: export with purpose=archive, then erase",
                rule="archive_first",
            )
        bodies = self._bodies_about(sorted({one.reason for one in _cases(holds)}), number)
        refuse_under_way(bodies)
        opening = Opening(
            facts.actor.id, facts.actor.role, Purpose.SUBJECT_REQUEST, facts.correlation_id
        )
        self.change(
            self._vault.erasing(ids),
            *bodies.destroying(),
            recording(opening, Action.ERASE, ids),
        )
        asked = self._say_erased(facts, subject_id, ids, holds, ground)
        return Erasure(ids, bodies.count, str(asked.id), asked.version)

    def _note(self, subject_id: str, name: str, text: str) -> None:
        """Keep a text, if there is one, with what this unit of work decides.

        Raises:
            RuleError: the person was erased; nothing more is taken in about them.
        """
        if text:
            with self.database.transaction() as cursor:
                change = self._vault.adding(cursor.connection, subject_id, {name: text})
            self.change(change)

    def _texts(
        self, subject_id: str, names: Collection[str] | None, opening: Opening
    ) -> dict[str, str]:
        """Give these texts (None: all), as far as there are any; the opening is written down."""
        with self.database.transaction() as cursor:
            try:
                known = self._vault.open(cursor.connection, subject_id)
            except NotFoundError:
                return {}
            if names is not None:
                known = {name: known[name] for name in names if name in known}
            if known:
                record(cursor.connection, opening, Action.VIEW, [subject_id], sorted(known))
        return known

    def _archives(self, holds: Sequence[Hold]) -> bool:
        """Say whether what these holds were about goes to the archive before it is erased."""
        return True

    def _bodies_about(self, cases: Collection[str], number: str) -> FoundBodies:
        """Give the messages about these cases, or in which this number stands; here none."""
        return FoundBodies(())

    def _say_erased(
        self,
        facts: Facts,
        subject_id: str,
        ids: Sequence[str],
        holds: Sequence[Hold],
        ground: ErasureGround,
    ) -> SubjectData:
        """Record the erasure of each of them; gives the one that was asked for."""
        case_of = {one.subject_id: one.reason for one in _cases(holds)}
        found: dict[str, SubjectData] = {}
        for one in ids:
            person = self._data_of(one) or self.SUBJECT.of(one)
            about = replace(facts, subject=case_of.get(one, one), region=self._region)
            person.erase(about, one, ground)
            self.keep(person)
            found[one] = person
        return found[subject_id]

    def _number(self, connection: Any, subject_id: str, *, known: bool) -> str:
        """Give the identity number, to look for in bodies; empty when there is none any more."""
        try:
            return self._vault.number(connection, subject_id)
        except NotFoundError:
            if not known and self._data_of(subject_id) is None:
                raise
            return ""

    def _data_of(self, subject_id: str) -> SubjectData | None:
        return self.find(self.SUBJECT, self.SUBJECT.stream_of(subject_id))


def _cases(holds: Iterable[Hold]) -> list[Hold]:
    return [one for one in holds if one.kind == CASE]


def _refuse_held(holds: Sequence[Hold]) -> None:
    standing = [one for one in holds if one.released_at is None]
    if standing:
        named = ", ".join(f"{one.kind} {one.reason}" for one in standing[:NAMED])
        more = f" and {len(standing) - NAMED} more" if len(standing) > NAMED else ""
        raise RuleError(
            f"nothing is erased while these stand: {named}{more}",
            rule="held",
            holds=len(standing),
        )


__all__ = ["Erasure", "Persons"]
