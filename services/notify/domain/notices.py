"""Which notice an applicant gets, once, from which template's version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Self

from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class Kind(Enum):
    """What a notice tells."""

    CASE_ACCEPTED = "case_accepted"
    CASE_REFUSED = "case_refused"
    CASE_COMPLETED = "case_completed"


class NoticeRecorded(Fact):
    """A notice is on file; nobody has been told yet by a channel that reaches out."""

    TOPIC = "notify.notice-recorded.v1"

    project_no: str
    notice: Kind
    template: str
    template_version: int
    channel: str
    subject_id: str
    dedup_key: str
    legal_effect: bool
    text: str


@dataclass(frozen=True)
class Template:
    """A text of the centre. The person's particulars are filled in when it is sent, not here."""

    name: str
    version: int
    text: str
    legal_effect: bool


TEMPLATES: Mapping[Kind, Template] = {
    Kind.CASE_ACCEPTED: Template(
        "case-accepted",
        1,
        "您申请的“{item}”已受理,办件编号 {project_no}。承诺办结时间:{due}。",
        True,
    ),
    Kind.CASE_REFUSED: Template(
        "case-refused",
        1,
        "您的申请(编号 {project_no})不予受理。理由:{reason}"
        "如不服本决定,可依法申请行政复议或者提起行政诉讼。",
        True,
    ),
    Kind.CASE_COMPLETED: Template(
        "case-completed", 2, "您的办件 {project_no} 已办结,结果:{result}。{collect}", False
    ),
}
"""The template in force for each notice. A new text is a new version; old notices keep theirs."""

CHANNEL = "record"
"""Kept for the applicant to read. Channels that reach out come with delivery."""


@dataclass(frozen=True)
class Occasion:
    """Why a notice is due. `words` fill the template; none of them is personal."""

    kind: Kind
    project_no: str
    subject_id: str
    words: Mapping[str, str]
    turn: int = 0
    """How often the case was reopened before: what ends again is told again."""

    @property
    def dedup_key(self) -> str:
        """Name the one notice of this kind, case and turn; the first turn is not named."""
        key = f"{self.kind.value}/{self.project_no}"
        return f"{key}/{self.turn}" if self.turn else key


class Notice(Aggregate):
    """One notice. Stream: `stream_id("notice", dedup_key)`, so there is exactly one."""

    def __init__(self) -> None:
        self.dedup_key = ""
        self.text = ""
        self.template_version = 0

    @classmethod
    def record_for(cls, facts: Facts, occasion: Occasion) -> Self:
        """Put the notice for this occasion on file."""
        template = TEMPLATES[occasion.kind]
        notice = cls.begin(stream_id("notice", occasion.dedup_key))
        notice.record(
            NoticeRecorded,
            facts,
            project_no=occasion.project_no,
            notice=occasion.kind,
            template=template.name,
            template_version=template.version,
            channel=CHANNEL,
            subject_id=occasion.subject_id,
            dedup_key=occasion.dedup_key,
            legal_effect=template.legal_effect,
            text=template.text.format(project_no=occasion.project_no, **occasion.words),
        )
        return notice

    @applies(NoticeRecorded)
    def _recorded(self, event: NoticeRecorded) -> None:
        self.dedup_key = event.dedup_key
        self.text = event.text
        self.template_version = event.template_version
