"""Imports and exports the catalog: whole lists in, as a job, and out, as a stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal
from uuid import UUID, uuid5

import msgspec
from werkzeug.wrappers import Response

from services.catalog.imports import jobs, outside
from services.catalog.imports.export import KINDS, MEDIA, export
from services.catalog.imports.formats import Format
from services.catalog.imports.jobs import Asked, Job
from services.catalog.imports.records import Incoming, RefusedError, thread_of, translate
from services.catalog.imports.running import ImportsProvider, SealProvider
from services.catalog.pages import PAGES
from services.catalog.pages.imports import errors_table, flags_table, jobs_table, kinds, state
from services.catalog.service.room import Room
from services.chassis.bus.envelope import Record
from services.chassis.bus.subscription import ingress
from services.chassis.errors import ContractError, NotFoundError
from services.chassis.logs import get_logger
from services.chassis.web import Call, Reply, route
from services.chassis.web.histories import page_reply, shown_time, wants_page
from services.chassis.web.parts import Crumb
from services.chassis.web.spool import Upload
from services.kernel.identifiers import BANJIAN
from services.kernel.times import plain

IMPORTER: Final = frozenset({"catalog_importer"})
FILE_BYTES: Final = 64 << 20
"""Largest file of an import."""
REFRESH_S: Final = "2"
ACCOUNTS: Final = frozenset({"staff", "delegation", "seal"})
"""Kinds whose rows name accounts."""
log = get_logger()

Word = Annotated[str, msgspec.Meta(max_length=32, pattern="^[a-z]*$")]


class ImportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What the file is; what is not said is found out."""

    format: Literal["", "csv", "xlsx", "jsonl", "json"] = ""
    kind: Word = ""
    """Of every row that does not say its own; `list` for a published list in its own columns."""
    dry_run: bool = False
    name: Annotated[
        str,
        msgspec.Meta(
            max_length=200,
            description="File name or document the lists come from; stands in the events.",
        ),
    ] = ""


class Jobs(msgspec.Struct, frozen=True):
    """The newest imports, newest first, without their errors."""

    items: list[Job]


class Importing(Room):
    """Routes of imports and exports."""

    imports: Any = ImportsProvider()
    seal: Any = SealProvider()

    @ingress
    def on_records(self, batch: Sequence[Record]) -> None:
        """Take the rows of outside systems; those that cannot be taken get a reasoned reply."""
        now, region = self.clock.now(), self.frame.settings.region
        rows: list[Incoming] = []
        for record in batch:
            try:
                rows.append(translate(record.body, now, record.source, record.message_id))
            except RefusedError as refused:
                log.info("record_refused", reason=refused.reply.reason_code)
                thread = thread_of(record.message_id)
                outside.refuse(
                    self.catalog, refused.reply, record.body, now, region, self.seal, thread
                )
        outside.take(self.catalog, rows, now, region, self.seal)

    @route(
        "POST",
        "/imports",
        query=ImportQuery,
        response=Job,
        roles=IMPORTER,
        status=202,
        spooled=True,
        body_bytes=FILE_BYTES,
        summary="Import a file of catalog rows",
    )
    def post_import(self, call: Call[Upload, ImportQuery]) -> Reply:
        """Nothing is applied when any row is wrong. Ask `GET /imports/<id>` how far it is."""
        query = call.query
        job = self._begin(call, query.format, query.kind, query.dry_run, query.name)
        return Reply(job, headers={"Location": f"{call.base}/imports/{job.id}"})

    @route(
        "POST",
        "/imports/upload",
        html=True,
        roles=IMPORTER,
        spooled=True,
        body_bytes=FILE_BYTES,
        summary="Import the file of a form",
    )
    def upload(self, call: Call[Upload]) -> Reply:
        """Answers with the page of the job."""
        said = call.body.fields
        kind, form = said.get("kind", ""), said.get("format", "")
        job = self._begin(call, form, kind, said.get("dry_run", "") == "1", call.body.name)
        return Reply("", status=303, headers={"Location": f"{call.base}/imports/{job.id}"})

    @route(
        "GET",
        "/imports",
        response=Jobs,
        roles=IMPORTER,
        summary="The newest imports",
    )
    def list_imports(self, call: Call) -> Any:
        """A page, for browsers, with the form to import a file."""
        found = jobs.list_jobs(self.catalog.database)
        if not wants_page(call):
            return Jobs(found)
        return page_reply(
            PAGES.render(
                "imports.html",
                call,
                title="导入与导出",
                english="Imports and exports",
                crumbs=[Crumb("办事指南", "/")],
                table=jobs_table(found),
                kinds=kinds(),
                exports=KINDS,
                megabytes=FILE_BYTES >> 20,
            )
        )

    @route(
        "GET",
        "/imports/<uuid:job>",
        response=Job,
        roles=IMPORTER,
        summary="An import: how far it is, what it did, what is wrong with its rows",
    )
    def get_import(self, call: Call) -> Any:
        """A page, for browsers; it loads itself again while the import runs."""
        job = jobs.find(self.catalog.database, UUID(call.path["job"]))
        if not wants_page(call):
            return job
        reply = page_reply(
            PAGES.render(
                "import.html",
                call,
                title=job.file_name or "导入",
                english="Import",
                crumbs=[Crumb("办事指南", "/"), Crumb("导入与导出", "/imports")],
                job=job,
                state=state(job),
                shown_time=shown_time,
                flags=flags_table(job),
                errors=errors_table(job),
            )
        )
        if job.running:
            return Reply(reply.value, headers={**reply.headers, "Refresh": REFRESH_S})
        return reply

    @route(
        "GET",
        "/exports/<kind>.<form>",
        public=True,
        html=True,
        media="text/csv",
        summary="All rows of a kind, as an import takes them: csv, xlsx or jsonl",
    )
    def get_export(self, call: Call) -> Response:
        """Streamed from the log, at any size. Accounts are for those who keep the catalog."""
        kind = call.path["kind"]
        if kind in ACCOUNTS:
            call.caller.require_role(*IMPORTER, "catalog_editor")
        try:
            form = Format(call.path["form"])
        except ValueError:
            form = None
        if kind not in KINDS or form is None:
            raise NotFoundError(
                f"there is no such export; kinds are {', '.join(KINDS)}, forms csv, xlsx, jsonl"
            )
        return Response(
            export(self.catalog.database, kind, form),
            headers={"Content-Disposition": f'attachment; filename="{kind}.{form.value}"'},
            content_type=MEDIA[form],
        )

    def _begin(
        self, call: Call[Upload, Any], form: str, kind: str, dry_run: bool, name: str
    ) -> Job:
        upload = call.body
        shown = "".join(one for one in plain(name) if one.isprintable())[-200:]
        if not call.caller.id:
            raise ContractError("an import needs a caller")
        key = call.idempotency_key
        job = uuid5(BANJIAN, f"import/{key or f'{upload.path.name}/{self.clock.now()}'}")
        if key and jobs.exists(self.catalog.database, job):
            upload.discard()
            return jobs.find(self.catalog.database, job)
        asked = Asked(
            id=job,
            path=upload.path,
            file_name=shown,
            format=form,
            kind=kind,
            dry_run=dry_run,
            account=call.caller.id,
            correlation=call.correlation_id,
            size_bytes=upload.size_bytes,
        )
        facts = self.facts(call, f"import/{job}", "catalog_importer")
        self.imports.start_job(self.catalog, asked, facts)
        return jobs.find(self.catalog.database, job)
