"""The rule that gives a mean its interval or takes it away keeps what intervals promise."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.analysis.estimates import (
    mean_interval,
    paired_proportion_interval,
    proportion_interval,
    quantile_interval,
)
from sim.analysis.mean_rule import (
    DECLARED,
    LEVEL,
    STANDS_OUT,
    difference_interval,
    level_interval,
    refusal,
    sign_p_value,
    stands_out,
)
from tests.mean_coverage import (
    FILE,
    HIGH,
    HISTORIES,
    LOW,
    MARKED,
    TRIALS,
    USUAL,
    covered,
    error,
    heavy_laws,
    light_laws,
    lines,
)

HEAVY, LIGHT = list(heavy_laws()), list(light_laws())
FEW = 200


def is_honest(share: float, trials: int) -> bool:
    """Within 92 to 98 %, up to three standard errors."""
    return LOW - 3.0 * error(trials) <= share <= HIGH + 3.0 * error(trials)


@pytest.mark.parametrize("histories", HISTORIES)
@pytest.mark.parametrize("law", [HEAVY[0], HEAVY[5], HEAVY[6]], ids=lambda law: law.name)
def test_a_marked_outcome_has_no_interval_of_its_mean_and_an_honest_one_of_its_median(
    law, histories
):
    found = covered(law, histories, FEW)
    assert found.marked == 0.0
    assert is_honest(found.median, FEW)


def test_the_histories_alone_could_not_tell_a_heavy_tail():
    """Why outcomes are marked: where the test finds nothing odd the mean is too low."""
    found = covered(HEAVY[0], 12, FEW)
    assert 0.4 < found.given < 0.9
    assert found.when_given < LOW - 6.0 * error(FEW)


@pytest.mark.parametrize("histories", HISTORIES)
def test_an_ordinary_outcome_keeps_its_interval(histories):
    found = covered(LIGHT[0], histories, FEW)
    assert found.given > 0.98
    assert is_honest(found.when_given, FEW)


@pytest.mark.slow
@pytest.mark.parametrize("histories", HISTORIES)
@pytest.mark.parametrize("law", [*LIGHT, *HEAVY], ids=lambda law: law.name)
def test_coverage_is_within_92_to_98_per_cent_or_no_interval_of_the_mean_is_told(law, histories):
    found = covered(law, histories, TRIALS)
    assert is_honest(found.median, TRIALS)
    assert found.marked == 0.0
    if law in LIGHT:
        assert is_honest(found.when_given, TRIALS)


@pytest.mark.slow
def test_the_log_is_that_of_this_study():
    assert FILE.read_text(encoding="utf-8").splitlines() == list(lines())


def test_a_value_stands_out_as_often_as_stated_among_normal_ones():
    samples = np.random.default_rng(4).normal(size=(4000, 12))
    found = np.mean([stands_out(one, 0.05) for one in samples])
    assert abs(found - 0.05) < 4.0 * math.sqrt(0.05 * 0.95 / 4000)
    assert LEVEL < 0.05


def test_what_is_known_of_an_outcome_is_asked_first():
    plain, odd = np.arange(30.0), np.append(np.arange(29.0), 900.0)
    assert [refusal(one, plain) for one in (USUAL, MARKED, None)] == ["", DECLARED, ""]
    assert [refusal(one, odd) for one in (USUAL, MARKED, None)] == [
        STANDS_OUT, DECLARED, STANDS_OUT,
    ]  # fmt: skip
    binary = replace(USUAL, binary=True)
    assert refusal(binary, [1.0] + [0.0] * 39) == ""


def test_few_values_and_equal_ones_have_none_that_stands_out():
    assert not stands_out([1.0] * 4 + [900.0])
    assert stands_out([1.0] * 5 + [900.0])
    assert not stands_out([2.0] * 30)


def test_the_method_of_an_interval_is_that_of_the_mark():
    values = [1.0] + [0.0] * 19
    binary = replace(USUAL, binary=True)
    assert level_interval(binary, values) == proportion_interval(values)
    assert difference_interval(binary, values) == paired_proportion_interval(values)
    plain = np.arange(20.0)
    assert (
        level_interval(USUAL, plain) == difference_interval(USUAL, plain) == mean_interval(plain)
    )
    bare = difference_interval(MARKED, plain)
    assert bare.estimate == mean_interval(plain).estimate
    assert math.isnan(bare.low)
    assert math.isnan(bare.standard_error)


@pytest.mark.parametrize("above", range(13))
def test_the_sign_test_rejects_where_the_interval_of_the_median_leaves_zero_out(above):
    values = (
        [1.0] * above + [0.0] * ((12 - above) // 2) + [-1.0] * (12 - above - (12 - above) // 2)
    )
    assert (sign_p_value(values) < 0.05) == (quantile_interval(values).side != 0)
