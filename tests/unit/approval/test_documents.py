"""Documents: the same words give the same bytes, a signature covers them, a changed byte shows."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from services.approval.application.ports import CertificateWords, DecisionWords
from services.approval.documents import typesetting
from services.approval.documents.archive import Archive
from services.approval.documents.pades import UNSIGNED
from services.approval.documents.papers import HousePapers, code_hash
from services.approval.documents.signing import (
    DEVELOPMENT_SIGNER,
    FileSigner,
    development_pair,
)
from services.approval.documents.typesetting import PACKAGE, family_of, render
from services.chassis.errors import NotFoundError, RuleError, UnavailableError
from services.chassis.settings import SettingsError
from services.chassis.storage.folder import FileStorage
from services.kernel.times import SHANGHAI

AT = datetime(2020, 10, 20, 9, 20, tzinfo=SHANGHAI)
URL = "https://example.invalid/approval/verify"
NUMBER = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
WORDS = {
    "title": "准予行政许可决定书",
    "document": "住建许〔2020〕12号",
    "number": "case-1-D01",
    "paragraphs": ["申请事项：施工许可。", "#panic()[*粗*] $x$ \\ <label> @ref"],
    "department": "住房和城乡建设局",
    "subject": "s-1",
    "code": "0123",
    "place": URL,
}
DECISION = DecisionWords(
    "case-1-D01", "住建许〔2020〕12号", "准予行政许可决定书", ["准予许可。"], "住建局", "s-1", AT
)
CERTIFICATE = CertificateWords(
    NUMBER, "施工许可证", "施工许可", "住建局", "case-1", "s-1", date(2020, 10, 20), None, AT
)


@pytest.fixture(scope="module")
def signer() -> FileSigner:
    return FileSigner(*development_pair(datetime.now(UTC)))


@pytest.fixture
def papers(tmp_path: Path, signer: FileSigner) -> Iterator[HousePapers]:
    yield HousePapers(Archive(FileStorage(tmp_path / "files")), signer, URL)


def text_of(file: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(file)).pages)


def test_same_words_give_the_same_bytes() -> None:
    link = f"{URL}?code=0123"

    first = render("decision", WORDS, link, AT)

    assert first == render("decision", WORDS, link, AT)
    assert first != render("decision", WORDS, link + "4", AT)
    assert first != render("decision", WORDS, link, AT + timedelta(days=1))


def test_words_are_printed_and_never_read_as_markup() -> None:
    text = text_of(render("decision", WORDS, URL, AT))

    assert "准予行政许可决定书" in text
    assert "#panic()[*粗*]" in text
    assert "住建许〔2020〕12号" in text


def test_machine_without_a_chinese_font_is_told_which_package_to_install() -> None:
    with pytest.raises(UnavailableError, match=PACKAGE):
        family_of(["DejaVu Sans"])

    assert family_of(["Noto Sans CJK SC", "DejaVu Sans"]) == "Noto Sans CJK SC"
    assert typesetting.FONTS[0] == "Noto Serif CJK SC"


def test_decision_is_rendered_first_and_signed_by_its_seal(papers: HousePapers) -> None:
    paper = papers.decision(DECISION)
    unsigned = papers.archive.get(paper.document_hash)
    assert papers.signer.check(unsigned) == UNSIGNED

    signed = papers.archive.get(papers.sealed(paper.document_hash, "seal-7", "hall"))

    found = papers.signer.check(signed)
    assert (found.signed, found.intact, found.trusted) == (True, True, True)
    assert found.signer == DEVELOPMENT_SIGNER
    assert signed.startswith(unsigned)  # the signature is added, nothing is written anew


def test_certificate_bears_its_number_its_code_and_a_reference_in_place_of_a_name(
    papers: HousePapers,
) -> None:
    paper = papers.certificate(CERTIFICATE)

    text = text_of(papers.archive.get(paper.document_hash))
    assert NUMBER in text.replace("\n", "")
    assert "持证人参照号：s-1" in text
    code = text.split("验证码：")[1][: 32 + 7]
    assert code_hash(code) == paper.code_hash
    assert code_hash(code.upper().replace(" ", "")) == paper.code_hash


def test_two_papers_never_have_one_code(papers: HousePapers) -> None:
    codes = {papers.decision(DECISION).code_hash for _ in range(5)}

    assert len(codes) == 5


def test_every_changed_byte_of_a_certificate_is_found(papers: HousePapers) -> None:
    file = papers.archive.get(papers.certificate(CERTIFICATE).document_hash)
    assert papers.signer.check(file).trusted

    for place in range(20, len(file), len(file) // 25):
        changed = file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :]
        assert not papers.signer.check(changed).trusted, place


def test_what_is_added_behind_a_signature_is_found(papers: HousePapers) -> None:
    file = papers.archive.get(papers.certificate(CERTIFICATE).document_hash)

    assert not papers.signer.check(file + b"\n% and more\n").trusted
    assert papers.signer.check(b"") == UNSIGNED
    assert papers.signer.check(b"%PDF-1.7\n" + b"\x00" * 400) == UNSIGNED


def test_somebody_elses_signature_is_intact_and_not_trusted(
    papers: HousePapers, tmp_path: Path
) -> None:
    other = HousePapers(
        papers.archive, FileSigner(*development_pair(datetime.now(UTC))), papers._url
    )
    file = papers.archive.get(other.certificate(CERTIFICATE).document_hash)

    found = papers.signer.check(file)

    assert (found.signed, found.intact, found.trusted) == (True, True, False)


def test_production_refuses_the_development_certificate(tmp_path: Path) -> None:
    key, certificate = development_pair(datetime.now(UTC))
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "cert.pem").write_bytes(certificate)
    names = str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")

    assert FileSigner.from_files(*names, production=False).common_name == DEVELOPMENT_SIGNER
    with pytest.raises(SettingsError, match="production refuses"):
        FileSigner.from_files(*names, production=True)
    with pytest.raises(SettingsError, match="signing key"):
        FileSigner.from_files(str(tmp_path / "none"), names[1], production=False)


def test_file_that_was_changed_in_the_store_is_not_given_out(
    papers: HousePapers, tmp_path: Path
) -> None:
    kept = papers.decision(DECISION).document_hash
    (place,) = (tmp_path / "files").glob(f"{kept[:2]}/*")
    place.write_bytes(place.read_bytes()[:-1])

    with pytest.raises(NotFoundError):
        papers.archive.get(kept)


def test_signing_works_in_a_green_process(tmp_path: Path) -> None:
    """Eventlet replaces what asyncio stands on; signing must not care, nor overlap with itself."""
    script = """
