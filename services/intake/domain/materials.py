"""The materials of one case: what came, was rejected, reused, promised for later, or went back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.intake.domain.material_events import (
    Form,
    MaterialPromised,
    MaterialPromiseLapsed,
    MaterialReceived,
    MaterialRejected,
    MaterialRetracted,
    MaterialReturned,
    MaterialReusedFromLibrary,
    RejectionGround,
    Scheme,
)
from services.intake.domain.material_terms import (
    IN_HAND,
    Certificate,
    Filed,
    Held,
    MaterialNotTakenError,
    MaterialState,
    Needed,
    SharedMaterialError,
    Stored,
)
from services.intake.domain.records import MaterialSaid, Row
from services.kernel.aggregate import Aggregate, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


def materials_stream(project_no: str) -> UUID:
    return stream_id("materials", project_no)


class MaterialFile(Aggregate):
    """What came for one case. Stream: `materials_stream(project_no)`."""

    def __init__(self) -> None:
        self.project_no = ""
        self.held: dict[str, Held] = {}
        """By material code; what never came is not here."""
        self.files: dict[tuple[str, str], Filed] = {}
        """Every file that came, by material code and hash, in order."""
        self.reported: dict[str, str] = {}
        """The material an outside system's row put here, by `<data_source>/<row_guid>`."""

    @classmethod
    def of(cls, project_no: str) -> MaterialFile:
        """Give the file of a case for which nothing came yet."""
        file = cls.begin(materials_stream(project_no))
        file.project_no = project_no
        return file

    def receive(
        self,
        facts: Facts,
        needed: Needed,
        form: Form,
        copies: int,
        stored: Stored | None = None,
    ) -> bool:
        """Take a material in; says whether this was new. The same file again is the same event.

        Raises:
            MaterialNotTakenError: it does not come in this form, or is here already.
        """
        held = self.held.get(needed.material_code)
        if stored is not None and held is not None and held.content_hash == stored.content_hash:
            if held.state is MaterialState.RECEIVED:
                return False
            if held.state is MaterialState.REJECTED:
                raise MaterialNotTakenError(
                    "this very file was rejected; bring a mended one", "content_hash"
                )
        if not needed.takes(form):
            raise MaterialNotTakenError(f"the list wants this material as {needed.form}", "form")
        if (
            stored is None
            and held is not None
            and held.state is MaterialState.RECEIVED
            and (held.form, held.copies) == (form, copies)
        ):
            return False
        self.record(
            MaterialReceived,
            facts,
            project_no=self.project_no,
            material_code=needed.material_code,
            name=needed.name,
            copies=copies,
            form=form,
            received_at=facts.occurred_at,
            content_hash=stored.content_hash if stored else None,
            size_bytes=stored.size_bytes if stored else None,
            media_type=stored.media_type if stored else None,
        )
        return True

    def report(self, facts: Facts, code: str, said: MaterialSaid, row: Row) -> bool:
        """Take what an outside system says came; what is here otherwise stays as it is.

        A changed row replaces what it said before. Says whether anything changed.
        """
        known = self.reported.get(row.key)
        held = self.held.get(code)
        if known is not None and known != code:
            self.retract(facts, row)
        elif held is not None and held.state in IN_HAND:
            form = (held.form, held.copies)
            if known is None or form == (Form(said.form), said.copies):
                return False
        self.record(
            MaterialReceived,
            facts,
            project_no=self.project_no,
            material_code=code,
            name=said.name,
            copies=said.copies,
            form=Form(said.form),
            received_at=said.received_at or row.source_time,
            data_source=row.data_source,
            row_guid=row.row_guid,
        )
        return True

    def retract(self, facts: Facts, row: Row) -> bool:
        """Follow an outside system that takes back what it said; False where it said nothing."""
        code = self.reported.get(row.key)
        held = self.held.get(code or "")
        if code is None or held is None:
            return False
        self.record(
            MaterialRetracted,
            facts,
            project_no=self.project_no,
            material_code=code,
            data_source=row.data_source,
            row_guid=row.row_guid,
        )
        return True

    def reject(
        self, facts: Facts, material_code: str, ground: RejectionGround, *, has_note: bool = False
    ) -> None:
        """Say that what came will not do.

        Raises:
            MaterialNotTakenError: nothing came that could be rejected.
        """
        held = self._held(material_code, IN_HAND, "only what came can be rejected")
        self.record(
            MaterialRejected,
            facts,
            project_no=self.project_no,
            material_code=material_code,
            name=held.name,
            reason=ground,
            has_note=has_note or None,
        )

    def reuse(self, facts: Facts, needed: Needed, certificate: Certificate) -> bool:
        """Take it from the certificate library instead of the applicant; says whether it was new.

        Raises:
            MaterialNotTakenError: the certificate does not hold on this day.
        """
        held = self.held.get(needed.material_code)
        if (
            held is not None
            and held.state is MaterialState.REUSED
            and held.certificate_id == certificate.certificate_no
        ):
            return False
        if not certificate.holds(facts.occurred_at):
            raise MaterialNotTakenError("this certificate does not hold any more", "certificate_id")
        self.record(
            MaterialReusedFromLibrary,
            facts,
            project_no=self.project_no,
            material_code=needed.material_code,
            name=needed.name,
            certificate_id=certificate.certificate_no,
        )
        return True

    def promise(self, facts: Facts, needed: Needed, due_on: date) -> bool:
        """Let it be brought later (容缺受理); says whether that was new.

        A promise that is not kept in time ends the case, so it is given once: it is not moved.

        Raises:
            SharedMaterialError: nobody has to bring it, so nobody can promise it.
            MaterialNotTakenError: it is here already, or was promised for another day.
        """
        held = self.held.get(needed.material_code)
        if needed.shared:
            raise SharedMaterialError("the office gets this by data sharing", "material_code")
        if held is not None and held.state in IN_HAND:
            raise MaterialNotTakenError("this material is here already", "material_code")
        if held is not None and held.due_on is not None:
            if held.due_on == due_on and not held.lapsed:
                return False
            raise MaterialNotTakenError(f"it was promised for {held.due_on} already", "due_on")
        self.record(
            MaterialPromised,
            facts,
            project_no=self.project_no,
            material_code=needed.material_code,
            name=needed.name,
            due_on=due_on,
            scheme=Scheme.TOLERANCE,
        )
        return True

    def lapse(self, facts: Facts, material_code: str) -> bool:
        """Say that a promise was not kept in time; False where it was, or this was said already."""
        held = self.held.get(material_code)
        if held is None or not held.promise_open:
            return False
        self.record(
            MaterialPromiseLapsed,
            facts,
            project_no=self.project_no,
            material_code=material_code,
            name=held.name,
            due_on=held.due_on,
        )
        return True

    def give_back(self, facts: Facts, material_code: str) -> None:
        """Return what came to who brought it.

        Raises:
            MaterialNotTakenError: nothing is here that could be returned.
        """
        states = {MaterialState.RECEIVED, MaterialState.REJECTED}
        held = self._held(material_code, states, "only what was brought can be returned")
        self.record(
            MaterialReturned,
            facts,
            project_no=self.project_no,
            material_code=material_code,
            name=held.name,
        )

    def files_of(self, material_code: str) -> dict[str, Filed]:
        """Give the files that came for a material, by hash, the newest last."""
        return {one: said for (code, one), said in self.files.items() if code == material_code}

    def _held(
        self, code: str, states: frozenset[MaterialState] | set[MaterialState], rule: str
    ) -> Held:
        held = self.held.get(code)
        if held is None or held.state not in states:
            raise MaterialNotTakenError(rule, "material_code")
        return held

    def _set(self, code: str, name: str, state: MaterialState, **changed: object) -> None:
        """Remember where a material stands now; a promise that stands stays in mind."""
        old = self.held.get(code)
        due_on, lapsed = (old.due_on, old.lapsed) if old else (None, False)
        fresh = Held(code, name, state, due_on=due_on, lapsed=lapsed)
        self.held = {**self.held, code: replace(fresh, **changed)}  # type: ignore[arg-type]

    @applies(MaterialReceived)
    def _received(self, event: MaterialReceived) -> None:
        self.project_no = event.project_no
        self._set(
            event.material_code,
            event.name,
            MaterialState.RECEIVED,
            form=event.form,
            copies=event.copies,
            content_hash=event.content_hash or "",
            size_bytes=event.size_bytes or 0,
            media_type=event.media_type or "",
        )
        taken = {one: code for one, code in self.reported.items() if code != event.material_code}
        if event.row_guid is not None:
            taken[f"{event.data_source}/{event.row_guid}"] = event.material_code
        self.reported = taken
        if event.content_hash:
            key = (event.material_code, event.content_hash)
            others = {one: said for one, said in self.files.items() if one != key}
            self.files = {
                **others,
                key: Filed(event.name, event.media_type or "", event.size_bytes or 0),
            }

    @applies(MaterialRejected)
    def _rejected(self, event: MaterialRejected) -> None:
        old = self.held[event.material_code]
        self.held = {
            **self.held,
            event.material_code: replace(old, state=MaterialState.REJECTED, ground=event.reason),
        }

    @applies(MaterialReusedFromLibrary)
    def _reused(self, event: MaterialReusedFromLibrary) -> None:
        self.project_no = event.project_no
        self._set(
            event.material_code,
            event.name,
            MaterialState.REUSED,
            form=Form.LIBRARY,
            certificate_id=event.certificate_id,
        )

    @applies(MaterialPromised)
    def _promised(self, event: MaterialPromised) -> None:
        self.project_no = event.project_no
        self._set(event.material_code, event.name, MaterialState.PROMISED, due_on=event.due_on)

    @applies(MaterialPromiseLapsed)
    def _lapsed(self, event: MaterialPromiseLapsed) -> None:
        old = self.held[event.material_code]
        self.held = {**self.held, event.material_code: replace(old, lapsed=True)}

    @applies(MaterialRetracted)
    def _retracted(self, event: MaterialRetracted) -> None:
        old = self.held[event.material_code]
        held = {code: one for code, one in self.held.items() if code != event.material_code}
        if old.due_on is not None:
            fresh = Held(old.material_code, old.name, MaterialState.PROMISED, due_on=old.due_on)
            held[old.material_code] = replace(fresh, lapsed=old.lapsed)
        self.held = held
        self.reported = {
            one: code for one, code in self.reported.items() if code != event.material_code
        }

    @applies(MaterialReturned)
    def _returned(self, event: MaterialReturned) -> None:
        old = self.held[event.material_code]
        self.held = {
            **self.held,
            event.material_code: replace(old, state=MaterialState.RETURNED),
        }
