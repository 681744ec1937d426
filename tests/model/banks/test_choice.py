"""The firm's side: what it would use of a line."""

import numpy as np
import pytest

from sim.model.banks.choice import usable


@pytest.mark.parametrize(
    ("need", "used"),
    [
        (-5.0, 4.0),  # who needs nothing draws the part that is drawn at signing
        (0.0, 4.0),
        (4.0, 4.0),
        (7.0, 7.0),
        (10.0, 10.0),
        (99.0, 10.0),
    ],
)
def test_a_firm_uses_what_it_needs_of_a_line(need: float, used: float) -> None:
    assert usable(np.array([10.0]), np.array([need]), 0.4).tolist() == [used]
