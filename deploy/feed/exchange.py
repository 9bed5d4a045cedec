"""How an outside system writes records: the field names of `contracts/ingress` live here only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from deploy.feed.records import Applicant, Record, row_guid

_encode = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True)
class Acceptance:
    """What an accept record says."""

    project_no: str
    task_code: str
    task_version: int
    accepted_at: datetime
    promise_at: datetime | None
    channel: str
    org_code: str
    org_name: str
    immediate: bool
    handler: str = ""
    window: str = ""
    applicant: Applicant | None = None


@dataclass(frozen=True)
class Step:
    """What a process record says; `key` makes its row distinct from the case's other steps."""

    project_no: str
    key: tuple[str, ...]
    name: str
    started_at: datetime
    ended_at: datetime
    handler: str
    unit: str
    outcome: str = "pass"


@dataclass(frozen=True)
class Exchange:
    """Writes records in the name of one `data_source` and one batch.

    The batch comes from the content, never from the clock: the same input gives the same bytes.
    """

    data_source: str
    batch: str

    def accept(self, said: Acceptance, line: int = 0) -> Record:
        applicant = said.applicant
        return self._record(
            "accept",
            (said.project_no,),
            said.accepted_at,
            {
                "project_no": said.project_no,
                "task_code": said.task_code,
                "task_version": said.task_version,
                "project_type": "1" if said.immediate else "2",
                "apply_date": said.accepted_at.isoformat(),
                "accept_date": said.accepted_at.isoformat(),
                "promise_date": said.promise_at.isoformat() if said.promise_at else None,
                "channel": said.channel,
                "org_code": said.org_code,
                "org_name": said.org_name,
                "window": said.window or None,
                "handler": said.handler or None,
                "applyer_name": applicant.name if applicant else None,
                "applyer_type": applicant.kind if applicant else None,
                "applyer_page_code": applicant.card_no if applicant else None,
                "applyer_mobile": applicant.phone if applicant else None,
                "applyer_address": applicant.address if applicant else None,
            },
            line,
        )

    def process(self, said: Step, line: int = 0) -> Record:
        return self._record(
            "process",
            (said.project_no, *said.key),
            said.ended_at,
            {
                "project_no": said.project_no,
                "process_name": said.name,
                "event_name": said.outcome,
                "start_time": said.started_at.isoformat(),
                "end_time": said.ended_at.isoformat(),
                "handler": said.handler or None,
                "org_name": said.unit or None,
            },
            line,
        )

    def result(self, project_no: str, at: datetime, granted: bool = True, line: int = 0) -> Record:
        return self._record(
            "result",
            (project_no,),
            at,
            {
                "project_no": project_no,
                "result_date": at.isoformat(),
                "result_type": "granted" if granted else "rejected",
            },
            line,
        )

    def _record(
        self, kind: str, key: tuple[str, ...], at: datetime, fields: dict[str, object], line: int
    ) -> Record:
        guid = row_guid(self.data_source, kind, *key)
        common: dict[str, object] = {
            "record": kind,
            "row_guid": guid,
            "cd_operation": "insert",
            "cd_time": at.isoformat(),
            "cd_batch": self.batch,
            "data_source": self.data_source,
        }
        # Absent means absent: the contract knows no nulls.
        said = {name: value for name, value in fields.items() if value is not None}
        project_no = str(fields["project_no"])
        return Record(at, project_no, kind, guid, _encode(common | said), line)
