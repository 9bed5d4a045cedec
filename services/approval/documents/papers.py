"""Makes and keeps the papers of approval: the application's port `Papers`, on real files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any, Final

from services.approval.application.ports import CertificateWords, Checked, DecisionWords
from services.approval.documents.archive import Archive
from services.approval.documents.signing import FileSigner
from services.approval.documents.typesetting import render
from services.approval.domain.decision_terms import Paper
from services.kernel.times import SHANGHAI

CODE_BYTES: Final = 16
"""A verification code is 128 random bits: it cannot be guessed, and says nothing of its paper."""


class HousePapers:
    """Renders, signs and keeps."""

    def __init__(self, archive: Archive, signer: FileSigner, verify_url: str) -> None:
        """`verify_url`: where people check a paper, printed and in its QR code."""
        self.archive = archive
        self.signer = signer
        self._url = verify_url

    def decision(self, words: DecisionWords) -> Paper:
        return self._kept(
            "decision",
            {
                "title": words.title,
                "document": words.document,
                "number": words.decision_no,
                "paragraphs": list(words.paragraphs),
                "department": words.department,
                "subject": words.subject,
            },
            words.at,
        )

    def sealed(self, document_hash: str, seal: str, place: str) -> str:
        file = self.archive.get(document_hash)
        return self.archive.keep(self.signer.sign(file, reason=f"seal {seal}", place=place))

    def certificate(self, words: CertificateWords) -> Paper:
        until = _day(words.valid_to) if words.valid_to else "长期"
        lines = [
            ("证照标识", words.certificate_no),
            ("许可事项", words.item),
            ("办件编号", words.project_no),
            ("有效期限", f"自 {_day(words.valid_from)} 至 {until}"),
        ]
        return self._kept(
            "certificate",
            {
                "title": words.title,
                "lines": lines,
                "department": words.department,
                "subject": words.subject,
            },
            words.at,
            signed_for=words.certificate_no,
        )

    def file(self, digest: str) -> bytes:
        return self.archive.get(digest)

    def check(self, file: bytes) -> Checked:
        return self.signer.check(file)

    def _kept(
        self, template: str, words: Mapping[str, Any], at: datetime, signed_for: str = ""
    ) -> Paper:
        code = token_hex(CODE_BYTES)
        printed = " ".join(code[i : i + 4] for i in range(0, len(code), 4))
        told = {**words, "code": printed, "place": self._url}
        file = render(template, told, f"{self._url}?code={code}", at.astimezone(SHANGHAI))
        if signed_for:
            file = self.signer.sign(file, reason=signed_for, place=str(words["department"]))
        return Paper(self.archive.keep(file), code_hash(code))


def code_hash(code: str) -> str:
    """Give the hash by which a verification code is known; blanks and case do not matter."""
    return sha256("".join(code.split()).lower().encode()).hexdigest()


def _day(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
