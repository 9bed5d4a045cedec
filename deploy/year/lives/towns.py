"""Townships and villages: certificates a village verifies and its township seals (一站通)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import sha256

from deploy.feed.bureaus import REGION
from deploy.year.chance import Chance
from deploy.year.days import any_time
from deploy.year.lives.scene import CALENDAR, SECOND, Scene, after
from deploy.year.plan import CUT_LATER
from deploy.year.world import SYSTEM, Place, person, told
from services.intake.domain import VillageCertificate
from services.intake.domain.clocks import breach_at
from services.intake.domain.village_terms import (
    CertificateKind,
    CertificateRefusal,
    CertificateWish,
)

KINDS = (
    *(CertificateKind.RESIDENCE,) * 40,
    *(CertificateKind.HARDSHIP,) * 22,
    *(CertificateKind.KINSHIP,) * 14,
    *(CertificateKind.ALIVE,) * 12,
    *(CertificateKind.FARMING,) * 8,
    *(CertificateKind.HOUSING,) * 4,
)


class Towns(Scene):
    """Certificates of villages."""

    def certificate(self, number: int, day: date) -> None:
        """Live one that is issued."""
        self._certificate("village", number, day)

    def certificate_refused(self, number: int, day: date) -> None:
        """Live one that is refused, or not needed any more."""
        self._certificate("village-refused", number, day, refused=True)

    def _certificate(self, kind: str, number: int, day: date, refused: bool = False) -> None:
        chance = self.chance(kind, number)
        self.pen.begin()
        moment = any_time(day, chance)
        place = chance.one_of(self.world.places)
        serial = int.from_bytes(sha256(f"{kind}/{number}".encode()).digest()[:8]) % 10**11
        request_no = f"V{place.village}{day:%Y%m%d}{serial:011}"
        own = chance.happens(0.7)
        account = f"applicant-{chance.below(60_000):05}" if own else None
        wish = CertificateWish(
            request_no,
            chance.one_of(KINDS),
            place.village,
            chance.one_of(("app", "web")) if own else "village_point",
            f"s-{chance.digest(16)}",
            True,
            account,
        )
        asked = VillageCertificate.of(request_no)
        actor = person(account, "", "applicant") if account else place.clerk
        facts = told(moment, request_no, actor, chance.digest(32), region=place.village)
        asked.request(facts, wish, REGION, place.village, CALENDAR)
        self.pen.put(asked, moment)
        if refused:
            self._not_issued(asked, place, moment, chance)
        else:
            self._issued(asked, place, moment, chance)

    def _issued(
        self, asked: VillageCertificate, place: Place, moment: datetime, chance: Chance
    ) -> None:
        end = self.plan.end_of(CUT_LATER) - timedelta(hours=5)
        verified = after(moment, 3 + 300 * chance.unit() ** 3)
        late = chance.happens(0.01) and moment < end - timedelta(days=20)
        if late:
            assert asked.due_at is not None
            over = breach_at(asked.due_at)
            own = told(
                asked.due_at,
                asked.request_no,
                SYSTEM["intake"],
                chance.digest(32),
                region=place.village,
            )
            asked.pass_due(own, over)
            self.pen.put(asked, over, 300)
            verified = after(over, 60 * chance.unit())
        verified = _by(end, moment, verified)
        facts = told(
            verified, asked.request_no, place.clerk, chance.digest(32), region=place.village
        )
        asked.verify(facts, place.village, False, CALENDAR)
        self.pen.put(asked, verified)
        sealed = _by(end, verified, after(verified, 2 + 260 * chance.unit() ** 3))
        serial = int.from_bytes(sha256(asked.request_no.encode()).digest()[:8]) % 10**11
        number = f"{place.township}{sealed:%Y%m%d}{serial:011}"
        facts = told(
            sealed, asked.request_no, place.sealer, chance.digest(32), region=place.village
        )
        asked.seal(facts, place.township, number, chance.digest(64))
        self.pen.put(asked, sealed)

    def _not_issued(
        self, asked: VillageCertificate, place: Place, moment: datetime, chance: Chance
    ) -> None:
        at = after(moment, 5 + 250 * chance.unit())
        if asked.account and chance.happens(0.3):
            actor = person(asked.account, "", "applicant")
            facts = told(at, asked.request_no, actor, chance.digest(32), region=place.village)
            asked.withdraw(facts, "")
        else:
            facts = told(at, asked.request_no, place.clerk, chance.digest(32), region=place.village)
            reason = chance.one_of(tuple(CertificateRefusal))
            asked.refuse(facts, place.village, reason, True)
        self.pen.put(asked, at)


def _by(end: datetime, began: datetime, done: datetime) -> datetime:
    """Bring what began before an end to it in time."""
    if done <= end or began >= end:
        return done if done > began else began + SECOND
    return began + (end - began) * 0.6
