"""Net present value of dated flows."""

import numpy as np
from numpy.typing import ArrayLike


def npv(flows: ArrayLike, times: ArrayLike, rate: float) -> float:
    """Value at time 0, CNY million, of flows at times in years, at an effective rate a year."""
    return float(np.asarray(flows, float) @ (1.0 + rate) ** -np.asarray(times, float))
