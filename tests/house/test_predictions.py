"""Signs that theory predicts: what the model finds, and whether that is still so.

The rows stand in predictions.toml. The fast tier runs every study small: what holds may not
turn round by more than three standard errors, and what theory has wrong must stay wrong. The
slow tier repeats the runs behind the numbers in the file.
"""

import json
import math
import re
import sys
import tomllib
from pathlib import Path

import pytest

from sim.base.files import write_atomically
from sim.base.version import VERSION
from sim.outcomes.mark import registry
from sim.outcomes.quantiles_of_losses import expected_shortfall
from tests.house import kept_histories
from tests.house.foretold import (
    CONTRADICTED,
    HOLDS,
    MOST_HISTORIES,
    NO_EFFECT,
    NO_SIGN,
    OUTDATED,
    UNDECIDED,
    VERDICTS,
    Finding,
    Row,
    are_of_today,
    found,
    judged,
    material_of,
    predictions,
    told,
    turned_round,
    written,
)  # fmt: skip
from tests.house.measures import MEASURES, UNITS
from tests.house.paired import Difference
from tests.house.refresh_predictions import (
    as_outdated,
    changed,
    marked,
    next_count,
    with_found,
    with_large,
)
from tests.oracles.finite_pool import default_count_probabilities, joint_failure
from tests.oracles.loss_distribution import lower_quantile

ROWS = predictions()
SIGNS = {
    "S1": "abc", "S2": "", "S3": "ab", "S4": "abcd", "S5": "ab", "S6": "abc", "S7": "abcd",
    "S8": "ab", "S9": "abc", "S10": "ab", "S11": "", "S12": "ab", "S13": "abc", "S14": "",
    "S15": "", "S16": "ab", "S17": "",
}  # fmt: skip
"""Signs of evidence and their parts."""
RULED = ("share", "per year", "CNY million")
"""Units of measures of which the pages say what counts."""
NUMBERS = tuple(f"P{n}" for n in range(1, 25))
NARROW = 3.0
"""Standard errors of both runs within which a repeated run meets the numbers of the file."""


def row_of(key: str) -> Row:
    """One prediction."""
    return ROWS[key]


def of_verdict(verdict: str) -> list[str]:
    """Ids of the rows with a verdict."""
    return [key for key, row in ROWS.items() if row["verdict"] == verdict]


# --- The file ----------------------------------------------------------------------------


def test_every_prediction_of_the_literature_has_a_row() -> None:
    stems = {key.rstrip("abcdefghij") for key in ROWS if key.startswith("P")}
    assert stems == set(NUMBERS)


def test_every_part_of_every_sign_of_evidence_has_a_row() -> None:
    also = [part for row in ROWS.values() for part in row.get("also", ())]
    own = [key for key in ROWS if key.startswith("S")]
    assert {f"{sign}{part}" for sign, parts in SIGNS.items() for part in parts or ("",)} == {
        *also, *own,
    }  # fmt: skip
    assert not set(also) & set(own)


@pytest.mark.parametrize("key", ROWS)
def test_a_row_says_all_that_is_asked(key: str) -> None:
    row = row_of(key)
    for word in ("statement", "condition", "mechanism"):
        assert row[word].strip()
    assert row["verdict"] in VERDICTS
    assert row["measure"] in MEASURES or row["measure"] in registry()
    studies = written()["study"]
    for place in row["contrast"]:
        study, arm = place.split("/")
        assert arm in studies[study]["arrangements"]


@pytest.mark.parametrize("key", of_verdict(CONTRADICTED))
def test_what_theory_has_wrong_is_explained(key: str) -> None:
    assert row_of(key).get("explains", CONTRADICTED) == CONTRADICTED


@pytest.mark.parametrize("key", of_verdict(UNDECIDED))
def test_what_is_not_decided_says_what_it_would_need(key: str) -> None:
    row = row_of(key)
    assert row["needed"] > row["pairs"]
    # Numbers of an older program took no more histories than they had.
    assert row["needed"] > MOST_HISTORIES or not are_of_today()


