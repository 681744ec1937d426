"""The paired 95 % interval covers the truth as often as it says, on the engine itself."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from sim.analysis.controls import SHARED, adjust
from sim.analysis.estimates import mean_interval
from sim.experiment.simulate import freeze, worlds
from sim.outcomes.mark import registry
from tests.experiment.small import tiny

MACRO_REPLICATIONS = 400
EACH = 12
"""Replications behind each interval."""
FIRMS = 1000
"""As many as shipped files have. Eighty firms are too few for twelve replications: differences of
one year are skewed (2.8 for relationship income, .65 here), and intervals covered 88 to 95 %."""
NAMES = (
    "firm.access_share", "bank.interest_income", "bank.relationship_income",
    "bank.operating_cost",
)  # fmt: skip
"""Outcomes that differ in most histories. Where a difference is zero in most of them, as that
of the funding gap is here, twelve are too few (its intervals covered 77 % when measured);
the comparison then warns that it differs in few replications."""


class Found(NamedTuple):
    """What 400 studies of twelve replications each find.

    Parameters
    ----------
    differences : dict of str to array, shape (n_studies, each)
    controls : array, shape (n_studies, each, n_controls)
    """

    differences: dict[str, np.ndarray]
    controls: np.ndarray


@cache
def found() -> Found:
    """Differences of a consortium from plain lending, and their controls."""
    scenario = tiny(
        population__firms=FIRMS, experiment__horizon_years=1.0,
        experiment__arrangements=("plain", "consortium"),
    )  # fmt: skip
    marks = registry()
    values: dict[str, list[float]] = {name: [] for name in NAMES}
    controls: list[list[float]] = []
    for number in range(MACRO_REPLICATIONS * EACH):
        plain, other = tuple(worlds(scenario, number))
        histories = freeze(plain), freeze(other)
        for name in NAMES:
            one, two = (marks[name].function(history) for history in histories)
            values[name].append(two - one)
        known = plain.controls
        controls.append([
            known[name] if name.startswith(SHARED) else other.controls[name] - known[name]
            for name in known
        ])  # fmt: skip
    shape = (MACRO_REPLICATIONS, EACH)
    return Found(
        {name: np.array(column).reshape(shape) for name, column in values.items()},
        np.array(controls).reshape(*shape, -1),
    )


@pytest.mark.slow
@pytest.mark.parametrize("controlled", [False, True], ids=["plain means", "with controls"])
@pytest.mark.parametrize("name", NAMES)
def test_intervals_of_macro_replications_cover_the_truth_as_often_as_stated(
    name: str, controlled: bool
) -> None:
    values, controls = found().differences[name], found().controls
    # The mean of all replications stands for the truth: 400 times as many as in an interval.
    truth = values.mean()
    intervals = [
        adjust(row, known).interval if controlled else mean_interval(row)
        for row, known in zip(values, controls, strict=True)
    ]
    covered = np.mean([one.low <= truth <= one.high for one in intervals])
    error = np.sqrt(0.95 * 0.05 / MACRO_REPLICATIONS)
    print(f"{name}: {covered:.4f} of {MACRO_REPLICATIONS} intervals cover")  # noqa: T201
    assert np.ptp(values) > 0.0
    assert abs(covered - 0.95) <= 3.0 * error
