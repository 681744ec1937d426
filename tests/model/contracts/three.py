"""Three firms small enough to check clauses by hand: a young one, a growing one, an old one."""

from typing import Any

import numpy as np

from sim.base.columns import Rows
from sim.model.firms.record import EXPANSION, FIRM, GROWTH, STARTUP

NOW = 5.0
"""Date at which the clauses are read, years."""

COLUMNS: dict[str, Any] = {
    "stage": (STARTUP, GROWTH, EXPANSION),
    "birth": (4.5, 2.0, -5.0),
    "venture": (0, 1, 1),
    "sales": (2.0, 40.0, 100.0),
    "last_round": (0.0, 20.0, 30.0),
}


def three_firms(**columns: Any) -> Rows:
    """Records of three firms: half a year, three and ten years old at `NOW`."""
    firms = FIRM.empty(3)
    for name, values in (COLUMNS | columns).items():
        firms[name] = values
    return firms


SECURED = np.array([1.0, 12.0, 60.0])
"""What tangible collateral of each supports, CNY million."""