def test_no_row_is_outdated_beside_numbers_of_today() -> None:
    outdated = [key for key, row in ROWS.items() if OUTDATED in row]
    assert not are_of_today() or outdated == []


def test_what_counts_is_said_where_the_pages_have_no_rule() -> None:
    own = written()["material"]
    assert all(one["size"] > 0.0 and one["why"].strip() for one in own.values())
    without_rule = {name for name, unit in UNITS.items() if unit not in RULED}
    asked = {row["measure"] for row in ROWS.values()}
    assert without_rule & asked <= set(own) <= asked
    for row in ROWS.values():
        by_share = row["measure"] not in own and row["material"] != material_of(row, 0.0)
        assert row["material"] > 0.0
        assert not by_share or material_of(row, 0.0) == 0.0


@pytest.mark.parametrize("key", ROWS)
def test_the_verdict_is_what_the_numbers_in_the_file_say(key: str) -> None:
    row = row_of(key)
    assert row["verdict"] == judged(row, told(row))


def test_a_row_that_is_outdated_says_since_when_and_what_was_seen() -> None:
    form = re.compile(r"\d+\.\d+\.\d+\S*: [-+]\S+ \(\S+\)")
    marks = [row[OUTDATED] for row in ROWS.values() if OUTDATED in row]
    assert [one for one in marks if not form.fullmatch(one)] == []


ROW = """id = "A"
expected = "+"
measure = "bank.net_margin"
found = 1.0
error = 0.1
pairs = 12
material = 0.0005
verdict = "holds"
mechanism = "why"
"""


def made(**changes: object) -> Row:
    """The row of `ROW`, with some keys changed."""
    return {**tomllib.loads(ROW), **changes}


def test_a_row_is_marked_where_a_run_turns_it_round_and_freed_when_it_is_written_anew() -> None:
    text = "[[prediction]]\n" + ROW
    seen, fine = Difference(-4.0, 1.0, 1.0, 9), Difference(-2.0, 1.0, 1.0, 9)
    assert turned_round(made(), seen)
    assert not turned_round(made(), fine)
    assert turned_round(made(verdict=CONTRADICTED), Difference(1.5, 1.0, 1.0, 9))
    assert turned_round(made(expected="="), fine)
    assert not turned_round(made(expected="=", verdict=CONTRADICTED), fine)
    once = marked(text, "A", as_outdated(seen))
    assert tomllib.loads(once)["prediction"] == [made(outdated=f"{VERSION}: -4 (1)")]
    assert marked(once, "A", as_outdated(seen)) == once
    assert marked(once, "A", "") == text
    free = with_found(once.partition("\n")[2], made(), Finding(2.0, 0.5, 12, 0.0005), True)
    assert tomllib.loads(free) == made(found=2.0, error=0.5)


@pytest.mark.parametrize(
    ("expected", "value", "error", "verdict"),
    [
        ("+", 4.0, 1.0, HOLDS), ("+", -4.0, 1.0, CONTRADICTED), ("-", -4.0, 1.0, HOLDS),
        ("+", 2.0, 1.0, UNDECIDED), ("+", 0.2, 0.1, NO_EFFECT), ("+", 0.0, 0.0, NO_EFFECT),
        ("+", 0.9, 0.1, HOLDS), ("0", 0.2, 0.1, HOLDS), ("0", 0.9, 0.04, HOLDS),
        ("0", 0.5, 1.0, UNDECIDED), ("0", 4.0, 1.0, CONTRADICTED), ("=", 0.0, 0.0, HOLDS),
        ("=", 0.1, 0.1, CONTRADICTED), ("any", 9.0, 1.0, NO_SIGN),
    ],
)  # fmt: skip
def test_a_verdict_is_by_sign_and_by_what_counts(
    expected: str, value: float, error: float, verdict: str
) -> None:
    row = made(expected=expected)
    assert judged(row, Finding(value, error, 100, 1.0)) == verdict


