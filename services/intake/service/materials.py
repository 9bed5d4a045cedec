"""Materials over HTTP: the checklist of a case, uploads, and what becomes of each paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from werkzeug.wrappers import Response

from services.chassis.clock import Clock
from services.chassis.errors import NotFoundError
from services.chassis.projection import Change
from services.chassis.storage import file_field
from services.chassis.vault import Opening, Purpose
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.histories import written
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.spool import Upload
from services.intake.application.materials import MaterialDone
from services.intake.domain.agency_terms import AgencyScope
from services.intake.domain.case import Case
from services.intake.domain.checklists import asked
from services.intake.domain.material_events import Form
from services.intake.domain.material_terms import Certificate
from services.intake.material_answers import (
    ChecklistView,
    DownloadQuery,
    MaterialQuery,
    MaterialTold,
    PromiseMaterial,
    ReceivePaper,
    RejectMaterial,
    ReuseCertificate,
    checklist_view,
)
from services.intake.projections import materials as rows
from services.intake.projections.materials import CertificateLibrary, MaterialRow
from services.intake.service.case_desk import seen_by
from services.intake.uploads import BY_MEDIA, UPLOAD_BYTES, look_at
from services.kernel.facts import Facts

STAFF: Final = frozenset({"clerk", "officer"})
OWNERS: Final = frozenset({"applicant", "agent"})
"""Who acts only for cases of their own account."""
SENDERS: Final = frozenset({"clerk"}) | OWNERS
_ROLES: Final = ("clerk", "officer", "applicant", "agent")
_SANDBOX: Final = "default-src 'none'; sandbox"


class MaterialRoutes:
    """Routes of the nameko service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any
    files: Any

    @route(
        "GET",
        "/materials",
        query=MaterialQuery,
        response=Page[MaterialRow],
        roles=STAFF,
        summary="Materials of all cases, the last changed first; promised, rejected and so on",
    )
    def list_materials(self, call: Call[None, MaterialQuery]) -> Page[MaterialRow]:
        query = call.query
        found = rows.list_materials(
            self.cases.database,
            state=query.state,
            department=query.department,
            project_no=query.project_no,
            after=read_cursor(query.cursor, tuple[datetime, str, str]),
            limit=query.limit + 1,
        )
        return page_of(
            found, query.limit, lambda row: (row.changed_at, row.project_no, row.material_code)
        )

    @route(
        "GET",
        "/cases/<project_no>/materials",
        response=ChecklistView,
        roles=STAFF | OWNERS,
        summary="The checklist of a case: what is needed, where each stands, what is missing",
    )
    def get_materials(self, call: Call) -> ChecklistView:
        """What the office gets by data sharing is listed and never missing."""
        now = self.clock.now()
        case = self._material_case(call, AgencyScope.FOLLOW)
        found = self.cases.checklist(case.project_no, now)
        return checklist_view(found, self._certificates(call, case), now)

    @route(
        "POST",
        "/cases/<project_no>/materials/<code>/file",
        response=MaterialTold,
        roles=SENDERS,
        status=201,
        spooled=True,
        body_bytes=UPLOAD_BYTES,
        summary="Upload a material: pdf, ofd, png, jpeg, docx or xlsx, at most 50 MB",
    )
    def post_file(self, call: Call[Upload]) -> Reply:
        """The body is the file, or a form with it. The same file again is the same event."""
        upload = call.body
        try:
            return self._take_file(call, upload)
        finally:
            upload.discard()

    @route(
        "GET",
        "/cases/<project_no>/materials/<code>/file",
        query=DownloadQuery,
        html=True,
        media="application/octet-stream",
        roles=STAFF | OWNERS,
        summary="Download a material; who opens it is written down",
    )
    def get_file(self, call: Call[None, DownloadQuery]) -> Response:
        code = call.path["code"]
        case = self._material_case(call, AgencyScope.MATERIALS)
        held = self.cases.materials_of(case.project_no).files_of(code)
        wanted = call.query.hash or next(reversed(held), "")
        if wanted not in held:
            raise NotFoundError("no such file came for this material")
        filed = held[wanted]
        caller = call.caller
        opening = Opening(caller.id, _role(call), Purpose.CASE_HANDLING, call.correlation_id)
        vault = self.files.over(self.cases.database)
        pieces = vault.open(case.subject_id, file_field(code, wanted), opening)
        return Response(
            pieces,
            headers={
                "Content-Disposition": _attachment(code, filed.name, filed.media_type),
                "Content-Length": str(filed.size_bytes),
                "Content-Security-Policy": _SANDBOX,
                "X-Content-Type-Options": "nosniff",
                "ETag": f'"{wanted}"',
            },
            content_type=filed.media_type,
            direct_passthrough=True,
        )

    @route(
        "POST",
        "/cases/<project_no>/materials/<code>/receipt",
        request=ReceivePaper,
        response=MaterialTold,
        roles=frozenset({"clerk"}),
        status=201,
        summary="Take a material in on paper",
    )
    def receive_paper(self, call: Call[ReceivePaper]) -> Reply:
        number, code, key = _asked(call)
        done = self.cases.receive_material(
            self._material_facts(call, number),
            number,
            code,
            Form.PAPER,
            call.body.copies,
            seen=seen_by(call),
            key=key,
        )
        return self._material_done(call, done, 201)

    @route(
        "POST",
        "/cases/<project_no>/materials/<code>/rejection",
        request=RejectMaterial,
        response=MaterialTold,
        roles=STAFF,
        summary="Say that what came will not do, on a listed ground",
    )
    def reject_material(self, call: Call[RejectMaterial]) -> Reply:
        number, code, key = _asked(call)
        self._material_case(call)
        done = self.cases.reject_material(
            self._material_facts(call, number),
            number,
            code,
            call.body.reason,
            call.body.note,
            seen=seen_by(call),
            key=key,
        )
        return self._material_done(call, done)

    @route(
        "POST",
        "/cases/<project_no>/materials/<code>/reuse",
        request=ReuseCertificate,
        response=MaterialTold,
        roles=SENDERS,
        summary="Take a certificate of the applicant from the library instead of a paper",
    )
    def reuse_material(self, call: Call[ReuseCertificate]) -> Reply:
        number, code, key = _asked(call)
        case = self._material_case(call, AgencyScope.MATERIALS)
        wanted = call.body.certificate_id
        for one in self._certificates(call, case):
            if one.certificate_no == wanted:
                done = self.cases.reuse_material(
                    self._material_facts(call, number),
                    number,
                    code,
                    one,
                    seen=seen_by(call),
                    key=key,
                )
                return self._material_done(call, done)
        raise NotFoundError("the library has no such certificate of this applicant")

    @route(
        "POST",
        "/cases/<project_no>/materials/<code>/promise",
        request=PromiseMaterial,
        response=MaterialTold,
        roles=SENDERS,
        summary="Let a material come later (容缺), or promise it; unkept, the case is withdrawn",
    )
    def promise_material(self, call: Call[PromiseMaterial]) -> Reply:
        """A clerk lets it; an applicant promises it, and a clerk takes the promise or does not."""
        number, code, key = _asked(call)
        self._material_case(call, AgencyScope.MATERIALS)
        done = self.cases.promise_material(
            self._material_facts(call, number),
            number,
            code,
            call.body.due_on,
            seen=seen_by(call),
            key=key,
        )
        return self._material_done(call, done)

    @route(
        "POST",
        "/cases/<project_no>/materials/<code>/return",
        response=MaterialTold,
        roles=frozenset({"clerk"}),
        summary="Give a material back to who brought it",
    )
    def return_material(self, call: Call) -> Reply:
        number, code, key = _asked(call)
        facts = self._material_facts(call, number)
        return self._material_done(
            call, self.cases.return_material(facts, number, code, seen=seen_by(call), key=key)
        )

    def _take_file(self, call: Call[Upload], upload: Upload) -> Reply:
        number, code, key = _asked(call)
        self._material_case(call, AgencyScope.MATERIALS)
        needed = asked(self.cases.checklist(number, self.clock.now()).needed, code)
        told = "" if upload.form else call.headers.get("Content-Type", "")
        stored = look_at(upload.path, name=upload.name, told=told, wanted=needed.media)
        files = self.files.over(self.cases.database)

        def store(case: Case, field: str) -> Sequence[Change]:
            changes: Sequence[Change] = files.store(case.subject_id, field, upload.path).changes
            return changes

        done = self.cases.receive_file(
            self._material_facts(call, number), number, code, stored, store, key=key
        )
        return self._material_done(call, done, 201)

    def _material_case(self, call: Call[Any, Any], scope: AgencyScope | None = None) -> Case:
        """Guard a case's papers: a clerk serves everybody, an officer their own department.

        Anybody else acts for cases of their account, or within a mandate of this scope.

        Raises:
            NotAllowedError: the case is somebody else's.
        """
        number = call.path["project_no"]
        case: Case = self.cases.case_for(self._material_facts(call, number), number, scope)
        if _role(call) == "officer" and case.department:
            call.caller.require_unit(case.department)
        return case

    def _certificates(self, call: Call[Any, Any], case: Case) -> list[Certificate]:
        """Give the applicant's certificates; all of the person's only to staff.

        An account may type anybody's number; only an office has compared it with a document.
        """
        library = CertificateLibrary(self.cases.database)
        if call.caller.roles.isdisjoint(STAFF):
            return library.of([case.subject_id])
        return library.of(self.cases.same_person(case.subject_id))

    def _material_facts(self, call: Call[Any, Any], about: str) -> Facts:
        return Facts(
            occurred_at=self.clock.now(),
            subject=about,
            actor=call.caller.actor(_role(call)),
            correlation_id=call.correlation_id,
            region=self.frame.settings.region,
        )

    def _material_done(self, call: Call[Any, Any], done: MaterialDone, status: int = 200) -> Reply:
        place = written(call, self.cases.database, self.name, done.stream, done.version)
        answer = MaterialTold(
            done.project_no,
            done.material_code,
            done.state,
            place.event,
            place.position,
            done.due_on,
            done.content_hash,
            done.version,
        )
        return Reply(answer, status=status)


def _role(call: Call[Any, Any]) -> str:
    """Give the role acted in, an office's before one's own."""
    return next(one for one in _ROLES if one in call.caller.roles)


def _asked(call: Call[Any, Any]) -> tuple[str, str, str | None]:
    return call.path["project_no"], call.path["code"], call.idempotency_key or None


def _attachment(code: str, name: str, media_type: str) -> str:
    """Name the file for a browser: by the list's word, never by what its sender called it."""
    kind = BY_MEDIA.get(media_type)
    ending = f".{kind.extension}" if kind else ""
    plain = "".join(one for one in name if one.isprintable() and one not in '/\\:*?"<>|')[:100]
    return (
        f'attachment; filename="{code}{ending}"; '
        f"filename*=UTF-8''{quote(plain + ending, safe='')}"
    )
