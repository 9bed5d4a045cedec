"""A printed percentage that no whole number over its population gives is found (X10, S09t)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from deploy.console import main as console
from services.disclosure.domain import Figure, FigureRuleError, Printed, PublishedFigure
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.rounding import Rounding, percent, possible_percent, ratio

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("of", [567, 1_419, 1_426, 1_462])
def test_97_92_comes_from_none_of_the_small_populations(of: int) -> None:
    found = possible_percent(Decimal("97.92"), of, 2)

    assert not found.possible
    assert all(str(percent(k, of)) != "97.92" for k in range(of + 1))


@pytest.mark.parametrize("of", [31_218, 32_637])
@pytest.mark.parametrize("printed", ["97.92", "46.01"])
def test_both_are_possible_over_the_claims(of: int, printed: str) -> None:
    assert possible_percent(Decimal(printed), of, 2).rounded


def test_46_01_comes_from_653_of_1419_only_and_only_cut_off() -> None:
    found = {of: possible_percent(Decimal("46.01"), of, 2) for of in (567, 1_419, 1_426, 1_462)}

    assert [of for of, one in found.items() if one.possible] == [1_419]
    assert (list(found[1_419].rounded), list(found[1_419].truncated)) == ([], [653])


@pytest.mark.parametrize("of", [1, 2, 3, 7, 40, 543])
@pytest.mark.parametrize("places", [0, 1, 2])
def test_what_is_found_is_what_trying_every_numerator_finds(of: int, places: int) -> None:
    for tenths in range(0, 100 * 10**places + 1, (1, 13, 371)[places]):
        printed = Decimal(tenths).scaleb(-places)
        found = possible_percent(printed, of, places)

        for mode, numerators in (
            (Rounding.HALF_UP, found.rounded),
            (Rounding.FLOOR, found.truncated),
        ):
            tried = [k for k in range(of + 1) if ratio(100 * k, of, places, mode) == printed]
            assert list(numerators) == tried
        apart = [abs(Decimal(100 * k) - printed * of) for k in range(of + 1)]
        assert list(found.nearest) == [k for k, d in enumerate(apart) if d == min(apart)]


@pytest.mark.parametrize(
    ("printed", "of", "places"),
    [
        ("97.92", 0, 2),
        ("100.01", 5, 2),
        ("-1", 5, 0),
        ("97.925", 5, 2),
        ("NaN", 5, 2),
        ("1", 5, 10),
    ],
)
def test_what_is_no_share_is_refused(printed: str, of: int, places: int) -> None:
    with pytest.raises(ValueError):
        possible_percent(Decimal(printed), of, places)


def _publish(denominator: int | None, printed: Printed | None, unit: str = "percent") -> None:
    figure = Figure(
        *("S25", 1_389, NOW, "HALF_UP", 2, unit, {"catalog": 9}, {}, "97.89", denominator)
    )
    facts = Facts(NOW, "S25", Actor(ActorKind.PERSON, "a"), "test")
    PublishedFigure.publish(facts, figure, printed)


def test_a_figure_is_published_as_it_can_be_printed() -> None:
    _publish(1_419, None)
    _publish(1_419, Printed(Decimal("97.89"), 1_419))
    _publish(32_637, Printed(Decimal("97.92")))


@pytest.mark.parametrize(
    ("denominator", "printed", "unit", "reason"),
    [
        (1_419, Printed(Decimal("97.92")), "percent", "nearest is 1389"),
        (32_637, Printed(Decimal("97.92"), 1_419), "percent", "over 32637, not 1419"),
        (1_419, Printed(Decimal("97.921")), "percent", "more than 2 places"),
        (0, Printed(Decimal("97.92")), "percent", "denominator"),
        (None, Printed(Decimal("97.92")), "items", "denominator"),
    ],
)
def test_an_impossible_percentage_is_not_published(
    denominator: int | None, printed: Printed, unit: str, reason: str
) -> None:
    with pytest.raises(FigureRuleError, match=reason):
        _publish(denominator, printed, unit)


def test_the_command_line_tells_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.main(["stat", "check", "97.92", "--of", "1419", "--places", "2"]) == 0
    assert "no whole number" in capsys.readouterr().out

    assert console.main(["stat", "check", "46.01%", "--of", "1419", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["possible"], said["rounded"], said["truncated"]) == (True, [], [653])

    assert console.main(["stat", "check", "many", "--of", "1419"]) == 1
    assert console.main(["stat", "check", "97.92"]) == 2