def test_what_is_needed_decides_by_sign_or_by_what_counts() -> None:
    # By sign: (3 / 1.5) ** 2 = 4 times as many; the interval can never lie inside.
    assert Finding(1.5, 1.0, 50, 1.0).needed == pytest.approx(200.0)
    # By what counts: half a width of 1.98 has to come down to 0.9.
    assert Finding(0.1, 1.0, 100, 1.0).needed == pytest.approx(100 * (1.984 / 0.9) ** 2, rel=1e-3)
    assert math.isinf(Finding(0.0, 1.0, 100, 0.0).needed)


def test_more_histories_are_taken_while_so_many_could_decide() -> None:
    undecided = Finding(1.5, 1.0, 12, 0.0)
    assert next_count(made(), undecided, 12, 400) == 48
    assert next_count(made(), undecided, 12, 20) == 20
    later = Finding(1.5, 1.0, 50, 0.0)
    assert next_count(made(), later, 50, 400) == 240
    assert next_count(made(), later, 100, 400) == 400
    assert next_count(made(), Finding(1.0, 1.0, 50, 0.0), 50, 400) == 50
    assert next_count(made(), Finding(4.0, 1.0, 12, 0.0), 12, 400) == 12
    assert next_count(made(), Finding(math.nan, math.nan, 1, 0.0), 60, 400) == 60


def test_a_verdict_that_changes_says_what_its_mechanism_explains() -> None:
    turned = with_found(ROW, made(), Finding(-2.0, 0.5, 12, 0.0005), True)
    row = tomllib.loads(turned)
    assert (row["verdict"], row["explains"]) == (CONTRADICTED, HOLDS)
    assert "A: holds -> contradicted" in changed(made(), row)
    spoken = ROW.replace("mechanism", "both_ways = true\nmechanism")
    both = tomllib.loads(with_found(spoken, made(), Finding(-2.0, 0.5, 12, 0.0005), True))
    assert both == made(found=-2.0, error=0.5, verdict=CONTRADICTED, both_ways=True)
    back = with_found(turned, row, Finding(2.0, 0.5, 12, 0.0005), True)
    assert tomllib.loads(back) == made(found=2.0, error=0.5)
    open_row = tomllib.loads(with_found(ROW, made(), Finding(1.5, 1.0, 50, 0.0005), True))
    assert (open_row["verdict"], open_row["needed"]) == (UNDECIDED, 200)


def test_a_large_run_decides_where_its_error_is_smaller_and_goes_with_its_economy() -> None:
    block = with_large(ROW, made(), Finding(-2.0, 0.01, 40, 0.0005))
    assert told(tomllib.loads(block)) == Finding(-2.0, 0.01, 40, 0.0005)
    assert tomllib.loads(block)["verdict"] == CONTRADICTED
    kept = with_found(block, tomllib.loads(block), Finding(1.0, 0.1, 12, 0.0005), True)
    assert tomllib.loads(kept)["large"] == [-2.0, 0.01, 40]
    free = with_found(block, tomllib.loads(block), Finding(1.0, 0.1, 12, 0.0005), False)
    assert tomllib.loads(free) == made()


def test_histories_that_are_kept_are_not_lived_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, said = "firm_collateral", {"plain": {"x": 1.0}}
    folder = kept_histories.folder_of(study, tmp_path)
    for k in range(3):
        write_atomically(kept_histories.file_of(folder, k), json.dumps(said).encode())
    monkeypatch.setattr(kept_histories, "ProcessPoolExecutor", None)
    assert kept_histories.ensure({study: 3}, tmp_path) == 0
    assert kept_histories.kept(study, 3, tmp_path)["plain"]["x"].tolist() == [1.0] * 3
    with pytest.raises(TypeError):
        kept_histories.ensure({study: 4}, tmp_path)


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
    if not are_of_today():
        pytest.skip(f"the numbers are of version {written()['version']}")
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
