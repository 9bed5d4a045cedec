"""What intake can be told of village certificates (一站通)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from services.chassis.deadlines import Due, cancel_deadlines, set_deadline
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import command
from services.chassis.vault import Opening
from services.intake import timers
from services.intake.application.cases import Cases
from services.intake.application.pickup import new_code, plain_code
from services.intake.application.ratings import Done
from services.intake.application.seen import check_seen
from services.intake.domain.clocks import breach_at
from services.intake.domain.village_terms import CertificateRefusal, CertificateWish
from services.intake.domain.villages import VillageCertificate, village_stream
from services.kernel.calendar import WorkCalendar
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id
from services.kernel.times import SHANGHAI

OVERDUE: Final = timers.VILLAGE
"""Due in the second after a stage's last one; the key is the request_no."""
TEXT: Final = "village_text"
"""The vault field with what is to be certified."""
CODE: Final = "village_code"
"""The vault field with the verification code that is printed on the certificate."""
_TEXTS: Final = ("name", "document_no", TEXT, "village_note", "village_refusal", CODE)
CODE_CHARACTERS: Final = 16


class VillageCertificates(Cases):
    """Certificates of villages."""

    @command
    def request_village_certificate(
        self,
        facts: Facts,
        wish: CertificateWish,
        place: str,
        told: Mapping[str, str],
        *,
        key: str | None = None,
    ) -> Done:
        """Take a request in. Who it is about, and what it says, goes to the vault alone.

        Args:
            place: region of who asks for a villager.
            told: by vault field; `TEXT` is what is to be certified.
        """
        found = self.find(VillageCertificate, village_stream(wish.request_no))
        asked = found or VillageCertificate.of(wish.request_no)
        about = replace(facts, subject=wish.request_no, region=wish.village)
        asked.request(about, wish, self._region, place, self._catalog(()).calendar)
        if told:
            self.change(self._vault.introducing(wish.subject_id, told))
        self.change(self._vault.holding(wish.subject_id, wish.request_no))
        return self._file_certificate(asked)

    @command
    def verify_village_certificate(
        self,
        facts: Facts,
        request_no: str,
        place: str,
        note: str = "",
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        """The village says that it is so."""
        asked = self._certificate(request_no, seen)
        calendar = self._catalog(()).calendar
        asked.verify(_of_certificate(facts, asked), place, bool(note), calendar)
        self._note(asked.subject_id, "village_note", note)
        return self._file_certificate(asked)

    @command
    def seal_village_certificate(
        self,
        facts: Facts,
        request_no: str,
        place: str,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        """The township seals it: number and verification code are made here."""
        asked = self._certificate(request_no, seen)
        code = new_code(CODE_CHARACTERS)
        number = _certificate_no(facts, asked)
        asked.seal(_of_certificate(facts, asked), place, number, digest_of(code))
        self._note(asked.subject_id, CODE, code)
        return self._file_certificate(asked)

    @command
    def refuse_village_certificate(
        self,
        facts: Facts,
        request_no: str,
        place: str,
        reason: CertificateRefusal,
        note: str = "",
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Whoever has to act gives none, and says why."""
        asked = self._certificate(request_no, seen)
        asked.refuse(_of_certificate(facts, asked), place, reason, bool(note))
        self._note(asked.subject_id, "village_refusal", note)
        return self._file_certificate(asked)

    @command
    def withdraw_village_certificate(
        self,
        facts: Facts,
        request_no: str,
        place: str,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Whoever asked does not need it any more."""
        asked = self._certificate(request_no, seen)
        asked.withdraw(_of_certificate(facts, asked), place)
        return self._file_certificate(asked)

    def certificate_texts(self, asked: VillageCertificate, opening: Opening) -> dict[str, str]:
        """Give who it is about and what was said; the opening is written down."""
        found = self._texts(asked.subject_id, list(_TEXTS), opening)
        return {name.removeprefix("village_"): text for name, text in found.items()}

    def recount(self, watched: str, key: str, facts: Facts, calendar: WorkCalendar) -> None:
        """Count the limit again at whose end this deadline is; others go on to theirs."""
        if watched != OVERDUE:
            super().recount(watched, key, facts, calendar)
            return
        asked = self._certificate(key)
        if asked.recount_limit(_of_certificate(facts, asked), calendar):
            self._file_certificate(asked)

    def fire(self, due: Due) -> None:
        """Do what a deadline of a certificate is for; those of others go on to them."""
        if due.kind != OVERDUE:
            super().fire(due)
            return
        asked = self._certificate(due.key)
        facts = Facts(due.due_at, due.key, Actor(ActorKind.SYSTEM, "intake"), due.id)
        asked.pass_due(_of_certificate(facts, asked), due.fired_at)
        self.keep(asked)

    def _certificate(self, request_no: str, seen: int | None = None) -> VillageCertificate:
        asked = self.find(VillageCertificate, village_stream(request_no))
        if asked is None:
            raise NotFoundError("there is no such request")
        check_seen(self, asked, seen)
        return asked

    def _file_certificate(self, asked: VillageCertificate) -> Done:
        """Keep it; while it is open the villager is not erased, and its stage is watched."""
        if asked.is_open and asked.due_at is not None:
            self.change(set_deadline(OVERDUE, asked.request_no, breach_at(asked.due_at)))
        else:
            self.change(self._vault.releasing(asked.subject_id, asked.request_no))
            self.change(cancel_deadlines((OVERDUE,), asked.request_no))
        self.keep(asked)
        return Done(asked.request_no, asked.state.value, str(asked.id), asked.version)


def villager_of(request_no: str) -> str:
    """Give the reference to whom it is about; says nothing about the person."""
    return f"s-{stream_id('subject', f'village/{request_no}').hex[:16]}"


def digest_of(code: str) -> str:
    """Give what is kept of a verification code; the code is too long to be guessed from it."""
    return sha256(plain_code(code).encode()).hexdigest()


def is_code(code: str, digest: str) -> bool:
    """Tell whether this is the code of that digest."""
    return compare_digest(digest_of(code), digest)


def _of_certificate(facts: Facts, asked: VillageCertificate) -> Facts:
    return replace(facts, subject=asked.request_no, region=asked.village)


def _certificate_no(facts: Facts, asked: VillageCertificate) -> str:
    """Make its number: township, date, serial; the same for a repetition on the same day."""
    serial = int.from_bytes(sha256(asked.request_no.encode()).digest()[:8]) % 10**11
    return f"{asked.township}{facts.occurred_at.astimezone(SHANGHAI):%Y%m%d}{serial:011}"