import warnings; warnings.simplefilter("ignore")
import eventlet; eventlet.monkey_patch()
from datetime import UTC, datetime
from services.approval.documents.signing import FileSigner, development_pair
from tests.unit.approval.test_documents import AT, URL, WORDS, render
signer = FileSigner(*development_pair(datetime.now(UTC)))
file = render("decision", WORDS, URL, AT)
pool = eventlet.GreenPool(4)
signed = list(pool.imap(lambda _: signer.sign(file, reason="r", place="p"), range(4)))
assert all(pool.imap(lambda one: signer.check(one).trusted, signed))
print("signed")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == "signed", done.stderr


def test_service_starts_without_what_signs() -> None:
    """It takes longer to load than all the rest of a service."""
    script = """
import sys
import services.approval.service
assert "pyhanko" not in sys.modules
from datetime import UTC, datetime
from services.approval.documents.signing import FileSigner, development_pair
signer = FileSigner(*development_pair(datetime.now(UTC)))
assert "pyhanko" not in sys.modules
signer.load()
assert "pyhanko" in sys.modules
print("light")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == "light", done.stderr


def test_term_with_an_end_is_printed(papers: HousePapers) -> None:
    words = replace(CERTIFICATE, valid_to=date(2023, 10, 19))

    text = text_of(papers.archive.get(papers.certificate(words).document_hash))

    assert "2023 年 10 月 19 日" in text


def test_character_that_no_font_has_is_refused_and_not_left_out() -> None:
    words = {**WORDS, "paragraphs": ["甲\U000f1234乙"]}

    with pytest.raises(RuleError, match="cannot be printed") as refused:
        render("decision", words, URL, AT)

    assert "甲" not in str(refused.value)
