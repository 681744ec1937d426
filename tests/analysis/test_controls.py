"""Control variates: the estimate stays right and the interval keeps its promise."""

import numpy as np
import pandas as pd
import pytest

from sim.analysis.controls import adjust, control_table, usable
from sim.analysis.estimates import mean_interval


def made_up(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Values with mean 3, nine tenths of whose variance goes with two controls."""
    generator = np.random.default_rng(seed)
    controls = generator.normal(size=(count, 2))
    noise = generator.normal(size=count)
    return 3.0 + 2.0 * controls[:, 0] - controls[:, 1] + 0.745 * noise, controls


def test_the_variance_falls_by_what_the_controls_explain() -> None:
    values, controls = made_up(2000, 1)
    raw, sharp = mean_interval(values), adjust(values, controls).interval
    factor = (raw.standard_error / sharp.standard_error) ** 2
    assert factor == pytest.approx(10.0, rel=0.15)


def test_intervals_cover_the_mean_as_often_as_stated() -> None:
    covered = 0
    for seed in range(1000):
        found = adjust(*made_up(30, seed)).interval
        covered += found.low <= 3.0 <= found.high
    assert abs(covered / 1000 - 0.95) <= 3.0 * np.sqrt(0.95 * 0.05 / 1000)


def test_of_few_values_only_the_first_controls_are_used() -> None:
    values, controls = made_up(9, 3)
    assert adjust(values, controls).used == 1
    assert adjust(values[:4], controls[:4]).used == 0
    assert adjust(values[:4], controls[:4]).interval == mean_interval(values[:4])


def test_constant_and_repeated_controls_are_left_out() -> None:
    generator = np.random.default_rng(4)
    one = generator.normal(size=50)
    both = np.column_stack([one, np.zeros(50), np.full(50, 2.0), -3.0 * one])
    assert usable(both).shape == (50, 1)


def test_shared_controls_enter_as_they_are_and_others_as_differences() -> None:
    rows = [
        (arrangement, 0, name, value)
        for name, values in (
            ("control.shared.strain_early", (5.0, 5.0)),
            ("control.rounds", (1.0, 4.0)),
        )
        for arrangement, value in zip(("plain", "other"), values, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["arrangement", "replication", "outcome", "value"])
    found = control_table(frame, "other", "plain").iloc[0]
    assert found.to_dict() == {"control.shared.strain_early": 5.0, "control.rounds": 3.0}
