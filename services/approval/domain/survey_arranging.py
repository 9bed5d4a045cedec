"""How a survey is arranged: asked for, its time agreed by both sides, its participants named."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from services.approval.domain.survey_events import (
    JointSurveyRequested,
    SurveyCancelled,
    SurveyParticipantConfirmed,
    SurveyQuorumWaived,
    SurveyRescheduled,
    SurveySlotAccepted,
    SurveyTimeAgreed,
    SurveyTimeProposed,
)
from services.approval.domain.survey_opinions import SpokenSurvey
from services.approval.domain.survey_terms import (
    OFFICIALS,
    NoDepartmentAskedError,
    NoSuchSlotError,
    NotParticipantError,
    ParticipantKind,
    Party,
    ReasonMissingError,
    Slot,
    SurveyAsked,
    SurveyState,
    SurveyStopsNoClockError,
    TooFewOfficialsError,
    distinct,
)
from services.kernel.aggregate import applies
from services.kernel.clock import Kind
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

_S = SurveyState
_ARRANGING = (_S.REQUESTED, _S.PROPOSED, _S.AGREED)


class ArrangedSurvey(SpokenSurvey):
    """The part of a survey before anybody is on site."""

    def __init__(self) -> None:
        super().__init__()
        self.place = ""
        self.stops: frozenset[str] = frozenset()
        """Clocks it stops by the items' own setting, by kind."""
        self.resurvey_of: str | None = None
        self.slots: list[Slot] = []
        self.accepted: dict[str, Slot] = {}
        """What each side took, by party."""
        self.agreed: Slot | None = None
        self.confirmed: dict[str, list[str]] = {}
        self.waived: dict[str, str] = {}
        """Reasons, by who need not come."""
        self.waits_for_applicant = False
        """The promised clock stands still because the applicant stayed away (P12)."""

    @classmethod
    def request(cls, facts: Facts, said: SurveyAsked) -> Self:
        """Ask for a survey.

        Raises:
            NoDepartmentAskedError: no department, or somebody twice.
        """
        codes = [one.code for one in said.participants]
        departments = [one for one in said.participants if one.kind is ParticipantKind.DEPARTMENT]
        if not departments or len(set(codes)) != len(codes):
            raise NoDepartmentAskedError(
                "a survey needs at least one department, and everybody once", "participants"
            )
        survey = cls.begin(survey_stream(said.survey_no))
        survey.record(
            JointSurveyRequested, facts, **vars(said), requested_by=facts.actor.unit or "house"
        )
        return survey

    def propose(self, facts: Facts, slots: Sequence[Slot]) -> None:
        """Propose times; what was proposed and not agreed before is given up."""
        self._in(_S.REQUESTED, _S.PROPOSED)
        _check_slots(facts, slots)
        self._tell(SurveyTimeProposed, facts, slots=list(slots))

    def accept_slot(self, facts: Facts, party: Party, starts_at: datetime) -> None:
        """Take one of the times for one side; when both took the same it is agreed."""
        self._in(_S.PROPOSED)
        slot = next((one for one in self.slots if one.starts_at == starts_at), None)
        if slot is None:
            raise NoSuchSlotError("this time was not proposed", "starts_at")
        if slot.starts_at <= facts.occurred_at:
            raise NoSuchSlotError("this time is over; propose others", "starts_at")
        if self.accepted.get(party.value) == slot:
            return
        self._tell(SurveySlotAccepted, facts, party=party, slot=slot)
        if all(self.accepted.get(one.value) == slot for one in Party):
            self._tell(
                SurveyTimeAgreed,
                facts,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                agreed_at=facts.occurred_at,
            )

    def reschedule(self, facts: Facts, reason: str, slots: Sequence[Slot]) -> None:
        """Give the time up for others, also after it was not held."""
        self._in(_S.AGREED, _S.NOT_HELD)
        _check_reason(reason)
        _check_slots(facts, slots)
        old = self.agreed.starts_at if self.agreed else None
        self._tell(SurveyRescheduled, facts, reason=reason, slots=list(slots), old_starts_at=old)

    def cancel(self, facts: Facts, reason: str) -> None:
        """Give the survey up before it was held."""
        self._in(*_ARRANGING, _S.NOT_HELD)
        _check_reason(reason)
        self._tell(SurveyCancelled, facts, reason=reason)

    def confirm(self, facts: Facts, code: str, officials: Collection[str]) -> None:
        """Say who will come for a participant: two officials of a department at least (P14)."""
        self._in(*_ARRANGING)
        participant = self.participant(code)
        coming = distinct(officials)
        if len(coming) < self._least(participant.kind):
            raise TooFewOfficialsError(
                "two officials of a department attend at least (art. 34)", "officials"
            )
        if self.confirmed.get(code) != coming:
            self._tell(
                SurveyParticipantConfirmed,
                facts,
                participant=code,
                kind=participant.kind,
                officials=coming,
            )

    def waive(self, facts: Facts, code: str, reason: str) -> None:
        """Let it be held without a required utility or intermediary, for a reason (P15)."""
        self._in(*_ARRANGING)
        _check_reason(reason)
        if self.participant(code).kind is ParticipantKind.DEPARTMENT:
            raise NotParticipantError(
                "a department is not waived; ask for the survey without it", "participant"
            )
        if code not in self.waived:
            self._tell(
                SurveyQuorumWaived,
                facts,
                participant=code,
                reason=reason,
                waived_by=facts.actor.id,
            )

    def check_stops(self, clock: Kind) -> None:
        """Refuse that this survey stops a clock its items do not let it stop (P16).

        Raises:
            SurveyStopsNoClockError: see there.
        """
        if clock.value not in self.stops:
            raise SurveyStopsNoClockError(
                "a survey is not among the reasons of art. 45; the item would have to say so"
            )

    def _least(self, kind: ParticipantKind) -> int:
        return OFFICIALS if kind is ParticipantKind.DEPARTMENT else 1

    def _tell(self, event: Any, facts: Facts, **fields: Any) -> None:
        self.record(event, facts, survey_no=self.survey_no, process_no=self.process_no, **fields)

    @applies(JointSurveyRequested)
    def _requested(self, event: JointSurveyRequested) -> None:
        self.survey_no, self.process_no = event.survey_no, event.process_no
        self.participants = {one.code: one for one in event.participants}
        self.place, self.resurvey_of = event.place, event.resurvey_of
        stops = {Kind.STATUTORY: event.stops_statutory, Kind.PROMISED: event.stops_promised}
        self.stops = frozenset(kind.value for kind, so in stops.items() if so)

    @applies(SurveyTimeProposed)
    def _proposed(self, event: SurveyTimeProposed) -> None:
        self._propose(event.slots)

    @applies(SurveyRescheduled)
    def _rescheduled(self, event: SurveyRescheduled) -> None:
        self._propose(event.slots)

    def _propose(self, slots: Sequence[Slot]) -> None:
        self.state, self.slots, self.agreed = _S.PROPOSED, list(slots), None
        self.accepted = {}

    @applies(SurveySlotAccepted)
    def _slot_accepted(self, event: SurveySlotAccepted) -> None:
        self.accepted[event.party.value] = event.slot

    @applies(SurveyTimeAgreed)
    def _time_agreed(self, event: SurveyTimeAgreed) -> None:
        self.state, self.agreed = _S.AGREED, Slot(event.starts_at, event.ends_at)
        self.waits_for_applicant = False

    @applies(SurveyCancelled)
    def _cancelled(self, event: SurveyCancelled) -> None:
        self.state, self.waits_for_applicant = _S.CANCELLED, False

    @applies(SurveyParticipantConfirmed)
    def _confirmed(self, event: SurveyParticipantConfirmed) -> None:
        self.confirmed[event.participant] = event.officials

    @applies(SurveyQuorumWaived)
    def _waived(self, event: SurveyQuorumWaived) -> None:
        self.waived[event.participant] = event.reason


def survey_stream(survey_no: str) -> UUID:
    """Give the stream of a survey."""
    return stream_id("survey", survey_no)


def _check_slots(facts: Facts, slots: Sequence[Slot]) -> None:
    starts = [slot.starts_at for slot in slots]
    sound = all(facts.occurred_at < slot.starts_at < slot.ends_at for slot in slots)
    if not slots or not sound or len(set(starts)) != len(starts):
        raise NoSuchSlotError("a time lies ahead, ends after it begins, and is named once", "slots")


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissingError("it needs a reason", "reason")
