"""Signs that theory predicts: what the model finds, and whether that is still so.

The rows stand in predictions.toml. The fast tier runs every study small: what holds may not
turn round by more than three standard errors, and what theory has wrong must stay wrong. The
slow tier repeats the runs behind the numbers in the file.
"""

import math
import re
import sys

import pytest

from sim.outcomes.mark import registry
from sim.outcomes.quantiles_of_losses import expected_shortfall
from tests.house.foretold import (
    CONTRADICTED,
    HOLDS,
    MIXED,
    OUTDATED,
    SAME,
    SIGNS,
    UNTESTED,
    Row,
    found,
    judged,
    predictions,
    told,
    written,
)  # fmt: skip
from tests.house.measures import MEASURES
from tests.house.paired import FAR, Difference
from tests.oracles.finite_pool import default_count_probabilities, joint_failure
from tests.oracles.loss_distribution import lower_quantile

ROWS = predictions()
NUMBERS = tuple(f"P{n}" for n in range(1, 25))
NEAR = 1.0
"""Standard errors towards theory at which a contradiction is no longer one."""
NARROW = 3.0
"""Standard errors of both runs within which a repeated run meets the numbers of the file."""


def row_of(key: str) -> Row:
    """One prediction."""
    return ROWS[key]


# --- The file ----------------------------------------------------------------------------


def test_every_prediction_of_the_literature_has_a_row() -> None:
    stems = {key.rstrip("abcdefghij") for key in ROWS}
    assert stems == set(NUMBERS)


@pytest.mark.parametrize("key", ROWS)
def test_a_row_says_all_that_is_asked(key: str) -> None:
    row = row_of(key)
    for word in ("statement", "condition", "mechanism"):
        assert row[word].strip()
    assert row["verdict"] in (HOLDS, CONTRADICTED, MIXED, UNTESTED)
    assert row["measure"] in MEASURES or row["measure"] in registry()
    studies = written()["study"]
    for place in row["contrast"]:
        study, arm = place.split("/")
        assert arm in studies[study]["arrangements"]


@pytest.mark.parametrize("key", ROWS)
def test_the_verdict_is_what_the_numbers_in_the_file_say(key: str) -> None:
    row = row_of(key)
    assert row["verdict"] == judged(row, *told(row))


@pytest.mark.parametrize("key", [key for key, row in ROWS.items() if OUTDATED in row])
def test_a_row_that_is_outdated_says_since_when_and_what_was_seen(key: str) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*: [-+]\S+ \(\S+\)", row_of(key)[OUTDATED])


def told_off(row: Row, seen: Difference) -> bool:
    """Whether a row is outdated: it is printed, and not judged."""
    if OUTDATED in row:
        sys.stdout.write(f"{row['id']}: outdated, {row[OUTDATED]}; now {seen}\n")
    return OUTDATED in row


# --- Through the simulator ---------------------------------------------------------------


@pytest.mark.parametrize("key", ROWS)
def test_a_small_run_does_not_turn_a_verdict_round(key: str) -> None:
    row = row_of(key)
    seen = found(row, "quick")
    assert seen.pairs >= 2
    if told_off(row, seen):
        return
    if row["expected"] == SAME:
        assert seen.is_zero, f"{seen}"
    toward = SIGNS.get(row["expected"], 0.0)
    if row["verdict"] == HOLDS:
        assert toward * seen.z > -FAR, f"{seen}"
    if row["verdict"] == CONTRADICTED:
        assert toward * seen.z < NEAR, f"{seen}"


@pytest.mark.slow
@pytest.mark.parametrize("key", ROWS)
def test_the_run_behind_the_file_gives_its_numbers(key: str) -> None:
    row = row_of(key)
    seen = found(row, "full")
    if told_off(row, seen):
        return
    room = NARROW * math.hypot(row["error"], seen.error)
    assert seen.is_zero or abs(seen.value - row["found"]) <= room, f"{seen}"


# --- In closed form ----------------------------------------------------------------------


def pool(banks: int, rho: float) -> tuple[list[float], list[float]]:
    """Loss of one bank whose ten loans are shared with others; loss and probability."""
    counts = default_count_probabilities(10 * banks, 0.01, rho)
    return [number / banks for number in range(counts.size)], counts.tolist()


def test_P3_in_closed_form_value_at_risk_rises_at_one_level_and_falls_at_another() -> None:
    alone, shared = pool(1, 0.0), pool(4, 0.0)
    assert lower_quantile(*shared, 0.90) > lower_quantile(*alone, 0.90)
    assert lower_quantile(*shared, 0.99) < lower_quantile(*alone, 0.99)


@pytest.mark.parametrize("rho", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("level", [0.5, 0.9, 0.99, 0.999])
def test_P2_in_closed_form_expected_shortfall_falls_at_every_level(
    rho: float, level: float
) -> None:
    alone, shared = pool(1, rho), pool(4, rho)
    assert expected_shortfall(*shared, level) <= expected_shortfall(*alone, level) + 1e-12


@pytest.mark.parametrize("rho", [0.0, 0.1, 0.2])
def test_P4_in_closed_form_banks_that_share_fail_together_more_often(rho: float) -> None:
    risk = joint_failure(20, 0.05, rho, 0.6, 3.0)
    assert risk.shared > risk.both
