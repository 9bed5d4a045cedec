"""Scores and ranks from a file: good rows are taken, each other one says what is wrong with it."""

from __future__ import annotations

from typing import Any

import msgspec

from services.chassis.errors import ContractError
from services.chassis.web import Call, route
from services.chassis.web.spool import Upload
from services.disclosure.application.supervision_acts import HOUSE, ImportScore
from services.disclosure.domain.rules import DisclosureRuleError
from services.disclosure.domain.supervision_terms import AlreadyRecordedError, check_score
from services.disclosure.service.supervision import SupervisionRoutes
from services.disclosure.supervision_answers import RowFault, ScoresImported
from services.disclosure.supervision_csv import MOST_BYTES, read_scores


class CheckQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`check`: say what would be wrong, and take nothing."""

    check: bool = False


class SupervisionScores(SupervisionRoutes):
    """The import of a file of scores."""

    @route(
        "POST",
        "/supervision/scores.csv",
        query=CheckQuery,
        response=ScoresImported,
        roles=HOUSE,
        spooled=True,
        body_bytes=MOST_BYTES,
        summary="Import quarterly scores from CSV; `?check=true` only looks",
    )
    def import_scores(self, call: Call[Upload, CheckQuery]) -> ScoresImported:
        """Columns: period, score, rank, of_units, source_document, on, and if wanted unit."""
        return self._import_scores(call, call.body, check=call.query.check)

    def _import_scores(self, call: Call[Any, Any], file: Upload, *, check: bool) -> ScoresImported:
        try:
            body = file.path.read_bytes()
        finally:
            file.discard()
        rows = list(read_scores(body))
        if not rows:
            raise ContractError("the file has no rows below its heading", field="file")
        faults: list[RowFault] = []
        imported = unchanged = 0
        for number, row in rows:
            if isinstance(row, RowFault):
                faults.append(row)
                continue
            try:
                if check:
                    _check(row)
                else:
                    self._supervise(call, row, "")
                imported += 1
            except AlreadyRecordedError:
                unchanged += 1
            except DisclosureRuleError as error:
                faults.append(RowFault(number, error.field, error.code, str(error)))
        return ScoresImported(len(rows), imported, unchanged, check, faults)


def _check(row: ImportScore) -> None:
    check_score(row.period, row.hundredths, row.rank, row.of_units)
