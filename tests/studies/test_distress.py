"""Banks in distress alone and together."""

import numpy as np
import pytest

from sim.studies.cycle import distress, loss_correlation


def test_banks_that_fall_together_do_so_more_often_than_independent_ones() -> None:
    hit = np.zeros((1, 10, 3))
    hit[0, :2] = 1.0
    alone, together, independent = distress(hit, 0.5)
    assert alone[0] == pytest.approx(0.2)
    assert together[0] == pytest.approx(0.2)
    assert independent == pytest.approx(3 * 0.04 * 0.8 + 0.008)


def test_independent_banks_fall_together_as_often_as_expected() -> None:
    rng = np.random.default_rng(1)
    hit = (rng.random((200, 50, 3)) < 0.3).astype(float)
    _, together, independent = distress(hit, 0.5)
    error = together.std(ddof=1) / np.sqrt(together.size)
    assert together.mean() == pytest.approx(independent, abs=4.5 * error)


def test_the_correlation_of_losses_is_that_of_pairs() -> None:
    years = np.array([1.0, 2.0, 3.0, 5.0])
    same = np.stack([years, 2.0 * years, -years], axis=1)[None]
    # two pairs move against each other, one together
    assert loss_correlation(same)[0] == pytest.approx(-1.0 / 3.0)
    assert np.isnan(loss_correlation(np.zeros((1, 4, 2)))[0])
