"""Signs that theory predicts: what the model finds, and whether that is still so.

The rows stand in predictions.toml. The fast tier runs every study small: what holds may not
turn round by more than three standard errors, and what theory has wrong must stay wrong. The
slow tier repeats the runs behind the numbers in the file.
"""

import math
import re
import sys

import pytest

from sim.base.version import VERSION
from sim.outcomes.mark import registry
from sim.outcomes.quantiles_of_losses import expected_shortfall
from tests.house.foretold import (
    CONTRADICTED,
    HOLDS,
    MIXED,
    OUTDATED,
    UNTESTED,
    Row,
    found,
    judged,
    numbers_of,
    predictions,
    told,
    turned_round,
    written,
)  # fmt: skip
from tests.house.measures import MEASURES
from tests.house.paired import Difference
from tests.house.refresh_predictions import as_outdated, marked, with_found
from tests.oracles.finite_pool import default_count_probabilities, joint_failure
from tests.oracles.loss_distribution import lower_quantile

ROWS = predictions()
NUMBERS = tuple(f"P{n}" for n in range(1, 25))
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


def test_a_row_is_marked_where_a_run_turns_it_round_and_freed_when_it_is_written_anew() -> None:
    text = '[[prediction]]\nid = "A"\nfound = 1.0\nerror = 0.1\nverdict = "holds"\n'
    row = {"expected": "+", "verdict": HOLDS}
    seen, fine = Difference(-4.0, 1.0, 1.0, 9), Difference(-2.0, 1.0, 1.0, 9)
    assert turned_round(row, seen)
    assert not turned_round(row, fine)
    assert turned_round({"expected": "+", "verdict": CONTRADICTED}, Difference(1.5, 1.0, 1.0, 9))
    once = marked(text, "A", as_outdated(seen))
    assert once == text + f'outdated = "{VERSION}: -4 (1)"\n'
    assert marked(once, "A", as_outdated(seen)) == once
    assert marked(once, "A", "") == text
    assert with_found(once, (2.0, 0.5)) == text.replace("1.0", "2.0").replace("0.1", "0.5")


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
    assert told_off(row, seen) or not turned_round(row, seen), f"{seen}"


@pytest.mark.slow
@pytest.mark.parametrize("key", ROWS)
def test_the_run_behind_the_file_gives_its_numbers(key: str) -> None:
    if numbers_of() != VERSION:
        pytest.skip(f"the numbers are of version {numbers_of()}")
    row = row_of(key)
    seen = found(row, "full")
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
