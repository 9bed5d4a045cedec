"""Gives approval's application what its decisions and certificates need: rows, and papers."""

from __future__ import annotations

from typing import Any

from services.approval.application.certificates import Certificates
from services.approval.documents.archive import Archive
from services.approval.documents.papers import HousePapers
from services.approval.documents.signing import FileSigner
from services.approval.projections.papers import holder_of, issued_of, seal_of, unserved_of
from services.chassis.settings import Settings
from services.chassis.storage import storage_of


def equip(application: Any, settings: Settings) -> None:
    """Set the ports of `Certificates`; without storage or signing key it makes no papers.

    Raises:
        SettingsError: the key is unreadable, or production was given a local run's certificate.
    """
    if not isinstance(application, Certificates):
        raise TypeError("only certificates need papers")
    application.seals = seal_of
    application.unserved = unserved_of
    application.issued = issued_of
    application.holder = holder_of
    if settings.storage and settings.signing_key_file:
        signer = FileSigner.from_files(
            settings.signing_key_file, settings.signing_cert_file, production=settings.production
        )
        if settings.production:
            signer.load()  # elsewhere the first file waits for it, and every start is quicker
        archive = Archive(storage_of(settings.storage, settings.storage_key_file))
        url = f"{settings.public_url}/approval/verify"
        application.papers = HousePapers(archive, signer, url)
