"""The public page on which anybody checks a paper: by its code, its identifier, or the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from services.approval.application.decisions import decision_no_of
from services.approval.application.ports import Checked
from services.approval.certificate_answers import STATES, RegisterEntry, state_of
from services.approval.documents.papers import CODE_BYTES, code_hash
from services.approval.domain.certificates import Certificate, certificate_stream
from services.approval.domain.decision_terms import DecisionResult
from services.approval.domain.decisions import Decision, decision_stream
from services.approval.projections.papers import Paper, paper_of_code, paper_of_file
from services.chassis.web import Call, Pages, Reply, route
from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Light
from services.chassis.web.spool import Upload
from services.kernel.certificate_numbers import ROOT, CertificateNumber, CertificateNumberError
from services.kernel.clock import legal_date

PAGES: Final = Pages("approval", Path(__file__).parents[1] / "pages")
FILE_BYTES: Final = 10 << 20
_PRIVATE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_LIGHTS: Final[dict[str, Light]] = {"valid": "green", "not_yet": "amber", "superseded": "amber"}


class VerifyQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody reads off a paper; the QR code brings `code`."""

    code: Annotated[str, msgspec.Meta(max_length=200)] = ""


@dataclass(frozen=True)
class Finding:
    """What the page says; `rows` only of a paper that was shown: by its code or its file."""

    state: str
    light: Light
    title: str
    english: str
    detail: str = ""
    rows: tuple[tuple[str, str], ...] = ()


class VerifyRoutes:
    """Routes of the nameko service. They say nothing that the asker has not shown to hold."""

    name: str
    tasks: Any

    @route("GET", "/verify", html=True, public=True, query=VerifyQuery, summary="Check a paper")
    def show_verify(self, call: Call[None, VerifyQuery]) -> Reply:
        asked = call.query.code.strip()
        return self._verify_page(call, asked, self._by_text(asked) if asked else None)

    @route(
        "POST",
        "/verify",
        html=True,
        public=True,
        spooled=True,
        body_bytes=FILE_BYTES,
        summary="Check a file: whether it is the one that was signed, byte by byte",
    )
    def verify_file(self, call: Call[Upload]) -> Reply:
        """The file is read, hashed and forgotten."""
        try:
            file = call.body.path.read_bytes()
        finally:
            call.body.discard()
        return self._verify_page(call, "", self._by_file(file))

    @route(
        "GET",
        "/register/certificates/<certificate_no>",
        response=RegisterEntry,
        public=True,
        summary="Whether a certificate is good, by its identifier; nothing else about it",
    )
    def get_register_entry(self, call: Call) -> Reply:
        number = call.path["certificate_no"]
        now: datetime = self.tasks.received_now()
        certificate = self._certificate_numbered(number)
        if certificate is None:
            entry = RegisterEntry(number, "unknown", "", now)
        else:
            state = state_of(certificate, now, legal_date(now))
            code = certificate.status_at(now).value
            entry = RegisterEntry(certificate.certificate_no, state, code, now)
        return Reply(entry, headers=_PRIVATE)

    def _verify_page(self, call: Call[Any, Any], asked: str, finding: Finding | None) -> Reply:
        text = PAGES.render(
            "verify.html",
            call,
            title="证照和文书核验",
            english="Check a certificate",
            asked=asked,
            finding=finding,
            now=shown_time(self.tasks.received_now()),
            megabytes=FILE_BYTES >> 20,
        )
        return Reply(text, headers=_PRIVATE)

    def _by_text(self, asked: str) -> Finding:
        text = "".join(asked.split())
        if text.startswith(ROOT):
            certificate = self._certificate_numbered(text)
            return _unknown() if certificate is None else self._of_certificate(certificate, False)
        if len(text) != CODE_BYTES * 2:
            return _unknown()
        paper = paper_of_code(self.tasks.database, code_hash(text))
        return self._of_paper(paper) if paper else _unknown()

    def _by_file(self, file: bytes) -> Finding:
        paper = paper_of_file(self.tasks.database, sha256(file).hexdigest())
        checked: Checked = self.tasks.papers_or_refuse().check(file)
        if paper is not None and checked.intact:
            return self._of_paper(paper)
        if checked.signed and not checked.intact:
            return Finding(
                "tampered",
                "red",
                "文件被改动过",
                "This file was changed",
                "签名之后文件的内容发生了变化，不是原件。",
            )
        if checked.trusted:
            return Finding(
                "unregistered",
                "red",
                "有签名，但是没有登记",
                "Signed, but not on record",
                "签名有效，但是本中心没有登记过这个文件。",
            )
        if checked.signed:
            return Finding(
                "foreign",
                "red",
                "不是本中心签发的文件",
                "Not signed here",
                "文件有签名，但不是本中心的签名。",
            )
        return _unknown("这个文件没有本中心的电子签名，也没有登记。")

    def _of_paper(self, paper: Paper) -> Finding:
        if paper.kind == "certificate":
            found = self.tasks.find(Certificate, certificate_stream(paper.key))
            return self._of_certificate(found, True) if found else _unknown()
        decision = self.tasks.find(Decision, decision_stream(paper.key))
        return self._of_decision(decision) if decision else _unknown()

    def _of_certificate(self, certificate: Certificate, shown: bool) -> Finding:
        now: datetime = self.tasks.received_now()
        state = state_of(certificate, now, legal_date(now))
        title, english = STATES[state]
        rows: list[tuple[str, str]] = [("证照标识", certificate.certificate_no)]
        if shown:
            _, department = self.tasks.names_of(certificate.item_code, certificate.department)
            until = certificate.valid_to.isoformat() if certificate.valid_to else "长期"
            rows += [
                ("证照名称", certificate.title),
                ("颁发机关", department),
                ("有效期限", f"{certificate.valid_from.isoformat()} 至 {until}"),
                ("颁发时间", shown_time(certificate.issued_at)),
            ]
            if certificate.superseded_by:
                rows.append(("现行版本", certificate.superseded_by))
        return Finding(state, _LIGHTS.get(state, "red"), title, english, rows=tuple(rows))

    def _of_decision(self, decision: Decision) -> Finding:
        _, department = self.tasks.names_of(decision.item_code, decision.department)
        result = "准予" if decision.result is DecisionResult.GRANTED else "不予"
        rows = (
            ("文书", f"{result}行政许可决定书"),
            ("文号", decision.document),
            ("作出机关", department),
            ("作出时间", shown_time(decision.issued_at)),
        )
        if not decision.sealed:
            return Finding(
                "unsealed", "amber", "文书还没有加盖印章", "Not sealed yet", "", rows=rows
            )
        stem, _, count = decision.decision_no.rpartition("-D")
        if self.tasks.find(Decision, decision_stream(decision_no_of(stem, int(count) + 1))):
            title = "文书属实，之后另有新的决定"
            return Finding("superseded", "amber", title, "Genuine, decided anew since", rows=rows)
        return Finding("valid", "green", "文书属实", "Genuine", rows=rows)

    def _certificate_numbered(self, text: str) -> Certificate | None:
        try:
            number = CertificateNumber.parse(text).text
        except CertificateNumberError:
            return None
        found: Certificate | None = self.tasks.find(Certificate, certificate_stream(number))
        return found


_MISREAD: Final = "请核对编号或者验证码，注意数字 0 和字母 O、数字 1 和字母 I。"


def _unknown(detail: str = _MISREAD) -> Finding:
    title, english = STATES["unknown"]
    return Finding("unknown", "grey", title, english, detail)
